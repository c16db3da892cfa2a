//! Values that do not belong to their series.

use super::theil_sen::median;

/// Beyond this a value is one.
const LIMIT: f64 = 3.5;
/// The median absolute deviation of a normal distribution, in standard deviations.
const MAD_OF_NORMAL: f64 = 0.6745;

/// The places of outliers: those whose modified z-score 0.6745·(x − median)/MAD is beyond 3.5 (Iglewicz and Hoaglin, How to
/// Detect and Handle Outliers, 1993). `None` when more than half of the values are the same, so that nothing can be told.
#[must_use]
pub fn outliers(values: &[f64]) -> Option<Vec<usize>> {
    let scores = scores(values)?;
    let beyond = scores.iter().enumerate().filter(|(_, z)| z.abs() > LIMIT);
    Some(beyond.map(|(place, _)| place).collect())
}

fn scores(values: &[f64]) -> Option<Vec<f64>> {
    let middle = median(values)?;
    let deviations: Vec<f64> = values.iter().map(|x| (x - middle).abs()).collect();
    // Rests of a line are never quite equal: a billionth of the value is rounding.
    let spread = median(&deviations).filter(|mad| *mad > middle.abs() * 1e-9 + 1e-9)?;
    let scale = |x: &f64| MAD_OF_NORMAL * (x - middle) / spread;
    Some(values.iter().map(scale).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The two high values of this series hide one another from the ordinary z-score, whose largest is 1.9. By hand: the median
    /// is 2.45, the deviations sorted are .05 .05 .15 .15 .15 .15 .35 .35 5.75 5.85, so that MAD is 0.15 and the scores of
    /// 8.2 and 8.3 are 0.6745 · 5.75/0.15 = 25.86 and 0.6745 · 5.85/0.15 = 26.31.
    #[test]
    fn two_outliers_do_not_hide_one_another() {
        let values = [2.1, 2.6, 2.4, 2.5, 2.3, 2.1, 2.3, 2.6, 8.2, 8.3];
        let scores = scores(&values).unwrap();
        assert!((scores[8] - 25.86).abs() < 0.01, "{scores:?}");
        assert!((scores[9] - 26.31).abs() < 0.01, "{scores:?}");
        assert_eq!(outliers(&values), Some(vec![8, 9]));
    }

    #[test]
    fn nothing_is_told_where_most_values_are_the_same() {
        assert_eq!(outliers(&[5.0, 5.0, 5.0, 5.0, 9.0]), None);
        assert_eq!(outliers(&[]), None);
        assert_eq!(outliers(&[1.0, 2.0, 3.0, 4.0, 5.0]), Some(Vec::new()));
    }
}
