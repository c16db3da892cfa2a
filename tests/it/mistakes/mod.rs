//! What others get wrong about this data, asked of every tool that reads: the tools are those that the server lists, and
//! their arguments come from one table ([`answers::calls`]), so that a new tool is held to all of it.

mod athlete;
mod dates;
mod huge;
mod lists;
mod scales;
mod spikes;
mod streams;
mod stubs;
mod units;
mod weekdays;
mod windows;
mod words;
mod zeros;

use intervals_mcp_server::demo::Demo;
use serde_json::{Map, Value, json};

use crate::answers::{self, Ids};
use crate::support::{Caller, Said, Server, World, altered, table};

/// One call of a tool that reads.
#[derive(Clone, Debug)]
pub struct Ask {
    pub tool: String,
    pub arguments: Value,
    /// What its schema has.
    properties: Value,
}

/// The sports of the invented athlete.
pub const SPORTS: [&str; 6] = [
    "Ride",
    "VirtualRide",
    "Run",
    "TrailRun",
    "Swim",
    "WeightTraining",
];

/// A call of every tool that only reads, with arguments that make it say a lot.
pub async fn every(caller: &Caller<'_>, ids: &Ids) -> Vec<Ask> {
    let calls = answers::calls(ids);
    let tools = caller.list_tools().await;
    let mut asks = Vec::new();
    for tool in tools {
        if tool["annotations"]["readOnlyHint"] != true {
            continue;
        }
        let name = tool["name"].as_str().unwrap();
        let mut known = calls
            .iter()
            .filter(|(called, _)| *called == name)
            .peekable();
        assert!(known.peek().is_some(), "{name} is not in answers::calls");
        asks.extend(known.map(|(_, arguments)| Ask {
            tool: name.to_owned(),
            arguments: arguments.clone(),
            properties: tool["inputSchema"]["properties"].clone(),
        }));
    }
    assert!(asks.len() >= 11, "{asks:?}");
    asks
}

impl Ask {
    pub fn takes(&self, parameter: &str) -> bool {
        self.properties.get(parameter).is_some()
    }

    /// The same with another argument.
    pub fn with(&self, parameter: &str, value: impl Into<Value>) -> Self {
        let mut ask = self.clone();
        ask.arguments[parameter] = value.into();
        ask
    }

    /// The same about a window of days and nothing that hangs on today; `None` where there is no window to ask for.
    pub fn within(&self, oldest: &str, newest: &str) -> Option<Self> {
        let mut ask = self.clone();
        let arguments = ask.arguments.as_object_mut().unwrap();
        arguments.retain(|_, value| !is_relative(value));
        arguments.remove("compare_to");
        if !arguments.contains_key("target_date") {
            arguments.remove("target_form");
        }
        if self.takes("oldest") && self.takes("newest") {
            return Some(ask.with("oldest", oldest).with("newest", newest));
        }
        if self.takes("ranges") {
            return Some(ask.with("ranges", json!([format!("{oldest}..{newest}")])));
        }
        None
    }

    /// The same about another activity; `None` where it is about none, or about several.
    pub fn about(&self, activity: &str) -> Option<Self> {
        let about = ["get_activity", "get_activity_streams"].contains(&self.tool.as_str());
        about.then(|| {
            let mut ask = self.with("id", activity);
            let arguments = ask.arguments.as_object_mut().unwrap();
            // Another activity has other intervals.
            for part in ["by", "start", "end"] {
                arguments.remove(part);
            }
            ask
        })
    }

    pub async fn ask(&self, caller: &Caller<'_>) -> Said {
        caller.call_tool(&self.tool, self.arguments.clone()).await
    }
}

/// Whether a value says a day by today.
fn is_relative(value: &Value) -> bool {
    match value {
        Value::String(text) => {
            let named = ["today", "yesterday", "tomorrow"].contains(&text.as_str());
            let offset = text.starts_with(['-', '+']) && text.ends_with(['d', 'w']);
            let length =
                text.ends_with(['d', 'y']) && text.starts_with(|c: char| c.is_ascii_digit());
            named || offset || length || text.ends_with("_week")
        }
        Value::Array(items) => items.iter().any(is_relative),
        Value::Object(members) => members.values().any(is_relative),
        _ => false,
    }
}

/// What every tool said, by its call, on a server whose upstream `alter` rewrites.
pub async fn said(alter: impl Fn(&str, &mut Value) + Send + Sync + 'static) -> Vec<(Ask, Said)> {
    let ids = ids().await;
    said_about(ids, alter).await
}

/// The same about these things.
pub async fn said_about(
    ids: Ids,
    alter: impl Fn(&str, &mut Value) + Send + Sync + 'static,
) -> Vec<(Ask, Said)> {
    let (_demo, server): (Demo, Server) = altered(alter).await;
    let caller = Caller::owner(&server);
    let mut answers = Vec::new();
    for ask in every(&caller, &ids).await {
        let said = ask.ask(&caller).await;
        answers.push((ask, said));
    }
    answers
}

/// What the calls of the table are about.
pub async fn ids() -> Ids {
    answers::ids(&World::start().await).await
}

/// The newest activity of `sport` that can be read.
pub async fn newest(world: &World, sport: &str) -> String {
    let list = world
        .raw("/athlete/{id}/activities?oldest=2025-06-01&newest=2026-03-18")
        .await;
    let mut rows = list.as_array().unwrap().iter();
    let row = rows.find(|row| row["type"] == sport && row["stream_types"].is_array());
    let row = row.or_else(|| {
        let mut rows = list.as_array().unwrap().iter();
        rows.find(|row| row["type"] == sport)
    });
    row.unwrap()["id"].as_str().unwrap().to_owned()
}

/// Hands every object in `value`, however deep, to `change`.
pub fn objects(value: &mut Value, change: &mut dyn FnMut(&mut Map<String, Value>)) {
    match value {
        Value::Object(members) => {
            change(members);
            members
                .values_mut()
                .for_each(|value| objects(value, change));
        }
        Value::Array(items) => items.iter_mut().for_each(|value| objects(value, change)),
        _ => {}
    }
}

/// Sets the members called `name` that are there; what was not asked for stays away.
pub fn set(value: &mut Value, name: &str, to: &Value) {
    objects(value, &mut |members| {
        if let Some(member) = members.get_mut(name) {
            *member = to.clone();
        }
    });
}

/// The cells under `column` in all tables of `text`.
pub fn cells(text: &str, column: &str) -> Vec<String> {
    let heads = text
        .lines()
        .filter(|line| line.contains('|') && line.split('|').any(|head| head == column));
    heads
        .flat_map(|head| table(text, head))
        .map(|row| row[column].clone())
        .filter(|cell| !cell.is_empty())
        .collect()
}

/// Whether `text` has `word` with nothing on either side that would make it part of a longer number or word.
pub fn has(text: &str, word: &str) -> bool {
    let part_of = |c: char| c.is_ascii_alphanumeric() || c == '.';
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + word.len()..].chars().next();
        !before.is_some_and(part_of) && !after.is_some_and(|c| c.is_ascii_alphanumeric())
    })
}
