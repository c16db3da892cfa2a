//! The path and query of a request, made of literals, identifiers and encoded values and nothing else.

use std::fmt::Display;

use jiff::civil::Date;
use url::form_urlencoded::byte_serialize;

use super::ids::Segment;
use crate::metrics::Template;

/// What follows `/api/v1`; also what an answer is remembered by.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Target {
    text: String,
    /// The path without its identifiers.
    template: Template,
    has_query: bool,
}

impl Target {
    /// `/literal`
    pub(super) fn new(literal: &'static str) -> Self {
        Self {
            text: format!("/{literal}"),
            template: Template::default().then(literal),
            has_query: false,
        }
    }

    /// Appends `/literal`.
    pub(super) fn then(mut self, literal: &'static str) -> Self {
        self.text.push('/');
        self.text.push_str(literal);
        self.template = self.template.then(literal);
        self
    }

    /// Appends an identifier as one segment.
    pub(super) fn id(mut self, id: &impl Segment) -> Self {
        self.text.push('/');
        id.write(&mut self.text);
        self.template = self.template.id();
        self
    }

    /// Appends identifiers as one segment: `/a,b,c`.
    pub(super) fn ids(mut self, ids: &[impl Segment]) -> Self {
        for (index, id) in ids.iter().enumerate() {
            self.text.push(if index == 0 { '/' } else { ',' });
            id.write(&mut self.text);
        }
        self.template = self.template.id();
        self
    }

    /// Appends `name=value`, encoded.
    pub(super) fn query(mut self, name: &'static str, value: impl Display) -> Self {
        self.begin(name);
        self.text
            .extend(byte_serialize(value.to_string().as_bytes()));
        self
    }

    /// Appends `name=value` unless there is none.
    pub(super) fn maybe(self, name: &'static str, value: Option<impl Display>) -> Self {
        match value {
            Some(value) => self.query(name, value),
            None => self,
        }
    }

    /// Appends `oldest` and `newest`, both inclusive local days.
    pub(super) fn window(self, oldest: Date, newest: Date) -> Self {
        self.query("oldest", oldest).query("newest", newest)
    }

    /// Appends `name=a,b,c`, or nothing for an empty list. The commas stay bare, as all clients of the service send them.
    pub(super) fn list(mut self, name: &'static str, items: &[&str]) -> Self {
        for (index, item) in items.iter().enumerate() {
            if index == 0 {
                self.begin(name);
            } else {
                self.text.push(',');
            }
            self.text.extend(byte_serialize(item.as_bytes()));
        }
        self
    }

    /// Appends the names of the wanted fields, `id` first: the service hands out what is named and nothing else, and a row
    /// without its id is none. No names: everything.
    pub(super) fn fields(self, names: &[&str]) -> Self {
        if names.is_empty() {
            return self;
        }
        let mut all = Vec::with_capacity(names.len() + 1);
        all.push("id");
        all.extend(names.iter().filter(|name| **name != "id"));
        self.list("fields", &all)
    }

    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    pub(super) const fn template(&self) -> Template {
        self.template
    }

    fn begin(&mut self, name: &'static str) {
        self.text.push(if self.has_query { '&' } else { '?' });
        self.has_query = true;
        self.text.push_str(name);
        self.text.push('=');
    }
}
