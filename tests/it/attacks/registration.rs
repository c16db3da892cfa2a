//! Registering clients that should not be.

use serde_json::json;

use super::client::{self, register_raw};
use super::owner::Browser;
use super::target::{Profile, Target};

#[tokio::test]
async fn every_profile_lets_the_owner_connect_a_client() {
    for profile in [
        Profile::Default,
        Profile::Keyed,
        Profile::Origins,
        Profile::Local,
    ] {
        let target = Target::with(profile, &[]).await;
        let tokens = client::connected(&target).await;
        assert!(client::is_let_in(&target, &tokens.access_token).await);
        let refreshed = client::refresh(&target, &tokens).await;
        assert_eq!(refreshed.status, 200);
        target.finish().await;
    }
}
