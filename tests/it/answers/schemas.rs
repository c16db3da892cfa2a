//! The public schema of every tool is a committed snapshot: a change of it is a change of the product.
//!
//! `UPDATE_SNAPSHOTS=1 cargo test schemas` writes them anew.

use std::path::PathBuf;

use serde_json::Value;

use crate::support::World;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/it/tools/schemas")
}

#[tokio::test]
async fn every_tool_is_as_its_snapshot_says() {
    let world = World::start().await;
    #[expect(clippy::disallowed_methods, reason = "how snapshots are renewed")]
    let update = std::env::var("UPDATE_SNAPSHOTS").is_ok();
    for tool in world.owner().list_tools().await {
        let name = tool["name"].as_str().unwrap();
        let file = folder().join(format!("{name}.json"));
        if update {
            std::fs::create_dir_all(folder()).unwrap();
            std::fs::write(&file, serde_json::to_string_pretty(&tool).unwrap() + "\n").unwrap();
        }
        let snapshot =
            std::fs::read_to_string(&file).unwrap_or_else(|_| panic!("{name} has no snapshot"));
        let snapshot: Value = serde_json::from_str(&snapshot).unwrap();
        assert_eq!(
            tool, snapshot,
            "{name} has changed; see the head of this file"
        );
    }
}

#[tokio::test]
async fn every_tool_has_a_name_a_title_truthful_annotations_and_a_flat_schema() {
    let world = World::start().await;
    for tool in world.owner().list_tools().await {
        let name = tool["name"].as_str().unwrap();
        assert!(
            (3..=40).contains(&name.len())
                && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'),
            "{name}"
        );
        assert!(!tool["title"].as_str().unwrap().is_empty(), "{name}");
        assert!(tool["description"].as_str().unwrap().len() > 20, "{name}");
        let reading = [
            "get_",
            "list_",
            "analyze_",
            "search_",
            "compare_",
            "validate_",
        ];
        let reads = reading.iter().any(|verb| name.starts_with(verb));
        assert_eq!(tool["annotations"]["readOnlyHint"], reads, "{name}");
        assert_eq!(tool["annotations"]["destructiveHint"], !reads, "{name}");
        let schema = tool["inputSchema"].to_string();
        assert_eq!(tool["inputSchema"]["type"], "object", "{name}");
        for word in [
            "null",
            "$ref",
            "$schema",
            "anyOf",
            "format",
            "api_key",
            "athlete_id",
        ] {
            assert!(!schema.contains(word), "{name} has {word}: {schema}");
        }
    }
}
