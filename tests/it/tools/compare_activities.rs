//! Sessions side by side.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::answers::budget::tokens;
use crate::support::{Caller, Twisted, World, table};

async fn compared(world: &World, arguments: Value) -> String {
    let owner = world.owner();
    owner.call_tool("compare_activities", arguments).await.ok()
}

/// Activities of the year, newest first, as the service has them.
async fn year(world: &World) -> Vec<Value> {
    let rows = world
        .raw("/athlete/{id}/activities?oldest=2025-04-01&newest=2026-03-18")
        .await;
    rows.as_array().unwrap().clone()
}

fn called(year: &[Value], name: &str, count: usize) -> Vec<Value> {
    let found = year.iter().filter(|a| a["name"] == name);
    let found: Vec<Value> = found.take(count).cloned().collect();
    assert_eq!(found.len(), count, "{name}");
    found
}

fn ids(activities: &[Value]) -> Vec<&str> {
    activities
        .iter()
        .map(|a| a["id"].as_str().unwrap())
        .collect()
}

/// The cells of each row by its head, without the head; what is the same in all is not among them.
fn sheet(text: &str) -> BTreeMap<String, Vec<String>> {
    let lines = text
        .lines()
        .skip_while(|line| !line.starts_with("session|"));
    let lines: Vec<Vec<String>> = lines
        .take_while(|line| line.contains('|'))
        .map(|line| line.split('|').map(str::to_owned).collect())
        .collect();
    let columns = lines[0].len();
    let rows = lines.into_iter().map(|mut line| {
        line.resize(columns, String::new());
        let head = line.remove(0);
        (head, line)
    });
    rows.collect()
}

/// `246 +8` as its numbers; no difference is 0.
fn cell(text: &str) -> (f64, f64) {
    let (value, difference) = text.split_once(' ').unwrap_or((text, "0"));
    (value.parse().unwrap(), difference.parse().unwrap())
}

fn number(activity: &Value, key: &str) -> f64 {
    activity[key].as_f64().unwrap_or_else(|| panic!("{key}"))
}

#[tokio::test]
async fn one_request_puts_sessions_side_by_side_with_differences() {
    let world = World::start().await;
    world.owner().call_tool("get_today", json!({})).await.ok();
    let rides = called(&year(&world).await, "Long Ride", 3);
    world.demo.clear_journal();
    let text = compared(&world, json!({ "ids": ids(&rides) })).await;
    let journal = world.demo.journal();
    assert_eq!(journal.len(), 1, "{journal:?}");
    assert!(
        journal[0]
            .path
            .ends_with(&format!("/activities/{}", ids(&rides).join(","))),
        "{journal:?}"
    );
    assert_eq!(journal[0].query, "intervals=true");
    assert!(
        text.starts_with("3 sessions · differences from the first behind the values · today is Wed 2026-03-18 (Europe/Zurich)\n"),
        "{text}"
    );
    let rows = sheet(&text);
    assert_eq!(rows["session"], ids(&rides));
    // Watts, bpm, load and percent as the service has them; J are kJ, metres are km.
    for (head, key, factor, decimals) in [
        ("load", "icu_training_load", 1.0, 0),
        ("IF%", "icu_intensity", 1.0, 0),
        ("avg W", "icu_average_watts", 1.0, 0),
        ("NP W", "icu_weighted_avg_watts", 1.0, 0),
        ("HR", "average_heartrate", 1.0, 0),
        ("work kJ", "icu_joules", 1000.0, 0),
        ("distance km", "icu_distance", 1000.0, 2),
        ("up m", "total_elevation_gain", 1.0, 0),
        ("EF W/bpm", "icu_efficiency_factor", 1.0, 2),
        ("avg W/HR", "icu_power_hr", 1.0, 2),
        ("decoupling%", "decoupling", 1.0, 1),
    ] {
        let round = |value: f64| {
            format!("{:.*}", decimals, value / factor)
                .parse::<f64>()
                .unwrap()
        };
        let first = round(number(&rides[0], key));
        for (ride, shown) in rides.iter().zip(&rows[head]) {
            let (value, difference) = cell(shown);
            let expected = round(number(ride, key));
            assert!(
                (value - expected).abs() < 1e-9,
                "{head}: {shown} for {expected}"
            );
            assert!(
                (difference - (expected - first)).abs() < 1e-9,
                "{head}: {shown} against {first}"
            );
        }
        assert!(
            !rows[head][0].contains(' '),
            "{head}: the first is not compared with itself"
        );
    }
    let seconds = |clock: &str| {
        clock
            .split(':')
            .fold(0.0, |sum, part| sum * 60.0 + part.parse::<f64>().unwrap())
    };
    for (ride, shown) in rides.iter().zip(&rows["time"]).skip(1) {
        let (value, difference) = shown.split_once(' ').unwrap();
        let apart = number(ride, "moving_time") - number(&rides[0], "moving_time");
        assert_eq!(seconds(value), number(ride, "moving_time"));
        assert_eq!(
            seconds(&difference[1..])
                * if difference.starts_with('-') {
                    -1.0
                } else {
                    1.0
                },
            apart
        );
    }
    assert!(
        text.contains("same in all: sport Ride; name Long Ride; "),
        "{text}"
    );
    let last = text.lines().last().unwrap();
    assert!(
        last.starts_with("Data: 3 sessions; ")
            && last.contains("EF, VI, decoupling as the service computed"),
        "{text}"
    );
    world.assert_well_behaved();
}

#[tokio::test]
async fn work_intervals_stand_side_by_side() {
    let world = World::start().await;
    let rides = called(&year(&world).await, "VO2max 5x3", 2);
    let raw = world
        .raw(&format!(
            "/athlete/{{id}}/activities/{}?intervals=true",
            ids(&rides).join(",")
        ))
        .await;
    let work = |n: usize| -> Vec<(i64, i64)> {
        let intervals = raw[n]["icu_intervals"].as_array().unwrap().iter();
        let work = intervals.filter(|i| i["type"] == "WORK");
        work.map(|i| {
            (
                i["average_watts"].as_i64().unwrap(),
                i["average_heartrate"].as_i64().unwrap(),
            )
        })
        .collect()
    };
    let (one, other) = (work(0), work(1));
    let text = compared(&world, json!({ "ids": ids(&rides) })).await;
    let rows = sheet(&text);
    assert_eq!(rows["work intervals"], ["5", "5"], "{text}");
    for (n, ((watts, bpm), (more, heart))) in one.iter().zip(&other).enumerate() {
        let row = &rows[&format!("{}: 3:00", n + 1)];
        assert_eq!(row[0], format!("{watts} {bpm}"));
        let apart = match more - watts {
            0 => String::new(),
            apart => format!("{apart:+} "),
        };
        assert_eq!(row[1], format!("{more} {apart}{heart}"));
    }
    let fade = (one[0].0 - one[4].0) as f64 / one[0].0 as f64 * 100.0;
    assert!(
        (rows["fade%"][0].parse::<f64>().unwrap() - fade).abs() < 0.051,
        "{text}"
    );
    assert!(
        text.contains("Intervals: W, difference from the first session, then HR"),
        "{text}"
    );
}

/// A session of 5 minutes of work `laps` times.
fn laps(watts: &[i64]) -> Value {
    let laps = watts.iter().map(|watts| {
        json!({ "type": "WORK", "moving_time": 300, "average_watts": watts, "average_heartrate": 160, "intensity": 100 })
    });
    json!(laps.collect::<Vec<Value>>())
}

#[tokio::test]
async fn a_session_that_was_cut_short_is_compared_as_far_as_it_went_and_another_structure_is_not() {
    let world = Twisted::start("/activities/i9", |sessions| {
        let rows = sessions.as_array_mut().unwrap();
        rows[0]["icu_intervals"] = laps(&[300, 290, 280, 270]);
        rows[1]["icu_intervals"] = laps(&[310, 290, 270]);
        rows[2]["icu_intervals"] = json!([{ "type": "WORK", "moving_time": 60, "average_watts": 400 },
            { "type": "WORK", "moving_time": 60, "average_watts": 400 }]);
    })
    .await;
    let list = world
        .told("list_activities", json!({ "query": "VO2max 5x3" }))
        .await;
    let named: Vec<String> = table(&list, "id|")
        .iter()
        .take(3)
        .map(|r| r["id"].clone())
        .collect();
    let text = world
        .told("compare_activities", json!({ "ids": named }))
        .await;
    let rows = sheet(&text);
    assert_eq!(rows["work intervals"], ["4", "3", "2"], "{text}");
    assert_eq!(rows["1: 5:00"], ["300 160", "310 +10 160", ""], "{text}");
    assert_eq!(rows["4: 5:00"], ["270 160", "", ""], "{text}");
    // (300 - 270) / 300 and (310 - 270) / 310; means of 285 and 290.
    assert_eq!(rows["fade%"], ["10", "12.9", ""], "{text}");
    assert_eq!(rows["mean"], ["285 160", "290 +5 160", ""], "{text}");
    assert!(text.contains("Empty: another structure."), "{text}");
}

#[tokio::test]
async fn ids_arrive_in_every_shape() {
    let world = World::start().await;
    let rides = called(&year(&world).await, "Long Ride", 2);
    let ids = ids(&rides);
    let plain = compared(&world, json!({ "ids": ids })).await;
    for shape in [
        json!(format!("[\"{}\",\"{}\"]", ids[0], ids[1])),
        json!(ids.join(",")),
        json!([ids[0], ids[1], ids[0]]),
    ] {
        assert_eq!(
            compared(&world, json!({ "ids": shape })).await,
            plain,
            "{shape}"
        );
    }
    let referred = compared(&world, json!({ "reference_id": ids[0], "ids": [ids[1]] })).await;
    assert_eq!(referred, plain);
}

#[tokio::test]
async fn too_few_too_many_and_unknown_ones_are_said() {
    let world = World::start().await;
    let owner = world.owner();
    let rides = called(&year(&world).await, "Long Ride", 2);
    let ids = ids(&rides);
    let many: Vec<String> = (0..11).map(|n| format!("i{n}")).collect();
    for (arguments, says) in [
        (json!({}), "Give ids of 2 to 10 activities, or reference_id"),
        (json!({ "ids": [] }), "Give ids of 2 to 10 activities"),
        (json!({ "ids": [ids[0]] }), "give it as reference_id"),
        (
            json!({ "ids": [ids[0], ids[0]] }),
            "Two different activities are needed",
        ),
        (
            json!({ "ids": many }),
            "11 sessions are too many: compare 2 to 10",
        ),
        (json!({ "ids": ["../x", ids[0]] }), "i12345678"),
        (json!({ "ids": [ids[0], "i1"] }), "Not found: i1;"),
        (json!({ "ids": ["i1", "i2"] }), "Not found: i1, i2;"),
        (json!({ "reference_id": "i1" }), "(404"),
    ] {
        let said = owner
            .call_tool("compare_activities", arguments.clone())
            .await
            .error();
        assert!(said.contains(says), "{arguments}: {said}");
    }
    let text = compared(&world, json!({ "ids": [ids[0], "i1", ids[1]] })).await;
    assert!(
        text.starts_with("2 sessions") && text.contains("Not found: i1;"),
        "{text}"
    );
}

#[tokio::test]
async fn what_strava_withholds_is_explained_and_not_compared() {
    let world = World::start().await;
    let year = year(&world).await;
    let rides = called(&year, "Long Ride", 2);
    let stub = year.iter().find(|a| a["type"].is_null()).unwrap()["id"]
        .as_str()
        .unwrap();
    let [one, other] = [ids(&rides)[0], ids(&rides)[1]];
    let text = compared(&world, json!({ "ids": [one, stub, other] })).await;
    assert!(text.starts_with("2 sessions"), "{text}");
    assert!(
        text.contains("Withheld by the service: 1 activity that came through Strava"),
        "{text}"
    );
    assert!(!text.contains(stub), "{text}");
    for arguments in [
        json!({ "ids": [one, stub] }),
        json!({ "reference_id": stub }),
    ] {
        let text = compared(&world, arguments).await;
        assert!(
            text.starts_with("Nothing to compare") && text.contains("came through Strava"),
            "{text}"
        );
    }
    world.assert_well_behaved();
}

#[tokio::test]
async fn sessions_like_one_are_found_in_two_requests_and_it_is_said_why() {
    let world = World::start().await;
    world.owner().call_tool("get_today", json!({})).await.ok();
    let year = year(&world).await;
    for name in [
        "VO2max 5x3",
        "Kilometre Repeats x5",
        "Strength",
        "Commute",
        "Long Run",
        "Long Swim 4x400",
    ] {
        let reference = called(&year, name, 3).remove(1);
        world.demo.clear_journal();
        let text = compared(&world, json!({ "reference_id": reference["id"] })).await;
        let journal = world.demo.journal();
        // The list of the year is remembered from the one before.
        let is_first = name == "VO2max 5x3";
        assert_eq!(journal.len(), 1 + usize::from(is_first), "{journal:?}");
        if is_first {
            let fields = "oldest=2025-03-18&newest=2026-03-18&fields=id,name,type,";
            assert!(journal[0].query.contains(fields), "{journal:?}");
        }
        assert_eq!(journal.last().unwrap().query, "intervals=true");
        let found = &sheet(&text)["session"];
        assert_eq!(found[0], reference["id"].as_str().unwrap(), "{text}");
        assert_eq!(found.len(), 5, "{text}");
        for id in found {
            let activity = year.iter().find(|a| a["id"] == **id).unwrap();
            assert_eq!(
                (&activity["name"], &activity["type"]),
                (&reference["name"], &reference["type"]),
                "{text}"
            );
        }
        assert!(text.contains("alike in"), "{text}");
        assert!(
            text.contains("Chosen: the 4 most alike, nearest in time, of "),
            "{text}"
        );
        assert!(
            text.contains("from 2025-03-18 to 2026-03-18: same kind of sport"),
            "{text}"
        );
    }
    // A race like no other.
    let race = called(&year, "Halbmarathon am See", 1).remove(0);
    let text = compared(&world, json!({ "reference_id": race["id"] })).await;
    assert!(
        text.starts_with("Nothing to compare ")
            && text.contains("Looked for in Tue 2025-03-18 to Wed 2026-03-18"),
        "{text}"
    );
    world.assert_well_behaved();
}

#[tokio::test]
async fn sessions_like_an_old_one_are_found_around_its_own_day() {
    let world = World::seen_from("2028-06-01T08:00:00Z").await;
    world.owner().call_tool("get_athlete", json!({})).await.ok();
    let reference = called(&year(&world).await, "Long Ride", 1).remove(0);
    world.demo.clear_journal();
    let text = compared(&world, json!({ "reference_id": reference["id"] })).await;
    let queries: Vec<String> = world
        .demo
        .journal()
        .iter()
        .map(|r| r.query.clone())
        .collect();
    assert_eq!(queries.len(), 4, "{queries:?}");
    let day: jiff::civil::Date = reference["start_date_local"].as_str().unwrap()[..10]
        .parse()
        .unwrap();
    let (oldest, newest) = (
        day - jiff::Span::new().days(365),
        day + jiff::Span::new().days(365),
    );
    assert!(
        queries[2].contains(&format!("oldest={oldest}&newest={newest}&")),
        "{queries:?}"
    );
    assert_eq!(sheet(&text)["session"].len(), 5, "{text}");
    world.assert_well_behaved();
}

#[tokio::test]
async fn runs_have_steps_paces_and_metres_a_beat() {
    let world = World::start().await;
    let runs = called(&year(&world).await, "Tempo Run 3x10", 2);
    let text = compared(&world, json!({ "ids": ids(&runs) })).await;
    let rows = sheet(&text);
    // Strides upstream.
    let steps = format!("{:.0}", number(&runs[0], "average_cadence") * 2.0);
    let is_shown = rows.get("steps/min").is_some_and(|row| row[0] == steps);
    assert!(
        is_shown || text.contains(&format!("steps/min {steps}")),
        "{steps}: {text}"
    );
    let clock = |speed: f64| {
        let seconds = (1000.0 / speed).round();
        (
            format!("{}:{:02}", (seconds / 60.0).floor(), seconds % 60.0),
            seconds,
        )
    };
    let speed = |run: &Value| clock(number(run, "pace"));
    let (shown, seconds) = speed(&runs[0]);
    assert_eq!(rows["pace /km"][0], shown);
    let (other, more) = speed(&runs[1]);
    let sign = if more > seconds { '+' } else { '-' };
    let apart = (more - seconds).abs();
    assert_eq!(
        rows["pace /km"][1],
        format!("{other} {sign}0:{apart:02}"),
        "more is slower: {text}"
    );
    for (run, shown) in runs.iter().zip(&rows["m/beat"]) {
        let expected = number(run, "gap") * 60.0 / number(run, "average_heartrate");
        assert!(
            (cell(shown).0 - expected).abs() < 0.0051,
            "{shown} {expected}"
        );
    }
    assert!(
        !rows.contains_key("EF W/bpm") && text.contains("m/beat from gradient-adjusted speed"),
        "{text}"
    );
}

#[tokio::test]
async fn the_efficiency_of_a_run_is_that_of_a_calculation_by_hand() {
    let world = Twisted::start("/activities/i9", |sessions| {
        let runs = sessions.as_array_mut().unwrap();
        // 4:10 /km is 4 m/s: 240 m a minute at 150 bpm are 1.6 m a beat; 5:00 /km at 125 bpm as well.
        for (run, (pace, bpm)) in
            runs.iter_mut()
                .zip([(4.0, 150.0), (1000.0 / 300.0, 125.0), (2.0, 0.0)])
        {
            run["gap"] = json!(pace);
            run["average_heartrate"] = json!(bpm);
        }
    })
    .await;
    let list = world
        .told("list_activities", json!({ "query": "Long Run" }))
        .await;
    let named: Vec<String> = table(&list, "id|")
        .iter()
        .take(3)
        .map(|r| r["id"].clone())
        .collect();
    let text = world
        .told("compare_activities", json!({ "ids": named }))
        .await;
    let rows = sheet(&text);
    assert_eq!(rows["m/beat"], ["1.6", "1.6", ""], "{text}");
    assert_eq!(
        rows["GAP /km"],
        ["4:10", "5:00 +0:50", "8:20 +4:10"],
        "{text}"
    );
    assert_eq!(rows["HR"], ["150", "125 -25", ""], "{text}");
    assert!(text.contains("1 without HR"), "{text}");
}

#[tokio::test]
async fn different_sports_are_compared_where_that_means_something() {
    let world = World::start().await;
    let year = year(&world).await;
    let of = |sport: &str| {
        let found = year
            .iter()
            .find(|a| a["type"] == sport && !a["average_heartrate"].is_null());
        found.unwrap().clone()
    };
    let all = [
        of("Ride"),
        of("VirtualRide"),
        of("Run"),
        of("Swim"),
        of("WeightTraining"),
        of("TrailRun"),
    ];
    let text = compared(&world, json!({ "ids": ids(&all) })).await;
    let rows = sheet(&text);
    assert_eq!(
        rows["sport"],
        [
            "Ride",
            "VirtualRide",
            "Run",
            "Swim",
            "WeightTraining",
            "TrailRun"
        ]
    );
    for head in ["time", "load", "HR"] {
        assert!(
            rows[head][1..].iter().all(|cell| cell.contains(' ')),
            "{head}: {text}"
        );
    }
    // An indoor ride has the power of a ride; a run has none of it.
    assert!(
        rows["NP W"][1].contains(' ') && rows["NP W"][2].is_empty(),
        "{text}"
    );
    assert!(
        rows["pace"][2].ends_with("/km") && rows["pace"][3].ends_with("/100m"),
        "{text}"
    );
    assert!(
        rows["distance km"][3].ends_with('m') && !rows["distance km"][3].contains(' '),
        "{text}"
    );
    assert!(
        text.contains("Different sports: time, load, IF% and HR can be compared"),
        "{text}"
    );
    // Two runs among others are told in the same unit, and against a ride without a difference.
    assert!(!rows["pace"][5].contains(' '), "{text}");
    let two = compared(&world, json!({ "ids": ids(&[of("Ride"), of("Swim")]) })).await;
    assert!(
        !sheet(&two).contains_key("NP W") && !sheet(&two).contains_key("pace"),
        "{two}"
    );
    world.assert_well_behaved();
}

#[tokio::test]
async fn labels_are_words_and_0_is_a_value() {
    let world = Twisted::start("/activities/i9", |sessions| {
        let rows = sessions.as_array_mut().unwrap();
        for (row, (load, feel)) in
            rows.iter_mut()
                .zip([(80, json!(1)), (0, json!(5)), (80, json!(null))])
        {
            row["icu_training_load"] = json!(load);
            row["feel"] = feel;
            row["decoupling"] = json!(0.0);
            row["icu_rpe"] = json!(load / 10);
        }
        rows[2]["total_elevation_gain"] = json!(0.0);
        rows[2]["icu_joules"] = json!("much");
    })
    .await;
    let list = world
        .told("list_activities", json!({ "query": "Long Ride" }))
        .await;
    let named: Vec<String> = table(&list, "id|")
        .iter()
        .take(3)
        .map(|r| r["id"].clone())
        .collect();
    let text = world
        .told("compare_activities", json!({ "ids": named }))
        .await;
    let rows = sheet(&text);
    assert_eq!(rows["feel"], ["very strong", "very weak", ""], "{text}");
    assert_eq!(rows["load"], ["80", "0 -80", "80"], "{text}");
    assert_eq!(rows["RPE"], ["8", "0 -8", "8"], "{text}");
    assert!(text.contains("decoupling% 0"), "{text}");
    assert!(rows["up m"][2].starts_with("0 -"), "{text}");
    assert_eq!(rows["work kJ"][2], "", "{text}");
}

#[tokio::test]
async fn the_athletes_units_are_used() {
    let world = World::start().await;
    world.demo.prefer_imperial(true);
    let year = year(&world).await;
    let rides = called(&year, "Long Ride", 2);
    let swims = called(&year, "Long Swim 4x400", 2);
    let text = compared(&world, json!({ "ids": ids(&rides) })).await;
    let rows = sheet(&text);
    let miles = number(&rides[0], "icu_distance") / 1609.344;
    assert_eq!(
        rows["distance mi"][0],
        format!("{miles:.2}")
            .trim_end_matches('0')
            .trim_end_matches('.')
    );
    assert!(
        rows.contains_key("up ft") && rows.contains_key("mph"),
        "{text}"
    );
    assert!(text.contains("temp °F"), "{text}");
    let runs = called(&year, "Long Run", 2);
    let text = compared(&world, json!({ "ids": ids(&runs) })).await;
    let beat = number(&runs[0], "gap") * 60.0 / number(&runs[0], "average_heartrate") / 0.3048;
    let shown = cell(&sheet(&text)["ft/beat"][0]).0;
    assert!((shown - beat).abs() < 0.0051, "{shown} {beat}");
    assert!(!text.contains(" m/beat"), "{text}");
    let text = compared(&world, json!({ "ids": ids(&swims) })).await;
    let rows = sheet(&text);
    let yards = |swim: &Value| (number(swim, "icu_distance") / 0.9144).round();
    let (one, other) = (yards(&swims[0]), yards(&swims[1]));
    assert_eq!(rows["distance"][0], format!("{one}y"));
    assert_eq!(
        rows["distance"][1],
        format!("{other}y {:+}", other - one),
        "{text}"
    );
    assert!(rows.contains_key("pace /100y"), "{text}");
}

#[tokio::test]
async fn five_sessions_with_their_intervals_are_terse() {
    let world = World::start().await;
    let year = year(&world).await;
    for name in [
        "VO2max 5x3",
        "Long Ride",
        "Threshold 3x12",
        "Tempo Run 3x10",
        "Long Swim 4x400",
        "Strength",
    ] {
        let reference = called(&year, name, 1).remove(0);
        let text = Caller::owner(&world.server)
            .call_tool(
                "compare_activities",
                json!({ "reference_id": reference["id"] }),
            )
            .await
            .ok();
        let cost = tokens(&text);
        println!("compare_activities like {name}: {cost} tokens\n{text}\n");
        assert!(
            sheet(&text)["session"].len() == 5 && cost <= 900,
            "{cost}: {text}"
        );
    }
}

#[tokio::test]
async fn the_same_intervals_count_for_more_than_name_and_nearness() {
    let world = Twisted::start("/activities$", |list| {
        let rows = list.as_array_mut().unwrap();
        rows.retain(|row| row["type"] == "Ride");
        for (n, row) in rows.iter_mut().enumerate() {
            // Nobody is like the first, but by its name, by its intervals, or by time with intensity.
            let (name, summary, secs, percent) = match n {
                0 => ("Reference", json!(["3x 8m 250w", "1x 5m 300w"]), 3600, 85),
                1..=5 => ("reference ", json!(null), 3600, 60),
                6 => ("Elsewhere", json!(["3x 8m20s 231w"]), 4500, 60),
                7 => ("Far too long", json!(["3x 8m 250w"]), 9000, 85),
                8 => ("Five of them", json!(["5x 8m 250w"]), 3000, 60),
                _ => ("Other", json!(null), 3700, 60),
            };
            row["name"] = json!(name);
            row["interval_summary"] = summary;
            row["moving_time"] = json!(secs);
            row["icu_intensity"] = json!(percent);
        }
    })
    .await;
    let list = world
        .told(
            "list_activities",
            json!({ "oldest": "-364d", "limit": 200 }),
        )
        .await;
    let rows = table(&list, "id|");
    let text = world
        .told(
            "compare_activities",
            json!({ "reference_id": rows[0]["id"] }),
        )
        .await;
    let place = |id: &String| rows.iter().position(|row| row["id"] == *id).unwrap();
    let sheet = sheet(&text);
    let chosen: Vec<usize> = sheet["session"].iter().map(place).collect();
    assert_eq!(chosen, [0, 1, 2, 3, 6], "{text}");
    assert_eq!(
        sheet["alike in"],
        ["", "name, time", "name, time", "name, time", "intervals"],
        "{text}"
    );
    assert!(
        text.contains("the 4 most alike, nearest in time, of 6 "),
        "{text}"
    );
}

#[tokio::test]
async fn one_bad_row_does_not_reject_the_comparison() {
    let world = Twisted::start("/activities/i9", |sessions| {
        let rows = sessions.as_array_mut().unwrap();
        rows[1] = json!({ "id": rows[1]["id"], "type": "Ride", "moving_time": "long", "icu_intervals": [7, null, {}] });
        rows[2] = json!(null);
    })
    .await;
    let list = world
        .told("list_activities", json!({ "query": "Long Ride" }))
        .await;
    let named: Vec<String> = table(&list, "id|")
        .iter()
        .take(3)
        .map(|r| r["id"].clone())
        .collect();
    let text = world
        .told("compare_activities", json!({ "ids": named }))
        .await;
    assert_eq!(sheet(&text)["session"], named[..2], "{text}");
    assert!(
        text.contains(&format!("Not found: {};", named[2])),
        "{text}"
    );
    assert!(
        text.contains("1 without HR; 1 without power; 1 without RPE; 1 without feel"),
        "{text}"
    );
}
