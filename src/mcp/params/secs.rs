//! A length of time, as people say it.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::Error;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// Whole seconds: `240`, `"240"`, `"4m"`, `"4 min"`, `"1h30m"`, `"4:00"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Secs(pub i64);

/// Nothing that is asked for lasts longer than a year.
const MOST: f64 = 366.0 * 86_400.0;
const FORMS: &str = "seconds, or a time such as 4m, 90s, 1h30m or 4:00";

impl Secs {
    /// Seconds; `None` for what is no length of time.
    #[must_use]
    pub fn parse(text: &str) -> Option<f64> {
        let text = text.trim().to_ascii_lowercase();
        if text.contains(':') {
            let parts: Vec<&str> = text.split(':').collect();
            let parts = (parts.len() <= 3).then_some(parts)?;
            return parts
                .iter()
                .try_fold(0.0, |sum, part| Some(sum * 60.0 + digits(part)?));
        }
        let (mut sum, mut rest) = (0.0, text.as_str());
        loop {
            let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.');
            let (number, unit) = rest.split_at(end.unwrap_or(rest.len()));
            let unit = unit.trim_start();
            let end = unit.find(|c: char| !c.is_ascii_alphabetic());
            let (unit, behind) = unit.split_at(end.unwrap_or(unit.len()));
            sum += digits(number)?
                * match unit {
                    "" | "s" | "sec" | "secs" | "second" | "seconds" => 1.0,
                    "m" | "min" | "mins" | "minute" | "minutes" => 60.0,
                    "h" | "hr" | "hour" | "hours" => 3600.0,
                    _ => return None,
                };
            rest = behind.trim_start();
            if rest.is_empty() {
                return Some(sum);
            }
        }
    }
}

fn digits(text: &str) -> Option<f64> {
    let plain = text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    plain.then(|| text.parse().ok()).flatten()
}

impl<'de> Deserialize<'de> for Secs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let seconds = match Value::deserialize(deserializer)? {
            Value::Number(number) => number.as_f64(),
            Value::String(text) => Self::parse(&text),
            _ => None,
        };
        let seconds = seconds
            .filter(|s| (0.0..=MOST).contains(s))
            .ok_or_else(|| D::Error::custom(format_args!("a length of time is {FORMS}")))?;
        #[expect(clippy::cast_possible_truncation, reason = "bounded")]
        let whole = seconds.round() as i64;
        Ok(Self(whole))
    }
}

impl JsonSchema for Secs {
    fn schema_name() -> Cow<'static, str> {
        "Secs".into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "integer" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn read(value: Value) -> Option<i64> {
        serde_json::from_value::<Secs>(value).ok().map(|s| s.0)
    }

    #[test]
    fn a_length_of_time_is_read_in_every_form() {
        for (value, seconds) in [
            (json!(240), 240),
            (json!(240.0), 240),
            (json!("240"), 240),
            (json!(" 4m "), 240),
            (json!("4 min"), 240),
            (json!("4:00"), 240),
            (json!("1:02:03"), 3723),
            (json!("1h30m"), 5400),
            (json!("1h 2m 3s"), 3723),
            (json!("90s"), 90),
            (json!("2.5m"), 150),
            (json!(0), 0),
        ] {
            assert_eq!(read(value.clone()), Some(seconds), "{value}");
        }
        for value in [
            json!(""),
            json!("soon"),
            json!("4x"),
            json!("-4m"),
            json!(-1),
            json!(1e12),
            json!("1:2:3:4"),
            json!(":"),
            json!("4m x"),
            json!([240]),
            json!(null),
        ] {
            assert_eq!(read(value.clone()), None, "{value}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_a_length_panic(text in "\\PC{0,30}|[0-9.:hms ]{0,30}") {
            let _ = read(json!(text));
        }
    }
}
