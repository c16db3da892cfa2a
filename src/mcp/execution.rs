//! The planned workout of an activity beside what was done, step by step.

use std::ops::Range;

use jiff::ToSpan;

use super::context::{Context, Local};
use super::event_lookup;
use super::planned::{PlannedStep, Thresholds};
use super::render::{channel, plan, splits};
use crate::analytics::buckets::summary;
use crate::analytics::execution::{
    self, Aim, HEART_LAG_SECONDS, HEART_SHORTEST_SECONDS, Lap, Measure, Verdict,
};
use crate::analytics::recording::Recording;
use crate::intervals::activities::{Activity, Interval};
use crate::intervals::events::Event;
use crate::intervals::streams::{Series, Stream, series};
use crate::intervals::{Error, EventId};

/// How far from its workout an activity is looked for in the calendar, when the event is not found by its id.
const DAYS_AROUND: i64 = 6;

/// How the steps were found in the recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    Laps,
    Clock,
    /// Nothing was recorded, or it could not be read.
    NotAtAll,
}

/// What was done in one step.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Done {
    /// s
    pub seconds: f64,
    /// m
    pub metres: Option<f64>,
    /// W
    pub power: Option<f64>,
    /// bpm
    pub heart_rate: Option<f64>,
    /// From which share of the step on `heart_rate` is meant.
    pub heart_from: f64,
    /// m/s
    pub speed: Option<f64>,
}

impl Done {
    #[must_use]
    pub const fn of(&self, measure: Measure) -> Option<f64> {
        match measure {
            Measure::Power => self.power,
            Measure::HeartRate => self.heart_rate,
            Measure::Speed => self.speed,
        }
    }
}

/// One step, planned and done.
#[derive(Debug)]
pub struct Row<'d> {
    pub planned: PlannedStep<'d>,
    /// The target that it is held against: the first that was measured.
    pub aim: Option<Aim>,
    pub done: Option<Done>,
}

impl Row<'_> {
    /// How the step went; `None` without a target, without a reading, or where a heart has no time to follow.
    #[must_use]
    pub fn verdict(&self) -> Option<Verdict> {
        let (aim, done) = (self.aim?, self.done?);
        let from = match aim.measure {
            Measure::HeartRate if done.seconds <= HEART_SHORTEST_SECONDS => return None,
            Measure::HeartRate => done.heart_from,
            _ => 0.0,
        };
        Some(aim.judge(done.of(aim.measure)?, from))
    }
}

/// The part of the answer; empty where nothing was planned.
///
/// # Errors
/// As the client, about the event; a recording that cannot be read is only missing.
pub async fn beside(context: &Context, found: &Activity, local: &Local) -> Result<String, Error> {
    let Some(id) = found.paired_event_id else {
        return Ok(plan::UNPLANNED.to_owned());
    };
    let Some(event) = event(context, found, id).await? else {
        return Ok(plan::gone(id));
    };
    let doc = event.workout_doc.as_ref();
    let thresholds = doc
        .map(|doc| Thresholds::of(found, doc))
        .unwrap_or_default();
    let steps = doc.map(|doc| thresholds.expand(doc)).unwrap_or_default();
    let laps: &[Interval] = found.icu_intervals.as_deref().unwrap_or_default();
    let lengths: Vec<_> = steps.iter().map(|step| step.length).collect();
    let measured: Vec<Lap> = laps.iter().map(lap).collect();
    let first = execution::first_lap(&lengths, &measured);
    let hearts = steps.iter().any(|step| {
        step.aims
            .iter()
            .any(|aim| aim.measure == Measure::HeartRate)
    });
    // The laps know all but how long the heart took to follow.
    let recorded = if steps.is_empty() || (first.is_some() && !hearts) {
        None
    } else {
        let streams = context.client().streams();
        streams.get(&found.id, splits::STREAMS).await.ok()
    };
    let streams = recorded.as_deref().map(Vec::as_slice).unwrap_or_default();
    let recorded = Recorded::of(streams);
    let (how, mut done, beyond) = match (first, &recorded) {
        (Some(first), recorded) => {
            let own = laps.get(first..).unwrap_or_default();
            let done = in_laps(&steps, own, recorded.as_ref());
            let others = measured
                .iter()
                .enumerate()
                .filter(|(index, _)| !(first..first + steps.len()).contains(index));
            let beyond = others.map(|(_, lap)| lap.moving).sum();
            (How::Laps, done, beyond)
        }
        (None, Some(recorded)) => {
            let way = |index| recorded.way?.at(index);
            let spans = execution::by_the_clock(&recorded.recording, &way, &lengths);
            let end = spans.last().map_or(0, |span| span.end);
            let done = spans.into_iter().map(|span| recorded.done(span)).collect();
            let beyond = recorded.recording.total(end..recorded.recording.len());
            (How::Clock, done, beyond)
        }
        (None, None) => (How::NotAtAll, Vec::new(), 0.0),
    };
    done.resize(steps.len(), None);
    let rows = steps.into_iter().zip(done).map(|(planned, done)| {
        let measured = |aim: &&Aim| done.is_some_and(|done| done.of(aim.measure).is_some());
        let aim = planned.aims.iter().find(measured).or(planned.aims.first());
        let aim = aim.copied();
        Row { planned, aim, done }
    });
    // Of laps only the heart is taken from the recording.
    let used = streams
        .iter()
        .filter(|stream| how == How::Clock || stream.kind.as_deref() == Some("heartrate"));
    let shown = plan::Plan {
        event: &event,
        activity: found,
        thresholds: &thresholds,
        rows: rows.collect(),
        how,
        beyond,
        left_out: channel::left_out(used, &(0..usize::MAX)),
    };
    Ok(shown.show(local))
}

/// The paired event: by its id, or from the list around the day, which has some that the id does not find.
async fn event(context: &Context, found: &Activity, id: EventId) -> Result<Option<Event>, Error> {
    match context.client().events().get(id).await {
        Ok(event) => Ok(Some(Event::clone(&event))),
        Err(Error::NotFound { .. }) => {
            let Some(day) = found.started().map(|at| at.date()) else {
                return Ok(None);
            };
            let shifted = |days: i64| day.checked_add(days.days()).unwrap_or(day);
            let (oldest, newest) = (shifted(-DAYS_AROUND), shifted(DAYS_AROUND));
            event_lookup::listed(context, id, oldest, newest).await
        }
        Err(error) => Err(error),
    }
}

#[expect(clippy::cast_precision_loss, reason = "seconds, watts and beats")]
fn float(value: Option<i64>) -> Option<f64> {
    value.map(|v| v as f64)
}

fn lap(interval: &Interval) -> Lap {
    let moving = float(interval.moving_time).filter(|s| *s >= 0.0);
    let elapsed = float(interval.elapsed_time).filter(|s| *s >= 0.0);
    Lap {
        moving: moving.or(elapsed).unwrap_or_default(),
        elapsed: elapsed.or(moving).unwrap_or_default(),
        metres: interval.distance.filter(|m| *m > 0.0),
    }
}

/// The laps that are the steps; with the recording, heart rate is taken where it had followed.
fn in_laps(
    steps: &[PlannedStep<'_>],
    laps: &[Interval],
    recorded: Option<&Recorded<'_>>,
) -> Vec<Option<Done>> {
    let pairs = steps.iter().zip(laps);
    let done = pairs.map(|(step, interval)| {
        let lap = lap(interval);
        let seconds = lap.seconds(step.length.seconds);
        let span = recorded.zip(span(interval));
        let heart = span.and_then(|(recorded, span)| recorded.heart_rate(span));
        let speed = lap.metres.map(|metres| metres / seconds.max(1.0));
        let mean = float(interval.average_heartrate).filter(|bpm| *bpm > 0.0);
        Some(Done {
            seconds,
            metres: lap.metres,
            power: float(interval.average_watts),
            heart_rate: heart.map(|(bpm, _)| bpm).or(mean),
            heart_from: heart.map_or(0.0, |(_, from)| from),
            speed: speed.or(interval.average_speed).filter(|v| *v > 0.0),
        })
    });
    done.collect()
}

fn span(interval: &Interval) -> Option<Range<usize>> {
    let index = |value: Option<i64>| value.and_then(|v| usize::try_from(v).ok());
    let (start, end) = (index(interval.start_index)?, index(interval.end_index)?);
    (start < end).then_some(start..end)
}

struct Recorded<'s> {
    recording: Recording,
    way: Option<&'s Series>,
    power: Option<&'s Series>,
    heart: Option<&'s Series>,
}

impl<'s> Recorded<'s> {
    fn of(streams: &'s [Stream]) -> Option<Self> {
        let time = series(streams, "time").filter(|time| !time.0.is_empty())?;
        let way = series(streams, "distance");
        Some(Self {
            recording: Recording::new(time.0.len(), &|i| time.at(i), &|i| way?.at(i)),
            way,
            power: series(streams, "watts"),
            heart: series(streams, "heartrate"),
        })
    }

    /// The mean heart rate from where it had followed, and the share of the span at which that was.
    fn heart_rate(&self, span: Range<usize>) -> Option<(f64, f64)> {
        let span = span.start..span.end.min(self.recording.len());
        let seconds = self.recording.total(span.clone());
        let long = seconds > HEART_SHORTEST_SECONDS;
        let (span, from) = if long {
            let behind = execution::behind(&self.recording, span, HEART_LAG_SECONDS);
            (behind, HEART_LAG_SECONDS / seconds)
        } else {
            (span, 0.0)
        };
        let beats = |index| self.heart?.at(index).filter(|bpm| *bpm > 0.0);
        Some((summary(&self.recording, span, &beats)?.mean, from))
    }

    /// What was done in a span; `None` for an empty one.
    fn done(&self, span: Range<usize>) -> Option<Done> {
        let seconds = self.recording.total(span.clone());
        if span.is_empty() || seconds <= 0.0 {
            return None;
        }
        let heart = self.heart_rate(span.clone());
        let speed = execution::mean_speed(&self.recording, span.clone(), &|i| self.way?.at(i));
        let power = summary(&self.recording, span, &|i| self.power?.at(i));
        Some(Done {
            seconds,
            metres: speed.map(|speed| speed * seconds),
            power: power.map(|sum| sum.mean),
            heart_rate: heart.map(|(bpm, _)| bpm),
            heart_from: heart.map_or(0.0, |(_, from)| from),
            speed,
        })
    }
}
