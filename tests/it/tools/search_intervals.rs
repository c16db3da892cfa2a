//! Intervals of a length and intensity.

use serde_json::{Value, json};

use crate::answers::budget::tokens;
use crate::support::{Caller, Twisted, World, table};

async fn found(world: &World, arguments: Value) -> String {
    let owner = world.owner();
    owner.call_tool("search_intervals", arguments).await.ok()
}

/// Sessions with their intervals, as the service has them.
async fn whole(world: &World, ids: &[String]) -> Vec<Value> {
    let path = format!(
        "/athlete/{{id}}/activities/{}?intervals=true",
        ids.join(",")
    );
    let rows = world.raw(&path).await;
    rows.as_array().unwrap().clone()
}

fn ids(text: &str) -> Vec<String> {
    table(text, "id|")
        .iter()
        .map(|row| row["id"].clone())
        .collect()
}

/// The work intervals of `activity` within bounds of s and percent.
fn matching(activity: &Value, secs: (i64, i64), intensity: (i64, i64)) -> Vec<Value> {
    let within = |value: &Value, (least, most): (i64, i64)| {
        let value = value.as_i64().unwrap();
        least <= value && value <= most
    };
    let intervals = activity["icu_intervals"].as_array().unwrap().iter();
    let work = intervals.filter(|i| i["type"] == "WORK");
    let fitting =
        work.filter(|i| within(&i["moving_time"], secs) && within(&i["intensity"], intensity));
    fitting.cloned().collect()
}

fn clock(seconds: f64) -> String {
    let whole = seconds.round();
    format!("{}:{:02}", (whole / 60.0).floor(), whole % 60.0)
}

#[tokio::test]
async fn two_requests_find_sessions_and_their_intervals() {
    let world = World::start().await;
    world.owner().call_tool("get_today", json!({})).await.ok();
    world.demo.clear_journal();
    let arguments = json!({ "min_secs": 150, "max_secs": 200, "min_intensity": 105, "max_intensity": 130, "reps": 3 });
    let text = found(&world, arguments).await;
    let journal = world.demo.journal();
    assert_eq!(journal.len(), 2, "{journal:?}");
    assert!(
        journal[0].path.ends_with("/activities/interval-search"),
        "{journal:?}"
    );
    assert_eq!(
        journal[0].query,
        "minSecs=150&maxSecs=200&minIntensity=105&maxIntensity=130&minReps=3&limit=200"
    );
    let rows = table(&text, "id|");
    let listed = ids(&text);
    assert!(rows.len() > 3, "{text}");
    assert!(
        journal[1]
            .path
            .ends_with(&format!("/activities/{}", listed.join(","))),
        "{journal:?}"
    );
    assert_eq!(journal[1].query, "intervals=true");
    assert!(
        text.starts_with(&format!(
            "{} sessions with 3+ intervals of 2:30 to 3:20 at 105 to 130 % of threshold · all time (Europe/Zurich, today \
             is Wed 2026-03-18)",
            rows.len()
        )),
        "{text}"
    );
    for activity in whole(&world, &listed).await {
        let row = rows.iter().find(|r| r["id"] == activity["id"]).unwrap();
        let efforts = matching(&activity, (150, 200), (105, 130));
        assert_eq!(row["reps"], efforts.len().to_string(), "{row:?}");
        assert_eq!(row["name"], activity["name"].as_str().unwrap());
        assert_eq!(
            row["length"],
            clock(efforts[0]["moving_time"].as_f64().unwrap())
        );
        let watts: Vec<i64> = efforts
            .iter()
            .map(|i| i["average_watts"].as_i64().unwrap())
            .collect();
        let each: Vec<String> = watts.iter().map(i64::to_string).collect();
        assert_eq!(row["each"], each.join(" "), "{row:?}");
        // All are of one length here, so that the mean by length is the plain mean.
        let mean = |key: &str| {
            let sum: f64 = efforts.iter().map(|i| i[key].as_f64().unwrap()).sum();
            sum / efforts.len() as f64
        };
        assert_eq!(row["avg"], format!("{:.0} W", mean("average_watts")));
        assert_eq!(row["HR"], format!("{:.0}", mean("average_heartrate")));
        assert_eq!(row["IF%"], format!("{:.0}", mean("intensity")));
        let (first, last) = (watts[0] as f64, watts[watts.len() - 1] as f64);
        let fade: f64 = row["fade%"].parse().unwrap();
        assert!(
            (fade - (first - last) / first * 100.0).abs() < 0.051,
            "{row:?}"
        );
    }
    let dates: Vec<&String> = rows.iter().map(|r| &r["id"]).collect();
    assert!(
        dates.windows(2).all(|pair| pair[0] > pair[1]),
        "newest first: {text}"
    );
    let last = text.lines().last().unwrap();
    assert!(
        last.starts_with("Data: ") && last.contains(&format!("in {} sessions", rows.len())),
        "{text}"
    );
    assert!(last.contains("Strava"), "{text}");
    world.assert_well_behaved();
}

#[tokio::test]
async fn fade_and_means_are_those_of_a_calculation_by_hand() {
    let world = Twisted::start("/activities/i9", |sessions| {
        for session in sessions.as_array_mut().unwrap() {
            let lap = |kind: &str, secs: i64, watts: i64, bpm: Option<i64>, percent: i64| {
                json!({ "type": kind, "moving_time": secs, "average_watts": watts, "average_heartrate": bpm,
                    "intensity": percent })
            };
            session["icu_intervals"] = json!([
                lap("WORK", 900, 150, Some(120), 60),
                lap("WORK", 240, 300, Some(160), 110),
                lap("RECOVERY", 240, 120, Some(130), 110),
                lap("WORK", 120, 270, None, 100),
                lap("WORK", 300, 285, Some(172), 105),
                lap("WORK", 301, 400, Some(180), 120),
            ]);
        }
    })
    .await;
    let arguments = json!({ "min_secs": "2:00", "max_secs": "5m", "min_intensity": 100, "sport": "VirtualRide", "limit": 1 });
    let text = world.told("search_intervals", arguments).await;
    let row = table(&text, "id|").remove(0);
    // (300·240 + 270·120 + 285·300) / 660 = 287.7; (160·240 + 172·300) / 540 = 166.7; (300 - 285) / 300 = 5 %.
    assert_eq!(
        (
            row["reps"].as_str(),
            row["length"].as_str(),
            row["each"].as_str()
        ),
        ("3", "4:00 2:00 5:00", "300 270 285"),
        "{text}"
    );
    assert_eq!(
        (
            row["avg"].as_str(),
            row["HR"].as_str(),
            row["fade%"].as_str(),
            row["IF%"].as_str()
        ),
        ("288 W", "167", "5", "106"),
        "{text}"
    );
}

#[tokio::test]
async fn lengths_arrive_as_people_say_them() {
    let world = World::start().await;
    let plain = found(
        &world,
        json!({ "min_secs": 240, "max_secs": 900, "min_intensity": 90 }),
    )
    .await;
    for (least, most) in [("240", "900"), ("4m", "15 min"), ("4:00", "0:15:00")] {
        let arguments =
            json!({ "min_secs": least, "max_secs": most, "min_intensity": "90", "limit": "10" });
        assert_eq!(found(&world, arguments).await, plain, "{least}");
    }
}

#[tokio::test]
async fn one_length_is_a_tenth_more_or_less() {
    let world = World::start().await;
    let text = found(
        &world,
        json!({ "min_secs": "4m", "max_secs": "4m", "sport": "run" }),
    )
    .await;
    assert!(
        text.contains("intervals of 3:36 to 4:24 at any intensity"),
        "{text}"
    );
    assert!(!ids(&text).is_empty(), "{text}");
}

#[tokio::test]
async fn what_is_wrong_is_answered_with_what_is_right_and_asks_nobody() {
    let world = World::start().await;
    let owner = world.owner();
    owner.call_tool("get_today", json!({})).await.ok();
    world.demo.clear_journal();
    for (arguments, says) in [
        (json!({}), "min_secs"),
        (json!({ "min_secs": 60 }), "max_secs"),
        (
            json!({ "min_secs": 300, "max_secs": 60 }),
            "must not be above max_secs",
        ),
        (
            json!({ "min_secs": "soon", "max_secs": 60 }),
            "such as 4m, 90s, 1h30m or 4:00",
        ),
        (
            json!({ "min_secs": 60, "max_secs": 90, "min_intensity": 1.05 }),
            "105, not 1.05",
        ),
        (
            json!({ "min_secs": 60, "max_secs": 90, "max_intensity": 0.95 }),
            "percent of threshold",
        ),
        (
            json!({ "min_secs": 60, "max_secs": 90, "max_intensity": 5000 }),
            "0 to 1000",
        ),
        (
            json!({ "min_secs": 60, "max_secs": 90, "min_intensity": 110, "max_intensity": 90 }),
            "swap them",
        ),
        (
            json!({ "min_secs": 60, "max_secs": 90, "reps": 0 }),
            "reps must be 1 to 200",
        ),
        (
            json!({ "min_secs": 60, "max_secs": 90, "limit": 31 }),
            "limit must be 1 to 30",
        ),
        (
            json!({ "min_secs": 60, "max_secs": 90, "metric": "watts" }),
            "power, hr, pace",
        ),
        (
            json!({ "min_secs": 60, "max_secs": 90, "oldest": "today", "newest": "-3d" }),
            "swap them",
        ),
        (
            json!({ "min_secs": 60, "max_secs": 90, "oldest": "soon" }),
            "YYYY-MM-DD",
        ),
    ] {
        let said = owner
            .call_tool("search_intervals", arguments.clone())
            .await
            .error();
        assert!(said.contains(says), "{arguments}: {said}");
    }
    assert!(
        world.demo.journal().is_empty(),
        "{:?}",
        world.demo.journal()
    );
}

#[tokio::test]
async fn the_search_has_neither_dates_nor_sports_but_the_answer_does() {
    let world = World::start().await;
    let bounds = |more: Value| {
        let mut bounds =
            json!({ "min_secs": 60, "max_secs": 1200, "min_intensity": 85, "limit": 30 });
        bounds
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        bounds
    };
    let raw = world
        .raw("/athlete/{id}/activities/interval-search?minSecs=60&maxSecs=1200&minIntensity=85&maxIntensity=1000&limit=500")
        .await;
    let raw = raw.as_array().unwrap();
    let days = ["2025-11-01", "2025-12-15"];
    let text = found(
        &world,
        bounds(json!({ "oldest": days[0], "newest": days[1], "sport": "run" })),
    )
    .await;
    let expected: Vec<&str> = raw
        .iter()
        .filter(|a| {
            let day = &a["start_date_local"].as_str().unwrap()[..10];
            days[0] <= day && day <= days[1] && a["type"].as_str().unwrap().ends_with("Run")
        })
        .map(|a| a["id"].as_str().unwrap())
        .collect();
    assert!(expected.len() > 2, "{expected:?}");
    assert_eq!(ids(&text), expected);
    assert!(
        text.contains("Sat 2025-11-01 to Mon 2025-12-15 (Europe/Zurich, today is Wed 2026-03-18)"),
        "{text}"
    );

    // How to go on is said, and goes on.
    let first = found(&world, bounds(json!({ "limit": 3 }))).await;
    let (_, rest) = first
        .split_once(" more: the same call with newest ")
        .unwrap();
    let newest = rest.split(',').next().unwrap();
    let second = found(&world, bounds(json!({ "limit": 3, "newest": newest }))).await;
    assert_eq!(ids(&second)[0], *ids(&first).last().unwrap());
    assert!(
        second.contains("· until ") && second.contains(newest),
        "{second}"
    );

    // Up to the day of the only row would be that row again.
    let only = found(&world, bounds(json!({ "limit": 1 }))).await;
    assert!(
        only.contains(" more: the same call with a limit up to 30."),
        "{only}"
    );

    let none = found(&world, bounds(json!({ "sport": "strength" }))).await;
    assert!(none.starts_with("0 sessions with 1+ intervals"), "{none}");
    assert!(none.contains("in other sports (Run, Swim, "), "{none}");
    let none = found(
        &world,
        bounds(json!({ "oldest": "2016-01-01", "newest": "2017-01-01" })),
    )
    .await;
    assert!(
        none.starts_with("0 sessions") && none.contains("at other times"),
        "{none}"
    );
    world.assert_well_behaved();
}

#[tokio::test]
async fn nothing_found_is_said_and_asks_once() {
    let world = World::start().await;
    world.owner().call_tool("get_today", json!({})).await.ok();
    world.demo.clear_journal();
    let text = found(
        &world,
        json!({ "min_secs": "3h", "max_secs": "9h", "min_intensity": 140 }),
    )
    .await;
    assert!(
        text.starts_with(
            "0 sessions with 1+ intervals of 3:00:00 to 9:00:00 at 140 % of threshold or more"
        ),
        "{text}"
    );
    assert!(
        text.contains("widen the length or the intensity (105 is 5 % above threshold)"),
        "{text}"
    );
    assert_eq!(world.demo.journal().len(), 1);
}

#[tokio::test]
async fn runs_and_swims_are_told_in_the_athletes_pace() {
    let world = World::start().await;
    let runs = json!({ "min_secs": 180, "max_secs": 300, "min_intensity": 95, "sport": "run" });
    let swims = json!({ "min_secs": 60, "max_secs": 500, "sport": "swim", "limit": 2 });
    let run = table(&found(&world, runs.clone()).await, "id|").remove(0);
    let swim = table(&found(&world, swims.clone()).await, "id|").remove(0);
    assert!(
        run["avg"].ends_with("/km") && swim["avg"].ends_with("/100m"),
        "{run:?} {swim:?}"
    );
    let raw = whole(&world, &[run["id"].clone()]).await.remove(0);
    let speeds: Vec<f64> = matching(&raw, (180, 300), (95, 1000))
        .iter()
        .map(|i| i["average_speed"].as_f64().unwrap())
        .collect();
    let each: Vec<String> = speeds.iter().map(|v| clock(1000.0 / v)).collect();
    assert_eq!(run["each"], each.join(" "));
    let (first, last) = (speeds[0], speeds[speeds.len() - 1]);
    let fade: f64 = run["fade%"].parse().unwrap();
    assert!(
        (fade - (first - last) / first * 100.0).abs() < 0.051,
        "slower is a fade: {run:?}"
    );
    world.demo.prefer_imperial(true);
    let world = {
        let imperial = World::start().await;
        imperial.demo.prefer_imperial(true);
        imperial
    };
    let run = table(&found(&world, runs).await, "id|").remove(0);
    let swim = table(&found(&world, swims).await, "id|").remove(0);
    assert!(
        run["avg"].ends_with("/mi") && swim["avg"].ends_with("/100y"),
        "{run:?} {swim:?}"
    );
}

#[tokio::test]
async fn intensity_is_of_what_was_asked_for() {
    let world = World::start().await;
    world.owner().call_tool("get_today", json!({})).await.ok();
    for (metric, kind) in [("power", "POWER"), ("hr", "HR"), ("pace", "PACE")] {
        world.demo.clear_journal();
        let arguments = json!({ "min_secs": 240, "max_secs": 1200, "min_intensity": 95, "max_intensity": 108,
            "metric": metric, "limit": 30 });
        let text = found(&world, arguments).await;
        let journal = world.demo.journal();
        assert!(
            journal[0].query.contains(&format!("&type={kind}&")),
            "{journal:?}"
        );
        let rows = table(&text, "id|");
        assert!(!rows.is_empty(), "{text}");
        for activity in whole(&world, &ids(&text)).await {
            let row = rows.iter().find(|r| r["id"] == activity["id"]).unwrap();
            // Every session that the service found has intervals that we can tell, and not by their length alone.
            assert!(row["reps"].parse::<usize>().is_ok(), "{row:?}");
            if metric == "hr" {
                assert!(row["avg"].ends_with(" bpm"), "{row:?}");
                let threshold = activity["lthr"].as_f64().unwrap();
                // One alone is its own mean.
                let each = if row["each"].is_empty() {
                    &row["avg"]
                } else {
                    &row["each"]
                };
                for bpm in each
                    .trim_start_matches("all ")
                    .trim_end_matches(" bpm")
                    .split(' ')
                {
                    let percent = bpm.parse::<f64>().unwrap() * 100.0 / threshold;
                    assert!((94.0..=109.0).contains(&percent), "{row:?}");
                }
            }
        }
        let of = if metric == "hr" { "HR" } else { metric };
        assert!(
            text.contains(&format!("at 95 to 108 % of threshold {of} ·")),
            "{text}"
        );
    }
    world.assert_well_behaved();
}

#[tokio::test]
async fn intervals_are_read_for_no_more_sessions_than_are_shown() {
    let world = World::start().await;
    world.owner().call_tool("get_today", json!({})).await.ok();
    world.demo.clear_journal();
    let text = found(
        &world,
        json!({ "min_secs": 60, "max_secs": 3600, "limit": 4 }),
    )
    .await;
    assert_eq!(ids(&text).len(), 4);
    let journal = world.demo.journal();
    assert_eq!(
        journal[1]
            .path
            .rsplit('/')
            .next()
            .unwrap()
            .split(',')
            .count(),
        4,
        "{journal:?}"
    );
    let head = text.trim_start_matches("at least ");
    let count: usize = head.split(' ').next().unwrap().parse().unwrap();
    assert!(
        count > 40 && text.contains(&format!("\n{} more: ", count - 4)),
        "{text}"
    );
}

#[tokio::test]
async fn more_than_the_service_was_asked_for_is_said() {
    let world = Twisted::start("/interval-search", |hits| {
        let rows = hits.as_array_mut().unwrap();
        let first = rows[0].clone();
        while rows.len() < 200 {
            rows.push(first.clone());
        }
    })
    .await;
    let text = world
        .told(
            "search_intervals",
            json!({ "min_secs": 60, "max_secs": 3600, "limit": 1 }),
        )
        .await;
    assert!(text.starts_with("at least 200 sessions"), "{text}");
    assert!(
        text.contains("newest 200 matches, which reach back to "),
        "{text}"
    );
    let none = world
        .told(
            "search_intervals",
            json!({ "min_secs": 60, "max_secs": 3600, "sport": "Rowing" }),
        )
        .await;
    assert!(none.starts_with("0 sessions"), "{none}");
}

#[tokio::test]
async fn sessions_are_shown_even_when_their_intervals_cannot_be_read() {
    use intervals_mcp_server::demo::{Fault, FaultScope};
    let world = World::start().await;
    world.owner().call_tool("get_today", json!({})).await.ok();
    let scope = FaultScope {
        path_contains: Some("/activities/i9".to_owned()),
        times: None,
    };
    world.demo.faults().set(Fault::HugeBody(20 << 20), scope);
    let text = found(
        &world,
        json!({ "min_secs": 60, "max_secs": 3600, "limit": 30 }),
    )
    .await;
    assert_eq!(ids(&text).len(), 30, "{text}");
    assert!(
        text.contains("The intervals themselves could not be read: ") && text.contains("16 MiB"),
        "{text}"
    );
    assert!(
        text.contains("Data: 0 intervals in 30 sessions; 30 without their intervals;"),
        "{text}"
    );
}

#[tokio::test]
async fn what_cannot_be_told_by_intensity_is_told_by_length_and_marked() {
    let world = Twisted::start("/activities/i9", |sessions| {
        let rows = sessions.as_array_mut().unwrap();
        // One session comes without intervals, one without intensities, one not at all.
        rows[0]["icu_intervals"] = json!(null);
        for interval in rows[1]["icu_intervals"].as_array_mut().unwrap() {
            interval["intensity"] = json!(null);
        }
        rows.remove(2);
    })
    .await;
    let arguments = json!({ "min_secs": 150, "max_secs": 200, "min_intensity": 105, "limit": 4 });
    let text = world.told("search_intervals", arguments).await;
    let rows = table(&text, "id|");
    assert_eq!(rows.len(), 4, "{text}");
    assert_eq!(
        (rows[0]["reps"].as_str(), rows[2]["reps"].as_str()),
        ("", ""),
        "{text}"
    );
    assert!(
        rows[1]["reps"].starts_with('~') && !rows[3]["reps"].starts_with('~'),
        "{text}"
    );
    for says in [
        "1 without their intervals",
        "in 1 (~) the intervals were told by their length alone",
        "in 1 none could be told",
    ] {
        assert!(text.contains(says), "{says}: {text}");
    }
}

#[tokio::test]
async fn one_bad_row_does_not_reject_the_search() {
    let world = Twisted::start("/interval-search", |hits| {
        let rows = hits.as_array_mut().unwrap();
        rows[0] = json!({ "id": {}, "type": 7 });
        rows[1] = json!({ "id": rows[1]["id"], "start_date_local": null });
    })
    .await;
    let text = world
        .told(
            "search_intervals",
            json!({ "min_secs": 60, "max_secs": 3600, "limit": 5 }),
        )
        .await;
    assert_eq!(ids(&text).len(), 5, "{text}");
}

#[tokio::test]
async fn a_row_of_a_search_is_terse() {
    let world = World::start().await;
    for arguments in [
        json!({ "min_secs": "2m", "max_secs": "6m", "min_intensity": 105 }),
        json!({ "min_secs": "8m", "max_secs": "20m", "min_intensity": 85 }),
        json!({ "min_secs": "30s", "max_secs": "10m", "sport": "swim" }),
    ] {
        let text = Caller::owner(&world.server)
            .call_tool("search_intervals", arguments.clone())
            .await
            .ok();
        let (cost, rows) = (tokens(&text), table(&text, "id|").len());
        println!("search_intervals {arguments}: {cost} tokens for {rows} sessions\n{text}\n");
        assert!(
            rows > 5 && cost <= 350 + 55 * rows,
            "{cost} for {rows}: {text}"
        );
    }
}
