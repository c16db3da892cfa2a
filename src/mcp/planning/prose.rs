//! The text of a planned session: prose first, then the steps.

use std::ops::Range;

use crate::workout;

/// Longest line above the first step that is taken for the title of the steps, in characters.
const LONGEST_TITLE: usize = 40;

/// The prose before the steps, and the steps with what stands above them and belongs to them: head of a repeat, section,
/// title, pool length. Either may be empty; joined again they mean the same.
#[must_use]
pub fn split(text: &str) -> (&str, &str) {
    let lines = lines(text);
    let parsed = workout::parse(text);
    let first = parsed.places.iter().map(|(line, _)| line - 1).min();
    let Some(first) = first else {
        return (text, "");
    };
    let line = |at: usize| {
        let line = lines.get(at).and_then(|range| text.get(range.clone()));
        let line = line.unwrap_or_default();
        let mark = if at == 0 { "\u{feff}" } else { "" };
        line.strip_prefix(mark).unwrap_or(line).trim()
    };
    let at = begin(first, line);
    let start = lines.get(at).map_or(text.len(), |range| range.start);
    let prose = text.get(..start).unwrap_or_default();
    (prose, text.get(start..).unwrap_or_default())
}

/// Prose and steps as one text.
#[must_use]
pub fn join(prose: &str, steps: &str) -> String {
    match (prose.trim().is_empty(), steps.trim().is_empty()) {
        (true, _) => steps.to_owned(),
        (false, true) => prose.trim_end().to_owned(),
        (false, false) => format!("{}\n\n{steps}", prose.trim_end()),
    }
}

fn lines(text: &str) -> Vec<Range<usize>> {
    let mut start = 0;
    text.split_inclusive('\n')
        .map(|line| {
            let range = start..start + line.len();
            start = range.end;
            range
        })
        .collect()
}

/// The line at which the block of the step in line `first` begins.
fn begin<'t>(first: usize, line: impl Fn(usize) -> &'t str) -> usize {
    let above = |at: usize| at.checked_sub(1).map(&line);
    let mut at = first;
    // A line of hyphens is none of a step.
    while above(at).is_some_and(|line| line.starts_with('-') && line.contains(|c| c != '-')) {
        at -= 1;
    }
    let is_alone = |at: usize| above(at).is_none_or(str::is_empty);
    match above(at) {
        Some(head) if !head.is_empty() && is_alone(at - 1) && is_title(head) => at -= 1,
        _ => {
            while above(at).is_some_and(is_section) {
                at -= 1;
            }
        }
    }
    options(at, &line)
}

/// Takes in the lines above that are settings of the workout, blank ones between them too.
fn options<'t>(begin: usize, line: &impl Fn(usize) -> &'t str) -> usize {
    let mut found = begin;
    for at in (0..begin).rev() {
        match line(at) {
            "" => {}
            option if is_option(option) => found = at,
            _ => break,
        }
    }
    found
}

fn is_section(line: &str) -> bool {
    ["warmup", "cooldown"]
        .iter()
        .any(|section| line.eq_ignore_ascii_case(section))
}

fn is_option(line: &str) -> bool {
    let line = line.to_ascii_lowercase();
    ["pool length:", "category:"]
        .iter()
        .any(|option| line.len() > option.len() && line.starts_with(option))
}

/// `4x`, `Main set`, `Warmup`; a sentence is prose.
fn is_title(line: &str) -> bool {
    line.chars().count() <= LONGEST_TITLE && !line.ends_with(['.', '!', '?', ',', ';'])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn prose_ends_where_the_first_block_of_steps_begins() {
        for (prose, steps) in [
            ("Ride by feel.\n\n", "Warmup\n- 10m 50%\n\n4x\n- 1m 120%"),
            ("Two laps.\n\n", "Main set 4x\n- 8m 95%\n- 4m 55%"),
            ("Hold back. Eat early.\n", "- 1h 65%"),
            ("Bring:\n- gels\n- water\n\n", "- 1h 65%"),
            ("", "Main set\n- 1h 65%"),
            ("Easy.\n\n", "Pool length: 25m\n\n- 300mtr 70% Pace"),
            ("Only words.", ""),
            ("", "4x\n- 1m 120%\n\nWell done."),
            ("Ride by feel.\n\n4x\n\n", "- 1m 120%"),
            ("Not alone, so no head:\n4x\n", "- 1m 120%"),
        ] {
            let text = format!("{prose}{steps}");
            assert_eq!(split(&text), (prose, steps), "{text:?}");
        }
    }

    fn line() -> impl Strategy<Value = String> {
        prop_oneof![
            Just(String::new()),
            Just("  ".to_owned()),
            "- (Easy )?[1-9]m (ramp )?[5-9]0%",
            "  - [1-9]m Z2",
            "- gels",
            "--",
            "(Main set )?[0-9]x",
            "(W|w)armup|Cooldown",
            "(Pool length|Category|Pool length): ?(25m)?",
            "[A-Za-z ,.]{0,50}",
            "\\PC{0,12}",
        ]
    }

    fn text() -> impl Strategy<Value = String> {
        let ends = prop_oneof![Just("\n"), Just("\r\n")];
        (
            any::<bool>(),
            proptest::collection::vec((line(), ends), 0..12),
        )
            .prop_map(|(has_mark, lines)| {
                let lines = lines.into_iter().map(|(line, end)| line + end);
                let mark = if has_mark { "\u{feff}" } else { "" };
                format!("{mark}{}", lines.collect::<String>())
            })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1_000))]

        #[test]
        fn what_was_split_and_joined_is_the_same_workout(text in text()) {
            let (prose, steps) = split(&text);
            prop_assert_eq!(format!("{prose}{steps}"), text.clone());
            let joined = join(prose, steps);
            prop_assert_eq!(
                workout::parse(&joined).workout,
                workout::parse(&text).workout,
                "{:?}", joined
            );
        }

        #[test]
        fn steps_alone_are_all_steps(text in text()) {
            let (prose, steps) = split(&text);
            prop_assert_eq!(workout::parse(prose).places.len(), 0);
            let of = |text: &str| workout::parse(text).workout.steps().cloned().collect::<Vec<_>>();
            prop_assert_eq!(of(steps), of(&text));
        }
    }
}
