//! Ids, as the model passes them.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::Error;
use serde::{Deserialize, Deserializer};

use super::Text;
use crate::intervals;

/// The id of an event: digits only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventId(pub intervals::EventId);

impl<'de> Deserialize<'de> for EventId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Text(text) = Text::deserialize(deserializer)?;
        text.trim()
            .parse()
            .ok()
            // The service counts events with 32 bits.
            .filter(|id: &intervals::EventId| i32::try_from(id.0).is_ok())
            .map(Self)
            .ok_or_else(|| {
                D::Error::custom("an event id is digits, like 12345678; list_events shows ids")
            })
    }
}

impl JsonSchema for EventId {
    fn schema_name() -> Cow<'static, str> {
        "EventId".into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string" })
    }
}

/// The id of a workout of the library: digits only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WorkoutId(pub intervals::WorkoutId);

impl<'de> Deserialize<'de> for WorkoutId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Text(text) = Text::deserialize(deserializer)?;
        text.trim()
            .parse()
            .ok()
            // The service counts workouts with 32 bits.
            .filter(|id: &intervals::WorkoutId| i32::try_from(id.0).is_ok())
            .map(Self)
            .ok_or_else(|| {
                D::Error::custom(
                    "a workout id is digits, like 12345678; list_workouts with a folder shows ids",
                )
            })
    }
}

impl JsonSchema for WorkoutId {
    fn schema_name() -> Cow<'static, str> {
        "WorkoutId".into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string" })
    }
}

/// The id of an activity: `i12345678`, or digits only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActivityId(pub intervals::ActivityId);

impl<'de> Deserialize<'de> for ActivityId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Text(text) = Text::deserialize(deserializer)?;
        text.trim().parse().map(Self).map_err(|_| {
            D::Error::custom(
                "an activity id looks like i12345678, or is digits only; list_activities shows ids",
            )
        })
    }
}

impl JsonSchema for ActivityId {
    fn schema_name() -> Cow<'static, str> {
        "ActivityId".into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string" })
    }
}
