//! The first lines of the log: facts, what is risky, and where to go.

use std::process::Stdio;

use intervals_mcp_server::clock::Clock;
use intervals_mcp_server::config::{Config, Sources};
use serde_json::Value;

use super::GOOD;
use crate::support::process::{Room, Running, free_port, program, wait_for};

/// A configuration that risks nothing, but for where it keeps its state.
const SAFE: [(&str, &str); 8] = [
    ("ATHLETE_ID", "i123456"),
    ("API_KEY", "3v8q1m5x7k2b9d4f6h0j"),
    ("JWT_SECRET_KEY", "q8V0l2yB1u7dXz9fJm3Rk5TnWc6EhPsA4gLo"),
    ("BASE_URL", "https://mcp.example.com"),
    ("OWNER_PASSWORD", "four words of mine"),
    ("ALLOWED_ORIGINS", "https://claude.ai,https://claude.com"),
    ("TRUST_PROXY", "1"),
    ("READ_ONLY", "true"),
];

/// A directory that is no part of a container's own file system.
fn volume() -> Room {
    let name = Room::new().0.file_name().unwrap().to_owned();
    let here = std::path::Path::new("/dev/shm");
    if here.is_dir() {
        Room(here.join(name))
    } else {
        Room::new()
    }
}

/// What is logged of a safe configuration with `changes` until it is told to stop.
fn log_of(changes: &[(&str, &str)], room: &Room) -> String {
    let port = free_port();
    let mut child = program(&room.0)
        .envs(SAFE)
        .env("HOST", "127.0.0.1")
        .env("PORT", port.to_string())
        .envs(changes.iter().copied())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    wait_for(port);
    let output = child.stdout.take().unwrap();
    let running = Running(child);
    running.tell_to_stop();
    std::io::read_to_string(output).unwrap()
}

fn warnings(changes: &[(&str, &str)]) -> Vec<String> {
    let mut sources = Sources::default();
    for (name, value) in SAFE.iter().chain(changes) {
        let (name, value) = ((*name).to_owned(), (*value).to_owned());
        sources.environment.insert(name, value);
    }
    let now = Clock::system().now();
    let config = Config::load(&sources).and_then(|config| config.at(now));
    config
        .unwrap_or_else(|problems| panic!("{problems:?}"))
        .here(&sources)
        .warnings
}

#[test]
fn a_safe_configuration_is_told_without_a_warning() {
    let (room, volume) = (Room::new(), volume());
    let log = log_of(&[("DATA_DIR", volume.0.to_str().unwrap())], &room);
    assert!(!log.contains("WARN") && !log.contains("ERROR"), "{log}");
    let configured = log
        .lines()
        .find(|line| line.contains(" configured "))
        .unwrap();
    for fact in [
        "base_url=\"https://mcp.example.com\"",
        "state=\"sqlite\"",
        "toolsets=\"core\"",
        "read_only=true",
        "allowed_origins=\"https://claude.ai,https://claude.com\"",
        "trusted_proxies=1",
        "owner_secret=\"OWNER_PASSWORD\"",
        "mcp_api_key=false",
        "metrics=false",
        "upstream=\"https://intervals.icu\"",
        "upstream_rate=8",
    ] {
        assert!(configured.contains(fact), "{fact}: {configured}");
    }
    let at = |words: &str| log.find(words).unwrap_or_else(|| panic!("{words}: {log}"));
    let state = at("state is kept in DATA_DIR: a restart keeps apps connected");
    let listening = at("listening; the URL to paste into Claude is https://mcp.example.com/mcp");
    assert!(at("configured") < state && state < listening);
}

#[test]
fn as_json_every_line_is_an_object_and_the_facts_are_its_keys() {
    let room = Room::new();
    let logs = room.0.join("logs");
    let changes = [("LOG_FORMAT", "json"), ("LOG_DIR", logs.to_str().unwrap())];
    let log = log_of(&changes, &room);
    let read = |text: &str| -> Vec<Value> {
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .map(|mut line: Value| {
                // The two are written one after the other.
                assert!(line["timestamp"].take().is_string(), "{line}");
                line
            })
            .collect()
    };
    let lines = read(&log);
    let file = std::fs::read_dir(logs).unwrap().next().unwrap().unwrap();
    assert_eq!(read(&std::fs::read_to_string(file.path()).unwrap()), lines);
    let line = |words: &str| {
        let found = lines
            .iter()
            .find(|line| line["message"].as_str().unwrap().starts_with(words));
        found.unwrap_or_else(|| panic!("{words}: {log}"))
    };
    let configured = line("configured");
    assert_eq!(configured["level"], "INFO");
    assert_eq!(configured["state"], "memory");
    assert_eq!(configured["toolsets"], "core");
    assert_eq!(configured["read_only"], true);
    assert_eq!(configured["trusted_proxies"], 1);
    assert_eq!(configured["version"], env!("CARGO_PKG_VERSION"));
    let state = line("state is kept in memory: a restart keeps apps connected");
    assert_eq!(state["level"], "WARN");
    let listening = line("listening; ");
    assert_eq!(listening["url"], "https://mcp.example.com/mcp");
    assert!(
        listening["address"]
            .as_str()
            .unwrap()
            .starts_with("127.0.0.1:")
    );
}

/// One setting at a time: each says what it risks and what to set, and nothing else changes.
#[test]
fn every_risky_setting_is_one_warning_that_names_the_remedy() {
    assert_eq!(warnings(&[]), [""; 0]);
    let previous = "Zp4Xc7Vb1Nm9As2Df6Gh3Jk8Ql5We0RtYuIo";
    for (name, value, starts, remedy) in [
        (
            "OWNER_PASSWORD",
            "",
            "OWNER_PASSWORD is not set",
            "a password of its own",
        ),
        (
            "MCP_API_KEY",
            "tB8sQ2kXv5mYw9rLz3nHc7Jd",
            "MCP_API_KEY is set",
            "unset it",
        ),
        (
            "ALLOWED_ORIGINS",
            "*",
            "ALLOWED_ORIGINS is *",
            "https://claude.ai,https://claude.com",
        ),
        (
            "ALLOWED_ORIGINS",
            "",
            "ALLOWED_ORIGINS is *",
            "https://claude.ai,https://claude.com",
        ),
        (
            "TRUST_PROXY",
            "none",
            "TRUST_PROXY trusts no proxy",
            "TRUST_PROXY=1",
        ),
        (
            "TRUST_PROXY",
            "auto",
            "TRUST_PROXY trusts no proxy",
            "TRUST_PROXY=1",
        ),
        (
            "JWT_SECRET_KEY",
            "the quick brown fox jumps over it all",
            "JWT_SECRET_KEY looks weak",
            "openssl",
        ),
        (
            "JWT_SECRET_KEY_PREVIOUS",
            previous,
            "JWT_SECRET_KEY_PREVIOUS is set",
            "unset it once",
        ),
        (
            "METRICS_TOKEN",
            "the quick brown fox jumps over",
            "METRICS_TOKEN looks weak",
            "openssl",
        ),
        (
            "TOKENS_NOT_BEFORE",
            "2026-03-01T00:00:00Z",
            "TOKENS_NOT_BEFORE is set",
            "unset it once",
        ),
        ("INTERVALS_RATE", "0", "INTERVALS_RATE is 0", "unset it"),
        (
            "INTERVALS_BASE_URL",
            "https://intervals.example",
            "INTERVALS_BASE_URL is not Intervals.icu",
            "unset it",
        ),
        (
            "INTERVALS_BASE_URL",
            "http://127.0.0.1:8001",
            "INTERVALS_BASE_URL is not Intervals.icu",
            "unset it",
        ),
        (
            "STRICT_PROTOCOL_HEADERS",
            "true",
            "STRICT_PROTOCOL_HEADERS is on",
            "unset it",
        ),
        ("RUST_LOG", "debug", "RUST_LOG is at debug", "RUST_LOG=info"),
        (
            "RUST_LOG",
            "info,intervals_mcp_server::http=trace",
            "RUST_LOG is at debug",
            "RUST_LOG=info",
        ),
        (
            "RUST_LOG",
            "info,hyper=info",
            "RUST_LOG names a library",
            "intervals_mcp_server",
        ),
        (
            "RUST_LOG",
            "warn,reqwest::connect=info",
            "RUST_LOG names a library",
            "intervals_mcp_server",
        ),
    ] {
        let found = warnings(&[(name, value)]);
        assert_eq!(found.len(), 1, "{name}={value}: {found:?}");
        assert!(found[0].starts_with(starts), "{found:?}");
        assert!(found[0].contains(remedy), "{found:?}");
        assert!(!found[0].contains(previous));
    }
}

#[test]
fn what_is_as_it_should_be_is_no_risk() {
    for changes in [
        &[("READ_ONLY", "false")][..],
        &[("TOOLSETS", "all")],
        &[("RUST_LOG", "warn,intervals_mcp_server=info")],
        &[("INTERVALS_BASE_URL", "https://intervals.icu/")],
        &[("METRICS_TOKEN", "a-Token-of-the-m0nitor-4711")],
        // The platform is known.
        &[("TRUST_PROXY", "auto"), ("RENDER", "true")],
        &[("TRUST_PROXY", "2"), ("DYNO", "web.1")],
    ] {
        assert_eq!(warnings(changes), [""; 0], "{changes:?}");
    }
}

#[test]
fn a_proxy_that_is_there_and_not_trusted_and_one_that_is_not_and_is_are_told_apart() {
    let platform = warnings(&[("TRUST_PROXY", "none"), ("FLY_APP_NAME", "mine")]);
    assert_eq!(platform.len(), 1, "{platform:?}");
    assert!(platform[0].starts_with("TRUST_PROXY is none although this platform"));
    let loopback = [
        ("BASE_URL", "http://127.0.0.1:8000"),
        ("ALLOWED_ORIGINS", "*"),
    ];
    let trusting = warnings(&loopback);
    assert_eq!(trusting.len(), 2, "{trusting:?}");
    assert!(trusting[0].starts_with("BASE_URL is this machine"));
    assert!(trusting[1].starts_with("TRUST_PROXY believes X-Forwarded-For"));
    let plain = warnings(&[loopback[0], loopback[1], ("TRUST_PROXY", "auto")]);
    assert_eq!(plain.len(), 1, "{plain:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn state_that_a_redeployment_discards_is_told_and_that_on_a_volume_is_not() {
    use std::os::unix::fs::MetadataExt as _;
    let device = |path: &str| std::fs::metadata(path).unwrap().dev();
    let (inside, volume) = ("/var/tmp/state/of/mine", "/dev/shm/state");
    assert_eq!(device("/var/tmp"), device("/"));
    assert_ne!(device("/dev/shm"), device("/"));
    for mark in [
        "KUBERNETES_SERVICE_HOST",
        "RAILWAY_PROJECT_ID",
        "RENDER",
        "FLY_APP_NAME",
        "DYNO",
    ] {
        let found = warnings(&[("DATA_DIR", inside), (mark, "1")]);
        assert_eq!(found.len(), 1, "{mark}: {found:?}");
        assert!(found[0].starts_with("DATA_DIR is inside the container"));
        assert!(found[0].contains("mount a volume"), "{found:?}");
        assert!(!found[0].contains(inside));
        assert_eq!(warnings(&[("DATA_DIR", volume), (mark, "1")]), [""; 0]);
    }
    // A machine of one's own keeps what is on its disk.
    let marks = ["/.dockerenv", "/run/.containerenv"];
    if marks
        .iter()
        .all(|mark| !std::path::Path::new(mark).exists())
    {
        assert_eq!(warnings(&[("DATA_DIR", inside)]), [""; 0]);
    }
}

/// The binary tells what the configuration says, at the level of a warning and before it listens.
#[test]
fn the_log_has_each_warning_as_a_line_of_its_own() {
    let room = Room::new();
    let changes = [
        ("OWNER_PASSWORD", ""),
        ("MCP_API_KEY", "tB8sQ2kXv5mYw9rLz3nHc7Jd"),
        ("ALLOWED_ORIGINS", "*"),
        ("TRUST_PROXY", "none"),
        ("KUBERNETES_SERVICE_HOST", "10.0.0.1"),
        ("DATA_DIR", "/var/tmp/icu-mcp-banner"),
        ("STRICT_PROTOCOL_HEADERS", "true"),
    ];
    let log = log_of(&changes, &room);
    let _ = std::fs::remove_dir_all("/var/tmp/icu-mcp-banner");
    let told: Vec<&str> = log
        .lines()
        .take_while(|line| !line.contains("listening; "))
        .filter(|line| line.contains(" WARN "))
        .collect();
    let expected = warnings(&changes);
    assert_eq!(told.len(), expected.len(), "{log}");
    for (line, warning) in told.iter().zip(&expected) {
        assert!(line.ends_with(warning.as_str()), "{line} {warning}");
    }
    assert!(
        !log.contains("tB8sQ2kX") && !log.contains(GOOD[1].1),
        "{log}"
    );
}
