//! Scopes as text: of any request, of the owner's boxes, of the token answer.

use std::collections::BTreeSet;
use std::sync::Arc;

use intervals_mcp_server::clock::Clock;
use intervals_mcp_server::identity::{Scope, Scopes};
use intervals_mcp_server::state::MemoryStore;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::inside::Inside;
use crate::support::ServerOptions;
use crate::support::flow::REDIRECT;

const KNOWN: [&str; 4] = [
    "intervals:read",
    "intervals:write",
    "intervals:delete",
    "intervals:settings",
];

fn word() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => prop::sample::select(&KNOWN).prop_map(str::to_owned),
        2 => prop::sample::select(&[
            "openid", "email", "offline_access", "intervals", "intervals:", "intervals:admin", "INTERVALS:WRITE", "intervals:writ",
            "intervals:write2", "intervals:read,intervals:write", "*", "intervals:*", "read", "write",
        ][..]).prop_map(str::to_owned),
        1 => "[!#-~]{1,12}",
    ]
}

fn words() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(word(), 0..7)
}

/// The known names among `words`: the whole meaning of a list of scopes.
fn meant(words: &[String]) -> BTreeSet<&'static str> {
    KNOWN
        .into_iter()
        .filter(|name| words.iter().any(|word| word == name))
        .collect()
}

fn names(scopes: Scopes) -> BTreeSet<&'static str> {
    scopes.iter().map(Scope::as_str).collect()
}

/// The scopes of a token answer, each of them once.
fn answered(text: &str) -> BTreeSet<&str> {
    let words: Vec<&str> = text.split(' ').collect();
    let set: BTreeSet<&str> = words.iter().copied().collect();
    assert_eq!(set.len(), words.len(), "{text}");
    set
}

proptest! {
    #![proptest_config(Config { failure_persistence: None, ..Config::default() })]

    #[test]
    fn a_list_means_its_known_names_whatever_their_order_and_number(
        (one, other) in words().prop_flat_map(|words| (Just(words.clone()), Just(words).prop_shuffle())),
        again in 0..3_usize,
        separator in prop::sample::select(&[" ", "  ", " \t", "\n"][..]),
    ) {
        let parsed = Scopes::parse(&one.join(separator));
        prop_assert_eq!(names(parsed), meant(&one));
        let mut repeated = other.clone();
        for _ in 0..again {
            repeated.extend(other.iter().cloned());
        }
        prop_assert_eq!(Scopes::parse(&repeated.join(" ")), parsed);
    }

    #[test]
    fn no_text_means_a_scope_that_it_does_not_name(text in any::<String>()) {
        for name in names(Scopes::parse(&text)) {
            prop_assert!(text.contains(name));
        }
    }

    #[test]
    fn a_set_is_written_so_that_it_is_read_back(words in words()) {
        let scopes = Scopes::parse(&words.join(" "));
        let text = scopes.to_string();
        prop_assert_eq!(Scopes::parse(&text), scopes);
        if !scopes.is_empty() {
            prop_assert_eq!(answered(&text), names(scopes));
        }
        // Every scope carries reading, and carries nothing else.
        for scope in Scope::ALL {
            let expected = names(scopes).contains(scope.as_str()) || (scope == Scope::Read && !scopes.is_empty());
            prop_assert_eq!(scopes.contains(scope), expected);
        }
    }
}

/// From the request through the boxes to the token, and to a refresh that asks again.
#[test]
fn no_token_can_do_more_than_the_owner_ticked() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let options = ServerOptions::default();
    let clock: Clock = options.clock.clone();
    let server = Inside::over(Arc::new(MemoryStore::new(clock)), options);
    let client = runtime.block_on(server.client(REDIRECT));
    let config = Config {
        cases: 150,
        failure_persistence: None,
        ..Config::default()
    };
    let cases = (words(), words(), words());
    TestRunner::new(config)
        .run(&cases, |(asked, ticked, asked_again)| {
            runtime.block_on(async {
                let question = server.ask(&client, &asked.join(" ")).await;
                // Writing is ticked when it was asked for, or when nothing that we know was.
                let wanted = meant(&asked);
                let writes = wanted.is_empty() || wanted.contains("intervals:write");
                let boxes: Vec<&str> = question.page.ticked.iter().map(String::as_str).collect();
                prop_assert_eq!(
                    boxes,
                    if writes {
                        vec!["intervals:write"]
                    } else {
                        vec![]
                    }
                );
                let ticked_words: Vec<&str> = ticked.iter().map(String::as_str).collect();
                let approved = server.approve(&question, &ticked_words).await;
                let answer = server.redeem(&client, &approved.code().unwrap()).await;
                let document = answer.json();
                // Reading is in every connection, in name too.
                let mut granted = meant(&ticked);
                granted.insert("intervals:read");
                let offline = asked.iter().any(|word| word == "offline_access");
                let with_offline = |mut scopes: BTreeSet<&'static str>| {
                    if offline {
                        scopes.insert("offline_access");
                    }
                    scopes
                };
                let text = document["scope"].as_str().unwrap();
                prop_assert_eq!(answered(text), with_offline(granted.clone()));
                let access_token = document["access_token"].as_str().unwrap();
                let may = server.call(access_token).await.body;
                prop_assert_eq!(answered(&may), granted.clone());

                let refresh_token = document["refresh_token"].as_str().unwrap();
                let scope = asked_again.join(" ");
                let mut fields = vec![
                    ("grant_type", "refresh_token"),
                    ("refresh_token", refresh_token),
                    ("client_id", client.id.as_str()),
                ];
                if !scope.is_empty() {
                    fields.push(("scope", &scope));
                }
                let answer = server.token(&fields).await;
                let narrowed: BTreeSet<_> = meant(&asked_again)
                    .intersection(&granted)
                    .copied()
                    .collect();
                let expected = if meant(&asked_again).is_empty() {
                    granted.clone()
                } else if narrowed.is_empty() {
                    prop_assert_eq!(answer.status, 400);
                    prop_assert_eq!(answer.error(), "invalid_scope");
                    return Ok(());
                } else {
                    let mut with_reading = narrowed;
                    with_reading.insert("intervals:read");
                    with_reading
                };
                let document = answer.json();
                let text = document["scope"].as_str().unwrap();
                prop_assert_eq!(answered(text), with_offline(expected.clone()));
                let may = server
                    .call(document["access_token"].as_str().unwrap())
                    .await
                    .body;
                prop_assert_eq!(answered(&may), expected);
                // A narrow access token leaves the connection as wide as it was.
                let refresh_token = document["refresh_token"].as_str().unwrap();
                let document = server.refresh(&client, refresh_token).await.json();
                let text = document["scope"].as_str().unwrap();
                prop_assert_eq!(answered(text), with_offline(granted));
                Ok(())
            })
        })
        .unwrap_or_else(|failure| panic!("{failure}"));
}
