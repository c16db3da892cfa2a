//! Fitness, fatigue and form: as they were, as they will be, and how to shape them.

use jiff::ToSpan;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::intervals::activities::ListActivities;
use crate::mcp::context::Context;
use crate::mcp::error::ToolError;
use crate::mcp::forecast::{self, Ask, Found, RECENT};
use crate::mcp::params::{DateSpec, List, Num, WhatIf, Window};
use crate::mcp::registry::{Access, Tool};
use crate::mcp::reply::Reply;

/// Ten years.
const MAX_DAYS: i32 = 3_660;
/// What is read before a window: the ramp of its first day.
const BEFORE: i64 = 7;
const FIELDS: &[&str] = &["ctl", "atl", "ctlLoad", "atlLoad"];
/// What is needed of an activity to say what of today is done.
const DONE_FIELDS: &[&str] = &[
    "type",
    "start_date_local",
    "icu_training_load",
    "paired_event_id",
];

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// default 12 weeks, 6 before a projection
    oldest: Option<DateSpec>,
    newest: Option<DateSpec>,
    /// last day of a projection over the plan
    project_to: Option<DateSpec>,
    /// what-if sessions on top of the plan
    scenario: Option<List<WhatIf>>,
    /// with target_date: taper to this form
    target_form: Option<Num>,
    target_date: Option<DateSpec>,
}

pub struct GetFitness;

impl Tool for GetFitness {
    const NAME: &'static str = "get_fitness";
    const TITLE: &'static str = "Get fitness";
    const ACCESS: Access = Access::Read;
    const SUMMARY: &'static str = "fitness, fatigue and form over time, over the plan, with what-if sessions, and the \
        taper to a form on a date";
    const DESCRIPTION: &'static str = "Fitness (CTL), fatigue (ATL), form and ramp over a window; projected over the \
        plan, with what-if sessions, and the daily load that tapers to a form on a date.";
    type Params = Params;

    async fn run(context: &Context, params: Params) -> Result<Reply, ToolError> {
        let local = context.local().await?;
        let now = local.today();
        let day = |from: Date, offset: i64| from.checked_add(offset.days()).unwrap_or(from);
        let asks_ahead = params.project_to.is_some()
            || params.scenario.is_some()
            || params.target_date.is_some();
        // Who asks about what comes wants only the run-up of what was.
        let weeks = if asks_ahead { -5 } else { -11 };
        let default = (DateSpec::Week(weeks), DateSpec::Days(0));
        let mut window = Window::resolve(params.oldest, params.newest, default, now, MAX_DAYS)?;
        if window.oldest > now {
            let said = format!("oldest ({}) is ahead: ask with project_to.", window.oldest);
            return Err(ToolError::Invalid(said));
        }
        let ahead = Some(window.newest).filter(|newest| *newest > now);
        window.newest = window.newest.min(now);
        let ask = Ask {
            project_to: params.project_to.map(|spec| spec.span(now).1).or(ahead),
            scenario: params.scenario.map(|list| list.0).unwrap_or_default(),
            form: params.target_form.map(|Num(form)| form),
            date: params.target_date,
        };
        let horizon = ask.check(now).map_err(ToolError::Invalid)?;

        let client = context.client();
        let wellness = client.wellness();
        let is_now = window.newest == now || horizon.is_some();
        let is_apart = horizon.is_some() && day(window.newest, RECENT) < now;
        let from = day(window.oldest, -BEFORE);
        let (first, last) = match is_now && !is_apart {
            true => (from.min(day(now, -RECENT)), now),
            false => (from, window.newest),
        };
        let shown = async { wellness.list(first, last, FIELDS).await };
        if !is_now {
            return Ok(forecast::series(&shown.await?, None, window, &local));
        }
        let end = horizon.as_ref().map_or(now, |horizon| horizon.last);
        let query = ListActivities {
            oldest: now,
            newest: now,
            limit: None,
            fields: DONE_FIELDS,
        };
        let (shown, recent, done, plan, preferences) = tokio::join!(
            shown,
            async {
                match is_apart {
                    true => wellness
                        .list(day(now, -RECENT), now, FIELDS)
                        .await
                        .map(Some),
                    false => Ok(None),
                }
            },
            async { client.activities().list(&query).await },
            async { client.events().list(now, end, &[], false).await },
            async { client.preferences().get().await },
        );
        let (shown, recent, done, plan) = (shown?, recent?, done?, plan?);
        let found = Found::of(
            recent.as_deref().unwrap_or(&shown),
            &done,
            &plan,
            preferences.ok().as_deref(),
            &local,
        );
        let standing = found.standing.as_ref();
        let mut reply = forecast::series(&shown, standing, window, &local);
        if let Some(horizon) = horizon {
            forecast::add(&mut reply, &found, horizon);
        }
        Ok(reply)
    }
}
