//! A workout as text, in one way of writing: `parse(print(w))` is `w`.

use std::fmt::{self, Write};

use super::ast::{Item, Length, Per, Repeat, Section, Span, Step, Target, Unit, Workout};

/// The text of a workout.
#[must_use]
pub fn print(workout: &Workout) -> String {
    let mut printer = Printer::default();
    if let Some(length) = &workout.pool_length {
        printer.paragraph(&format!("Pool length: {length}"));
    }
    if let Some(category) = &workout.category {
        printer.paragraph(&format!("Category: {category}"));
    }
    for item in &workout.items {
        match item {
            Item::Text(text) => printer.paragraph(text),
            Item::Step(one) => printer.step(one),
            Item::Repeat(repeat) => printer.paragraph(&block(repeat)),
        }
    }
    printer.text
}

#[derive(Default)]
struct Printer {
    text: String,
    /// Below which header the last line stands; `None` when a step may not follow it directly.
    open: Option<Option<Section>>,
}

impl Printer {
    fn blank(&mut self) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
    }

    fn paragraph(&mut self, text: &str) {
        self.blank();
        self.text.push_str(text.trim_end());
        self.text.push('\n');
        self.open = None;
    }

    fn step(&mut self, one: &Step) {
        if self.open != Some(one.section) {
            self.blank();
            if let Some(section) = one.section {
                self.text.push_str(section.name());
                self.text.push('\n');
            }
            self.open = Some(one.section);
        }
        let _ = writeln!(self.text, "{}", step(one));
    }
}

fn block(repeat: &Repeat) -> String {
    let mut text = String::new();
    if let Some(title) = &repeat.title {
        let _ = write!(text, "{title} ");
    }
    let _ = writeln!(text, "{}x", repeat.times);
    for one in &repeat.steps {
        let _ = writeln!(text, "{}", step(one));
    }
    text
}

/// One step on its line, hyphen and all.
#[must_use]
pub fn step(step: &Step) -> String {
    let mut line = String::from("-");
    if let Some(label) = &step.label {
        let _ = write!(line, " {label}");
        if step.has_prompts {
            line.push_str(" <!>");
        }
    }
    let _ = write!(line, " {}", length(step.length));
    for (is_so, word) in [
        (step.ramp, "ramp"),
        (step.freeride, "freeride"),
        (step.max_effort, "maxeffort"),
    ] {
        if is_so {
            let _ = write!(line, " {word}");
        }
    }
    for goal in step.targets() {
        let _ = write!(line, " {}", target(goal));
    }
    if let Some(cadence) = step.cadence {
        let _ = write!(line, " {}rpm", Plain(cadence));
    }
    if step.rest > 0 {
        let _ = write!(line, " {}s rest", step.rest);
    }
    if let Some(intensity) = step.intensity {
        let _ = write!(line, " intensity={}", intensity.name());
    }
    for (goal, key) in [(&step.power, "power"), (&step.hr, "hr")] {
        if let Some(shown) = goal.and_then(|goal| goal.shown) {
            let _ = write!(line, " {key}={}", shown.name());
        }
    }
    if step.hides_power {
        line.push_str(" hidepower");
    }
    if step.until_lap_press {
        line.push_str(" Press lap");
    }
    line
}

/// `1h30m`, `400mtr`.
#[must_use]
pub fn length(length: Length) -> String {
    match length {
        Length::Seconds(seconds) => duration(seconds),
        Length::Distance(value, unit) => format!("{value}{}", unit.name()),
    }
}

/// `1h30m`, `8m`, `1m30s`.
#[must_use]
pub fn duration(seconds: u32) -> String {
    let mut text = String::new();
    for (value, unit) in [
        (seconds / 3600, 'h'),
        (seconds / 60 % 60, 'm'),
        (seconds % 60, 's'),
    ] {
        if value > 0 {
            let _ = write!(text, "{value}{unit}");
        }
    }
    if text.is_empty() {
        text.push_str("0s");
    }
    text
}

/// `95-105%`, `Z2 HR`, `4:00/km-4:10/km Pace`.
#[must_use]
pub fn target(target: &Target) -> String {
    let span = target.span;
    match target.unit {
        Unit::PercentFtp => format!("{}%", Plain(span)),
        Unit::Watts => format!("{}w", Plain(span)),
        Unit::PercentBest(seconds) => format!("{}% MMP {}", Plain(span), duration(seconds)),
        Unit::PowerZone => zone(span),
        Unit::CustomZone => format!("CZ{}", span.ends().0),
        Unit::SweetSpot => "SS".to_owned(),
        Unit::PercentLthr => format!("{}% LTHR", Plain(span)),
        Unit::PercentMaxHr => format!("{}% HR", Plain(span)),
        Unit::HrZone => format!("{} HR", zone(span)),
        Unit::PercentPace => format!("{}% Pace", Plain(span)),
        Unit::PaceZone => format!("{} Pace", zone(span)),
        Unit::Pace(per) => match span {
            Span::One(seconds) => format!("{} Pace", clock(seconds, per)),
            Span::Range(from, to) => format!("{}-{} Pace", clock(from, per), clock(to, per)),
        },
    }
}

fn zone(span: Span) -> String {
    match span {
        Span::One(zone) => format!("Z{zone}"),
        Span::Range(from, to) => format!("Z{from}-Z{to}"),
    }
}

/// `4:05/km`
#[must_use]
pub fn clock(seconds: f64, per: Per) -> String {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "seconds of a pace; the cast saturates"
    )]
    let seconds = seconds.round() as u32;
    let slash = if per == Per::Unsaid { "" } else { "/" };
    format!("{}:{:02}{slash}{}", seconds / 60, seconds % 60, per.name())
}

/// `95`, `95-105`
struct Plain(Span);

impl fmt::Display for Plain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Span::One(value) => write!(f, "{value}"),
            Span::Range(from, to) => write!(f, "{from}-{to}"),
        }
    }
}
