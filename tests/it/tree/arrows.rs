//! Who may know whom. The table is the picture of `src/lib.rs` in another form.

use super::source::sources;

/// A module, and the modules of ours that it may import. What is not here may not exist.
const ARROWS: [(&str, &[&str]); 20] = [
    ("main", &["command", "config"]),
    (
        "command",
        &[
            "app",
            "check",
            "clock",
            "config",
            "docs",
            "http",
            "metrics",
            "oauth",
            "public_url",
            "state",
            "telemetry",
            "workout",
        ],
    ),
    ("lib", &[]),
    (
        "app",
        &[
            "clock",
            "config",
            "demo",
            "http",
            "intervals",
            "mcp",
            "oauth",
            "state",
        ],
    ),
    (
        "check",
        &[
            "clock",
            "config",
            "intervals",
            "oauth",
            "public_url",
            "roots",
            "state",
        ],
    ),
    ("docs", &["config", "mcp"]),
    (
        "config",
        &[
            "http",
            "intervals",
            "mcp",
            "oauth",
            "public_url",
            "state",
            "telemetry",
        ],
    ),
    ("http", &["language", "metrics", "public_url"]),
    (
        "oauth",
        &[
            "clock",
            "identity",
            "intervals",
            "language",
            "metrics",
            "public_url",
            "roots",
            "state",
        ],
    ),
    (
        "mcp",
        &[
            "analytics",
            "clock",
            "identity",
            "intervals",
            "metrics",
            "public_url",
            "state",
            "units",
            "workout",
        ],
    ),
    ("state", &["clock", "metrics", "roots"]),
    ("identity", &["intervals"]),
    ("intervals", &["clock", "metrics", "roots"]),
    ("demo", &["clock", "workout"]),
    ("analytics", &["units"]),
    ("units", &[]),
    ("workout", &[]),
    ("public_url", &[]),
    ("language", &[]),
    ("clock", &[]),
];

/// Modules without arrows that are leaves like `clock`.
const LEAVES: [&str; 3] = ["metrics", "roots", "telemetry"];

/// A crate, and the files or folders that may name it.
const CRATES: [(&str, &[&str]); 13] = [
    ("rmcp", &["mcp/"]),
    ("jsonwebtoken", &["oauth/"]),
    (
        "reqwest",
        &[
            "intervals/agent.rs",
            "intervals/transport.rs",
            "check/visitor.rs",
            "oauth/outbound.rs",
        ],
    ),
    ("clap", &["config/", "config.rs", "main.rs"]),
    ("prometheus_client", &["metrics/"]),
    ("dotenvy", &["config/", "config.rs"]),
    ("rusqlite", &["state/sqlite/"]),
    ("rustls_native_certs", &["roots.rs"]),
    ("webpki_root_certs", &["roots.rs"]),
    ("redis", &["state/redis/"]),
    ("rustix", &["check/state.rs"]),
    ("rustls", &["check/visitor.rs", "roots.rs"]),
    ("tracing_subscriber", &["telemetry.rs"]),
];

/// Folders that know nothing of the web framework.
const WITHOUT_AXUM: [&str; 4] = ["intervals/", "analytics/", "units", "workout/"];

#[test]
fn no_module_imports_what_is_above_it() {
    for source in sources() {
        let module = source.module();
        let allowed = ARROWS.iter().find(|(name, _)| *name == module);
        let allowed = match allowed {
            Some((_, allowed)) => *allowed,
            None if LEAVES.contains(&module) => &[][..],
            None => panic!(
                "{} belongs to a module without a row in the table",
                source.path
            ),
        };
        let mut imports = source.imports("crate::");
        imports.extend(source.imports("intervals_mcp_server::"));
        for import in imports {
            assert!(
                import == module || allowed.contains(&import.as_str()),
                "{} imports {import}",
                source.path
            );
        }
    }
}

#[test]
fn a_crate_stays_where_it_is_known() {
    for source in sources() {
        for (name, places) in CRATES {
            let known = places.iter().any(|place| source.path.starts_with(place));
            assert!(known || !source.names(name), "{} names {name}", source.path);
        }
    }
}

#[test]
fn what_is_no_web_server_does_not_know_axum() {
    for source in sources() {
        if WITHOUT_AXUM
            .iter()
            .any(|place| source.path.starts_with(place))
        {
            assert!(!source.names("axum"), "{} names axum", source.path);
        }
    }
}

#[test]
fn only_the_configuration_reads_the_environment() {
    for source in sources() {
        let known = ["config/", "config.rs", "main.rs"]
            .iter()
            .any(|p| source.path.starts_with(p));
        assert!(
            known || !source.code.contains("std::env"),
            "{} names std::env",
            source.path
        );
    }
}

#[test]
fn tools_do_not_import_one_another() {
    for source in sources()
        .iter()
        .filter(|s| s.path.starts_with("mcp/tools/"))
    {
        let others = source.imports("crate::mcp::tools::");
        assert!(others.is_empty(), "{} imports {others:?}", source.path);
    }
}
