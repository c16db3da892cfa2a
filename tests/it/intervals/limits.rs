//! Pace, second attempts and holds.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use intervals_mcp_server::intervals::Error;
use intervals_mcp_server::intervals::wellness::WellnessUpdate;
use jiff::ToSpan as _;
use jiff::civil::date;
use tokio::time::{sleep, timeout};
use tokio_util::task::AbortOnDropHandle;

use super::upstream::{Reply, Upstream, clock};

const SOON: Duration = Duration::from_secs(15);

fn limited(wait_seconds: Option<u64>) -> Reply {
    let reply = Reply::status(429, r#"{"status":429,"error":"Too many requests"}"#);
    match wait_seconds {
        Some(seconds) => reply.with("retry-after", &seconds.to_string()),
        None => reply,
    }
}

#[tokio::test]
async fn a_read_is_tried_again_after_a_passing_failure() {
    for status in [500, 502, 503, 504] {
        let failure = Reply::status(status, "{}");
        let upstream = Upstream::saying(vec![failure.clone(), failure, Reply::json("[]")]).await;
        upstream.client().sports().list().await.unwrap();
        assert_eq!(upstream.requests().len(), 3, "{status}");
    }
}

#[tokio::test]
async fn a_read_is_given_up_after_two_retries() {
    let upstream = Upstream::answering(Reply::status(502, "")).await;
    let error = upstream.client().sports().list().await.unwrap_err();
    assert_eq!(
        error,
        Error::Unavailable {
            status: 502,
            retry_after: None
        }
    );
    assert_eq!(upstream.requests().len(), 3);
}

#[tokio::test]
async fn a_short_wait_is_sat_out() {
    let upstream = Upstream::saying(vec![limited(Some(1)), Reply::json("[]")]).await;
    let started = Instant::now();
    upstream.client().sports().list().await.unwrap();
    assert!(
        started.elapsed() >= Duration::from_secs(1),
        "{:?}",
        started.elapsed()
    );
    assert_eq!(upstream.requests().len(), 2);
}

#[tokio::test]
async fn a_limit_without_a_time_is_tried_again_a_little_later() {
    let upstream = Upstream::saying(vec![limited(None), Reply::json("[]")]).await;
    upstream.client().sports().list().await.unwrap();
    assert_eq!(upstream.requests().len(), 2);
}

#[tokio::test]
async fn a_long_wait_is_reported_and_nobody_asks_until_it_is_over() {
    let upstream = Upstream::saying(vec![limited(Some(600)), Reply::json("[]")]).await;
    let clock = clock();
    let client = upstream.client_with(SOON, clock.clone());
    let wait = |seconds| Error::RateLimited {
        retry_after: Some(Duration::from_secs(seconds)),
    };
    assert_eq!(client.sports().list().await.unwrap_err(), wait(600));
    clock.advance(Duration::from_secs(100));
    assert_eq!(client.sports().list().await.unwrap_err(), wait(500));
    let update = WellnessUpdate::default();
    assert_eq!(
        client
            .wellness()
            .put(date(2026, 3, 1), &update)
            .await
            .unwrap_err(),
        wait(500)
    );
    assert_eq!(upstream.requests().len(), 1);
    clock.advance(Duration::from_secs(500));
    client.sports().list().await.unwrap();
    assert_eq!(upstream.requests().len(), 2);
}

#[tokio::test]
async fn a_long_wait_of_an_unavailable_service_is_reported() {
    let upstream = Upstream::answering(Reply::status(503, "").with("retry-after", "120")).await;
    let error = upstream.client().sports().list().await.unwrap_err();
    assert_eq!(
        error,
        Error::Unavailable {
            status: 503,
            retry_after: Some(Duration::from_secs(120))
        }
    );
    assert_eq!(upstream.requests().len(), 1);
}

#[tokio::test]
async fn a_spent_budget_is_respected() {
    for (remaining, seconds) in [("0,4000", 30), ("100,0", 2 * 3600)] {
        let upstream =
            Upstream::answering(Reply::json("[]").with("x-ratelimit-remaining", remaining)).await;
        let client = upstream.client();
        client.sports().list().await.unwrap();
        let error = client
            .wellness()
            .list(date(2026, 3, 1), date(2026, 3, 2), &[])
            .await
            .unwrap_err();
        assert_eq!(
            error,
            Error::RateLimited {
                retry_after: Some(Duration::from_secs(seconds))
            }
        );
    }
}

#[tokio::test]
async fn a_budget_that_is_left_or_unreadable_holds_nothing() {
    for remaining in ["1,1", "", "many", "5", "3, 9, 0"] {
        let upstream =
            Upstream::answering(Reply::json("[]").with("x-ratelimit-remaining", remaining)).await;
        let client = upstream.client();
        client.sports().list().await.unwrap();
        client
            .wellness()
            .list(date(2026, 3, 1), date(2026, 3, 2), &[])
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn retries_end_with_the_deadline() {
    let upstream =
        Upstream::answering(Reply::status(503, "").after(Duration::from_millis(200))).await;
    let client = upstream.client_with(Duration::from_millis(600), clock());
    let started = Instant::now();
    assert!(client.sports().list().await.is_err());
    assert!(
        started.elapsed() < Duration::from_millis(900),
        "{:?}",
        started.elapsed()
    );
    assert_eq!(upstream.requests().len(), 2);
}

#[tokio::test]
async fn a_connection_that_breaks_before_the_answer_is_tried_once_more() {
    let upstream = Upstream::saying(vec![Reply::Close, Reply::json("[]")]).await;
    upstream.client().sports().list().await.unwrap();
    assert_eq!(upstream.requests().len(), 2);
    let upstream = Upstream::answering(Reply::Close).await;
    assert_eq!(
        upstream.client().sports().list().await.unwrap_err(),
        Error::Disconnected
    );
    assert_eq!(upstream.requests().len(), 2);
}

#[tokio::test]
async fn a_write_is_sent_once_whatever_happens() {
    for reply in [
        Reply::status(503, ""),
        Reply::status(500, ""),
        limited(None),
        limited(Some(1)),
        Reply::Close,
    ] {
        let upstream = Upstream::answering(reply).await;
        let update = WellnessUpdate {
            weight: Some(70.0),
            ..WellnessUpdate::default()
        };
        upstream
            .client()
            .wellness()
            .put(date(2026, 3, 1), &update)
            .await
            .unwrap_err();
        assert_eq!(upstream.requests().len(), 1);
    }
}

#[tokio::test]
async fn a_write_that_never_had_its_turn_is_certain_not_to_have_been_sent() {
    let upstream = Upstream::answering(Reply::json("[]")).await;
    let client = upstream.client_paced(Some(1), Duration::from_millis(300), clock());
    let day = date(2026, 3, 1);
    client.wellness().list(day, day, &[]).await.unwrap();
    let update = WellnessUpdate {
        weight: Some(70.0),
        ..WellnessUpdate::default()
    };
    let error = client.wellness().put(day, &update).await.unwrap_err();
    assert!(!error.leaves_write_uncertain(), "{error:?}");
    assert_eq!(upstream.requests().len(), 1);
}

#[tokio::test]
async fn our_own_pace_is_kept() {
    let upstream = Upstream::answering(Reply::json("[]")).await;
    let client = upstream.client_paced(Some(20), SOON, clock());
    let started = Instant::now();
    let reads = (1..=15).map(|day| {
        let client = client.clone();
        async move {
            client
                .wellness()
                .list(date(2026, 3, day), date(2026, 3, day), &[])
                .await
        }
    });
    assert!(join_all(reads).await.into_iter().all(|read| read.is_ok()));
    // Five at once, the other ten 50 ms apart.
    assert!(
        started.elapsed() >= Duration::from_millis(490),
        "{:?}",
        started.elapsed()
    );
    assert_eq!(upstream.requests().len(), 15);
}

/// Waits until `upstream` was asked `count` times.
async fn asked(upstream: &Upstream, count: usize) {
    let waiting = async {
        while upstream.requests().len() < count {
            sleep(Duration::from_millis(5)).await;
        }
    };
    let came = timeout(SOON, waiting).await;
    assert!(came.is_ok(), "{} requests", upstream.requests().len());
}

#[tokio::test]
async fn no_more_than_128_requests_are_under_way_at_a_time_without_a_pace() {
    let upstream = Upstream::answering(Reply::Stall(Vec::new())).await;
    let client = upstream.client_with(Duration::from_secs(60), clock());
    let mut reads: Vec<_> = (0..134)
        .map(|n| {
            let client = client.clone();
            let day = date(2026, 1, 1) + n.days();
            let read = async move { client.wellness().get(day).await };
            AbortOnDropHandle::new(tokio::spawn(read))
        })
        .collect();
    asked(&upstream, 128).await;
    sleep(Duration::from_millis(200)).await;
    assert_eq!(upstream.requests().len(), 128);
    // Who gives up makes room, and those who gave up while they waited are not asked for.
    drop(reads.split_off(130));
    drop(reads.drain(..10).collect::<Vec<_>>());
    asked(&upstream, 130).await;
    sleep(Duration::from_millis(200)).await;
    assert_eq!(upstream.requests().len(), 130);
}
