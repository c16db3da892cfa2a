//! Wellness by day, or its trend.

use jiff::ToSpan;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::intervals::wellness::Wellness;
use crate::mcp::context::{Context, Local};
use crate::mcp::error::ToolError;
use crate::mcp::params::{Choice, DateSpec, List, Text, Window, choice};
use crate::mcp::registry::{Access, Tool};
use crate::mcp::render::days;
use crate::mcp::render::table::Table;
use crate::mcp::render::wellness::{self, Measure};
use crate::mcp::reply::Reply;
use crate::units::signed;

const MAX_DAYS: i32 = 400;
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
        let codes = custom_codes(&found);
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
            Some(Mode::Trend) => Ok(trend(&found, &measures, &local, &range)),
            _ => Ok(rows(&found, &measures, &custom, &local, &range)),
        }
    }
}

fn custom_codes(found: &[Wellness]) -> Vec<String> {
    let mut codes: Vec<String> = found
        .iter()
        .flat_map(|day| day.custom.iter())
        .filter(|(_, value)| wellness::custom_value(value).is_some())
        .map(|(code, _)| code.clone())
        .collect();
    codes.sort_unstable();
    codes.dedup();
    codes.truncate(20);
    codes
}

fn rows(
    found: &[Wellness],
    measures: &[&Measure],
    custom: &[String],
    local: &Local,
    range: &str,
) -> Reply {
    let mut reply = Reply::new(format!("{} days · {range}", found.len()));
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

/// Weekly means, Monday to Sunday, and the change from the first week to the last.
fn trend(found: &[Wellness], measures: &[&Measure], local: &Local, range: &str) -> Reply {
    let monday = |day: Date| {
        let back = i32::from(day.weekday().to_monday_zero_offset());
        day.checked_sub(back.days()).unwrap_or(day)
    };
    let past: Vec<&Wellness> = found.iter().filter(|d| d.date <= local.today()).collect();
    let mut weeks: Vec<Date> = past.iter().map(|d| monday(d.date)).collect();
    weeks.dedup();
    let heads = std::iter::once("measure".to_owned())
        .chain(weeks.iter().map(|w| days::short(*w, local.today().year())))
        .chain(["change".to_owned(), "days".to_owned()]);
    let mut table = Table::new(heads);
    for measure in measures {
        let values = |week: Option<Date>| -> Vec<f64> {
            past.iter()
                .filter(|d| week.is_none_or(|w| monday(d.date) == w))
                .filter_map(|d| (measure.get)(d))
                .collect()
        };
        let count = values(None).len();
        if count == 0 {
            continue;
        }
        let means: Vec<Option<f64>> = weeks
            .iter()
            .map(|w| crate::analytics::baseline::mean(&values(Some(*w))))
            .collect();
        let first = means.iter().flatten().next();
        let last = means.iter().flatten().next_back();
        let change = first
            .zip(last)
            .filter(|_| means.iter().flatten().count() > 1);
        table.row(
            std::iter::once(Some(measure.head(local.units)))
                .chain(
                    means
                        .iter()
                        .map(|m| m.map(|m| measure.show_mean(m, local.units))),
                )
                .chain([
                    change.map(|(a, b)| match measure.kind {
                        wellness::Kind::Sleep => format!("{} min", signed((b - a) / 60.0, 0)),
                        wellness::Kind::Weight => signed(local.units.weight(b - a), 1),
                        _ => signed(b - a, 1),
                    }),
                    Some(count.to_string()),
                ]),
        );
    }
    let mut reply = Reply::new(format!("Weekly means (weeks from Monday) · {range}"));
    reply.line(table.render());
    reply.footer("Scales as numbers: 1 is the best. The first and last week may be incomplete.");
    reply
}
