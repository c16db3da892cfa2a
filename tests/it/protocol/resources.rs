//! What clients read under a URI.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use intervals_mcp_server::demo::{Fault, FaultScope};
use serde_json::{Value, json};

use super::server;
use crate::support::{Answer, Caller, MODERN, ServerOptions, World, flow, meta};

const HELP: [&str; 2] = [
    "intervals://help/workout-syntax",
    "intervals://help/metrics",
];
const PROFILE: &str = "intervals://athlete/profile";

/// Reads in the era before 2026-07-28, whatever the URI is made of.
async fn legacy(caller: &Caller<'_>, uri: &str) -> Answer {
    caller.legacy("resources/read", json!({ "uri": uri })).await
}

/// Reads in 2026-07-28; the URI stands in a header too, encoded where a header cannot carry it.
async fn modern(caller: &Caller<'_>, uri: &str) -> Answer {
    let plain = uri.bytes().all(|byte| (0x21..0x7f).contains(&byte));
    let name = if plain {
        uri.to_owned()
    } else {
        format!("=?base64?{}?=", STANDARD.encode(uri))
    };
    let headers = [
        ("Content-Type", "application/json"),
        ("Accept", "application/json, text/event-stream"),
        ("MCP-Protocol-Version", MODERN),
        ("Mcp-Method", "resources/read"),
        ("Mcp-Name", &name),
    ];
    let params = json!({ "uri": uri, "_meta": meta(MODERN) });
    let body = json!({ "jsonrpc": "2.0", "id": 7, "method": "resources/read", "params": params });
    caller.post_raw("/mcp", &headers, body.to_string()).await
}

/// The text under `uri`, which is the same in both eras but for the marker of what others wrote.
#[track_caller]
fn same_text(uri: &str, answers: [&Answer; 2]) -> String {
    let texts = answers.map(|answer| {
        let contents = &answer.body["result"]["contents"];
        assert_eq!(answer.status, 200, "{uri}: {:?}", answer.body);
        assert_eq!(
            contents.as_array().map(Vec::len),
            Some(1),
            "{uri}: {contents}"
        );
        assert_eq!(contents[0]["uri"], uri);
        assert_eq!(contents[0]["mimeType"], "text/plain", "{uri}");
        without_marker(contents[0]["text"].as_str().unwrap())
    });
    assert_eq!(texts[0], texts[1]);
    assert!(!texts[0].is_empty(), "{uri}");
    texts[0].clone()
}

async fn read(caller: &Caller<'_>, uri: &str) -> String {
    let answers = (legacy(caller, uri).await, modern(caller, uri).await);
    same_text(uri, [&answers.0, &answers.1])
}

/// The marker around texts of others is another one each time.
fn without_marker(text: &str) -> String {
    let lines = text.lines().map(|line| {
        let is_marker = line.starts_with("--- ") && line.ends_with(" ---");
        if is_marker { "---" } else { line }
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// That `uri` leads nowhere, in the words of both eras; returns what is said.
async fn miss(caller: &Caller<'_>, uri: &str) -> String {
    let (legacy, modern) = (legacy(caller, uri).await, modern(caller, uri).await);
    for (answer, code) in [(&legacy, -32002), (&modern, -32602)] {
        assert_eq!(answer.status, 200, "{uri}: {:?}", answer.body);
        assert_eq!(
            answer.body["error"]["code"], code,
            "{uri}: {:?}",
            answer.body
        );
        assert_eq!(answer.body["error"]["data"]["uri"], uri);
        assert!(answer.body.get("result").is_none(), "{uri}");
    }
    let said = |answer: &Answer| answer.body["error"]["message"].as_str().unwrap().to_owned();
    assert_eq!(said(&legacy), said(&modern));
    said(&legacy)
}

/// An activity with a name, an event with steps and a stub of Strava.
async fn ids(world: &World) -> (String, String, String) {
    let activities = world
        .raw("/athlete/{id}/activities?oldest=2026-03-01&newest=2026-03-18")
        .await;
    let activities = activities.as_array().unwrap();
    let id = |wanted: fn(&Value) -> bool| {
        let found = activities.iter().find(|activity| wanted(activity)).unwrap();
        found["id"].as_str().unwrap().to_owned()
    };
    let events = world
        .raw("/athlete/{id}/events?oldest=2026-03-19&newest=2026-03-25&category=WORKOUT")
        .await;
    (
        id(|activity| activity["type"].is_string()),
        events[0]["id"].to_string(),
        id(|activity| !activity["type"].is_string()),
    )
}

#[tokio::test]
async fn what_is_listed_is_the_same_in_both_eras_and_for_everybody() {
    let world = World::start().await;
    let tokens = flow::connect_with(&world.server, &[]).await;
    let reader = Caller::with_token(&world.server, &tokens.access_token);
    for caller in [world.owner(), reader] {
        for (method, key, expected) in [
            (
                "resources/list",
                "resources",
                json!([HELP[0], HELP[1], PROFILE]),
            ),
            (
                "resources/templates/list",
                "resourceTemplates",
                json!([
                    "intervals://activity/{id}",
                    "intervals://event/{id}",
                    "intervals://wellness/{date}"
                ]),
            ),
        ] {
            let legacy = caller.legacy(method, json!({})).await.body;
            let modern = caller.modern(method, json!({})).await.body;
            let rows = &legacy["result"][key];
            assert_eq!(rows, &modern["result"][key]);
            let uris: Vec<&Value> = rows
                .as_array()
                .unwrap()
                .iter()
                .map(|row| row.get("uri").unwrap_or(&row["uriTemplate"]))
                .collect();
            assert_eq!(json!(uris), expected);
            for row in rows.as_array().unwrap() {
                assert_eq!(row["mimeType"], "text/plain");
                assert!(
                    row["title"].is_string() && row["description"].is_string(),
                    "{row}"
                );
            }
            // The same for everybody: nothing personal is in it.
            assert_eq!(modern["result"]["cacheScope"], "public");
            assert_eq!(modern["result"]["ttlMs"], 300_000);
        }
    }
}

#[tokio::test]
async fn what_is_listed_first_is_read_without_intervals() {
    let server = server().await;
    let owner = Caller::owner(&server);
    let list = owner.legacy("resources/list", json!({})).await.body;
    let first = list["result"]["resources"][0]["uri"].as_str().unwrap();
    assert!(read(&owner, first).await.contains("400 MINUTES"));
    let metrics = read(&owner, HELP[1]).await;
    for part in ["HRV is rMSSD", "fitness (CTL)", "1 very strong"] {
        assert!(metrics.contains(part), "{part}: {metrics}");
    }
}

#[tokio::test]
async fn a_resource_is_what_its_tool_says() {
    let world = World::start().await;
    let owner = world.owner();
    let (activity, event, stub) = ids(&world).await;
    for (uri, tool, arguments) in [
        (
            HELP[0].to_owned(),
            "get_help",
            json!({ "topic": "workouts" }),
        ),
        (
            HELP[1].to_owned(),
            "get_help",
            json!({ "topic": "metrics" }),
        ),
        (PROFILE.to_owned(), "get_athlete", json!({})),
        (
            format!("intervals://activity/{activity}"),
            "get_activity",
            json!({ "id": activity }),
        ),
        (
            format!("intervals://activity/{stub}"),
            "get_activity",
            json!({ "id": stub }),
        ),
        (
            format!("intervals://event/{event}"),
            "get_event",
            json!({ "id": event }),
        ),
        (
            "intervals://wellness/2026-03-17".to_owned(),
            "get_wellness",
            json!({ "oldest": "2026-03-17", "newest": "2026-03-17", "fields": "all" }),
        ),
    ] {
        let text = read(&owner, &uri).await;
        let said = owner.call_tool(tool, arguments).await.ok();
        assert_eq!(text, without_marker(&said), "{uri}");
    }
    world.assert_well_behaved();
}

#[tokio::test]
async fn whoever_may_only_read_reads_everything() {
    let world = World::start().await;
    let (activity, event, _) = ids(&world).await;
    let tokens = flow::connect_with(&world.server, &[]).await;
    let reader = Caller::with_token(&world.server, &tokens.access_token);
    for uri in [
        PROFILE.to_owned(),
        format!("intervals://activity/{activity}"),
        format!("intervals://event/{event}"),
        "intervals://wellness/today".to_owned(),
    ] {
        read(&reader, &uri).await;
    }
    let read_only = World::with(ServerOptions {
        read_only: true,
        ..ServerOptions::default()
    })
    .await;
    let (_, event, _) = ids(&read_only).await;
    read(&read_only.owner(), &format!("intervals://event/{event}")).await;
}

#[tokio::test]
async fn a_uri_may_hold_a_completed_value_as_clients_write_it() {
    let world = World::start().await;
    let owner = world.owner();
    let (id, _, _) = ids(&world).await;
    let bare = read(&owner, &format!("intervals://activity/{id}")).await;
    for value in [
        format!("{id}%202026-03-17%20Easy%20run"),
        format!("{id} 2026-03-17 Easy run"),
        format!("{id}+2026-03-17+Easy+run"),
        format!("{id}%20100%25%20Run%2fWalk"),
        format!("{id} 100% Run/Walk"),
        format!("{id} 2026-03-17 朝ラン"),
        format!("{id}%20%E6%9C%9D%e3%83%a9%E3%83%B3"),
        format!("%69{}", &id[1..]),
        format!("{id}%20{}", "x".repeat(6_000)),
    ] {
        let uri = format!("intervals://activity/{value}");
        assert_eq!(read(&owner, &uri).await, bare, "{uri}");
    }
}

#[tokio::test]
async fn a_header_that_names_another_uri_is_refused() {
    let server = server().await;
    let params = json!({ "uri": HELP[0], "_meta": meta(MODERN) });
    let body = json!({ "jsonrpc": "2.0", "id": 7, "method": "resources/read", "params": params });
    for name in [
        HELP[1],
        "help_workout_syntax",
        "INTERVALS://help/workout-syntax",
    ] {
        let headers = [
            ("Content-Type", "application/json"),
            ("MCP-Protocol-Version", MODERN),
            ("Mcp-Method", "resources/read"),
            ("Mcp-Name", name),
        ];
        let answer = Caller::owner(&server)
            .post_raw("/mcp", &headers, body.to_string())
            .await;
        assert_eq!(
            (answer.status, &answer.body["error"]["code"]),
            (400, &json!(-32020)),
            "{name}"
        );
    }
}

#[tokio::test]
async fn a_day_of_wellness_may_be_named_but_not_a_week() {
    let world = World::start().await;
    let owner = world.owner();
    for (day, date) in [
        ("2026-03-10", "Tue 2026-03-10"),
        ("today", "Wed 2026-03-18"),
        ("yesterday", "Tue 2026-03-17"),
        ("-2d", "Mon 2026-03-16"),
        ("%20Today", "Wed 2026-03-18"),
    ] {
        let text = read(&owner, &format!("intervals://wellness/{day}")).await;
        let head = format!("1 day · {date} (Europe/Zurich, today is Wed 2026-03-18)");
        assert_eq!(text.lines().next(), Some(head.as_str()), "{day}");
    }
    let empty = read(&owner, "intervals://wellness/2018-05-01").await;
    assert!(
        empty.starts_with("No wellness data · Tue 2018-05-01 "),
        "{empty}"
    );
    for no_day in [
        "this_week",
        "last_week",
        "2026-02-30",
        "soon",
        "2026-03",
        "2026-03-10/",
        "%FF",
    ] {
        let said = miss(&owner, &format!("intervals://wellness/{no_day}")).await;
        assert!(said.contains("YYYY-MM-DD"), "{no_day}: {said}");
    }
    world.assert_well_behaved();
}

#[tokio::test]
async fn what_cannot_be_there_is_a_miss_that_helps() {
    let world = World::start().await;
    let owner = world.owner();
    for uri in [
        "intervals://activity/",
        "intervals://help/",
        "intervals://help/secrets",
        "intervals://athlete/profile/",
        "intervals://athlete/{id}",
        "https://intervals.icu/api/v1/athlete/0",
        "file:///etc/passwd",
        "",
    ] {
        let said = miss(&owner, uri).await;
        assert!(said.contains("resources/templates/list"), "{uri}: {said}");
    }
    for (uri, help) in [
        ("intervals://activity/long-run", "list_activities"),
        ("intervals://activity/{id}", "list_activities"),
        (
            "intervals://activity/i1%2F..%2F..%2Fathlete",
            "list_activities",
        ),
        ("intervals://activity/%20", "list_activities"),
        ("intervals://event/i77", "list_events"),
        ("intervals://event/99999999999", "list_events"),
        ("intervals://activity/i999999999", "404"),
        ("intervals://event/7", "404"),
    ] {
        let said = miss(&owner, uri).await;
        assert!(said.contains(help), "{uri}: {said}");
    }
    let long = format!("intervals://activity/{}", "i1".repeat(4_000));
    let said = miss(&owner, &long).await;
    assert!(said.len() < 500, "{said}");
    world.assert_well_behaved();
}

#[tokio::test]
async fn what_is_not_the_athletes_is_a_miss() {
    for (uri, path) in [
        ("intervals://activity/i1234", "/activity/i1234"),
        ("intervals://event/4711", "/events/4711"),
    ] {
        let world = World::start().await;
        let scope = FaultScope {
            path_contains: Some(path.to_owned()),
            times: None,
        };
        let denied = Fault::Status(403, Some("Access denied".to_owned()));
        world.demo.faults().set(denied, scope);
        let said = miss(&world.owner(), uri).await;
        assert!(said.contains("403: \"Access denied\""), "{said}");
    }
}

#[tokio::test]
async fn a_failure_of_intervals_is_an_internal_error_with_its_sentence() {
    for (fault, said) in [
        (Fault::Status(401, None), "API key"),
        (Fault::Status(503, None), "(503)"),
        (Fault::TruncatedJson, "cannot be read"),
        (Fault::Html(200), "web page"),
    ] {
        let world = World::start().await;
        let (activity, event, _) = ids(&world).await;
        world.demo.faults().set(fault, FaultScope::default());
        for uri in [
            PROFILE.to_owned(),
            format!("intervals://activity/{activity}"),
            format!("intervals://event/{event}"),
            "intervals://wellness/today".to_owned(),
        ] {
            let owner = world.owner();
            for answer in [legacy(&owner, &uri).await, modern(&owner, &uri).await] {
                let error = &answer.body["error"];
                assert_eq!(
                    (answer.status, &error["code"]),
                    (200, &json!(-32603)),
                    "{uri}"
                );
                let sentence = error["message"].as_str().unwrap();
                assert!(sentence.contains(said), "{uri}: {sentence}");
                assert!(answer.body.get("result").is_none());
            }
        }
    }
}

#[tokio::test]
async fn a_listed_resource_is_never_missing() {
    let world = World::start().await;
    let scope = FaultScope::default();
    world.demo.faults().set(Fault::Status(404, None), scope);
    let answer = modern(&world.owner(), PROFILE).await;
    assert_eq!(answer.body["error"]["code"], -32603, "{:?}", answer.body);
}

#[tokio::test]
async fn only_answers_of_2026_say_how_long_and_by_whom_they_may_be_kept() {
    let world = World::start().await;
    let owner = world.owner();
    let (activity, event, _) = ids(&world).await;
    for (uri, ttl, scope) in [
        (HELP[0].to_owned(), 300_000, "public"),
        (HELP[1].to_owned(), 300_000, "public"),
        (PROFILE.to_owned(), 30_000, "private"),
        (
            format!("intervals://activity/{activity}"),
            30_000,
            "private",
        ),
        (format!("intervals://event/{event}"), 30_000, "private"),
        ("intervals://wellness/today".to_owned(), 30_000, "private"),
    ] {
        let modern = modern(&owner, &uri).await.body;
        let result = &modern["result"];
        assert_eq!(
            (
                &result["ttlMs"],
                &result["cacheScope"],
                &result["resultType"]
            ),
            (&json!(ttl), &json!(scope), &json!("complete")),
            "{uri}"
        );
        let legacy = legacy(&owner, &uri).await.body;
        let keys: Vec<&String> = legacy["result"].as_object().unwrap().keys().collect();
        assert_eq!(keys, ["contents"], "{uri}");
    }
}
