//! Time between heartbeats (RR intervals).

/// Beats nearer or farther than this are no beats (ms): 240 and 30 a minute.
const SHORTEST: f64 = 250.0;
const LONGEST: f64 = 2000.0;
/// A beat that differs by more than this share from the one before it is a misread or an extra one (Malik et al., European
/// Heart Journal 10:1060, 1989).
const ARTEFACT: f64 = 0.2;
/// Below this a number can only be seconds.
const SECONDS: f64 = 10.0;

/// What the beats of some time say.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Heartbeats {
    pub count: usize,
    /// ms
    pub mean: f64,
    /// Root mean square of the successive differences, ms (Task Force, Circulation 93:1043, 1996).
    pub rmssd: Option<f64>,
    /// Successions that were left out as artefacts.
    pub artefacts: usize,
}

/// Sums up RR intervals in their order, in ms or s; `None` without a beat.
#[must_use]
pub fn heartbeats(intervals: impl IntoIterator<Item = f64>) -> Option<Heartbeats> {
    let (mut count, mut sum) = (0_usize, 0.0);
    let (mut pairs, mut squares, mut artefacts) = (0.0, 0.0, 0_usize);
    let mut last: Option<f64> = None;
    for interval in intervals {
        let interval = if interval < SECONDS {
            interval * 1000.0
        } else {
            interval
        };
        if !(SHORTEST..=LONGEST).contains(&interval) {
            artefacts += usize::from(interval > 0.0);
            last = None;
            continue;
        }
        count += 1;
        sum += interval;
        match last.replace(interval) {
            Some(before) if (interval - before).abs() <= ARTEFACT * before => {
                squares += (interval - before).powi(2);
                pairs += 1.0;
            }
            Some(_) => artefacts += 1,
            None => {}
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "beats of one recording")]
    let mean = sum / count as f64;
    (count > 0).then(|| Heartbeats {
        count,
        mean,
        rmssd: (pairs > 0.0).then(|| (squares / pairs).sqrt()),
        artefacts,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rmssd_is_the_root_of_the_mean_of_the_squared_differences() {
        // Differences +20, -30, +10: (400 + 900 + 100) / 3 = 466.67, whose root is 21.602.
        let found = heartbeats([800.0, 820.0, 790.0, 800.0]).unwrap();
        assert_eq!((found.count, found.mean, found.artefacts), (4, 802.5, 0));
        assert!((found.rmssd.unwrap() - 21.602_469).abs() < 1e-6);
        // The same in seconds.
        let seconds = heartbeats([0.8, 0.82, 0.79, 0.8]).unwrap();
        assert!((seconds.rmssd.unwrap() - 21.602_469).abs() < 1e-6);
    }

    #[test]
    fn what_is_no_beat_is_in_no_figure() {
        // The placeholder of a device, a beat that was missed (1600) and the jump back from it.
        let found = heartbeats([800.0, 65_535.0, 800.0, 1600.0, 800.0, 810.0, 0.0, f64::NAN]);
        let found = found.unwrap();
        assert_eq!((found.count, found.artefacts), (5, 3));
        assert_eq!(found.rmssd, Some(10.0));
        assert_eq!(heartbeats([]), None);
        assert_eq!(heartbeats([700.0]).unwrap().rmssd, None);
    }
}
