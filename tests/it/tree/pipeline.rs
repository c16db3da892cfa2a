//! What builds, checks and releases the server: the workflows, the image and the scripts.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use super::source::root;

/// Sub-commands of cargo that resolve the dependencies, and would choose newer ones than Cargo.lock names.
const RESOLVING: [&str; 12] = [
    "build", "b", "check", "clippy", "test", "bench", "run", "doc", "install", "tree", "metadata",
    "deny",
];

/// What a workflow may write, beyond reading the code.
const WRITES: [(&str, &[&str]); 3] = [
    ("ci.yml", &[]),
    ("supply.yml", &[]),
    // The release, the image, and signatures under both.
    (
        "release.yml",
        &["attestations", "contents", "id-token", "packages"],
    ),
];

/// Path and text of the files in `folder` and below that `is_one` picks.
fn files(folder: &str, is_one: fn(&str) -> bool) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            if path.is_dir() && name != "node_modules" {
                folders.push(path);
            } else if path.is_file() && is_one(name) {
                found.push((relative(&path), fs::read_to_string(&path).unwrap()));
            }
        }
    }
    found.sort();
    assert!(!found.is_empty(), "{folder}");
    found
}

fn relative(path: &Path) -> String {
    let path = path.strip_prefix(root()).unwrap().to_str().unwrap();
    path.replace('\\', "/")
}

fn workflows() -> Vec<(String, String)> {
    files(".github/workflows", |_| true)
}

/// Everything that calls cargo.
fn callers() -> Vec<(String, String)> {
    let mut all = workflows();
    all.extend(files(".ci", |_| true));
    all.extend(files("tests", |name| name.ends_with(".sh")));
    if root().join("docker/Dockerfile").is_file() {
        all.extend(files("docker", |name| name.starts_with("Dockerfile")));
    }
    all
}

/// Commands of a script: no comments, and a line that goes on in the next one is one.
fn commands(text: &str) -> Vec<String> {
    text.replace("\\\n", " ")
        .lines()
        .map(str::trim)
        .filter(|line| !line.starts_with('#'))
        .flat_map(|line| line.split(['&', '|', ';', '(', ')']))
        .map(str::to_owned)
        .collect()
}

/// The words after `cargo` where a command calls it.
fn calls(text: &str) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    for command in commands(text) {
        let words: Vec<&str> = command.split_whitespace().collect();
        if let Some(at) = words.iter().position(|word| *word == "cargo") {
            let rest = words[at + 1..].iter().map(|word| (*word).to_owned());
            found.push(rest.collect());
        }
    }
    found
}

#[test]
fn every_action_is_pinned_to_a_commit_and_says_which_version_that_is() {
    let mut pins: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (path, text) in workflows() {
        for line in text.lines() {
            let line = line.trim_start().trim_start_matches("- ");
            let Some(used) = line.strip_prefix("uses:").map(str::trim) else {
                continue;
            };
            if used.starts_with("./.github/workflows/") {
                continue;
            }
            let (action, pin) = used.split_once('@').unwrap_or((used, ""));
            let (hash, version) = pin.split_once(" # v").unwrap_or((pin, ""));
            let is_commit = hash.len() == 40
                && hash
                    .bytes()
                    .all(|b| b.is_ascii_digit() || matches!(b, b'a'..=b'f'));
            assert!(is_commit, "{path}: {used}");
            let is_version = version.split('.').count() == 3
                && version.split('.').all(|part| part.parse::<u32>().is_ok());
            assert!(is_version, "{path} does not say which version: {used}");
            pins.entry(action.to_owned())
                .or_default()
                .insert(pin.to_owned());
        }
    }
    assert!(pins.contains_key("actions/checkout"), "{pins:?}");
    for (action, pins) in pins {
        assert_eq!(pins.len(), 1, "{action} in several versions: {pins:?}");
    }
}

#[test]
fn workflows_may_read_the_code_and_write_only_what_they_make() {
    let expected: BTreeSet<_> = WRITES.iter().map(|(name, _)| (*name).to_owned()).collect();
    let there: BTreeSet<_> = workflows()
        .into_iter()
        .map(|(path, _)| path.rsplit('/').next().unwrap().to_owned())
        .collect();
    assert_eq!(there, expected);
    for (path, text) in workflows() {
        let (_, may) = WRITES
            .iter()
            .find(|(name, _)| path.ends_with(name))
            .unwrap();
        assert!(
            text.contains("\npermissions:\n  contents: read\n\n"),
            "{path} does not begin with reading alone"
        );
        for line in text.lines().map(str::trim) {
            assert!(!line.contains("write-all"), "{path}: {line}");
            if let Some(what) = line.strip_suffix(": write") {
                assert!(may.contains(&what), "{path} may not write {what}");
            }
        }
        // It would run a stranger's code with the rights of the repository.
        assert!(!text.contains("pull_request_target"), "{path}");
        // A token that stays in .git is there for whatever runs later.
        let checkouts = text.matches("uses: actions/checkout@").count();
        let without = text.matches("persist-credentials: false").count();
        assert_eq!(checkouts, without, "{path}");
    }
}

#[test]
fn no_workflow_puts_words_of_others_into_its_scripts() {
    for (path, text) in workflows() {
        let mut script_at = None;
        for line in text.lines() {
            let indent = line.len() - line.trim_start().len();
            let rest = line.trim_start().trim_start_matches("- ");
            if script_at.is_some_and(|at| indent <= at && !line.trim().is_empty()) {
                script_at = None;
            }
            if rest.starts_with("run:") {
                script_at = Some(indent);
            }
            if script_at.is_some() {
                assert!(
                    !line.contains("${{"),
                    "{path}: values come through `env`: {line}"
                );
            }
        }
    }
}

#[test]
fn every_job_ends_by_itself() {
    for (path, text) in workflows() {
        let jobs = text.split_once("\njobs:\n").unwrap().1;
        let mut name = "";
        let mut ends: BTreeMap<&str, bool> = BTreeMap::new();
        for line in jobs.lines() {
            if line.starts_with("  ") && !line[2..].starts_with([' ', '#']) {
                name = line.trim();
                ends.insert(name, false);
            }
            // A workflow of its own has its own limits.
            if line.starts_with("    timeout-minutes: ") || line.starts_with("    uses: ./") {
                ends.insert(name, true);
            }
        }
        assert!(!ends.is_empty(), "{path}");
        for (job, ends) in ends {
            assert!(ends, "{path}: {job} may run for hours");
        }
    }
}

#[test]
fn every_build_takes_the_dependencies_that_were_locked() {
    let mut seen = BTreeSet::new();
    for (path, text) in callers() {
        for words in calls(&text) {
            let plain: Vec<&str> = words
                .iter()
                .map(String::as_str)
                .filter(|word| *word != "auditable")
                .collect();
            let Some(command) = plain.iter().find(|word| !word.starts_with('-')) else {
                continue;
            };
            let asks_version = plain.contains(&"--version") || plain.contains(&"--help");
            if RESOLVING.contains(command) && !asks_version {
                assert!(plain.contains(&"--locked"), "{path}: cargo {words:?}");
                seen.insert((*command).to_owned());
            }
        }
    }
    for command in ["build", "test", "install"] {
        assert!(seen.contains(command), "nothing calls cargo {command}");
    }
}

#[test]
fn every_tool_is_installed_in_one_version() {
    let mut versions: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (path, text) in callers() {
        for words in calls(&text) {
            if words.first().is_none_or(|command| command != "install") {
                continue;
            }
            for tool in words[1..].iter().filter(|word| !word.starts_with('-')) {
                let pinned = tool.split_once('@');
                let (name, version) = pinned.unwrap_or_else(|| panic!("{path}: {tool}"));
                versions
                    .entry(name.to_owned())
                    .or_default()
                    .insert(version.to_owned());
            }
        }
    }
    assert!(versions.contains_key("cargo-audit"), "{versions:?}");
    for (tool, versions) in versions {
        assert_eq!(versions.len(), 1, "{tool}: {versions:?}");
    }
}
