//! The steps of a workout as objects.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::Error;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::lenient::unpacked;

/// Steps and repeats, flat; what they may hold the workout language says when they hold something else.
#[derive(Debug, Clone, PartialEq)]
pub struct Steps(pub Vec<Value>);

impl<'de> Deserialize<'de> for Steps {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        list(Value::deserialize(deserializer)?)
            .map(Self)
            .map_err(|_| D::Error::custom("a list of steps is wanted"))
    }
}

/// The steps in a list, in the text of one, in lines, or the only one; what is none of it comes back.
fn list(value: Value) -> Result<Vec<Value>, Value> {
    match value {
        Value::Array(steps) => Ok(steps.into_iter().map(step).collect()),
        one @ Value::Object(_) => Ok(vec![step(one)]),
        Value::String(text) => match unpacked(&text) {
            Some(value) => list(value),
            None => {
                let lines = text.lines().filter(|line| !line.trim().is_empty());
                Ok(lines.map(Value::from).collect())
            }
        },
        other => Err(other),
    }
}

/// A step or a repeat that may be the text of one; a line of the language stays a text.
fn step(value: Value) -> Value {
    match value {
        Value::String(text) => match unpacked(&text) {
            Some(object @ Value::Object(_)) => step(object),
            _ => Value::String(text),
        },
        Value::Object(mut members) => {
            if let Some(inner) = members.get_mut("steps") {
                *inner = list(inner.take()).map_or_else(|other| other, Value::Array);
            }
            Value::Object(members)
        }
        other => other,
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
