//! How training time is spread over three zones of intensity.

/// Seconds below the first threshold (LT1), between the two, and above the second (LT2).
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Distribution {
    pub low: f64,
    pub mid: f64,
    pub high: f64,
}

/// Below this a share is what the paper of the index calls zero: it counts in whole percents.
const LEAST_SHARE: f64 = 0.01;
/// Above it a distribution is polarized.
pub const POLARIZED: f64 = 2.0;

impl Distribution {
    /// Folds seconds in zones, the lowest first: of five or more the first two are low, the next two mid and the others
    /// high; three are taken as they are. `None` for any other number, and without time.
    ///
    /// Zone 2 of the usual models ends near LT1 and zone 4 near LT2: power 75 and 105 % of FTP (Coggan), heart rate 89 and
    /// 99 % of LTHR, pace 88 and 100 % of the threshold speed (Friel). Intervals.icu folds in the same way for the index
    /// of an activity.
    #[must_use]
    pub fn fold(zones: &[i64]) -> Option<Self> {
        #[expect(clippy::cast_precision_loss, reason = "seconds of one activity")]
        let sum = |part: &[i64]| part.iter().map(|secs| (*secs).max(0) as f64).sum::<f64>();
        let folded = match zones {
            [low, mid, high] => Self {
                low: sum(&[*low]),
                mid: sum(&[*mid]),
                high: sum(&[*high]),
            },
            [one, two, three, four, rest @ ..] if !rest.is_empty() => Self {
                low: sum(&[*one, *two]),
                mid: sum(&[*three, *four]),
                high: sum(rest),
            },
            _ => return None,
        };
        (folded.seconds() > 0.0).then_some(folded)
    }

    /// s in all.
    #[must_use]
    pub fn seconds(&self) -> f64 {
        self.low + self.mid + self.high
    }

    /// Adds the seconds of `other`.
    pub fn add(&mut self, other: &Self) {
        self.low += other.low;
        self.mid += other.mid;
        self.high += other.high;
    }

    /// The shares of low, mid and high, which add up to 1.
    #[must_use]
    pub fn shares(&self) -> Option<[f64; 3]> {
        let all = self.seconds();
        (all > 0.0).then(|| [self.low / all, self.mid / all, self.high / all])
    }

    /// The polarization index `log10(low / mid × high × 100)` of the shares: Treff, Winkert, Sareban, Steinacker and
    /// Sperlich, Front Physiol 10:707, 2019. Above 2.00 is polarized.
    ///
    /// As there: 0 without time in high; not defined when there is more high than low; a mid of zero becomes 1 %, taken
    /// from high. The paper counts in whole percents, so that a mid under 1 % is raised to 1 % in the same way.
    #[must_use]
    pub fn polarization_index(&self) -> Option<f64> {
        let [low, mid, high] = self.shares()?;
        if high > low {
            return None;
        }
        let raised = mid.max(LEAST_SHARE);
        let high = high - (raised - mid);
        if high <= 0.0 {
            return Some(0.0);
        }
        Some((low / raised * high * 100.0).log10())
    }

    /// The name of its form.
    #[must_use]
    pub fn shape(&self) -> Option<&'static str> {
        let [low, mid, high] = self.shares()?;
        let is_polarized = self
            .polarization_index()
            .is_some_and(|index| index > POLARIZED);
        // What rounds to nothing has no form.
        let is_nothing = |share: f64| share < 0.005;
        Some(if is_nothing(mid + high) {
            "all low"
        } else if is_nothing(high) {
            "nothing high"
        } else if high > low {
            "mostly high"
        } else if mid > low {
            "threshold"
        } else if is_polarized && high > mid {
            "polarized"
        } else if mid >= high {
            "pyramidal"
        } else {
            "not polarized"
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn index(low: f64, mid: f64, high: f64) -> Option<f64> {
        Distribution { low, mid, high }.polarization_index()
    }

    #[test]
    fn the_index_agrees_with_the_examples_of_its_paper() {
        // Treff et al. 2019, Table 1: percent in each zone, and the index.
        for (low, mid, high, published) in [
            (80.0, 0.0, 20.0, 3.18),
            (72.0, 0.0, 28.0, 3.29),
            (68.0, 6.0, 26.0, 2.47),
            (67.3, 30.2, 2.5, 0.75),
            (80.4, 17.9, 1.8, 0.91),
            (74.0, 11.0, 15.0, 2.00),
        ] {
            let ours = index(low, mid, high).unwrap();
            assert!((ours - published).abs() < 0.0051, "{low}: {ours}");
        }
    }

    #[test]
    fn the_index_and_the_folding_agree_with_the_service() {
        // Three activities of a live account, with the index that the service computed for them.
        for (zones, service) in [
            (&[1619, 556, 1027, 92, 4, 1, 8][..], -0.12),
            (&[103, 146, 330, 1684, 111], -0.24),
            (&[3351, 0, 0, 0, 0, 0, 0], 0.0),
        ] {
            let ours = Distribution::fold(zones).unwrap().polarization_index();
            assert!((ours.unwrap() - service).abs() < 0.0051, "{ours:?}");
        }
    }

    #[test]
    fn more_high_than_low_has_no_index_and_none_at_all_is_zero() {
        assert_eq!(index(30.0, 30.0, 40.0), None);
        assert_eq!(index(80.0, 20.0, 0.0), Some(0.0));
        assert_eq!(index(100.0, 0.0, 0.0), Some(0.0));
        assert_eq!(index(0.0, 0.0, 0.0), None);
        // A mid of half a percent is one percent, and not a tenfold index.
        let sliver = index(80.0, 0.5, 19.5).unwrap();
        assert!((sliver - (0.80 / 0.01 * 0.19 * 100.0_f64).log10()).abs() < 1e-9);
    }

    #[test]
    fn zones_are_folded_at_the_thresholds_and_never_guessed() {
        let fold = |zones: &[i64]| Distribution::fold(zones).map(|d| (d.low, d.mid, d.high));
        assert_eq!(
            fold(&[10, 20, 30, 40, 50, 60, 70]),
            Some((30.0, 70.0, 180.0))
        );
        assert_eq!(fold(&[10, 20, 30, 40, 50]), Some((30.0, 70.0, 50.0)));
        assert_eq!(fold(&[10, 20, 30]), Some((10.0, 20.0, 30.0)));
        for zones in [&[][..], &[10], &[10, 20], &[10, 20, 30, 40], &[0, 0, 0]] {
            assert_eq!(fold(zones), None, "{zones:?}");
        }
    }

    #[test]
    fn forms_have_the_names_of_the_literature() {
        let shape = |low, mid, high| Distribution { low, mid, high }.shape();
        assert_eq!(shape(80.0, 5.0, 15.0), Some("polarized"));
        assert_eq!(shape(80.0, 15.0, 5.0), Some("pyramidal"));
        assert_eq!(shape(40.0, 50.0, 10.0), Some("threshold"));
        assert_eq!(shape(30.0, 20.0, 50.0), Some("mostly high"));
        assert_eq!(shape(50.0, 24.0, 26.0), Some("not polarized"));
        assert_eq!(shape(100.0, 0.0, 0.0), Some("all low"));
        assert_eq!(shape(80.0, 20.0, 0.0), Some("nothing high"));
        assert_eq!(shape(0.0, 0.0, 0.0), None);
    }
}
