//! What one call wrote, and what was there before.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::intervals::Members;

/// Characters of an id.
const ID_LENGTH: usize = 8;
/// Without those that are taken for one another.
const ALPHABET: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz023456789";

/// What a change is called by: eight letters and digits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeId(String);

impl ChangeId {
    /// One that nobody can guess or has used; `None` when the system gives no randomness.
    pub fn random() -> Option<Self> {
        let mut bytes = [0_u8; ID_LENGTH];
        getrandom::fill(&mut bytes).ok()?;
        let letters = bytes
            .iter()
            .filter_map(|byte| ALPHABET.get(usize::from(byte % 32)));
        Some(Self(letters.map(|byte| char::from(*byte)).collect()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ChangeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for ChangeId {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let text = text.trim().to_ascii_lowercase();
        let fits = text.len() == ID_LENGTH && text.bytes().all(|byte| ALPHABET.contains(&byte));
        fits.then_some(Self(text)).ok_or(())
    }
}

/// What was written to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Object {
    /// Something in the calendar. The id is not known as long as the answer to its creation is out; what was deleted and made
    /// again has another id and the same `uid`.
    Event {
        id: Option<i64>,
        uid: Option<String>,
    },
    Wellness {
        date: Date,
    },
    Activity {
        id: String,
    },
    /// An entry of the sport settings.
    Sport {
        id: i64,
    },
    /// A comment on an activity; the id is not known as long as the answer to it is out.
    Message {
        activity: String,
        id: Option<i64>,
    },
}

/// One object of a change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Item {
    pub object: Object,
    /// What people call it: `Tue 11-24 Run Tempo`.
    pub label: String,
    /// What a client can write of it, as it was; `None` when it was not there.
    pub before: Option<Members>,
    /// The same as it was left; only what was sent as long as it was not read back; `None` when it is gone.
    pub after: Option<Members>,
}

/// Whether everything in `part` stands in `whole`.
pub fn holds(whole: &Members, part: &Members) -> bool {
    part.iter()
        .all(|(key, value)| same(whole.get(key).unwrap_or(&Value::Null), value))
}

/// Whether two values mean the same: 45 and 45.0 do, a text with and without blanks around it, and nothing, an empty text, an
/// empty list and null.
pub fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => match (one.as_f64(), other.as_f64()) {
            // The service keeps 32 bits of a fraction.
            (Some(one), Some(other)) => (one - other).abs() <= one.abs().max(other.abs()) * 1e-6,
            _ => one == other,
        },
        (Value::String(one), Value::String(other)) => one.trim() == other.trim(),
        (one, other) => (is_nothing(one) && is_nothing(other)) || one == other,
    }
}

/// Null, and what the service makes of it.
pub fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(list) => list.is_empty(),
        _ => false,
    }
}

/// What one call of a tool wrote.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Change {
    pub id: ChangeId,
    pub at: Timestamp,
    pub tool: String,
    pub items: Vec<Item>,
    /// The change that took this one back.
    pub undone_by: Option<ChangeId>,
    /// The change that this one took back.
    pub undoes: Option<ChangeId>,
    /// Whether the outcome was read back. A change that never got so far was cut off by the end of the process.
    pub is_settled: bool,
}

/// A change in a list.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Head {
    pub id: ChangeId,
    pub at: Timestamp,
    pub tool: String,
    pub objects: usize,
    /// Bytes of the whole record.
    #[serde(default)]
    pub bytes: usize,
    /// The first of its objects.
    pub label: String,
    pub undone_by: Option<ChangeId>,
    pub undoes: Option<ChangeId>,
}

impl Change {
    /// What stands for the record of so many `bytes` in a list.
    pub fn head(&self, bytes: usize) -> Head {
        Head {
            id: self.id.clone(),
            at: self.at,
            tool: self.tool.clone(),
            objects: self.items.len(),
            bytes,
            label: self
                .items
                .first()
                .map(|item| item.label.clone())
                .unwrap_or_default(),
            undone_by: self.undone_by.clone(),
            undoes: self.undoes.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn members(value: Value) -> Members {
        value.as_object().cloned().unwrap()
    }

    #[test]
    fn nothing_is_the_same_in_every_spelling() {
        let one = members(json!({"name": "Run", "tags": null, "load": 45}));
        let other = members(json!({"name": "Run", "description": "", "load": 45.0, "tags": []}));
        assert!(holds(&one, &other) && holds(&other, &one));
        assert!(
            same(&json!("- 10m 60%\n"), &json!("- 10m 60%")) && same(&json!(" "), &json!(null))
        );
        assert!(!same(&json!(0), &json!(null)));
        assert!(!same(&json!(45), &json!(46)));
        assert!(same(&json!(3.571_428_5), &json!(3.571_428_6)));
    }

    #[test]
    fn ids_are_read_as_models_write_them() {
        let id = ChangeId::random().unwrap();
        let shouted: ChangeId = format!(" {} ", id.as_str().to_uppercase()).parse().unwrap();
        assert_eq!(shouted, id);
        for wrong in ["", "abc", "abcdefgl", "abcdefghj", "abcd/efg"] {
            assert!(wrong.parse::<ChangeId>().is_err(), "{wrong}");
        }
    }
}
