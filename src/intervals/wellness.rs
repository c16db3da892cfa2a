//! Wellness of each day, with fitness and fatigue.

use std::sync::Arc;

use jiff::civil::Date;
use serde::Serialize;
use serde_json::{Map, Value};

use super::Members;
use super::cache::Freshness;
use super::error::Error;
use super::lenient::record;
use super::members::Written as _;
use super::transport::Transport;

/// Calls about wellness; all fail as [`Error`] says.
#[derive(Clone, Copy)]
pub struct WellnessDays<'a> {
    transport: &'a Transport,
}

impl<'a> WellnessDays<'a> {
    pub(super) const fn new(transport: &'a Transport) -> Self {
        Self { transport }
    }

    /// `GET /athlete/{id}/wellness`: one row a local day, ascending, both ends inclusive, days ahead projected.
    ///
    /// `fields` are names on the wire besides `id`; empty for everything.
    pub async fn list(
        &self,
        oldest: Date,
        newest: Date,
        fields: &[&str],
    ) -> Result<Arc<Vec<Wellness>>, Error> {
        let target = self
            .transport
            .athlete()
            .then("wellness")
            .window(oldest, newest)
            .fields(fields);
        self.transport.get(target, Freshness::Volatile).await
    }

    /// `GET /athlete/{id}/wellness/{date}`; a day without entries still has fitness and fatigue.
    pub async fn get(&self, date: Date) -> Result<Arc<Wellness>, Error> {
        let target = self.transport.athlete().then("wellness").id(&date);
        self.transport.get(target, Freshness::Volatile).await
    }

    /// `PUT /athlete/{id}/wellness/{date}`: changes what is given and answers with the whole day. `update` is a
    /// [`WellnessUpdate`] or [`Members`].
    ///
    /// The service ignores writes to a day that is `locked` and refuses unknown fields as [`Error::Rejected`].
    pub async fn put(&self, date: Date, update: &impl Serialize) -> Result<Wellness, Error> {
        let target = self.transport.athlete().then("wellness").id(&date);
        self.transport.put(target, update).await
    }

    /// `PUT /athlete/{id}/wellness-bulk`: as [`WellnessDays::put`] for several days; there is nothing in the answer.
    pub async fn put_many<U: Serialize>(&self, updates: &[(Date, U)]) -> Result<(), Error> {
        #[derive(Serialize)]
        struct Row<'u, U> {
            id: String,
            #[serde(flatten)]
            update: &'u U,
        }
        let rows: Vec<Row<'_, U>> = updates
            .iter()
            .map(|(date, update)| Row {
                id: date.to_string(),
                update,
            })
            .collect();
        let target = self.transport.athlete().then("wellness-bulk");
        self.transport.put_unanswered(target, &rows).await
    }
}

record! {
    /// One local day. On every subjective scale the lower number is the better state.
    pub struct Wellness
    [date ("id"): Date]
    writable
    (custom except "updated")
    {
        /// Fitness.
        ctl: f64,
        /// Fatigue.
        atl: f64,
        /// Change of fitness over 7 days.
        ramp_rate ("rampRate"): f64,
        /// The day's load as it went into fitness.
        ctl_load ("ctlLoad"): f64,
        /// The day's load as it went into fatigue.
        atl_load ("atlLoad"): f64,
        /// Estimates per sport.
        sport_info ("sportInfo"): Vec<SportInfo>,
        /// kg
        weight: f64 => written,
        /// bpm
        resting_hr ("restingHR"): i64 => written,
        /// bpm
        avg_sleeping_hr ("avgSleepingHR"): f64 => written,
        /// rMSSD, ms.
        hrv: f64 => written,
        /// SDNN, ms.
        hrv_sdnn ("hrvSDNN"): f64 => written,
        /// s
        sleep_secs ("sleepSecs"): i64 => written,
        /// 0 to 100 by the device, higher is better.
        sleep_score ("sleepScore"): f64 => written,
        /// 1 excellent, 2 good, 3 average, 4 poor.
        sleep_quality ("sleepQuality"): i64 => written,
        /// 0 none, 1 low, 2 average, 3 high, 4 extreme.
        soreness: i64 => written,
        /// 0 none, 1 low, 2 average, 3 high, 4 extreme.
        fatigue: i64 => written,
        /// 0 none, 1 low, 2 average, 3 high, 4 extreme.
        stress: i64 => written,
        /// 1 excellent, 2 good, 3 average, 4 poor.
        mood: i64 => written,
        /// 1 excellent, 2 good, 3 average, 4 poor.
        motivation: i64 => written,
        /// 1 none, 2 niggle, 3 poor, 4 injured.
        injury: i64 => written,
        /// 1 well hydrated, 2 hydrated, 3 dehydrated, 4 very dehydrated.
        hydration: i64 => written,
        /// l
        hydration_volume ("hydrationVolume"): f64 => written,
        /// Percent.
        sp_o2 ("spO2"): f64 => written,
        /// mmHg
        systolic: i64 => written,
        /// mmHg
        diastolic: i64 => written,
        /// mmol/L
        blood_glucose ("bloodGlucose"): f64 => written,
        /// mmol/L
        lactate: f64 => written,
        /// Percent.
        body_fat ("bodyFat"): f64 => written,
        /// cm
        abdomen: f64 => written,
        /// ml/kg/min
        vo2max: f64 => written,
        /// Breaths a minute.
        respiration: f64 => written,
        /// Count.
        steps: i64 => written,
        baevsky_si ("baevskySI"): f64 => written,
        /// In the scale of the device, higher is better.
        readiness: f64 => written,
        /// kcal
        kcal_consumed ("kcalConsumed"): i64 => written,
        /// g
        carbohydrates: f64 => written,
        /// g
        protein: f64 => written,
        /// g
        fat_total ("fatTotal"): f64 => written,
        /// `PERIOD`, `FOLLICULAR`, `OVULATING`, `LUTEAL` or `NONE`.
        menstrual_phase ("menstrualPhase"): String => written,
        /// As `menstrual_phase`, predicted.
        menstrual_phase_predicted ("menstrualPhasePredicted"): String,
        comments: String => written,
        /// Whether the service ignores further writes to this day.
        locked: bool,
        /// Whether the weight was copied from the settings instead of measured.
        temp_weight ("tempWeight"): bool,
        /// Whether the resting heart rate was copied from the settings instead of measured.
        temp_resting_hr ("tempRestingHR"): bool,
    }
}

impl Wellness {
    /// What a client can write of it, the athlete's own fields included.
    #[must_use]
    pub fn members(&self) -> Members {
        let mut members = self.written();
        members.extend(self.custom.clone());
        members
    }
}

record! {
    /// Estimates for one sport on one day.
    pub struct SportInfo {
        sport ("type"): String,
        /// W
        eftp: f64,
        /// J
        w_prime ("wPrime"): f64,
        /// W
        p_max ("pMax"): f64,
    }
}

macro_rules! update {
    ($(#[$meta:meta])* pub struct $name:ident { $($field:ident $(($wire:literal))? : $type:ty,)* }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, Default, PartialEq, Serialize)]
        #[serde(rename_all = "camelCase")]
        pub struct $name {
            $(#[serde(skip_serializing_if = "Option::is_none" $(, rename = $wire)?)]
            pub $field: Option<$type>,)*
            /// Custom fields by code.
            #[serde(flatten)]
            pub custom: Map<String, Value>,
        }
    };
}

update! {
    /// Changes to one day, in the units of [`Wellness`]; what is `None` stays as it is, since nothing can be cleared.
    pub struct WellnessUpdate {
        weight: f64,
        resting_hr ("restingHR"): i64,
        avg_sleeping_hr ("avgSleepingHR"): f64,
        hrv: f64,
        hrv_sdnn ("hrvSDNN"): f64,
        sleep_secs: i64,
        sleep_score: f64,
        sleep_quality: i64,
        soreness: i64,
        fatigue: i64,
        stress: i64,
        mood: i64,
        motivation: i64,
        injury: i64,
        hydration: i64,
        hydration_volume: f64,
        sp_o2 ("spO2"): f64,
        systolic: i64,
        diastolic: i64,
        blood_glucose: f64,
        lactate: f64,
        body_fat: f64,
        abdomen: f64,
        vo2max: f64,
        respiration: f64,
        steps: i64,
        baevsky_si ("baevskySI"): f64,
        readiness: f64,
        kcal_consumed: i64,
        carbohydrates: f64,
        protein: f64,
        fat_total: f64,
        menstrual_phase: String,
        comments: String,
    }
}

impl WellnessUpdate {
    /// The same under the names on the wire.
    #[must_use]
    pub fn members(&self) -> Members {
        match serde_json::to_value(self) {
            Ok(Value::Object(members)) => members,
            _ => Members::new(),
        }
    }
}
