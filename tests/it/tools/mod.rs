//! Every tool, against the invented athlete.

mod get_activity;
mod get_activity_streams;
mod get_athlete;
mod get_event;
mod get_fitness;
mod get_help;
mod get_today;
mod get_wellness;
mod list_activities;
mod list_events;
mod update_wellness;
mod validate_workout;
