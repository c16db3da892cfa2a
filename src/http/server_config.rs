//! `GET /config`: what is configured, as the settings say it may be told to everybody.

use axum::Router;
use axum::body::Bytes;
use axum::http::HeaderValue;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;

pub(super) fn router(document: &serde_json::Value) -> Router {
    let document = Bytes::from(document.to_string());
    Router::new().route(
        "/config",
        get(move || {
            let document = document.clone();
            async move {
                (
                    [(CONTENT_TYPE, HeaderValue::from_static("application/json"))],
                    document,
                )
            }
        }),
    )
}
