//! Is the clock right? Tokens, certificates and "today" depend on it.

use http::header;
use jiff::Timestamp;

use super::finding::Finding;
use super::visitor::{Answer, Failure, Visitor};
use crate::clock::Clock;

/// Seconds by which a clock may be off.
const TOLERANCE: i64 = 60;

/// By how many seconds another clock is ahead of this machine's.
pub type Ahead = i64;

/// Asks the machine at the origin what time it is.
pub async fn ask(visitor: &Visitor, clock: &Clock) -> Result<Option<Ahead>, Failure> {
    let answer = visitor.head("/").await?;
    Ok(ahead(&answer, clock.now()))
}

/// What the `Date` of an answer that came at `now` says; nothing when it comes from a cache.
pub fn ahead(answer: &Answer, now: Timestamp) -> Option<Ahead> {
    if answer.is_from_cache() {
        return None;
    }
    let date = jiff::fmt::rfc2822::parse(answer.header(header::DATE)).ok()?;
    Some(date.timestamp().as_second() - now.as_second())
}

/// `intervals`: the clock of Intervals.icu. `served`: the one at the public URL.
pub fn report(intervals: Option<Ahead>, served: Option<Ahead>) -> Option<Finding> {
    let right = intervals.or(served)?;
    if right.abs() > TOLERANCE {
        let whose = match intervals {
            Some(_) => "of Intervals.icu",
            None => "at BASE_URL",
        };
        return Some(Finding::problem(
            format!(
                "The clock of this machine is {} against the one {whose}.",
                off(-right)
            ),
            "Let the machine take its time from the network (NTP: `timedatectl set-ntp true` on most Linux servers); tokens \
             and certificates are refused otherwise.",
        ));
    }
    match served {
        Some(served) if (served - right).abs() > TOLERANCE => Some(Finding::problem(
            format!(
                "The clock of the machine at BASE_URL is {} against the one of Intervals.icu.",
                off(served - right)
            ),
            "Let that machine take its time from the network (NTP).",
        )),
        _ => Some(Finding::ok("The clock is right.")),
    }
}

fn off(seconds: i64) -> String {
    let amount = seconds.unsigned_abs();
    let amount = if amount < 7_200 {
        format!("{} minutes", amount.div_ceil(60))
    } else {
        format!("{} hours", amount / 3_600)
    };
    let way = if seconds > 0 { "ahead" } else { "behind" };
    format!("{amount} {way}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::finding::Severity;

    #[test]
    fn a_minute_is_forgiven_and_more_is_a_problem_on_the_machine_that_is_off() {
        let severity = |intervals, served| {
            report(intervals, served).map(|f| (f.severity, f.text.contains("at BASE_URL is")))
        };
        assert_eq!(severity(None, None), None);
        assert_eq!(
            severity(Some(60), Some(-60)).map(|s| s.0),
            Some(Severity::Problem)
        );
        assert_eq!(severity(Some(-60), None), Some((Severity::Ok, false)));
        assert_eq!(
            severity(Some(61), Some(0)),
            Some((Severity::Problem, false))
        );
        assert_eq!(severity(None, Some(-61)), Some((Severity::Problem, false)));
        assert_eq!(severity(Some(0), Some(61)), Some((Severity::Problem, true)));
    }

    #[test]
    fn a_clock_that_is_behind_is_called_so() {
        let said = |ahead| report(Some(ahead), None).unwrap().text;
        assert!(said(300).contains("5 minutes behind"), "{}", said(300));
        assert!(
            said(-86_400).contains("24 hours ahead"),
            "{}",
            said(-86_400)
        );
    }
}
