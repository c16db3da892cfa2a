//! The calendar: plans, races, notes, absences, targets.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::intervals::activities::ListActivities;
use crate::intervals::events::Event;
use crate::mcp::context::Context;
use crate::mcp::error::ToolError;
use crate::mcp::params::{Category, Choice, DateSpec, Flag, List, Window};
use crate::mcp::registry::{Access, Tool};
use crate::mcp::render::{activities, count, days, events};
use crate::mcp::reply::Reply;

const MAX_DAYS: i32 = 400;
const MAX_ROWS: usize = 200;
/// Events whose steps or texts are shown at most.
const MAX_DETAILS: usize = 60;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// default today
    oldest: Option<DateSpec>,
    /// default +13d
    newest: Option<DateSpec>,
    categories: Option<List<Choice<Category>>>,
    /// workout steps in watts, bpm, pace; texts of notes
    include_steps: Option<Flag>,
}

pub struct ListEvents;

impl Tool for ListEvents {
    const NAME: &'static str = "list_events";
    const TITLE: &'static str = "List calendar events";
    const ACCESS: Access = Access::Read;
    const DESCRIPTION: &'static str = "The calendar: planned workouts (done or not, compliance %), races, notes, sick, injured, \
                                       holiday, targets, plan phases, with load and projected form.";
    type Params = Params;

    async fn run(context: &Context, params: Params) -> Result<Reply, ToolError> {
        let local = context.local().await?;
        let today = local.today();
        let wanted: Vec<Category> = params
            .categories
            .map(|list| list.0.into_iter().map(|choice| choice.0).collect())
            .unwrap_or_default();
        // Races and absences are few and far away.
        let rare = !wanted.is_empty() && wanted.iter().all(|c| c.is_rare());
        let default = (
            DateSpec::Days(0),
            DateSpec::Days(if rare { 365 } else { 13 }),
        );
        let window = Window::resolve(params.oldest, params.newest, default, today, MAX_DAYS)?;
        let steps = params.include_steps.is_some_and(|flag| flag.0);
        let upstream: Vec<&str> = wanted.iter().flat_map(|c| c.upstream()).copied().collect();
        let client = context.client();
        let (found, done) = tokio::join!(
            async {
                client
                    .events()
                    .list(window.oldest, window.newest, &upstream, steps)
                    .await
            },
            async {
                // Only what lies behind can have been done.
                if window.oldest > today {
                    return Ok(std::sync::Arc::default());
                }
                let query = ListActivities {
                    oldest: window.oldest,
                    newest: window.newest.min(today),
                    limit: None,
                    fields: events::PAIR_FIELDS,
                };
                client.activities().list(&query).await
            },
        );
        let found = found?;
        let done = done.ok();
        let done = done.as_deref().map(Vec::as_slice);
        let mut rows: Vec<&Event> = found.iter().collect();
        events::sort(&mut rows);

        let planned = rows.iter().filter(|e| events::is_workout(e));
        let load: i64 = planned.clone().filter_map(|e| e.icu_training_load).sum();
        let mut reply = Reply::new(format!(
            "{}, {} with planned load {load} · {}",
            count(rows.len(), "event"),
            count(planned.count(), "workout"),
            days::window(window, &local)
        ));
        if rows.is_empty() {
            return Ok(reply);
        }
        // Of too many the last: what lies ahead matters more than what lies behind.
        let cut = rows.len().saturating_sub(MAX_ROWS);
        let shown: Vec<&Event> = rows.iter().copied().skip(cut).collect();
        let table = events::table(&shown, done, local.units, today);
        if steps {
            // What is cut is then found by its steps: going on behind the rows would pass over the steps before.
            reply.line(table.render());
            for event in shown.iter().take(MAX_DETAILS) {
                events::details(&mut reply, event, local.units);
            }
            if let Some(next) = shown.get(MAX_DETAILS).and_then(|event| event.starts()) {
                reply.footer_unless_cut(format!(
                    "Steps and texts of the first {MAX_DETAILS} only; the same call with oldest {} goes on.",
                    next.date()
                ));
            }
        } else {
            reply.table(&table);
        }
        if cut > 0 {
            reply.footer(format!(
                "The first {cut} are not shown; ask for a shorter window."
            ));
        }
        if rows
            .iter()
            .any(|e| e.icu_ctl.is_some() && e.starts().is_some_and(|s| s.date() >= today))
        {
            reply.footer("form: projected CTL minus ATL at the end of the day, if everything is done as planned.");
        }
        let strava = activities::stub_note(done.into_iter().flatten(), today.year(), false);
        if !strava.is_empty() {
            reply.footer(strava);
        }
        if done.is_none() {
            reply.footer("What was done, and how well, could not be read just now.");
        }
        Ok(reply)
    }
}
