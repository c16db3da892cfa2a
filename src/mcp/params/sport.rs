//! A sport, as people name it.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer};

/// `Ride`, `run`, `swim`: the service's own name, or the family of sports that goes by it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sport(String);

impl Sport {
    /// Whether an activity of the service's `kind` is meant.
    #[must_use]
    pub fn covers(&self, kind: &str) -> bool {
        let wanted = self.0.as_str();
        let kind = kind.to_ascii_lowercase();
        kind == wanted
            || match wanted {
                "ride" | "cycling" | "bike" => kind.ends_with("ride") || kind == "velomobile",
                "run" | "running" => kind.ends_with("run"),
                "swim" | "swimming" => kind.ends_with("swim"),
                "strength" | "weights" | "gym" => {
                    matches!(kind.as_str(), "weighttraining" | "crossfit" | "workout")
                }
                "ski" | "skiing" => kind.ends_with("ski"),
                "row" | "rowing" => matches!(kind.as_str(), "rowing" | "virtualrow"),
                _ => false,
            }
    }

    /// The sports that go by the name `text`.
    #[must_use]
    pub fn of(text: &str) -> Self {
        Self(
            text.trim()
                .to_ascii_lowercase()
                .replace([' ', '_', '-'], ""),
        )
    }

    /// As it was asked for.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0
    }
}

/// The sports that share zones with the service's `kind`, and whose numbers can be held against its: `Ride` of `VirtualRide`.
#[must_use]
pub fn family(kind: &str) -> &str {
    let families = ["Ride", "Run", "Swim", "Ski"];
    let found = families.into_iter().find(|family| kind.ends_with(family));
    found.unwrap_or(kind)
}

impl<'de> Deserialize<'de> for Sport {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        Ok(Self::of(&text))
    }
}

impl JsonSchema for Sport {
    fn schema_name() -> Cow<'static, str> {
        "Sport".into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_family_name_covers_its_sports_and_an_exact_name_its_own() {
        let sport = |text: &str| serde_json::from_str::<Sport>(&format!("\"{text}\"")).unwrap();
        for kind in ["Ride", "VirtualRide", "GravelRide", "EBikeRide"] {
            assert!(sport("ride").covers(kind), "{kind}");
        }
        assert!(sport("Run").covers("TrailRun") && !sport("run").covers("Ride"));
        assert!(
            sport("Virtual Ride").covers("VirtualRide") && !sport("VirtualRide").covers("Ride")
        );
        assert!(sport("strength").covers("WeightTraining"));
        assert!(!sport("").covers("Ride"));
    }

    #[test]
    fn a_family_goes_by_one_name() {
        assert_eq!(family("VirtualRide"), family("GravelRide"));
        assert_eq!(family("TrailRun"), "Run");
        assert_eq!(family("OpenWaterSwim"), "Swim");
        assert_eq!(family("WeightTraining"), "WeightTraining");
    }
}
