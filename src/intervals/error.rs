//! What can go wrong between us and Intervals.icu.

use std::time::Duration;

/// The contract of every call. Neither the API key nor HTML of the other side is ever part of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// 401: the API key is wrong or was replaced.
    #[error("Intervals.icu does not accept the API key")]
    Unauthorized,
    /// 403: this athlete, or this kind of data, is not open to the key.
    #[error("Intervals.icu refuses access{}", told(.message))]
    Forbidden { message: Option<String> },
    /// 402: the athlete's subscription does not include it.
    #[error("Intervals.icu asks for a subscription{}", told(.message))]
    PaymentRequired { message: Option<String> },
    /// 404: no such thing, or a Strava activity that is not handed out.
    #[error("Intervals.icu does not have it{}", told(.message))]
    NotFound { message: Option<String> },
    /// Any other 4xx, with the service's own words, which are made to be shown.
    #[error("Intervals.icu refused the request with {status}{}", told(.message))]
    Rejected {
        status: u16,
        message: Option<String>,
    },
    /// 429, or a call held back because a 429 said how long to wait.
    #[error("Intervals.icu's request limit is reached{}", wait(.retry_after))]
    RateLimited { retry_after: Option<Duration> },
    /// 5xx.
    #[error("Intervals.icu is unavailable ({status}){}", wait(.retry_after))]
    Unavailable {
        status: u16,
        retry_after: Option<Duration>,
    },
    /// An answer that is not the API's: HTML of a firewall or of maintenance, or a redirect.
    #[error("something in front of Intervals.icu answered with {status} instead of the API")]
    Blocked { status: u16 },
    /// No complete answer within the deadline.
    #[error("Intervals.icu did not answer in time")]
    Timeout,
    /// No connection was made, so nothing was asked.
    #[error("Intervals.icu cannot be reached")]
    Connect,
    /// The connection broke after the request and before the answer.
    #[error("the connection to Intervals.icu broke before an answer came")]
    Disconnected,
    /// The decoded body is larger than what we take.
    #[error("the answer of Intervals.icu is larger than {limit_bytes} bytes")]
    TooLarge { limit_bytes: usize },
    /// The body is not the JSON that was expected; `path` is where, such as `[3].name`.
    #[error("the answer of Intervals.icu cannot be read at {path}")]
    Malformed { path: String },
    /// The connection broke, or the compression, in the middle of the body.
    #[error("the answer of Intervals.icu ended early")]
    TruncatedBody,
}

impl Error {
    /// One word, for counting.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Unauthorized => "unauthorized",
            Self::Forbidden { .. } => "forbidden",
            Self::PaymentRequired { .. } => "payment_required",
            Self::NotFound { .. } => "not_found",
            Self::Rejected { .. } => "rejected",
            Self::RateLimited { .. } => "rate_limited",
            Self::Unavailable { .. } => "unavailable",
            Self::Blocked { .. } => "blocked",
            Self::Timeout => "timeout",
            Self::Connect => "connect",
            Self::Disconnected => "disconnected",
            Self::TooLarge { .. } => "too_large",
            Self::Malformed { .. } => "malformed",
            Self::TruncatedBody => "truncated",
        }
    }

    /// Whether a write that ended with this error may have been carried out all the same.
    #[must_use]
    pub const fn leaves_write_uncertain(&self) -> bool {
        matches!(
            self,
            Self::Timeout
                | Self::Disconnected
                | Self::TruncatedBody
                | Self::TooLarge { .. }
                | Self::Malformed { .. }
                | Self::Unavailable { .. }
                | Self::Blocked { .. }
        )
    }

    /// Whether a write that ended with this error may be carried out even later than it is looked for.
    #[must_use]
    pub const fn may_arrive_late(&self) -> bool {
        matches!(self, Self::Timeout | Self::Disconnected)
    }
}

fn told(message: &Option<String>) -> String {
    message
        .as_ref()
        .map(|text| format!(": {text}"))
        .unwrap_or_default()
}

fn wait(retry_after: &Option<Duration>) -> String {
    retry_after
        .map(|wait| format!("; it asks to wait {} s", wait.as_secs()))
        .unwrap_or_default()
}
