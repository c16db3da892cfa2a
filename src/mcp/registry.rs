//! What a tool is, and the one table of them.

use std::pin::Pin;
use std::sync::Arc;

use rmcp::model::{ContentBlock, JsonObject, Tool as Listed, ToolAnnotations};
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::context::Context;
use super::error::ToolError;
use super::reply::Reply;
use crate::identity::{Scope, Scopes};

/// What a tool does to the athlete's data: the one source of its annotations, of the scope that is checked and of the
/// list that a caller sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    Read,
    /// Creates or changes.
    Write,
    Delete,
    /// Changes thresholds, zones and gear.
    Settings,
}

impl Access {
    /// The scope that a caller needs.
    #[must_use]
    pub const fn scope(self) -> Scope {
        match self {
            Self::Read => Scope::Read,
            Self::Write => Scope::Write,
            Self::Delete => Scope::Delete,
            Self::Settings => Scope::Settings,
        }
    }

    const fn reads_only(self) -> bool {
        matches!(self, Self::Read)
    }
}

/// A tool: parameters in, an answer out. It knows neither JSON nor HTTP.
pub trait Tool: 'static {
    const NAME: &'static str;
    const TITLE: &'static str;
    const ACCESS: Access;
    /// What it does, for people who choose: one line of Markdown.
    const SUMMARY: &'static str;
    /// What it does, for a model.
    const DESCRIPTION: &'static str;
    type Params: DeserializeOwned + JsonSchema + Send + 'static;

    /// Answers one call.
    fn run(
        context: &Context,
        params: Self::Params,
    ) -> impl Future<Output = Result<Reply, ToolError>> + Send;
}

/// What a call comes to: one text for every tool of this server.
pub type Answer = Pin<Box<dyn Future<Output = Result<Vec<ContentBlock>, ToolError>> + Send>>;

/// A tool as the table holds it.
pub struct Entry {
    pub name: &'static str,
    pub access: Access,
    /// What it does, for people: one line of Markdown.
    pub summary: &'static str,
    listed: Listed,
    run: fn(Context, JsonObject) -> Answer,
}

impl Entry {
    /// The entry of tool `T`.
    #[must_use]
    pub fn of<T: Tool>() -> Self {
        let annotations = ToolAnnotations::from_raw(
            Some(T::TITLE.to_owned()),
            Some(T::ACCESS.reads_only()),
            // Whatever is not a pure addition may replace what was there.
            Some(!T::ACCESS.reads_only()),
            None,
            Some(false),
        );
        Self {
            name: T::NAME,
            access: T::ACCESS,
            summary: T::SUMMARY,
            listed: Listed::new(
                T::NAME,
                T::DESCRIPTION,
                Arc::new(input_schema::<T::Params>()),
            )
            .with_title(T::TITLE)
            .with_annotations(annotations),
            run: |context, arguments| {
                Box::pin(async move {
                    let params = decode::<T::Params>(arguments)?;
                    let reply = T::run(&context, params).await?;
                    Ok(vec![ContentBlock::text(reply.into_text())])
                })
            },
        }
    }

    /// A tool that is no [`Tool`], in the words of the protocol.
    #[cfg(feature = "conformance")]
    #[must_use]
    pub fn fixture(listed: Listed, run: fn(Context, JsonObject) -> Answer) -> Self {
        let name: &'static str = String::leak(listed.name.clone().into_owned());
        Self {
            name,
            access: Access::Read,
            summary: "",
            listed,
            run,
        }
    }

    /// Decodes the arguments and runs the tool.
    pub fn call(&self, context: Context, arguments: JsonObject) -> Answer {
        (self.run)(context, arguments)
    }
}

/// The tools that this server offers, in the order in which they are listed.
pub struct Registry {
    entries: Vec<Entry>,
    read_only: bool,
}

impl Registry {
    /// `read_only` hides and refuses everything but reading.
    #[must_use]
    pub fn new(entries: Vec<Entry>, read_only: bool) -> Self {
        Self { entries, read_only }
    }

    /// The tool called `name`, if it is offered at all.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&Entry> {
        self.entries
            .iter()
            .find(|entry| entry.name == name && self.offers(entry))
    }

    /// The scopes that a caller with `scopes` lacks to call `entry`.
    #[must_use]
    pub fn missing(&self, entry: &Entry, scopes: Scopes) -> Option<Scopes> {
        let needed = entry.access.scope();
        (!scopes.contains(needed)).then(|| Scopes::of(Scope::Read).with(needed))
    }

    /// What a caller with `scopes` sees.
    #[must_use]
    pub fn listed(&self, scopes: Scopes) -> Vec<Listed> {
        self.entries
            .iter()
            .filter(|entry| self.offers(entry) && scopes.contains(entry.access.scope()))
            .map(|entry| entry.listed.clone())
            .collect()
    }

    /// Whether everything but reading is hidden.
    #[must_use]
    pub const fn is_read_only(&self) -> bool {
        self.read_only
    }

    /// Name, scope and description of every tool, for documentation and tests.
    pub fn summary(&self) -> impl Iterator<Item = (&'static str, Access, &Listed)> {
        self.entries.iter().map(|e| (e.name, e.access, &e.listed))
    }

    fn offers(&self, entry: &Entry) -> bool {
        !self.read_only || entry.access.reads_only()
    }
}

fn decode<P: DeserializeOwned>(arguments: JsonObject) -> Result<P, ToolError> {
    serde_path_to_error::deserialize(Value::Object(arguments)).map_err(|error| {
        let path = error.path().to_string();
        let reason = error.into_inner().to_string();
        ToolError::Invalid(if path == "." {
            format!("Wrong arguments: {reason}.")
        } else if reason.starts_with('[') {
            format!("Wrong argument {path}{reason}.")
        } else {
            format!("Wrong argument {path}: {reason}.")
        })
    })
}

/// The schema as models need it: flat, without `null`, number formats and titles, which cost tokens and say nothing.
fn input_schema<P: JsonSchema>() -> JsonObject {
    let settings = SchemaSettings::draft2020_12().with(|s| {
        s.inline_subschemas = true;
        s.meta_schema = None;
    });
    let mut schema = settings
        .into_generator()
        .into_root_schema_for::<P>()
        .to_value();
    simplify(&mut schema, true);
    match schema {
        Value::Object(mut object) => {
            object.remove("description");
            object.entry("type").or_insert_with(|| "object".into());
            object
        }
        _ => JsonObject::new(),
    }
}

fn simplify(value: &mut Value, is_schema: bool) {
    match value {
        Value::Object(object) => {
            if is_schema {
                for key in [
                    "title",
                    "format",
                    "default",
                    "$schema",
                    "additionalProperties",
                ] {
                    object.remove(key);
                }
                if let Some(Value::Array(types)) = object.get_mut("type") {
                    types.retain(|t| t != "null");
                    if let [only] = types.as_slice() {
                        let only = only.clone();
                        object.insert("type".into(), only);
                    }
                }
                // What an item is for stands at its list.
                if let Some(Value::Object(items)) = object.get_mut("items") {
                    items.remove("description");
                }
                if let Some(Value::Array(values)) = object.get_mut("enum") {
                    values.retain(|v| !v.is_null());
                }
                // `Option<T>` of a type that is not plain: `anyOf: [T, null]`.
                if let Some(Value::Array(options)) = object.get_mut("anyOf") {
                    options.retain(|o| o.get("type").is_none_or(|t| t != "null"));
                    if let [Value::Object(only)] = options.as_slice() {
                        let only = only.clone();
                        object.remove("anyOf");
                        for (key, value) in only {
                            object.entry(key).or_insert(value);
                        }
                    }
                }
            }
            for (key, child) in object.iter_mut() {
                // The members of `properties` are named by us, not by JSON Schema.
                simplify(child, key != "properties" || !is_schema);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| simplify(item, true)),
        _ => {}
    }
}
