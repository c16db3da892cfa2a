//! Fitness carried on over days to come.

use super::fitness::{Fitness, Load, Model};

/// A day to come.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ahead {
    /// Before anything is done: the figure that the service shows on that day as long as it has no load.
    pub morning: Fitness,
    /// With the day's load.
    pub evening: Fitness,
}

/// The days after one that ends in `start`, each with the time constants that hold on it and its load.
pub fn project(start: Fitness, days: impl IntoIterator<Item = (Model, Load)>) -> Vec<Ahead> {
    let mut state = start;
    days.into_iter()
        .map(|(model, load)| {
            let morning = model.next(state, Load::default());
            state = model.next(state, load);
            Ahead {
                morning,
                evening: state,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ends(start: Fitness, loads: &[f64]) -> Vec<Ahead> {
        let days = loads.iter().map(|load| (Model::USUAL, Load::even(*load)));
        project(start, days)
    }

    /// A time constant is, by its definition, when an exponential average has made 1 − 1/e (63.2 %) of its way.
    #[test]
    fn a_time_constant_is_the_time_of_63_percent_of_the_way() {
        let nothing = Fitness { ctl: 0.0, atl: 0.0 };
        let days = ends(nothing, &[100.0; 42]);
        assert!((days[41].evening.ctl - 63.212_056).abs() < 1e-5);
        assert!((days[6].evening.atl - 63.212_056).abs() < 1e-5);
        // At rest half is gone after 42 ln 2 = 29.1 days.
        let full = Fitness {
            ctl: 100.0,
            atl: 100.0,
        };
        let rest = ends(full, &[0.0; 30]);
        assert!(rest[28].evening.ctl > 50.0 && rest[29].evening.ctl < 50.0);
    }

    #[test]
    fn a_morning_is_the_day_without_its_load() {
        let start = Fitness {
            ctl: 60.0,
            atl: 80.0,
        };
        let day = ends(start, &[150.0])[0];
        assert_eq!(day.morning, start.after(0.0));
        assert_eq!(day.evening, start.after(150.0));
    }

    fn start() -> impl Strategy<Value = Fitness> {
        (0.0..150.0_f64, 0.0..200.0_f64).prop_map(|(ctl, atl)| Fitness { ctl, atl })
    }

    proptest! {
        #[test]
        fn constant_load_converges_to_itself(start in start(), load in 0.0..300.0_f64) {
            let last = ends(start, &[load; 600])[599].evening;
            prop_assert!((last.ctl - load).abs() < 1e-3 && (last.atl - load).abs() < 1e-3);
        }

        #[test]
        fn fitness_is_linear_in_load(
            start in start(),
            first in prop::collection::vec(0.0..300.0_f64, 30),
            second in prop::collection::vec(0.0..300.0_f64, 30),
        ) {
            let nothing = Fitness { ctl: 0.0, atl: 0.0 };
            let sum: Vec<f64> = first.iter().zip(&second).map(|(a, b)| a + b).collect();
            let (both, one, other) = (ends(start, &sum), ends(start, &first), ends(nothing, &second));
            for day in 0..30 {
                let added = one[day].evening.ctl + other[day].evening.ctl;
                prop_assert!((both[day].evening.ctl - added).abs() < 1e-9);
            }
        }

        #[test]
        fn fitness_stays_between_the_least_and_the_most(start in start(), loads in prop::collection::vec(0.0..300.0_f64, 1..60)) {
            for day in ends(start, &loads) {
                prop_assert!((0.0..=300.0).contains(&day.evening.ctl) && (0.0..=300.0).contains(&day.evening.atl));
            }
        }
    }
}
