//! Wellness by day, or its trend.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::intervals::wellness::Wellness;
use crate::mcp::context::{Context, Local};
use crate::mcp::error::ToolError;
use crate::mcp::params::{Choice, DateSpec, List, Text, Window, choice};
use crate::mcp::registry::{Access, Tool};
use crate::mcp::render::wellness::{self, Measure};
use crate::mcp::render::{days, wellness_trend};
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
        let asked = !names.is_empty();
        let codes = wellness::custom_codes(&found);
        let (custom, names): (Vec<String>, Vec<String>) = if names.is_empty() {
            (codes, names)
        } else {
            names.into_iter().partition(|name| codes.contains(name))
        };
        // Only custom codes were asked for: no other column then.
        let measures = if names.is_empty() && asked {
            Vec::new()
        } else {
            wellness::chosen(&names).map_err(ToolError::Invalid)?
        };
        let range = days::window(window, &local);
        if found.is_empty() {
            return Ok(Reply::new(format!("No wellness data · {range}")));
        }
        match params.mode.map(|m| m.0) {
            Some(Mode::Trend) => Ok(wellness_trend::weekly(&found, &measures, &local, &range)),
            _ => Ok(rows(&found, &measures, &custom, &local, &range)),
        }
    }
}

fn rows(
    found: &[Wellness],
    measures: &[&Measure],
    custom: &[String],
    local: &Local,
    range: &str,
) -> Reply {
    let mut reply = Reply::new(format!("{} days · {range}", found.len()));
    let cut = found.len().saturating_sub(MAX_ROWS);
    let found = found.get(cut..).unwrap_or_default();
    if cut > 0 {
        reply.footer(format!(
            "The first {cut} days are not shown: ask for them alone, for fewer fields, or for mode trend."
        ));
    }
    reply.line(wellness::rows(found, measures, custom, local.units, local.today()).render());
    let empty = found
        .iter()
        .filter(|day| day.date <= local.today() && day.sleep_secs.is_none() && day.hrv.is_none())
        .count();
    if empty > 0 {
        reply.footer(format!("{empty} days have neither sleep nor HRV."));
    }
    let comments = found.iter().rev().filter(|day| day.comments.is_some());
    for day in comments.take(MAX_COMMENTS) {
        let comment = day.comments.as_deref().unwrap_or_default();
        reply.quote(format!("comment on {}", days::full(day.date)), comment);
    }
    reply
}
