//! Very many calls of every kind, and what is left of them in memory and in open descriptors when all have gone.

use std::fmt;
use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::super::wire::{Connection, ERAS, Era, Site};
use super::coming_and_going::{logins, strangers};
use super::editor::Editor;
use super::measure::{Memory, Seen};
use super::{MOST_GROWTH_KIB, Offer, Plan, assert_right, given, process, start};
use crate::support::process::{Room, Running, free_port, program};
use crate::support::redis::Redis;

/// The allocator gives back what nobody used for half a minute, when somebody asks for something.
const SETTLES: Duration = Duration::from_secs(40);
/// Connections to Intervals.icu that nobody uses are kept for a minute and a half.
const CLOSES_WITHIN: Duration = Duration::from_secs(120);

/// A process when nobody asks it for anything.
#[derive(Clone, Copy, Debug)]
struct Rest {
    resident_kib: u64,
    /// Of that, what is neither program nor file.
    anonymous_kib: u64,
    descriptors: usize,
    threads: u64,
}

impl Rest {
    fn of(pid: u32) -> Self {
        let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
        let number = |name: &str| -> u64 {
            let line = status.lines().find(|line| line.starts_with(name)).unwrap();
            line.split_ascii_whitespace()
                .nth(1)
                .unwrap()
                .parse()
                .unwrap()
        };
        Self {
            resident_kib: number("VmRSS:"),
            anonymous_kib: number("RssAnon:"),
            descriptors: descriptors(pid),
            threads: number("Threads:"),
        }
    }
}

impl fmt::Display for Rest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} KiB resident, {} KiB anonymous, {} descriptors, {} threads",
            self.resident_kib, self.anonymous_kib, self.descriptors, self.threads
        )
    }
}

fn descriptors(pid: u32) -> usize {
    fs::read_dir(format!("/proc/{pid}/fd")).unwrap().count()
}

/// One who asks now and then until the allocator has given back what is free, and then goes too.
async fn settle(site: &Site, pid: u32, at_most: usize) -> Rest {
    let mut connection = Connection::open(site).await.unwrap();
    let started = Instant::now();
    while started.elapsed() < SETTLES {
        let ping = site.request(Era::Legacy, 1, "ping", json!({}));
        connection.ask(&ping).await.unwrap();
        sleep(Duration::from_millis(50)).await;
    }
    drop(connection);
    let started = Instant::now();
    while descriptors(pid) > at_most && started.elapsed() < CLOSES_WITHIN {
        sleep(Duration::from_millis(100)).await;
    }
    sleep(Duration::from_millis(500)).await;
    Rest::of(pid)
}

/// What everybody saw: those who count, and those beside them.
struct Round {
    clients: Seen,
    beside: Seen,
    standing: usize,
    took: Duration,
}

async fn round(port: u16, offer: &Offer, clients: usize, calls: usize) -> Round {
    let started = Instant::now();
    let stop = Arc::new(AtomicBool::new(false));
    let mut editing = JoinSet::new();
    for (n, site) in offer.sites.iter().enumerate() {
        for (m, era) in ERAS.into_iter().enumerate() {
            let editor = Editor::new(site.clone(), era, n * ERAS.len() + m);
            editing.spawn(editor.run(Arc::clone(&stop)));
        }
    }
    let visiting = tokio::spawn(logins(port, Arc::clone(&stop)));
    let flooding = tokio::spawn(strangers(port, Arc::clone(&stop)));
    let plan = Plan {
        clients,
        time: Duration::ZERO,
        at_least: calls.div_ceil(clients),
        one_hangs_up_of: 100,
    };
    let clients = offer.asked(plan).await;
    stop.store(true, Ordering::Relaxed);
    let mut beside = Seen::default();
    while let Some(editor) = editing.join_next().await {
        beside.add(editor.unwrap());
    }
    let (visitor, standing) = visiting.await.unwrap();
    beside.add(visitor);
    beside.add(flooding.await.unwrap());
    Round {
        clients,
        beside,
        standing,
        took: started.elapsed(),
    }
}

impl Round {
    #[track_caller]
    fn assert_right(&self) {
        assert_right(&self.clients);
        assert_right(&self.beside);
    }

    fn tell(&self, what: &str) {
        let seconds = self.took.as_secs_f64();
        let calls = self.clients.calls() + self.clients.hung_up;
        println!(
            "{what}: {calls} calls in {seconds:.0} s ({} streamed, {} given up, {} wrong), and beside them {} others \
             ({} left without an answer, {} wrong); {} new connections still stand",
            self.clients.streamed,
            self.clients.hung_up,
            self.clients.wrong,
            self.beside.calls(),
            self.beside.hung_up,
            self.beside.wrong,
            self.standing,
        );
    }
}

/// The whole server, warmed up, then asked very often, then left alone.
async fn soak(running: Running, port: u16) {
    let calls = usize::try_from(given("SOAK_CALLS", 500_000)).unwrap();
    let clients = usize::try_from(given("SOAK_CLIENTS", 32)).unwrap();
    let warming = usize::try_from(given("SOAK_WARMING", 100_000)).unwrap();
    let pid = running.0.id();
    let started = Rest::of(pid);
    println!("started: {started}");
    let offer = Offer::of(port).await;

    let warmed = round(port, &offer, clients, warming).await;
    warmed.tell("warm-up");
    warmed.assert_right();
    let before = settle(&offer.sites[0], pid, started.descriptors).await;
    println!("after the warm-up: {before}");

    let memory = Memory::of(pid);
    let soaked = round(port, &offer, clients, calls).await;
    let meanwhile = memory.samples();
    soaked.tell("the run");
    let after = settle(&offer.sites[0], pid, before.descriptors).await;
    println!("after the run: {after}");

    print!("{}{}", soaked.clients, soaked.beside);
    let tenth = meanwhile.len().div_ceil(10);
    let tenths: Vec<u64> = meanwhile
        .chunks(tenth)
        .map(|part| part.iter().sum::<u64>() / part.len() as u64)
        .collect();
    println!("resident KiB in each tenth of the run: {tenths:?}");
    let grown = |after: u64, before: u64| i128::from(after) - i128::from(before);
    println!(
        "grown: {} KiB resident, {} KiB anonymous, {} descriptors, {} threads",
        grown(after.resident_kib, before.resident_kib),
        grown(after.anonymous_kib, before.anonymous_kib),
        grown(after.descriptors as u64, before.descriptors as u64),
        grown(after.threads, before.threads),
    );
    soaked.assert_right();
    assert!(after.resident_kib < before.resident_kib + MOST_GROWTH_KIB);
    assert!(after.descriptors <= before.descriptors);
    assert!(after.threads <= before.threads);
}

#[tokio::test]
#[ignore = "minutes long and with the machine for itself; by hand, with TESTED_BINARY naming the one that ships"]
async fn half_a_million_calls_leave_less_than_5_megabytes_and_no_descriptor_behind() {
    let (port, room) = (free_port(), Room::new());
    let running = process(port, &room);
    soak(running, port).await;
}

#[tokio::test]
#[ignore = "minutes long and with the machine for itself; by hand, with TESTED_BINARY naming the one that ships"]
async fn half_a_million_calls_leave_as_little_behind_with_state_in_a_file() {
    let (port, room) = (free_port(), Room::new());
    let mut command = program(&room.0);
    let running = start(
        port,
        command.arg("demo").env("DATA_DIR", room.0.join("data")),
    );
    soak(running, port).await;
}

#[tokio::test]
#[ignore = "minutes long and with the machine for itself; by hand, with TESTED_BINARY naming the one that ships"]
async fn half_a_million_calls_leave_as_little_behind_with_state_in_redis() {
    let Some(redis) = Redis::start() else {
        return;
    };
    let (port, room) = (free_port(), Room::new());
    let mut command = program(&room.0);
    let running = start(port, command.arg("demo").env("REDIS_URL", redis.url()));
    soak(running, port).await;
}
