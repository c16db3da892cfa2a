//! The athlete's numbers agree with one another.

use serde_json::Value;

use super::service::{Service, number, text};

const YEAR: &str = "/wellness?oldest=2025-01-01&newest=2026-12-31";

fn secs(rows: &Value) -> f64 {
    rows.as_array().unwrap().iter().map(number).sum()
}

#[tokio::test]
async fn the_same_day_gives_the_same_year_and_another_day_another() {
    let (one, two) = (
        Service::at("2026-03-18T09:30:00Z").await,
        Service::at("2026-03-18T20:00:00Z").await,
    );
    assert_eq!(one.activities().await, two.activities().await);
    assert_eq!(one.mine(YEAR).await, two.mine(YEAR).await);
    let other = Service::at("2026-03-19T09:30:00Z").await;
    assert_ne!(one.activities().await, other.activities().await);
}

#[tokio::test]
async fn a_year_holds_what_a_season_holds() {
    let service = Service::start().await;
    let rows = service.rows("/activities?oldest=2025-01-01").await;
    let stubs = rows.iter().filter(|row| row["type"].is_null()).count();
    assert!(
        (320..480).contains(&rows.len()),
        "{} activities",
        rows.len()
    );
    assert_eq!(stubs, 5);
    for sport in [
        "Ride",
        "VirtualRide",
        "Run",
        "TrailRun",
        "Swim",
        "WeightTraining",
    ] {
        assert!(rows.iter().any(|row| row["type"] == sport), "no {sport}");
    }
    assert!(rows.iter().any(|row| row["commute"] == true));
    assert!(rows.iter().any(|row| row["race"] == true));
    assert!(
        rows.iter()
            .any(|row| row["source"] == "MANUAL" && row["average_heartrate"].is_null())
    );
    assert!(rows.iter().any(|row| {
        row["name"]
            .as_str()
            .is_some_and(|name| name.contains('\u{202e}'))
    }));
    assert!(text(&rows[0]["start_date_local"]).starts_with("2026-03-18T06"));
}

#[tokio::test]
async fn fitness_follows_the_daily_loads_from_the_first_day_to_the_projection() {
    let service = Service::start().await;
    let days = service.rows(YEAR).await;
    let (fast, slow) = (1.0 - (-1.0f64 / 7.0).exp(), 1.0 - (-1.0f64 / 42.0).exp());
    let (mut ctl, mut atl) = (45.0, 45.0);
    let mut fitness = vec![ctl; 7];
    for day in &days {
        ctl += (number(&day["ctlLoad"]) - ctl) * slow;
        atl += (number(&day["atlLoad"]) - atl) * fast;
        assert!((number(&day["ctl"]) - ctl).abs() < 1e-4, "{day}");
        assert!((number(&day["atl"]) - atl).abs() < 1e-4, "{day}");
        let ramp = ctl - fitness[fitness.len() - 7];
        assert!((number(&day["rampRate"]) - ramp).abs() < 1e-4, "{day}");
        fitness.push(ctl);
    }
    assert!(
        days.iter()
            .filter(|day| text(&day["id"]) > "2026-03-18")
            .count()
            > 20
    );
}

#[tokio::test]
async fn a_days_load_is_the_sum_of_its_activities_and_a_stub_counts_too() {
    let service = Service::start().await;
    let rows = service.rows("/activities?oldest=2025-01-01").await;
    for day in service
        .rows("/wellness?oldest=2025-03-19&newest=2026-03-17")
        .await
    {
        let of_day = rows
            .iter()
            .filter(|row| text(&row["start_date_local"])[..10] == *text(&day["id"]));
        let known: f64 = of_day
            .clone()
            .filter_map(|row| row["icu_training_load"].as_f64())
            .sum();
        let load = number(&day["ctlLoad"]);
        if of_day.clone().any(|row| row["type"].is_null()) {
            assert!(load > known, "{day}");
        } else {
            assert!((load - known).abs() < 0.5, "{day}");
            if let Some(last) = of_day.max_by_key(|row| text(&row["start_date_local"])) {
                assert!(
                    (number(&last["icu_ctl"]) - number(&day["ctl"])).abs() < 1e-4,
                    "{day}"
                );
            }
        }
    }
}

#[tokio::test]
async fn load_is_recomputed_from_the_numbers_beside_it() {
    for row in Service::start().await.activities().await {
        let moving = number(&row["moving_time"]);
        let load = number(&row["icu_training_load"]);
        let intensity = number(&row["icu_intensity"]) / 100.0;
        let expected = match text(&row["type"]) {
            "Ride" | "VirtualRide" => {
                let (power, ftp) = (
                    number(&row["icu_weighted_avg_watts"]),
                    number(&row["icu_ftp"]),
                );
                assert!((power / ftp - intensity).abs() < 1e-5, "{row}");
                moving * power * (power / ftp) / (ftp * 3600.0) * 100.0
            }
            "Run" | "TrailRun" => {
                moving / 36.0 * (number(&row["gap"]) / number(&row["threshold_pace"])).powi(2)
            }
            "Swim" => {
                moving / 36.0 * (number(&row["pace"]) / number(&row["threshold_pace"])).powi(3)
            }
            _ => load,
        };
        assert!(
            (load - expected).abs() < 0.51,
            "{load} is not {expected}: {row}"
        );
    }
}

#[tokio::test]
async fn zones_sum_to_moving_time_and_averages_belong_together() {
    for row in Service::start().await.activities().await {
        let moving = number(&row["moving_time"]);
        if let Some(zones) = row["icu_zone_times"].as_array() {
            let power = zones
                .iter()
                .filter(|zone| zone["id"] != "SS")
                .map(|zone| number(&zone["secs"]));
            assert_eq!(power.sum::<f64>(), moving, "{row}");
            assert!(
                (number(&row["icu_joules"]) - number(&row["icu_average_watts"]) * moving).abs()
                    <= moving * 0.5
            );
        }
        for zones in ["icu_hr_zone_times", "pace_zone_times", "gap_zone_times"] {
            if !row[zones].is_null() {
                assert_eq!(secs(&row[zones]), moving, "{zones}: {row}");
            }
        }
        if !row["distance"].is_null() {
            assert!(
                (number(&row["average_speed"]) - number(&row["distance"]) / moving).abs() < 1e-4,
                "{row}"
            );
        }
        assert!(number(&row["elapsed_time"]) >= moving);
        let session = (number(&row["icu_rpe"]) * moving / 60.0).floor();
        assert_eq!(number(&row["session_rpe"]), session, "{row}");
    }
}

#[tokio::test]
async fn streams_and_intervals_agree_with_the_summary() {
    let service = Service::start().await;
    let rows = service.activities().await;
    for sport in ["Ride", "VirtualRide", "Run", "TrailRun", "Swim"] {
        let row = rows.iter().find(|row| row["type"] == sport).unwrap();
        let id = text(&row["id"]);
        let types = "heartrate,watts,time,velocity_smooth,distance,moving";
        let streams = service
            .get(&format!("/activity/{id}/streams?types={types}"))
            .await;
        let data = |name: &str| {
            let stream = streams
                .as_array()
                .unwrap()
                .iter()
                .find(|stream| stream["type"] == name)?;
            let values = stream["data"].as_array().unwrap();
            Some(
                values
                    .iter()
                    .filter_map(Value::as_f64)
                    .collect::<Vec<f64>>(),
            )
        };
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
        let time = data("time").unwrap();
        assert_eq!(time.len() as f64, number(&row["moving_time"]));
        assert_eq!(time.last().unwrap() + 1.0, number(&row["elapsed_time"]));
        assert!(
            (mean(&data("velocity_smooth").unwrap()) - number(&row["average_speed"])).abs() < 0.01,
            "{sport}"
        );
        assert!(
            (data("distance").unwrap().last().unwrap() - number(&row["distance"])).abs() < 2.0,
            "{sport}"
        );
        assert!(
            (mean(&data("heartrate").unwrap()) - number(&row["average_heartrate"])).abs() < 0.7,
            "{sport}"
        );
        if let Some(watts) = data("watts") {
            assert!(
                (mean(&watts) - number(&row["icu_average_watts"])).abs() <= 0.5,
                "{sport}"
            );
            let rolling: Vec<f64> = watts
                .windows(30)
                .map(|window| mean(window).powi(4))
                .collect();
            assert!(
                (mean(&rolling).powf(0.25) - number(&row["icu_weighted_avg_watts"])).abs() <= 0.51
            );
        }
        assert!(
            streams
                .as_array()
                .unwrap()
                .iter()
                .all(|stream| stream["type"] != "moving")
        );
        let intervals = service.get(&format!("/activity/{id}/intervals")).await;
        let rows = intervals["icu_intervals"].as_array().unwrap();
        let total: f64 = rows.iter().map(|lap| number(&lap["moving_time"])).sum();
        assert_eq!(total, number(&row["moving_time"]));
        let grouped = rows
            .iter()
            .filter(|lap| lap["type"] == "WORK")
            .all(|lap| lap["group_id"].is_string());
        assert!(grouped, "{sport}");
    }
}

#[tokio::test]
async fn past_plans_are_paired_with_what_was_done() {
    let service = Service::start().await;
    let rows = service.activities().await;
    let events = service
        .rows("/events?oldest=2026-02-20&newest=2026-03-17&category=WORKOUT")
        .await;
    let paired: Vec<&Value> = events
        .iter()
        .filter(|event| event["paired_activity_id"].is_string())
        .collect();
    assert!(paired.len() > 15);
    for event in paired {
        let row = rows
            .iter()
            .find(|row| row["id"] == event["paired_activity_id"])
            .unwrap();
        assert_eq!(row["paired_event_id"], event["id"]);
        let share = number(&row["moving_time"]) / number(&event["moving_time"]) * 100.0;
        assert!((number(&row["compliance"]) - share).abs() < 1e-3);
    }
}

#[tokio::test]
async fn the_night_run_belongs_to_another_day_in_utc() {
    let rows = Service::start().await.activities().await;
    let night = rows
        .iter()
        .find(|row| row["name"] == "Midnight relay leg")
        .unwrap();
    assert!(text(&night["start_date_local"]).starts_with("2026-03-02T00:12"));
    assert!(text(&night["start_date"]).starts_with("2026-03-01T23:12"));
}

#[tokio::test]
async fn before_breakfast_the_early_run_has_not_been_run() {
    let rows = Service::at("2026-03-18T05:00:00Z").await.activities().await;
    assert!(text(&rows[0]["start_date_local"]) < "2026-03-18");
}

#[tokio::test]
async fn any_day_of_the_year_can_be_today() {
    for now in [
        "2025-12-31T23:30:00Z",
        "2026-02-28T12:00:00Z",
        "2026-03-29T01:30:00Z",
        "2026-07-05T12:00:00Z",
    ] {
        let service = Service::at(now).await;
        let today = service.demo.today();
        assert!(service.activities().await.len() > 300, "{now}");
        let race = service
            .rows("/events?oldest=2025-12-01&newest=2026-12-31&category=RACE_A")
            .await;
        let day: jiff::civil::Date = text(&race[0]["start_date_local"])[..10].parse().unwrap();
        assert!(
            (18..=24).contains(&today.until(day).unwrap().get_days()),
            "{now}"
        );
    }
}
