//! Random sequences of writes, moves, deletions and undos, with faults in between: whatever happens, the calendar is as a
//! model of it says, answers tell what became of it, nothing is lost or doubled, and all can be had back.

mod calls;
mod claims;
mod found;
mod model;
mod play;
mod record;
mod rig;
mod steps;

use std::sync::atomic::{AtomicBool, Ordering};

use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};

use steps::Step;

const CASES: u32 = 24;
/// Each with a runtime and random numbers of its own.
const THREADS: u32 = 4;

#[expect(
    clippy::disallowed_methods,
    reason = "how long to look is no setting of the server"
)]
fn setting(name: &str) -> Option<u64> {
    Some(std::env::var(name).ok()?.parse().unwrap())
}

/// The sequences of every run, so that a rare one that nobody has thought through yet does not stop a change that has nothing to
/// do with it. Others are looked for with `SEQUENCE_SEED`.
const SEED: u64 = 14_892_150_858_106_308_948;

async fn play(steps: &[Step]) -> Result<(), String> {
    let mut play = play::Play::start().await?;
    let outcome = play.all(steps).await;
    outcome.map_err(|why| format!("{why}\n\n{}", play.log.join("\n")))
}

/// As many sequences as `cases`, from the random numbers of `seed`; the shortest that fails.
fn check(seed: u64, cases: u32, is_over: &AtomicBool) -> Result<(), String> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let config = Config {
        cases,
        failure_persistence: None,
        max_shrink_iters: 300,
        max_shrink_time: 30_000,
        ..Config::default()
    };
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let outcome = TestRunner::new_with_rng(config, rng).run(&steps::sequence(), |steps| {
        if is_over.load(Ordering::Relaxed) {
            return Ok(());
        }
        runtime.block_on(play(&steps)).map_err(TestCaseError::fail)
    });
    outcome.map_err(|error| {
        is_over.store(true, Ordering::Relaxed);
        format!("{error}")
    })
}

/// `SEQUENCE_CASES` of them, of [`SEED`] or of `SEQUENCE_SEED`, which a failure says.
#[test]
fn whatever_is_written_moved_deleted_and_undone_the_calendar_is_as_the_model_says() {
    let cases = setting("SEQUENCE_CASES").map_or(CASES, |cases| cases.try_into().unwrap());
    let seed = setting("SEQUENCE_SEED").unwrap_or(SEED);
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS)
            .map(|number| {
                let is_over = &is_over;
                let seed = seed.wrapping_add(u64::from(number));
                scope.spawn(move || check(seed, cases.div_ceil(THREADS), is_over))
            })
            .collect();
        for (number, thread) in threads.into_iter().enumerate() {
            if let Err(error) = thread.join().unwrap() {
                panic!("SEQUENCE_SEED={seed} (thread {number}): {error}");
            }
        }
    });
}
