//! What is printed is read as what was printed, and no text breaks the reader.

use intervals_mcp_server::workout::ast::{
    Averaging, DistanceUnit, Intensity, Item, Length, Per, Repeat, Section, Span, Step, Target,
    Unit, Workout,
};
use intervals_mcp_server::workout::{self, Athlete};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Value, json};

const CASES: u32 = 1_000;

#[expect(
    clippy::disallowed_methods,
    reason = "how long to look is no setting of the server"
)]
fn setting(name: &str) -> Option<u64> {
    Some(std::env::var(name).ok()?.parse().unwrap())
}

/// `WORKOUT_CASES` random cases; a failure says the `WORKOUT_SEED` that finds it again.
fn check<S: Strategy>(strategy: &S, test: impl Fn(S::Value) -> Result<(), TestCaseError>) {
    let cases = setting("WORKOUT_CASES").map_or(CASES, |cases| cases.try_into().unwrap());
    let seed = setting("WORKOUT_SEED").unwrap_or_else(|| getrandom::u64().unwrap());
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let config = Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    };
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    if let Err(error) = TestRunner::new_with_rng(config, rng).run(strategy, test) {
        panic!("WORKOUT_SEED={seed}: {error}");
    }
}

fn one_of<T: Copy + std::fmt::Debug + 'static>(all: &'static [T]) -> impl Strategy<Value = T> {
    (0..all.len()).prop_map(|at| all[at])
}

/// Words that mean nothing to the language.
fn words() -> impl Strategy<Value = String> {
    "[A-YÄÖÜa-z]{1,8}( [a-z,.!é—×]{1,7}| [0-9]{1,3}){0,3}".prop_filter("words of the language", |text| {
        // The language itself judges: a label that is read back whole holds none of it.
        let parsed = workout::parse(&format!("- {text} 10m"));
        matches!(&parsed.workout.items[..], [Item::Step(step)] if step.label.as_deref() == Some(text)
            && *step == Step { label: Some(text.clone()), ..Step::of(Length::Seconds(600)) })
    })
}

fn span(values: impl Strategy<Value = f64> + Clone) -> impl Strategy<Value = Span> {
    prop_oneof![
        values.clone().prop_map(Span::One),
        (values.clone(), values).prop_map(|(from, to)| Span::Range(from, to)),
    ]
}

fn tenths() -> impl Strategy<Value = f64> + Clone {
    (0..50_000_u32).prop_map(|tenths| f64::from(tenths) / 10.0)
}

fn zones() -> impl Strategy<Value = f64> + Clone {
    (1..=7_u32).prop_map(f64::from)
}

fn of(
    span: impl Strategy<Value = Span>,
    unit: impl Strategy<Value = Unit>,
) -> impl Strategy<Value = Target> {
    (span, unit).prop_map(|(span, unit)| Target {
        span,
        unit,
        shown: None,
    })
}

fn shown() -> impl Strategy<Value = Option<Averaging>> {
    proptest::option::of(one_of(&Averaging::ALL))
}

fn power() -> impl Strategy<Value = Target> {
    let best = (1..9_999_u32).prop_map(Unit::PercentBest);
    let target = prop_oneof![
        of(
            span(tenths()),
            prop_oneof![Just(Unit::PercentFtp), Just(Unit::Watts), best]
        ),
        of(span(zones()), Just(Unit::PowerZone)),
        of(
            (0..99_u32).prop_map(|n| Span::One(f64::from(n))),
            Just(Unit::CustomZone)
        ),
        of(Just(Span::One(0.0)), Just(Unit::SweetSpot)),
    ];
    (target, shown()).prop_map(|(target, shown)| Target { shown, ..target })
}

fn hr() -> impl Strategy<Value = Target> {
    let target = prop_oneof![
        of(
            span(tenths()),
            prop_oneof![Just(Unit::PercentLthr), Just(Unit::PercentMaxHr)]
        ),
        of(span(zones()), Just(Unit::HrZone)),
    ];
    (target, shown()).prop_map(|(target, shown)| Target { shown, ..target })
}

fn pace() -> impl Strategy<Value = Target> {
    let per = prop_oneof![one_of(&Per::ALL), Just(Per::Unsaid)].prop_map(Unit::Pace);
    prop_oneof![
        of(span(tenths()), Just(Unit::PercentPace)),
        of(span(zones()), Just(Unit::PaceZone)),
        of(span((1..59_999_u32).prop_map(f64::from)), per),
    ]
}

fn length() -> impl Strategy<Value = Length> {
    prop_oneof![
        (1..400_000_u32).prop_map(Length::Seconds),
        (1..500_000_u32, one_of(&DistanceUnit::ALL))
            .prop_map(|(hundredths, unit)| Length::Distance(f64::from(hundredths) / 100.0, unit)),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    use proptest::option::of as maybe;
    let labels = prop_oneof![
        3 => Just((None, false)),
        3 => words().prop_map(|words| (Some(words), false)),
        1 => "[a-z]{1,9}( [0-9]{1,2}\\^| [0-9]{1,2}s| Z2| [a-z]{1,9}){1,4}".prop_map(|text| (Some(text), true)),
    ];
    let targets = (
        maybe(power()),
        maybe(hr()),
        maybe(pace()),
        maybe(span((0..200_u32).prop_map(f64::from))),
    );
    let flags = proptest::bits::u8::masked(0b1_1111);
    (
        labels,
        length(),
        0..3_u32,
        targets,
        flags,
        maybe(one_of(&Intensity::ALL)),
    )
        .prop_map(
            |((label, has_prompts), length, rest, (power, hr, pace, cadence), flags, intensity)| {
                Step {
                    label,
                    has_prompts,
                    length,
                    rest: rest * 10,
                    power,
                    hr,
                    pace,
                    cadence,
                    ramp: flags & 1 > 0,
                    freeride: flags & 2 > 0,
                    max_effort: flags & 4 > 0,
                    hides_power: flags & 8 > 0,
                    until_lap_press: flags & 16 > 0,
                    section: None,
                    intensity,
                }
            },
        )
}

fn workout() -> impl Strategy<Value = Workout> {
    use proptest::option::of as maybe;
    let placed = (step(), maybe(one_of(&Section::ALL)))
        .prop_map(|(step, section)| Item::Step(Step { section, ..step }));
    let repeat = (
        maybe(words()),
        1..1_000_u32,
        proptest::collection::vec(step(), 1..4),
    )
        .prop_map(|(title, times, steps)| {
            Item::Repeat(Repeat {
                title,
                times,
                steps,
            })
        });
    let items = prop_oneof![
        3 => placed,
        1 => repeat,
        1 => words().prop_map(Item::Text),
    ];
    (
        proptest::collection::vec(items, 0..7),
        maybe("[0-9]{2}m"),
        maybe("[A-Z][a-z]{2,9}"),
    )
        .prop_map(|(items, pool_length, category)| Workout {
            items,
            pool_length,
            category,
        })
}

/// Lines of pieces of the language and of nothing.
fn soup() -> impl Strategy<Value = String> {
    const PIECES: [&str; 64] = [
        "\n",
        "\n",
        "\n",
        "\n\n",
        "\n- ",
        "\n- ",
        "\n- ",
        "\n-",
        "\n  - ",
        "\n* ",
        "\n3x",
        "\nMain 4x\n- ",
        "\n\n2x\n- ",
        "\nWarmup\n- ",
        "\nCooldown\n",
        "\nPool length: 25m\n",
        "\nCategory: x",
        "\n---",
        "\nMain",
        " ",
        " ",
        " ",
        "10m",
        "1h30m",
        "5:00",
        "400m",
        "0s",
        "1m30",
        "5' 30\"",
        "2km",
        "400mtr",
        "Z2",
        "Z2-Z3",
        "Z9",
        "CZ1",
        "SS",
        "75%",
        "95-105%",
        "80–90%",
        "220w",
        "160w-256w",
        "HR",
        "LTHR",
        "Pace",
        "4:00/km",
        "4:00-4:10/km Pace",
        "1:40/100m Pace",
        "90rpm",
        "85–95rpm",
        "145bpm",
        "ramp",
        "free",
        "freeride",
        "maxeffort",
        "hidepower",
        "Press lap",
        "intensity=rest",
        "intensity=no",
        "power=lap",
        "hr=3s",
        "15s rest",
        "<!>",
        "% MMP 5m",
        "é<3x",
    ];
    proptest::collection::vec(one_of(&PIECES), 0..40).prop_map(|pieces| pieces.concat())
}

/// Whatever is made of a text can be shown, and printed it is read as the same.
fn survives(text: &str) -> Result<(), TestCaseError> {
    let parsed = workout::parse(text);
    prop_assert_eq!(parsed.workout.steps().count(), parsed.places.len());
    for sport in ["Ride", "Run", "Swim"] {
        let athlete = Athlete {
            ftp: Some(250.0),
            lthr: Some(165.0),
            threshold_pace: Some(4.0),
            ..Athlete::of(sport)
        };
        let mistakes = workout::validate(&parsed, &athlete);
        let document = workout::document(&parsed.workout, &athlete);
        prop_assert!(document["steps"].is_array());
        let table = workout::table(&parsed.workout, &mistakes, &athlete);
        prop_assert!(table.starts_with(sport));
        let lines = text.lines().count().max(1);
        for mistake in &mistakes {
            let width = text
                .lines()
                .nth(mistake.line - 1)
                .map_or(0, |line| line.chars().count());
            prop_assert!((1..=lines).contains(&mistake.line), "{mistake}");
            prop_assert!((1..=width + 1).contains(&mistake.column), "{mistake}");
        }
    }
    let printed = workout::print(&parsed.workout);
    // With its blank lines it may be longer than what is read.
    if printed.len() > workout::MAX_BYTES {
        return Ok(());
    }
    let again = workout::parse(&printed);
    prop_assert_eq!(&again.workout, &parsed.workout, "printed: {:?}", printed);
    Ok(())
}

#[test]
fn what_is_printed_is_read_as_what_was_printed() {
    check(&workout(), |workout| {
        let printed = workout::print(&workout);
        let read = workout::parse(&printed).workout;
        prop_assert_eq!(read, workout, "printed: {}", printed);
        Ok(())
    });
}

/// Members of structured steps with right, odd and wrong values.
fn members() -> impl Strategy<Value = Value> {
    const MEMBERS: [&str; 12] = [
        "text",
        "duration",
        "distance",
        "power",
        "hr",
        "pace",
        "cadence",
        "ramp",
        "intensity",
        "section",
        "press_lap",
        "reps",
    ];
    let value = prop_oneof![
        one_of(&[
            "10m",
            "1h30m",
            "400mtr",
            "1km",
            "95-105%",
            "220w",
            "Z2",
            "Z2-Z3",
            "SS",
            "80% LTHR",
            "4:00/km",
            "4:00/km-4:10/km",
            "90",
            "85-95",
            "rest",
            "warmup",
            "Hard",
            "Hard 5m",
            "true",
            "",
            "-x",
            "a\nb",
            "4x",
            "3 4x",
            "<b>",
        ])
        .prop_map(Value::from),
        (0..5_000_u32).prop_map(Value::from),
        (0..5_000_u32).prop_map(|n| json!(f64::from(n) / 7.0)),
        any::<bool>().prop_map(Value::from),
        (
            1..200_u32,
            1..200_u32,
            one_of(&["%ftp", "w", "power_zone", "%lthr", "bpm", "%pace", "none"])
        )
            .prop_map(|(start, end, units)| json!({ "start": start, "end": end, "units": units })),
        (1..200_u32, one_of(&["%ftp", "hr_zone", "pace_zone"]))
            .prop_map(|(value, units)| json!({ "value": value, "units": units })),
        Just(Value::Null),
    ];
    let length = one_of(&["10m", "90s", "1h"]);
    let chosen = proptest::collection::vec((one_of(&MEMBERS), value), 0..5);
    (length, chosen).prop_map(|(length, chosen)| {
        let mut step = json!({ "duration": length });
        for (name, value) in chosen {
            step[name] = value;
        }
        step
    })
}

fn structured() -> impl Strategy<Value = Vec<Value>> {
    let repeat =
        (members(), proptest::collection::vec(members(), 0..4)).prop_map(|(mut head, steps)| {
            head["steps"] = steps.into();
            head
        });
    let line = soup().prop_map(Value::from);
    proptest::collection::vec(prop_oneof![4 => members(), 1 => repeat, 1 => line], 0..5)
}

#[test]
fn structured_steps_are_refused_or_survive() {
    let read = std::cell::Cell::new(0);
    check(&structured(), |steps| {
        let Ok(workout) = workout::from_steps(&steps, Some(165.0)) else {
            return Ok(());
        };
        read.set(read.get() + 1);
        let printed = workout::print(&workout);
        prop_assert_eq!(
            workout::parse(&printed).workout,
            workout,
            "printed: {}",
            printed
        );
        Ok(())
    });
    assert!(read.get() > 50, "only {} were read", read.get());
}

#[test]
fn any_text_survives() {
    check(&any::<String>(), |text| survives(&text));
    check(&"(- |[ \\n0-9a-z%:x=–<>'\"/-]){0,80}", |text| {
        survives(&text)
    });
}

#[test]
fn any_text_of_pieces_of_the_language_survives() {
    check(&soup(), |text| survives(&text));
}

/// Nothing is looked at again and again: a hundred times the usual text takes a moment, whatever it is made of.
#[test]
fn the_longest_texts_are_read() {
    for piece in [
        "5%",
        "5% ",
        "10m 5% x ",
        "Z2 ",
        "5' ",
        "<",
        "- 1m\n",
        "2x\n- 1m\n",
        "1x\n\n",
        "–5",
        "9",
        "4:00/km ",
        "145bpm ",
        "press ",
    ] {
        let text = format!("- {}", piece.repeat(workout::MAX_BYTES / piece.len() - 2));
        survives(&text).unwrap();
    }
    let long = "999999x\n- 9999999s 50%\n- 1s 60%\n";
    let estimate = workout::estimate(&workout::parse(long).workout, &Athlete::of("Ride"));
    assert_eq!(estimate.seconds, 999_999 * 10_000_000);
}
