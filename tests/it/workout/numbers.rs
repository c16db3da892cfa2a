//! Targets in absolute units, time, distance and load.

use intervals_mcp_server::workout::{self, Athlete, Estimate};
use serde_json::{Value, json};

fn ride(ftp: f64) -> Athlete {
    Athlete {
        ftp: Some(ftp),
        ..Athlete::of("Ride")
    }
}

fn run() -> Athlete {
    Athlete {
        lthr: Some(170.0),
        threshold_pace: Some(workout::threshold_pace("4:00/km", "Run").unwrap()),
        ..Athlete::of("Run")
    }
}

fn swim() -> Athlete {
    Athlete {
        threshold_pace: Some(workout::threshold_pace("1:40/100m", "Swim").unwrap()),
        ..Athlete::of("Swim")
    }
}

fn estimate(text: &str, athlete: &Athlete) -> Estimate {
    workout::estimate(&workout::parse(text).workout, athlete)
}

fn document(text: &str, athlete: &Athlete) -> Value {
    workout::document(&workout::parse(text).workout, athlete)
}

/// What Intervals.icu makes of single steps at an FTP of 286 W and its usual zones.
#[test]
fn zones_come_to_the_watts_that_the_service_was_seen_to_make_of_them() {
    for (target, watts) in [
        ("Z1", 141),
        ("Z2", 186),
        ("Z3", 236),
        ("Z4", 279),
        ("Z5", 322),
        ("Z6", 387),
        ("Z7", 1644),
        ("55-75%", 186),
        ("120-150%", 386),
    ] {
        let document = document(&format!("- 10m {target}"), &ride(286.0));
        assert_eq!(document["average_watts"], watts, "{target}");
    }
}

#[test]
fn targets_are_resolved_to_watts_beats_and_speed() {
    let steps = |text: &str, athlete: &Athlete| document(text, athlete)["steps"].clone();
    let watts = steps("- 10m 80%\n- 10m 50-70%\n- 10m Z2", &ride(240.0));
    assert_eq!(watts[0]["_power"], json!({ "value": 192 }));
    assert_eq!(
        watts[1]["_power"],
        json!({ "value": 144, "start": 120, "end": 168 })
    );
    // 55 % of 240 is 132, and the zone begins above it; 75 % is 180.
    assert_eq!(
        watts[2]["_power"],
        json!({ "value": 157, "start": 133, "end": 180 })
    );
    let mut athlete = run();
    athlete.hr_zones = vec![115.0, 140.0, 160.0, 178.0, 190.0];
    let beats = steps("- 10m 50-70% LTHR\n- 10m Z2 HR\n- 10m Z3-Z4 HR", &athlete);
    assert_eq!(
        beats[0]["_hr"],
        json!({ "value": 102, "start": 85, "end": 119 })
    );
    assert_eq!(
        beats[1]["_hr"],
        json!({ "value": 128, "start": 116, "end": 140 })
    );
    assert_eq!(
        beats[2]["_hr"],
        json!({ "value": 160, "start": 141, "end": 178 })
    );
    // Threshold 1000 m in 240 s; 80 % of it for 10 minutes is 2000 m.
    let pace = steps("- 10m 80% Pace\n- 1km 5:00/km Pace\n- 1km 80% Pace", &run());
    assert!((pace[0]["_distance"].as_f64().unwrap() - 2000.0).abs() < 1e-6);
    assert_eq!(pace[1]["duration"], 300);
    assert_eq!(pace[2]["duration"], 300);
}

/// Load, intensity and distance that the service computed of a run and a swim with these thresholds.
#[test]
fn a_run_and_a_swim_come_to_what_the_service_computed() {
    let mut athlete = run();
    athlete.threshold_pace = Some(2.631_579);
    let text = "- 10m 70% Pace\n- 10m 80-110% Pace\n- 10m Z2 Pace\n- 10m Z3-Z5 Pace";
    let found = estimate(text, &athlete);
    assert_eq!((found.seconds, found.load), (2400, Some(49)));
    assert!((found.metres - 5433.947).abs() < 0.01, "{}", found.metres);
    assert!((found.intensity.unwrap() - 85.732_14).abs() < 1e-3);
    let mut athlete = swim();
    athlete.threshold_pace = Some(0.833_333_3);
    let text = "- 0.8km 20% Pace\n- 0.5km 70% Pace\n- 10m 20% Pace\n- 0.3km 100% Pace";
    let found = estimate(text, &athlete);
    assert_eq!((found.seconds, found.load), (6617, Some(5)));
    assert!((found.metres - 1700.0).abs() < 0.01, "{}", found.metres);
}

#[test]
fn an_hour_at_threshold_is_a_load_of_100_in_every_sport() {
    for (text, athlete) in [
        ("- 1h 100%", ride(250.0)),
        ("- 1h 250w", ride(250.0)),
        ("- 1h 100% LTHR", run()),
        ("- 1h 100% Pace", run()),
        ("- 15km 4:00/km Pace", run()),
        ("- 1h 1:40 Pace", swim()),
        ("- 3600mtr 100% Pace", swim()),
    ] {
        let found = estimate(text, &athlete);
        assert_eq!((found.seconds, found.load), (3600, Some(100)), "{text}");
        assert!((found.intensity.unwrap() - 100.0).abs() < 1e-9, "{text}");
    }
}

/// 80 % for an hour: a ride and a run cost 0.8 squared, a swim 0.8 cubed.
#[test]
fn load_grows_with_effort_as_the_sport_has_it() {
    assert_eq!(estimate("- 1h 80%", &ride(250.0)).load, Some(64));
    assert_eq!(estimate("- 1h 80% Pace", &run()).load, Some(64));
    assert_eq!(estimate("- 1h 80% Pace", &swim()).load, Some(51));
    // TRIMP by hand: (136 - 50) / (190.4 - 50) = 0.6125 weighs 0.6125 e^1.1760 = 1.9856; at LTHR
    // 120 / 140.4 = 0.8547 weighs 0.8547 e^1.6410 = 4.4105; the ratio is 0.450.
    assert_eq!(estimate("- 1h 80% LTHR", &run()).load, Some(45));
}

/// A minute at 400 W and a minute at 200 W, a hundred times. The rolling mean of 30 s moves between the two, so that NP is below the
/// fourth root of the mean fourth power of the blocks, ((400^4 + 200^4) / 2)^0.25 = 341.5, and above the mean.
#[test]
fn normalized_power_is_of_the_rolling_mean() {
    let found = estimate("100x\n- 1m 400w\n- 1m 200w", &ride(250.0));
    let watts = found.normalized_watts.unwrap();
    assert!((found.average_watts.unwrap() - 300.0).abs() < 1e-6);
    // Half of the time flat, half along a slope: mean of x^4 over 200..400 is (400^5 - 200^5) / (5 * 200).
    let flat = (400_f64.powi(4) + 200_f64.powi(4)) / 2.0;
    let slope = (400_f64.powi(5) - 200_f64.powi(5)) / 1000.0;
    let expected = f64::midpoint(flat, slope).powf(0.25);
    assert!((watts - expected).abs() < 1.0, "{watts} {expected}");
}

#[test]
fn a_ramp_counts_along_its_slope() {
    let found = estimate("- 1h ramp 100-300w", &ride(250.0));
    assert!((found.average_watts.unwrap() - 200.0).abs() < 1e-6);
    // (300^5 - 100^5) / (5 * 200) is the mean of x^4.
    let expected = ((300_f64.powi(5) - 100_f64.powi(5)) / 1000.0).powf(0.25);
    assert!((found.normalized_watts.unwrap() - expected).abs() < 1.0);
    let range = estimate("- 1h 100-300w", &ride(250.0));
    assert!((range.normalized_watts.unwrap() - 200.0).abs() < 1e-6);
}

#[test]
fn repeats_sum_up_time_and_distance() {
    let document = document("Set 4x\n- 1km 4:00/km Pace\n- 1m intensity=rest", &run());
    let repeat = &document["steps"][0];
    assert_eq!(repeat["reps"], 4);
    assert_eq!(repeat["text"], "Set 4x");
    assert_eq!(repeat["duration"], 1200);
    assert_eq!(repeat["distance"], 4000);
    assert_eq!(
        (&document["duration"], &document["distance"]),
        (&json!(1200), &json!(4000))
    );
    assert_eq!(document["target"], "PACE");
}

#[test]
fn without_a_threshold_there_is_no_load() {
    for text in ["- 1h 80%", "- 1h 200w", "- 1h 80% LTHR", "- 1h"] {
        let found = estimate(text, &Athlete::of("Ride"));
        assert_eq!((found.seconds, found.load), (3600, None), "{text}");
    }
}

#[test]
fn rests_add_time() {
    let found = estimate("5x\n- 100mtr 100% Pace 20s rest", &swim());
    // 5 x (100 s + 20 s).
    assert_eq!(found.seconds, 600);
}

#[test]
fn a_threshold_pace_is_understood_in_every_unit() {
    for (text, sport, speed) in [
        ("4:00/km", "Run", 1000.0 / 240.0),
        ("4:00", "Run", 1000.0 / 240.0),
        ("6:26/mi", "Run", 1609.34 / 386.0),
        ("1:40/100m", "Swim", 1.0),
        ("1:40", "Swim", 1.0),
        ("1:30/100y", "Swim", 91.44 / 90.0),
        ("2:00/500m", "Rowing", 500.0 / 120.0),
        ("4.2 m/s", "Run", 4.2),
    ] {
        let found = workout::threshold_pace(text, sport).unwrap();
        assert!((found - speed).abs() < 1e-9, "{text}: {found}");
    }
    for text in [
        "",
        "fast",
        "4",
        "0:00/km",
        "4:00/furlong",
        "-4 m/s",
        "1e9 m/s",
    ] {
        let wrong = workout::threshold_pace(text, "Run").unwrap_err();
        assert!(wrong.contains("4:00/km"), "{text}: {wrong}");
    }
}

#[test]
fn sports_go_by_several_names() {
    for (named, sport) in [
        ("ride", "Ride"),
        ("virtual ride", "VirtualRide"),
        ("cycling", "Ride"),
        ("RUN", "Run"),
        ("open_water_swim", "OpenWaterSwim"),
        ("Curling", "Curling"),
    ] {
        assert_eq!(workout::sport(named), sport);
    }
}
