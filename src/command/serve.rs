//! `serve`, which is also what happens when nothing is asked for.

use intervals_mcp_server::app::App;
use intervals_mcp_server::clock::Clock;
use intervals_mcp_server::config::Config;
use intervals_mcp_server::metrics;
use intervals_mcp_server::public_url::PublicUrl;
use intervals_mcp_server::state::Durability;
use intervals_mcp_server::telemetry;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::failure::Failure;
use super::listening::listen;
use super::signals::Signals;

/// Serves `config` until a signal says stop.
pub async fn serve(config: Config) -> Result<(), Failure> {
    let _logging = telemetry::init(&config.telemetry).map_err(Failure::Telemetry)?;
    // Before the port answers: whoever sees it open may already say stop.
    let signals = Signals::new();
    for warning in &config.warnings {
        tracing::warn!("{warning}");
    }
    let address = config.listen;
    let public_url = config.http.public_url.clone();
    let app = App::open(config.into(), Clock::system()).await?;
    let listener = listen(address)?;
    announce(&listener, &public_url, app.durability());
    serve_until_told(app, listener, signals).await;
    Ok(())
}

pub fn announce(listener: &TcpListener, public_url: &PublicUrl, durability: Durability) {
    match durability {
        Durability::Process => tracing::info!(
            "state is kept in memory: a restart keeps apps connected but forgets which were revoked; TOKENS_NOT_BEFORE \
             ends everything issued before it, and DATA_DIR keeps state on a disk"
        ),
        Durability::Durable => tracing::info!(
            "state is kept in DATA_DIR: a restart keeps apps connected and revoked ones out; only an approval that is \
             under way has to be started again"
        ),
        Durability::Shared => tracing::info!(
            "state is kept in Redis and shared: other servers on it with the same configuration are as this one"
        ),
    }
    metrics::started(Clock::system().now());
    let address = listener.local_addr().map(|a| a.to_string()).ok();
    tracing::info!(
        version = env!("CARGO_PKG_VERSION"),
        address,
        "listening; the URL to paste into Claude is {}",
        public_url.mcp()
    );
}

/// The first signal lets running calls finish, the second does not.
pub async fn serve_until_told(app: App, listener: TcpListener, mut signals: Signals) {
    let stop = CancellationToken::new();
    let serving = app.serve(listener, stop.clone());
    tokio::pin!(serving);
    tokio::select! {
        () = &mut serving => return,
        () = signals.told_to_stop() => {}
    }
    tracing::info!("told to stop: no new connections, running calls finish");
    stop.cancel();
    tokio::select! {
        () = &mut serving => {}
        () = signals.told_to_stop() => tracing::warn!("told twice to stop: stopping at once"),
    }
}
