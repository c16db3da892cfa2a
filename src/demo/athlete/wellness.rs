//! A day of wellness: what the watch measured overnight, what the athlete ticked, and fitness.

use fastrand::Rng;
use serde_json::{Map, Value, json};

use super::profile::{self, Thresholds};
use super::season::{HOLIDAY, SICK};
use super::{SEED, Year, keys};
use crate::demo::document::{decimals, document, float, round};

/// The day that is locked against writes, as days from today.
pub const LOCKED_DAY: i32 = -20;
/// The days without a watch, as days from today, both inclusive.
pub const WATCH_OFF: (i32, i32) = (-62, -59);

const COMMENTS: [&str; 5] = [
    "Slept like a stone",
    "Heavy legs on the stairs",
    "Late dinner, warm room",
    "Travelled for work",
    "Legs back, keen to train",
];

impl Year {
    /// The row of a day, as days from today; days outside the year have nothing but their date.
    pub fn wellness(&self, day: i32) -> Map<String, Value> {
        let mut values = json!({"id": self.season.date(day).to_string()});
        if let (Some(map), Some(now)) = (values.as_object_mut(), self.fitness(day)) {
            let before = self
                .fitness(day - 7)
                .unwrap_or(super::fitness::Fitness::BEFORE);
            map.insert("ctl".into(), float(now.ctl));
            map.insert("atl".into(), float(now.atl));
            map.insert("rampRate".into(), float(now.ctl - before.ctl));
            map.insert("ctlLoad".into(), json!(self.load(day)));
            map.insert("atlLoad".into(), json!(self.load(day)));
            if day <= 0 {
                self.measured(day, now.atl - now.ctl, map);
            }
        }
        document(keys::WELLNESS, values)
    }

    fn measured(&self, day: i32, strain: f64, map: &mut Map<String, Value>) {
        let mut rng = Rng::with_seed(SEED ^ 0x57e1 ^ (i64::from(day).unsigned_abs() << 20));
        let mut noise = |spread: f64| (rng.f64() + rng.f64() + rng.f64() - 1.5) / 1.5 * spread;
        let ill = (SICK.0 - 1..=SICK.1 + 1).contains(&day);
        let away = (HOLIDAY.0..=HOLIDAY.1).contains(&day);
        let heavy = ((strain - 6.0) / 20.0).clamp(0.0, 1.0);
        let worn = if ill { 1.0 } else { heavy };
        let season = (f64::from(day) / 40.0).sin();
        let limits = Thresholds::on(day);
        let hrv = 62.0 + 2.5 * season - 15.0 * worn + noise(6.0);
        let resting = 46.0 - season + 6.0 * worn + noise(1.6);
        let sleep_hours = 7.4 + if away { 0.8 } else { 0.0 } - 0.7 * heavy + noise(0.9);
        let score = 80.0 - 14.0 * worn + (sleep_hours - 7.4) * 7.0 + noise(5.0);
        let weight = profile::WEIGHT + 0.6 * (f64::from(day) / 90.0).cos() + noise(0.3);
        let steps = 8200.0 + noise(3200.0) - if ill { 5500.0 } else { 0.0 };
        let (vo2max, caffeine) = (55.0 + f64::from(day) / 180.0, 160.0 + noise(90.0));
        let (oxygen, breaths) = (96.5 + noise(1.2), 14.0 + noise(1.0) + 1.5 * worn);
        let low_is_good = |value: f64| json!(round(value).clamp(1, 4));
        let ticks = [
            1.6 + 2.0 * worn + noise(0.8),
            1.5 + 1.6 * heavy + noise(0.9),
            1.8 + noise(0.9),
        ];
        let mind = [1.7 + 1.2 * worn + noise(0.8), 1.6 + 1.8 * worn + noise(0.7)];
        let date = self.season.date(day);
        map.insert(
            "updated".into(),
            json!(format!("{date}T05:48:12.120+00:00")),
        );
        map.insert("tempWeight".into(), json!(rng.u8(0..3) == 0));
        map.insert("tempRestingHR".into(), json!(false));
        map.insert("weight".into(), decimals(weight, 1));
        map.insert(
            "sportInfo".into(),
            json!([
                {"type": "Ride", "eftp": float(f64::from(limits.ftp) + 0.4), "wPrime": float(19_500.0), "pMax": float(912.0)},
                {"type": "Run", "eftp": null, "wPrime": null, "pMax": null},
            ]),
        );
        if !(WATCH_OFF.0..=WATCH_OFF.1).contains(&day) {
            map.insert("hrv".into(), decimals(hrv.max(24.0), 1));
            map.insert("restingHR".into(), json!(round(resting)));
            map.insert("sleepSecs".into(), json!(round(sleep_hours * 60.0) * 60));
            map.insert("sleepScore".into(), json!(round(score.clamp(20.0, 99.0))));
            let quality = match score {
                score if score >= 85.0 => 1,
                score if score >= 74.0 => 2,
                score if score >= 62.0 => 3,
                _ => 4,
            };
            map.insert("sleepQuality".into(), json!(quality));
            map.insert("avgSleepingHR".into(), decimals(resting + 3.4, 1));
            map.insert("vo2max".into(), decimals(vo2max, 0));
            map.insert("respiration".into(), decimals(breaths, 1));
            if day < 0 {
                map.insert("steps".into(), json!(round(steps.max(600.0))));
            }
            if rng.u8(0..5) == 0 {
                map.insert("spO2".into(), decimals(oxygen, 0));
            }
            if rng.u8(0..3) == 0 {
                map.insert(
                    "readiness".into(),
                    json!(round((score - 8.0 * worn).clamp(5.0, 99.0))),
                );
            }
        }
        // This morning's questions are not answered yet, and now and then a day's never are.
        if day < 0 && rng.u8(0..16) != 0 {
            map.insert("fatigue".into(), low_is_good(ticks[0]));
            map.insert("soreness".into(), low_is_good(ticks[1]));
            map.insert("stress".into(), low_is_good(ticks[2]));
            map.insert("mood".into(), low_is_good(mind[0]));
            map.insert("motivation".into(), low_is_good(mind[1]));
            map.insert("hydration".into(), json!(rng.u8(1..3)));
            map.insert("injury".into(), json!(1));
            if rng.bool() {
                map.insert(
                    profile::WELLNESS_FIELD.into(),
                    json!(round(caffeine / 10.0) * 10),
                );
            }
            if ill {
                map.insert(
                    "comments".into(),
                    json!("Fever and a sore throat.\nNo training."),
                );
            } else if rng.u8(0..9) == 0 {
                map.insert(
                    "comments".into(),
                    json!(COMMENTS[rng.usize(0..COMMENTS.len())]),
                );
            }
        }
        if day == LOCKED_DAY {
            map.insert("locked".into(), json!(true));
        }
    }
}
