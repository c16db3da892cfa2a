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

/// A length of what takes minutes or hours, as [`Secs`], but only where no other unit can be meant: `"1h30m"`, `"90m"`,
/// `"1:10:00"`, `"45:00"`, 3600; neither 90 nor `"1:10"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lasting(pub i64);

/// A plain number below it may be of minutes.
const SURELY_SECONDS: i64 = 600;
/// What begins with fewer in `9:59` may be of hours and minutes.
const SURELY_MINUTES: f64 = 10.0;

impl<'de> Deserialize<'de> for Lasting {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        let Secs(seconds) = Secs::deserialize(value.clone())
            .map_err(|_| D::Error::custom("a length of time is written 1h30m, 45m or 90s"))?;
        let written = match &value {
            Value::String(text) => text.trim().to_owned(),
            other => other.to_string(),
        };
        let either = |one: String, other: String| {
            let said = format!("{written} may be {one} or {other}: write which");
            Err(D::Error::custom(said))
        };
        if let [first, second] = written.split(':').collect::<Vec<_>>().as_slice()
            && digits(first).is_some_and(|first| first < SURELY_MINUTES)
        {
            return either(format!("{first}h{second}m"), format!("{first}m{second}s"));
        }
        let is_plain = digits(&written).is_some();
        if is_plain && (1..SURELY_SECONDS).contains(&seconds) {
            return either(format!("{seconds}m"), format!("{seconds}s"));
        }
        Ok(Self(seconds))
    }
}

impl JsonSchema for Lasting {
    fn schema_name() -> Cow<'static, str> {
        "Lasting".into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string" })
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
    fn a_length_that_may_be_of_another_unit_is_asked_about() {
        let read = |value: Value| serde_json::from_value::<Lasting>(value).map(|l| l.0);
        for (value, seconds) in [
            (json!("1h10m"), 4_200),
            (json!("90m"), 5_400),
            (json!("90s"), 90),
            (json!("1:10:00"), 4_200),
            (json!("45:00"), 2_700),
            (json!("3600"), 3_600),
            (json!(600), 600),
            (json!(0), 0),
        ] {
            assert_eq!(read(value.clone()).unwrap(), seconds, "{value}");
        }
        for (value, said) in [
            (json!(90), "90 may be 90m or 90s"),
            (json!("45"), "45 may be 45m or 45s"),
            (json!("1:10"), "1:10 may be 1h10m or 1m10s"),
            (json!("long"), "written 1h30m"),
        ] {
            let error = read(value).unwrap_err().to_string();
            assert!(error.contains(said), "{error}");
        }
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
