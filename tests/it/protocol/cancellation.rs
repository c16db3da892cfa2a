//! Who hangs up is no longer worked for, unless others wait for the same or something is being changed.

use std::num::NonZeroU32;
use std::time::{Duration, Instant};

use intervals_mcp_server::clock::Clock;
use intervals_mcp_server::demo::{Demo, Fate, Fault, FaultScope, Request};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::runtime::Handle;
use tokio::time::{sleep, timeout};

use super::wire::{Connection, ERAS, Era, Site};
use crate::support::process::{Room, Running, free_port, serving, wait_for};
use crate::support::{ServerOptions, World, secrets};

/// From hanging up to the end of the work for it.
const GIVEN_UP_WITHIN: Duration = Duration::from_secs(1);
/// For what must happen, however loaded the machine is.
const PATIENCE: Duration = Duration::from_secs(20);

/// Requests that read, each with how much it asks of Intervals.icu at the same time when nothing is remembered but who the
/// athlete is.
fn reads() -> [(&'static str, Value, usize); 6] {
    let window = json!({ "oldest": "-9d" });
    [
        ("tools/call", calling("get_today", json!({})), 4),
        ("tools/call", calling("list_activities", window.clone()), 1),
        ("tools/call", calling("get_wellness", window.clone()), 1),
        ("tools/call", calling("list_events", window), 2),
        (
            "resources/read",
            json!({ "uri": "intervals://wellness/2026-03-01" }),
            1,
        ),
        (
            "completion/complete",
            json!({
                "ref": { "type": "ref/resource", "uri": "intervals://activity/{id}" },
                "argument": { "name": "id", "value": "ru" },
            }),
            1,
        ),
    ]
}

fn site(world: &World) -> Site {
    let authority = world.server.address.strip_prefix("http://").unwrap();
    Site {
        authority: authority.to_owned(),
        token: secrets::MCP_API_KEY.to_owned(),
    }
}

fn calling(name: &str, arguments: Value) -> Value {
    json!({ "name": name, "arguments": arguments })
}

/// A connection on which `request` has just been sent.
async fn sent(site: &Site, request: &[u8]) -> Connection {
    let mut connection = Connection::open(site).await.unwrap();
    connection.send(request).await.unwrap();
    connection
}

/// A connection on which `tool` has just been called.
async fn call(site: &Site, era: Era, tool: &str, arguments: Value) -> Connection {
    let request = site.request(era, 1, "tools/call", calling(tool, arguments));
    sent(site, &request).await
}

/// Lets every request to Intervals.icu whose path contains `path` wait until the faults are cleared.
fn hold(demo: &Demo, path: Option<&str>) {
    let scope = FaultScope {
        path_contains: path.map(str::to_owned),
        times: None,
    };
    demo.faults().set(Fault::Held, scope);
}

/// The requests to Intervals.icu once `enough` says so.
async fn upstream(demo: &Demo, enough: impl Fn(&[Request]) -> bool) -> Vec<Request> {
    let waiting = async {
        loop {
            let journal = demo.journal();
            if enough(&journal) {
                return journal;
            }
            sleep(Duration::from_millis(2)).await;
        }
    };
    match timeout(PATIENCE, waiting).await {
        Ok(journal) => journal,
        Err(_) => panic!("{:#?}", demo.journal()),
    }
}

fn are_open(count: usize) -> impl Fn(&[Request]) -> bool {
    move |journal| journal.iter().filter(|r| is_open(r)).count() == count
}

fn is_open(request: &Request) -> bool {
    request.fate == Fate::Open
}

fn is_abandoned(request: &Request) -> bool {
    matches!(request.fate, Fate::Abandoned { .. })
}

/// Hangs up and waits until none of what Intervals.icu was asked is worked on any more.
async fn hang_up(demo: &Demo, connection: Connection, what: &str) {
    drop(connection);
    is_given_up(demo, what).await;
}

async fn is_given_up(demo: &Demo, what: &str) {
    let count =
        |of: fn(&Request) -> bool| demo.journal().iter().filter(|request| of(request)).count();
    let asked = count(is_open) + count(is_abandoned);
    let hung_up = Instant::now();
    let journal = upstream(demo, are_open(0)).await;
    let took = hung_up.elapsed();
    assert_eq!(count(is_abandoned), asked, "{what}: {journal:#?}");
    assert!(took < GIVEN_UP_WITHIN, "{what}: {took:?}");
}

/// Knows who the athlete is, and nothing else.
async fn acquainted() -> World {
    let world = World::start().await;
    let params = json!({ "oldest": "2025-05-05", "newest": "2025-05-05" });
    // Where two servers take turns, both know.
    let owner = world.owner();
    for _ in 0..2 {
        owner.call_tool("list_events", params.clone()).await.ok();
    }
    world.demo.clear_journal();
    world
}

#[tokio::test]
async fn who_hangs_up_ends_all_that_was_asked_for_a_read() {
    let world = acquainted().await;
    let site = site(&world);
    hold(&world.demo, None);
    for (method, params, requests) in reads() {
        for era in ERAS {
            world.demo.clear_journal();
            let request = site.request(era, 1, method, params.clone());
            let connection = sent(&site, &request).await;
            upstream(&world.demo, are_open(requests)).await;
            let what = format!("{era:?}: {method} {params}");
            hang_up(&world.demo, connection, &what).await;
        }
    }
}

#[tokio::test]
async fn who_hangs_up_while_the_athlete_is_not_known_yet_ends_that_too() {
    let world = World::start().await;
    hold(&world.demo, None);
    for era in ERAS {
        world.demo.clear_journal();
        let connection = call(&site(&world), era, "get_today", json!({})).await;
        // The profile and the preferences; the rest depends on them.
        upstream(&world.demo, are_open(2)).await;
        hang_up(&world.demo, connection, &format!("{era:?}")).await;
    }
}

/// `get_today` by somebody who wants to know how far it is, once the first news is there and two answers are held back.
async fn streaming(world: &World, era: Era) -> Connection {
    hold(&world.demo, Some("/events"));
    let mut params = calling("get_today", json!({}));
    params["_meta"] = json!({ "progressToken": "p" });
    let site = site(world);
    let request = site.request(era, 1, "tools/call", params);
    let mut connection = sent(&site, &request).await;
    let head = connection.head().await.unwrap();
    assert!(head.status == 200 && head.is_stream, "{head:?}");
    let news = connection.message().await.unwrap().unwrap();
    let news = String::from_utf8_lossy(&news);
    assert!(news.contains("notifications/progress"), "{news}");
    upstream(&world.demo, are_open(2)).await;
    connection
}

#[tokio::test]
async fn who_hangs_up_in_the_middle_of_a_stream_ends_a_read_too() {
    for era in ERAS {
        let world = acquainted().await;
        let connection = streaming(&world, era).await;
        hang_up(&world.demo, connection, &format!("{era:?}")).await;
    }
    // With the next request already sent.
    for era in ERAS {
        let world = acquainted().await;
        let mut connection = streaming(&world, era).await;
        let next = site(&world).request(era, 2, "tools/list", json!({}));
        connection.send(&next).await.unwrap();
        sleep(Duration::from_millis(50)).await;
        hang_up(&world.demo, connection, &format!("{era:?}")).await;
    }
}

#[tokio::test]
async fn a_stream_without_news_says_so_after_15_seconds() {
    for era in ERAS {
        let world = World::with(ServerOptions {
            deadline: Duration::from_secs(45),
            ..ServerOptions::default()
        })
        .await;
        let known = world.owner().call_tool("get_athlete", json!({})).await;
        known.ok();
        let mut connection = streaming(&world, era).await;
        // Time now jumps to whatever comes next.
        tokio::time::pause();
        let started = tokio::time::Instant::now();
        loop {
            let said = connection.chunk().await.unwrap().unwrap();
            if said.starts_with(b":") {
                break;
            }
            let said = String::from_utf8_lossy(&said).into_owned();
            assert!(said.contains("notifications/progress"), "{said}");
        }
        let silence = started.elapsed();
        tokio::time::resume();
        assert!(silence < Duration::from_millis(15_100), "{silence:?}");
    }
}

#[tokio::test]
async fn the_binary_gives_up_too() {
    let demo = Demo::new(Clock::system());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(demo.clone().serve(listener));
    let (port, room) = (free_port(), Room::new());
    let child = serving(&room, port)
        .env("MCP_API_KEY", secrets::MCP_API_KEY)
        .env("INTERVALS_BASE_URL", format!("http://{address}"))
        .spawn()
        .unwrap();
    let _running = Running(child);
    wait_for(port);
    let site = Site {
        authority: format!("127.0.0.1:{port}"),
        token: secrets::MCP_API_KEY.to_owned(),
    };
    let mut connection = call(&site, Era::Legacy, "get_athlete", json!({})).await;
    assert_eq!(connection.reply().await.unwrap().status, 200);
    hold(&demo, None);
    for era in ERAS {
        demo.clear_journal();
        let connection = call(&site, era, "get_today", json!({})).await;
        upstream(&demo, are_open(4)).await;
        hang_up(&demo, connection, &format!("{era:?}")).await;
    }
}

/// Somebody else who hangs up and whose request is given up: all who hung up before have been noticed then.
async fn another_hangs_up(world: &World) {
    let before = world.demo.journal().len();
    let window = json!({ "oldest": "2025-07-07", "newest": "2025-07-07" });
    let connection = call(&site(world), Era::Legacy, "list_events", window).await;
    let of_events = |r: &&Request| r.path.ends_with("/events");
    let asked = |journal: &[Request]| journal.iter().skip(before).any(|r| of_events(&r));
    upstream(&world.demo, asked).await;
    drop(connection);
    let given_up = |journal: &[Request]| {
        let mut events = journal.iter().skip(before).filter(of_events);
        events.all(is_abandoned)
    };
    upstream(&world.demo, given_up).await;
}

#[tokio::test]
async fn a_read_that_two_wait_for_goes_on_until_both_hang_up() {
    let world = acquainted().await;
    let site = site(&world);
    for last_one_stays in [true, false] {
        world.demo.clear_journal();
        hold(&world.demo, None);
        let window = || json!({ "oldest": "-9d" });
        let first = call(&site, Era::Legacy, "get_wellness", window()).await;
        upstream(&world.demo, are_open(1)).await;
        let mut second = call(&site, Era::Modern, "get_wellness", window()).await;
        // Both wait for the same by the time at which a later call has been asked for and given up.
        another_hangs_up(&world).await;
        drop(first);
        another_hangs_up(&world).await;
        let journal = world.demo.journal();
        assert_eq!(journal[0].fate, Fate::Open, "{journal:#?}");
        let of_wellness = |r: &&Request| r.path.ends_with("/wellness");
        assert_eq!(
            journal.iter().filter(of_wellness).count(),
            1,
            "{journal:#?}"
        );
        if last_one_stays {
            world.demo.faults().clear();
            let reply = second.reply().await.unwrap();
            let text = String::from_utf8_lossy(&reply.messages[0]);
            assert!(text.contains(r#""isError":false"#), "{text}");
            assert_eq!(world.demo.journal()[0].fate, Fate::Answered);
            // What was remembered would answer the second round.
            let update = json!({ "entries": [{ "date": "today", "comments": "forget" }] });
            world
                .owner()
                .call_tool("update_wellness", update)
                .await
                .ok();
        } else {
            hang_up(&world.demo, second, "both").await;
        }
    }
}

#[tokio::test]
async fn a_write_goes_on_to_its_end_without_its_caller() {
    let world = acquainted().await;
    for (era, held, weight) in [
        (Era::Legacy, "/wellness/2026", 71.25),
        (Era::Modern, "/wellness/2026", 71.5),
        // It has begun as soon as it reads what was there before.
        (Era::Legacy, "/wellness", 71.75),
    ] {
        world.demo.clear_journal();
        hold(&world.demo, Some(held));
        hold(&world.demo, Some("/events"));
        let entry = json!({ "date": "2026-03-18", "weight": weight });
        let arguments = json!({ "entries": [entry] });
        let connection = call(&site(&world), era, "update_wellness", arguments).await;
        upstream(&world.demo, are_open(1)).await;
        drop(connection);
        another_hangs_up(&world).await;
        world.demo.faults().clear();
        let is_put = |r: &&Request| r.method == "PUT";
        let journal = upstream(&world.demo, |journal| {
            journal
                .iter()
                .filter(is_put)
                .any(|put| put.fate != Fate::Open)
        })
        .await;
        let put = journal.iter().find(is_put).unwrap();
        assert_eq!(put.fate, Fate::Answered, "{era:?}, {held}");
        let day = world.raw("/athlete/{id}/wellness/2026-03-18").await;
        assert_eq!(day["weight"], weight, "{era:?}, {held}");
    }
}

/// How often the profile is asked for within `time` when the first is answered with `fault`, with a caller who stays and
/// with one who hangs up while it waits to try again.
async fn tries_again(fault: Fault, time: Duration) -> [usize; 2] {
    let mut tried = [0; 2];
    for (stays, tried) in [true, false].into_iter().zip(&mut tried) {
        let world = World::start().await;
        let scope = FaultScope {
            path_contains: Some("/profile".to_owned()),
            times: Some(1),
        };
        world.demo.faults().set(fault.clone(), scope);
        // The answer to anything else would let the call go on.
        hold(&world.demo, None);
        let is_profile = |r: &&Request| r.path.ends_with("/profile");
        let answered = |r: &Request| r.fate == Fate::Answered;
        let connection = call(&site(&world), Era::Legacy, "get_today", json!({})).await;
        upstream(&world.demo, |journal| journal.iter().any(answered)).await;
        let kept = stays.then_some(connection);
        sleep(time).await;
        *tried = world.demo.journal().iter().filter(is_profile).count();
        drop(kept);
    }
    tried
}

#[tokio::test]
async fn who_hangs_up_ends_the_pause_before_another_try() {
    let unavailable = Fault::Status(503, None);
    let tried = tries_again(unavailable, Duration::from_millis(700)).await;
    assert_eq!(tried, [2, 1]);
}

#[tokio::test]
async fn who_hangs_up_while_the_limiter_lets_nobody_pass_is_not_asked_for_later() {
    let limited = Fault::RateLimited {
        retry_after: Some("1".to_owned()),
    };
    let tried = tries_again(limited, Duration::from_millis(1500)).await;
    assert_eq!(tried, [2, 1]);
}

#[tokio::test]
async fn who_hangs_up_before_its_turn_is_not_asked_for() {
    let mut asked = [0; 2];
    for (stays, asked) in [true, false].into_iter().zip(&mut asked) {
        let world = World::with(ServerOptions {
            rate: NonZeroU32::new(2),
            ..ServerOptions::default()
        })
        .await;
        hold(&world.demo, None);
        let connection = call(&site(&world), Era::Legacy, "get_today", json!({})).await;
        // The profile; the preferences have to wait for half a second.
        upstream(&world.demo, are_open(1)).await;
        let kept = stays.then_some(connection);
        sleep(Duration::from_millis(1000)).await;
        *asked = world.demo.journal().len();
        drop(kept);
    }
    assert_eq!(asked, [2, 1]);
}

#[tokio::test]
async fn an_answered_call_leaves_nothing_running() {
    let world = acquainted().await;
    let site = site(&world);
    let mut connection = Connection::open(&site).await.unwrap();
    let mut tasks = Vec::new();
    for round in 0..20 {
        for (tool, arguments, _) in reads() {
            for era in ERAS {
                let request =
                    site.request(era, round, "tools/call", calling(tool, arguments.clone()));
                assert_eq!(connection.ask(&request).await.unwrap().status, 200);
            }
        }
        tasks.push(Handle::current().metrics().num_alive_tasks());
    }
    // The first round opens connections to Intervals.icu.
    let settled = tasks[0];
    let ended = async {
        while Handle::current().metrics().num_alive_tasks() > settled {
            sleep(Duration::from_millis(5)).await;
        }
    };
    assert!(timeout(PATIENCE, ended).await.is_ok(), "{tasks:?}");
}

#[tokio::test]
async fn who_says_that_it_will_send_no_more_has_hung_up() {
    let world = acquainted().await;
    hold(&world.demo, None);
    for era in ERAS {
        world.demo.clear_journal();
        let mut connection = call(&site(&world), era, "get_today", json!({})).await;
        upstream(&world.demo, are_open(4)).await;
        connection.half_close().await.unwrap();
        is_given_up(&world.demo, &format!("{era:?}")).await;
        assert!(connection.head().await.is_err());
    }
}

#[tokio::test]
async fn who_has_sent_the_next_request_already_can_hang_up_too() {
    let world = acquainted().await;
    let site = site(&world);
    hold(&world.demo, None);
    let next = site.request(Era::Legacy, 2, "tools/list", json!({}));
    for era in ERAS {
        let first = site.request(era, 1, "tools/call", calling("get_today", json!({})));
        // With the next one at once, and with an empty line that only arrives when nothing is read any more.
        for (at_once, later) in [([&first[..], &next].concat(), ""), (first.clone(), "\r\n")] {
            world.demo.clear_journal();
            let mut connection = Connection::open(&site).await.unwrap();
            connection.send(&at_once).await.unwrap();
            upstream(&world.demo, are_open(4)).await;
            connection.send(later.as_bytes()).await.unwrap();
            sleep(Duration::from_millis(50)).await;
            hang_up(&world.demo, connection, &format!("{era:?}, {later:?}")).await;
        }
    }
}
