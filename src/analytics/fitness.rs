//! Fitness (CTL), fatigue (ATL) and form, by the recursion that Intervals.icu itself uses.

/// Days of the fitness average unless the athlete changed them.
pub const CTL_DAYS: f64 = 42.0;
/// Days of the fatigue average.
pub const ATL_DAYS: f64 = 7.0;

/// One day of an exponentially weighted average: `x + (load − x)·(1 − e^(−1/days))`. Banister's impulse-response model in
/// the form of Coggan's Performance Management Chart; matches the service's own series to 1e-5.
#[must_use]
pub fn step(previous: f64, load: f64, days: f64) -> f64 {
    previous + (load - previous) * (1.0 - (-1.0 / days).exp())
}

/// Fitness and fatigue at the end of a day.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fitness {
    pub ctl: f64,
    pub atl: f64,
}

/// A day's load as it goes into the two averages; the same for both unless the athlete weights sports.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Load {
    pub ctl: f64,
    pub atl: f64,
}

impl Load {
    /// A load that counts alike in both.
    #[must_use]
    pub const fn even(load: f64) -> Self {
        Self {
            ctl: load,
            atl: load,
        }
    }

    /// Both sides times `factor`.
    #[must_use]
    pub fn times(self, factor: f64) -> Self {
        Self {
            ctl: self.ctl * factor,
            atl: self.atl * factor,
        }
    }

    fn size(self) -> f64 {
        f64::midpoint(self.ctl, self.atl)
    }
}

impl std::ops::Add for Load {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self {
            ctl: self.ctl + other.ctl,
            atl: self.atl + other.atl,
        }
    }
}

/// The time constants of the two averages, days.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Model {
    pub ctl_days: f64,
    pub atl_days: f64,
}

/// A day's figure says too little of its time constant when the load is closer to it than this.
const TELLING: f64 = 8.0;
/// Days behind a time constant that is read from the series, at least and at most.
const DAYS_READ: (usize, usize) = (5, 21);

impl Model {
    /// Those of an athlete who never changed them.
    pub const USUAL: Self = Self {
        ctl_days: CTL_DAYS,
        atl_days: ATL_DAYS,
    };

    /// The state at the end of the day after `state`.
    #[must_use]
    pub fn next(self, state: Fitness, load: Load) -> Fitness {
        Fitness {
            ctl: step(state.ctl, load.ctl, self.ctl_days),
            atl: step(state.atl, load.atl, self.atl_days),
        }
    }

    /// The end of a day with `load` on top of what it holds.
    #[must_use]
    pub fn with(self, day: Fitness, load: Load) -> Fitness {
        Fitness {
            ctl: day.ctl + step(0.0, load.ctl, self.ctl_days),
            atl: day.atl + step(0.0, load.atl, self.atl_days),
        }
    }

    /// The time constants that a series of days was made with: the day before, the day, its load; oldest first. `None`
    /// when too few days tell.
    #[must_use]
    pub fn observed(days: &[(Fitness, Fitness, Load)]) -> Option<Self> {
        let read = |sides: &mut dyn Iterator<Item = (f64, f64, f64)>| {
            let mut found: Vec<f64> = sides
                .filter(|(before, _, load)| (load - before).abs() >= TELLING)
                .map(|(before, after, load)| (after - before) / (load - before))
                .filter(|gain| (0.001..0.9).contains(gain))
                .take(DAYS_READ.1)
                .collect();
            if found.len() < DAYS_READ.0 {
                return None;
            }
            found.sort_by(f64::total_cmp);
            let gain = *found.get(found.len() / 2)?;
            let days = -1.0 / (1.0 - gain).ln();
            // The athlete sets whole days; what is left is rounding of the figures.
            let whole = days.round();
            Some(if (days - whole).abs() < 0.25 {
                whole
            } else {
                days
            })
        };
        let newest = || days.iter().rev();
        let mut ctl = newest().map(|(before, after, load)| (before.ctl, after.ctl, load.ctl));
        let mut atl = newest().map(|(before, after, load)| (before.atl, after.atl, load.atl));
        Some(Self {
            ctl_days: read(&mut ctl)?,
            atl_days: read(&mut atl)?,
        })
    }
}

impl Fitness {
    /// Form (training stress balance): CTL − ATL of the same day, as the service shows it.
    #[must_use]
    pub fn form(self) -> f64 {
        self.ctl - self.atl
    }

    /// The next day's state after `load`, with the usual time constants.
    #[must_use]
    pub fn after(self, load: f64) -> Self {
        Model::USUAL.next(self, Load::even(load))
    }
}

/// The zone of a form value, with the bounds of the Intervals.icu fitness page: points, or percent of fitness where the
/// athlete has form shown so.
#[must_use]
pub fn form_zone(form: f64) -> &'static str {
    match form {
        f if f > 20.0 => "transition",
        f if f > 5.0 => "fresh",
        f if f > -10.0 => "grey zone",
        f if f > -30.0 => "optimal",
        _ => "high risk",
    }
}

/// Today's fitness with and without what is only planned.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Today {
    /// With what has been done so far.
    pub now: Fitness,
    /// What of today is in `now`, if it is known.
    pub load: Option<Load>,
    /// With what is planned and not yet done, if anything is.
    pub with_plan: Option<Fitness>,
    /// The service's figure holds load that is neither in the activities nor in the plan.
    pub hidden_load: bool,
    /// What the figure holds could not be told apart, and `now` is the service's figure as it is.
    pub mixed: bool,
}

/// Load points within which two sums are the same.
const SAME_LOAD: f64 = 1.5;
/// Within this a day follows from the one before by the usual time constants.
const SAME_FITNESS: f64 = 0.3;

/// Sorts out what the service's row of today contains: it may hold the load of workouts that are only planned, and it
/// holds that of activities that are not shown (Strava). `row` is today's state, `row_load` the load that went into it,
/// `yesterday` the state before; `done` and `planned` are today's loads as listed.
#[must_use]
pub fn today(
    model: Model,
    yesterday: Option<Fitness>,
    row: Fitness,
    row_load: Option<Load>,
    done: Load,
    planned: Load,
) -> Today {
    let as_it_is = Today {
        now: row,
        load: row_load,
        with_plan: None,
        hidden_load: false,
        mixed: planned.size() > 0.0,
    };
    let Some((yesterday, row_load)) = yesterday.zip(row_load) else {
        return as_it_is;
    };
    let expected = model.next(yesterday, row_load);
    if (expected.ctl - row.ctl).abs() > SAME_FITNESS
        || (expected.atl - row.atl).abs() > SAME_FITNESS
    {
        // Other time constants or factors per sport: our recursion would invent a difference.
        return as_it_is;
    }
    let hidden_load = row_load.size() > (done + planned).size() + SAME_LOAD;
    let beside_plan = row_load + planned.times(-1.0);
    let standing = |load: Load, with_plan: Option<Fitness>| Today {
        now: model.next(yesterday, load),
        load: Some(load),
        with_plan,
        hidden_load,
        mixed: false,
    };
    if planned.size() <= 0.0 || (row_load.size() - done.size()).abs() <= SAME_LOAD {
        // The plan is not in it.
        let with = (planned.size() > 0.0).then(|| model.next(yesterday, row_load + planned));
        return Today {
            now: row,
            ..standing(row_load, with)
        };
    }
    if beside_plan.size() >= done.size() - SAME_LOAD {
        return standing(if hidden_load { beside_plan } else { done }, Some(row));
    }
    // A part of the plan is in it.
    standing(done, Some(model.next(yesterday, done + planned)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(yesterday: Fitness, row: Fitness, row_load: f64, done: f64, planned: f64) -> Today {
        let load = Load::even;
        let row_load = Some(load(row_load));
        today(
            Model::USUAL,
            Some(yesterday),
            row,
            row_load,
            load(done),
            load(planned),
        )
    }

    /// Computed with an arbitrary-precision calculator: 1 − e^(−1/42) = 0.023528 31, 1 − e^(−1/7) = 0.133122 10.
    #[test]
    fn one_day_moves_fitness_by_its_time_constant() {
        let day = Fitness {
            ctl: 50.0,
            atl: 50.0,
        }
        .after(150.0);
        assert!((day.ctl - 52.352_831).abs() < 1e-5, "{day:?}");
        assert!((day.atl - 63.312_210).abs() < 1e-5, "{day:?}");
        assert!((day.form() + 10.959_379).abs() < 1e-5);
    }

    #[test]
    fn a_rest_day_lets_fatigue_fall_faster_than_fitness() {
        let day = Fitness {
            ctl: 60.0,
            atl: 80.0,
        }
        .after(0.0);
        assert!(
            day.form()
                > Fitness {
                    ctl: 60.0,
                    atl: 80.0
                }
                .form()
        );
    }

    #[test]
    fn load_that_is_only_planned_is_not_in_the_form_of_now() {
        let yesterday = Fitness {
            ctl: 50.0,
            atl: 60.0,
        };
        let row = yesterday.after(100.0);
        let day = split(yesterday, row, 100.0, 0.0, 100.0);
        assert_eq!(day.now, yesterday.after(0.0));
        assert_eq!(day.with_plan, Some(row));
    }

    #[test]
    fn a_row_without_the_plan_gets_it_added() {
        let yesterday = Fitness {
            ctl: 50.0,
            atl: 60.0,
        };
        let row = yesterday.after(40.0);
        let day = split(yesterday, row, 40.0, 40.0, 80.0);
        assert_eq!(day.now, row);
        assert_eq!(day.with_plan, Some(yesterday.after(120.0)));
        assert!(!day.hidden_load);
    }

    #[test]
    fn load_from_activities_that_are_not_shown_is_noticed() {
        let yesterday = Fitness {
            ctl: 50.0,
            atl: 60.0,
        };
        let day = split(yesterday, yesterday.after(90.0), 90.0, 0.0, 0.0);
        assert!(day.hidden_load);
        assert_eq!(day.with_plan, None);
    }

    #[test]
    fn hidden_load_does_not_count_the_plan_twice() {
        let yesterday = Fitness {
            ctl: 50.0,
            atl: 60.0,
        };
        // 27 points came through Strava, 63 are planned; the row holds both.
        let row = yesterday.after(90.0);
        let day = split(yesterday, row, 90.0, 0.0, 63.0);
        assert_eq!(day.now, yesterday.after(27.0));
        assert_eq!(day.with_plan, Some(row));
        assert!(day.hidden_load);
    }

    #[test]
    fn other_time_constants_are_not_taken_apart() {
        let yesterday = Fitness {
            ctl: 50.0,
            atl: 60.0,
        };
        let row = Fitness {
            ctl: step(50.0, 100.0, 30.0),
            atl: step(60.0, 100.0, 5.0),
        };
        let day = split(yesterday, row, 100.0, 0.0, 100.0);
        assert_eq!((day.now, day.with_plan, day.mixed), (row, None, true));
    }

    #[test]
    fn form_zones_have_the_bounds_of_the_fitness_page() {
        for (form, zone) in [
            (21.0, "transition"),
            (20.0, "fresh"),
            (5.0, "grey zone"),
            (-10.0, "optimal"),
            (-30.0, "high risk"),
        ] {
            assert_eq!(form_zone(form), zone);
        }
    }

    #[test]
    fn time_constants_are_read_from_the_series() {
        for (ctl_days, atl_days) in [(42.0, 7.0), (30.0, 5.0), (60.0, 10.0)] {
            let model = Model { ctl_days, atl_days };
            let mut state = Fitness {
                ctl: 50.0,
                atl: 50.0,
            };
            let mut days = Vec::new();
            for day in 0..40_u8 {
                let load = Load {
                    ctl: f64::from(day % 5) * 30.0,
                    atl: f64::from(day % 5) * 25.0,
                };
                let next = model.next(state, load);
                days.push((state, next, load));
                state = next;
            }
            assert_eq!(Model::observed(&days), Some(model));
            // One day on which fitness was set anew is not taken for a time constant.
            days[35].1 = Fitness {
                ctl: 20.0,
                atl: 20.0,
            };
            assert_eq!(Model::observed(&days), Some(model));
            assert_eq!(Model::observed(&days[..4]), None);
        }
    }

    #[test]
    fn weights_of_a_sport_keep_the_plan_out_of_now() {
        let model = Model {
            ctl_days: 30.0,
            atl_days: 5.0,
        };
        let yesterday = Fitness {
            ctl: 50.0,
            atl: 60.0,
        };
        let (done, planned) = (
            Load {
                ctl: 20.0,
                atl: 40.0,
            },
            Load {
                ctl: 30.0,
                atl: 60.0,
            },
        );
        let row = model.next(yesterday, done + planned);
        let day = today(
            model,
            Some(yesterday),
            row,
            Some(done + planned),
            done,
            planned,
        );
        assert_eq!(
            (day.now, day.with_plan),
            (model.next(yesterday, done), Some(row))
        );
    }
}
