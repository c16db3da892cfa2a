//! Every mistake is told with its place and what to write instead.

use intervals_mcp_server::workout::{self, Athlete, MAX_BYTES, Severity};

fn athlete(sport: &str) -> Athlete {
    Athlete {
        ftp: (sport == "Ride").then_some(250.0),
        lthr: Some(165.0),
        threshold_pace: Some(if sport == "Swim" { 1.0 } else { 4.0 }),
        ..Athlete::of(sport)
    }
}

fn told(text: &str, sport: &str) -> Vec<String> {
    let found = workout::validate(&workout::parse(text), &athlete(sport));
    found.iter().map(ToString::to_string).collect()
}

/// The one mistake of `text` begins and ends so.
fn one(sport: &str, text: &str, begins: &str, ends: &str) {
    let told = told(text, sport);
    assert_eq!(told.len(), 1, "{text:?}: {told:#?}");
    assert!(
        told[0].starts_with(begins) && told[0].ends_with(ends),
        "{text:?}: {}",
        told[0]
    );
}

#[test]
fn right_texts_have_none() {
    for (sport, text) in [
        ("Ride", "-Z2 2h"),
        (
            "Ride",
            "Easy day.\n\nWarmup\n- 10m ramp 50-75% 85-95rpm\n\nMain set 4x\n- Hard 8m 95-100% 90rpm\n- Easy 4m 55% intensity=rest\n\nCooldown\n- 10m ramp 60-45%",
        ),
        (
            "Ride",
            "- Spin 5m freeride\n- Sprint 0m10s 225-275% power=1s\n- 10m Z1 Press lap",
        ),
        ("Ride", "- 10m SS\n- 120m Z2\n- 180m 150w"),
        (
            "Run",
            "- 10m 75-82% LTHR\n\n3x\n- 6m Z4 HR\n- 2m Z1 HR intensity=rest\n\n- 5m 70% HR",
        ),
        (
            "Run",
            "- 2km 4:30/km-4:40/km Pace\n- 50m Z2 Pace\n- 90m 80% Pace",
        ),
        (
            "Swim",
            "Pool length: 25m\n\n- 300mtr 65-78% Pace\n\n4x\n- Drill 100mtr 80-90% Pace\n- 15s 40% Pace",
        ),
    ] {
        assert_eq!(told(text, sport), [""; 0], "{text}");
    }
}

#[test]
fn metres_are_not_minutes() {
    one(
        "Run",
        "- 400m 90% Pace",
        "1:3 error: 400m means minutes.",
        "Write 400mtr, or 6h40m if minutes are meant.",
    );
    one(
        "Ride",
        "5x\n- Hard 100m 90%",
        "2:8 error: 100m means",
        "or 1h40m if minutes are meant.",
    );
    one(
        "Swim",
        "- 50m 90% Pace",
        "1:3 error: 50m means",
        "Write 50mtr, or 0h50m if minutes are meant.",
    );
}

#[test]
fn repeats_need_blank_lines_and_steps_at_the_start_of_their_lines() {
    one(
        "Ride",
        "- 5m 60%\n3x\n- 1m 90%",
        "2:1 error: a repeat without a blank line before it is done once.",
        "",
    );
    one(
        "Ride",
        "3x\n- 1m 90%\nNow easy\n- 5m 60%",
        "3:1 error: the repeat above ends without a blank line",
        "before this.",
    );
    one(
        "Ride",
        "3x\n\n- 1m 90%",
        "1:1 error: no steps stand directly below this repeat",
        "",
    );
    one(
        "Ride",
        "3x\n- 1m 90%\n2x\n- 5s 200%",
        "3:1 error: repeats do not nest",
        "",
    );
    one("Ride", "0x\n- 1m 90%", "1:1 error: a repeat of 0 times", "");
    one(
        "Ride",
        "- 3x8m 95%",
        "1:3 error: a repeat is no part of a step.",
        "",
    );
    one(
        "Ride",
        "- 3 x 8m 95%",
        "1:3 error: a repeat is no part of a step. Write 3x on",
        "",
    );
    one(
        "Ride",
        "4x Main set\n- 1m 90%",
        "1:1 error: how often stands at the end",
        "Write Main set 4x.",
    );
    one(
        "Ride",
        "- 5m 60%\n\n  - 1m 90%",
        "3:1 error: an indented step moves to the end",
        "",
    );
    one(
        "Ride",
        "3x\n- 1m 90%\n- Cool-down 5m 50%",
        "3:3 warning: the cool-down is inside the repeat.",
        "",
    );
}

#[test]
fn a_step_needs_a_length() {
    one(
        "Ride",
        "- 5m 60%\n- Hard 95%",
        "2:3 error: a step without a length is dropped.",
        "such as 10m or 1km.",
    );
    one(
        "Ride",
        "- 5m 60%\n- 5:00 95%",
        "2:3 error: a step without a length",
        "Write 5m.",
    );
    one(
        "Ride",
        "- 5m 60%\n- 10 min 95%",
        "2:3 error: a step without a length",
        "Write 10m.",
    );
    one(
        "Ride",
        "- 5m 60%\n- 1.5h 95%",
        "2:3 error: a step without a length",
        "Write 1h30m.",
    );
    one(
        "Run",
        "- 5m 60% Pace\n- 800 metres 95% Pace",
        "2:3 error: a step without",
        "Write 800mtr.",
    );
    one(
        "Ride",
        "- 5m 60%\n- Press lap Z2",
        "2:3 error: a step without a length",
        "",
    );
    one(
        "Ride",
        "- 5m 60%\n- 0s 95%",
        "2:3 error: a step of length zero",
        "",
    );
    one(
        "Ride",
        "- 1h 30m 60%",
        "1:3 error: only the last of two lengths counts, 30m.",
        "Write 1h30m.",
    );
    one(
        "Ride",
        "- 1m30 60%",
        "1:3 warning: 1m30 may not be read.",
        "Write 1m30s.",
    );
    one(
        "Ride",
        "- 5m 60%\n* 5m 60%",
        "2:1 error: this line is not read as a step.",
        "",
    );
    one(
        "Ride",
        "- 5m 60%\n5m 60%",
        "2:1 error: this line is not read as a step.",
        "",
    );
    one(
        "Swim",
        "- 100mtr 85% Pace 15s rest",
        "1:19 warning: 15s rest only adds time.",
        "- 15s intensity=rest.",
    );
}

#[test]
fn a_label_is_words() {
    one(
        "Ride",
        "- As best 60s 2m 60%",
        "1:11 error: 60s is overridden by 2m",
        "",
    );
    one(
        "Ride",
        "- Easy Z2 1h",
        "1:3 error: the zone before the length clears the label \"Easy\".",
        "",
    );
    one(
        "Ride",
        "- 10m steady 60%",
        "1:7 warning: words behind the first number are lost: \"steady\".",
        "",
    );
    one(
        "Ride",
        "- Go <hard> 10m 60%",
        "1:6 warning: the service shows < as &lt;",
        "",
    );
    one(
        "Ride",
        "- Ramp 10m 50-75%",
        "1:3 warning: ramp is part of the label",
        "Write ramp behind the length.",
    );
    one(
        "Ride",
        "- free spin 10m",
        "1:3 warning: free is part of the label",
        "Write freeride behind the length.",
    );
}

#[test]
fn targets_are_those_of_the_language() {
    one(
        "Run",
        "- 10m Z2",
        "1:3 error: Z2 without HR or Pace is a power zone, 0 W",
        "Write Z2 HR or Z2 Pace.",
    );
    one(
        "Run",
        "- 10m 80%",
        "1:3 error: 80% is percent of FTP",
        "Write 80% Pace or 80% LTHR.",
    );
    // 145 of 165 beats are 87.9 %, 150 are 90.9 %.
    one(
        "Run",
        "- 10m 145bpm",
        "1:7 error: there are no beats a minute",
        "Write 88% LTHR.",
    );
    one(
        "Run",
        "- 10m 145-150bpm",
        "1:7 error: there are no beats a minute",
        "Write 88-91% LTHR.",
    );
    one(
        "Run",
        "- 10m 5:00/km",
        "1:7 error: a pace without the word Pace is dropped.",
        "Write 5:00/km Pace.",
    );
    one(
        "Run",
        "- 10m 5K pace",
        "1:3 error: a pace in words is no target.",
        "",
    );
    one(
        "Swim",
        "- 10m CSS",
        "1:3 error: a pace in words is no target.",
        "",
    );
    one(
        "Ride",
        "- 10m 95% MAP",
        "1:7 error: percent of MAP is not known",
        "",
    );
    one(
        "Run",
        "- 10m 80% max HR",
        "1:7 error: percent of max is not known",
        "Write 80% HR.",
    );
    one("Ride", "- 10m RPE 8", "1:3 error: RPE is plain text", "");
    one(
        "Ride",
        "- 10m Z8",
        "1:7 error: there are zones Z1 to Z7 only",
        "",
    );
    one(
        "Ride",
        "- 10m 200 watts",
        "1:3 error: 200 watts is not read.",
        "Write 200w.",
    );
    one(
        "Ride",
        "- 10m 200-220 w",
        "1:3 error: 200-220 w is not read.",
        "Write 200-220w.",
    );
    one(
        "Ride",
        "- 10m 60% 90 rpm",
        "1:3 error: 90 rpm is not read.",
        "Write 90rpm.",
    );
    one(
        "Run",
        "- 10m 80% Pace 180spm",
        "1:3 error: 180spm is not read.",
        "Write 90rpm.",
    );
    one(
        "Ride",
        "- 10m ramp 50% to 75%",
        "1:12 error: a range is one word.",
        "Write 50-75%.",
    );
    one(
        "Ride",
        "- 10m 150w - 180w",
        "1:7 error: a range is one word.",
        "Write 150-180w.",
    );
    one(
        "Run",
        "- 10m Z2 HR 180bpm RPE 3",
        "1:20 warning: words behind the first number are lost: \"RPE 3\".",
        "",
    );
    one(
        "Ride",
        "- 60% here and 70% there and 80% 10m",
        "1:3 error: 60% is overridden by 70%",
        "",
    );
    one(
        "Ride",
        "- 10m 80\u{2013}90%",
        "1:7 error: the dash in 80\u{2013}90% is no hyphen",
        "Write 80-90%.",
    );
    one(
        "Ride",
        "- 10m ramp 60%",
        "1:3 warning: a ramp goes from one value to another",
        "",
    );
    one(
        "Ride",
        "- 25m ramp 50-75%",
        "1:3 warning: devices may turn a ramp of 25 minutes",
        "",
    );
    one(
        "Ride",
        "- 10m Z2\n- 10m Z2 HR",
        "2:3 warning: targets of several kinds",
        "",
    );
    one(
        "Ride",
        "- 10km 200w",
        "1:3 warning: a distance without a pace",
        "",
    );
}

#[test]
fn flags_are_those_of_the_language() {
    one(
        "Ride",
        "- 10m 60% intensity=hard",
        "1:11 error: intensity=hard is not known",
        "",
    );
    one(
        "Ride",
        "- 10m 60% intensity=recovery",
        "1:11 warning: not every reader knows intensity=recovery.",
        "",
    );
    one(
        "Ride",
        "- 10m 60% power=5s",
        "1:11 error: power=5s is not known",
        "",
    );
    one(
        "Ride",
        "- 10m 60% hr=lap",
        "1:11 error: hr=lap has no target of its kind",
        "",
    );
    one(
        "Ride",
        "- 10m 60% lap press",
        "1:11 error: these words are not read. Write Press lap.",
        "",
    );
}

#[test]
fn what_concerns_the_whole_text_is_told_once() {
    one(
        "Ride",
        "Just ride.",
        "1:1 error: there are no steps in it",
        "",
    );
    one("Ride", "", "1:1 error: there are no steps in it", "");
    one(
        "Ride",
        "Main\n- 10m 60%",
        "1:1 warning: a header that is only Main",
        "Write Main set.",
    );
    one(
        "Ride",
        "Warmup\n\n- 10m 60%",
        "1:1 warning: the blank line below this header",
        "",
    );
    one(
        "Ride",
        &"- 10m 60%\n".repeat(51),
        "51:3 warning: there are 51 steps, devices take 50.",
        "",
    );
    assert!(told(&"- 10m 60%\n".repeat(50), "Ride").is_empty());
    one(
        "Ride",
        &"- 10m 60%\n".repeat(MAX_BYTES),
        "1:1 error: the text is longer than 65536 bytes",
        "",
    );
}

#[test]
fn what_cannot_be_resolved_is_told_once() {
    let unknown = |sport: &str, text: &str| -> Vec<String> {
        let found = workout::validate(&workout::parse(text), &Athlete::of(sport));
        assert!(
            found.iter().all(|m| m.severity() == Severity::Warning),
            "{found:?}"
        );
        found.iter().map(ToString::to_string).collect()
    };
    let told = unknown("Ride", "- 10m 60%\n- 10m 70%");
    assert_eq!(
        told,
        ["1:3 warning: without an FTP these targets have no absolute value here."]
    );
    let told = unknown("Run", "- 10m 4:00/km Pace\n- 10m 4:10/km Pace");
    assert_eq!(told.len(), 1);
    assert!(
        told[0].contains("Garmin leaves out a pace target"),
        "{told:?}"
    );
}

#[test]
fn columns_count_characters_and_mistakes_come_in_order() {
    let told = told("- Öl über Zürich 10m Z9\n- 5m 90% intensity=x", "Ride");
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(
        told[0].starts_with("1:22 error: there are zones"),
        "{told:?}"
    );
    assert!(told[1].starts_with("2:10 error: intensity=x"), "{told:?}");
}
