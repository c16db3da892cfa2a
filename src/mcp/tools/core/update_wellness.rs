//! Entering wellness, for one day or many.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::mcp::context::Context;
use crate::mcp::entering;
use crate::mcp::error::ToolError;
use crate::mcp::params::{Flag, List, Text, WellnessEntry};
use crate::mcp::registry::{Access, Tool};
use crate::mcp::render::days;
use crate::mcp::reply::Reply;

const MAX_ENTRIES: usize = 60;
/// 150 is a weight in either unit, so a guess would go unnoticed.
const UNKNOWN_UNIT: &str = "Whether the athlete's weights are in kg or lb cannot be read from Intervals.icu now; nothing was written. \
    Try again in a minute, or leave weight out.";

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    entries: List<WellnessEntry>,
    dry_run: Option<Flag>,
    if_unchanged: Option<Text>,
}

pub struct UpdateWellness;

impl Tool for UpdateWellness {
    const NAME: &'static str = "update_wellness";
    const TITLE: &'static str = "Enter wellness";
    const ACCESS: Access = Access::Write;
    const SUMMARY: &'static str = "sets wellness values of one or many days";
    const DESCRIPTION: &'static str = "Enters wellness for one or many days; what is not given stays, comments replace. Feelings as labels: \
        fatigue, soreness, stress none|low|avg|high|extreme; sleep_quality, mood, motivation excellent|good|avg|poor; \
        injury none|niggle|poor|injured; hydration well hydrated…very dehydrated. weight in the unit that get_wellness \
        shows, carbs, protein, fat in g.";
    type Params = Params;

    async fn run(context: &Context, params: Params) -> Result<Reply, ToolError> {
        let entries = params.entries.0;
        if !(1..=MAX_ENTRIES).contains(&entries.len()) {
            return Err(ToolError::Invalid(format!(
                "entries must hold 1 to {MAX_ENTRIES} days."
            )));
        }
        let local = context.local().await?;
        let mut updates = Vec::with_capacity(entries.len());
        for entry in entries {
            let (date, update) = entry
                .check(local.today(), local.units)
                .map_err(ToolError::Invalid)?;
            if update.weight.is_some() && !local.units_known {
                return Err(ToolError::Invalid(UNKNOWN_UNIT.to_owned()));
            }
            if updates.iter().any(|(other, _)| *other == date) {
                return Err(ToolError::Invalid(format!(
                    "{} stands twice in entries.",
                    days::full(date)
                )));
            }
            updates.push((date, update));
        }
        updates.sort_by_key(|(date, _)| *date);
        let dry_run = params.dry_run.is_some_and(|Flag(dry_run)| dry_run);
        let if_unchanged = params.if_unchanged.as_ref();
        entering::enter(context, &local, updates, dry_run, if_unchanged).await
    }
}
