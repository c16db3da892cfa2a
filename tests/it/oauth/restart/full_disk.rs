//! A disk that takes nothing more: nobody new gets in, nobody who is in gets thrown out, and it is told once.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::support::Server;
use crate::support::flow::{self, Answer, Browser, Request, Tokens, VERIFIER, is_let_in};
use crate::support::process::{Room, Running, free_port, wait_for};
use crate::support::secrets;

/// The binary on a disk that has room for files of this many blocks and no more; 0 is without a limit.
fn start(room: &Path, port: u16, blocks: u32) -> Running {
    let limit = match blocks {
        0 => String::new(),
        blocks => format!("ulimit -f {blocks};"),
    };
    // Ignored, the signal turns into an error of the write, as from a disk.
    let script = format!("trap '' XFSZ; {limit} exec \"$0\" \"$@\"");
    let child = Command::new("sh")
        .args(["-c", &script, env!("CARGO_BIN_EXE_intervals-mcp-server")])
        .args(["demo", "--port", &port.to_string()])
        .env_clear()
        .current_dir(room)
        .env("DATA_DIR", "data")
        .env("JWT_SECRET_KEY", secrets::SIGNING)
        .env("OWNER_PASSWORD", secrets::OWNER)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    wait_for(port);
    Running(child)
}

async fn approval(server: &Server, client: &flow::Client) -> Answer {
    let browser = Browser::new(server);
    let page = browser.open(&Request::of(server, client)).await;
    browser.approve(&page, secrets::OWNER).await
}

async fn refreshed(server: &Server, tokens: &Tokens) -> Tokens {
    Tokens::of(&tokens.refresh(server).await, &tokens.client)
}

#[tokio::test]
async fn a_full_disk_refuses_new_apps_and_keeps_every_connection() {
    let (room, port) = (Room::new(), free_port());
    let mut running = start(&room.0, port, 200);
    let log = running.0.stdout.take().unwrap();
    let log = std::thread::spawn(move || std::io::read_to_string(log).unwrap());
    let server = Server::elsewhere(port);
    let first = flow::connect(&server).await;
    let live = refreshed(&server, &first).await;
    assert!(is_let_in(&server, &live.access_token).await);
    let stale = flow::connect(&server).await;
    let reused = refreshed(&server, &refreshed(&server, &stale).await).await;
    assert!(is_let_in(&server, &reused.access_token).await);

    let mut refused = None;
    for _ in 0..100 {
        let answer = approval(&server, &live.client).await;
        if answer.status != 303 {
            refused = Some(answer);
            break;
        }
    }
    let refused = refused.expect("a hundred approvals fit on the disk");
    assert_eq!(refused.status, 503, "{}", refused.body);
    assert!(refused.has_no_code());
    assert!(refused.header("content-type").starts_with("text/html"));

    // Those who are connected notice nothing, for as long as it lasts.
    assert!(is_let_in(&server, &live.access_token).await);
    let mut newest = live.clone();
    for _ in 0..5 {
        newest = refreshed(&server, &newest).await;
        assert!(is_let_in(&server, &newest.access_token).await);
        assert_eq!(live.refresh(&server).await.status, 200);
    }
    // Reuse ends the grant in this process, and that it could not be stored is said.
    assert_eq!(stale.refresh(&server).await.status, 503);
    assert!(!is_let_in(&server, &reused.access_token).await);
    assert_eq!(reused.refresh(&server).await.error(), "invalid_grant");

    drop(running);
    let log = log.join().unwrap();
    assert_eq!(log.matches("state cannot be kept").count(), 1, "{log}");

    // With room again, after a restart.
    let _running = start(&room.0, port, 0);
    let server = Server::elsewhere(port);
    assert!(is_let_in(&server, &newest.access_token).await);
    let rotated = refreshed(&server, &newest).await;
    assert!(is_let_in(&server, &rotated.access_token).await);
    let code = approval(&server, &live.client).await.code().unwrap();
    let answer = flow::exchange(&server, &live.client, &code, VERIFIER).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
}
