//! The HTTP client through which every request to Intervals.icu goes out.

use std::time::Duration;

use super::BuildError;
use crate::roots;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Shorter than what servers usually keep a silent connection for, so that a write rarely meets a closed one.
const IDLE_TIMEOUT: Duration = Duration::from_secs(30);

/// One that follows no redirects and trusts the authorities of [`roots`]; https alone, unless the service is on loopback.
pub(super) fn agent(loopback: bool) -> Result<reqwest::Client, BuildError> {
    let builder = reqwest::Client::builder()
        .user_agent(concat!("intervals-mcp-server/", env!("CARGO_PKG_VERSION")))
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .https_only(!loopback)
        .http1_only()
        .connect_timeout(CONNECT_TIMEOUT)
        .pool_idle_timeout(IDLE_TIMEOUT);
    let builder = if loopback {
        builder.no_proxy()
    } else {
        builder
    };
    let broken = |error: reqwest::Error| BuildError(error.without_url().to_string());
    let roots = roots::authorities().map_err(|error| BuildError(error.to_string()))?;
    let roots: Result<Vec<_>, _> = roots
        .iter()
        .map(|der| reqwest::Certificate::from_der(der))
        .collect();
    builder
        .tls_certs_only(roots.map_err(broken)?)
        .build()
        .map_err(broken)
}
