//! The workouts that the athlete's plan is made of.

use super::workout::{Length, Metric, Part, Role, Sport, Step, Workout};

fn step(label: &'static str, length: Length, from: f64, to: f64, role: Role) -> Step {
    Step {
        label,
        length,
        from,
        to,
        ramp: false,
        role,
    }
}

fn minutes(minutes: u32) -> Length {
    Length::Secs(minutes * 60)
}

fn ramp(minutes_long: u32, from: f64, to: f64, role: Role) -> Part {
    Part::One(Step {
        ramp: true,
        ..step("", minutes(minutes_long), from, to, role)
    })
}

fn one(label: &'static str, length: Length, from: f64, to: f64, role: Role) -> Part {
    Part::One(step(label, length, from, to, role))
}

fn workout(name: &str, sport: Sport, metric: Metric, parts: Vec<Part>) -> Workout {
    Workout {
        name: name.to_owned(),
        sport,
        metric,
        prose: "",
        parts,
        unstructured: (0, 0),
    }
}

fn repeats(
    name: &str,
    sport: Sport,
    warm: (f64, f64),
    times: u32,
    hard: Step,
    easy: Step,
    cool: (f64, f64),
) -> Workout {
    let metric = if sport.is_ride() {
        Metric::Power
    } else {
        Metric::Pace
    };
    workout(
        name,
        sport,
        metric,
        vec![
            ramp(15, warm.0, warm.1, Role::Warmup),
            Part::Repeat(times, vec![hard, easy]),
            ramp(10, cool.0, cool.1, Role::Cooldown),
        ],
    )
}

pub fn sweet_spot(sport: Sport, times: u32, long: u32) -> Workout {
    repeats(
        &format!("Sweet Spot {times}x{long}"),
        sport,
        (50.0, 75.0),
        times,
        step("Steady", minutes(long), 88.0, 93.0, Role::Work),
        step("Easy", minutes(4), 55.0, 55.0, Role::Easy),
        (60.0, 45.0),
    )
}

pub fn threshold(sport: Sport, times: u32, long: u32) -> Workout {
    repeats(
        &format!("Threshold {times}x{long}"),
        sport,
        (50.0, 80.0),
        times,
        step("Hard but steady", minutes(long), 96.0, 101.0, Role::Work),
        step("Easy", minutes(5), 55.0, 55.0, Role::Easy),
        (60.0, 45.0),
    )
}

pub fn vo2max(sport: Sport, times: u32, long: u32) -> Workout {
    repeats(
        &format!("VO2max {times}x{long}"),
        sport,
        (50.0, 80.0),
        times,
        step("Hard", minutes(long), 112.0, 117.0, Role::Work),
        step("Float", minutes(long), 50.0, 50.0, Role::Easy),
        (60.0, 45.0),
    )
}

pub fn endurance_ride(sport: Sport, long: u32) -> Workout {
    workout(
        "Endurance Ride",
        sport,
        Metric::Power,
        vec![
            ramp(10, 45.0, 62.0, Role::Warmup),
            one("Endurance", minutes(long), 64.0, 70.0, Role::Easy),
            ramp(5, 60.0, 45.0, Role::Cooldown),
        ],
    )
}

/// A long ride with tempo blocks.
pub fn long_ride(name: &str, block_minutes: u32, times: u32) -> Workout {
    Workout {
        prose: "Eat early and often: 80 g of carbohydrate an hour.\nStay seated on the climbs.",
        ..workout(
            name,
            Sport::Ride,
            Metric::Power,
            vec![
                ramp(15, 45.0, 65.0, Role::Warmup),
                Part::Repeat(
                    times,
                    vec![
                        step("Endurance", minutes(block_minutes), 64.0, 70.0, Role::Easy),
                        step("Tempo", minutes(15), 78.0, 84.0, Role::Work),
                    ],
                ),
                one("Home", minutes(20), 58.0, 64.0, Role::Cooldown),
            ],
        )
    }
}

pub fn openers(sport: Sport) -> Workout {
    repeats(
        "Openers",
        sport,
        (50.0, 70.0),
        4,
        step("Spin up", minutes(1), 105.0, 115.0, Role::Work),
        step("Easy", minutes(3), 55.0, 55.0, Role::Easy),
        (60.0, 45.0),
    )
}

pub fn recovery_spin(sport: Sport) -> Workout {
    workout(
        "Recovery Spin",
        sport,
        Metric::Power,
        vec![one("Legs only", minutes(45), 48.0, 54.0, Role::Easy)],
    )
}

pub fn commute() -> Workout {
    workout(
        "Commute",
        Sport::Ride,
        Metric::Power,
        vec![one("", minutes(24), 52.0, 62.0, Role::Easy)],
    )
}

/// By heart rate, as easy running is best held back.
pub fn easy_run(long: u32) -> Workout {
    workout(
        "Easy Run",
        Sport::Run,
        Metric::Hr,
        vec![
            one("", minutes(long - 5), 80.0, 84.0, Role::Easy),
            one("", minutes(5), 76.0, 80.0, Role::Cooldown),
        ],
    )
}

pub fn long_run(sport: Sport, long: u32) -> Workout {
    workout(
        if sport == Sport::TrailRun {
            "Trail Run"
        } else {
            "Long Run"
        },
        sport,
        Metric::Pace,
        vec![
            one("Settle in", minutes(10), 66.0, 70.0, Role::Warmup),
            one("Steady", minutes(long - 25), 73.0, 77.0, Role::Easy),
            one("Stronger", minutes(15), 82.0, 86.0, Role::Work),
        ],
    )
}

pub fn tempo_run(times: u32) -> Workout {
    repeats(
        &format!("Tempo Run {times}x10"),
        Sport::Run,
        (62.0, 74.0),
        times,
        step("Tempo", minutes(10), 90.0, 94.0, Role::Work),
        step("Jog", minutes(3), 62.0, 62.0, Role::Easy),
        (70.0, 60.0),
    )
}

pub fn kilometre_repeats(times: u32) -> Workout {
    repeats(
        &format!("Kilometre Repeats x{times}"),
        Sport::Run,
        (62.0, 74.0),
        times,
        step("Fast", Length::Metres(1000), 101.0, 104.0, Role::Work),
        step("Jog", minutes(2), 60.0, 60.0, Role::Easy),
        (70.0, 60.0),
    )
}

pub fn css_swim(times: u32) -> Workout {
    workout(
        &format!("CSS {times}x100"),
        Sport::Swim,
        Metric::Pace,
        vec![
            one("Loosen up", Length::Metres(400), 78.0, 82.0, Role::Warmup),
            Part::Repeat(
                times,
                vec![
                    step("Threshold", Length::Metres(100), 97.0, 100.0, Role::Work),
                    step("Easy", Length::Metres(25), 70.0, 70.0, Role::Easy),
                ],
            ),
            one("Easy", Length::Metres(200), 72.0, 76.0, Role::Cooldown),
        ],
    )
}

pub fn endurance_swim(times: u32) -> Workout {
    workout(
        &format!("Long Swim {times}x400"),
        Sport::Swim,
        Metric::Pace,
        vec![
            one("Loosen up", Length::Metres(300), 76.0, 80.0, Role::Warmup),
            Part::Repeat(
                times,
                vec![
                    step("Smooth", Length::Metres(400), 88.0, 91.0, Role::Work),
                    step("Easy", Length::Metres(50), 70.0, 70.0, Role::Easy),
                ],
            ),
        ],
    )
}

/// Prose with a planned time and load, as strength plans are.
pub fn strength() -> Workout {
    Workout {
        prose: "Squat 4 sets of 5, single-leg deadlift 3 sets of 8, pull-up 3 sets, plank to finish.",
        unstructured: (2700, 22),
        ..workout("Strength", Sport::Strength, Metric::Hr, Vec::new())
    }
}

/// The past race: a half marathon.
pub fn half_marathon() -> Workout {
    workout(
        "Half Marathon",
        Sport::Run,
        Metric::Pace,
        vec![
            one("Hold back", Length::Metres(5000), 93.0, 94.0, Role::Work),
            one("Race", Length::Metres(13_000), 94.0, 95.0, Role::Work),
            one(
                "All that is left",
                Length::Metres(3100),
                96.0,
                99.0,
                Role::Work,
            ),
        ],
    )
}

/// The race to come: a hilly gran fondo.
pub fn gran_fondo() -> Workout {
    workout(
        "Gran Fondo",
        Sport::Ride,
        Metric::Power,
        vec![
            one("Settle", minutes(30), 68.0, 72.0, Role::Easy),
            Part::Repeat(
                4,
                vec![
                    step("Climb", minutes(25), 84.0, 88.0, Role::Work),
                    step("Descend", minutes(15), 45.0, 50.0, Role::Easy),
                ],
            ),
            one("Run in", minutes(30), 74.0, 78.0, Role::Work),
        ],
    )
}
