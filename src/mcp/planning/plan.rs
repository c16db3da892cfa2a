//! Carries edits of the calendar out, or says what they would do.

use tokio::time::{Instant, timeout_at};

use super::edit::Edit;
use super::effect::{self, Around};
use super::telling::{self, Row};
use super::times::{Times, late};
use super::write::{self, Outcome, Sent, Stop};
use crate::intervals::events::Event;
use crate::intervals::{Error, EventId, Members};
use crate::mcp::changes::{self, Change, Changes, Item, Object};
use crate::mcp::context::{Context, Local};
use crate::mcp::error::ToolError;
use crate::mcp::params::Text;
use crate::mcp::render::{change, days};
use crate::mcp::reply::Reply;

/// How a tool wants its edits carried out.
pub struct Ask<'a> {
    /// Its name, for the record.
    pub tool: &'static str,
    /// When its call began.
    pub since: Instant,
    pub dry_run: bool,
    pub if_unchanged: Option<&'a Text>,
    /// What is to be said above the effect besides: what was left out, and why.
    pub notes: Vec<String>,
}

/// Writes `edits`, or says what they would do. `around` are the calendar and the days they touch, read in this turn.
///
/// # Errors
/// When what they would overwrite is no longer as the caller saw it, when it cannot be recorded, and when not all of it is
/// written; [`ToolError::Unfinished`] says what was written all the same.
pub async fn carry_out(
    context: &Context,
    local: &Local,
    around: &Around,
    edits: Vec<Edit>,
    ask: Ask<'_>,
) -> Result<Reply, ToolError> {
    let times = Times::of(ask.since);
    carry_out_by(times, context, local, around, edits, ask).await
}

async fn carry_out_by(
    times: Times,
    context: &Context,
    local: &Local,
    around: &Around,
    edits: Vec<Edit>,
    ask: Ask<'_>,
) -> Result<Reply, ToolError> {
    let images: Vec<(Object, Members)> = edits
        .iter()
        .filter_map(|edit| Some((edit.object(), edit.before.as_ref()?.members())))
        .collect();
    let token = changes::token(images.iter().map(|(object, image)| (object, Some(image))));
    changes::check(ask.if_unchanged, &token)?;
    let (idle, mut edits): (Vec<Edit>, Vec<Edit>) =
        edits.into_iter().partition(Edit::changes_nothing);
    edits.sort_by_key(Edit::day);
    let mut told = Told {
        local,
        around,
        notes: ask.notes,
    };
    let so: Vec<String> = idle.iter().map(|edit| edit.label(local.today())).collect();
    if !so.is_empty() {
        told.notes
            .push(format!("So already: {}.", super::saving::few(&so)));
    }
    let of_idle = idle.into_iter().filter_map(|edit| edit.after);
    told.notes.extend(of_idle.flat_map(|after| after.notes));
    if edits.is_empty() {
        let mut reply = Reply::new("Nothing to write.");
        for note in &told.notes {
            reply.line(note);
        }
        return Ok(reply);
    }
    if ask.dry_run {
        return Ok(told.rehearsal(&edits, (!images.is_empty()).then_some(&token)));
    }

    let items = edits.iter().map(|edit| edit.item(local.today())).collect();
    let changes = context.changes();
    let mut change = changes.begin(ask.tool, items).await?;
    let sent = write::send(context.client(), &edits, times.begin_by).await;
    let read_back = match sent.wrote_nothing() {
        true => None,
        false => {
            let (oldest, newest) = around.window();
            let events = context.client().events();
            let read_back = events.list(oldest, newest, &[], false);
            let read_back = timeout_at(times.read_back_by, read_back).await;
            read_back.ok().and_then(Result::ok)
        }
    };
    let calendar = read_back.as_ref().map(|events| events.as_slice());
    let outcomes = sent.outcomes(&edits, calendar);
    if outcomes
        .iter()
        .all(|outcome| matches!(outcome, Outcome::NotWritten))
    {
        change.items = settled(change.items, &edits, &outcomes, &sent);
        if change.items.is_empty() {
            changes.drop_record(&change.id).await;
            return Err(nothing(sent.stopped, None));
        }
        changes.settle(&mut change).await;
        return Err(nothing(sent.stopped, Some(&change)));
    }
    change.items = settled(change.items, &edits, &outcomes, &sent);
    if outcomes.iter().any(|o| matches!(o, Outcome::Unknown)) {
        // Of these only what was sent is known.
        changes.update(&change).await;
    } else {
        changes.settle(&mut change).await;
    }
    let mut reply = told.outcome(&edits, &outcomes, &sent, calendar.is_some());
    reply.footer(Changes::undo_hint(&change));
    if outcomes.iter().all(Outcome::is_done) {
        Ok(reply)
    } else {
        Err(ToolError::Unfinished(reply.into_text()))
    }
}

/// Nothing was written, because of `stopped`; `awaited` is the record of what may arrive late.
fn nothing(stopped: Option<Stop>, awaited: Option<&Change>) -> ToolError {
    match stopped {
        Some(Stop::Failed(error)) => {
            let undo =
                awaited.map(|change| format!(" undo_change {} takes it back then.", change.id));
            ToolError::Unfinished(format!(
                "Nothing was written. {}{}",
                why(&error),
                undo.unwrap_or_default()
            ))
        }
        _ => late(),
    }
}

/// Why a write failed, and that what was looked for in vain may come after all.
pub(super) fn why(error: &Error) -> String {
    let said = ToolError::from(error.clone()).sentence();
    if error.may_arrive_late() {
        format!("{said} It may still arrive: look at list_events before trying again.")
    } else {
        said
    }
}

/// What is recorded now that the outcome is known: what was not written is no part of the change, unless it is
/// awaited.
fn settled(items: Vec<Item>, edits: &[Edit], outcomes: &[Outcome], sent: &Sent) -> Vec<Item> {
    let all = items.into_iter().zip(edits).zip(outcomes).enumerate();
    all.filter_map(|(at, ((mut item, edit), outcome))| {
        match outcome {
            Outcome::Written(event) => {
                item.object = Object::Event {
                    id: Some(event.id.0),
                    uid: event.uid.clone(),
                };
                item.after = Some(event.members());
            }
            Outcome::Deleted | Outcome::Unknown => {}
            Outcome::NotWritten if sent.is_awaited(at, edit) => {}
            Outcome::NotWritten => return None,
        }
        Some(item)
    })
    .collect()
}

struct Told<'a> {
    local: &'a Local,
    around: &'a Around,
    notes: Vec<String>,
}

impl Told<'_> {
    fn zone(&self) -> String {
        days::zone_and_today(self.local)
    }

    /// What `edits` would do.
    fn rehearsal(&self, edits: &[Edit], token: Option<&String>) -> Reply {
        let is = |count: fn(&&Edit) -> bool| edits.iter().filter(count).count();
        let parts = [
            (is(|e| e.before.is_none()), "to create"),
            (is(|e| e.before.is_some() && e.after.is_some()), "to change"),
            (is(|e| e.after.is_none()), "to delete"),
        ];
        let mut reply = Reply::new(format!(
            "Dry run, nothing written: {} {}",
            amounts(parts),
            self.zone()
        ));
        let planned: Vec<Option<Event>> = (1_i64..)
            .zip(edits)
            // No event of the service has a negative id.
            .map(|(at, edit)| edit.planned(EventId(-at)))
            .collect();
        let both = edits.iter().zip(&planned);
        let rows = both.map(|(edit, planned)| Row {
            before: edit.before.as_ref(),
            after: planned.as_ref(),
            remarks: edit
                .after
                .as_ref()
                .map(|after| after.notes.clone())
                .unwrap_or_default(),
        });
        telling::rows(&mut reply, &rows.collect::<Vec<_>>(), true, self.local);
        self.say_effect(&mut reply, edits, planned.iter().flatten());
        if let Some(token) = token {
            reply.footer(format!(
                "To write just this: the same with if_unchanged {token}"
            ));
        }
        reply
    }

    /// What became of `edits`.
    fn outcome(
        &self,
        edits: &[Edit],
        outcomes: &[Outcome],
        sent: &Sent,
        was_read_back: bool,
    ) -> Reply {
        let both = || edits.iter().zip(outcomes);
        let is = |holds: fn(&Edit, &Outcome) -> bool| both().filter(|(e, o)| holds(e, o)).count();
        let parts = [
            (is(|e, o| e.before.is_none() && is_written(o)), "created"),
            (is(|e, o| e.before.is_some() && is_written(o)), "changed"),
            (is(|_, o| matches!(o, Outcome::Deleted)), "deleted"),
            (is(|_, o| matches!(o, Outcome::NotWritten)), "NOT written"),
            (is(|_, o| matches!(o, Outcome::Unknown)), "unknown"),
        ];
        let is_whole = outcomes.iter().all(Outcome::is_done);
        let head = match (is_whole, &sent.stopped) {
            (true, _) => "Wrote to the calendar",
            (false, Some(_)) => "Stopped in the middle",
            (false, None) => "Not all is known to be written",
        };
        let mut reply = Reply::new(format!("{head}: {} {}", amounts(parts), self.zone()));
        let mut carried_out: Vec<&Edit> = Vec::new();
        let mut now: Vec<&Event> = Vec::new();
        let mut rows: Vec<Row<'_>> = Vec::new();
        let (mut missing, mut unknown) = (Vec::new(), Vec::new());
        for (edit, outcome) in both() {
            let before = edit.before.as_ref();
            match outcome {
                Outcome::Written(event) => {
                    rows.push(Row {
                        before,
                        after: Some(event),
                        remarks: self.differences(edit, event),
                    });
                    now.push(event);
                    carried_out.push(edit);
                }
                Outcome::Deleted => {
                    rows.push(Row {
                        before,
                        after: None,
                        remarks: Vec::new(),
                    });
                    carried_out.push(edit);
                }
                Outcome::NotWritten => missing.push(edit.label(self.local.today())),
                Outcome::Unknown => unknown.push(edit.label(self.local.today())),
            }
        }
        telling::rows(&mut reply, &rows, is_whole, self.local);
        telling::missing(&mut reply, "NOT written", &missing);
        telling::missing(&mut reply, "Not known whether written", &unknown);
        match &sent.stopped {
            Some(_) if is_whole => {
                reply
                    .line("Intervals.icu's answer was lost, but all of it stands in the calendar.");
            }
            Some(Stop::Failed(error)) => {
                reply.line(format!("Why: {}", why(error)));
            }
            Some(Stop::OutOfTime) => {
                reply.line("Why: there was no time left for the others; call again for them.");
            }
            None => {}
        }
        if !was_read_back {
            reply.line("The calendar could not be read back; list_events shows what is there.");
        }
        self.say_effect(&mut reply, carried_out, now);
        reply
    }

    /// What is to be remarked of an event as it was written.
    fn differences(&self, edit: &Edit, written: &Event) -> Vec<String> {
        let Some(after) = &edit.after else {
            return Vec::new();
        };
        let mut said = after.notes.clone();
        let differences = after.differences(written).into_iter();
        said.extend(differences.map(|d| format!("Intervals.icu read it differently: {d}")));
        let not_taken = change::not_taken(&after.members, written, self.local);
        if !not_taken.is_empty() {
            let not_taken = not_taken.join(", ");
            said.push(format!("Intervals.icu did not take: {not_taken}"));
        }
        said
    }

    fn say_effect<'e>(
        &self,
        reply: &mut Reply,
        edits: impl IntoIterator<Item = &'e Edit>,
        now: impl IntoIterator<Item = &'e Event>,
    ) {
        for note in &self.notes {
            reply.line(note);
        }
        let before: Vec<Event> = edits
            .into_iter()
            .filter_map(|edit| edit.before.clone())
            .collect();
        let after: Vec<Event> = now.into_iter().cloned().collect();
        effect::show(reply, self.around, self.local, &before, &after);
    }
}

const fn is_written(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Written(_))
}

/// `2 to create, 1 to delete`.
fn amounts<const N: usize>(parts: [(usize, &str); N]) -> String {
    let parts = parts.into_iter().filter(|(amount, _)| *amount > 0);
    let parts: Vec<String> = parts
        .map(|(amount, what)| format!("{amount} {what}"))
        .collect();
    match parts.as_slice() {
        [only] if only.starts_with("1 ") => {
            format!("{} {}", "1 event", only.trim_start_matches("1 "))
        }
        _ => parts.join(", "),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::json;

    use super::*;
    use crate::demo::{Demo, Fault, FaultScope};
    use crate::mcp::planning::draft::Draft;
    use crate::mcp::planning::effect::tests::demo;

    const SOON: Duration = Duration::from_millis(400);
    const LATER: Duration = Duration::from_secs(20);

    /// The invented athlete's calendar, and what changes the names of two of its workouts.
    struct Scene {
        demo: Demo,
        context: Context,
        local: Local,
        around: Around,
    }

    async fn scene() -> Scene {
        let (demo, context) = demo().await;
        let local = context.local().await.unwrap();
        let today = local.today();
        let around = Around::read(&context, &local, today, today).await.unwrap();
        demo.clear_journal();
        Scene {
            demo,
            context,
            local,
            around,
        }
    }

    impl Scene {
        async fn rename(&self, times: Times) -> Result<Reply, ToolError> {
            let ahead = self.around.events.iter().filter(|event| {
                let day = event.starts().map(|at| at.date());
                day > Some(self.local.today()) && event.category.as_deref() == Some("WORKOUT")
            });
            let members = json!({ "name": "Another" });
            let edits = ahead.take(2).map(|event| {
                let draft = Draft {
                    members: members.as_object().unwrap().clone(),
                    ..Draft::default()
                };
                Edit::update(event.clone(), draft)
            });
            let ask = Ask {
                tool: "save_events",
                since: Instant::now(),
                dry_run: false,
                if_unchanged: None,
                notes: Vec::new(),
            };
            let (context, local) = (&self.context, &self.local);
            carry_out_by(times, context, local, &self.around, edits.collect(), ask).await
        }

        fn fail(&self, fault: Fault, path: &str) {
            let scope = FaultScope {
                path_contains: Some(path.to_owned()),
                times: None,
            };
            self.demo.faults().set(fault, scope);
        }

        fn asked(&self, method: &str) -> usize {
            let journal = self.demo.journal();
            journal.iter().filter(|r| r.method == method).count()
        }

        async fn records(&self) -> usize {
            self.context.changes().recent().await.unwrap().len()
        }
    }

    #[tokio::test]
    async fn a_write_that_would_begin_too_late_is_not_begun() {
        let scene = scene().await;
        let now = Instant::now();
        let times = Times {
            begin_by: now,
            read_back_by: now + LATER,
        };
        let said = scene.rename(times).await.unwrap_err().sentence();
        assert!(said.starts_with("Nothing was written: "), "{said}");
        assert_eq!((scene.asked("PUT"), scene.records().await), (0, 0));
    }

    #[tokio::test]
    async fn when_the_time_is_up_what_was_written_is_told_and_can_be_taken_back() {
        let scene = scene().await;
        scene.fail(Fault::Held, "PUT /events/");
        let faults = scene.demo.faults().clone();
        tokio::spawn(async move {
            tokio::time::sleep(2 * SOON).await;
            faults.clear();
        });
        let now = Instant::now();
        let times = Times {
            begin_by: now + SOON,
            read_back_by: now + LATER,
        };
        let said = scene.rename(times).await.unwrap_err().sentence();
        let head = "Stopped in the middle: 1 changed, 1 NOT written";
        assert!(said.starts_with(head), "{said}");
        assert!(
            said.contains("no time left") && said.contains("undo_change "),
            "{said}"
        );
        assert_eq!((scene.asked("PUT"), scene.records().await), (1, 1));
    }

    #[tokio::test]
    async fn a_calendar_that_does_not_come_back_in_time_does_not_cost_the_way_back() {
        let scene = scene().await;
        scene.fail(Fault::Hang, "GET /events$");
        let now = Instant::now();
        let times = Times {
            begin_by: now + LATER,
            read_back_by: now + SOON,
        };
        let said = scene.rename(times).await.unwrap().into_text();
        assert!(
            said.starts_with("Wrote to the calendar: 2 changed"),
            "{said}"
        );
        assert!(said.contains("could not be read back"), "{said}");
        assert!(said.contains("undo_change "), "{said}");
        assert_eq!((scene.asked("PUT"), scene.records().await), (2, 1));
    }
}
