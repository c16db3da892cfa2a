//! The tools, in sets that the operator chooses from.

pub mod core;

use super::params::{Choices, choice};
use super::registry::Entry;

choice! {
    /// A set of tools, by its name in `TOOLSETS`.
    pub enum Toolset { Core = "core" }
}

impl Toolset {
    /// The sets that `names` (separated by commas, `all` for every one) stands for.
    ///
    /// # Errors
    /// Which ones exist, in a sentence that goes on from the name of what was read.
    pub fn parse(names: &str) -> Result<Vec<Self>, String> {
        let mut sets = Vec::new();
        for name in names.split(',').map(str::trim).filter(|n| !n.is_empty()) {
            let found: Vec<Self> = Self::ALL
                .iter()
                .filter(|(known, _)| name == "all" || *known == name)
                .map(|(_, set)| *set)
                .collect();
            if found.is_empty() {
                let known: Vec<&str> = Self::ALL.iter().map(|(known, _)| *known).collect();
                return Err(format!(
                    "names a toolset that does not exist; those that do are {} and all",
                    known.join(", ")
                ));
            }
            for set in found {
                if !sets.contains(&set) {
                    sets.push(set);
                }
            }
        }
        if sets.is_empty() {
            return Err("names no toolset".to_owned());
        }
        Ok(sets)
    }

    /// The set's name.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(_, set)| *set == self)
            .map_or("", |(name, _)| name)
    }

    /// Its tools, in the order of listing.
    #[must_use]
    pub fn tools(self) -> Vec<Entry> {
        match self {
            Self::Core => core::entries(),
        }
    }
}

/// The tools of `sets`, in the order of listing.
#[must_use]
pub fn of(sets: &[Toolset]) -> Vec<Entry> {
    sets.iter().flat_map(|set| set.tools()).collect()
}
