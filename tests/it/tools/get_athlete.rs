//! Profile, thresholds, zones.

use serde_json::json;

use crate::support::World;

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
