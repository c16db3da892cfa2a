//! What the server says and costs meanwhile.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::support::process::resident_kib;

/// Mistakes of the server that are kept in words.
const KEPT: usize = 10;

/// What one client, or all of them, saw.
#[derive(Default)]
pub struct Seen {
    /// Microseconds from the request to the end of its answer, by what was asked.
    latencies: BTreeMap<String, Vec<u32>>,
    pub streamed: usize,
    pub hung_up: usize,
    pub wrong: usize,
    pub mistakes: Vec<String>,
}

impl Seen {
    pub fn answered(&mut self, name: &str, took: Duration) {
        let took = u32::try_from(took.as_micros()).unwrap_or(u32::MAX);
        match self.latencies.get_mut(name) {
            Some(latencies) => latencies.push(took),
            None => drop(self.latencies.insert(name.to_owned(), vec![took])),
        }
    }

    pub fn mistake(&mut self, what: String) {
        self.wrong += 1;
        if self.mistakes.len() < KEPT {
            self.mistakes.push(what);
        }
    }

    pub fn add(&mut self, other: Self) {
        for (name, latencies) in other.latencies {
            self.latencies.entry(name).or_default().extend(latencies);
        }
        self.streamed += other.streamed;
        self.hung_up += other.hung_up;
        self.wrong += other.wrong;
        self.mistakes.extend(other.mistakes);
        self.mistakes.truncate(KEPT);
    }

    pub fn calls(&self) -> usize {
        self.latencies.values().map(Vec::len).sum()
    }
}

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all: Vec<u32> = self.latencies.values().flatten().copied().collect();
        writeln!(
            f,
            "{:<34}{:>9}{:>9}{:>9}{:>9}{:>9}",
            "ms", "calls", "p50", "p95", "p99", "max"
        )?;
        let everything = ("all".to_owned(), all);
        let parts = self.latencies.iter().map(|(k, v)| (k.clone(), v.clone()));
        for (name, mut latencies) in std::iter::once(everything).chain(parts) {
            latencies.sort_unstable();
            let at = |percent: usize| {
                let place = (latencies.len() * percent / 100).min(latencies.len() - 1);
                f64::from(latencies[place]) / 1000.0
            };
            let [p50, p95, p99, max] = [50, 95, 99, 100].map(at);
            let calls = latencies.len();
            writeln!(
                f,
                "{name:<34}{calls:>9}{p50:>9.1}{p95:>9.1}{p99:>9.1}{max:>9.1}"
            )?;
        }
        Ok(())
    }
}

/// Resident memory of a process, read every second.
pub struct Memory {
    stop: Arc<AtomicBool>,
    sampling: JoinHandle<Vec<u64>>,
}

impl Memory {
    pub fn of(pid: u32) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let sampling = std::thread::spawn(move || {
            let started = Instant::now();
            let mut samples = vec![resident_kib(pid)];
            while !stopped.load(Ordering::Relaxed) {
                let next = Duration::from_secs(samples.len() as u64);
                std::thread::sleep(next.saturating_sub(started.elapsed()));
                samples.push(resident_kib(pid));
            }
            samples
        });
        Self { stop, sampling }
    }

    /// KiB at each second from the beginning.
    pub fn samples(self) -> Vec<u64> {
        self.stop.store(true, Ordering::Relaxed);
        self.sampling.join().unwrap()
    }
}

/// By how much the middle of the last five values is above the one at `warm`.
pub fn growth(samples: &[u64], warm: usize) -> u64 {
    let mut last = samples[samples.len().saturating_sub(5)..].to_vec();
    last.sort_unstable();
    last[last.len() / 2].saturating_sub(samples[warm])
}
