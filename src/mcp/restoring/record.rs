//! What cannot come or go, only change: a day of wellness, an activity's notes, the settings of a sport. Devices, the service
//! and the athlete go on filling in the rest, so that only the members that a change touched are judged and restored.

use serde_json::{Value, json};

use super::present::Found;
use super::verdict::{Images, Step, Verdict};
use crate::intervals::Members;
use crate::mcp::changes::Item;
use crate::mcp::render::members::Words;

fn images<'a>(item: &'a Item, found: &'a Found, is_settled: bool) -> Result<Images<'a>, Verdict> {
    let (Some(before), Some(after)) = (&item.before, &item.after) else {
        let why = "it can be neither created nor deleted".to_owned();
        return Err(Verdict::Impossible(why));
    };
    let Some(now) = &found.members else {
        return Err(Verdict::Changed("it is no longer there".to_owned()));
    };
    Ok(Images {
        before,
        after,
        now,
        is_settled,
    })
}

fn verdict(
    item: &Item,
    found: &Found,
    is_settled: bool,
    words: Words<'_>,
    clear: impl Fn(&str, &Value) -> Option<Value>,
) -> Verdict {
    match images(item, found, is_settled) {
        Ok(images) => {
            let touched = images.touched();
            images.verdict(&touched, &touched, words, clear)
        }
        Err(verdict) => verdict,
    }
}

/// No value of a day can be emptied but a text.
pub fn wellness(item: &Item, found: &Found, is_settled: bool, words: Words<'_>) -> Verdict {
    let verdict = verdict(item, found, is_settled, words, |key, _| {
        (key == "comments").then(|| json!(""))
    });
    match verdict {
        Verdict::Restore(_) if found.is_locked => {
            Verdict::Impossible("the day is locked in Intervals.icu".to_owned())
        }
        verdict => verdict,
    }
}

/// Without the athlete's own fields, which scripts fill in on every analysis and no tool writes. The service's names begin
/// small.
fn without_own(members: &Members) -> Members {
    let is_named = |key: &&String| key.starts_with(|first: char| first.is_ascii_lowercase());
    let named = members.keys().filter(is_named);
    named
        .filter_map(|key| Some((key.clone(), members.get(key)?.clone())))
        .collect()
}

/// Numbers are emptied by -1. One that was entered by hand for an event goes again.
pub fn activity(item: &Item, found: &Found, is_settled: bool, words: Words<'_>) -> Verdict {
    let item = &Item {
        before: item.before.as_ref().map(without_own),
        after: item.after.as_ref().map(without_own),
        ..item.clone()
    };
    let found = &Found {
        members: found.members.as_ref().map(without_own),
        ..found.clone()
    };
    match (&item.before, &item.after, &found.members) {
        (None, _, None) => Verdict::AsBefore,
        (None, after, Some(now)) => {
            let left = after.clone().unwrap_or_default();
            let changed = super::event::changed(&left, now, false, is_settled);
            if changed.is_empty() {
                Verdict::Restore(Step::Delete)
            } else {
                Verdict::Changed(words.changes(changed, &left, now))
            }
        }
        (Some(_), None, Some(_)) => Verdict::AsBefore,
        (Some(_), None, None) => Verdict::Impossible(
            "an activity that was deleted cannot be made again; complete_event enters one"
                .to_owned(),
        ),
        _ => verdict(item, found, is_settled, words, |key, now| {
            match (key, now) {
                ("type", _) => None,
                ("sub_type", _) => Some(json!("NONE")),
                (_, Value::Number(_)) => Some(json!(-1)),
                (_, Value::String(_)) => Some(json!("")),
                (_, Value::Array(_)) => Some(json!([])),
                (_, Value::Bool(_)) => Some(json!(false)),
                _ => None,
            }
        }),
    }
}

/// What empties a threshold is not known of the service. It moves HR zones along with thresholds, also where that was
/// not read back.
pub fn sport(item: &Item, found: &Found, is_settled: bool, words: Words<'_>) -> Verdict {
    let images = match images(item, found, is_settled) {
        Ok(images) => images,
        Err(verdict) => return verdict,
    };
    let touched = images.touched();
    let mut wanted = touched.clone();
    if !is_settled && ["lthr", "max_hr"].iter().any(|key| touched.contains(key)) {
        wanted.insert("hr_zones");
    }
    images.verdict(&touched, &wanted, words, |_, now| {
        now.is_array().then(|| json!([]))
    })
}

/// A comment is deleted, or written once more.
pub fn message(item: &Item, found: &Found) -> Verdict {
    match (&item.before, &found.members) {
        (None, None) | (Some(_), Some(_)) => Verdict::AsBefore,
        (None, Some(_)) if found.chat.is_none() => Verdict::Impossible(
            "it stays: Intervals.icu does not say in which conversation it is".to_owned(),
        ),
        (None, Some(_)) => Verdict::Restore(Step::Delete),
        (Some(before), None) => Verdict::Restore(Step::Create(before.clone())),
    }
}
