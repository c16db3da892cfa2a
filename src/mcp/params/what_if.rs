//! A session that may come to be.

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{DateSpec, Flag, Num, Sport};

/// Load of one day that nobody trains.
const TOO_MUCH: f64 = 1_000.0;

/// A what-if session, on top of the plan or instead of it.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WhatIf {
    date: DateSpec,
    load: Num,
    sport: Option<Sport>,
    /// instead of that day's plan
    replace: Option<Flag>,
}

/// A what-if session on its day.
#[derive(Debug, Clone)]
pub struct Supposed {
    pub date: Date,
    pub load: f64,
    pub sport: Option<Sport>,
    pub replaces_plan: bool,
}

impl WhatIf {
    /// What is meant, seen from `today`.
    ///
    /// # Errors
    /// A sentence that says what is wrong.
    pub fn check(self, today: Date) -> Result<Supposed, String> {
        let Num(load) = self.load;
        if matches!(self.date, DateSpec::Week(_)) {
            return Err("scenario: date must be one day, not a week.".to_owned());
        }
        let date = self.date.day(today);
        if date < today {
            return Err(format!(
                "scenario: {date} is past; what-if sessions are today ({today}) or later."
            ));
        }
        if !(0.0..=TOO_MUCH).contains(&load) {
            return Err(format!(
                "scenario: load must be 0 to {TOO_MUCH}; to leave out what is planned, give load 0 with replace true."
            ));
        }
        Ok(Supposed {
            date,
            load,
            sport: self.sport,
            replaces_plan: self.replace.is_some_and(|Flag(replace)| replace),
        })
    }
}
