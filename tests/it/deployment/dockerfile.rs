//! docker/Dockerfile, as far as it can be judged without building it, which tests/image/run.sh does.

use std::path::Path;

use super::read;

/// The instructions of the Dockerfile, comments left out and lines joined.
fn instructions() -> Vec<String> {
    let text = read("docker/Dockerfile");
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| !line.trim_start().starts_with('#'))
        .collect();
    lines
        .join("\n")
        .replace("\\\n", " ")
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .filter(|line| !line.is_empty())
        .collect()
}

/// Those of the stage that becomes the image.
fn last_stage() -> Vec<String> {
    let all = instructions();
    let from = all
        .iter()
        .rposition(|line| line.starts_with("FROM "))
        .unwrap();
    all[from..].to_vec()
}

/// What follows `keyword` in the one instruction of the last stage that begins with it.
#[track_caller]
fn the(keyword: &str) -> String {
    let stage = last_stage();
    let mut found = stage
        .iter()
        .filter_map(|line| line.strip_prefix(keyword)?.strip_prefix(' '));
    let one = found.next().unwrap_or_else(|| panic!("no {keyword}"));
    assert_eq!(found.next(), None, "two of {keyword}");
    one.to_owned()
}

/// The value of `key` in Cargo.toml's table of the package.
fn package(key: &str) -> String {
    let manifest: toml::Table = toml::from_str(&read("Cargo.toml")).unwrap();
    manifest["package"][key].as_str().unwrap().to_owned()
}

#[test]
fn ops_02_the_image_has_a_user_no_shell_and_nothing_to_download_with() {
    assert!(
        the("FROM").starts_with("gcr.io/distroless/cc-"),
        "{}",
        the("FROM")
    );
    let user = the("USER");
    let (user, group) = user.split_once(':').unwrap();
    assert!(user.parse::<u32>().unwrap() >= 10_000 && user == group);
    assert_eq!(
        the("ENTRYPOINT"),
        r#"["/usr/local/bin/intervals-mcp-server"]"#
    );
    assert_eq!(the("CMD"), r#"["serve"]"#);
    let health = the("HEALTHCHECK");
    let (_, command) = health.split_once("CMD ").unwrap();
    assert_eq!(
        command,
        r#"["/usr/local/bin/intervals-mcp-server", "check", "--health"]"#
    );
    for line in last_stage() {
        let (word, rest) = line.split_once(' ').unwrap();
        assert!(
            !["RUN", "ADD", "SHELL", "VOLUME", "ONBUILD"].contains(&word),
            "{line}"
        );
        // Two files come in, both made by the stage before.
        assert!(
            word != "COPY" || rest.starts_with("--from=build "),
            "{line}"
        );
    }
}

/// A build argument stays in the history of the image.
#[test]
fn ops_02_no_secret_can_get_into_a_layer() {
    for line in instructions() {
        let (word, rest) = line.split_once(' ').unwrap();
        assert!(word != "ARG" && word != "ADD", "{line}");
        if word == "COPY" && !rest.starts_with("--from=") {
            let sources: Vec<&str> = rest.split(' ').collect();
            let known = ["Cargo.toml", "Cargo.lock", ".cargo", "src"];
            assert!(
                sources[..sources.len() - 1]
                    .iter()
                    .all(|source| known.contains(source)),
                "{line}"
            );
        }
        if word == "ENV" {
            for pair in rest.split(' ') {
                let (name, _) = pair.split_once('=').unwrap();
                assert!(["DATA_DIR", "HOST", "PORT"].contains(&name), "{line}");
            }
        }
    }
    // What is not let through is not sent to the builder at all; a later line takes away what an earlier one lets through.
    let ignored = read(".dockerignore");
    let rules: Vec<&str> = ignored
        .lines()
        .filter(|line| !line.starts_with('#'))
        .collect();
    assert_eq!(rules[0], "*");
    for rule in &rules[1..] {
        let path = rule.strip_prefix('!').unwrap_or("");
        assert!(
            ["Cargo.toml", "Cargo.lock", ".cargo", "src"].contains(&path)
                || rule.starts_with(".cargo/"),
            "{rule}"
        );
    }
    assert!(rules.contains(&".cargo/credentials*"));
}

#[test]
fn the_image_is_of_this_package_and_built_by_the_compiler_that_it_wants() {
    let labels = the("LABEL");
    for (label, key) in [
        ("title", "name"),
        ("description", "description"),
        ("licenses", "license"),
        ("version", "version"),
    ] {
        let expected = format!(r#"org.opencontainers.image.{label}="{}""#, package(key));
        assert!(labels.contains(&expected), "{expected} in {labels}");
    }
    let all = instructions();
    let compiler = format!(
        "FROM rust:{}-slim-bookworm AS build",
        package("rust-version")
    );
    assert!(all.contains(&compiler), "{compiler}");
    // The binary is linked against the C library of the same release.
    assert!(the("FROM").contains("-debian12:"), "{}", the("FROM"));
}

/// Railway has its own ways with these, and a front end would have to be fetched.
#[test]
fn the_dockerfile_needs_nothing_that_some_platform_lacks() {
    let text = read("docker/Dockerfile");
    for line in text.lines() {
        assert!(!line.starts_with("# syntax="), "{line}");
        assert!(!line.trim_start().starts_with("VOLUME"), "{line}");
        assert!(!line.contains("--mount="), "{line}");
    }
}

/// A file from elsewhere would be there when the tests are built and missing when the image is.
#[test]
fn all_that_the_sources_include_is_sent_to_the_builder() {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut folders = vec![sources.clone()];
    let mut found = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            let files = ["include_str!(\"", "include_bytes!(\""];
            for rest in files.iter().flat_map(|start| text.split(start).skip(1)) {
                let named = rest.split('"').next().unwrap();
                let file = folder.join(named).canonicalize().unwrap();
                assert!(
                    file.starts_with(&sources),
                    "{} includes {named}",
                    path.display()
                );
                found += 1;
            }
        }
    }
    assert!(found > 0);
}
