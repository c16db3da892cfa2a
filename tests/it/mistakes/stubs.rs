//! What came through Strava is a row with a date. Nothing is made of it, and it is not passed over in silence.

use serde_json::{Value, json};

use super::{every, ids};
use crate::support::{Caller, Server, altered};

/// The same row as the service sends it: with its note, and as those behind a chain of platforms come.
fn stub(row: &Value, nth: usize) -> Value {
    let mut stub = json!({
        "id": format!("152999000{nth:02}"),
        "icu_athlete_id": "i424242",
        "start_date_local": row["start_date_local"],
    });
    match nth % 3 {
        0 => {
            stub["source"] = json!("STRAVA");
            stub["_note"] = json!("STRAVA activities are not available via the API");
        }
        1 => {
            stub["source"] = Value::Null;
            stub["_note"] = Value::Null;
        }
        _ => {}
    }
    stub
}

/// A server whose athlete has nothing but Strava.
async fn only_strava() -> Server {
    let (_demo, server) = altered(|path, body| {
        let list = [
            "/activities",
            "/search",
            "/search-full",
            "/activities-around",
            "/interval-search",
        ];
        if list.iter().any(|end| path.ends_with(end)) || path.contains("/activities/") {
            let rows = body.as_array().unwrap().iter().enumerate();
            *body = rows.map(|(nth, row)| stub(row, nth)).collect();
        } else if path.contains("/activity/") && body.get("start_date_local").is_some() {
            *body = stub(body, 0);
        }
    })
    .await;
    server
}

/// What would be data about sessions that nobody has seen.
const INVENTED: [&str; 9] = [
    "0 W",
    "0 bpm",
    "0 watts",
    "0 km/h",
    "0 rpm",
    "0:00/km",
    "NaN",
    "null",
    "unknown sport",
];

#[tokio::test]
async fn nothing_is_made_of_what_strava_withholds() {
    let server = only_strava().await;
    let caller = Caller::owner(&server);
    let mut explained = Vec::new();
    for ask in every(&caller, &ids().await).await {
        if ask.tool == "get_help" {
            continue;
        }
        let asks = match ask.within("2026-03-02", "2026-03-17") {
            Some(windowed) => vec![windowed, ask],
            None => vec![ask],
        };
        for ask in asks {
            let said = ask.ask(&caller).await;
            let text = &said.text;
            assert!(
                !text.contains("The server made a mistake"),
                "{ask:?}: {text}"
            );
            for word in INVENTED {
                assert!(!super::has(text, word), "{ask:?}: {word}: {text}");
            }
            for line in text.lines().filter(|line| line.starts_with("152999000")) {
                // A row would be one more session.
                assert!(!line.contains('|'), "{ask:?}: {line}");
            }
            let times = text.matches("came through Strava").count()
                + text.matches("Strava's terms").count();
            assert!(times <= 1, "{ask:?}: {text}");
            if text.contains("Strava") {
                explained.push(ask.tool);
            }
        }
    }
    for tool in [
        "get_today",
        "list_activities",
        "get_activity",
        "get_activity_streams",
        "list_events",
    ] {
        assert!(
            explained.iter().any(|name| name == tool),
            "{tool}: {explained:?}"
        );
    }
}

/// The tools that read activities of a window, whichever they are.
#[tokio::test]
async fn whoever_reads_activities_says_how_many_are_withheld() {
    let (demo, server) = altered(|path, body| {
        if path.ends_with("/activities") {
            let rows = body.as_array().unwrap().iter().enumerate();
            *body = rows.map(|(nth, row)| stub(row, nth)).collect();
        }
    })
    .await;
    let caller = Caller::owner(&server);
    let mut asked = 0;
    for ask in every(&caller, &ids().await).await {
        let Some(ask) = ask.within("2026-03-02", "2026-03-15") else {
            continue;
        };
        demo.clear_journal();
        let said = ask.ask(&caller).await;
        let journal = demo.journal();
        let read = journal.iter().any(|request| {
            request.path.ends_with("/activities") && request.query.contains("oldest=2026-03-02")
        });
        if read {
            assert!(said.text.contains("Strava"), "{ask:?}: {}", said.text);
            asked += 1;
        }
    }
    assert!(asked >= 2, "{asked}");
}
