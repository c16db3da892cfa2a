//! The recording of an activity.

use serde_json::{Value, json};

use crate::support::{World, table};

async fn activities(world: &World) -> Vec<Value> {
    let list = world
        .raw("/athlete/{id}/activities?oldest=2025-04-01&newest=2026-03-18")
        .await;
    list.as_array().unwrap().clone()
}

async fn latest(world: &World, sport: &str) -> Value {
    let list = activities(world).await;
    let found = list.iter().find(|a| {
        a["type"] == sport
            && a["moving_time"].as_i64() > Some(2000)
            && !a["average_heartrate"].is_null()
            && a["device_name"].is_string()
    });
    found.unwrap().clone()
}

/// A series as the service has it.
async fn raw(world: &World, activity: &Value, kind: &str) -> Vec<Option<f64>> {
    let id = activity["id"].as_str().unwrap();
    let found = world
        .raw(&format!("/activity/{id}/streams?types={kind}"))
        .await;
    let data = found[0]["data"].as_array().unwrap();
    data.iter().map(Value::as_f64).collect()
}

/// The outing with a pause whose recording is the latest.
async fn paused(world: &World, sport: &str) -> (Value, f64, f64) {
    for activity in activities(world).await {
        if activity["type"] != sport || !activity["device_name"].is_string() {
            continue;
        }
        let times = raw(world, &activity, "time").await;
        let jump = times
            .windows(2)
            .find(|pair| pair[1].unwrap() - pair[0].unwrap() > 30.0);
        if let Some(jump) = jump {
            return (activity, jump[0].unwrap(), jump[1].unwrap());
        }
    }
    panic!("no {sport} with a pause");
}

async fn streams(world: &World, arguments: Value) -> String {
    let owner = world.owner();
    let said = owner.call_tool("get_activity_streams", arguments).await;
    said.ok()
}

async fn refused(world: &World, arguments: Value) -> String {
    let owner = world.owner();
    let said = owner.call_tool("get_activity_streams", arguments).await;
    said.error()
}

fn highest(values: &[Option<f64>]) -> f64 {
    values.iter().flatten().copied().fold(f64::MIN, f64::max)
}

/// `213 0..512` as its three numbers.
fn cell(text: &str) -> (f64, f64, f64) {
    let (mean, range) = text.split_once(' ').unwrap_or((text, ""));
    let mean: f64 = mean.parse().unwrap();
    match range.split_once("..") {
        Some((low, high)) => (mean, low.parse().unwrap(), high.parse().unwrap()),
        None => (mean, mean, mean),
    }
}

fn seconds(clock: &str) -> f64 {
    let parts = clock.split(':').map(|part| part.parse::<f64>().unwrap());
    parts.fold(0.0, |sum, part| sum * 60.0 + part)
}

#[tokio::test]
async fn a_ride_keeps_its_peaks_and_agrees_with_the_service() {
    let world = World::start().await;
    let ride = latest(&world, "Ride").await;
    world.owner().call_tool("get_today", json!({})).await.ok();
    world.demo.clear_journal();
    let text = streams(&world, json!({ "id": ride["id"] })).await;
    let asked: Vec<String> = world
        .demo
        .journal()
        .iter()
        .map(|r| r.path.clone())
        .collect();
    assert_eq!(asked.len(), 2, "{asked:?}");
    assert!(
        text.contains(&format!(
            "recorded by {}",
            ride["device_name"].as_str().unwrap()
        )),
        "{text}"
    );
    let watts = raw(&world, &ride, "watts").await;
    let power = &table(&text, "window|")[0];
    assert_eq!(power["window"], "W", "{text}");
    assert_eq!(power["high"], highest(&watts).to_string(), "{text}");
    // Coasting is a value.
    assert_eq!(power["low"], "0", "{text}");
    let mean: f64 = power["mean"].parse().unwrap();
    assert!(
        (mean - ride["icu_average_watts"].as_f64().unwrap()).abs() <= 1.0,
        "{text}"
    );
    let (_, rest) = text.split_once("NP ").unwrap();
    let np: f64 = rest.split(' ').next().unwrap().parse().unwrap();
    let expected = ride["icu_weighted_avg_watts"].as_f64().unwrap();
    assert!(
        (np - expected).abs() <= 2.0,
        "{np} against {expected}: {text}"
    );
    // When the peak was: on the clock, not by index.
    let times = raw(&world, &ride, "time").await;
    let peak = watts
        .iter()
        .position(|w| *w == Some(highest(&watts)))
        .unwrap();
    assert_eq!(seconds(&power["high at"]), times[peak].unwrap(), "{text}");
    let rows = table(&text, "at|");
    let top = rows.iter().map(|row| cell(&row["W"]).2).fold(0.0, f64::max);
    assert_eq!(top, highest(&watts), "{text}");
    assert!(
        rows.windows(2)
            .all(|pair| seconds(&pair[0]["at"]) < seconds(&pair[1]["at"])),
        "{text}"
    );
    assert!(text.lines().last().unwrap().starts_with("Data: "), "{text}");
    world.assert_well_behaved();
}

#[tokio::test]
async fn runs_count_steps_and_go_by_pace() {
    let world = World::start().await;
    let run = latest(&world, "Run").await;
    let text = streams(&world, json!({ "id": run["id"] })).await;
    let sums = table(&text, "window|");
    let of = |name: &str| sums.iter().find(|row| row["window"] == name).unwrap();
    let strides = raw(&world, &run, "cadence").await;
    // Strides upstream.
    assert_eq!(
        of("steps/min")["high"],
        (highest(&strides) * 2.0).to_string(),
        "{text}"
    );
    // Metres per second upstream.
    let pace = (1000.0 / run["pace"].as_f64().unwrap()).round();
    assert!(
        (seconds(&of("pace/km")["mean"]) - pace).abs() <= 2.0,
        "{pace}: {text}"
    );
    let fastest = highest(&raw(&world, &run, "velocity_smooth").await);
    let shown = seconds(&of("pace/km")["high"]);
    assert!((shown - 1000.0 / fastest).abs() <= 1.0, "{text}");
    assert!(!text.contains("NP "), "{text}");
}

#[tokio::test]
async fn every_sport_has_its_own_series_and_units() {
    let world = World::start().await;
    for (sport, has, lacks) in [
        (
            "Ride",
            vec!["|W|", "|rpm|", "|km/h|", "|altitude m"],
            vec!["pace"],
        ),
        ("VirtualRide", vec!["|W|", "|rpm|"], vec!["altitude"]),
        (
            "Run",
            vec!["|HR|", "|steps/min|", "|pace/km|", "|altitude m"],
            vec!["|W|"],
        ),
        ("TrailRun", vec!["|steps/min|", "|pace/km|"], vec!["rpm"]),
        (
            "Swim",
            vec!["|way|", "|strokes/min|", "|pace/100m"],
            vec!["altitude", "|km|"],
        ),
        ("WeightTraining", vec!["at|HR"], vec!["km", "|W|", "pace"]),
    ] {
        let activity = latest(&world, sport).await;
        let text = streams(&world, json!({ "id": activity["id"] })).await;
        let head = text.lines().find(|line| line.starts_with("at|")).unwrap();
        for word in has {
            assert!(head.contains(word), "{sport} without {word}: {text}");
        }
        for word in lacks {
            assert!(!head.contains(word), "{sport} with {word}: {text}");
        }
    }
    world.assert_well_behaved();
}

#[tokio::test]
async fn who_prefers_miles_gets_miles() {
    let world = World::start().await;
    world.demo.prefer_imperial(true);
    for (sport, words) in [
        ("Ride", ["|mi|", "|mph|", "|altitude ft"]),
        ("Run", ["|mi|", "|pace/mi|", "|altitude ft"]),
    ] {
        let activity = latest(&world, sport).await;
        let text = streams(&world, json!({ "id": activity["id"] })).await;
        for word in words {
            assert!(text.contains(word), "{word}: {text}");
        }
        assert!(!text.contains("km"), "{text}");
    }
}

#[tokio::test]
async fn the_index_is_not_the_second() {
    let world = World::start().await;
    let (ride, before, after) = paused(&world, "Ride").await;
    let text = streams(&world, json!({ "id": ride["id"] })).await;
    let length = raw(&world, &ride, "time").await.len();
    let recorded = text.lines().nth(1).unwrap();
    let (_, rest) = recorded.split_once("elapsed · ").unwrap();
    let moving = seconds(rest.split(' ').next().unwrap());
    #[expect(clippy::cast_precision_loss, reason = "few")]
    let samples = length as f64;
    assert_eq!(moving, samples, "{text}");
    assert!(text.contains("a pause of "), "{text}");
    // Behind the pause the clock is ahead of the index.
    let arguments = json!({ "id": ride["id"], "types": "power", "start": after, "end": after + 10.0, "max_points": 50 });
    let text = streams(&world, arguments).await;
    let rows = table(&text, "at|W");
    let watts = raw(&world, &ride, "watts").await;
    let times = raw(&world, &ride, "time").await;
    let first = times.iter().position(|t| *t == Some(after)).unwrap();
    assert_eq!(rows.len(), 10, "{text}");
    assert_eq!(rows[0]["W"], watts[first].unwrap().to_string(), "{text}");
    // In it there is nothing.
    let middle = json!({ "id": ride["id"], "start": before + 2.0, "end": after - 2.0 });
    let said = refused(&world, middle).await;
    assert!(said.contains("the recording paused from"), "{said}");
}

#[tokio::test]
async fn a_window_by_time_is_written_in_many_ways() {
    let world = World::start().await;
    let ride = latest(&world, "Ride").await;
    let ask = |start: Value, end: Value, types: Value| json!({ "id": ride["id"], "start": start, "end": end, "types": types, "max_points": "5" });
    let first = streams(&world, ask(json!(600), json!(900), json!(["power", "hr"]))).await;
    assert_eq!(table(&first, "at|W|HR").len(), 5, "{first}");
    assert!(
        first.contains("10:00 to 14:59 elapsed · 5:00 recorded"),
        "{first}"
    );
    for (start, end, types) in [
        (json!("600"), json!("900"), json!("power,hr")),
        (
            json!("10:00"),
            json!("15:00"),
            json!("[\"watts\",\"heartrate\"]"),
        ),
        (
            json!("0:10:00"),
            json!("0:15:00"),
            json!(["Power", "heart_rate", "time"]),
        ),
    ] {
        assert_eq!(streams(&world, ask(start, end, types)).await, first);
    }
    let watts = raw(&world, &ride, "watts").await;
    let expected = watts[600..900].iter().flatten().sum::<f64>() / 300.0;
    let mean: f64 = table(&first, "window|")[0]["mean"].parse().unwrap();
    assert!((mean - expected).abs() <= 0.5, "{expected}: {first}");
}

#[tokio::test]
async fn a_window_by_distance_is_in_metres_or_says_its_unit() {
    let world = World::start().await;
    let run = latest(&world, "Run").await;
    let ask = |start: Value, end: Value| json!({ "id": run["id"], "by": "distance", "start": start, "end": end, "types": ["pace"] });
    let text = streams(&world, ask(json!(1000), json!("2 km"))).await;
    assert!(text.contains("1 to 2 km"), "{text}");
    assert_eq!(
        text,
        streams(&world, ask(json!("1km"), json!("2000"))).await
    );
    let way = raw(&world, &run, "distance").await;
    let length = way
        .iter()
        .flatten()
        .filter(|m| (1000.0..=2000.0).contains(*m))
        .count();
    assert!(text.contains(&format!("Data: {length} samples")), "{text}");
    let said = refused(&world, ask(json!("200 km"), json!(null))).await;
    assert!(
        said.contains("200000 m is behind the end: the way is"),
        "{said}"
    );
    let gym = latest(&world, "WeightTraining").await;
    let said = refused(
        &world,
        json!({ "id": gym["id"], "by": "distance", "start": 100 }),
    )
    .await;
    assert!(said.contains("No distance was recorded"), "{said}");
}

#[tokio::test]
async fn an_interval_is_the_one_that_get_activity_lists() {
    let world = World::start().await;
    let ride = latest(&world, "VirtualRide").await;
    let id = ride["id"].as_str().unwrap();
    let whole = world.raw(&format!("/activity/{id}?intervals=true")).await;
    let laps = whole["icu_intervals"].as_array().unwrap();
    let (place, lap) = laps
        .iter()
        .enumerate()
        .find(|(_, lap)| lap["type"] == "WORK")
        .unwrap();
    for start in [json!(place + 1), json!((place + 1).to_string())] {
        let arguments = json!({ "id": id, "by": "interval", "start": start });
        let text = streams(&world, arguments).await;
        assert!(text.contains(&format!("interval {}", place + 1)), "{text}");
        let power = &table(&text, "window|")[0];
        let mean: i64 = power["mean"].parse().unwrap();
        assert!(
            (mean - lap["average_watts"].as_i64().unwrap()).abs() <= 1,
            "{lap}: {text}"
        );
        assert_eq!(power["high"], lap["max_watts"].to_string(), "{text}");
        let samples = lap["end_index"].as_i64().unwrap() - lap["start_index"].as_i64().unwrap();
        assert!(text.contains(&format!("Data: {samples} samples")), "{text}");
    }
    let range = json!({ "id": id, "by": "interval", "start": 1, "end": laps.len() });
    let text = streams(&world, range).await;
    let length = raw(&world, &ride, "time").await.len();
    assert!(
        text.contains(&format!("intervals 1 to {}", laps.len())),
        "{text}"
    );
    assert!(text.contains(&format!("Data: {length} samples")), "{text}");
    let said = refused(&world, json!({ "id": id, "by": "interval", "start": 999 })).await;
    assert!(said.contains(&format!("has 1 to {}", laps.len())), "{said}");
    let said = refused(&world, json!({ "id": id, "by": "interval" })).await;
    assert!(said.contains("the number of an interval"), "{said}");
    world.assert_well_behaved();
}

#[tokio::test]
async fn a_window_that_is_none_is_answered_with_what_there_is() {
    let world = World::start().await;
    let ride = latest(&world, "Ride").await;
    let id = ride["id"].as_str().unwrap();
    for (arguments, words) in [
        (
            json!({ "id": id, "start": "20:00", "end": "10:00" }),
            "swap them",
        ),
        (
            json!({ "id": id, "start": "99:00:00" }),
            "the recording goes from 0:00 to ",
        ),
        (
            json!({ "id": id, "start": "soon" }),
            "seconds, mm:ss or h:mm:ss",
        ),
        (
            json!({ "id": id, "start": -60 }),
            "seconds, mm:ss or h:mm:ss",
        ),
        (
            json!({ "id": id, "by": "distance", "start": "far" }),
            "metres from the start",
        ),
        (
            json!({ "id": id, "by": "laps" }),
            "time, distance, interval",
        ),
        (
            json!({ "id": id, "max_points": 0 }),
            "max_points is 1 to 1000",
        ),
        (
            json!({ "id": id, "max_points": 100_000 }),
            "max_points is 1 to 1000",
        ),
    ] {
        let said = refused(&world, arguments.clone()).await;
        assert!(said.contains(words), "{arguments}: {said}");
    }
    // An end behind the end is the end.
    let text = streams(&world, json!({ "id": id, "start": 60, "end": "99:00:00" })).await;
    assert!(text.contains("1:00 to "), "{text}");
}

#[tokio::test]
async fn a_series_that_is_not_there_is_answered_with_those_that_are() {
    let world = World::start().await;
    let run = latest(&world, "Run").await;
    for (types, named) in [
        (json!(["wats"]), "wats cannot"),
        (json!(["hr", "wats"]), "wats cannot"),
        (json!("power"), "power cannot"),
        (json!(["smo2", "balance"]), "smo2, balance cannot"),
    ] {
        let said = refused(&world, json!({ "id": run["id"], "types": types })).await;
        assert!(said.starts_with(named), "{said}");
        assert!(
            said.contains(
                "This activity has altitude, cadence, distance, hr, hrv, position, speed;"
            ),
            "{said}"
        );
        assert!(!said.contains("velocity_smooth"), "{said}");
    }
    // One that is there is not lost over one that is not.
    let text = streams(&world, json!({ "id": run["id"], "types": ["hr", "power"] })).await;
    assert!(
        text.contains("Not recorded, or not as numbers: power.") && text.contains("at|HR"),
        "{text}"
    );
    // Computed ones may be asked for too.
    let text = streams(
        &world,
        json!({ "id": run["id"], "types": ["grade", "gap"] }),
    )
    .await;
    assert!(
        text.contains("at|grade%|gradient-adjusted pace/km"),
        "{text}"
    );
}

#[tokio::test]
async fn what_can_be_no_name_never_reaches_the_service() {
    let world = World::start().await;
    let ride = latest(&world, "Ride").await;
    world.demo.clear_journal();
    for name in ["a b", "watts&x=1", "../x", "wätts", &"x".repeat(41)] {
        let said = refused(&world, json!({ "id": ride["id"], "types": [name] })).await;
        assert!(said.contains("no name of a series"), "{said}");
    }
    let many: Vec<String> = (0..21).map(|n| format!("s{n}")).collect();
    refused(&world, json!({ "id": ride["id"], "types": many })).await;
    assert!(world.demo.journal().is_empty());
}

#[tokio::test]
async fn only_what_is_needed_is_asked_for() {
    let world = World::start().await;
    let ride = latest(&world, "Ride").await;
    world.demo.clear_journal();
    streams(&world, json!({ "id": ride["id"], "types": ["hr"] })).await;
    let journal = world.demo.journal();
    let asked = journal.iter().find(|r| r.path.ends_with("/streams"));
    let query = asked.unwrap().query.replace("%2C", ",");
    assert_eq!(query, "types=time,distance,heartrate");
}

#[tokio::test]
async fn no_row_too_many_and_none_invented() {
    let world = World::start().await;
    let ride = latest(&world, "Ride").await;
    let watts = raw(&world, &ride, "watts").await;
    for most in [1, 2, 7, 33, 400] {
        let arguments = json!({ "id": ride["id"], "types": "power", "max_points": most });
        let text = streams(&world, arguments).await;
        let rows = table(&text, "at|W");
        assert!(
            rows.len() <= most && rows.len() * 3 >= most,
            "{most}: {}",
            rows.len()
        );
        for row in rows {
            let (mean, low, high) = cell(&row["W"]);
            assert!(low <= mean && mean <= high, "{row:?}");
            assert!(
                watts.contains(&Some(low)) && watts.contains(&Some(high)),
                "{row:?}"
            );
        }
    }
}

#[tokio::test]
async fn seconds_without_a_reading_are_gaps_and_said() {
    let world = World::start().await;
    for activity in activities(&world).await {
        if activity["type"] != "Run" || !activity["average_heartrate"].is_number() {
            continue;
        }
        let beats = raw(&world, &activity, "heartrate").await;
        if beats[0].is_some() {
            continue;
        }
        let gap = beats.iter().take_while(|b| b.is_none()).count();
        let text = streams(&world, json!({ "id": activity["id"] })).await;
        assert!(
            text.contains(&format!("without a reading: hr 0:0{gap}")),
            "{text}"
        );
        // At the very start there is nothing to show, and no zero.
        let arguments =
            json!({ "id": activity["id"], "types": ["hr"], "end": 5, "max_points": 10 });
        let text = streams(&world, arguments).await;
        assert!(text.contains("\n0:00\n"), "{text}");
        return;
    }
    panic!("the demo has a late heart rate");
}

#[tokio::test]
async fn a_strava_stub_says_what_it_is() {
    let world = World::start().await;
    let list = activities(&world).await;
    let stubs: Vec<&Value> = list.iter().filter(|a| !a["type"].is_string()).collect();
    assert!(!stubs.is_empty());
    for stub in stubs {
        let arguments =
            json!({ "id": stub["id"], "types": ["power"], "by": "interval", "start": 1 });
        let text = streams(&world, arguments).await;
        assert!(text.contains("came through Strava"), "{text}");
        assert!(
            !text.contains(" W") && !text.contains("at|") && !text.contains("Data:"),
            "{text}"
        );
    }
}

#[tokio::test]
async fn what_was_typed_in_has_no_recording() {
    let world = World::start().await;
    let list = activities(&world).await;
    let typed = list
        .iter()
        .find(|a| a["source"] == "MANUAL")
        .expect("the demo has one");
    let text = streams(&world, json!({ "id": typed["id"] })).await;
    assert!(text.contains("Nothing was recorded for"), "{text}");
    let said = refused(&world, json!({ "id": "i99" })).await;
    assert!(said.contains("404"), "{said}");
}

#[tokio::test]
async fn ten_hours_are_told_from_start_to_end() {
    let world = World::start().await;
    world.demo.record_for(36_000);
    let ride = latest(&world, "VirtualRide").await;
    let text = streams(&world, json!({ "id": ride["id"] })).await;
    assert!(text.contains("10:00:00 recorded"), "{text}");
    let rows = table(&text, "at|");
    assert!(
        rows.len() >= 15 && seconds(&rows.last().unwrap()["at"]) >= 33_000.0,
        "{text}"
    );
}

#[tokio::test]
async fn temperature_place_and_what_is_left_of_w_prime_are_told_when_asked_for() {
    let world = World::start().await;
    let ride = latest(&world, "Ride").await;
    let id = &ride["id"];
    let types = ["temperature", "position", "w_bal", "grade"];
    let text = streams(&world, json!({ "id": id, "types": types, "max_points": 5 })).await;
    let sums = table(&text, "window|");
    let of = |name: &str| sums.iter().find(|row| row["window"] == name).unwrap();
    let degrees = highest(&raw(&world, &ride, "temp").await);
    assert_eq!(of("device °C")["high"], degrees.to_string(), "{text}");
    // Joules upstream.
    let left = raw(&world, &ride, "w_bal").await;
    let lowest = left.iter().flatten().copied().fold(f64::MAX, f64::min);
    let shown: f64 = of("W' kJ")["low"].parse().unwrap();
    assert!((shown - lowest / 1000.0).abs() < 0.051, "{lowest}: {text}");
    // A place has no mean: that of the first sample stands in the row.
    assert!(sums.iter().all(|row| row["window"] != "lat,lng"), "{text}");
    let path = format!("/activity/{}/streams?types=latlng", id.as_str().unwrap());
    let places = world.raw(&path).await;
    let place = |key: &str| places[0][key][0].as_f64().unwrap();
    let first = format!("{:.4},{:.4}", place("data"), place("data2"));
    let cell = &table(&text, "at|")[0]["lat,lng"];
    let same =
        |a: &str, b: &str| (a.parse::<f64>().unwrap() - b.parse::<f64>().unwrap()).abs() < 1e-4;
    let pair = cell.split_once(',').zip(first.split_once(','));
    let ((lat, lng), (north, east)) = pair.unwrap();
    assert!(same(lat, north) && same(lng, east), "{first}: {text}");
    world.assert_well_behaved();
}

#[tokio::test]
async fn heartbeats_are_counted_and_their_differences_summed_up() {
    let world = World::start().await;
    let run = latest(&world, "Run").await;
    let id = run["id"].as_str().unwrap();
    let path = format!("/activity/{id}/streams?types=hrv");
    let lists = world.raw(&path).await[0]["data"].clone();
    let lists = lists.as_array().unwrap();
    let beats = |range: std::ops::Range<usize>| {
        let lists = lists[range].iter().filter_map(Value::as_array);
        let beats: Vec<f64> = lists.flatten().filter_map(Value::as_f64).collect();
        beats
    };
    let check = |text: &str, beats: &[f64]| {
        #[expect(clippy::cast_precision_loss, reason = "beats of a run")]
        let count = |n: usize| n as f64;
        let mean = beats.iter().sum::<f64>() / count(beats.len());
        let steps = beats.windows(2).map(|pair| pair[1] - pair[0]);
        let squares: Vec<f64> = steps.map(|step| step * step).collect();
        let rmssd = (squares.iter().sum::<f64>() / count(squares.len())).sqrt();
        let line = format!(
            "RR {mean:.0} ms over {} beats · rMSSD {rmssd:.1} ms",
            beats.len()
        );
        assert!(
            text.contains(&line.replace(".0 ms", " ms")),
            "{line}: {text}"
        );
    };
    let text = streams(&world, json!({ "id": id, "types": "hrv" })).await;
    check(&text, &beats(0..lists.len()));
    let arguments =
        json!({ "id": id, "types": ["hrv", "hr"], "start": 100, "end": 160, "max_points": 3 });
    let text = streams(&world, arguments).await;
    check(&text, &beats(100..160));
    assert_eq!(table(&text, "at|RR/rMSSD ms|HR").len(), 3, "{text}");
    assert!(!text.contains("Not recorded"), "{text}");
}
