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
        arguments: fn(&str) -> JsonObject,
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
        let value = percent_decode_str(value).decode_utf8().ok()?;
        // A variable of level 1 never holds a slash that was not encoded; none of our values holds one at all.
        (!value.is_empty() && !value.contains('/')).then(|| value.into_owned())
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
                let content = tool.call(context, arguments(value)).await?;
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

/// The id at the start of a completed value, which goes on with what people recognise it by.
fn leading_id(value: &str) -> &str {
    value.split_whitespace().next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(uri: &str) -> Option<(&'static str, String)> {
        all()
            .iter()
            .find_map(|resource| Some((resource.name, resource.matches(uri)?)))
    }

    #[test]
    fn a_uri_leads_to_its_resource_and_variable() {
        assert_eq!(
            find("intervals://athlete/profile"),
            Some(("athlete_profile", String::new()))
        );
        assert_eq!(
            find("intervals://activity/i77%20Long%20run"),
            Some(("activity", "i77 Long run".to_owned()))
        );
        for miss in [
            "intervals://activity/",
            "intervals://activity/i1/x",
            "intervals://activity/i1%2Fx",
            "intervals://activity/%FF",
            "intervals://athlete/profile/",
            "INTERVALS://athlete/profile",
            "",
        ] {
            assert_eq!(find(miss), None, "{miss}");
        }
    }
}
