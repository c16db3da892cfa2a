//! A request that changes what is remembered runs to its end, even when its client hangs up half-way: a revocation of which only
//! the first half happened would last until the restart.

use axum::body::Body;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::Request;
use tracing::Instrument as _;

use super::error::Error;

pub async fn run(request: Request<Body>, next: Next) -> Response {
    let running = tokio::spawn(next.run(request).in_current_span());
    match running.await {
        Ok(response) => response,
        Err(ended) => match ended.try_into_panic() {
            // Reported where all panics are.
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => Error::Unavailable.into_response(),
        },
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use axum::Router;
    use axum::middleware::from_fn;
    use axum::routing::post;
    use http::StatusCode;
    use tokio::sync::Notify;
    use tower::ServiceExt as _;

    use super::*;

    fn request() -> Request<Body> {
        Request::post("/").body(Body::empty()).unwrap()
    }

    #[tokio::test]
    async fn what_was_begun_is_finished_though_the_client_hangs_up() {
        let (begun, go_on, finished) = (
            Arc::new(Notify::new()),
            Arc::new(Notify::new()),
            Arc::new(Notify::new()),
        );
        let steps = (
            Arc::clone(&begun),
            Arc::clone(&go_on),
            Arc::clone(&finished),
        );
        let handler = async move || {
            let (begun, go_on, finished) = steps;
            begun.notify_one();
            go_on.notified().await;
            finished.notify_one();
        };
        let router = Router::new().route("/", post(handler).layer(from_fn(run)));
        tokio::select! {
            _ = router.oneshot(request()) => panic!("answered too early"),
            () = begun.notified() => {}
        }
        go_on.notify_one();
        let patience = std::time::Duration::from_secs(10);
        tokio::time::timeout(patience, finished.notified())
            .await
            .unwrap();
    }

    #[tokio::test]
    async fn a_panic_reaches_the_layer_that_answers_for_panics() {
        async fn handler() -> StatusCode {
            panic!("broken")
        }
        let router = Router::new()
            .route("/", post(handler).layer(from_fn(run)))
            .layer(tower_http::catch_panic::CatchPanicLayer::new());
        let answer = router.oneshot(request()).await.unwrap();
        assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
    }
}
