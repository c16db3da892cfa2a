//! What a change of the calendar does: for dry runs, and for the answers of everything that writes into it.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::ToSpan;
use jiff::civil::Date;

use super::clashes;
use super::week_load::{self, Tally, Week};
use crate::intervals::EventId;
use crate::intervals::activities::{Activity, ListActivities};
use crate::intervals::events::Event;
use crate::intervals::preferences::Preferences;
use crate::intervals::wellness::Wellness;
use crate::mcp::context::{Context, Local};
use crate::mcp::error::ToolError;
use crate::mcp::forecast::{Found, RECENT};
use crate::mcp::render;
use crate::mcp::render::effect::{self, Forms};
use crate::mcp::render::events::{is_session, week_start};
use crate::mcp::reply::Reply;

/// Days behind the last touched one whose races are looked at.
const RACE_DAYS: i64 = 84;
/// Days ahead that fitness is projected over at most.
const MOST_AHEAD: i32 = 366;
/// So many touched days have their form told one by one; of more the last.
const EACH_DAY: usize = 3;

const WELLNESS_FIELDS: &[&str] = &["ctl", "atl", "ctlLoad", "atlLoad"];
const DONE_FIELDS: &[&str] = &[
    "name",
    "type",
    "start_date_local",
    "icu_training_load",
    "moving_time",
    "paired_event_id",
    "source",
];

/// What surrounds the days that a change touches.
pub struct Around {
    /// The calendar from the week before the first touched one, or from today, to the horizon: before-images too.
    pub events: Arc<Vec<Event>>,
    days: Days,
    /// The last weeks; `None` when they could not be read, as below.
    wellness: Option<Arc<Vec<Wellness>>>,
    done: Option<Arc<Vec<Activity>>>,
    preferences: Option<Arc<Preferences>>,
}

/// The days that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Days {
    pub oldest: Date,
    pub newest: Date,
    /// Whether some of what is touched lies ahead, and not too far to project fitness to it.
    pub is_ahead: bool,
}

impl Days {
    /// Those around the touched ones, `first` to `last`.
    #[must_use]
    pub fn around(first: Date, last: Date, today: Date) -> Self {
        let day = |from: Date, days: i64| from.checked_add(days.days()).unwrap_or(from);
        let distance = last.since(today).map_or(0, |span| span.get_days());
        let is_ahead = (0..=MOST_AHEAD).contains(&distance);
        let oldest = day(week_start(first.min(last)), -7);
        Self {
            oldest: if is_ahead { oldest.min(today) } else { oldest },
            newest: if is_ahead {
                day(last, RACE_DAYS)
            } else {
                day(week_start(last), 6)
            },
            is_ahead,
        }
    }
}

impl Around {
    /// The first and the last day of the calendar that was read.
    #[must_use]
    pub const fn window(&self) -> (Date, Date) {
        (self.days.oldest, self.days.newest)
    }

    /// What was done on these days until today; `None` when that could not be read.
    #[must_use]
    pub fn done(&self) -> Option<&[Activity]> {
        self.done.as_ref().map(|done| done.as_slice())
    }

    /// Reads what surrounds the touched days `first` to `last`, in one round: the calendar, and as far as they can be read what
    /// was done since the week before, the last weeks of fitness and how sports are weighted. Nothing of fitness is read for
    /// what lies behind, or more than a year ahead.
    ///
    /// # Errors
    /// When the calendar cannot be read.
    pub async fn read(
        context: &Context,
        local: &Local,
        first: Date,
        last: Date,
    ) -> Result<Self, ToolError> {
        let today = local.today();
        let days = Days::around(first, last, today);
        let client = context.client();
        let (events, done, wellness, preferences) = tokio::join!(
            async {
                let events = client.events();
                events.list(days.oldest, days.newest, &[], false).await
            },
            async {
                if days.oldest > today {
                    return Ok(Arc::default());
                }
                let query = ListActivities {
                    oldest: days.oldest,
                    newest: days.newest.min(today),
                    limit: None,
                    fields: DONE_FIELDS,
                };
                client.activities().list(&query).await
            },
            async {
                if !days.is_ahead {
                    return Ok(Arc::default());
                }
                let since = today.checked_sub(RECENT.days()).unwrap_or(today);
                client.wellness().list(since, today, WELLNESS_FIELDS).await
            },
            async {
                match days.is_ahead {
                    true => client.preferences().get().await.ok(),
                    false => None,
                }
            },
        );
        Ok(Self {
            events: events?,
            days,
            wellness: wellness.ok(),
            done: done.ok(),
            preferences,
        })
    }
}

/// The calendar without and with a change.
pub struct Change<'a> {
    pub was: Cow<'a, [Event]>,
    /// What stays as it is, and behind it what is new or other than it was.
    pub is: Vec<Event>,
    kept: usize,
    ids: BTreeSet<EventId>,
}

impl<'a> Change<'a> {
    /// `before` of what the calendar holds becomes `after`: what is only in `before` goes, what is only in `after` comes.
    #[must_use]
    pub fn of(calendar: &'a [Event], before: &[Event], after: &[Event], tally: &Tally<'_>) -> Self {
        let ids: BTreeSet<EventId> = before.iter().chain(after).map(|event| event.id).collect();
        let beyond: Vec<&Event> = before
            .iter()
            .filter(|event| !calendar.iter().any(|known| known.id == event.id))
            .collect();
        let was = if beyond.is_empty() {
            Cow::Borrowed(calendar)
        } else {
            calendar.iter().chain(beyond).cloned().collect()
        };
        let mut is: Vec<Event> = was
            .iter()
            .filter(|event| !ids.contains(&event.id))
            .cloned()
            .collect();
        let kept = is.len();
        is.extend(after.iter().cloned());
        for event in is.iter_mut().skip(kept) {
            let before = was.iter().find(|before| before.id == event.id);
            let is_due = event.starts().is_some_and(|at| at.date() >= tally.today);
            let is_entered = tally.is_done_by_unknown(event);
            if is_due
                && is_entered
                && before.is_some_and(|before| before.paired_activity_id.is_none())
            {
                // Entered as planned, it leaves the load of the day as it is.
                event.paired_activity_id = None;
            }
        }
        Self { was, is, kept, ids }
    }

    /// What is new or other than it was.
    #[must_use]
    pub fn news(&self) -> &[Event] {
        self.is.get(self.kept..).unwrap_or_default()
    }

    /// What `event` was, unless it is new.
    #[must_use]
    pub fn before(&self, event: &Event) -> Option<&Event> {
        self.was.iter().find(|known| known.id == event.id)
    }

    /// All that it is about, as it was and as it is.
    pub fn touched(&self) -> impl Iterator<Item = &Event> {
        let was = self.was.iter().filter(|e| self.ids.contains(&e.id));
        was.chain(self.news())
    }
}

/// Whether it changes how fitness goes.
fn counts(event: &Event) -> bool {
    let sets = matches!(
        event.category.as_deref(),
        Some("FITNESS_DAYS" | "SET_FITNESS")
    );
    is_session(event) || sets
}

/// Adds what it does that `before` becomes `after`: events that go are only in `before`, those that come only in `after`.
/// `around` was read before anything was written; what comes may have any id that the calendar does not know.
pub fn show(reply: &mut Reply, around: &Around, local: &Local, before: &[Event], after: &[Event]) {
    let (today, year) = (local.today(), local.today().year());
    let done = around.done();
    let tally = Tally { done, today };
    let change = Change::of(&around.events, before, after, &tally);
    let weeks = week_load::weeks(&change, &tally, around.days.oldest);
    effect::weeks(reply, &weeks, year);
    let recent = around.wellness.as_ref().zip(done);
    let found = recent
        .filter(|_| around.days.is_ahead)
        .map(|(wellness, done)| {
            let preferences = around.preferences.as_deref();
            (
                Found::of(wellness, done, &change.was, preferences, local),
                done,
            )
        });
    let form = form(reply, around, local, &change, &weeks, found.as_ref());
    let usual = found.as_ref().map(|(found, _)| found.usual());
    render::clashes::show(reply, &clashes::of(&change, &tally, usual), year);
    let without: Vec<&Event> = change
        .news()
        .iter()
        .filter(|event| is_session(event) && event.icu_training_load.is_none())
        .filter(|event| tally.is_open(event))
        .collect();
    effect::without_load(reply, &without, year);
    let load = (!weeks.is_empty()).then(|| {
        let stubs = done.into_iter().flatten().filter(|a| a.is_stub());
        effect::load_basis(done.map(|_| week_load::within(stubs, &weeks).count()))
    });
    let basis: Vec<String> = load.into_iter().chain(form).collect();
    if !basis.is_empty() {
        reply.footer(format!("{}.", basis.join(". ")));
    }
}

/// Adds form and ramp, and returns what they rest on or why there are none; `None` where nothing ahead is touched.
fn form(
    reply: &mut Reply,
    around: &Around,
    local: &Local,
    change: &Change<'_>,
    weeks: &[Week<'_>],
    found: Option<&(Found<'_>, &[Activity])>,
) -> Option<String> {
    let today = local.today();
    let days: BTreeSet<Date> = change
        .touched()
        .filter(|event| counts(event))
        .filter_map(|event| Some(event.starts()?.date()))
        .filter(|date| *date >= today)
        .collect();
    let last = days.last().copied()?;
    if !around.days.is_ahead {
        return Some("Form is not projected more than a year ahead".to_owned());
    }
    let Some((found, done)) = found else {
        return Some("Form is not projected: fitness could not be read just now".to_owned());
    };
    let end = last.checked_add(RACE_DAYS.days()).unwrap_or(last);
    let courses = found
        .course(&change.was, done, end)
        .zip(found.course(&change.is, done, end));
    let Some((was, is)) = courses else {
        return Some("No form: Intervals.icu has no fitness figures for today".to_owned());
    };
    let skipped = match days.len() {
        ..=EACH_DAY => 0,
        many => many - 1,
    };
    let forms = Forms {
        was: &was,
        is: &is,
        touched: days.into_iter().skip(skipped).collect(),
        today,
        units: local.units,
    };
    forms.show(reply, &change.is);
    forms.ramp(reply, weeks.iter().map(|week| week.monday));
    Some(forms.basis(&found.rests_on()))
}

#[cfg(test)]
pub(super) mod tests {
    use std::time::Duration;

    use serde_json::{Value, json};
    use tokio::net::TcpListener;

    use super::*;
    use crate::clock::Clock;
    use crate::demo::{self, Demo, Fault, FaultScope};
    use crate::identity::Scopes;
    use crate::intervals::{self, sample};
    use crate::mcp::changes::Changes;
    use crate::mcp::context::Home;
    use crate::mcp::news::News;
    use crate::mcp::registry::Registry;
    use crate::state::{MemoryStore, Store};
    use crate::units::Units;

    /// Wed 2026-11-25.
    const TODAY: &str = "2026-11-25";

    fn local(units: Units) -> Local {
        Local {
            now: format!("{TODAY}T12:00[Europe/Zurich]").parse().unwrap(),
            units,
            units_known: true,
        }
    }

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn session(id: i64, on: &str, name: &str, load: i64, minutes: i64) -> Value {
        let start = format!("{on}T00:00:00");
        json!({"id": id, "category": "WORKOUT", "type": "Ride", "start_date_local": start, "name": name,
            "icu_training_load": load, "moving_time": minutes * 60})
    }

    fn with(mut event: Value, members: Value) -> Value {
        let members = members.as_object().unwrap().clone();
        event.as_object_mut().unwrap().extend(members);
        event
    }

    fn race(id: i64, on: &str, name: &str) -> Value {
        with(
            session(id, on, name, 200, 240),
            json!({"category": "RACE_A"}),
        )
    }

    fn done(id: &str, on: &str, name: &str, load: i64, minutes: i64) -> Value {
        json!({"id": id, "type": "Ride", "start_date_local": format!("{on}T10:00:00"), "name": name,
            "icu_training_load": load, "moving_time": minutes * 60})
    }

    /// Days of an absence, the last of them exclusive.
    fn absence(category: &str, first: &str, end: &str, members: Value) -> Value {
        let absence = json!({"id": 90, "category": category, "name": "Lake week",
            "start_date_local": format!("{first}T00:00:00"), "end_date_local": format!("{end}T00:00:00")});
        with(absence, members)
    }

    /// Yesterday and today end at a fitness and a fatigue of 50, since both had a load of 50.
    fn steady() -> Value {
        json!([
            {"id": "2026-11-24", "ctl": 50.0, "atl": 50.0, "ctlLoad": 50.0, "atlLoad": 50.0},
            {"id": "2026-11-25", "ctl": 50.0, "atl": 50.0, "ctlLoad": 50.0, "atlLoad": 50.0},
        ])
    }

    /// What the athlete did: 200 in the week before, 60 on Monday, 50 today.
    fn history() -> Value {
        json!([
            done("i1", "2026-11-18", "Long ride", 200, 120),
            done("i2", "2026-11-23", "Coffee ride", 60, 60),
            done("i3", TODAY, "Lunch ride", 50, 45),
        ])
    }

    struct Scene {
        around: Around,
        units: Units,
    }

    fn scene(events: &[Value]) -> Scene {
        Scene {
            around: Around {
                events: Arc::new(sample::events(&json!(events))),
                days: Days::around(day(TODAY), day("2026-11-29"), day(TODAY)),
                wellness: Some(Arc::new(sample::wellness(&steady()))),
                done: Some(Arc::new(sample::activities(&history()))),
                preferences: Some(Arc::new(sample::preferences(&json!({})))),
            },
            units: Units::default(),
        }
    }

    impl Scene {
        fn done(mut self, activities: &[Value]) -> Self {
            self.around.done = Some(Arc::new(sample::activities(&json!(activities))));
            self
        }

        fn says(&self, before: &[Value], after: &[Value]) -> String {
            let mut reply = Reply::new("head");
            let (before, after) = (json!(before), json!(after));
            let (before, after) = (sample::events(&before), sample::events(&after));
            show(
                &mut reply,
                &self.around,
                &local(self.units),
                &before,
                &after,
            );
            reply.finish("m")
        }

        fn line(&self, before: &[Value], after: &[Value], begins: &str) -> String {
            let said = self.says(before, after);
            let mut lines = said.lines().filter(|line| line.starts_with(begins));
            let line = lines.next().unwrap_or_default().to_owned();
            assert_eq!(lines.next(), None, "{said}");
            line
        }
    }

    /// At rest, n days from now, form is 50 (e^(-n/42) - e^(-n/7)): 13.981 after 3, 17.222 after 4, 28.092 after 11 days.
    /// A load L adds L ((1 - e^(-1/42)) e^(-n/42) - (1 - e^(-1/7)) e^(-n/7)) n days after it, of 100 -10.959 that evening,
    /// -9.243, -7.760, … and -2.301 after 8 days, -1.781 after 9.
    #[test]
    fn a_new_session_says_what_it_makes_of_week_form_and_race() {
        let easy = session(1, "2026-11-27", "Easy ride", 40, 60);
        let scene = scene(&[easy, race(2, "2026-12-06", "Tannsee Gran Fondo")]);
        let said = scene.says(&[], &[session(-1, "2026-11-28", "Tempo", 100, 90)]);
        // 60 + 50 done, 40 planned, 100 more; 1:00 + 0:45 done, 1:00 planned, 1:30 more.
        // Saturday: 13.981 - 0.4 x 9.243 = 10.284, less 10.959. Sunday: 17.222 - 0.4 x 7.760 = 14.118, less 9.243.
        // The morning of the race, its own load left out: 28.092 - 0.4 x 1.781 = 27.380, less 2.301.
        assert_eq!(
            said,
            "head\n\
             Week of Mon 11-23: load 150 → 250 (2:45 → 4:15 h), 110 of it done; week before 200\n\
             Form, evening: Sat 11-28 +10.3 → -0.7 (grey zone), Sun 11-29 +14.1 → +4.9 (grey zone); morning: Sun 12-06 \
             race A Tannsee Gran Fondo +27.4 → +25.1 (transition)\n\
             Load done, and planned from today on. Form projected over the plan, time constants 42 and 7 days (assumed)."
        );
    }

    #[test]
    fn what_is_done_counts_once_and_what_was_not_done_not_at_all() {
        let plan = [
            // Done on Monday, and said so on either side.
            with(
                session(1, "2026-11-23", "Coffee ride", 70, 70),
                json!({"paired_activity_id": "i2"}),
            ),
            session(2, "2026-11-24", "Skipped", 80, 60),
            session(3, "2026-11-27", "Easy ride", 40, 60),
        ];
        let mut history = history();
        history[2]["paired_event_id"] = json!(4);
        let today = session(4, TODAY, "Lunch ride", 55, 50);
        let events: Vec<Value> = plan.iter().cloned().chain([today]).collect();
        let scene = scene(&events).done(history.as_array().unwrap());
        // Without the easy ride there is 60 + 50 in the week, in 1:45.
        let week = scene.line(&[plan[2].clone()], &[], "Week");
        assert_eq!(
            week,
            "Week of Mon 11-23: load 150 → 110 (2:45 → 1:45 h); week before 200"
        );
        // Without what was skipped all is as it was.
        let said = scene.says(&[plan[1].clone()], &[]);
        assert!(
            said.contains("load 150 (2:45 h), 110 of it done") && !said.contains("Form,"),
            "{said}"
        );
    }

    #[test]
    fn a_session_that_changes_shows_that_days_form() {
        let was = session(1, "2026-11-26", "Tempo", 100, 90);
        let scene = scene(std::slice::from_ref(&was));
        // Thursday: 5.480 - 10.959; halved, 5.480 - 5.480 to three digits. Sunday: 17.222 - 6.481, and half of that.
        let form = scene.line(
            std::slice::from_ref(&was),
            &[session(1, "2026-11-26", "Tempo", 50, 60)],
            "Form,",
        );
        assert_eq!(
            form,
            "Form, evening: Thu 11-26 -5.5 → 0 (grey zone), Sun 11-29 +10.7 → +14 (fresh)"
        );
        // Another name changes nothing, but one may want to know.
        let said = scene.says(&[was], &[session(1, "2026-11-26", "Sweet spot", 100, 90)]);
        assert!(
            said.contains("load 210 (3:15 h)") && said.contains("Thu 11-26 -5.5 (grey zone),"),
            "{said}"
        );
    }

    #[test]
    fn a_week_that_was_not_read_is_not_told_as_empty() {
        let was = session(1, "2026-11-17", "Sweet spot", 100, 90);
        let is = session(1, "2026-11-18", "Sweet spot", 100, 90);
        // It is read from the Monday of the week before today's on.
        let week = scene(std::slice::from_ref(&was)).line(&[was], &[is], "Week");
        assert!(
            week.starts_with("Week of Mon 11-16: ") && !week.contains("week before"),
            "{week}"
        );
    }

    #[test]
    fn what_an_activity_did_that_counts_already_counts_once() {
        let on = |date: &str| session(1, date, "Tempo", 100, 90);
        // Of today's lunch ride, load 50, which stood beside it.
        let paired = with(on(TODAY), json!({"paired_activity_id": "i3"}));
        let week = scene(&[on(TODAY)]).line(&[on(TODAY)], &[paired], "Week");
        assert!(week.contains("load 210 → 110 (3:15 → 1:45 h)"), "{week}");
    }

    #[test]
    fn what_is_said_to_be_done_keeps_its_load() {
        let on = |date: &str| session(1, date, "Tempo", 100, 90);
        let finished = |date: &str| with(on(date), json!({"paired_activity_id": "i77"}));
        let said = scene(&[on(TODAY)]).says(&[on(TODAY)], &[finished(TODAY)]);
        assert!(
            said.contains("load 210 (3:15 h)")
                && said.contains("Form, evening: Wed 11-25 -11 (optimal)"),
            "{said}"
        );
        // Of a day that is over nothing counted before.
        let week =
            scene(&[on("2026-11-24")]).line(&[on("2026-11-24")], &[finished("2026-11-24")], "Week");
        assert!(week.contains("load 110 → 210 (1:45 → 3:15 h)"), "{week}");
    }

    #[test]
    fn the_lowest_form_is_told_where_it_is_a_risk() {
        let camp: Vec<Value> = (26..29)
            .map(|day| session(-day, &format!("2026-11-{day}"), "Camp", 220, 300))
            .collect();
        let plan: Vec<Value> = camp
            .into_iter()
            .chain([session(-1, "2026-11-29", "Spin", 10, 30)])
            .collect();
        // Saturday: 13.981 + 2.2 (-10.959 - 9.243 - 7.760) = -47.5.
        let form = scene(&[]).line(&[], &plan, "Form,");
        assert!(
            form.ends_with("; lowest Sat 11-28 -47.5 (high risk)"),
            "{form}"
        );
        assert!(!scene(&[]).line(&[], &plan[3..], "Form,").contains("lowest"));
    }

    #[test]
    fn a_move_shows_both_days_and_both_weeks() {
        let was = session(1, "2026-11-26", "Tempo", 100, 90);
        let scene = scene(std::slice::from_ref(&was));
        let said = scene.says(&[was], &[session(1, "2026-12-01", "Tempo", 100, 90)]);
        // Tuesday is the sixth day: 22.125 - 4.428, or less 10.959; Thursday as above. The Sunday behind it is the eleventh day.
        assert!(said.contains(
            "Week of Mon 11-23: load 210 → 110 (3:15 → 1:45 h); week before 200\n\
             Week of Mon 11-30: load 0 → 100 (0:00 → 1:30 h)\n\
             Form, evening: Thu 11-26 -5.5 → +5.5 (fresh), Tue 12-01 +17.7 → +11.2 (fresh), Sun 12-06"
        ), "{said}");
    }

    #[test]
    fn of_many_days_the_last_is_told() {
        let plan: Vec<Value> = (26..30)
            .map(|day| session(-day, &format!("2026-11-{day}"), "Ride", 50, 60))
            .collect();
        let form = scene(&[]).line(&[], &plan, "Form,");
        assert!(
            form.starts_with("Form, evening: Sun 11-29 +17.2 → ") && !form.contains("Sat"),
            "{form}"
        );
    }

    /// Today's figure holds what is planned for the evening: 60 and 50 go into a row that ends at 51.412 and 57.987.
    #[test]
    fn another_session_today_changes_the_evening_from_where_the_day_stands() {
        let planned = session(1, TODAY, "Tempo", 60, 60);
        let mut scene = scene(std::slice::from_ref(&planned));
        for (row, load) in [
            // 50 + 0.0235283 (110 - 50) and 50 + 0.1331221 (110 - 50).
            (json!({"ctl": 51.4117, "atl": 57.9873}), 110.0),
            (json!({"ctl": 50.0, "atl": 50.0}), 50.0),
        ] {
            let today = with(row, json!({"id": TODAY, "ctlLoad": load, "atlLoad": load}));
            let rows = json!([steady()[0].clone(), today]);
            scene.around.wellness = Some(Arc::new(sample::wellness(&rows)));
            // 60 are worth 1.4117 - 7.9873 = -6.5756, the 160 in their place -17.534.
            let form = scene.line(
                std::slice::from_ref(&planned),
                &[session(1, TODAY, "Tempo", 160, 90)],
                "Form,",
            );
            assert!(
                form.starts_with("Form, evening: Wed 11-25 -6.6 → -17.5 (optimal), "),
                "{form}"
            );
            // And nothing in its place leaves the day as it stands.
            let form = scene.line(std::slice::from_ref(&planned), &[], "Form,");
            assert!(
                form.starts_with("Form, evening: Wed 11-25 -6.6 → 0 (grey zone), "),
                "{form}"
            );
        }
    }

    #[test]
    fn form_is_in_percent_where_the_athlete_has_it_so() {
        let mut scene = scene(&[]);
        scene.units.form_percent = true;
        let form = scene.line(&[], &[session(-1, "2026-11-26", "Tempo", 100, 90)], "Form,");
        // Thursday at rest 5.480 of 48.824, else 5.480 - 10.959 of 48.824 + 2.353.
        assert!(
            form.starts_with("Form, evening: Thu 11-26 +11% → -11% (optimal), "),
            "{form}"
        );
    }

    #[test]
    fn a_sport_counts_as_the_athlete_weights_it() {
        let mut scene = scene(&[]);
        let settings =
            json!({"icu_type_settings": [{"type": "Ride", "ctlFactor": 1.0, "atlFactor": 0.5}]});
        scene.around.preferences = Some(Arc::new(sample::preferences(&settings)));
        let said = scene.says(&[], &[session(-1, "2026-11-26", "Tempo", 100, 90)]);
        // 5.480 + 2.353 - 6.656.
        assert!(said.contains("Thu 11-26 +5.5 → +1.2 (grey zone)"), "{said}");
        assert!(said.contains("Ride 1 in fitness, 0.5 in fatigue"), "{said}");
    }

    #[test]
    fn a_week_that_fitness_rises_too_fast_in_is_told() {
        let plan: Vec<Value> = (26..30)
            .map(|day| session(-day, &format!("2026-11-{day}"), "Camp", 150, 240))
            .collect();
        // From 50 on Sunday, as it is known: at rest it ends at 50 e^(-4/42) = 45.458; 150 (1 - e^(-4/42)) = 13.626 more.
        let mut scene = scene(&[]);
        let rows = json!([{"id": "2026-11-22", "ctl": 50.0, "atl": 50.0}, steady()[0].clone(), steady()[1].clone()]);
        scene.around.wellness = Some(Arc::new(sample::wellness(&rows)));
        let ramp = scene.line(&[], &plan, "Ramp");
        assert_eq!(
            ramp,
            "Ramp: CTL -4.5 → +9.1 in the week of Mon 11-23 (too steep to hold for long)."
        );
        assert_eq!(scene.line(&[], &plan[..2], "Ramp"), "");
    }

    #[test]
    fn a_target_of_the_week_is_held_against_what_it_comes_to() {
        let target = json!({"id": 5, "category": "TARGET", "start_date_local": "2026-11-23T00:00:00", "for_week": true,
            "load_target": 300, "time_target": 4 * 3600});
        let other = with(
            target.clone(),
            json!({"id": 6, "type": "Run", "load_target": 30, "time_target": null}),
        );
        // Where weeks begin on Sunday.
        let sunday = with(
            target.clone(),
            json!({"id": 7, "start_date_local": "2026-11-22T00:00:00", "load_target": 210,
            "time_target": null}),
        );
        let scene = scene(&[target.clone(), other, sunday]);
        let week = scene.line(&[], &[session(-1, "2026-11-28", "Tempo", 100, 150)], "Week");
        // 110 done and 100 planned, in 1:45 and 2:30.
        assert_eq!(
            week,
            "Week of Mon 11-23: load 110 → 210 (1:45 → 4:15 h), 110 of it done; week before 200; target 300 (90 short), \
             4:00 h (0:15 over); target Run 30 (30 short); target Sun 11-22 to Sat 11-28 210 (met)"
        );
        // A target of its own brings its week.
        let said = scene.says(
            std::slice::from_ref(&target),
            &[with(
                target.clone(),
                json!({"load_target": 90, "time_target": 0}),
            )],
        );
        assert!(
            said.contains("load 110 (1:45 h); week before 200; target Run 30 (30 short); target Sun 11-22 to Sat 11-28 210 (100 short); target 90 (20 over)"),
            "{said}"
        );
        assert!(!said.contains("Form,"), "{said}");
    }

    #[test]
    fn what_cannot_be_read_is_said_and_left_out() {
        let paired = with(
            session(1, "2026-11-23", "Coffee ride", 70, 70),
            json!({"paired_activity_id": "i2"}),
        );
        let new = [session(-1, "2026-11-28", "Tempo", 100, 90)];
        let mut scene = scene(&[paired]);
        scene.around.preferences = None;
        assert!(
            scene
                .says(&[], &new)
                .contains("weights per sport could not be read")
        );
        scene.around.wellness = None;
        let said = scene.says(&[], &new);
        assert!(
            said.contains("load 110 → 210") && !said.contains("Form,"),
            "{said}"
        );
        assert!(
            said.ends_with(
                "from today on. Form is not projected: fitness could not be read just now."
            ),
            "{said}"
        );
        scene.around.done = None;
        let said = scene.says(&[], &new);
        assert!(
            said.contains("load 70 → 170")
                && said.contains("Load as planned: what is done could not be read"),
            "{said}"
        );
        // No figures of today.
        scene.around.done = Some(Arc::default());
        scene.around.wellness = Some(Arc::default());
        assert!(
            scene
                .says(&[], &new)
                .contains("No form: Intervals.icu has no fitness figures for today.")
        );
    }

    #[test]
    fn strava_sessions_of_these_weeks_are_counted_out() {
        let stub = |id: &str, on: &str| {
            json!({"id": id, "start_date_local": format!("{on}T10:00:00"), "source": "STRAVA",
            "_note": "STRAVA activities are not available via the API"})
        };
        let done = [
            stub("i7", "2026-11-17"),
            stub("i8", "2026-11-24"),
            stub("i9", "2026-11-10"),
        ];
        let said = scene(&[])
            .done(&done)
            .says(&[], &[session(-1, "2026-11-28", "Tempo", 100, 90)]);
        assert!(
            said.contains("without 2 activities through Strava, whose load is withheld"),
            "{said}"
        );
    }

    #[test]
    fn what_has_no_load_is_said_once() {
        let bare = |id: i64, name: &str| {
            with(
                session(id, "2026-11-27", name, 0, 60),
                json!({"icu_training_load": null}),
            )
        };
        let rest = session(-9, "2026-11-26", "Yoga", 0, 60);
        let new = [
            bare(-1, "Strides"),
            bare(-2, "Core"),
            bare(-3, "Drills"),
            bare(-4, "Swim"),
            rest,
        ];
        assert_eq!(
            scene(&[]).line(&[], &new, "No load"),
            "No load, counted as 0 (workout, steps or load would change that): Fri 11-27 Strides, Fri 11-27 Core, Fri 11-27 Drills, 1 more."
        );
    }

    #[test]
    fn what_changes_neither_load_nor_days_says_nothing() {
        let note = json!({"id": 3, "category": "NOTE", "name": "Bike service", "start_date_local": "2026-11-27T00:00:00"});
        let easy = session(1, "2026-11-27", "Easy ride", 40, 60);
        assert_eq!(scene(&[easy, note.clone()]).says(&[note], &[]), "head");
    }

    #[test]
    fn what_lies_behind_changes_no_form() {
        let mut scene = scene(&[]).done(&[done("i1", "2025-03-04", "Ride", 80, 60)]);
        scene.around.days = Days::around(day("2025-03-05"), day("2025-03-05"), day(TODAY));
        scene.around.wellness = Some(Arc::default());
        let said = scene.says(&[], &[session(-1, "2025-03-05", "Tempo", 100, 90)]);
        assert_eq!(
            said,
            "head\n\
             Week of Mon 2025-03-03: load 80 (1:00 h); week before 0\n\
             Clash: Wed 2025-03-05 Tempo is in the past.\n\
             Load done, and planned from today on."
        );
    }

    #[test]
    fn the_days_around_a_change_are_those_that_it_can_reach() {
        let of = |first: &str, last: &str| {
            let days = Days::around(day(first), day(last), day(TODAY));
            (
                days.oldest.to_string(),
                days.newest.to_string(),
                days.is_ahead,
            )
        };
        let all = |oldest: &str, newest: &str, ahead| (oldest.to_owned(), newest.to_owned(), ahead);
        // 84 days behind the last; the Monday of the week before the first, unless today is earlier.
        assert_eq!(
            of("2026-11-27", "2026-11-28"),
            all("2026-11-16", "2027-02-20", true)
        );
        assert_eq!(
            of("2027-02-03", "2027-02-03"),
            all(TODAY, "2027-04-28", true)
        );
        assert_eq!(
            of("2026-11-20", TODAY),
            all("2026-11-09", "2027-02-17", true)
        );
        // Behind, and farther ahead than anybody projects.
        assert_eq!(
            of("2025-03-05", "2025-03-05"),
            all("2025-02-24", "2025-03-09", false)
        );
        assert_eq!(
            of("2028-03-01", "2028-03-01"),
            all("2028-02-21", "2028-03-05", false)
        );
    }

    #[test]
    fn sessions_of_the_same_day_are_told_unless_they_come_together() {
        let easy = session(1, TODAY, "Easy ride", 40, 60);
        let both = [
            session(-1, TODAY, "Tempo", 100, 90),
            session(-2, TODAY, "Core", 5, 20),
        ];
        let scene = scene(&[easy]);
        let said = scene.says(&[], &both);
        assert!(said.contains("Clash: Wed 11-25 Tempo: that day also Easy ride (load 40, 1:00 h), done Lunch ride (load 50, 0:45 h).\n\
            Clash: Wed 11-25 Core: that day also Easy ride"), "{said}");
        // One that stays on its day is in nobody's way.
        assert_eq!(
            scene.line(
                &[session(1, TODAY, "Easy ride", 40, 60)],
                &[session(1, TODAY, "Easy", 45, 70)],
                "Clash"
            ),
            ""
        );
    }

    #[test]
    fn hard_sessions_before_a_race_are_told() {
        let race = race(2, "2026-11-29", "Tannsee Gran Fondo");
        let planned = session(3, "2026-11-28", "Openers", 30, 40);
        let hard = |on: &str, load| session(-1, on, "Tempo", load, 90);
        let scene = scene(&[race.clone(), planned]);
        // A usual day has 50.
        assert_eq!(
            scene.line(&[], &[hard("2026-11-27", 50)], "Clash"),
            "Clash: Fri 11-27 Tempo, load 50 (usual day 50), is 2 days before Sun 11-29 race A Tannsee Gran Fondo."
        );
        assert_eq!(scene.line(&[], &[hard("2026-11-27", 49)], "Clash"), "");
        assert_eq!(scene.line(&[], &[hard("2026-11-26", 200)], "Clash"), "");
        let openers = |load| session(3, "2026-11-28", "Openers", load, 40);
        let more = scene.line(&[openers(30)], &[openers(80)], "Clash");
        assert!(
            more.contains("Sat 11-28 Openers, load 80 (usual day 50), is 1 day before"),
            "{more}"
        );
        assert_eq!(scene.line(&[openers(80)], &[openers(30)], "Clash"), "");
        // And when the race comes to them.
        let mut moved = race;
        moved["start_date_local"] = json!("2026-12-02T08:00:00");
        let scene = self::scene(&[
            moved.clone(),
            session(3, "2026-11-30", "Long ride", 180, 240),
        ]);
        moved["name"] = json!("Lake Race");
        let before = [moved.clone()];
        assert_eq!(scene.line(&before, &[moved.clone()], "Clash"), "");
        moved["start_date_local"] = json!("2026-12-01T08:00:00");
        let line = scene.line(&before, &[moved], "Clash");
        assert!(
            line.contains(
                "Long ride, load 180 (usual day 50), is 1 day before Tue 12-01 race A Lake Race"
            ),
            "{line}"
        );
    }

    #[test]
    fn an_absence_says_what_it_does_not_allow() {
        let week =
            |members: Value| scene(&[absence("HOLIDAY", "2026-11-26", "2026-11-29", members)]);
        let on = |date: &str| [session(-1, date, "Long ride", 100, 180)];
        let none = week(json!({"training_availability": "UNAVAILABLE"}));
        assert_eq!(
            none.line(&[], &on("2026-11-28"), "Clash"),
            "Clash: holiday Lake week, Thu 11-26 to Sat 11-28, training unavailable: Sat 11-28 Long ride."
        );
        // Its end is exclusive.
        assert_eq!(none.line(&[], &on("2026-11-29"), "Clash"), "");
        assert!(
            week(json!({}))
                .line(&[], &on("2026-11-28"), "Clash")
                .contains("Long ride")
        );
        assert_eq!(
            week(json!({"training_availability": "NORMAL"})).line(&[], &on("2026-11-28"), "Clash"),
            ""
        );
        let limited = |most: i64, can: Value| {
            week(
                json!({"training_availability": "LIMITED", "max_training_time": most,
            "can_train_sports": can}),
            )
        };
        assert_eq!(
            limited(3 * 3600, json!(["Ride"])).line(&[], &on("2026-11-28"), "Clash"),
            ""
        );
        let short = limited(5400, json!(["Ride"])).line(&[], &on("2026-11-28"), "Clash");
        assert!(
            short.ends_with(
                "training limited: Sat 11-28 Long ride (3:00 h that day, at most 1:30)."
            ),
            "{short}"
        );
        let run = limited(0, json!(["Run"])).line(&[], &on("2026-11-28"), "Clash");
        assert!(run.ends_with("Sat 11-28 Long ride (no Ride)."), "{run}");
    }

    #[test]
    fn an_absence_that_comes_says_which_sessions_are_in_it() {
        let plan: Vec<Value> = (25..30)
            .map(|day| session(day, &format!("2026-11-{day}"), "Ride", 50, 60))
            .collect();
        let sick = absence("SICK", "2026-11-24", "2026-11-29", json!({"id": -5}));
        let said = scene(&plan).says(&[], std::slice::from_ref(&sick));
        assert_eq!(
            said,
            "head\nClash: sick Lake week, Tue 11-24 to Sat 11-28: Wed 11-25 Ride, Thu 11-26 Ride, Fri 11-27 Ride, 1 more."
        );
        let mut plan = plan;
        plan.push(with(sick, json!({"id": 90})));
        let stays = |name: &str| absence("SICK", "2026-11-24", "2026-11-29", json!({"name": name}));
        assert_eq!(scene(&plan).says(&[stays("Cold")], &[stays("Flu")]), "head");
    }

    #[test]
    fn of_many_clashes_the_first_are_told() {
        let plan: Vec<Value> = (0..8)
            .map(|n| session(n + 1, "2026-11-27", "Easy ride", 40, 60))
            .collect();
        let new: Vec<Value> = (0..8)
            .map(|n| session(-n - 1, "2026-11-27", "Tempo", 40, 60))
            .collect();
        let said = scene(&plan).says(&[], &new);
        assert_eq!(said.matches("Clash: ").count(), 6);
        assert!(
            said.contains("Easy ride (load 40, 1:00 h), 5 more.\nAnd 2 more clashes."),
            "{said}"
        );
    }

    /// A client of the invented athlete's service, whose today is Wed 2026-11-25.
    pub async fn demo() -> (Demo, Context) {
        let clock = Clock::manual("2026-11-25T11:00:00Z".parse().unwrap());
        let demo = Demo::new(clock.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(demo.clone().serve(listener));
        let settings = intervals::Settings {
            base_url: format!("http://{address}").parse().unwrap(),
            athlete_id: demo::ATHLETE_ID.parse().unwrap(),
            api_key: demo::API_KEY.to_owned().into(),
            rate: None,
            deadline: Duration::from_secs(20),
        };
        let client = intervals::Client::new(settings, clock.clone()).unwrap();
        let store: Arc<dyn Store> = Arc::new(MemoryStore::new(clock.clone()));
        let news = News::new(&store, &clock, demo::ATHLETE_ID);
        let secret = "a secret of thirty-two characters".into();
        let changes = Changes::new(store, clock.clone(), &secret, None, demo::ATHLETE_ID).unwrap();
        let registry = Arc::new(Registry::new(Vec::new(), true));
        let home = Home::new(client, clock, registry, changes, news);
        let context = home.call(Scopes::ALL, None);
        context.local().await.unwrap();
        demo.clear_journal();
        (demo, context)
    }

    fn asked(demo: &Demo) -> Vec<String> {
        let mut asked: Vec<String> = demo
            .journal()
            .iter()
            .map(|request| {
                request
                    .path
                    .rsplit('/')
                    .next()
                    .unwrap_or_default()
                    .to_owned()
            })
            .collect();
        asked.sort();
        demo.clear_journal();
        asked
    }

    #[tokio::test]
    async fn one_round_of_requests_reads_all_that_is_needed() {
        let (demo, context) = demo().await;
        let local = context.local().await.unwrap();
        let today = local.today();
        let tomorrow = today.tomorrow().unwrap();
        let around = Around::read(&context, &local, tomorrow, tomorrow)
            .await
            .unwrap();
        assert_eq!(
            asked(&demo),
            ["activities", "events", "wellness"],
            "settings are remembered"
        );
        let new = json!([session(-1, &tomorrow.to_string(), "Tempo", 100, 90)]);
        let mut reply = Reply::new("head");
        show(&mut reply, &around, &local, &[], &sample::events(&new));
        let said = reply.finish("m");
        for begin in [
            "Week of Mon 11-23: load ",
            "Form, evening: Thu 11-26 ",
            "Load done, and planned",
        ] {
            assert!(said.lines().any(|line| line.starts_with(begin)), "{said}");
        }
        assert!(
            said.contains("; morning: ") && !said.contains("(assumed)"),
            "{said}"
        );
        // Nothing of fitness for what lies behind.
        let then = today.checked_sub(400.days()).unwrap();
        Around::read(&context, &local, then, then).await.unwrap();
        assert_eq!(asked(&demo), ["activities", "events"]);
        assert_eq!(demo.violations(), Vec::<String>::new());
    }

    #[tokio::test]
    async fn only_the_calendar_is_essential() {
        let (demo, context) = demo().await;
        let local = context.local().await.unwrap();
        let today = local.today();
        for (path, essential) in [
            ("/wellness", false),
            ("/activities", false),
            ("/events", true),
        ] {
            context.client().forget();
            demo.faults().clear();
            let scope = FaultScope {
                path_contains: Some(path.to_owned()),
                times: None,
            };
            demo.faults().set(Fault::Status(403, None), scope);
            let around = Around::read(&context, &local, today, today).await;
            assert_eq!(around.is_err(), essential, "{path}");
        }
    }
}
