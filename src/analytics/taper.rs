//! The daily load that leads to a wanted form.

use super::fitness::{Fitness, Load, Model};
use super::projection::project;

/// Days of a taper that are looked at, beside the whole time there is.
const LENGTHS: [usize; 5] = [4, 7, 10, 14, 21];
/// Longest taper. Far beyond it more load a day would raise form again, since fitness follows.
pub const LONGEST: usize = 28;
/// Load of a day that nobody trains.
const TOO_MUCH: f64 = 600.0;

/// A form that is wanted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Target {
    Points(f64),
    /// Of fitness.
    Percent(f64),
}

impl Target {
    /// How much form there is beyond it, in points; linear in fitness and in fatigue.
    fn beyond(self, state: Fitness) -> f64 {
        state.form()
            - match self {
                Self::Points(points) => points,
                Self::Percent(percent) => percent / 100.0 * state.ctl,
            }
    }
}

/// Some days of reduced load before a day.
#[derive(Debug, Clone, PartialEq)]
pub struct Taper {
    pub days: usize,
    /// The same load every day.
    pub daily: f64,
    /// A load that falls evenly from the first of the days to the last, with the same end.
    pub falling: (f64, f64),
    /// On the morning after, with `daily`.
    pub reached: Fitness,
}

/// What leads to a form, or comes nearest.
#[derive(Debug, Clone, PartialEq)]
pub enum Way {
    Tapers(Vec<Taper>),
    /// Not even rest leads there: the days of rest that come nearest, and what they lead to.
    Rest {
        days: usize,
        reached: Fitness,
    },
    /// Only a load that nobody trains leads there; the highest that was looked at, and what it leads to.
    Load {
        daily: f64,
        reached: Fitness,
    },
}

/// Ways to have the form `target` on a morning. `evenings` are the days before it as they would be without a taper, from
/// today on; every taper begins after one of them. `None` when there is no whole day in between.
#[must_use]
pub fn ways(model: Model, evenings: &[Fitness], target: Target) -> Option<Way> {
    let longest = evenings.len().checked_sub(1)?.min(LONGEST);
    let before = |days: usize| {
        let place = evenings.len().checked_sub(days + 1)?;
        evenings.get(place).copied()
    };
    let mut lengths: Vec<usize> = LENGTHS.into_iter().filter(|n| *n <= longest).collect();
    if lengths.is_empty() {
        lengths.push(longest);
    }
    lengths.retain(|days| *days > 0);
    let tapers: Vec<Taper> = lengths
        .iter()
        .filter_map(|days| taper(model, before(*days)?, *days, target))
        .collect();
    if !tapers.is_empty() {
        return Some(Way::Tapers(tapers));
    }
    let rests = (1..=longest).filter_map(|days| {
        let reached = after(model, before(days)?, &vec![0.0; days], 0.0);
        Some((days, reached))
    });
    let (days, reached) = rests.max_by(|a, b| target.beyond(a.1).total_cmp(&target.beyond(b.1)))?;
    if target.beyond(reached) < 0.0 {
        return Some(Way::Rest { days, reached });
    }
    if let Some(only) = taper(model, before(days)?, days, target) {
        return Some(Way::Tapers(vec![only]));
    }
    let lowest = lengths
        .iter()
        .filter_map(|days| Some(after(model, before(*days)?, &vec![1.0; *days], TOO_MUCH)))
        .min_by(|a, b| target.beyond(*a).total_cmp(&target.beyond(*b)));
    lowest.map(|reached| Way::Load {
        daily: TOO_MUCH,
        reached,
    })
}

fn taper(model: Model, start: Fitness, days: usize, target: Target) -> Option<Taper> {
    let even = vec![1.0; days];
    let daily = solve(model, start, &even, target)?;
    #[expect(clippy::cast_precision_loss, reason = "a few days")]
    let falling: Vec<f64> = (0..days)
        .map(|day| 1.5 - (day as f64 + 0.5) / days as f64)
        .collect();
    let mean = solve(model, start, &falling, target).unwrap_or(daily);
    let end = |place: Option<&f64>| place.map_or(mean, |share| share * mean);
    Some(Taper {
        days,
        daily,
        falling: (end(falling.first()), end(falling.last())),
        reached: after(model, start, &even, daily),
    })
}

/// The factor on `pattern` that leads to `target`; `None` when it would be negative or more than anybody trains.
fn solve(model: Model, start: Fitness, pattern: &[f64], target: Target) -> Option<f64> {
    // Form is linear in load, so that two points say everything.
    let rest = target.beyond(after(model, start, pattern, 0.0));
    let slope = target.beyond(after(model, start, pattern, 1.0)) - rest;
    let factor = -rest / slope;
    (slope < 0.0 && (0.0..=TOO_MUCH).contains(&factor)).then_some(factor)
}

/// The morning after days with `factor` times `pattern`.
fn after(model: Model, start: Fitness, pattern: &[f64], factor: f64) -> Fitness {
    let days = pattern
        .iter()
        .map(|share| (model, Load::even(share * factor)));
    let state = project(start, days).last().map_or(start, |day| day.evening);
    model.next(state, Load::default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const M: Model = Model::USUAL;

    #[test]
    fn a_taper_leads_where_it_says() {
        let evenings = vec![
            Fitness {
                ctl: 70.0,
                atl: 85.0
            };
            22
        ];
        let Some(Way::Tapers(tapers)) = ways(M, &evenings, Target::Points(24.0)) else {
            panic!("no way");
        };
        let days: Vec<usize> = tapers.iter().map(|t| t.days).collect();
        assert_eq!(days, [7, 10, 14, 21], "four days are too few");
        for taper in tapers {
            // The recursion once more, by hand.
            let mut flat = evenings[0];
            let mut falling = evenings[0];
            for day in 0..taper.days {
                let share = day as f64 / (taper.days - 1) as f64;
                flat = flat.after(taper.daily);
                falling =
                    falling.after(taper.falling.0 + share * (taper.falling.1 - taper.falling.0));
            }
            assert!((flat.after(0.0).form() - 24.0).abs() < 1e-9);
            assert!((falling.after(0.0).form() - 24.0).abs() < 1e-9);
            assert!(taper.falling.0 > taper.daily && taper.falling.1 >= 0.0);
            assert_eq!(taper.reached.form().round(), 24.0);
        }
    }

    #[test]
    fn a_form_that_rest_does_not_reach_is_answered_with_the_nearest() {
        let evenings = vec![
            Fitness {
                ctl: 40.0,
                atl: 60.0
            };
            6
        ];
        let Some(Way::Rest { days, reached }) = ways(M, &evenings, Target::Points(30.0)) else {
            panic!("not out of reach");
        };
        assert_eq!(days, 5);
        let mut rest = evenings[0];
        for _ in 0..6 {
            rest = rest.after(0.0);
        }
        assert!((reached.form() - rest.form()).abs() < 1e-9 && reached.form() < 30.0);
    }

    #[test]
    fn a_form_that_only_absurd_load_reaches_is_not_planned() {
        let evenings = vec![
            Fitness {
                ctl: 60.0,
                atl: 30.0
            };
            2
        ];
        assert!(matches!(
            ways(M, &evenings, Target::Points(-400.0)),
            Some(Way::Load { .. })
        ));
        assert_eq!(
            ways(M, &evenings[..1], Target::Points(10.0)),
            None,
            "tomorrow leaves no day between"
        );
        assert_eq!(ways(M, &[], Target::Points(10.0)), None);
    }

    #[test]
    fn a_form_in_percent_is_a_share_of_the_fitness_there_is_then() {
        let evenings = vec![
            Fitness {
                ctl: 70.0,
                atl: 85.0
            };
            15
        ];
        let Some(Way::Tapers(tapers)) = ways(M, &evenings, Target::Percent(20.0)) else {
            panic!("no way");
        };
        assert!(!tapers.is_empty());
        for taper in tapers {
            let mut state = evenings[0];
            for _ in 0..taper.days {
                state = state.after(taper.daily);
            }
            let morning = state.after(0.0);
            let percent = (morning.ctl - morning.atl) / morning.ctl * 100.0;
            assert!((percent - 20.0).abs() < 1e-9, "{percent}");
        }
    }

    proptest! {
        #[test]
        fn no_taper_asks_for_negative_load(
            ctl in 0.0..150.0_f64, atl in 0.0..200.0_f64, days in 1_usize..60, target in -60.0..60.0_f64,
        ) {
            let evenings = vec![Fitness { ctl, atl }; days + 1];
            match ways(M, &evenings, Target::Points(target)) {
                Some(Way::Tapers(tapers)) => for taper in tapers {
                    prop_assert!(taper.daily >= 0.0 && taper.falling.1 >= 0.0);
                    prop_assert!((taper.reached.form() - target).abs() < 1e-6);
                },
                Some(Way::Rest { reached, .. }) => prop_assert!(reached.form() < target),
                Some(Way::Load { reached, .. }) => prop_assert!(reached.form() > target),
                None => prop_assert!(false),
            }
        }
    }
}
