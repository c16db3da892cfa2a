//! The parts of an activity that need calls of their own.

use std::sync::Arc;

use super::context::Context;
use super::render::{parts, splits};
use crate::intervals::Error;
use crate::intervals::activities::{Activity, EffortSpan};
use crate::units::Units;

/// The best efforts over the spans that matter in the sport, asked for side by side.
///
/// # Errors
/// As the client; one call that fails takes the part with it.
pub async fn best_efforts(
    context: &Context,
    found: &Activity,
    units: Units,
) -> Result<String, Error> {
    let client = context.client().activities();
    let (stream, spans) = parts::effort_spans(found, units);
    let stored = found.stream_types.as_ref();
    if stored.is_some_and(|stored| !stored.iter().any(|kind| kind == stream)) {
        return Ok(String::new());
    }
    let calls = spans.iter().map(|span| async {
        let best = client.best_efforts(&found.id, stream, *span, 1).await?;
        Ok::<_, Error>((*span, best))
    });
    let results: Vec<(EffortSpan, Arc<_>)> = futures_util::future::try_join_all(calls).await?;
    Ok(parts::best_efforts(found, &results, units))
}

/// Time by power, pace or heart rate, whichever says most.
///
/// # Errors
/// As the client.
pub async fn histogram(context: &Context, found: &Activity, units: Units) -> Result<String, Error> {
    let client = context.client().activities();
    let kind = parts::histogram_kind(found, units);
    let buckets = match kind {
        parts::HistogramKind::Power => client.power_histogram(&found.id).await?,
        parts::HistogramKind::Pace => client.pace_histogram(&found.id).await?,
        parts::HistogramKind::HeartRate => client.hr_histogram(&found.id).await?,
    };
    Ok(parts::histogram(&buckets, kind, found, units))
}

/// Even pieces of the way.
///
/// # Errors
/// As the client.
pub async fn even_splits(
    context: &Context,
    found: &Activity,
    units: Units,
) -> Result<String, Error> {
    let streams = context
        .client()
        .streams()
        .get(&found.id, splits::STREAMS)
        .await?;
    Ok(splits::show(found, &streams, units))
}
