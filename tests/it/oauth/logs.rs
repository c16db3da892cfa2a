//! What the log of a whole flow says, and what it never says.

use std::io::Write;
use std::sync::{Arc, Mutex};

use tracing_subscriber::fmt::MakeWriter;

use crate::support::flow::{self, Browser, Request, Tokens, VERIFIER};
use crate::support::{Server, ServerOptions, secrets};

#[derive(Clone, Default)]
struct Captured(Arc<Mutex<Vec<u8>>>);

impl Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Captured {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn the_log_tells_who_came_and_no_secret_even_at_its_loudest() {
    let captured = Captured::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(captured.clone())
        .finish();
    // The server runs on this thread.
    let _guard = tracing::subscriber::set_default(subscriber);
    let server = Server::with(ServerOptions {
        mcp_api_key: Some(secrets::MCP_API_KEY.to_owned()),
        ..ServerOptions::default()
    })
    .await;
    let client = flow::register_with(&server, flow::REDIRECT, "client_secret_post").await;
    let browser = Browser::new(&server);
    let page = browser.open(&Request::of(&server, &client)).await;
    browser.approve(&page, "a-wrong-secret-of-the-tests").await;
    let code = browser.approve(&page, secrets::OWNER).await.code().unwrap();
    let tokens = Tokens::of(
        &flow::exchange(&server, &client, &code, VERIFIER).await,
        &client,
    );
    assert!(flow::is_let_in(&server, &tokens.access_token).await);
    let refreshed = Tokens::of(&tokens.refresh(&server).await, &client);
    assert!(!flow::is_let_in(&server, "a-wrong-token-of-the-tests").await);
    flow::exchange(&server, &client, &code, VERIFIER).await;
    assert!(!flow::is_let_in(&server, &refreshed.access_token).await);
    let log = String::from_utf8(captured.0.lock().unwrap().clone()).unwrap();
    // The client of the test logs too, at its own places.
    let ours: Vec<&str> = log
        .lines()
        .filter(|line| line.contains("intervals_mcp_server"))
        .collect();
    let text = ours.join("\n");
    for expected in [
        "JWT decoded successfully session_id=",
        "the owner approved an app session_id=",
        "redirect_host=\"127.0.0.1:33419\" scopes=intervals:read intervals:write",
        "a wrong owner secret was typed",
        "a code was used again; its grant is revoked session_id=",
    ] {
        assert!(text.contains(expected), "{expected}: {text}");
    }
    let cookie = browser.cookie("mcp_csrf").unwrap();
    for secret in [
        secrets::OWNER,
        secrets::SIGNING,
        secrets::MCP_API_KEY,
        "a-wrong-secret-of-the-tests",
        "a-wrong-token-of-the-tests",
        &code,
        &tokens.access_token,
        &tokens.refresh_token,
        client.secret.as_deref().unwrap(),
        VERIFIER,
        &cookie,
        &page.transaction,
        "response_type=code",
    ] {
        assert!(!text.contains(secret), "{secret}");
        let head: String = secret.chars().take(24).collect();
        assert!(!text.contains(&head) || secret.len() < 24, "{head}");
    }
}
