//! The documents of one activity: its row, its stub and its intervals.

use serde_json::{Map, Value, json};

use super::curves::{Best, Efforts, Metric};
use super::intervals::interval_summary;
use super::keys;
use super::profile::{self, Thresholds};
use super::season::{Session, Visibility};
use super::streams::{self, Samples};
use super::summary::Summary;
use super::workout::Sport;
use crate::demo::ATHLETE_ID;
use crate::demo::document::{document, float, merge, round};

/// A session that was done.
pub struct Activity {
    pub id: String,
    pub session: Session,
    pub summary: Summary,
    /// Its best efforts.
    pub best: Best,
    /// Fitness and fatigue after it.
    pub ctl: f64,
    pub atl: f64,
    /// The calendar event that it fulfils, and the event's planned seconds.
    pub paired: Option<(u32, u32)>,
    /// UTC, `2026-03-18T05:12:31Z`.
    pub start_utc: String,
}

impl Activity {
    /// `2026-03-18T06:12:31`.
    pub fn start_local(&self) -> String {
        self.session.start.to_string()
    }

    pub fn is_stub(&self) -> bool {
        self.session.visibility != Visibility::Full
    }

    /// Plays the session again.
    pub fn samples(&self) -> Samples {
        streams::record(&self.session, &self.session.blocks())
    }

    /// Its best efforts, those of what it lacks empty.
    pub fn efforts(&self, metric: Metric) -> &Efforts {
        let sport = self.session.workout.sport;
        self.best.of(metric, || self.samples(), sport)
    }

    /// The names of the recorded streams.
    pub fn stream_types(&self) -> &'static [&'static str] {
        if self.session.manual {
            return &[];
        }
        match self.session.workout.sport {
            Sport::Ride => &[
                "time",
                "watts",
                "cadence",
                "heartrate",
                "distance",
                "altitude",
                "latlng",
                "velocity_smooth",
                "temp",
            ],
            Sport::VirtualRide => &[
                "time",
                "watts",
                "cadence",
                "heartrate",
                "distance",
                "velocity_smooth",
                "temp",
            ],
            Sport::Run | Sport::TrailRun => &[
                "time",
                "cadence",
                "heartrate",
                "distance",
                "altitude",
                "latlng",
                "velocity_smooth",
                "hrv",
            ],
            Sport::Swim => &[
                "time",
                "cadence",
                "heartrate",
                "distance",
                "velocity_smooth",
            ],
            Sport::Strength => &["time", "heartrate"],
        }
    }

    fn stub(&self) -> Map<String, Value> {
        let document = match self.session.visibility {
            Visibility::Chained => json!({
                "id": self.id, "icu_athlete_id": ATHLETE_ID, "start_date_local": self.start_local(),
                "source": null, "_note": null, "name": null, "type": null,
            }),
            _ => json!({
                "id": self.id, "icu_athlete_id": ATHLETE_ID, "start_date_local": self.start_local(),
                "source": "STRAVA", "_note": "STRAVA activities are not available via the API",
            }),
        };
        match document {
            Value::Object(map) => map,
            _ => Map::new(),
        }
    }

    /// The row of lists, which is also the detail without intervals.
    pub fn row(&self) -> Map<String, Value> {
        if self.is_stub() {
            return self.stub();
        }
        let session = &self.session;
        let sum = &self.summary;
        let sport = session.workout.sport;
        let limits = Thresholds::on(session.day);
        let recorded = !session.manual;
        let ride = sport.is_ride();
        let on_feet = sport.is_run();
        let paced = on_feet || sport == Sport::Swim;
        let moved = sport != Sport::Strength;
        let when = |condition: bool, value: Value| if condition { value } else { Value::Null };
        let stamp = self.start_utc.replace('Z', ".000+00:00");
        let (device, source) = match sport {
            _ if !recorded => (Value::Null, "MANUAL"),
            Sport::VirtualRide => (json!("Zwift"), "ZWIFT"),
            Sport::Ride => (json!("Garmin Edge 840"), "GARMIN_CONNECT"),
            _ => (json!("Garmin Forerunner 955"), "GARMIN_CONNECT"),
        };
        let ratio = |top: Option<i64>, bottom: Option<i64>| match (top, bottom) {
            (Some(top), Some(bottom)) if bottom > 0 => float(top as f64 / bottom as f64),
            _ => Value::Null,
        };
        let zones = sum.power_zones.as_ref().map(|zones| {
            let named = zones.iter().enumerate();
            let mut rows: Vec<Value> = named
                .map(|(index, secs)| json!({"id": format!("Z{}", index + 1), "secs": secs}))
                .collect();
            rows.push(json!({"id": "SS", "secs": sum.sweet_spot}));
            rows
        });
        let warm = 14.0 + 9.0 * (f64::from(session.day) / 58.0).sin() + session.drift * 40.0;
        let outdoor = sport.is_outdoor();
        let long = ride && sum.moving > 9000;
        let gels = when(long, json!(sum.moving / 2700));
        let moving = i64::from(sum.moving);
        let average = float(sum.average_speed);
        let altitude = |pick: fn((f64, f64, f64)) -> f64| {
            sum.altitude.map_or(Value::Null, |all| float(pick(all)))
        };
        let sub_type = if session.race {
            json!("RACE")
        } else if session.commute {
            json!("COMMUTE")
        } else {
            Value::Null
        };
        let tags = if session.race {
            json!(["race"])
        } else if self.is_key() {
            json!(["key"])
        } else {
            Value::Null
        };
        let gear = if ride {
            Some("31001")
        } else {
            on_feet.then_some("31002")
        };
        let mut values = json!({
            "id": self.id, "start_date_local": self.start_local(), "type": sport.name(), "icu_ignore_time": false,
            "icu_ignore_power": false, "icu_ignore_hr": false, "ignore_velocity": false, "ignore_pace": false,
            "icu_rolling_ftp": when(ride, json!(limits.ftp + 1)), "icu_rolling_ftp_delta": when(ride, json!(0)),
            "icu_training_load": sum.load, "icu_atl": float(self.atl), "icu_ctl": float(self.ctl),
            "paired_event_id": self.paired.map(|(id, _)| id),
            "compliance": self.paired.map(|(_, secs)| float(f64::from(sum.moving) * 100.0 / f64::from(secs.max(1)))),
            "icu_ftp": when(ride, json!(limits.power(sport))), "icu_joules": when(ride, json!(sum.joules)),
            "icu_joules_above_ftp": when(ride, json!(sum.joules_above_ftp)), "icu_recording_time": sum.moving,
            "elapsed_time": sum.elapsed, "moving_time": sum.moving,
            "coasting_time": when(moved, json!(sum.coasting)), "icu_weighted_avg_watts": sum.weighted_watts,
            "icu_average_watts": sum.average_watts,
        });
        merge(
            &mut values,
            json!({
                "icu_variability_index": ratio(sum.weighted_watts, sum.average_watts),
                "icu_efficiency_factor": ratio(sum.weighted_watts, sum.average_hr),
                "icu_power_hr": ratio(sum.average_watts, sum.average_hr), "decoupling": sum.decoupling.map(float),
                "name": session.name, "description": session.description, "start_date": self.start_utc,
                "distance": when(moved, float(sum.distance)), "icu_distance": when(moved, float(sum.distance)),
                "total_elevation_gain": when(outdoor, float(sum.gain)),
                "total_elevation_loss": when(outdoor, float(sum.loss)),
                "timezone": when(outdoor, json!(profile::TIME_ZONE)), "trainer": when(ride, json!(!outdoor)),
                "sub_type": sub_type, "commute": session.commute, "race": session.race,
                "max_speed": when(moved, float(sum.max_speed)), "average_speed": when(moved, average.clone()),
                "pace": when(moved, average), "gap": sum.gap.map(float), "gap_model": when(on_feet, json!("STRAVA_RUN")),
                "use_elevation_correction": false, "device_watts": when(ride, json!(true)),
                "has_heartrate": session.has_heartrate,
            }),
        );
        merge(
            &mut values,
            json!({
                "max_heartrate": when(session.has_heartrate, json!(sum.max_hr)), "average_heartrate": sum.average_hr,
                "average_cadence": sum.average_cadence.map(float),
                "average_stride": sum.average_cadence.filter(|_| on_feet) .map(|strides| float(sum.average_speed * 60.0 / (strides * 2.0))),
                "calories": if ride { sum.joules / 1000 } else { moving * 11 / 60 },
                "average_temp": when(recorded, float(if outdoor { warm } else { 21.5 })),
                "gear": gear.map(|id| json!({"id": id, "name": null, "distance": null, "primary": null})),
                "device_name": device, "power_meter": when(ride, json!("Assioma Duo")), "source": source,
                "file_type": when(recorded, json!("fit")), "icu_athlete_id": ATHLETE_ID, "external_id": null,
                "created": stamp, "icu_sync_date": stamp, "analyzed": stamp,
                "icu_w_prime": when(ride, json!(profile::W_PRIME)), "p_max": when(ride, json!(profile::P_MAX)),
                "threshold_pace": when(paced, float(limits.speed(sport))), "icu_hr_zones": profile::hr_zones(sport),
                "pace_zones": when(paced, Value::Array(profile::PACE_ZONES.iter().map(|zone| float(*zone)).collect())),
                "lthr": profile::lthr(sport), "athlete_max_hr": profile::max_hr(sport),
                "icu_resting_hr": profile::RESTING_HR,
            }),
        );
        merge(
            &mut values,
            json!({
                "icu_weight": float(profile::WEIGHT), "icu_power_zones": when(ride, json!(profile::POWER_ZONES)),
                "icu_sweet_spot_min": when(ride, json!(profile::SWEET_SPOT.0)),
                "icu_sweet_spot_max": when(ride, json!(profile::SWEET_SPOT.1)), "trimp": sum.trimp.map(float),
                "icu_warmup_time": 600, "icu_cooldown_time": 300, "icu_training_load_data": 100,
                "interval_summary": interval_summary(&sum.laps, ride),
                "skyline_chart_bytes": when(recorded, json!("CAcSAgEBGgEAIgEB")),
                "stream_types": when(recorded, json!(self.stream_types())), "has_weather": outdoor, "has_segments": long,
                "icu_zone_times": zones, "icu_hr_zone_times": sum.hr_zones, "pace_zone_times": sum.pace_zones,
                "gap_zone_times": sum.gap_zones, "use_gap_zone_times": on_feet, "tiz_order": "POWER_HR_PACE",
                "icu_lap_count": sum.laps.len().max(1), "icu_rpe": sum.rpe,
                "feel": when(!session.seed.is_multiple_of(9), json!(sum.feel)), "session_rpe": i64::from(sum.rpe) * moving / 60,
                "icu_median_time_delta": 1,
            }),
        );
        merge(
            &mut values,
            json!({
                "lengths": when(sport == Sport::Swim, json!(round(sum.distance / 25.0))),
                "pool_length": when(sport == Sport::Swim, float(25.0)), "average_altitude": altitude(|all| all.0),
                "min_altitude": altitude(|all| all.1), "max_altitude": altitude(|all| all.2),
                "power_load": when(ride, json!(sum.load)), "hr_load": sum.hr_load,
                "hr_load_type": when(session.has_heartrate, json!("HRSS")), "pace_load": when(paced, json!(sum.load)),
                "pace_load_type": when(paced, json!(if sport == Sport::Swim { "SWIM" } else { "RUN" })), "tags": tags,
                "average_weather_temp": when(outdoor, float(warm - 1.2)),
                "min_weather_temp": when(outdoor, float(warm - 2.5)),
                "max_weather_temp": when(outdoor, float(warm + 0.8)),
                "average_feels_like": when(outdoor, float(warm - 2.4)),
                "average_wind_speed": when(outdoor, float(1.5 + session.drift * 50.0)),
                "prevailing_wind_deg": when(outdoor, json!(session.seed % 360)),
                "headwind_percent": when(outdoor, float(30.0 + session.drift * 300.0)),
                "tailwind_percent": when(outdoor, float(55.0 - session.drift * 300.0)),
                "average_clouds": when(outdoor, json!(session.seed % 101)), "max_rain": when(outdoor, float(0.0)),
                "carbs_ingested": when(long, json!(sum.moving / 3600 * 70)),
                "carbs_used": when(ride, json!(sum.joules / 1000 * 6 / 25)), "icu_intensity": float(sum.intensity),
            }),
        );
        merge(
            &mut values,
            json!({
                "group": format!("{:08x}", session.seed >> 32),
            }),
        );
        let mut row = document(keys::ACTIVITY, values);
        if long {
            row.insert(profile::ACTIVITY_FIELD.to_owned(), gels);
        } else if session.manual {
            // Scripts of custom fields divide by what is missing.
            row.insert(profile::ACTIVITY_FIELD.to_owned(), json!("Infinity"));
        }
        row
    }

    /// Whether it was one of the hard days.
    pub fn is_key(&self) -> bool {
        self.session.planned
            && self.summary.laps.iter().any(|lap| lap.work)
            && self.summary.intensity > 80.0
    }
}
