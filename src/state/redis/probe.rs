//! Whether a Redis can be used, before it is.

use ::redis::aio::MultiplexedConnection;
use ::redis::{RedisResult, cmd};
use tokio::time::timeout;

use super::OpenError;
use super::failure::Failure;
use super::link::{CONNECT, connect};
use super::scripts::Scripts;
use super::url::RedisUrl;

/// What was found.
#[derive(Debug)]
pub enum Probed {
    /// It can, though what it is set to do may be unwise.
    Usable { warnings: Vec<String> },
    /// Not now, and later perhaps without anybody's doing.
    Unusable { why: String },
}

/// Connects, and writes and removes an entry beside the state under `namespace`.
///
/// # Errors
/// When it cannot be used until somebody changes something.
pub async fn probe(url: &RedisUrl, namespace: &str) -> Result<Probed, OpenError> {
    let tried = async {
        let mut wire = connect(url).await?;
        let written = write(&mut wire, namespace).await;
        written.map_err(|error| Failure::of(&error))?;
        Ok(warnings(&mut wire).await)
    };
    let done = timeout(CONNECT * 2, tried).await;
    match done.unwrap_or_else(|_| Err(Failure::silence())) {
        Ok(warnings) => Ok(Probed::Usable { warnings }),
        Err(failure) => match failure.refused() {
            // After a failover the name may lead to the new primary soon.
            Some(OpenError::ReadOnly) | None => Ok(Probed::Unusable {
                why: failure.text().to_owned(),
            }),
            Some(refusal) => Err(refusal),
        },
    }
}

async fn write(wire: &mut MultiplexedConnection, namespace: &str) -> RedisResult<()> {
    let scripts = Scripts::of(&format!("{{{namespace}}}:probe:"));
    let put = scripts.put(0, "probe", b"", 1, 1);
    let _: i64 = put.invoke_async(wire).await?;
    let _: Option<Vec<u8>> = scripts.take(0, "probe").invoke_async(wire).await?;
    let _: Vec<(String, Vec<u8>)> = scripts.list(0, "").invoke_async(wire).await?;
    Ok(())
}

/// What is unwise, as far as it may be asked.
async fn warnings(wire: &mut MultiplexedConnection) -> Vec<String> {
    let mut warnings = Vec::new();
    let info = cmd("INFO").query_async(wire).await;
    let info: String = info.unwrap_or_default();
    let told = |name: &str| {
        let mut lines = info.lines();
        lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))
    };
    let policy = told("maxmemory_policy").unwrap_or_default();
    if policy.starts_with("allkeys-") && told("maxmemory") != Some("0") {
        warnings.push(format!(
            "Redis throws keys away when its memory is full (maxmemory-policy {policy}): every app would have to be \
             connected again; noeviction keeps them"
        ));
    }
    if told("aof_enabled") == Some("0") {
        warnings.push(
            "Redis keeps no append-only file (appendonly no): a crash of it takes back what was written since its last \
             snapshot, revocations too"
                .to_owned(),
        );
    }
    warnings
}
