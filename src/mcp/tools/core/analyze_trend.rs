//! Where one metric goes, and what goes with it.

use jiff::ToSpan;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::intervals::activities::ListActivities;
use crate::mcp::analysis::{self, Asked};
use crate::mcp::context::Context;
use crate::mcp::error::ToolError;
use crate::mcp::measure::metric::{self, Metric, SESSION_FIELDS};
use crate::mcp::params::{DateSpec, Sport, Text, Window};
use crate::mcp::registry::{Access, Tool};
use crate::mcp::reply::Reply;

/// Five years.
const MAX_DAYS: i32 = 1_830;
/// What is normal rests on so many days before the end.
const NORMAL_DAYS: i64 = 83;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// e.g. hrv, sleep, weight, form, load, pace, efficiency_factor, decoupling, a custom field
    metric: Text,
    /// a second metric to correlate
    versus: Option<Text>,
    /// default -83d
    oldest: Option<DateSpec>,
    newest: Option<DateSpec>,
    /// of activity metrics; default the most frequent
    sport: Option<Sport>,
}

pub struct AnalyzeTrend;

impl Tool for AnalyzeTrend {
    const NAME: &'static str = "analyze_trend";
    const TITLE: &'static str = "Analyze a trend";
    const ACCESS: Access = Access::Read;
    const SUMMARY: &'static str = "where any wellness or activity metric goes, what is normal, what stands out, what \
        it goes with";
    const DESCRIPTION: &'static str =
        "Trend, normal range, outliers and correlation of any wellness or activity metric.";
    type Params = Params;

    async fn run(context: &Context, params: Params) -> Result<Reply, ToolError> {
        let local = context.local().await?;
        let today = local.today();
        let default = (DateSpec::Days(-83), DateSpec::Days(0));
        let mut window = Window::resolve(params.oldest, params.newest, default, today, MAX_DAYS)?;
        if window.oldest > today {
            let said = format!("oldest ({}) is ahead: nothing was yet.", window.oldest);
            return Err(ToolError::Invalid(said));
        }
        window.newest = window.newest.min(today);
        let has_sport = params.sport.is_some();
        let metric = metric::find(context, &params.metric.0, has_sport).await?;
        let versus = match params.versus {
            Some(Text(name)) => Some(metric::find(context, &name, has_sport).await?),
            None => None,
        };
        if versus.as_ref().is_some_and(|v| v.name() == metric.name()) {
            let said = "versus must be another metric than metric.";
            return Err(ToolError::Invalid(said.to_owned()));
        }
        let metrics: Vec<&Metric> = std::iter::once(&metric).chain(&versus).collect();
        let of_days = || metrics.iter().copied().filter(|m| m.is_of_days());
        let of_sessions = || metrics.iter().copied().filter(|m| !m.is_of_days());

        let before = window.newest.checked_sub(NORMAL_DAYS.days());
        let eve = window.oldest.checked_sub(1.day()).unwrap_or(window.oldest);
        let first = before.map_or(eve, |before| before.min(eve));
        let client = context.client();
        let day_fields = metric::wire(of_days(), &[]);
        let session_fields = metric::wire(of_sessions(), SESSION_FIELDS);
        let query = ListActivities {
            oldest: first,
            newest: window.newest,
            limit: None,
            fields: &session_fields,
        };
        let (days, sessions) = tokio::join!(
            async {
                match of_days().next() {
                    Some(_) => {
                        let wellness = client.wellness();
                        wellness
                            .list(first, window.newest, &day_fields)
                            .await
                            .map(Some)
                    }
                    None => Ok(None),
                }
            },
            async {
                match of_sessions().next() {
                    Some(_) => client.activities().list(&query).await.map(Some),
                    None => Ok(None),
                }
            },
        );
        let (days, sessions) = (days?, sessions?);
        let asked = Asked {
            metric: &metric,
            versus: versus.as_ref(),
            sport: params.sport.as_ref(),
            window,
            local: &local,
        };
        let days = days.as_deref().map(Vec::as_slice).unwrap_or_default();
        let sessions = sessions.as_deref().map(Vec::as_slice).unwrap_or_default();
        Ok(analysis::answer(&asked, days, sessions))
    }
}
