//! Every request is about the athlete that the server was set up for, and about nobody else.

use intervals_mcp_server::demo::ATHLETE_ID;

use super::{every, ids, newest};
use crate::support::World;

#[tokio::test]
async fn every_request_names_the_athlete_or_one_activity() {
    let world = World::start().await;
    let caller = world.owner();
    let own = format!("/api/v1/athlete/{ATHLETE_ID}");
    let mut requests = 0;
    for ask in every(&caller, &ids().await).await {
        let mut asks = vec![ask.clone()];
        asks.extend(ask.within("2025-11-01", "2025-11-20"));
        asks.extend(ask.about(&newest(&world, "Swim").await));
        world.demo.clear_journal();
        for ask in &asks {
            ask.ask(&caller).await.ok();
        }
        for request in world.demo.journal() {
            let is_own = request.path == own || request.path.starts_with(&format!("{own}/"));
            let is_activity = request.path.starts_with("/api/v1/activity/");
            assert!(is_own || is_activity, "{ask:?}: {}", request.path);
            assert!(
                !request.path.contains("/athlete/0"),
                "{ask:?}: {}",
                request.path
            );
            assert!(
                !request.query.contains("athlete"),
                "{ask:?}: {}",
                request.query
            );
            assert_eq!(request.method, "GET", "{ask:?}");
            requests += 1;
        }
    }
    assert!(requests > 20, "{requests}");
    world.assert_well_behaved();
}

#[tokio::test]
async fn nobody_can_name_another_athlete_or_a_key() {
    let world = World::start().await;
    let caller = world.owner();
    for ask in every(&caller, &ids().await).await {
        for parameter in ["athlete_id", "api_key", "athleteId"] {
            let said = ask.with(parameter, "i1").ask(&caller).await;
            let sentence = said.error();
            assert!(sentence.contains(parameter), "{ask:?}: {sentence}");
        }
    }
}
