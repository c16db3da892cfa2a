//! Wellness by day, or its trend.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::intervals::wellness::Wellness;
use crate::mcp::context::{Context, Local};
use crate::mcp::error::ToolError;
use crate::mcp::params::{Choice, DateSpec, List, Text, Window, choice};
use crate::mcp::registry::{Access, Tool};
use crate::mcp::render::wellness::{self, Wanted};
use crate::mcp::render::{count, days, wellness_trend};
use crate::mcp::reply::Reply;

const MAX_DAYS: i32 = 400;
/// Rows at most; the newest win.
const MAX_ROWS: usize = 180;
/// Comments are quoted at most this often; the newest win.
const MAX_COMMENTS: usize = 14;

choice! {
    pub enum Mode { Days = "days", Trend = "trend" }
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// default -13d
    oldest: Option<DateSpec>,
    newest: Option<DateSpec>,
    /// e.g. hrv, sleep, weight, custom codes; default all
    fields: Option<List<Text>>,
    /// trend: weekly means
    mode: Option<Choice<Mode>>,
}

pub struct GetWellness;

impl Tool for GetWellness {
    const NAME: &'static str = "get_wellness";
    const TITLE: &'static str = "Get wellness";
    const ACCESS: Access = Access::Read;
    const DESCRIPTION: &'static str = "Wellness by local day: sleep, HRV, resting HR, weight, how the athlete felt \
                                       (labels), fitness, fatigue, form, custom fields.";
    type Params = Params;

    async fn run(context: &Context, params: Params) -> Result<Reply, ToolError> {
        let local = context.local().await?;
        let default = (DateSpec::Days(-13), DateSpec::Days(0));
        let window = Window::resolve(
            params.oldest,
            params.newest,
            default,
            local.today(),
            MAX_DAYS,
        )?;
        let found = context
            .client()
            .wellness()
            .list(window.oldest, window.newest, &[])
            .await?;
        let names: Vec<String> = params
            .fields
            .map(|list| list.0.into_iter().map(|text| text.0).collect())
            .unwrap_or_default();
        let range = days::window(window, &local);
        let wanted = Wanted::choose(&names, &found).map_err(ToolError::Invalid)?;
        if found.is_empty() {
            return Ok(Reply::new(format!("No wellness data · {range}")));
        }
        let mut reply = match params.mode.map(|m| m.0) {
            Some(Mode::Trend) => wellness_trend::weekly(&found, &wanted, &local, &range),
            _ => rows(&found, &wanted, &local, &range),
        };
        let today = local.today();
        let missing = wanted.missing(&found);
        if !missing.is_empty() {
            reply.footer(format!("No {} in these days.", missing.join(", ")));
        }
        let has_today = found.iter().any(|day| day.date == today);
        if has_today && wanted.measures.iter().any(|m| m.counts_the_plan()) {
            reply.footer(
                "Today's ctl, atl, form, ramp and load may count what is only planned for today; get_today has the state \
                 now.",
            );
        }
        Ok(reply)
    }
}

fn rows(found: &[Wellness], wanted: &Wanted, local: &Local, range: &str) -> Reply {
    let mut reply = Reply::new(format!("{} · {range}", count(found.len(), "day")));
    let cut = found.len().saturating_sub(MAX_ROWS);
    let shown = found.get(cut..).unwrap_or_default();
    if cut > 0 {
        reply.footer(format!(
            "The first {cut} days are not shown: ask for them alone, or for mode trend."
        ));
    }
    let table = wellness::rows(shown, wanted, local.units, local.today());
    if !table.is_empty() {
        reply.table(&table);
    }
    if wanted.everything {
        let gaps = shown
            .iter()
            .filter(|day| day.date <= local.today())
            .filter(|day| day.sleep_secs.is_none() && day.hrv.is_none());
        let gaps = gaps.count();
        if gaps > 0 {
            reply.footer(format!("{} without sleep and HRV.", count(gaps, "day")));
        }
    }
    if wanted.comments {
        let commented = shown.iter().rev().filter(|day| day.comments.is_some());
        for day in commented.take(MAX_COMMENTS) {
            let comment = day.comments.as_deref().unwrap_or_default();
            reply.quote(format!("comment on {}", days::full(day.date)), comment);
        }
    }
    reply
}
