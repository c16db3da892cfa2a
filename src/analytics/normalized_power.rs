//! Normalized power (Allen and Coggan, Training and Racing with a Power Meter).

use std::collections::VecDeque;
use std::ops::Range;

use super::recording::Recording;
use super::splits::Values;

/// Seconds of the rolling mean.
const ROLLING: usize = 30;
const ROLLING_SECONDS: f64 = 30.0;

/// Fourth root of the mean fourth power of the 30 s rolling mean, W; `None` under 30 s of power.
///
/// Seconds count, not samples. Pauses and seconds without a reading are left out, and the rolling mean goes on behind them
/// as if they had not been, as analyses over moving time do; it begins with the first 30 full seconds.
#[must_use]
pub fn normalized_power(
    recording: &Recording,
    range: Range<usize>,
    watts: Values<'_>,
) -> Option<f64> {
    let mut rolling = Rolling::default();
    for index in range {
        let Some(value) = watts(index) else { continue };
        let mut left = recording.seconds(index);
        while left > 0.0 {
            let step = left.min(1.0 - rolling.filled);
            rolling.add(value, step);
            left -= step;
        }
    }
    (rolling.count > 0.0).then(|| (rolling.fourth / rolling.count).powf(0.25))
}

#[derive(Default)]
struct Rolling {
    seconds: VecDeque<f64>,
    /// The second that is being filled: W·s and its share.
    energy: f64,
    filled: f64,
    fourth: f64,
    count: f64,
}

impl Rolling {
    fn add(&mut self, watts: f64, share: f64) {
        self.energy += watts * share;
        self.filled += share;
        if self.filled < 1.0 - 1e-9 {
            return;
        }
        self.seconds.push_back(self.energy);
        (self.energy, self.filled) = (0.0, 0.0);
        if self.seconds.len() > ROLLING {
            self.seconds.pop_front();
        }
        if self.seconds.len() == ROLLING {
            self.fourth += (self.seconds.iter().sum::<f64>() / ROLLING_SECONDS).powi(4);
            self.count += 1.0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn over(times: &[f64], watts: &[Option<f64>]) -> Option<f64> {
        let recording = Recording::new(times.len(), &|i| Some(times[i]), &|_| None);
        normalized_power(&recording, 0..times.len(), &|i| watts[i])
    }

    fn every_second(watts: &[Option<f64>]) -> Option<f64> {
        let times: Vec<f64> = (0..watts.len()).map(|i| f64::from(i as u32)).collect();
        over(&times, watts)
    }

    fn steady(watts: f64, seconds: usize) -> Vec<Option<f64>> {
        vec![Some(watts); seconds]
    }

    #[test]
    fn an_hour_at_200_watts_is_200_watts() {
        // The first case of MathWorks Cody problem 3064, "Cycling: normalized power".
        assert_eq!(every_second(&steady(200.0, 3600)).unwrap().round(), 200.0);
    }

    #[test]
    fn under_half_a_minute_there_is_none() {
        assert_eq!(every_second(&steady(200.0, 29)), None);
        assert!(every_second(&steady(200.0, 30)).is_some());
    }

    #[test]
    fn hard_and_easy_cost_more_than_their_mean() {
        // 271 full windows at 100 W, 29 between (100 + 200k/30), 271 at 300 W: worked out with bc, not with this code.
        let watts = [steady(100.0, 300), steady(300.0, 300)].concat();
        assert!((every_second(&watts).unwrap() - 251.672_501).abs() < 1e-4);
    }

    #[test]
    fn a_coffee_costs_nothing() {
        let watts = [steady(100.0, 300), steady(300.0, 300)].concat();
        let stood = |i: u32| if i >= 450 { 1800.0 } else { 0.0 };
        let times: Vec<f64> = (0..600_u32).map(|i| f64::from(i) + stood(i)).collect();
        assert_eq!(over(&times, &watts), every_second(&watts));
    }

    #[test]
    fn seconds_count_and_not_samples() {
        // The same ride written every second and whenever something changed, at most every 5 s.
        let dense: Vec<_> = (0..600)
            .map(|i| Some(if i < 300 { 100.0 } else { 300.0 }))
            .collect();
        let times: Vec<f64> = (0..=119_u32).map(|i| f64::from(i * 5 + 4)).collect();
        let sparse: Vec<_> = times
            .iter()
            .map(|t| Some(if *t < 300.0 { 100.0 } else { 300.0 }))
            .collect();
        let (dense, sparse) = (
            every_second(&dense).unwrap(),
            over(&times, &sparse).unwrap(),
        );
        assert!((dense - sparse).abs() < 1.5, "{dense} {sparse}");
    }

    #[test]
    fn a_dropout_is_left_out_and_coasting_is_not() {
        let mut gap = steady(200.0, 600);
        gap[200..300].fill(None);
        assert!((every_second(&gap).unwrap() - 200.0).abs() < 1e-9);
        gap[200..300].fill(Some(0.0));
        assert!(every_second(&gap).unwrap() < 195.0);
    }
}
