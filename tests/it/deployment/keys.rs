//! The keys that the platforms know, as far as a server like this one can want them. None of the three publishes its schema where a
//! build without the web could get it.

use serde_json::Value;

/// A place in a file, lists left out, and what may stand there.
pub type Keys = &'static [(&'static str, &'static [&'static str])];

/// <https://docs.railway.com/config-as-code/reference>
pub const RAILWAY: Keys = &[
    ("", &["$schema", "build", "deploy", "environments"]),
    (
        "build",
        &[
            "builder",
            "buildCommand",
            "watchPatterns",
            "dockerfilePath",
            "railpackVersion",
        ],
    ),
    (
        "deploy",
        &[
            "startCommand",
            "preDeployCommand",
            "healthcheckPath",
            "healthcheckTimeout",
            "restartPolicyType",
            "restartPolicyMaxRetries",
            "cronSchedule",
            "overlapSeconds",
            "drainingSeconds",
            "numReplicas",
            "sleepApplication",
            "multiRegionConfig",
        ],
    ),
];

/// <https://fly.io/docs/reference/configuration/>, and `internal/appconfig` of flyctl, which reads the file.
pub const FLY: Keys = &[
    (
        "",
        &[
            "app",
            "primary_region",
            "kill_signal",
            "kill_timeout",
            "swap_size_mb",
            "console_command",
            "build",
            "deploy",
            "env",
            "processes",
            "mounts",
            "http_service",
            "services",
            "checks",
            "files",
            "restart",
            "vm",
            "statics",
            "metrics",
        ],
    ),
    (
        "build",
        &[
            "args",
            "image",
            "dockerfile",
            "ignorefile",
            "build-target",
            "builder",
        ],
    ),
    (
        "mounts",
        &[
            "source",
            "destination",
            "initial_size",
            "snapshot_retention",
            "auto_extend_size_threshold",
            "auto_extend_size_increment",
            "auto_extend_size_limit",
            "processes",
        ],
    ),
    (
        "http_service",
        &[
            "processes",
            "internal_port",
            "force_https",
            "auto_stop_machines",
            "auto_start_machines",
            "min_machines_running",
            "concurrency",
            "tls_options",
            "http_options",
            "checks",
        ],
    ),
    (
        "http_service.checks",
        &[
            "grace_period",
            "interval",
            "timeout",
            "method",
            "path",
            "protocol",
            "headers",
            "tls_skip_verify",
            "tls_server_name",
        ],
    ),
    ("restart", &["policy", "retries", "processes"]),
    (
        "vm",
        &[
            "size",
            "memory",
            "memory_mb",
            "cpus",
            "cpu_kind",
            "processes",
        ],
    ),
];

/// <https://render.com/docs/blueprint-spec>
pub const RENDER: Keys = &[
    (
        "",
        &[
            "services",
            "databases",
            "envVarGroups",
            "projects",
            "ungrouped",
            "previews",
        ],
    ),
    (
        "services",
        &[
            "type",
            "name",
            "runtime",
            "plan",
            "region",
            "repo",
            "branch",
            "rootDir",
            "dockerfilePath",
            "dockerContext",
            "dockerCommand",
            "autoDeployTrigger",
            "healthCheckPath",
            "maxShutdownDelaySeconds",
            "numInstances",
            "domains",
            "envVars",
            "disk",
            "buildFilter",
            "previews",
        ],
    ),
    (
        "services.envVars",
        &["key", "value", "generateValue", "sync"],
    ),
    ("services.disk", &["name", "mountPath", "sizeGB"]),
    ("services.buildFilter", &["paths", "ignoredPaths"]),
];

/// Fails on a key that the platform does not know. What is below a place that is not in the table is free.
#[track_caller]
pub fn are_known(file: &Value, keys: Keys) {
    walk(file, "", keys);
}

#[track_caller]
fn walk(value: &Value, place: &str, keys: Keys) {
    match value {
        Value::Array(all) => all.iter().for_each(|one| walk(one, place, keys)),
        Value::Object(members) => {
            let Some((_, known)) = keys.iter().find(|(at, _)| *at == place) else {
                return;
            };
            for (key, inner) in members {
                assert!(known.contains(&key.as_str()), "{place}: nobody knows {key}");
                let below = if place.is_empty() {
                    key.clone()
                } else {
                    format!("{place}.{key}")
                };
                walk(inner, &below, keys);
            }
        }
        _ => {}
    }
}

#[test]
#[should_panic(expected = "services: nobody knows healthCheckInterval")]
fn a_key_that_the_platform_does_not_know_is_found_in_a_list_too() {
    are_known(
        &serde_json::json!({ "services": [{ "type": "web" }, { "healthCheckInterval": 30 }] }),
        RENDER,
    );
}
