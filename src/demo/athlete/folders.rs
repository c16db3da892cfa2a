//! The athlete's library: folders, plans, and what a coach shares.

use serde_json::{Map, Value, json};

use super::events::strip_resolved;
use super::profile::Thresholds;
use super::workout::{Sport, Workout};
use super::{keys, library};
use crate::demo::ATHLETE_ID;
use crate::demo::document::{document, float};

const FIRST_FOLDER_ID: u32 = 61_300_000;
const FIRST_WORKOUT_ID: u32 = 62_700_000;
const COACH_ID: &str = "i515151";

/// A folder, or a plan whose workouts have days.
struct Folder {
    name: &'static str,
    kind: &'static str,
    description: Option<&'static str>,
    /// Weeks of a plan.
    weeks: Option<u32>,
    hours: Option<(u32, u32)>,
    is_coachs: bool,
    shared_with: u32,
    /// With the day of the plan, counted from 0.
    workouts: Vec<(Option<u32>, Workout)>,
}

fn folder(name: &'static str, workouts: Vec<Workout>) -> Folder {
    Folder {
        name,
        kind: "FOLDER",
        description: None,
        weeks: None,
        hours: None,
        is_coachs: false,
        shared_with: 0,
        workouts: workouts
            .into_iter()
            .map(|workout| (None, workout))
            .collect(),
    }
}

fn plan(
    name: &'static str,
    weeks: u32,
    hours: (u32, u32),
    workouts: Vec<(u32, Workout)>,
) -> Folder {
    Folder {
        kind: "PLAN",
        weeks: Some(weeks),
        hours: Some(hours),
        workouts: workouts
            .into_iter()
            .map(|(day, workout)| (Some(day), workout))
            .collect(),
        ..folder(name, Vec::new())
    }
}

fn folders() -> Vec<Folder> {
    use Sport::{Ride, Run, TrailRun, VirtualRide};
    use library as l;
    let climbing = (0..3).flat_map(|week: u32| {
        let day = week * 7;
        [
            (day + 1, l::sweet_spot(VirtualRide, 2 + week, 12)),
            (day + 3, l::endurance_ride(Ride, 60)),
            (day + 5, l::long_ride("Long Climbs", 30 + 10 * week, 3)),
        ]
    });
    let ease = [
        (22, l::openers(Ride)),
        (24, l::recovery_spin(Ride)),
        (26, l::gran_fondo()),
    ];
    let coachs = (0..2).flat_map(|week: u32| {
        let day = week * 7;
        [
            (day, l::easy_run(40)),
            (day + 2, l::kilometre_repeats(4 + week)),
            (day + 4, l::strength()),
            (day + 6, l::long_run(Run, 75 + 10 * week)),
        ]
    });
    vec![
        folder(
            "Bike intervals",
            vec![
                l::sweet_spot(Ride, 3, 12),
                l::threshold(Ride, 3, 10),
                l::vo2max(VirtualRide, 5, 3),
                l::openers(Ride),
            ],
        ),
        Folder {
            description: Some("Keep the easy ones easy."),
            ..folder(
                "Running",
                vec![
                    l::easy_run(45),
                    l::tempo_run(2),
                    l::kilometre_repeats(5),
                    l::long_run(TrailRun, 95),
                ],
            )
        },
        folder(
            "Pool and gym",
            vec![l::css_swim(10), l::endurance_swim(4), l::strength()],
        ),
        folder("To be sorted", Vec::new()),
        Folder {
            description: Some("Three weeks that build, one that eases off."),
            shared_with: 2,
            ..plan(
                "Four weeks to a hilly ride",
                4,
                (5, 8),
                climbing.chain(ease).collect(),
            )
        },
        Folder {
            description: Some("Ask me before you add anything.\u{200B}\u{202E}"),
            is_coachs: true,
            ..plan(
                "Coach\u{200B} half marathon \u{202E}nur",
                2,
                (4, 5),
                coachs.collect(),
            )
        },
    ]
}

/// `GET folders`: every folder with its workouts.
pub fn all() -> Vec<Value> {
    let mut next = FIRST_WORKOUT_ID;
    let folders = folders().into_iter().zip(FIRST_FOLDER_ID..);
    folders
        .map(|(folder, id)| {
            let children: Vec<Value> = folder
                .workouts
                .iter()
                .map(|(day, planned)| {
                    next += 7;
                    Value::Object(workout(planned, next, id, *day))
                })
                .collect();
            Value::Object(printed(&folder, id, children))
        })
        .collect()
}

/// `GET workouts`: every workout that is the athlete's own.
pub fn own_workouts() -> Vec<Value> {
    let own = all().into_iter().filter(|folder| folder["owner"].is_null());
    own.filter_map(|mut folder| match folder["children"].take() {
        Value::Array(workouts) => Some(workouts),
        _ => None,
    })
    .flatten()
    .collect()
}

fn printed(folder: &Folder, id: u32, children: Vec<Value>) -> Map<String, Value> {
    let mut sports: Vec<&str> = Vec::new();
    for (_, workout) in &folder.workouts {
        let sport = workout.sport.name();
        if !sports.contains(&sport) {
            sports.push(sport);
        }
    }
    let owner = json!({"id": COACH_ID, "name": "Rosa Bergdorf", "profile_medium": null});
    let values = json!({
        "id": id, "athlete_id": if folder.is_coachs { COACH_ID } else { ATHLETE_ID },
        "type": folder.kind, "name": folder.name, "description": folder.description,
        "num_workouts": children.len(), "children": children, "visibility": "PRIVATE",
        "read_only_workouts": folder.is_coachs, "activity_types": sports, "workout_targets": ["AUTO"],
        "duration_weeks": folder.weeks, "hours_per_week_min": folder.hours.map(|(least, _)| least),
        "hours_per_week_max": folder.hours.map(|(_, most)| most),
        "canEdit": !folder.is_coachs, "sharedWithCount": folder.shared_with,
        "owner": if folder.is_coachs { owner } else { Value::Null },
    });
    document(keys::FOLDER, values)
}

fn workout(workout: &Workout, id: u32, folder: u32, day: Option<u32>) -> Map<String, Value> {
    let limits = Thresholds::on(0);
    let estimate = workout.estimate(&limits);
    let mut parsed = workout.document(&limits);
    strip_resolved(&mut parsed);
    let values = json!({
        "id": id, "athlete_id": ATHLETE_ID, "folder_id": folder, "day": day, "name": workout.name,
        "type": workout.sport.name(), "description": workout.text(), "workout_doc": parsed,
        "moving_time": estimate.secs, "distance": float(estimate.metres.round()),
        "icu_training_load": estimate.load, "icu_intensity": float(estimate.intensity),
        "joules": estimate.joules, "joules_above_ftp": 0, "indoor": workout.sport == Sport::VirtualRide,
        "target": "AUTO", "targets": ["AUTO"], "hide_from_athlete": false, "for_week": false,
        "updated": "2025-01-12T18:30:00.000+00:00",
    });
    document(keys::WORKOUT, values)
}
