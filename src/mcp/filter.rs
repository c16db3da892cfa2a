//! Which activities are wanted, and in which order.

use std::cmp::Reverse;

use super::params::{Sport, choice};
use super::render::activities;
use super::text;
use crate::intervals::activities::Activity;

/// Sports or tags that are named at most when nothing was found.
const MOST_NAMED: usize = 20;

choice! {
    pub enum Sort { Newest = "newest", Oldest = "oldest", Load = "load", Time = "time", Distance = "distance" }
}

/// What an activity must match; what is not given does not matter.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub sport: Option<Sport>,
    /// Part of the name, in any case.
    pub name: Option<String>,
    /// Without the `#`; all of them.
    pub tags: Vec<String>,
}

impl Filter {
    /// `query` is part of a name, or a tag when it begins with `#`.
    #[must_use]
    pub fn new(sport: Option<Sport>, query: Option<String>, tag: Option<String>) -> Self {
        let clean = |text: String| {
            let text = text.trim().to_lowercase();
            (!text.is_empty()).then_some(text)
        };
        let (mut name, tag) = (query.and_then(clean), tag.and_then(clean));
        let queried = name.take_if(|name| name.starts_with('#'));
        let tags = tag.into_iter().chain(queried);
        let mut tags: Vec<String> = tags
            .map(|tag| tag.trim_start_matches('#').trim().to_owned())
            .filter(|tag| !tag.is_empty())
            .collect();
        tags.dedup();
        Self { sport, name, tags }
    }

    /// What the service's own search takes: a name, or `#tag`.
    #[must_use]
    pub fn search(&self) -> Option<String> {
        let tag = || self.tags.first().map(|tag| format!("#{tag}"));
        self.name.clone().or_else(tag)
    }

    /// What is left to look at in what the service's own search found: it may know names better than we do.
    #[must_use]
    pub fn after_search(&self) -> Self {
        let tags = self.tags.iter().skip(usize::from(self.name.is_none()));
        Self {
            sport: self.sport.clone(),
            name: None,
            tags: tags.cloned().collect(),
        }
    }

    /// Whether everything matches.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.sport.is_none() && self.name.is_none() && self.tags.is_empty()
    }

    /// Why nothing of `found` matched, in words; `is_searched` when that is only what a search for name or tag had found.
    #[must_use]
    pub fn nothing_found<'a>(
        &self,
        found: impl IntoIterator<Item = &'a Activity>,
        is_searched: bool,
    ) -> String {
        let found: Vec<&Activity> = found.into_iter().filter(|a| !a.is_stub()).collect();
        if found.is_empty() {
            let what = match (is_searched, self.name.is_some()) {
                (false, _) => "No activity of any sport or name here.",
                (true, true) => "No activity here has this name.",
                (true, false) => "No activity here has this tag.",
            };
            return what.to_owned();
        }
        if let Some(sport) = &self.sport {
            let sports = known(found.iter().filter_map(|a| a.sport.as_deref()));
            if !sports.iter().any(|kind| sport.covers(kind)) {
                let wanted = text::name(sport.name());
                return format!("No '{wanted}' here; sports found: {}.", listed(&sports));
            }
        }
        if self.tags.is_empty() {
            return "No activity here has this name.".to_owned();
        }
        let tags = known(
            found
                .iter()
                .flat_map(|a| a.tags.iter().flatten())
                .map(String::as_str),
        );
        format!(
            "No activity here has this {}; tags found: {}.",
            if self.name.is_some() {
                "name and tag"
            } else {
                "tag"
            },
            listed(&tags)
        )
    }

    #[must_use]
    pub fn matches(&self, activity: &Activity) -> bool {
        let kind = activity.sport.as_deref();
        let name = activity.name.as_deref().map(str::to_lowercase);
        let has = |wanted: &String| {
            let mut tags = activity.tags.iter().flatten();
            tags.any(|tag| tag.to_lowercase() == *wanted)
        };
        self.sport
            .as_ref()
            .is_none_or(|sport| kind.is_some_and(|kind| sport.covers(kind)))
            && self
                .name
                .as_ref()
                .is_none_or(|part| name.is_some_and(|name| name.contains(part)))
            && self.tags.iter().all(has)
    }
}

fn known<'a>(words: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut words: Vec<&str> = words.collect();
    words.sort_unstable();
    words.dedup();
    words
}

fn listed(words: &[&str]) -> String {
    let shown: Vec<String> = words
        .iter()
        .take(MOST_NAMED)
        .map(|w| text::name(w))
        .collect();
    match (shown.is_empty(), words.len() > MOST_NAMED) {
        (true, _) => "none".to_owned(),
        (_, true) => format!("{} …", shown.join(", ")),
        _ => shown.join(", "),
    }
}

/// Puts `rows` in order; what is equal stands newest first, so that the order is the same in every call.
pub fn sort(rows: &mut [&Activity], by: Sort) {
    let newest_first = |a: &&Activity| (Reverse(a.started()), a.id.clone());
    match by {
        Sort::Newest => rows.sort_by_cached_key(newest_first),
        Sort::Oldest => rows.sort_by_cached_key(|a| (a.started(), a.id.clone())),
        Sort::Load => {
            rows.sort_by_cached_key(|a| (Reverse(a.icu_training_load), newest_first(a)));
        }
        Sort::Time => rows.sort_by_cached_key(|a| (Reverse(a.moving_time), newest_first(a))),
        Sort::Distance => rows.sort_by(|a, b| {
            let metres = |a: &Activity| activities::metres(a).unwrap_or_default();
            let farther = metres(b).total_cmp(&metres(a));
            farther.then_with(|| newest_first(a).cmp(&newest_first(b)))
        }),
    }
}
