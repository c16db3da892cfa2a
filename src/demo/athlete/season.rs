//! The year: which session stands on which day, and what became of it.

use fastrand::Rng;
use jiff::ToSpan;
use jiff::civil::{Date, DateTime, Weekday, time};

use super::library;
use super::profile::Thresholds;
use super::workout::{Block, Role, Sport, Workout};

/// Days of history, today included.
pub const DAYS: i32 = 365;
/// The illness, as days from today, both inclusive.
pub const SICK: (i32, i32) = (-44, -40);
/// The holiday, as days from today, both inclusive.
pub const HOLIDAY: (i32, i32) = (-122, -114);

/// Where a week stands in the plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    Base,
    Build,
    Peak,
    Taper,
    Race,
    Transition,
}

/// What the service shows of an activity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Visibility {
    Full,
    /// Imported from Strava: only a stub is given out.
    Strava,
    /// Came through Strava from elsewhere: a stub that does not say so.
    Chained,
}

/// What became of a line of the plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Done,
    Missed,
    Ahead,
}

/// One session of the year.
#[derive(Clone, Debug)]
pub struct Session {
    /// Days from today.
    pub day: i32,
    pub start: DateTime,
    pub workout: Workout,
    /// Whether it was on the calendar.
    pub planned: bool,
    pub outcome: Outcome,
    pub name: String,
    pub description: Option<&'static str>,
    pub seed: u64,
    /// Strength of the day: a factor on watts and speed.
    pub power: f64,
    /// A factor on the heart rate, and its rise over the session.
    pub heart: f64,
    pub drift: f64,
    /// Metres between valley and hill.
    pub hilliness: f64,
    /// Seconds by which the last block was longer or shorter than planned.
    pub stretch: i32,
    /// The last repetition was left out.
    pub cut: bool,
    pub has_heartrate: bool,
    pub manual: bool,
    pub race: bool,
    pub commute: bool,
    pub visibility: Visibility,
}

impl Session {
    /// The session as it was done.
    pub fn blocks(&self) -> Vec<Block> {
        let mut blocks = self.workout.blocks(&Thresholds::on(self.day));
        if self.cut
            && let Some(last) = blocks.iter().rposition(|block| block.role == Role::Work)
            && last > 2
        {
            blocks.remove(last);
        }
        if let Some(block) = blocks.last_mut() {
            block.secs = block.secs.saturating_add_signed(self.stretch).max(60);
        }
        blocks
    }
}

/// The plan around a day that is called today.
pub struct Season {
    pub today: Date,
    /// Days from today to the race: a Sunday, about three weeks ahead.
    pub race_day: i32,
    /// Days from today to the past race.
    pub past_race_day: i32,
    /// In order of their start.
    pub sessions: Vec<Session>,
}

impl Season {
    /// `morning_done`: today's early run has been run.
    pub fn new(today: Date, morning_done: bool, seed: u64) -> Self {
        let race_day = sunday_after(today, 18);
        let mut season = Self {
            today,
            race_day,
            past_race_day: race_day - 11 * 7,
            sessions: Vec::new(),
        };
        for day in 1 - DAYS..=race_day {
            let mut rng =
                Rng::with_seed(seed ^ (i64::from(day).unsigned_abs() << 8) ^ u64::from(day < 0));
            season.fill(day, morning_done, &mut rng);
        }
        season.sessions.sort_by_key(|session| session.start);
        season
    }

    /// The calendar day `day` days from today.
    pub fn date(&self, day: i32) -> Date {
        self.today.checked_add(day.days()).unwrap_or(self.today)
    }

    /// Weeks before the week of the race; 0 is race week.
    pub fn weeks_to_race(&self, day: i32) -> i32 {
        (self.race_day - day) / 7
    }

    pub fn phase(&self, day: i32) -> Phase {
        match self.weeks_to_race(day) {
            ..=0 => Phase::Race,
            1 => Phase::Taper,
            2..=5 => Phase::Peak,
            6..=13 | 34..=45 => Phase::Build,
            30..=33 => Phase::Transition,
            _ => Phase::Base,
        }
    }

    /// A recovery week, one in four.
    pub fn recovers(&self, day: i32) -> bool {
        let week = self.weeks_to_race(day);
        week > 1 && week % 4 == 3
    }

    fn fill(&mut self, day: i32, morning_done: bool, rng: &mut Rng) {
        let date = self.date(day);
        let mut plan = if day == self.race_day {
            vec![(8, library::gran_fondo())]
        } else if day == self.past_race_day {
            vec![(10, library::half_marathon())]
        } else if (HOLIDAY.0..=HOLIDAY.1).contains(&day) {
            if day % 3 == 0 {
                vec![(8, library::easy_run(40))]
            } else {
                Vec::new()
            }
        } else {
            self.week_pattern(day, date.weekday())
        };
        if (-1..=0).contains(&day) && plan.is_empty() {
            plan.push((18, library::recovery_spin(Sport::VirtualRide)));
        }
        for (hour, workout) in plan {
            let outcome = if day >= 0 {
                Outcome::Ahead
            } else if (SICK.0..=SICK.1).contains(&day)
                || (day < -4 && rng.u8(0..25) == 0 && !self.is_race(day))
            {
                Outcome::Missed
            } else {
                Outcome::Done
            };
            let mut session = session(day, date.at(hour, 0, 0, 0), workout, outcome, rng);
            session.race = self.is_race(day);
            self.special(&mut session);
            self.sessions.push(session);
        }
        if day < 0
            && date.weekday() == Weekday::Wednesday
            && self.weeks_to_race(day) % 2 == 0
            && !is_away(day)
        {
            let mut ride = session(
                day,
                date.at(7, 22, 0, 0),
                library::commute(),
                Outcome::Done,
                rng,
            );
            ride.planned = false;
            ride.commute = true;
            self.sessions.push(ride);
        }
        if day == -16 || (day == 0 && morning_done) {
            let hour = if day == 0 { 6 } else { 0 };
            let mut run = session(
                day,
                date.at(hour, 8, 0, 0),
                library::easy_run(36),
                Outcome::Done,
                rng,
            );
            run.start = date.at(hour, 12, 31, 0);
            run.planned = false;
            run.name = if day == 0 {
                "Before breakfast"
            } else {
                "Midnight relay leg"
            }
            .to_owned();
            self.sessions.push(run);
        }
    }

    fn is_race(&self, day: i32) -> bool {
        day == self.race_day || day == self.past_race_day
    }

    fn week_pattern(&self, day: i32, weekday: Weekday) -> Vec<(i8, Workout)> {
        let week = self.weeks_to_race(day);
        let phase = self.phase(day);
        let hard = u32::try_from(2 - week % 4).unwrap_or(0);
        let indoor = if matches!(self.date(day).month(), 4..=9) {
            Sport::Ride
        } else {
            Sport::VirtualRide
        };
        if self.recovers(day) || phase == Phase::Transition {
            return match weekday {
                Weekday::Tuesday => vec![(18, library::endurance_ride(Sport::VirtualRide, 50))],
                Weekday::Wednesday => vec![(12, library::easy_run(40)), (19, library::strength())],
                Weekday::Thursday => vec![(6, library::css_swim(8))],
                Weekday::Saturday => vec![(9, library::endurance_ride(Sport::Ride, 95))],
                Weekday::Sunday => vec![(9, library::long_run(Sport::TrailRun, 65))],
                Weekday::Monday | Weekday::Friday => Vec::new(),
            };
        }
        match phase {
            Phase::Race => match weekday {
                Weekday::Tuesday => vec![(18, library::vo2max(Sport::VirtualRide, 4, 2))],
                Weekday::Wednesday => vec![(12, library::easy_run(30))],
                Weekday::Thursday => vec![(6, library::css_swim(6))],
                Weekday::Saturday => vec![(10, library::openers(Sport::Ride))],
                _ => Vec::new(),
            },
            Phase::Taper => match weekday {
                Weekday::Tuesday => vec![(18, library::threshold(Sport::VirtualRide, 2, 10))],
                Weekday::Wednesday => vec![(12, library::easy_run(40))],
                Weekday::Thursday => vec![(18, library::vo2max(indoor, 4, 3))],
                Weekday::Friday => vec![(6, library::css_swim(8))],
                Weekday::Saturday => vec![(9, library::endurance_ride(Sport::Ride, 105))],
                Weekday::Sunday => vec![(9, library::long_run(Sport::Run, 50))],
                Weekday::Monday => Vec::new(),
            },
            Phase::Base | Phase::Transition => match weekday {
                Weekday::Monday => vec![(6, library::css_swim(8 + hard))],
                Weekday::Tuesday => vec![(
                    18,
                    library::sweet_spot(Sport::VirtualRide, 3, 10 + 2 * hard),
                )],
                Weekday::Wednesday => vec![(12, library::easy_run(45)), (19, library::strength())],
                Weekday::Thursday => vec![(18, library::tempo_run(2))],
                Weekday::Friday => vec![(6, library::endurance_swim(4))],
                Weekday::Saturday => vec![(9, library::long_ride("Long Ride", 30 + 5 * hard, 3))],
                Weekday::Sunday => vec![(9, library::long_run(Sport::Run, 65 + 5 * hard))],
            },
            Phase::Build | Phase::Peak => match weekday {
                Weekday::Monday if hard > 0 => vec![(6, library::css_swim(10 + hard))],
                Weekday::Monday => Vec::new(),
                Weekday::Tuesday if hard == 1 => {
                    vec![(18, library::vo2max(Sport::VirtualRide, 5, 3))]
                }
                Weekday::Tuesday => {
                    vec![(18, library::threshold(Sport::VirtualRide, 3, 10 + hard))]
                }
                Weekday::Wednesday => vec![(12, library::easy_run(45)), (19, library::strength())],
                Weekday::Thursday if hard == 2 => vec![(18, library::kilometre_repeats(5))],
                Weekday::Thursday => vec![
                    (18, library::tempo_run(3)),
                    (7, library::recovery_spin(indoor)),
                ],
                Weekday::Friday => vec![(6, library::endurance_swim(4))],
                Weekday::Saturday => vec![(9, library::long_ride("Long Ride", 35 + 5 * hard, 3))],
                Weekday::Sunday => vec![(9, library::long_run(Sport::Run, 75 + 5 * hard))],
            },
        }
    }

    /// Names, sources and accidents that a real log has.
    fn special(&self, session: &mut Session) {
        const RIDES: [&str; 6] = [
            "Töss valley with Zoë",
            "Säntis | Schwägalp loop",
            "Long Ride",
            "Col de la Forêt 🚵",
            "Lake round, headwind home",
            "Long Ride",
        ];
        const NOTES: &str =
            "Good legs until the last climb.\n\nAte:\n- 2 bars\n- 3 gels\nKnee fine.";
        let day = session.day;
        if session.outcome != Outcome::Done {
            return;
        }
        match (session.start.date().weekday(), session.workout.sport) {
            (Weekday::Saturday, Sport::Ride) => {
                let week = usize::try_from(self.weeks_to_race(day)).unwrap_or(0);
                RIDES[week % RIDES.len()].clone_into(&mut session.name);
                session.description = week.is_multiple_of(3).then_some(NOTES);
                session.visibility = match day {
                    -14..=-8 | -84..=-78 | -175..=-169 | -259..=-253 => Visibility::Strava,
                    -217..=-211 => Visibility::Chained,
                    _ => Visibility::Full,
                };
            }
            (Weekday::Wednesday, Sport::Run) => match day {
                -8..=-2 => "Easy R\u{200B}un \u{202E}nur ysae".clone_into(&mut session.name),
                -15..=-9 => "朝の川沿いラン".clone_into(&mut session.name),
                -29..=-23 => "Easy Run 🌧️ mit Jürg".clone_into(&mut session.name),
                _ => {}
            },
            (Weekday::Wednesday, Sport::Strength) if (-11..=-5).contains(&day) => {
                session.manual = true;
                session.has_heartrate = false;
            }
            _ => {}
        }
        if day == self.past_race_day {
            "Halbmarathon am See".clone_into(&mut session.name);
            session.description =
                Some("Official time a few seconds slower.\nNegative split, happy.");
        }
    }
}

/// Days on which nobody commutes.
fn is_away(day: i32) -> bool {
    (SICK.0..=SICK.1).contains(&day) || (HOLIDAY.0..=HOLIDAY.1).contains(&day)
}

/// Days from `today` to the first Sunday that is at least `days` away.
fn sunday_after(today: Date, days: i32) -> i32 {
    let from_monday = i32::from(today.weekday().to_monday_zero_offset());
    days + (6 - (from_monday + days) % 7)
}

fn session(day: i32, hour: DateTime, workout: Workout, outcome: Outcome, rng: &mut Rng) -> Session {
    let race = workout.name.contains("Marathon") || workout.name.contains("Fondo");
    let tired = (SICK.1 + 1..=SICK.1 + 6).contains(&day);
    let minutes = rng.i32(0..40);
    let start = hour.date().to_datetime(time(hour.hour(), 0, 0, 0));
    let start = start
        .checked_add((minutes * 60 + rng.i32(0..60)).seconds())
        .unwrap_or(start);
    Session {
        day,
        start,
        planned: true,
        outcome,
        name: workout.name.clone(),
        description: None,
        seed: rng.u64(..),
        power: 0.975 + rng.f64() * 0.04 - if tired { 0.05 } else { 0.0 },
        heart: 0.985 + rng.f64() * 0.03 + if tired { 0.03 } else { 0.0 },
        drift: 0.02 + rng.f64() * 0.04,
        hilliness: match workout.sport {
            Sport::TrailRun => 60.0,
            Sport::Ride => 24.0,
            _ => 8.0,
        },
        stretch: if race { 0 } else { rng.i32(-100..160) },
        cut: !race && rng.u8(0..14) == 0,
        has_heartrate: true,
        manual: false,
        race,
        commute: false,
        visibility: Visibility::Full,
        workout,
    }
}
