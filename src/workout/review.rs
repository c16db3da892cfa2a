//! What is wrong with the way a line is written, whatever the sport and the athlete.

use std::collections::HashSet;

use super::ast::{Intensity, Length, Step, Unit};
use super::error::Problem;
use super::foreign::{clock_as_length, inline_repeat, miswritten, split_range};
use super::lexer::{self, Kind, Lost, Token};
use super::print;
use super::step::Read;

/// Ramps that are longer lose their slope on devices.
const LONG_RAMP_MINUTES: u32 = 10;
/// Words around targets that say nothing more.
const FILLERS: [&str; 12] = [
    "ftp", "of", "at", "and", "in", "to", "for", "with", "rest", "the", "target", "power",
];
/// Of a line that is no step.
pub fn text(line: &str, is_first: bool, is_above_a_step: bool) -> Vec<Problem> {
    let mut found = Vec::new();
    if is_first && line.eq_ignore_ascii_case("main") {
        found.push(Problem::MainHeader);
    }
    let first = line.split_whitespace().next().unwrap_or_default();
    let times = first.strip_suffix(['x', 'X']).unwrap_or_default();
    if is_above_a_step
        && first.len() < line.len()
        && (1..=3).contains(&times.len())
        && times.bytes().all(|b| b.is_ascii_digit())
    {
        let title = line.get(first.len()..).unwrap_or_default().trim();
        let fix = format!("{title} {times}x");
        found.push(Problem::TimesNotLast { fix });
    }
    let bulleted = line
        .strip_prefix(['*', '•', '\u{2013}', '\u{2014}', '+'])
        .map(str::trim_start);
    let kinds = lexer::tokens(bulleted.unwrap_or(line));
    let has_length = |token: &Token| matches!(token.kind, Kind::Length { .. });
    let has_target = kinds.iter().any(|t| matches!(t.kind, Kind::Target(_)));
    let begins = kinds.first().is_some_and(|t| t.start == 0 && has_length(t));
    if (bulleted.is_some() && kinds.iter().any(has_length)) || (begins && has_target) {
        found.push(Problem::NotAStep);
    }
    found
}

/// Whether a step calls itself the cool-down.
pub fn is_cooldown(step: &Step) -> bool {
    let label = step.label.as_deref().unwrap_or_default().to_lowercase();
    let label: String = label.chars().filter(|c| c.is_alphabetic()).collect();
    label.starts_with("cooldown")
}

/// Of a step: byte of the text behind the hyphen, and problem.
pub fn step(body: &str, read: &Read) -> Vec<(usize, Problem)> {
    let mut found = Vec::new();
    if let Some(times) = inline_repeat(body) {
        found.push((0, Problem::InlineRepeat { times }));
        if read.step.is_none() {
            return found;
        }
    }
    of_length(body, read, &mut found);
    of_pieces(body, read, &mut found);
    of_label(body, read, &mut found);
    if let Some(step) = &read.step {
        of_targets(body, step, read, &mut found);
    }
    // The same words are not complained of twice.
    let explains = |(_, problem): &(usize, Problem)| {
        matches!(
            problem,
            Problem::PercentOfOther { .. }
                | Problem::PerceivedEffort
                | Problem::PaceInWords
                | Problem::PaceWithoutWord { .. }
                | Problem::UnknownUnit { .. }
                | Problem::Beats { .. }
        )
    };
    if found.iter().any(explains) {
        found.retain(|(_, problem)| !matches!(problem, Problem::WordsLost { .. }));
    }
    found
}

fn written<'b>(body: &'b str, token: &Token) -> &'b str {
    body.get(token.start..token.end).unwrap_or_default()
}

type Found = Vec<(usize, Problem)>;

fn of_length(body: &str, read: &Read, found: &mut Found) {
    let Some(length) = read.length else {
        let hint = read.tokens.iter().find_map(|token| match token.kind {
            Kind::Lost(Lost::Clock) => clock_as_length(written(body, token)),
            _ => None,
        });
        let is_length = |unit: &str| !matches!(unit, "w" | "rpm" | "%");
        let hint = hint.or_else(|| miswritten(body, is_length).map(|(_, fix)| fix));
        found.push((0, Problem::NoLength { hint }));
        return;
    };
    if read.step.is_none() {
        found.push((length.start, Problem::ZeroLength));
    }
    if let Kind::Length {
        length: long,
        is_unsure: true,
    } = length.kind
    {
        let problem = Problem::UnsureLength {
            written: written(body, &length).to_owned(),
            fix: print::length(long),
        };
        found.push((length.start, problem));
    }
    if let Some((token, seconds)) = read.rest {
        found.push((token.start, Problem::RestAddsTime { seconds }));
    }
}

/// Whether `1h` and `30m` were meant as one.
fn is_one_duration(first: &str, second: &str) -> bool {
    let unit = |text: &str| text.to_ascii_lowercase().chars().next_back();
    let is_plain = |text: &str| {
        let digits = text.get(..text.len().saturating_sub(1)).unwrap_or_default();
        digits.bytes().all(|b| b.is_ascii_digit())
    };
    let follows = matches!(
        (unit(first), unit(second)),
        (Some('h'), Some('m' | 's')) | (Some('m'), Some('s'))
    );
    follows && is_plain(second)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "small and not negative; the cast saturates"
)]
pub fn whole(value: f64) -> u32 {
    value.round() as u32
}

/// The first piece that is overridden: who mends it sees the others too.
fn of_overridden(body: &str, read: &Read) -> Option<(usize, Problem)> {
    let (first, last) = read
        .overridden
        .iter()
        .min_by_key(|(first, _)| first.start)?;
    let between = body.get(first.end..last.start).unwrap_or_default();
    let (a, b) = (written(body, first), written(body, last));
    let problem = if between.trim().is_empty() && is_one_duration(a, b) {
        Problem::TwoLengths {
            second: b.to_owned(),
            joined: format!("{a}{b}"),
        }
    } else if let Some(fix) = split_range(a, between, b) {
        Problem::SplitRange { fix }
    } else {
        Problem::Overridden {
            first: a.to_owned(),
            last: b.to_owned(),
        }
    };
    Some((first.start, problem))
}

fn of_pieces(body: &str, read: &Read, found: &mut Found) {
    found.extend(of_overridden(body, read));
    let overridden = starts_of_overridden(read);
    let is_bare = read
        .step
        .as_ref()
        .is_none_or(|step| step.targets().next().is_none());
    let has_hr = read.step.as_ref().is_some_and(|step| step.hr.is_some());
    for token in &read.tokens {
        if token.has_foreign_dash && !overridden.contains(&token.start) {
            let written = written(body, token);
            let problem = Problem::ForeignDash {
                written: written.to_owned(),
                fix: written.replace(
                    ['\u{2010}', '\u{2011}', '\u{2013}', '\u{2014}', '\u{2212}'],
                    "-",
                ),
            };
            found.push((token.start, problem));
        }
        let written = || written(body, token).to_owned();
        let problem = match token.kind {
            Kind::Intensity(None) => Problem::UnknownIntensity { written: written() },
            Kind::Intensity(Some(
                kind @ (Intensity::Recovery | Intensity::Interval | Intensity::Other),
            )) => Problem::UnsureIntensity {
                written: kind.name(),
            },
            Kind::Shown {
                averaging: None, ..
            } => Problem::UnknownAveraging { written: written() },
            Kind::Shown { is_power, .. } => match &read.step {
                Some(step) if is_power && step.power.is_none() => {
                    Problem::AveragingWithoutTarget { written: written() }
                }
                Some(step) if !is_power && step.hr.is_none() => {
                    Problem::AveragingWithoutTarget { written: written() }
                }
                _ => continue,
            },
            // In a label it is a word, as long as the step has a target.
            Kind::Lost(_) if token.start < read.label_end && !is_bare => continue,
            Kind::Lost(Lost::Beats(_)) if has_hr => continue,
            Kind::Lost(Lost::Beats(_)) => Problem::Beats {
                written: written(),
                percent: None,
            },
            Kind::Lost(Lost::Pace) => Problem::PaceWithoutWord { written: written() },
            Kind::Lost(Lost::Zone) => Problem::UnknownZone { written: written() },
            _ => continue,
        };
        found.push((token.start, problem));
    }
}

fn of_label(body: &str, read: &Read, found: &mut Found) {
    let label = body.get(..read.label_end).unwrap_or_default();
    let has_prompts = read.step.as_ref().is_some_and(|step| step.has_prompts);
    if let Some(at) = label.find('<').filter(|_| !has_prompts) {
        found.push((at, Problem::Markup));
    }
    if let Some(label) = &read.cleared_label {
        let label = label.chars().take(60).collect();
        found.push((0, Problem::ZoneClearsLabel { label }));
    }
    // Beside an overridden piece that is the mistake to mend, not the words around it.
    if !read.overridden.is_empty() {
        return;
    }
    let (words, at) = lost_words(body, read);
    let Some(at) = at else { return };
    if words.to_lowercase().contains("lap press") {
        found.push((at, Problem::LapPress));
    } else {
        let words = words.chars().take(80).collect();
        found.push((at, Problem::WordsLost { words }));
    }
}

/// What is said behind the label between the pieces, and where it begins.
fn lost_words(body: &str, read: &Read) -> (String, Option<usize>) {
    let (mut words, mut at) = (String::new(), None);
    let mut pieces: Vec<&Token> = read
        .tokens
        .iter()
        .chain(read.rest.as_ref().map(|(token, _)| token))
        .filter(|token| token.start >= read.label_end)
        .collect();
    pieces.sort_by_key(|token| token.start);
    let mut pieces = pieces.into_iter().peekable();
    while let Some(token) = pieces.next() {
        let next = pieces.peek().map_or(body.len(), |next| next.start);
        let text = body.get(token.end..next).unwrap_or_default();
        for word in text.split_whitespace() {
            let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
            if bare.is_empty() || FILLERS.contains(&bare.to_lowercase().as_str()) {
                continue;
            }
            at = at.or(Some(token.end + (text.len() - text.trim_start().len())));
            if !words.is_empty() {
                words.push(' ');
            }
            words.push_str(word);
        }
    }
    (words, at)
}

fn of_targets(body: &str, step: &Step, read: &Read, found: &mut Found) {
    let lower = body.to_lowercase();
    let has_word = |wanted: &str| {
        lower
            .split(|c: char| !c.is_alphanumeric())
            .any(|word| word == wanted)
    };
    let is_bare = step.targets().next().is_none() && !step.freeride && !step.max_effort;
    let has_lost = read
        .tokens
        .iter()
        .any(|t| matches!(t.kind, Kind::Lost(Lost::Pace | Lost::Beats(_))));
    if is_bare && !has_lost && !step.has_prompts {
        if has_word("rpe") {
            found.push((0, Problem::PerceivedEffort));
        } else if has_word("pace") || has_word("css") {
            found.push((0, Problem::PaceInWords));
        } else if has_word("free") {
            found.push((
                0,
                Problem::WordInLabel {
                    written: "free",
                    fix: "freeride",
                },
            ));
        } else if let Some((written, fix)) = miswritten(body, |unit| matches!(unit, "w" | "%")) {
            found.push((0, Problem::UnknownUnit { written, fix }));
        }
    }
    if step.cadence.is_none()
        && let Some((written, fix)) = miswritten(body, |unit| unit == "rpm")
    {
        found.push((0, Problem::UnknownUnit { written, fix }));
    }
    let has_range = step.targets().any(|target| target.span.is_range());
    if !step.ramp && has_range && has_word("ramp") && !step.has_prompts {
        found.push((
            0,
            Problem::WordInLabel {
                written: "ramp",
                fix: "ramp",
            },
        ));
    }
    if step.ramp && !has_range && read.overridden.is_empty() {
        found.push((0, Problem::RampWithoutRange));
    }
    if let (true, Length::Seconds(seconds)) = (step.ramp, step.length)
        && seconds > LONG_RAMP_MINUTES * 60
    {
        let minutes = seconds / 60;
        found.push((0, Problem::LongRamp { minutes }));
    }
    of_percentages(body, read, found);
}

/// `95% MAP`, `80% max HR`: the service reads percent of FTP.
fn of_percentages(body: &str, read: &Read, found: &mut Found) {
    let overridden = starts_of_overridden(read);
    for token in &read.tokens {
        let is_percent = matches!(token.kind, Kind::Target(t) if t.unit == Unit::PercentFtp);
        if !is_percent || overridden.contains(&token.start) {
            continue;
        }
        let behind = body.get(token.end..).unwrap_or_default();
        let word: String = behind
            .split_whitespace()
            .find(|word| !matches!(word.to_lowercase().as_str(), "of" | "my"))
            .unwrap_or_default()
            .chars()
            .take_while(|c| c.is_alphanumeric())
            .collect();
        let same = written(body, token);
        let fix = match word.to_lowercase().as_str() {
            "map" | "cp" | "pvo2max" => "percent of FTP, or watts".to_owned(),
            "max" | "hrmax" | "maxhr" | "mhr" => format!("{same} HR"),
            "hrr" | "lthr" | "thr" | "lactate" => format!("{same} LTHR"),
            "css" | "vdot" | "threshold" => format!("{same} Pace"),
            _ => continue,
        };
        found.push((token.start, Problem::PercentOfOther { word, fix }));
    }
}

fn starts_of_overridden(read: &Read) -> HashSet<usize> {
    read.overridden
        .iter()
        .map(|(first, _)| first.start)
        .collect()
}

/// The minutes of a length that is written as nothing but minutes.
pub fn bare_minutes(body: &str, read: &Read) -> Option<(usize, u32)> {
    let length = read.length?;
    let digits = written(body, &length).strip_suffix(['m', 'M'])?;
    Some((length.start, digits.parse().ok()?))
}
