//! Where a metric goes and what goes with it.

use intervals_mcp_server::demo::{Fault, FaultScope};
use serde_json::{Value, json};

use crate::support::{Account, World, day, days, table};

async fn said(world: &World, arguments: Value) -> String {
    let said = world.owner().call_tool("analyze_trend", arguments).await;
    said.ok()
}

/// The median of all slopes between two values, a week, written out once more.
fn slope(points: &[(f64, f64)]) -> f64 {
    let mut slopes: Vec<f64> = Vec::new();
    for (place, (t, x)) in points.iter().enumerate() {
        slopes.extend(points[place + 1..].iter().map(|(u, y)| (y - x) / (u - t)));
    }
    slopes.sort_by(f64::total_cmp);
    let half = slopes.len() / 2;
    match slopes.len() % 2 {
        1 => slopes[half] * 7.0,
        _ => f64::midpoint(slopes[half - 1], slopes[half]) * 7.0,
    }
}

/// The number that follows `label`.
#[track_caller]
fn number(text: &str, label: &str) -> f64 {
    let rest = text
        .split_once(label)
        .unwrap_or_else(|| panic!("no {label:?} in {text}"))
        .1;
    let end = rest.find(|c: char| !(c.is_ascii_digit() || "+-.".contains(c)));
    rest[..end.unwrap_or(rest.len())].parse().unwrap()
}

/// Runs on days before today, one every `every` days, oldest first.
fn runs(n: usize, every: usize, of: impl Fn(usize) -> Value) -> Vec<Value> {
    let row = |place: usize| {
        let mut row = of(place);
        let date = day("2026-03-18", (n - 1 - place) * every);
        for (name, value) in [
            ("id", json!(format!("i{place}"))),
            ("start_date_local", json!(format!("{date}T07:00:00"))),
            ("moving_time", json!(3000)),
        ] {
            row[name] = value;
        }
        if row["type"].is_null() {
            row["type"] = json!("Run");
        }
        row
    };
    (0..n).map(row).collect()
}

#[tokio::test]
async fn the_slope_is_the_median_of_all_slopes_of_the_services_values() {
    let world = World::start().await;
    let text = said(
        &world,
        json!({ "metric": "hrv", "oldest": "2026-01-01", "newest": "2026-03-10" }),
    )
    .await;
    let raw = world
        .raw("/athlete/{id}/wellness?oldest=2026-01-01&newest=2026-03-10")
        .await;
    let points: Vec<(f64, f64)> = (0..)
        .map(f64::from)
        .zip(raw.as_array().unwrap())
        .filter_map(|(t, row)| Some((t, row["hrv"].as_f64()?)))
        .collect();
    assert!(points.len() > 60);
    let expected = slope(&points);
    assert!(
        (number(&text, "trend: ") - expected).abs() < 0.0051,
        "{expected}: {text}"
    );
    assert!(text.starts_with("hrv (ms) · Thu 2026-01-01 to Tue 2026-03-10 ("));
    let rests = format!("Rests on {} of 69 days", points.len());
    assert!(text.contains(&rests), "{rests}: {text}");
    let weeks = table(&text, "2 weeks from|");
    let counted: usize = weeks
        .iter()
        .map(|row| row["n"].parse::<usize>().unwrap())
        .sum();
    assert_eq!((weeks.len(), counted), (6, points.len()), "{text}");
    world.assert_well_behaved();
}

#[tokio::test]
async fn normal_is_what_get_today_says_it_is() {
    let world = World::start().await;
    let text = said(&world, json!({ "metric": "HRV" })).await;
    let today = world.owner().call_tool("get_today", json!({})).await.ok();
    let of_today = today.lines().find(|l| l.starts_with("HRV: ")).unwrap();
    let normal = of_today.split_once("normal ").unwrap().1;
    let normal = normal.split_once(". ").unwrap().0;
    assert!(text.contains(normal), "{normal}: {text}");
    assert_eq!(
        number(&text, "Last 7 days: mean "),
        number(of_today, "7-day mean ")
    );
}

#[tokio::test]
async fn a_higher_number_on_a_scale_is_worse_in_words() {
    let account = Account {
        wellness: days(
            "2026-03-17",
            60,
            |place| json!({ "mood": 1 + place / 20, "fatigue": 4 - place / 20, "sleepSecs": 30_000 - place * 60 }),
        ),
        ..Account::default()
    };
    let served = account.serve().await;
    let mood = json!({ "metric": "mood", "versus": "sleep", "newest": "yesterday" });
    let text = served.says("analyze_trend", mood).await;
    assert!(text.contains("\nGetting worse: +"), "{text}");
    assert!(text.contains(": worse than normal."), "{text}");
    assert!(
        text.contains("very strong link, higher sleep goes with better mood (rho -0.9"),
        "{text}"
    );
    assert!(!text.contains("Outliers"), "steps of a scale: {text}");
    let fatigue = json!({ "metric": "fatigue", "newest": "yesterday" });
    let text = served.says("analyze_trend", fatigue).await;
    assert!(text.contains("\nGetting better: -"), "{text}");
}

#[tokio::test]
async fn what_came_the_day_before_is_told_from_what_came_the_same_day() {
    // HRV falls the morning after load; the load itself follows no pattern that would carry over a day.
    let load = |place: usize| u32::try_from((place * place * 53 + place.pow(3) * 7) % 131).unwrap();
    let account = Account {
        wellness: days("2026-03-17", 80, |place| {
            let before = place.checked_sub(1).map_or(0, load);
            json!({ "ctlLoad": load(place), "hrv": 70.0 - f64::from(before) / 10.0 })
        }),
        ..Account::default()
    };
    let arguments =
        json!({ "metric": "hrv", "versus": "load", "newest": "yesterday", "oldest": "-60d" });
    let text = account.says("analyze_trend", arguments).await;
    assert!(
        text.contains("With load of the day before: very strong link, higher load goes with lower hrv (rho -1,"),
        "{text}"
    );
    assert!(
        text.contains("With load of the same day: no clear link (rho "),
        "{text}"
    );
    // The day before the first of the window is there too.
    assert!(text.contains(", n 60)"), "{text}");
    assert!(text.contains("no cause shown"), "{text}");
}

#[tokio::test]
async fn one_sport_is_followed_and_the_others_are_named() {
    let world = World::start().await;
    let text = said(&world, json!({ "metric": "pace" })).await;
    assert!(text.starts_with("pace (/km) · Run "), "{text}");
    assert!(
        text.contains("Sports are not mixed; sport chooses another: Swim "),
        "{text}"
    );
    let swim = said(&world, json!({ "metric": "Pace", "sport": "swim" })).await;
    assert!(swim.starts_with("pace (/100m) · Swim "), "{swim}");
    let family = said(&world, json!({ "metric": "np", "sport": "ride" })).await;
    assert!(
        family.starts_with("np (W) · VirtualRide ") && family.contains(", Ride "),
        "{family}"
    );
    let none = said(&world, json!({ "metric": "pace", "sport": "Ride" })).await;
    assert!(
        none.starts_with("No pace values · ")
            && none.contains("No 'ride' with a value; there are Run "),
        "{none}"
    );
}

#[tokio::test]
async fn sessions_count_in_the_window_and_every_sport_has_an_answer() {
    let world = World::start().await;
    let raw = world
        .raw("/athlete/{id}/activities?oldest=2025-12-25&newest=2026-03-18")
        .await;
    for (sport, metric, wire) in [
        ("Ride", "efficiency_factor", "icu_efficiency_factor"),
        ("VirtualRide", "np", "icu_weighted_avg_watts"),
        ("Run", "avg_hr", "average_heartrate"),
        ("TrailRun", "climbing", "total_elevation_gain"),
        ("Swim", "distance", "distance"),
        ("WeightTraining", "rpe", "icu_rpe"),
    ] {
        let values: Vec<f64> = raw
            .as_array()
            .unwrap()
            .iter()
            .filter(|a| a["type"].as_str().is_some_and(|kind| kind.ends_with(sport)))
            .filter_map(|a| a[wire].as_f64())
            .collect();
        let text = said(&world, json!({ "metric": metric, "sport": sport })).await;
        let sessions = format!("Rests on {} of ", values.len());
        assert!(text.contains(&sessions), "{sessions}: {text}");
    }
    world.assert_well_behaved();
}

#[tokio::test]
async fn a_run_counts_steps_and_a_quicker_pace_is_faster() {
    let account = Account {
        activities: runs(
            24,
            3,
            |place| json!({ "pace": 3.0 + f64::from(u32::try_from(place).unwrap()) * 0.01, "average_cadence": 84.0 }),
        ),
        ..Account::default()
    };
    let served = account.serve().await;
    let text = served
        .says("analyze_trend", json!({ "metric": "pace" }))
        .await;
    assert!(text.contains("\nGetting faster: -"), "{text}");
    assert!(text.contains("s/km a week (95 % -"), "{text}");
    assert!(text.contains(": faster than normal."), "{text}");
    let cadence = served
        .says("analyze_trend", json!({ "metric": "cadence" }))
        .await;
    assert!(
        cadence.starts_with("cadence (steps/min) · Run 24") && cadence.contains("median 168"),
        "{cadence}"
    );
    let mixed = served
        .says(
            "analyze_trend",
            json!({ "metric": "pace", "versus": "cadence" }),
        )
        .await;
    assert!(
        mixed.contains("With cadence, same session: one of them never changes (n 24)."),
        "{mixed}"
    );
}

#[tokio::test]
async fn units_are_those_of_the_athlete() {
    let world = World::start().await;
    world.demo.prefer_imperial(true);
    let text = said(&world, json!({ "metric": "weight" })).await;
    assert!(text.starts_with("weight (lb) · "), "{text}");
    assert!(number(&text, "median ") > 145.0, "{text}");
    let text = said(&world, json!({ "metric": "pace", "sport": "run" })).await;
    assert!(text.starts_with("pace (/mi) · "), "{text}");
    let text = said(&world, json!({ "metric": "pace", "sport": "swim" })).await;
    assert!(text.starts_with("pace (/100y) · "), "{text}");
}

#[tokio::test]
async fn everything_is_asked_once_by_its_window_and_its_fields() {
    let world = World::start().await;
    said(&world, json!({ "metric": "weight" })).await;
    for (arguments, paths) in [
        (
            json!({ "metric": "hrv", "versus": "load", "oldest": "2025-07-01", "newest": "2025-09-30" }),
            vec!["wellness?oldest=2025-06-30&newest=2025-09-30&fields=id,ctlLoad,hrv"],
        ),
        (
            json!({ "metric": "ef", "oldest": "2025-07-01", "newest": "2025-09-30" }),
            vec![
                "activities?oldest=2025-06-30&newest=2025-09-30&fields=id,icu_efficiency_factor,moving_time,source,\
                 start_date_local,type",
            ],
        ),
        (
            json!({ "metric": "ef", "versus": "sleep", "oldest": "2025-09-20", "newest": "2025-09-30" }),
            vec![
                "activities?oldest=2025-07-09&newest=2025-09-30&fields=id,icu_efficiency_factor,moving_time,source,\
                 start_date_local,type",
                "wellness?oldest=2025-07-09&newest=2025-09-30&fields=id,sleepSecs",
            ],
        ),
    ] {
        world.demo.clear_journal();
        said(&world, arguments).await;
        let mut asked: Vec<String> = world
            .demo
            .journal()
            .iter()
            .map(|r| format!("{}?{}", r.path.rsplit('/').next().unwrap(), r.query))
            .collect();
        asked.sort();
        assert_eq!(asked, paths);
    }
    world.assert_well_behaved();
}

#[tokio::test]
async fn today_is_not_counted_where_the_plan_may_be_in_it() {
    let world = World::start().await;
    let text = said(&world, json!({ "metric": "ctl", "oldest": "-9d" })).await;
    assert!(
        text.contains("Rests on 9 of 10 days, today not among them"),
        "{text}"
    );
    let text = said(&world, json!({ "metric": "resting_hr", "oldest": "-9d" })).await;
    assert!(text.contains("Rests on 10 of 10 days;"), "{text}");
    // Steps of a day that has just begun are no day's steps.
    let account = Account {
        wellness: days(
            "2026-03-18",
            12,
            |place| json!({ "steps": 9_000 + place * 10 }),
        ),
        ..Account::default()
    };
    let steps = json!({ "metric": "steps", "oldest": "-9d" });
    let text = account.says("analyze_trend", steps).await;
    assert!(
        text.contains("Rests on 9 of 10 days, today not among them"),
        "{text}"
    );
    let ahead = json!({ "metric": "form", "oldest": "-9d", "newest": "+9d" });
    let text = said(&world, ahead).await;
    assert!(
        text.contains("Rests on 9 of 10 days"),
        "days to come are not data: {text}"
    );
    let said = world
        .owner()
        .call_tool(
            "analyze_trend",
            json!({ "metric": "form", "oldest": "+2d" }),
        )
        .await;
    assert!(said.error().contains("is ahead"));
}

#[tokio::test]
async fn what_was_not_measured_is_left_out_and_said() {
    let account = Account {
        wellness: days("2026-03-18", 30, |place| {
            json!({ "hrv": if place == 12 { 0.0 } else { 60.0 }, "restingHR": 50, "tempRestingHR": place < 4,
                "sleepSecs": if place == 7 { 0 } else { 27_000 }, "weight": if place < 2 { 0.0 } else { 70.5 } })
        }),
        ..Account::default()
    };
    let served = account.serve().await;
    let says = async |metric: &str| {
        let arguments = json!({ "metric": metric, "oldest": "-29d" });
        served.says("analyze_trend", arguments).await
    };
    let hrv = says("hrv").await;
    assert!(
        hrv.contains("Rests on 29 of 30 days") && hrv.contains("Left out: hrv 0 on 1 day."),
        "{hrv}"
    );
    let resting = says("resting_hr").await;
    assert!(
        resting.contains("Left out: resting_hr of 4 days copied from settings."),
        "{resting}"
    );
    assert!(resting.contains("Rests on 26 of 30 days"), "{resting}");
    let weight = says("weight").await;
    assert!(weight.contains("Left out: weight 0 on 2 days."), "{weight}");
    // A night without sleep happens.
    let sleep = says("sleep").await;
    assert!(
        sleep.contains("Rests on 30 of 30 days") && !sleep.contains("Left out"),
        "{sleep}"
    );
}

#[tokio::test]
async fn custom_fields_go_by_the_name_that_the_athlete_gave_them() {
    let world = World::start().await;
    let by_name = said(&world, json!({ "metric": "caffeine" })).await;
    assert!(by_name.starts_with("Caffeine (mg) · "), "{by_name}");
    assert_eq!(
        by_name,
        said(&world, json!({ "metric": "CaffeineMg" })).await
    );
    let gels = said(&world, json!({ "metric": "Gels taken", "oldest": "-364d" })).await;
    assert!(gels.starts_with("Gels taken (gels) · Ride "), "{gels}");
}

#[tokio::test]
async fn a_field_that_the_profile_hides_is_looked_up_and_infinity_is_no_value() {
    let item = json!({ "id": 1, "type": "INPUT_FIELD", "name": "Jump height",
        "content": { "code": "Jump", "type": "numeric", "units": "cm", "script": "x" } });
    let account = Account {
        wellness: days(
            "2026-03-18",
            20,
            |place| json!({ "Jump": match place { 3 => json!("Infinity"), 4 => json!(null), 5 => json!("41.5"), n => json!(40 + n) } }),
        ),
        listed: json!([item]),
        ..Account::default()
    };
    let served = account.serve().await;
    let arguments = json!({ "metric": "jump height", "oldest": "-19d" });
    let text = served.says("analyze_trend", arguments).await;
    assert!(text.starts_with("Jump height (cm) · "), "{text}");
    assert!(text.contains("Rests on 18 of 20 days"), "{text}");
    assert!(text.contains("\nRising: +7"), "{text}");
}

#[tokio::test]
async fn wrong_names_are_answered_with_the_right_ones() {
    let world = World::start().await;
    let owner = world.owner();
    for arguments in [
        json!({ "metric": "pulse" }),
        json!({ "metric": "hrv", "versus": "pulse" }),
    ] {
        let said = owner.call_tool("analyze_trend", arguments).await.error();
        for word in ["'pulse'", "resting_hr", "efficiency_factor", "Gels taken"] {
            assert!(said.contains(word), "{word}: {said}");
        }
    }
    let same = json!({ "metric": "hrv", "versus": "rMSSD" });
    let said_of_same = owner.call_tool("analyze_trend", same).await.error();
    assert!(said_of_same.contains("another metric"), "{said_of_same}");
    for (written, head) in [
        ("restingHR", "resting_hr (bpm)"),
        ("Intensity Factor", "intensity (%)"),
        ("EF", "efficiency_factor (W/bpm)"),
        ("TSB", "form"),
        ("Normalized Power", "np (W)"),
    ] {
        let text = said(&world, json!({ "metric": written })).await;
        assert!(text.starts_with(&format!("{head} · ")), "{text}");
    }
    let of_sessions = said(&world, json!({ "metric": "load", "sport": "run" })).await;
    assert!(
        of_sessions.starts_with("session_load · Run "),
        "{of_sessions}"
    );
}

#[tokio::test]
async fn too_little_is_said_and_not_analysed() {
    let world = World::start().await;
    let few = said(
        &world,
        json!({ "metric": "hrv", "oldest": "-5d", "versus": "sleep" }),
    )
    .await;
    assert!(
        few.contains("Too few values for a trend: 6, at least 8"),
        "{few}"
    );
    assert!(
        few.contains("too few pairs to tell (n 6, at least 10 are needed)"),
        "{few}"
    );
    assert!(!few.contains("rho -") && !few.contains("Theil"), "{few}");
    let none = said(
        &world,
        json!({ "metric": "hrv", "oldest": "2018-05-01", "newest": "2018-05-31" }),
    )
    .await;
    assert!(none.starts_with("No hrv values · Tue 2018-05-01"), "{none}");
    assert_eq!(none.lines().count(), 1, "{none}");
}

#[tokio::test]
async fn a_window_of_nothing_but_stubs_says_why_it_is_empty() {
    let stub = |place: usize| json!({ "source": "STRAVA", "_note": "not available", "type": null, "place": place });
    let mut activities = runs(6, 2, stub);
    for activity in &mut activities {
        let members = activity.as_object_mut().unwrap();
        members.remove("moving_time");
        members.remove("type");
    }
    let account = Account {
        activities,
        ..Account::default()
    };
    let text = account
        .says("analyze_trend", json!({ "metric": "avg_hr" }))
        .await;
    assert!(text.starts_with("No avg_hr values · "), "{text}");
    assert!(
        text.contains("Withheld by the service (Strava) and not in it: 6 activities"),
        "{text}"
    );
    assert_eq!(text.matches("Strava").count(), 1, "{text}");
}

#[tokio::test]
async fn nulls_everywhere_are_no_values() {
    let world = World::start().await;
    said(&world, json!({ "metric": "weight" })).await;
    world
        .demo
        .faults()
        .set(Fault::AllNulls, FaultScope::default());
    for (metric, versus) in [("hrv", "load"), ("pace", "feel"), ("sleep", "np")] {
        let text = said(&world, json!({ "metric": metric, "versus": versus })).await;
        assert!(
            text.starts_with(&format!("No {metric} values · ")),
            "{text}"
        );
    }
}

#[tokio::test]
async fn the_days_are_the_athletes_at_both_ends_of_the_world() {
    for (zone, today) in [
        ("Pacific/Auckland", "2026-03-19"),
        ("Pacific/Pago_Pago", "2026-03-18"),
    ] {
        let account = Account {
            now: "2026-03-18T12:30:00Z".to_owned(),
            zone: zone.to_owned(),
            wellness: days(today, 20, |place| json!({ "hrv": 50 + place })),
            activities: vec![],
            ..Account::default()
        };
        let text = account
            .says("analyze_trend", json!({ "metric": "hrv", "oldest": "-9d" }))
            .await;
        assert!(
            text.contains(&format!(" {today} ({zone}, today is ")),
            "{text}"
        );
        assert!(text.contains("Rests on 10 of 10 days"), "{text}");
        assert!(text.contains("Rising: +7 ms a week"), "{text}");
    }
}

#[tokio::test]
async fn form_is_followed_in_the_athletes_own_scale() {
    let account = Account {
        wellness: days(
            "2026-03-17",
            20,
            |place| json!({ "ctl": 50.0, "atl": 40.0 + f64::from(u32::try_from(place).unwrap()) }),
        ),
        preferences: json!({ "icu_form_as_percent": true }),
        ..Account::default()
    };
    let arguments = json!({ "metric": "form", "oldest": "-20d", "newest": "yesterday" });
    let text = account.says("analyze_trend", arguments).await;
    assert!(text.starts_with("form (%) · "), "{text}");
    // One point a day of 50 is 2 %.
    assert!(text.contains("\nFalling: -14% a week"), "{text}");
}

#[tokio::test]
async fn what_stands_out_is_named_with_its_day_even_beside_a_trend() {
    let account = Account {
        wellness: days("2026-03-18", 60, |place| {
            let noise = [0.2, -0.1, 0.3, -0.2, 0.0, 0.1, -0.3][place % 7];
            let typo = if place == 40 { 5.0 } else { 0.0 };
            let weight = 75.0 - f64::from(u32::try_from(place).unwrap()) * 0.1 + noise + typo;
            json!({ "weight": weight })
        }),
        ..Account::default()
    };
    // 76 is no rare weight in the whole series, but five kilograms above the line of that day.
    let arguments = json!({ "metric": "weight", "oldest": "-59d" });
    let text = account.says("analyze_trend", arguments).await;
    assert!(
        text.contains("Outliers off the trend line: 76.1 on Fri 02-27."),
        "{text}"
    );
    assert!(text.contains("\nFalling: -0.7 kg a week"), "{text}");
}

#[tokio::test]
async fn a_sport_that_changes_nothing_is_said() {
    let world = World::start().await;
    let said_of = async |arguments: Value| said(&world, arguments).await;
    let note = "sport changes nothing here: hrv is of days.";
    let of_days = said_of(json!({ "metric": "hrv", "sport": "Run" })).await;
    assert!(of_days.lines().any(|line| line == note), "{of_days}");
    for arguments in [
        json!({ "metric": "hrv" }),
        json!({ "metric": "hrv", "versus": "pace", "sport": "Run" }),
    ] {
        let text = said_of(arguments).await;
        assert!(!text.contains("changes nothing"), "{text}");
    }
}
