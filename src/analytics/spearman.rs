//! How two series go together.

/// Fewer pairs than this say nothing.
pub const MIN_PAIRS: usize = 10;
/// Two-sided 95 % of the normal distribution.
const Z95: f64 = 1.959_964;

/// A rank correlation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Correlation {
    /// Pairs that it rests on.
    pub n: usize,
    /// −1 to 1.
    pub rho: f64,
    /// The 95 % interval.
    pub low: f64,
    pub high: f64,
}

impl Correlation {
    /// How strong it is, in the bands of Hinkle, Wiersma and Jurs (Applied Statistics for the Behavioral Sciences, 2003).
    #[must_use]
    pub fn strength(&self) -> &'static str {
        match self.rho.abs() {
            r if r >= 0.9 => "very strong",
            r if r >= 0.7 => "strong",
            r if r >= 0.5 => "moderate",
            r if r >= 0.3 => "weak",
            _ => "negligible",
        }
    }

    /// Whether its sign is sure at 95 %.
    #[must_use]
    pub fn is_clear(&self) -> bool {
        self.low > 0.0 || self.high < 0.0
    }
}

/// Spearman's correlation: Pearson's of the ranks, tied values with the mean of their ranks; its interval by Fisher's z with
/// the variance (1 + ρ²/2)/(n − 3) of Bonett and Wright (Psychometrika 65:23, 2000). `None` under [`MIN_PAIRS`] pairs, or when
/// one side never changes.
#[must_use]
pub fn correlation(pairs: &[(f64, f64)]) -> Option<Correlation> {
    if pairs.len() < MIN_PAIRS {
        return None;
    }
    let rho = rho(pairs)?;
    let n = as_float(pairs.len());
    let margin = Z95 * ((1.0 + rho * rho / 2.0) / (n - 3.0)).sqrt();
    // Fisher's z has no value at 1.
    let z = rho.clamp(-0.999_999, 0.999_999).atanh();
    Some(Correlation {
        n: pairs.len(),
        rho,
        low: (z - margin).tanh(),
        high: (z + margin).tanh(),
    })
}

fn rho(pairs: &[(f64, f64)]) -> Option<f64> {
    let x = ranks(&pairs.iter().map(|(x, _)| *x).collect::<Vec<_>>());
    let y = ranks(&pairs.iter().map(|(_, y)| *y).collect::<Vec<_>>());
    let mean = (as_float(pairs.len()) + 1.0) / 2.0;
    let (mut xy, mut xx, mut yy) = (0.0, 0.0, 0.0);
    for (x, y) in x.iter().zip(&y) {
        let (x, y) = (x - mean, y - mean);
        xy += x * y;
        xx += x * x;
        yy += y * y;
    }
    (xx > 0.0 && yy > 0.0).then(|| xy / (xx * yy).sqrt())
}

/// Ranks from 1; those of equal values are their mean.
fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<(usize, f64)> = values.iter().copied().enumerate().collect();
    order.sort_by(|a, b| a.1.total_cmp(&b.1));
    let mut ranks = vec![0.0; values.len()];
    let mut before = 0;
    for group in order.chunk_by(|a, b| a.1 == b.1) {
        let rank = as_float(before) + (as_float(group.len()) + 1.0) / 2.0;
        for (place, _) in group {
            if let Some(slot) = ranks.get_mut(*place) {
                *slot = rank;
            }
        }
        before += group.len();
    }
    ranks
}

#[expect(clippy::cast_precision_loss, reason = "counts of days")]
const fn as_float(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// IQ and hours of television a week, the example of many textbooks: Σd² = 194, ρ = 1 − 6·194/990 = −29/165.
    #[test]
    fn the_correlation_is_that_of_the_textbook() {
        let iq = [
            86.0, 97.0, 99.0, 100.0, 101.0, 103.0, 106.0, 110.0, 112.0, 113.0,
        ];
        let hours = [2.0, 20.0, 28.0, 27.0, 50.0, 29.0, 7.0, 17.0, 6.0, 12.0];
        let pairs: Vec<(f64, f64)> = iq.into_iter().zip(hours).collect();
        let found = correlation(&pairs).unwrap();
        assert!((found.rho + 29.0 / 165.0).abs() < 1e-9, "{found:?}");
        assert_eq!((found.n, found.strength()), (10, "negligible"));
        // z = atanh(−0.175758) = −0.177604; margin 1.96 · √((1 + 0.015445)/7) = 0.746500: tanh of −0.924104 and 0.568896.
        assert!((found.low + 0.727_8).abs() < 5e-4, "{found:?}");
        assert!((found.high - 0.514_6).abs() < 5e-4, "{found:?}");
        assert!(!found.is_clear());
    }

    /// The example of `ci.spear` in the R package statpsych, by the authors of the interval: 0.8699639, from 0.5840951 to
    /// 0.9638297.
    #[test]
    fn the_interval_is_that_of_its_authors() {
        let x = [67, 28, 30, 28, 52, 40, 25, 37, 44, 10, 14, 20, 28, 40, 51].map(f64::from);
        let y = [21, 4, 9, 12, 35, 18, 10, 22, 24, 1, 6, 8, 13, 16, 19].map(f64::from);
        let pairs: Vec<(f64, f64)> = x.into_iter().zip(y).collect();
        let found = correlation(&pairs).unwrap();
        assert!((found.rho - 0.869_963_9).abs() < 1e-6, "{found:?}");
        assert!((found.low - 0.584_095_1).abs() < 1e-6, "{found:?}");
        assert!((found.high - 0.963_829_7).abs() < 1e-6, "{found:?}");
    }

    /// By hand: x 1 2 2 3 has ranks 1, 2.5, 2.5, 4 and y 5 5 6 7 has 1.5, 1.5, 3, 4; from their mean 2.5 the products sum to
    /// 1.5 + 0 + 0 + 2.25 = 3.75, the squares to 4.5 each: ρ = 3.75/4.5.
    #[test]
    fn tied_values_share_their_ranks() {
        let pairs = [(1.0, 5.0), (2.0, 5.0), (2.0, 6.0), (3.0, 7.0)];
        assert_eq!(
            ranks(&pairs.map(|(_, y)| y)),
            [1.5, 1.5, 3.0, 4.0],
            "means of ranks"
        );
        assert!((rho(&pairs).unwrap() - 3.75 / 4.5).abs() < 1e-12);
    }

    #[test]
    fn what_never_changes_goes_with_nothing() {
        let flat: Vec<(f64, f64)> = (0..20).map(|x| (f64::from(x), 1.0)).collect();
        assert_eq!(correlation(&flat), None);
        let few: Vec<(f64, f64)> = (0..9).map(|x| (f64::from(x), f64::from(x))).collect();
        assert_eq!(correlation(&few), None);
    }

    proptest! {
        #[test]
        fn it_stays_within_its_bounds_and_sees_only_order(
            pairs in prop::collection::vec((-1e3..1e3_f64, -1e3..1e3_f64), 10..60),
        ) {
            let found = correlation(&pairs).unwrap();
            prop_assert!((-1.0..=1.0).contains(&found.rho));
            prop_assert!(found.low <= found.rho + 1e-6 && found.rho <= found.high + 1e-6);
            let bent: Vec<(f64, f64)> = pairs.iter().map(|(x, y)| (x.powi(3), *y)).collect();
            prop_assert!((correlation(&bent).unwrap().rho - found.rho).abs() < 1e-9);
        }
    }
}
