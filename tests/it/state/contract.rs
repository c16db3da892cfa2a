//! What every backend promises.

use std::sync::Arc;
use std::time::Duration;

use intervals_mcp_server::state::{Durability, StateError, Store};
use tokio::sync::Barrier;

use super::{Backend, Fresh, backends};

async fn keys(store: &dyn Store, prefix: &str) -> Vec<String> {
    let rows = store.list(prefix).await.unwrap();
    rows.into_iter().map(|(key, _)| key).collect()
}

#[tokio::test]
async fn what_was_put_is_there_until_it_is_replaced_or_taken() {
    for backend in backends() {
        let fresh = Fresh::of(backend);
        let (store, later) = (&fresh.store, fresh.after(60));
        assert_eq!(store.get("a").await.unwrap(), None, "{backend:?}");
        // Every byte, and none at all, is a value.
        for value in [&b"one"[..], b"", b"\0\xff'\"; DROP TABLE entries; --"] {
            store.put("a", value.to_vec(), later).await.unwrap();
            assert_eq!(store.get("a").await.unwrap().as_deref(), Some(value));
        }
        assert!(store.take("a").await.unwrap().is_some(), "{backend:?}");
        assert_eq!(store.take("a").await.unwrap(), None, "{backend:?}");
        assert_eq!(store.get("a").await.unwrap(), None, "{backend:?}");
    }
}

#[tokio::test]
async fn an_expired_entry_is_as_good_as_absent_for_every_operation() {
    for backend in backends() {
        let fresh = Fresh::of(backend);
        let (store, soon, later) = (&fresh.store, fresh.after(10), fresh.after(1000));
        for key in ["got", "taken", "listed", "expected", "absent", "replaced"] {
            store.put(key, b"old".to_vec(), soon).await.unwrap();
        }
        fresh.clock.advance(Duration::from_millis(9_999));
        assert_eq!(keys(store.as_ref(), "").await.len(), 6, "{backend:?}");
        assert!(store.get("got").await.unwrap().is_some(), "{backend:?}");
        fresh.clock.advance(Duration::from_millis(1));
        assert_eq!(store.get("got").await.unwrap(), None, "{backend:?}");
        assert_eq!(store.take("taken").await.unwrap(), None, "{backend:?}");
        assert!(keys(store.as_ref(), "").await.is_empty(), "{backend:?}");
        let swap = |key, expected| store.compare_and_swap(key, expected, b"new".to_vec(), later);
        assert!(!swap("expected", Some(&b"old"[..])).await.unwrap());
        assert!(swap("absent", None).await.unwrap(), "{backend:?}");
        store.put("replaced", b"new".to_vec(), later).await.unwrap();
        assert_eq!(keys(store.as_ref(), "").await, ["absent", "replaced"]);
        // What is written already expired was never there.
        store.put("late", b"x".to_vec(), soon).await.unwrap();
        assert_eq!(store.get("late").await.unwrap(), None, "{backend:?}");
    }
}

#[tokio::test]
async fn a_new_expiry_replaces_the_old_one() {
    for backend in backends() {
        let fresh = Fresh::of(backend);
        let store = &fresh.store;
        for key in ["put", "swapped"] {
            store
                .put(key, b"1".to_vec(), fresh.after(10))
                .await
                .unwrap();
        }
        store
            .put("put", b"1".to_vec(), fresh.after(30))
            .await
            .unwrap();
        store
            .compare_and_swap("swapped", Some(b"1"), b"1".to_vec(), fresh.after(30))
            .await
            .unwrap();
        fresh.clock.advance(Duration::from_secs(29));
        assert_eq!(keys(store.as_ref(), "").await, ["put", "swapped"]);
        fresh.clock.advance(Duration::from_secs(1));
        assert!(keys(store.as_ref(), "").await.is_empty(), "{backend:?}");
    }
}

#[tokio::test]
async fn a_swap_writes_only_over_exactly_what_was_expected() {
    for backend in backends() {
        let fresh = Fresh::of(backend);
        let (store, later) = (&fresh.store, fresh.after(60));
        let swap = |expected, new: &'static [u8]| {
            store.compare_and_swap("a", expected, new.to_vec(), later)
        };
        assert!(!swap(Some(&b"1"[..]), b"2").await.unwrap(), "{backend:?}");
        assert!(swap(None, b"1").await.unwrap(), "{backend:?}");
        assert!(!swap(None, b"2").await.unwrap(), "{backend:?}");
        for other in [&b""[..], b"11", b"\x31\0", b"2"] {
            assert!(!swap(Some(other), b"2").await.unwrap(), "{other:?}");
        }
        assert_eq!(store.get("a").await.unwrap().unwrap(), b"1");
        assert!(swap(Some(&b"1"[..]), b"").await.unwrap(), "{backend:?}");
        // An empty value is not an absent one.
        assert!(!swap(None, b"3").await.unwrap(), "{backend:?}");
        assert!(swap(Some(&b""[..]), b"3").await.unwrap(), "{backend:?}");
    }
}

#[tokio::test]
async fn a_listing_takes_its_prefix_literally_and_is_in_the_order_of_bytes() {
    let all = [
        "",
        "%",
        "%25",
        "A",
        "_",
        "a",
        "a%b",
        "a*",
        "a/",
        "a/1",
        "a/10",
        "a/2",
        "a0",
        "aXb",
        "a\\",
        "a_b",
        "ab",
        "a\u{7f}",
        "aé",
        "a日本",
        "a日本語",
        "a\u{d7ff}",
        "a\u{e000}",
        "a\u{10ffff}",
        "a\u{10ffff}z",
        "b",
        "grant/Ａ",
        "\u{10ffff}",
        "\u{10ffff}\u{10ffff}",
        "\0",
        "\0x",
    ];
    for backend in backends() {
        let fresh = Fresh::of(backend);
        for key in all {
            let value = key.as_bytes().to_vec();
            fresh.store.put(key, value, fresh.after(60)).await.unwrap();
        }
        for prefix in all.into_iter().chain(["c", "a日", "gr", "a/3", "B"]) {
            let mut expected: Vec<_> = all
                .into_iter()
                .filter(|key| key.starts_with(prefix))
                .map(|key| (key.to_owned(), key.as_bytes().to_vec()))
                .collect();
            expected.sort();
            let listed = fresh.store.list(prefix).await.unwrap();
            assert_eq!(listed, expected, "{backend:?}, {prefix:?}");
        }
    }
}

#[tokio::test]
async fn a_full_store_refuses_what_is_new_and_only_that() {
    for backend in backends() {
        let fresh = Fresh::with_capacity(backend, 3);
        let (store, later) = (&fresh.store, fresh.after(60));
        for key in ["a", "b"] {
            store.put(key, b"1".to_vec(), later).await.unwrap();
        }
        store
            .put("c", b"1".to_vec(), fresh.after(10))
            .await
            .unwrap();
        let put = store.put("d", b"1".to_vec(), later).await;
        assert!(matches!(put, Err(StateError::Full)), "{backend:?}: {put:?}");
        let swap = store
            .compare_and_swap("d", None, b"1".to_vec(), later)
            .await;
        assert!(
            matches!(swap, Err(StateError::Full)),
            "{backend:?}: {swap:?}"
        );
        assert_eq!(store.get("d").await.unwrap(), None, "{backend:?}");
        // What is there can still change.
        store.put("a", b"2".to_vec(), later).await.unwrap();
        assert!(
            store
                .compare_and_swap("b", Some(b"1"), b"2".to_vec(), later)
                .await
                .unwrap()
        );
        // What has expired makes room.
        fresh.clock.advance(Duration::from_secs(10));
        store.put("d", b"1".to_vec(), later).await.unwrap();
        assert_eq!(keys(store.as_ref(), "").await, ["a", "b", "d"]);
        store.take("a").await.unwrap();
        store.put("e", b"1".to_vec(), later).await.unwrap();
        assert_eq!(keys(store.as_ref(), "").await, ["b", "d", "e"]);
    }
}

/// Runs `count` of them at the same time and counts those that say yes.
async fn winners<F>(count: usize, act: impl Fn(usize) -> F) -> usize
where
    F: Future<Output = bool> + Send + 'static,
{
    let start = Arc::new(Barrier::new(count));
    let racers: Vec<_> = (0..count)
        .map(|number| {
            let (start, act) = (Arc::clone(&start), act(number));
            tokio::spawn(async move {
                start.wait().await;
                act.await
            })
        })
        .collect();
    let mut won = 0;
    for racer in racers {
        won += usize::from(racer.await.unwrap());
    }
    won
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_who_take_at_once_one_gets_it() {
    for backend in backends() {
        let fresh = Fresh::of(backend);
        for round in 0..20 {
            let put = fresh.store.put("code", b"1".to_vec(), fresh.after(60));
            put.await.unwrap();
            let won = winners(16, |_| {
                let store = Arc::clone(&fresh.store);
                async move { store.take("code").await.unwrap().is_some() }
            });
            assert_eq!(won.await, 1, "{backend:?}, round {round}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_who_swap_at_once_exactly_one_does() {
    for backend in backends() {
        let fresh = Fresh::of(backend);
        let later = fresh.after(60);
        let mut current: Option<Vec<u8>> = None;
        for round in 0..20 {
            let won = winners(16, |number| {
                let (store, expected) = (Arc::clone(&fresh.store), current.clone());
                let new = format!("{round}/{number}").into_bytes();
                async move {
                    let swap = store.compare_and_swap("chain", expected.as_deref(), new, later);
                    swap.await.unwrap()
                }
            });
            assert_eq!(won.await, 1, "{backend:?}, round {round}");
            current = fresh.store.get("chain").await.unwrap();
            let text = String::from_utf8(current.clone().unwrap()).unwrap();
            assert!(text.starts_with(&format!("{round}/")), "{text}");
        }
    }
}

#[tokio::test]
async fn each_backend_says_whether_it_forgets() {
    let durability = |backend| Fresh::of(backend).store.durability();
    assert_eq!(durability(Backend::Memory), Durability::Process);
    assert_eq!(durability(Backend::Sqlite), Durability::Durable);
    if backends().contains(&Backend::Redis) {
        assert_eq!(durability(Backend::Redis), Durability::Shared);
    }
}
