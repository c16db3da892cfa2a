//! Our own pace, kept below that of Intervals.icu, and the waits that it asks for.

use std::num::NonZeroU32;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use governor::clock::Clock as _;
use governor::{DefaultDirectRateLimiter, Quota};
use http::HeaderMap;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::Instant;

use super::error::Error;
use crate::clock::Clock;
use crate::metrics;

/// The longest wait that a call sits out; a longer one is reported.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);
/// The pause when the 15-minute budget is spent, which does not say when it will be free again: after it one request is
/// let through, and the 429 that may follow tells the time.
const SPENT_WINDOW: Duration = Duration::from_secs(30);
/// Requests at a time where there is no pace: each of hundreds of callers would hold connections and half-read answers. The pace
/// bounds them by itself, and what waits for a service that hangs takes no place from what it would answer.
const AT_ONCE: usize = 128;
/// Quotas are of a day.
const LONGEST_HOLD: Duration = Duration::from_secs(24 * 3600);

pub(super) struct Limiter {
    pace: Option<DefaultDirectRateLimiter>,
    hold: Mutex<Option<Timestamp>>,
    places: Option<Semaphore>,
    clock: Clock,
}

/// Leave to send a request, and its place among those under way until this is dropped.
pub(super) struct Turn<'l> {
    _place: Option<SemaphorePermit<'l>>,
}

impl Limiter {
    pub(super) fn new(rate: Option<NonZeroU32>, clock: Clock) -> Self {
        // In no second more than the rate and its quarter: 10 for 8, which is what the service allows an address.
        let pace = rate.map(|rate| {
            let burst = NonZeroU32::new(rate.get() / 4).unwrap_or(NonZeroU32::MIN);
            DefaultDirectRateLimiter::direct(Quota::per_second(rate).allow_burst(burst))
        });
        Self {
            pace,
            hold: Mutex::new(None),
            places: rate.is_none().then(|| Semaphore::new(AT_ONCE)),
            clock,
        }
    }

    /// Waits for this request's turn.
    ///
    /// Fails at once with [`Error::RateLimited`] while a hold lasts for longer than anyone would wait.
    pub(super) async fn admit(&self, deadline: Instant) -> Result<Turn<'_>, Error> {
        let began = Instant::now();
        self.sit_out(deadline).await?;
        let place = match &self.places {
            // Nobody closes it.
            Some(places) => places.acquire().await.ok(),
            None => None,
        };
        // A hold may have begun meanwhile.
        self.sit_out(deadline).await?;
        if let Some(pace) = &self.pace {
            while let Err(turn) = pace.check() {
                tokio::time::sleep(turn.wait_time_from(pace.clock().now())).await;
            }
        }
        metrics::upstream_waited(began.elapsed());
        Ok(Turn { _place: place })
    }

    async fn sit_out(&self, deadline: Instant) -> Result<(), Error> {
        while let Some((until, wait)) = self.held() {
            if wait > PATIENCE || Instant::now() + wait >= deadline {
                metrics::upstream_held_back();
                return Err(Error::RateLimited {
                    retry_after: Some(wait),
                });
            }
            tokio::time::sleep(wait).await;
            self.release(until);
        }
        Ok(())
    }

    /// Lets nothing through for `wait`.
    pub(super) fn hold(&self, wait: Duration) {
        let wait = SignedDuration::try_from(wait.min(LONGEST_HOLD)).unwrap_or(SignedDuration::ZERO);
        let until = self.clock.now().checked_add(wait).unwrap_or(Timestamp::MAX);
        let mut hold = self.hold.lock().unwrap_or_else(PoisonError::into_inner);
        *hold = (*hold).max(Some(until));
    }

    /// Takes note of `X-RateLimit-Remaining: <15 min>,<day>` where the service sends it.
    pub(super) fn learn(&self, headers: &HeaderMap) {
        let Some(remaining) = headers
            .get("x-ratelimit-remaining")
            .and_then(|value| value.to_str().ok())
        else {
            return;
        };
        let mut budgets = remaining
            .split(',')
            .map(|budget| budget.trim().parse::<i64>());
        let is_spent =
            |budget: Option<Result<i64, _>>| matches!(budget, Some(Ok(left)) if left <= 0);
        let window_is_spent = is_spent(budgets.next());
        if is_spent(budgets.next()) {
            self.hold(self.until_midnight_utc());
        } else if window_is_spent {
            self.hold(SPENT_WINDOW);
        }
    }

    /// The day's budget is renewed at 00:00 UTC.
    fn until_midnight_utc(&self) -> Duration {
        let now = self.clock.now_in(&TimeZone::UTC);
        let wait = now
            .date()
            .tomorrow()
            .and_then(|day| day.to_zoned(TimeZone::UTC))
            .map(|midnight| midnight.duration_since(&now));
        wait.ok()
            .and_then(|wait| Duration::try_from(wait).ok())
            .unwrap_or(SPENT_WINDOW)
    }

    fn held(&self) -> Option<(Timestamp, Duration)> {
        let mut hold = self.hold.lock().unwrap_or_else(PoisonError::into_inner);
        let until = (*hold)?;
        match Duration::try_from(until.duration_since(self.clock.now())) {
            Ok(wait) if !wait.is_zero() => Some((until, wait)),
            _ => {
                *hold = None;
                None
            }
        }
    }

    /// Ends a hold that was sat out, unless a longer one has begun meanwhile.
    fn release(&self, until: Timestamp) {
        let mut hold = self.hold.lock().unwrap_or_else(PoisonError::into_inner);
        if *hold == Some(until) {
            *hold = None;
        }
    }
}
