//! railway.json, docker/fly.toml and docker/render.yaml.

use std::path::Path;

use intervals_mcp_server::config::variables::{self, Variable};
use intervals_mcp_server::http::Limits;
use serde_json::Value;

use super::keys::{self, are_known};
use super::read;
use crate::support::{Server, ServerOptions};

fn railway() -> Value {
    serde_json::from_str(&read("railway.json")).unwrap()
}

fn fly() -> Value {
    toml::from_str(&read("docker/fly.toml")).unwrap()
}

fn render() -> Value {
    serde_saphyr::from_str(&read("docker/render.yaml")).unwrap()
}

fn variable(name: &str) -> &'static Variable {
    variables::ALL
        .iter()
        .find(|variable| variable.name == name)
        .unwrap_or_else(|| panic!("there is no variable {name}"))
}

/// Seconds, of `15s`.
fn seconds(text: &Value) -> u64 {
    let text = text.as_str().unwrap();
    text.strip_suffix('s').unwrap().parse().unwrap()
}

#[test]
fn every_key_is_one_that_the_platform_knows() {
    are_known(&railway(), keys::RAILWAY);
    are_known(&fly(), keys::FLY);
    are_known(&render(), keys::RENDER);
}

#[test]
fn what_is_chosen_from_a_list_is_on_it() {
    let railway = railway();
    assert_eq!(railway["build"]["builder"], "DOCKERFILE");
    let policy = &railway["deploy"]["restartPolicyType"];
    assert!(["ON_FAILURE", "ALWAYS", "NEVER"].contains(&policy.as_str().unwrap()));
    // Railway's parser refuses these as text, which its documentation shows.
    for number in [
        "healthcheckTimeout",
        "restartPolicyMaxRetries",
        "overlapSeconds",
        "drainingSeconds",
    ] {
        assert!(railway["deploy"][number].is_u64(), "{number}");
    }
    let fly = fly();
    let policy = fly["restart"][0]["policy"].as_str().unwrap();
    assert!(["always", "never", "on-failure"].contains(&policy));
    let stop = fly["http_service"]["auto_stop_machines"].as_str().unwrap();
    assert!(["off", "stop", "suspend"].contains(&stop));
    let service = &render()["services"][0];
    assert_eq!(
        (&service["type"], &service["runtime"]),
        (&"web".into(), &"docker".into())
    );
    assert!(["free", "starter", "standard", "pro"].contains(&service["plan"].as_str().unwrap()));
}

#[test]
fn the_dockerfile_is_where_each_platform_looks_for_it() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let railway = railway();
    let dockerfile = railway["build"]["dockerfilePath"].as_str().unwrap();
    assert!(root.join(dockerfile).is_file());
    // flyctl looks beside its file, Render from the root.
    let dockerfile = fly()["build"]["dockerfile"].as_str().unwrap().to_owned();
    assert!(root.join("docker").join(dockerfile).is_file());
    let service = &render()["services"][0];
    assert!(
        root.join(service["dockerfilePath"].as_str().unwrap())
            .is_file()
    );
    assert_eq!(service["dockerContext"], ".");
}

/// A change of what the image is made of has to be deployed.
#[test]
fn a_change_of_anything_that_is_built_is_deployed() {
    let railway = railway();
    let render = render();
    for watched in [
        &railway["build"]["watchPatterns"],
        &render["services"][0]["buildFilter"]["paths"],
    ] {
        let watched: Vec<&str> = watched
            .as_array()
            .unwrap()
            .iter()
            .filter_map(Value::as_str)
            .collect();
        for line in read(".dockerignore").lines() {
            let Some(path) = line.strip_prefix('!') else {
                continue;
            };
            let folder = format!("{path}/**");
            assert!(
                watched.contains(&path) || watched.contains(&folder.as_str()),
                "{path}: {watched:?}"
            );
        }
        assert!(watched.contains(&"docker/Dockerfile"));
    }
}

#[test]
fn only_variables_that_exist_are_set_and_no_secret_has_a_value() {
    for (name, value) in fly()["env"].as_object().unwrap() {
        assert!(value.is_string(), "{name}: flyctl wants text");
        assert!(!variable(name).secret, "{name}");
    }
    for entry in render()["services"][0]["envVars"].as_array().unwrap() {
        let variable = variable(entry["key"].as_str().unwrap());
        let ways = ["value", "generateValue", "sync"].map(|way| entry.get(way).is_some());
        assert_eq!(ways.into_iter().filter(|way| *way).count(), 1, "{entry}");
        assert!(!variable.secret || entry.get("value").is_none(), "{entry}");
        assert!(
            entry.get("sync").is_none_or(|sync| sync == false),
            "{entry}"
        );
        let drawn = entry.get("generateValue").is_some();
        assert!(!drawn || variable.name == "JWT_SECRET_KEY", "{entry}");
    }
}

/// `NAME=` in a comment is a command that people copy.
#[test]
fn what_comments_tell_to_set_exists_and_nothing_required_is_left_out() {
    let fly = read("docker/fly.toml");
    let set: Vec<&str> = fly
        .split(|c: char| !(c.is_ascii_uppercase() || c == '_' || c == '='))
        .filter_map(|word| word.strip_suffix('='))
        .filter(|word| word.len() > 1)
        .collect();
    assert!(set.iter().all(|name| variable(name).name == *name));
    let render = render();
    let asked: Vec<&str> = render["services"][0]["envVars"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|entry| entry["key"].as_str())
        .collect();
    for required in variables::ALL.iter().filter(|variable| variable.required) {
        let name = required.name;
        // The platforms tell their address themselves.
        let told = name == "BASE_URL";
        assert!(
            told || asked.contains(&name),
            "Render does not ask for {name}"
        );
        assert!(told || set.contains(&name), "fly.toml does not name {name}");
    }
}

#[test]
fn the_port_is_the_same_everywhere() {
    let fly = fly();
    let port = fly["env"]["PORT"].as_str().unwrap();
    assert_eq!(Some(port), variables::PORT.default);
    assert_eq!(fly["http_service"]["internal_port"].to_string(), port);
}

#[test]
fn state_is_kept_on_a_disk_exactly_where_there_is_one() {
    let fly = fly();
    assert_eq!(fly["env"]["DATA_DIR"], fly["mounts"][0]["destination"]);
    let render = render();
    let service = &render["services"][0];
    let entries = service["envVars"].as_array().unwrap();
    let kept = entries
        .iter()
        .find(|entry| entry["key"] == "DATA_DIR")
        .unwrap();
    let disk = service
        .get("disk")
        .map_or("", |disk| disk["mountPath"].as_str().unwrap());
    assert_eq!(kept["value"], disk);
    assert!(
        disk.is_empty() || service["plan"] != "free",
        "a free service has no disk"
    );
}

#[test]
fn whoever_stops_the_server_waits_for_as_long_as_it_lets_calls_finish() {
    let drain = Limits::default().drain.as_secs();
    assert!(railway()["deploy"]["drainingSeconds"].as_u64().unwrap() > drain);
    assert!(seconds(&fly()["kill_timeout"]) > drain);
    assert_eq!(fly()["kill_signal"], "SIGTERM");
    // Render's own limit, unless the file says another.
    let render = render();
    let patience = &render["services"][0]["maxShutdownDelaySeconds"];
    assert!(patience.as_u64().unwrap_or(30) > drain);
}

#[tokio::test]
async fn every_health_check_gets_200_by_whatever_name_it_calls() {
    let server = Server::with(ServerOptions {
        public_url: Some("https://mcp.test".to_owned()),
        ..ServerOptions::default()
    })
    .await;
    let (railway, fly, render) = (railway(), fly(), render());
    for (path, host) in [
        (
            &railway["deploy"]["healthcheckPath"],
            "healthcheck.railway.app",
        ),
        (&fly["http_service"]["checks"][0]["path"], "172.19.5.2:8000"),
        (
            &render["services"][0]["healthCheckPath"],
            "10.214.3.7:10000",
        ),
    ] {
        let url = format!("{}{}", server.address, path.as_str().unwrap());
        let answer = server
            .http
            .get(url)
            .header("host", host)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 200, "{host}");
    }
}
