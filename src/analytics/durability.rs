//! Whether long efforts hold.

use super::baseline::mean;

/// Fewer values than this in one half tell nothing of a change.
pub const LEAST: usize = 3;
/// Below it the heart rate is taken as steady.
pub const STEADY: f64 = 5.0;

/// The middle value, or the mean of the two in the middle.
#[must_use]
pub fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match sorted.len() % 2 {
        0 => mean(sorted.get(middle.checked_sub(1)?..=middle)?),
        _ => sorted.get(middle).copied(),
    }
}

/// A change from the first half of a time to the second.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Change {
    /// Mean, and how many values it rests on.
    pub early: (f64, usize),
    pub late: (f64, usize),
}

impl Change {
    #[must_use]
    pub fn percent(&self) -> f64 {
        (self.late.0 / self.early.0 - 1.0) * 100.0
    }
}

/// The means of `early` and `late`; `None` when either has too few values to tell, or nothing to relate to.
#[must_use]
pub fn change(early: &[f64], late: &[f64]) -> Option<Change> {
    if early.len() < LEAST || late.len() < LEAST {
        return None;
    }
    let change = Change {
        early: (mean(early)?, early.len()),
        late: (mean(late)?, late.len()),
    };
    (change.early.0 > 0.0).then_some(change)
}

/// Efficiency factor: output through heart rate; Friel's for power (normalized power, W/bpm), and for speed the way of a
/// heartbeat (m). `None` without both.
#[must_use]
pub fn efficiency(output: Option<f64>, heart_rate: Option<f64>) -> Option<f64> {
    let (output, heart_rate) = (output?, heart_rate?);
    (output > 0.0 && heart_rate > 0.0).then(|| output / heart_rate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle() {
        assert_eq!(median(&[3.0, -1.0, 9.0]), Some(3.0));
        assert_eq!(median(&[4.0, 1.0, 2.0, 9.0]), Some(3.0));
        assert_eq!(median(&[0.0]), Some(0.0));
        assert_eq!(median(&[]), None);
    }

    #[test]
    fn efficiency_agrees_with_a_live_activity() {
        // A ride of a live account: 139 W normalized at 132 bpm, factor 1.0530303 by the service.
        let factor = efficiency(Some(139.0), Some(132.0)).unwrap();
        assert!((factor - 1.053_030_3).abs() < 1e-6);
        assert_eq!(efficiency(Some(139.0), Some(0.0)), None);
        assert_eq!(efficiency(None, Some(132.0)), None);
    }

    #[test]
    fn a_change_needs_three_on_either_side() {
        // 1.4 to 1.47 is 5 %.
        let change_of = change(&[1.3, 1.4, 1.5], &[1.47, 1.47, 1.47, 1.47]).unwrap();
        assert!((change_of.percent() - 5.0).abs() < 1e-9);
        assert_eq!((change_of.early.1, change_of.late.1), (3, 4));
        assert_eq!(change(&[1.3, 1.4], &[1.47; 9]), None);
        assert_eq!(change(&[0.0; 3], &[1.0; 3]), None);
    }
}
