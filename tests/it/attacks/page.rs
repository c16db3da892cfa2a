//! A page with a form, read as a browser reads it: nothing here knows what the fields are called.

use std::collections::BTreeMap;

use super::message::Reply;
use crate::support::flow::attributes;

/// The one form of a page.
#[derive(Clone, Debug)]
pub struct Form {
    pub action: String,
    pub html: String,
    inputs: Vec<BTreeMap<String, String>>,
    buttons: Vec<BTreeMap<String, String>>,
}

fn tags<'h>(html: &'h str, name: &'h str) -> impl Iterator<Item = BTreeMap<String, String>> + 'h {
    html.split(name)
        .skip(1)
        .map(|rest| attributes(rest.split('>').next().unwrap()))
}

fn is(tag: &BTreeMap<String, String>, name: &str, value: &str) -> bool {
    tag.get(name).is_some_and(|found| found == value)
}

impl Form {
    #[track_caller]
    pub fn of(reply: &Reply) -> Self {
        let html = reply.text();
        assert_eq!(html.matches("<form").count(), 1, "{html}");
        let form = tags(&html, "<form").next().unwrap();
        assert!(is(&form, "method", "post"), "{form:?}");
        Self {
            action: form["action"].clone(),
            inputs: tags(&html, "<input").collect(),
            buttons: tags(&html, "<button").collect(),
            html,
        }
    }

    /// The name of the one field for a secret.
    #[track_caller]
    pub fn secret_field(&self) -> &str {
        let fields: Vec<_> = self.of_type("password").collect();
        assert_eq!(fields.len(), 1, "{}", self.html);
        &fields[0]["name"]
    }

    fn of_type<'f>(&'f self, kind: &'f str) -> impl Iterator<Item = &'f BTreeMap<String, String>> {
        self.inputs.iter().filter(move |tag| is(tag, "type", kind))
    }

    /// Names and values of the fields that nobody sees.
    pub fn hidden(&self) -> Vec<(String, String)> {
        self.of_type("hidden")
            .map(|tag| (tag["name"].clone(), tag["value"].clone()))
            .collect()
    }

    /// Every box, ticked or not, as name and value.
    pub fn boxes(&self) -> Vec<(String, String)> {
        self.of_type("checkbox")
            .map(|tag| (tag["name"].clone(), tag["value"].clone()))
            .collect()
    }

    /// The button that insists on the secret says yes, the one that does not says no.
    fn button(&self, says_yes: bool) -> (String, String) {
        let found: Vec<_> = self
            .buttons
            .iter()
            .filter(|tag| is(tag, "type", "submit"))
            .filter(|tag| tag.contains_key("formnovalidate") != says_yes)
            .collect();
        assert_eq!(found.len(), 1, "{}", self.html);
        (found[0]["name"].clone(), found[0]["value"].clone())
    }

    fn sent_untouched(&self) -> Vec<(String, String)> {
        let mut fields = self.hidden();
        let ticked = self
            .of_type("checkbox")
            .filter(|tag| tag.contains_key("checked") && !tag.contains_key("disabled"));
        fields.extend(ticked.map(|tag| (tag["name"].clone(), tag["value"].clone())));
        fields
    }

    /// What a browser sends when `secret` is typed, the boxes are left alone and the button for yes is pressed.
    pub fn approval(&self, secret: &str) -> Vec<(String, String)> {
        let mut fields = self.sent_untouched();
        fields.push((self.secret_field().to_owned(), secret.to_owned()));
        fields.push(self.button(true));
        fields
    }

    /// The same for the button that says no, with nothing typed.
    pub fn denial(&self) -> Vec<(String, String)> {
        let mut fields = self.sent_untouched();
        fields.push((self.secret_field().to_owned(), String::new()));
        fields.push(self.button(false));
        fields
    }
}
