//! Which folder and which workouts of the library are meant.

use std::sync::Arc;

use super::context::Context;
use super::error::ToolError;
use super::params::Sport;
use super::text;
use crate::intervals::library::{Folder, Workout};
use crate::intervals::{Error, WorkoutId};

/// Folders named at most when none or several fit.
const NAMED: usize = 20;
/// Characters of a name that are compared.
const NAME_LENGTH: usize = 200;

/// A workout with the folder that it stands in, where that is known.
#[derive(Clone, Copy)]
pub struct Found<'a> {
    pub folder: Option<&'a Folder>,
    pub workout: &'a Workout,
}

/// What a workout must match; what is `None` does not matter.
pub struct Wanted {
    pub sport: Option<Sport>,
    /// Part of the name, or a tag with its `#`; in lower case.
    query: Option<String>,
}

impl Wanted {
    #[must_use]
    pub fn new(sport: Option<Sport>, query: Option<String>) -> Self {
        let query = query.map(|query| query.trim().to_lowercase());
        Self {
            sport,
            query: query.filter(|query| !query.is_empty()),
        }
    }

    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.sport.is_none() && self.query.is_none()
    }

    #[must_use]
    pub fn matches(&self, workout: &Workout) -> bool {
        let sport = workout.sport.as_deref();
        let sport_fits = self
            .sport
            .as_ref()
            .is_none_or(|wanted| sport.is_some_and(|sport| wanted.covers(sport)));
        let query_fits = self.query.as_deref().is_none_or(|query| {
            if let Some(tag) = query.strip_prefix('#') {
                let mut tags = workout.tags.iter().flatten();
                return tags.any(|held| held.to_lowercase() == tag);
            }
            named(workout.name.as_deref()).contains(query)
        });
        sport_fits && query_fits
    }
}

/// A name as it is compared: what cannot be seen cannot be typed.
fn named(name: Option<&str>) -> String {
    name.map(|name| text::line(name, NAME_LENGTH).to_lowercase())
        .unwrap_or_default()
}

/// Every folder with its workouts, in one request; in two where the service leaves the workouts of one out.
///
/// # Errors
/// As the client.
pub async fn folders(context: &Context) -> Result<Arc<Vec<Folder>>, ToolError> {
    let library = context.client().library();
    let folders = library.folders().await?;
    let is_bare = |folder: &Folder| {
        folder.children.is_none() && folder.num_workouts.is_some_and(|count| count > 0)
    };
    if !folders.iter().any(is_bare) {
        return Ok(folders);
    }
    let workouts = library.workouts().await?;
    let mut folders = Vec::clone(&folders);
    for folder in folders.iter_mut().filter(|folder| is_bare(folder)) {
        let inside = workouts
            .iter()
            .filter(|workout| workout.folder_id == Some(folder.id));
        folder.children = Some(inside.cloned().collect());
    }
    Ok(Arc::new(folders))
}

/// The one folder that `wanted`, an id or a name or a part of one, means.
///
/// # Errors
/// A sentence with the folders that there are, or that fit.
pub fn pick<'a>(folders: &'a [Folder], wanted: &str) -> Result<&'a Folder, ToolError> {
    let wanted = wanted.trim();
    if let Some(folder) = folders
        .iter()
        .find(|folder| folder.id.to_string() == wanted)
    {
        return Ok(folder);
    }
    let lower = wanted.to_lowercase();
    let list = |folders: &[&Folder]| {
        let names = folders.iter().take(NAMED).map(|folder| {
            let name = folder.name.as_deref().map(text::name).unwrap_or_default();
            format!("{} {name}", folder.id)
        });
        let mut names: Vec<String> = names.collect();
        if folders.len() > NAMED {
            names.push("…".to_owned());
        }
        names.join(", ")
    };
    let named: Vec<(&Folder, String)> = folders
        .iter()
        .map(|folder| (folder, named(folder.name.as_deref())))
        .collect();
    let same: Vec<&Folder> = matching(&named, |name| *name == lower);
    let part: Vec<&Folder> = matching(&named, |name| name.contains(&lower));
    match (same.as_slice(), part.as_slice()) {
        ([one], _) | ([], [one]) if !lower.is_empty() => Ok(one),
        (_, []) | ([], _) if part.is_empty() || lower.is_empty() => {
            let all: Vec<&Folder> = folders.iter().collect();
            Err(ToolError::Invalid(match all.is_empty() {
                true => "The library has no folders yet.".to_owned(),
                false => format!(
                    "No folder or plan is called '{}'. There are: {}.",
                    text::name(wanted),
                    list(&all)
                ),
            }))
        }
        _ => Err(ToolError::Invalid(format!(
            "Several folders fit '{}': {}. Give the id of one.",
            text::name(wanted),
            list(&part)
        ))),
    }
}

/// What of the library can be put on the calendar.
pub enum Meant<'a> {
    /// A folder or a plan.
    Folder(&'a Folder),
    Workout(Found<'a>),
}

/// The one folder, plan or workout that `wanted`, an id or a name or a part of one, means.
///
/// # Errors
/// A sentence with what there is, or what fits.
pub fn meant<'a>(folders: &'a [Folder], wanted: &str) -> Result<Meant<'a>, ToolError> {
    let all: Vec<&Folder> = folders.iter().collect();
    let all = workouts(&all, &Wanted::new(None, None));
    let wanted = wanted.trim();
    if let Some(found) = all.iter().find(|f| f.workout.id.to_string() == wanted) {
        return Ok(Meant::Workout(*found));
    }
    let lower = wanted.to_lowercase();
    let called = |fits: &dyn Fn(&str) -> bool| -> Vec<Found<'a>> {
        let named = |found: &&Found<'a>| fits(&named(found.workout.name.as_deref()));
        all.iter().filter(named).copied().collect()
    };
    let folder = pick(folders, wanted);
    let is_exact = |folder: &&Folder| {
        folder.id.to_string() == wanted || named(folder.name.as_deref()) == lower
    };
    match (&folder, called(&|name| name == lower).as_slice()) {
        (Ok(folder), _) if is_exact(folder) => return Ok(Meant::Folder(folder)),
        (_, []) => {}
        (_, [one]) => return Ok(Meant::Workout(*one)),
        (_, several) => return Err(ambiguous(wanted, several)),
    }
    let some = match lower.is_empty() {
        true => Vec::new(),
        false => called(&|name| name.contains(&lower)),
    };
    match (folder, some.as_slice()) {
        (Ok(folder), _) => Ok(Meant::Folder(folder)),
        (Err(_), [one]) => Ok(Meant::Workout(*one)),
        (Err(error), []) => Err(ToolError::Invalid(format!(
            "{} list_workouts with query finds single workouts.",
            error.sentence()
        ))),
        (Err(_), several) => Err(ambiguous(wanted, several)),
    }
}

fn ambiguous(wanted: &str, several: &[Found<'_>]) -> ToolError {
    ToolError::Invalid(format!(
        "Several workouts fit '{}': {}. Give the id of one.",
        text::name(wanted),
        ids(several)
    ))
}

/// `62700007 Tempo run (Running), …`
#[must_use]
pub fn ids(workouts: &[Found<'_>]) -> String {
    let shown = workouts.iter().take(NAMED).map(|found| {
        let name = |name: Option<&String>| name.map(|n| text::name(n)).unwrap_or_default();
        let folder = name(found.folder.and_then(|folder| folder.name.as_ref()));
        let workout = name(found.workout.name.as_ref());
        format!("{} {workout} ({folder})", found.workout.id)
    });
    let mut shown: Vec<String> = shown.collect();
    if workouts.len() > NAMED {
        shown.push("…".to_owned());
    }
    shown.join(", ")
}

fn matching<'a>(
    folders: &[(&'a Folder, String)],
    fits: impl Fn(&String) -> bool,
) -> Vec<&'a Folder> {
    let fitting = folders.iter().filter(|(_, name)| fits(name));
    fitting.map(|(folder, _)| *folder).collect()
}

/// The workouts of `folders` that are `wanted`, those of a plan by day.
#[must_use]
pub fn workouts<'a>(folders: &[&'a Folder], wanted: &Wanted) -> Vec<Found<'a>> {
    let mut found = Vec::new();
    for folder in folders {
        let mut inside: Vec<&Workout> = folder
            .children
            .iter()
            .flatten()
            .filter(|workout| wanted.matches(workout))
            .collect();
        inside.sort_by_key(|workout| workout.day);
        found.extend(inside.into_iter().map(|workout| Found {
            folder: Some(folder),
            workout,
        }));
    }
    found
}

/// One workout by its id; of a folder that somebody shares only the folder has it.
///
/// # Errors
/// As the client.
pub async fn one(
    context: &Context,
    id: WorkoutId,
) -> Result<(Arc<Workout>, Option<Folder>), ToolError> {
    match context.client().library().workout(id).await {
        Ok(workout) => Ok((workout, None)),
        Err(absent @ (Error::NotFound { .. } | Error::Forbidden { .. })) => {
            let folders = folders(context).await?;
            let found = folders.iter().find_map(|folder| {
                let mut inside = folder.children.iter().flatten();
                Some((inside.find(|workout| workout.id == id)?, folder))
            });
            let (workout, folder) = found.ok_or(absent)?;
            let folder = Folder {
                children: None,
                ..folder.clone()
            };
            Ok((Arc::new(workout.clone()), Some(folder)))
        }
        Err(error) => Err(error.into()),
    }
}

/// Why nothing in `folders` matched, in words.
#[must_use]
pub fn nothing_found(folders: &[&Folder]) -> String {
    let inside = folders
        .iter()
        .flat_map(|folder| folder.children.iter().flatten());
    let mut names: Vec<String> = inside
        .filter_map(|workout| workout.sport.as_deref().map(text::name))
        .collect();
    names.sort_unstable();
    names.dedup();
    let sports = match names.is_empty() {
        true => "none".to_owned(),
        false => names.join(", "),
    };
    format!("No workout here matches; sports found: {sports}.")
}
