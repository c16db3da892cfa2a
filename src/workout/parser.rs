//! Lines and blocks: which line is a step, what belongs to a repeat, what a header says.
//!
//! Blocks are what blank lines part. A repeat needs its head at the beginning of a block and its steps directly below, at the
//! start of their lines; `Warmup` and `Cooldown` hold until their block ends. What does not keep to this is read as the service
//! was seen to read it, and reported.

use super::ast::{Item, Repeat, Section, Step, Workout};
use super::error::{Mistake, Problem, Severity};
use super::review;
use super::step;

/// The longest text that is read.
pub const MAX_BYTES: usize = 64 * 1024;
/// Mistakes reported of one step at most.
const MOST_MISTAKES: usize = 8;
const POOL_LENGTH: &str = "pool length:";
const CATEGORY: &str = "category:";

/// A text as the service reads it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Parsed {
    pub workout: Workout,
    /// What is wrong with the way it is written, in the order of the lines.
    pub mistakes: Vec<Mistake>,
    /// Line and column of every step, in the order of [`Workout::items`], those inside of repeats included.
    pub places: Vec<(usize, usize)>,
    /// Lengths such as `400m`, which may be meant as metres.
    pub bare_minutes: Vec<BareMinutes>,
}

/// A length of so many minutes and nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BareMinutes {
    pub line: usize,
    pub column: usize,
    pub minutes: u32,
    pub is_repeated: bool,
}

/// Reads `text`. Every text is read somehow.
#[must_use]
pub fn parse(text: &str) -> Parsed {
    if text.len() > MAX_BYTES {
        return Parsed {
            mistakes: vec![Mistake {
                line: 1,
                column: 1,
                problem: Problem::TooLong { most: MAX_BYTES },
            }],
            ..Parsed::default()
        };
    }
    let lines: Vec<&str> = text
        .strip_prefix('\u{feff}')
        .unwrap_or(text)
        .lines()
        .collect();
    let mut parser = Parser {
        next_is_step: next_is_step(&lines),
        lines,
        ..Parser::default()
    };
    for at in 0..parser.lines.len() {
        parser.line(at);
    }
    parser.end()
}

/// Of every line whether the next one that is not blank is a step.
fn next_is_step(lines: &[&str]) -> Vec<bool> {
    let mut next = false;
    let mut found: Vec<bool> = lines
        .iter()
        .rev()
        .map(|line| {
            let seen = next;
            if !line.trim().is_empty() {
                next = is_step(line);
            }
            seen
        })
        .collect();
    found.reverse();
    found
}

/// A hyphen and something behind it; a line of hyphens is a ruler.
fn is_step(line: &str) -> bool {
    let line = line.trim();
    line.starts_with('-') && line.contains(|c| c != '-')
}

/// `Main set 4x`: title and how often.
fn repeat_head(line: &str) -> Option<(Option<&str>, u32)> {
    let line = line.trim();
    let (title, last) = line
        .rsplit_once(char::is_whitespace)
        .map_or(("", line), |(title, last)| (title.trim(), last));
    let digits = last.strip_suffix(['x', 'X'])?;
    let is_number = (1..=6).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    let times = is_number.then(|| digits.parse().ok()).flatten()?;
    Some(((!title.is_empty()).then_some(title), times))
}

/// The value of an option line.
fn option<'l>(line: &'l str, name: &str) -> Option<&'l str> {
    let head = line.get(..name.len())?;
    let value = line.get(name.len()..)?.trim();
    (head.eq_ignore_ascii_case(name) && !value.is_empty()).then_some(value)
}

#[derive(Clone, Copy, PartialEq, Eq, Default)]
enum Before {
    #[default]
    Blank,
    Text,
    Head,
    Step,
}

struct OpenRepeat<'t> {
    head: &'t str,
    line: usize,
    repeat: Repeat,
    places: Vec<(usize, usize)>,
}

#[derive(Default)]
struct Parser<'t> {
    lines: Vec<&'t str>,
    next_is_step: Vec<bool>,
    parsed: Parsed,
    paragraph: String,
    before: Before,
    section: Option<Section>,
    /// A header whose steps are still to come.
    header: Option<usize>,
    repeat: Option<OpenRepeat<'t>>,
    /// Steps that were indented.
    moved: Vec<(Step, (usize, usize))>,
}

impl<'t> Parser<'t> {
    fn line(&mut self, at: usize) {
        let Some(line) = self.lines.get(at).copied() else {
            return;
        };
        let trimmed = line.trim();
        if trimmed.is_empty() {
            self.blank();
        } else if is_step(line) {
            self.step(line, at);
        } else if let Some(length) = option(trimmed, POOL_LENGTH) {
            self.leave_block(at);
            self.parsed.workout.pool_length = Some(length.to_owned());
        } else if let Some(category) = option(trimmed, CATEGORY) {
            self.leave_block(at);
            self.parsed.workout.category = Some(category.to_owned());
        } else if let Some(section) = Section::ALL
            .into_iter()
            .find(|section| section.name().eq_ignore_ascii_case(trimmed))
        {
            self.leave_block(at);
            self.section = Some(section);
            self.header = Some(at);
        } else {
            match repeat_head(trimmed) {
                Some((title, times)) if self.next_is_step.get(at) == Some(&true) => {
                    self.head(trimmed, title, times, at);
                }
                _ => self.text(line, trimmed, at),
            }
        }
    }

    fn report(&mut self, at: usize, column: usize, problem: Problem) {
        self.parsed.mistakes.push(Mistake {
            line: at + 1,
            column,
            problem,
        });
    }

    fn blank(&mut self) {
        if let Some(at) = self.header.take() {
            self.report(at, 1, Problem::HeaderWithoutSteps);
        }
        self.end_paragraph();
        self.end_repeat();
        self.section = None;
        self.before = Before::Blank;
    }

    /// A line that is no step ends what was open.
    fn leave_block(&mut self, at: usize) {
        if self.repeat.is_some() && self.before == Before::Step {
            self.report(at, 1, Problem::NoBlankAfter);
        }
        self.end_paragraph();
        self.end_repeat();
        self.section = None;
        self.header = None;
        self.before = Before::Text;
    }

    fn end_paragraph(&mut self) {
        if !self.paragraph.is_empty() {
            let text = std::mem::take(&mut self.paragraph);
            self.parsed.workout.items.push(Item::Text(text));
        }
    }

    fn end_repeat(&mut self) {
        let Some(open) = self.repeat.take() else {
            return;
        };
        if open.repeat.steps.is_empty() {
            self.parsed
                .workout
                .items
                .push(Item::Text(open.head.to_owned()));
            if self.before == Before::Head {
                self.report(open.line, 1, Problem::EmptyRepeat);
            }
            return;
        }
        self.parsed.places.extend(open.places);
        self.parsed.workout.items.push(Item::Repeat(open.repeat));
    }

    fn head(&mut self, line: &'t str, title: Option<&str>, times: u32, at: usize) {
        if times > 0 && self.before == Before::Blank {
            self.repeat = Some(OpenRepeat {
                head: line,
                line: at,
                repeat: Repeat {
                    title: title.map(str::to_owned),
                    times,
                    steps: Vec::new(),
                },
                places: Vec::new(),
            });
            self.before = Before::Head;
            return;
        }
        let above = at.checked_sub(1).and_then(|at| self.lines.get(at));
        let below_a_head = above.is_some_and(|above| repeat_head(above).is_some());
        let problem = if times == 0 {
            Problem::ZeroTimes
        } else if self.repeat.is_some() || below_a_head {
            Problem::Nested
        } else {
            Problem::NoBlankBefore
        };
        self.report(at, 1, problem);
        self.end_repeat();
        self.section = None;
        self.header = None;
        self.add_text(line);
    }

    fn text(&mut self, line: &str, trimmed: &str, at: usize) {
        if self.before != Before::Text {
            self.leave_block(at);
        }
        self.section = None;
        self.header = None;
        let column = 1 + line.chars().take_while(|c| c.is_whitespace()).count();
        let is_first = self.parsed.workout.items.is_empty() && self.paragraph.is_empty();
        let found = review::text(trimmed, is_first, self.next_line_is_step(at));
        for problem in found {
            self.report(at, column, problem);
        }
        self.add_text(trimmed);
    }

    fn next_line_is_step(&self, at: usize) -> bool {
        self.lines.get(at + 1).is_some_and(|line| is_step(line))
    }

    fn add_text(&mut self, line: &str) {
        if !self.paragraph.is_empty() {
            self.paragraph.push('\n');
        }
        self.paragraph.push_str(line);
        self.before = Before::Text;
    }

    fn step(&mut self, line: &str, at: usize) {
        self.end_paragraph();
        self.header = None;
        let is_indented = !line.starts_with('-');
        let trimmed = line.trim();
        let indent = line.len() - line.trim_start().len();
        let body = trimmed.strip_prefix('-').unwrap_or(trimmed).trim_start();
        let read = step::read(body);
        let start = indent + trimmed.len() - body.len();
        let column = |byte: usize| {
            1 + line
                .get(..start + byte)
                .map_or(0, |before| before.chars().count())
        };
        let place = (at + 1, column(0));
        if is_indented {
            self.report(at, 1, Problem::Indented);
        }
        // More would be noise, and columns take time to count.
        for (byte, problem) in review::step(body, &read).into_iter().take(MOST_MISTAKES) {
            self.report(at, column(byte), problem);
        }
        if let Some((byte, minutes)) = review::bare_minutes(body, &read) {
            self.parsed.bare_minutes.push(BareMinutes {
                line: at + 1,
                column: column(byte),
                minutes,
                is_repeated: self.repeat.is_some(),
            });
        }
        let had_head = self.before == Before::Head;
        self.before = Before::Step;
        if is_indented {
            if had_head {
                self.end_repeat();
            }
            self.moved.extend(read.step.map(|step| (step, place)));
            return;
        }
        let Some(mut step) = read.step else { return };
        let is_inside = self
            .repeat
            .as_ref()
            .is_some_and(|open| !open.repeat.steps.is_empty());
        if is_inside && review::is_cooldown(&step) {
            self.report(at, column(0), Problem::CooldownInRepeat);
        }
        if let Some(open) = &mut self.repeat {
            open.repeat.steps.push(step);
            open.places.push(place);
        } else {
            step.section = self.section;
            self.parsed.workout.items.push(Item::Step(step));
            self.parsed.places.push(place);
        }
    }

    fn end(mut self) -> Parsed {
        self.blank();
        for (step, place) in std::mem::take(&mut self.moved) {
            self.parsed.workout.items.push(Item::Step(step));
            self.parsed.places.push(place);
        }
        let mut mistakes = self.parsed.mistakes.iter();
        let is_explained = mistakes.any(|mistake| mistake.severity() == Severity::Error);
        if self.parsed.places.is_empty() && !is_explained {
            self.report(0, 1, Problem::NoSteps);
        }
        self.parsed
            .mistakes
            .sort_by_key(|mistake| (mistake.line, mistake.column));
        self.parsed
    }
}
