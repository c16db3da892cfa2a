//! The best of an activity: mean maximal power and heart rate by time, least time by distance.

use std::sync::OnceLock;

use super::profile::W_PRIME;
use super::streams::Samples;
use super::workout::Sport;

/// kJ before an effort counts in the fatigued power curves.
pub const AFTER_KJ: [u32; 2] = [1500, 2500];

/// What is best of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Metric {
    Power,
    /// Power after [`AFTER_KJ`].
    Fatigued(usize),
    HeartRate,
    Pace,
    /// Pace as if on the flat.
    Graded,
}

/// The best effort over one time or distance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Effort {
    /// W, bpm or s.
    pub value: f64,
    /// Indexes of samples.
    pub start: usize,
    pub end: usize,
}

/// The best efforts of one activity, in the order of the grid, as far as it reaches.
pub type Efforts = Vec<Option<Effort>>;

/// The best efforts of one activity, worked out when they are first asked for.
#[derive(Default)]
pub struct Best([OnceLock<Efforts>; 6]);

impl Best {
    pub fn of(&self, metric: Metric, samples: impl Fn() -> Samples, sport: Sport) -> &Efforts {
        let place = match metric {
            Metric::Power => 0,
            Metric::Fatigued(which) => 1 + which.min(1),
            Metric::HeartRate => 3,
            Metric::Pace => 4,
            Metric::Graded => 5,
        };
        self.0[place].get_or_init(|| efforts(metric, &samples(), sport))
    }
}

/// The times of a curve, s: each of the first minute, then fewer and fewer.
pub fn seconds() -> &'static [usize] {
    static GRID: OnceLock<Vec<usize>> = OnceLock::new();
    GRID.get_or_init(|| {
        let steps = [
            (1, 60, 1),
            (65, 120, 5),
            (130, 300, 10),
            (330, 600, 30),
            (660, 1200, 60),
            (1320, 3600, 120),
            (3900, 18_000, 300),
        ];
        steps
            .iter()
            .flat_map(|(from, to, step)| (*from..=*to).step_by(*step))
            .collect()
    })
}

/// The distances of a curve, m.
pub fn metres(sport: Sport) -> &'static [f64] {
    match sport {
        Sport::Swim => &[
            25.0, 45.72, 50.0, 91.44, 100.0, 182.88, 200.0, 300.0, 400.0, 457.2, 500.0, 800.0,
            914.4, 1000.0, 1500.0, 1508.76, 1900.0, 2000.0, 3000.0,
        ],
        _ => &[
            100.0, 200.0, 300.0, 400.0, 500.0, 600.0, 800.0, 1000.0, 1200.0, 1500.0, 1609.34,
            2000.0, 2500.0, 3000.0, 3218.69, 4000.0, 5000.0, 6000.0, 8000.0, 8046.72, 10_000.0,
            12_000.0, 15_000.0, 16_093.4, 20_000.0, 21_097.5, 25_000.0, 30_000.0, 42_195.0,
        ],
    }
}

fn efforts(metric: Metric, samples: &Samples, sport: Sport) -> Efforts {
    match metric {
        Metric::Power => by_time(&sums(samples.watts.iter().map(|w| u32::from(*w))), 0),
        Metric::Fatigued(which) => {
            let sums = sums(samples.watts.iter().map(|w| u32::from(*w)));
            let joules = AFTER_KJ[which.min(1)] * 1000;
            by_time(&sums, sums.partition_point(|sum| *sum < joules))
        }
        Metric::HeartRate => by_time(&sums(samples.heartrate.iter().map(|b| u32::from(*b))), 0),
        Metric::Pace => by_distance(&samples.speed, metres(sport)),
        Metric::Graded => by_distance(&samples.graded, metres(sport)),
    }
}

/// Running sums, with a zero in front.
fn sums(values: impl Iterator<Item = u32>) -> Vec<u32> {
    let mut sum = 0;
    std::iter::once(0)
        .chain(values.map(|value| {
            sum += value;
            sum
        }))
        .collect()
}

/// The best mean over every time of the grid from the sample `from` on. Long windows are first looked at here and there.
fn by_time(sums: &[u32], from: usize) -> Efforts {
    /// Looks at a window: as many as there are in its length.
    const LOOKS: usize = 30;
    let last = sums.len().saturating_sub(1);
    let mut found = Vec::new();
    for secs in seconds() {
        if from + secs > last {
            break;
        }
        let of = |start: usize| sums[start + secs] - sums[start];
        let step = (secs / LOOKS).max(1);
        let best = |starts: &mut dyn Iterator<Item = usize>| {
            let first = (0, from);
            starts.fold(first, |best, start| {
                let sum = of(start);
                if sum > best.0 { (sum, start) } else { best }
            })
        };
        let (mut sum, mut start) = best(&mut (from..=last - secs).step_by(step));
        if step > 1 {
            let near = start.saturating_sub(step).max(from)..=(start + step).min(last - secs);
            (sum, start) = best(&mut near.into_iter());
        }
        found.push(Some(Effort {
            value: f64::from(sum) / *secs as f64,
            start,
            end: start + secs,
        }));
    }
    found
}

/// The least time over every distance; the last second counts as far as it was needed.
fn by_distance(speed: &[f64], grid: &[f64]) -> Efforts {
    let mut found = Vec::new();
    for metres in grid {
        let (mut end, mut run, mut best) = (0, 0.0, None::<Effort>);
        for (start, first) in speed.iter().enumerate() {
            while end < speed.len() && run < *metres {
                run += speed[end];
                end += 1;
            }
            if run < *metres {
                break;
            }
            let over = (run - metres) / speed[end - 1].max(0.001);
            let value = (end - start) as f64 - over;
            if best.is_none_or(|best| value < best.value) {
                best = Some(Effort { value, start, end });
            }
            run -= first;
        }
        if best.is_none() {
            break;
        }
        found.push(best);
    }
    found
}

/// The service's estimate of FTP from a power curve, W, and the critical power behind it.
pub fn estimate(watts_at: impl Fn(usize) -> Option<f64>) -> Option<(f64, f64)> {
    let best = [480, 720, 900, 1200, 1800].iter().filter_map(|secs| {
        let critical = watts_at(*secs)? - f64::from(W_PRIME) / *secs as f64;
        (critical > 0.0).then_some(critical)
    });
    let critical = best.fold(0.0, f64::max);
    (critical > 0.0).then_some((critical * 1.02, critical))
}
