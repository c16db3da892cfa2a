//! The first call of a conversation: how things stand today.

use jiff::ToSpan;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::intervals::activities::{Activity, ListActivities};
use crate::intervals::events::Event;
use crate::mcp::context::{Context, Local};
use crate::mcp::error::ToolError;
use crate::mcp::params::Int;
use crate::mcp::registry::{Access, Tool};
use crate::mcp::render::{activities, days, events, today};
use crate::mcp::reply::Reply;
use crate::units::Units;

/// The normal range of HRV rests on so many days; everything else on fewer.
const HISTORY_DAYS: i64 = 60;
const SESSION_DAYS: i64 = 7;
const RACE_DAYS: i64 = 365;
const RACES: &[&str] = &["RACE_A", "RACE_B", "RACE_C"];

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// of the plan, 0-28, default 6
    days_ahead: Option<Int>,
}

pub struct GetToday;

impl Tool for GetToday {
    const NAME: &'static str = "get_today";
    const TITLE: &'static str = "Get today";
    const ACCESS: Access = Access::Read;
    const DESCRIPTION: &'static str = "Call first. Local date and weekday, fitness, fatigue and form now and with today's plan, \
        HRV, resting HR and sleep against their normal range, plan of the next days, last sessions, sick or holiday notes, next \
        race, data gaps.";
    type Params = Params;

    async fn run(context: &Context, params: Params) -> Result<Reply, ToolError> {
        let ahead = match params.days_ahead {
            None => 6,
            Some(Int(days)) if (0..=28).contains(&days) => days,
            Some(_) => return Err(ToolError::Invalid("days_ahead must be 0 to 28.".to_owned())),
        };
        let local = context.local().await?;
        let today = local.today();
        let day = |offset: i64| today.checked_add(offset.days()).unwrap_or(today);
        let client = context.client();
        let query = ListActivities {
            oldest: day(-SESSION_DAYS),
            newest: today,
            limit: None,
            fields: activities::ROW_FIELDS,
        };
        let (wellness, sessions, plan, races) = tokio::join!(
            async { client.wellness().list(day(-HISTORY_DAYS), today, &[]).await },
            async { client.activities().list(&query).await },
            async { client.events().list(today, day(ahead), &[], false).await },
            async {
                client
                    .events()
                    .list(today, day(RACE_DAYS), RACES, false)
                    .await
            },
        );
        let (wellness, sessions, plan, races) = (wellness?, sessions?, plan?, races?);

        let mut reply = Reply::new(format!(
            "{} {:02}:{:02} ({})",
            days::full(today),
            local.now.hour(),
            local.now.minute(),
            local.zone_name()
        ));
        reply.line(today::form(&wellness, &sessions, &plan, today));
        reply.line_if(today::hrv(&wellness, today));
        reply.line_if(today::resting_hr(&wellness, today));
        reply.line_if(today::sleep(&wellness, today));
        reply.line_if(today::feelings(&wellness, today));
        absences(&mut reply, &plan, today);
        next_race(&mut reply, &races, today);
        planned(&mut reply, &plan, &sessions, &local);
        last_sessions(&mut reply, &sessions, local.units, today);
        for warning in today::warnings(&wellness, today) {
            reply.footer(warning);
        }
        let note = activities::stub_note(sessions.iter(), today.year());
        if !note.is_empty() {
            reply.footer(note);
        }
        Ok(reply)
    }
}

fn absences(reply: &mut Reply, plan: &[Event], today: Date) {
    for event in plan.iter().filter(|e| events::is_absence(e)) {
        let Some((first, last)) = events::span(event) else {
            continue;
        };
        let name = event
            .name
            .as_deref()
            .map(crate::mcp::text::name)
            .unwrap_or_default();
        let when = if first <= today { "now" } else { "coming" };
        reply.line(format!(
            "{} {when}: {name}, {} to {}",
            events::category(event),
            days::full(first),
            days::full(last)
        ));
    }
}

fn next_race(reply: &mut Reply, races: &[Event], today: Date) {
    let next = races
        .iter()
        .filter(|e| events::is_race(e))
        .filter_map(|e| Some((events::span(e)?.0, e)))
        .filter(|(first, _)| *first >= today)
        .min_by_key(|(first, _)| *first);
    if let Some((first, race)) = next {
        reply.line(format!(
            "Next {}: {} on {} ({})",
            events::category(race),
            race.name
                .as_deref()
                .map(crate::mcp::text::name)
                .unwrap_or_default(),
            days::full(first),
            days::distance(today, first)
        ));
    }
}

fn planned(reply: &mut Reply, plan: &[Event], done: &[Activity], local: &Local) {
    let mut rows: Vec<&Event> = plan.iter().filter(|e| !events::is_absence(e)).collect();
    rows.sort_by(|a, b| {
        a.start_date_local
            .cmp(&b.start_date_local)
            .then(a.id.cmp(&b.id))
    });
    if rows.is_empty() {
        reply.line("Plan: nothing in the calendar for these days.");
        return;
    }
    reply.line("Plan (form: projected, end of day):");
    reply.line(events::table(&rows, done, local.units, local.today()).render());
}

fn last_sessions(reply: &mut Reply, sessions: &[Activity], units: Units, today: Date) {
    let mut rows: Vec<&Activity> = sessions.iter().filter(|a| !a.is_stub()).collect();
    rows.sort_by_key(|a| std::cmp::Reverse(a.started()));
    let totals = activities::totals(rows.iter().copied());
    reply.line(format!(
        "Last {} days: {}",
        SESSION_DAYS + 1,
        totals.show(units)
    ));
    if !rows.is_empty() {
        let shown = rows.into_iter().take(5);
        reply.line(activities::table(shown, units, today.year()).render());
    }
}
