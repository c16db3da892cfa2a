//! What a write did to an event, on one line.

use jiff::civil::Time;

use super::{count, days, events};
use crate::intervals::Members;
use crate::intervals::events::Event;
use crate::mcp::context::Local;
use crate::mcp::measure::hours_minutes;
use crate::mcp::planning::prose;
use crate::mcp::text;
use crate::workout;

/// `+` created, `-` deleted, `~` changed with old and new of what differs, `=` as it was. Empty where there never was anything.
#[must_use]
pub fn line(before: Option<&Event>, after: Option<&Event>, local: &Local) -> String {
    match (before, after) {
        (None, None) => String::new(),
        (None, Some(new)) => {
            // What does not exist yet has no number.
            let id = match new.id.0 {
                ..=0 => String::new(),
                id => format!(" (id {id})"),
            };
            format!("+ {}{id}", whole(new, local))
        }
        (Some(old), None) => format!("- {} {}", old.id, whole(old, local)),
        (Some(old), Some(new)) => {
            let changes = changes(old, new, local);
            let head = format!("{} {}", old.id, head(old, local));
            match changes.is_empty() {
                true => format!("= {head}: as it was"),
                false => format!("~ {head}: {}", changes.join(", ")),
            }
        }
    }
}

/// What of `sent` is not so in `written`: what it is, and what it was to become.
#[must_use]
pub fn not_taken(sent: &Members, written: &Event, local: &Local) -> Vec<String> {
    changes(written, &written.with(sent), local)
}

/// Day, kind, name and numbers.
fn whole(event: &Event, local: &Local) -> String {
    let mut facts = vec![head(event, local)];
    facts.extend(time(event));
    facts.extend(distance(event, local));
    facts.extend(events::load(event).map(|load| format!("load {load}")));
    facts.extend(events::conditions(event));
    facts.join(" · ")
}

/// `Tue 11-24 Run 6 x 800 m`
fn head(event: &Event, local: &Local) -> String {
    [when(event, local), what(event), named(event)]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(" ")
}

/// `Tue 11-24`, `Tue 11-24 07:30`, `Tue 11-24 to Fri 11-27`
fn when(event: &Event, local: &Local) -> Option<String> {
    let year = local.today().year();
    let (first, last) = events::span(event)?;
    let start = event.starts()?;
    let mut said = match start.time() == Time::midnight() {
        true => days::short(first, year),
        false => days::short_time(start, year),
    };
    if first != last {
        said = format!("{said} to {}", days::short(last, year));
    }
    Some(said)
}

/// `Run`, `race A Ride`, `note`
pub(super) fn what(event: &Event) -> Option<String> {
    let sport = event.sport.as_deref().map(text::name);
    Some(match (sport, events::is_workout(event)) {
        (Some(sport), true) => sport,
        (Some(sport), false) => format!("{} {sport}", events::category(event)),
        (None, _) => events::category(event),
    })
}

fn named(event: &Event) -> Option<String> {
    event
        .name
        .as_deref()
        .map(text::name)
        .filter(|name| !name.is_empty())
}

fn quoted(name: Option<String>) -> Option<String> {
    name.map(|name| format!("\"{name}\""))
}

fn seconds(seconds: Option<i64>) -> Option<String> {
    #[expect(clippy::cast_precision_loss, reason = "seconds of one event")]
    let seconds = seconds.filter(|seconds| *seconds > 0)? as f64;
    Some(hours_minutes(seconds))
}

fn time(event: &Event) -> Option<String> {
    seconds(event.moving_time.or(event.time_target))
}

fn distance(event: &Event, local: &Local) -> Option<String> {
    let sport = event.sport.as_deref().unwrap_or_default();
    let metres = event
        .distance
        .or(event.distance_target)
        .filter(|metres| *metres > 0.0)?;
    Some(local.units.named_way(sport, metres, 1))
}

fn list(texts: Option<&Vec<String>>) -> Option<String> {
    let texts: Vec<String> = texts?.iter().map(|text| text::name(text)).collect();
    (!texts.is_empty()).then(|| texts.join(" "))
}

fn plain(word: Option<&str>) -> Option<String> {
    word.map(|word| text::name(word).to_lowercase().replace('_', " "))
}

fn flag(flag: Option<bool>) -> Option<String> {
    Some(if flag == Some(true) { "yes" } else { "no" }.to_owned())
}

/// The value of one member as the reader knows it; `None` for none.
type Show = fn(&Event, &Local) -> Option<String>;

/// Everything that a client writes and that is no text; what an answer says of it, in this order.
const MEMBERS: [(&str, Show); 24] = [
    ("", |event, local| when(event, local)),
    ("category", |event, _| Some(events::category(event))),
    ("sport", |event, _| event.sport.as_deref().map(text::name)),
    ("name", |event, _| quoted(named(event))),
    ("load", |event, _| {
        events::load(event).map(|load| load.to_string())
    }),
    ("time", |event, _| time(event)),
    ("distance", |event, local| distance(event, local)),
    ("indoor", |event, _| flag(event.indoor)),
    ("target", |event, _| {
        plain(event.target.as_deref().filter(|target| *target != "AUTO"))
    }),
    ("for the week", |event, _| flag(event.for_week)),
    ("tags", |event, _| list(event.tags.as_ref())),
    ("g carbs/h", |event, _| {
        event
            .carbs_per_hour
            .filter(|g| *g > 0)
            .map(|g| g.to_string())
    }),
    ("training", |event, _| {
        plain(
            event
                .training_availability
                .as_deref()
                .filter(|kind| *kind != "NORMAL"),
        )
    }),
    ("training a day", |event, _| {
        seconds(event.max_training_time)
    }),
    ("only", |event, _| list(event.can_train_sports.as_ref())),
    ("kind", |event, _| {
        plain(event.sub_type.as_deref().filter(|kind| *kind != "NONE"))
    }),
    ("done by", |event, _| {
        event.paired_activity_id.as_ref().map(ToString::to_string)
    }),
    ("external id", |event, _| {
        event.external_id.as_deref().map(text::name)
    }),
    ("color", |event, _| event.color.as_deref().map(text::name)),
    ("plan", |event, _| {
        event.plan_name.as_deref().map(text::name)
    }),
    ("shown as note", |event, _| flag(event.show_as_note)),
    ("on the fitness chart", |event, _| {
        flag(event.not_on_fitness_chart.map(|is_not| !is_not))
    }),
    ("hidden from the athlete", |event, _| {
        flag(event.hide_from_athlete)
    }),
    ("locked for the athlete", |event, _| {
        flag(event.athlete_cannot_edit)
    }),
];

/// Old and new of what differs, one thing each.
#[must_use]
pub fn changes(old: &Event, new: &Event, local: &Local) -> Vec<String> {
    let mut changes: Vec<String> = MEMBERS
        .iter()
        .filter_map(|(name, show)| {
            let (from, to) = (show(old, local), show(new, local));
            let is_same = from == to;
            let none = || "none".to_owned();
            let (from, to) = (from.unwrap_or_else(none), to.unwrap_or_else(none));
            let space = if name.is_empty() { "" } else { " " };
            (!is_same).then(|| match *name {
                // The head has the old one.
                "name" => format!("name → {to}"),
                name => format!("{name}{space}{from} → {to}"),
            })
        })
        .collect();
    changes.extend(texts(old, new));
    changes
}

/// That the text changed, not what it says.
fn texts(old: &Event, new: &Event) -> Vec<String> {
    let of = |event: &Event| event.description.clone().unwrap_or_default();
    let (old_text, new_text) = (of(old), of(new));
    if old_text == new_text {
        return Vec::new();
    }
    if !events::is_session(old) && !events::is_session(new) {
        return vec!["description changed".to_owned()];
    }
    let ((old_prose, old_steps), (new_prose, new_steps)) =
        (prose::split(&old_text), prose::split(&new_text));
    let mut said = Vec::new();
    if old_steps.trim() != new_steps.trim() {
        let steps = |text: &str| workout::parse(text).workout.steps().count();
        said.push(match (steps(old_steps), steps(new_steps)) {
            (from, 0) => format!("workout text removed ({})", count(from, "step")),
            (from, to) if from == to => format!("workout text changed: {}", count(to, "step")),
            (from, to) => format!("workout text changed: {from} → {}", count(to, "step")),
        });
    }
    if old_prose.trim() != new_prose.trim() {
        said.push("description changed".to_owned());
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Units;
    use serde_json::{Value, json};

    fn local() -> Local {
        Local {
            now: "2026-03-18T09:30[Europe/Zurich]".parse().unwrap(),
            units: Units::default(),
            units_known: true,
        }
    }

    fn row() -> Value {
        json!({
            "id": 4013, "category": "WORKOUT", "start_date_local": "2026-03-24T00:00:00",
            "end_date_local": "2026-03-25T00:00:00", "type": "Run", "name": "6 x 800 m",
            "moving_time": 3480, "distance": 11_500.0, "icu_training_load": 72,
            "description": "Stay tall.\n\n- 10m 70% Pace\n\n6x\n- 800mtr 100% Pace\n- 2m 60% Pace",
        })
    }

    fn event(changes: &Value) -> Event {
        let mut row = row();
        for (key, value) in changes.as_object().unwrap() {
            row[key] = value.clone();
        }
        Event::of_document(&row)
    }

    fn changed(changes: &Value) -> String {
        line(Some(&event(&json!({}))), Some(&event(changes)), &local())
    }

    #[test]
    fn what_was_made_and_what_is_gone_are_told_with_their_numbers() {
        let one = event(&json!({}));
        let facts = "Tue 03-24 Run 6 x 800 m · 0:58 · 11.5 km · load 72";
        assert_eq!(
            line(None, Some(&one), &local()),
            format!("+ {facts} (id 4013)")
        );
        assert_eq!(line(Some(&one), None, &local()), format!("- 4013 {facts}"));
        let planned = event(
            &json!({ "id": 0, "category": "RACE_A", "start_date_local": "2026-03-24T07:30:00" }),
        );
        let said = line(None, Some(&planned), &local());
        assert!(
            said.starts_with("+ Tue 03-24 07:30 race A Run") && said.ends_with("load 72"),
            "{said}"
        );
        let holiday = Event::of_document(&json!({
            "id": 7, "category": "HOLIDAY", "name": "Alps", "start_date_local": "2026-03-23T00:00:00",
            "end_date_local": "2026-03-28T00:00:00", "training_availability": "LIMITED", "max_training_time": 2700,
        }));
        let said = line(None, Some(&holiday), &local());
        assert_eq!(
            said,
            "+ Mon 03-23 to Fri 03-27 holiday Alps · training limited · at most 45:00 (id 7)"
        );
    }

    #[test]
    fn a_change_says_old_and_new_of_what_differs_and_of_nothing_else() {
        let head = "4013 Tue 03-24 Run 6 x 800 m";
        assert_eq!(changed(&json!({})), format!("= {head}: as it was"));
        for (sent, wanted) in [
            (
                json!({ "icu_training_load": 75, "name": "Track" }),
                "name → \"Track\", load 72 → 75",
            ),
            (
                json!({ "start_date_local": "2026-03-26T00:00:00", "end_date_local": "2026-03-27T00:00:00" }),
                "Tue 03-24 → Thu 03-26",
            ),
            (
                json!({ "start_date_local": "2026-03-24T18:00:00" }),
                "Tue 03-24 → Tue 03-24 18:00",
            ),
            (
                json!({ "end_date_local": "2026-03-27T00:00:00" }),
                "Tue 03-24 → Tue 03-24 to Thu 03-26",
            ),
            (
                json!({ "moving_time": 5400, "distance": 16_093.0 }),
                "time 0:58 → 1:30, distance 11.5 km → 16.1 km",
            ),
            (
                json!({ "indoor": true, "target": "HR" }),
                "indoor no → yes, target none → hr",
            ),
            (
                json!({ "tags": ["key"], "category": "RACE_C" }),
                "category workout → race c, tags none → key",
            ),
            (json!({ "icu_training_load": null }), "load 72 → none"),
            (
                json!({ "description": "Stay tall.\n\n- 10m 70% Pace\n\n6x\n- 1km 100% Pace\n- 2m 60% Pace\n- 1m 50% Pace" }),
                "workout text changed: 3 → 4 steps",
            ),
            (
                json!({ "description": "Stay tall.\n\n- 12m 70% Pace\n\n6x\n- 800mtr 100% Pace\n- 2m 60% Pace" }),
                "workout text changed: 3 steps",
            ),
            (
                json!({ "description": "Relax.\n\n- 10m 70% Pace\n\n6x\n- 800mtr 100% Pace\n- 2m 60% Pace" }),
                "description changed",
            ),
            (
                json!({ "description": "Stay tall." }),
                "workout text removed (3 steps)",
            ),
        ] {
            let said = changed(&sent);
            let wanted = format!("~ {head}: {wanted}");
            assert_eq!(said.to_lowercase(), wanted.to_lowercase(), "{sent}");
        }
    }

    #[test]
    fn members_that_a_client_does_not_write_are_no_change() {
        let said = changed(
            &json!({ "updated": "2026-03-18T08:00:00Z", "icu_ctl": 60.1, "joules": 1, "uid": "x" }),
        );
        assert!(said.starts_with("= "), "{said}");
    }

    #[test]
    fn texts_of_others_stay_on_their_line() {
        let said =
            changed(&json!({ "name": "a\n| b", "tags": ["x\ny"], "external_id": "e\u{202e}" }));
        assert!(
            !said.contains('\n') && !said.contains('|') && !said.contains('\u{202e}'),
            "{said}"
        );
    }
}
