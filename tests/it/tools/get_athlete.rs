//! Profile, thresholds, zones.

use serde_json::json;

use crate::support::{Caller, World, altered};

#[tokio::test]
async fn thresholds_and_zones_are_in_absolute_units() {
    let world = World::start().await;
    let text = world.owner().call_tool("get_athlete", json!({})).await.ok();
    let settings = world.raw("/athlete/{id}/sport-settings").await;
    let ride = &settings[0];
    let ftp = ride["ftp"].as_f64().unwrap();
    assert!(text.contains(&format!("FTP {ftp} W")), "{text}");
    // Upper bounds are percent of FTP: the second zone ends at 75 %.
    let second = ride["power_zones"][1].as_f64().unwrap();
    assert!(
        text.contains(&format!("-{:.0} W, Z3", (second / 100.0 * ftp).floor())),
        "{text}"
    );
    let run = settings
        .as_array()
        .unwrap()
        .iter()
        .find(|s| s["types"][0] == "Run")
        .unwrap();
    let seconds = (1000.0 / run["threshold_pace"].as_f64().unwrap()).round();
    assert!(
        text.contains(&format!(
            "threshold pace {}:{:02}/km",
            (seconds / 60.0).floor(),
            seconds % 60.0
        )),
        "{text}"
    );
    let swim = settings
        .as_array()
        .unwrap()
        .iter()
        .find(|s| s["types"][0] == "Swim")
        .unwrap();
    let seconds = (100.0 / swim["threshold_pace"].as_f64().unwrap()).round();
    assert!(
        text.contains(&format!(
            "threshold pace {}:{:02}/100m",
            (seconds / 60.0).floor(),
            seconds % 60.0
        )),
        "{text}"
    );
    assert!(
        text.contains("Europe/Zurich") && text.contains("CaffeineMg \"Caffeine\" mg"),
        "{text}"
    );
    world.assert_well_behaved();
}

#[tokio::test]
async fn nothing_private_is_passed_on() {
    let world = World::start().await;
    let text = world.owner().call_tool("get_athlete", json!({})).await.ok();
    for private in [
        "tannwald.example",
        "invite-token",
        "1986",
        intervals_mcp_server::demo::API_KEY,
        "Rides early",
    ] {
        assert!(!text.contains(private), "{private}: {text}");
    }
}

#[tokio::test]
async fn preferences_that_cannot_be_read_leave_the_numbers_right_in_metric() {
    use intervals_mcp_server::demo::{ATHLETE_ID, Fault, FaultScope};
    let world = World::start().await;
    world.demo.prefer_imperial(true);
    world.demo.faults().set(
        Fault::Status(403, None),
        FaultScope {
            path_contains: Some(format!("/athlete/{ATHLETE_ID}$")),
            times: None,
        },
    );
    let text = world.owner().call_tool("get_athlete", json!({})).await.ok();
    assert!(text.contains("shown in km, kg"), "{text}");
}

#[tokio::test]
async fn custom_fields_are_named_with_their_choices_wherever_they_are_defined() {
    let legs = json!([{ "id": 1, "type": "INPUT_FIELD", "name": "Leg feeling", "content": {
        "code": "Legs", "options": [{ "value": 1.0, "text": "Fresh" }, { "value": 2.0, "text": "Dead" }] } }]);
    let line = "custom wellness fields: Legs \"Leg feeling\" (1 Fresh, 2 Dead)";
    let (in_profile, in_list) = (legs.clone(), legs);
    let alter = |told: serde_json::Value, listed: serde_json::Value| {
        altered(move |path, body| {
            if path.ends_with("/profile") {
                body["customItems"] = told.clone();
            } else if path.ends_with("/custom-item") {
                *body = listed.clone();
            }
        })
    };
    for (told, listed) in [(in_profile, json!([])), (json!([]), in_list)] {
        let (demo, server) = alter(told.clone(), listed).await;
        let text = Caller::owner(&server)
            .call_tool("get_athlete", json!({}))
            .await
            .ok();
        assert!(text.lines().any(|l| l == line), "{text}");
        // The list is long: it is asked for only where the profile tells none.
        let journal = demo.journal();
        let lists = journal
            .iter()
            .filter(|asked| asked.path.ends_with("/custom-item"));
        assert_eq!(lists.count(), usize::from(told == json!([])));
    }
}

#[tokio::test]
async fn form_in_percent_is_among_the_units() {
    for percent in [false, true] {
        let (_demo, server) = altered(move |_, body| {
            if body["icu_form_as_percent"].is_boolean() {
                body["icu_form_as_percent"] = json!(percent);
            }
        })
        .await;
        let text = Caller::owner(&server)
            .call_tool("get_athlete", json!({}))
            .await
            .ok();
        let said = text.contains(" · shown in km, kg, °C, form in percent of fitness\n");
        assert_eq!(said, percent, "{text}");
    }
}

#[tokio::test]
async fn thresholds_beyond_all_measure_break_nothing() {
    let (_demo, server) = altered(|path, body| {
        if path.ends_with("/sport-settings") {
            body[0]["ftp"] = json!(i64::MAX);
        }
    })
    .await;
    let owner = Caller::owner(&server);
    let text = owner.call_tool("get_athlete", json!({})).await.ok();
    assert!(text.contains("sweet spot"), "{text}");
}
