//! Remembered answers, shared requests and what a change does to them.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use intervals_mcp_server::intervals::Error;
use intervals_mcp_server::intervals::wellness::{Wellness, WellnessUpdate};
use jiff::civil::{Date, date};

use super::upstream::{Reply, Upstream};

const DAY: Date = date(2026, 3, 1);
const SLOW: Duration = Duration::from_millis(300);

fn weighing(weight: usize) -> Reply {
    Reply::json(format!(r#"{{"id":"2026-03-01","weight":{weight}}}"#))
}

/// Every answer weighs one more than the last, from 0.
async fn counting(delay: Duration) -> Upstream {
    Upstream::start(move |_, nth| weighing(nth).after(delay)).await
}

async fn weight(day: impl Future<Output = Result<Arc<Wellness>, Error>>) -> f64 {
    day.await.unwrap().weight.unwrap()
}

#[tokio::test]
async fn an_answer_is_remembered_and_handed_out_without_a_copy() {
    let upstream = counting(Duration::ZERO).await;
    let client = upstream.client();
    let first = client.wellness().get(DAY).await.unwrap();
    let second = client.clone().wellness().get(DAY).await.unwrap();
    assert!(Arc::ptr_eq(&first, &second));
    assert_eq!(upstream.requests().len(), 1);
    client.forget();
    assert_eq!(weight(client.wellness().get(DAY)).await, 1.0);
}

#[tokio::test]
async fn an_error_is_not_remembered() {
    let upstream = Upstream::saying(vec![Reply::status(404, "{}"), weighing(5)]).await;
    let client = upstream.client();
    assert_eq!(
        client.wellness().get(DAY).await.unwrap_err(),
        Error::NotFound { message: None }
    );
    assert_eq!(weight(client.wellness().get(DAY)).await, 5.0);
}

#[tokio::test]
async fn identical_reads_at_the_same_time_are_one_request() {
    let upstream = counting(SLOW).await;
    let client = upstream.client();
    let reads = (0..20).map(|_| {
        let client = client.clone();
        tokio::spawn(async move { client.wellness().get(DAY).await })
    });
    for read in join_all(reads).await {
        assert_eq!(read.unwrap().unwrap().weight, Some(0.0));
    }
    assert_eq!(upstream.requests().len(), 1);
}

#[tokio::test]
async fn identical_reads_share_a_failure_too() {
    let upstream = Upstream::answering(Reply::status(403, "{}").after(SLOW)).await;
    let client = upstream.client();
    let wellness = client.wellness();
    let reads = join_all((0..5).map(|_| wellness.get(DAY))).await;
    assert!(
        reads
            .into_iter()
            .all(|read| read.unwrap_err() == Error::Forbidden { message: None })
    );
    assert_eq!(upstream.requests().len(), 1);
}

#[tokio::test]
async fn who_joins_a_request_keeps_it_when_its_starter_goes_away() {
    // Long enough for a busy machine to come this far before the answer does.
    let upstream = counting(SLOW * 10).await;
    let client = upstream.client();
    let starter = tokio::spawn({
        let client = client.clone();
        async move { client.wellness().get(DAY).await }
    });
    while upstream.requests().is_empty() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let joiner = tokio::spawn({
        let client = client.clone();
        async move { client.wellness().get(DAY).await }
    });
    // Runs the joiner until it waits.
    for _ in 0..10 {
        tokio::task::yield_now().await;
    }
    starter.abort();
    assert!(starter.await.unwrap_err().is_cancelled());
    assert_eq!(joiner.await.unwrap().unwrap().weight, Some(0.0));
    assert_eq!(upstream.requests().len(), 1);
}

#[tokio::test]
async fn a_read_that_nobody_waits_for_stops() {
    let upstream = counting(SLOW).await;
    let client = upstream.client();
    let given_up = tokio::time::timeout(SLOW / 3, client.wellness().get(DAY)).await;
    assert!(given_up.is_err());
    tokio::time::sleep(SLOW).await;
    // Had the first gone on, its answer would have been remembered.
    assert_eq!(weight(client.wellness().get(DAY)).await, 1.0);
}

#[tokio::test]
async fn a_write_makes_what_was_read_before_unknown() {
    let upstream = counting(Duration::ZERO).await;
    let client = upstream.client();
    assert_eq!(weight(client.wellness().get(DAY)).await, 0.0);
    client
        .wellness()
        .put(DAY, &WellnessUpdate::default())
        .await
        .unwrap();
    assert_eq!(weight(client.wellness().get(DAY)).await, 2.0);
}

#[tokio::test]
async fn a_write_that_fails_does_so_too_since_it_may_have_been_done() {
    let upstream = Upstream::saying(vec![weighing(1), Reply::Close, weighing(2)]).await;
    let client = upstream.client();
    assert_eq!(weight(client.wellness().get(DAY)).await, 1.0);
    let error = client
        .wellness()
        .put(DAY, &WellnessUpdate::default())
        .await
        .unwrap_err();
    assert!(error.leaves_write_uncertain());
    assert_eq!(weight(client.wellness().get(DAY)).await, 2.0);
}

#[tokio::test]
async fn a_read_that_was_under_way_during_a_write_is_not_remembered() {
    let upstream = Upstream::start(|request, nth| {
        weighing(nth).after(if request.method == "GET" {
            SLOW
        } else {
            Duration::ZERO
        })
    })
    .await;
    let client = upstream.client();
    let early = tokio::spawn({
        let client = client.clone();
        async move { client.wellness().get(DAY).await }
    });
    tokio::time::sleep(SLOW / 3).await;
    client
        .wellness()
        .put(DAY, &WellnessUpdate::default())
        .await
        .unwrap();
    // Neither joined to the early one nor answered by what it left behind.
    assert_eq!(weight(client.wellness().get(DAY)).await, 2.0);
    assert_eq!(early.await.unwrap().unwrap().weight, Some(0.0));
    assert_eq!(weight(client.wellness().get(DAY)).await, 2.0);
    assert_eq!(upstream.requests().len(), 3);
}

#[tokio::test]
async fn a_write_goes_on_when_its_caller_goes_away() {
    let upstream = Upstream::start(|request, nth| {
        weighing(nth).after(if request.method == "PUT" {
            SLOW
        } else {
            Duration::ZERO
        })
    })
    .await;
    let client = upstream.client();
    assert_eq!(weight(client.wellness().get(DAY)).await, 0.0);
    let update = WellnessUpdate::default();
    let given_up = tokio::time::timeout(SLOW / 3, client.wellness().put(DAY, &update)).await;
    assert!(given_up.is_err());
    assert_eq!(weight(client.wellness().get(DAY)).await, 0.0);
    tokio::time::sleep(SLOW).await;
    assert_eq!(weight(client.wellness().get(DAY)).await, 2.0);
}
