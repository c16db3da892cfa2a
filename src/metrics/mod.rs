//! What is counted while the server runs, and how Prometheus reads it.
//!
//! One set per process. Counting is an atomic addition under a shared lock, whether anybody reads it or not. A label has one
//! of few values that are known beforehand: nothing that a caller sends becomes one.

mod families;
mod labels;
mod process;
mod template;

use std::fmt;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::gauge::Gauge;

use families::families;
use labels::{
    Call, Event, Found, Limited, Operation, Refused, Request, Route, Rpc, Sent, Tool, Verb, method,
    route,
};
pub use labels::{GuardRefusal, Limit, Lookup, OAuthEvent};
pub use template::Template;

/// The media type of [`text`].
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Everything, as OpenMetrics 1.0 writes it.
///
/// # Errors
/// None in practice: memory can be written to.
pub fn text() -> Result<String, fmt::Error> {
    let mut text = String::with_capacity(32 * 1024);
    encode(&mut text, &families().registry)?;
    Ok(text)
}

/// The server starts at `now`.
pub fn started(now: Timestamp) {
    families().started.set(now.as_second());
}

/// A request has its answer: `template` is the route that took it, `None` when none did.
pub fn http_answered(template: Option<&str>, verb: &str, status: u16, took: Duration) {
    let route = route(template);
    let families = families();
    let request = Request {
        route,
        method: method(verb),
        status,
    };
    families.http_requests.get_or_create(&request).inc();
    let durations = families.http_durations.get_or_create(&Route { route });
    durations.observe(took.as_secs_f64());
}

/// Counts among what is going on until it is dropped.
#[must_use = "it is over when this is dropped"]
pub struct GoingOn(&'static Gauge);

impl GoingOn {
    /// A connection from a client.
    pub fn connection() -> Self {
        Self::of(&families().connections)
    }

    fn of(gauge: &'static Gauge) -> Self {
        gauge.inc();
        Self(gauge)
    }
}

impl Drop for GoingOn {
    fn drop(&mut self) {
        self.0.dec();
    }
}

/// A message at the MCP endpoint: `method` and `era` in the words of this server and never in those of the caller.
pub fn rpc(method: &'static str, era: &'static str) {
    let counted = Rpc { method, era };
    families().rpc_requests.get_or_create(&counted).inc();
}

/// A call of a tool, in flight until it is dropped.
pub struct ToolCall {
    tool: &'static str,
    started: Instant,
    _in_flight: GoingOn,
}

impl ToolCall {
    /// `tool` is a name of the registry; `None` is a tool that is not there.
    #[must_use]
    pub fn begin(tool: Option<&'static str>) -> Self {
        Self {
            tool: tool.unwrap_or("unknown"),
            started: Instant::now(),
            _in_flight: GoingOn::of(&families().calls_in_flight),
        }
    }

    /// It ended, as the log line of the call says.
    pub fn end(self, outcome: &'static str) {
        let tool = self.tool;
        let families = families();
        let call = Call { tool, outcome };
        families.tool_calls.get_or_create(&call).inc();
        let durations = families.tool_durations.get_or_create(&Tool { tool });
        durations.observe(self.started.elapsed().as_secs_f64());
    }
}

/// One exchange with Intervals.icu. Dropped before its end it was given up: its time was over, or nobody waited any more.
pub struct UpstreamCall {
    sent: Sent,
    started: Instant,
}

impl UpstreamCall {
    #[must_use]
    pub fn begin(verb: &str, resource: Template) -> Self {
        let sent = |outcome| Sent {
            resource,
            method: method(verb),
            outcome,
        };
        // An alarm on the first refusal of the key needs the zero before.
        drop(
            families()
                .upstream_requests
                .get_or_create(&sent("unauthorized")),
        );
        Self {
            sent: sent("given_up"),
            started: Instant::now(),
        }
    }

    /// It ended with `ok` or a kind of error.
    pub fn end(mut self, outcome: &'static str) {
        self.sent.outcome = outcome;
    }
}

impl Drop for UpstreamCall {
    fn drop(&mut self) {
        let families = families();
        families.upstream_requests.get_or_create(&self.sent).inc();
        let verb = Verb {
            method: self.sent.method,
        };
        let durations = families.upstream_durations.get_or_create(&verb);
        durations.observe(self.started.elapsed().as_secs_f64());
    }
}

/// A read of Intervals.icu is tried again.
pub fn upstream_retried() {
    families().upstream_retries.inc();
}

/// A request to Intervals.icu waited for its turn.
pub fn upstream_waited(time: Duration) {
    families().upstream_waits.observe(time.as_secs_f64());
}

/// A request to Intervals.icu was not sent, since its turn would have come too late.
pub fn upstream_held_back() {
    families().upstream_held_back.inc();
}

/// An answer of Intervals.icu was looked for among those that are remembered.
pub fn cache(lookup: Lookup) {
    let found = Found {
        result: lookup.name(),
    };
    families().cache_lookups.get_or_create(&found).inc();
}

/// Something happened to an app or its grant.
pub fn oauth(event: OAuthEvent) {
    let event = Event {
        event: event.name(),
    };
    families().oauth_events.get_or_create(&event).inc();
}

/// The guard did not let a request through.
pub fn guard_refused(reason: GuardRefusal) {
    let reason = Refused {
        reason: reason.name(),
    };
    families().guard_refusals.get_or_create(&reason).inc();
}

/// Somebody met a limit and has to wait.
pub fn limited(limit: Limit) {
    let limit = Limited {
        limit: limit.name(),
    };
    families().limits_hit.get_or_create(&limit).inc();
}

/// A store is there. An alarm on its first failure needs the zero before.
pub fn state_begins(backend: &'static str, operations: &[&'static str]) {
    for operation in operations {
        let failed = Operation {
            backend,
            operation,
            outcome: "failed",
        };
        drop(families().state_operations.get_or_create(&failed));
    }
}

/// A store did, or did not do, what was asked.
pub fn state(backend: &'static str, operation: &'static str, outcome: &'static str) {
    let operation = Operation {
        backend,
        operation,
        outcome,
    };
    families().state_operations.get_or_create(&operation).inc();
}
