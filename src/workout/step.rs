//! One step: from its pieces to what it asks for, as the service puts them together.

use super::ast::{Length, Metric, Step};
use super::lexer::{self, Kind, Token};

/// Ends a series of timed prompts.
const PROMPTS_END: &str = "<!>";

/// A step as it was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Read {
    /// `None` if the service drops it.
    pub step: Option<Step>,
    /// The pieces that were found.
    pub tokens: Vec<Token>,
    /// Which of them were overridden by a later one of their kind.
    pub overridden: Vec<(Token, Token)>,
    /// The length that counts.
    pub length: Option<Token>,
    /// The label before a zone cleared it.
    pub cleared_label: Option<String>,
    /// Seconds that `15s rest` adds.
    pub rest: Option<(Token, u32)>,
    /// Bytes of the text that belong to the label.
    pub label_end: usize,
}

/// Reads what stands behind the hyphen.
#[must_use]
pub fn read(body: &str) -> Read {
    let prompts = body.find(PROMPTS_END);
    let skipped = prompts.map_or(0, |at| at + PROMPTS_END.len());
    let mut tokens = lexer::tokens(body.get(skipped..).unwrap_or_default());
    for token in &mut tokens {
        token.start += skipped;
        token.end += skipped;
    }
    drop_words_of_the_label(&mut tokens);
    let label_end = prompts.or(tokens
        .iter()
        .find(|token| !is_word(token))
        .map(|token| token.start));
    let label_end = label_end.unwrap_or(body.len());
    let label = body.get(..label_end).unwrap_or_default().trim();
    let label = (!label.is_empty()).then(|| label.to_owned());

    let mut read = Read {
        step: None,
        overridden: Vec::new(),
        length: None,
        cleared_label: None,
        rest: None,
        label_end,
        tokens,
    };
    read.take_rest(body);
    let Some(length) = read.last_length() else {
        return read;
    };
    read.length = Some(length);
    let Kind::Length { length: long, .. } = length.kind else {
        return read;
    };
    let mut step = Step::of(long);
    step.rest = read.rest.map_or(0, |(_, seconds)| seconds);
    step.has_prompts = prompts.is_some() && label.is_some();
    step.label = label;
    if prompts.is_none()
        && read
            .tokens
            .iter()
            .any(|token| is_zone(token) && token.start < length.start)
    {
        read.cleared_label = step.label.take();
    }
    read.fold(&mut step);
    if !step.length.is_zero() || step.rest > 0 {
        read.step = Some(step);
    }
    read
}

fn is_zone(token: &Token) -> bool {
    use super::ast::Unit;
    matches!(token.kind, Kind::Target(target)
        if matches!(target.unit, Unit::PowerZone | Unit::HrZone | Unit::PaceZone | Unit::CustomZone))
}

/// What means nothing as long as no number with a unit has ended the label.
const fn is_word(token: &Token) -> bool {
    matches!(token.kind, Kind::Ramp | Kind::Free | Kind::Lost(_))
}

fn drop_words_of_the_label(tokens: &mut Vec<Token>) {
    let mut in_label = true;
    tokens.retain(|token| {
        in_label = in_label && is_word(token);
        !in_label || matches!(token.kind, Kind::Lost(_))
    });
}

impl Read {
    /// `15s rest` beside another length is no length.
    fn take_rest(&mut self, body: &str) {
        let is_length = |token: &&Token| matches!(token.kind, Kind::Length { .. });
        if self.tokens.iter().filter(is_length).count() < 2 {
            return;
        }
        let found = self.tokens.iter().enumerate().find_map(|(at, token)| {
            let behind = body.get(token.end..)?;
            match token.kind {
                Kind::Length {
                    length: Length::Seconds(seconds),
                    ..
                } if lexer::next_word(behind, "rest").is_some() => Some((at, *token, seconds)),
                _ => None,
            }
        });
        if let Some((at, token, seconds)) = found {
            self.rest = Some((token, seconds));
            self.tokens.remove(at);
        }
    }

    fn last_length(&self) -> Option<Token> {
        let is_length = |token: &&Token| matches!(token.kind, Kind::Length { .. });
        self.tokens.iter().rfind(is_length).copied()
    }

    /// Of each kind the last piece counts.
    fn fold(&mut self, step: &mut Step) {
        let (mut power_shown, mut hr_shown) = (None, None);
        // One place for each kind that may be there once: length, power, heart rate, pace, cadence, intensity.
        let mut last: [Option<Token>; 6] = [None; 6];
        for token in &self.tokens {
            let place = match token.kind {
                Kind::Length { .. } => 0,
                Kind::Target(target) => match target.unit.metric() {
                    Metric::Power => {
                        step.power = Some(target);
                        1
                    }
                    Metric::Hr => {
                        step.hr = Some(target);
                        2
                    }
                    Metric::Pace => {
                        step.pace = Some(target);
                        3
                    }
                },
                Kind::Cadence(span) => {
                    step.cadence = Some(span);
                    4
                }
                Kind::Intensity(intensity) => {
                    step.intensity = intensity.or(step.intensity);
                    5
                }
                Kind::Ramp => {
                    step.ramp = true;
                    continue;
                }
                Kind::Freeride | Kind::Free => {
                    step.freeride = true;
                    continue;
                }
                Kind::MaxEffort => {
                    step.max_effort = true;
                    continue;
                }
                Kind::HidePower => {
                    step.hides_power = true;
                    continue;
                }
                Kind::PressLap => {
                    step.until_lap_press = true;
                    continue;
                }
                Kind::Shown {
                    is_power,
                    averaging,
                } => {
                    let shown = if is_power {
                        &mut power_shown
                    } else {
                        &mut hr_shown
                    };
                    *shown = averaging.or(*shown);
                    continue;
                }
                Kind::Lost(_) => continue,
            };
            let earlier = last.get_mut(place).and_then(|seen| seen.replace(*token));
            self.overridden
                .extend(earlier.map(|earlier| (earlier, *token)));
        }
        if let Some(power) = &mut step.power {
            power.shown = power_shown;
        }
        if let Some(hr) = &mut step.hr {
            hr.shown = hr_shown;
        }
    }
}
