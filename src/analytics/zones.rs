//! Zones in absolute units, as Intervals.icu resolves the zones of planned workouts: each bound by itself.

/// Above this the upper bound of the last zone means that there is none (the service writes 999).
const OPEN: f64 = 900.0;

/// The upper bounds of a zone and of the one below it; zones count from 1.
fn bounds(upper: &[f64], zone: usize) -> Option<(f64, f64)> {
    let place = zone.checked_sub(1)?;
    let high = upper.get(place).copied()?;
    let below = place.checked_sub(1).and_then(|place| upper.get(place));
    Some((below.copied().unwrap_or_default(), high))
}

/// A power zone in W: from the watt above the zone below to its own bound, both bounds rounded down. `upper` is percent of FTP.
#[must_use]
pub fn power(upper: &[f64], ftp: f64, zone: usize) -> Option<(f64, f64)> {
    let (below, high) = bounds(upper, zone)?;
    let watts = |percent: f64| (percent / 100.0 * ftp).floor();
    let low = if below > 0.0 { watts(below) + 1.0 } else { 0.0 };
    let high = if high > OPEN {
        f64::INFINITY
    } else {
        watts(high)
    };
    Some((low, high))
}

/// A heart rate zone in bpm. `upper` is bpm.
#[must_use]
pub fn heart_rate(upper: &[f64], zone: usize) -> Option<(f64, f64)> {
    let (below, high) = bounds(upper, zone)?;
    let low = if below > 0.0 { below + 1.0 } else { 0.0 };
    Some((low, high))
}

/// A pace zone in m/s. `upper` is percent of the threshold speed.
#[must_use]
pub fn speed(upper: &[f64], threshold: f64, zone: usize) -> Option<(f64, f64)> {
    let (below, high) = bounds(upper, zone)?;
    let of = |percent: f64| percent / 100.0 * threshold;
    let high = if high > OPEN { f64::INFINITY } else { of(high) };
    Some((of(below), high))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_that_does_not_exist_has_no_bounds() {
        assert_eq!(power(&[55.0, 75.0], 250.0, 0), None);
        assert_eq!(power(&[55.0, 75.0], 250.0, 3), None);
        assert_eq!(heart_rate(&[], 1), None);
    }

    #[test]
    fn the_last_zone_is_open_where_the_service_writes_999() {
        assert_eq!(
            power(&[55.0, 999.0], 200.0, 2),
            Some((111.0, f64::INFINITY))
        );
        assert_eq!(speed(&[90.0, 999.0], 4.0, 2), Some((3.6, f64::INFINITY)));
        // The highest heart rate zone ends at the maximum.
        assert_eq!(heart_rate(&[136.0, 190.0], 2), Some((137.0, 190.0)));
    }
}
