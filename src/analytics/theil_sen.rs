//! Whether a series rises or falls, and by how much, whatever its outliers do.

use std::cmp::Ordering;

/// Fewer values than this show no trend.
pub const MIN_VALUES: usize = 8;
/// More values than this are taken in groups of neighbours, each by its medians: there are as many slopes as pairs.
const MOST_VALUES: usize = 2_000;
/// Two-sided 95 % of the normal distribution.
const Z95: f64 = 1.959_964;

/// A line through a series, with how sure its slope is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Trend {
    /// Values that it rests on.
    pub n: usize,
    /// Units of the value per unit of time.
    pub slope: f64,
    /// The 95 % interval of the slope.
    pub low: f64,
    pub high: f64,
    /// The value at time 0.
    pub intercept: f64,
    pub direction: Direction,
    /// Correlation of what is left beside the line with its predecessor: near 1 the interval is too narrow.
    pub alike: f64,
}

/// Which way a series goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    Rising,
    Falling,
    /// Too little to tell at 95 %.
    Unclear,
}

/// The median of all slopes between two values (Theil 1950, Sen, J Am Stat Assoc 63:1379, 1968) with the normal
/// approximation of Sen's interval and the Mann-Kendall direction, both with the variance of Kendall's S under ties in value
/// and in time (Gilbert, Statistical Methods for Environmental Pollution Monitoring, 1987, chapter 16). `points` are times
/// and values in the order of time; `None` under [`MIN_VALUES`] of them, or when all have the same time.
#[must_use]
pub fn trend(points: &[(f64, f64)]) -> Option<Trend> {
    if points.len() < MIN_VALUES {
        return None;
    }
    if points.len() <= MOST_VALUES {
        return interval(points, Z95);
    }
    let each = points.len().div_ceil(MOST_VALUES);
    let groups = points.chunks(each).filter_map(|group| {
        let side = |of: fn(&(f64, f64)) -> f64| median(&group.iter().map(of).collect::<Vec<_>>());
        Some((side(|(t, _)| *t)?, side(|(_, x)| *x)?))
    });
    let found = interval(&groups.collect::<Vec<_>>(), Z95)?;
    Some(Trend {
        n: points.len(),
        ..found
    })
}

fn interval(points: &[(f64, f64)], z: f64) -> Option<Trend> {
    let mut slopes = Vec::with_capacity(points.len() * points.len().saturating_sub(1) / 2);
    let mut s = 0_i64;
    for (place, (t, x)) in points.iter().enumerate() {
        for (later, y) in points.get(place + 1..).unwrap_or_default() {
            if later > t {
                slopes.push((y - x) / (later - t));
                s += match y.total_cmp(x) {
                    Ordering::Greater => 1,
                    Ordering::Less => -1,
                    Ordering::Equal => 0,
                };
            }
        }
    }
    if slopes.is_empty() {
        return None;
    }
    slopes.sort_unstable_by(f64::total_cmp);
    let slope = middle(&slopes)?;
    let sd = variance_of_s(points).sqrt();
    let count = as_float(slopes.len());
    let margin = z * sd;
    // Gilbert's ranks begin at 1: the M1-th and the (M2 + 1)-th smallest.
    let low = at_rank(&slopes, (count - margin) / 2.0);
    let high = at_rank(&slopes, f64::midpoint(count, margin) + 1.0);
    #[expect(clippy::cast_precision_loss, reason = "pairs of days")]
    let score = (s - s.signum()) as f64 / sd.max(f64::MIN_POSITIVE);
    let direction = match () {
        () if s != 0 && score >= z => Direction::Rising,
        () if s != 0 && score <= -z => Direction::Falling,
        () => Direction::Unclear,
    };
    let rests: Vec<f64> = points.iter().map(|(t, x)| x - slope * t).collect();
    let intercept = median(&rests)?;
    Some(Trend {
        n: points.len(),
        slope,
        low,
        high,
        intercept,
        direction,
        alike: alike(&rests),
    })
}

/// The variance of Kendall's S (Gilbert 1987, equation 16.4).
fn variance_of_s(points: &[(f64, f64)]) -> f64 {
    let n = as_float(points.len());
    let values = ties(points.iter().map(|(_, x)| *x));
    let times = ties(points.iter().map(|(t, _)| *t));
    let sum = |groups: &[f64], term: fn(f64) -> f64| groups.iter().map(|g| term(*g)).sum::<f64>();
    let pairs: fn(f64) -> f64 = |g| g * (g - 1.0);
    let triples: fn(f64) -> f64 = |g| g * (g - 1.0) * (g - 2.0);
    let spread: fn(f64) -> f64 = |g| g * (g - 1.0) * (2.0 * g + 5.0);
    (spread(n) - sum(&values, spread) - sum(&times, spread)) / 18.0
        + sum(&values, triples) * sum(&times, triples) / (9.0 * triples(n))
        + sum(&values, pairs) * sum(&times, pairs) / (2.0 * pairs(n))
}

/// The sizes of the groups of equal values.
fn ties(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut sorted: Vec<f64> = values.collect();
    sorted.sort_unstable_by(f64::total_cmp);
    sorted
        .chunk_by(|a, b| a == b)
        .filter(|group| group.len() > 1)
        .map(|group| as_float(group.len()))
        .collect()
}

/// The value at a rank counted from 1, between two of them by their distance; the ends stand for what is beyond.
fn at_rank(sorted: &[f64], rank: f64) -> f64 {
    let rank = rank.clamp(1.0, as_float(sorted.len()));
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped to the places there are"
    )]
    let below = rank.floor() as usize;
    let at = |place: usize| sorted.get(place - 1).copied();
    let low = at(below).unwrap_or_default();
    let high = at(below + 1).unwrap_or(low);
    low + (high - low) * (rank - rank.floor())
}

/// The median.
#[must_use]
pub fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    middle(&sorted)
}

fn middle(sorted: &[f64]) -> Option<f64> {
    let high = *sorted.get(sorted.len() / 2)?;
    let low = *sorted.get(sorted.len().checked_sub(1)? / 2)?;
    Some(f64::midpoint(low, high))
}

/// The correlation of a series with itself one step later.
fn alike(rests: &[f64]) -> f64 {
    let mean = rests.iter().sum::<f64>() / as_float(rests.len().max(1));
    let from_mean: Vec<f64> = rests.iter().map(|x| x - mean).collect();
    let whole: f64 = from_mean.iter().map(|x| x * x).sum();
    let steps = from_mean.iter().zip(from_mean.iter().skip(1));
    let shared: f64 = steps.map(|(a, b)| a * b).sum();
    if whole > 0.0 { shared / whole } else { 0.0 }
}

#[expect(clippy::cast_precision_loss, reason = "counts of days and of pairs")]
const fn as_float(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Gilbert (1987), section 16.4: several values in a period, ties in value. Kendall's S is 19 with a variance of 58.1;
    /// of the 24 slopes the median is 5.5, and the 90 % limits are 2.6 and 9.3.
    const GILBERT: [(f64, f64); 8] = [
        (1.0, 10.0),
        (1.0, 22.0),
        (1.0, 21.0),
        (2.0, 30.0),
        (3.0, 22.0),
        (3.0, 30.0),
        (4.0, 40.0),
        (5.0, 40.0),
    ];

    #[test]
    fn the_slope_and_its_limits_are_those_of_the_published_example() {
        assert!((variance_of_s(&GILBERT) - 58.1).abs() < 0.05);
        let found = interval(&GILBERT, 1.645).unwrap();
        assert!((found.slope - 5.5).abs() < 1e-9, "{found:?}");
        assert!((found.low - 2.6).abs() < 0.05, "{found:?}");
        assert!((found.high - 9.3).abs() < 0.05, "{found:?}");
        // (19 − 1) / √58.1 = 2.36 is beyond 1.96.
        assert_eq!(trend(&GILBERT).unwrap().direction, Direction::Rising);
    }

    #[test]
    fn the_variance_without_ties_is_the_usual_one() {
        // n (n − 1)(2n + 5) / 18 = 10 · 9 · 25 / 18 = 125.
        let points: Vec<(f64, f64)> = (0..10).map(|t| (f64::from(t), f64::from(t * t))).collect();
        assert!((variance_of_s(&points) - 125.0).abs() < 1e-9);
    }

    #[test]
    fn one_wild_value_moves_nothing() {
        let mut points: Vec<(f64, f64)> = (0..20)
            .map(|t| (f64::from(t), 50.0 + 0.5 * f64::from(t)))
            .collect();
        points[7].1 = 500.0;
        let found = trend(&points).unwrap();
        assert!((found.slope - 0.5).abs() < 1e-9 && (found.intercept - 50.0).abs() < 1e-9);
        assert_eq!(found.direction, Direction::Rising);
    }

    #[test]
    fn a_series_that_goes_nowhere_is_unclear() {
        let points: Vec<(f64, f64)> = (0..30).map(|t| (f64::from(t), f64::from(t % 2))).collect();
        let found = trend(&points).unwrap();
        assert_eq!(found.direction, Direction::Unclear);
        assert!(found.low <= 0.0 && found.high >= 0.0, "{found:?}");
        let flat: Vec<(f64, f64)> = (0..9).map(|t| (f64::from(t), 3.0)).collect();
        let found = trend(&flat).unwrap();
        assert_eq!((found.slope, found.low, found.high), (0.0, 0.0, 0.0));
        assert_eq!(found.direction, Direction::Unclear);
    }

    #[test]
    fn a_series_longer_than_anybodys_has_the_same_slope() {
        let points: Vec<(f64, f64)> = (0..9_001)
            .map(|t| (f64::from(t), 0.25 * f64::from(t) + f64::from(t % 3)))
            .collect();
        let found = trend(&points).unwrap();
        assert_eq!(found.n, 9_001);
        assert!((found.slope - 0.25).abs() < 1e-3, "{found:?}");
    }

    #[test]
    fn too_few_values_and_a_single_time_show_no_trend() {
        assert_eq!(trend(&GILBERT[..7]), None);
        assert_eq!(trend(&[(3.0, 1.0); 12]), None);
    }

    proptest! {
        #[test]
        fn the_slope_lies_within_its_interval(values in prop::collection::vec(-1e3..1e3_f64, 8..40)) {
            let points: Vec<(f64, f64)> = (0..).map(f64::from).zip(values).collect();
            let found = trend(&points).unwrap();
            prop_assert!(found.low <= found.slope && found.slope <= found.high);
            let reversed: Vec<(f64, f64)> = points.iter().map(|(t, x)| (*t, -x)).collect();
            let mirrored = trend(&reversed).unwrap();
            prop_assert!((mirrored.slope + found.slope).abs() < 1e-9);
        }
    }
}
