//! `serve`, which is also what happens when nothing is asked for.

use intervals_mcp_server::app::App;
use intervals_mcp_server::clock::Clock;
use intervals_mcp_server::config::Config;
use intervals_mcp_server::telemetry;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::banner;
use super::failure::Failure;
use super::listening::listen;
use super::signals::Signals;

/// Serves `config` until a signal says stop.
pub async fn serve(config: Config) -> Result<(), Failure> {
    let _logging = telemetry::init(&config.telemetry).map_err(Failure::Telemetry)?;
    // Before the port answers: whoever sees it open may already say stop.
    let signals = Signals::new();
    banner::tell_facts(&config);
    banner::tell_warnings(&config);
    let address = config.listen;
    let public_url = config.http.public_url.clone();
    let app = App::open(config.into(), Clock::system()).await?;
    let listener = listen(address)?;
    banner::tell_state(app.durability());
    banner::tell_listening(&listener, &public_url);
    serve_until_told(app, listener, signals).await;
    Ok(())
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
    tracing::info!("told to stop: what still arrives is answered, and running calls finish");
    stop.cancel();
    tokio::select! {
        () = &mut serving => {}
        () = signals.told_to_stop() => tracing::warn!("told twice to stop: stopping at once"),
    }
}
