//! An event: deleted if it was created, created again if it was deleted, else changed back.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::present::Found;
use super::verdict::{Images, Step, Verdict};
use crate::intervals::Members;
use crate::mcp::changes::{Item, is_nothing, same};
use crate::mcp::render::members::Words;

/// What the service works out from the steps of a workout.
pub const OF_THE_STEPS: [&str; 3] = ["icu_training_load", "moving_time", "distance"];
/// What steps depend on.
const OF_THE_TEXT: [&str; 3] = ["description", "type", "indoor"];
/// What goes together.
const OF_THE_DAY: [&str; 2] = ["start_date_local", "end_date_local"];
/// Numbers that are as good as absent at 0.
const NOTHING_AT_ZERO: [&str; 8] = [
    "icu_training_load",
    "moving_time",
    "distance",
    "carbs_per_hour",
    "load_target",
    "time_target",
    "distance_target",
    "max_training_time",
];

pub fn verdict(item: &Item, found: &Found, is_settled: bool, words: Words<'_>) -> Verdict {
    match (&item.before, &item.after, &found.members) {
        (None, _, None) => Verdict::AsBefore,
        (None, after, Some(now)) => {
            let nothing = Members::new();
            let left = after.as_ref().unwrap_or(&nothing);
            let changed = changed(left, now, found.is_structured, is_settled);
            if changed.is_empty() {
                Verdict::Restore(Step::Delete)
            } else {
                Verdict::Changed(words.changes(changed, left, now))
            }
        }
        (Some(before), None, None) => match &found.rival {
            Some(rival) => Verdict::Changed(rival.clone()),
            None => Verdict::Restore(Step::Create(before.clone())),
        },
        (Some(before), None, Some(now)) => {
            let changed = changed(before, now, found.is_structured, true);
            if changed.is_empty() {
                Verdict::AsBefore
            } else {
                let differs = words.changes(changed, before, now);
                Verdict::Changed(format!("it is there again, with {differs}"))
            }
        }
        (Some(_), Some(_), None) => Verdict::Changed("it was deleted".to_owned()),
        (Some(before), Some(after), Some(now)) => {
            let images = Images {
                before,
                after,
                now,
                is_settled,
            };
            changed_back(&images, found.is_structured, words)
        }
    }
}

/// The members that are not as they were left; of what was only sent those alone count.
pub fn changed<'a>(
    left: &'a Members,
    now: &'a Members,
    is_structured: bool,
    is_settled: bool,
) -> BTreeSet<&'a str> {
    let of_now = now.keys().filter(|_| is_settled);
    let all = left.keys().chain(of_now).map(String::as_str);
    let is_same = |key: &str| {
        let (left, now) = (value(left, key), value(now, key));
        // What stands for nothing since a later change was taken back.
        let is_emptied = || emptied(key, now).is_some_and(|empty| same(&empty, now));
        same(left, now) || (is_nothing(left) && is_emptied())
    };
    let computed = is_structured && is_same("description");
    let is_fine = |key: &str| is_same(key) || (computed && OF_THE_STEPS.contains(&key));
    all.filter(|key| !is_fine(key)).collect()
}

fn changed_back(images: &Images<'_>, is_structured: bool, words: Words<'_>) -> Verdict {
    let mut watched: BTreeSet<&str> = if images.is_settled {
        images.known()
    } else {
        images.touched()
    };
    let computed = |members: &Members| {
        let text = value(members, "description");
        is_structured && same(text, value(images.now, "description"))
    };
    // Worked out anew when a threshold changes: no hand of anybody's.
    if computed(images.after) {
        watched.retain(|key| !OF_THE_STEPS.contains(key));
    }
    // Of what was not read back, the rest may be somebody else's.
    let mut wanted = if images.is_settled {
        images.known()
    } else {
        images.touched()
    };
    if computed(images.before) {
        wanted.retain(|key| !OF_THE_STEPS.contains(key));
    }
    let verdict = images.verdict(&watched, &wanted, words, emptied);
    let Verdict::Restore(Step::Change {
        mut members,
        stays,
        zeros,
    }) = verdict
    else {
        return verdict;
    };
    for (keys, with) in [
        (OF_THE_TEXT.as_slice(), OF_THE_STEPS.as_slice()),
        (&OF_THE_DAY, &OF_THE_DAY),
    ] {
        if !keys.iter().any(|key| members.contains_key(*key)) {
            continue;
        }
        for key in with {
            if let Some(before) = images.before.get(*key) {
                members.insert((*key).to_owned(), before.clone());
            }
        }
    }
    Verdict::Restore(Step::Change {
        members,
        stays,
        zeros,
    })
}

/// Null is ignored, so that what had no value gets one that says nothing.
fn emptied(key: &str, now: &Value) -> Option<Value> {
    match (key, now) {
        ("type" | "category" | "uid" | "start_date_local" | "end_date_local", _) => None,
        ("target", _) => Some(json!("AUTO")),
        ("sub_type", _) => Some(json!("NONE")),
        ("training_availability", _) => Some(json!("NORMAL")),
        (key, _) if key.starts_with("plan_") => None,
        (_, Value::String(_)) => Some(json!("")),
        (_, Value::Array(_)) => Some(json!([])),
        (_, Value::Bool(_)) => Some(json!(false)),
        (key, Value::Number(_)) if NOTHING_AT_ZERO.contains(&key) => Some(json!(0)),
        _ => None,
    }
}

fn value<'m>(members: &'m Members, key: &str) -> &'m Value {
    super::verdict::member(members, key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mcp::changes::Object;
    use crate::mcp::context::Local;
    use crate::mcp::render::members::Kind;
    use crate::units::Units;

    fn members(value: &Value) -> Option<Members> {
        value.as_object().cloned()
    }

    fn run() -> Value {
        json!({"category": "WORKOUT", "type": "Run", "name": "Tempo", "start_date_local": "2026-03-19T00:00:00",
            "end_date_local": "2026-03-20T00:00:00", "icu_training_load": 60, "moving_time": 3600, "uid": "u1"})
    }

    fn with(changes: Value) -> Value {
        let mut row = run();
        for (key, value) in changes.as_object().unwrap() {
            row[key] = value.clone();
        }
        row
    }

    fn judged(
        before: &Value,
        after: &Value,
        now: &Value,
        is_settled: bool,
        is_structured: bool,
    ) -> Verdict {
        let object = Object::Event {
            id: Some(7),
            uid: Some("u1".to_owned()),
        };
        let item = Item {
            object: object.clone(),
            label: "Thu 03-19 Run Tempo".to_owned(),
            before: members(before),
            after: members(after),
        };
        let mut found = Found::of(object, members(now));
        found.is_structured = is_structured;
        let local = Local {
            now: "2026-03-18T09:30[Europe/Zurich]".parse().unwrap(),
            units: Units::default(),
            units_known: true,
        };
        let words = Words {
            local: &local,
            kind: Kind::Event,
        };
        verdict(&item, &found, is_settled, words)
    }

    fn sent(verdict: Verdict) -> Value {
        match verdict {
            Verdict::Restore(Step::Change { members, .. }) => Value::Object(members),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_was_created_goes_unless_somebody_touched_it() {
        let (nothing, run) = (Value::Null, run());
        for is_settled in [true, false] {
            let verdict = judged(&nothing, &run, &run, is_settled, false);
            assert!(matches!(verdict, Verdict::Restore(Step::Delete)));
            assert!(matches!(
                judged(&nothing, &run, &nothing, is_settled, false),
                Verdict::AsBefore
            ));
            let renamed = with(json!({"name": "Tempo in the hills"}));
            let verdict = judged(&nothing, &run, &renamed, is_settled, false);
            assert!(
                matches!(&verdict, Verdict::Changed(said) if said.contains("Tempo in the hills")),
                "{verdict:?}"
            );
        }
        // What somebody added is somebody's work as well, but not what the service adds to what was only sent.
        let tagged = with(json!({"tags": ["key"]}));
        assert!(matches!(
            judged(&nothing, &run, &tagged, true, false),
            Verdict::Changed(_)
        ));
        assert!(matches!(
            judged(&nothing, &run, &tagged, false, false),
            Verdict::Restore(Step::Delete)
        ));
    }

    #[test]
    fn what_was_deleted_comes_back_with_all_it_had() {
        let (nothing, run) = (Value::Null, run());
        let verdict = judged(&run, &nothing, &nothing, true, false);
        assert!(
            matches!(&verdict, Verdict::Restore(Step::Create(members)) if *members == *run.as_object().unwrap())
        );
        assert!(matches!(
            judged(&run, &nothing, &run, true, false),
            Verdict::AsBefore
        ));
        let other = with(json!({"icu_training_load": 90}));
        let verdict = judged(&run, &nothing, &other, true, false);
        assert!(
            matches!(&verdict, Verdict::Changed(said) if said == "it is there again, with load 60 → 90")
        );
    }

    #[test]
    fn what_was_changed_gets_its_members_back_and_no_others() {
        let after = with(
            json!({"name": "Long", "tags": ["key"], "indoor": true, "carbs_per_hour": 60, "target": "PACE"}),
        );
        assert_eq!(
            sent(judged(&run(), &after, &after, true, false)),
            json!({"name": "Tempo", "tags": [], "indoor": false, "carbs_per_hour": 0, "target": "AUTO",
                // The service works these out anew when the session changes, unless they are sent.
                "icu_training_load": 60, "moving_time": 3600})
        );
        let moved = with(
            json!({"start_date_local": "2026-03-21T00:00:00", "end_date_local": "2026-03-22T00:00:00"}),
        );
        let day = json!({"start_date_local": "2026-03-19T00:00:00", "end_date_local": "2026-03-20T00:00:00"});
        assert_eq!(sent(judged(&run(), &moved, &moved, true, false)), day);
        let late = with(json!({"start_date_local": "2026-03-19T18:00:00"}));
        assert_eq!(sent(judged(&run(), &late, &late, true, false)), day);
        assert!(
            matches!(judged(&run(), &moved, &Value::Null, true, false), Verdict::Changed(said) if said == "it was deleted")
        );
        assert!(matches!(
            judged(&run(), &moved, &run(), true, false),
            Verdict::AsBefore
        ));
    }

    #[test]
    fn what_the_service_works_out_is_nobodys_change() {
        let before = with(json!({"description": "- 1h 70%"}));
        let after = with(json!({"description": "- 1h 80%", "icu_training_load": 70}));
        // A threshold was changed since.
        let now = with(json!({"description": "- 1h 80%", "icu_training_load": 77}));
        let sent = sent(judged(&before, &after, &now, true, true));
        assert_eq!(sent["description"], "- 1h 70%");
        assert!(
            matches!(judged(&before, &after, &now, true, false), Verdict::Changed(said) if said == "load 70 → 77")
        );
        assert!(matches!(
            judged(&Value::Null, &after, &now, true, true),
            Verdict::Restore(Step::Delete)
        ));
    }
}
