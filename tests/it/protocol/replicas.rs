//! Replicas that share a store write and read as one server.

use intervals_mcp_server::clock::Clock;
use intervals_mcp_server::demo::{ATHLETE_ID, Demo};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::support::{Caller, NOW, Replicas, ServerOptions, secrets};

/// Two servers in front of the invented athlete's Intervals.icu.
struct World {
    replicas: Replicas,
    demo: Demo,
}

impl World {
    async fn start() -> Self {
        let clock = Clock::manual(NOW.parse().unwrap());
        let demo = Demo::new(clock.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let upstream = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(demo.clone().serve(listener));
        let options = || ServerOptions {
            clock: clock.clone(),
            upstream: upstream.clone(),
            mcp_api_key: Some(secrets::MCP_API_KEY.to_owned()),
            ..ServerOptions::default()
        };
        Self {
            replicas: Replicas::with(options).await,
            demo,
        }
    }

    /// What was asked of the service that is no read.
    fn writes(&self) -> Vec<String> {
        let about = format!("/api/v1/athlete/{ATHLETE_ID}");
        let journal = self.demo.journal();
        let writes = journal.iter().filter(|request| request.method != "GET");
        writes
            .map(|request| format!("{} {}", request.method, request.path.replace(&about, "")))
            .collect()
    }
}

async fn save(caller: &Caller<'_>, event: Value) -> crate::support::Said {
    let events = json!({ "events": [event] });
    caller.call_tool("save_events", events).await
}

async fn day(caller: &Caller<'_>, date: &str) -> String {
    let window = json!({ "oldest": date, "newest": date });
    caller.call_tool("list_events", window).await.ok()
}

/// A run in May, where the invented athlete has no plan yet.
fn run(date: &str, external_id: &str) -> Value {
    json!({ "date": date, "sport": "Run", "name": "Track", "duration": "1h", "external_id": external_id })
}

#[tokio::test]
async fn what_one_replica_writes_the_other_reads_at_once() {
    let world = World::start().await;
    let [here, there] = world.replicas.owners();
    assert!(!day(&there, "2026-05-05").await.contains("Track"));
    assert!(!day(&here, "2026-05-05").await.contains("Track"));
    save(&here, run("2026-05-05", "a")).await.ok();
    assert!(day(&there, "2026-05-05").await.contains("Track"));
    // The other way round, with a resource.
    let listed = day(&here, "2026-05-05").await;
    let row = crate::support::table(&listed, "id|").pop().unwrap();
    let uri = format!("intervals://event/{}", row["id"]);
    let read = async |caller: &Caller<'_>| {
        let answer = caller.modern("resources/read", json!({ "uri": uri })).await;
        answer.body["result"]["contents"][0]["text"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert!(read(&here).await.contains("Track"));
    let renamed = json!({ "id": row["id"], "name": "Hills" });
    save(&there, renamed).await.ok();
    assert!(read(&here).await.contains("Hills"));
    // What nobody wrote since is remembered.
    let asked = world.demo.journal().len();
    assert!(read(&here).await.contains("Hills"));
    assert_eq!(world.demo.journal().len(), asked);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_same_event_that_is_saved_at_both_replicas_at_once_is_made_once() {
    let world = World::start().await;
    let [here, there] = world.replicas.owners();
    for round in 0..10 {
        let event = run("2026-05-06", &format!("plan-{round}"));
        let (one, other) = tokio::join!(save(&here, event.clone()), save(&there, event));
        one.ok();
        other.ok();
        let writes = world.writes();
        let made = writes.iter().filter(|write| write.starts_with("POST"));
        assert_eq!(made.count(), round + 1, "{writes:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_changes_of_what_both_saw_one_is_refused_wherever_they_arrive() {
    let world = World::start().await;
    let [here, there] = world.replicas.owners();
    save(&here, run("2026-05-07", "b")).await.ok();
    let listed = day(&here, "2026-05-07").await;
    let id = crate::support::table(&listed, "id|").pop().unwrap()["id"].clone();
    for round in 0..10 {
        let shown = here.call_tool("get_event", json!({ "id": id })).await.ok();
        let token = shown.split("if_unchanged ").nth(1).unwrap();
        let token = token.split_whitespace().next().unwrap();
        let change =
            |name: String| json!({ "events": [{ "id": id, "name": name }], "if_unchanged": token });
        let (one, other) = tokio::join!(
            here.call_tool("save_events", change(format!("Here {round}"))),
            there.call_tool("save_events", change(format!("There {round}"))),
        );
        assert_ne!(one.is_error, other.is_error, "{} {}", one.text, other.text);
        let refused = if one.is_error { &one } else { &other };
        assert!(
            refused.text.starts_with("Nothing was written"),
            "{}",
            refused.text
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn neither_of_two_changes_of_one_event_is_lost() {
    let world = World::start().await;
    let [here, there] = world.replicas.owners();
    save(&here, run("2026-05-08", "c")).await.ok();
    let listed = day(&here, "2026-05-08").await;
    let id = crate::support::table(&listed, "id|").pop().unwrap()["id"].clone();
    let named = json!({ "id": id, "name": "Renamed" });
    let described = json!({ "id": id, "description": "Stay tall." });
    let (one, other) = tokio::join!(save(&here, named), save(&there, described));
    let (one, other) = (one.ok(), other.ok());
    for caller in [&here, &there] {
        let shown = caller
            .call_tool("get_event", json!({ "id": id }))
            .await
            .ok();
        assert!(
            shown.contains("Renamed") && shown.contains("Stay tall."),
            "{shown}"
        );
    }
    // Each can be taken back by itself, at the other replica.
    for (caller, said) in [(&there, one), (&here, other)] {
        let change = said.split("undo_change ").nth(1).unwrap().trim();
        let undone = json!({ "change_id": change });
        caller.call_tool("undo_change", undone).await.ok();
    }
    let shown = here.call_tool("get_event", json!({ "id": id })).await.ok();
    assert!(
        shown.contains("Track") && !shown.contains("Stay tall."),
        "{shown}"
    );
}

#[tokio::test]
async fn without_the_store_nothing_is_written_and_the_model_is_told() {
    let world = World::start().await;
    let [here, there] = world.replicas.owners();
    assert!(!day(&here, "2026-05-09").await.contains("Track"));
    // What the guard asks is answered; the turn to write cannot be taken.
    world.replicas.hub.make_read_only();
    let said = save(&here, run("2026-05-09", "d")).await.error();
    assert!(said.starts_with("Nothing was written"), "{said}");
    assert_eq!(world.writes(), Vec::<String>::new());
    world.replicas.hub.plug_in();
    save(&there, run("2026-05-09", "d")).await.ok();
    assert!(day(&here, "2026-05-09").await.contains("Track"));
}
