//! What is particular to Redis: it is shared, and it can be away.

mod process;

use std::sync::Arc;
use std::time::Duration;

use intervals_mcp_server::clock::Clock;
use intervals_mcp_server::state::{
    self, Probed, RedisStore, RedisUrl, Settings, StateError, Store,
};
use jiff::Timestamp;
use tokio::time::Instant;

use crate::support::NOW;
use crate::support::redis::{Redis, namespace, settings};

const LATE: Timestamp = Timestamp::MAX;

fn clock() -> Clock {
    Clock::manual(NOW.parse().unwrap())
}

fn store(redis: &Redis) -> RedisStore {
    store_at(&redis.url())
}

fn store_at(url: &str) -> RedisStore {
    RedisStore::connecting(&RedisUrl::parse(url).unwrap(), "test", clock())
}

fn stores(count: usize) -> Option<Vec<Arc<RedisStore>>> {
    let (url, namespace) = namespace()?;
    let store = || RedisStore::connecting(&url, &namespace, clock());
    Some((0..count).map(|_| Arc::new(store())).collect())
}

async fn put(store: &RedisStore, key: &str) -> Result<(), StateError> {
    store.put(key, key.as_bytes().to_vec(), LATE).await
}

/// Asks until it is answered, for a second at most.
async fn recovers(store: &RedisStore, key: &str) -> Option<Vec<u8>> {
    let started = Instant::now();
    loop {
        match store.get(key).await {
            Ok(found) => return found,
            Err(error) => assert!(started.elapsed() < Duration::from_secs(1), "{error}"),
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn what_one_store_writes_the_other_reads_changes_and_takes() {
    let Some(stores) = stores(2) else { return };
    put(&stores[0], "a").await.unwrap();
    assert_eq!(stores[1].get("a").await.unwrap().unwrap(), b"a");
    let swap = stores[1].compare_and_swap("a", Some(b"a"), b"b".to_vec(), LATE);
    assert!(swap.await.unwrap());
    let late = stores[0].compare_and_swap("a", Some(b"a"), b"c".to_vec(), LATE);
    assert!(!late.await.unwrap());
    assert_eq!(stores[0].list("").await.unwrap().len(), 1);
    assert_eq!(stores[0].take("a").await.unwrap().unwrap(), b"b");
    assert_eq!(stores[1].take("a").await.unwrap(), None);
}

#[tokio::test]
async fn namespaces_know_nothing_of_one_another() {
    let (Some(ours), Some(theirs)) = (stores(1), stores(1)) else {
        return;
    };
    put(&ours[0], "a").await.unwrap();
    assert_eq!(theirs[0].get("a").await.unwrap(), None);
    assert_eq!(theirs[0].take("a").await.unwrap(), None);
    assert!(theirs[0].list("").await.unwrap().is_empty());
    assert!(ours[0].get("a").await.unwrap().is_some());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_at_two_stores_one_takes_and_one_swaps() {
    let Some(stores) = stores(2) else { return };
    for round in 0..20 {
        put(&stores[0], "code").await.unwrap();
        let racers: Vec<_> = (0..16)
            .map(|number| {
                let store = Arc::clone(&stores[number % 2]);
                let expected = (round > 0).then(|| format!("{}", round - 1).into_bytes());
                tokio::spawn(async move {
                    let taken = store.take("code").await.unwrap().is_some();
                    let (expected, new) = (expected.as_deref(), format!("{round}").into_bytes());
                    let swap = store.compare_and_swap("chain", expected, new, LATE);
                    (taken, swap.await.unwrap())
                })
            })
            .collect();
        let mut won = (0, 0);
        for racer in racers {
            let (taken, swapped) = racer.await.unwrap();
            won = (won.0 + usize::from(taken), won.1 + usize::from(swapped));
        }
        assert_eq!(won, (1, 1), "round {round}");
    }
}

#[tokio::test]
async fn what_was_written_is_there_after_a_crash_of_redis_and_scripts_are_loaded_again() {
    let Some(mut redis) = Redis::start() else {
        return;
    };
    let store = store(&redis);
    for key in ["a", "b", "c"] {
        put(&store, key).await.unwrap();
    }
    store.take("b").await.unwrap();
    let swap = store.compare_and_swap("c", Some(b"c"), b"swapped".to_vec(), LATE);
    assert!(swap.await.unwrap());
    redis.kill();
    redis.start_again();
    assert_eq!(recovers(&store, "c").await.unwrap(), b"swapped");
    let names: Vec<_> = store
        .list("")
        .await
        .unwrap()
        .into_iter()
        .map(|row| row.0)
        .collect();
    assert_eq!(names, ["a", "c"]);
    // A Redis that forgot the scripts and nothing else.
    redis.operate(&["SCRIPT", "FLUSH"]);
    assert_eq!(store.take("a").await.unwrap().unwrap(), b"a");
}

#[tokio::test]
async fn while_redis_is_away_it_fails_at_once_and_once_it_is_back_it_works_by_itself() {
    let Some(mut redis) = Redis::start() else {
        return;
    };
    let store = store(&redis);
    put(&store, "a").await.unwrap();
    for _ in 0..2 {
        redis.kill();
        // Whoever comes first finds out.
        let _ = store.get("a").await;
        for _ in 0..20 {
            let started = Instant::now();
            let StateError::Failed(why) = put(&store, "b").await.unwrap_err() else {
                panic!("full");
            };
            assert!(started.elapsed() < Duration::from_millis(500));
            assert!(!why.contains("127.0.0.1"), "{why}");
        }
        redis.start_again();
        assert_eq!(recovers(&store, "a").await.unwrap(), b"a");
        assert_eq!(store.get("b").await.unwrap(), None);
        put(&store, "c").await.unwrap();
    }
}

/// Nobody asked while it was away, so nobody has to be told.
#[tokio::test]
async fn a_restart_between_two_requests_is_not_noticed_by_either() {
    let Some(mut redis) = Redis::start() else {
        return;
    };
    let store = store(&redis);
    for key in ["a", "b", "c"] {
        put(&store, key).await.unwrap();
        redis.kill();
        redis.start_again();
        // A write is not sent twice, so the connection is asked first when it was not used for a while.
        tokio::time::sleep(Duration::from_millis(1100)).await;
    }
    assert_eq!(store.take("a").await.unwrap().unwrap(), b"a");
    redis.kill();
    redis.start_again();
    // A read is, and at once.
    assert_eq!(store.get("c").await.unwrap().unwrap(), b"c");
}

#[tokio::test]
async fn a_redis_that_stands_still_is_given_up_in_time_and_used_again_later() {
    let Some(redis) = Redis::start() else { return };
    let store = store(&redis);
    put(&store, "a").await.unwrap();
    redis.freeze();
    for _ in 0..2 {
        let started = Instant::now();
        assert!(put(&store, "a").await.is_err());
        assert!(store.take("b").await.is_err());
        assert!(started.elapsed() < Duration::from_secs(7));
    }
    redis.thaw();
    assert_eq!(recovers(&store, "a").await.unwrap(), b"a");
}

#[tokio::test]
async fn a_full_redis_refuses_what_is_new_and_gives_what_it_has() {
    let Some(redis) = Redis::start() else { return };
    let store = store(&redis);
    put(&store, "a").await.unwrap();
    redis.operate(&["CONFIG", "SET", "maxmemory-policy", "noeviction"]);
    redis.operate(&["CONFIG", "SET", "maxmemory", "1"]);
    for _ in 0..2 {
        let refused = put(&store, "b").await.unwrap_err();
        assert!(refused.to_string().contains("memory is full"), "{refused}");
        let refused = store.compare_and_swap("a", Some(b"a"), b"b".to_vec(), LATE);
        assert!(refused.await.is_err());
        assert_eq!(store.get("a").await.unwrap().unwrap(), b"a");
        assert_eq!(store.get("b").await.unwrap(), None);
    }
    let probed = state::probe(&settings(&redis)).await.unwrap();
    assert!(matches!(probed, Probed::Unusable { why } if why.contains("maxmemory")));
    // What is used up can still be taken.
    assert!(store.take("a").await.unwrap().is_some());
    redis.operate(&["CONFIG", "SET", "maxmemory", "0"]);
    put(&store, "b").await.unwrap();
}

/// The line with which a start is refused.
async fn refusal(url: &str) -> String {
    let settings = Settings::Redis {
        url: RedisUrl::parse(url).unwrap(),
        namespace: "test".to_owned(),
    };
    let line = match state::probe(&settings).await {
        Ok(probed) => panic!("{probed:?}"),
        Err(error) => error.to_string(),
    };
    assert!(
        line.starts_with("REDIS_URL: ") && !line.contains('\n'),
        "{line}"
    );
    // What follows tells the same, and does not hang.
    let failed = put(&store_at(url), "a").await.unwrap_err().to_string();
    for said in [&line, &failed] {
        for never in ["hunter2", "127.0.0.1", "evil"] {
            assert!(!said.contains(never), "{said}");
        }
    }
    line
}

#[tokio::test]
async fn a_redis_that_refuses_is_told_from_one_that_is_away() {
    let Some(redis) = Redis::start() else { return };
    let port = redis.port;
    let said = refusal(&format!("redis://:hunter2@127.0.0.1:{port}")).await;
    assert!(
        said.contains("refuses the user name or the password"),
        "{said}"
    );
    let said = refusal(&format!("redis://127.0.0.1:{port}/4711")).await;
    assert!(said.contains("no database of that number"), "{said}");
    redis.operate(&["CONFIG", "SET", "requirepass", "hunter2"]);
    let right = format!("redis://:hunter2@127.0.0.1:{port}");
    put(&store_at(&right), "a").await.unwrap();
    for open in [redis.url(), format!("{}/3", redis.url())] {
        let said = refusal(&open).await;
        assert!(said.contains("asks for a password"), "{said}");
    }
    let said = refusal(&format!("redis://:hunter3@127.0.0.1:{port}")).await;
    assert!(
        said.contains("refuses the user name or the password"),
        "{said}"
    );
    let acl = |rules: &[&str]| {
        let mut words = vec!["-a", "hunter2", "ACL", "SETUSER", "evil", "on", ">hunter2"];
        words.extend(rules);
        assert_eq!(redis.operate(&words), "OK");
    };
    let evil = format!("redis://evil:hunter2@127.0.0.1:{port}");
    for rules in [
        &["~*", "+@all", "-@scripting"][..],
        &["~*", "+@all", "-hset"],
        &["resetkeys", "~other:*", "+@all"],
        &["~*", "-@all", "+ping", "+client"],
    ] {
        acl(rules);
        let said = refusal(&evil).await;
        assert!(said.contains("ACL"), "{rules:?}: {said}");
    }
    // What the message asks for is enough.
    acl(&[
        "reset",
        "on",
        ">hunter2",
        "resetkeys",
        "~{test}:*",
        "-@all",
        "+@read",
        "+@write",
        "+@scripting",
        "+@connection",
    ]);
    put(&store_at(&evil), "a").await.unwrap();
}

#[tokio::test]
async fn what_is_not_a_redis_or_may_not_be_written_is_refused() {
    use tokio::io::AsyncWriteExt as _;

    let Some(primary) = Redis::start() else {
        return;
    };
    let port = primary.port.to_string();
    let replica = Redis::with(&["--replicaof", "127.0.0.1", &port]).unwrap();
    let started = Instant::now();
    while !replica
        .operate(&["INFO", "replication"])
        .contains("master_link_status:up")
    {
        assert!(started.elapsed() < Duration::from_secs(20));
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    // After a failover the name may lead to the primary soon.
    let probed = state::probe(&settings(&replica)).await.unwrap();
    let Probed::Unusable { why } = probed else {
        panic!("{probed:?}");
    };
    assert!(why.contains("read-only replica"), "{why}");
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let web = format!("redis://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        }
    });
    let said = refusal(&web).await;
    assert!(said.contains("is not Redis"), "{said}");
}

/// Its former replicas may have been told since what this one has not.
#[tokio::test]
async fn a_primary_that_became_a_replica_is_not_believed_any_more() {
    let Some(primary) = Redis::start() else {
        return;
    };
    let store = store(&primary);
    put(&store, "a").await.unwrap();
    assert!(store.get("a").await.unwrap().is_some());
    assert_eq!(store.list("").await.unwrap().len(), 1);
    primary.operate(&["REPLICAOF", "127.0.0.1", "9"]);
    assert!(store.get("a").await.is_err());
    assert!(store.list("").await.is_err());
    primary.operate(&["REPLICAOF", "NO", "ONE"]);
    let started = Instant::now();
    while store.get("a").await.is_err() {
        assert!(started.elapsed() < Duration::from_secs(20));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn a_redis_that_is_away_is_no_reason_not_to_start() {
    let nobody = RedisUrl::parse("redis://127.0.0.1:9").unwrap();
    // Accepts, and says nothing.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let silent = format!("redis://{}", silent.local_addr().unwrap());
    let unknown = RedisUrl::parse("redis://no-such-host.invalid").unwrap();
    for url in [nobody, RedisUrl::parse(&silent).unwrap(), unknown] {
        let namespace = "test".to_owned();
        let probed = state::probe(&Settings::Redis { url, namespace })
            .await
            .unwrap();
        assert!(matches!(probed, Probed::Unusable { .. }), "{probed:?}");
    }
}

#[tokio::test]
async fn a_redis_that_may_forget_is_told_as_such() {
    let Some(redis) = Redis::with(&[]) else {
        return;
    };
    let warnings = async || match state::probe(&settings(&redis)).await.unwrap() {
        Probed::Usable { warnings } => warnings.join("\n"),
        Probed::Unusable { why } => panic!("{why}"),
    };
    let said = warnings().await;
    assert!(said.contains("appendonly no"), "{said}");
    redis.operate(&["CONFIG", "SET", "appendonly", "yes"]);
    assert_eq!(warnings().await, "");
    // Our keys have no lifetime, so the policies for those that have one do not reach them.
    redis.operate(&["CONFIG", "SET", "maxmemory", "100mb"]);
    for (policy, reaches) in [
        ("volatile-lru", false),
        ("noeviction", false),
        ("allkeys-lru", true),
    ] {
        redis.operate(&["CONFIG", "SET", "maxmemory-policy", policy]);
        assert_eq!(warnings().await.contains(policy), reaches, "{policy}");
    }
    assert_eq!(redis.operate(&["DBSIZE"]), "0", "a probe leaves nothing");
    put(&store(&redis), "a").await.unwrap();
    for kind in ["values", "expiries", "names"] {
        assert_eq!(redis.operate(&["TTL", &format!("{{test}}:{kind}")]), "-1");
    }
}

#[tokio::test]
async fn what_has_expired_is_taken_away_by_those_who_write() {
    let Some(redis) = Redis::start() else { return };
    let clock = clock();
    let url = RedisUrl::parse(&redis.url()).unwrap();
    let store = RedisStore::connecting(&url, "test", clock.clone());
    let soon = clock.now() + Duration::from_secs(10);
    for number in 0..150 {
        store
            .put(&format!("x/{number}"), b"".to_vec(), soon)
            .await
            .unwrap();
    }
    clock.advance(Duration::from_secs(10));
    let mut left = Vec::new();
    for _ in 0..4 {
        put(&store, "a").await.unwrap();
        left.push(redis.operate(&["HLEN", "{test}:values"]));
    }
    assert_eq!(left, ["87", "23", "1", "1"]);
    for key in ["{test}:names", "{test}:expiries"] {
        assert_eq!(redis.operate(&["ZCARD", key]), "1");
    }
}
