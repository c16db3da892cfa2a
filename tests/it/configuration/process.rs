//! The real binary: exit codes, what it prints, and that nothing listens after a refusal.

use std::io::{BufRead, BufReader, Read};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use intervals_mcp_server::clock::Clock;
use jiff::SignedDuration;

use super::GOOD;
use crate::support::process::{Room, Running, free_port, program, wait_for};

fn run(changes: &[(&str, &str)], arguments: &[&str]) -> Output {
    let room = Room::new();
    program(&room.0)
        .envs(GOOD)
        .envs(changes.iter().copied())
        .args(arguments)
        .output()
        .unwrap()
}

#[test]
fn a_bad_configuration_ends_with_code_2_a_line_each_and_no_open_port() {
    let port = free_port();
    let started = Instant::now();
    let output = run(
        &[
            ("ATHLETE_ID", ""),
            ("JWT_SECRET_KEY", "too-short-hunter2"),
            ("API_KEY", "your_intervals_api_key_here"),
            ("PORT", &port.to_string()),
        ],
        &[],
    );
    assert!(started.elapsed() < Duration::from_secs(5));
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines.len(), 3, "{said}");
    for name in ["ATHLETE_ID: ", "API_KEY: ", "JWT_SECRET_KEY: "] {
        assert!(lines.iter().any(|line| line.starts_with(name)), "{said}");
    }
    assert!(!said.contains("hunter2"));
    assert!(output.stdout.is_empty());
    assert!(TcpStream::connect(("127.0.0.1", port)).is_err());
}

#[test]
fn dotenv_in_the_working_directory_is_read_and_the_environment_wins() {
    let room = Room::new();
    let text: String = GOOD.iter().map(|(n, v)| format!("{n}={v}\n")).collect();
    let port = free_port();
    std::fs::write(
        room.0.join(".env"),
        format!("{text}PORT=1\nHOST=127.0.0.1\n"),
    )
    .unwrap();
    let child = program(&room.0)
        .env("PORT", port.to_string())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let _running = Running(child);
    wait_for(port);
}

#[test]
fn a_broken_dotenv_is_reported_and_stops_the_start() {
    let room = Room::new();
    std::fs::write(room.0.join(".env"), "API_KEY=two words\n").unwrap();
    let output = program(&room.0).envs(GOOD).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.starts_with(".env: line 1 ") && !said.contains("two words"),
        "{said}"
    );
}

#[test]
fn a_taken_port_is_named_with_its_remedy() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    for arguments in [&["serve"][..], &["demo"][..]] {
        let output = run(&[("HOST", "127.0.0.1"), ("PORT", &port)], arguments);
        assert_eq!(output.status.code(), Some(4), "{arguments:?}");
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains(&port) && said.contains("PORT="), "{said}");
    }
}

#[test]
fn a_directory_that_cannot_be_used_is_named_before_a_port_is_asked_for() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    for arguments in [&["serve"][..], &["demo"][..]] {
        let changes = [
            ("HOST", "127.0.0.1"),
            ("PORT", &port),
            ("DATA_DIR", "/dev/null/state"),
        ];
        let output = run(&changes, arguments);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(3), "{arguments:?}: {said}");
        assert!(said.starts_with("DATA_DIR: "), "{said}");
        assert!(!said.contains("listens"), "{said}");
    }
}

/// Everything issued until then would be dead: apps would connect and be refused for ever.
#[test]
fn a_tokens_not_before_that_is_still_to_come_does_not_start() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let nobody = format!("http://127.0.0.1:{}", free_port());
    let soon = Clock::system().now() + SignedDuration::from_mins(20);
    for (time, arguments) in [
        ("2999-01-01T00:00:00Z", &["serve"][..]),
        (&soon.to_string(), &["serve"]),
        ("2999-01-01T00:00:00Z", &["demo"]),
        ("2999-01-01T00:00:00Z", &["check"]),
    ] {
        // A server that started all the same would end over the port.
        let changes = [
            ("TOKENS_NOT_BEFORE", time),
            ("HOST", "127.0.0.1"),
            ("PORT", &port),
            ("INTERVALS_BASE_URL", &nobody),
        ];
        let output = run(&changes, arguments);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(
            output.status.code(),
            Some(2),
            "{arguments:?} {time}: {said}"
        );
        assert_eq!(said.lines().count(), 1, "{said}");
        assert!(
            said.starts_with("TOKENS_NOT_BEFORE: lies in the future"),
            "{said}"
        );
        assert!(!said.contains(time), "{said}");
    }
}

/// Two clocks never agree, and somebody who disconnects every app now must not be turned away.
#[test]
fn a_tokens_not_before_of_this_moment_starts_and_one_a_little_ahead_warns() {
    let now = Clock::system().now();
    for (time, warned) in [(now, false), (now + SignedDuration::from_mins(2), true)] {
        let room = Room::new();
        let port = free_port();
        let mut child = program(&room.0)
            .envs(GOOD)
            .env("PORT", port.to_string())
            .env("TOKENS_NOT_BEFORE", time.to_string())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        wait_for(port);
        let mut output = child.stdout.take().unwrap();
        let running = Running(child);
        running.tell_to_stop();
        let mut said = String::new();
        output.read_to_string(&mut said).unwrap();
        drop(running);
        let warning = said.contains("TOKENS_NOT_BEFORE lies a little in the future");
        assert_eq!(warning, warned, "{time}: {said}");
    }
}

#[test]
fn an_unknown_flag_is_refused_and_help_names_every_variable() {
    assert_eq!(run(&[], &["--no-such-flag"]).status.code(), Some(2));
    let help = run(&[], &["--help"]);
    assert_eq!(help.status.code(), Some(0));
    let text = String::from_utf8(help.stdout).unwrap();
    for variable in intervals_mcp_server::config::variables::ALL {
        assert!(
            text.contains(&format!("--{} ", variable.flag())),
            "{}",
            variable.name
        );
    }
}

#[test]
fn the_health_check_needs_no_configuration_and_tells_alive_from_dead() {
    let port = free_port();
    let room = Room::new();
    let health = || {
        program(&room.0)
            .env("PORT", port.to_string())
            .args(["check", "--health"])
            .output()
            .unwrap()
    };
    assert_eq!(health().status.code(), Some(1));
    let child = program(&room.0)
        .envs(GOOD)
        .env("PORT", port.to_string())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let _running = Running(child);
    wait_for(port);
    let alive = health();
    assert_eq!(alive.status.code(), Some(0), "{alive:?}");
}

#[test]
fn a_check_that_reaches_nobody_does_not_blame_the_key() {
    let nobody = format!("http://127.0.0.1:{}", free_port());
    let room = Room::new();
    let port = free_port().to_string();
    let output = program(&room.0)
        .envs(GOOD)
        .env("BASE_URL", format!("http://127.0.0.1:{port}"))
        .env("PORT", port)
        .env("INTERVALS_BASE_URL", nobody)
        .arg("check")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(
        said.contains("cannot be reached") && said.contains("INTERVALS_BASE_URL"),
        "{said}"
    );
    assert!(!said.contains("Copy API_KEY"), "{said}");
}

#[test]
fn the_demo_needs_nothing_and_says_how_to_connect() {
    let port = free_port().to_string();
    let room = Room::new();
    let mut child = program(&room.0)
        .arg("demo")
        .env("PORT", &port)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let _running = Running(child);
    let mut said = String::new();
    for line in lines.by_ref().take(12) {
        said.push_str(&line.unwrap());
        said.push('\n');
    }
    let url = format!("http://127.0.0.1:{port}/mcp");
    assert!(said.contains(&format!(
        "claude mcp add --transport http intervals-demo {url}"
    )));
    assert!(said.contains("demo-owner-password"), "{said}");
    wait_for(port.parse().unwrap());
}

/// It is there for the real server, whose state a try-out must not touch.
#[test]
fn the_demo_does_not_read_the_file_of_the_real_server() {
    let port = free_port();
    let room = Room::new();
    let file = "BASE_URL=https://mcp.example.com\nDATA_DIR=state\nOWNER_PASSWORD=short\n";
    std::fs::write(room.0.join(".env"), file).unwrap();
    let child = program(&room.0)
        .args(["demo", "--port", &port.to_string()])
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let _running = Running(child);
    wait_for(port);
    assert!(!room.0.join("state").exists());
}

#[test]
fn the_demo_honours_a_password_without_printing_it() {
    let port = free_port().to_string();
    let room = Room::new();
    let mut child = program(&room.0)
        .args(["demo", "--port", &port])
        .env("OWNER_PASSWORD", "correct hearse battery stable")
        .env("API_KEY", "a-real-key-that-must-not-be-used")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    wait_for(port.parse().unwrap());
    let mut output = child.stdout.take().unwrap();
    let running = Running(child);
    // Asked to stop and not killed: what it had to say it has said by then.
    running.tell_to_stop();
    let mut said = String::new();
    output.read_to_string(&mut said).unwrap();
    drop(running);
    assert!(
        said.contains("OWNER_PASSWORD") && !said.contains("hearse"),
        "{said}"
    );
    assert!(!said.contains("a-real-key"));
}

#[cfg(unix)]
#[test]
fn a_signal_ends_the_server_with_success() {
    for signal in ["TERM", "INT"] {
        let port = free_port();
        let room = Room::new();
        let child = program(&room.0)
            .envs(GOOD)
            .env("PORT", port.to_string())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let mut running = Running(child);
        wait_for(port);
        let id = running.0.id().to_string();
        Command::new("kill")
            .args([&format!("-{signal}"), &id])
            .status()
            .unwrap();
        let started = Instant::now();
        let status = running.0.wait().unwrap();
        assert_eq!(status.code(), Some(0), "{signal}");
        assert!(started.elapsed() < Duration::from_secs(5));
    }
}

#[test]
fn logs_also_go_to_a_file_a_day_in_either_form() {
    for format in ["json", "text"] {
        let (room, port) = (Room::new(), free_port());
        let child = program(&room.0)
            .envs(GOOD)
            .env("PORT", port.to_string())
            .args(["--log-dir", "logs", "--log-format", format])
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let mut running = Running(child);
        wait_for(port);
        running.tell_to_stop();
        running.0.wait().unwrap();
        let file = std::fs::read_dir(room.0.join("logs"))
            .unwrap()
            .next()
            .unwrap()
            .unwrap();
        let today = Clock::system().now().to_string();
        let name = file.file_name().into_string().unwrap();
        assert!(name.contains(&today[..10]), "{name}");
        let text = std::fs::read_to_string(file.path()).unwrap();
        for line in text.lines() {
            if format == "json" {
                let line: serde_json::Value = serde_json::from_str(line).unwrap();
                assert!(line["message"].is_string(), "{line}");
            } else {
                assert!(
                    line.starts_with(&today[..4]) && line.contains("Z "),
                    "{line}"
                );
            }
        }
        assert!(text.contains("https://mcp.example.com/mcp"), "{text}");
    }
}
