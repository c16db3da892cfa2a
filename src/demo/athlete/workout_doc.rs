//! The parsed form of a planned workout, as the service computes it from the text.

use serde_json::{Map, Value, json};

use super::profile::{self, Thresholds};
use super::workout::{Length, Metric, Part, Role, Sport, Step, Workout};
use crate::demo::document::{float, whole};

impl Step {
    fn document(&self, workout: &Workout, limits: &Thresholds) -> Value {
        let mut step = Map::new();
        let speed = limits.speed(workout.sport);
        if !self.label.is_empty() {
            step.insert("text".into(), json!(self.label));
        }
        step.insert("duration".into(), json!(self.secs(workout.metric, speed)));
        if let Length::Metres(metres) = self.length {
            step.insert("distance".into(), float(f64::from(metres)));
        }
        if self.ramp {
            step.insert("ramp".into(), json!(true));
        }
        match self.role {
            Role::Warmup => step.insert("warmup".into(), json!(true)),
            Role::Cooldown => step.insert("cooldown".into(), json!(true)),
            Role::Work | Role::Easy => None,
        };
        let (key, units, unit, tolerance) = match workout.metric {
            Metric::Power => (
                "power",
                "%ftp",
                f64::from(limits.power(workout.sport)),
                1.25,
            ),
            Metric::Hr => ("hr", "%lthr", f64::from(profile::lthr(workout.sport)), 1.75),
            Metric::Pace => ("pace", "%pace", speed, 2.5),
        };
        let single = (self.from - self.to).abs() < f64::EPSILON;
        let target = if single {
            json!({"value": self.from, "units": units})
        } else {
            json!({"start": self.from, "end": self.to, "units": units})
        };
        step.insert(key.into(), target);
        let spread = if single { tolerance } else { 0.0 };
        let at = |percent: f64| {
            let value = unit * percent / 100.0;
            if workout.metric == Metric::Pace {
                float(value)
            } else {
                float(value.round())
            }
        };
        let (low, high) = (self.from - spread, self.to + spread);
        let middle = at(f64::midpoint(self.from, self.to));
        step.insert(
            format!("_{key}"),
            json!({"value": middle, "start": at(low), "end": at(high)}),
        );
        if let (Metric::Pace, Length::Secs(secs)) = (workout.metric, self.length) {
            let metres = speed * f64::midpoint(self.from, self.to) / 100.0 * f64::from(secs);
            step.insert("_distance".into(), float(metres));
        }
        Value::Object(step)
    }
}

impl Workout {
    /// The parsed form with resolved targets (members that start with `_`).
    pub fn document(&self, limits: &Thresholds) -> Value {
        let estimate = self.estimate(limits);
        let speed = limits.speed(self.sport);
        let steps: Vec<Value> = self
            .parts
            .iter()
            .map(|part| match part {
                Part::One(step) => step.document(self, limits),
                Part::Repeat(times, steps) => {
                    let once: u32 = steps.iter().map(|s| s.secs(self.metric, speed)).sum();
                    let inner: Vec<Value> =
                        steps.iter().map(|s| s.document(self, limits)).collect();
                    json!({
                        "reps": times, "text": format!("{times}x"), "steps": inner,
                        "distance": 0, "duration": once * times,
                    })
                }
            })
            .collect();
        let mut document =
            json!({"duration": estimate.secs, "distance": float(estimate.metres.round())});
        if let Some(map) = document.as_object_mut() {
            if self.sport.is_ride() {
                map.insert("ftp".into(), json!(limits.power(self.sport)));
                map.insert("normalized_power".into(), whole(estimate.normalized_watts));
                map.insert("average_watts".into(), whole(estimate.average_watts));
                let ratio = estimate.normalized_watts / estimate.average_watts.max(1.0);
                map.insert("variability_index".into(), float(ratio));
            }
            map.insert("lthr".into(), json!(profile::lthr(self.sport)));
            if self.sport.is_run() || self.sport == Sport::Swim {
                map.insert("threshold_pace".into(), float(speed));
                map.insert("pace_units".into(), json!(profile::pace_units(self.sport)));
            }
            let target = match self.metric {
                Metric::Power => "POWER",
                Metric::Hr => "HR",
                Metric::Pace => "PACE",
            };
            map.insert("target".into(), json!(target));
            map.insert("steps".into(), Value::Array(steps));
            map.insert("zoneTimes".into(), self.zone_times(limits));
            map.insert("options".into(), json!({}));
            map.insert("locales".into(), json!([]));
        }
        document
    }

    fn zone_times(&self, limits: &Thresholds) -> Value {
        let bounds: Vec<f64> = match self.metric {
            Metric::Power => profile::POWER_ZONES.iter().map(|z| f64::from(*z)).collect(),
            Metric::Pace => profile::PACE_ZONES.to_vec(),
            Metric::Hr => {
                let lthr = f64::from(profile::lthr(self.sport));
                let zones = profile::hr_zones(self.sport).iter();
                zones.map(|bpm| f64::from(*bpm) / lthr * 100.0).collect()
            }
        };
        let mut secs = vec![0u32; bounds.len()];
        let mut sweet = 0;
        for block in &self.blocks(limits) {
            if self.parts.is_empty() {
                break;
            }
            for second in 0..block.secs {
                let along = f64::from(second) / f64::from(block.secs);
                let level = block.from + (block.to - block.from) * along;
                let percent = match self.metric {
                    Metric::Hr => profile::hr_at_level(level) * 100.0,
                    Metric::Power | Metric::Pace => level * 100.0,
                };
                let zone = bounds.iter().position(|bound| percent <= *bound);
                secs[zone.unwrap_or(bounds.len() - 1)] += 1;
                sweet += u32::from(profile::is_sweet_spot(percent));
            }
        }
        let mut rows: Vec<Value> = secs
            .iter()
            .enumerate()
            .map(|(index, secs)| json!({"id": format!("Z{}", index + 1), "secs": secs}))
            .collect();
        if self.metric == Metric::Power {
            rows.push(json!({"id": "SS", "secs": sweet}));
        }
        Value::Array(rows)
    }
}
