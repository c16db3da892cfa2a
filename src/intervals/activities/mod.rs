//! Activities: lists, one in full, and what hangs on it.

mod activity;
mod interval;
mod parts;

use std::sync::Arc;

use jiff::civil::Date;

pub use activity::{Achievement, Activity, Gear, HeartRateRecovery, ZoneTime};
pub use interval::{Interval, IntervalGroup};
pub use parts::{
    BestEfforts, Chat, Effort, HistogramBucket, Message, NewMessage, PowerVersusHeartRate, Segment,
    WeatherSummary,
};

use super::Members;
use super::cache::Freshness;
use super::error::Error;
use super::ids::ActivityId;
use super::lenient::Document;
use super::target::Target;
use super::transport::Transport;

/// Calls about activities; all fail as [`Error`] says.
#[derive(Clone, Copy)]
pub struct Activities<'a> {
    transport: &'a Transport,
}

/// Which activities, and how much of each.
#[derive(Clone, Copy, Debug)]
pub struct ListActivities<'a> {
    /// First local day, inclusive.
    pub oldest: Date,
    /// Last local day, inclusive.
    pub newest: Date,
    /// At most so many, the newest of the window.
    pub limit: Option<u32>,
    /// Names on the wire of what is wanted besides `id`; empty for everything.
    pub fields: &'a [&'a str],
}

/// Which intervals a session must hold; every bound is inclusive.
#[derive(Clone, Copy, Debug)]
pub struct IntervalSearch {
    /// s
    pub secs: (i64, i64),
    /// Percent of threshold.
    pub intensity: (i64, i64),
    /// What the intensity is of: `POWER`, `HR` or `PACE`; the service chooses by sport when there is none.
    pub kind: Option<&'static str>,
    /// At least so many such intervals.
    pub reps: i64,
    /// At most so many sessions, the newest.
    pub limit: u32,
}

/// Over what an effort is the best.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum EffortSpan {
    Seconds(u32),
    Metres(f64),
}

impl<'a> Activities<'a> {
    pub(super) const fn new(transport: &'a Transport) -> Self {
        Self { transport }
    }

    async fn read<T: Document>(&self, target: Target) -> Result<Arc<T>, Error> {
        self.transport.get(target, Freshness::Volatile).await
    }

    /// `GET /athlete/{id}/activities`: newest first, stubs included.
    pub async fn list(&self, query: &ListActivities<'_>) -> Result<Arc<Vec<Activity>>, Error> {
        let target = self
            .transport
            .athlete()
            .then("activities")
            .window(query.oldest, query.newest)
            .maybe("limit", query.limit)
            .fields(query.fields);
        self.read(target).await
    }

    /// `GET /athlete/{id}/activities/search-full`: by name, or by tag when `query` starts with `#`; newest first.
    pub async fn search(&self, query: &str, limit: u32) -> Result<Arc<Vec<Activity>>, Error> {
        let target = self
            .transport
            .athlete()
            .then("activities")
            .then("search-full")
            .query("q", query)
            .query("limit", limit);
        self.read(target).await
    }

    /// `GET /athlete/{id}/activities/interval-search`: sessions with such intervals, newest first. Rows of id, start, sport,
    /// name, description, distance and time, without the intervals.
    pub async fn search_intervals(
        &self,
        search: &IntervalSearch,
    ) -> Result<Arc<Vec<Activity>>, Error> {
        let target = self
            .transport
            .athlete()
            .then("activities")
            .then("interval-search")
            .query("minSecs", search.secs.0)
            .query("maxSecs", search.secs.1)
            .query("minIntensity", search.intensity.0)
            .query("maxIntensity", search.intensity.1)
            .maybe("type", search.kind)
            .query("minReps", search.reps)
            .query("limit", search.limit);
        self.read(target).await
    }

    /// `GET /athlete/{id}/activities/{ids}?intervals=true`: some activities with `icu_intervals` and `icu_groups`. Ids that
    /// the service does not know are left out, and the order is its own.
    pub async fn several(&self, ids: &[ActivityId]) -> Result<Arc<Vec<Activity>>, Error> {
        let target = self
            .transport
            .athlete()
            .then("activities")
            .ids(ids)
            .query("intervals", true);
        self.read(target).await
    }

    /// `GET /athlete/{id}/activities-around`: the neighbours in time of one activity, closest first, without itself.
    pub async fn around(&self, id: &ActivityId, limit: u32) -> Result<Arc<Vec<Activity>>, Error> {
        let target = self
            .transport
            .athlete()
            .then("activities-around")
            .query("activity_id", id)
            .query("limit", limit);
        self.read(target).await
    }

    /// `GET /activity/{id}`: one activity, without its intervals.
    pub async fn get(&self, id: &ActivityId) -> Result<Arc<Activity>, Error> {
        self.read(activity(id)).await
    }

    /// `GET /activity/{id}?intervals=true`: one activity with `icu_intervals` and `icu_groups`.
    pub async fn get_with_intervals(&self, id: &ActivityId) -> Result<Arc<Activity>, Error> {
        self.read(activity(id).query("intervals", true)).await
    }

    /// `GET /activity/{id}/messages`: comments.
    pub async fn messages(&self, id: &ActivityId, limit: u32) -> Result<Arc<Vec<Message>>, Error> {
        self.read(activity(id).then("messages").query("limit", limit))
            .await
    }

    /// `GET /activity/{id}/weather-summary`
    pub async fn weather(&self, id: &ActivityId) -> Result<Arc<WeatherSummary>, Error> {
        self.read(activity(id).then("weather-summary")).await
    }

    /// `GET /activity/{id}/segments`
    pub async fn segments(&self, id: &ActivityId) -> Result<Arc<Vec<Segment>>, Error> {
        self.read(activity(id).then("segments")).await
    }

    /// `GET /activity/{id}/power-histogram`: s between W.
    pub async fn power_histogram(
        &self,
        id: &ActivityId,
    ) -> Result<Arc<Vec<HistogramBucket>>, Error> {
        self.read(activity(id).then("power-histogram")).await
    }

    /// `GET /activity/{id}/hr-histogram`: s between bpm.
    pub async fn hr_histogram(&self, id: &ActivityId) -> Result<Arc<Vec<HistogramBucket>>, Error> {
        self.read(activity(id).then("hr-histogram")).await
    }

    /// `GET /activity/{id}/pace-histogram`: s between m/s.
    pub async fn pace_histogram(
        &self,
        id: &ActivityId,
    ) -> Result<Arc<Vec<HistogramBucket>>, Error> {
        self.read(activity(id).then("pace-histogram")).await
    }

    /// `GET /activity/{id}/best-efforts`: the best `count` stretches of one stream, such as `watts`.
    pub async fn best_efforts(
        &self,
        id: &ActivityId,
        stream: &str,
        span: EffortSpan,
        count: u32,
    ) -> Result<Arc<BestEfforts>, Error> {
        let target = activity(id).then("best-efforts").query("stream", stream);
        let target = match span {
            EffortSpan::Seconds(seconds) => target.query("duration", seconds),
            EffortSpan::Metres(metres) => target.query("distance", metres),
        };
        self.read(target.query("count", count)).await
    }

    /// `GET /activity/{id}/power-vs-hr`: decoupling and power through heart rate by halves.
    pub async fn power_vs_hr(&self, id: &ActivityId) -> Result<Arc<PowerVersusHeartRate>, Error> {
        self.read(activity(id).then("power-vs-hr")).await
    }

    /// `PUT /activity/{id}`: changes what is given and answers with the whole activity. Those that came through Strava are
    /// refused as [`Error::Rejected`].
    pub async fn put(&self, id: &ActivityId, members: &Members) -> Result<Activity, Error> {
        self.transport.put(activity(id), members).await
    }

    /// `DELETE /activity/{id}`; nothing brings it back.
    pub async fn delete(&self, id: &ActivityId) -> Result<(), Error> {
        self.transport.delete(activity(id)).await
    }

    /// `POST /activity/{id}/messages`: comments on it in the athlete's name.
    pub async fn message(&self, id: &ActivityId, text: &str) -> Result<NewMessage, Error> {
        let body = serde_json::json!({"content": text});
        self.transport
            .post(activity(id).then("messages"), &body)
            .await
    }

    /// `DELETE /chats/{chat}/messages/{message}`: takes a comment back; `chat` is what [`NewMessage::new_chat`] or the
    /// activity's `icu_chat_id` says.
    pub async fn delete_message(&self, chat: i64, message: i64) -> Result<(), Error> {
        let target = Target::new("chats").id(&chat).then("messages").id(&message);
        self.transport.delete(target).await
    }
}

fn activity(id: &ActivityId) -> Target {
    Target::new("activity").id(id)
}
