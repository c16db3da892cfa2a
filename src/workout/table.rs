//! A workout for people, in columns.

use std::fmt::Write;

use super::ast::{Item, Length, Metric, Per, Section, Span, Step, Workout};
use super::athlete::Athlete;
use super::error::{Mistake, Severity};
use super::estimate::{Estimate, estimate};
use super::print;

/// Longest label that is shown, in characters.
const LABEL: usize = 40;

/// Steps, targets as written and in absolute units, totals and mistakes.
#[must_use]
pub fn table(workout: &Workout, mistakes: &[Mistake], athlete: &Athlete) -> String {
    let mut text = format!("{}\n\n", head(athlete));
    let rows = rows(workout, athlete);
    let mut widths = [0; COLUMNS];
    for cells in rows.iter().filter_map(|row| row.as_ref().ok()) {
        for (width, cell) in widths.iter_mut().zip(cells) {
            *width = (*width).max(cell.chars().count());
        }
    }
    for row in &rows {
        match row {
            Ok(cells) => {
                let mut line = String::new();
                for (cell, width) in cells.iter().zip(widths) {
                    if width > 0 {
                        let _ = write!(line, "{cell:width$}  ");
                    }
                }
                let _ = writeln!(text, "{}", line.trim_end());
            }
            Err(line) => {
                let _ = writeln!(text, "{line}");
            }
        }
    }
    let _ = writeln!(text, "\n{}", total(&estimate(workout, athlete), athlete));
    for severity in [Severity::Error, Severity::Warning] {
        let those = mistakes.iter().filter(|m| m.severity() == severity);
        for (at, mistake) in those.enumerate() {
            if at == 0 {
                text.push('\n');
            }
            let _ = writeln!(text, "{mistake}");
        }
    }
    text
}

const COLUMNS: usize = 5;
type Row = Result<[String; COLUMNS], String>;

fn head(athlete: &Athlete) -> String {
    let mut facts = vec![athlete.sport.clone()];
    facts.extend(athlete.ftp.map(|watts| format!("FTP {watts} W")));
    facts.extend(athlete.lthr.map(|bpm| format!("LTHR {bpm} bpm")));
    facts.extend(
        athlete
            .threshold_pace
            .map(|speed| format!("threshold pace {}", pace(speed, athlete))),
    );
    facts.join(" · ")
}

fn rows(workout: &Workout, athlete: &Athlete) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut section: Option<Section> = None;
    for item in &workout.items {
        match item {
            Item::Text(_) => {}
            Item::Step(step) => {
                if let Some(now) = step.section.filter(|now| section != Some(*now)) {
                    rows.push(Err(now.name().to_owned()));
                }
                section = step.section;
                rows.push(Ok(cells(step, athlete, "")));
            }
            Item::Repeat(repeat) => {
                section = None;
                let title = repeat.title.as_deref().unwrap_or_default();
                rows.push(Err(format!("{title} {}x", repeat.times).trim().to_owned()));
                rows.extend(
                    repeat
                        .steps
                        .iter()
                        .map(|step| Ok(cells(step, athlete, "  "))),
                );
            }
        }
    }
    if rows.is_empty() {
        rows.push(Err("no steps".to_owned()));
    }
    rows
}

fn cells(step: &Step, athlete: &Athlete, indent: &str) -> [String; COLUMNS] {
    let label = step.label.as_deref().unwrap_or_default();
    let short: String = label.chars().take(LABEL).collect();
    let mut written: Vec<String> = Vec::new();
    for (is_so, word) in [
        (step.ramp, "ramp"),
        (step.freeride, "free"),
        (step.max_effort, "max effort"),
    ] {
        if is_so {
            written.push(word.to_owned());
        }
    }
    written.extend(step.targets().map(print::target));
    let mut extra: Vec<String> = Vec::new();
    extra.extend(step.cadence.map(|span| format!("{} rpm", round(span))));
    extra.extend(step.intensity.map(|kind| kind.name().to_owned()));
    if step.until_lap_press {
        extra.push("until lap press".to_owned());
    }
    let resolved: Vec<String> = step
        .targets()
        .filter_map(|target| {
            let span = athlete.resolve(target)?;
            Some(match target.unit.metric() {
                Metric::Power => format!("{} W", round(span)),
                Metric::Hr => format!("{} bpm", round(span)),
                Metric::Pace => match span {
                    Span::One(speed) => pace(speed, athlete),
                    Span::Range(from, to) => {
                        let slower = pace(from, athlete);
                        let (slower, _) = slower.split_once('/').unwrap_or((&slower, ""));
                        format!("{slower}-{}", pace(to, athlete))
                    }
                },
            })
        })
        .collect();
    let (seconds, _) = athlete.extent(step);
    let long = match step.length {
        Length::Seconds(_) => print::duration(seconds),
        length @ Length::Distance(..) => {
            format!("{} ({})", print::length(length), print::duration(seconds))
        }
    };
    [
        format!("{indent}{long}"),
        short,
        written.join(" "),
        resolved.join(", "),
        extra.join(", "),
    ]
}

/// `4:00/km` in the unit of the sport.
fn pace(speed: f64, athlete: &Athlete) -> String {
    let per = Per::of_sport(&athlete.sport);
    print::clock(per.metres(&athlete.sport) / speed.max(0.01), per)
}

fn round(span: Span) -> String {
    match span {
        Span::One(value) => format!("{:.0}", value.round()),
        Span::Range(from, to) => format!("{:.0}-{:.0}", from.round(), to.round()),
    }
}

fn total(found: &Estimate, athlete: &Athlete) -> String {
    let seconds = u32::try_from(found.seconds).unwrap_or(u32::MAX);
    let mut facts = vec![format!("total {}", print::duration(seconds))];
    if found.metres >= 1.0 {
        facts.push(if athlete.is_swim() {
            format!("{:.0} m", found.metres)
        } else {
            format!("{:.2} km", found.metres / 1000.0)
        });
    }
    facts.extend(found.load.map(|load| format!("load {load}")));
    facts.extend(found.intensity.map(|percent| format!("IF {percent:.0} %")));
    facts.extend(
        found
            .normalized_watts
            .map(|watts| format!("NP {watts:.0} W")),
    );
    facts.extend(
        found
            .average_watts
            .map(|watts| format!("average {watts:.0} W")),
    );
    facts.join(" · ")
}
