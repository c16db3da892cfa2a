//! The clock of a recording: the index of a sample is not its second, since the clock jumps at pauses.

use std::ops::Range;

use super::splits::Values;

/// A gap in the clock longer than this may hold a pause (s); devices that record only changes leave gaps of a few seconds.
pub(super) const PAUSE_SECONDS: f64 = 10.0;

/// A gap that was covered at less than this share of the speed before it holds a pause.
pub(super) const PAUSE_SHARE: f64 = 0.4;

/// A gap longer than this is a pause, whatever was covered (s): no device writes so seldom.
const LONGEST_SECONDS: f64 = 900.0;

/// Slower than this nothing moves (m/s).
const STANDING: f64 = 0.1;

/// What a sample stands for when nothing is known of the time before it (s).
const ALONE: f64 = 1.0;

/// A stop of the recording.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pause {
    /// The first sample behind it.
    pub index: usize,
    /// s from the start.
    pub from: f64,
    /// s
    pub seconds: f64,
}

/// When each sample was taken and how much of the recorded time it stands for.
#[derive(Debug, Clone, Default)]
pub struct Recording {
    at: Vec<f64>,
    seconds: Vec<f64>,
    pauses: Vec<Pause>,
}

impl Recording {
    /// A recording of `length` samples. `time` is s from the start, `distance` m from the start: a long gap in the clock
    /// that was covered at the usual speed is no pause but a device that writes seldom, as in the pool.
    #[must_use]
    pub fn new(length: usize, time: Values<'_>, distance: Values<'_>) -> Self {
        let mut recording = Self {
            at: Vec::with_capacity(length),
            seconds: Vec::with_capacity(length),
            pauses: Vec::new(),
        };
        let mut last: Option<(f64, Option<f64>)> = None;
        let mut speed: Option<f64> = None;
        for index in 0..length {
            let (metres, now) = (distance(index), time(index));
            let (now, seconds) = match (now, last) {
                (None, last) => (last.map_or(0.0, |(before, _)| before), 0.0),
                (Some(now), None) => (now, ALONE),
                // A clock that stands or runs back adds nothing.
                (Some(now), Some((before, _))) if now <= before => (before, 0.0),
                (Some(now), Some((before, from))) => {
                    let elapsed = now - before;
                    let moved = metres.zip(from).map(|(to, from)| (to - from).max(0.0));
                    let covered = moved.map(|moved| moved / elapsed);
                    let slow = covered.is_none_or(|covered| {
                        covered < speed.map_or(STANDING, |before| PAUSE_SHARE * before)
                    });
                    if elapsed > LONGEST_SECONDS || (elapsed > PAUSE_SECONDS && slow) {
                        recording.pauses.push(Pause {
                            index,
                            from: before,
                            seconds: elapsed - ALONE,
                        });
                        (now, ALONE)
                    } else {
                        speed = covered.filter(|covered| *covered > STANDING).or(speed);
                        (now, elapsed)
                    }
                }
            };
            if time(index).is_some() {
                let from = last.and_then(|(_, from)| from);
                last = Some((now, metres.or(from)));
            }
            recording.at.push(now);
            recording.seconds.push(seconds);
        }
        recording
    }

    /// How many samples there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.at.len()
    }

    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.at.is_empty()
    }

    /// When a sample was taken, s from the start; never before the one in front of it.
    #[must_use]
    pub fn at(&self, index: usize) -> f64 {
        self.at.get(index).copied().unwrap_or_default()
    }

    /// The time that a sample stands for, s; pauses are in none.
    #[must_use]
    pub fn seconds(&self, index: usize) -> f64 {
        self.seconds.get(index).copied().unwrap_or_default()
    }

    /// The recorded time of some samples, s.
    #[must_use]
    pub fn total(&self, range: Range<usize>) -> f64 {
        range.map(|index| self.seconds(index)).sum()
    }

    /// The last second.
    #[must_use]
    pub fn end(&self) -> f64 {
        self.at.last().copied().unwrap_or_default()
    }

    /// The pauses, in order.
    #[must_use]
    pub fn pauses(&self) -> &[Pause] {
        &self.pauses
    }

    /// The samples taken at `from` s or later and before `to` s.
    #[must_use]
    pub fn within(&self, from: f64, to: f64) -> Range<usize> {
        let start = self.at.partition_point(|at| *at < from);
        let end = self.at.partition_point(|at| *at < to);
        start..end.max(start)
    }

    /// The first sample behind half of the recorded time of `range`.
    #[must_use]
    pub fn middle(&self, range: Range<usize>) -> usize {
        let half = self.total(range.clone()) / 2.0;
        let mut sum = 0.0;
        range
            .clone()
            .find(|index| {
                sum += self.seconds(*index);
                sum > half
            })
            .unwrap_or(range.end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recording(samples: &[(f64, f64)]) -> Recording {
        Recording::new(samples.len(), &|i| Some(samples[i].0), &|i| {
            Some(samples[i].1)
        })
    }

    #[test]
    fn a_pause_stands_in_no_sample() {
        // 5 m/s; the clock jumps from 2 to 122 while the athlete has a coffee.
        let found = recording(&[
            (0.0, 0.0),
            (1.0, 5.0),
            (2.0, 10.0),
            (122.0, 12.0),
            (123.0, 17.0),
        ]);
        assert_eq!(found.total(0..5), 5.0);
        assert_eq!(
            found.pauses(),
            [Pause {
                index: 3,
                from: 2.0,
                seconds: 119.0
            }]
        );
        assert_eq!(found.within(2.0, 122.0), 2..3);
        assert_eq!(found.within(10.0, 100.0), 3..3);
        assert_eq!(found.end(), 123.0);
    }

    #[test]
    fn a_device_that_writes_seldom_does_not_pause() {
        // A length of the pool every 25 s, then a minute at the wall.
        let found = recording(&[(0.0, 0.0), (25.0, 25.0), (50.0, 50.0), (110.0, 50.0)]);
        assert_eq!(found.total(0..3), 51.0);
        assert_eq!(found.pauses().len(), 1);
        assert_eq!(found.pauses()[0].from, 50.0);
    }

    #[test]
    fn without_a_way_a_long_gap_is_a_pause_and_a_short_one_is_not() {
        let times = [0.0, 4.0, 8.0, 12.0, 72.0];
        let found = Recording::new(5, &|i| Some(times[i]), &|_| None);
        assert_eq!(found.total(0..5), 14.0);
        assert_eq!(found.pauses().len(), 1);
    }

    #[test]
    fn a_clock_that_jumps_by_years_counts_as_a_pause() {
        let found = recording(&[(0.0, 0.0), (1.0, 5.0), (1e9, 5e9), (1e9 + 1.0, 5e9 + 5.0)]);
        assert_eq!(found.total(0..4), 4.0);
    }

    #[test]
    fn a_clock_with_holes_or_that_runs_back_adds_no_time() {
        let times = [None, Some(0.0), Some(1.0), Some(0.5), None, Some(2.0)];
        let found = Recording::new(6, &|i| times[i], &|_| None);
        assert_eq!(found.total(0..6), 3.0);
        assert!((1..6).all(|i| found.at(i) >= found.at(i - 1)));
    }
}
