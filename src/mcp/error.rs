//! What went wrong in a tool, as a sentence that the model can act on.

use std::time::Duration;

use super::params::WindowError;
use crate::intervals;

/// A tool that could not answer. It is always reported as a tool error, never as a protocol error: the model reads it.
#[derive(Debug, Clone)]
pub enum ToolError {
    /// The arguments are wrong; the text says what is right.
    Invalid(String),
    Upstream(intervals::Error),
    /// A write whose answer did not come: it may have been carried out.
    UncertainWrite(intervals::Error),
    /// A write that stopped in the middle; the text says what was written, what was not and how to take it back.
    Unfinished(String),
    /// The call took longer than a client waits.
    Deadline(Duration),
    /// The same of a write, of which some may be done.
    WriteDeadline(Duration),
    /// The caller hung up.
    Cancelled,
    /// A bug of ours, caught.
    Panicked,
}

impl From<intervals::Error> for ToolError {
    fn from(error: intervals::Error) -> Self {
        Self::Upstream(error)
    }
}

impl From<WindowError> for ToolError {
    fn from(error: WindowError) -> Self {
        Self::Invalid(format!("{error}."))
    }
}

impl ToolError {
    /// The error of a write.
    #[must_use]
    pub const fn write(error: intervals::Error) -> Self {
        if error.leaves_write_uncertain() {
            Self::UncertainWrite(error)
        } else {
            Self::Upstream(error)
        }
    }

    /// Whether what was asked for does not exist, cannot exist or is not the athlete's.
    #[must_use]
    pub const fn is_miss(&self) -> bool {
        use intervals::Error as E;
        matches!(
            self,
            Self::Invalid(_)
                | Self::Upstream(E::NotFound { .. } | E::Forbidden { .. } | E::Rejected { .. })
        )
    }

    /// A short name for log lines.
    #[must_use]
    pub const fn outcome(&self) -> &'static str {
        match self {
            Self::Invalid(_) => "invalid",
            Self::Upstream(_) | Self::UncertainWrite(_) => "upstream_error",
            Self::Unfinished(_) => "unfinished",
            Self::Deadline(_) | Self::WriteDeadline(_) => "deadline",
            Self::Cancelled => "cancelled",
            Self::Panicked => "panic",
        }
    }

    /// What happened and what to do about it.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self {
            Self::Invalid(text) | Self::Unfinished(text) => text.clone(),
            Self::Upstream(error) => upstream(error),
            Self::UncertainWrite(error) => format!(
                "{} The change may have been made all the same: read it before trying again.",
                upstream(error)
            ),
            Self::Deadline(limit) => format!(
                "This took longer than {} s and was given up. Ask for a shorter window or fewer parts.",
                limit.as_secs()
            ),
            Self::WriteDeadline(limit) => format!(
                "This took longer than {} s and was given up; some of it may have been written. undo_change without change_id \
                 lists what was begun: look at that and at what is there before trying again.",
                limit.as_secs()
            ),
            Self::Cancelled => "The call was cancelled.".to_owned(),
            Self::Panicked => {
                "The server made a mistake in this call; nothing is known to have changed. Try other arguments, and \
                 tell the owner to look for 'panic' in the server's log."
                    .to_owned()
            }
        }
    }
}

fn upstream(error: &intervals::Error) -> String {
    use intervals::Error as E;
    match error {
        E::Unauthorized => "Intervals.icu refused the API key (401). The owner has to set API_KEY to the key shown in \
                            Intervals.icu under Settings, Developer Settings, and restart this server. Trying again \
                            does not help."
            .to_owned(),
        E::PaymentRequired { message } => format!(
            "Intervals.icu says that this needs a subscription (402{}). Trying again does not help.",
            said(message.as_deref())
        ),
        E::Forbidden { message } => format!(
            "Intervals.icu denied access (403{}). The API key has no right to this; check ATHLETE_ID and the id that \
             was asked for. Trying again does not help.",
            said(message.as_deref())
        ),
        E::NotFound { message } => format!(
            "Intervals.icu has nothing under this id or path (404{}). Check the id: list_activities, list_events or list_workouts has it.",
            said(message.as_deref())
        ),
        E::Rejected { status, message } => format!(
            "Intervals.icu rejected the request ({status}{}). Change the arguments accordingly.",
            said(message.as_deref())
        ),
        E::RateLimited { retry_after } => match retry_after {
            Some(wait) => format!(
                "Intervals.icu's rate limit is used up (429). Try again in {}; until then no call will work.",
                duration(*wait)
            ),
            None => "Intervals.icu's rate limit is used up (429). Wait a minute, then try again with fewer calls."
                .to_owned(),
        },
        E::Unavailable {
            status,
            retry_after,
        } => format!(
            "Intervals.icu failed to answer ({status}), also when asked again. Try again in {}.",
            retry_after.map_or_else(|| "a few minutes".to_owned(), duration)
        ),
        E::Blocked { status } => format!(
            "Something in front of Intervals.icu answered with a web page instead of data ({status}): maintenance or a \
             block of this server's address. Try again in a few minutes; if it stays, the owner should look."
        ),
        E::Timeout => "Intervals.icu did not answer in time. Try again, with a shorter window if there was one."
            .to_owned(),
        E::Connect => {
            "Intervals.icu could not be reached. Try again in a minute; if it stays, the owner should check the \
             server's network."
                .to_owned()
        }
        E::TooLarge { limit_bytes } => format!(
            "Intervals.icu's answer was larger than {} MiB and was not read. Ask for a shorter window or fewer parts.",
            limit_bytes / (1024 * 1024)
        ),
        E::Malformed { path } => format!(
            "Intervals.icu sent an answer that cannot be read (at {path:.80}). Try again; if it stays, the service has \
             changed and this server needs an update."
        ),
        E::TruncatedBody | E::Disconnected => "Intervals.icu's answer broke off. Try again.".to_owned(),
    }
}

fn said(message: Option<&str>) -> String {
    match message.map(|m| super::text::line(m, 200)) {
        Some(message) if !message.is_empty() => format!(": \"{message}\""),
        _ => String::new(),
    }
}

/// `45 s`, `5 min`, `2 h 0 min`, rounded up so that nobody comes back too early.
fn duration(wait: Duration) -> String {
    let secs = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    match secs {
        0..=119 => format!("{} s", secs.max(1)),
        120..=7_199 => format!("{} min", secs.div_ceil(60)),
        _ => {
            let minutes = secs.div_ceil(60);
            format!("{} h {} min", minutes / 60, minutes % 60)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_passed_on_and_never_shortened() {
        assert_eq!(duration(Duration::from_millis(6_200)), "7 s");
        assert_eq!(duration(Duration::from_secs(18_000)), "5 h 0 min");
        assert_eq!(duration(Duration::from_secs(18_001)), "5 h 1 min");
        assert_eq!(duration(Duration::from_secs(121)), "3 min");
    }
}
