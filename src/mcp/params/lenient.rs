//! Scalars and lists that also arrive as strings.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

/// A whole number: `3`, `3.0`, `"3"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Int(pub i64);

/// A number: `3`, `"3.5"`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Num(pub f64);

/// `true`, `"true"`, `1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flag(pub bool);

/// Text; numbers are taken as their digits, since ids are written both ways.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text(pub String);

/// A list: an array, an array written as a string, a comma-separated string, or a single value. An item that is an object
/// may be the text of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List<T>(pub Vec<T>);

/// An object, or the text of one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Object(pub Map<String, Value>);

impl<'de> Deserialize<'de> for Int {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Num(number) = Num::deserialize(deserializer).map_err(|error| {
            let said = error.to_string();
            // It names the field.
            let is_missing = said.starts_with("missing field");
            D::Error::custom(if is_missing {
                &said
            } else {
                "a whole number is wanted"
            })
        })?;
        // 2^53: beyond it a float no longer names one integer.
        if number.fract() == 0.0 && number.abs() <= 9_007_199_254_740_992.0 {
            #[expect(clippy::cast_possible_truncation, reason = "bounded and whole")]
            let whole = number as i64;
            Ok(Self(whole))
        } else {
            Err(D::Error::custom("a whole number is wanted"))
        }
    }
}

impl<'de> Deserialize<'de> for Num {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = match Value::deserialize(deserializer)? {
            Value::Number(number) => number.as_f64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        };
        number
            .filter(|n: &f64| n.is_finite())
            .map(Self)
            .ok_or_else(|| D::Error::custom("a number is wanted"))
    }
}

impl<'de> Deserialize<'de> for Flag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::Bool(flag) => Ok(Self(flag)),
            Value::String(text) if is_one_of(&text, &["true", "yes", "1"]) => Ok(Self(true)),
            Value::String(text) if is_one_of(&text, &["false", "no", "0"]) => Ok(Self(false)),
            Value::Number(n) if n.as_i64() == Some(1) => Ok(Self(true)),
            Value::Number(n) if n.as_i64() == Some(0) => Ok(Self(false)),
            _ => Err(D::Error::custom("true or false is wanted")),
        }
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::String(text) => Ok(Self(text)),
            Value::Number(number) => Ok(Self(number.to_string())),
            _ => Err(D::Error::custom("text is wanted")),
        }
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let items = match Value::deserialize(deserializer)? {
            Value::Array(items) => items,
            Value::String(text) => match unpacked(&text) {
                Some(Value::Array(items)) => items,
                Some(object) => vec![object],
                None => words(&text),
            },
            single => vec![single],
        };
        let read = |(place, item): (usize, Value)| {
            let packed = item.as_str().and_then(unpacked);
            let read = item_of(place, item);
            read.or_else(|why| packed.map_or(Err(why), |item| item_of(place, item)))
                .map_err(D::Error::custom)
        };
        let items = items.into_iter().enumerate().map(read);
        items.collect::<Result<_, _>>().map(Self)
    }
}

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = match Value::deserialize(deserializer)? {
            Value::String(text) => unpacked(&text),
            value => Some(value),
        };
        match value {
            Some(Value::Object(members)) => Ok(Self(members)),
            _ => Err(D::Error::custom("an object is wanted")),
        }
    }
}

fn is_one_of(text: &str, words: &[&str]) -> bool {
    words
        .iter()
        .any(|word| word.eq_ignore_ascii_case(text.trim()))
}

/// The array or object that `text` is the JSON of.
pub(super) fn unpacked(text: &str) -> Option<Value> {
    let parsed = serde_json::from_str(text).ok();
    parsed.filter(|value: &Value| value.is_array() || value.is_object())
}

/// The words of `a, b`, `"a"` and `['a', 'b']`.
fn words(text: &str) -> Vec<Value> {
    let text = text.trim();
    let inner = text.strip_prefix('[').and_then(|t| t.strip_suffix(']'));
    let words = inner.unwrap_or(text).split(',').map(|word| {
        let word = word.trim();
        let quoted = ['"', '\''].into_iter().find_map(|quote| {
            let word = word.strip_prefix(quote)?;
            word.strip_suffix(quote)
        });
        quoted.unwrap_or(word)
    });
    words
        .filter(|word| !word.is_empty())
        .map(Value::from)
        .collect()
}

/// An item of a list; what is wrong is said with the place when it is a member of the item: `[1].weight: …`.
fn item_of<T: DeserializeOwned>(place: usize, item: Value) -> Result<T, String> {
    serde_path_to_error::deserialize(item).map_err(|error| {
        let path = error.path().to_string();
        let reason = error.into_inner();
        if path == "." {
            reason.to_string()
        } else {
            format!("[{place}].{path}: {reason}")
        }
    })
}

macro_rules! schema {
    ($type:ty, $name:literal, $json:tt) => {
        impl JsonSchema for $type {
            fn schema_name() -> Cow<'static, str> {
                $name.into()
            }
            fn inline_schema() -> bool {
                true
            }
            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!($json)
            }
        }
    };
}

schema!(Int, "Int", { "type": "integer" });
schema!(Num, "Num", { "type": "number" });
schema!(Flag, "Flag", { "type": "boolean" });
schema!(Text, "Text", { "type": "string" });
schema!(Object, "Object", { "type": "object" });

impl<T: JsonSchema> JsonSchema for List<T> {
    fn schema_name() -> Cow<'static, str> {
        format!("List_{}", T::schema_name()).into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "array", "items": generator.subschema_for::<T>() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parse<T: DeserializeOwned>(json: &str) -> Result<T, String> {
        serde_json::from_str(json).map_err(|e| e.to_string())
    }

    #[test]
    fn numbers_written_as_strings_are_numbers() {
        assert_eq!(parse::<Int>("\"28\"").unwrap(), Int(28));
        assert_eq!(parse::<Int>("28.0").unwrap(), Int(28));
        assert_eq!(parse::<Num>("\" 3.5 \"").unwrap(), Num(3.5));
        assert!(parse::<Int>("2.5").is_err());
        assert!(parse::<Num>("\"Infinity\"").is_err());
        assert!(parse::<Int>("[3]").is_err());
    }

    #[test]
    fn lists_arrive_in_many_shapes() {
        for json in [
            r#"["a","b"]"#,
            r#""[\"a\",\"b\"]""#,
            r#""a, b""#,
            r#""a,b,""#,
            r#""['a', 'b']""#,
            r#""[a, b]""#,
        ] {
            assert_eq!(
                parse::<List<Text>>(json).unwrap().0,
                [Text("a".into()), Text("b".into())],
                "{json}"
            );
        }
        assert_eq!(parse::<List<Int>>("7").unwrap().0, [Int(7)]);
        assert_eq!(parse::<List<Int>>("\"1,2\"").unwrap().0, [Int(1), Int(2)]);
    }

    #[test]
    fn a_text_in_a_list_of_texts_stays_one_whatever_it_looks_like() {
        let texts = r#"["{\"a\":1}", "[b", "it's"]"#;
        let List(texts) = parse::<List<Text>>(texts).unwrap();
        let texts: Vec<&str> = texts.iter().map(|Text(text)| text.as_str()).collect();
        assert_eq!(texts, [r#"{"a":1}"#, "[b", "it's"]);
    }

    #[test]
    fn an_object_is_read_from_its_text_and_a_mistake_in_one_is_placed() {
        #[derive(Deserialize, Debug)]
        struct Day {
            load: Int,
        }
        for json in [
            r#"[{"load":1}]"#,
            r#"["{\"load\":\"1\"}"]"#,
            r#""{\"load\":1}""#,
            r#"{"load":1}"#,
        ] {
            let List(days) = parse::<List<Day>>(json).unwrap();
            assert_eq!(days.first().map(|day| day.load), Some(Int(1)), "{json}");
        }
        for json in [
            r#"[{"load":1},{"load":"much"}]"#,
            r#"["{\"load\":1}","{\"load\":\"much\"}"]"#,
        ] {
            let said = parse::<List<Day>>(json).unwrap_err();
            assert!(
                said.contains("[1].load: a whole number is wanted"),
                "{said}"
            );
        }
        let Object(members) = parse(r#""{\"A\":2}""#).unwrap();
        assert_eq!(members["A"], 2);
        assert!(parse::<Object>("\"[1]\"").is_err() && parse::<Object>("7").is_err());
    }

    proptest! {
        #[test]
        fn any_integer_survives_being_written_as_a_string(n in -9_007_199_254_740_992i64..=9_007_199_254_740_992) {
            prop_assert_eq!(parse::<Int>(&n.to_string()).unwrap(), Int(n));
            prop_assert_eq!(parse::<Int>(&format!("\"{n}\"")).unwrap(), Int(n));
        }

        #[test]
        fn no_json_makes_a_parameter_panic(text in "\\PC{0,40}") {
            let quoted = serde_json::to_string(&text).unwrap();
            let _ = parse::<Int>(&quoted);
            let _ = parse::<Flag>(&quoted);
            let _ = parse::<List<Int>>(&quoted);
            let _ = parse::<List<Text>>(&quoted);
        }
    }
}
