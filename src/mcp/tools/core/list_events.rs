//! The calendar: plans, races, notes, absences, targets.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::intervals::activities::Activity;
use crate::intervals::events::Event;
use crate::mcp::calendar::Asked;
use crate::mcp::context::Context;
use crate::mcp::cursor::events::{self as pages, Cursor, Pages};
use crate::mcp::error::ToolError;
use crate::mcp::params::{Category, Choice, DateSpec, Flag, Int, List, Page, Text, Window};
use crate::mcp::registry::{Access, Tool};
use crate::mcp::render::{activities, days, events, outcome};
use crate::mcp::reply::Reply;

/// Two years.
const MAX_DAYS: i32 = 731;
const DEFAULT_ROWS: usize = 100;
const MAX_ROWS: usize = 200;
/// The same where steps and texts are shown.
const DETAILED_ROWS: usize = 60;

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
    /// default 100
    limit: Option<Int>,
    cursor: Option<Text>,
}

pub struct ListEvents;

impl Tool for ListEvents {
    const NAME: &'static str = "list_events";
    const TITLE: &'static str = "List calendar events";
    const ACCESS: Access = Access::Read;
    const SUMMARY: &'static str = "the calendar: workouts, races, notes, targets";
    const DESCRIPTION: &'static str = "The calendar: planned workouts (done or not, compliance %), races, notes, sick, injured, \
                                       holiday, targets with progress, plan phases, with load and projected form.";
    type Params = Params;

    async fn run(context: &Context, params: Params) -> Result<Reply, ToolError> {
        let steps = params.include_steps.is_some_and(|flag| flag.0);
        let most = if steps { DETAILED_ROWS } else { MAX_ROWS };
        let page = Page::of(params.limit, None, DEFAULT_ROWS, MAX_ROWS)?;
        let limit = page.limit.min(most);
        let cursor = params.cursor.filter(|Text(text)| !text.trim().is_empty());
        let cursor = cursor.map(|Text(text)| Cursor::read(&text)).transpose()?;
        let categories = params.categories.into_iter().flat_map(|list| list.0);
        let wanted: Vec<Category> = categories.map(|choice| choice.0).collect();
        if let Some(cursor) = &cursor {
            cursor.check(&wanted)?;
        }
        let local = context.local().await?;
        let today = local.today();
        // Races and absences are few and far away.
        let rare = !wanted.is_empty() && wanted.iter().all(|c| c.is_rare());
        let ahead = DateSpec::Days(if rare { 365 } else { 13 });
        let default = (DateSpec::Days(0), ahead);
        let (oldest, newest) = pages::ends(cursor.as_ref(), (params.oldest, params.newest));
        let window = Window::resolve(oldest, newest, default, today, MAX_DAYS)?;
        let pages = Pages::new(window, &wanted, cursor.as_ref());
        let asked = Asked::of(window, &wanted, today);
        let (found, done) = asked.fetch(context, &wanted, steps).await;
        let (found, done) = (found?, done.ok());
        let done = done.as_deref().map(Vec::as_slice);
        let mut rows: Vec<&Event> = found
            .iter()
            .filter(|event| Asked::covers(event, window))
            .collect();
        events::sort(&mut rows);

        let mut reply = Reply::new(format!(
            "{} · {}",
            events::totals(&rows),
            days::window(window, &local)
        ));
        let start = pages.before(&rows);
        let shown: Vec<&Event> = rows.iter().copied().skip(start).take(limit).collect();
        let cursors = pages.cursors(&shown);
        let table = events::table(&shown, done, local.units, today, &cursors);
        if shown.is_empty() {
            if start > 0 {
                reply.footer("Nothing is behind this cursor: the list is at its end.");
            }
            return Ok(reply);
        }
        if steps {
            // What is cut is then found by its steps: going on behind the rows would pass over the steps before.
            reply.line(table.render());
            for (cursor, event) in cursors.iter().zip(&shown) {
                events::details(&mut reply, event, local.units, &format!("cursor {cursor}"));
            }
        } else {
            reply.table(&table);
        }
        let more = rows.len() - start - shown.len();
        if let Some(last) = shown.last().filter(|_| more > 0) {
            let cursor = pages.behind(last);
            reply.footer_unless_cut(format!("{more} more: the same call with cursor {cursor}"));
        }
        let past = outcome::past(&rows, done, today);
        if !past.is_empty() {
            reply.footer(past);
        }
        let is_ahead = |e: &&Event| e.starts().is_some_and(|starts| starts.date() >= today);
        if shown.iter().any(|e| e.icu_ctl.is_some() && is_ahead(e)) {
            let percent = if local.units.form_percent {
                " in percent of CTL"
            } else {
                ""
            };
            reply.footer(format!(
                "form: projected CTL minus ATL{percent} at the end of the day, if everything is done as planned."
            ));
        }
        let in_window = |a: &&Activity| {
            activities::day(a).is_some_and(|day| window.oldest <= day && day <= window.newest)
        };
        let stubs = done.into_iter().flatten().filter(in_window);
        let strava = activities::stub_note(stubs, today.year(), false);
        if !strava.is_empty() {
            reply.footer(strava);
        }
        if done.is_none() {
            reply.footer("What was done, and how well, could not be read just now.");
        }
        Ok(reply)
    }
}
