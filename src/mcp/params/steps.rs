//! The steps of a workout as objects.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::Error;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// Steps and repeats, flat; what they may hold the workout language says when they hold something else.
#[derive(Debug, Clone, PartialEq)]
pub struct Steps(pub Vec<Value>);

impl<'de> Deserialize<'de> for Steps {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::Array(steps) => Ok(Self(steps)),
            step @ Value::Object(_) => Ok(Self(vec![step])),
            // A list may arrive as the text of one.
            Value::String(text) => match serde_json::from_str(&text) {
                Ok(Value::Array(steps)) => Ok(Self(steps)),
                Ok(step @ Value::Object(_)) => Ok(Self(vec![step])),
                _ => Ok(Self(
                    text.lines()
                        .filter(|l| !l.trim().is_empty())
                        .map(Value::from)
                        .collect(),
                )),
            },
            _ => Err(D::Error::custom("a list of steps is wanted")),
        }
    }
}

impl JsonSchema for Steps {
    fn schema_name() -> Cow<'static, str> {
        "Steps".into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "array",
            "items": { "type": "object" },
            "description": "{text, duration: 10m or distance: 1km, power/hr/pace: 95-105%, ramp} or {reps, steps}",
        })
    }
}
