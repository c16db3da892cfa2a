//! The numbers of an activity, computed from its samples.
//!
//! Load, in points: rides `secs × NP × IF / (FTP × 3600) × 100` with `IF = NP / FTP` and NP in whole watts; runs
//! `secs × (GAP / threshold pace)² / 36`; swims `secs × (pace / threshold pace)³ / 36`; strength with a heart rate
//! `secs × ((HR − resting) / (LTHR − resting))² / 36`, without one `minutes × RPE × 0.075`.

use super::profile::{self, Thresholds};
use super::season::Session;
use super::streams::Samples;
use super::workout::{Block, Role, Sport};
use crate::demo::document::round;

/// A stretch between two marks of the device; indexes into the samples.
#[derive(Clone, Debug)]
pub struct Lap {
    pub start: usize,
    pub end: usize,
    pub watts: f64,
    pub heartrate: f64,
    pub cadence: f64,
    pub speed: f64,
    pub graded: f64,
    /// Percent of the threshold of the sport's metric.
    pub intensity: u32,
    pub work: bool,
    pub label: &'static str,
    pub set: u8,
}

/// What is known of an activity without its streams.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    pub moving: u32,
    pub elapsed: u32,
    pub coasting: u32,
    /// Metres.
    pub distance: f64,
    pub average_watts: Option<i64>,
    /// Normalized power, whole watts.
    pub weighted_watts: Option<i64>,
    pub joules: i64,
    pub joules_above_ftp: i64,
    pub average_hr: Option<i64>,
    pub max_hr: i64,
    pub average_cadence: Option<f64>,
    pub average_speed: f64,
    pub max_speed: f64,
    pub gap: Option<f64>,
    pub power_zones: Option<Vec<u32>>,
    pub sweet_spot: u32,
    pub hr_zones: Option<Vec<u32>>,
    pub pace_zones: Option<Vec<u32>>,
    pub gap_zones: Option<Vec<u32>>,
    pub gain: f64,
    pub loss: f64,
    /// Average, lowest and highest altitude.
    pub altitude: Option<(f64, f64, f64)>,
    pub load: u32,
    pub hr_load: Option<u32>,
    /// Percent.
    pub intensity: f64,
    pub decoupling: Option<f64>,
    pub trimp: Option<f64>,
    pub rpe: u32,
    pub feel: u32,
    pub laps: Vec<Lap>,
}

/// Condenses the samples of a session.
pub fn summarise(session: &Session, blocks: &[Block], samples: &Samples) -> Summary {
    let limits = Thresholds::on(session.day);
    let sport = session.workout.sport;
    let secs = samples.len as f64;
    let mut summary = Summary {
        moving: u32::try_from(samples.len).unwrap_or(u32::MAX),
        ..Summary::default()
    };
    summary.elapsed = summary.moving + samples.pause.1;
    if !samples.speed.is_empty() {
        motion(&mut summary, samples, sport, &limits);
    }
    if !samples.watts.is_empty() {
        power(&mut summary, samples, limits.power(sport));
    }
    if !samples.heartrate.is_empty() {
        heart(&mut summary, samples, sport);
    }
    if !samples.cadence.is_empty() {
        let turning = samples.cadence.iter().filter(|rpm| **rpm > 0).count();
        let sum: u32 = samples.cadence.iter().map(|rpm| u32::from(*rpm)).sum();
        summary.average_cadence = Some(f64::from(sum) / turning.max(1) as f64);
        if sport.is_ride() {
            summary.coasting = u32::try_from(samples.len - turning).unwrap_or(0);
        }
    }
    let hours = secs / 3600.0;
    let points = match sport {
        Sport::Ride | Sport::VirtualRide => {
            let factor = whole_watts(&summary) / f64::from(limits.power(sport));
            summary.intensity = factor * 100.0;
            hours * factor * factor * 100.0
        }
        Sport::Run | Sport::TrailRun => {
            let factor = summary.gap.unwrap_or(0.0) / limits.run_pace;
            summary.intensity = factor * 100.0;
            hours * factor * factor * 100.0
        }
        Sport::Swim => {
            let factor = summary.average_speed / limits.swim_pace;
            summary.intensity = factor * 100.0;
            hours * factor.powi(3) * 100.0
        }
        Sport::Strength => {
            summary.rpe = 6;
            let points = summary
                .hr_load
                .map_or(hours * 60.0 * 6.0 * 0.075, f64::from);
            summary.intensity = (points / hours.max(0.01)).sqrt() * 10.0;
            points
        }
    };
    summary.load = u32::try_from(round(points)).unwrap_or(0);
    feelings(&mut summary, session, hours);
    summary.laps = laps(blocks, samples, sport, &limits);
    summary
}

fn whole_watts(summary: &Summary) -> f64 {
    summary.weighted_watts.unwrap_or(0) as f64
}

fn motion(summary: &mut Summary, samples: &Samples, sport: Sport, limits: &Thresholds) {
    let secs = samples.len.max(1) as f64;
    let mut sum = 0.0;
    for speed in &samples.speed {
        sum += speed;
        if *speed > summary.max_speed {
            summary.max_speed = *speed;
        }
    }
    summary.distance = if sport == Sport::Swim {
        (sum / 25.0).round() * 25.0
    } else {
        (sum * 100.0).round() / 100.0
    };
    summary.average_speed = summary.distance / secs;
    if !samples.graded.is_empty() {
        summary.gap = Some(samples.graded.iter().sum::<f64>() / secs);
        summary.gap_zones = Some(pace_zones(&samples.graded, limits.run_pace));
    }
    if !sport.is_ride() {
        summary.pace_zones = Some(pace_zones(&samples.speed, limits.speed(sport)));
    }
    if let Some(first) = samples.altitude.first() {
        let (mut low, mut high, mut sum, mut before) = (*first, *first, 0.0, *first);
        for height in &samples.altitude {
            let step = height - before;
            if step > 0.0 {
                summary.gain += step;
            } else {
                summary.loss -= step;
            }
            low = low.min(*height);
            high = high.max(*height);
            sum += height;
            before = *height;
        }
        summary.altitude = Some((sum / secs, low, high));
    }
}

fn pace_zones(speeds: &[f64], threshold: f64) -> Vec<u32> {
    let bounds = profile::PACE_ZONES.map(|percent| percent / 100.0 * threshold);
    let mut zones = vec![0; bounds.len()];
    for speed in speeds {
        let mut zone = 0;
        while zone + 1 < bounds.len() && *speed > bounds[zone] {
            zone += 1;
        }
        zones[zone] += 1;
    }
    zones
}

fn power(summary: &mut Summary, samples: &Samples, ftp: u32) {
    let secs = samples.len.max(1) as f64;
    let mut counts = vec![0u32; 2001];
    for watts in &samples.watts {
        counts[usize::from(*watts)] += 1;
    }
    let mut zones = vec![0; profile::POWER_ZONES.len()];
    let (mut joules, mut above) = (0i64, 0i64);
    for (watts, count) in (0i64..).zip(&counts) {
        if *count == 0 {
            continue;
        }
        let percent = watts as f64 * 100.0 / f64::from(ftp);
        let zone = profile::POWER_ZONES
            .iter()
            .position(|bound| percent <= f64::from(*bound));
        zones[zone.unwrap_or(6)] += count;
        if profile::is_sweet_spot(percent) {
            summary.sweet_spot += count;
        }
        joules += watts * i64::from(*count);
        above += (watts - i64::from(ftp)).max(0) * i64::from(*count);
    }
    summary.power_zones = Some(zones);
    summary.joules = joules;
    summary.joules_above_ftp = above;
    summary.average_watts = Some(round(joules as f64 / secs));
    summary.weighted_watts = Some(round(normalized(&samples.watts)));
}

/// Normalized power: the fourth-power mean of the 30 s rolling mean.
pub fn normalized(watts: &[u16]) -> f64 {
    const WINDOW: usize = 30;
    if watts.len() < WINDOW {
        let sum: u32 = watts.iter().map(|value| u32::from(*value)).sum();
        return f64::from(sum) / watts.len().max(1) as f64;
    }
    let (mut sum, mut fourth) = (0u32, 0.0);
    for index in 0..watts.len() {
        sum += u32::from(watts[index]);
        if index >= WINDOW {
            sum -= u32::from(watts[index - WINDOW]);
        }
        if index + 1 >= WINDOW {
            let mean = f64::from(sum) / WINDOW as f64;
            let square = mean * mean;
            fourth += square * square;
        }
    }
    (fourth / (watts.len() - WINDOW + 1) as f64).powf(0.25)
}

fn heart(summary: &mut Summary, samples: &Samples, sport: Sport) {
    let secs = samples.heartrate.len().max(1) as f64;
    let mut counts = [0u32; 256];
    for bpm in &samples.heartrate {
        counts[usize::from(*bpm)] += 1;
    }
    let bounds = profile::hr_zones(sport);
    let mut zones = vec![0; bounds.len()];
    let mut sum = 0u32;
    for (bpm, count) in (0u32..).zip(counts) {
        if count > 0 {
            let zone = bounds.iter().position(|bound| bpm <= *bound);
            zones[zone.unwrap_or(bounds.len() - 1)] += count;
            sum += bpm * count;
            summary.max_hr = i64::from(bpm);
        }
    }
    let mean = f64::from(sum) / secs;
    let rest = f64::from(profile::RESTING_HR);
    let share = (mean - rest) / (f64::from(profile::lthr(sport)) - rest);
    summary.hr_load = u32::try_from(round(secs * share * share / 36.0)).ok();
    let reserve = (mean - rest) / (f64::from(profile::max_hr(sport)) - rest);
    summary.trimp = Some(secs / 60.0 * reserve * 0.64 * (1.92 * reserve).exp());
    summary.average_hr = Some(round(mean));
    summary.hr_zones = Some(zones);
    if secs >= 1800.0 && sport != Sport::Strength {
        let half = samples.len / 2;
        let ratio = |from: usize, to: usize| {
            let beats: u32 = samples.heartrate[from..to]
                .iter()
                .map(|bpm| u32::from(*bpm))
                .sum();
            let output = if samples.watts.is_empty() {
                samples.speed[from..to].iter().sum::<f64>()
            } else {
                samples.watts[from..to]
                    .iter()
                    .map(|watts| f64::from(*watts))
                    .sum::<f64>()
            };
            output / f64::from(beats.max(1))
        };
        let (first, second) = (ratio(0, half), ratio(half, samples.len));
        summary.decoupling = Some((first - second) / first * 100.0);
    }
}

fn feelings(summary: &mut Summary, session: &Session, hours: f64) {
    if session.workout.sport != Sport::Strength {
        let effort = summary.intensity / 11.0 - 2.4 + hours * 0.7;
        summary.rpe = u32::try_from(round(effort)).unwrap_or(1).clamp(1, 10);
    }
    // A day on which the legs gave more than planned feels better; 1 is best.
    let good = session.power > 1.0;
    let bad = session.power < 0.95;
    summary.feel = if bad {
        4
    } else if good {
        2
    } else {
        3
    };
}

fn laps(blocks: &[Block], samples: &Samples, sport: Sport, limits: &Thresholds) -> Vec<Lap> {
    if samples.speed.is_empty() {
        return Vec::new();
    }
    let mut start = 0;
    let mut laps = Vec::with_capacity(blocks.len());
    for block in blocks {
        let end = (start + block.secs as usize).min(samples.len);
        let secs = (end - start).max(1) as f64;
        let mean = |values: &[f64]| {
            values
                .get(start..end)
                .map_or(0.0, |part| part.iter().sum::<f64>() / secs)
        };
        let bytes = |values: &[u8]| {
            let part = values.get(start..end).unwrap_or_default();
            part.iter().map(|value| f64::from(*value)).sum::<f64>() / secs
        };
        let watts = samples.watts.get(start..end).map_or(0.0, |part| {
            part.iter().map(|value| f64::from(*value)).sum::<f64>() / secs
        });
        let (speed, graded) = (mean(&samples.speed), mean(&samples.graded));
        let share = match sport {
            Sport::Ride | Sport::VirtualRide => watts / f64::from(limits.power(sport)),
            Sport::Run | Sport::TrailRun => graded / limits.run_pace,
            Sport::Swim | Sport::Strength => speed / limits.swim_pace,
        };
        laps.push(Lap {
            start,
            end,
            watts,
            heartrate: bytes(&samples.heartrate),
            cadence: bytes(&samples.cadence),
            speed,
            graded,
            intensity: u32::try_from(round(share * 100.0)).unwrap_or(0),
            work: block.role == Role::Work,
            label: block.label,
            set: block.set,
        });
        start = end;
    }
    laps
}

/// Repetitions of one step, in the order of the session: the indexes of their laps.
pub fn groups(laps: &[Lap]) -> Vec<Vec<usize>> {
    let mut groups: Vec<(u8, Vec<usize>)> = Vec::new();
    for (index, lap) in laps.iter().enumerate().filter(|(_, lap)| lap.work) {
        match groups
            .iter_mut()
            .find(|(set, _)| lap.set > 0 && *set == lap.set)
        {
            Some((_, members)) => members.push(index),
            None => groups.push((lap.set, vec![index])),
        }
    }
    groups.into_iter().map(|(_, members)| members).collect()
}
