//! Workouts and plans of the library on the calendar.

use jiff::ToSpan as _;
use jiff::civil::{Date, Time, Weekday};
use serde_json::Value;

use super::draft::Draft;
use super::edit::{Edit, label};
use super::effect::Around;
use super::lookup;
use super::saving::are_twins;
use super::session::{Session, athlete};
use super::telling::some;
use crate::intervals::events::Event;
use crate::intervals::library::{Folder, Workout};
use crate::intervals::sports::SportSettings;
use crate::intervals::{EventId, Members};
use crate::mcp::context::{Context, Local};
use crate::mcp::error::ToolError;
use crate::mcp::library::{self, Found, Meant};
use crate::mcp::render::library::{is_plan, named};
use crate::mcp::render::{count, days, events};

/// Events that one call may make.
const MOST: usize = 300;
/// The last day that a plan may have, counted from 0.
const LAST_DAY: i64 = 366;

/// What a call of `apply_plan` comes to.
pub struct Applying {
    pub around: Around,
    pub edits: Vec<Edit>,
    /// When it begins and ends, what is left out and why.
    pub notes: Vec<String>,
}

impl Applying {
    /// Reads the library and the calendar, and makes an event of every workout that `wanted` means, the first day of a plan
    /// being `start`: but for the days before today, and for what is there already.
    ///
    /// # Errors
    /// A sentence when nothing or several things are meant, and when there is nothing to be put on the calendar.
    pub async fn of(
        context: &Context,
        local: &Local,
        wanted: &str,
        start: Date,
    ) -> Result<Self, ToolError> {
        let (today, year) = (local.today(), local.today().year());
        context.client().forget();
        let folders = library::folders(context).await?;
        let meant = library::meant(&folders, wanted).map_err(nothing_written)?;
        let (placed, mut notes) = place(&meant, start)?;
        let (past, placed): (Vec<_>, Vec<_>) =
            placed.into_iter().partition(|placed| placed.last() < today);
        if !past.is_empty() {
            let names = past.iter().map(|placed| placed.label(year));
            notes.push(format!(
                "Left out, before today: {}.",
                some(names.collect::<Vec<_>>())
            ));
        }
        let dates: Vec<Date> = placed.iter().flat_map(|p| [p.day, p.last()]).collect();
        if dates.is_empty() {
            return Err(ToolError::Invalid(format!(
                "Nothing was written: with start_date {start} all of it lies before today ({today}). Give a later start_date."
            )));
        }
        let (found, sports) =
            tokio::join!(lookup::find(context, local, &[], &dates, |_| None), async {
                context.client().sports().list().await
            });
        let ((around, _), sports) = (found?, sports?);
        let mut free: Vec<&Event> = around.events.iter().collect();
        let mut edits = Vec::with_capacity(placed.len());
        let mut twins: Vec<String> = Vec::new();
        for placed in placed {
            let edit = Edit::create(placed.draft(local, &sports))?;
            let twin = edit.planned(EventId(0)).and_then(|planned| {
                free.iter().position(|event| {
                    are_twins(&planned, event) || is_same_workout(&planned, event)
                })
            });
            match twin {
                // Each is the twin of one: a plan may have the same workout twice on a day.
                Some(at) => {
                    let twin = free.swap_remove(at);
                    twins.push(format!("{} (id {})", label(twin, today), twin.id));
                }
                None => edits.push(edit),
            }
        }
        if !twins.is_empty() {
            notes.push(format!("Not doubled, there already: {}.", some(twins)));
        }
        Ok(Self {
            around,
            edits,
            notes,
        })
    }
}

/// Whether both are of the same workout of the library and on the same day, whatever they are called now.
fn is_same_workout(one: &Event, other: &Event) -> bool {
    let day = |event: &Event| event.starts().map(|at| at.date());
    one.plan_workout_id.is_some()
        && one.plan_workout_id == other.plan_workout_id
        && one.category == other.category
        && day(one) == day(other)
}

fn nothing_written(error: ToolError) -> ToolError {
    match error {
        ToolError::Invalid(said) => ToolError::Invalid(format!("{said} Nothing was written.")),
        other => other,
    }
}

/// A workout and the day it is for.
struct Placed<'a> {
    workout: &'a Workout,
    folder: Option<&'a Folder>,
    day: Date,
    /// Whether it comes with its plan.
    is_of_plan: bool,
}

/// Every workout that is meant on its day, and when that is in words.
fn place<'a>(meant: &Meant<'a>, start: Date) -> Result<(Vec<Placed<'a>>, Vec<String>), ToolError> {
    let folder = match meant {
        Meant::Workout(Found { folder, workout }) => {
            let placed = Placed {
                workout,
                folder: *folder,
                day: start,
                is_of_plan: false,
            };
            return Ok((vec![placed], Vec::new()));
        }
        Meant::Folder(folder) => *folder,
    };
    let wrong = |said: String| Err(ToolError::Invalid(format!("Nothing was written: {said}")));
    let inside = library::workouts(&[folder], &library::Wanted::new(None, None));
    if inside.is_empty() {
        return wrong(format!("{} is empty.", named(folder)));
    }
    if !is_plan(folder) {
        return wrong(format!(
            "{} is no plan, its workouts have no days. Give the id of one of them: {}.",
            named(folder),
            library::ids(&inside)
        ));
    }
    let at = |workout: &Workout| {
        let day = workout.day.filter(|day| (0..=LAST_DAY).contains(day))?;
        start.checked_add(day.days()).ok()
    };
    let placed: Vec<Placed<'a>> = inside
        .iter()
        .filter_map(|found| {
            Some(Placed {
                workout: found.workout,
                folder: Some(folder),
                day: at(found.workout)?,
                is_of_plan: true,
            })
        })
        .collect();
    if placed.is_empty() {
        return wrong(format!(
            "the workouts of {} have no days. Give the id of one of them: {}.",
            named(folder),
            library::ids(&inside)
        ));
    }
    if placed.len() > MOST {
        return wrong(format!(
            "{} has {}, at most {MOST} are taken.",
            named(folder),
            count(placed.len(), "workout")
        ));
    }
    let mut notes = vec![extent(folder, &placed, start)];
    let without = inside.len() - placed.len();
    if without > 0 {
        let workouts = count(without, "workout");
        notes.push(format!("Left out: {workouts} without a day of the plan."));
    }
    Ok((placed, notes))
}

/// `plan "Spring build" 61300004: day 1 is Mon 2026-03-23, the last workout Sat 2026-04-18.`
fn extent(folder: &Folder, placed: &[Placed<'_>], start: Date) -> String {
    let last = placed.iter().map(Placed::last).max().unwrap_or(start);
    let mut said = format!(
        "{}: day 1 is {}, the last {}.",
        named(folder),
        days::full(start),
        days::full(last)
    );
    let is_of_weeks = last.since(start).map_or(0, |span| span.get_days()) >= 7;
    if is_of_weeks && start.weekday() != Weekday::Monday {
        let monday = events::week_start(start).checked_add(7.days());
        said.push_str(" Its weeks do not begin on a Monday then");
        if let Ok(monday) = monday {
            said.push_str(&format!("; with start_date {monday} they do"));
        }
        said.push('.');
    }
    said
}

impl Placed<'_> {
    fn last(&self) -> Date {
        let days = self
            .workout
            .days
            .filter(|days| (1..=LAST_DAY).contains(days));
        let more = days.unwrap_or(1) - 1;
        self.day.checked_add(more.days()).unwrap_or(self.day)
    }

    fn is_note(&self) -> bool {
        let kind = self.workout.sport.as_deref().unwrap_or_default().trim();
        kind.is_empty() || kind.eq_ignore_ascii_case("note")
    }

    fn label(&self, year: i16) -> String {
        let name = self.workout.name.as_deref().map(crate::mcp::text::name);
        let day = days::short(self.day, year);
        format!("{day} {}", name.unwrap_or_default())
            .trim_end()
            .to_owned()
    }

    fn draft(&self, local: &Local, sports: &[SportSettings]) -> Draft {
        let workout = self.workout;
        let text = |value: &Option<String>| value.clone().map(Value::from);
        let flag = |value: Option<bool>| value.filter(|set| *set).map(Value::from);
        let mut members = Members::new();
        let mut put = |key: &str, value: Option<Value>| {
            members.extend(value.map(|value| (key.to_owned(), value)));
        };
        let written = |at: jiff::civil::DateTime| at.strftime("%Y-%m-%dT%H:%M:%S").to_string();
        put(
            "start_date_local",
            Some(written(self.day.to_datetime(self.time())).into()),
        );
        if self.last() > self.day {
            let end = self.last().tomorrow().unwrap_or(self.day);
            put(
                "end_date_local",
                Some(written(end.to_datetime(Time::midnight())).into()),
            );
        }
        put(
            "description",
            text(&workout.description).filter(|text| text != ""),
        );
        put("for_week", flag(workout.for_week));
        put("hide_from_athlete", flag(workout.hide_from_athlete));
        put("color", text(&workout.color));
        let tags = workout.tags.clone().filter(|tags| !tags.is_empty());
        put("tags", tags.map(Value::from));
        put(
            "plan_folder_id",
            self.folder.map(|folder| folder.id.0.into()),
        );
        put("plan_workout_id", Some(workout.id.0.into()));
        if self.is_of_plan {
            let now = local.now.timestamp();
            let now = now.strftime("%Y-%m-%dT%H:%M:%S%.3f+00:00").to_string();
            put(
                "plan_athlete_id",
                self.folder.and_then(|folder| text(&folder.athlete_id)),
            );
            put("plan_applied", Some(now.into()));
        }
        if self.is_note() {
            put("category", Some("NOTE".into()));
            let name = workout.name.clone().filter(|name| !name.trim().is_empty());
            put(
                "name",
                Some(name.unwrap_or_else(|| "Note".to_owned()).into()),
            );
            return Draft {
                members,
                ..Draft::default()
            };
        }
        put("category", Some("WORKOUT".into()));
        put("name", text(&workout.name));
        put("type", text(&workout.sport));
        put("indoor", flag(workout.indoor));
        put("target", text(&workout.target));
        put("sub_type", text(&workout.sub_type));
        put("carbs_per_hour", workout.carbs_per_hour.map(Value::from));
        let sport = workout.sport.as_deref().unwrap_or_default();
        let athlete = athlete(sport, workout.indoor == Some(true), sports);
        let session = Session::of(workout.description.as_deref().unwrap_or_default(), athlete);
        let mut expected = Members::new();
        numbers(workout, &session, &mut members, &mut expected);
        Draft {
            members,
            expected,
            notes: lost(workout, &session),
            session: Some(session),
        }
    }

    /// Midnight unless the workout has a time of day.
    fn time(&self) -> Time {
        let time = self.workout.time.as_deref().map(str::trim);
        time.and_then(|time| time.parse().ok())
            .unwrap_or_else(Time::midnight)
    }
}

/// Load, time and distance: sent where the service keeps them, else known from the steps.
fn numbers(workout: &Workout, session: &Session, members: &mut Members, expected: &mut Members) {
    let found = &session.estimate;
    let own_load = workout.icu_training_load.map(Value::from);
    let put = |to: &mut Members, key: &str, value: Option<Value>| {
        to.extend(value.map(|value| (key.to_owned(), value)));
    };
    if session.has_targets() {
        put(
            expected,
            "icu_training_load",
            found.load.map(Value::from).or(own_load),
        );
    } else {
        put(members, "icu_training_load", own_load);
    }
    if session.is_structured() {
        put(expected, "moving_time", Some(found.seconds.into()));
        let metres = Some(found.metres.round()).filter(|metres| *metres >= 1.0);
        put(expected, "distance", metres.map(Value::from));
    } else {
        put(members, "moving_time", workout.moving_time.map(Value::from));
        let metres = workout.distance.filter(|metres| *metres > 0.0);
        put(members, "distance", metres.map(Value::from));
    }
}

/// Steps that only the library has: the service reads those of an event from its text.
fn lost(workout: &Workout, session: &Session) -> Vec<String> {
    let steps = workout
        .workout_doc
        .as_ref()
        .and_then(|doc| doc.steps.as_ref());
    let is_lost = !session.is_structured() && steps.is_some_and(|steps| !steps.is_empty());
    let said = "its steps are not in its text, so the event has none.";
    is_lost.then(|| said.to_owned()).into_iter().collect()
}
