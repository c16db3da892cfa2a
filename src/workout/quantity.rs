//! Numbers with a unit, and zones.

use super::ast::{DistanceUnit, Length, Per, Span, Target, Unit};
use super::lexer::{Kind, Lost, ends, next_word, strip};

/// More digits than this are no quantity of a workout.
const MOST_DIGITS: usize = 7;
/// Dashes that are typed for a hyphen.
const FOREIGN_DASHES: [char; 5] = ['\u{2010}', '\u{2011}', '\u{2013}', '\u{2014}', '\u{2212}'];

/// What a number at the beginning of `text` is: its length in bytes, its meaning, and whether a foreign dash cut it.
pub fn number(text: &str) -> Option<(usize, Kind, bool)> {
    let plain = |(rest, kind): (&str, Kind)| (text.len() - rest.len(), kind, false);
    pace(text)
        .or_else(|| duration(text))
        .or_else(|| distance(text))
        .map(plain)
        .or_else(|| {
            let (rest, kind, dash) = ranged(text)?;
            Some((text.len() - rest.len(), kind, dash))
        })
}

fn whole(text: &str) -> Option<(u32, &str)> {
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (digits, rest) = (text.get(..end)?, text.get(end..)?);
    (1..=MOST_DIGITS)
        .contains(&end)
        .then(|| digits.parse().ok())
        .flatten()
        .map(|value| (value, rest))
}

fn decimal(text: &str) -> Option<(f64, &str)> {
    let (_, rest) = whole(text)?;
    let rest = rest
        .strip_prefix('.')
        .and_then(|rest| whole(rest))
        .map_or(rest, |(_, rest)| rest);
    let value = text.get(..text.len() - rest.len())?.parse().ok()?;
    Some((value, rest))
}

/// `1h2m30s`, `5' 30"`, `1m30`.
pub fn duration(text: &str) -> Option<(&str, Kind)> {
    let quoted = quoted(text);
    let has_end = quoted.is_some();
    let (seconds, rest, is_unsure) = quoted.or_else(|| spelled(text))?;
    let length = Length::Seconds(u32::try_from(seconds).ok()?);
    (has_end || ends(rest)).then_some((rest, Kind::Length { length, is_unsure }))
}

fn spelled(text: &str) -> Option<(u64, &str, bool)> {
    let mut seconds = 0;
    let mut rest = text;
    let mut found = false;
    for (unit, worth) in [('h', 3600), ('m', 60), ('s', 1)] {
        let Some((value, after)) = whole(rest) else {
            break;
        };
        if let Some(after) = after.strip_prefix([unit, unit.to_ascii_uppercase()]) {
            seconds += u64::from(value) * worth;
            rest = after;
            found = true;
        } else if found && unit == 's' && rest != text {
            // `1m30`
            return Some((seconds + u64::from(value), after, true));
        }
    }
    found.then_some((seconds, rest, false))
}

fn quoted(text: &str) -> Option<(u64, &str, bool)> {
    let (first, rest) = whole(text)?;
    if let Some(rest) = rest.strip_prefix('"') {
        return Some((u64::from(first), rest, false));
    }
    let rest = rest.strip_prefix('\'')?;
    let minutes = u64::from(first) * 60;
    let seconds = whole(rest.trim_start()).and_then(|(s, rest)| Some((s, rest.strip_prefix('"')?)));
    Some(seconds.map_or((minutes, rest, false), |(s, rest)| {
        (minutes + u64::from(s), rest, false)
    }))
}

fn distance(text: &str) -> Option<(&str, Kind)> {
    let (value, rest) = decimal(text)?;
    let names = DistanceUnit::ALL.map(|unit| (unit.name(), unit));
    let unit = names.into_iter().chain([("y", DistanceUnit::Yards)]);
    let mut found = unit.filter_map(|(name, unit)| {
        let rest = strip(rest, name)?;
        ends(rest).then_some((rest, unit))
    });
    let (rest, unit) = found.next()?;
    let length = Length::Distance(value, unit);
    Some((
        rest,
        Kind::Length {
            length,
            is_unsure: false,
        },
    ))
}

/// `4:00/km-4:10/km Pace`, and what only looks like it.
fn pace(text: &str) -> Option<(&str, Kind)> {
    let (from, first, rest) = clock(text)?;
    let second = rest.strip_prefix('-').and_then(clock);
    let (span, per, rest) = match second {
        Some((to, per, rest)) => (Span::Range(from, to), per.or(first), rest),
        None => (Span::One(from), first, rest),
    };
    if !ends(rest) {
        return None;
    }
    if let Some(rest) = next_word(rest, "pace") {
        let unit = Unit::Pace(per.unwrap_or(Per::Unsaid));
        return Some((rest, Kind::Target(target(span, unit))));
    }
    let lost = if per.is_some() {
        Lost::Pace
    } else {
        Lost::Clock
    };
    Some((rest, Kind::Lost(lost)))
}

/// `4:05`, `4:05/km`: seconds and over what.
pub fn clock(text: &str) -> Option<(f64, Option<Per>, &str)> {
    let (minutes, rest) = whole(text)?;
    let rest = rest.strip_prefix(':')?;
    let (seconds, after) = whole(rest)?;
    if rest.len() - after.len() != 2 || minutes > 999 || seconds > 59 {
        return None;
    }
    let secs = f64::from(minutes * 60 + seconds);
    let per = after.strip_prefix('/').and_then(|rest| {
        Per::ALL.into_iter().find_map(|per| {
            let rest = strip(rest, per.name())?;
            ends(rest).then_some((per, rest))
        })
    });
    Some(per.map_or((secs, None, after), |(per, rest)| (secs, Some(per), rest)))
}

const fn target(span: Span, unit: Unit) -> Target {
    Target {
        span,
        unit,
        shown: None,
    }
}

/// `95-105%`, `160w-256w`, `85-95rpm`, `145bpm`.
fn ranged(text: &str) -> Option<(&str, Kind, bool)> {
    let (from, rest) = decimal(text)?;
    let (own, after) = unit_of(rest).map_or((None, rest), |(unit, rest)| (Some(unit), rest));
    let dash = after
        .chars()
        .next()
        .filter(|c| *c == '-' || FOREIGN_DASHES.contains(c));
    let second = dash.and_then(|dash| {
        let (to, rest) = decimal(after.get(dash.len_utf8()..)?)?;
        let (unit, rest) = unit_of(rest)?;
        own.is_none_or(|own| own == unit)
            .then_some((to, unit, rest, dash != '-'))
    });
    let (span, unit, rest, is_foreign) = match second {
        // The service reads the first number and loses the second.
        Some((_, unit, rest, true)) => (Span::One(from), unit, rest, true),
        Some((to, unit, rest, false)) => (Span::Range(from, to), unit, rest, false),
        None => (Span::One(from), own?, after, false),
    };
    let (rest, kind) = match unit {
        "%" => percent(span, rest),
        "w" => (rest, Kind::Target(target(span, Unit::Watts))),
        "rpm" => (rest, Kind::Cadence(span)),
        _ => (rest, Kind::Lost(Lost::Beats(span))),
    };
    Some((rest, kind, is_foreign))
}

fn unit_of(text: &str) -> Option<(&'static str, &str)> {
    ["%", "w", "rpm", "bpm"].into_iter().find_map(|unit| {
        let rest = strip(text, unit)?;
        (unit == "%" || ends(rest)).then_some((unit, rest))
    })
}

/// What the percentage is of, which the word behind says.
fn percent(span: Span, rest: &str) -> (&str, Kind) {
    let of = |unit| Kind::Target(target(span, unit));
    if let Some((rest, seconds)) = next_word(rest, "mmp").and_then(|rest| {
        let (rest, kind) = duration(rest.trim_start())?;
        match kind {
            Kind::Length {
                length: Length::Seconds(seconds),
                ..
            } => Some((rest, seconds)),
            _ => None,
        }
    }) {
        return (rest, of(Unit::PercentBest(seconds)));
    }
    [
        ("lthr", Unit::PercentLthr),
        ("hr", Unit::PercentMaxHr),
        ("pace", Unit::PercentPace),
    ]
    .into_iter()
    .find_map(|(word, unit)| Some((next_word(rest, word)?, of(unit))))
    .unwrap_or((rest, of(Unit::PercentFtp)))
}

/// `Z2`, `Z2-Z3 HR`, `CZ1`: length in bytes and meaning.
pub fn zone(text: &str) -> Option<(usize, Kind)> {
    let one = |text| -> Option<(u32, &str)> { whole(strip(text, "z")?) };
    if let Some((number, rest)) = strip(text, "c").and_then(one) {
        let kind = Kind::Target(target(Span::One(f64::from(number)), Unit::CustomZone));
        return ends(rest).then_some((text.len() - rest.len(), kind));
    }
    let (from, rest) = one(text)?;
    let second = rest.strip_prefix('-').and_then(one);
    let (span, rest) = second.map_or(
        (Span::One(f64::from(from)), rest),
        |(to, rest): (u32, &str)| (Span::Range(f64::from(from), f64::from(to)), rest),
    );
    if !ends(rest) {
        return None;
    }
    let known = |number: f64| (1.0..=7.0).contains(&number);
    let (low, high) = span.ends();
    if !(known(low) && known(high)) {
        return Some((text.len() - rest.len(), Kind::Lost(Lost::Zone)));
    }
    let (unit, rest) = [("hr", Unit::HrZone), ("pace", Unit::PaceZone)]
        .into_iter()
        .find_map(|(word, unit)| Some((unit, next_word(rest, word)?)))
        .unwrap_or((Unit::PowerZone, rest));
    Some((text.len() - rest.len(), Kind::Target(target(span, unit))))
}
