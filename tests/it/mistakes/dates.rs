//! Days are the athlete's, wherever the athlete lives; what the service has in UTC is not for showing.

use intervals_mcp_server::clock::Clock;
use serde_json::json;

use super::{every, ids, said, set};
use crate::support::{Caller, ServerOptions, altered_with};

#[tokio::test]
async fn no_answer_shows_what_the_service_has_in_utc() {
    // In no answer can this year come from anywhere else.
    let answers = said(|_, body| {
        for instant in ["start_date", "updated", "icu_sync_date", "analyzed"] {
            set(body, instant, &json!("2031-07-07T07:07:07Z"));
        }
    })
    .await;
    for (ask, said) in answers {
        let text = said.ok();
        assert!(!text.contains("2031"), "{ask:?}: {text}");
    }
}

/// A zone, an instant, the day there.
const CLOCKS: [(&str, &str, &str); 3] = [
    ("Pacific/Auckland", "2026-03-17T12:30:00Z", "Wed 2026-03-18"),
    ("Pacific/Honolulu", "2026-03-18T09:30:00Z", "Tue 2026-03-17"),
    (
        "Pacific/Kiritimati",
        "2026-03-18T10:30:00Z",
        "Thu 2026-03-19",
    ),
];

#[tokio::test]
async fn today_is_the_athletes_on_every_side_of_the_date_line() {
    let ids = ids().await;
    for (zone, now, day) in CLOCKS {
        let options = ServerOptions {
            clock: Clock::manual(now.parse().unwrap()),
            ..ServerOptions::default()
        };
        let (_demo, server) = altered_with(options, move |path, body| {
            if path.ends_with("/profile") {
                body["athlete"]["timezone"] = json!(zone);
            }
        })
        .await;
        let caller = Caller::owner(&server);
        let mut asked = 0;
        for ask in every(&caller, &ids).await {
            let Some(ask) = ask.within("today", "today") else {
                continue;
            };
            if !ask.takes("oldest") {
                continue;
            }
            let text = ask.ask(&caller).await.ok();
            let head = text.lines().next().unwrap();
            assert!(head.contains(day), "{zone}: {ask:?}: {head}");
            asked += 1;
        }
        assert!(asked >= 4, "{asked}");
        let today = caller.call_tool("get_today", json!({})).await.ok();
        assert!(today.starts_with(day), "{zone}: {today}");
    }
}

#[tokio::test]
async fn a_session_late_in_the_evening_is_of_that_evening() {
    let ids = ids().await;
    let wanted = ids.activity.clone();
    let (_demo, server) = altered_with(ServerOptions::default(), move |path, body| {
        if path.ends_with("/profile") {
            body["athlete"]["timezone"] = json!("Pacific/Honolulu");
        }
        super::objects(body, &mut |members| {
            if members.get("id").is_some_and(|id| *id == json!(wanted)) {
                for (name, at) in [
                    ("start_date_local", "2026-03-10T23:30:00"),
                    ("start_date", "2026-03-11T09:30:00Z"),
                ] {
                    if members.contains_key(name) {
                        members.insert(name.to_owned(), json!(at));
                    }
                }
            }
        });
    })
    .await;
    let caller = Caller::owner(&server);
    let mut shown = 0;
    for ask in every(&caller, &ids).await {
        let text = ask.ask(&caller).await.ok();
        let lines = text.lines().filter(|line| line.contains(&ids.activity));
        for line in lines.filter(|line| line.contains("23:30") || line.contains("09:30")) {
            assert!(
                line.contains("Tue ") && line.contains("03-10"),
                "{ask:?}: {line}"
            );
            assert!(
                !line.contains("09:30") && !line.contains("03-11"),
                "{ask:?}: {line}"
            );
            shown += 1;
        }
    }
    // In the list, and alone.
    assert!(shown >= 2, "{shown}");
}
