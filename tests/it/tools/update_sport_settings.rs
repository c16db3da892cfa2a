//! Changing thresholds and zones.

use intervals_mcp_server::demo::{Fault, FaultScope};
use serde_json::{Value, json};

use crate::support::{Caller, World, flow};

async fn entry(world: &World, sport: &str) -> Value {
    world
        .raw(&format!("/athlete/{{id}}/sport-settings/{sport}"))
        .await
}

fn writes(world: &World) -> Vec<String> {
    let journal = world.demo.journal();
    let writes = journal.iter().filter(|request| request.method != "GET");
    writes
        .map(|request| {
            let path = request.path.rsplit("sport-settings/").next().unwrap();
            format!(
                "{} {path}?{} {}",
                request.method, request.query, request.body
            )
        })
        .collect()
}

#[tokio::test]
async fn a_threshold_moves_its_zones_and_nothing_else() {
    let world = World::start().await;
    let before = entry(&world, "Ride").await;
    let owner = world.owner();
    owner.call_tool("get_today", json!({})).await.ok();
    world.demo.clear_journal();
    let ftp = before["ftp"].as_i64().unwrap();
    let arguments = json!({ "sport": "cycling", "ftp": (ftp + 10).to_string() });
    let text = owner
        .call_tool("update_sport_settings", arguments.clone())
        .await
        .ok();
    assert_eq!(world.demo.journal().len(), 2, "settings, write");
    assert_eq!(
        writes(&world),
        [format!(
            "PUT {}?recalcHrZones=false {{\"ftp\":{}}}",
            before["id"],
            ftp + 10
        )]
    );
    let after = entry(&world, "Ride").await;
    for (key, value) in before.as_object().unwrap() {
        match key.as_str() {
            "ftp" => assert_eq!(after[key], ftp + 10),
            "updated" => {}
            _ => assert_eq!(after[key], *value, "{key}"),
        }
    }
    assert!(
        text.starts_with(
            "Changed sport settings of Ride, VirtualRide, GravelRide, MountainBikeRide ("
        ),
        "{text}"
    );
    // The first power zone ends at 55 % of FTP, rounded down.
    let first = (ftp + 10) * 55 / 100;
    for part in [
        format!("FTP {ftp} → {} W\n", ftp + 10),
        format!(
            "power (of {} W) zones: Z1 Active Recovery 0-{first} W",
            ftp + 10
        ),
        format!("Indoor FTP stays {} W.", before["indoor_ftp"]),
        "Past activities keep what they were analysed with".to_owned(),
        "Undo: undo_change ".to_owned(),
    ] {
        assert!(text.contains(&part), "{part}: {text}");
    }
    assert!(
        !text.contains("HR zones") && !text.contains("slip"),
        "{text}"
    );
    let again = owner
        .call_tool("update_sport_settings", arguments)
        .await
        .ok();
    assert!(
        again.starts_with("The sport settings of Ride, VirtualRide"),
        "{again}"
    );
    assert_eq!(writes(&world).len(), 1);
    world.assert_well_behaved();
}

#[tokio::test]
async fn heart_rate_zones_follow_lthr_and_max_hr_and_are_told() {
    let world = World::start().await;
    let before = entry(&world, "Run").await;
    let (lthr, max_hr) = (
        before["lthr"].as_i64().unwrap(),
        before["max_hr"].as_i64().unwrap(),
    );
    let arguments = json!({ "sport": "Run", "lthr": lthr + 3, "max_hr": max_hr + 4 });
    let mut dry = arguments.clone();
    dry["dry_run"] = json!(true);
    let text = world
        .owner()
        .call_tool("update_sport_settings", dry)
        .await
        .ok();
    assert!(
        text.contains("Intervals.icu would move the HR zones with it"),
        "{text}"
    );
    assert_eq!(writes(&world), [""; 0]);
    let text = world
        .owner()
        .call_tool("update_sport_settings", arguments)
        .await
        .ok();
    assert!(
        writes(&world)[0].contains("recalcHrZones=true"),
        "{:?}",
        writes(&world)
    );
    let after = entry(&world, "Run").await;
    let zones = after["hr_zones"].as_array().unwrap();
    assert_ne!(after["hr_zones"], before["hr_zones"]);
    assert_eq!(zones.last().unwrap(), max_hr + 4);
    assert!(
        text.contains(&format!("LTHR {lthr} → {} bpm", lthr + 3)),
        "{text}"
    );
    assert!(
        text.contains(&format!("HR zones: Z1 up to {} bpm", zones[0])),
        "{text}"
    );
    assert!(text.contains(&format!("-{} bpm\n", max_hr + 4)), "{text}");
    world.assert_well_behaved();
}

#[tokio::test]
async fn a_pace_is_written_in_every_unit_as_metres_a_second() {
    let world = World::start().await;
    // 1000 m in 250 s, a mile in 400 s, 100 m in 98 s, 100 y in 87 s.
    for (sport, pace, speed, shown) in [
        ("Run", "4:10/km", 1000.0 / 250.0, "→ 4:10/km"),
        ("running", "6:40/mi", 1609.344 / 400.0, "→ 4:09/km"),
        ("Swim", "1:38", 100.0 / 98.0, "→ 1:38/100m"),
        ("OpenWaterSwim", "1:27/100y", 91.44 / 87.0, "1:35/100m"),
    ] {
        let arguments = json!({ "sport": sport, "threshold_pace": pace });
        let text = world
            .owner()
            .call_tool("update_sport_settings", arguments)
            .await
            .ok();
        let kind = if sport == "running" { "Run" } else { sport };
        let stored = entry(&world, kind).await["threshold_pace"]
            .as_f64()
            .unwrap();
        assert!((stored - speed).abs() < 1e-3, "{pace}: {stored}");
        assert!(
            text.contains(shown) && text.contains("pace zones: Z1 slower than"),
            "{text}"
        );
    }
    world.assert_well_behaved();
}

#[tokio::test]
async fn zones_are_completed_named_anew_when_their_number_changes_and_kept_consistent() {
    let world = World::start().await;
    let max_hr = entry(&world, "Ride").await["max_hr"].as_i64().unwrap();
    let zones = json!({ "power": [50, 70, 85, 100], "hr": "120,150" });
    let arguments = json!({ "sport": "Ride", "zones": zones.to_string() });
    let text = world
        .owner()
        .call_tool("update_sport_settings", arguments)
        .await
        .ok();
    let after = entry(&world, "Ride").await;
    assert_eq!(after["power_zones"], json!([50, 70, 85, 100, 999]));
    assert_eq!(
        after["power_zone_names"],
        json!(["Z1", "Z2", "Z3", "Z4", "Z5"])
    );
    assert_eq!(after["hr_zones"], json!([120, 150, max_hr]));
    assert_eq!(after["hr_zone_names"], json!(["Z1", "Z2", "Z3"]));
    for part in [
        "The top power zone is open above the last bound.",
        "The 7 names of power zones are replaced by Z1 to Z5.",
        &format!("The top HR zone ends at max HR, {max_hr} bpm."),
        "Z5 ",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    // With a maximum of their own.
    let higher =
        json!({ "sport": "Ride", "max_hr": max_hr + 5, "zones": { "hr": [121, 151, max_hr + 5] } });
    world
        .owner()
        .call_tool("update_sport_settings", higher)
        .await
        .ok();
    let after = entry(&world, "Ride").await;
    assert_eq!(
        (&after["max_hr"], &after["hr_zones"]),
        (&json!(max_hr + 5), &json!([121, 151, max_hr + 5]))
    );
    let pace = json!({ "sport": "Run", "zones": { "pace": [80, 90.5, 100, 999] } });
    world
        .owner()
        .call_tool("update_sport_settings", pace)
        .await
        .ok();
    assert_eq!(
        entry(&world, "Run").await["pace_zones"],
        json!([80.0, 90.5, 100.0, 999.0])
    );
    world.assert_well_behaved();
}

#[tokio::test]
async fn bad_values_write_nothing_and_are_told_the_right_ones() {
    let world = World::start().await;
    let before = world.raw("/athlete/{id}/sport-settings").await;
    let max = entry(&world, "Ride").await["max_hr"].as_i64().unwrap();
    for (arguments, told) in [
        (json!({ "sport": "Ride" }), "Nothing to change: give ftp"),
        (
            json!({ "sport": "Ride", "ftp": 5 }),
            "ftp in W 5 is outside 40 to 600",
        ),
        (
            json!({ "sport": "Ride", "ftp": 3000 }),
            "ftp in W 3000 is outside",
        ),
        (
            json!({ "sport": "Ride", "indoor_ftp": 0 }),
            "indoor_ftp in W 0 is outside",
        ),
        (
            json!({ "sport": "Ride", "lthr": 40 }),
            "lthr in bpm 40 is outside 80 to 220",
        ),
        (
            json!({ "sport": "Ride", "lthr": max }),
            "must be below max_hr",
        ),
        (
            json!({ "sport": "Ride", "max_hr": 300 }),
            "max_hr in bpm 300 is outside",
        ),
        (
            json!({ "sport": "Ride", "threshold_pace": "4:00/km" }),
            "has no pace",
        ),
        (
            json!({ "sport": "Run", "threshold_pace": "fast" }),
            "write 4:00/km",
        ),
        (
            json!({ "sport": "Run", "threshold_pace": "1:35/km" }),
            "m/s, outside 0.3 to 8",
        ),
        (
            json!({ "sport": "Swim", "threshold_pace": "0:05" }),
            "check the unit",
        ),
        (
            json!({ "sport": "Ride", "zones": { "power": [55, 50] } }),
            "rising upper bounds",
        ),
        (
            json!({ "sport": "Ride", "zones": { "power": [] } }),
            "2 to 12",
        ),
        (
            json!({ "sport": "Ride", "zones": { "hr": [120, max + 9] } }),
            "above max HR",
        ),
        (
            json!({ "sport": "Ride", "zones": { "watts": [1] } }),
            "upper bounds are wanted as",
        ),
        (
            json!({ "sport": "Yoga", "lthr": 150 }),
            "Yoga has no sport settings of its own. There are: Ride, VirtualRide",
        ),
        (
            json!({ "sport": "Ride", "ftp": 260, "apply_from": "soon" }),
            "YYYY-MM-DD",
        ),
    ] {
        let said = world
            .owner()
            .call_tool("update_sport_settings", arguments.clone())
            .await
            .error();
        assert!(said.contains(told), "{arguments}: {said}");
    }
    assert_eq!(writes(&world), [""; 0]);
    assert_eq!(world.raw("/athlete/{id}/sport-settings").await, before);
    let rest = json!({ "sport": "other", "lthr": 140 });
    let text = world
        .owner()
        .call_tool("update_sport_settings", rest)
        .await
        .ok();
    assert!(text.contains("all other sports"), "{text}");
}

#[tokio::test]
async fn a_great_leap_is_asked_about() {
    let world = World::start().await;
    let (ride, run) = (entry(&world, "Ride").await, entry(&world, "Run").await);
    let (ftp, lthr) = (ride["ftp"].as_i64().unwrap(), run["lthr"].as_i64().unwrap());
    for (mut arguments, told) in [
        (
            json!({ "sport": "Ride", "ftp": ftp * 3 / 2 }),
            "FTP changes by +50 %",
        ),
        (
            json!({ "sport": "Run", "lthr": lthr - 20 }),
            "LTHR changes by -11 %",
        ),
        (
            json!({ "sport": "Run", "threshold_pace": "1:40/100m" }),
            "threshold speed changes by -7",
        ),
    ] {
        arguments["dry_run"] = json!(true);
        let text = world
            .owner()
            .call_tool("update_sport_settings", arguments)
            .await
            .ok();
        assert!(
            text.contains(told) && text.contains("make sure that it is no slip"),
            "{text}"
        );
    }
}

#[tokio::test]
async fn past_activities_are_analysed_anew_when_all_of_them_are_meant() {
    let world = World::start().await;
    let id = entry(&world, "Swim").await["id"].as_i64().unwrap();
    let path = format!("/athlete/{{id}}/sport-settings/{id}/matching-activities");
    let matching = world.raw(&path).await;
    let matching = matching.as_array().unwrap();
    let first = &matching.last().unwrap()["start_date_local"]
        .as_str()
        .unwrap()[..10];
    let arguments = |from: &str| json!({ "sport": "Swim", "lthr": 151, "apply_from": from });
    let owner = world.owner();
    let said = owner
        .call_tool("update_sport_settings", arguments("-30d"))
        .await
        .error();
    let all = format!(
        "to all activities of the sport or to none, that is to {} activities from ",
        matching.len()
    );
    assert!(
        said.contains(&all) && said.contains(&format!("give {first} or earlier")),
        "{said}"
    );
    assert_eq!(writes(&world), [""; 0]);
    let mut dry = arguments(first);
    dry["dry_run"] = json!(true);
    let text = owner.call_tool("update_sport_settings", dry).await.ok();
    assert!(
        text.contains(&format!(
            "It would analyse {} activities from ",
            matching.len()
        )),
        "{text}"
    );
    let fails = FaultScope {
        path_contains: Some("/apply$".to_owned()),
        times: Some(1),
    };
    world.demo.faults().set(Fault::Status(500, None), fails);
    let said = owner
        .call_tool("update_sport_settings", arguments(first))
        .await
        .error();
    assert!(
        said.contains("The settings are changed (Undo: undo_change ")
            && said.contains("could not be applied"),
        "{said}"
    );
    // The same call again applies what was already written.
    let text = owner
        .call_tool("update_sport_settings", arguments(first))
        .await
        .ok();
    assert!(
        text.contains("Intervals.icu now analyses ") && !text.contains("Undo:"),
        "{text}"
    );
    let applied = format!("PUT {id}/apply? ");
    assert_eq!(
        writes(&world)
            .iter()
            .filter(|write| **write == applied)
            .count(),
        2
    );
    assert_eq!(writes(&world).len(), 3);
    world.assert_well_behaved();
}

#[tokio::test]
async fn a_token_of_before_stops_an_overwrite() {
    let world = World::start().await;
    let owner = world.owner();
    let call = |arguments: Value| owner.call_tool("update_sport_settings", arguments);
    let dry = call(json!({ "sport": "Ride", "ftp": 260, "dry_run": true }))
        .await
        .ok();
    let token = dry.rsplit("if_unchanged ").next().unwrap().to_owned();
    call(json!({ "sport": "Ride", "lthr": 160 })).await.ok();
    let said = call(json!({ "sport": "Ride", "ftp": 260, "if_unchanged": token }))
        .await
        .error();
    assert!(
        said.starts_with("Nothing was written: what this would overwrite"),
        "{said}"
    );
    assert_eq!(writes(&world).len(), 1);
}

#[tokio::test]
async fn thresholds_need_a_scope_of_their_own() {
    let world = World::start().await;
    let tokens = flow::connect_with(&world.server, &["intervals:write"]).await;
    let writer = Caller::with_token(&world.server, &tokens.access_token);
    let arguments =
        json!({ "name": "update_sport_settings", "arguments": { "sport": "Ride", "ftp": 260 } });
    let answer = writer.legacy("tools/call", arguments).await;
    assert_eq!(answer.status, 403, "{:?}", answer.body);
    assert_eq!(writes(&world), [""; 0]);
}

#[tokio::test]
async fn settings_are_taken_back_with_the_zones_that_moved() {
    let world = World::start().await;
    let owner = world.owner();
    let ride = json!({ "sport": "Ride", "ftp": 300, "indoor_ftp": 280, "lthr": 150, "max_hr": 180,
        "zones": { "power": [50, 70, 85, 100] } });
    let run = json!({ "sport": "Run", "threshold_pace": "3:50/km", "zones": { "hr": [120, 150], "pace": [80, 100] } });
    for (sport, arguments) in [("Ride", ride), ("Run", run)] {
        let mut before = entry(&world, sport).await;
        let text = owner
            .call_tool("update_sport_settings", arguments)
            .await
            .ok();
        let mut changed = entry(&world, sport).await;
        let id = text.rsplit("undo_change ").next().unwrap().to_owned();
        let arguments = json!({ "change_id": id });
        owner.call_tool("undo_change", arguments).await.ok();
        let mut after = entry(&world, sport).await;
        for settings in [&mut before, &mut changed, &mut after] {
            settings.as_object_mut().unwrap().remove("updated");
        }
        assert_ne!(changed, before);
        assert_eq!(after, before);
    }
    world.assert_well_behaved();
}
