//! How long the parts of a write may take, so that its answer, and with it the way back, is out before the call is given up.
//!
//! A call is given up after 50 s, one request after 15 s. A write that begins within 25 s ends within 40 s, and reading back
//! stops at 45 s.

use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use crate::mcp::error::ToolError;

const BEGIN_WITHIN: Duration = Duration::from_secs(25);
const READ_BACK_WITHIN: Duration = Duration::from_secs(45);

/// The last moments of one call.
#[derive(Debug, Clone, Copy)]
pub struct Times {
    /// No write begins after it.
    pub begin_by: Instant,
    /// What was not read back by then is answered unread.
    pub read_back_by: Instant,
}

impl Times {
    /// Of a call that began at `since`.
    #[must_use]
    pub fn of(since: Instant) -> Self {
        Self {
            begin_by: since + BEGIN_WITHIN,
            read_back_by: since + READ_BACK_WITHIN,
        }
    }
}

/// What a call that began at `since` does before it writes anything: waiting for its turn, and reading.
///
/// # Errors
/// Those of `work`, with what they mean for the calendar, and a sentence when it takes too long.
pub async fn before_writing<T>(
    since: Instant,
    work: impl Future<Output = Result<T, ToolError>>,
) -> Result<T, ToolError> {
    match timeout_at(Times::of(since).begin_by, work).await {
        Ok(Err(error @ ToolError::Upstream(_))) => Err(ToolError::Unfinished(format!(
            "Nothing was written. {}",
            error.sentence()
        ))),
        Ok(result) => result,
        Err(_) => Err(late()),
    }
}

/// There was no time left to write.
pub(super) fn late() -> ToolError {
    ToolError::Unfinished(
        "Nothing was written: reading what is there took so long that there was no time left. Try again, with fewer events."
            .to_owned(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn what_reads_too_long_writes_nothing_and_says_so() {
        let since = Instant::now();
        let never = std::future::pending::<Result<(), ToolError>>();
        let said = before_writing(since, never).await.unwrap_err().sentence();
        assert!(said.starts_with("Nothing was written"), "{said}");
        assert_eq!(since.elapsed(), BEGIN_WITHIN);
    }

    #[test]
    fn the_last_write_and_reading_back_end_before_the_call_does() {
        let (request, call) = (Duration::from_secs(15), Duration::from_secs(50));
        assert!(BEGIN_WITHIN + request < READ_BACK_WITHIN && READ_BACK_WITHIN < call);
    }
}
