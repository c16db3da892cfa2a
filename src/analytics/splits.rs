//! Even pieces of a session.

use super::recording::{PAUSE_SECONDS, PAUSE_SHARE};

/// More pieces than these are no session but a mistake of the device: a leap over half the earth.
const MOST_PIECES: usize = 1_000;

/// A series by index; `None` where nothing was recorded.
pub type Values<'a> = &'a dyn Fn(usize) -> Option<f64>;

/// One piece, from one multiple of the split distance to the next.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Split {
    /// m
    pub metres: f64,
    /// s, pauses left out.
    pub seconds: f64,
    /// bpm, weighted by time.
    pub heart_rate: Option<f64>,
    /// W, weighted by time.
    pub power: Option<f64>,
    /// m climbed.
    pub climb: Option<f64>,
}

#[derive(Default)]
struct Running {
    start_metres: f64,
    seconds: f64,
    heart_rate: (f64, f64),
    power: (f64, f64),
    climb: Option<f64>,
}

impl Running {
    fn add(
        &mut self,
        seconds: f64,
        heart_rate: Option<f64>,
        power: Option<f64>,
        rise: Option<f64>,
    ) {
        self.seconds += seconds;
        for (sum, value) in [(&mut self.heart_rate, heart_rate), (&mut self.power, power)] {
            if let Some(value) = value {
                sum.0 += value * seconds;
                sum.1 += seconds;
            }
        }
        if let Some(rise) = rise {
            *self.climb.get_or_insert(0.0) += rise.max(0.0);
        }
    }

    fn finish(&self, metres: f64) -> Split {
        let mean = |(sum, time): (f64, f64)| (time > 0.0).then(|| sum / time);
        Split {
            metres,
            seconds: self.seconds,
            heart_rate: mean(self.heart_rate),
            power: mean(self.power),
            climb: self.climb,
        }
    }
}

/// Cuts a session of `length` samples into pieces of `every` metres; the last may be shorter. A sample that crosses a
/// boundary is shared out by distance. There is no piece where the distance leaps about as nobody moves. `time` is s from the
/// start, `distance` m from the start.
#[must_use]
pub fn splits(
    length: usize,
    every: f64,
    time: Values<'_>,
    distance: Values<'_>,
    heart_rate: Values<'_>,
    power: Values<'_>,
    altitude: Values<'_>,
) -> Vec<Split> {
    let mut out = Vec::new();
    let mut running = Running::default();
    let mut last: Option<(f64, f64, Option<f64>)> = None;
    let mut speed: Option<f64> = None;
    for i in 0..length {
        let (Some(t), Some(d)) = (time(i), distance(i)) else {
            continue;
        };
        let height = altitude(i);
        let Some((t0, d0, h0)) = last.replace((t, d, height)) else {
            running.start_metres = d;
            continue;
        };
        let moved = (d - d0).max(0.0);
        let mut elapsed = t - t0;
        if elapsed <= 0.0 {
            continue;
        }
        let implied = moved / elapsed;
        match speed {
            // The clock ran on while the athlete stood: what was covered took as long as it did just before. A gap at
            // the usual speed is no pause: pool devices write one sample a length.
            Some(before) if elapsed > PAUSE_SECONDS && implied < PAUSE_SHARE * before => {
                elapsed = moved / before;
            }
            _ if implied > 0.1 => speed = Some(implied),
            _ => {}
        }
        let rise = height.zip(h0).map(|(h, h0)| h - h0);
        let (hr, watts) = (heart_rate(i).filter(|v| *v > 0.0), power(i));
        let mut position = d0;
        let mut left = moved;
        while left > 0.0 {
            let to_boundary = running.start_metres + every - position;
            let step = left.min(to_boundary);
            let share = step / moved;
            running.add(elapsed * share, hr, watts, rise.map(|r| r * share));
            position += step;
            left -= step;
            if step >= to_boundary {
                if out.len() >= MOST_PIECES {
                    return Vec::new();
                }
                out.push(running.finish(every));
                running = Running {
                    start_metres: position,
                    ..Running::default()
                };
            }
        }
        if moved == 0.0 {
            running.add(elapsed, hr, watts, rise);
        }
    }
    if let Some((_, d, _)) = last {
        let rest = d - running.start_metres;
        // A few metres at the end are no split.
        if rest > every * 0.02 && running.seconds > 0.0 {
            out.push(running.finish(rest));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(samples: &[(f64, f64, f64)], every: f64) -> Vec<Split> {
        splits(
            samples.len(),
            every,
            &|i| Some(samples[i].0),
            &|i| Some(samples[i].1),
            &|i| Some(samples[i].2),
            &|_| None,
            &|_| None,
        )
    }

    #[test]
    fn a_steady_run_has_even_splits() {
        // 4 m/s for 625 s: two kilometres of 250 s and a half of 125 s.
        let samples: Vec<_> = (0..=625)
            .map(|s| (f64::from(s), f64::from(s) * 4.0, 150.0))
            .collect();
        let splits = cut(&samples, 1000.0);
        assert_eq!(splits.len(), 3);
        for (split, (metres, seconds)) in
            splits
                .iter()
                .zip([(1000.0, 250.0), (1000.0, 250.0), (500.0, 125.0)])
        {
            assert!(
                (split.metres - metres).abs() < 1e-6 && (split.seconds - seconds).abs() < 1e-6,
                "{split:?}"
            );
            assert_eq!(split.heart_rate, Some(150.0));
        }
    }

    #[test]
    fn a_pause_is_in_no_split() {
        // 5 m/s, one sample a second, and three minutes at a café after 100 s; the device creeps on by 5 m.
        let samples: Vec<_> = (0..=200)
            .map(|i| {
                let stood = if i > 100 { 180.0 } else { 0.0 };
                (f64::from(i) + stood, f64::from(i) * 5.0, 100.0)
            })
            .collect();
        let splits = cut(&samples, 1000.0);
        assert_eq!(splits.len(), 1);
        assert!((splits[0].seconds - 200.0).abs() < 1e-6, "{splits:?}");
    }

    #[test]
    fn one_sample_a_pool_length_is_no_pause() {
        let samples: Vec<_> = (0..=16)
            .map(|i| (f64::from(i) * 25.0, f64::from(i) * 25.0, 130.0))
            .collect();
        let splits = cut(&samples, 100.0);
        assert_eq!(splits.len(), 4);
        assert!(
            splits.iter().all(|s| (s.seconds - 100.0).abs() < 1e-6),
            "{splits:?}"
        );
    }

    #[test]
    fn a_sample_that_crosses_several_boundaries_is_shared_out() {
        // A tunnel without signal: 9 s, 3,000 m.
        let splits = cut(&[(0.0, 0.0, 120.0), (9.0, 3000.0, 120.0)], 1000.0);
        assert_eq!(splits.len(), 3);
        assert!(splits.iter().all(|s| (s.seconds - 3.0).abs() < 1e-9));
    }

    #[test]
    fn a_leap_into_space_ends() {
        let leap = [(0.0, 0.0, 120.0), (1.0, 3e38, 120.0), (2.0, 10.0, 120.0)];
        assert_eq!(cut(&leap, 1000.0), []);
    }
}
