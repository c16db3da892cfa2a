//! Entering wellness, for one day or many.

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::intervals::wellness::{Wellness, WellnessUpdate};
use crate::mcp::context::{Context, Local};
use crate::mcp::error::ToolError;
use crate::mcp::params::{List, WellnessEntry};
use crate::mcp::registry::{Access, Tool};
use crate::mcp::render::wellness_change::{self, changes};
use crate::mcp::render::{count, days};
use crate::mcp::reply::Reply;

const MAX_ENTRIES: usize = 60;
/// 150 is a weight in either unit, so a guess would go unnoticed.
const UNKNOWN_UNIT: &str = "Whether the athlete's weights are in kg or lb cannot be read from Intervals.icu now; nothing was written. \
    Try again in a minute, or leave weight out.";

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    entries: List<WellnessEntry>,
}

pub struct UpdateWellness;

impl Tool for UpdateWellness {
    const NAME: &'static str = "update_wellness";
    const TITLE: &'static str = "Enter wellness";
    const ACCESS: Access = Access::Write;
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
        write(context, &local, updates).await
    }
}

async fn write(
    context: &Context,
    local: &Local,
    updates: Vec<(Date, WellnessUpdate)>,
) -> Result<Reply, ToolError> {
    let client = context.client().wellness();
    let (Some((first, _)), Some((last, _))) = (updates.first(), updates.last()) else {
        return Err(ToolError::Invalid("entries must not be empty.".to_owned()));
    };
    let (first, last) = (*first, *last);
    let before = client.list(first, last, &[]).await?;
    let old = |date: Date| before.iter().find(|day| day.date == date);
    let (closed, open): (Vec<_>, Vec<_>) = updates
        .into_iter()
        .partition(|(date, _)| old(*date).is_some_and(|d| d.locked == Some(true)));
    let updates = open;
    let after: Vec<Wellness> = match updates.as_slice() {
        [] => Vec::new(),
        [(date, update)] => {
            let written = client.put(*date, update).await;
            vec![written.map_err(ToolError::write)?]
        }
        many => {
            client.put_many(many).await.map_err(ToolError::write)?;
            // Written all the same if it cannot be read back now.
            let read = client.list(first, last, &[]).await;
            read.map(|rows| rows.to_vec()).unwrap_or_default()
        }
    };
    let mut reply = Reply::new(format!(
        "Wrote wellness of {} ({})",
        count(updates.len(), "day"),
        local.zone_name()
    ));
    for (date, update) in &updates {
        let new = after.iter().find(|day| day.date == *date);
        let (changed, lost) = changes(old(*date), new, update, local.units);
        reply.line(format!("{}: {changed}", days::full(*date)));
        if let Some(former) = old(*date)
            .and_then(|d| d.comments.as_deref())
            .filter(|_| update.comments.is_some())
        {
            reply.quote(format!("former comment of {}", days::full(*date)), former);
        }
        if !lost.is_empty() {
            reply.footer(format!(
                "{}: the service did not take {lost}.",
                days::full(*date)
            ));
        }
    }
    for (date, _) in closed {
        reply.footer(wellness_change::locked(date));
    }
    Ok(reply)
}
