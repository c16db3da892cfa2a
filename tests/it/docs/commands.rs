//! What is to be typed exists.

use std::collections::BTreeSet;

use intervals_mcp_server::config::{command_line, variables};
use intervals_mcp_server::metrics;

use super::markdown::read;

const DOCUMENTS: [&str; 3] = ["README.md", "DEPLOY.md", "docker/DEPLOY.ja.md"];

/// Variables of others: of platforms, of the system, of other programs.
const FOREIGN: [&str; 11] = [
    "RAILWAY_PUBLIC_DOMAIN",
    "RAILWAY_RUN_UID",
    "RAILWAY_VOLUME_MOUNT_PATH",
    "RENDER_EXTERNAL_URL",
    "FLY_APP_NAME",
    "COMPOSE_PROFILES",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "NO_PROXY",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
];

/// What each command of a line of a shell gives to this program, if it does.
fn invocations(line: &str) -> Vec<Vec<String>> {
    let line = line.split(" #").next().unwrap_or(line);
    let commands = line.split("&&").flat_map(|part| part.split("| "));
    commands.filter_map(arguments).collect()
}

fn arguments(command: &str) -> Option<Vec<String>> {
    let command = command.trim().trim_end_matches('\'');
    let words: Vec<&str> = command.split_whitespace().collect();
    let ours = |word: &&str| word.rsplit('/').next() == Some("intervals-mcp-server");
    let rest = match words[..] {
        ["cargo", "run", "--release", "--", ref rest @ ..] => rest,
        ["cargo", "run", "--release"] => &[][..],
        ["docker", "run" | "exec", ..] | ["docker", "compose", .., "check"] => {
            &words[words.iter().rposition(ours)? + 1..]
        }
        [ref program, ref rest @ ..] if ours(program) => rest,
        _ => return None,
    };
    let all = std::iter::once("intervals-mcp-server").chain(rest.iter().copied());
    Some(all.map(str::to_owned).collect())
}

#[test]
fn every_command_of_the_documents_is_one_that_this_program_understands() {
    let mut understood = BTreeSet::new();
    for path in DOCUMENTS {
        for section in read(path).sections {
            for block in section.blocks.iter().filter(|b| b.language == "sh") {
                let joined = block.text.replace("\\\n", " ");
                for arguments in joined.lines().flat_map(invocations) {
                    let parsed = command_line::parse(&arguments);
                    assert!(parsed.is_ok(), "{path}: {arguments:?}: {:?}", parsed.err());
                    understood.insert(arguments.join(" "));
                }
            }
        }
    }
    for command in [
        "intervals-mcp-server",
        "intervals-mcp-server check",
        "intervals-mcp-server demo",
    ] {
        assert!(understood.contains(command), "{understood:?}");
    }
}

/// Words that look like variables, in prose and in samples.
#[test]
fn every_variable_of_the_documents_exists() {
    let known: BTreeSet<&str> = variables::ALL
        .iter()
        .map(|v| v.name)
        .chain(FOREIGN)
        .collect();
    let mut named = BTreeSet::new();
    for path in DOCUMENTS {
        for section in read(path).sections {
            let blocks = section.blocks.iter().map(|block| block.text.as_str());
            for text in section.code().into_iter().chain(blocks) {
                let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
                for word in words.filter(|word| looks_like_a_variable(word)) {
                    assert!(known.contains(word), "{path}, {}: {word}", section.title);
                    named.insert(word.to_owned());
                }
            }
        }
    }
    for name in FOREIGN {
        assert!(named.contains(name), "{name} is nowhere in the documents");
    }
}

fn looks_like_a_variable(word: &str) -> bool {
    let parts: Vec<&str> = word.split('_').collect();
    let upper = |part: &&str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
    };
    parts.len() > 1 && parts.iter().all(upper) && word.starts_with(|c: char| c.is_ascii_uppercase())
}

/// A family that has counted nothing yet does not say its name.
const FAMILIES: &str = include_str!("../../../src/metrics/families.rs");

#[test]
fn every_metric_of_the_documents_exists() {
    let told = metrics::text().unwrap();
    let mut named = 0;
    for section in DOCUMENTS.iter().flat_map(|path| read(path).sections) {
        let words = section
            .prose
            .split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        for word in words.filter(|word| word.starts_with("intervals_mcp_")) {
            let name = word.trim_start_matches("intervals_mcp_");
            let name = format!("\"{}\"", name.trim_end_matches("_total"));
            assert!(FAMILIES.contains(&name), "{}: {word}", section.title);
            named += 1;
        }
        for event in section.prose.split("event=\"").skip(1) {
            let event = format!("event=\"{}\"", event.split('"').next().unwrap());
            assert!(told.contains(&event), "{}: {event}", section.title);
        }
    }
    assert!(named > 0);
}
