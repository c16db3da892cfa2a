//! What the shipped files say that no request would show in a reasonable time.

use std::process::Stdio;

use serde_json::Value;

use super::front::{Proxy, certify, installed};
use super::site_files::{self, Ports, shipped};
use crate::support::process::Room;

const PORTS: Ports = Ports {
    https: 8443,
    http: 8080,
    server: 8000,
};

/// The server begins its answer within this, and is never silent for longer.
const LONGEST_SILENCE: u64 = 60;

/// The values of a directive, in seconds.
fn seconds(site: &str, directive: &str) -> Vec<u64> {
    site.lines()
        .filter_map(|line| {
            line.trim()
                .strip_prefix(directive)?
                .trim()
                .strip_suffix("s;")
        })
        .map(|value| value.parse().unwrap())
        .collect()
}

#[test]
fn nginx_waits_longer_than_the_server_takes() {
    let site = shipped("nginx.conf");
    for directive in ["proxy_read_timeout", "proxy_send_timeout"] {
        let values = seconds(&site, directive);
        assert_eq!(values.len(), 1, "{directive}");
        assert!(values[0] > LONGEST_SILENCE, "{directive} {values:?}");
    }
}

/// Every member of this name, however deep.
fn members<'v>(value: &'v Value, wanted: &dyn Fn(&str) -> bool, found: &mut Vec<&'v str>) {
    match value {
        Value::Object(map) => {
            for (name, value) in map {
                if wanted(name) {
                    found.push(name);
                }
                members(value, wanted, found);
            }
        }
        Value::Array(values) => values
            .iter()
            .for_each(|value| members(value, wanted, found)),
        _ => {}
    }
}

#[test]
fn caddy_has_no_time_limit_and_touches_no_answer() {
    if !installed().contains(&Proxy::Caddy) {
        return;
    }
    let room = Room::new();
    let file = room.0.join("Caddyfile");
    std::fs::write(&file, shipped("Caddyfile")).unwrap();
    let mut command = Proxy::Caddy.program();
    let output = command
        .env("BASE_URL", "https://mcp.example.com")
        .args(["adapt", "--validate", "--adapter", "caddyfile", "--config"])
        .arg(&file)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .output()
        .unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{complaint}");
    assert!(!complaint.contains("not formatted"), "{complaint}");
    let config: Value = serde_json::from_slice(&output.stdout).unwrap();
    let mut found = Vec::new();
    let changes = |name: &str| {
        name.contains("timeout")
            || ["flush_interval", "headers", "encodings", "trusted_proxies"].contains(&name)
    };
    members(&config, &changes, &mut found);
    assert_eq!(found, [""; 0], "{config}");
    let handler = &config["apps"]["http"]["servers"]["srv0"]["routes"][0];
    assert_eq!(
        handler["match"],
        serde_json::json!([{ "host": ["mcp.example.com"] }])
    );
}

#[test]
fn nginx_takes_the_site_without_a_warning() {
    if !installed().contains(&Proxy::Nginx) {
        return;
    }
    let room = Room::new();
    certify(&room.0);
    let file = site_files::nginx(&room.0, PORTS);
    let mut command = Proxy::Nginx.program();
    let output = command
        .args(["-t", "-q", "-e", "stderr", "-c"])
        .arg(file)
        .stderr(Stdio::piped())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    // From 1.25.1 on it would rather have `http2 on;`, which those before do not know.
    let others: Vec<_> = said
        .lines()
        .filter(|line| !line.contains("\"listen ... http2\" directive is deprecated"))
        .collect();
    assert_eq!(others, [""; 0]);
}
