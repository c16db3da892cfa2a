//! With a disk: what was ended stays so whatever happens to the process, and who reads the disk finds no key on it.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use super::apps::{ending, ending_all, press, unlocked};
use super::client::{
    self, CALLBACK, approved, connected, is_let_in, public, redeem, refresh, register, tokens,
};
use super::message::Ask;
use super::owner::Browser;
use super::site::Site;
use super::target::{Profile, Target, keeps_to_itself};
use super::tokens::is_refused;
use crate::support::flow::Tokens;
use crate::support::process::Room;

/// A server that keeps its state in `room`.
async fn keeping(room: &Room, profile: Profile) -> Target {
    let data = room.0.join("data");
    Target::with(profile, &[("DATA_DIR", data.to_str().unwrap())]).await
}

async fn revoke(site: &Site, tokens: &Tokens) {
    let fields = [
        ("token", tokens.refresh_token.as_str()),
        ("client_id", &tokens.client.id),
    ];
    let reply = site.send(&Ask::post("/revoke").form(&fields)).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
}

async fn is_over(site: &Site, tokens: &Tokens, what: &str) {
    assert!(!is_let_in(site, &tokens.access_token).await, "{what}");
    is_refused(&refresh(site, tokens).await, 400, "invalid_grant", what);
}

async fn next(site: &Site, current: &Tokens) -> Tokens {
    tokens(&refresh(site, current).await, &current.client)
}

#[tokio::test]
async fn ref_07_what_was_ended_stays_so_over_a_crash() {
    let room = Room::new();
    let mut target = keeping(&room, Profile::Default).await;
    // One that its client gave back, one that the owner ended, one whose theft was noticed, one whose code was replayed.
    let given_back = connected(&target).await;
    revoke(&target, &given_back).await;
    target.crash().await;
    is_over(&target, &given_back, "given back").await;

    let ended = client::connect(
        &target,
        &register(&target, "https://ended.test/cb", "none").await,
    )
    .await;
    let (owner, list) = unlocked(&target).await;
    press(&owner, &ending(&list, "ended.test")).await;
    target.crash().await;
    is_over(&target, &ended, "ended").await;

    let first = connected(&target).await;
    let second = next(&target, &first).await;
    let third = next(&target, &second).await;
    is_refused(
        &refresh(&target, &first).await,
        400,
        "invalid_grant",
        "stolen",
    );
    target.crash().await;
    for tokens in [&first, &second, &third] {
        is_over(&target, tokens, "stolen").await;
    }

    let client = public(&target).await;
    let (code, proof) = approved(&target, &client).await;
    let replayed = tokens(&redeem(&target, &client, &code, &proof).await, &client);
    is_refused(
        &redeem(&target, &client, &code, &proof).await,
        400,
        "invalid_grant",
        "replayed",
    );
    target.crash().await;
    is_over(&target, &replayed, "replayed").await;

    // Who did nothing wrong goes on, over two more crashes.
    let living = connected(&target).await;
    target.crash().await;
    target.crash().await;
    assert!(is_let_in(&target, &living.access_token).await);
    assert_eq!(refresh(&target, &living).await.status, 200);
    for tokens in [&given_back, &ended, &third, &replayed] {
        is_over(&target, tokens, "long over").await;
    }
    target.finish().await;
}

#[tokio::test]
async fn ref_07_a_token_that_was_rotated_away_is_found_out_right_after_a_crash() {
    let room = Room::new();
    let mut target = keeping(&room, Profile::Default).await;
    let first = connected(&target).await;
    let second = next(&target, &first).await;
    let third = next(&target, &second).await;
    let other = connected(&target).await;
    target.crash().await;
    // Nobody has shown the newest one since the start: memory alone could not know.
    is_refused(
        &refresh(&target, &first).await,
        400,
        "invalid_grant",
        "two generations old",
    );
    for tokens in [&first, &second, &third] {
        is_over(&target, tokens, "of the stolen grant").await;
    }
    assert!(is_let_in(&target, &other.access_token).await);
    assert_eq!(refresh(&target, &other).await.status, 200);
    target.finish().await;
}

#[tokio::test]
async fn ref_07_all_that_the_owner_ended_stays_so_over_a_crash() {
    let room = Room::new();
    let mut target = keeping(&room, Profile::Default).await;
    let (first, second) = (connected(&target).await, connected(&target).await);
    let (owner, list) = unlocked(&target).await;
    assert_eq!(press(&owner, &ending_all(&list)).await.status, 200);
    target.crash().await;
    for tokens in [&first, &second] {
        is_over(&target, tokens, "ended with all").await;
    }
    target.finish().await;
}

#[tokio::test]
async fn ref_07_a_grant_that_the_disk_does_not_know_is_dead() {
    let room = Room::new();
    let mut target = keeping(&room, Profile::Default).await;
    let tokens = connected(&target).await;
    let elsewhere = room.0.join("elsewhere");
    let elsewhere = elsewhere.to_str().unwrap().to_owned();
    // Signed with the right key for the right server, and yet nobody said yes to it here.
    target.restart(&[("DATA_DIR", &elsewhere)]).await;
    is_over(&target, &tokens, "unknown here").await;
    let own = connected(&target).await;
    assert!(is_let_in(&target, &own.access_token).await);
    target.finish().await;
}

#[tokio::test]
async fn rule_14_who_reads_the_disk_finds_no_key() {
    let room = Room::new();
    let mut target = keeping(&room, Profile::Keyed).await;
    let site = target.site.clone();
    let files = || -> Vec<_> {
        let entries = fs::read_dir(room.0.join("data")).unwrap();
        entries.map(|entry| entry.unwrap().path()).collect()
    };
    let look = || {
        let found = files();
        assert!(found.iter().any(|path| path.ends_with("state.sqlite3")));
        for path in found {
            assert_eq!(mode(&path), 0o600, "{}", path.display());
            let bytes = fs::read(&path).unwrap();
            keeps_to_itself(&String::from_utf8_lossy(&bytes), &site.confidential());
        }
    };
    for method in ["none", "client_secret_post", "client_secret_basic"] {
        let client = register(&site, CALLBACK, method).await;
        let (code, proof) = approved(&site, &client).await;
        look();
        if method == "client_secret_basic" {
            continue;
        }
        let first = tokens(&redeem(&site, &client, &code, &proof).await, &client);
        let second = next(&site, &first).await;
        assert!(is_let_in(&site, &second.access_token).await);
        look();
    }
    let (owner, list) = unlocked(&site).await;
    press(&owner, &ending_all(&list)).await;
    let browser = Browser::new(&site);
    super::apps::type_secret(&browser, "a secret that is quite wrong").await;
    site.note("what was typed", "a secret that is quite wrong");
    look();
    assert_eq!(mode(&room.0.join("data")), 0o700);
    // Stopped in order, and as a crash leaves it.
    target.restart(&[]).await;
    look();
    target.crash().await;
    look();
    // Something is there to be read, or this would say nothing.
    let all: Vec<u8> = files()
        .iter()
        .flat_map(|path| fs::read(path).unwrap())
        .collect();
    assert!(String::from_utf8_lossy(&all).contains("client.test"));
    target.finish().await;
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}
