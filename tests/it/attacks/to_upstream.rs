//! What a caller can make the server ask of Intervals.icu: nothing but its own athlete's data, with its own key.

use intervals_mcp_server::demo::{API_KEY, ATHLETE_ID};
use serde_json::{Map, Value, json};

use super::caller::{Caller, calling};
use super::client;
use super::target::{Profile, Target};
use super::upstream::{Upstream, basic};
use crate::support::Said;
use crate::support::asked::Asked;

/// What no identifier, date or name of a choice may be.
fn hostile() -> Vec<String> {
    let fixed = [
        "..",
        ".",
        "../../athlete/0",
        "%2e%2e",
        "%2e%2e%2f%2e%2e%2fathlete%2f0",
        "..%2f..",
        "%252e%252e%252f",
        "i1/../../athlete/0",
        "i1/streams?types=watts",
        "i1?x=1",
        "i1&x=1",
        "i1#",
        "i1%00",
        "i1\0",
        "i1%0d%0aHost: evil.test",
        "i1\r\nX: y",
        "i1 HTTP/1.1\r\nHost: evil.test\r\n\r\nGET /",
        "i1;a=b",
        "\\..\\..",
        "..\\..\\athlete",
        "//evil.test/x",
        "@evil.test",
        "https://evil.test/",
        "file:///etc/passwd",
        "\u{ff11}\u{ff12}\u{ff13}",
        "i\u{661}\u{662}",
        "I17",
        "ii17",
        "",
        " ",
        "-1",
        "+1",
        "0x10",
        "1e3",
        "1.5",
        "i99999999999999999999999",
        "{}",
        "[]",
        "null",
        "*",
        "$ne",
        "' OR 1=1 --",
        "2026-13-45",
        "2026-02-30",
        "2026-01-01/../../athlete",
        "2026-01-01T00:00:00Z/..",
        "today/..",
        "\u{202e}1i",
        "i1\u{200b}",
    ];
    let mut all: Vec<String> = fixed.map(str::to_owned).to_vec();
    all.push("i1".repeat(5_000));
    all.push("../".repeat(3_000));
    all
}

/// The last segments of what the server may ask about its athlete.
const ABOUT_THE_ATHLETE: [&str; 14] = [
    "profile",
    "sport-settings",
    "activities",
    "activities-around",
    "custom-item",
    "gear",
    "wellness",
    "wellness-bulk",
    "events",
    "folders",
    "power-curves",
    "hr-curves",
    "pace-curves",
    "athlete-summary",
];
const ABOUT_AN_ACTIVITY: [&str; 10] = [
    "",
    "intervals",
    "streams",
    "messages",
    "weather-summary",
    "segments",
    "power-histogram",
    "hr-histogram",
    "pace-histogram",
    "best-efforts",
];

fn is_id(text: &str) -> bool {
    let digits = text.strip_prefix('i').unwrap_or(text);
    (1..=20).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_day(text: &str) -> bool {
    text.parse::<jiff::civil::Date>().is_ok() && text.len() == 10
}

/// Days may be counted from today, and a time after a day is cut off.
fn means_a_day(text: &str) -> bool {
    text.parse::<i64>().is_ok() || text.split_once('T').is_some_and(|(day, _)| is_day(day))
}

/// Fails unless the request is one of those that this server makes, about its athlete, with its key, to its service.
#[track_caller]
fn is_ours(asked: &Asked, base_url: &str) {
    let path = asked.path();
    let segments: Vec<&str> = path
        .strip_prefix("/api/v1/")
        .unwrap_or_else(|| panic!("{path}"))
        .split('/')
        .collect();
    let known = match segments.as_slice() {
        ["athlete", id] => *id == ATHLETE_ID,
        ["athlete", id, "activities", "search-full"] => *id == ATHLETE_ID,
        ["athlete", id, what] => *id == ATHLETE_ID && ABOUT_THE_ATHLETE.contains(what),
        ["athlete", id, "events", what] => {
            *id == ATHLETE_ID && (is_id(what) || ["bulk", "bulk-delete"].contains(what))
        }
        ["athlete", id, "wellness", day] => *id == ATHLETE_ID && is_day(day),
        ["activity", id] => is_id(id),
        ["activity", id, what] => is_id(id) && ABOUT_AN_ACTIVITY.contains(what),
        _ => false,
    };
    assert!(known, "{} {path}", asked.method);
    assert!(asked.target.is_ascii() && !asked.target.contains(['#', '\\', '\r', '\n', ' ']));
    assert!(
        matches!(asked.method.as_str(), "GET" | "PUT" | "POST"),
        "{}",
        asked.method
    );
    assert_eq!(asked.header("authorization"), Some(basic(API_KEY).as_str()));
    assert_eq!(
        Some(asked.header("host").unwrap()),
        base_url.strip_prefix("http://")
    );
    let agent = asked.header("user-agent").unwrap_or_default();
    assert!(agent.starts_with("intervals-mcp-server/"), "{agent}");
    let names: Vec<&str> = asked
        .headers
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    for name in &names {
        let expected = [
            "authorization",
            "accept",
            "accept-encoding",
            "content-length",
            "content-type",
            "host",
            "user-agent",
        ];
        assert!(expected.contains(name), "{name} in {names:?}");
    }
}

async fn before(upstream: &Upstream) -> Target {
    // Less to read afterwards: the arguments here are long.
    Target::with(
        Profile::Keyed,
        &[
            ("INTERVALS_BASE_URL", upstream.base_url.as_str()),
            ("RUST_LOG", "info"),
        ],
    )
    .await
}

/// Every way to put a text into the arguments of `tool`: as each property and, for lists, as an element and as members of an
/// element.
fn placements(schema: &Value, text: &str) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    let properties = schema["properties"]
        .as_object()
        .cloned()
        .unwrap_or_default();
    let required: Vec<&str> = schema["required"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    for (name, property) in &properties {
        let mut values = vec![json!(text), json!([text]), json!({ text: text })];
        for (inner, _) in property["items"]["properties"]
            .as_object()
            .into_iter()
            .flatten()
        {
            let mut element = match name.as_str() {
                "events" => json!({ "date": "+2d", "sport": "Run", "name": "Easy" }),
                _ => json!({ "date": "today" }),
            };
            element[inner] = json!(text);
            values.push(json!([element]));
            element[inner] = json!({ text: 1 });
            values.push(json!([element]));
        }
        for value in values {
            let mut arguments = Map::new();
            for other in &required {
                let filler = match *other {
                    "id" => json!("i1"),
                    "shift_days" => json!(1),
                    "events" => json!([{ "date": "+2d", "sport": "Run", "name": "Easy" }]),
                    _ => json!([{ "date": "today", "mood": "good" }]),
                };
                arguments.insert((*other).to_owned(), filler);
            }
            arguments.insert(name.clone(), value);
            found.push((name.clone(), Value::Object(arguments)));
        }
    }
    found.push((text.to_owned(), json!({ text: text })));
    found
}

#[tokio::test]
async fn ups_01_ids_and_dates_cannot_climb_out_of_the_path() {
    let upstream = Upstream::honest().await;
    let target = before(&upstream).await;
    let caller = Caller::new(&target, &target.mcp_api_key);
    let known = caller.call("list_activities", json!({})).await.ok();
    assert!(known.contains("|"), "{known}");
    upstream.forget();
    for text in hostile() {
        for (tool, property) in [
            ("get_activity", "id"),
            ("list_workouts", "id"),
            ("list_activities", "around_id"),
            ("compare_activities", "reference_id"),
            ("compare_activities", "ids"),
            ("search_intervals", "oldest"),
            ("list_activities", "oldest"),
            ("list_activities", "newest"),
            ("list_events", "oldest"),
            ("list_events", "newest"),
            ("get_wellness", "oldest"),
            ("get_wellness", "newest"),
            ("delete_events", "ids"),
        ] {
            if !property.ends_with("id") && means_a_day(&text) {
                continue;
            }
            let said = caller.call(tool, json!({ property: text })).await;
            assert!(said.is_error, "{tool} {property} {text:?}: {}", said.text);
        }
        if !means_a_day(&text) {
            let entry = json!({ "entries": [{ "date": text, "mood": "good" }] });
            caller.call("update_wellness", entry).await.error();
        }
        for (tool, arguments) in [
            ("update_activity", json!({ "id": text, "rpe": 3 })),
            ("add_activity_message", json!({ "id": text, "text": "x" })),
        ] {
            caller.call(tool, arguments).await.error();
        }
        let part = json!({ "id": "i1", "include": [text] });
        let said = caller.call("get_activity", part).await;
        assert!(said.is_error, "{}", said.text);
        let asked = upstream.journal();
        assert!(asked.is_empty(), "{text:?}: {:?}", asked[0]);
    }
    target.finish().await;
}

#[tokio::test]
async fn ups_01_no_text_in_any_argument_leads_anywhere_else() {
    let upstream = Upstream::honest().await;
    let target = before(&upstream).await;
    let caller = Caller::new(&target, &target.mcp_api_key);
    let tools = caller.tools().await;
    assert!(tools.len() >= 8);
    for text in hostile() {
        for tool in &tools {
            let name = tool["name"].as_str().unwrap();
            for (_, arguments) in placements(&tool["inputSchema"], &text) {
                let reply = caller.post(calling(name, &arguments)).await;
                assert_eq!(reply.status, 200, "{name} {arguments}");
                Said::of(&reply);
            }
        }
        for asked in upstream.journal() {
            is_ours(&asked, &upstream.base_url);
        }
        upstream.forget();
    }
    target.finish().await;
}

/// Codes of custom fields are names that the athlete gave; what the service itself calls its fields are no such names.
#[tokio::test]
async fn ups_01_a_custom_field_is_no_way_to_the_fields_of_the_service() {
    let upstream = Upstream::honest().await;
    let target = before(&upstream).await;
    let caller = Caller::new(&target, &target.mcp_api_key);
    caller.call("get_athlete", json!({})).await.ok();
    for (code, value) in [
        ("id", json!("2031-01-01")),
        ("id", json!("../../athlete")),
        ("weight", json!(9_999)),
        ("restingHR", json!(-5)),
        ("locked", json!(true)),
        ("ctl", json!(500)),
        ("updated", json!("2031-01-01")),
        ("tempWeight", json!(true)),
        ("sportInfo", json!([])),
        ("athlete_id", json!("i999999")),
        ("a/../b", json!(1)),
        ("", json!(1)),
        ("Caf\u{202e}feine", json!(1)),
        ("Caffeine\n", json!(1)),
    ] {
        let custom = json!({ code: value });
        for entries in [
            json!([{ "date": "yesterday", "mood": "good", "custom": custom }]),
            json!([
                { "date": "yesterday", "mood": "good", "custom": custom },
                { "date": "-2d", "mood": "good" },
            ]),
        ] {
            let said = caller
                .call("update_wellness", json!({ "entries": entries }))
                .await;
            let sentence = said.error();
            assert!(sentence.contains("custom"), "{sentence}");
        }
        assert!(
            upstream.writes().is_empty(),
            "{code:?}: {:?}",
            upstream.writes()
        );
    }
    target.finish().await;
}

#[tokio::test]
async fn ups_02_nobody_chooses_another_athlete_key_or_service() {
    let upstream = Upstream::honest().await;
    let target = before(&upstream).await;
    let canary = target.canary.url("/");
    let token = client::connected(&target).await.access_token;
    for caller in [
        Caller::new(&target, &token),
        Caller::new(&target, &target.mcp_api_key),
    ] {
        for tool in caller.tools().await {
            let name = tool["name"].as_str().unwrap();
            for (property, value) in [
                ("athlete_id", json!("i999999")),
                ("athlete_id", json!("0")),
                ("athleteId", json!("i999999")),
                ("athlete", json!("i999999")),
                ("api_key", json!("attacker")),
                ("base_url", json!(canary)),
                ("headers", json!({ "Authorization": "x" })),
                ("url", json!(canary)),
                ("proxy", json!(canary)),
                ("webhook", json!(canary)),
                ("__proto__", json!({ "athlete_id": "i999999" })),
                ("nothing_known", json!(1)),
            ] {
                let mut arguments = json!({ property: value });
                if name == "get_activity" {
                    arguments["id"] = json!("i1");
                }
                if name == "update_wellness" {
                    arguments["entries"] = json!([{ "date": "today", "mood": "good" }]);
                }
                let reply = caller.post(calling(name, &arguments)).await;
                let said = Said::of(&reply);
                assert!(said.is_error, "{name} {property}: {}", said.text);
            }
        }
        // Nor beside the arguments.
        for extra in [
            json!({ "name": "get_athlete", "arguments": {}, "athlete_id": "i999999" }),
            json!({ "name": "get_athlete", "arguments": {}, "_meta": { "athlete_id": "i999999", "api_key": "attacker", "base_url": canary } }),
        ] {
            let body =
                json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": extra });
            let reply = caller.post(body.to_string()).await;
            assert!(Said::of(&reply).text.contains(ATHLETE_ID));
        }
    }
    let journal = upstream.journal();
    assert!(!journal.is_empty());
    for asked in journal {
        is_ours(&asked, &upstream.base_url);
    }
    assert!(upstream.writes().is_empty());
    target.finish().await;
}

/// Ways to spell a call so that whoever checks it and whoever runs it might read two different things.
fn two_faced() -> Vec<String> {
    let entries = r#"{"entries":[{"date":"today","mood":"good"}]}"#;
    let frames = [
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"update_wellness","arguments":@}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"get_help","name":"update_wellness","arguments":@}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"update_wellness","name":"get_help","arguments":@}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"get_help","arguments":{}},"params":{"name":"update_wellness","arguments":@}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"update_wellness","arguments":@},"params":{"name":"get_help","arguments":{}}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/list","method":"tools/call","params":{"name":"update_wellness","arguments":@}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","method":"tools/list","params":{"name":"update_wellness","arguments":@}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"tools\/call","params":{"name":"update\u005fwellness","arguments":@}}"#,
        r#"{"jsonrpc":"2.0","id":1,"m\u0065thod":"tools/call","params":{"n\u0061me":"update_wellness","arguments":@}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"update_wellness ","arguments":@}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"UPDATE_WELLNESS","arguments":@}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"update_wellness\u0000","arguments":@}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"get_help\u0000update_wellness","arguments":@}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":["update_wellness"],"arguments":@}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":{"name":"update_wellness"},"arguments":@}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":["update_wellness",@]}"#,
        r#"{"jsonrpc":"2.0","method":"tools/call","params":{"name":"update_wellness","arguments":@}}"#,
        r#"{"jsonrpc":"2.0","id":null,"method":"tools/call","params":{"name":"update_wellness","arguments":@}}"#,
        r#"{"jsonrpc":"2.0","id":1.5,"method":"tools/call","params":{"name":"update_wellness","arguments":@}}"#,
        r#"{"jsonrpc":"2.0","id":1,"id":2,"method":"tools/call","params":{"name":"update_wellness","arguments":@}}"#,
        r#"{"jsonrpc":"1.0","id":1,"method":"tools/call","params":{"name":"update_wellness","arguments":@}}"#,
        r#"{"id":1,"method":"tools/call","params":{"name":"update_wellness","arguments":@}}"#,
        r#"[{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"update_wellness","arguments":@}}]"#,
        r#"[{"jsonrpc":"2.0","id":1,"method":"ping"},{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"update_wellness","arguments":@}}]"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"ping"}{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"update_wellness","arguments":@}}"#,
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}\n{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tools/call\",\"params\":{\"name\":\"update_wellness\",\"arguments\":@}}",
        "\u{feff}{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"update_wellness\",\"arguments\":@}}",
        r#"{"jsonrpc":"2.0","id":1,"result":{},"method":"tools/call","params":{"name":"update_wellness","arguments":@}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"update_wellness","arguments":@,"task":{"ttl":1}}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"prompts/get","params":{"name":"update_wellness","arguments":@}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"completion/complete","params":{"name":"update_wellness","arguments":@}}"#,
    ];
    frames
        .iter()
        .map(|frame| frame.replace('@', entries))
        .collect()
}

#[tokio::test]
async fn a_read_only_grant_writes_nothing_whatever_its_json_looks_like() {
    let upstream = Upstream::honest().await;
    let target = before(&upstream).await;
    let token = client::connected_with(&target, "intervals:read")
        .await
        .access_token;
    let reader = Caller::new(&target, &token);
    reader.call("get_athlete", json!({})).await.ok();
    for body in two_faced() {
        for tricky in [
            &[][..],
            &[("Mcp-Method", "tools/list"), ("Mcp-Name", "get_help")],
            &[("MCP-Protocol-Version", "2026-07-28")],
        ] {
            let mut ask = super::message::Ask::post("/mcp").bearer(&token);
            for (name, value) in tricky {
                ask = ask.header(name, value);
            }
            let reply = target.send(&ask.json(body.clone())).await;
            assert!(
                matches!(reply.status, 200 | 202 | 400 | 403 | 404),
                "{body}: {}",
                reply.status
            );
        }
    }
    // The same of 2026, which says everything twice.
    for (in_header, in_body) in [
        ("update_wellness", "update_wellness"),
        ("get_help", "update_wellness"),
        ("=?base64?Z2V0X2hlbHA=?=", "update_wellness"),
    ] {
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {
            "name": in_body, "arguments": { "entries": [{ "date": "today", "mood": "good" }] },
            "_meta": crate::support::meta(crate::support::MODERN) } });
        let ask = super::message::Ask::post("/mcp")
            .bearer(&token)
            .header("MCP-Protocol-Version", crate::support::MODERN)
            .header("Mcp-Method", "tools/call")
            .header("Mcp-Name", in_header);
        let reply = target.send(&ask.json(body.to_string())).await;
        assert!(
            matches!(reply.status, 400 | 403),
            "{in_header}: {}",
            reply.text()
        );
    }
    assert_eq!(upstream.writes().len(), 0, "{:?}", upstream.writes());
    // It is the grant that holds it back: with the right to write the same call goes through.
    let owner = Caller::new(&target, &target.mcp_api_key);
    let allowed = owner.post(two_faced()[0].clone()).await;
    Said::of(&allowed).ok();
    assert_eq!(upstream.writes().len(), 1);
    target.finish().await;
}
