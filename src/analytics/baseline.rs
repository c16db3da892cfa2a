//! What is normal for an athlete.

/// Mean and spread of a series.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Baseline {
    /// How many values it rests on.
    pub n: usize,
    pub mean: f64,
    /// Sample standard deviation.
    pub sd: f64,
}

/// Fewer values than this are no baseline.
pub const MIN_VALUES: usize = 7;

/// Mean and sample standard deviation of `values`; `None` under seven of them.
#[must_use]
pub fn baseline(values: &[f64]) -> Option<Baseline> {
    if values.len() < MIN_VALUES {
        return None;
    }
    let mean = mean(values)?;
    let n = values.len();
    #[expect(clippy::cast_precision_loss, reason = "day counts")]
    let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1) as f64;
    Some(Baseline {
        n,
        mean,
        sd: variance.sqrt(),
    })
}

/// The arithmetic mean.
#[must_use]
pub fn mean(values: &[f64]) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "day counts")]
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// Where a value lies against a range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Position {
    Below,
    Within,
    Above,
}

impl Position {
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Below => "below normal",
            Self::Within => "normal",
            Self::Above => "above normal",
        }
    }
}

/// Heart rate variability judged on its week.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HrvStatus {
    /// 7-day mean of ln rMSSD, shown as ms.
    pub week_ms: f64,
    /// How many of the 7 days have a value.
    pub week_n: usize,
    /// The normal range in ms.
    pub low_ms: f64,
    pub high_ms: f64,
    /// How many days the range rests on.
    pub n: usize,
    pub position: Position,
}

/// The 7-day mean of ln rMSSD against the mean ± 0.5 standard deviation of the 60 days before it ends, the smallest
/// worthwhile change of Plews, Laursen, Stanley, Kilding and Buchheit (Sports Medicine 43:773, 2013). `week` and
/// `history` are rMSSD in ms; `history` includes the week. `None` under 3 values in the week or 14 in all.
#[must_use]
pub fn hrv_status(week: &[f64], history: &[f64]) -> Option<HrvStatus> {
    let logs = |values: &[f64]| -> Vec<f64> {
        values
            .iter()
            .filter(|v| **v > 0.0)
            .map(|v| v.ln())
            .collect()
    };
    let (week, history) = (logs(week), logs(history));
    if week.len() < 3 || history.len() < 14 {
        return None;
    }
    let normal = baseline(&history)?;
    let week_mean = mean(&week)?;
    let (low, high) = (normal.mean - 0.5 * normal.sd, normal.mean + 0.5 * normal.sd);
    Some(HrvStatus {
        week_ms: week_mean.exp(),
        week_n: week.len(),
        low_ms: low.exp(),
        high_ms: high.exp(),
        n: normal.n,
        position: position(week_mean, low, high),
    })
}

/// Where `value` lies between `low` and `high`.
#[must_use]
pub fn position(value: f64, low: f64, high: f64) -> Position {
    if value < low {
        Position::Below
    } else if value > high {
        Position::Above
    } else {
        Position::Within
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_baseline_agrees_with_a_worked_example() {
        // The textbook series 2, 4, 4, 4, 5, 5, 7, 9: mean 5, squared deviations 32.
        let b = baseline(&[2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0]).unwrap();
        assert_eq!((b.n, b.mean), (8, 5.0));
        assert!((b.sd - (32.0_f64 / 7.0).sqrt()).abs() < 1e-12);
        assert_eq!(baseline(&[1.0; 6]), None);
    }

    #[test]
    fn a_low_week_is_below_the_normal_range() {
        // Thirty days alternating between 50 and 72 ms: ln mean is ln 60, ln SD (n - 1) is 0.1823 * sqrt(30/29).
        let mut history: Vec<f64> = (0..30)
            .map(|i| if i % 2 == 0 { 50.0 } else { 72.0 })
            .collect();
        let status = hrv_status(&[60.0; 7], &history).unwrap();
        assert!((status.low_ms - 54.69).abs() < 0.05, "{status:?}");
        assert!((status.high_ms - 65.82).abs() < 0.05, "{status:?}");
        assert_eq!(status.position, Position::Within);
        history.extend([48.0; 3]);
        assert_eq!(
            hrv_status(&[48.0; 3], &history).unwrap().position,
            Position::Below
        );
        assert_eq!(
            hrv_status(&[48.0; 2], &history),
            None,
            "two mornings are no week"
        );
    }
}
