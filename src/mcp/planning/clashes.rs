//! What a change of the calendar comes in the way of.

use jiff::civil::Date;

use super::effect::Change;
use super::week_load::Tally;
use crate::intervals::activities::Activity;
use crate::intervals::events::Event;
use crate::mcp::params::Sport;
use crate::mcp::render::activities;
use crate::mcp::render::events::{is_absence, is_race, is_session, is_workout, span};

/// Days before a race on which a hard session is told.
const BEFORE_RACE: i32 = 2;

/// Why an absence does not allow a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// Nothing is known to be allowed.
    Absent,
    /// Other sports are.
    Sport,
    /// The day's sessions take `planned` s, `most` is allowed.
    Time { planned: i64, most: i64 },
}

/// Something to know before the change is made.
#[derive(Debug, Clone)]
pub enum Clash<'a> {
    /// New on a day that is over.
    Past(&'a Event),
    /// An absence, and the sessions that it does not allow.
    Absence {
        absence: &'a Event,
        sessions: Vec<(&'a Event, Limit)>,
    },
    /// A session of at least the load of a usual day, so many days before a race.
    BeforeRace {
        session: &'a Event,
        race: &'a Event,
        days: i32,
        usual: f64,
    },
    /// Other sessions of the same day, planned or done.
    SameDay {
        session: &'a Event,
        planned: Vec<&'a Event>,
        done: Vec<&'a Activity>,
    },
}

fn day(event: &Event) -> Option<Date> {
    event.starts().map(|at| at.date())
}

/// What is to be done on a day and not some time in its week.
fn is_of_a_day(event: &Event) -> bool {
    is_session(event) && event.for_week != Some(true)
}

struct Search<'a> {
    change: &'a Change<'a>,
    tally: &'a Tally<'a>,
    /// What is there to be done from today on.
    open: Vec<(Date, &'a Event)>,
}

/// All of it, the worst first; `usual` is the load of a day of the last weeks.
#[must_use]
pub fn of<'a>(change: &'a Change<'a>, tally: &'a Tally<'a>, usual: Option<f64>) -> Vec<Clash<'a>> {
    let open = change.is.iter().filter(|event| is_of_a_day(event));
    let open = open
        .filter(|event| tally.is_open(event))
        .filter_map(|event| Some((day(event)?, event)));
    let search = Search {
        change,
        tally,
        open: open.collect(),
    };
    let mut found = search.past();
    found.extend(search.absences());
    found.extend(usual.into_iter().flat_map(|usual| search.races(usual)));
    found.extend(search.days());
    found
}

impl<'a> Search<'a> {
    fn is_news(&self, event: &Event) -> bool {
        let mut news = self.change.news().iter();
        news.any(|new| std::ptr::eq(new, event))
    }

    /// Whether a session is new on its day.
    fn is_new_there(&self, session: &Event) -> bool {
        self.is_news(session)
            && self
                .change
                .before(session)
                .is_none_or(|before| !is_session(before) || day(before) != day(session))
    }

    fn past(&self) -> Vec<Clash<'a>> {
        let news = self.change.news().iter();
        news.filter(|event| is_of_a_day(event) && event.paired_activity_id.is_none())
            .filter(|event| day(event).is_some_and(|day| day < self.tally.today))
            .filter(|event| self.is_new_there(event))
            .map(Clash::Past)
            .collect()
    }

    fn absences(&self) -> Vec<Clash<'a>> {
        let absences = self.change.is.iter().filter(|event| is_absence(event));
        let clashes = absences.filter_map(|absence| {
            let (first, last) = span(absence)?;
            let is_new = self.is_news(absence) && is_another(absence, self.change.before(absence));
            let sessions: Vec<(&Event, Limit)> = self
                .open
                .iter()
                .filter(|(day, _)| (first..=last).contains(day))
                .filter(|(_, session)| is_new || self.is_new_or_longer(session))
                .filter_map(|(day, session)| Some((*session, self.limit(absence, *day, session)?)))
                .collect();
            (!sessions.is_empty()).then_some(Clash::Absence { absence, sessions })
        });
        clashes.collect()
    }

    fn is_new_or_longer(&self, session: &Event) -> bool {
        let grows = |before: &Event| {
            before.moving_time < session.moving_time || before.sport != session.sport
        };
        self.is_new_there(session)
            || (self.is_news(session) && self.change.before(session).is_some_and(grows))
    }

    /// Why `absence` does not allow `session`; `None` when it does.
    fn limit(&self, absence: &Event, day: Date, session: &Event) -> Option<Limit> {
        let sports = absence.can_train_sports.as_deref().unwrap_or_default();
        let most = absence.max_training_time.filter(|most| *most > 0);
        match absence.training_availability.as_deref() {
            Some("NORMAL") => return None,
            Some("UNAVAILABLE") => return Some(Limit::Absent),
            _ if sports.is_empty() && most.is_none() => return Some(Limit::Absent),
            _ => {}
        }
        let sport = session.sport.as_deref().unwrap_or_default();
        if !sports.is_empty() && !sports.iter().any(|can| Sport::of(can).covers(sport)) {
            return Some(Limit::Sport);
        }
        let of_day = self.open.iter().filter(|(other, _)| *other == day);
        let times = of_day.filter_map(|(_, session)| session.moving_time);
        let planned = times.fold(0, i64::saturating_add);
        most.filter(|most| planned > *most)
            .map(|most| Limit::Time { planned, most })
    }

    fn races(&self, usual: f64) -> Vec<Clash<'a>> {
        let mut found = Vec::new();
        let matters = |race: &Event| {
            is_race(race) && matches!(race.category.as_deref(), Some("RACE_A" | "RACE_B"))
        };
        for (on, race) in self.open.iter().filter(|(_, event)| matters(event)) {
            let days = |from: Date| on.since(from).map_or(0, |span| span.get_days());
            for (from, session) in self.open.iter().filter(|(_, event)| is_workout(event)) {
                let days = days(*from);
                let is_hard = session
                    .icu_training_load
                    .is_some_and(|load| is_at_least(load, usual));
                let is_new = self.is_new_there(race)
                    || self.is_new_there(session)
                    || self.is_harder(session);
                if (1..=BEFORE_RACE).contains(&days) && is_hard && is_new {
                    found.push(Clash::BeforeRace {
                        session,
                        race,
                        days,
                        usual,
                    });
                }
            }
        }
        found
    }

    fn is_harder(&self, session: &Event) -> bool {
        let load = session.icu_training_load;
        self.is_news(session)
            && self
                .change
                .before(session)
                .is_some_and(|before| before.icu_training_load < load)
    }

    fn days(&self) -> Vec<Clash<'a>> {
        let clashes = self.open.iter().filter_map(|(on, session)| {
            if !self.is_new_there(session) {
                return None;
            }
            let others = self.open.iter().filter(|(day, _)| day == on);
            let planned: Vec<&Event> = others
                .map(|(_, other)| *other)
                // What comes together is meant to be together, but for a race.
                .filter(|other| !self.is_news(other) || is_race(other))
                .filter(|other| !std::ptr::eq(*other, *session))
                .collect();
            let done: Vec<&Activity> = self
                .tally
                .done
                .unwrap_or_default()
                .iter()
                .filter(|a| activities::day(a) == Some(*on))
                .collect();
            let is_alone = planned.is_empty() && done.is_empty();
            (!is_alone).then_some(Clash::SameDay {
                session,
                planned,
                done,
            })
        });
        clashes.collect()
    }
}

#[expect(clippy::cast_precision_loss, reason = "load points of one session")]
fn is_at_least(load: i64, usual: f64) -> bool {
    load > 0 && load as f64 >= usual
}

/// Whether the days of an absence, or what it allows, are other than `before`.
fn is_another(absence: &Event, before: Option<&Event>) -> bool {
    type Terms<'t> = (
        Option<(Date, Date)>,
        Option<&'t str>,
        Option<i64>,
        Option<&'t [String]>,
    );
    fn terms(event: &Event) -> Terms<'_> {
        (
            span(event),
            event.training_availability.as_deref(),
            event.max_training_time,
            event.can_train_sports.as_deref(),
        )
    }
    before.is_none_or(|before| !is_absence(before) || terms(before) != terms(absence))
}
