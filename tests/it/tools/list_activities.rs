//! Activities of a window.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Caller, Twisted, World, table};

/// How many more there are, and the cursor that goes on with them.
fn goes_on(text: &str) -> Option<(usize, String)> {
    let (before, cursor) = text.split_once(" more: the same call with cursor ")?;
    let more = before.lines().last().unwrap().parse().unwrap();
    Some((more, cursor.lines().next().unwrap().to_owned()))
}

fn ids(text: &str) -> Vec<String> {
    table(text, "id|")
        .iter()
        .map(|row| row["id"].clone())
        .collect()
}

/// The ids of all pages. `between`: something happens before each page, and nothing of what was read before is remembered.
async fn paged(
    caller: &Caller<'_>,
    mut arguments: Value,
    between: Option<&dyn Fn()>,
) -> Vec<String> {
    let mut found = Vec::new();
    loop {
        let text = caller
            .call_tool("list_activities", arguments.clone())
            .await
            .ok();
        found.extend(ids(&text));
        let Some((more, cursor)) = goes_on(&text) else {
            return found;
        };
        assert!(more < 1000 && found.len() < 1000, "{text}");
        arguments["cursor"] = json!(cursor);
        if let Some(between) = between {
            between();
            let entry = json!({ "entries": [{ "date": "yesterday", "mood": "good" }] });
            caller.call_tool("update_wellness", entry).await.ok();
        }
    }
}

fn shown(activities: &Value) -> Vec<&Value> {
    activities
        .as_array()
        .unwrap()
        .iter()
        .filter(|a| a["type"].is_string())
        .collect()
}

/// What the owner is told, which must not be an error.
async fn listed(world: &World, arguments: Value) -> String {
    let owner = world.owner();
    owner.call_tool("list_activities", arguments).await.ok()
}

#[tokio::test]
async fn rows_and_totals_are_those_of_the_service() {
    let world = World::start().await;
    let text = listed(&world, json!({ "oldest": "-13d" })).await;
    let raw = world
        .raw("/athlete/{id}/activities?oldest=2026-03-05&newest=2026-03-18")
        .await;
    let raw = shown(&raw);
    let rows = table(&text, "id|");
    assert_eq!(rows.len(), raw.len());
    let head = text.lines().next().unwrap();
    assert!(
        head.contains("Thu 2026-03-05 to Wed 2026-03-18 (Europe/Zurich, today is Wed 2026-03-18)"),
        "{head}"
    );
    let load: i64 = raw
        .iter()
        .filter_map(|a| a["icu_training_load"].as_i64())
        .sum();
    assert!(
        head.contains(&format!("{} activities", raw.len()))
            && head.contains(&format!("load {load} ")),
        "{head}"
    );
    for (row, activity) in rows.iter().zip(&raw) {
        assert_eq!(row["id"], activity["id"].as_str().unwrap());
        assert_eq!(row["sport"], activity["type"].as_str().unwrap());
        let start = activity["start_date_local"].as_str().unwrap();
        assert!(
            row["date"].ends_with(&format!("{} {}", &start[5..10], &start[11..16])),
            "{row:?}"
        );
        assert_eq!(
            row["load"],
            activity["icu_training_load"]
                .as_i64()
                .map(|l| l.to_string())
                .unwrap_or_default()
        );
        // Percent, not a fraction: 92.19 is an intensity factor of 0.92.
        let intensity = activity["icu_intensity"]
            .as_f64()
            .map(|p| format!("{p:.0}"))
            .unwrap_or_default();
        assert_eq!(row["IF%"], intensity);
        let seconds = activity["moving_time"].as_i64().unwrap();
        let clock = if seconds >= 3600 {
            format!(
                "{}:{:02}:{:02}",
                seconds / 3600,
                seconds / 60 % 60,
                seconds % 60
            )
        } else {
            format!("{}:{:02}", seconds / 60, seconds % 60)
        };
        assert_eq!(row["time"], clock);
    }
    world.assert_well_behaved();
}

#[tokio::test]
async fn one_request_serves_a_window() {
    let world = World::start().await;
    listed(&world, json!({})).await;
    world.demo.clear_journal();
    listed(
        &world,
        json!({ "oldest": "2025-09-01", "newest": "2025-09-30" }),
    )
    .await;
    let journal = world.demo.journal();
    assert_eq!(journal.len(), 1, "{journal:?}");
    assert!(
        journal[0]
            .query
            .contains("oldest=2025-09-01&newest=2025-09-30"),
        "{journal:?}"
    );
}

#[tokio::test]
async fn strava_stubs_are_counted_once_and_never_shown_as_data() {
    let world = World::start().await;
    let year = world
        .raw("/athlete/{id}/activities?oldest=2025-04-01&newest=2026-03-18")
        .await;
    let stubs: Vec<&Value> = year
        .as_array()
        .unwrap()
        .iter()
        .filter(|a| !a["type"].is_string())
        .collect();
    assert!(stubs.len() >= 3);
    let arguments = json!({ "oldest": "2025-04-01", "newest": "2026-03-18", "limit": 200 });
    let text = listed(&world, arguments).await;
    assert!(
        text.contains(&format!(
            "{} activities that came through Strava",
            stubs.len()
        )),
        "{text}"
    );
    for stub in stubs {
        assert!(
            !text.contains(&format!("{}|", stub["id"].as_str().unwrap())),
            "{stub}"
        );
    }
}

#[tokio::test]
async fn search_by_name_tag_and_sport() {
    let world = World::start().await;
    let by_sport = listed(&world, json!({ "oldest": "-60d", "sport": "ride" })).await;
    let rows = table(&by_sport, "id|");
    assert!(
        rows.len() > 5 && rows.iter().all(|r| r["sport"].ends_with("Ride")),
        "{by_sport}"
    );
    assert!(rows.iter().any(|r| r["sport"] == "VirtualRide"));

    let by_name = listed(&world, json!({ "query": "long run" })).await;
    let rows = table(&by_name, "id|");
    assert!(
        !rows.is_empty()
            && rows
                .iter()
                .all(|r| r["name"].to_lowercase().contains("long run")),
        "{by_name}"
    );
    assert!(
        by_name.contains("all time"),
        "without dates the search is not bound to four weeks: {by_name}"
    );

    for tag in ["key", "#key"] {
        let by_tag = listed(&world, json!({ "oldest": "-60d", "tag": tag })).await;
        let rows = table(&by_tag, "id|");
        assert!(
            !rows.is_empty() && rows.iter().all(|r| r["flags"].contains("#key")),
            "{by_tag}"
        );
    }
    let none = listed(
        &world,
        json!({ "sport": "run", "oldest": "2019-05-01", "newest": "2019-05-31" }),
    )
    .await;
    assert!(
        none.contains("No activity of any sport or name here."),
        "{none}"
    );
    let none = listed(&world, json!({ "sport": "kitesurf" })).await;
    assert!(
        none.starts_with("0 activities") && none.contains("sports found: "),
        "{none}"
    );
    world.assert_well_behaved();
}

#[tokio::test]
async fn neighbours_of_an_activity() {
    let world = World::start().await;
    let rows = table(&listed(&world, json!({})).await, "id|");
    let id = &rows[5]["id"];
    world.demo.clear_journal();
    let text = listed(&world, json!({ "around_id": id })).await;
    assert_eq!(world.demo.journal().len(), 1);
    let around = table(&text, "id|");
    let has = |row: &BTreeMap<String, String>| around.iter().any(|r| r["id"] == row["id"]);
    assert!(has(&rows[4]) && has(&rows[6]) && !has(&rows[5]), "{text}");
    assert!(text.contains(&format!("nearest to {id} in time")), "{text}");
    let arguments = json!({ "around_id": id, "query": "Halbmarathon" });
    let race = listed(&world, arguments).await;
    assert!(
        race.starts_with("at least 1 activity")
            && race.contains("Only the nearest 200 of any kind were searched."),
        "{race}"
    );
    // Among more than twenty neighbours, those of the sport; and only on the days that were asked for.
    let arguments = json!({ "around_id": id, "sport": "swim", "limit": 6 });
    let swims = table(&listed(&world, arguments).await, "id|");
    assert!(
        swims.len() > 3 && swims.iter().all(|r| r["sport"] == "Swim"),
        "{swims:?}"
    );
    let arguments = json!({ "around_id": id, "oldest": "2026-03-09", "newest": "2026-03-10" });
    let days = table(&listed(&world, arguments).await, "id|");
    assert!(
        !days.is_empty()
            && days
                .iter()
                .all(|r| ["03-09", "03-10"].iter().any(|day| r["date"].contains(day))),
        "{days:?}"
    );
    world.assert_well_behaved();
}

#[tokio::test]
async fn a_long_list_goes_on_where_it_stopped() {
    let world = World::start().await;
    let all = table(&listed(&world, json!({})).await, "id|");
    let first = listed(&world, json!({ "limit": "10" })).await;
    let (more, cursor) = goes_on(&first).unwrap();
    assert_eq!(more, all.len() - 10, "{first}");
    let second = listed(&world, json!({ "limit": 10, "cursor": cursor })).await;
    let both: Vec<String> = ids(&first).into_iter().chain(ids(&second)).collect();
    assert_eq!(
        both,
        all.iter()
            .take(20)
            .map(|r| r["id"].clone())
            .collect::<Vec<_>>()
    );
    // The totals are those of the window, not of the page.
    let activities = |text: &str| text.split(" activities").next().unwrap().to_owned();
    assert_eq!(activities(&first), all.len().to_string());
}

#[tokio::test]
async fn sorting_changes_the_order_only() {
    let world = World::start().await;
    let by_load = table(&listed(&world, json!({ "sort": "load" })).await, "id|");
    let loads: Vec<i64> = by_load.iter().map(|r| r["load"].parse().unwrap()).collect();
    assert!(loads.windows(2).all(|pair| pair[0] >= pair[1]), "{loads:?}");
    let oldest = table(&listed(&world, json!({ "sort": "oldest" })).await, "id|");
    let newest = table(&listed(&world, json!({})).await, "id|");
    assert_eq!(oldest.first().unwrap()["id"], newest.last().unwrap()["id"]);
    let ids = |rows: &[BTreeMap<String, String>]| -> BTreeSet<String> {
        rows.iter().map(|row| row["id"].clone()).collect()
    };
    assert!(newest.len() > 10, "{newest:?}");
    assert_eq!(ids(&by_load), ids(&newest));
    assert_eq!(ids(&oldest), ids(&newest));
}

#[tokio::test]
async fn imperial_units_are_used_where_the_athlete_wants_them() {
    let world = World::start().await;
    world.demo.prefer_imperial(true);
    let text = listed(&world, json!({})).await;
    let raw = world
        .raw("/athlete/{id}/activities?oldest=2026-02-19&newest=2026-03-18")
        .await;
    assert!(text.contains("|mi|up ft|"), "{text}");
    let rows = table(&text, "id|");
    assert_eq!(rows.len(), shown(&raw).len());
    for (row, activity) in rows.iter().zip(shown(&raw)) {
        if let Some(metres) = activity["icu_distance"].as_f64().filter(|m| *m > 0.0) {
            if activity["type"] == "Swim" {
                assert_eq!(row["mi"], format!("{:.0}y", metres / 0.9144));
            } else {
                let miles: f64 = row["mi"].parse().unwrap();
                assert!(
                    (miles - metres / 1609.344).abs() < 0.051,
                    "{row:?} {metres}"
                );
            }
        }
        match activity["type"].as_str().unwrap() {
            "Run" | "TrailRun" => assert!(row["pace"].ends_with("/mi"), "{row:?}"),
            "Swim" => assert!(row["pace"].ends_with("/100y"), "{row:?}"),
            _ => assert_eq!(row["pace"], ""),
        }
    }
}

#[tokio::test]
async fn wrong_arguments_are_answered_with_the_right_ones() {
    let world = World::start().await;
    let owner = world.owner();
    for (arguments, says) in [
        (json!({ "oldest": "soon" }), "YYYY-MM-DD, today, yesterday"),
        (json!({ "oldest": "today", "newest": "-3d" }), "swap them"),
        (
            json!({ "oldest": "-900d" }),
            "at most 731 days at a time, such as oldest 2023-09-30 and newest 2025-09-29",
        ),
        (json!({ "cursor": "10" }), "the previous answer named"),
        (json!({ "limit": 0 }), "1 to 200"),
        (json!({ "limit": "many" }), "whole number"),
        (
            json!({ "sort": "size" }),
            "newest, oldest, load, time, distance",
        ),
        (json!({ "around_id": "../athlete/0" }), "i12345678"),
        (json!({ "athlete_id": "i1" }), "oldest"),
    ] {
        let said = owner
            .call_tool("list_activities", arguments.clone())
            .await
            .error();
        assert!(said.contains(says), "{arguments}: {said}");
    }
    let asked = world
        .demo
        .journal()
        .iter()
        .filter(|r| r.path.contains("activit"))
        .count();
    assert_eq!(asked, 0, "nothing wrong reaches the service");
}

#[tokio::test]
async fn what_strava_withholds_is_named_even_when_a_filter_cannot_see_it() {
    let world = World::start().await;
    let arguments = json!({ "oldest": "2026-03-07", "newest": "2026-03-07", "sport": "ride" });
    let text = listed(&world, arguments).await;
    assert!(
        text.contains("they may be among what was asked for"),
        "{text}"
    );
}

#[tokio::test]
async fn a_search_over_all_time_says_where_it_ends() {
    let world = World::start().await;
    let text = listed(&world, json!({ "query": "r" })).await;
    assert!(
        text.starts_with("at least ") && text.contains("Only the newest 100 matches"),
        "{text}"
    );
}

#[tokio::test]
async fn a_few_neighbours_are_the_nearest_ones() {
    let world = World::start().await;
    let rows = table(&listed(&world, json!({})).await, "id|");
    let text = listed(&world, json!({ "around_id": rows[8]["id"], "limit": 3 })).await;
    let near: Vec<String> = table(&text, "id|")
        .into_iter()
        .map(|r| r["id"].clone())
        .collect();
    // One of the three is withheld by the service.
    assert_eq!(near.len(), 2, "{text}");
    assert!(
        text.contains("Withheld by the service: 1 activity"),
        "{text}"
    );
    assert!(!near.contains(&rows[8]["id"]), "{text}");
    assert!(
        near.iter().all(|id| (6..=10).any(|i| rows[i]["id"] == *id)),
        "{text}"
    );
}

/// A service to which a session comes in every time it is asked for a list: a new one, heavier and longer than all.
async fn growing() -> (Twisted, Arc<AtomicI64>) {
    let arrived = Arc::new(AtomicI64::new(0));
    let count = Arc::clone(&arrived);
    let world = Twisted::start("/activities$", move |list| {
        let rows = list.as_array_mut().unwrap();
        for n in 0..count.load(Ordering::SeqCst) {
            let row = json!({ "id": format!("i999{n}"), "type": "Ride", "name": "Just in", "moving_time": 90_000 + n,
                "icu_distance": 900_000.0, "icu_training_load": 900 + n, "start_date_local": "2026-03-18T09:59:00" });
            rows.insert(0, row);
        }
    })
    .await;
    (world, arrived)
}

#[tokio::test]
async fn pages_neither_repeat_nor_skip_while_new_sessions_arrive() {
    for sort in ["newest", "oldest", "load", "time", "distance"] {
        let (world, arrived) = growing().await;
        let owner = Caller::owner(&world.server);
        let whole = json!({ "oldest": "-60d", "sort": sort, "limit": 200 });
        let all = ids(&owner.call_tool("list_activities", whole).await.ok());
        assert!(all.len() > 50, "{all:?}");
        let arguments = json!({ "oldest": "-60d", "sort": sort, "limit": 9 });
        let arrive = || {
            arrived.fetch_add(1, Ordering::SeqCst);
        };
        let found = paged(&owner, arguments, Some(&arrive)).await;
        assert!(arrived.load(Ordering::SeqCst) > 4);
        // What came in behind the page, at the end of the oldest, is found; what came in before it is not.
        let old: Vec<&String> = found.iter().filter(|id| !id.starts_with("i999")).collect();
        assert_eq!(old, all.iter().collect::<Vec<_>>(), "{sort}");
        let new = found.len() - old.len();
        assert_eq!(new > 0, sort == "oldest", "{sort}: {found:?}");
        assert_eq!(world.demo.violations(), Vec::<String>::new());
    }
}

#[tokio::test]
async fn a_list_goes_on_in_its_own_days_when_midnight_has_passed() {
    let world = World::seen_from("2026-03-10T20:00:00Z").await;
    let all = ids(&listed(&world, json!({})).await);
    let first = listed(&world, json!({ "limit": 5 })).await;
    world.server.clock.advance(Duration::from_secs(26 * 3600));
    let (_, cursor) = goes_on(&first).unwrap();
    let second = listed(&world, json!({ "limit": 200, "cursor": cursor })).await;
    assert!(
        second
            .contains("Wed 2026-02-11 to Tue 2026-03-10 (Europe/Zurich, today is Wed 2026-03-11)"),
        "{second}"
    );
    let both: Vec<String> = ids(&first).into_iter().chain(ids(&second)).collect();
    assert_eq!(both, all);
    world.assert_well_behaved();
}

#[tokio::test]
async fn a_cursor_is_for_the_list_that_named_it() {
    let world = World::start().await;
    let owner = world.owner();
    let first = listed(&world, json!({ "sport": "ride", "limit": 2 })).await;
    let (_, cursor) = goes_on(&first).unwrap();
    world.demo.clear_journal();
    for arguments in [
        json!({ "cursor": cursor, "limit": 2 }),
        json!({ "cursor": cursor, "sport": "run" }),
        json!({ "cursor": cursor, "sport": "ride", "sort": "load" }),
    ] {
        let said = owner
            .call_tool("list_activities", arguments.clone())
            .await
            .error();
        assert!(
            said.contains("repeat sport, query, tag and sort"),
            "{arguments}: {said}"
        );
    }
    assert!(
        world.demo.journal().is_empty(),
        "nobody is asked for another list"
    );
    // The number of rows may change, and other dates than those of the list are of no account.
    let arguments = json!({ "cursor": cursor, "sport": "Ride", "limit": 3, "oldest": "-2d" });
    assert_eq!(ids(&listed(&world, arguments).await).len(), 3);
    let place = ids(&first)[1].clone();
    let gone = cursor.replace(&place, "i1");
    let said = owner
        .call_tool(
            "list_activities",
            json!({ "cursor": gone, "sport": "ride" }),
        )
        .await
        .error();
    assert!(said.contains("i1 is no longer in this list"), "{said}");
    let all = ids(&listed(&world, json!({ "sport": "ride" })).await);
    let end = cursor.replace(&place, all.last().unwrap());
    let said = listed(&world, json!({ "cursor": end, "sport": "ride" })).await;
    assert!(said.contains("the list is at its end"), "{said}");
}

#[tokio::test]
async fn all_hits_of_a_search_over_all_time_can_be_paged() {
    let world = World::start().await;
    let owner = world.owner();
    let whole = json!({ "query": "Long Run", "limit": 200 });
    let all = ids(&owner.call_tool("list_activities", whole).await.ok());
    assert!(all.len() > 12, "{all:?}");
    let found = paged(&owner, json!({ "query": "long run", "limit": 5 }), None).await;
    assert_eq!(found, all);
    world.assert_well_behaved();
}

#[tokio::test]
async fn a_search_in_more_than_two_years_is_made_by_the_service() {
    let world = World::start().await;
    listed(&world, json!({})).await;
    world.demo.clear_journal();
    let arguments = json!({ "query": "long run", "oldest": "2019-01-01", "newest": "2026-01-31" });
    let text = listed(&world, arguments).await;
    let journal = world.demo.journal();
    assert_eq!(journal.len(), 1, "{journal:?}");
    assert!(
        journal[0].path.ends_with("/activities/search-full"),
        "{journal:?}"
    );
    assert!(text.contains("Tue 2019-01-01 to Sat 2026-01-31"), "{text}");
    let raw = world
        .raw("/athlete/{id}/activities/search-full?q=long+run&limit=100")
        .await;
    let expected: Vec<&str> = shown(&raw)
        .iter()
        .filter(|a| a["start_date_local"].as_str().unwrap() < "2026-02-01")
        .map(|a| a["id"].as_str().unwrap())
        .collect();
    assert!(expected.len() < shown(&raw).len());
    assert_eq!(ids(&text), expected);
    world.assert_well_behaved();
}

#[tokio::test]
async fn a_tag_is_searched_for_as_query_or_tag_and_two_are_both_needed() {
    let world = World::start().await;
    let by_tag = ids(&listed(&world, json!({ "tag": "key" })).await);
    assert!(!by_tag.is_empty());
    for arguments in [
        json!({ "query": "#key" }),
        json!({ "query": " #KEY " }),
        json!({ "tag": "#Key", "query": "" }),
    ] {
        assert_eq!(
            ids(&listed(&world, arguments.clone()).await),
            by_tag,
            "{arguments}"
        );
    }
    let both = listed(&world, json!({ "query": "#key", "tag": "race" })).await;
    assert!(
        ids(&both).is_empty() && both.contains("tags found: "),
        "{both}"
    );
    let named = listed(
        &world,
        json!({ "query": "css", "tag": "key", "oldest": "-60d" }),
    )
    .await;
    let rows = table(&named, "id|");
    assert!(
        !rows.is_empty()
            && rows
                .iter()
                .all(|r| r["name"].contains("CSS") && r["flags"].contains("#key")),
        "{named}"
    );
    let none = listed(&world, json!({ "tag": "altitude", "oldest": "-60d" })).await;
    assert!(
        none.contains("has this tag; tags found: key, race."),
        "{none}"
    );
    let none = listed(&world, json!({ "query": "zeppelin", "oldest": "-60d" })).await;
    assert!(none.contains("No activity here has this name."), "{none}");
    // Over all time only what has the name is found at all.
    let none = listed(&world, json!({ "query": "zeppelin" })).await;
    assert!(none.contains("No activity here has this name."), "{none}");
    let none = listed(&world, json!({ "tag": "zeppelin" })).await;
    assert!(none.contains("No activity here has this tag."), "{none}");
    world.assert_well_behaved();
}

#[tokio::test]
async fn every_sport_of_the_year_is_listed_by_its_name() {
    let world = World::start().await;
    let raw = world
        .raw("/athlete/{id}/activities?oldest=2025-04-01&newest=2026-03-18")
        .await;
    let sports: BTreeSet<&str> = shown(&raw)
        .iter()
        .map(|a| a["type"].as_str().unwrap())
        .collect();
    assert!(sports.len() >= 5, "{sports:?}");
    for sport in sports {
        let arguments = json!({ "oldest": "2025-04-01", "sport": sport, "limit": 200 });
        let text = listed(&world, arguments).await;
        let expected = shown(&raw)
            .iter()
            .filter(|a| a["type"].as_str().unwrap().ends_with(sport))
            .count();
        let head = text.split(' ').next().unwrap().parse::<usize>().unwrap();
        assert_eq!(head, expected, "{sport}: {text}");
    }
}

#[tokio::test]
async fn hits_that_are_withheld_are_counted_and_not_shown() {
    let world = Twisted::start("/search-full", |hits| {
        for hit in hits.as_array_mut().unwrap() {
            *hit = json!({ "id": hit["id"].as_str().unwrap().trim_start_matches('i'), "source": "STRAVA",
                "start_date_local": hit["start_date_local"], "_note": "STRAVA activities are not available via the API" });
        }
    })
    .await;
    let text = world
        .told("list_activities", json!({ "query": "long ride" }))
        .await;
    assert!(text.starts_with("0 activities"), "{text}");
    assert!(
        text.contains("came through Strava") && !text.contains('|'),
        "{text}"
    );
}

#[tokio::test]
async fn one_bad_row_does_not_reject_the_list_and_0_is_a_value() {
    let world = Twisted::start("/activities$", |list| {
        let rows = list.as_array_mut().unwrap();
        rows[0] = json!({ "id": "i1", "type": "Ride", "start_date_local": "yesterday", "moving_time": "long",
            "icu_training_load": {}, "feel": [], "tags": "none" });
        rows[1] = json!({ "id": "i2", "start_date_local": "2026-03-17T23:40:00", "moving_time": 60 });
        rows[2] = json!(null);
        rows[3] = json!({ "id": "i4", "type": "Run", "name": "Short", "start_date_local": "2026-03-16T00:05:00",
            "moving_time": 0, "icu_training_load": 0, "icu_intensity": 0.0, "icu_rpe": 1, "feel": 1 });
    })
    .await;
    let text = world.told("list_activities", json!({})).await;
    let rows = table(&text, "id|");
    let row = |id: &str| rows.iter().find(|r| r["id"] == id).unwrap().clone();
    assert!(rows.len() > 10 && row("i1")["sport"] == "Ride", "{text}");
    assert_eq!(row("i2")["date"], "Tue 03-17 23:40");
    let zero = row("i4");
    assert_eq!(
        (
            zero["date"].as_str(),
            zero["time"].as_str(),
            zero["load"].as_str(),
            zero["IF%"].as_str()
        ),
        ("Mon 03-16 00:05", "0:00", "0", "0")
    );
    // 1 is the best.
    assert_eq!(zero["feel"], "very strong");
}

#[tokio::test]
async fn an_impossible_number_is_in_no_row_and_in_no_total() {
    let world = Twisted::start("/activities$", |rows| {
        *rows = json!([
            { "id": "i1", "type": "Run", "start_date_local": "2026-03-17T07:00:00", "moving_time": 3600, "icu_training_load": 50 },
            { "id": "i2", "type": "Run", "start_date_local": "2026-03-16T07:00:00", "moving_time": i64::MAX, "icu_training_load": i64::MAX },
            { "id": "i3", "type": "Run", "start_date_local": "2026-03-15T07:00:00", "moving_time": -5, "icu_training_load": i64::MIN },
        ]);
    })
    .await;
    let text = world.told("list_activities", json!({})).await;
    assert!(
        text.starts_with("3 activities · 1:00 h · load 50 · "),
        "{text}"
    );
    let rows = table(&text, "id|");
    for row in &rows[1..] {
        let has = |head: &str| row.get(head).is_some_and(|cell| !cell.is_empty());
        assert!(!has("time") && !has("load"), "{text}");
    }
}

#[tokio::test]
async fn a_run_just_after_midnight_is_on_the_local_day() {
    let world = World::start().await;
    let raw = world
        .raw("/athlete/{id}/activities?oldest=2026-03-02&newest=2026-03-02")
        .await;
    let run = shown(&raw)
        .into_iter()
        .find(|a| a["name"] == "Midnight relay leg")
        .unwrap()
        .clone();
    assert!(
        run["start_date"]
            .as_str()
            .unwrap()
            .starts_with("2026-03-01T23:12"),
        "{run}"
    );
    let text = listed(
        &world,
        json!({ "oldest": "2026-03-02", "newest": "2026-03-02" }),
    )
    .await;
    let rows = table(&text, "id|");
    assert!(
        rows.iter()
            .any(|r| r["id"] == run["id"] && r["date"] == "Mon 03-02 00:12"),
        "{text}"
    );
}

#[tokio::test]
async fn a_window_of_nothing_but_stubs_is_explained() {
    let world = World::start().await;
    let text = listed(
        &world,
        json!({ "oldest": "2026-03-07", "newest": "2026-03-07" }),
    )
    .await;
    assert!(
        text.starts_with("0 activities · 0:00 h · load 0 · Sat 2026-03-07"),
        "{text}"
    );
    assert!(
        text.contains("Withheld by the service: 1 activity that came through Strava (Sat 03-07)"),
        "{text}"
    );
    assert!(!text.contains('|'), "{text}");
}
