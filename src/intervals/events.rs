//! The calendar: planned workouts, races, notes, targets, absences.

use std::sync::Arc;

use jiff::civil::{Date, DateTime};

use super::cache::Freshness;
use super::dates::wall_time;
use super::error::Error;
use super::ids::{ActivityId, EventId};
use super::lenient::record;
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
}

record! {
    /// Something in the calendar.
    pub struct Event [id: EventId] {
        /// `WORKOUT`, `RACE_A`, `RACE_B`, `RACE_C`, `NOTE`, `PLAN`, `HOLIDAY`, `SICK`, `INJURED`, `TARGET`,
        /// `SEASON_START`, `SET_EFTP`, `FITNESS_DAYS`, `SET_FITNESS` and what may come.
        category: String,
        /// Wall time, `2026-05-25T00:00:00`; see [`Event::starts`].
        start_date_local: String,
        /// Wall time, exclusive; see [`Event::ends`].
        end_date_local: String,
        name: String,
        /// Sport, such as `Ride`.
        sport ("type"): String,
        /// The workout's text, or prose.
        description: String,
        /// s
        moving_time: i64,
        /// m
        distance: f64,
        /// Load points.
        icu_training_load: i64,
        /// Percent of threshold.
        icu_intensity: f64,
        /// Projected fitness.
        icu_ctl: f64,
        /// Projected fatigue.
        icu_atl: f64,
        workout_doc: WorkoutDoc,
        indoor: bool,
        /// `AUTO`, `POWER`, `HR` or `PACE`.
        target: String,
        /// `NONE`, `COMMUTE`, `WARMUP`, `COOLDOWN` or `RACE`.
        sub_type: String,
        tags: Vec<String>,
        /// g/h
        carbs_per_hour: i64,
        /// g
        carbs_used: i64,
        /// J
        joules: i64,
        /// J
        joules_above_ftp: i64,
        strain_score: f64,
        /// W
        icu_ftp: i64,
        /// J
        w_prime: i64,
        /// W
        p_max: i64,
        /// Time constant of fitness, days.
        ctl_days: i64,
        /// Time constant of fatigue, days.
        atl_days: i64,
        /// Load points, of a target.
        load_target: i64,
        /// s, of a target.
        time_target: i64,
        /// m, of a target.
        distance_target: f64,
        /// Whether it is about the week and not the day.
        for_week: bool,
        /// `NORMAL`, `LIMITED` or `UNAVAILABLE`, during an absence.
        training_availability: String,
        /// s, during an absence.
        max_training_time: i64,
        /// Sports that are possible during an absence.
        can_train_sports: Vec<String>,
        /// The activity that carried it out.
        paired_activity_id: ActivityId,
        /// Failed uploads to devices.
        push_errors: Vec<PushError>,
        color: String,
        show_as_note: bool,
        show_on_ctl_line: bool,
        not_on_fitness_chart: bool,
        hide_from_athlete: bool,
        athlete_cannot_edit: bool,
        structure_read_only: bool,
        entered: bool,
        uid: String,
        external_id: String,
        created_by_id: String,
        calendar_id: i64,
        oauth_client_id: i64,
        /// Instant when the plan was applied.
        plan_applied: String,
        plan_athlete_id: String,
        plan_folder_id: i64,
        plan_workout_id: i64,
        plan_name: String,
        /// Instant of the last change.
        updated: String,
    }
}

impl Event {
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
