//! What was done against what was planned, step by step.

use std::ops::Range;

use super::recording::Recording;
use super::splits::Values;

/// Heart rate needs so long to follow the effort (s): what comes before is not judged.
pub const HEART_LAG_SECONDS: f64 = 60.0;
/// In steps that are no longer, heart rate says nothing about the effort (s).
pub const HEART_SHORTEST_SECONDS: f64 = 120.0;

/// A lap may differ from its step by this share and still be it: who presses a button is early or late.
const LAP_SHARE: f64 = 0.1;
/// The same in seconds, for short steps.
const LAP_SECONDS: f64 = 10.0;
/// The same in metres.
const LAP_METRES: f64 = 20.0;
/// Of the laps, this share must fit.
const LAPS_FITTING: f64 = 0.8;
/// Laps in front of the workout at most: the way to where it begins.
const LAPS_BEFORE: usize = 3;
/// Speeds nearer than this share are one pace to the second.
const SAME_SPEED: f64 = 0.002;

/// What a target is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// W
    Power,
    /// bpm
    HeartRate,
    /// m/s
    Speed,
}

impl Measure {
    /// How far from a single value is still on it, as a share of it.
    #[must_use]
    pub const fn tolerance(self) -> f64 {
        match self {
            Self::Power => 0.05,
            Self::HeartRate | Self::Speed => 0.03,
        }
    }

    fn is_above(self, value: f64, bound: f64) -> bool {
        match self {
            // What reads the same is the same.
            Self::Power | Self::HeartRate => value.round() > bound.round(),
            Self::Speed => value > bound * (1.0 + SAME_SPEED),
        }
    }

    fn is_below(self, value: f64, bound: f64) -> bool {
        match self {
            Self::Power | Self::HeartRate => value.round() < bound.round(),
            Self::Speed => value < bound * (1.0 - SAME_SPEED),
        }
    }
}

/// The target of a step, in the unit of its measure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Aim {
    pub measure: Measure,
    pub from: f64,
    /// Infinite where the highest zone is meant.
    pub to: f64,
    /// From one to the other instead of between them.
    pub ramp: bool,
}

/// How a step went; what it is off by is against the nearer bound, or the value where there is one only.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Verdict {
    Within,
    Over { of: f64 },
    Under { of: f64 },
}

impl Aim {
    /// Judges a mean over the step from the share `from_share` of it on. A range is taken as it is, a single value and the mean
    /// of a ramp with the [tolerance](Measure::tolerance).
    #[must_use]
    pub fn judge(&self, mean: f64, from_share: f64) -> Verdict {
        let (low, high) = (self.from.min(self.to), self.from.max(self.to));
        let along = f64::midpoint(from_share.clamp(0.0, 1.0), 1.0);
        let single = if self.ramp && high.is_finite() {
            Some(self.from + (self.to - self.from) * along)
        } else {
            (high.is_finite() && high - low <= f64::EPSILON * high).then_some(low)
        };
        let tolerance = self.measure.tolerance();
        let (least, most) = single.map_or((low, high), |value| {
            (value * (1.0 - tolerance), value * (1.0 + tolerance))
        });
        if self.measure.is_above(mean, most) {
            Verdict::Over {
                of: single.unwrap_or(high),
            }
        } else if self.measure.is_below(mean, least) {
            Verdict::Under {
                of: single.unwrap_or(low),
            }
        } else {
            Verdict::Within
        }
    }
}

/// How long a step was to be; of a distance step the seconds are an estimate.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Length {
    /// s
    pub seconds: Option<f64>,
    /// m
    pub metres: Option<f64>,
    /// It ends when a button is pressed.
    pub open: bool,
}

/// A recorded interval.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Lap {
    /// s
    pub moving: f64,
    /// s
    pub elapsed: f64,
    /// m
    pub metres: Option<f64>,
}

impl Lap {
    /// What the timer of the step will have shown (s): a rest that was stood counts as elapsed, a coffee does not.
    #[must_use]
    pub fn seconds(&self, planned: Option<f64>) -> f64 {
        match planned {
            Some(planned) if (self.elapsed - planned).abs() < (self.moving - planned).abs() => {
                self.elapsed
            }
            _ => self.moving,
        }
    }

    fn fits(&self, step: &Length) -> bool {
        if step.open {
            return true;
        }
        match (step.metres, self.metres, step.seconds) {
            (Some(planned), Some(done), _) => {
                (done - planned).abs() <= LAP_METRES.max(planned * LAP_SHARE)
            }
            (None, _, Some(planned)) => {
                let done = self.seconds(Some(planned));
                (done - planned).abs() <= LAP_SECONDS.max(planned * LAP_SHARE)
            }
            _ => false,
        }
    }
}

/// The lap that the first step is, when the laps are the steps in their order; `None` when they are something else, such as
/// every kilometre. Laps may stand before and behind the steps, and steps at the end may be missing.
#[must_use]
pub fn first_lap(steps: &[Length], laps: &[Lap]) -> Option<usize> {
    let spare = laps.len().saturating_sub(steps.len());
    (0..=spare.min(LAPS_BEFORE)).find(|offset| {
        let found = laps.get(*offset..).unwrap_or_default();
        let (done, given_up) = (steps.len().min(found.len()), found.len() < steps.len());
        // With the last lap somebody gave up or went on: it may be of any length, but not the only one.
        let open_end = found.len() <= steps.len() && (given_up || done > 1);
        let judged = done - usize::from(open_end && done > 0);
        let pairs = steps.iter().zip(found).take(judged);
        let fitting = pairs.filter(|(step, lap)| lap.fits(step)).count();
        let least = if given_up { 1.0 } else { LAPS_FITTING };
        judged > 0 && count(fitting) >= least * count(judged)
    })
}

#[expect(clippy::cast_precision_loss, reason = "steps of a workout")]
const fn count(n: usize) -> f64 {
    n as f64
}

/// The samples of each step when they follow one another from the start of the recording. Seconds are those of the recorded
/// time, so that a pause shifts nothing; `way` is m from the start. Steps behind the end of the recording are empty.
#[must_use]
pub fn by_the_clock(recording: &Recording, way: Values<'_>, steps: &[Length]) -> Vec<Range<usize>> {
    let (mut index, mut clock, mut boundary) = (0, 0.0, 0.0);
    let mut position = None;
    let mut spans = Vec::with_capacity(steps.len());
    for step in steps {
        let start = index;
        let goal = step
            .metres
            .zip(position.or_else(|| way_at(recording, way, start)));
        if let Some((metres, from)) = goal {
            while index < recording.len() && way(index).is_none_or(|at| at < from + metres) {
                clock += recording.seconds(index);
                index += 1;
            }
            position = Some(from + metres);
            boundary = clock;
        } else {
            boundary += step.seconds.unwrap_or_default();
            // The middle of what a sample stands for decides on which side of the boundary it is.
            while index < recording.len() && clock + recording.seconds(index) / 2.0 < boundary {
                clock += recording.seconds(index);
                index += 1;
            }
            position = None;
        }
        spans.push(start..index);
    }
    spans
}

/// The first position at or behind a sample.
fn way_at(recording: &Recording, way: Values<'_>, from: usize) -> Option<f64> {
    (from..recording.len()).find_map(way)
}

/// The samples behind the first `seconds` of recorded time.
#[must_use]
pub fn behind(recording: &Recording, range: Range<usize>, seconds: f64) -> Range<usize> {
    let mut passed = 0.0;
    let start = range.clone().find(|index| {
        passed += recording.seconds(*index);
        passed > seconds
    });
    start.unwrap_or(range.end)..range.end
}

/// Metres through recorded seconds (m/s), so that standing counts. `way` is m from the start.
#[must_use]
pub fn mean_speed(recording: &Recording, range: Range<usize>, way: Values<'_>) -> Option<f64> {
    // A sample holds the way at its end: the stretch begins where the sample before it ended.
    let before = range.start.checked_sub(1).and_then(way);
    let first = before.or_else(|| range.clone().find_map(way))?;
    let last = range.clone().rev().find_map(way)?;
    let seconds = recording.total(range);
    (seconds > 0.0 && last > first).then(|| (last - first) / seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn aim(measure: Measure, from: f64, to: f64, ramp: bool) -> Aim {
        Aim {
            measure,
            from,
            to,
            ramp,
        }
    }

    #[test]
    fn a_range_is_taken_as_it_is() {
        let threshold = aim(Measure::Power, 249.0, 275.0, false);
        // What reads as 275 W is 275 W.
        for (mean, verdict) in [
            (262.0, Verdict::Within),
            (275.4, Verdict::Within),
            (248.6, Verdict::Within),
            (276.0, Verdict::Over { of: 275.0 }),
            (240.0, Verdict::Under { of: 249.0 }),
        ] {
            assert_eq!(threshold.judge(mean, 0.0), verdict, "{mean}");
        }
    }

    #[test]
    fn a_single_value_has_a_tolerance_of_its_measure() {
        // 5 % of 200 W are 10 W; 3 % of 150 bpm are 4.5 bpm; 3 % of 4 m/s are 0.12 m/s.
        for (measure, value, inside, outside) in [
            (Measure::Power, 200.0, 210.0, 211.0),
            (Measure::HeartRate, 150.0, 154.0, 156.0),
            (Measure::Speed, 4.0, 4.12, 4.14),
        ] {
            let single = aim(measure, value, value, false);
            assert_eq!(single.judge(inside, 0.0), Verdict::Within, "{measure:?}");
            assert_eq!(single.judge(outside, 0.0), Verdict::Over { of: value });
            assert_eq!(single.judge(2.0 * value - inside, 0.0), Verdict::Within);
            let below = single.judge(2.0 * value - outside, 0.0);
            assert_eq!(below, Verdict::Under { of: value }, "{measure:?}");
        }
    }

    #[test]
    fn a_ramp_is_judged_by_its_mean() {
        // 100 to 200 W: 150 W over all of it, 175 W over its second half; down again the same the other way round.
        let up = aim(Measure::Power, 100.0, 200.0, true);
        assert_eq!(up.judge(150.0, 0.0), Verdict::Within);
        assert_eq!(up.judge(175.0, 0.0), Verdict::Over { of: 150.0 });
        assert_eq!(up.judge(175.0, 0.5), Verdict::Within);
        let down = aim(Measure::Power, 200.0, 100.0, true);
        assert_eq!(down.judge(125.0, 0.5), Verdict::Within);
        assert_eq!(down.judge(125.0, 0.0), Verdict::Under { of: 150.0 });
    }

    #[test]
    fn the_lowest_zone_has_no_bottom_and_the_highest_no_top() {
        let easy = aim(Measure::HeartRate, 0.0, 136.0, false);
        assert_eq!(easy.judge(90.0, 0.0), Verdict::Within);
        assert_eq!(easy.judge(140.0, 0.0), Verdict::Over { of: 136.0 });
        let sprint = aim(Measure::Power, 430.0, f64::INFINITY, false);
        assert_eq!(sprint.judge(900.0, 0.0), Verdict::Within);
        assert_eq!(sprint.judge(400.0, 0.0), Verdict::Under { of: 430.0 });
    }

    fn timed(seconds: f64) -> Length {
        Length {
            seconds: Some(seconds),
            ..Length::default()
        }
    }

    fn metres(metres: f64) -> Length {
        Length {
            metres: Some(metres),
            ..Length::default()
        }
    }

    fn lap(seconds: f64) -> Lap {
        Lap {
            moving: seconds,
            elapsed: seconds,
            metres: Some(seconds * 4.0),
        }
    }

    #[test]
    fn laps_are_the_steps_when_they_are_as_long() {
        let steps = [600.0, 480.0, 240.0, 480.0, 600.0].map(timed);
        let laps = |seconds: &[f64]| seconds.iter().map(|s| lap(*s)).collect::<Vec<_>>();
        for (done, first) in [
            (&[600.0, 480.0, 240.0, 480.0, 600.0][..], Some(0)),
            // Pressed late, and a ride home.
            (&[606.0, 485.0, 231.0, 480.0, 610.0, 1200.0], Some(0)),
            // The way to the start.
            (&[1500.0, 600.0, 480.0, 240.0, 480.0, 600.0], Some(1)),
            // Gave up in the second hard one; went on behind the last.
            (&[600.0, 480.0, 240.0, 90.0], Some(0)),
            (&[600.0, 480.0, 240.0, 480.0, 1900.0], Some(0)),
            // Every five minutes, one for all, none.
            (&[300.0, 300.0, 300.0, 300.0, 300.0, 300.0, 300.0], None),
            (&[2400.0], None),
            (&[], None),
        ] {
            assert_eq!(first_lap(&steps, &laps(done)), first, "{done:?}");
        }
        // A kilometre is a kilometre, however long it took.
        let by_way = [metres(1000.0), timed(120.0), metres(1000.0)];
        assert_eq!(first_lap(&by_way, &laps(&[250.0, 120.0, 245.0])), Some(0));
        assert_eq!(first_lap(&by_way, &laps(&[400.0, 120.0, 400.0])), None);
    }

    #[test]
    fn a_rest_that_was_stood_is_as_long_as_it_was_and_a_coffee_is_not() {
        let stood = Lap {
            moving: 12.0,
            elapsed: 120.0,
            metres: None,
        };
        assert_eq!(stood.seconds(Some(120.0)), 120.0);
        let coffee = Lap {
            moving: 480.0,
            elapsed: 1700.0,
            metres: None,
        };
        assert_eq!(coffee.seconds(Some(480.0)), 480.0);
    }

    /// One sample a second at 4 m/s; the clock jumps by ten minutes behind second 150.
    fn with_a_pause() -> Recording {
        let jump = |i: usize| if i > 150 { 600 } else { 0 };
        Recording::new(400, &|i| Some(f64::from((i + jump(i)) as u32)), &|i| {
            Some(f64::from(i as u32) * 4.0)
        })
    }

    #[test]
    fn a_pause_shifts_no_step() {
        let recording = with_a_pause();
        let spans = by_the_clock(
            &recording,
            &|_| None,
            &[100.0, 100.0, 300.0, 60.0].map(timed),
        );
        assert_eq!(spans, [0..100, 100..200, 200..400, 400..400]);
        assert_eq!(recording.total(100..200), 100.0);
    }

    #[test]
    fn a_distance_step_ends_where_its_metres_do() {
        let recording = with_a_pause();
        let way = |i: usize| Some(f64::from(i as u32) * 4.0);
        let steps = [timed(100.0), metres(400.0), timed(50.0), metres(4000.0)];
        let spans = by_the_clock(&recording, &way, &steps);
        assert_eq!(spans, [0..100, 100..200, 200..250, 250..400]);
        // Without a way the estimate of its time has to do.
        let estimated = Length {
            seconds: Some(80.0),
            ..metres(400.0)
        };
        let spans = by_the_clock(&recording, &|_| None, &[timed(100.0), estimated]);
        assert_eq!(spans, [0..100, 100..180]);
    }

    #[test]
    fn the_first_minute_can_be_left_out() {
        let recording = with_a_pause();
        assert_eq!(behind(&recording, 100..300, 60.0), 160..300);
        assert_eq!(behind(&recording, 100..130, 60.0), 130..130);
    }

    #[test]
    fn speed_is_metres_through_recorded_seconds() {
        let recording = with_a_pause();
        let way = |i: usize| Some(f64::from(i as u32) * 4.0);
        let speed = mean_speed(&recording, 100..200, &way);
        assert!((speed.unwrap() - 4.0).abs() < 1e-9, "{speed:?}");
        assert_eq!(mean_speed(&recording, 100..200, &|_| None), None);
    }
}
