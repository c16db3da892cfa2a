//! What nearly everybody needs.

mod add_activity_message;
mod analyze_trend;
mod apply_plan;
mod compare_activities;
mod complete_event;
mod delete_events;
mod get_activity;
mod get_activity_streams;
mod get_athlete;
mod get_curves;
mod get_event;
mod get_fitness;
mod get_help;
mod get_today;
mod get_training_summary;
mod get_wellness;
mod list_activities;
mod list_events;
mod list_workouts;
mod move_events;
mod save_events;
mod search_intervals;
mod undo_change;
mod update_activity;
mod update_sport_settings;
mod update_wellness;
mod validate_workout;

use crate::mcp::registry::Entry;

/// The set, in the order of listing: the tool that starts a conversation comes first.
pub fn entries() -> Vec<Entry> {
    vec![
        Entry::of::<get_today::GetToday>(),
        Entry::of::<get_athlete::GetAthlete>(),
        Entry::of::<list_activities::ListActivities>(),
        Entry::of::<get_activity::GetActivity>(),
        Entry::of::<get_activity_streams::GetActivityStreams>(),
        Entry::of::<search_intervals::SearchIntervals>(),
        Entry::of::<compare_activities::CompareActivities>(),
        Entry::of::<get_curves::GetCurves>(),
        Entry::of::<get_training_summary::GetTrainingSummary>(),
        Entry::of::<get_fitness::GetFitness>(),
        Entry::of::<analyze_trend::AnalyzeTrend>(),
        Entry::of::<get_wellness::GetWellness>(),
        Entry::of::<update_wellness::UpdateWellness>(),
        Entry::of::<update_activity::UpdateActivity>(),
        Entry::of::<add_activity_message::AddActivityMessage>(),
        Entry::of::<list_events::ListEvents>(),
        Entry::of::<get_event::GetEvent>(),
        Entry::of::<validate_workout::ValidateWorkout>(),
        Entry::of::<save_events::SaveEvents>(),
        Entry::of::<move_events::MoveEvents>(),
        Entry::of::<complete_event::CompleteEvent>(),
        Entry::of::<delete_events::DeleteEvents>(),
        Entry::of::<undo_change::UndoChange>(),
        Entry::of::<list_workouts::ListWorkouts>(),
        Entry::of::<apply_plan::ApplyPlan>(),
        Entry::of::<update_sport_settings::UpdateSportSettings>(),
        Entry::of::<get_help::GetHelp>(),
    ]
}
