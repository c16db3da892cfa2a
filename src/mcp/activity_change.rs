//! What is to be written of an activity, checked.

use serde_json::{Value, json};

use super::gear;
use super::params::{Int, List, Text};
use super::scales::FEEL;
use crate::intervals::Members;
use crate::intervals::gear::GearItem;

const MAX_NAME: usize = 200;
const MAX_DESCRIPTION: usize = 20_000;
const MAX_TAGS: usize = 30;
/// What clears a number; the service has no other way.
const CLEAR: i64 = -1;

/// What the caller gave.
#[derive(Default)]
pub struct Given {
    pub name: Option<Text>,
    pub description: Option<Text>,
    pub rpe: Option<Int>,
    pub feel: Option<Text>,
    pub gear: Option<Text>,
    pub tags: Option<List<Text>>,
    pub carbs_g: Option<Int>,
}

impl Given {
    /// The members as they should stand, without gear; null for what is cleared.
    ///
    /// # Errors
    /// A sentence that says what is wrong and that nothing was written.
    pub fn members(&self) -> Result<Members, String> {
        let mut members = Members::new();
        let mut put = |key: &str, value: Option<Value>| {
            members.extend(value.map(|value| (key.to_owned(), value)));
        };
        put("name", self.name.as_ref().map(name).transpose()?);
        let description = self.description.as_ref();
        put(
            "description",
            description.map(text_of_any_length).transpose()?,
        );
        put(
            "icu_rpe",
            self.rpe.map(|rpe| number("rpe", rpe, 1, 10)).transpose()?,
        );
        put("feel", self.feel.as_ref().map(feel).transpose()?);
        put("tags", self.tags.as_ref().map(tags).transpose()?);
        put(
            "carbs_ingested",
            self.carbs_g
                .map(|g| number("carbs_g", g, 0, 2_000))
                .transpose()?,
        );
        if members.is_empty() && self.gear.is_none() {
            return Err(
                "Nothing to change: give name, description, rpe, feel, gear, tags or carbs_g."
                    .to_owned(),
            );
        }
        Ok(members)
    }

    /// Adds the gear that is meant to `members`.
    ///
    /// # Errors
    /// A sentence that lists the gear.
    pub fn add_gear(&self, members: &mut Members, all: &[GearItem]) -> Result<(), String> {
        let Some(Text(wanted)) = &self.gear else {
            return Ok(());
        };
        if wanted.trim().is_empty() {
            return Err(
                "gear cannot be cleared in Intervals.icu, only replaced. Nothing was written."
                    .to_owned(),
            );
        }
        let item = gear::find(all, wanted)?;
        members.insert("gear".to_owned(), json!({"id": item.id}));
        Ok(())
    }
}

/// The body that makes `wanted` stand: the service ignores null and clears by other means.
#[must_use]
pub fn body(wanted: &Members) -> Members {
    let cleared = |key: &str| match key {
        "name" | "description" | "type" | "sub_type" => json!(""),
        "tags" => json!([]),
        _ => json!(CLEAR),
    };
    wanted
        .iter()
        .filter(|(key, value)| !(value.is_null() && key.as_str() == "gear"))
        .map(|(key, value)| {
            let value = if value.is_null() {
                cleared(key)
            } else {
                value.clone()
            };
            (key.clone(), value)
        })
        .collect()
}

fn name(Text(text): &Text) -> Result<Value, String> {
    let text = text.trim();
    let length = text.chars().count();
    if (1..=MAX_NAME).contains(&length) && !text.contains('\n') {
        Ok(json!(text))
    } else {
        Err(format!(
            "name must be one line of 1 to {MAX_NAME} characters. Nothing was written."
        ))
    }
}

fn text_of_any_length(Text(text): &Text) -> Result<Value, String> {
    if text.chars().count() > MAX_DESCRIPTION {
        return Err(format!(
            "description may have {MAX_DESCRIPTION} characters at most. Nothing was written."
        ));
    }
    Ok(if text.trim().is_empty() {
        Value::Null
    } else {
        json!(text.trim_end())
    })
}

fn number(name: &str, Int(value): Int, low: i64, high: i64) -> Result<Value, String> {
    match value {
        CLEAR => Ok(Value::Null),
        value if (low..=high).contains(&value) => Ok(json!(value)),
        value => Err(format!(
            "{name} {value} is outside {low} to {high} (-1 clears it). Nothing was written."
        )),
    }
}

fn feel(Text(text): &Text) -> Result<Value, String> {
    match text.trim() {
        "-1" | "" => Ok(Value::Null),
        label => FEEL
            .value(label)
            .map(|value| json!(value))
            .map_err(|why| format!("feel: {why}. Nothing was written.")),
    }
}

fn tags(List(tags): &List<Text>) -> Result<Value, String> {
    let mut kept: Vec<&str> = Vec::new();
    for Text(tag) in tags {
        let tag = tag.trim().trim_start_matches('#');
        if !tag.is_empty() && !kept.contains(&tag) {
            kept.push(tag);
        }
    }
    let fits = |tag: &&str| tag.chars().count() <= 60 && !tag.contains(['\n', ',']);
    if kept.len() > MAX_TAGS || !kept.iter().all(fits) {
        return Err(format!(
            "tags: at most {MAX_TAGS} of up to 60 characters, without commas. Nothing was written."
        ));
    }
    Ok(if kept.is_empty() {
        Value::Null
    } else {
        json!(kept)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Option<Text> {
        Some(Text(text.to_owned()))
    }

    #[test]
    fn feelings_are_labels_or_numbers_and_minus_one_clears() {
        for (given, stored) in [
            ("Strong", json!(2)),
            ("very_weak", json!(5)),
            ("3", json!(3)),
            ("-1", json!(null)),
        ] {
            let given = Given {
                feel: text(given),
                ..Given::default()
            };
            assert_eq!(given.members().unwrap()["feel"], stored);
        }
        let given = Given {
            feel: text("great"),
            ..Given::default()
        };
        assert!(
            given
                .members()
                .unwrap_err()
                .contains("1 very strong, 2 strong, 3 normal")
        );
        for (rpe, ok) in [(1, true), (10, true), (-1, true), (0, false), (11, false)] {
            let given = Given {
                rpe: Some(Int(rpe)),
                ..Given::default()
            };
            assert_eq!(given.members().is_ok(), ok, "{rpe}");
        }
    }

    #[test]
    fn what_is_cleared_is_sent_as_the_service_clears_it() {
        let given = Given {
            description: text(" "),
            rpe: Some(Int(-1)),
            tags: Some(List(Vec::new())),
            carbs_g: Some(Int(0)),
            ..Given::default()
        };
        let wanted = given.members().unwrap();
        assert_eq!(
            Value::Object(body(&wanted)),
            json!({"description": "", "icu_rpe": -1, "tags": [], "carbs_ingested": 0})
        );
        let gone = [("gear".to_owned(), Value::Null)].into_iter().collect();
        assert!(body(&gone).is_empty());
    }

    #[test]
    fn tags_are_taken_without_hashes_and_doubles() {
        let tags = List(
            ["#key", "key", " race "]
                .map(|tag| Text(tag.to_owned()))
                .to_vec(),
        );
        let given = Given {
            tags: Some(tags),
            ..Given::default()
        };
        assert_eq!(given.members().unwrap()["tags"], json!(["key", "race"]));
        assert!(
            Given::default()
                .members()
                .unwrap_err()
                .starts_with("Nothing to change")
        );
        let empty = Given {
            name: text("  "),
            ..Given::default()
        };
        assert!(empty.members().unwrap_err().contains("1 to 200"));
    }
}
