//! What can be listed, which clients ask for at every connection: the answers are written once and not per call.

use std::sync::OnceLock;

use bytes::Bytes;
use rmcp::model::{Prompt as ListedPrompt, Resource as ListedResource, ResourceTemplate};
use serde::Serialize;
use serde_json::Value;

use super::era::Era;
use super::prompts::Prompt;
use super::registry::Registry;
use super::resources::{LISTS_TTL_MS, Resource};
use crate::identity::Scopes;

/// The lists as JSON.
pub struct Lists {
    /// As callers with different scopes see them.
    tools: [OnceLock<String>; Scopes::COUNT],
    resources: String,
    templates: String,
    prompts: String,
}

impl Lists {
    #[must_use]
    pub fn new(resources: &[Resource], prompts: &[Prompt]) -> Self {
        let (families, plain): (Vec<&Resource>, Vec<&Resource>) =
            resources.iter().partition(|r| r.variable().is_some());
        let plain: Vec<ListedResource> = plain.into_iter().map(Resource::listed).collect();
        let families: Vec<ResourceTemplate> = families
            .into_iter()
            .map(Resource::listed_template)
            .collect();
        let prompts: Vec<ListedPrompt> = prompts.iter().map(Prompt::listed).collect();
        Self {
            tools: std::array::from_fn(|_| OnceLock::new()),
            resources: written(&plain),
            templates: written(&families),
            prompts: written(&prompts),
        }
    }

    /// The whole JSON-RPC answer to the request `id` of a caller with `scopes`; `None` for a `method` that lists nothing.
    #[must_use]
    pub fn answer(
        &self,
        method: &str,
        registry: &Registry,
        scopes: Scopes,
        era: Era,
        id: &Value,
    ) -> Option<Bytes> {
        let (name, list, cache_scope) = match method {
            // Which ones are there depends on the caller's scopes.
            "tools/list" => ("tools", self.tools(registry, scopes), "private"),
            "resources/list" => ("resources", self.resources.as_str(), "public"),
            "resources/templates/list" => ("resourceTemplates", self.templates.as_str(), "public"),
            "prompts/list" => ("prompts", self.prompts.as_str(), "public"),
            _ => return None,
        };
        Some(Bytes::from(match era {
            Era::Legacy => {
                format!(r#"{{"jsonrpc":"2.0","id":{id},"result":{{"{name}":{list}}}}}"#)
            }
            Era::Modern => format!(
                r#"{{"jsonrpc":"2.0","id":{id},"result":{{"resultType":"complete","{name}":{list},"ttlMs":{LISTS_TTL_MS},"cacheScope":"{cache_scope}"}}}}"#
            ),
        }))
    }

    fn tools(&self, registry: &Registry, scopes: Scopes) -> &str {
        let list = self.tools.get(scopes.index());
        list.map_or("[]", |list| {
            list.get_or_init(|| written(&registry.listed(scopes)))
        })
    }
}

fn written(list: &impl Serialize) -> String {
    serde_json::to_string(list).unwrap_or_else(|_| "[]".to_owned())
}
