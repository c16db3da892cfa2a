//! Shifting and copying events of the calendar.

use std::time::Duration;

use intervals_mcp_server::demo::{Fault, FaultScope};
use serde_json::{Value, json};

use crate::support::{Said, World};

/// Four days of May, where the invented athlete has no plan yet: a run in the morning, a ride, days off, a target.
async fn world() -> World {
    let world = World::start().await;
    let events = json!([
        { "date": "2026-05-05", "time": "07:30", "sport": "Run", "name": "Track", "workout": "4x\n- 5m Z4 Pace\n- 2m Z1 Pace",
          "description": "Stay tall.", "tags": ["key"], "carbs_per_hour": 30, "external_id": "plan-1" },
        { "date": "2026-05-06", "sport": "Ride", "name": "Long", "duration": "3h", "load": 150 },
        { "date": "2026-05-07", "end": "2026-05-09", "category": "holiday", "name": "Lake" },
        { "date": "2026-05-04", "category": "target", "sport": "Run", "load": 300, "for_week": true },
    ]);
    let owner = world.owner();
    owner
        .call_tool("save_events", json!({ "events": events }))
        .await
        .ok();
    world.demo.clear_journal();
    world
}

async fn shift(world: &World, arguments: Value) -> Said {
    world.owner().call_tool("move_events", arguments).await
}

async fn may(world: &World) -> Vec<Value> {
    world.calendar("2026-05-01", "2026-05-31").await
}

#[track_caller]
fn named<'e>(events: &'e [Value], name: &str) -> &'e Value {
    let found = events.iter().find(|event| event["name"] == name);
    found.unwrap_or_else(|| panic!("{name}: {events:?}"))
}

fn differing(one: &Value, other: &Value) -> Vec<String> {
    let one = one.as_object().unwrap();
    let keys = one.keys().filter(|key| one[*key] != other[*key]);
    let keys = keys.filter(|key| !["updated", "icu_ctl", "icu_atl"].contains(&key.as_str()));
    let mut keys: Vec<String> = keys.cloned().collect();
    keys.sort();
    keys
}

#[tokio::test]
async fn an_event_is_on_another_day_and_otherwise_as_it_was() {
    let world = world().await;
    let before = may(&world).await;
    let track = named(&before, "Track");
    let text = shift(&world, json!({ "ids": [track["id"]], "shift_days": 2 }))
        .await
        .ok();
    println!("{text}");
    let after = world.event(&track["id"]).await;
    assert_eq!(
        differing(track, &after),
        ["end_date_local", "start_date_local"]
    );
    assert_eq!(after["start_date_local"], "2026-05-07T07:30:00");
    assert!(
        text.starts_with("Wrote to the calendar: 1 event changed"),
        "{text}"
    );
    assert!(text.contains("Tue 05-05 07:30 → Thu 05-07 07:30"), "{text}");
    assert!(text.contains("undo_change "), "{text}");
    assert_eq!(world.writes(), [format!("PUT /events/{}", track["id"])]);
    world.assert_well_behaved();
}

#[tokio::test]
async fn a_stay_of_days_keeps_its_length() {
    let world = world().await;
    let before = may(&world).await;
    let lake = named(&before, "Lake");
    shift(&world, json!({ "ids": lake["id"], "shift_days": "-3" }))
        .await
        .ok();
    let after = world.event(&lake["id"]).await;
    assert_eq!(after["start_date_local"], "2026-05-04T00:00:00");
    assert_eq!(after["end_date_local"], "2026-05-07T00:00:00");
}

#[tokio::test]
async fn a_window_means_its_workouts_unless_it_says_more_and_leaves_what_is_done() {
    let world = world().await;
    let window = |more: Value| {
        let mut arguments = json!({ "oldest": "2026-05-04", "newest": "2026-05-10", "shift_days": 7, "dry_run": true });
        arguments
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        arguments
    };
    let text = shift(&world, window(json!({}))).await.ok();
    assert!(
        text.starts_with("Dry run, nothing written: 2 to change"),
        "{text}"
    );
    assert!(
        text.contains("Run Track") && text.contains("Ride Long") && !text.contains("Lake:"),
        "{text}"
    );
    let all = json!({ "categories": ["workout", "holiday", "target"] });
    let text = shift(&world, window(all)).await.ok();
    assert!(
        text.starts_with("Dry run, nothing written: 4 to change"),
        "{text}"
    );
    let said = shift(&world, window(json!({ "categories": ["race"] })))
        .await
        .error();
    assert!(
        said.contains("No such event begins from 2026-05-04 to 2026-05-10"),
        "{said}"
    );
    // What was done stays; it can be named.
    let past =
        json!({ "oldest": "2026-03-09", "newest": "2026-03-29", "shift_days": 1, "dry_run": true });
    let text = shift(&world, past).await.ok();
    println!("{text}");
    assert!(text.contains("Done, and not moved: "), "{text}");
    let week = world.calendar("2026-03-09", "2026-03-15").await;
    let done = week
        .iter()
        .find(|event| event["paired_activity_id"].is_string());
    let named = json!({ "ids": [done.unwrap()["id"]], "shift_days": 1, "dry_run": true });
    let text = shift(&world, named).await.ok();
    assert!(
        text.contains("1 event to change") && text.contains("its activity stays"),
        "{text}"
    );
    assert_eq!(world.writes(), Vec::<String>::new());
    world.assert_well_behaved();
}

#[tokio::test]
async fn a_copy_is_a_new_event_and_is_not_made_twice() {
    let world = world().await;
    let before = may(&world).await;
    let copy =
        json!({ "oldest": "2026-05-05", "newest": "2026-05-06", "shift_days": 14, "copy": true });
    let text = shift(&world, copy.clone()).await.ok();
    println!("{text}");
    assert!(
        text.starts_with("Wrote to the calendar: 2 created"),
        "{text}"
    );
    let after = may(&world).await;
    assert_eq!(after.len(), before.len() + 2);
    let track: Vec<&Value> = after
        .iter()
        .filter(|event| event["name"] == "Track")
        .collect();
    let differ = differing(track[0], track[1]);
    assert_eq!(
        differ,
        [
            "end_date_local",
            "external_id",
            "id",
            "start_date_local",
            "uid"
        ]
    );
    assert_eq!(track[1]["start_date_local"], "2026-05-19T07:30:00");
    assert_eq!(track[0], named(&before, "Track"));
    world.demo.clear_journal();
    let again = shift(&world, copy).await.ok();
    assert!(
        again.starts_with("Nothing to write.")
            && again.contains("Not doubled, there already: Tue 05-19"),
        "{again}"
    );
    assert_eq!(world.writes(), Vec::<String>::new());
    // By its id, far from where it stands.
    let far = json!({ "ids": [track[0]["id"]], "shift_days": 200, "copy": true });
    shift(&world, far.clone()).await.ok();
    let again = shift(&world, far).await.ok();
    assert!(again.starts_with("Nothing to write."), "{again}");
    let november = world.calendar("2026-11-21", "2026-11-21").await;
    assert_eq!(november.len(), 1, "{november:?}");
    // A target takes no other's place.
    let target = before
        .iter()
        .find(|event| event["category"] == "TARGET")
        .unwrap();
    let twice = json!({ "ids": [target["id"]], "shift_days": 7, "copy": true });
    shift(&world, twice.clone()).await.ok();
    world.demo.clear_journal();
    shift(&world, twice).await.ok();
    assert_eq!(world.writes(), Vec::<String>::new());
    world.assert_well_behaved();
}

#[tokio::test]
async fn a_move_that_is_sent_again_is_refused_for_ten_minutes() {
    let world = world().await;
    let before = may(&world).await;
    let id = named(&before, "Track")["id"].clone();
    let other = named(&before, "Long")["id"].clone();
    let call = json!({ "ids": [id], "shift_days": 1 });
    shift(&world, call.clone()).await.ok();
    world.demo.clear_journal();
    let said = shift(&world, call.clone()).await.error();
    assert!(
        said.starts_with("Nothing was written: change ") && said.contains("these events by 1 day."),
        "{said}"
    );
    let both = json!({ "ids": [id, other], "shift_days": 1 });
    let said = shift(&world, both.clone()).await.error();
    assert!(
        said.contains(&format!("just moved {id} by"))
            && said.contains(&format!("give the ids {other}.")),
        "{said}"
    );
    assert_eq!(world.writes(), Vec::<String>::new());
    // Another distance is another wish, and so is one that was looked at.
    shift(&world, json!({ "ids": [id], "shift_days": 2 }))
        .await
        .ok();
    let mut wish = json!({ "ids": [id], "shift_days": 2, "dry_run": true });
    let dry = shift(&world, wish.clone()).await.ok();
    let token = dry.split("if_unchanged ").nth(1).unwrap().trim();
    wish["dry_run"] = json!(false);
    wish["if_unchanged"] = json!(token);
    shift(&world, wish).await.ok();
    assert_eq!(
        world.event(&id).await["start_date_local"],
        "2026-05-10T07:30:00"
    );
    world.server.clock.advance(Duration::from_secs(601));
    shift(&world, json!({ "ids": [id], "shift_days": 2 }))
        .await
        .ok();
    assert_eq!(
        world.event(&id).await["start_date_local"],
        "2026-05-12T07:30:00"
    );
}

#[tokio::test]
async fn nothing_is_moved_when_anything_is_wrong() {
    let world = world().await;
    let before = may(&world).await;
    let id = named(&before, "Track")["id"].clone();
    let many: Vec<u32> = (1..=101).collect();
    for (arguments, says) in [
        (json!({ "ids": [id] }), "shift_days"),
        (json!({ "ids": [id], "shift_days": 0 }), "not 0"),
        (json!({ "ids": [id], "shift_days": 367 }), "-366 to 366"),
        (
            json!({ "ids": [id], "shift_days": i32::MIN }),
            "-366 to 366",
        ),
        (json!({ "shift_days": 1 }), "Give ids, or oldest and newest"),
        (
            json!({ "oldest": "2026-05-04", "shift_days": 1 }),
            "both oldest and newest",
        ),
        (
            json!({ "ids": [id], "oldest": "2026-05-04", "newest": "2026-05-05", "shift_days": 1 }),
            "not both",
        ),
        (
            json!({ "ids": [id], "categories": ["workout"], "shift_days": 1 }),
            "ids need none",
        ),
        (json!({ "ids": many, "shift_days": 1 }), "at most 100"),
        (
            json!({ "ids": [id, 999_999], "shift_days": 1 }),
            "no event 999999",
        ),
        (
            json!({ "oldest": "2026-05-04", "newest": "2027-05-20", "shift_days": 1 }),
            "366 days",
        ),
        (
            json!({ "oldest": "2026-05-05", "newest": "2026-05-04", "shift_days": 1 }),
            "after",
        ),
        (
            json!({ "oldest": "2026-05-04", "newest": "2026-05-05", "categories": ["party"], "shift_days": 1 }),
            "workout, race",
        ),
        (
            json!({ "ids": [id], "shift_days": 1, "if_unchanged": "00000000" }),
            "if_unchanged would be",
        ),
    ] {
        let said = shift(&world, arguments.clone()).await.error();
        assert!(said.contains(says), "{arguments}: {said}");
    }
    assert_eq!(world.writes(), Vec::<String>::new());
    assert_eq!(may(&world).await, before);
}

#[tokio::test]
async fn ids_that_do_not_exist_are_not_all_asked_for() {
    let world = world().await;
    let many: Vec<u32> = (1..=100).collect();
    let said = shift(&world, json!({ "ids": many, "shift_days": 1 }))
        .await
        .error();
    assert!(said.contains("no event 1, 2, 3, 4, 5;"), "{said}");
    let asked = world.demo.journal().len();
    assert!(asked < 20, "{asked}");
}

#[tokio::test]
async fn a_move_that_stops_in_the_middle_is_told_and_does_not_move_anything_twice() {
    let world = world().await;
    let before = may(&world).await;
    let long = named(&before, "Long")["id"].clone();
    let track = named(&before, "Track")["id"].clone();
    let scope = |path: String| FaultScope {
        path_contains: Some(path),
        times: Some(1),
    };
    world.demo.faults().set(
        Fault::Status(500, None),
        scope(format!("PUT /events/{long}$")),
    );
    let call = json!({ "oldest": "2026-05-05", "newest": "2026-05-06", "shift_days": 1 });
    let said = shift(&world, call.clone()).await.error();
    println!("{said}");
    assert!(
        said.starts_with("Stopped in the middle: 1 changed, 1 NOT written"),
        "{said}"
    );
    assert!(
        said.contains("NOT written: Wed 05-06 Ride Long") && said.contains("undo_change "),
        "{said}"
    );
    // Sent again it would bring the first a day too far.
    let said = shift(&world, call).await.error();
    assert!(
        said.contains(&format!("just moved {track} by 1 day.")),
        "{said}"
    );
    assert!(said.contains(&format!("give the ids {long}.")), "{said}");
    shift(&world, json!({ "ids": [long], "shift_days": 1 }))
        .await
        .ok();
    let after = may(&world).await;
    assert_eq!(
        named(&after, "Track")["start_date_local"],
        "2026-05-06T07:30:00"
    );
    assert_eq!(
        named(&after, "Long")["start_date_local"],
        "2026-05-07T00:00:00"
    );
    assert_eq!(after.len(), before.len());
}

#[tokio::test]
async fn what_is_done_of_a_window_is_where_it_was() {
    let world = World::start().await;
    let owner = world.owner();
    let session = |date: &str| json!({ "date": date, "sport": "Rowing", "name": "Ergometer", "duration": "30m", "load": 30 });
    let events = json!({ "events": [session("2026-03-18"), session("2026-03-19")] });
    owner.call_tool("save_events", events).await.ok();
    let rows = world.calendar("2026-03-18", "2026-03-19").await;
    let ids: Vec<&Value> = rows
        .iter()
        .filter(|row| row["name"] == "Ergometer")
        .map(|row| &row["id"])
        .collect();
    let done = json!({ "id": ids[0], "activity_id": "new" });
    owner.call_tool("complete_event", done).await.ok();
    let window = json!({ "oldest": "2026-03-18", "newest": "2026-03-19", "shift_days": 3 });
    let text = shift(&world, window).await.ok();
    assert!(text.contains("Done, and not moved: "), "{text}");
    let start = async |id: &Value| world.event(id).await["start_date_local"].clone();
    assert_eq!(start(ids[0]).await, "2026-03-18T00:00:00");
    assert_eq!(start(ids[1]).await, "2026-03-22T00:00:00");
}
