//! What random sequences found, each as short as it gets.

use intervals_mcp_server::demo::Fault;
use serde_json::{Value, json};

use super::claims;
use super::model::{Event, State, differences};
use super::rig::Rig;
use super::steps::Trouble;

async fn begun() -> (Rig, State) {
    let rig = Rig::start().await;
    rig.raw("GET", "/events", None).await;
    let state = now(&rig).await;
    (rig, state)
}

async fn now(rig: &Rig) -> State {
    rig.state(20, 60).await.unwrap()
}

async fn save(rig: &Rig, event: Value) -> String {
    let given = json!({ "events": [event] });
    rig.call("save_events", &given, &Trouble::None).await.ok()
}

async fn undone(rig: &Rig, text: &str) -> String {
    let id = claims::change_id(text).unwrap_or_else(|| panic!("{text}"));
    let given = json!({ "change_id": id });
    rig.call("undo_change", &given, &Trouble::None).await.ok()
}

async fn named(rig: &Rig, name: &str) -> Vec<Event> {
    let state = now(rig).await;
    let all = state.calendar.into_values();
    all.filter(|event| event.text("name") == name).collect()
}

/// The write is carried out, and neither its answer nor the calendar can be read.
fn in_the_dark() -> Trouble {
    Trouble::Both(Fault::TruncatedJson, Fault::Html(403))
}

#[tokio::test]
async fn what_was_written_in_the_dark_can_be_taken_back() {
    let (rig, before) = begun().await;
    let event = json!({ "date": "2026-03-24", "sport": "Run", "name": "Dark", "load": 30 });
    let call = json!({ "events": [event] });
    let text = rig.call("save_events", &call, &in_the_dark()).await.error();
    assert!(
        text.contains("Not known whether written: Tue 03-24 Run Dark"),
        "{text}"
    );
    assert_eq!(named(&rig, "Dark").await.len(), 1);
    undone(&rig, &text).await;
    assert_eq!(differences(&before, &now(&rig).await), Vec::<String>::new());
}

#[tokio::test]
async fn what_somebody_else_did_to_an_event_that_was_changed_in_the_dark_stays() {
    let (rig, _) = begun().await;
    save(
        &rig,
        json!({ "date": "2026-03-24", "sport": "Run", "name": "Light", "load": 30 }),
    )
    .await;
    let id = named(&rig, "Light").await[0].id;
    let call = json!({ "events": [{ "id": id, "load": 60 }] });
    let text = rig.call("save_events", &call, &in_the_dark()).await.error();
    let color = json!({ "color": "red" });
    rig.raw("PUT", &format!("/events/{id}"), Some(&color)).await;
    undone(&rig, &text).await;
    let event = named(&rig, "Light").await.remove(0);
    assert_eq!(event.members["icu_training_load"], 30.0);
    assert_eq!(event.text("color"), "red");
}

#[tokio::test]
async fn an_external_id_stands_once_in_a_call() {
    let (rig, before) = begun().await;
    let event = |name: &str| json!({ "date": "2026-03-24", "sport": "Run", "name": name, "load": 30, "external_id": "a" });
    let call = json!({ "events": [event("One"), event("Two")] });
    let text = rig.call("save_events", &call, &Trouble::None).await.error();
    assert!(
        text.contains("the same external_id stands twice in events"),
        "{text}"
    );
    assert_eq!(differences(&before, &now(&rig).await), Vec::<String>::new());
}

#[tokio::test]
async fn a_target_with_an_external_id_does_not_replace_the_one_of_its_day() {
    let (rig, _) = begun().await;
    let target = |name: &str| json!({ "date": "2026-03-24", "category": "target", "sport": "Run", "name": name, "load": 200 });
    save(&rig, target("First")).await;
    let mut second = target("Second");
    second["external_id"] = json!("b");
    let text = save(&rig, second).await;
    assert!(text.contains("Not doubled"), "{text}");
    assert_eq!(named(&rig, "First").await.len(), 1);
}

/// 0 stands for what had no value; that is no change by somebody else.
#[tokio::test]
async fn an_event_goes_when_its_creation_is_taken_back_after_what_was_changed_of_it() {
    let (rig, before) = begun().await;
    let made = save(
        &rig,
        json!({ "date": "2026-03-24", "sport": "Run", "name": "Fed", "load": 30 }),
    )
    .await;
    let id = named(&rig, "Fed").await[0].id;
    let fed = save(&rig, json!({ "id": id, "carbs_per_hour": 60 })).await;
    let text = undone(&rig, &fed).await;
    assert!(text.contains("0 stands for that"), "{text}");
    undone(&rig, &made).await;
    assert_eq!(differences(&before, &now(&rig).await), Vec::<String>::new());
}
