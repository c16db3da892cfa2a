//! What only the conformance suite asks for is in no build that ships.

use serde_json::json;

use super::server;
use crate::support::Caller;

#[tokio::test]
async fn nothing_of_the_conformance_suite_is_listed() {
    let server = server().await;
    let owner = Caller::owner(&server);
    for (method, list, ours) in [
        ("tools/list", "tools", "get_today"),
        ("resources/list", "resources", "intervals://athlete/profile"),
        (
            "resources/templates/list",
            "resourceTemplates",
            "intervals://activity/{id}",
        ),
        ("prompts/list", "prompts", "weekly_review"),
    ] {
        let answer = owner.legacy(method, json!({})).await;
        let mut found = Vec::new();
        for listed in answer.body["result"][list].as_array().unwrap() {
            for key in ["name", "uri", "uriTemplate"] {
                found.extend(listed[key].as_str());
            }
        }
        assert!(found.contains(&ours), "{method}: {found:?}");
        for name in found {
            let of_the_suite = ["test_", "test:", "json_schema_"]
                .iter()
                .any(|prefix| name.starts_with(prefix));
            assert!(!of_the_suite, "{method}: {name}");
        }
    }
}

#[tokio::test]
async fn nothing_of_the_conformance_suite_is_answered() {
    let server = server().await;
    let owner = Caller::owner(&server);
    for (method, params) in [
        ("tools/call", json!({ "name": "test_simple_text" })),
        ("resources/read", json!({ "uri": "test://static-text" })),
        ("prompts/get", json!({ "name": "test_simple_prompt" })),
    ] {
        let answer = owner.modern(method, params).await;
        assert_eq!(answer.body["error"]["code"], -32602, "{method}");
    }
}
