//! Where zones begin and end, given by their upper bounds as the service keeps them.

/// From here on an upper bound means that there is none (the service writes 999).
const NO_BOUND: f64 = 900.0;

/// Where zones begin and end; `None` where they are open.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ends {
    pub low: Option<f64>,
    pub high: Option<f64>,
}

/// Upper bounds in another unit, infinite where there are none.
pub(super) fn bounds(upper: &[f64], convert: impl Fn(f64) -> f64) -> Vec<f64> {
    let open = |bound: f64| bound >= NO_BOUND;
    upper
        .iter()
        .map(|bound| match open(*bound) {
            true => f64::INFINITY,
            false => convert(*bound),
        })
        .collect()
}

/// Zones `first` to `last`, counted from 1. A zone begins one above the one below it, be it a watt, a beat or a percent of the
/// threshold speed: the service's own figures for power zones Z1 to Z7 at one FTP, and for pace zones, are met so.
pub(super) fn ends(bounds: &[f64], first: usize, last: usize) -> Option<Ends> {
    let bound = |zone: usize| -> Option<f64> { bounds.get(zone.checked_sub(1)?).copied() };
    let high = bound(last)?;
    let low = match first.checked_sub(1)? {
        0 => None,
        below => Some(bound(below)? + 1.0),
    };
    Some(Ends {
        low,
        high: high.is_finite().then_some(high),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_that_does_not_exist_has_no_ends() {
        let known = bounds(&[55.0, 75.0], |percent| percent);
        assert_eq!(ends(&known, 0, 1), None);
        assert_eq!(ends(&known, 1, 0), None);
        assert_eq!(ends(&known, 3, 3), None);
        assert_eq!(ends(&[], 1, 1), None);
    }

    #[test]
    fn the_lowest_zone_is_open_and_the_last_where_the_service_writes_999() {
        let watts = bounds(&[55.0, 75.0, 999.0], |percent| percent * 2.0);
        let of = |first, last| ends(&watts, first, last).map(|ends| (ends.low, ends.high));
        assert_eq!(of(1, 1), Some((None, Some(110.0))));
        assert_eq!(of(1, 2), Some((None, Some(150.0))));
        assert_eq!(of(2, 2), Some((Some(111.0), Some(150.0))));
        assert_eq!(of(3, 3), Some((Some(151.0), None)));
    }
}
