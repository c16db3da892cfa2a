//! `GET /health`: alive, and which version. Says nothing of the athlete and asks nobody.

use axum::Router;
use axum::http::HeaderValue;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;

pub(super) const PATH: &str = "/health";

const DOCUMENT: &str = concat!(
    r#"{"status":"ok","version":""#,
    env!("CARGO_PKG_VERSION"),
    r#""}"#
);

pub(super) fn router() -> Router {
    Router::new().route(
        PATH,
        get(|| async {
            (
                [(CONTENT_TYPE, HeaderValue::from_static("application/json"))],
                DOCUMENT,
            )
        }),
    )
}
