//! Every tool, against the invented athlete.

mod add_activity_message;
mod analyze_trend;
mod compare_activities;
mod delete_events;
mod get_activity;
mod get_activity_plan;
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
mod undo_change_events;
mod update_activity;
mod update_sport_settings;
pub mod update_wellness;
mod validate_workout;
