//! Sizes and forbidden words.

use super::source::{root, sources};

const MOST_LINES: usize = 400;
const MOST_LINES_OF_A_TOOL: usize = 150;

/// Files that may be longer, with the reason.
const LONGER: [(&str, &str); 0] = [];

#[test]
fn no_file_is_too_long_to_be_read_in_one_sitting() {
    for source in sources() {
        if LONGER.iter().any(|(path, _)| *path == source.path) {
            continue;
        }
        let tool = source.path.starts_with("mcp/tools/") && !source.path.ends_with("mod.rs");
        let most = if tool {
            MOST_LINES_OF_A_TOOL
        } else {
            MOST_LINES
        };
        assert!(
            source.lines <= most,
            "{} has {} lines, more than {most}",
            source.path,
            source.lines
        );
    }
}

#[test]
fn every_file_is_a_module_of_the_one_above_it() {
    let all = sources();
    for source in &all {
        let (folder, file) = source.path.rsplit_once('/').unwrap_or(("", &source.path));
        let (folder, name) = match file.trim_end_matches(".rs") {
            "lib" | "main" => continue,
            "mod" => folder.rsplit_once('/').unwrap_or(("", folder)),
            name => (folder, name),
        };
        let above = match folder {
            "" => ["lib.rs".to_owned(), "main.rs".to_owned()],
            folder => [format!("{folder}/mod.rs"), format!("{folder}.rs")],
        };
        let named = format!("mod {name};");
        let mut parents = all.iter().filter(|other| above.contains(&other.path));
        assert!(
            parents.any(|parent| parent.code.contains(&named)),
            "nothing holds {}",
            source.path
        );
    }
}

#[test]
fn an_exception_to_a_lint_is_expected_and_has_a_reason() {
    for source in sources() {
        for word in ["#[allow(", "#![allow("] {
            assert!(!source.code.contains(word), "{} has {word}", source.path);
        }
        for (at, _) in source.code.match_indices("[expect(") {
            let rest = &source.code[at..];
            let end = rest.find(")]").unwrap();
            assert!(
                rest[..end].contains("reason"),
                "{} expects without a reason",
                source.path
            );
        }
    }
}

#[test]
fn no_page_switches_escaping_off_but_for_a_style_of_ours() {
    for source in sources() {
        for (at, _) in source.code.match_indices("|safe") {
            let before = &source.code[..at];
            assert!(before.ends_with("style"), "{} has |safe", source.path);
        }
    }
    let mut folders = vec![root().join("src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "html") {
                let text = std::fs::read_to_string(&path).unwrap();
                let words = ["|safe", "| safe", "<script", "src=\"http"];
                for word in words {
                    let allowed = word.ends_with("safe")
                        && text.matches(word).count() <= text.matches("<style").count();
                    assert!(
                        allowed || !text.contains(word),
                        "{} has {word}",
                        path.display()
                    );
                }
            }
        }
    }
}

#[test]
fn modules_are_named_after_what_they_are() {
    for source in sources() {
        for part in source.path.split('/') {
            let name = part.strip_suffix(".rs").unwrap_or(part);
            let vague = [
                "utils", "util", "helpers", "helper", "common", "manager", "service", "misc",
            ];
            assert!(!vague.contains(&name), "{}", source.path);
        }
    }
}
