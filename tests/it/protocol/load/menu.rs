//! What the clients ask for: everything that the server says it offers, and some of what it does not.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::super::wire::{Connection, Era, Site};

/// What an answer has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    Result,
    /// A tool that says what was wrong.
    ToolError,
    /// A JSON-RPC error with this code.
    Error(i64),
}

/// Something to ask.
#[derive(Debug)]
pub struct Item {
    /// For the report: the method, for tool calls the tool.
    pub name: String,
    pub method: &'static str,
    pub params: Value,
    pub expected: Expected,
    /// `None` for both.
    pub only: Option<Era>,
    /// How often it is asked compared with others.
    weight: u32,
}

/// Everything there is to ask.
pub struct Menu {
    pub items: Vec<Item>,
    /// Of the items up to each.
    weights: Vec<u32>,
}

const RECENT: [&str; 8] = [
    "-2d", "-6d", "-13d", "-27d", "-41d", "-60d", "-90d", "-120d",
];
const TOPICS: [&str; 4] = ["scales", "units", "formulas", "workouts"];
const PARTS: [&str; 4] = ["intervals", "splits", "zones", "best_efforts"];
/// Days on which something is entered; the athlete's year has them all.
const DAYS: i32 = 40;
/// But for the one that the athlete has locked.
const LOCKED_DAY: i32 = 20;

impl Menu {
    /// Reads what is offered from the server.
    pub async fn read(site: &Site) -> Self {
        let mut server = Reader::new(site).await;
        let mut items = vec![
            item(10, "tools/list", json!({})),
            only(Era::Legacy, item(2, "ping", json!({}))),
            only(Era::Modern, item(2, "server/discover", json!({}))),
        ];
        for tool in server.list("tools/list", "tools").await {
            items.extend(calls(&tool, &mut server).await);
        }
        for resource in server.list("resources/list", "resources").await {
            items.push(item(2, "resources/read", json!({ "uri": resource["uri"] })));
            items.push(item(1, "resources/list", json!({})));
        }
        for template in server
            .list("resources/templates/list", "resourceTemplates")
            .await
        {
            items.extend(readings(&template, &mut server).await);
            items.push(item(1, "resources/templates/list", json!({})));
        }
        for prompt in server.list("prompts/list", "prompts").await {
            items.extend(conversations(&prompt));
            items.push(item(1, "prompts/list", json!({})));
        }
        items.extend(mistakes());
        let mut sum = 0;
        let weights = items.iter().map(|item| {
            sum += item.weight;
            sum
        });
        let weights = weights.collect();
        Self { items, weights }
    }

    /// The place of something to ask in `era`.
    pub fn choose(&self, era: Era, random: &mut fastrand::Rng) -> usize {
        loop {
            let ticket = random.u32(0..*self.weights.last().unwrap());
            let place = self.weights.partition_point(|&sum| sum <= ticket);
            if self.items[place].only.is_none_or(|only| only == era) {
                return place;
            }
        }
    }
}

/// Asks the questions before the load.
struct Reader {
    site: Site,
    connection: Connection,
}

impl Reader {
    async fn new(site: &Site) -> Self {
        Self {
            site: site.clone(),
            connection: Connection::open(site).await.unwrap(),
        }
    }

    async fn ask(&mut self, method: &str, params: Value) -> Value {
        let request = self.site.request(Era::Legacy, "menu", method, params);
        let reply = self.connection.ask(&request).await.unwrap();
        let text = String::from_utf8(reply.messages.into_iter().next_back().unwrap()).unwrap();
        let mut answer: Value = text.parse().unwrap();
        answer["result"].take()
    }

    async fn list(&mut self, method: &str, of: &str) -> Vec<Value> {
        let list = self.ask(method, json!({})).await;
        list[of].as_array().cloned().unwrap_or_default()
    }

    /// What `intervals://{of}/{id}` is completed to.
    async fn ids(&mut self, of: &str) -> Vec<String> {
        let params = json!({
            "ref": { "type": "ref/resource", "uri": format!("intervals://{of}/{{id}}") },
            "argument": { "name": "id", "value": "" },
        });
        let offered = self.ask("completion/complete", params).await;
        let values = offered["completion"]["values"].as_array().unwrap();
        let ids = values
            .iter()
            .filter_map(|value| value.as_str()?.split(' ').next());
        let ids: Vec<String> = ids.map(str::to_owned).collect();
        assert!(!ids.is_empty(), "no {of} to ask for");
        ids
    }
}

fn item(weight: u32, method: &'static str, params: Value) -> Item {
    Item {
        name: method.to_owned(),
        method,
        params,
        expected: Expected::Result,
        only: None,
        // Tickets are cheap; the smallest weight is that of one of many days of wellness.
        weight: weight * 20,
    }
}

fn only(era: Era, item: Item) -> Item {
    Item {
        only: Some(era),
        ..item
    }
}

fn calling(tool: &str, arguments: Value) -> Value {
    json!({ "name": tool, "arguments": arguments })
}

fn call(weight: u32, tool: &str, arguments: Value) -> Item {
    Item {
        name: tool.to_owned(),
        ..item(weight, "tools/call", calling(tool, arguments))
    }
}

/// The same by somebody who wants to know how far it is.
fn watched(mut item: Item) -> Item {
    item.name += " with progress";
    item.params["_meta"] = json!({ "progressToken": "how-far" });
    item
}

/// Calls of a tool as it is listed.
async fn calls(tool: &Value, server: &mut Reader) -> Vec<Item> {
    let name = tool["name"].as_str().unwrap();
    let windows = |weight: u32| {
        let windows = RECENT.map(|oldest| call(weight, name, json!({ "oldest": oldest })));
        windows.into_iter()
    };
    match name {
        "get_today" => (0..5)
            .flat_map(|ahead| {
                let call = || call(2, name, json!({ "days_ahead": ahead * 4 }));
                [call(), watched(call())]
            })
            .collect(),
        "list_activities" => windows(2)
            .chain(["Ride", "Run", "Swim"].map(|sport| call(2, name, json!({ "sport": sport }))))
            .chain([call(2, name, json!({ "query": "long", "limit": 5 }))])
            .collect(),
        "get_activity" => {
            let mut calls = Vec::new();
            for (n, id) in server.ids("activity").await.into_iter().enumerate() {
                // Little of most, all of some.
                let parts = &PARTS[..n % (PARTS.len() + 1)];
                calls.push(call(1, name, json!({ "id": id, "include": parts })));
            }
            calls
        }
        "get_activity_streams" => {
            let ids = server.ids("activity").await;
            let whole = ids.iter().map(|id| json!({ "id": id }));
            let parts = ids
                .iter()
                .map(|id| json!({ "id": id, "types": "hr", "end": "20:00", "max_points": 200 }));
            let calls = whole.chain(parts);
            calls.map(|arguments| call(1, name, arguments)).collect()
        }
        "search_intervals" => [(240, 1), (600, 2), (1200, 3)]
            .map(|(secs, reps)| {
                let bounds = json!({ "min_secs": secs - 60, "max_secs": secs + 60, "reps": reps });
                call(1, name, bounds)
            })
            .into(),
        "compare_activities" => {
            let ids = server.ids("activity").await;
            let pairs = ids.windows(2).map(|pair| json!({ "ids": pair }));
            let alone = ids.iter().map(|id| json!({ "reference_id": id }));
            let calls = pairs.chain(alone);
            calls.map(|arguments| call(1, name, arguments)).collect()
        }
        "get_event" => {
            let ids = server.ids("event").await;
            let calls = ids.iter().map(|id| call(1, name, json!({ "id": id })));
            calls.collect()
        }
        "get_curves" => ["power", "hr", "pace"]
            .iter()
            .map(|metric| call(1, name, json!({ "metric": metric })))
            .collect(),
        "get_training_summary" => windows(1)
            .chain([
                call(2, name, json!({})),
                call(
                    1,
                    name,
                    json!({ "group_by": "sport", "compare_to": "previous" }),
                ),
            ])
            .collect(),
        "get_fitness" => windows(1)
            .chain([
                call(2, name, json!({ "project_to": "+21d" })),
                call(1, name, json!({ "target_form": 10, "target_date": "+14d" })),
            ])
            .collect(),
        "analyze_trend" => ["hrv", "sleep", "pace", "load"]
            .map(|metric| call(1, name, json!({ "metric": metric, "versus": "ctl" })))
            .into(),
        "get_wellness" => windows(2)
            .chain([call(2, name, json!({ "oldest": "-180d", "mode": "trend" }))])
            .collect(),
        "list_events" => windows(2)
            .chain([watched(call(4, name, json!({ "include_steps": true })))])
            .collect(),
        "list_workouts" => [
            json!({}),
            json!({ "folder": "bike" }),
            json!({ "sport": "run" }),
        ]
        .map(|arguments| call(2, name, arguments))
        .into(),
        "validate_workout" => ["- 1h Z2", "4x\n- 8m 95-105%\n- 4m Z1", "- 400m 145bpm"]
            .map(|text| call(1, name, json!({ "text": text, "sport": "Ride" })))
            .into(),
        "get_help" => TOPICS
            .map(|topic| call(2, name, json!({ "topic": topic })))
            .into(),
        "update_wellness" => (0..DAYS)
            .filter(|day| *day != LOCKED_DAY)
            .map(|day| Item {
                weight: 1,
                ..call(1, name, entering(day))
            })
            .collect(),
        _ if tool["annotations"]["readOnlyHint"] != true => Vec::new(),
        _ if tool["inputSchema"]["required"].is_null() => vec![call(5, name, json!({}))],
        _ => panic!("the menu has no arguments for {name}"),
    }
}

fn entering(day: i32) -> Value {
    let date = format!("-{day}d");
    let weight = 70.0 + f64::from(day) / 10.0;
    json!({ "entries": [{ "date": date, "weight": weight, "comments": "entered under load" }] })
}

/// Completions of a template's variable, and what stands under the values that they offer.
async fn readings(template: &Value, server: &mut Reader) -> Vec<Item> {
    let pattern = template["uriTemplate"].as_str().unwrap();
    let (before, rest) = pattern.split_once('{').unwrap();
    let (variable, behind) = rest.split_once('}').unwrap();
    let completing = |typed: &str| {
        json!({
            "ref": { "type": "ref/resource", "uri": pattern },
            "argument": { "name": variable, "value": typed },
        })
    };
    let mut items = Vec::new();
    for typed in ["", "2", "run", "zzz"] {
        items.push(item(2, "completion/complete", completing(typed)));
    }
    let offered = server.ask("completion/complete", completing("")).await;
    let values = offered["completion"]["values"].as_array();
    for value in values.into_iter().flatten().take(20) {
        let mut uri = before.to_owned();
        for byte in value.as_str().unwrap().bytes() {
            let _ = if byte.is_ascii_alphanumeric() || byte == b'-' {
                write!(uri, "{}", char::from(byte))
            } else {
                write!(uri, "%{byte:02X}")
            };
        }
        uri += behind;
        items.push(item(1, "resources/read", json!({ "uri": uri })));
    }
    items
}

/// A prompt as it is listed, in two languages if it has them, with its required arguments filled in.
fn conversations(prompt: &Value) -> Vec<Item> {
    let arguments = prompt["arguments"].as_array().cloned().unwrap_or_default();
    let mut given = json!({});
    for argument in &arguments {
        if argument["required"] == true {
            given[argument["name"].as_str().unwrap()] = json!("2026-05-17");
        }
    }
    let mut items = Vec::new();
    let name = &prompt["name"];
    let params = json!({ "name": name, "arguments": given });
    items.push(item(2, "prompts/get", params));
    if arguments.iter().any(|a| a["name"] == "language") {
        given["language"] = json!("ja");
        let params = json!({ "name": name, "arguments": given });
        items.push(item(2, "prompts/get", params));
    }
    for argument in &arguments {
        let params = json!({
            "ref": { "type": "ref/prompt", "name": name },
            "argument": { "name": argument["name"], "value": "" },
        });
        items.push(item(1, "completion/complete", params));
    }
    items
}

/// What no client should ask and some do.
fn mistakes() -> Vec<Item> {
    let wrong = |item: Item, expected| Item {
        name: format!("wrong {}", item.method),
        expected,
        ..item
    };
    let nothing = json!({ "topic": "weather" });
    let nobody = json!({ "id": "i999999999" });
    vec![
        wrong(call(2, "get_help", nothing), Expected::ToolError),
        wrong(call(2, "get_activity", nobody), Expected::ToolError),
        wrong(
            call(1, "update_wellness", entering(LOCKED_DAY)),
            Expected::ToolError,
        ),
        wrong(call(2, "get_api_key", json!({})), Expected::Error(-32602)),
        wrong(item(2, "tools/destroy", json!({})), Expected::Error(-32601)),
    ]
}
