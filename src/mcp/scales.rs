//! The subjective scales of Intervals.icu. On every one of them the lowest number is the best, so that a bare number is
//! read the wrong way round by everyone: labels are what is shown and what is accepted.

/// A scale: labels for 1, 2, 3 and 4 (and 5 for feel).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scale {
    pub labels: &'static [&'static str],
    /// What 0 means, where the service knows it.
    pub zero: Option<&'static str>,
}

/// Soreness, fatigue, stress.
pub const BURDEN: Scale = Scale {
    labels: &["low", "avg", "high", "extreme"],
    zero: Some("none"),
};
/// Mood, motivation, sleep quality.
pub const QUALITY: Scale = Scale {
    labels: &["excellent", "good", "avg", "poor"],
    zero: None,
};
pub const INJURY: Scale = Scale {
    labels: &["none", "niggle", "poor", "injured"],
    zero: None,
};
pub const HYDRATION: Scale = Scale {
    labels: &["well hydrated", "hydrated", "dehydrated", "very dehydrated"],
    zero: None,
};
/// How an activity felt.
pub const FEEL: Scale = Scale {
    labels: &["very strong", "strong", "normal", "weak", "very weak"],
    zero: None,
};

impl Scale {
    /// The label of a stored value; a value off the scale is shown as it is.
    #[must_use]
    pub fn label(&self, value: i64) -> String {
        match (usize::try_from(value), self.zero) {
            (Ok(0), Some(zero)) => zero.to_owned(),
            (Ok(n), _) => n
                .checked_sub(1)
                .and_then(|i| self.labels.get(i))
                .map_or_else(|| value.to_string(), |label| (*label).to_owned()),
            (Err(_), _) => value.to_string(),
        }
    }

    /// The value of a label or of a number on the scale.
    ///
    /// # Errors
    /// A sentence that lists the labels.
    pub fn value(&self, text: &str) -> Result<i64, String> {
        let wanted = text.trim().to_ascii_lowercase().replace(['_', '-'], " ");
        let found = self
            .zero
            .filter(|zero| *zero == wanted)
            .map(|_| 0)
            .or_else(|| {
                self.labels
                    .iter()
                    .position(|label| *label == wanted)
                    .map(|i| i + 1)
            })
            .or_else(|| {
                let lowest = usize::from(self.zero.is_none());
                wanted
                    .parse::<usize>()
                    .ok()
                    .filter(|n| (lowest..=self.labels.len()).contains(n))
            });
        found
            .and_then(|n| i64::try_from(n).ok())
            .ok_or_else(|| format!("'{text:.30}' is not on the scale: {}", self.describe()))
    }

    /// `1 excellent, 2 good, 3 avg, 4 poor`
    #[must_use]
    pub fn describe(&self) -> String {
        let zero = self.zero.map(|zero| format!("0 {zero}"));
        let rest = self
            .labels
            .iter()
            .enumerate()
            .map(|(i, label)| format!("{} {label}", i + 1));
        zero.into_iter().chain(rest).collect::<Vec<_>>().join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_the_best_on_every_scale() {
        assert_eq!(QUALITY.label(1), "excellent");
        assert_eq!(QUALITY.label(4), "poor");
        assert_eq!(BURDEN.label(1), "low");
        assert_eq!(BURDEN.label(0), "none");
        assert_eq!(FEEL.label(5), "very weak");
        assert_eq!(INJURY.label(1), "none");
        assert_eq!(HYDRATION.label(9), "9");
        assert_eq!(QUALITY.label(0), "0");
    }

    #[test]
    fn labels_and_numbers_are_both_accepted_and_nothing_else() {
        assert_eq!(BURDEN.value("Extreme"), Ok(4));
        assert_eq!(BURDEN.value("none"), Ok(0));
        assert_eq!(BURDEN.value("3"), Ok(3));
        assert_eq!(HYDRATION.value("well_hydrated"), Ok(1));
        assert_eq!(INJURY.value("none"), Ok(1));
        assert!(QUALITY.value("0").is_err());
        assert!(
            QUALITY
                .value("5")
                .unwrap_err()
                .contains("1 excellent, 2 good, 3 avg, 4 poor")
        );
    }
}
