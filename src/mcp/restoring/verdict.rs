//! What is to be done with one object of a change, after a look at it.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::intervals::Members;
use crate::mcp::changes::{is_nothing, same};
use crate::mcp::render::members::Words;

/// What is to be written to an object.
#[derive(Debug, Clone)]
pub enum Step {
    Delete,
    /// From these members.
    Create(Members),
    Change {
        members: Members,
        /// What cannot be had back, by the names that answers give it.
        stays: Vec<String>,
        /// What had no value and gets 0.
        zeros: Vec<String>,
    },
}

/// What becomes of an object.
#[derive(Debug, Clone)]
pub enum Verdict {
    /// It is as it was before the change.
    AsBefore,
    Restore(Step),
    /// Somebody changed it since; what is different from how it was left.
    Changed(String),
    /// The service gives no way; why.
    Impossible(String),
}

/// An object that was there before a change and after it.
pub struct Images<'a> {
    pub before: &'a Members,
    /// As it was left; what was sent as long as that was not read back.
    pub after: &'a Members,
    pub now: &'a Members,
    pub is_settled: bool,
}

impl<'a> Images<'a> {
    /// The members that the change touched.
    pub fn touched(&self) -> BTreeSet<&'a str> {
        let left = self.after.keys();
        let all = left.chain(self.before.keys().filter(|_| self.is_settled));
        all.map(String::as_str)
            .filter(|key| !same(member(self.before, key), member(self.after, key)))
            .collect()
    }

    /// All members that were told of.
    pub fn known(&self) -> BTreeSet<&'a str> {
        let all = self
            .before
            .keys()
            .chain(self.after.keys())
            .chain(self.now.keys());
        all.map(String::as_str).collect()
    }

    /// Judges by `watched` whether it is as it was left, and has those of `wanted` written that are not as before. `clear`
    /// says what empties a member that had no value; `None` where nothing does.
    pub fn verdict(
        &self,
        watched: &BTreeSet<&str>,
        wanted: &BTreeSet<&str>,
        words: Words<'_>,
        clear: impl Fn(&str, &Value) -> Option<Value>,
    ) -> Verdict {
        // Also when it holds what stands for nothing since it was restored.
        let is_as_before = |key: &str| {
            let (before, now) = (member(self.before, key), member(self.now, key));
            let emptied = || clear(key, now).is_some_and(|empty| same(&empty, now));
            same(now, before) || (is_nothing(before) && emptied())
        };
        let differs = wanted.iter().copied().filter(|key| !is_as_before(key));
        let differs: BTreeSet<&str> = differs.collect();
        if differs.is_empty() {
            return Verdict::AsBefore;
        }
        let is_changed = |key: &&str| {
            !same(member(self.now, key), member(self.after, key)) && !is_as_before(key)
        };
        let changed: Vec<&str> = watched.iter().copied().filter(is_changed).collect();
        if !changed.is_empty() {
            return Verdict::Changed(words.changes(changed, self.after, self.now));
        }
        let mut members = Members::new();
        let (mut stays, mut zeros) = (Vec::new(), Vec::new());
        for key in differs {
            let before = member(self.before, key);
            let value = if is_nothing(before) {
                clear(key, member(self.now, key))
            } else {
                Some(before.clone())
            };
            match value {
                Some(value) => {
                    if is_nothing(before) && value.as_i64() == Some(0) {
                        zeros.push(words.name(key));
                    }
                    members.insert(key.to_owned(), value);
                }
                None => stays.push(words.name(key)),
            }
        }
        if members.is_empty() {
            Verdict::Impossible(cannot_be_emptied(&stays))
        } else {
            Verdict::Restore(Step::Change {
                members,
                stays,
                zeros,
            })
        }
    }
}

/// Why something stays.
pub fn cannot_be_emptied(names: &[String]) -> String {
    format!(
        "{} stays: empty before, and Intervals.icu lets only its own app empty it",
        names.join(", ")
    )
}

pub fn member<'m>(members: &'m Members, key: &str) -> &'m Value {
    members.get(key).unwrap_or(&Value::Null)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::mcp::context::Local;
    use crate::mcp::render::members::Kind;
    use crate::units::Units;

    fn members(value: Value) -> Members {
        value.as_object().cloned().unwrap()
    }

    fn judged(before: Value, after: Value, now: Value, is_settled: bool) -> Verdict {
        let (before, after, now) = (members(before), members(after), members(now));
        let images = Images {
            before: &before,
            after: &after,
            now: &now,
            is_settled,
        };
        let local = Local {
            now: "2026-03-18T09:30[Europe/Zurich]".parse().unwrap(),
            units: Units::default(),
            units_known: true,
        };
        let words = Words {
            local: &local,
            kind: Kind::Wellness,
        };
        let touched = images.touched();
        images.verdict(&touched, &touched, words, |_, now| {
            now.is_string().then(|| json!(""))
        })
    }

    #[test]
    fn what_was_left_untouched_is_no_reason_to_refuse() {
        let (before, after) = (
            json!({"mood": 2, "steps": 10}),
            json!({"mood": 4, "steps": 10}),
        );
        let Verdict::Restore(Step::Change { members, stays, .. }) =
            judged(before, after, json!({"mood": 4, "steps": 99}), true)
        else {
            panic!("not restored");
        };
        assert_eq!(
            (Value::Object(members), stays.len()),
            (json!({"mood": 2}), 0)
        );
    }

    #[test]
    fn what_was_changed_since_is_refused_with_its_values() {
        let verdict = judged(
            json!({"mood": 2}),
            json!({"mood": 4}),
            json!({"mood": 3}),
            true,
        );
        assert!(matches!(verdict, Verdict::Changed(said) if said == "mood poor → avg"));
    }

    #[test]
    fn what_is_back_already_needs_nothing_and_half_of_it_the_other_half() {
        let (before, after) = (json!({"a": 1, "b": 1}), json!({"a": 2, "b": 2}));
        let verdict = judged(
            before.clone(),
            after.clone(),
            json!({"a": 1.0, "b": 1}),
            true,
        );
        assert!(matches!(verdict, Verdict::AsBefore));
        let verdict = judged(before, after, json!({"a": 1, "b": 2}), true);
        let Verdict::Restore(Step::Change { members, .. }) = verdict else {
            panic!("{verdict:?}");
        };
        assert_eq!(Value::Object(members), json!({"b": 1}));
    }

    #[test]
    fn what_was_empty_is_emptied_where_that_is_possible() {
        let verdict = judged(
            json!({}),
            json!({"text": "a", "mood": 2}),
            json!({"text": "a", "mood": 2}),
            true,
        );
        let Verdict::Restore(Step::Change { members, stays, .. }) = verdict else {
            panic!("{verdict:?}");
        };
        assert_eq!(Value::Object(members), json!({"text": ""}));
        assert_eq!(stays, ["mood"]);
        let verdict = judged(json!({}), json!({"mood": 2}), json!({"mood": 2}), true);
        assert!(matches!(verdict, Verdict::Impossible(why) if why.starts_with("mood stays")));
    }

    #[test]
    fn of_what_was_not_read_back_only_what_was_sent_counts() {
        let (before, sent) = (json!({"a": 1, "b": 1}), json!({"a": 2}));
        let verdict = judged(before, sent, json!({"a": 2, "b": 7}), false);
        let Verdict::Restore(Step::Change { members, .. }) = verdict else {
            panic!("{verdict:?}");
        };
        assert_eq!(Value::Object(members), json!({"a": 1}));
    }
}
