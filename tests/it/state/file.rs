//! What is particular to the file: it outlives the process, is private, and can be shared and copied.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use intervals_mcp_server::clock::Clock;
use intervals_mcp_server::state::{SqliteStore, Store};
use jiff::Timestamp;

use crate::support::NOW;
use crate::support::process::Room;

fn clock() -> Clock {
    Clock::manual(NOW.parse().unwrap())
}

fn open(directory: &Path) -> SqliteStore {
    SqliteStore::open(directory, clock()).unwrap()
}

async fn put(store: &SqliteStore, key: &str) {
    let value = key.as_bytes().to_vec();
    store.put(key, value, Timestamp::MAX).await.unwrap();
}

async fn keys(store: &SqliteStore) -> Vec<String> {
    let rows = store.list("").await.unwrap();
    rows.into_iter().map(|(key, _)| key).collect()
}

#[tokio::test]
async fn what_was_written_is_there_after_a_restart_and_what_was_taken_is_not() {
    let room = Room::new();
    let before = open(&room.0);
    for key in ["a", "b", "c"] {
        put(&before, key).await;
    }
    before.take("b").await.unwrap();
    assert!(
        before
            .compare_and_swap("c", Some(b"c"), b"swapped".to_vec(), Timestamp::MAX)
            .await
            .unwrap()
    );
    drop(before);
    let after = open(&room.0);
    assert_eq!(keys(&after).await, ["a", "c"]);
    assert_eq!(after.get("c").await.unwrap().unwrap(), b"swapped");
}

#[tokio::test]
async fn what_expired_while_nobody_was_there_is_gone() {
    let room = Room::new();
    let before = open(&room.0);
    let clock = clock();
    let soon = clock.now() + std::time::Duration::from_secs(5);
    before.put("soon", b"1".to_vec(), soon).await.unwrap();
    put(&before, "later").await;
    drop(before);
    clock.advance(std::time::Duration::from_secs(5));
    let after = SqliteStore::open(&room.0, clock).unwrap();
    assert_eq!(keys(&after).await, ["later"]);
}

#[tokio::test]
async fn a_store_that_was_closed_is_whole_in_one_file() {
    let (room, copy) = (Room::new(), Room::new());
    let store = open(&room.0);
    for number in 0..50 {
        put(&store, &format!("{number:02}")).await;
    }
    drop(store);
    let log = room.0.join("state.sqlite3-wal");
    // Empty, and still there: on a full disk it could not be made again.
    assert_eq!(fs::metadata(log).unwrap().len(), 0);
    fs::copy(room.0.join("state.sqlite3"), copy.0.join("state.sqlite3")).unwrap();
    assert_eq!(keys(&open(&copy.0)).await.len(), 50);
}

/// As a kill leaves it: nothing was closed.
#[tokio::test]
async fn a_store_that_was_not_closed_comes_back_from_its_log() {
    let (room, copy) = (Room::new(), Room::new());
    let store = open(&room.0);
    for number in 0..50 {
        put(&store, &format!("{number:02}")).await;
    }
    for suffix in ["", "-wal"] {
        let name = format!("state.sqlite3{suffix}");
        fs::copy(room.0.join(&name), copy.0.join(&name)).unwrap();
    }
    assert_eq!(keys(&open(&copy.0)).await.len(), 50);
    // The log was needed: the file by itself does not have them yet.
    let (file, alone) = ("state.sqlite3", Room::new());
    fs::copy(room.0.join(file), alone.0.join(file)).unwrap();
    assert!(keys(&open(&alone.0)).await.is_empty());
}

#[tokio::test]
async fn two_stores_on_one_file_see_each_other_and_one_of_them_wins() {
    let room = Room::new();
    let stores = [Arc::new(open(&room.0)), Arc::new(open(&room.0))];
    for round in 0..20 {
        put(&stores[0], "code").await;
        assert!(stores[1].get("code").await.unwrap().is_some());
        let takes = stores
            .clone()
            .map(|store| tokio::spawn(async move { store.take("code").await.unwrap().is_some() }));
        let swaps = [0, 1, 2, 3].map(|number| {
            let store = Arc::clone(&stores[number % 2]);
            let expected = (round > 0).then(|| format!("{}", round - 1).into_bytes());
            let new = format!("{round}").into_bytes();
            tokio::spawn(async move {
                let expected = expected.as_deref();
                let swap = store.compare_and_swap("chain", expected, new, Timestamp::MAX);
                swap.await.unwrap()
            })
        });
        let mut won = [0, 0];
        for take in takes {
            won[0] += usize::from(take.await.unwrap());
        }
        for swap in swaps {
            won[1] += usize::from(swap.await.unwrap());
        }
        assert_eq!(won, [1, 1], "round {round}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn nobody_else_on_the_machine_can_read_it() {
    use std::os::unix::fs::PermissionsExt as _;

    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let room = Room::new();
    let directory = room.0.join("made/for/it");
    let store = open(&directory);
    put(&store, "a").await;
    assert_eq!(mode(&directory), 0o700);
    let files = || -> BTreeSet<String> {
        let entries = fs::read_dir(&directory).unwrap();
        entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect()
    };
    let expected = ["state.sqlite3", "state.sqlite3-shm", "state.sqlite3-wal"];
    assert_eq!(files(), expected.map(str::to_owned).into());
    for name in expected {
        assert_eq!(mode(&directory.join(name)), 0o600, "{name}");
    }
    drop(store);
    // A copy that was put back with the mode of everything else.
    for name in files() {
        fs::set_permissions(directory.join(name), fs::Permissions::from_mode(0o644)).unwrap();
    }
    let store = open(&directory);
    put(&store, "b").await;
    for name in expected {
        assert_eq!(mode(&directory.join(name)), 0o600, "{name}");
    }
    // A directory that was there keeps the mode that it was given.
    fs::set_permissions(&directory, fs::Permissions::from_mode(0o755)).unwrap();
    drop(store);
    drop(open(&directory));
    assert_eq!(mode(&directory), 0o755);
}
