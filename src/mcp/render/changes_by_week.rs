//! What a write did to many events, a line a week.

use std::collections::BTreeMap;

use jiff::ToSpan as _;
use jiff::civil::Date;

use super::{change, days, events};
use crate::intervals::events::Event;
use crate::mcp::context::Local;
use crate::mcp::measure::hours_minutes;

/// What became of one event, in the order in which it is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Mark {
    Created,
    Changed,
    Deleted,
}

impl Mark {
    const fn sign(self) -> &'static str {
        match self {
            Self::Created => "+",
            Self::Changed => "~",
            Self::Deleted => "-",
        }
    }
}

/// Events of one week that had the same done to them.
#[derive(Debug, Default)]
struct Group {
    /// How many of each kind, in the order of their coming.
    kinds: Vec<(String, usize)>,
    /// s
    seconds: i64,
    load: i64,
}

impl Group {
    fn add(&mut self, event: &Event) {
        let kind = change::what(event).unwrap_or_default();
        match self.kinds.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, count)) => *count += 1,
            None => self.kinds.push((kind, 1)),
        }
        if events::is_session(event) {
            let time = event.moving_time.unwrap_or_default();
            self.seconds = self.seconds.saturating_add(time);
            self.load = self
                .load
                .saturating_add(events::load(event).unwrap_or_default());
        }
    }

    /// `+ 3 Ride, 1 note · 4:10 · load 320`
    fn show(&self, mark: Mark) -> String {
        let kinds = self
            .kinds
            .iter()
            .map(|(kind, count)| format!("{count} {kind}"));
        let kinds: Vec<String> = kinds.collect();
        let mut said = format!("{} {}", mark.sign(), kinds.join(", "));
        #[expect(clippy::cast_precision_loss, reason = "seconds of a week")]
        if self.seconds > 0 {
            said.push_str(&format!(" · {}", hours_minutes(self.seconds as f64)));
        }
        if self.load > 0 {
            said.push_str(&format!(" · load {}", self.load));
        }
        said
    }
}

/// `Mon 03-23 to Sun 03-29: + 3 Ride, 1 Run · 4:10 · load 320; - 2 Swim · load 60`, of what was and what is of each event; one
/// that came into another week is told there.
#[must_use]
pub fn lines<'e>(
    rows: impl IntoIterator<Item = (Option<&'e Event>, Option<&'e Event>)>,
    local: &Local,
) -> Vec<String> {
    let mut weeks: BTreeMap<Option<Date>, BTreeMap<Mark, Group>> = BTreeMap::new();
    for (before, after) in rows {
        let mark = match (before, after) {
            (None, _) => Mark::Created,
            (Some(_), Some(_)) => Mark::Changed,
            (Some(_), None) => Mark::Deleted,
        };
        let Some(event) = after.or(before) else {
            continue;
        };
        let monday = event.starts().map(|at| events::week_start(at.date()));
        let groups = weeks.entry(monday).or_default();
        groups.entry(mark).or_default().add(event);
    }
    let year = local.today().year();
    weeks
        .into_iter()
        .map(|(monday, groups)| {
            let week = monday.map(|monday| {
                let sunday = monday.checked_add(6.days()).unwrap_or(monday);
                format!(
                    "{} to {}",
                    days::short(monday, year),
                    days::short(sunday, year)
                )
            });
            let week = week.unwrap_or_else(|| "without a day".to_owned());
            let groups = groups.iter().map(|(mark, group)| group.show(*mark));
            format!("{week}: {}", groups.collect::<Vec<_>>().join("; "))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::intervals::sample;
    use crate::units::Units;

    fn event(day: &str, kind: &str, minutes: i64, load: i64) -> Value {
        json!({"id": 1, "category": "WORKOUT", "type": kind, "start_date_local": format!("{day}T00:00:00"),
            "moving_time": minutes * 60, "icu_training_load": load})
    }

    #[test]
    fn a_week_says_what_came_what_changed_and_what_went() {
        let local = Local {
            now: "2026-12-16T09:30[Europe/Zurich]".parse().unwrap(),
            units: Units::default(),
            units_known: true,
        };
        let note = json!({"id": 2, "category": "NOTE", "start_date_local": "2026-12-20T00:00:00", "name": "Rest"});
        let rows = sample::events(&json!([
            event("2026-12-14", "Ride", 90, 80),
            event("2026-12-20", "Ride", 60, 40),
            event("2026-12-19", "Run", 45, 35),
            note,
            event("2026-12-28", "Swim", 30, 20),
            event("2027-01-04", "Run", 30, 25),
        ]));
        let [ride, other, run, note, swim, late] = rows.as_slice() else {
            panic!("{} rows", rows.len());
        };
        let said = lines(
            [
                (None, Some(late)),
                (None, Some(ride)),
                (None, Some(run)),
                (None, Some(other)),
                (None, Some(note)),
                (Some(swim), None),
                // It came from a later week.
                (Some(swim), Some(run)),
            ],
            &local,
        );
        assert_eq!(
            said,
            [
                "Mon 12-14 to Sun 12-20: + 2 Ride, 1 Run, 1 note · 3:15 · load 155; ~ 1 Run · 0:45 · load 35",
                "Mon 12-28 to Sun 2027-01-03: - 1 Swim · 0:30 · load 20",
                "Mon 2027-01-04 to Sun 2027-01-10: + 1 Run · 0:30 · load 25",
            ]
        );
    }
}
