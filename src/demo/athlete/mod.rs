//! The invented athlete: a year that ends today, the same for the same day.
//!
//! The season decides what stands on which day; every session is played second by second, and every number is derived
//! from that, so that streams, summaries, zones, load, fitness and the calendar agree.

mod activity;
pub mod curves;
mod events;
mod fitness;
pub mod folders;
mod intervals;
mod keys;
mod library;
mod planned;
pub mod profile;
mod projection;
pub mod season;
pub mod streams;
pub mod summary;
pub mod wellness;
mod workout;
mod workout_doc;

pub use activity::Activity;
pub use events::{Event, strip_resolved, uid};
pub use keys::ACTIVITY as ACTIVITY_KEYS;
pub use keys::EVENT as EVENT_KEYS;
pub use keys::WELLNESS as WELLNESS_KEYS;
pub use planned::planned;
pub use projection::Projection;
pub use workout::Sport;

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use jiff::civil::Date;
use jiff::tz::TimeZone;

use fitness::Fitness;
use profile::Thresholds;
use season::{DAYS, Outcome, Season, Visibility};

/// Everything invented hangs on this number.
const SEED: u64 = 0x1c0_ffee_5eed;
/// Days after the race for which fitness is projected.
const AFTER_RACE: i32 = 7;
/// Years that are kept for servers that start on the same day.
const KEPT_YEARS: usize = 4;

/// A year of training, and the weeks ahead.
pub struct Year {
    pub season: Season,
    /// Oldest first.
    pub activities: Vec<Activity>,
    /// By day.
    pub events: Vec<Event>,
    /// From the first day of the year to the last projected one.
    loads: Vec<u32>,
    fitness: Vec<Fitness>,
    rows: Vec<OnceLock<Box<str>>>,
}

/// The year around `today`; built once a day however many servers ask.
pub fn year(today: Date, morning_done: bool) -> Arc<Year> {
    static YEARS: Mutex<Vec<(Date, bool, Arc<Year>)>> = Mutex::new(Vec::new());
    let mut years = YEARS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, _, year)) = years
        .iter()
        .find(|(day, done, _)| *day == today && *done == morning_done)
    {
        return Arc::clone(year);
    }
    let year = Arc::new(Year::new(today, morning_done));
    if years.len() >= KEPT_YEARS {
        years.remove(0);
    }
    years.push((today, morning_done, Arc::clone(&year)));
    year
}

impl Year {
    fn new(today: Date, morning_done: bool) -> Self {
        let season = Season::new(today, morning_done, SEED);
        let days = usize::try_from(DAYS + season.race_day + AFTER_RACE).unwrap_or(0);
        let mut year = Self {
            events: events::calendar(&season),
            season,
            activities: Vec::new(),
            loads: vec![0; days],
            fitness: Vec::new(),
            rows: Vec::new(),
        };
        year.play();
        year
    }

    fn play(&mut self) {
        let zone = TimeZone::get(profile::TIME_ZONE).unwrap_or(TimeZone::UTC);
        for (index, session) in self.season.sessions.iter().enumerate() {
            let limits = Thresholds::on(session.day);
            let load = match session.outcome {
                Outcome::Missed => 0,
                Outcome::Ahead => session.workout.estimate(&limits).load,
                Outcome::Done => {
                    let blocks = session.blocks();
                    let samples = streams::record(session, &blocks);
                    let summary = summary::summarise(session, &blocks, &samples);
                    let number = self.activities.len();
                    let load = summary.load;
                    let planned = session.planned && session.visibility == Visibility::Full;
                    let start = session.start.to_zoned(zone.clone());
                    self.activities.push(Activity {
                        id: match session.visibility {
                            Visibility::Full => format!("i{}", 91_200_000 + number * 37),
                            _ => format!("{}", 15_200_000_000u64 + number as u64 * 101),
                        },
                        session: session.clone(),
                        summary,
                        best: curves::Best::default(),
                        ctl: 0.0,
                        atl: 0.0,
                        paired: planned.then(|| {
                            (
                                events::session_event_id(index),
                                session.workout.estimate(&limits).secs,
                            )
                        }),
                        start_utc: start
                            .map(|start| start.timestamp().to_string())
                            .unwrap_or_default(),
                    });
                    load
                }
            };
            let place = usize::try_from(session.day + DAYS - 1).unwrap_or(0);
            if let Some(day) = self.loads.get_mut(place) {
                *day += load;
            }
        }
        self.fitness = fitness::series(&self.loads);
        let mut today = (i32::MIN, 0);
        for index in 0..self.activities.len() {
            let (day, load) = (
                self.activities[index].session.day,
                self.activities[index].summary.load,
            );
            today = if today.0 == day {
                (day, today.1 + load)
            } else {
                (day, load)
            };
            let now = self
                .fitness(day - 1)
                .unwrap_or(Fitness::BEFORE)
                .after(f64::from(today.1));
            self.activities[index].ctl = now.ctl;
            self.activities[index].atl = now.atl;
        }
        self.rows = self.activities.iter().map(|_| OnceLock::new()).collect();
    }

    fn place(&self, day: i32) -> Option<usize> {
        usize::try_from(day + DAYS - 1)
            .ok()
            .filter(|place| *place < self.loads.len())
    }

    /// The load of a day: done, and for today and later also planned.
    pub fn load(&self, day: i32) -> u32 {
        self.place(day).map_or(0, |place| self.loads[place])
    }

    /// Fitness at the end of a day; `None` outside the year.
    fn fitness(&self, day: i32) -> Option<Fitness> {
        self.place(day).map(|place| self.fitness[place])
    }

    /// The first and the last day with a wellness row, as days from today.
    pub fn wellness_days(&self) -> (i32, i32) {
        (1 - DAYS, self.season.race_day + AFTER_RACE)
    }

    /// The row of an activity as JSON text, made when it is first asked for.
    pub fn row(&self, index: usize) -> &str {
        self.rows.get(index).map_or("null", |row| {
            row.get_or_init(|| {
                let row = self.activities[index].row();
                serde_json::to_string(&row)
                    .unwrap_or_default()
                    .into_boxed_str()
            })
        })
    }

    /// The place of an activity in the year.
    pub fn find(&self, id: &str) -> Option<usize> {
        self.activities
            .iter()
            .position(|activity| activity.id == id)
    }
}
