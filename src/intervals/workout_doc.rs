//! A planned workout as the service has parsed it.

use serde_json::Value;

use super::lenient::{Document, record};

record! {
    /// Steps and totals of a planned workout.
    pub struct WorkoutDoc {
        steps: Vec<Step>,
        /// s
        duration: i64,
        /// m
        distance: f64,
        /// Text around the steps.
        description: String,
        /// W, at the time of parsing.
        ftp: i64,
        /// bpm, at the time of parsing.
        lthr: i64,
        /// m/s, at the time of parsing.
        threshold_pace: f64,
        /// How pace is shown, such as `MINS_KM`.
        pace_units: String,
        /// `AUTO`, `POWER`, `HR` or `PACE`.
        target: String,
        options: Options,
        /// Planned time in zones.
        zone_times ("zoneTimes"): Vec<PlannedZone>,
        /// W
        normalized_power: f64,
        /// W
        average_watts: f64,
        variability_index: f64,
        polarization_index: f64,
        strain_score: f64,
    }
}

impl WorkoutDoc {
    /// Of a document that was made here and not by the service; `None` if it is no object.
    #[must_use]
    pub fn of(document: &Value) -> Option<Self> {
        Self::read(document).ok()
    }

    /// The members of an event that the service works out of these steps and takes from no client: time, of steps with
    /// targets load, of steps with distances distance.
    pub(super) fn computed(&self) -> &'static [&'static str] {
        const TIME: &str = "moving_time";
        const LOAD: &str = "icu_training_load";
        const WAY: &str = "distance";
        let steps = self.steps.as_deref().unwrap_or_default();
        if steps.is_empty() {
            return &[];
        }
        let has_targets = steps.iter().any(|step| {
            step.any(&|step| step.power.is_some() || step.hr.is_some() || step.pace.is_some())
        });
        let has_way = self.distance.is_some_and(|metres| metres > 0.0);
        match (has_targets, has_way) {
            (true, true) => &[TIME, LOAD, WAY],
            (true, false) => &[TIME, LOAD],
            (false, true) => &[TIME, WAY],
            (false, false) => &[TIME],
        }
    }
}

record! {
    /// Settings inside a workout's text.
    pub struct Options {
        category: String,
        /// As written, such as `25m`.
        pool_length: String,
        /// Averaging of the shown power, such as `3s`.
        power: String,
    }
}

record! {
    /// Planned time in one zone.
    pub struct PlannedZone {
        /// `Z1` and on, or `SS`.
        id: String,
        name: String,
        /// s
        secs: i64,
        /// W
        min_watts ("minWatts"): i64,
        /// W
        max_watts ("maxWatts"): i64,
    }
}

record! {
    /// A step, or a repeat: then `reps` says how often and `steps` what.
    pub struct Step {
        text: String,
        /// s; for a distance step computed from the target.
        duration: i64,
        /// m
        distance: f64,
        power: Target,
        hr: Target,
        pace: Target,
        cadence: Target,
        /// The power target in W; only when resolving was asked for.
        resolved_power ("_power"): Target,
        /// The heart rate target in bpm; only when resolving was asked for.
        resolved_hr ("_hr"): Target,
        /// The pace target in m/s; only when resolving was asked for.
        resolved_pace ("_pace"): Target,
        /// The distance in m of a timed step with a pace; only when resolving was asked for.
        resolved_distance ("_distance"): Metres,
        /// From the start to the end of the target instead of within it.
        ramp: bool,
        freeride: bool,
        maxeffort: bool,
        warmup: bool,
        cooldown: bool,
        hidepower: bool,
        /// Ends when the lap button is pressed.
        until_lap_press: bool,
        /// `active`, `rest`, `warmup`, `cooldown`, `recovery`, `interval` or `other`.
        intensity: String,
        reps: i64,
        steps: Vec<Self>,
    }
}

impl Step {
    /// Whether `holds` of it, or of a step that it repeats.
    fn any(&self, holds: &dyn Fn(&Self) -> bool) -> bool {
        holds(self) || self.steps.iter().flatten().any(|step| step.any(holds))
    }
}

record! {
    /// One value, or a range from `start` to `end`.
    pub struct Target {
        value: f64,
        start: f64,
        end: f64,
        /// `%ftp`, `%mmp`, `w`, `power_zone`, `%lthr`, `%hr`, `hr_zone`, `%pace`, `pace_zone`, `rpm` and others.
        units: String,
        /// Averaging of the shown value: `1s`, `3s`, `10s`, `30s` or `lap`.
        averaging ("target"): String,
    }
}

/// A distance in m, which is written as a number or as a target.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Metres(pub f64);

impl super::lenient::Lenient for Metres {
    fn from_integer(metres: i64) -> Option<Self> {
        <f64 as super::lenient::Lenient>::from_integer(metres).map(Self)
    }

    fn from_float(metres: f64) -> Option<Self> {
        <f64 as super::lenient::Lenient>::from_float(metres).map(Self)
    }

    fn from_map<'de, A: serde::de::MapAccess<'de>>(map: A) -> Result<Option<Self>, A::Error> {
        let target = <Target as super::lenient::Lenient>::from_map(map)?;
        Ok(target.and_then(|target| target.value).map(Self))
    }
}
