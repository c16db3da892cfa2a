//! What is computed from the streams of one activity.

use serde_json::{Value, json};

use super::{Call, print};
use crate::demo::athlete::profile;
use crate::demo::document::{decimals, float, round};
use crate::demo::rules::Refusal;

pub fn power_histogram(call: &Call<'_>) -> Result<String, Refusal> {
    let samples = call.recorded()?.samples();
    let width = call.query.count("bucketSize").unwrap_or(25).max(1);
    histogram(samples.watts.iter().map(|watts| usize::from(*watts)), width)
}

pub fn hr_histogram(call: &Call<'_>) -> Result<String, Refusal> {
    let samples = call.recorded()?.samples();
    let width = call.query.count("bucketSize").unwrap_or(5).max(1);
    histogram(samples.heartrate.iter().map(|bpm| usize::from(*bpm)), width)
}

fn histogram(values: impl Iterator<Item = usize>, width: usize) -> Result<String, Refusal> {
    let mut buckets: Vec<u32> = Vec::new();
    for value in values {
        let bucket = value / width;
        if bucket >= buckets.len() {
            buckets.resize(bucket + 1, 0);
        }
        buckets[bucket] += 1;
    }
    let rows = buckets
        .iter()
        .enumerate()
        .skip_while(|(_, secs)| **secs == 0);
    let rows: Vec<Value> = rows
        .map(|(bucket, secs)| json!({"min": bucket * width, "max": (bucket + 1) * width - 1, "secs": secs}))
        .collect();
    print(rows)
}

/// Buckets of 0.1 m/s.
pub fn pace_histogram(call: &Call<'_>) -> Result<String, Refusal> {
    let samples = call.recorded()?.samples();
    let mut buckets: Vec<u32> = Vec::new();
    for speed in &samples.speed {
        let bucket = usize::try_from(round(speed * 10.0 - 0.5)).unwrap_or(0);
        if bucket >= buckets.len() {
            buckets.resize(bucket + 1, 0);
        }
        buckets[bucket] += 1;
    }
    let rows = buckets
        .iter()
        .enumerate()
        .skip_while(|(_, secs)| **secs == 0);
    let rows: Vec<Value> = rows
        .map(|(bucket, secs)| {
            let low = bucket as f64 / 10.0;
            json!({"min": decimals(low, 1), "max": decimals(low + 0.1, 1), "secs": secs})
        })
        .collect();
    print(rows)
}

/// The best stretches of a length that do not overlap, best first.
pub fn best_efforts(call: &Call<'_>) -> Result<String, Refusal> {
    let activity = call.recorded()?;
    let samples = activity.samples();
    let values: Vec<f64> = match call.query.require("stream")? {
        "watts" => samples
            .watts
            .iter()
            .map(|watts| f64::from(*watts))
            .collect(),
        "heartrate" => samples
            .heartrate
            .iter()
            .map(|bpm| f64::from(*bpm))
            .collect(),
        "velocity_smooth" => samples.speed.clone(),
        "ga_velocity" => samples.graded.clone(),
        "cadence" => samples.cadence.iter().map(|rpm| f64::from(*rpm)).collect(),
        _ => return Err(Refusal::unprocessable("Invalid stream type")),
    };
    let from = call
        .query
        .count("startIndex")
        .unwrap_or(0)
        .min(values.len());
    let to = call
        .query
        .count("endIndex")
        .filter(|end| *end > 0)
        .unwrap_or(values.len())
        .clamp(from, values.len());
    let least = call.query.number("minValue").unwrap_or(0.0);
    let mut windows: Vec<(usize, usize, f64)> =
        match (call.query.count("duration"), call.query.number("distance")) {
            (Some(secs), _) if secs > 0 => by_duration(&values, from, to, secs),
            (None, Some(metres)) if metres > 0.0 => {
                by_distance(&values, &samples.speed, from, to, metres)
            }
            _ => return Err(Refusal::unprocessable("duration or distance is required")),
        };
    windows.sort_by(|left, right| right.2.total_cmp(&left.2));
    let count = call.query.count("count").unwrap_or(8);
    let busy = |start: usize, end: usize| {
        let works = activity.summary.laps.iter().filter(|lap| lap.work);
        call.query.flag("excludeIntervals")
            && works.clone().any(|lap| start < lap.end && end > lap.start)
    };
    let mut chosen: Vec<(usize, usize, f64)> = Vec::new();
    for (start, end, average) in windows {
        if chosen.len() >= count || average < least {
            break;
        }
        if !busy(start, end)
            && chosen
                .iter()
                .all(|(from, to, _)| end <= *from || start >= *to)
        {
            chosen.push((start, end, average));
        }
    }
    let efforts: Vec<Value> = chosen
        .iter()
        .map(|(start, end, average)| {
            let metres: f64 = samples.speed.get(*start..*end).map_or(0.0, |part| part.iter().sum());
            json!({
                "start_index": start, "end_index": end, "average": float(*average), "duration": end - start,
                "distance": float(metres),
            })
        })
        .collect();
    print(json!({"efforts": efforts}))
}

fn by_duration(values: &[f64], from: usize, to: usize, secs: usize) -> Vec<(usize, usize, f64)> {
    let part = &values[from..to];
    if part.len() < secs {
        return Vec::new();
    }
    let mut sum: f64 = part[..secs].iter().sum();
    let mut windows = vec![(from, from + secs, sum / secs as f64)];
    for index in secs..part.len() {
        sum += part[index] - part[index - secs];
        windows.push((from + index + 1 - secs, from + index + 1, sum / secs as f64));
    }
    windows
}

fn by_distance(
    values: &[f64],
    speed: &[f64],
    from: usize,
    to: usize,
    metres: f64,
) -> Vec<(usize, usize, f64)> {
    let (mut windows, mut end, mut run, mut sum) = (Vec::new(), from, 0.0, 0.0);
    for start in from..to {
        while end < to && run < metres {
            run += speed[end];
            sum += values[end];
            end += 1;
        }
        if run < metres {
            break;
        }
        windows.push((start, end, sum / (end - start) as f64));
        run -= speed[start];
        sum -= values[start];
    }
    windows
}

/// Power against heart rate in buckets of a minute, and their ratio in both halves.
pub fn power_vs_hr(call: &Call<'_>) -> Result<String, Refusal> {
    const BUCKET: usize = 60;
    let activity = call.recorded()?;
    let samples = activity.samples();
    if samples.watts.is_empty() || samples.heartrate.is_empty() {
        return Err(Refusal::unprocessable(
            "Activity does not have power and heart rate",
        ));
    }
    let mean = |from: usize, to: usize| {
        let secs = (to - from).max(1) as f64;
        let watts: f64 = samples.watts[from..to]
            .iter()
            .map(|watts| f64::from(*watts))
            .sum();
        let beats: f64 = samples.heartrate[from..to]
            .iter()
            .map(|bpm| f64::from(*bpm))
            .sum();
        (watts / secs, beats / secs)
    };
    let ratio = |from: usize, to: usize| {
        let (watts, bpm) = mean(from, to);
        watts / bpm.max(1.0)
    };
    let (half, end) = (samples.len / 2, samples.len);
    let series: Vec<Value> = (0..end / BUCKET)
        .map(|bucket| {
            let (watts, bpm) = mean(bucket * BUCKET, (bucket + 1) * BUCKET);
            let cadence = activity.summary.average_cadence.map(round);
            json!({
                "start": bucket * BUCKET, "secs": BUCKET, "movingSecs": BUCKET, "watts": decimals(watts, 1),
                "hr": decimals(bpm, 1), "cadence": cadence,
            })
        })
        .collect();
    let (first, second) = (ratio(0, half), ratio(half, end));
    print(json!({
        "bucketSize": BUCKET, "warmup": 0, "cooldown": 0, "elapsedTime": activity.summary.elapsed, "hrLag": 30,
        "powerHr": float(ratio(0, end)), "powerHrFirst": float(first), "powerHrSecond": float(second),
        "decoupling": float((first - second) / first * 100.0), "powerHrZ2": null, "medianCadenceZ2": null,
        "avgCadenceZ2": null, "hrZ2BucketCount": 0, "start": 0, "mid": half, "end": end, "series": series,
        "curves": [], "ratioCoefficients": [decimals(f64::from(profile::RESTING_HR), 1), 0.0],
    }))
}
