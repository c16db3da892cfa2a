//! What Intervals.icu would make of a planned workout, without writing it.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::intervals::sports;
use crate::mcp::context::Context;
use crate::mcp::error::ToolError;
use crate::mcp::params::{Num, Steps, Text};
use crate::mcp::registry::{Access, Tool};
use crate::mcp::render::workout as render;
use crate::mcp::reply::Reply;
use crate::mcp::text;
use crate::mcp::thresholds::{self, Given};
use crate::units::{Pace, number};
use crate::workout;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// one step a line, see get_help workouts
    text: Option<Text>,
    steps: Option<Steps>,
    /// e.g. Ride
    sport: Text,
    /// W; default the athlete's
    ftp: Option<Num>,
    /// bpm
    lthr: Option<Num>,
    /// e.g. 4:00/km
    threshold_pace: Option<Text>,
}

pub struct ValidateWorkout;

impl Tool for ValidateWorkout {
    const NAME: &'static str = "validate_workout";
    const TITLE: &'static str = "Validate a workout";
    const ACCESS: Access = Access::Read;
    const SUMMARY: &'static str = "checks the text of a planned workout, or turns steps into one: mistakes with line \
        and fix, steps, load";
    const DESCRIPTION: &'static str = "Check workout text, or turn steps into text, without saving: mistakes with line and \
        fix, steps in watts, bpm, pace, time, load.";
    type Params = Params;

    async fn run(context: &Context, params: Params) -> Result<Reply, ToolError> {
        let sport = workout::sport(&params.sport.0);
        let pace = params.threshold_pace.as_ref();
        let pace = pace
            .map(|Text(pace)| workout::threshold_pace(pace, &sport))
            .transpose()
            .map_err(ToolError::Invalid)?;
        let given = Given {
            ftp: positive(params.ftp, "ftp")?,
            lthr: positive(params.lthr, "lthr")?,
            pace,
        };
        let mut athlete = given.athlete(&sport);
        let mut settings = Settings::NotNeeded;
        let (text, is_printed) = match (params.text, params.steps) {
            (Some(Text(text)), None) => (text::unescaped(text), false),
            (None, Some(Steps(steps))) => {
                let mut read = workout::from_steps(&steps, athlete.lthr);
                // Beats a minute become percent of a threshold that may have to be asked for.
                if read.is_err() && athlete.lthr.is_none() {
                    settings = Settings::read(context, &mut athlete).await;
                    read = workout::from_steps(&steps, athlete.lthr);
                }
                (workout::print(&read.map_err(ToolError::Invalid)?), true)
            }
            _ => {
                let said = "Give either text or steps; get_help with topic workouts explains the language.";
                return Err(ToolError::Invalid(said.to_owned()));
            }
        };
        let parsed = workout::parse(&text);
        let plan = &parsed.workout;
        if thresholds::are_missing(plan, &athlete) && settings == Settings::NotNeeded {
            settings = Settings::read(context, &mut athlete).await;
        }
        let units = context.known_units().unwrap_or_default();
        let mistakes = workout::validate(&parsed, &athlete);
        let mut reply = render::validated(plan, &mistakes, &athlete, units);
        if is_printed {
            reply.line("text:").line(text.trim_end());
        }
        let speed = |speed: f64| {
            let pace = units.pace_of(&athlete.sport).unwrap_or(Pace::PerKm);
            let shown = pace.show(speed).unwrap_or_default();
            format!("{shown}{}", pace.name())
        };
        let mut basis = thresholds::said(plan, &athlete, given, speed);
        basis.push(render::basis(plan, &athlete).to_owned());
        reply.footer(format!("{}.", basis.join("; ")));
        if let Settings::Unreadable(why) = settings {
            reply.footer(format!(
                "The athlete's thresholds could not be read, give ftp, lthr or threshold_pace: {why}"
            ));
        }
        Ok(reply)
    }
}

/// The athlete's own thresholds and zones of the sport.
#[derive(PartialEq, Eq)]
enum Settings {
    NotNeeded,
    Read,
    /// Why, as a sentence.
    Unreadable(String),
}

impl Settings {
    async fn read(context: &Context, athlete: &mut workout::Athlete) -> Self {
        let client = context.client();
        // Paces are shown in the unit that the athlete prefers, if it can be known.
        let (list, _) = tokio::join!(async { client.sports().list().await }, context.local());
        let list = match list {
            Ok(list) => list,
            Err(why) => return Self::Unreadable(ToolError::from(why).sentence()),
        };
        if let Some(settings) = sports::for_sport(&list, &athlete.sport) {
            let is_virtual = athlete.sport.starts_with("Virtual");
            thresholds::fill(athlete, settings, is_virtual);
        }
        Self::Read
    }
}

fn positive(value: Option<Num>, name: &str) -> Result<Option<f64>, ToolError> {
    let Some(Num(value)) = value else {
        return Ok(None);
    };
    if (1.0..=2_000.0).contains(&value) {
        Ok(Some(value))
    } else {
        let value = number(value, 1);
        let said = format!("{name}: {value} is out of range, 1 to 2000 is wanted.");
        Err(ToolError::Invalid(said))
    }
}
