//! Folders and plans of the library.

use super::count;
use super::table::Table;
use crate::intervals::library::Folder;
use crate::mcp::reply::Reply;
use crate::mcp::text;
use crate::units;

/// Sports named in a row at most.
const SPORTS: usize = 4;

/// Whether its workouts have days.
#[must_use]
pub fn is_plan(folder: &Folder) -> bool {
    folder.kind.as_deref() == Some("PLAN")
}

fn kind(folder: &Folder) -> String {
    let kind = folder.kind.as_deref().unwrap_or("FOLDER");
    text::name(kind).to_lowercase()
}

/// `plan "Spring build" 61300004`
#[must_use]
pub fn named(folder: &Folder) -> String {
    let name = cleaned(folder.name.as_ref());
    format!("{} \"{name}\" {}", kind(folder), folder.id)
}

fn cleaned(name: Option<&String>) -> String {
    name.map(|name| text::name(name)).unwrap_or_default()
}

#[expect(clippy::cast_precision_loss, reason = "seconds of a library")]
fn float(value: i64) -> f64 {
    value as f64
}

/// How many workouts there are in it.
fn size(folder: &Folder) -> usize {
    match &folder.children {
        Some(children) => children.len(),
        None => folder
            .num_workouts
            .and_then(|count| usize::try_from(count).ok())
            .unwrap_or_default(),
    }
}

fn seconds(folder: &Folder) -> f64 {
    let children = folder.children.iter().flatten();
    float(
        children
            .filter_map(|workout| workout.moving_time)
            .fold(0, i64::saturating_add),
    )
}

fn load(folder: &Folder) -> i64 {
    let children = folder.children.iter().flatten();
    let loads = children.filter_map(|workout| workout.icu_training_load);
    loads.fold(0, i64::saturating_add)
}

/// `4 weeks`, or `27 days` to the last workout where nobody said how many weeks; of a plan.
fn length(folder: &Folder) -> Option<String> {
    if !is_plan(folder) {
        return None;
    }
    let weeks = folder.duration_weeks.filter(|weeks| *weeks > 0);
    let plural = |n: i64, noun: &str| count(usize::try_from(n).unwrap_or_default(), noun);
    weeks.map(|weeks| plural(weeks, "week")).or_else(|| {
        let children = folder.children.iter().flatten();
        let last = children
            .filter_map(|workout| {
                Some(
                    workout
                        .day?
                        .saturating_add(workout.days.unwrap_or(1).max(1)),
                )
            })
            .max()?;
        Some(plural(last, "day"))
    })
}

fn hours_a_week(folder: &Folder) -> Option<String> {
    let (least, most) = (folder.hours_per_week_min, folder.hours_per_week_max);
    match (least.filter(|h| *h > 0), most.filter(|h| *h > 0)) {
        (Some(least), Some(most)) if least != most => Some(format!("{least}-{most}")),
        (Some(hours), _) | (None, Some(hours)) => Some(hours.to_string()),
        (None, None) => None,
    }
}

/// Whose it is, who sees it and what may be done with it.
fn standing(folder: &Folder) -> Vec<String> {
    let mut words = Vec::new();
    if let Some(owner) = &folder.owner {
        let name = cleaned(owner.name.as_ref());
        words.push(match name.is_empty() {
            true => "shared by somebody else".to_owned(),
            false => format!("shared by {name}"),
        });
    }
    if let Some(others) = folder.shared_with_count.filter(|n| *n > 0) {
        words.push(format!("shared with {others}"));
    }
    if folder.visibility.as_deref() == Some("PUBLIC") {
        words.push("public".to_owned());
    }
    if folder.can_edit == Some(false) || folder.read_only_workouts == Some(true) {
        words.push("read only".to_owned());
    }
    words
}

fn sports(folder: &Folder) -> String {
    let mut names: Vec<String> = Vec::new();
    let named = folder.activity_types.iter().flatten();
    let used = folder.children.iter().flatten();
    for sport in named.chain(used.filter_map(|workout| workout.sport.as_ref())) {
        let sport = text::name(sport);
        if !sport.is_empty() && !names.contains(&sport) {
            names.push(sport);
        }
    }
    if names.len() > SPORTS {
        names.truncate(SPORTS);
        names.push("…".to_owned());
    }
    names.join(" ")
}

/// The folders and plans, without their workouts, `limit` of them from the cursor `start` on.
#[must_use]
pub fn overview(all: &[Folder], start: usize, limit: usize) -> Reply {
    let plans = all.iter().filter(|folder| is_plan(folder)).count();
    let workouts: usize = all.iter().map(size).sum();
    let mut reply = Reply::new(format!(
        "Library: {} and {} with {}",
        count(all.len() - plans, "folder"),
        count(plans, "plan"),
        count(workouts, "workout")
    ));
    let shown: Vec<&Folder> = all.iter().skip(start).take(limit).collect();
    if !shown.is_empty() {
        reply.table(&folders(&shown, start));
        reply.footer(
            "The same call with folder (id or name) lists its workouts, with id shows one.",
        );
    }
    go_on(&mut reply, start, shown.len(), all.len());
    reply
}

/// Says how the list goes on behind the rows from `start`.
pub fn go_on(reply: &mut Reply, start: usize, shown: usize, all: usize) {
    let end = start.saturating_add(shown);
    if shown == 0 && start > 0 {
        reply.footer("The cursor is past the end.");
    } else if end < all {
        reply.footer_unless_cut(format!("{} more: call again with cursor {end}.", all - end));
    }
}

/// One row a folder, of which the first goes by the cursor `start`.
fn folders(folders: &[&Folder], start: usize) -> Table {
    let mut table = Table::new([
        "id", "what", "name", "workouts", "length", "h/week", "time", "load", "sports", "state",
    ]);
    for (cursor, folder) in (start..).zip(folders) {
        let workouts = size(folder);
        table.row([
            Some(folder.id.to_string()),
            Some(kind(folder)),
            Some(cleaned(folder.name.as_ref())),
            Some(workouts.to_string()),
            length(folder),
            hours_a_week(folder),
            Some(seconds(folder)).filter(|s| *s > 0.0).map(units::hours),
            (workouts > 0).then(|| load(folder).to_string()),
            Some(sports(folder)),
            Some(standing(folder).join(", ")),
        ]);
        table.goes_by(format!("cursor {cursor}"));
    }
    table
}

/// `plan "Spring build" 61300004 · 8 weeks · 5-8 h a week · 32 workouts · 41:30 h · load 2310 · shared by Rosa`
#[must_use]
pub fn head(folder: &Folder) -> String {
    let mut facts = vec![named(folder)];
    facts.extend(length(folder));
    facts.extend(hours_a_week(folder).map(|hours| format!("{hours} h a week")));
    facts.extend(
        folder
            .starting_ctl
            .filter(|ctl| *ctl > 0)
            .map(|ctl| format!("for a fitness of {ctl}")),
    );
    facts.push(count(size(folder), "workout"));
    if size(folder) > 0 {
        facts.push(units::hours(seconds(folder)));
        facts.push(format!("load {}", load(folder)));
    }
    facts.extend(standing(folder));
    facts.join(" · ")
}
