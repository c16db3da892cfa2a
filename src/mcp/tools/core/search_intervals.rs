//! Sessions that hold intervals of a length and intensity, with those intervals.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::intervals::activities::IntervalSearch;
use crate::mcp::context::Context;
use crate::mcp::efforts::Wanted;
use crate::mcp::error::ToolError;
use crate::mcp::interval_finding;
use crate::mcp::measure::effort::Metric;
use crate::mcp::params::{Choice, DateSpec, Int, Num, Secs, Sport};
use crate::mcp::registry::{Access, Tool};
use crate::mcp::reply::Reply;

const DEFAULT_ROWS: i64 = 10;
const MAX_REPS: i64 = 200;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    min_secs: Secs,
    max_secs: Secs,
    /// % of threshold, e.g. 105
    min_intensity: Option<Num>,
    max_intensity: Option<Num>,
    /// at least so many in a session
    reps: Option<Int>,
    sport: Option<Sport>,
    /// what intensity is of
    metric: Option<Choice<Metric>>,
    /// default all time
    oldest: Option<DateSpec>,
    newest: Option<DateSpec>,
    /// default 10, at most 30
    limit: Option<Int>,
}

pub struct SearchIntervals;

impl Tool for SearchIntervals {
    const NAME: &'static str = "search_intervals";
    const TITLE: &'static str = "Search intervals";
    const ACCESS: Access = Access::Read;
    const SUMMARY: &'static str =
        "sessions with intervals of a length and intensity, and those intervals";
    const DESCRIPTION: &'static str = "Sessions with intervals of a length and intensity, newest first, and those intervals: \
                                       power or pace, HR, fade.";
    type Params = Params;

    async fn run(context: &Context, params: Params) -> Result<Reply, ToolError> {
        let secs = (params.min_secs.0, params.max_secs.0);
        if secs.0 > secs.1 || secs.1 == 0 {
            return wrong("min_secs must not be above max_secs, nor max_secs 0.");
        }
        let secs = if secs.0 == secs.1 {
            about(secs.0)
        } else {
            secs
        };
        let intensity = intensity(params.min_intensity, params.max_intensity)?;
        let within = |value: Option<Int>, default: i64, most: i64, name: &str| match value {
            None => Ok(default),
            Some(Int(n)) if (1..=most).contains(&n) => Ok(n),
            Some(_) => wrong(&format!("{name} must be 1 to {most}.")),
        };
        let reps = within(params.reps, 1, MAX_REPS, "reps")?;
        let limit = within(
            params.limit,
            DEFAULT_ROWS,
            interval_finding::MAX_ROWS,
            "limit",
        )?;
        let wanted = Wanted {
            secs,
            intensity,
            metric: params.metric.map(|metric| metric.0),
            reps,
        };
        let search = IntervalSearch {
            secs,
            intensity,
            kind: wanted.metric.map(Metric::upstream),
            reps,
            limit: interval_finding::SEARCHED,
        };
        let local = context.local().await?;
        let ends = (params.oldest, params.newest);
        let window = interval_finding::window(ends, local.today())?;
        let client = context.client().activities();
        let hits = client.search_intervals(&search).await?;
        let limit = usize::try_from(limit).unwrap_or_default();
        let chosen = interval_finding::choose(&hits, params.sport.as_ref(), window, limit);
        let ids: Vec<_> = chosen.shown.iter().map(|row| row.id.clone()).collect();
        let whole = if ids.is_empty() {
            None
        } else {
            Some(client.several(&ids).await)
        };
        Ok(interval_finding::tell(
            &wanted, &chosen, whole, window, &local,
        ))
    }
}

/// One length is meant as people say it: of four minutes, none lasts 240 s to the second.
const fn about(secs: i64) -> (i64, i64) {
    (secs - secs / 10, secs + (secs + 9) / 10)
}

/// Whole percents of threshold. A factor such as 1.05 is not taken for one: at 1 % nobody trains.
fn intensity(least: Option<Num>, most: Option<Num>) -> Result<(i64, i64), ToolError> {
    let given = [least, most].into_iter().flatten();
    if given
        .clone()
        .any(|Num(percent)| percent > 0.0 && percent < 5.0)
    {
        return wrong("Intensities are percent of threshold: 105, not 1.05.");
    }
    let highest = Wanted::HARDEST;
    if given
        .clone()
        .any(|Num(percent)| !(0.0..=1000.0).contains(&percent))
    {
        return wrong(&format!(
            "Intensities are 0 to {highest} percent of threshold."
        ));
    }
    #[expect(clippy::cast_possible_truncation, reason = "bounded")]
    let (least, most) = (
        least.map_or(0, |Num(percent)| percent.floor() as i64),
        most.map_or(highest, |Num(percent)| percent.ceil() as i64),
    );
    if least > most {
        return wrong("min_intensity is above max_intensity; swap them.");
    }
    Ok((least, most))
}

fn wrong<T>(sentence: &str) -> Result<T, ToolError> {
    Err(ToolError::Invalid(sentence.to_owned()))
}
