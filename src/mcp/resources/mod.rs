//! What clients can read under a URI: the same answers that tools give, so that there is one text for each thing.

mod activity;
mod athlete_profile;
mod event;
mod help_metrics;
mod help_workout_syntax;
mod wellness;

use percent_encoding::percent_decode_str;
use rmcp::model::{
    CacheScope, ContentBlock, JsonObject, Resource as Listed, ResourceContents,
    ResourceTemplate as ListedTemplate,
};
use serde_json::Value;

use super::completion::Source;
use super::context::Context;
use super::error::ToolError;
use super::registry::Registry;

const MIME_TYPE: &str = "text/plain";
/// How long a client may keep the lists, and texts that only an update changes.
pub const LISTS_TTL_MS: u64 = 300_000;
/// As long as answers of Intervals.icu are remembered here.
const DATA_TTL_MS: u64 = 30_000;

/// Something to read, or with a variable in its URI a family of such things.
pub struct Resource {
    /// `intervals://athlete/profile`, or with one variable `intervals://activity/{id}` (RFC 6570, level 1).
    pub uri: &'static str,
    pub name: &'static str,
    pub title: &'static str,
    pub description: &'static str,
    /// What a value of the variable is completed from.
    pub completes: Option<Source>,
    /// The same for every caller and at any time.
    pub fixed: bool,
    pub reads: Reads,
}

/// Where the text comes from.
pub enum Reads {
    /// The answer of the tool called `name` to what `arguments` makes of the variable.
    Tool {
        name: &'static str,
        arguments: fn(&str) -> Result<JsonObject, ToolError>,
    },
    #[cfg(feature = "conformance")]
    Fixture(fn(&str, &str) -> ResourceContents),
}

/// All there is to read, what needs no variable first, and of that what needs no request to Intervals.icu.
#[must_use]
pub fn all() -> Vec<Resource> {
    let resources = vec![
        help_workout_syntax::RESOURCE,
        help_metrics::RESOURCE,
        athlete_profile::RESOURCE,
        activity::RESOURCE,
        event::RESOURCE,
        wellness::RESOURCE,
    ];
    #[cfg(feature = "conformance")]
    let resources = super::fixtures::with_resources(resources);
    resources
}

impl Resource {
    /// The part of the URI before the variable, the variable's name and the part behind it.
    fn template(&self) -> Option<(&'static str, &'static str, &'static str)> {
        let (before, rest) = self.uri.split_once('{')?;
        let (variable, behind) = rest.split_once('}')?;
        Some((before, variable, behind))
    }

    /// The name of the variable, if there is one.
    #[must_use]
    pub fn variable(&self) -> Option<&'static str> {
        self.template().map(|(_, variable, _)| variable)
    }

    /// The value of the variable in `uri`, decoded; empty where there is no variable. `None` for another resource's URI.
    #[must_use]
    pub fn matches(&self, uri: &str) -> Option<String> {
        let Some((before, _, behind)) = self.template() else {
            return (uri == self.uri).then(String::new);
        };
        let value = uri.strip_prefix(before)?.strip_suffix(behind)?;
        // Some clients put in a completed value as it is: its percent signs and slashes are then its own.
        let value = percent_decode_str(value).decode_utf8_lossy();
        (!value.is_empty()).then(|| value.into_owned())
    }

    /// Whether the tool behind it is offered.
    #[must_use]
    pub fn is_offered(&self, registry: &Registry) -> bool {
        match self.reads {
            Reads::Tool { name, .. } => registry.find(name).is_some(),
            #[cfg(feature = "conformance")]
            Reads::Fixture(_) => true,
        }
    }

    /// Whether `error` means that nothing is there. What has no variable is there whatever upstream says.
    #[must_use]
    pub fn is_missed(&self, error: &ToolError) -> bool {
        self.variable().is_some() && error.is_miss()
    }

    /// How long and by whom an answer may be kept (2026-07-28).
    #[must_use]
    pub const fn caching(&self) -> (u64, CacheScope) {
        if self.fixed {
            (LISTS_TTL_MS, CacheScope::Public)
        } else {
            (DATA_TTL_MS, CacheScope::Private)
        }
    }

    /// Reads `uri`, in which the variable has `value`.
    ///
    /// # Errors
    /// Those of the tool behind it.
    pub async fn read(
        &self,
        context: Context,
        uri: &str,
        value: &str,
    ) -> Result<ResourceContents, ToolError> {
        match self.reads {
            Reads::Tool { name, arguments } => {
                let registry = context.shared_registry();
                let Some(tool) = registry.find(name) else {
                    return Err(ToolError::Invalid(format!("{name} is not offered.")));
                };
                let content = tool.call(context, arguments(value)?).await?;
                let text = content.iter().filter_map(ContentBlock::as_text);
                let text: String = text.map(|block| block.text.as_str()).collect();
                Ok(ResourceContents::text(text, uri).with_mime_type(MIME_TYPE))
            }
            #[cfg(feature = "conformance")]
            Reads::Fixture(read) => Ok(read(uri, value)),
        }
    }

    /// As `resources/list` shows it.
    #[must_use]
    pub fn listed(&self) -> Listed {
        Listed::new(self.uri, self.name)
            .with_title(self.title)
            .with_description(self.description)
            .with_mime_type(MIME_TYPE)
    }

    /// As `resources/templates/list` shows it.
    #[must_use]
    pub fn listed_template(&self) -> ListedTemplate {
        ListedTemplate::new(self.uri, self.name)
            .with_title(self.title)
            .with_description(self.description)
            .with_mime_type(MIME_TYPE)
    }
}

/// The arguments of a tool, from pairs.
fn arguments<const N: usize>(pairs: [(&str, &str); N]) -> JsonObject {
    pairs
        .into_iter()
        .map(|(name, value)| (name.to_owned(), Value::from(value)))
        .collect()
}

/// The id at the start of a completed value, which goes on with what people recognise it by. A plus is a space of clients
/// that encode a URI as they encode a form.
fn leading_id(value: &str) -> &str {
    let mut words = value.split(|c: char| c.is_whitespace() || c == '+');
    words.find(|word| !word.is_empty()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
    use proptest::prelude::*;

    use super::*;
    use crate::mcp::tools::{self, Toolset};

    fn find(uri: &str) -> Option<(&'static str, String)> {
        all()
            .iter()
            .find_map(|resource| Some((resource.name, resource.matches(uri)?)))
    }

    #[test]
    fn a_uri_leads_to_its_resource_and_variable() {
        for (uri, name, value) in [
            ("intervals://athlete/profile", "athlete_profile", ""),
            (
                "intervals://activity/i77%20Long%20run",
                "activity",
                "i77 Long run",
            ),
            (
                "intervals://activity/i77 Long run",
                "activity",
                "i77 Long run",
            ),
            ("intervals://activity/i7%e6%9C%9d", "activity", "i7朝"),
            (
                "intervals://event/4711 at 95% FTP",
                "event",
                "4711 at 95% FTP",
            ),
            (
                "intervals://event/4711%20Run%2FWalk",
                "event",
                "4711 Run/Walk",
            ),
            ("intervals://wellness/+1d", "wellness", "+1d"),
        ] {
            assert_eq!(find(uri), Some((name, value.to_owned())), "{uri}");
        }
        for miss in [
            "intervals://activity/",
            "intervals://activity",
            "intervals://athlete/profile/",
            "intervals://athlete/profile?x",
            "intervals://",
            "INTERVALS://athlete/profile",
            "",
        ] {
            assert_eq!(find(miss), None, "{miss}");
        }
    }

    #[test]
    fn a_resource_is_offered_with_its_tool() {
        let offered = |registry: &Registry| -> Vec<&str> {
            let mut ours = all();
            ours.retain(|resource| resource.uri.starts_with("intervals://"));
            let offered = ours.iter().filter(|resource| resource.is_offered(registry));
            offered.map(|resource| resource.name).collect()
        };
        let of = |names: &[&str]| {
            let mut entries = tools::of(&[Toolset::Core]);
            entries.retain(|entry| names.contains(&entry.name));
            Registry::new(entries, true)
        };
        assert!(offered(&of(&[])).is_empty());
        assert_eq!(offered(&of(&["get_event", "list_events"])), ["event"]);
        let reading = Registry::new(tools::of(&[Toolset::Core]), true);
        assert_eq!(offered(&reading).len(), 6);
    }

    #[test]
    fn only_the_id_of_a_completed_value_counts() {
        for value in [
            "i77",
            "i77 Long run",
            "i77+2026-11-21+Run",
            " i77\u{3000}朝ラン",
        ] {
            assert_eq!(leading_id(value), "i77", "{value}");
        }
        assert_eq!(leading_id(" + "), "");
    }

    proptest! {
        #[test]
        fn every_value_survives_its_way_through_a_uri(value in "\\PC{1,60}") {
            for resource in all().iter().filter(|resource| resource.variable().is_some()) {
                let (before, _, behind) = resource.template().unwrap();
                let encoded = utf8_percent_encode(&value, NON_ALPHANUMERIC).to_string();
                let uri = format!("{before}{encoded}{behind}");
                let found = find(&uri);
                prop_assert_eq!(found, Some((resource.name, value.clone())));
                let lower = format!("{before}{}{behind}", encoded.to_lowercase());
                prop_assert!(resource.matches(&lower).is_some());
            }
        }

        #[test]
        fn no_uri_is_two_resources(uri in "intervals://(activity|event|wellness|help|athlete)?/?\\PC{0,40}") {
            let matching = all().iter().filter(|resource| resource.matches(&uri).is_some()).count();
            prop_assert!(matching <= 1);
        }
    }
}
