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

impl Fitness {
    /// Form (training stress balance): CTL − ATL of the same day, as the service shows it.
    #[must_use]
    pub fn form(self) -> f64 {
        self.ctl - self.atl
    }

    /// The next day's state after `load`.
    #[must_use]
    pub fn after(self, load: f64) -> Self {
        Self {
            ctl: step(self.ctl, load, CTL_DAYS),
            atl: step(self.atl, load, ATL_DAYS),
        }
    }
}

/// The zone of a form value, with the bounds of the Intervals.icu fitness page.
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
    yesterday: Option<Fitness>,
    row: Fitness,
    row_load: Option<f64>,
    done: f64,
    planned: f64,
) -> Today {
    let as_it_is = Today {
        now: row,
        with_plan: None,
        hidden_load: false,
        mixed: planned > 0.0,
    };
    let Some((yesterday, row_load)) = yesterday.zip(row_load) else {
        return as_it_is;
    };
    let expected = yesterday.after(row_load);
    if (expected.ctl - row.ctl).abs() > SAME_FITNESS
        || (expected.atl - row.atl).abs() > SAME_FITNESS
    {
        // Other time constants or factors per sport: our recursion would invent a difference.
        return as_it_is;
    }
    let hidden_load = row_load > done + planned + SAME_LOAD;
    let beside_plan = row_load - planned;
    if planned <= 0.0 || (row_load - done).abs() <= SAME_LOAD {
        // The plan is not in it.
        return Today {
            now: row,
            with_plan: (planned > 0.0).then(|| yesterday.after(row_load + planned)),
            hidden_load,
            mixed: false,
        };
    }
    if beside_plan >= done - SAME_LOAD {
        return Today {
            now: yesterday.after(if hidden_load { beside_plan } else { done }),
            with_plan: Some(row),
            hidden_load,
            mixed: false,
        };
    }
    // A part of the plan is in it.
    Today {
        now: yesterday.after(done),
        with_plan: Some(yesterday.after(done + planned)),
        hidden_load: false,
        mixed: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let day = today(Some(yesterday), row, Some(100.0), 0.0, 100.0);
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
        let day = today(Some(yesterday), row, Some(40.0), 40.0, 80.0);
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
        let day = today(Some(yesterday), yesterday.after(90.0), Some(90.0), 0.0, 0.0);
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
        let day = today(Some(yesterday), row, Some(90.0), 0.0, 63.0);
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
        let day = today(Some(yesterday), row, Some(100.0), 0.0, 100.0);
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
}
