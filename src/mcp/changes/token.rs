//! Says in eight letters how things were, so that a write can be refused when they are no longer so.

use std::fmt::Write as _;

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::change::{Object, is_nothing};
use crate::intervals::Members;
use crate::mcp::error::ToolError;
use crate::mcp::params::Text;

/// Stands for `objects` with what a client can write of each, `None` for what is not there, in any order.
pub fn token<'a>(objects: impl IntoIterator<Item = (&'a Object, Option<&'a Members>)>) -> String {
    let mut lines: Vec<String> = objects
        .into_iter()
        .map(|(object, members)| {
            let mut line = name(object);
            let mut members: Vec<(&String, &Value)> = members
                .into_iter()
                .flatten()
                .filter(|(_, value)| !is_nothing(value))
                .collect();
            members.sort_by_key(|(key, _)| *key);
            for (key, value) in members {
                let _ = match value.as_f64() {
                    // 45 and 45.0 are the same, and the last digits of a fraction are noise.
                    Some(number) => write!(line, "\n{key}={number:.4}"),
                    None => write!(line, "\n{key}={value}"),
                };
            }
            line
        })
        .collect();
    lines.sort_unstable();
    let digest = Sha256::digest(lines.join("\n\n"));
    digest.iter().take(4).fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn name(object: &Object) -> String {
    match object {
        Object::Event { id, .. } => format!("event {}", id.unwrap_or_default()),
        Object::Wellness { date } => format!("wellness {date}"),
        Object::Activity { id } => format!("activity {id}"),
        Object::Sport { id } => format!("sport {id}"),
        Object::Message { activity, id } => {
            format!("message {activity} {}", id.unwrap_or_default())
        }
    }
}

/// Whether things are as the caller last saw them; `now` is their [`token`].
///
/// # Errors
/// A sentence when they are not.
pub fn check(if_unchanged: Option<&Text>, now: &str) -> Result<(), ToolError> {
    let Some(Text(seen)) = if_unchanged else {
        return Ok(());
    };
    if seen.trim().eq_ignore_ascii_case(now) {
        return Ok(());
    }
    Err(ToolError::Invalid(format!(
        "Nothing was written: what this would overwrite is not as it was when you looked (if_unchanged would be {now} now). Read \
         it again, or repeat with dry_run, and decide anew."
    )))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn event(id: i64) -> Object {
        Object::Event {
            id: Some(id),
            uid: None,
        }
    }

    fn members(value: Value) -> Members {
        value.as_object().cloned().unwrap()
    }

    #[test]
    fn neither_order_nor_spelling_changes_it_and_every_value_does() {
        let one = members(json!({"name": "Run", "load": 45, "tags": null}));
        let same = members(json!({"load": 45.0, "description": "", "name": "Run"}));
        let other = members(json!({"name": "Run", "load": 46}));
        let (first, second) = (event(1), event(2));
        let of = |a: &Members, b: &Members| token([(&first, Some(a)), (&second, Some(b))]);
        assert_eq!(
            of(&one, &other),
            token([(&second, Some(&other)), (&first, Some(&same))])
        );
        assert_ne!(of(&one, &other), of(&other, &one));
        assert_ne!(
            token([(&first, Some(&one))]),
            token([(&first, Some(&other))])
        );
        assert_ne!(token([(&first, Some(&one))]), token([(&first, None)]));
        assert_ne!(
            token([(&first, Some(&one))]),
            token([(&second, Some(&one))])
        );
        assert_eq!(token([]).len(), 8);
    }

    #[test]
    fn a_write_goes_on_only_with_the_token_of_now() {
        assert!(check(None, "0123abcd").is_ok());
        assert!(check(Some(&Text(" 0123ABCD ".to_owned())), "0123abcd").is_ok());
        let refused = check(Some(&Text("0123abce".to_owned())), "0123abcd").unwrap_err();
        assert!(
            refused
                .sentence()
                .contains("if_unchanged would be 0123abcd now")
        );
    }
}
