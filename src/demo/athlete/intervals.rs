//! The intervals of an activity: one for each step of its session, measured on its samples.

use serde_json::{Map, Value, json};

use super::activity::Activity;
use super::keys;
use super::profile::{self, Thresholds};
use super::streams::Samples;
use super::summary::{self, Lap};
use crate::demo::document::{document, float, merge, round, whole};

impl Activity {
    /// `{id, analyzed, icu_intervals, icu_groups}`.
    pub fn intervals(&self) -> Map<String, Value> {
        let samples = self.samples();
        let laps = &self.summary.laps;
        let groups = summary::groups(laps);
        let group_of = |index: usize| {
            let members = groups.iter().find(|members| members.contains(&index));
            members.map(|members| group_id(&laps[members[0]]))
        };
        let intervals: Vec<Value> = laps
            .iter()
            .enumerate()
            .map(|(index, lap)| {
                let mut row = self.stretch(lap, &samples);
                merge(&mut row, json!({
                    "id": index + 1, "type": if lap.work { "WORK" } else { "RECOVERY" },
                    "start_index": lap.start, "end_index": lap.end,
                    "start_time": samples.time(lap.start), "end_time": samples.time(lap.end.saturating_sub(1)) + 1,
                    "group_id": group_of(index), "label": (!lap.label.is_empty()).then_some(lap.label),
                }));
                Value::Object(document(keys::INTERVAL, row))
            })
            .collect();
        let groups: Vec<Value> = groups
            .iter()
            .map(|members| {
                let first = &laps[members[0]];
                let mut row = self.stretch(first, &samples);
                let count = members.len() as f64;
                let mean = |pick: fn(&Lap) -> f64| members.iter().map(|index| pick(&laps[*index])).sum::<f64>() / count;
                let heart = when_recorded(!samples.heartrate.is_empty(), whole(mean(|lap| lap.heartrate)));
                merge(&mut row, json!({
                    "id": group_id(first), "count": members.len(), "start_index": first.start,
                    "average_watts": when_recorded(!samples.watts.is_empty(), whole(mean(|lap| lap.watts))),
                    "average_heartrate": heart, "average_speed": float(mean(|lap| lap.speed)),
                }));
                Value::Object(document(keys::GROUP, row))
            })
            .collect();
        let mut whole = Map::new();
        whole.insert("id".into(), json!(self.id));
        whole.insert(
            "analyzed".into(),
            json!(self.start_utc.replace('Z', ".000+00:00")),
        );
        whole.insert("icu_intervals".into(), Value::Array(intervals));
        whole.insert("icu_groups".into(), Value::Array(groups));
        whole
    }

    /// The measures of a stretch.
    fn stretch(&self, lap: &Lap, samples: &Samples) -> Value {
        let sport = self.session.workout.sport;
        let limits = Thresholds::on(self.session.day);
        let secs = lap.end - lap.start;
        let range = lap.start..lap.end;
        let mut row = json!({
            "distance": float(lap.speed * secs as f64), "moving_time": secs,
            "elapsed_time": samples.time(lap.end.saturating_sub(1)) + 1 - samples.time(lap.start),
            "intensity": lap.intensity, "average_speed": float(lap.speed),
            "gap": sport.is_run().then(|| float(lap.graded)),
            "average_stride": sport.is_run().then(|| float(lap.speed * 60.0 / (lap.cadence.max(1.0) * 2.0))),
        });
        if let Some(part) = samples.watts.get(range.clone()) {
            let ftp = f64::from(limits.power(sport));
            let weighted = round(summary::normalized(part));
            let share = weighted as f64 / ftp;
            let percent = lap.watts * 100.0 / ftp;
            let zone = profile::POWER_ZONES
                .iter()
                .position(|bound| percent <= f64::from(*bound))
                .unwrap_or(6);
            merge(
                &mut row,
                json!({
                    "average_watts": whole(lap.watts), "weighted_average_watts": weighted,
                    "min_watts": part.iter().min(), "max_watts": part.iter().max(),
                    "average_watts_kg": float(lap.watts / profile::WEIGHT),
                    "joules": part.iter().map(|watts| u32::from(*watts)).sum::<u32>(),
                    "training_load": float(secs as f64 * share * share / 36.0), "zone": zone + 1,
                }),
            );
        }
        if let Some(part) = samples.heartrate.get(range.clone()) {
            merge(
                &mut row,
                json!({
                    "average_heartrate": whole(lap.heartrate), "min_heartrate": part.iter().min(),
                    "max_heartrate": part.iter().max(),
                }),
            );
        }
        if let Some(part) = samples.cadence.get(range.clone()) {
            merge(
                &mut row,
                json!({
                    "average_cadence": float(lap.cadence), "min_cadence": part.iter().min(), "max_cadence": part.iter().max(),
                }),
            );
        }
        if let (Some(part), true) = (samples.altitude.get(range), sport.is_outdoor()) {
            let gain: f64 = part
                .windows(2)
                .map(|pair| (pair[1] - pair[0]).max(0.0))
                .sum();
            let rise = part
                .last()
                .zip(part.first())
                .map_or(0.0, |(last, first)| last - first);
            merge(
                &mut row,
                json!({
                    "total_elevation_gain": float(gain), "average_gradient": float(rise / (lap.speed * secs as f64).max(1.0)),
                }),
            );
        }
        row
    }
}

fn when_recorded(recorded: bool, value: Value) -> Value {
    if recorded { value } else { Value::Null }
}

fn group_id(lap: &Lap) -> String {
    let secs = lap.end - lap.start;
    if lap.watts > 0.0 {
        format!("{secs}s@{:.0}w{:.0}rpm", lap.watts, lap.cadence)
    } else {
        format!("{secs}s@{:.0}bpm{:.0}rpm", lap.heartrate, lap.cadence)
    }
}

/// `3x 12m 240w` for each group of repetitions.
pub fn interval_summary(laps: &[Lap], ride: bool) -> Value {
    let groups = summary::groups(laps);
    if groups.is_empty() {
        return Value::Null;
    }
    let lines = groups.iter().map(|members| {
        let first = &laps[members[0]];
        let secs = first.end - first.start;
        let seconds = if secs.is_multiple_of(60) {
            String::new()
        } else {
            format!("{}s", secs % 60)
        };
        let count = members.len() as f64;
        let mean = |pick: fn(&Lap) -> f64| {
            members.iter().map(|index| pick(&laps[*index])).sum::<f64>() / count
        };
        let effort = if ride {
            format!("{:.0}w", mean(|lap| lap.watts))
        } else {
            format!("{:.0}bpm", mean(|lap| lap.heartrate))
        };
        json!(format!(
            "{}x {}m{seconds} {effort}",
            members.len(),
            secs / 60
        ))
    });
    Value::Array(lines.collect())
}
