//! Random walks over every backend beside a map that is obviously right.

use std::collections::BTreeMap;
use std::time::Duration;

use intervals_mcp_server::state::StateError;
use proptest::prelude::*;

use super::{Backend, Fresh, backends};

const CAPACITY: usize = 6;

#[derive(Debug, Clone)]
enum Step {
    Get(String),
    Put(String, Vec<u8>, i64),
    Take(String),
    /// Expects what is there, when the last flag is set, and otherwise the given value.
    Swap(String, Option<Vec<u8>>, Vec<u8>, i64, bool),
    List(String),
    Advance(u64),
}

fn keys() -> impl Strategy<Value = String> {
    // Few and alike, so that they meet and are prefixes of one another.
    prop::collection::vec(
        prop::sample::select(vec!['a', 'b', '/', '%', '_', 'é', '\u{10ffff}', '\0']),
        0..3,
    )
    .prop_map(|characters| characters.into_iter().collect())
}

fn values() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(prop::sample::select(vec![0_u8, 1, 255]), 0..3)
}

fn steps() -> impl Strategy<Value = Step> {
    let lifetime = || -5_i64..60;
    prop_oneof![
        2 => keys().prop_map(Step::Get),
        4 => (keys(), values(), lifetime()).prop_map(|(k, v, l)| Step::Put(k, v, l)),
        2 => keys().prop_map(Step::Take),
        5 => (keys(), prop::option::of(values()), values(), lifetime(), any::<bool>())
            .prop_map(|(k, e, v, l, right)| Step::Swap(k, e, v, l, right)),
        2 => keys().prop_map(Step::List),
        1 => (0_u64..90).prop_map(Step::Advance),
    ]
}

/// The map, with what has expired taken out.
#[derive(Default)]
struct Model {
    entries: BTreeMap<String, (Vec<u8>, jiff::Timestamp)>,
}

impl Model {
    fn forget(&mut self, now: jiff::Timestamp) {
        self.entries.retain(|_, (_, expires_at)| *expires_at > now);
    }

    fn get(&self, key: &str) -> Option<Vec<u8>> {
        self.entries.get(key).map(|(value, _)| value.clone())
    }

    fn is_full_for(&self, key: &str) -> bool {
        self.entries.len() >= CAPACITY && !self.entries.contains_key(key)
    }
}

async fn walk(backend: Backend, steps: &[Step]) {
    let fresh = Fresh::with_capacity(backend, CAPACITY);
    let (store, mut model) = (&fresh.store, Model::default());
    for (number, step) in steps.iter().enumerate() {
        let at = format!("{backend:?}, step {number}: {step:?}");
        model.forget(fresh.clock.now());
        match step {
            Step::Get(key) => assert_eq!(store.get(key).await.unwrap(), model.get(key), "{at}"),
            Step::Put(key, value, seconds) => {
                let expires_at = fresh.after(*seconds);
                let done = store.put(key, value.clone(), expires_at).await;
                if model.is_full_for(key) {
                    // An expired entry that is still there may be written over, and is not there either way.
                    if let Err(error) = done {
                        assert!(matches!(error, StateError::Full), "{at}: {error}");
                        continue;
                    }
                } else {
                    done.unwrap();
                }
                model
                    .entries
                    .insert(key.clone(), (value.clone(), expires_at));
            }
            Step::Take(key) => {
                let taken = model.entries.remove(key).map(|(value, _)| value);
                assert_eq!(store.take(key).await.unwrap(), taken, "{at}");
            }
            Step::Swap(key, guess, new, seconds, is_right) => {
                let current = model.get(key);
                let expected = if *is_right {
                    current.clone()
                } else {
                    guess.clone()
                };
                let expires_at = fresh.after(*seconds);
                let done = store
                    .compare_and_swap(key, expected.as_deref(), new.clone(), expires_at)
                    .await;
                if expected != current {
                    assert!(!done.unwrap(), "{at}");
                    continue;
                }
                if model.is_full_for(key) && done.is_err() {
                    assert!(matches!(done, Err(StateError::Full)), "{at}: {done:?}");
                    continue;
                }
                assert!(done.unwrap(), "{at}");
                model.entries.insert(key.clone(), (new.clone(), expires_at));
            }
            Step::List(prefix) => {
                let expected: Vec<_> = model
                    .entries
                    .iter()
                    .filter(|(key, _)| key.starts_with(prefix.as_str()))
                    .map(|(key, (value, _))| (key.clone(), value.clone()))
                    .collect();
                assert_eq!(store.list(prefix).await.unwrap(), expected, "{at}");
            }
            Step::Advance(seconds) => fresh.clock.advance(Duration::from_secs(*seconds)),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_backend_behaves_like_a_map_whose_entries_expire(
        steps in prop::collection::vec(steps(), 1..60)
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        for backend in backends() {
            runtime.block_on(walk(backend, &steps));
        }
    }
}
