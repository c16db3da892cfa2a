//! The first call of a conversation: how things stand today.

use jiff::ToSpan;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::intervals::activities::ListActivities;
use crate::mcp::context::Context;
use crate::mcp::error::ToolError;
use crate::mcp::forecast::Found;
use crate::mcp::params::Int;
use crate::mcp::registry::{Access, Tool};
use crate::mcp::render::{activities, agenda, days, today};
use crate::mcp::reply::Reply;

/// The normal range of HRV rests on so many days; everything else on fewer.
const HISTORY_DAYS: i64 = 60;
const RACE_DAYS: i64 = 365;
/// Rows of the plan; more when the days are asked for.
const ROWS: usize = 5;
const ROWS_ASKED_FOR: usize = 20;
/// What is read of a day.
const FIELDS: &[&str] = &[
    "ctl",
    "atl",
    "ctlLoad",
    "atlLoad",
    "hrv",
    "restingHR",
    "tempRestingHR",
    "sleepSecs",
    "sleepScore",
    "sleepQuality",
    "fatigue",
    "soreness",
    "stress",
    "mood",
    "motivation",
    "injury",
    "hydration",
    "locked",
];
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
    const SUMMARY: &'static str = "where the athlete stands now: date, fitness and form, sleep and HRV against \
        normal, plan, last sessions";
    const DESCRIPTION: &'static str = "Call first. Local date and weekday, fitness, fatigue and form now and with today's plan, \
        HRV, resting HR and sleep against their normal range, plan of the next days, last sessions, sick or holiday notes, next \
        race, data gaps.";
    type Params = Params;

    async fn run(context: &Context, params: Params) -> Result<Reply, ToolError> {
        let most = match params.days_ahead {
            None => ROWS,
            Some(_) => ROWS_ASKED_FOR,
        };
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
            oldest: day(-agenda::SESSION_DAYS),
            newest: today,
            limit: None,
            fields: activities::ROW_FIELDS,
        };
        let (wellness, sessions, plan, races, preferences) = tokio::join!(
            async {
                let first = day(-HISTORY_DAYS);
                client.wellness().list(first, today, FIELDS).await
            },
            async { client.activities().list(&query).await },
            async {
                client
                    .events()
                    .list(day(-agenda::SESSION_DAYS), day(ahead), &[], false)
                    .await
            },
            async {
                client
                    .events()
                    .list(today, day(RACE_DAYS), RACES, false)
                    .await
            },
            async { client.preferences().get().await },
        );
        let (wellness, sessions, plan, races) = (wellness?, sessions?, plan?, races?);

        let mut reply = Reply::new(format!(
            "{} {:02}:{:02} ({})",
            days::full(today),
            local.now.hour(),
            local.now.minute(),
            local.zone_name()
        ));
        let found = Found::of(
            &wellness,
            &sessions,
            &plan,
            preferences.ok().as_deref(),
            &local,
        );
        reply.line(today::form(found.standing.as_ref(), local.units));
        reply.line_if(today::hrv(&wellness, today));
        reply.line_if(today::resting_hr(&wellness, today));
        reply.line_if(today::sleep(&wellness, today));
        let feelings = today::feelings(&wellness, today);
        reply.line_if(&feelings);
        agenda::absences(&mut reply, &plan, today);
        agenda::next_race(&mut reply, &races, today);
        agenda::planned(&mut reply, &plan, &sessions, (local.units, today), most);
        agenda::last_sessions(&mut reply, &sessions, local.units, today);
        let note = activities::stub_note(sessions.iter(), today.year(), false);
        if !note.is_empty() {
            reply.footer(note);
        }
        reply.footer(today::quality(
            &found,
            &wellness,
            today,
            !feelings.is_empty(),
        ));
        Ok(reply)
    }
}
