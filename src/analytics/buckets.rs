//! A long series in few rows: pieces of even recorded time, each with its mean and both extremes, so that no peak vanishes.

use std::ops::Range;

use super::recording::Recording;
use super::splits::Values;

/// Lengths of a piece that read well on a clock (s).
const LENGTHS: [f64; 29] = [
    1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 12.0, 15.0, 20.0, 25.0, 30.0, 40.0, 45.0, 60.0, 75.0,
    90.0, 120.0, 150.0, 180.0, 240.0, 300.0, 360.0, 480.0, 600.0, 720.0, 900.0, 1200.0,
];

/// The pieces of a window.
#[derive(Debug, Clone, PartialEq)]
pub struct Buckets {
    /// Recorded time of a piece, s; `None` where every sample is a piece of its own.
    pub length: Option<f64>,
    /// The samples of each piece, in order and without a hole.
    pub pieces: Vec<Range<usize>>,
}

/// Cuts `window` into at most `most` pieces.
#[must_use]
pub fn buckets(recording: &Recording, window: Range<usize>, most: usize) -> Buckets {
    let most = most.max(1);
    if window.len() <= most {
        return Buckets {
            length: None,
            pieces: window.map(|index| index..index + 1).collect(),
        };
    }
    let total = recording.total(window.clone());
    let rows = f64::from(u32::try_from(most).unwrap_or(u32::MAX));
    let least = total / rows;
    let length = LENGTHS.into_iter().find(|length| *length >= least);
    let length = length.unwrap_or_else(|| (least / 600.0).ceil() * 600.0);
    let mut pieces: Vec<Range<usize>> = Vec::with_capacity(most);
    let (mut done, mut boundary) = (0.0, length);
    for index in window {
        // The time in front of the sample decides, so that a sample across a boundary opens no piece too many.
        match pieces.last_mut() {
            Some(piece) if done < boundary || pieces_full(done, total) => piece.end = index + 1,
            _ => {
                while done >= boundary {
                    boundary += length;
                }
                pieces.push(index..index + 1);
            }
        }
        done += recording.seconds(index);
    }
    Buckets {
        length: Some(length),
        pieces,
    }
}

/// Samples that stand for no time at the end of a window belong to its last piece.
fn pieces_full(done: f64, total: f64) -> bool {
    done >= total - 1e-6
}

/// A value and the sample that holds it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Extreme {
    pub value: f64,
    pub index: usize,
}

/// What a series does over some samples.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Summary {
    /// Weighted by recorded time.
    pub mean: f64,
    /// The first of the lowest.
    pub low: Extreme,
    /// The first of the highest.
    pub high: Extreme,
    /// The recorded time with a value, s.
    pub seconds: f64,
}

/// Sums up `values` over `range`; `None` where nothing was read. A missing value is a gap, 0 is a value.
#[must_use]
pub fn summary(recording: &Recording, range: Range<usize>, values: Values<'_>) -> Option<Summary> {
    let mut found: Option<Summary> = None;
    let (mut weighted, mut plain, mut count) = (0.0, 0.0, 0.0);
    for index in range {
        let Some(value) = values(index) else { continue };
        let seconds = recording.seconds(index);
        weighted += value * seconds;
        plain += value;
        count += 1.0;
        let here = Extreme { value, index };
        let summary = found.get_or_insert(Summary {
            mean: value,
            low: here,
            high: here,
            seconds: 0.0,
        });
        summary.seconds += seconds;
        if value < summary.low.value {
            summary.low = here;
        }
        if value > summary.high.value {
            summary.high = here;
        }
    }
    found.map(|summary| {
        let mean = if summary.seconds > 0.0 {
            weighted / summary.seconds
        } else {
            plain / count
        };
        Summary {
            mean: mean.clamp(summary.low.value, summary.high.value),
            ..summary
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn every_second(length: usize) -> Recording {
        #[expect(clippy::cast_precision_loss, reason = "few")]
        Recording::new(length, &|i| Some(i as f64), &|_| None)
    }

    #[test]
    fn an_hour_in_twenty_rows_is_three_minutes_each() {
        let found = buckets(&every_second(3600), 0..3600, 20);
        assert_eq!((found.length, found.pieces.len()), (Some(180.0), 20));
        assert_eq!(found.pieces[1], 180..360);
    }

    #[test]
    fn what_fits_is_shown_sample_by_sample() {
        let found = buckets(&every_second(100), 40..50, 10);
        assert_eq!(found.length, None);
        assert_eq!(found.pieces[9], 49..50);
    }

    #[test]
    fn zero_is_a_value_and_a_gap_is_none() {
        let watts = [Some(0.0), None, Some(300.0), None];
        let found = summary(&every_second(4), 0..4, &|i| watts[i]).unwrap();
        assert_eq!((found.mean, found.seconds), (150.0, 2.0));
        assert_eq!((found.low.value, found.low.index), (0.0, 0));
        assert_eq!((found.high.value, found.high.index), (300.0, 2));
        assert_eq!(summary(&every_second(4), 3..4, &|i| watts[i]), None);
    }

    #[test]
    fn a_pause_weighs_nothing_in_a_mean() {
        // 100 W until the lights, 200 W behind them; ten minutes between.
        let times = [0.0, 1.0, 601.0, 602.0];
        let recording = Recording::new(4, &|i| Some(times[i]), &|_| None);
        let watts = [100.0, 100.0, 200.0, 200.0];
        let found = summary(&recording, 0..4, &|i| Some(watts[i])).unwrap();
        assert_eq!((found.mean, found.seconds), (150.0, 4.0));
    }

    /// Times with steps and pauses, values with gaps.
    fn samples() -> impl Strategy<Value = Vec<(f64, Option<f64>)>> {
        let sample = (
            prop_oneof![8 => Just(1.0), 2 => 2.0..9.0, 1 => 30.0..5000.0, 1 => Just(0.0)],
            prop_oneof![1 => Just(None), 1 => Just(Some(0.0)), 8 => (-50.0..1500.0).prop_map(Some)],
        );
        prop::collection::vec(sample, 1..400).prop_map(|steps| {
            let mut now = 0.0;
            let clocked = steps.into_iter().map(|(step, value)| {
                now += step;
                (now, value)
            });
            clocked.collect()
        })
    }

    proptest! {
        #[test]
        fn pieces_are_few_and_hold_every_sample_in_order(samples in samples(), most in 1_usize..80) {
            let recording = Recording::new(samples.len(), &|i| Some(samples[i].0), &|_| None);
            let found = buckets(&recording, 0..samples.len(), most);
            prop_assert!(found.pieces.len() <= most, "{} of {most}", found.pieces.len());
            let mut next = 0;
            for piece in &found.pieces {
                prop_assert!(piece.start == next && piece.end > piece.start);
                next = piece.end;
            }
            prop_assert_eq!(next, samples.len());
            if let Some(length) = found.length {
                for piece in &found.pieces {
                    // No longer than it says, but for what its last sample with any time stands for.
                    let seconds = |index: usize| recording.seconds(index);
                    let last = piece.clone().rev().map(seconds).find(|s| *s > 0.0);
                    let total = recording.total(piece.clone());
                    prop_assert!(total - last.unwrap_or_default() < length + 1e-6);
                }
            }
        }

        #[test]
        fn every_extreme_is_kept_and_nothing_is_invented(samples in samples(), most in 1_usize..80) {
            let recording = Recording::new(samples.len(), &|i| Some(samples[i].0), &|_| None);
            let values: Values<'_> = &|i| samples[i].1;
            let pieces = buckets(&recording, 0..samples.len(), most).pieces;
            let rows: Vec<_> = pieces.iter().map(|p| summary(&recording, p.clone(), values)).collect();
            for (piece, row) in pieces.iter().zip(&rows) {
                let known: Vec<f64> = piece.clone().filter_map(values).collect();
                let Some(row) = row else {
                    prop_assert!(known.is_empty());
                    continue;
                };
                let low = known.iter().copied().fold(f64::INFINITY, f64::min);
                let high = known.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                prop_assert_eq!((row.low.value, row.high.value), (low, high));
                prop_assert_eq!(values(row.low.index), Some(low));
                prop_assert_eq!(values(row.high.index), Some(high));
                prop_assert!((low..=high).contains(&row.mean));
                prop_assert!(row.seconds <= recording.total(piece.clone()) + 1e-6);
            }
            let whole = summary(&recording, 0..samples.len(), values);
            let highest = rows.iter().flatten().map(|r| r.high.value).reduce(f64::max);
            prop_assert_eq!(whole.map(|w| w.high.value), highest);
        }
    }
}
