//! Which activities are wanted, and in which order.

use std::cmp::Reverse;

use super::params::{Sport, choice};
use super::render::activities;
use super::text;
use crate::intervals::ActivityId;
use crate::intervals::activities::Activity;

choice! {
    pub enum Sort { Newest = "newest", Oldest = "oldest", Load = "load", Time = "time", Distance = "distance" }
}

/// What an activity must match; what is `None` does not matter.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub sport: Option<Sport>,
    /// Part of the name, in any case.
    pub name: Option<String>,
    /// Without the `#`.
    pub tag: Option<String>,
}

impl Filter {
    /// `query` is part of a name, or a tag when it begins with `#`.
    #[must_use]
    pub fn new(sport: Option<Sport>, query: Option<String>, tag: Option<String>) -> Self {
        let clean = |text: String| {
            let text = text.trim().to_lowercase();
            (!text.is_empty()).then_some(text)
        };
        let (mut name, mut tag) = (query.and_then(clean), tag.and_then(clean));
        if name.as_deref().is_some_and(|name| name.starts_with('#')) {
            tag = tag.or(name.take());
        }
        Self {
            sport,
            name,
            tag: tag.map(|tag| tag.trim_start_matches('#').to_owned()),
        }
    }

    /// What the service's own search takes: a name, or `#tag`.
    #[must_use]
    pub fn search(&self) -> Option<String> {
        self.name
            .clone()
            .or_else(|| self.tag.as_ref().map(|tag| format!("#{tag}")))
    }

    /// Whether everything matches.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.sport.is_none() && self.name.is_none() && self.tag.is_none()
    }

    /// Why nothing of `found` matched, in words.
    #[must_use]
    pub fn nothing_found(&self, found: &[Activity]) -> String {
        let mut sports: Vec<&str> = found.iter().filter_map(|a| a.sport.as_deref()).collect();
        sports.sort_unstable();
        sports.dedup();
        match &self.sport {
            Some(sport) if !sports.iter().any(|kind| sport.covers(kind)) => {
                let others = if sports.is_empty() {
                    "none".to_owned()
                } else {
                    sports.join(", ")
                };
                format!(
                    "No '{}' here; sports found: {others}.",
                    text::name(sport.name())
                )
            }
            _ => "No activity here has this name or tag.".to_owned(),
        }
    }

    #[must_use]
    pub fn matches(&self, activity: &Activity) -> bool {
        let kind = activity.sport.as_deref();
        let name = activity.name.as_deref().map(str::to_lowercase);
        self.sport
            .as_ref()
            .is_none_or(|sport| kind.is_some_and(|kind| sport.covers(kind)))
            && self
                .name
                .as_ref()
                .is_none_or(|part| name.is_some_and(|name| name.contains(part)))
            && self.tag.as_ref().is_none_or(|tag| {
                let mut tags = activity.tags.iter().flatten();
                tags.any(|t| t.to_lowercase() == *tag)
            })
    }
}

/// The activity called `id` and those nearest to it in time, `limit` in all.
#[must_use]
pub fn nearest(found: &[Activity], id: &ActivityId, limit: usize) -> Vec<Activity> {
    let at = |a: &Activity| {
        a.started()
            .and_then(|at| at.in_tz("UTC").ok())
            .map(|at| at.timestamp().as_second())
    };
    let Some(middle) = found.iter().find(|a| a.id == *id).and_then(at) else {
        return found.iter().take(limit).cloned().collect();
    };
    let mut rows: Vec<&Activity> = found.iter().collect();
    rows.sort_by_key(|a| at(a).map_or(i64::MAX, |at| (at - middle).abs()));
    rows.into_iter().take(limit).cloned().collect()
}

/// Puts `rows` in order.
pub fn sort(rows: &mut [&Activity], by: Sort) {
    match by {
        Sort::Newest => rows.sort_by_key(|a| Reverse(a.started())),
        Sort::Oldest => rows.sort_by_key(|a| a.started()),
        Sort::Load => rows.sort_by_key(|a| Reverse(a.icu_training_load)),
        Sort::Time => rows.sort_by_key(|a| Reverse(a.moving_time)),
        Sort::Distance => rows.sort_by(|a, b| {
            let metres = |a| activities::metres(a).unwrap_or_default();
            metres(b).total_cmp(&metres(a))
        }),
    }
}
