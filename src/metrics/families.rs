//! Every family, with its name and what it says.

use std::sync::LazyLock;

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Metric, Registry};

use super::labels::{
    Build, Call, Event, Found, GuardRefusal, Limit, Limited, Lookup, OAuthEvent, Operation,
    Refused, Request, Route, Rpc, Sent, Tool, Verb,
};
use super::process::Process;

/// Seconds. From an answer out of memory to the longest that a call may take.
const DURATIONS: [f64; 10] = [0.005, 0.025, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 50.0];

type Durations<S> = Family<S, Histogram, fn() -> Histogram>;

/// What is counted.
pub(super) struct Families {
    pub(super) registry: Registry,
    pub(super) started: Gauge,
    pub(super) http_requests: Family<Request, Counter>,
    pub(super) http_durations: Durations<Route>,
    pub(super) connections: Gauge,
    pub(super) rpc_requests: Family<Rpc, Counter>,
    pub(super) tool_calls: Family<Call, Counter>,
    pub(super) tool_durations: Durations<Tool>,
    pub(super) calls_in_flight: Gauge,
    pub(super) upstream_requests: Family<Sent, Counter>,
    pub(super) upstream_durations: Durations<Verb>,
    pub(super) upstream_retries: Counter,
    pub(super) upstream_waits: Histogram,
    pub(super) upstream_held_back: Counter,
    pub(super) cache_lookups: Family<Found, Counter>,
    pub(super) oauth_events: Family<Event, Counter>,
    pub(super) guard_refusals: Family<Refused, Counter>,
    pub(super) limits_hit: Family<Limited, Counter>,
    pub(super) state_operations: Family<Operation, Counter>,
}

/// The one set of this process.
pub(super) fn families() -> &'static Families {
    static FAMILIES: LazyLock<Families> = LazyLock::new(Families::new);
    &FAMILIES
}

fn durations() -> Histogram {
    Histogram::new(DURATIONS)
}

/// Registers what is made under `name`.
fn known<M: Metric + Clone>(registry: &mut Registry, name: &str, help: &str, metric: M) -> M {
    registry.register(name, help, metric.clone());
    metric
}

impl Families {
    fn new() -> Self {
        let mut all = Registry::default();
        let started = known(
            &mut all,
            "process_start_time_seconds",
            "When the server started, in seconds since 1970",
            Gauge::default(),
        );
        all.register_collector(Box::new(Process));
        let mut families = Self::ours(all.sub_registry_with_prefix("intervals_mcp"), started);
        families.begin_at_zero();
        families.registry = all;
        families
    }

    fn ours(ours: &mut Registry, started: Gauge) -> Self {
        let build = Build {
            version: env!("CARGO_PKG_VERSION"),
        };
        ours.register("build", "Which version runs", Info::new(build));
        Self {
            registry: Registry::default(),
            started,
            http_requests: known(
                ours,
                "http_requests",
                "Requests answered, by route (none: no such path), method and status",
                Family::default(),
            ),
            http_durations: known(
                ours,
                "http_request_duration_seconds",
                "From the headers of a request to those of its answer",
                Family::new_with_constructor(durations as fn() -> Histogram),
            ),
            connections: known(
                ours,
                "http_connections_open",
                "Connections of clients and proxies",
                Gauge::default(),
            ),
            rpc_requests: known(
                ours,
                "rpc_requests",
                "Messages at the MCP endpoint, by method and era of the protocol",
                Family::default(),
            ),
            tool_calls: known(
                ours,
                "tool_calls",
                "Calls of tools that ended, by tool and outcome",
                Family::default(),
            ),
            tool_durations: known(
                ours,
                "tool_call_duration_seconds",
                "From a tool's call to the end of its answer",
                Family::new_with_constructor(durations as fn() -> Histogram),
            ),
            calls_in_flight: known(
                ours,
                "tool_calls_in_flight",
                "Calls of tools that are being answered",
                Gauge::default(),
            ),
            upstream_requests: known(
                ours,
                "upstream_requests",
                "Requests sent to Intervals.icu, each attempt, by resource, method and outcome",
                Family::default(),
            ),
            upstream_durations: known(
                ours,
                "upstream_request_duration_seconds",
                "From sending a request to Intervals.icu to the end of its answer",
                Family::new_with_constructor(durations as fn() -> Histogram),
            ),
            upstream_retries: known(
                ours,
                "upstream_retries",
                "Reads of Intervals.icu that were tried again",
                Counter::default(),
            ),
            upstream_waits: known(
                ours,
                "upstream_wait_seconds",
                "How long requests to Intervals.icu waited for their turn, by the pace of INTERVALS_RATE",
                Histogram::new([0.001, 0.05, 0.25, 1.0, 5.0]),
            ),
            upstream_held_back: known(
                ours,
                "upstream_held_back",
                "Requests to Intervals.icu not sent, since its limit is reached for longer than a caller waits",
                Counter::default(),
            ),
            cache_lookups: known(
                ours,
                "cache_lookups",
                "Answers of Intervals.icu looked for in memory: there, not there, or being asked for already",
                Family::default(),
            ),
            oauth_events: known(
                ours,
                "oauth_events",
                "What happened to apps and their grants",
                Family::default(),
            ),
            guard_refusals: known(
                ours,
                "guard_refusals",
                "Requests at the MCP endpoint without a credential that holds",
                Family::default(),
            ),
            limits_hit: known(
                ours,
                "limits_hit",
                "Attempts that have to wait",
                Family::default(),
            ),
            state_operations: known(
                ours,
                "state_operations",
                "What was asked of the state backend, by outcome",
                Family::default(),
            ),
        }
    }

    /// What is rare is there from the start: an alarm on its first occurrence needs the zero before.
    fn begin_at_zero(&self) {
        for lookup in Lookup::ALL {
            let result = lookup.name();
            drop(self.cache_lookups.get_or_create(&Found { result }));
        }
        for event in OAuthEvent::ALL {
            let event = event.name();
            drop(self.oauth_events.get_or_create(&Event { event }));
        }
        for reason in GuardRefusal::ALL {
            let reason = reason.name();
            drop(self.guard_refusals.get_or_create(&Refused { reason }));
        }
        for limit in Limit::ALL {
            let limit = limit.name();
            drop(self.limits_hit.get_or_create(&Limited { limit }));
        }
    }
}
