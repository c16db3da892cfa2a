//! Answers that are remembered for a short while.

/// How long an answer may be repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Freshness {
    /// Activities, wellness, calendar: 30 s.
    Volatile,
    /// Profile and sport settings: 5 min.
    Settings,
}
