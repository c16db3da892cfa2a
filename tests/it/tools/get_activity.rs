//! One activity.

use intervals_mcp_server::demo::{Fault, FaultScope};
use serde_json::{Value, json};

use crate::support::{Caller, World, altered, table};

async fn latest(world: &World, sport: &str) -> Value {
    let list = world
        .raw("/athlete/{id}/activities?oldest=2025-12-01&newest=2026-03-18")
        .await;
    let found = list
        .as_array()
        .unwrap()
        .iter()
        .find(|a| a["type"] == sport && a["icu_training_load"].as_i64() > Some(30));
    let id = found.unwrap()["id"].as_str().unwrap().to_owned();
    world.raw(&format!("/activity/{id}?intervals=true")).await
}

#[tokio::test]
async fn a_ride_is_told_in_its_units() {
    let world = World::start().await;
    let ride = latest(&world, "Ride").await;
    let text = world
        .owner()
        .call_tool("get_activity", json!({ "id": ride["id"] }))
        .await
        .ok();
    let number = |key: &str| ride[key].as_f64().unwrap();
    for fact in [
        format!("NP {:.0} W", number("icu_weighted_avg_watts")),
        format!("avg {:.0} W", number("icu_average_watts")),
        format!("intensity {:.0} % of threshold", number("icu_intensity")),
        // Joules upstream.
        format!("work {:.0} kJ", number("icu_joules") / 1000.0),
        format!("load {} (from power)", number("icu_training_load")),
        // Metres per second upstream.
        format!("{:.1} km/h", number("average_speed") * 3.6).replace(".0 km/h", " km/h"),
        format!("cadence {:.0} rpm", number("average_cadence")),
        format!("recorded by {}", ride["device_name"].as_str().unwrap()),
    ] {
        assert!(text.contains(&fact), "{fact}: {text}");
    }
    world.assert_well_behaved();
}

#[tokio::test]
async fn a_run_has_pace_and_steps_and_a_swim_its_pool() {
    let world = World::start().await;
    let run = latest(&world, "Run").await;
    let text = world
        .owner()
        .call_tool("get_activity", json!({ "id": run["id"] }))
        .await
        .ok();
    let seconds = (1000.0 / run["pace"].as_f64().unwrap()).round();
    let pace = format!("pace {}:{:02}/km", (seconds / 60.0).floor(), seconds % 60.0);
    assert!(text.contains(&pace), "{pace}: {text}");
    // Strides upstream, steps here.
    let steps = format!(
        "cadence {:.0} steps/min",
        run["average_cadence"].as_f64().unwrap() * 2.0
    );
    assert!(text.contains(&steps), "{steps}: {text}");
    let swim = latest(&world, "Swim").await;
    let text = world
        .owner()
        .call_tool("get_activity", json!({ "id": swim["id"] }))
        .await
        .ok();
    assert!(
        text.contains("/100m") && text.contains("lengths of 25 m"),
        "{text}"
    );
}

#[tokio::test]
async fn feel_is_a_label_and_one_is_the_best() {
    let world = World::start().await;
    let list = world
        .raw("/athlete/{id}/activities?oldest=2026-01-01&newest=2026-03-18")
        .await;
    let labels = ["very strong", "strong", "normal", "weak", "very weak"];
    let felt = list
        .as_array()
        .unwrap()
        .iter()
        .filter(|a| a["feel"].is_i64())
        .take(4);
    for activity in felt {
        let text = world
            .owner()
            .call_tool("get_activity", json!({ "id": activity["id"] }))
            .await
            .ok();
        let label = labels[usize::try_from(activity["feel"].as_i64().unwrap()).unwrap() - 1];
        assert!(text.contains(&format!("felt {label}")), "{text}");
    }
}

#[tokio::test]
async fn every_part_can_be_asked_for_at_once_and_agrees_with_the_service() {
    let world = World::start().await;
    let ride = latest(&world, "VirtualRide").await;
    let parts = json!([
        "intervals",
        "splits",
        "zones",
        "best_efforts",
        "plan",
        "weather",
        "segments",
        "histogram",
        "messages",
        "custom"
    ]);
    let text = world
        .owner()
        .call_tool(
            "get_activity",
            json!({ "id": ride["id"], "include": parts }),
        )
        .await
        .ok();
    let laps = table(&text, "#|interval");
    let raw = ride["icu_intervals"].as_array().unwrap();
    assert_eq!(laps.len(), raw.len(), "{text}");
    for (lap, raw) in laps.iter().zip(raw) {
        assert_eq!(lap["avg W"], raw["average_watts"].to_string());
        assert_eq!(lap["IF%"], raw["intensity"].to_string());
    }
    let zones = table(&text, "power zone|");
    let raw: Vec<&Value> = ride["icu_zone_times"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|z| z["id"] != "SS")
        .collect();
    let reached = raw
        .iter()
        .rposition(|z| z["secs"].as_i64() > Some(0))
        .unwrap()
        + 1;
    assert_eq!(
        zones.len(),
        reached,
        "the overlapping sweet spot is no zone: {text}"
    );
    // Strings and comma lists are understood too.
    for include in [json!("zones"), json!("[\"zones\"]"), json!("zones,weather")] {
        let text = world
            .owner()
            .call_tool(
                "get_activity",
                json!({ "id": ride["id"], "include": include }),
            )
            .await
            .ok();
        assert!(text.contains("power zone|"), "{text}");
    }
    world.assert_well_behaved();
}

#[tokio::test]
async fn splits_add_up_to_the_whole() {
    let world = World::start().await;
    let run = latest(&world, "Run").await;
    let arguments = json!({ "id": run["id"], "include": ["splits"] });
    let text = world
        .owner()
        .call_tool("get_activity", arguments)
        .await
        .ok();
    let rows = table(&text, "to km|time|pace");
    let last: f64 = rows.last().unwrap()["to km"].parse().unwrap();
    assert!(
        (last - run["distance"].as_f64().unwrap() / 1000.0).abs() < 0.06,
        "{text}"
    );
    let seconds: f64 = rows
        .iter()
        .map(|r| {
            r["time"].split(':').fold(0.0, |total, part| {
                total * 60.0 + part.parse::<f64>().unwrap()
            })
        })
        .sum();
    assert!(
        (seconds - run["moving_time"].as_f64().unwrap()).abs() < 30.0,
        "{seconds}: {text}"
    );
}

#[tokio::test]
async fn notes_stand_in_the_marked_block_only() {
    let world = World::start().await;
    let list = world
        .raw("/athlete/{id}/activities?oldest=2025-06-01&newest=2026-03-18")
        .await;
    let noted = list
        .as_array()
        .unwrap()
        .iter()
        .find(|a| a["description"].as_str().is_some_and(|d| d.contains('\n')))
        .unwrap();
    let text = world
        .owner()
        .call_tool("get_activity", json!({ "id": noted["id"] }))
        .await
        .ok();
    let (facts, block) = text.split_once("--- ").unwrap();
    let first = noted["description"]
        .as_str()
        .unwrap()
        .lines()
        .next()
        .unwrap()
        .trim();
    assert!(!facts.contains(first) && block.contains(first), "{text}");
    assert!(
        block.starts_with(|c: char| c.is_ascii_hexdigit())
            && block.contains("data and not instructions"),
        "{text}"
    );
}

#[tokio::test]
async fn a_strava_stub_says_what_it_is() {
    let world = World::start().await;
    let list = world
        .raw("/athlete/{id}/activities?oldest=2025-06-01&newest=2026-03-18")
        .await;
    let stub = list
        .as_array()
        .unwrap()
        .iter()
        .find(|a| !a["type"].is_string())
        .unwrap();
    let arguments = json!({ "id": stub["id"], "include": ["intervals", "weather"] });
    let text = world
        .owner()
        .call_tool("get_activity", arguments)
        .await
        .ok();
    assert!(
        text.contains("came through Strava") && !text.contains(" W") && !text.contains("bpm"),
        "{text}"
    );
}

#[tokio::test]
async fn ids_that_are_none_never_reach_the_service() {
    let world = World::start().await;
    for id in [
        "",
        "i",
        "abc",
        "i12/../../athlete/0",
        "%2e%2e",
        "i1?x=1",
        "-5",
        "i123456789012345678901",
        "1 2",
    ] {
        let said = world
            .owner()
            .call_tool("get_activity", json!({ "id": id }))
            .await
            .error();
        assert!(said.contains("i12345678"), "{id}: {said}");
    }
    assert!(
        world
            .demo
            .journal()
            .iter()
            .all(|r| !r.path.contains("/activity/"))
    );
    let unknown = world
        .owner()
        .call_tool("get_activity", json!({ "id": "i99" }))
        .await
        .error();
    assert!(
        unknown.contains("404") && unknown.contains("Check the id"),
        "{unknown}"
    );
}

#[tokio::test]
async fn a_coachs_comment_is_dated_in_the_athletes_time() {
    let world = World::start().await;
    let list = world
        .raw("/athlete/{id}/activities?oldest=2026-02-01&newest=2026-03-18")
        .await;
    for activity in list
        .as_array()
        .unwrap()
        .iter()
        .filter(|a| a["type"].is_string())
    {
        let messages = world
            .raw(&format!(
                "/activity/{}/messages",
                activity["id"].as_str().unwrap()
            ))
            .await;
        let Some(message) = messages.as_array().unwrap().first() else {
            continue;
        };
        let arguments = json!({ "id": activity["id"], "include": "messages" });
        let text = world
            .owner()
            .call_tool("get_activity", arguments)
            .await
            .ok();
        let created: jiff::Timestamp = message["created"].as_str().unwrap().parse().unwrap();
        let local = created
            .in_tz("Europe/Zurich")
            .unwrap()
            .strftime("%a %Y-%m-%d %H:%M")
            .to_string();
        let head = format!(
            "[comment by {}, {local}]",
            message["name"].as_str().unwrap()
        );
        assert!(text.contains(&head), "{head}: {text}");
        return;
    }
    panic!("the demo has a comment");
}

#[tokio::test]
async fn a_swim_is_measured_in_metres() {
    let world = World::start().await;
    let swim = latest(&world, "Swim").await;
    let arguments = json!({ "id": swim["id"], "include": ["splits", "intervals"] });
    let text = world
        .owner()
        .call_tool("get_activity", arguments)
        .await
        .ok();
    let metres = swim["icu_distance"].as_f64().unwrap();
    assert!(text.contains(&format!(" · {metres:.0}m · ")), "{text}");
    let rows = table(&text, "to|time|pace");
    assert_eq!(rows[0]["to"], "100m", "{text}");
}

/// Lets the service say `body` at paths that end like this.
fn says(world: &World, path: String, body: &Value) {
    let scope = FaultScope {
        path_contains: Some(path + "$"),
        times: None,
    };
    let fault = Fault::Body(body.to_string());
    world.demo.faults().set(fault, scope);
}

const PARTS: [&str; 10] = [
    "intervals",
    "splits",
    "zones",
    "best_efforts",
    "plan",
    "weather",
    "segments",
    "histogram",
    "messages",
    "custom",
];

#[tokio::test]
async fn parts_that_are_empty_are_named_in_one_line() {
    let world = World::start().await;
    let list = world
        .raw("/athlete/{id}/activities?oldest=2025-06-01&newest=2026-03-18")
        .await;
    let manual = list.as_array().unwrap().iter();
    let mut manual = manual.filter(|a| a["source"] == "MANUAL");
    let id = manual.next().unwrap()["id"].clone();
    let arguments = json!({ "id": id, "include": PARTS });
    let text = world
        .owner()
        .call_tool("get_activity", arguments)
        .await
        .ok();
    let line = "Nothing recorded: zones, intervals, splits, best efforts, histogram, weather, segments, custom fields, messages.";
    assert!(text.lines().any(|l| l == line), "{text}");
    // A script of the athlete divides by what is missing: that is no number of gels.
    assert!(
        !text.contains("Gels") && !text.contains("Infinity"),
        "{text}"
    );
    world.assert_well_behaved();
}

#[tokio::test]
async fn custom_values_are_shown_as_they_are_everywhere_else() {
    let item = |code: &str, name: &str, content: Value| {
        let mut item =
            json!({ "id": 1, "type": "ACTIVITY_FIELD", "name": name, "content": { "code": code } });
        for (key, value) in content.as_object().unwrap() {
            item["content"][key] = value.clone();
        }
        item
    };
    let surface = json!({ "units": "of 3", "options": [{ "value": 1, "text": "Tarmac" }, { "value": 2, "text": "Gravel" }] });
    let (_demo, server) = altered(move |path, body| {
        if path.contains("/activity/") {
            body["GelCount"] = json!(3);
            body["Surface"] = json!("2");
            body["Undefined"] = json!(7.5);
            body["Ratio"] = json!("Infinity");
        } else if path.ends_with("/custom-item") {
            // What the profile does not tell.
            *body = json!([item("Surface", "Road surface", surface.clone())]);
        }
    })
    .await;
    let world = World::start().await;
    let arguments = json!({ "id": latest(&world, "Ride").await["id"], "include": "custom" });
    let text = Caller::owner(&server)
        .call_tool("get_activity", arguments)
        .await
        .ok();
    let line = "Gels taken 3 gels · Road surface Gravel · Undefined 7.5";
    assert!(text.lines().any(|l| l == line), "{text}");
}

#[tokio::test]
async fn form_afterwards_is_shown_as_the_athlete_has_it() {
    let (_demo, server) = altered(|path, body| {
        if path.contains("/activity/") {
            body["icu_ctl"] = json!(50.0);
            body["icu_atl"] = json!(60.0);
        } else if body["icu_form_as_percent"].is_boolean() {
            body["icu_form_as_percent"] = json!(true);
        }
    })
    .await;
    let world = World::start().await;
    let arguments = json!({ "id": latest(&world, "Ride").await["id"] });
    let text = Caller::owner(&server)
        .call_tool("get_activity", arguments)
        .await
        .ok();
    assert!(text.contains("fitness 50, fatigue 60, form -20%"), "{text}");
}

#[tokio::test]
async fn what_is_no_number_breaks_no_part() {
    let world = World::start().await;
    let mut ride = latest(&world, "Ride").await;
    for (index, wrong) in ["-Infinity", "NaN", "Infinity"].iter().enumerate() {
        let lap = &mut ride["icu_intervals"][index];
        for key in [
            "decoupling",
            "average_gradient",
            "intensity",
            "wbal_end",
            "average_speed",
        ] {
            lap[key] = json!(wrong);
        }
    }
    for key in [
        "decoupling",
        "icu_variability_index",
        "trimp",
        "GelCount",
        "Swolf",
    ] {
        ride[key] = json!("-Infinity");
    }
    let id = ride["id"].as_str().unwrap();
    says(&world, format!("/activity/{id}"), &ride);
    let arguments = json!({ "id": id, "include": PARTS });
    let text = world
        .owner()
        .call_tool("get_activity", arguments)
        .await
        .ok();
    let laps = ride["icu_intervals"].as_array().unwrap();
    let rows = table(&text, "#|interval");
    assert_eq!(rows.len(), laps.len(), "{text}");
    for (row, lap) in rows.iter().zip(laps) {
        assert_eq!(row["avg W"], lap["average_watts"].to_string(), "{text}");
    }
    for word in ["Infinity", "NaN", "inf", "Swolf"] {
        assert!(!text.contains(word), "{word}: {text}");
    }
}

#[tokio::test]
async fn who_prefers_miles_reads_miles_in_every_part() {
    let world = World::start().await;
    world.demo.prefer_imperial(true);
    for sport in ["Ride", "Run"] {
        let activity = latest(&world, sport).await;
        let arguments = json!({ "id": activity["id"], "include": PARTS });
        let said = world.owner().call_tool("get_activity", arguments).await;
        let text = said.ok();
        let facts = text.split("\n---").next().unwrap();
        for word in ["km", "°C", " m ", "up m"] {
            assert!(!facts.contains(word), "{word}: {facts}");
        }
        for word in ["mi", "°F", "mph", "up ft"] {
            assert!(facts.contains(word), "{word}: {facts}");
        }
        if sport == "Run" {
            let best = table(&text, "best over|");
            let mile = best.iter().find(|row| row["best over"] == "1 mi").unwrap();
            let id = activity["id"].as_str().unwrap();
            let path = format!(
                "/activity/{id}/best-efforts?stream=velocity_smooth&distance=1609.344&count=1"
            );
            let speed = world.raw(&path).await["efforts"][0]["average"].as_f64();
            let seconds = (1609.344 / speed.unwrap()).round();
            let pace = format!("{}:{:02}/mi", (seconds / 60.0).floor(), seconds % 60.0);
            assert_eq!(mile["value"], pace, "{text}");
        }
    }
    let swim = latest(&world, "Swim").await;
    let arguments = json!({ "id": swim["id"], "include": "best_efforts" });
    let said = world.owner().call_tool("get_activity", arguments).await;
    let text = said.ok();
    assert!(
        text.contains("\n100 y|") && text.contains("\n500 y|"),
        "{text}"
    );
}

#[tokio::test]
async fn numbers_that_the_service_computed_are_shown_as_they_are() {
    // Rides and sessions as the live service gave them out, their numbers retyped.
    let world = World::start().await;
    let mut ride = latest(&world, "VirtualRide").await;
    for (key, value) in [
        ("moving_time", json!(3307)),
        ("icu_average_watts", json!(131)),
        ("icu_weighted_avg_watts", json!(139)),
        ("average_heartrate", json!(132)),
        ("icu_ftp", json!(208)),
        ("icu_intensity", json!(66.82692)),
        ("icu_training_load", json!(41)),
        ("power_load", json!(41)),
        ("icu_efficiency_factor", json!(1.053_030_3)),
        ("icu_variability_index", json!(1.061_068_7)),
        ("decoupling", json!(4.513_948_4)),
        ("icu_rpe", json!(3)),
        ("session_rpe", json!(165)),
    ] {
        ride[key] = value;
    }
    let id = ride["id"].as_str().unwrap();
    says(&world, format!("/activity/{id}"), &ride);
    let arguments = json!({ "id": id });
    let said = world.owner().call_tool("get_activity", arguments).await;
    let text = said.ok();
    // NP 139 through 132 bpm is 1.053, through 131 W 1.061, through FTP 208 66.8 %; 0.919 h x 0.668^2 x 100 is 41;
    // RPE 3 x 55.1 min is 165.
    for fact in [
        "NP 139 W",
        "avg 131 W",
        "VI 1.06",
        "EF 1.05 W/bpm",
        "intensity 67 % of threshold",
        "load 41 (from power)",
        "decoupling 4.5 %",
        "session RPE 165",
        "RPE 3 of 10",
    ] {
        assert!(text.contains(fact), "{fact}: {text}");
    }
    // A run: gradient-adjusted 2.0805 m/s through threshold 3.3898 m/s is 61.4 %.
    let mut run = latest(&world, "Run").await;
    for (key, value) in [
        ("pace", json!(2.064_033_7)),
        ("gap", json!(2.080_476)),
        ("threshold_pace", json!(3.3898)),
        ("icu_intensity", json!(61.390_354)),
        ("average_cadence", json!(72.86063)),
        ("average_stride", json!(0.849_855_6)),
        ("icu_rpe", json!(7)),
        ("session_rpe", json!(276)),
    ] {
        run[key] = value;
    }
    let id = run["id"].as_str().unwrap();
    says(&world, format!("/activity/{id}"), &run);
    let arguments = json!({ "id": id });
    let said = world.owner().call_tool("get_activity", arguments).await;
    let text = said.ok();
    // 1000 m through 2.064 m/s are 484 s, through 2.0805 m/s 481 s; 72.86 strides are 146 steps a minute.
    for fact in [
        "pace 8:04/km",
        "gradient-adjusted 8:01/km",
        "intensity 61 % of threshold",
        "cadence 146 steps/min",
        "step 0.85 m",
        "session RPE 276",
    ] {
        assert!(text.contains(fact), "{fact}: {text}");
    }
}

#[tokio::test]
async fn one_call_is_enough_and_parts_are_asked_for_side_by_side() {
    let world = World::start().await;
    world.owner().call_tool("get_athlete", json!({})).await.ok();
    let ride = latest(&world, "VirtualRide").await;
    let id = ride["id"].as_str().unwrap();
    for (include, expected) in [
        (json!([]), vec![id]),
        (json!(["intervals", "zones"]), vec![id]),
        (
            json!(["weather", "segments", "messages"]),
            vec![id, "messages", "segments", "weather-summary"],
        ),
        (json!(["splits"]), vec![id, "streams"]),
        (json!(["histogram"]), vec![id, "power-histogram"]),
    ] {
        let fresh = World::start().await;
        fresh.owner().call_tool("get_athlete", json!({})).await.ok();
        fresh.demo.clear_journal();
        let arguments = json!({ "id": id, "include": include });
        fresh
            .owner()
            .call_tool("get_activity", arguments)
            .await
            .ok();
        let journal = fresh.demo.journal();
        let mut asked: Vec<&str> = journal
            .iter()
            .map(|r| r.path.rsplit('/').next().unwrap())
            .collect();
        asked.sort_unstable();
        assert_eq!(asked, expected, "{include}");
    }
    // While one part hangs, the others are asked for all the same.
    let fresh = World::start().await;
    fresh.owner().call_tool("get_athlete", json!({})).await.ok();
    fresh.demo.clear_journal();
    let scope = FaultScope {
        path_contains: Some("/streams".to_owned()),
        times: None,
    };
    fresh.demo.faults().set(Fault::Held, scope);
    let arguments = json!({ "id": id, "include": ["splits", "histogram", "best_efforts", "plan"] });
    let owner = fresh.owner();
    let asking = owner.call_tool("get_activity", arguments);
    let watching = async {
        let all = ["streams", "power-histogram", "best-efforts", "events"];
        let seen = |part: &&str| fresh.demo.journal().iter().any(|r| r.path.contains(*part));
        while !all.iter().all(seen) {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        fresh.demo.faults().clear();
    };
    let limit = std::time::Duration::from_secs(20);
    let both = tokio::time::timeout(limit, async { tokio::join!(asking, watching) }).await;
    both.expect("all parts were asked for while the first was open");
}

#[tokio::test]
async fn times_beyond_all_counting_are_no_more_than_wrong() {
    let world = World::start().await;
    let mut ride = latest(&world, "Ride").await;
    let id = ride["id"].as_str().unwrap().to_owned();
    ride["icu_hr_zone_times"] = json!([i64::MAX, i64::MAX, i64::MIN]);
    ride["icu_zone_times"] =
        json!([{ "id": "Z1", "secs": i64::MAX }, { "id": "Z2", "secs": i64::MAX }]);
    // As many zones as no athlete has.
    ride["pace_zone_times"] = json!(vec![60; 30_000]);
    let buckets: Vec<Value> = (0..90)
        .map(|n| json!({ "min": n, "max": n + 1, "secs": i64::MAX }))
        .collect();
    for (path, body) in [
        (format!("/activity/{id}"), ride),
        (format!("/activity/{id}/power-histogram"), json!(buckets)),
    ] {
        let scope = FaultScope {
            path_contains: Some(path + "$"),
            times: None,
        };
        let body = Fault::Body(body.to_string());
        world.demo.faults().set(body, scope);
    }
    let arguments = json!({ "id": id, "include": ["zones", "histogram"] });
    let told = world.owner().call_tool("get_activity", arguments).await;
    let text = told.ok();
    assert!(
        text.contains("HR zone|") && text.contains("W|time"),
        "{text}"
    );
    assert!(text.len() < 8_000, "{}", text.len());
}
