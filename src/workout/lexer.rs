//! Finds in a step what has a meaning. Everything between is words.
//!
//! The service looks for these inside of words too (`<40%` and `(266w)` hold a target), but never inside of a number
//! (`0.33s` holds no seconds).

use super::ast::{Averaging, Intensity, Length, Span, Target, Unit};
use super::quantity;

/// A piece of a step with a meaning; `start` and `end` are bytes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Token {
    pub start: usize,
    pub end: usize,
    pub kind: Kind,
    /// Whether the range has a dash that is none to the service, so that its second half is lost.
    pub has_foreign_dash: bool,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind {
    /// `is_unsure`: one client of the service knows this form, the service itself perhaps not.
    Length {
        length: Length,
        is_unsure: bool,
    },
    Target(Target),
    Cadence(Span),
    Ramp,
    Freeride,
    /// `free`, which is a word of prose before the length.
    Free,
    MaxEffort,
    HidePower,
    PressLap,
    Intensity(Option<Intensity>),
    /// What the device shows of power or heart rate.
    Shown {
        is_power: bool,
        averaging: Option<Averaging>,
    },
    /// Looks like a target and is none to the service.
    Lost(Lost),
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Lost {
    /// `145bpm`
    Beats(Span),
    /// `5:00/km` without the word Pace.
    Pace,
    /// `5:00`
    Clock,
    /// `Z8`
    Zone,
}

/// What stands in `text`, from left to right.
#[must_use]
pub fn tokens(text: &str) -> Vec<Token> {
    let mut found = Vec::new();
    let mut at = 0;
    let mut before = None;
    while let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) {
        let token = at_boundary(text, at, before, c)
            .then(|| token(text, at))
            .flatten();
        let end = token.map_or(at + c.len_utf8(), |token| token.end);
        found.extend(token);
        before = text.get(at..end).and_then(|seen| seen.chars().next_back());
        at = end;
    }
    found
}

/// Whether a number or word may begin here.
fn at_boundary(text: &str, at: usize, before: Option<char>, c: char) -> bool {
    let Some(before) = before else { return true };
    if before.is_alphanumeric() || before == '_' {
        return false;
    }
    if c.is_ascii_digit() && matches!(before, '.' | ',' | ':') {
        let earlier = text.get(..at.saturating_sub(before.len_utf8()));
        return !earlier.is_some_and(|text| text.ends_with(|c: char| c.is_ascii_digit()));
    }
    c.is_ascii_digit() || before != '-' || c.eq_ignore_ascii_case(&'z')
}

fn token(text: &str, at: usize) -> Option<Token> {
    let rest = text.get(at..)?;
    let first = rest.chars().next()?;
    let (len, kind, has_foreign_dash) = if first.is_ascii_digit() {
        quantity::number(rest)?
    } else if first.is_ascii_alphabetic() {
        let (len, kind) = quantity::zone(rest).or_else(|| word(rest))?;
        (len, kind, false)
    } else {
        return None;
    };
    Some(Token {
        start: at,
        end: at + len,
        kind,
        has_foreign_dash,
    })
}

/// The rest behind `word` at the beginning of `text`, in any case.
pub(super) fn strip<'t>(text: &'t str, word: &str) -> Option<&'t str> {
    let head = text.get(..word.len())?;
    head.eq_ignore_ascii_case(word)
        .then(|| text.get(word.len()..))
        .flatten()
}

/// The same of a whole word, which may stand behind blanks.
pub(super) fn next_word<'t>(text: &'t str, word: &str) -> Option<&'t str> {
    let rest = strip(text.trim_start(), word)?;
    ends(rest).then_some(rest)
}

/// Whether a word ends before `rest`.
pub(super) fn ends(rest: &str) -> bool {
    !rest
        .chars()
        .next()
        .is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '=' | '/' | '%'))
}

fn word(text: &str) -> Option<(usize, Kind)> {
    let len = |rest: &str| text.len() - rest.len();
    if let Some(rest) = strip(text, "intensity=") {
        let value = letters(rest);
        let found = Intensity::ALL
            .into_iter()
            .find(|i| i.name().eq_ignore_ascii_case(value));
        return Some((len(rest) + value.len(), Kind::Intensity(found)));
    }
    for (key, is_power) in [("power=", true), ("hr=", false)] {
        if let Some(rest) = strip(text, key) {
            let value = letters(rest);
            let averaging = Averaging::ALL
                .into_iter()
                .find(|a| a.name().eq_ignore_ascii_case(value));
            let kind = Kind::Shown {
                is_power,
                averaging,
            };
            return Some((len(rest) + value.len(), kind));
        }
    }
    if let Some(rest) = strip(text, "press")
        && rest.starts_with(char::is_whitespace)
        && let Some(rest) = next_word(rest, "lap")
    {
        return Some((len(rest), Kind::PressLap));
    }
    let sweet_spot = Target {
        span: Span::One(0.0),
        unit: Unit::SweetSpot,
        shown: None,
    };
    [
        ("ramp", Kind::Ramp),
        ("freeride", Kind::Freeride),
        ("free", Kind::Free),
        ("maxeffort", Kind::MaxEffort),
        ("hidepower", Kind::HidePower),
        ("ss", Kind::Target(sweet_spot)),
    ]
    .into_iter()
    .find_map(|(name, kind)| {
        let rest = strip(text, name)?;
        (ends(rest) && !rest.starts_with('-')).then(|| (len(rest), kind))
    })
}

fn letters(text: &str) -> &str {
    let end = text
        .find(|c: char| !c.is_ascii_alphanumeric())
        .unwrap_or(text.len());
    text.get(..end).unwrap_or_default()
}
