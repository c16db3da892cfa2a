//! What the real binary ends with: a code for whoever started it, and a line with the remedy for whoever reads.

use std::net::TcpListener;
use std::process::{Command, Output};

use intervals_mcp_server::clock::Clock;
use intervals_mcp_server::state::SqliteStore;
use rusqlite::Connection;

use super::GOOD;
use crate::support::process::{Room, Running, free_port, program, serving, wait_for};

/// Ends as `command` does, and must end by itself with `code` and these words in its one line.
#[track_caller]
fn ends(command: &mut Command, code: i32, words: &[&str]) {
    let output = command.output().unwrap();
    let said = said(&output);
    assert_eq!(output.status.code(), Some(code), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
    for word in words {
        assert!(said.contains(word), "{word}: {said}");
    }
}

fn said(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// The binary that would start, but for `changes`.
fn started(room: &Room, changes: &[(&str, &str)]) -> Command {
    let mut command = program(&room.0);
    command
        .envs(GOOD)
        .env("HOST", "127.0.0.1")
        .env("PORT", free_port().to_string())
        .envs(changes.iter().copied());
    command
}

#[test]
fn a_wrong_value_ends_with_2() {
    let room = Room::new();
    let words = ["PORT: ", "for example"];
    ends(&mut started(&room, &[("PORT", "70000")]), 2, &words);
}

#[test]
fn a_wrong_flag_a_wrong_command_and_one_too_many_end_with_2() {
    let room = Room::new();
    for arguments in [
        &["--no-such-flag"][..],
        &["no-such-command"],
        &["check", "serve"],
        &["demo", "--api", "0"],
    ] {
        let output = started(&room, &[]).args(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(said(&output).starts_with("error: "), "{arguments:?}");
    }
}

#[test]
fn a_directory_in_which_no_state_can_be_kept_ends_with_3() {
    let room = Room::new();
    for directory in ["/dev/null/state", "/proc/state"] {
        let mut server = started(&room, &[("DATA_DIR", directory)]);
        ends(&mut server, 3, &["DATA_DIR: ", "name "]);
    }
}

#[test]
fn a_state_file_that_is_damaged_ends_with_3() {
    let room = Room::new();
    drop(SqliteStore::open(&room.0, Clock::system()).unwrap());
    let file = room.0.join("state.sqlite3");
    let whole = std::fs::read(&file).unwrap();
    std::fs::write(&file, &whole[..whole.len() / 2]).unwrap();
    let mut server = started(&room, &[]);
    server.env("DATA_DIR", &room.0);
    ends(
        &mut server,
        3,
        &["DATA_DIR: ", "damaged", "restore a backup"],
    );
}

#[test]
fn a_state_file_of_a_newer_version_ends_with_3() {
    let room = Room::new();
    drop(SqliteStore::open(&room.0, Clock::system()).unwrap());
    let connection = Connection::open(room.0.join("state.sqlite3")).unwrap();
    connection
        .execute_batch("PRAGMA user_version = 99")
        .unwrap();
    drop(connection);
    let mut server = started(&room, &[]);
    server.env("DATA_DIR", &room.0);
    ends(
        &mut server,
        3,
        &["DATA_DIR: ", "newer", "start that version"],
    );
}

#[test]
fn a_taken_port_ends_with_4() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let room = Room::new();
    ends(
        &mut started(&room, &[("PORT", &port)]),
        4,
        &["another program", &port, "PORT="],
    );
    let mut demo = program(&room.0);
    demo.args(["demo", "--api", &port])
        .env("PORT", free_port().to_string());
    ends(&mut demo, 4, &["the invented API", &port, "--api"]);
}

#[test]
fn an_address_of_another_machine_ends_with_4() {
    let room = Room::new();
    // For documentation (RFC 5737): nobody has it.
    let mut server = started(&room, &[("HOST", "192.0.2.1")]);
    ends(&mut server, 4, &["192.0.2.1", "HOST=0.0.0.0"]);
}

#[expect(
    clippy::disallowed_methods,
    reason = "nothing may be skipped where everything is installed"
)]
fn is_ci() -> bool {
    std::env::var("CI").is_ok_and(|value| value == "true")
}

/// As nobody, in a network of its own where the ports of the system are the system's.
#[cfg(target_os = "linux")]
#[test]
fn a_port_of_the_system_ends_with_4() {
    let may_unshare = Command::new("unshare")
        .args(["--user", "--net", "true"])
        .status()
        .is_ok_and(|status| status.success());
    if !may_unshare {
        assert!(!is_ci(), "unshare is not permitted");
        eprintln!("SKIPPED: a_port_of_the_system_ends_with_4: unshare is not permitted");
        return;
    }
    let room = Room::new();
    let server = started(&room, &[("HOST", "0.0.0.0"), ("PORT", "80")]);
    let mut nobody = Command::new("unshare");
    nobody
        .args(["--user", "--net"])
        .arg(server.get_program())
        .current_dir(&room.0)
        .env_clear()
        .envs(
            server
                .get_envs()
                .filter_map(|(name, value)| Some((name, value?))),
        );
    ends(&mut nobody, 4, &["may not listen", "above 1023"]);
}

#[test]
fn a_log_directory_that_cannot_be_written_to_ends_with_5() {
    let room = Room::new();
    std::fs::write(room.0.join("file"), "").unwrap();
    for directory in ["/dev/null/logs", "/proc/logs", "file"] {
        let mut server = started(&room, &[("LOG_DIR", directory)]);
        ends(&mut server, 5, &["LOG_DIR: ", "name a directory"]);
    }
}

/// The log is the first thing, and the port the last: whoever sees it open sees a server.
#[test]
fn several_failures_are_told_in_the_order_configuration_log_state_port() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let room = Room::new();
    let wrong = [
        ("LOG_FORMAT", "xml", 2),
        ("LOG_DIR", "/dev/null/logs", 5),
        ("DATA_DIR", "/dev/null/state", 3),
        ("PORT", port.as_str(), 4),
    ];
    for from in 0..wrong.len() {
        let changes: Vec<(&str, &str)> = wrong[from..].iter().map(|(n, v, _)| (*n, *v)).collect();
        let (name, _, code) = wrong[from];
        ends(&mut started(&room, &changes), code, &[name]);
    }
}

#[test]
fn a_health_check_of_nobody_ends_with_1_and_of_a_server_with_0() {
    let room = Room::new();
    let port = free_port();
    let health = || {
        let mut check = program(&room.0);
        check
            .env("PORT", port.to_string())
            .args(["check", "--health"]);
        check
    };
    ends(&mut health(), 1, &["no server answers", &port.to_string()]);
    let _running = Running(serving(&room, port).spawn().unwrap());
    wait_for(port);
    assert_eq!(health().output().unwrap().status.code(), Some(0));
}

/// Not even the descriptors of its event loop.
#[cfg(unix)]
#[test]
fn a_machine_that_gives_nothing_ends_with_70() {
    let room = Room::new();
    let server = started(&room, &[]);
    let mut poor = Command::new("sh");
    poor.args(["-c", "ulimit -n 4; exec \"$0\""])
        .arg(server.get_program())
        .current_dir(&room.0)
        .envs(
            server
                .get_envs()
                .filter_map(|(name, value)| Some((name, value?))),
        );
    ends(&mut poor, 70, &["the runtime cannot start", "open files"]);
}

#[test]
fn help_lists_the_codes() {
    let room = Room::new();
    let help = program(&room.0).arg("--help").output().unwrap();
    let text = String::from_utf8(help.stdout).unwrap();
    let (_, codes) = text.split_once("Exit codes:\n").unwrap();
    let codes: Vec<&str> = codes
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert_eq!(codes, ["0", "1", "2", "3", "4", "5", "70"]);
}
