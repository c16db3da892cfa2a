//! The text of a session that is to be done: prose and steps, what is wrong with them, what they come to.

use super::prose::{join, split};
use super::values;
use crate::intervals::events::Event;
use crate::intervals::sports::{SportSettings, for_sport};
use crate::mcp::params::{EventSpec, Steps};
use crate::mcp::text;
use crate::mcp::thresholds;
use crate::workout::{self, Athlete, Estimate, Mistake, Problem, Severity, Workout};

/// Mistakes told at most.
const MOST_MISTAKES: usize = 10;
/// Longest line of a mistake, in characters.
const LONGEST: usize = 300;

/// A session as it will be.
#[derive(Debug, Clone)]
pub struct Session {
    pub workout: Workout,
    pub athlete: Athlete,
    pub estimate: Estimate,
}

impl Session {
    /// What the text `description` comes to for `athlete`.
    #[must_use]
    pub fn of(description: &str, athlete: Athlete) -> Self {
        let workout = workout::parse(description).workout;
        let estimate = workout::estimate(&workout, &athlete);
        Self {
            workout,
            athlete,
            estimate,
        }
    }

    /// Whether there are steps, of which the service computes time and load.
    #[must_use]
    pub fn is_structured(&self) -> bool {
        self.workout.steps().next().is_some()
    }

    /// Whether load is computed of the steps.
    #[must_use]
    pub fn has_targets(&self) -> bool {
        self.workout.metrics().next().is_some()
    }
}

/// Thresholds and zones of `sport`; indoors with the indoor FTP.
#[must_use]
pub fn athlete(sport: &str, indoor: bool, sports: &[SportSettings]) -> Athlete {
    let mut athlete = Athlete::of(sport);
    if let Some(settings) = for_sport(sports, &athlete.sport) {
        let indoor = indoor || athlete.sport.starts_with("Virtual");
        thresholds::fill(&mut athlete, settings, indoor);
    }
    athlete
}

/// The description that is meant, `None` if its text is to stay; warnings go to `notes`.
pub fn description(
    spec: &EventSpec,
    before: Option<&Event>,
    athlete: &Athlete,
    notes: &mut Vec<String>,
) -> Result<Option<String>, String> {
    let old = before.and_then(|event| event.description.as_deref());
    let (old_prose, old_steps) = split(old.unwrap_or_default());
    let given = spec.description.as_ref();
    let given = given
        .map(|text| values::lines("description", text))
        .transpose()?;
    let written = written(spec, athlete)?;
    if given.is_none() && written.is_none() {
        return Ok(None);
    }
    // Whoever repeats the whole text changes nothing.
    if let (Some(text), None) = (&given, &written)
        && !old_steps.is_empty()
        && text.trim() == old.unwrap_or_default().trim()
    {
        return Ok(None);
    }
    let (own, steps) = match &written {
        Some(text) if text.trim().is_empty() => ("", ""),
        Some(text) => {
            judge(text, athlete, notes)?;
            split(text)
        }
        None => ("", old_steps),
    };
    let prose = match (given, own.trim()) {
        (Some(prose), own) if own.is_empty() || own == prose.trim() => prose,
        (Some(prose), own) => join(&prose, own),
        (None, "") => old_prose.to_owned(),
        // A text with prose of its own is the whole text.
        (None, own) => own.to_owned(),
    };
    if let Some(line) = step_in(&prose) {
        let said = match (&written, steps.is_empty()) {
            (None, false) => {
                return Err(format!(
                    "{line} would be added to the steps. Begin the line without a hyphen if it is prose; steps go into workout."
                ));
            }
            (_, true) => "as the whole workout. Put steps into workout, where they are checked",
            _ => "added to the workout. Begin the line without a hyphen if it is prose",
        };
        notes.push(format!("{line} is read as a step, {said}."));
    }
    if old.is_some() && prose.trim() == old_prose.trim() && steps.trim() == old_steps.trim() {
        return Ok(None);
    }
    let whole = join(&prose, steps.trim_end());
    if whole.len() > workout::MAX_BYTES {
        return Err(format!(
            "workout and description have {} bytes together, at most {} are taken.",
            whole.len(),
            workout::MAX_BYTES
        ));
    }
    Ok(Some(whole))
}

/// The steps that were given, as text.
fn written(spec: &EventSpec, athlete: &Athlete) -> Result<Option<String>, String> {
    match (&spec.workout, &spec.steps) {
        (Some(_), Some(_)) => Err("Give either workout or steps, not both.".to_owned()),
        (Some(text), None) => values::lines("workout", text).map(Some),
        (None, Some(Steps(steps))) => {
            let read = workout::from_steps(steps, athlete.lthr)?;
            Ok(Some(workout::print(&read)))
        }
        (None, None) => Ok(None),
    }
}

/// Refuses what the service would drop or read as something else.
fn judge(text: &str, athlete: &Athlete, notes: &mut Vec<String>) -> Result<(), String> {
    let mistakes = workout::validate(&workout::parse(text), athlete);
    let (errors, warnings): (Vec<Mistake>, Vec<Mistake>) = mistakes
        .into_iter()
        .partition(|mistake| mistake.severity() == Severity::Error);
    if errors.is_empty() {
        notes.extend(told(&warnings));
        return Ok(());
    }
    let mut said = told(&errors);
    if errors
        .iter()
        .any(|mistake| mistake.problem == Problem::NoSteps)
    {
        said.push("What is no step belongs into description.".to_owned());
    }
    Err(said.join("\n"))
}

/// What the text that stays means otherwise in the sport of `athlete`.
#[must_use]
pub fn mistakes(text: &str, athlete: &Athlete) -> Vec<String> {
    let parsed = workout::parse(text);
    if parsed.places.is_empty() {
        return Vec::new();
    }
    let same = &parsed.mistakes;
    let found = workout::validate(&parsed, athlete);
    let new: Vec<Mistake> = found.into_iter().filter(|m| !same.contains(m)).collect();
    told(&new)
}

/// `workout 2:9 error: …` on a line each.
fn told(mistakes: &[Mistake]) -> Vec<String> {
    let mut said: Vec<String> = mistakes
        .iter()
        .take(MOST_MISTAKES)
        .map(|mistake| text::line(&format!("workout {mistake}"), LONGEST))
        .collect();
    if mistakes.len() > MOST_MISTAKES {
        let more = mistakes.len() - MOST_MISTAKES;
        said.push(format!("and {more} more."));
    }
    said
}

/// The first line of `prose` that the service takes for a step.
fn step_in(prose: &str) -> Option<String> {
    let places = workout::parse(prose).places;
    let first = places.iter().map(|(line, _)| *line).min()?;
    let line = prose.lines().nth(first - 1).unwrap_or_default();
    Some(format!(
        "description line {first} \"{}\"",
        text::line(line, 60)
    ))
}
