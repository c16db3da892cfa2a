//! Best efforts over ranges, side by side.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::intervals::curves::{CurveName, CurveQuery};
use crate::intervals::sports;
use crate::mcp::context::Context;
use crate::mcp::curve::Column;
use crate::mcp::curve::ask::{self as ask, Metric};
use crate::mcp::curve::places;
use crate::mcp::error::ToolError;
use crate::mcp::params::{Choice, Flag, List, Num, Secs, Sport, Text};
use crate::mcp::registry::{Access, Tool};
use crate::mcp::render::curves::View;
use crate::mcp::reply::Reply;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    metric: Option<Choice<Metric>>,
    sport: Option<Sport>,
    /// 42d, 1y, season, last_season, all, 2025, FROM..TO
    ranges: Option<List<Text>>,
    durations: Option<List<Text>>,
    distances: Option<List<Text>>,
    after_kj: Option<Num>,
    /// gradient-adjusted
    gap: Option<Flag>,
}

pub struct GetCurves;

impl Tool for GetCurves {
    const NAME: &'static str = "get_curves";
    const TITLE: &'static str = "Get best-effort curves";
    const ACCESS: Access = Access::Read;
    const SUMMARY: &'static str = "best power, heart rate and pace over ranges side by side, after work too, with CP, \
        W' and eFTP";
    const DESCRIPTION: &'static str = "Best power or hr by duration (20min), pace by distance (5km), over ranges side by side: \
                                       changes, who set them, CP, W', eFTP.";
    type Params = Params;

    async fn run(context: &Context, params: Params) -> Result<Reply, ToolError> {
        let named = params.metric.map(|Choice(metric)| metric);
        let metric = ask::metric(named, params.sport.as_ref());
        let gap = params.gap.is_some_and(|Flag(gap)| gap);
        let after = params.after_kj.map(|Num(kj)| kj).filter(|kj| *kj != 0.0);
        let is_pace = metric == Metric::Pace;
        let wrong = |said: &str| Err(ToolError::Invalid(said.to_owned()));
        if gap && !is_pace {
            return wrong("gap is of pace: ask with metric pace.");
        }
        if after.is_some() && metric != Metric::Power {
            return wrong("after_kj is of power: ask with metric power.");
        }
        if is_pace && params.durations.is_some() {
            return wrong(
                "A pace curve goes by distances: ask with distances, such as 1km or 5km.",
            );
        }
        if !is_pace && params.distances.is_some() {
            return wrong(
                "This curve goes by durations (5s, 20min); distances are of metric pace.",
            );
        }
        let sport = ask::sport(params.sport.as_ref(), metric)?;
        let list = |asked: Option<List<Text>>| asked.map(|List(texts)| texts);
        let wanted = match is_pace {
            true => places::read(
                list(params.distances),
                "distances",
                places::DISTANCES,
                places::metres,
            ),
            false => places::read(
                list(params.durations),
                "durations",
                places::DURATIONS,
                Secs::parse,
            ),
        }?;
        let local = context.local().await?;
        let ranges = ask::ranges(list(params.ranges), local.today())?;

        let client = context.client();
        let settings = async { client.sports().list().await };
        let fatigue = match after {
            Some(kj) => {
                let settings = settings.await?;
                Some(ask::fatigue(
                    sports::for_sport(&settings, sport),
                    sport,
                    kj,
                )?)
            }
            None => None,
        };
        let mut names: Vec<(String, CurveName)> = ranges
            .into_iter()
            .map(|range| {
                let period = range.period;
                (range.label, CurveName { period, fatigue })
            })
            .collect();
        // What work costs shows beside the first range without it.
        if let (Some(_), Some((label, name))) = (fatigue, names.first().cloned()) {
            let fresh = CurveName {
                fatigue: None,
                ..name
            };
            names.push((format!("{label} fresh"), fresh));
        }
        let curves: Vec<CurveName> = names.iter().map(|(_, name)| *name).collect();
        let query = CurveQuery {
            curves: &curves,
            sport,
        };
        let (set, lthr) = match metric {
            Metric::Power => (client.curves().power(&query).await?, None),
            Metric::Pace => (client.curves().pace(&query, gap).await?, None),
            Metric::HeartRate => {
                let (set, settings) =
                    tokio::join!(async { client.curves().heart_rate(&query).await }, async {
                        client.sports().list().await
                    });
                let lthr = settings
                    .ok()
                    .and_then(|all| sports::for_sport(&all, sport)?.lthr);
                (set?, lthr)
            }
        };
        let columns = names.into_iter().enumerate();
        let columns =
            columns.map(|(place, (label, _))| Column::of(&set, &curves, place, label, metric));
        Ok(View {
            metric,
            sport,
            gap,
            after,
            lthr,
            columns: columns.collect(),
            activities: set.activities.as_ref(),
            places: wanted,
            local: &local,
        }
        .show())
    }
}
