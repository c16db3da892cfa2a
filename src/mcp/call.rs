//! One piece of work for a caller: bounded in time, caught when it breaks, given up when nobody waits for it.

use std::convert::Infallible;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::FutureExt;
use tokio_util::sync::CancellationToken;

use super::error::ToolError;
use super::progress::Progress;

/// Claude gives a call about 60 s; ours ends before.
const DEADLINE: Duration = Duration::from_secs(50);

/// How long news of how far a call is may take once it is done.
const LAST_NEWS: Duration = Duration::from_secs(1);

/// How a call ended, for the log line that is written when the answer leaves.
#[derive(Clone, Default)]
pub struct Outcome(Arc<Mutex<Option<&'static str>>>);

impl Outcome {
    /// Notes how the work ended.
    pub fn note<T>(&self, result: &Result<T, ToolError>) {
        self.set(Self::of(result));
    }

    /// `ok`, or what kind of failure `result` is.
    pub fn of<T>(result: &Result<T, ToolError>) -> &'static str {
        result.as_ref().map_or_else(ToolError::outcome, |_| "ok")
    }

    /// Notes that no work was begun, since what was asked for does not exist or is not said right.
    pub fn refuse(&self) {
        self.set("refused");
    }

    fn set(&self, outcome: &'static str) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(outcome);
    }

    /// `ok`, or what kind of failure it was; `None` when there was no work.
    #[must_use]
    pub fn get(&self) -> Option<&'static str> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Does `work`. What only reads ends when the caller hangs up; a write goes on to its end.
///
/// # Errors
/// Those of the work, and [`ToolError::Deadline`], [`ToolError::WriteDeadline`],
/// [`ToolError::Cancelled`] and [`ToolError::Panicked`].
pub async fn carry_out<T>(
    work: impl Future<Output = Result<T, ToolError>>,
    reads_only: bool,
    cancelled: &CancellationToken,
    mut progress: Option<Progress>,
) -> Result<T, ToolError> {
    let work = tokio::time::timeout(DEADLINE, AssertUnwindSafe(work).catch_unwind());
    let result = tokio::select! {
        // Nobody waits for the answer of a read any more.
        () = cancelled.cancelled(), if reads_only => return Err(ToolError::Cancelled),
        result = work => result,
        never = report(progress.as_mut()) => match never {},
    };
    if let Some(progress) = &mut progress {
        // A caller that does not read must not hold up what is done.
        let _ = tokio::time::timeout(LAST_NEWS, progress.catch_up()).await;
    }
    match result {
        Err(_) if reads_only => Err(ToolError::Deadline(DEADLINE)),
        Err(_) => Err(ToolError::WriteDeadline(DEADLINE)),
        Ok(Err(_)) => Err(ToolError::Panicked),
        Ok(Ok(result)) => result,
    }
}

async fn report(progress: Option<&mut Progress>) -> Infallible {
    match progress {
        Some(progress) => progress.report().await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn after(seconds: u64) -> Result<&'static str, ToolError> {
        tokio::time::sleep(Duration::from_secs(seconds)).await;
        Ok("done")
    }

    #[tokio::test]
    async fn a_panic_is_caught_and_answered_without_its_words() {
        let work = async { panic!("a bug of ours") };
        let result = carry_out::<()>(work, true, &CancellationToken::new(), None).await;
        let error = result.unwrap_err();
        assert!(matches!(error, ToolError::Panicked));
        assert!(!error.sentence().contains("a bug of ours"));
    }

    #[tokio::test(start_paused = true)]
    async fn work_that_never_ends_is_given_up_before_the_client_does() {
        let started = tokio::time::Instant::now();
        let never = std::future::pending();
        let result = carry_out::<()>(never, true, &CancellationToken::new(), None).await;
        assert!(matches!(result, Err(ToolError::Deadline(_))));
        assert_eq!(started.elapsed(), DEADLINE);
    }

    #[tokio::test(start_paused = true)]
    async fn a_write_that_is_given_up_says_where_to_look_for_what_was_written() {
        let never = std::future::pending();
        let result = carry_out::<()>(never, false, &CancellationToken::new(), None).await;
        let said = result.unwrap_err().sentence();
        assert!(
            said.contains("may have been written")
                && said.contains("undo_change without change_id"),
            "{said}"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_caller_that_hangs_up_ends_a_read_and_never_a_write() {
        let gone = CancellationToken::new();
        gone.cancel();
        let read = carry_out(after(5), true, &gone, None).await;
        assert!(matches!(read, Err(ToolError::Cancelled)));
        assert_eq!(
            carry_out(after(5), false, &gone, None).await.unwrap(),
            "done"
        );
    }
}
