//! The doctor: is the server alive, and what keeps Claude from connecting?
//!
//! [`examine`] goes from the outside in, as Claude does: the name (`address`), who answers there (`reach`), the documents
//! (`documents`), the way to the login (`door`), the login itself (`login`), tokens and streams (`stream`). An answer that is
//! not this server's gets its name from `intruder`. Then the inside: the server of this machine (`local`), the key
//! (`account`), the `time`, the `state`, the settings. It asks as a stranger (`visitor`): nothing secret leaves but the API
//! key, to Intervals.icu.

mod account;
mod address;
mod documents;
mod door;
mod finding;
mod health;
mod intruder;
mod local;
mod login;
mod reach;
mod situation;
mod state;
mod stream;
mod time;
mod visitor;

pub use finding::{Finding, Report, Severity};
pub use health::health;

use crate::clock::Clock;
use crate::config::Config;
use crate::oauth;
use local::Local;
use situation::Situation;
use time::Ahead;
use visitor::Visitor;

/// What was seen from the outside.
struct Outside {
    findings: Vec<Finding>,
    is_served: bool,
    clock: Option<Ahead>,
}

/// Looks at everything that a server with this configuration depends on, within half a minute, and changes nothing.
pub async fn examine(config: Config, clock: Clock) -> Report {
    let public_url = config.http.public_url.clone();
    let port = config.listen.port();
    let configured = &config.http.server_config;
    let local = local::look(config.listen, &public_url, configured).await;
    let situation = Situation {
        public_url: public_url.clone(),
        port,
        local,
    };
    let ticket = oauth::probe::ticket(&config.oauth, clock.unix_seconds()).ok();
    let origin = config.intervals.base_url.to_string();
    let is_near = config.intervals.base_url.scheme() == "http";
    let (outside, account, intervals_clock) = tokio::join!(
        look_from_outside(&situation, configured, ticket.as_deref(), &clock),
        account::examine(config.intervals, clock.clone()),
        async {
            let visitor = Visitor::abroad(&origin, is_near).ok()?;
            time::ask(&visitor, &clock).await.ok()?
        }
    );
    let mut findings = outside.findings;
    findings.push(local::report(
        &situation.local,
        port,
        &public_url,
        outside.is_served,
    ));
    findings.push(account);
    findings.extend(time::report(intervals_clock, outside.clock));
    let is_elsewhere = outside.is_served && situation.local == Local::Nobody;
    findings.extend(state::examine(&config.state, is_elsewhere).await);
    findings.extend(settings(&config.warnings));
    Report {
        findings,
        public_url,
        is_served: outside.is_served,
    }
}

async fn look_from_outside(
    situation: &Situation,
    configured: &serde_json::Value,
    ticket: Option<&str>,
    clock: &Clock,
) -> Outside {
    let mut outside = Outside {
        findings: Vec::new(),
        is_served: false,
        clock: None,
    };
    // What is further inside is looked at as long as the way there is open.
    if let Err(stop) = look_further(situation, configured, ticket, clock, &mut outside).await {
        outside.findings.push(stop);
    }
    outside
}

async fn look_further(
    situation: &Situation,
    configured: &serde_json::Value,
    ticket: Option<&str>,
    clock: &Clock,
    outside: &mut Outside,
) -> Result<(), Finding> {
    let public_url = &situation.public_url;
    let (addresses, found) = address::examine(public_url).await?;
    outside.findings.push(found);
    let host = address::bare_host(public_url);
    let visitor = Visitor::to(public_url.origin(), host, &addresses).map_err(|why| {
        Finding::problem(
            format!("https cannot be spoken here: {why}."),
            "Install the certificate authorities of the system (Debian: ca-certificates), or name a file with SSL_CERT_FILE.",
        )
    })?;
    let (greeting, found) = reach::examine(situation, &visitor).await?;
    outside.findings.push(found);
    outside.is_served = true;
    outside.clock = time::ahead(&greeting, clock.now());
    let found = documents::examine(situation, &visitor, configured).await?;
    outside.findings.extend(found);
    let found = door::examine(situation, &visitor).await;
    let is_open = found.severity != Severity::Problem;
    outside.findings.push(found);
    let found = login::examine(situation, &visitor).await;
    outside.findings.extend(found);
    if let Some(ticket) = ticket
        && is_open
    {
        let found = stream::examine(situation, &visitor, ticket).await;
        outside.findings.push(found);
    }
    Ok(())
}

/// What is legal and yet worth a word.
fn settings(warnings: &[String]) -> Vec<Finding> {
    if warnings.is_empty() {
        return vec![Finding::ok("The settings hold no known risk.")];
    }
    warnings.iter().map(|warning| risk(warning)).collect()
}

/// The last part of a warning says what to set instead.
fn risk(warning: &str) -> Finding {
    let Some((text, remedy)) = warning.rsplit_once("; ") else {
        let remedy = "Change the setting and restart the server, unless it is so on purpose.";
        return Finding::warning(format!("{warning}."), remedy);
    };
    let mut letters = remedy.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    let remedy: String = first.chain(letters).collect();
    Finding::warning(format!("{text}."), format!("{remedy}."))
}
