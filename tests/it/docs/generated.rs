//! `docs` and `docs --check`, on the real files and on copies of them.

use std::fs;
use std::path::Path;
use std::process::Output;

use super::markdown::root;
use crate::support::process::{Room, program};

const FILES: [&str; 3] = ["README.md", "DEPLOY.md", "docker/DEPLOY.ja.md"];

fn docs(directory: &Path, flags: &[&str]) -> Output {
    program(directory).arg("docs").args(flags).output().unwrap()
}

/// The documents in a directory of their own, with `old` in `file` replaced by `new`.
fn copy(file: &str, old: &str, new: &str) -> Room {
    let room = Room::new();
    fs::create_dir(room.0.join("docker")).unwrap();
    for path in FILES {
        let mut text = fs::read_to_string(root().join(path)).unwrap();
        if path == file {
            assert!(text.contains(old), "{path} has no {old}");
            text = text.replacen(old, new, 1);
        }
        fs::write(room.0.join(path), text).unwrap();
    }
    room
}

#[test]
fn what_is_generated_in_the_documents_is_fresh() {
    let output = docs(&root(), &["--check"]);
    let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert_eq!(said, "");
}

#[test]
fn a_stale_part_is_named_and_only_written_when_asked_for() {
    for (file, part, old, new) in [
        (
            "README.md",
            "tools",
            "| `get_today` | read |",
            "| `get_today` | write |",
        ),
        (
            "DEPLOY.md",
            "variables",
            "| `PORT` | `8000` |",
            "| `PORT` | `8001` |",
        ),
        (
            "docker/DEPLOY.ja.md",
            "variables",
            "| `API_KEY` | 必須 |",
            "| `API_KEY` | なし |",
        ),
    ] {
        let room = copy(file, old, new);
        let output = docs(&room.0, &["--check"]);
        assert_eq!(output.status.code(), Some(1), "{file}");
        let said = String::from_utf8(output.stdout).unwrap();
        assert_eq!(said.lines().count(), 1, "{said}");
        assert!(said.contains(file) && said.contains(part), "{said}");
        let kept = fs::read_to_string(room.0.join(file)).unwrap();
        assert!(kept.contains(new), "a check does not write");

        assert_eq!(docs(&room.0, &[]).status.code(), Some(0));
        for path in FILES {
            let written = fs::read_to_string(room.0.join(path)).unwrap();
            let real = fs::read_to_string(root().join(path)).unwrap();
            assert_eq!(written, real, "{path}");
        }
        assert_eq!(docs(&room.0, &["--check"]).status.code(), Some(0));
    }
}

#[test]
fn a_document_without_its_markers_is_refused_and_left_alone() {
    for (old, new) in [
        ("<!-- tools:end -->\n", ""),
        (
            "<!-- tools:end -->\n",
            "<!-- tools:end -->\n<!-- tools:start -->\n",
        ),
    ] {
        let room = copy("README.md", old, new);
        let before = fs::read_to_string(room.0.join("README.md")).unwrap();
        for flags in [&["--check"][..], &[]] {
            let output = docs(&room.0, flags);
            assert_eq!(output.status.code(), Some(1));
            let said = String::from_utf8(output.stderr).unwrap();
            assert!(said.contains("<!-- tools:start -->"), "{said}");
        }
        let after = fs::read_to_string(room.0.join("README.md")).unwrap();
        assert_eq!(after, before);
    }
}

#[test]
fn away_from_the_project_it_says_where_to_run() {
    let room = Room::new();
    for flags in [&["--check"][..], &[]] {
        let output = docs(&room.0, flags);
        assert_eq!(output.status.code(), Some(2));
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(
            said.contains("README.md is not here") && said.contains("root"),
            "{said}"
        );
    }
    assert_eq!(fs::read_dir(&room.0).unwrap().count(), 0);
}
