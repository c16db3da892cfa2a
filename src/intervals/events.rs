//! The calendar: planned workouts, races, notes, targets, absences.

use std::sync::Arc;

use jiff::civil::{Date, DateTime};
use serde_json::{Value, json};

use super::Members;
use super::cache::Freshness;
use super::dates::wall_time;
use super::error::Error;
use super::ids::{ActivityId, EventId};
use super::lenient::record;
use super::members::Written as _;
use super::transport::Transport;
use super::workout_doc::WorkoutDoc;

/// Calls about the calendar; all fail as [`Error`] says.
#[derive(Clone, Copy)]
pub struct Events<'a> {
    transport: &'a Transport,
}

impl<'a> Events<'a> {
    pub(super) const fn new(transport: &'a Transport) -> Self {
        Self { transport }
    }

    /// `GET /athlete/{id}/events`: what touches the window of local days, both inclusive.
    ///
    /// `categories` such as `WORKOUT` and `RACE_A`, empty for all; `resolve` adds W, bpm and m/s to the steps.
    pub async fn list(
        &self,
        oldest: Date,
        newest: Date,
        categories: &[&str],
        resolve: bool,
    ) -> Result<Arc<Vec<Event>>, Error> {
        let target = self
            .transport
            .athlete()
            .then("events")
            .window(oldest, newest)
            .list("category", categories)
            .maybe("resolve", resolve.then_some(true));
        self.transport.get(target, Freshness::Volatile).await
    }

    /// `GET /athlete/{id}/events/{eventId}`; sometimes [`Error::NotFound`] for one that the list has.
    pub async fn get(&self, id: EventId) -> Result<Arc<Event>, Error> {
        let target = self.transport.athlete().then("events").id(&id);
        self.transport.get(target, Freshness::Volatile).await
    }

    /// `POST /athlete/{id}/events/bulk?upsertOnUid=true`: creates all or none, and answers with them in this order. One with
    /// the `uid` of an event that is there changes that event, and a target replaces the one of its day and sport.
    ///
    /// Every event needs `category` and `start_date_local` with a time, one to train also `type`, a note `name`.
    pub async fn create(&self, events: &[Members]) -> Result<Vec<Event>, Error> {
        let target = self.transport.athlete().then("events").then("bulk");
        self.transport
            .post(target.query("upsertOnUid", true), &events)
            .await
    }

    /// `PUT /athlete/{id}/events/{eventId}`: changes what is given. The answer lacks fitness and fatigue.
    pub async fn put(&self, id: EventId, members: &Members) -> Result<Event, Error> {
        let target = self.transport.athlete().then("events").id(&id);
        self.transport.put(target, members).await
    }

    /// `PUT /athlete/{id}/events/bulk-delete`: deletes what is still there, and answers how many that were if the service
    /// says so. Activities that were paired stay, alone.
    pub async fn delete_many(&self, ids: &[EventId]) -> Result<Option<i64>, Error> {
        let target = self.transport.athlete().then("events").then("bulk-delete");
        let doomed: Value = ids.iter().map(|id| json!({"id": id.0})).collect();
        let deleted: Deleted = self.transport.put(target, &doomed).await?;
        Ok(deleted.events)
    }

    /// `POST /athlete/{id}/events/{eventId}/mark-done`: enters an activity as the event has it, and pairs the two.
    pub async fn mark_done(&self, id: EventId) -> Result<Entered, Error> {
        let target = self.transport.athlete().then("events").id(&id);
        self.transport.order(target.then("mark-done")).await
    }
}

record! {
    /// What became of a request to delete.
    pub struct Deleted {
        events ("eventsDeleted"): i64,
    }
}

record! {
    /// An activity that was entered for an event; the rest is what [`super::activities::Activity`] says.
    pub struct Entered [id: ActivityId] {
        name: String,
        /// Load points.
        icu_training_load: i64,
        /// s
        moving_time: i64,
    }
}

record! {
    /// Something in the calendar.
    pub struct Event [id: EventId] writable {
        /// `WORKOUT`, `RACE_A`, `RACE_B`, `RACE_C`, `NOTE`, `PLAN`, `HOLIDAY`, `SICK`, `INJURED`, `TARGET`,
        /// `SEASON_START`, `SET_EFTP`, `FITNESS_DAYS`, `SET_FITNESS` and what may come.
        category: String => written,
        /// Wall time, `2026-05-25T00:00:00`; see [`Event::starts`].
        start_date_local: String => written,
        /// Wall time, exclusive; see [`Event::ends`].
        end_date_local: String => written,
        name: String => written,
        /// Sport, such as `Ride`.
        sport ("type"): String => written,
        /// The workout's text, or prose.
        description: String => written,
        /// s
        moving_time: i64 => written,
        /// m
        distance: f64 => written,
        /// Load points.
        icu_training_load: i64 => written,
        /// Percent of threshold.
        icu_intensity: f64,
        /// Projected fitness.
        icu_ctl: f64,
        /// Projected fatigue.
        icu_atl: f64,
        workout_doc: WorkoutDoc,
        indoor: bool => written,
        /// `AUTO`, `POWER`, `HR` or `PACE`.
        target: String => written,
        /// `NONE`, `COMMUTE`, `WARMUP`, `COOLDOWN` or `RACE`.
        sub_type: String => written,
        tags: Vec<String> => written,
        /// g/h
        carbs_per_hour: i64 => written,
        /// g
        carbs_used: i64,
        /// J
        joules: i64,
        /// J
        joules_above_ftp: i64,
        strain_score: f64,
        /// W
        icu_ftp: i64 => written,
        /// J
        w_prime: i64,
        /// W
        p_max: i64,
        /// Time constant of fitness, days.
        ctl_days: i64 => written,
        /// Time constant of fatigue, days.
        atl_days: i64 => written,
        /// Load points, of a target.
        load_target: i64 => written,
        /// s, of a target.
        time_target: i64 => written,
        /// m, of a target.
        distance_target: f64 => written,
        /// Whether it is about the week and not the day.
        for_week: bool => written,
        /// `NORMAL`, `LIMITED` or `UNAVAILABLE`, during an absence.
        training_availability: String => written,
        /// s, during an absence.
        max_training_time: i64 => written,
        /// Sports that are possible during an absence.
        can_train_sports: Vec<String> => written,
        /// The activity that carried it out.
        paired_activity_id: ActivityId,
        /// Failed uploads to devices.
        push_errors: Vec<PushError>,
        color: String => written,
        show_as_note: bool => written,
        show_on_ctl_line: bool => written,
        not_on_fitness_chart: bool => written,
        hide_from_athlete: bool => written,
        athlete_cannot_edit: bool => written,
        structure_read_only: bool => written,
        entered: bool => written,
        uid: String => written,
        external_id: String => written,
        created_by_id: String,
        calendar_id: i64,
        oauth_client_id: i64,
        /// Instant when the plan was applied.
        plan_applied: String => written,
        plan_athlete_id: String => written,
        plan_folder_id: i64 => written,
        plan_workout_id: i64 => written,
        plan_name: String,
        /// Instant of the last change.
        updated: String,
    }
}

impl Event {
    /// What a client can write of it: created from these members, it is the same event again under another id.
    ///
    /// What the service works out is left out; of a workout that is also `icu_ftp`, which is written to set an eFTP alone, and of
    /// one with steps what is computed of them.
    #[must_use]
    pub fn members(&self) -> Members {
        let mut members = self.written();
        if self.category.as_deref() != Some("SET_EFTP") {
            members.remove("icu_ftp");
        }
        let document = self.workout_doc.as_ref();
        for computed in document.map(WorkoutDoc::computed).unwrap_or_default() {
            members.remove(*computed);
        }
        members
    }

    /// The event as it would be after a write of these members, but for what the service works out of them.
    #[must_use]
    pub fn with(&self, members: &Members) -> Self {
        let mut changed = self.clone();
        changed.overlay(members);
        changed
    }

    /// The event that would be created from these members, but for what the service works out of them.
    #[must_use]
    pub fn of(id: EventId, members: &Members) -> Self {
        Self::blank(id).with(members)
    }

    /// The first wall time; midnight unless a time of day was given.
    #[must_use]
    pub fn starts(&self) -> Option<DateTime> {
        self.start_date_local.as_deref().and_then(wall_time)
    }

    /// The wall time before which it ends: the next midnight for a single day.
    #[must_use]
    pub fn ends(&self) -> Option<DateTime> {
        self.end_date_local.as_deref().and_then(wall_time)
    }
}

record! {
    /// A workout that did not reach a device.
    pub struct PushError {
        /// Such as `GARMIN`.
        service: String,
        message: String,
        /// Instant.
        date: String,
    }
}

#[cfg(test)]
impl Event {
    /// As the service writes it.
    #[must_use]
    pub fn of_document(document: &serde_json::Value) -> Self {
        <Self as super::lenient::Document>::read(document).expect("an object with an id")
    }
}
