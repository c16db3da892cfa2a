//! What the server does over HTTP whoever is calling.

use crate::support::Server;

#[tokio::test]
async fn health_answers_without_credentials() {
    let server = Server::start().await;
    let answer = server.http.get(server.url("/health")).send().await.unwrap();
    assert_eq!(answer.status(), 200);
}
