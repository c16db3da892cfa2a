//! Wellness by day, or its trend.

use jiff::ToSpan;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::intervals::wellness::Wellness;
use crate::mcp::context::{Context, Local};
use crate::mcp::error::ToolError;
use crate::mcp::measure::custom;
use crate::mcp::params::{Choice, DateSpec, List, Text, Window, choice};
use crate::mcp::registry::{Access, Tool};
use crate::mcp::render::wellness::{self, Asked, Wanted};
use crate::mcp::render::{count, days, wellness_trend};
use crate::mcp::reply::Reply;

const MAX_DAYS: i32 = 400;
/// Rows at most; the newest win.
const MAX_ROWS: usize = 180;
/// What is normal rests on so many days before the end.
const NORMAL_DAYS: i64 = 59;

choice! {
    pub enum Mode { Days = "days", Trend = "trend" }
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// default -13d
    oldest: Option<DateSpec>,
    newest: Option<DateSpec>,
    /// e.g. hrv, sleep_score, comments, custom names; all
    fields: Option<List<Text>>,
    /// trend: weekly means, slope, normal range
    mode: Option<Choice<Mode>>,
}

pub struct GetWellness;

impl Tool for GetWellness {
    const NAME: &'static str = "get_wellness";
    const TITLE: &'static str = "Get wellness";
    const ACCESS: Access = Access::Read;
    const SUMMARY: &'static str =
        "wellness by day or its weekly trend, the athlete's own fields among it";
    const DESCRIPTION: &'static str = "Wellness by local day: sleep, HRV, resting HR, weight, how the athlete felt (labels), \
                                       custom fields.";
    type Params = Params;

    async fn run(context: &Context, params: Params) -> Result<Reply, ToolError> {
        let local = context.local().await?;
        let today = local.today();
        let default = (DateSpec::Days(-13), DateSpec::Days(0));
        let window = Window::resolve(params.oldest, params.newest, default, today, MAX_DAYS)?;
        let is_trend = params.mode.is_some_and(|mode| mode.0 == Mode::Trend);
        let names: Vec<String> = params
            .fields
            .map(|list| list.0.into_iter().map(|text| text.0).collect())
            .unwrap_or_default();
        let asked = Asked::of(&names);
        let normal_from = window.newest.min(today).checked_sub(NORMAL_DAYS.days());
        let first = match normal_from {
            Ok(from) if is_trend => window.oldest.min(from),
            _ => window.oldest,
        };
        let found = context
            .client()
            .wellness()
            .list(first, window.newest, &asked.wire())
            .await?;
        let shown = found.partition_point(|day| day.date < window.oldest);
        let shown = found.get(shown..).unwrap_or_default();
        let codes = wellness::custom_codes(shown);
        let may_be_custom = match asked {
            Asked::Named(_) => asked.may_be_custom(),
            _ => !codes.is_empty(),
        };
        let fields = match may_be_custom {
            true => custom::fields(context, wellness::PLACE, &codes).await,
            false => Vec::new(),
        };
        let wanted = Wanted::choose(asked, shown, fields).map_err(ToolError::Invalid)?;
        let range = days::window(window, &local);
        // Days to come hold a projection and nothing that was.
        let ahead = shown.iter().filter(|day| day.date > today).count();
        let past = shown.get(..shown.len() - ahead).unwrap_or_default();
        let mut reply = if past.is_empty() {
            Reply::new(format!("No wellness data · {range}"))
        } else if is_trend {
            wellness_trend::weekly(&found, past, &wanted, window, &local)
        } else {
            rows(past, &wanted, &local, &range)
        };
        if ahead > 0 {
            reply.footer(format!(
                "{} ahead hold only a projection: get_fitness(project_to).",
                count(ahead, "day")
            ));
        }
        if past.is_empty() {
            return Ok(reply);
        }
        let missing = wanted.missing(past);
        if !missing.is_empty() {
            reply.footer(format!("No {} in these days.", missing.join(", ")));
        }
        let unmeasured =
            wellness::not_measured(past, |name| wanted.measures.iter().any(|m| m.name == name));
        if !unmeasured.is_empty() {
            reply.footer(format!("Left out: {}.", unmeasured.join(", ")));
        }
        if let Some(others) = wanted.others() {
            reply.footer(others);
        }
        Ok(reply)
    }
}

fn rows(found: &[Wellness], wanted: &Wanted, local: &Local, range: &str) -> Reply {
    let cut = found.len().saturating_sub(MAX_ROWS);
    let shown = found.get(cut..).unwrap_or_default();
    let rows = wellness::rows(shown, wanted, local.units, local.today());
    if rows.table.is_empty() {
        let mut reply = wellness::without_rows(shown, wanted, range);
        wellness::comments(&mut reply, shown, wanted);
        return reply;
    }
    let mut reply = Reply::new(format!("{} · {range}", count(found.len(), "day")));
    if cut > 0 {
        reply.footer(format!(
            "The first {cut} days are not shown: ask for them alone, or for mode trend."
        ));
    }
    reply.table(&rows.table);
    if !rows.constant.is_empty() {
        reply.footer(format!("Always: {}.", rows.constant.join(", ")));
    }
    if rows.with_plan {
        reply.footer("* may count what is only planned today; get_today has the state now.");
    }
    let gaps = shown
        .iter()
        .filter(|day| !wanted.named && day.sleep_secs.is_none() && day.hrv.is_none())
        .count();
    if gaps > 0 {
        reply.footer(format!("{} without sleep and HRV.", count(gaps, "day")));
    }
    wellness::comments(&mut reply, shown, wanted);
    reply
}
