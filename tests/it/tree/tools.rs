//! A tool is one file, one test, one snapshot of its schema and one row of the README, all under its name.

use std::collections::BTreeSet;
use std::fs;

use super::source::root;

/// The stems of the files with `extension` in `folder` and the folders in it; none when there is no such folder.
fn stems(folder: &str, extension: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(folder) else {
            continue;
        };
        for entry in entries {
            let path = entry.unwrap().path();
            let stem = path.file_stem().unwrap().to_str().unwrap();
            if path.is_dir() {
                folders.push(path);
            } else if stem != "mod" && path.extension().is_some_and(|e| e == extension) {
                found.insert(stem.to_owned());
            }
        }
    }
    found
}

/// The names in the first column of the table between the README's markers.
fn rows() -> BTreeSet<String> {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let (_, rest) = readme.split_once("<!-- tools:start -->").unwrap();
    let (table, _) = rest.split_once("<!-- tools:end -->").unwrap();
    table
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once('`'))
        .map(|(name, _)| name.to_owned())
        .collect()
}

#[test]
fn every_tool_is_whole() {
    let tools = stems("src/mcp/tools", "rs");
    if tools.is_empty() {
        // The MCP endpoint is still a stub.
        return;
    }
    let tests: BTreeSet<String> = stems("tests/it/tools", "rs");
    let snapshots = stems("tests/it/tools/schemas", "json");
    for tool in &tools {
        assert!(
            tests.contains(tool),
            "{tool} has no tests/it/tools/{tool}.rs"
        );
        assert!(
            snapshots.contains(tool),
            "{tool} has no tests/it/tools/schemas/{tool}.json"
        );
        assert!(rows().contains(tool), "{tool} has no row in README.md");
    }
    assert_eq!(snapshots, tools, "a snapshot without a tool");
    assert_eq!(rows(), tools, "a row of README.md without a tool");
}

#[test]
fn every_name_of_a_tool_is_one_that_every_client_takes() {
    for tool in stems("src/mcp/tools", "rs") {
        let right = (3..=40).contains(&tool.len())
            && tool.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        assert!(right, "{tool}");
    }
}
