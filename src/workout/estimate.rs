//! Time, load and intensity of a plan.
//!
//! Held against what the service computed: rides with power agree to the point. Watts are taken second by second, a range at its
//! middle and a ramp along its slope.

use super::ast::{Item, Metric, Step, Workout};
use super::athlete::{Athlete, middle};

/// Seconds over which watts are averaged before they are weighted (Coggan).
const WINDOW: usize = 30;
/// What is longer is weighed by its first two days.
const MOST_SECONDS: u32 = 172_800;
const MOST_STEPS: usize = 100_000;
/// Parts of the threshold at which steps without a target are taken: an assumption.
const EASY: f64 = 0.5;
const ALL_OUT: f64 = 1.5;
/// Heart rate at rest where nobody said: an assumption.
const RESTING_HR: f64 = 50.0;
/// The weight of effort in TRIMP (Banister), for men.
const TRIMP_WEIGHT: f64 = 1.92;

/// What a workout comes to.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Estimate {
    pub seconds: u64,
    /// Of steps whose distance is known.
    pub metres: f64,
    /// Which targets the load rests on.
    pub metric: Option<Metric>,
    pub load: Option<u32>,
    /// Percent of threshold.
    pub intensity: Option<f64>,
    pub normalized_watts: Option<f64>,
    pub average_watts: Option<f64>,
}

/// Estimates `workout` for `athlete`.
///
/// - Power: hours × (NP / FTP)² × 100 (Coggan); NP is the fourth root of the mean fourth power of the 30 s rolling mean.
/// - Heart rate: TRIMP over an hour's TRIMP at LTHR × 100 (Banister), as the service's HRSS.
/// - Pace: hours × (mean speed / threshold speed)² × 100; swims cubed, since drag grows with the square of the speed.
#[must_use]
pub fn estimate(workout: &Workout, athlete: &Athlete) -> Estimate {
    let mut found = Estimate::default();
    for (step, times) in steps(workout) {
        let (seconds, metres) = athlete.extent(step);
        found.seconds = found
            .seconds
            .saturating_add(u64::from(seconds) * u64::from(times));
        found.metres += metres.unwrap_or(0.0) * f64::from(times);
    }
    found.metric = metric(workout, athlete);
    #[expect(clippy::cast_precision_loss, reason = "seconds of a workout")]
    let hours = found.seconds as f64 / 3600.0;
    let points = match found.metric {
        Some(Metric::Power) => {
            let (normalized, average) = power(workout, athlete);
            found.normalized_watts = Some(normalized);
            found.average_watts = Some(average);
            athlete
                .ftp
                .map(|ftp| hours * (normalized.round() / ftp).powi(2) * 100.0)
        }
        Some(Metric::Hr) => mean(workout, athlete, Metric::Hr, |level| trimp(athlete, level))
            .map(|trimp_of_plan| hours * trimp_of_plan / trimp(athlete, 1.0) * 100.0),
        Some(Metric::Pace) => mean(workout, athlete, Metric::Pace, |level| level).map(|level| {
            let power = if athlete.is_swim() { 3 } else { 2 };
            hours * level.powi(power) * 100.0
        }),
        None => None,
    };
    found.load = points
        .filter(|points| points.is_finite() && hours > 0.0)
        .map(super::review::whole);
    // As the service has it, from the whole points.
    found.intensity = found
        .load
        .map(|load| (f64::from(load) / hours).sqrt() * 10.0);
    found
}

/// Every step once, with how often it is done.
pub fn steps(workout: &Workout) -> impl Iterator<Item = (&Step, u32)> {
    workout.items.iter().flat_map(|item| {
        let (steps, times) = match item {
            Item::Text(_) => (&[][..], 0),
            Item::Step(step) => (std::slice::from_ref(step), 1),
            Item::Repeat(repeat) => (repeat.steps.as_slice(), repeat.times),
        };
        steps.iter().map(move |step| (step, times))
    })
}

/// Every step as often as it is done, within reason.
fn in_order(workout: &Workout) -> impl Iterator<Item = &Step> {
    workout
        .items
        .iter()
        .flat_map(|item| {
            let (steps, times) = match item {
                Item::Text(_) => (&[][..], 0),
                Item::Step(step) => (std::slice::from_ref(step), 1),
                Item::Repeat(repeat) => (repeat.steps.as_slice(), repeat.times),
            };
            (0..times).flat_map(move |_| steps)
        })
        .take(MOST_STEPS)
}

/// The first of power, heart rate and pace that steps aim at and that can be weighed; the service's usual order.
fn metric(workout: &Workout, athlete: &Athlete) -> Option<Metric> {
    [Metric::Power, Metric::Hr, Metric::Pace]
        .into_iter()
        .find(|wanted| {
            steps(workout).any(|(step, _)| {
                let mut targets = step.targets().filter(|t| t.unit.metric() == *wanted);
                targets.any(|target| athlete.resolve(target).is_some())
            }) && (*wanted != Metric::Hr || athlete.lthr.is_some())
                && (*wanted != Metric::Pace || athlete.threshold_pace.is_some())
        })
}

/// Effort at the beginning and the end of a step, as parts of the threshold; by its target of kind `first` if it has one.
fn levels(step: &Step, athlete: &Athlete, first: Metric) -> (f64, f64) {
    let part = |target, threshold: Option<f64>| {
        let span = athlete.resolve(target)?;
        let threshold = threshold?;
        let (from, to) = span.ends();
        let (from, to) = if step.ramp {
            (from, to)
        } else {
            (middle(span), middle(span))
        };
        Some((from / threshold, to / threshold))
    };
    let of = |metric| match metric {
        Metric::Power => step.power.as_ref().and_then(|t| part(t, athlete.ftp)),
        Metric::Hr => step.hr.as_ref().and_then(|t| part(t, athlete.lthr)),
        Metric::Pace => {
            let pace = step.pace.as_ref();
            pace.and_then(|t| part(t, athlete.threshold_pace))
        }
    };
    let unsaid = if step.max_effort { ALL_OUT } else { EASY };
    [first, Metric::Power, Metric::Hr, Metric::Pace]
        .into_iter()
        .find_map(of)
        .unwrap_or((unsaid, unsaid))
}

/// Normalized and average watts.
fn power(workout: &Workout, athlete: &Athlete) -> (f64, f64) {
    let mut last = [0.0; WINDOW];
    let (mut seconds, mut sum, mut rolling, mut fourth) = (0_u32, 0.0, 0.0, 0.0);
    for step in in_order(workout) {
        let (from, to) = match step.power.as_ref().and_then(|t| athlete.resolve(t)) {
            Some(span) if step.ramp => span.ends(),
            Some(span) => (middle(span), middle(span)),
            None => {
                let (from, to) = levels(step, athlete, Metric::Power);
                let ftp = athlete.ftp.unwrap_or(0.0);
                (from * ftp, to * ftp)
            }
        };
        let (long, _) = athlete.extent(step);
        for second in 0..long {
            if seconds >= MOST_SECONDS {
                break;
            }
            let along = f64::from(second) / f64::from(long.saturating_sub(1).max(1));
            let watts = from + (to - from) * along;
            let place = seconds as usize % WINDOW;
            if let Some(oldest) = last.get_mut(place) {
                rolling += watts - *oldest;
                *oldest = watts;
            }
            seconds += 1;
            sum += watts;
            let mean = rolling / f64::from(seconds.min(30));
            fourth += mean.powi(4);
        }
    }
    let total = f64::from(seconds.max(1));
    ((fourth / total).powf(0.25), sum / total)
}

/// The mean over time of what `weigh` makes of the effort.
fn mean(
    workout: &Workout,
    athlete: &Athlete,
    metric: Metric,
    weigh: impl Fn(f64) -> f64,
) -> Option<f64> {
    let (mut sum, mut total) = (0.0, 0.0);
    for (step, times) in steps(workout) {
        let (seconds, _) = athlete.extent(step);
        let long = f64::from(seconds) * f64::from(times);
        let (from, to) = levels(step, athlete, metric);
        sum += long * weigh(f64::midpoint(from, to));
        total += long;
    }
    (total > 0.0).then(|| sum / total)
}

/// Banister's weight of a heart rate, which is `level` of LTHR.
fn trimp(athlete: &Athlete, level: f64) -> f64 {
    let lthr = athlete.lthr.unwrap_or(160.0);
    let highest = athlete.highest_hr().unwrap_or(190.0).max(lthr);
    let reserve = ((lthr * level - RESTING_HR) / (highest - RESTING_HR)).max(0.0);
    reserve * (TRIMP_WEIGHT * reserve).exp()
}
