//! Zones by their upper bounds.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::Error;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::{List, Num};

/// Upper bounds of zones: power and pace in percent of the threshold, heart rate in bpm.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Zones {
    pub power: Option<Vec<f64>>,
    pub hr: Option<Vec<f64>>,
    pub pace: Option<Vec<f64>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    power: Option<List<Num>>,
    hr: Option<List<Num>>,
    pace: Option<List<Num>>,
}

impl<'de> Deserialize<'de> for Zones {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = match Value::deserialize(deserializer)? {
            // An object may arrive as the text of one.
            Value::String(text) => serde_json::from_str(&text).unwrap_or(Value::Null),
            value => value,
        };
        let wanted = "upper bounds are wanted as {\"power\": [55, 75, …], \"hr\": [128, 145, …], \"pace\": [77, 88, …]}";
        let raw = Raw::deserialize(value)
            .map_err(|error| D::Error::custom(format!("{wanted} ({error})")))?;
        let bounds =
            |list: Option<List<Num>>| list.map(|List(bounds)| bounds.iter().map(|b| b.0).collect());
        Ok(Self {
            power: bounds(raw.power),
            hr: bounds(raw.hr),
            pace: bounds(raw.pace),
        })
    }
}

impl JsonSchema for Zones {
    fn schema_name() -> Cow<'static, str> {
        "Zones".into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "object",
            "description": "upper bounds: {power: [% FTP], hr: [bpm], pace: [% threshold speed]}",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_arrive_as_lists_or_as_text() {
        let wanted = Zones {
            power: Some(vec![55.0, 75.0]),
            hr: Some(vec![120.0, 140.5]),
            pace: None,
        };
        for json in [
            r#"{"power": [55, "75"], "hr": "120,140.5"}"#,
            r#""{\"power\": [55, 75], \"hr\": [120, 140.5]}""#,
        ] {
            assert_eq!(
                serde_json::from_str::<Zones>(json).unwrap(),
                wanted,
                "{json}"
            );
        }
        for json in [
            r#"{"heart": [1]}"#,
            "[1, 2]",
            r#""55,75""#,
            r#"{"power": ["x"]}"#,
        ] {
            let error = serde_json::from_str::<Zones>(json).unwrap_err().to_string();
            assert!(error.contains("upper bounds are wanted"), "{error}");
        }
    }
}
