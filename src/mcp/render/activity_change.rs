//! What a write to an activity changed.

use serde_json::Value;

use crate::intervals::Members;
use crate::intervals::gear::GearItem;
use crate::mcp::gear;
use crate::mcp::reply::Reply;
use crate::mcp::scales::FEEL;
use crate::mcp::text;

/// The members in the order of the answer, and what people call them.
const NAMES: [(&str, &str); 7] = [
    ("name", "name"),
    ("icu_rpe", "RPE"),
    ("feel", "feel"),
    ("carbs_ingested", "carbs"),
    ("gear", "gear"),
    ("tags", "tags"),
    ("description", "description"),
];

/// A line for each of `keys` that differs: `RPE 6 → 7`; a description that is replaced or cleared is quoted.
pub fn lines(
    reply: &mut Reply,
    before: &Members,
    after: &Members,
    keys: &Members,
    all_gear: &[GearItem],
) {
    for (key, name) in NAMES.iter().filter(|(key, _)| keys.contains_key(*key)) {
        let (old, new) = (before.get(*key), after.get(*key));
        if *key == "description" {
            reply.line(description(old, new));
            if let Some(former) = old.and_then(Value::as_str) {
                reply.quote("former description", former);
            }
            continue;
        }
        let [old, new] = [old, new].map(|value| shown(key, value, all_gear));
        reply.line(match old {
            None => format!("{name} {} (new)", new.unwrap_or_else(none)),
            Some(old) => format!("{name} {old} → {}", new.unwrap_or_else(none)),
        });
    }
}

/// What people call the members `keys`, with a comma between them.
#[must_use]
pub fn names(keys: &[String]) -> String {
    let names = NAMES
        .iter()
        .filter(|(key, _)| keys.iter().any(|lost| lost == key));
    names.map(|(_, name)| *name).collect::<Vec<_>>().join(", ")
}

fn none() -> String {
    "none".to_owned()
}

fn description(old: Option<&Value>, new: Option<&Value>) -> String {
    let length = |value: Option<&Value>| {
        let length = value
            .and_then(Value::as_str)
            .map_or(0, |text| text.chars().count());
        (length > 0).then_some(length)
    };
    match (length(old), length(new)) {
        (None, Some(new)) => format!("description of {new} characters (new)"),
        (Some(_), Some(new)) => {
            format!("description replaced by one of {new} characters; the former is below")
        }
        (_, None) => "description cleared; the former is below".to_owned(),
    }
}

fn shown(key: &str, value: Option<&Value>, all_gear: &[GearItem]) -> Option<String> {
    let value = value.filter(|value| !value.is_null())?;
    match key {
        "name" => value
            .as_str()
            .map(|name| format!("\"{}\"", text::name(name))),
        "feel" => value.as_i64().map(|feel| FEEL.label(feel)),
        "carbs_ingested" => value.as_i64().map(|grams| format!("{grams} g")),
        "gear" => {
            let id = value["id"].as_str()?;
            let known = all_gear.iter().find(|item| item.id == id);
            Some(known.map_or_else(|| text::name(id), gear::called))
        }
        "tags" => {
            let tags = value
                .as_array()?
                .iter()
                .filter_map(Value::as_str)
                .map(text::name);
            Some(tags.collect::<Vec<_>>().join(", ")).filter(|tags| !tags.is_empty())
        }
        _ => Some(value.to_string()),
    }
}
