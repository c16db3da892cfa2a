//! The calendar.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Account, Caller, Twisted, World, altered, table};

/// How many more there are, and the cursor that goes on with them.
fn goes_on(text: &str) -> Option<(usize, String)> {
    let (before, cursor) = text.split_once(" more: the same call with cursor ")?;
    let more = before.lines().last().unwrap().parse().unwrap();
    Some((more, cursor.lines().next().unwrap().to_owned()))
}

fn ids(text: &str) -> Vec<String> {
    let rows = rows(text);
    rows.iter().map(|row| row["id"].clone()).collect()
}

/// The ids of all pages. `between`: something happens before each page, and nothing of what was read before is remembered.
async fn paged(caller: &Caller<'_>, mut arguments: Value, between: &dyn Fn()) -> Vec<String> {
    let mut found = Vec::new();
    loop {
        let text = caller
            .call_tool("list_events", arguments.clone())
            .await
            .ok();
        let page = ids(&text);
        found.extend(page.iter().cloned());
        let Some((more, cursor)) = goes_on(&text) else {
            return found;
        };
        assert!(
            !page.is_empty() && more < 1000 && found.len() < 1000,
            "{text}"
        );
        arguments["cursor"] = json!(cursor);
        between();
        let entry = json!({ "entries": [{ "date": "yesterday", "mood": "good" }] });
        caller.call_tool("update_wellness", entry).await.ok();
    }
}

#[tokio::test]
async fn the_default_is_the_next_fortnight_in_order() {
    let world = World::start().await;
    let text = world.owner().call_tool("list_events", json!({})).await.ok();
    let raw = world
        .raw("/athlete/{id}/events?oldest=2026-03-18&newest=2026-03-31")
        .await;
    let rows = table(&text, "id|date|what");
    // Beside those days the target of the week, which stands on its Monday.
    assert_eq!(rows.len(), raw.as_array().unwrap().len() + 1);
    assert!(
        rows[1]["date"] == "Mon 03-16" && rows[1]["what"] == "target",
        "{text}"
    );
    assert!(text.contains("Wed 2026-03-18 to Tue 2026-03-31"), "{text}");
    let workouts = raw
        .as_array()
        .unwrap()
        .iter()
        .filter(|e| e["category"] == "WORKOUT");
    let load: i64 = workouts
        .clone()
        .filter_map(|e| e["icu_training_load"].as_i64())
        .sum();
    assert!(
        text.contains(&format!(
            "{} workouts with planned load {load}",
            workouts.count()
        )),
        "{text}"
    );
    for event in raw.as_array().unwrap() {
        let row = rows
            .iter()
            .find(|r| event["id"] == r["id"].parse::<i64>().unwrap())
            .unwrap();
        if let (Some(ctl), Some(atl)) = (event["icu_ctl"].as_f64(), event["icu_atl"].as_f64()) {
            assert!(
                (row["form"].parse::<f64>().unwrap() - (ctl - atl)).abs() <= 0.51,
                "{row:?}"
            );
        }
    }
    world.assert_well_behaved();
}

#[tokio::test]
async fn past_workouts_say_whether_they_were_done_and_how_well() {
    let world = World::start().await;
    let arguments = json!({ "oldest": "-60d", "newest": "yesterday", "categories": ["workout"] });
    let text = world.owner().call_tool("list_events", arguments).await.ok();
    let activities = world
        .raw("/athlete/{id}/activities?oldest=2026-01-17&newest=2026-03-18")
        .await;
    let rows = table(&text, "id|date|what");
    let paired: Vec<&Value> = activities
        .as_array()
        .unwrap()
        .iter()
        .filter(|a| a["paired_event_id"].is_i64())
        .collect();
    assert!(paired.len() > 10);
    for activity in paired {
        let Some(row) = rows
            .iter()
            .find(|r| activity["paired_event_id"] == r["id"].parse::<i64>().unwrap())
        else {
            continue;
        };
        let done = format!(
            "done {} ({:.0} %)",
            activity["id"].as_str().unwrap(),
            activity["compliance"].as_f64().unwrap()
        );
        assert!(row["state"].contains(&done), "{done}: {row:?}");
    }
    assert!(
        rows.iter().any(|r| r["state"].contains("not done")),
        "{text}"
    );
    world.assert_well_behaved();
}

#[tokio::test]
async fn an_absence_ends_on_its_last_day() {
    let world = World::start().await;
    let arguments =
        json!({ "oldest": "2025-10-01", "newest": "2026-03-18", "categories": "sick,holiday" });
    let text = world.owner().call_tool("list_events", arguments).await.ok();
    let raw = world
        .raw("/athlete/{id}/events?oldest=2025-10-01&newest=2026-03-18&category=SICK")
        .await;
    let end: jiff::civil::Date = raw[0]["end_date_local"].as_str().unwrap()[..10]
        .parse()
        .unwrap();
    // The end is exclusive on the wire.
    let last = end.yesterday().unwrap();
    let row = table(&text, "id|date|what")
        .into_iter()
        .find(|r| r["what"] == "sick")
        .unwrap();
    assert!(
        row["date"].ends_with(&format!("{:02}-{:02}", last.month(), last.day())),
        "{row:?} {end}"
    );
}

#[tokio::test]
async fn steps_are_resolved_to_watts_beats_and_pace() {
    let world = World::start().await;
    let arguments = json!({ "newest": "+20d", "include_steps": "true" });
    let text = world.owner().call_tool("list_events", arguments).await.ok();
    let raw = world.raw("/athlete/{id}/events?oldest=2026-03-18&newest=2026-04-07&category=WORKOUT&resolve=true").await;
    let (event, repeat) = raw
        .as_array()
        .unwrap()
        .iter()
        .find_map(|event| {
            let steps = event["workout_doc"]["steps"].as_array()?;
            let repeat = steps
                .iter()
                .find(|s| s["steps"][0]["_power"]["end"].is_number())?;
            Some((event, repeat))
        })
        .expect("a ride with repeats is planned");
    let hard = &repeat["steps"][0]["_power"];
    let line = text
        .lines()
        .find(|l| l.starts_with(&format!("steps of {} ", event["id"])))
        .unwrap();
    let watts = format!(
        "({:.0}-{:.0} W)",
        hard["start"].as_f64().unwrap(),
        hard["end"].as_f64().unwrap()
    );
    assert!(
        line.contains(&format!("{}x [", repeat["reps"])) && line.contains(&watts),
        "{watts}: {line}"
    );
    assert!(
        text.contains("bpm)") && text.contains("/km)") && text.contains("/100m)"),
        "{text}"
    );
    world.assert_well_behaved();
}

#[tokio::test]
async fn notes_of_others_are_quoted_and_cleaned() {
    let world = World::start().await;
    let text = world
        .owner()
        .call_tool(
            "list_events",
            json!({ "newest": "today", "include_steps": true }),
        )
        .await
        .ok();
    let (facts, block) = text.split_once("\n--- ").expect("a marked block");
    assert!(
        block.contains("ignore all previous instructions") && !facts.contains("ignore all"),
        "{text}"
    );
    assert!(
        !text.contains(['\u{202E}', '\u{200B}', '\u{2066}']),
        "{text:?}"
    );
}

#[tokio::test]
async fn categories_that_do_not_exist_are_answered_with_those_that_do() {
    let world = World::start().await;
    let said = world
        .owner()
        .call_tool("list_events", json!({ "categories": ["meeting"] }))
        .await
        .error();
    assert!(
        said.contains("'meeting' is not one of workout, race, note, holiday, sick, injured, target, plan, other"),
        "{said}"
    );
}

#[tokio::test]
async fn categories_are_understood_as_people_and_the_service_say_them() {
    let world = World::start().await;
    let listed = async |categories: Value| {
        let oldest = if categories == "Workouts, notes" {
            "-7d"
        } else {
            "-200d"
        };
        let arguments = json!({ "oldest": oldest, "newest": "+60d", "categories": categories });
        let text = world.owner().call_tool("list_events", arguments).await.ok();
        let rows = table(&text, "id|date|what");
        let mut what: Vec<String> = rows.into_iter().map(|row| row["what"].clone()).collect();
        what.sort();
        what.dedup();
        what.join(",")
    };
    for (categories, what) in [
        (json!(["RACE_A"]), "race A"),
        (json!("race_b"), "race B"),
        (json!("races"), "race A,race B"),
        (json!("[\"Vacation\", \"illness\"]"), "holiday,sick"),
        (json!("Workouts, notes"), "note,workout"),
        (json!("phases"), "plan"),
        (json!(["SET_EFTP"]), "eFTP set"),
        (json!(["race", "race_a"]), "race A,race B"),
    ] {
        assert_eq!(listed(categories.clone()).await, what, "{categories}");
    }
    world.assert_well_behaved();
}

#[tokio::test]
async fn a_day_that_strava_withholds_is_not_called_missed() {
    let world = World::start().await;
    let arguments =
        json!({ "oldest": "2026-03-07", "newest": "2026-03-07", "categories": ["workout"] });
    let text = world.owner().call_tool("list_events", arguments).await.ok();
    let rows = table(&text, "id|date|what");
    assert!(!rows.is_empty());
    assert!(
        !text.contains("not done") && text.contains("unknown: Strava activity that day"),
        "{text}"
    );
}

#[tokio::test]
async fn races_are_looked_for_a_year_ahead() {
    let world = World::start().await;
    let text = world
        .owner()
        .call_tool("list_events", json!({ "categories": "race" }))
        .await
        .ok();
    assert!(
        text.starts_with("1 event · ") && text.contains("race A"),
        "{text}"
    );
}

async fn listed(world: &World, arguments: Value) -> String {
    let said = world.owner().call_tool("list_events", arguments).await;
    said.ok()
}

fn rows(text: &str) -> Vec<std::collections::BTreeMap<String, String>> {
    table(text, "id|date|what")
}

#[tokio::test]
async fn a_target_says_how_far_it_is_reached_in_its_week() {
    let world = World::start().await;
    let week = world
        .raw("/athlete/{id}/activities?oldest=2026-03-16&newest=2026-03-22")
        .await;
    let rides = week.as_array().unwrap().iter();
    let rides: Vec<&Value> = rides
        .filter(|a| {
            a["type"]
                .as_str()
                .is_some_and(|kind| kind.ends_with("Ride"))
        })
        .collect();
    let sum = |key: &str| rides.iter().map(|a| a[key].as_i64().unwrap()).sum::<i64>();
    let (load, minutes) = (sum("icu_training_load"), (sum("moving_time") + 30) / 60);
    assert!(load > 0);
    let so_far = format!(
        "so far load {load} of 260 ({:.0} %), {}:{:02} of 6:00 h ({:.0} %) in {} activit",
        load as f64 / 2.6,
        minutes / 60,
        minutes % 60,
        sum("moving_time") as f64 / 216.0,
        rides.len()
    );
    // Also when only a part of that week is asked for.
    for window in [
        json!({ "oldest": "2026-03-16", "newest": "2026-03-22" }),
        json!({ "oldest": "today", "newest": "today" }),
        json!({ "oldest": "tomorrow", "newest": "+3d", "categories": "target" }),
    ] {
        let text = listed(&world, window.clone()).await;
        let found = rows(&text);
        let target = found.iter().find(|row| row["what"] == "target").unwrap();
        assert!(
            target["state"].starts_with(&so_far),
            "{window}: {so_far}: {target:?}"
        );
    }
    // Nothing is said of a week that has not begun.
    let next = listed(
        &world,
        json!({ "oldest": "next_week", "categories": "target" }),
    )
    .await;
    assert_eq!(rows(&next)[0]["state"], "for the week", "{next}");
    world.assert_well_behaved();
}

#[tokio::test]
async fn a_target_of_the_past_is_measured_in_its_own_week() {
    let (_demo, server) = altered(|path, body| {
        if path.ends_with("/events") {
            *body = json!([{
                "id": 5, "category": "TARGET", "for_week": true, "name": "Volume",
                "start_date_local": "2025-10-06T00:00:00", "end_date_local": "2025-10-07T00:00:00",
                "load_target": 400, "distance_target": 200_000.0,
            }]);
        }
    })
    .await;
    let world = World::start().await;
    let week = world
        .raw("/athlete/{id}/activities?oldest=2025-10-06&newest=2025-10-12")
        .await;
    let all = week.as_array().unwrap();
    let load: i64 = all
        .iter()
        .filter_map(|a| a["icu_training_load"].as_i64())
        .sum();
    let said = Caller::owner(&server)
        .call_tool(
            "list_events",
            json!({ "oldest": "2025-10-08", "newest": "2025-10-08" }),
        )
        .await;
    let text = said.ok();
    let expected = format!("reached load {load} of 400 ({:.0} %), ", load as f64 / 4.0);
    assert!(
        text.contains(&expected) && text.contains(" of 200 km ("),
        "{expected}: {text}"
    );
    assert!(
        text.contains(&format!(" in {} activities", all.len())),
        "{text}"
    );
}

#[tokio::test]
async fn races_say_how_far_away_they_are_and_phases_which_week_it_is() {
    let world = World::start().await;
    let text = listed(&world, json!({ "categories": ["race", "plan"] })).await;
    let found = rows(&text);
    let state = |what: &str| found.iter().find(|row| row["what"] == what).unwrap()["state"].clone();
    // 18 March to 5 April; 23 February to 5 April are six weeks, of which this is the fourth.
    assert!(state("race A").starts_with("in 18 days"), "{text}");
    assert_eq!(state("plan"), "week 4 of 6");
}

#[tokio::test]
async fn what_was_done_is_summed_up_and_strava_may_be_among_it() {
    let world = World::start().await;
    let text = listed(
        &world,
        json!({ "oldest": "2026-03-02", "newest": "2026-03-17" }),
    )
    .await;
    let found = rows(&text);
    let count = |word: &str| {
        let workouts = found.iter().filter(|row| row["what"] == "workout");
        workouts
            .filter(|row| row["state"].starts_with(word))
            .count()
    };
    let (done, unknown, not_done) = (count("done"), count("unknown"), count("not done"));
    assert!(done > 5 && unknown == 1, "{text}");
    let expected = format!(
        "Past workouts: {done} of {} done, 1 unknown; compliance ",
        done + unknown + not_done
    );
    let percents: Vec<f64> = found
        .iter()
        .filter(|row| row["what"] == "workout")
        .filter_map(|row| {
            row["state"]
                .split_once('(')?
                .1
                .split_once(" %")?
                .0
                .parse()
                .ok()
        })
        .collect();
    let mean = percents.iter().sum::<f64>() / percents.len() as f64;
    let close = [mean.floor(), mean.ceil()]
        .map(|mean| format!("{expected}{mean} % on average (n {done})."));
    assert!(
        close.iter().any(|line| text.lines().any(|l| l == line)),
        "{close:?}: {text}"
    );
    world.assert_well_behaved();
}

#[tokio::test]
async fn a_workout_that_was_done_through_strava_is_done_without_numbers() {
    let (_demo, server) = altered(|path, body| {
        if path.ends_with("/events") {
            for event in body.as_array_mut().unwrap() {
                if event["category"] == "WORKOUT" {
                    event["paired_activity_id"] = json!("15200000777");
                }
            }
        }
        if path.ends_with("/activities") {
            *body = json!([{ "id": "15200000777", "start_date_local": "2026-03-10T18:00:00", "source": null, "_note": null }]);
        }
    })
    .await;
    let day = json!({ "oldest": "2026-03-10", "newest": "2026-03-10", "categories": "workout" });
    let text = Caller::owner(&server)
        .call_tool("list_events", day)
        .await
        .ok();
    assert_eq!(
        rows(&text)[0]["state"],
        "done 15200000777 through Strava: withheld, indoor",
        "{text}"
    );
    assert!(
        !text.contains("compliance") && text.contains("Withheld by the service: 1 activity"),
        "{text}"
    );
}

#[tokio::test]
async fn what_is_hidden_from_the_athlete_says_so() {
    let (_demo, server) = altered(|path, body| {
        if path.ends_with("/events") {
            for event in body.as_array_mut().unwrap() {
                event["hide_from_athlete"] = json!(true);
            }
        }
    })
    .await;
    let text = Caller::owner(&server)
        .call_tool("list_events", json!({}))
        .await
        .ok();
    assert!(
        rows(&text)
            .iter()
            .all(|row| row["state"].contains("hidden from the athlete")),
        "{text}"
    );
}

#[tokio::test]
async fn a_failed_upload_names_the_device_and_the_reason() {
    let world = World::start().await;
    let text = listed(&world, json!({ "newest": "+20d" })).await;
    assert!(
        text.contains("not on GARMIN: Workout could not be uploaded"),
        "{text}"
    );
}

#[tokio::test]
async fn both_ends_of_the_window_belong_to_it() {
    let world = World::start().await;
    let year = world
        .raw("/athlete/{id}/events?oldest=2025-06-01&newest=2026-03-17&category=WORKOUT")
        .await;
    let days: std::collections::BTreeSet<&str> = year
        .as_array()
        .unwrap()
        .iter()
        .map(|event| &event["start_date_local"].as_str().unwrap()[..10])
        .collect();
    let (first, last) = (days.first().unwrap(), days.last().unwrap());
    let arguments =
        json!({ "oldest": first, "newest": last, "categories": "workout", "limit": 200 });
    let text = listed(&world, arguments).await;
    let found = rows(&text);
    assert!(found[0]["date"].ends_with(first), "{:?}", found[0]);
    let all = year.as_array().unwrap().len();
    assert!(
        text.starts_with(&format!("{all} events, {all} workouts")),
        "{text}"
    );
    // A day on which an absence ends, and the day after.
    let sick = world
        .raw("/athlete/{id}/events?oldest=2026-01-01&newest=2026-03-01&category=SICK")
        .await;
    let end: jiff::civil::Date = sick[0]["end_date_local"].as_str().unwrap()[..10]
        .parse()
        .unwrap();
    let on = |day: jiff::civil::Date| json!({ "oldest": day, "newest": day, "categories": "sick" });
    assert!(
        listed(&world, on(end.yesterday().unwrap()))
            .await
            .starts_with("1 event")
    );
    assert!(listed(&world, on(end)).await.starts_with("0 events"));
}

#[tokio::test]
async fn a_long_window_goes_on_where_it_stopped() {
    let world = World::start().await;
    let all = world
        .raw("/athlete/{id}/events?oldest=2025-09-01&newest=2026-03-17&category=WORKOUT")
        .await;
    let ids: Vec<String> = all
        .as_array()
        .unwrap()
        .iter()
        .map(|e| e["id"].to_string())
        .collect();
    let arguments = json!({ "oldest": "2025-09-01", "newest": "2026-03-17", "categories": "workout", "limit": "30" });
    let found = paged(&world.owner(), arguments, &|| ()).await;
    assert!(ids.len() > 100);
    assert_eq!(found, ids);
    for (arguments, words) in [
        (json!({ "limit": 0 }), "limit must be 1 to 200."),
        (json!({ "cursor": "next" }), "cursor must be the one"),
        (json!({ "oldest": "-800d" }), "ask for at most 731 days"),
    ] {
        let said = world
            .owner()
            .call_tool("list_events", arguments)
            .await
            .error();
        assert!(said.contains(words), "{said}");
    }
}

#[tokio::test]
async fn only_what_is_needed_is_asked_for() {
    let world = World::start().await;
    world.owner().call_tool("get_athlete", json!({})).await.ok();
    for (arguments, expected) in [
        (
            json!({ "oldest": "2023-05-03", "newest": "2023-05-12", "categories": "workout" }),
            &[
                "activities oldest=2023-05-01&newest=2023-05-14&",
                "events oldest=2023-05-03&newest=2023-05-12&category=WORKOUT",
            ][..],
        ),
        (
            json!({ "oldest": "2022-05-04", "newest": "2022-05-12" }),
            &[
                "activities oldest=2022-05-02&newest=2022-05-15&",
                "events oldest=2022-05-02&newest=2022-05-12",
            ],
        ),
        // What was done does not matter for absences, and ahead there is nothing done.
        (
            json!({ "oldest": "2023-05-03", "newest": "2023-05-12", "categories": "sick" }),
            &["events oldest=2023-05-03&newest=2023-05-12&category=SICK"],
        ),
        (
            json!({ "oldest": "next_week" }),
            &["events oldest=2026-03-23&newest=2026-03-29"],
        ),
    ] {
        world.demo.clear_journal();
        listed(&world, arguments.clone()).await;
        let mut asked: Vec<String> = world
            .demo
            .journal()
            .iter()
            .map(|r| format!("{} {}", r.path.rsplit('/').next().unwrap(), r.query))
            .collect();
        asked.sort();
        assert_eq!(asked.len(), expected.len(), "{arguments}: {asked:?}");
        for (asked, expected) in asked.iter().zip(expected) {
            assert!(asked.starts_with(expected), "{arguments}: {asked}");
        }
    }
    world.assert_well_behaved();
}

#[tokio::test]
async fn a_target_on_its_own_says_the_same_as_in_the_list() {
    let world = World::start().await;
    let text = listed(&world, json!({ "categories": "target" })).await;
    let found = rows(&text);
    let progress = found[0]["state"].split(", for the week").next().unwrap();
    assert!(progress.starts_with("so far load "), "{text}");
    let arguments = json!({ "id": found[0]["id"] });
    let alone = world.owner().call_tool("get_event", arguments).await.ok();
    assert!(alone.contains(progress), "{progress}: {alone}");
}

#[tokio::test]
async fn who_prefers_miles_gets_miles() {
    let world = World::start().await;
    world.demo.prefer_imperial(true);
    let text = listed(&world, json!({ "newest": "+6d", "categories": "workout" })).await;
    let raw = world
        .raw("/athlete/{id}/events?oldest=2026-03-18&newest=2026-03-24&category=WORKOUT")
        .await;
    let run = raw
        .as_array()
        .unwrap()
        .iter()
        .find(|e| e["type"] == "Run")
        .unwrap();
    let found = rows(&text);
    let row = found
        .iter()
        .find(|row| run["id"] == row["id"].parse::<i64>().unwrap())
        .unwrap();
    let miles = run["distance"].as_f64().unwrap() / 1609.344;
    assert!(
        (row["mi"].parse::<f64>().unwrap() - miles).abs() < 0.051,
        "{row:?}"
    );
    assert!(
        found
            .iter()
            .any(|row| row["sport"] == "Swim" && row["mi"].ends_with('y')),
        "{text}"
    );
}

#[tokio::test]
async fn a_week_begins_where_its_target_stands_and_strava_is_said_to_be_missing() {
    let (_demo, server) = altered(|path, body| {
        if path.ends_with("/events") {
            let target = |id: i32, day: &str, next: &str| {
                json!({
                    "id": id, "category": "TARGET", "for_week": true, "load_target": 500,
                    "start_date_local": format!("{day}T00:00:00"), "end_date_local": format!("{next}T00:00:00"),
                })
            };
            // A Wednesday is in the week of its Monday; a Sunday begins one where weeks begin on Sunday.
            *body = json!([target(1, "2026-03-04", "2026-03-05"), target(2, "2026-03-01", "2026-03-02")]);
        }
    })
    .await;
    let world = World::start().await;
    let arguments =
        json!({ "oldest": "2026-03-01", "newest": "2026-03-08", "categories": "target" });
    let text = Caller::owner(&server)
        .call_tool("list_events", arguments)
        .await
        .ok();
    for (id, window) in [
        ("1", "oldest=2026-03-02&newest=2026-03-08"),
        ("2", "oldest=2026-03-01&newest=2026-03-07"),
    ] {
        let week = world
            .raw(&format!("/athlete/{{id}}/activities?{window}"))
            .await;
        let loads = week
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|a| a["icu_training_load"].as_i64());
        let found = rows(&text);
        let state = &found.iter().find(|row| row["id"] == id).unwrap()["state"];
        let expected = format!("reached load {} of 500 (", loads.sum::<i64>());
        assert!(state.starts_with(&expected), "{expected}: {state}");
        // Of Saturday the 7th nothing but the day is known.
        assert!(
            state.contains("activities, 1 through Strava not counted, for the week"),
            "{state}"
        );
    }
}

#[tokio::test]
async fn projected_form_is_shown_as_the_athlete_has_it() {
    let account = |percent: bool| Account {
        events: vec![json!({
            "id": 7, "category": "WORKOUT", "type": "Run", "start_date_local": "2026-03-19T00:00:00",
            "icu_ctl": 50.0, "icu_atl": 60.0,
        })],
        preferences: json!({ "icu_form_as_percent": percent }),
        ..Account::default()
    };
    for (percent, head, form, note) in [
        (false, "form", "-10", "form: projected CTL minus ATL at"),
        // 10 of 50.
        (
            true,
            "form %",
            "-20",
            "form: projected CTL minus ATL in percent of CTL at",
        ),
    ] {
        let text = account(percent).says("list_events", json!({})).await;
        let rows = rows(&text);
        assert_eq!(rows[0][head], form, "{text}");
        assert!(text.contains(note), "{text}");
    }
}

#[tokio::test]
async fn a_workout_for_the_week_is_not_done_only_when_the_week_is_over() {
    let account = |now: &str| Account {
        now: now.to_owned(),
        events: vec![json!({
            "id": 7, "category": "WORKOUT", "type": "Run", "start_date_local": "2026-03-16T00:00:00", "for_week": true,
        })],
        ..Account::default()
    };
    let arguments = json!({ "oldest": "2026-03-16", "newest": "2026-03-22" });
    let sunday = account("2026-03-22T09:30:00Z")
        .says("list_events", arguments.clone())
        .await;
    assert_eq!(rows(&sunday)[0]["state"], "for the week", "{sunday}");
    assert!(!sunday.contains("Past workouts"), "{sunday}");
    let monday = account("2026-03-23T09:30:00Z")
        .says("list_events", arguments)
        .await;
    assert_eq!(
        rows(&monday)[0]["state"],
        "not done, for the week",
        "{monday}"
    );
    assert!(monday.contains("Past workouts: 0 of 1 done."), "{monday}");
}

#[tokio::test]
async fn a_cursor_beyond_all_rows_is_none_that_was_named() {
    let world = World::start().await;
    for tool in ["list_events", "list_workouts"] {
        for cursor in [
            json!(u64::MAX),
            json!(u64::MAX.to_string()),
            json!(-1),
            json!("x"),
            json!("2026-03-18.2026-03-31.i7.0000"),
            json!("2026-03-31.2026-03-18.20260320-7.0000"),
        ] {
            let arguments = json!({ "cursor": cursor });
            let said = world.owner().call_tool(tool, arguments).await.error();
            assert!(
                said.starts_with("cursor must be"),
                "{tool} {cursor}: {said}"
            );
        }
    }
}

#[tokio::test]
async fn pages_neither_repeat_nor_skip_while_events_come_and_go() {
    let page = 9;
    for (comes, goes) in [(true, false), (false, true), (true, true)] {
        let turn = Arc::new(AtomicUsize::new(0));
        let now = Arc::clone(&turn);
        let world = Twisted::start("/events$", move |list| {
            let turn = now.load(Ordering::SeqCst);
            let rows = list.as_array_mut().unwrap();
            if goes {
                // Of what was read, the first of each page and its last, which the cursor stands behind.
                let mut sorted = rows.clone();
                sorted.sort_by_key(|event| {
                    let at = event["start_date_local"].as_str().unwrap().to_owned();
                    (at, event["id"].as_i64())
                });
                let read = sorted.chunks(page).take(turn);
                let gone: Vec<Value> = read
                    .flat_map(|page| [&page[0]["id"], &page[page.len() - 1]["id"]])
                    .cloned()
                    .collect();
                rows.retain(|event| !gone.contains(&event["id"]));
            }
            for n in 0..turn * 3 * usize::from(comes) {
                let row = json!({ "id": 99_000_000 + n, "category": "NOTE", "name": "Just in",
                    "start_date_local": "2026-01-05T00:00:00", "end_date_local": "2026-01-06T00:00:00" });
                rows.insert(0, row);
            }
        })
        .await;
        let owner = Caller::owner(&world.server);
        let window = json!({ "oldest": "2026-01-05", "newest": "2026-03-31", "limit": 200,
            "categories": ["workout", "note"] });
        let all = ids(&owner.call_tool("list_events", window.clone()).await.ok());
        assert!(all.len() > 50, "{all:?}");
        let mut arguments = window;
        arguments["limit"] = json!(page);
        let next = || {
            turn.fetch_add(1, Ordering::SeqCst);
        };
        let found = paged(&owner, arguments, &next).await;
        assert!(turn.load(Ordering::SeqCst) > 4);
        assert_eq!(found, all, "{comes} {goes}");
        assert_eq!(world.demo.violations(), Vec::<String>::new());
    }
}

#[tokio::test]
async fn a_calendar_goes_on_in_its_own_days_when_midnight_has_passed() {
    let world = World::seen_from("2026-03-10T20:00:00Z").await;
    let all = ids(&listed(&world, json!({})).await);
    let first = listed(&world, json!({ "limit": 5 })).await;
    world.server.clock.advance(Duration::from_secs(26 * 3600));
    let (_, cursor) = goes_on(&first).unwrap();
    let second = listed(&world, json!({ "cursor": cursor })).await;
    let days = "Tue 2026-03-10 to Mon 2026-03-23 (Europe/Zurich, today is Wed 2026-03-11)";
    assert!(second.contains(days), "{second}");
    let both: Vec<String> = ids(&first).into_iter().chain(ids(&second)).collect();
    assert_eq!(both, all);
    world.assert_well_behaved();
}

#[tokio::test]
async fn a_cursor_is_for_the_calendar_that_named_it() {
    let world = World::start().await;
    let owner = world.owner();
    let asked = json!({ "categories": ["workout", "race"], "newest": "+60d", "limit": 2 });
    let first = listed(&world, asked).await;
    let (more, cursor) = goes_on(&first).unwrap();
    world.demo.clear_journal();
    for arguments in [
        json!({ "cursor": cursor }),
        json!({ "cursor": cursor, "categories": "workout" }),
    ] {
        let said = owner
            .call_tool("list_events", arguments.clone())
            .await
            .error();
        assert!(said.contains("repeat categories"), "{arguments}: {said}");
    }
    assert!(
        world.demo.journal().is_empty(),
        "nobody is asked for another list"
    );
    // Neither the order of the categories nor the number of rows matters, and the days are those of the list.
    let arguments =
        json!({ "cursor": cursor, "categories": "race,workout", "limit": 200, "oldest": "-2d" });
    let rest = ids(&listed(&world, arguments).await);
    assert_eq!(rest.len(), more);
    let place = cursor.split('.').nth(2).unwrap();
    let end = cursor.replace(place, "20991231-7");
    let arguments = json!({ "cursor": end, "categories": "race,workout" });
    let said = listed(&world, arguments).await;
    assert!(said.contains("the list is at its end"), "{said}");
    let endless = cursor.replace(cursor.split('.').nth(1).unwrap(), "2199-01-01");
    let arguments = json!({ "cursor": endless, "categories": "race,workout" });
    let said = owner.call_tool("list_events", arguments).await.error();
    assert!(said.contains("ask for at most 731 days"), "{said}");
}
