//! Fitness when what was written to the calendar counts too.

use serde_json::{Map, Value, json};

use super::Year;
use super::fitness::{self, Fitness};
use super::season::DAYS;
use crate::demo::document::float;

/// Days after the last planned one for which fitness is projected.
const AFTER_LAST: i32 = 7;
/// Days ahead beyond which nothing is projected.
const FARTHEST: i32 = 1000;

/// Daily loads and what they come to, from the first day of the year on.
pub struct Projection {
    loads: Vec<u32>,
    fitness: Vec<Fitness>,
}

impl Year {
    /// The year with more or less load on some days (from today). Without changes every number is the generated one.
    pub fn projected(&self, changes: &[(i32, i64)]) -> Projection {
        let mut loads = self.loads.clone();
        let last = changes.iter().filter(|(_, load)| *load > 0);
        if let Some((day, _)) = last.max_by_key(|(day, _)| *day) {
            let days = usize::try_from((*day).min(FARTHEST) + AFTER_LAST + DAYS).unwrap_or(0);
            loads.resize(loads.len().max(days), 0);
        }
        for (day, load) in changes {
            let place = usize::try_from(*day + DAYS - 1).ok();
            if let Some(sum) = place.and_then(|place| loads.get_mut(place)) {
                *sum = u32::try_from((i64::from(*sum) + load).max(0)).unwrap_or(u32::MAX);
            }
        }
        let fitness = fitness::series(&loads);
        Projection { loads, fitness }
    }
}

impl Projection {
    fn at(&self, day: i32) -> Option<(u32, Fitness)> {
        let place = usize::try_from(day + DAYS - 1).ok()?;
        Some((*self.loads.get(place)?, *self.fitness.get(place)?))
    }

    /// The last day, as days from today.
    pub fn last_day(&self) -> i32 {
        i32::try_from(self.loads.len()).unwrap_or(0) - DAYS
    }

    /// Sets the members of a planned session of a day.
    pub fn on_event(&self, day: i32, row: &mut Map<String, Value>) {
        let now = self.at(day).map(|(_, now)| now);
        for (key, value) in [
            ("icu_ctl", now.map(|now| now.ctl)),
            ("icu_atl", now.map(|now| now.atl)),
        ] {
            row.insert(key.to_owned(), value.map_or(Value::Null, float));
        }
    }

    /// Sets the members of a day of wellness.
    pub fn on_wellness(&self, day: i32, row: &mut Map<String, Value>) {
        let Some((load, now)) = self.at(day) else {
            return;
        };
        let before = self.at(day - 7).map_or(Fitness::BEFORE, |(_, then)| then);
        for (key, value) in [
            ("ctl", float(now.ctl)),
            ("atl", float(now.atl)),
            ("rampRate", float(now.ctl - before.ctl)),
            ("ctlLoad", json!(load)),
            ("atlLoad", json!(load)),
        ] {
            row.insert(key.to_owned(), value);
        }
    }
}
