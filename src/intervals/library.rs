//! The library: folders, plans and the workouts in them.

use std::sync::Arc;

use super::cache::Freshness;
use super::error::Error;
use super::ids::{FolderId, WorkoutId};
use super::lenient::record;
use super::transport::Transport;
use super::workout_doc::WorkoutDoc;

/// Calls about the library; all fail as [`Error`] says.
#[derive(Clone, Copy)]
pub struct Library<'a> {
    transport: &'a Transport,
}

impl<'a> Library<'a> {
    pub(super) const fn new(transport: &'a Transport) -> Self {
        Self { transport }
    }

    /// `GET /athlete/{id}/folders`: folders and plans, each with its workouts. They do not nest.
    pub async fn folders(&self) -> Result<Arc<Vec<Folder>>, Error> {
        let target = self.transport.athlete().then("folders");
        self.transport.get(target, Freshness::Volatile).await
    }

    /// `GET /athlete/{id}/workouts`: every workout of every folder, for a folder that came without its own.
    pub async fn workouts(&self) -> Result<Arc<Vec<Workout>>, Error> {
        let target = self.transport.athlete().then("workouts");
        self.transport.get(target, Freshness::Volatile).await
    }

    /// `GET /athlete/{id}/workouts/{workoutId}`; [`Error::NotFound`] for one that is not the athlete's own.
    pub async fn workout(&self, id: WorkoutId) -> Result<Arc<Workout>, Error> {
        let target = self.transport.athlete().then("workouts").id(&id);
        self.transport.get(target, Freshness::Volatile).await
    }
}

record! {
    /// A folder, or a plan whose workouts have days.
    pub struct Folder [id: FolderId] {
        /// `FOLDER` or `PLAN`.
        kind ("type"): String,
        name: String,
        /// Whose it is.
        athlete_id: String,
        description: String,
        /// One line about a plan.
        blurb: String,
        /// The workouts in it.
        children: Vec<Workout>,
        num_workouts: i64,
        /// Weeks, of a plan.
        duration_weeks: i64,
        /// h
        hours_per_week_min: i64,
        /// h
        hours_per_week_max: i64,
        /// The sports of its workouts.
        activity_types: Vec<String>,
        /// `PRIVATE` or `PUBLIC`.
        visibility: String,
        /// Wall time, of a plan that follows the calendar.
        start_date_local: String,
        /// Load points: the fitness that a plan was written for.
        starting_ctl: i64,
        read_only_workouts: bool,
        can_edit ("canEdit"): bool,
        /// How many other athletes see it.
        shared_with_count ("sharedWithCount"): i64,
        /// Whose it is, where it is somebody else's.
        owner: Owner,
    }
}

record! {
    /// Somebody whose folder it is.
    pub struct Owner {
        id: String,
        name: String,
    }
}

record! {
    /// A workout of the library.
    pub struct Workout [id: WorkoutId] {
        name: String,
        /// Sport, such as `Ride`.
        sport ("type"): String,
        /// The workout's text, or prose.
        description: String,
        folder_id: FolderId,
        /// Day of the plan, counted from 0.
        day: i64,
        /// How many days it takes, where it is more than one.
        days: i64,
        /// Time of day.
        time: String,
        for_week: bool,
        /// s
        moving_time: i64,
        /// m
        distance: f64,
        /// Load points.
        icu_training_load: i64,
        /// Percent of threshold.
        icu_intensity: f64,
        /// J
        joules: i64,
        /// J
        joules_above_ftp: i64,
        workout_doc: WorkoutDoc,
        indoor: bool,
        /// `AUTO`, `POWER`, `HR` or `PACE`.
        target: String,
        /// What its steps have targets in.
        targets: Vec<String>,
        /// `NONE`, `COMMUTE`, `WARMUP`, `COOLDOWN` or `RACE`.
        sub_type: String,
        tags: Vec<String>,
        /// g/h
        carbs_per_hour: i64,
        hide_from_athlete: bool,
        color: String,
        /// Instant when it was put on the calendar last.
        plan_applied: String,
    }
}
