//! A window years back is read where it lies, and no day of today's is read in its place.

use jiff::civil::{Date, date};
use serde_json::json;

use super::{every, ids};
use crate::support::World;

const OLDEST: Date = date(2023, 3, 6);
const NEWEST: Date = date(2023, 3, 19);
/// What a baseline or the fitness before a window takes.
const BEFORE: i32 = 100;
/// The rest of a week.
const BEHIND: i32 = 7;

/// The days that a request names.
fn days(query: &str) -> Vec<Date> {
    let decoded = query.replace("%3A", ":").replace("%2C", ",");
    decoded
        .split(|c: char| !(c.is_ascii_digit() || c == '-'))
        .filter(|word| word.len() >= 10)
        .filter_map(|word| word[..10].parse().ok())
        .collect()
}

#[tokio::test]
async fn what_is_asked_about_the_past_is_read_there() {
    let world = World::start().await;
    let caller = world.owner();
    caller.call_tool("get_athlete", json!({})).await.ok();
    let mut asked = 0;
    for ask in every(&caller, &ids().await).await {
        let Some(ask) = ask.within("2023-03-06", "2023-03-19") else {
            continue;
        };
        world.demo.clear_journal();
        let text = ask.ask(&caller).await.ok();
        let mut covers = false;
        for request in world.demo.journal() {
            let days = days(&request.query);
            let (Some(first), Some(last)) = (days.iter().min(), days.iter().max()) else {
                // Settings are of no day; a list of activities without one would be of the last.
                assert!(
                    !request.path.ends_with("/activities"),
                    "{ask:?}: {request:?}"
                );
                continue;
            };
            let before = OLDEST.since(*first).unwrap().get_days();
            let behind = last.since(NEWEST).unwrap().get_days();
            // A list is of its window; only what is reckoned looks further back.
            let most = if ask.tool.starts_with("list_") {
                BEHIND
            } else {
                BEFORE
            };
            assert!(
                before <= most && behind <= BEHIND,
                "{ask:?}: {}?{}",
                request.path,
                request.query
            );
            covers |= *first <= OLDEST && *last >= NEWEST;
        }
        // What is searched over all time has no window upstream.
        let all_time = world
            .demo
            .journal()
            .iter()
            .any(|r| r.path.ends_with("-search"));
        assert!(covers || all_time, "{ask:?}: {text}");
        assert!(
            text.contains("2023-03-06") && text.contains("2023-03-19"),
            "{ask:?}: {text}"
        );
        asked += 1;
    }
    assert!(asked >= 4, "{asked}");
    world.assert_well_behaved();
}

#[tokio::test]
async fn both_ends_of_a_window_belong_to_it() {
    let world = World::start().await;
    let caller = world.owner();
    // A day with a session, a workout and a row of wellness.
    for ask in every(&caller, &ids().await).await {
        let (Some(alone), true) = (ask.within("2026-03-12", "2026-03-12"), ask.takes("oldest"))
        else {
            continue;
        };
        let text = alone.ask(&caller).await.ok();
        let nothing = ["0 activities", "0 events", "0 days", "No "];
        assert!(
            !nothing.iter().any(|start| text.starts_with(start)),
            "{alone:?}: {text}"
        );
    }
}

/// Every sport and every window in which there is nothing, little or nothing to see.
#[tokio::test]
async fn every_tool_answers_for_every_sport_and_window() {
    let world = World::start().await;
    let caller = world.owner();
    let strava = world
        .raw("/athlete/{id}/activities?oldest=2025-06-01&newest=2026-03-18")
        .await;
    let strava = strava.as_array().unwrap().iter();
    let stub = strava.clone().find(|row| !row["type"].is_string()).unwrap();
    let day = stub["start_date_local"].as_str().unwrap()[..10].to_owned();
    let windows = [
        ("an empty window", "2018-05-01", "2018-05-31"),
        ("before there was anything", "2025-03-01", "2025-03-20"),
        ("one day", "2026-03-12", "2026-03-12"),
        ("an illness", "2026-02-02", "2026-02-06"),
        ("only Strava", day.as_str(), day.as_str()),
        ("a month", "2026-02-10", "2026-03-10"),
    ];
    for ask in every(&caller, &ids().await).await {
        let mut asks = Vec::new();
        for (what, oldest, newest) in windows {
            let Some(windowed) = ask.within(oldest, newest) else {
                continue;
            };
            asks.push((what.to_owned(), windowed.clone()));
            if ask.takes("sport") {
                asks.extend(
                    super::SPORTS
                        .map(|sport| (format!("{what}, {sport}"), windowed.with("sport", sport))),
                );
            }
        }
        for sport in super::SPORTS {
            let id = super::newest(&world, sport).await;
            asks.extend(ask.about(&id).map(|about| (sport.to_owned(), about)));
            if ask.takes("sport") {
                asks.push((sport.to_owned(), ask.with("sport", sport)));
            }
        }
        asks.extend(
            ask.about(stub["id"].as_str().unwrap())
                .map(|about| ("a stub".to_owned(), about)),
        );
        for (what, ask) in asks {
            let said = ask.ask(&caller).await;
            assert!(
                !said.text.contains("The server made a mistake"),
                "{what}: {ask:?}: {}",
                said.text
            );
            for word in ["NaN", "inf", "null", "N/A"] {
                let shown = super::has(&said.text, word);
                assert!(!shown, "{what}: {ask:?}: {word}: {}", said.text);
            }
            if what.starts_with("an empty window") {
                // Nothing is said in few words, and nothing is invented.
                let short = said.text.lines().count() <= 4 && !said.text.contains('|');
                assert!(short, "{what}: {ask:?}: {}", said.text);
            }
            if said.is_error {
                // It says why, and is about this call.
                let sentence = said.text.len() > 30 && said.text.trim_end().ends_with('.');
                assert!(sentence, "{what}: {ask:?}: {}", said.text);
            }
        }
    }
    world.assert_well_behaved();
}
