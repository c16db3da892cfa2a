//! Scalars and lists that also arrive as strings.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

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

/// A list: an array, an array written as a string, a comma-separated string, or a single value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List<T>(pub Vec<T>);

impl<'de> Deserialize<'de> for Int {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Num(number) = Num::deserialize(deserializer)
            .map_err(|_| D::Error::custom("a whole number is wanted"))?;
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
            Value::String(text) if matches!(text.trim(), "true" | "True" | "yes" | "1") => {
                Ok(Self(true))
            }
            Value::String(text) if matches!(text.trim(), "false" | "False" | "no" | "0") => {
                Ok(Self(false))
            }
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
            Value::String(text) => match serde_json::from_str(&text) {
                Ok(Value::Array(items)) => items,
                Ok(object @ Value::Object(_)) => vec![object],
                _ => text
                    .split(',')
                    .map(str::trim)
                    .filter(|part| !part.is_empty())
                    .map(Value::from)
                    .collect(),
            },
            single => vec![single],
        };
        items
            .into_iter()
            .map(|item| serde_json::from_value(item).map_err(D::Error::custom))
            .collect::<Result<_, _>>()
            .map(Self)
    }
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
    fn lists_arrive_in_four_shapes() {
        for json in [
            r#"["a","b"]"#,
            r#""[\"a\",\"b\"]""#,
            r#""a, b""#,
            r#""a,b,""#,
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
