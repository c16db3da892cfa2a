//! Who the athlete is: thresholds and zones, and the documents about them.

use serde_json::{Value, json};

use super::workout::Sport;
use crate::demo::ATHLETE_ID;
use crate::demo::document::{float, merge};

/// IANA name of the athlete's zone.
pub const TIME_ZONE: &str = "Europe/Zurich";
pub const NAME: &str = "Mika Tannwald";
/// Kilograms.
pub const WEIGHT: f64 = 68.0;
/// Beats per minute.
pub const RESTING_HR: u32 = 46;
/// Upper bounds in percent of FTP.
pub const POWER_ZONES: [u32; 7] = [55, 75, 90, 105, 120, 150, 999];
/// Upper bounds in percent of threshold pace.
pub const PACE_ZONES: [f64; 7] = [77.5, 87.7, 94.3, 100.0, 103.4, 111.5, 999.0];
/// Percent of FTP, inclusive.
pub const SWEET_SPOT: (u32, u32) = (84, 97);
pub const W_PRIME: u32 = 19_500;
pub const P_MAX: u32 = 912;

const RIDE_HR_ZONES: [u32; 7] = [136, 150, 159, 167, 173, 179, 186];
const RUN_HR_ZONES: [u32; 5] = [143, 156, 165, 174, 190];

/// The code of the one custom wellness field.
pub const WELLNESS_FIELD: &str = "CaffeineMg";
/// The code of the one custom activity field.
pub const ACTIVITY_FIELD: &str = "GelCount";

/// What the athlete could do on a day; watts and metres a second.
#[derive(Clone, Copy, Debug)]
pub struct Thresholds {
    pub ftp: u32,
    pub indoor_ftp: u32,
    pub run_pace: f64,
    pub swim_pace: f64,
}

impl Thresholds {
    /// Of the day `day` days from today; FTP rises from 248 to 262 W over the year, the trainer's stays 7 W lower.
    pub fn on(day: i32) -> Self {
        let ftp = match day {
            ..=-300 => 248,
            -299..=-230 => 251,
            -229..=-160 => 254,
            -159..=-90 => 257,
            -89..=-36 => 260,
            _ => 262,
        };
        let run_secs_per_km = match day {
            ..=-250 => 255.0,
            -249..=-90 => 250.0,
            _ => 245.0,
        };
        Self {
            ftp,
            indoor_ftp: ftp - 7,
            run_pace: 1000.0 / run_secs_per_km,
            swim_pace: 100.0 / 95.0,
        }
    }

    /// The FTP that counts for a sport, watts.
    pub fn power(&self, sport: Sport) -> u32 {
        match sport {
            Sport::VirtualRide => self.indoor_ftp,
            _ => self.ftp,
        }
    }

    /// The threshold speed that counts for a sport, metres a second; rides have none and get a plausible one.
    pub fn speed(&self, sport: Sport) -> f64 {
        match sport {
            Sport::Run | Sport::TrailRun => self.run_pace,
            Sport::Swim => self.swim_pace,
            _ => 9.5,
        }
    }
}

pub fn lthr(sport: Sport) -> u32 {
    if sport.is_run() { 174 } else { 167 }
}

pub fn max_hr(sport: Sport) -> u32 {
    if sport.is_run() { 190 } else { 186 }
}

/// Upper bounds in beats per minute; the last is the maximum.
pub fn hr_zones(sport: Sport) -> &'static [u32] {
    if sport.is_run() {
        &RUN_HR_ZONES
    } else {
        &RIDE_HR_ZONES
    }
}

pub fn pace_units(sport: Sport) -> &'static str {
    if sport == Sport::Swim {
        "SECS_100M"
    } else {
        "MINS_KM"
    }
}

/// The fraction of LTHR that an effort (fraction of threshold) settles at.
pub fn hr_at_level(level: f64) -> f64 {
    0.42 + 0.58 * level
}

/// The inverse of [`hr_at_level`].
pub fn level_at_hr(fraction: f64) -> f64 {
    (fraction - 0.42) / 0.58
}

pub fn is_sweet_spot(percent: f64) -> bool {
    percent >= f64::from(SWEET_SPOT.0) && percent <= f64::from(SWEET_SPOT.1)
}

/// `GET profile`.
pub fn profile() -> Value {
    json!({
        "athlete": {
            "id": ATHLETE_ID, "name": NAME, "profile_medium": null, "city": "Winterthur", "state": "ZH",
            "country": "Switzerland", "timezone": TIME_ZONE, "sex": "M",
            "bio": "Rides early, runs late.", "website": null, "email": "mika@tannwald.example",
            "countries": null, "languages": null, "icu_coach": false,
        },
        "sharedFolders": [],
        "customItems": [
            custom_item(7001, "INPUT_FIELD", "Caffeine", WELLNESS_FIELD, Some("mg"), None),
            custom_item(7002, "ACTIVITY_FIELD", "Gels taken", ACTIVITY_FIELD, Some("gels"), None),
            custom_item(7003, "FITNESS_CHART", "Form and sleep", "FormSleep", None, Some("{ plot(icu.wellness) }")),
        ],
    })
}

fn custom_item(
    id: u32,
    kind: &str,
    name: &str,
    code: &str,
    units: Option<&str>,
    script: Option<&str>,
) -> Value {
    json!({
        "id": id, "athlete_id": ATHLETE_ID, "type": kind, "visibility": "PRIVATE", "name": name,
        "description": null, "image": null,
        "content": {
            "code": code, "name": name, "type": "numeric", "units": units, "options": null, "script": script,
            "min": null, "max": null, "number_format": ".0f",
        },
        "usage_count": 1, "index": id - 7001, "hide_script": false, "hidden_by_id": null,
        "updated": "2025-01-10T08:00:00.000+00:00", "from_athlete": null, "from_id": null,
    })
}

/// `GET sport-settings`: rides, runs, swims and the fallback for everything else.
pub fn sport_settings() -> Vec<Value> {
    let now = Thresholds::on(0);
    vec![
        group(
            81_001,
            &["Ride", "VirtualRide", "GravelRide", "MountainBikeRide"],
            Sport::Ride,
            &now,
        ),
        group(81_002, &["Run", "VirtualRun", "TrailRun"], Sport::Run, &now),
        group(81_003, &["Swim", "OpenWaterSwim"], Sport::Swim, &now),
        group(81_004, &["Other"], Sport::Strength, &now),
    ]
}

fn group(id: u32, types: &[&str], sport: Sport, now: &Thresholds) -> Value {
    let ride = sport == Sport::Ride;
    let paced = matches!(sport, Sport::Run | Sport::Swim);
    let power = |value: Value| if ride { value } else { Value::Null };
    let pace = |value: Value| if paced { value } else { Value::Null };
    let hr = hr_zones(sport);
    let hr_names: Vec<String> = (1..=hr.len()).map(|n| format!("Zone {n}")).collect();
    let bounds: Vec<Value> = PACE_ZONES.iter().map(|bound| float(*bound)).collect();
    let mut group = json!({
        "id": id, "athlete_id": ATHLETE_ID, "types": types,
        "warmup_time": if ride { 900 } else { 300 }, "cooldown_time": if ride { 600 } else { 300 },
        "ftp": power(json!(now.ftp)), "indoor_ftp": power(json!(now.indoor_ftp)),
        "w_prime": power(json!(W_PRIME)), "p_max": power(json!(P_MAX)),
        "power_zones": power(json!(POWER_ZONES)),
        "sweet_spot_min": power(json!(SWEET_SPOT.0)), "sweet_spot_max": power(json!(SWEET_SPOT.1)),
        "power_spike_threshold": power(json!(30)),
        "power_zone_names": power(json!([
            "Active Recovery", "Endurance", "Tempo", "Threshold", "VO2 Max", "Anaerobic", "Neuromuscular"
        ])),
        "ftp_est_min_secs": 300, "use_laps_for_power_intervals": false, "keep_all_laps_for_power_intervals": true,
        "after_kj0": power(json!(1500)), "after_kj1": power(json!(2500)), "power_field": null,
    });
    let heart_and_pace = json!({
        "lthr": lthr(sport), "max_hr": max_hr(sport), "hr_zones": hr, "hr_zone_names": hr_names,
        "hr_load_type": "HRSS", "hrrc_min_percent": 100.0,
        "threshold_pace": pace(float(now.speed(sport))),
        "pace_units": pace(json!(pace_units(sport))),
        "pace_zones": pace(Value::Array(bounds)),
        "pace_zone_names": pace(json!(["Zone 1", "Zone 2", "Zone 3", "Zone 4", "Zone 5a", "Zone 5b", "Zone 5c"])),
        "pace_load_type": pace(json!(if sport == Sport::Swim { "SWIM" } else { "RUN" })),
        "gap_model": if sport == Sport::Run { "STRAVA_RUN" } else { "NONE" },
        "elevation_correction": "NO", "use_gap_zone_times": sport == Sport::Run,
        "best_effort_distances": pace(json!([400.0, 1000.0, 1609.34, 5000.0, 10000.0, 21097.5])),
        "pace_curve_start": 100.0,
    });
    let habits = json!({
        "load_order": if paced { "POWER_PACE_HR" } else { "POWER_HR_PACE" },
        "tiz_order": "POWER_HR_PACE", "workout_order": "POWER_HR_PACE", "interval_display": "POWER_HR_PACE",
        "default_gear_id": match sport { Sport::Ride => json!("31001"), Sport::Run => json!("31002"), _ => Value::Null },
        "default_indoor_gear_id": null, "extract_workouts": false, "show_pauses": 600, "ignore_velocity": false,
        "default_workout_time": null, "update_activity_name_from_workout": true,
        "created": "2022-03-01T09:00:00.000+00:00", "updated": "2025-01-10T08:00:00.000+00:00",
        "mmp_model": power(json!({
            "type": "FFT_CURVES", "criticalPower": 255, "wPrime": W_PRIME, "pMax": P_MAX, "ftp": 261,
            "inputPointIndexes": [88, 104],
        })),
        "custom_field_values": {}, "other": sport == Sport::Strength, "eFTPSupported": ride,
        "use_distance_for_intervals": false,
    });
    merge(&mut group, heart_and_pace);
    merge(&mut group, habits);
    group
}
