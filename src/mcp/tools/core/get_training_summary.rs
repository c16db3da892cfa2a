//! Training over a window, summed up and compared.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::mcp::context::Context;
use crate::mcp::error::ToolError;
use crate::mcp::params::{Choice, CompareTo, DateSpec, List, Sport, Window};
use crate::mcp::registry::{Access, Tool};
use crate::mcp::render::summary;
use crate::mcp::reply::Reply;
use crate::mcp::training::{self, Ask, GroupBy, MAX_DAYS, Part};

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// default 12 weeks
    oldest: Option<DateSpec>,
    newest: Option<DateSpec>,
    sport: Option<Sport>,
    group_by: Option<Choice<GroupBy>>,
    /// previous, last_year or A..B
    compare_to: Option<CompareTo>,
    /// default without zones, durability
    include: Option<List<Choice<Part>>>,
}

pub struct GetTrainingSummary;

impl Tool for GetTrainingSummary {
    const NAME: &'static str = "get_training_summary";
    const TITLE: &'static str = "Get training summary";
    const ACCESS: Access = Access::Read;
    const SUMMARY: &'static str = "training summed up by day, week, month or sport: totals, zones, intensity \
        distribution, load, plan, long sessions; compared with another range";
    const DESCRIPTION: &'static str = "Training summed up by week or group: totals, time in zones, intensity \
        distribution, monotony, acute:chronic load, compliance, decoupling; against another range.";
    type Params = Params;

    async fn run(context: &Context, params: Params) -> Result<Reply, ToolError> {
        let local = context.local().await?;
        let today = local.today();
        let default = (DateSpec::Week(-11), DateSpec::Days(0));
        let mut window = Window::resolve(params.oldest, params.newest, default, today, MAX_DAYS)?;
        if window.oldest > today {
            let said = format!(
                "oldest ({}) is ahead: list_events has the plan.",
                window.oldest
            );
            return Err(ToolError::Invalid(said));
        }
        window.newest = window.newest.min(today);
        let against = params
            .compare_to
            .map(|range| range.resolve(window, today, MAX_DAYS))
            .transpose()
            .map_err(|error| ToolError::Invalid(format!("{error}.")))?;
        let ask = Ask {
            window,
            sport: params.sport,
            against,
            group_by: params.group_by.map_or(GroupBy::Week, |Choice(by)| by),
            parts: params
                .include
                .map(|list| list.0.into_iter().map(|Choice(part)| part).collect()),
        };
        let found = training::find(context, &ask, today).await?;
        Ok(summary::answer(&found, &ask, &local))
    }
}
