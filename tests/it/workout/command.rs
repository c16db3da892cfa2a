//! The sub-command of the real binary.

use std::io::Write;
use std::process::{Output, Stdio};

use serde_json::Value;

use crate::support::process::{Room, program};

fn run(arguments: &[&str], text: &str) -> Output {
    let room = Room::new();
    std::fs::write(room.0.join("plan.txt"), text).unwrap();
    let mut child = program(&room.0)
        .arg("workout")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Who reads a file does not read this.
    let _ = child.stdin.take().unwrap().write_all(text.as_bytes());
    child.wait_with_output().unwrap()
}

fn said(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (text(&output.stdout), text(&output.stderr))
}

const RIGHT: &str =
    "Warmup\n- 10m ramp 50-75% 90rpm\n\nMain set 4x\n- Hard 8m 95-105%\n- Easy 4m 55%\n";
const WRONG: &str = "- 10m 60%\n4x\n- 400m 95%\n";

#[test]
fn a_right_text_is_a_table_and_code_0_without_any_configuration() {
    for source in ["-", "plan.txt"] {
        let output = run(&["--sport", "Ride", "--ftp", "200", source], RIGHT);
        let (out, err) = said(&output);
        assert_eq!((output.status.code(), err.as_str()), (Some(0), ""), "{out}");
        let row = |begins: &str| {
            let line = out
                .lines()
                .find(|line| line.trim_start().starts_with(begins));
            let line = line.unwrap_or_else(|| panic!("no {begins}: {out}"));
            line.split_whitespace().collect::<Vec<_>>().join(" ")
        };
        assert!(out.starts_with("Ride · FTP 200 W\n"), "{out}");
        assert_eq!(row("10m"), "10m ramp 50-75% 100-150 W 90 rpm");
        assert_eq!(row("8m"), "8m Hard 95-105% 190-210 W");
        assert_eq!(row("4m"), "4m Easy 55% 110 W");
        assert!(
            out.contains("\nWarmup\n") && out.contains("\nMain set 4x\n"),
            "{out}"
        );
        assert!(row("total").starts_with("total 58m · load "), "{out}");
    }
}

#[test]
fn a_wrong_text_is_code_1_with_place_and_fix_of_every_mistake() {
    let output = run(&["--ftp", "200"], WRONG);
    let (out, err) = said(&output);
    assert_eq!(output.status.code(), Some(1));
    assert!(err.is_empty(), "{err}");
    assert!(
        out.contains("\n2:1 error: a repeat without a blank line before it"),
        "{out}"
    );
    assert!(
        out.contains("\n3:3 error: 400m means minutes. Write 400mtr"),
        "{out}"
    );
}

#[test]
fn json_is_the_services_document_with_mistakes_beside_it() {
    let output = run(&["--json", "--ftp", "200", "-"], WRONG);
    let (out, err) = said(&output);
    let document: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(document["steps"][1]["duration"], 24_000);
    assert_eq!(err.lines().count(), 2, "{err}");
    let output = run(&["--json", "--ftp", "200"], "- 1h 100%");
    let document: Value = serde_json::from_str(&said(&output).0).unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(document["icu_training_load"], 100);
    assert_eq!(document["normalized_power"], 200);
    assert_eq!(document["steps"][0]["power"]["units"], "%ftp");
}

#[test]
fn runs_and_swims_are_shown_in_pace() {
    let run_text = "- 2km 4:00/km-4:10/km Pace\n- 10m 80% LTHR\n";
    let output = run(
        &[
            "--sport",
            "run",
            "--lthr",
            "165",
            "--threshold-pace",
            "4:00/km",
        ],
        run_text,
    );
    let (out, _) = said(&output);
    assert!(
        out.starts_with("Run · LTHR 165 bpm · threshold pace 4:00/km\n"),
        "{out}"
    );
    // 2 km at 4:05 are 490 s; 80 % of 165 is 132.
    assert!(
        out.contains("2km (8m10s)") && out.contains("132 bpm"),
        "{out}"
    );
    let output = run(
        &["--sport", "Swim", "--threshold-pace", "1:40/100m"],
        "- 400mtr 80% Pace",
    );
    // 1:40 / 0.8 = 2:05.
    assert!(said(&output).0.contains("2:05/100m"), "{}", said(&output).0);
}

#[test]
fn what_cannot_be_read_is_named() {
    for (arguments, code, says) in [
        (&["nowhere.txt"][..], 1, "nowhere.txt cannot be read"),
        (&["--threshold-pace", "fast"], 1, "4:00/km"),
        (&["--ftp", "much"], 2, "a number above 0"),
        (&["--ftp", "-5"], 2, ""),
        (&["--speed", "5"], 2, "--speed"),
    ] {
        let output = run(arguments, RIGHT);
        let (out, err) = said(&output);
        assert_eq!(
            output.status.code(),
            Some(code),
            "{arguments:?}: {out} {err}"
        );
        assert!(
            err.contains(says) && out.is_empty(),
            "{arguments:?}: {out} {err}"
        );
    }
}

#[test]
fn bytes_that_are_no_text_and_texts_without_end_are_answered() {
    let room = Room::new();
    std::fs::write(room.0.join("plan.txt"), b"- 10m \xff\xfe 60%\n").unwrap();
    let output = program(&room.0)
        .args(["workout", "plan.txt", "--json"])
        .output()
        .unwrap();
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(document["duration"], 600);
    let output = run(&[], &"- 10m 60%\n".repeat(100_000));
    assert_eq!(output.status.code(), Some(1));
    assert!(
        said(&output).0.contains("longer than"),
        "{}",
        said(&output).0
    );
}
