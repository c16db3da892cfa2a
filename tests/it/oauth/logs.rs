//! What the log of a whole run says, and what it never says.

use std::process::Stdio;

use serde_json::json;

use crate::support::flow::{self, Browser, Request, Tokens, VERIFIER};
use crate::support::process::{Room, Running, free_port, program, wait_for};
use crate::support::{Caller, Server, secrets};

#[tokio::test]
async fn the_log_tells_who_came_and_no_secret_even_at_its_loudest() {
    let (port, room) = (free_port(), Room::new());
    let child = program(&room.0)
        .args(["demo", "--port", &port.to_string()])
        .env("JWT_SECRET_KEY", secrets::SIGNING)
        .env("OWNER_PASSWORD", secrets::OWNER)
        .env("MCP_API_KEY", secrets::MCP_API_KEY)
        .env(
            "RUST_LOG",
            "trace,hyper=trace,hyper_util=trace,reqwest=trace,moka=trace",
        )
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    wait_for(port);
    // Read while it runs: a full pipe would stop it.
    let mut running = Running(child);
    let reader = |stream: Box<dyn std::io::Read + Send>| {
        std::thread::spawn(move || std::io::read_to_string(stream).unwrap())
    };
    let output = reader(Box::new(running.0.stdout.take().unwrap()));
    let errors = reader(Box::new(running.0.stderr.take().unwrap()));

    let server = Server::elsewhere(port);
    let client = flow::register_with(&server, flow::REDIRECT, "client_secret_post").await;
    let browser = Browser::new(&server);
    let page = browser.open(&Request::of(&server, &client)).await;
    browser.approve(&page, "a-wrong-secret-of-the-tests").await;
    let code = browser.approve(&page, secrets::OWNER).await.code().unwrap();
    let tokens = Tokens::of(
        &flow::exchange(&server, &client, &code, VERIFIER).await,
        &client,
    );
    let caller = Caller::with_token(&server, &tokens.access_token);
    caller.call_tool("get_today", json!({})).await.ok();
    caller.call_tool("get_athlete", json!({})).await.ok();
    Caller::owner(&server)
        .call_tool("get_help", json!({}))
        .await
        .ok();
    // Words of a caller that are no method, no id and no tool.
    let marked = format!("mark-of-a-caller-{}", "x".repeat(200));
    caller.legacy(&marked, json!({})).await;
    caller.legacy("tools/call", json!({ "name": marked })).await;
    let refreshed = Tokens::of(&tokens.refresh(&server).await, &client);
    assert!(!flow::is_let_in(&server, "a-wrong-token-of-the-tests").await);
    flow::exchange(&server, &client, &code, VERIFIER).await;
    assert!(!flow::is_let_in(&server, &refreshed.access_token).await);
    let url = server.url("/connections");
    let form = |fields: &[(&str, &str)]| {
        let request = server.http.post(&url).body(flow::encode(fields));
        browser.send(request.header("Content-Type", "application/x-www-form-urlencoded"))
    };
    form(&[("secret", "a-wrong-secret-of-the-tests")]).await;
    let list = form(&[("secret", secrets::OWNER)]).await.body;
    let ticket = list.split("name=\"ticket\" value=\"").nth(1).unwrap();
    let ticket = ticket.split('"').next().unwrap();
    form(&[("ticket", ticket), ("action", "end-all"), ("sure", "yes")]).await;
    let fields = [
        ("token", refreshed.refresh_token.as_str()),
        ("client_id", &client.id),
        ("client_secret", client.secret.as_deref().unwrap()),
    ];
    let request = server
        .http
        .post(server.url("/revoke"))
        .body(flow::encode(&fields));
    let revoked = browser.send(request.header("Content-Type", "application/x-www-form-urlencoded"));
    assert_eq!(revoked.await.status, 200);
    let device = browser.cookie("mcp_device").unwrap();
    running.tell_to_stop();
    let log = output.join().unwrap() + errors.join().unwrap().as_str();

    for expected in [
        "JWT decoded successfully session_id=",
        "the owner approved an app session_id=",
        "redirect_host=\"127.0.0.1:33419\" scopes=intervals:read intervals:write",
        "a wrong owner secret was typed",
        "a code was used again; its grant is revoked session_id=",
        "a wrong owner secret was typed on the connections page",
        "the owner opened the connections page",
        "the owner ended all connections",
        "an app gave its grant back session_id=",
        "Processing request of type tools/call session_id=",
        "tool=get_today outcome=ok duration_ms=",
    ] {
        assert!(log.contains(expected), "{expected} is not in the log");
    }
    let cookie = browser.cookie("mcp_csrf").unwrap();
    for secret in [
        secrets::OWNER,
        secrets::SIGNING,
        secrets::MCP_API_KEY,
        intervals_mcp_server::demo::API_KEY,
        "QVBJX0tFWTpkZW1vLWtleS", // "API_KEY:demo-key" as Basic sends it
        "a-wrong-secret-of-the-tests",
        "a-wrong-token-of-the-tests",
        &code,
        &tokens.access_token,
        &tokens.refresh_token,
        &refreshed.access_token,
        &refreshed.refresh_token,
        client.secret.as_deref().unwrap(),
        VERIFIER,
        &cookie,
        &device,
        ticket,
        &page.transaction,
        "response_type=code",
        "tannwald.example",
        "mark-of-a-caller",
    ] {
        let lines: Vec<&str> = log.lines().filter(|line| line.contains(secret)).collect();
        assert!(lines.is_empty(), "{secret}: {lines:#?}");
        let head: String = secret.chars().take(24).collect();
        assert!(!log.contains(&head) || secret.len() < 24, "{head}");
    }
}
