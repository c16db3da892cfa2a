//! Critical power and what can be done above it, fitted to best efforts.

/// Fewest points of a line whose error can be told.
const LEAST_LINE: usize = 3;
/// Fewest points of the model with three parameters.
const LEAST_MORTON: usize = 5;
/// A reserve that is used up within so many seconds at critical power is none, s.
const LEAST_RESERVE: f64 = 1.0;
/// Where the time constant of the three-parameter model is looked for, s: from a sprinter's to none at all.
const SHORTEST: f64 = 0.5;
const LONGEST: f64 = 600.0;
/// Steps of the first, coarse look.
const STEPS: u32 = 160;
/// Rounds of the second, in which the interval shrinks by the golden ratio.
const ROUNDS: u32 = 60;

/// Why there is no model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unfit {
    TooFew,
    /// The points do not fall as the model has it: they were not all-out, or not at all lengths.
    NotMaximal,
}

/// The line of work, or distance, over time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Line {
    /// Critical power (W) or critical speed (m/s): the slope.
    pub critical: f64,
    /// W' (J) or D' (m): the intercept.
    pub prime: f64,
    /// Standard error of the slope.
    pub critical_error: f64,
    /// Standard error of the intercept.
    pub prime_error: f64,
    pub points: usize,
}

/// The two-parameter model, as the line of the work (J) or distance (m) of best efforts over their time (s):
/// `work = CP t + W'` (Monod & Scherrer, Ergonomics 8:329, 1965; Moritani et al., Ergonomics 24:339, 1981), by least
/// squares. `points` are time and work.
///
/// # Errors
/// When there are fewer than three points, or slope or intercept are not positive.
pub fn line(points: &[(f64, f64)]) -> Result<Line, Unfit> {
    if points.len() < LEAST_LINE {
        return Err(Unfit::TooFew);
    }
    let fit = Regression::of(points).ok_or(Unfit::TooFew)?;
    let n = as_f64(points.len());
    let variance = fit.squares / (n - 2.0);
    let line = Line {
        critical: fit.slope,
        prime: fit.intercept,
        critical_error: (variance / fit.spread).sqrt(),
        prime_error: (variance * (1.0 / n + fit.mean * fit.mean / fit.spread)).sqrt(),
        points: points.len(),
    };
    let is_sound = line.critical > 0.0
        && line.prime > LEAST_RESERVE * line.critical
        && line.prime.is_finite()
        && line.critical_error.is_finite()
        && line.prime_error.is_finite();
    is_sound.then_some(line).ok_or(Unfit::NotMaximal)
}

/// The three-parameter model.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Morton {
    /// W
    pub critical_power: f64,
    /// J
    pub w_prime: f64,
    /// W, of an instant.
    pub p_max: f64,
    /// W, root mean square of what the model misses.
    pub error: f64,
    pub points: usize,
}

/// The three-parameter model, `t = W' / (P - CP) - W' / (Pmax - CP)` (Morton, Ergonomics 39:611, 1996), turned to
/// `P = CP + W' / (t + k)` with `k = W' / (Pmax - CP)`: of best efforts the time is exact and the power is not, so that
/// the squares of watts are least. For one `k` that is a line, so that only `k` is searched for. `points` are time (s)
/// and power (W).
///
/// # Errors
/// When there are fewer than five points, or no positive parameters fit best.
pub fn morton(points: &[(f64, f64)]) -> Result<Morton, Unfit> {
    if points.len() < LEAST_MORTON {
        return Err(Unfit::TooFew);
    }
    let at = |k: f64| {
        let shifted: Vec<(f64, f64)> = points.iter().map(|(t, p)| (1.0 / (t + k), *p)).collect();
        Regression::of(&shifted)
    };
    let squares = |k: f64| at(k).map_or(f64::INFINITY, |fit| fit.squares);
    let growth = (LONGEST / SHORTEST).powf(1.0 / f64::from(STEPS));
    let place = |step: u32| SHORTEST * growth.powf(f64::from(step));
    let best = (0..=STEPS)
        .min_by(|a, b| squares(place(*a)).total_cmp(&squares(place(*b))))
        .unwrap_or_default();
    // At an end there is no best: no Pmax, or no bend.
    if best == 0 || best == STEPS {
        return Err(Unfit::NotMaximal);
    }
    let k = least(place(best - 1), place(best + 1), squares);
    let fit = at(k).ok_or(Unfit::TooFew)?;
    let model = Morton {
        critical_power: fit.intercept,
        w_prime: fit.slope,
        p_max: fit.intercept + fit.slope / k,
        error: (fit.squares / as_f64(points.len())).sqrt(),
        points: points.len(),
    };
    let is_sound = model.critical_power > 0.0
        && model.w_prime > LEAST_RESERVE * model.critical_power
        && model.p_max.is_finite();
    is_sound.then_some(model).ok_or(Unfit::NotMaximal)
}

/// Where `f` is least between `low` and `high`, by golden sections.
fn least(mut low: f64, mut high: f64, f: impl Fn(f64) -> f64) -> f64 {
    let ratio = (5.0_f64.sqrt() - 1.0) / 2.0;
    for _ in 0..ROUNDS {
        let width = (high - low) * ratio;
        let (left, right) = (high - width, low + width);
        if f(left) <= f(right) {
            high = right;
        } else {
            low = left;
        }
    }
    low.midpoint(high)
}

/// A line by least squares.
struct Regression {
    slope: f64,
    intercept: f64,
    mean: f64,
    /// Sum of the squared distances from `mean`.
    spread: f64,
    /// Sum of the squared residuals.
    squares: f64,
}

impl Regression {
    /// `None` unless there are two places, all finite.
    fn of(points: &[(f64, f64)]) -> Option<Self> {
        let n = as_f64(points.len());
        let mean = points.iter().map(|(x, _)| x).sum::<f64>() / n;
        let height = points.iter().map(|(_, y)| y).sum::<f64>() / n;
        let spread: f64 = points.iter().map(|(x, _)| (x - mean).powi(2)).sum();
        let both: f64 = points.iter().map(|(x, y)| (x - mean) * (y - height)).sum();
        let slope = both / spread;
        let intercept = height - slope * mean;
        let squares = points
            .iter()
            .map(|(x, y)| (y - slope * x - intercept).powi(2))
            .sum::<f64>();
        let found = Self {
            slope,
            intercept,
            mean,
            spread,
            squares,
        };
        (spread > 0.0 && squares.is_finite()).then_some(found)
    }
}

#[expect(clippy::cast_precision_loss, reason = "a few points")]
const fn as_f64(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Five rides to exhaustion (W, s), and what their authors found in them: the demonstration data of the R package
    /// cyclingtools (F. Mattioni Maturana, github.com/fmmattioni/cyclingtools, README).
    const TRIALS: [(f64, f64); 5] = [
        (446.0, 100.0),
        (385.0, 172.0),
        (324.0, 434.0),
        (290.0, 857.0),
        (280.0, 1361.0),
    ];

    fn near(found: f64, expected: f64, within: f64) {
        assert!(
            (found - expected).abs() <= within,
            "{found}, not {expected}"
        );
    }

    #[test]
    fn the_line_is_that_of_a_published_example() {
        let work: Vec<_> = TRIALS
            .iter()
            .map(|(watts, secs)| (*secs, watts * secs))
            .collect();
        let found = line(&work).unwrap();
        // Published for the linear model: CP 266 W (standard error 3.0), W' 20,961 J (standard error 2,248), each
        // rounded, CP twice.
        near(found.critical, 266.0, 0.55);
        near(found.critical_error, 3.0, 0.05);
        near(found.prime, 20_961.0, 0.5);
        near(found.prime_error, 2_248.0, 0.5);
        assert_eq!(found.points, 5);
    }

    #[test]
    fn a_line_through_exact_points_is_found_again() {
        // CP 250 W, W' 20 kJ: 250 x 120 + 20,000 = 50,000 J; 250 x 300 + 20,000 = 95,000 J; 250 x 1200 + 20,000 = 320,000 J.
        let found = line(&[(120.0, 50_000.0), (300.0, 95_000.0), (1200.0, 320_000.0)]).unwrap();
        near(found.critical, 250.0, 1e-9);
        near(found.prime, 20_000.0, 1e-6);
        near(found.critical_error, 0.0, 1e-9);
        // Critical speed 4 m/s, D' 200 m: 4 x 200 + 200 = 1,000 m; 4 x 700 + 200 = 3,000 m; 4 x 1200 + 200 = 5,000 m.
        let found = line(&[(200.0, 1_000.0), (700.0, 3_000.0), (1200.0, 5_000.0)]).unwrap();
        near(found.critical, 4.0, 1e-12);
        near(found.prime, 200.0, 1e-9);
    }

    #[test]
    fn three_parameters_through_exact_points_are_found_again() {
        // CP 260 W, W' 24 kJ, Pmax 1060 W: k = 24,000 / 800 = 30 s, and P = 260 + 24,000 / (t + 30):
        // 10 s 860 W, 30 s 660 W, 90 s 460 W, 210 s 360 W, 450 s 310 W, 1170 s 280 W.
        let points = [
            (10.0, 860.0),
            (30.0, 660.0),
            (90.0, 460.0),
            (210.0, 360.0),
            (450.0, 310.0),
            (1170.0, 280.0),
        ];
        let found = morton(&points).unwrap();
        near(found.critical_power, 260.0, 0.01);
        near(found.w_prime, 24_000.0, 5.0);
        near(found.p_max, 1_060.0, 0.5);
        near(found.error, 0.0, 0.01);
        assert_eq!(found.points, 6);
    }

    #[test]
    fn three_parameters_of_a_published_example_lie_within_its_errors() {
        let points = TRIALS.map(|(watts, secs)| (secs, watts));
        let found = morton(&points).unwrap();
        // Published, with the squares of seconds least: CP 260 (standard error 3.1) W, W' 27,410 (4,794) J, Pmax 1,004 (835) W.
        near(found.critical_power, 260.0, 3.1 + 0.5);
        near(found.w_prime, 27_410.0, 4_794.0);
        near(found.p_max, 1_004.0, 835.0);
        // With the squares of watts least, no parameters near these or the published ones do better.
        let squares = |cp: f64, w: f64, p_max: f64| -> f64 {
            let missed = points
                .iter()
                .map(|(t, p)| cp + w / (t + w / (p_max - cp)) - p);
            missed.map(|watts| watts * watts).sum()
        };
        let ours = squares(found.critical_power, found.w_prime, found.p_max);
        near((ours / 5.0).sqrt(), found.error, 1e-6);
        assert!(ours <= squares(260.0, 27_410.0, 1_004.0));
        for (cp, w, p_max) in [
            (1.001, 1.0, 1.0),
            (0.999, 1.0, 1.0),
            (1.0, 1.005, 1.0),
            (1.0, 0.995, 1.0),
            (1.0, 1.0, 1.02),
            (1.0, 1.0, 0.98),
        ] {
            let other = squares(
                found.critical_power * cp,
                found.w_prime * w,
                found.p_max * p_max,
            );
            assert!(ours < other, "{cp} {w} {p_max}");
        }
    }

    #[test]
    fn two_points_and_flat_or_rising_curves_have_no_model() {
        assert_eq!(line(&[(120.0, 5e4), (300.0, 9e4)]), Err(Unfit::TooFew));
        assert_eq!(line(&[(120.0, 5e4); 4]), Err(Unfit::TooFew));
        let flat = [60.0, 120.0, 300.0, 600.0, 1200.0].map(|secs| (secs, 250.0));
        assert_eq!(morton(&flat), Err(Unfit::NotMaximal));
        assert_eq!(line(&flat.map(|(t, p)| (t, t * p))), Err(Unfit::NotMaximal));
        let rising = [60.0, 120.0, 300.0, 600.0, 1200.0].map(|secs| (secs, 200.0 + secs / 10.0));
        assert_eq!(morton(&rising), Err(Unfit::NotMaximal));
        assert_eq!(
            line(&rising.map(|(t, p)| (t, t * p))),
            Err(Unfit::NotMaximal)
        );
    }

    proptest! {
        #[test]
        fn a_model_is_made_of_positive_numbers_or_is_none(
            points in prop::collection::vec((prop_oneof![0.0..1e5_f64, Just(f64::NAN), Just(1e300)], prop_oneof![0.0..3e3_f64, Just(f64::INFINITY)]), 0..12)
        ) {
            if let Ok(found) = line(&points) {
                prop_assert!(found.critical > 0.0 && found.prime > 0.0 && found.critical.is_finite() && found.prime.is_finite());
            }
            if let Ok(found) = morton(&points) {
                prop_assert!(found.critical_power > 0.0 && found.w_prime > 0.0 && found.p_max > found.critical_power);
                prop_assert!(found.p_max.is_finite() && found.error.is_finite());
            }
        }
    }
}
