//! Directories and files in which state cannot be kept: said in one line, and left as they are.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use intervals_mcp_server::clock::Clock;
use intervals_mcp_server::state::{SqliteStore, Store};
use jiff::Timestamp;
use rusqlite::Connection;

use crate::configuration::GOOD;
use crate::support::process::{Room, Running, free_port, program, wait_for};

const FILE: &str = "state.sqlite3";

fn open(directory: &Path) -> SqliteStore {
    SqliteStore::open(directory, Clock::system()).unwrap()
}

/// Every file in `directory`, with its bytes.
fn contents(directory: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let entries = fs::read_dir(directory).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    paths
        .map(|path| (path.clone(), fs::read(path).unwrap()))
        .collect()
}

/// A state file with one entry, cleanly closed, changed by `sql`.
async fn changed(room: &Room, sql: &str) {
    let store = open(&room.0);
    store
        .put("grant/1", b"kept".to_vec(), Timestamp::MAX)
        .await
        .unwrap();
    drop(store);
    let connection = Connection::open(room.0.join(FILE)).unwrap();
    connection.execute_batch(sql).unwrap();
}

/// The one line with which the server refuses `directory`; its check says the same among what else it found.
#[track_caller]
fn refusal(directory: &Path) -> String {
    let room = Room::new();
    let run = |argument: &str| {
        let port = free_port();
        let output = program(&room.0)
            .envs(GOOD)
            .env("BASE_URL", format!("http://127.0.0.1:{port}"))
            .env("HOST", "127.0.0.1")
            .env("PORT", port.to_string())
            .env("INTERVALS_BASE_URL", "http://127.0.0.1:9")
            .env("DATA_DIR", directory)
            .arg(argument)
            .output()
            .unwrap();
        assert!(std::net::TcpStream::connect(("127.0.0.1", port)).is_err());
        output
    };
    let refused = run("serve");
    let said = String::from_utf8(refused.stderr).unwrap();
    assert_eq!(refused.status.code(), Some(3), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(said.starts_with("DATA_DIR: "), "{said}");
    let checked = run("check");
    let found = String::from_utf8(checked.stdout).unwrap();
    assert_eq!(checked.status.code(), Some(1), "{found}");
    assert!(found.contains(&format!("problem  {said}")), "{found}");
    said
}

#[tokio::test]
async fn a_file_of_a_newer_schema_is_refused_and_left_byte_for_byte() {
    let room = Room::new();
    changed(
        &room,
        "PRAGMA user_version = 2; CREATE TABLE of_the_future (x)",
    )
    .await;
    let before = contents(&room.0);
    let said = refusal(&room.0);
    assert!(
        said.contains("newer version") && said.contains("schema 2"),
        "{said}"
    );
    assert_eq!(contents(&room.0), before);
}

/// Killed while it ran: the newer version stands in the log and not yet in the file.
#[tokio::test]
async fn a_newer_schema_that_is_only_in_the_log_is_refused_and_kept() {
    let (room, killed) = (Room::new(), Room::new());
    drop(open(&room.0));
    let newer = Connection::open(room.0.join(FILE)).unwrap();
    newer
        .execute_batch("PRAGMA user_version = 2; CREATE TABLE of_the_future (x)")
        .unwrap();
    for suffix in ["", "-wal"] {
        let name = format!("{FILE}{suffix}");
        fs::copy(room.0.join(&name), killed.0.join(&name)).unwrap();
    }
    let before = contents(&killed.0);
    let said = refusal(&killed.0);
    assert!(said.contains("newer version"), "{said}");
    let after = contents(&killed.0);
    // Reading the log makes an index beside it; the file and the log are what they were.
    for (path, bytes) in before {
        assert_eq!(after[&path], bytes, "{}", path.display());
    }
}

#[tokio::test]
async fn a_file_of_another_program_is_refused_and_left_byte_for_byte() {
    for (number, make) in [
        |path: &Path| fs::write(path, "athlete;weight\n1;70\n").unwrap(),
        |path: &Path| {
            let connection = Connection::open(path).unwrap();
            connection.execute_batch("CREATE TABLE theirs (x)").unwrap();
        },
        |path: &Path| {
            let connection = Connection::open(path).unwrap();
            let theirs =
                "PRAGMA application_id = 7; PRAGMA user_version = 1; CREATE TABLE theirs (x)";
            connection.execute_batch(theirs).unwrap();
        },
    ]
    .into_iter()
    .enumerate()
    {
        let room = Room::new();
        make(&room.0.join(FILE));
        let before = contents(&room.0);
        let said = refusal(&room.0);
        assert!(
            said.contains("not a state file of this server"),
            "{number}: {said}"
        );
        assert_eq!(contents(&room.0), before, "{number}");
    }
    let room = Room::new();
    fs::create_dir(room.0.join(FILE)).unwrap();
    let said = refusal(&room.0);
    assert!(said.contains("not a state file"), "{said}");
}

#[tokio::test]
async fn a_damaged_file_is_refused_and_left_byte_for_byte() {
    let damages: [fn(&mut Vec<u8>); 4] = [
        |bytes| bytes.truncate(50),
        |bytes| bytes.truncate(4096),
        |bytes| bytes[4096..].fill(0xa5),
        |bytes| bytes[100..4096].fill(0),
    ];
    for (number, damage) in damages.into_iter().enumerate() {
        let room = Room::new();
        changed(&room, "").await;
        for beside in ["-wal", "-shm"] {
            let _ = fs::remove_file(room.0.join(format!("{FILE}{beside}")));
        }
        let path = room.0.join(FILE);
        let mut bytes = fs::read(&path).unwrap();
        damage(&mut bytes);
        fs::write(&path, &bytes).unwrap();
        let said = refusal(&room.0);
        assert!(
            said.contains("damaged") && said.contains("backup"),
            "{number}: {said}"
        );
        assert_eq!(fs::read(&path).unwrap(), bytes, "{number}");
    }
}

#[tokio::test]
async fn a_state_file_without_its_table_is_damaged() {
    let room = Room::new();
    changed(&room, "DROP TABLE entries").await;
    let said = refusal(&room.0);
    assert!(said.contains("damaged"), "{said}");
}

/// Half of a copy that was put back: what stands in the log would be lost.
#[tokio::test]
async fn a_log_without_its_file_is_refused_and_kept() {
    let (room, half) = (Room::new(), Room::new());
    let store = open(&room.0);
    store
        .put("grant/1", b"kept".to_vec(), Timestamp::MAX)
        .await
        .unwrap();
    let log = format!("{FILE}-wal");
    fs::copy(room.0.join(&log), half.0.join(&log)).unwrap();
    for with_empty_file in [false, true] {
        if with_empty_file {
            fs::write(half.0.join(FILE), "").unwrap();
        }
        let before = contents(&half.0);
        let said = refusal(&half.0);
        assert!(said.contains("damaged"), "{said}");
        assert_eq!(contents(&half.0), before);
    }
}

#[test]
fn a_path_that_is_a_file_is_refused() {
    let room = Room::new();
    let file = room.0.join("file");
    fs::write(&file, "mine").unwrap();
    for path in [file.clone(), file.join("below")] {
        let said = refusal(&path);
        assert!(said.contains("not a directory"), "{said}");
    }
    assert_eq!(fs::read(&file).unwrap(), b"mine");
}

/// Not even the superuser makes files there.
#[cfg(target_os = "linux")]
#[test]
fn a_directory_that_cannot_be_written_is_refused() {
    for directory in ["/proc", "/proc/state/of/ours"] {
        let said = refusal(Path::new(directory));
        assert!(said.contains("cannot be kept there"), "{said}");
    }
}

#[tokio::test]
async fn a_check_makes_nothing_and_changes_nothing() {
    let room = Room::new();
    let missing = room.0.join("not/yet");
    SqliteStore::check(&missing).unwrap();
    assert!(!room.0.join("not").exists());
    SqliteStore::check(&room.0).unwrap();
    assert!(contents(&room.0).is_empty());
    changed(&room, "").await;
    let before = fs::read(room.0.join(FILE)).unwrap();
    SqliteStore::check(&room.0).unwrap();
    assert_eq!(fs::read(room.0.join(FILE)).unwrap(), before);
    // Beside a server that runs, too.
    let store = open(&room.0);
    SqliteStore::check(&room.0).unwrap();
    assert!(store.get("grant/1").await.unwrap().is_some());
}

#[test]
fn a_check_that_succeeds_says_where_state_is_kept() {
    let (room, port, api) = (Room::new(), free_port(), free_port());
    let child = program(&room.0)
        .args(["demo", "--port", &port.to_string()])
        .args(["--api", &api.to_string()])
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let _running = Running(child);
    wait_for(port);
    for (directory, expected) in [
        ("", "in memory"),
        ("data", "in DATA_DIR, which can be used"),
    ] {
        let output = program(&room.0)
            .envs(GOOD)
            .envs(intervals_mcp_server::app::INVENTED_ATHLETE)
            .env("INTERVALS_BASE_URL", format!("http://127.0.0.1:{api}"))
            .env("BASE_URL", format!("http://127.0.0.1:{port}"))
            .env("PORT", free_port().to_string())
            .env("DATA_DIR", directory)
            .arg("check")
            .output()
            .unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(0), "{said}");
        assert!(said.contains(expected), "{said}");
        assert!(!room.0.join("data").exists());
    }
}

/// What a server with these variables says until it is told to stop.
fn log_of(arguments: &[&str], variables: &[(&str, &Path)]) -> String {
    let (room, port) = (Room::new(), free_port());
    let mut child = program(&room.0)
        .envs(GOOD)
        .envs(variables.iter().copied())
        .env("HOST", "127.0.0.1")
        .env("PORT", port.to_string())
        .args(arguments)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    wait_for(port);
    let output = child.stdout.take().unwrap();
    let running = Running(child);
    running.tell_to_stop();
    std::io::read_to_string(output).unwrap()
}

#[test]
fn the_first_lines_of_the_log_say_where_state_is_kept() {
    let room = Room::new();
    let volume = ("RAILWAY_VOLUME_MOUNT_PATH", room.0.as_path());
    let directory = room.0.join("data");
    let memory = log_of(&["serve"], &[]);
    assert!(memory.contains("state is kept in memory"), "{memory}");
    for directory in [("DATA_DIR", directory.as_path()), volume] {
        let log = log_of(&["serve"], &[directory]);
        assert!(log.contains("state is kept in DATA_DIR"), "{log}");
        assert!(
            !log.contains("in memory") && !log.contains(room.0.to_str().unwrap()),
            "{log}"
        );
    }
    assert!(room.0.join(FILE).exists() && directory.join(FILE).exists());
    // A try-out leaves nothing on a disk unless it was told to.
    let demo = log_of(&["demo"], &[volume]);
    assert!(demo.contains("state=\"memory\""), "{demo}");
    let demo = log_of(&["demo"], &[("DATA_DIR", &directory)]);
    assert!(demo.contains("state=\"sqlite\""), "{demo}");
}
