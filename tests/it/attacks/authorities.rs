//! Whose signature under a certificate is believed.

use serde_json::json;

use super::caller::Caller;
use super::target::{Profile, Target};
use super::upstream::{Says, Upstream};
use crate::configuration::GOOD;
use crate::support::certificates::Authority;
use crate::support::process::{Room, free_port, program};

/// Nothing is in the folder, as in a container that brings no authorities along.
#[tokio::test]
async fn ups_05_a_machine_without_authorities_believes_those_of_the_web_and_no_others() {
    let (room, authority) = (Room::new(), Authority::new());
    let upstream =
        Upstream::behind_tls(authority.certify("localhost", |_| {}), |_| Says::Honest).await;
    let target = Target::with(
        Profile::Keyed,
        &[
            ("INTERVALS_BASE_URL", upstream.base_url.as_str()),
            ("SSL_CERT_DIR", room.0.to_str().unwrap()),
            ("RUST_LOG", "debug"),
        ],
    )
    .await;
    assert!(
        target.log().contains("trusting Mozilla's"),
        "{}",
        target.log()
    );
    let caller = Caller::new(&target, &target.mcp_api_key);
    let refused = caller.call("get_athlete", json!({})).await;
    assert!(refused.error().contains("could not be reached"));
    assert!(upstream.journal().is_empty(), "{:?}", upstream.journal());
    target.finish().await;
}

/// The operator means fewer authorities than the web has: trusting more instead would be the wrong way to go on.
#[test]
fn ups_05_authorities_that_cannot_be_read_are_not_replaced_by_others() {
    let room = Room::new();
    let output = program(&room.0)
        .envs(GOOD)
        .env("PORT", free_port().to_string())
        .env("SSL_CERT_FILE", room.0.join("missing.pem"))
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success());
    assert!(said.contains("SSL_CERT_FILE"), "{said}");
}
