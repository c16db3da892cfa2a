//! The tree as text.

use std::fs;
use std::path::{Path, PathBuf};

pub struct Source {
    /// Relative to `src`, with forward slashes: `intervals/transport.rs`.
    pub path: String,
    /// Everything before the file's own tests, without comments: what ships.
    pub code: String,
    /// Lines before the file's own tests, comments and all.
    pub lines: usize,
}

pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every Rust file under `src`.
pub fn sources() -> Vec<Source> {
    let base = root().join("src");
    let mut found = Vec::new();
    collect(&base, &base, &mut found);
    assert!(!found.is_empty());
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

fn collect(base: &Path, directory: &Path, found: &mut Vec<Source>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(base, &path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            let relative = path.strip_prefix(base).unwrap().to_str().unwrap();
            found.push(read(relative.replace('\\', "/"), &text));
        }
    }
}

fn read(path: String, text: &str) -> Source {
    let shipped: Vec<&str> = text
        .lines()
        .take_while(|line| line.trim() != "#[cfg(test)]")
        .collect();
    let code = shipped
        .iter()
        .filter(|line| !line.trim_start().starts_with("//"))
        .map(|line| format!("{line}\n"))
        .collect();
    Source {
        path,
        code,
        lines: shipped.len(),
    }
}

impl Source {
    /// The module at the top of the tree that this file belongs to.
    pub fn module(&self) -> &str {
        let top = self.path.split('/').next().unwrap();
        top.strip_suffix(".rs").unwrap_or(top)
    }

    /// The modules of ours that the file names, as `crate::x` or inside `use crate::{x, y::z}`.
    pub fn imports(&self, ours: &str) -> Vec<String> {
        let mut names = Vec::new();
        for (at, _) in self.code.match_indices(ours) {
            let before = self.code[..at].chars().next_back();
            if before.is_some_and(|c| c.is_alphanumeric() || c == '_') {
                continue;
            }
            let rest = &self.code[at + ours.len()..];
            match rest.strip_prefix('{') {
                Some(group) => names.extend(heads(group)),
                None => names.push(head(rest)),
            }
        }
        names.retain(|name| name.starts_with(|c: char| c.is_ascii_lowercase()));
        names.sort();
        names.dedup();
        names
    }

    /// Whether the code names the crate or module `name` as the beginning of a path.
    pub fn names(&self, name: &str) -> bool {
        let path = format!("{name}::");
        self.code.match_indices(&path).any(|(at, _)| {
            let before = self.code[..at].trim_end_matches("::");
            let own =
                before.ends_with("crate") || before.ends_with("super") || before.ends_with("self");
            let inside = self.code[..at]
                .chars()
                .next_back()
                .is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':');
            !inside && !own
        }) || self.code.contains(&format!("use {name};"))
    }
}

fn head(text: &str) -> String {
    text.chars()
        .take_while(|c| c.is_alphanumeric() || *c == '_')
        .collect()
}

/// The first segment of every item of a braced group.
fn heads(group: &str) -> Vec<String> {
    let mut names = vec![head(group.trim_start())];
    let mut depth = 0;
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => names.push(head(group[at + 1..].trim_start())),
            _ => {}
        }
    }
    names.retain(|name| !name.is_empty());
    names
}

#[test]
fn imports_are_found_in_every_form() {
    let text = "use crate::clock::Clock;\nuse crate::{http, oauth::Settings, state::{A, b::C}};\n\
                fn f() { crate::mcp::x(); mycrate::demo::y(); }\n// crate::telemetry\n";
    let source = read("x.rs".to_owned(), text);
    assert_eq!(
        source.imports("crate::"),
        ["clock", "http", "mcp", "oauth", "state"]
    );
    assert!(!source.names("demo"));
}
