//! The real binary with a Redis that is right, wrong or away.

use std::io::Read;
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Output, Stdio};
use std::time::{Duration, Instant};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};

use crate::configuration::GOOD;
use crate::support::process::{Room, Running, free_port, program, wait_for};
use crate::support::redis::Redis;

/// Runs a command to its end.
fn run(arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    let room = Room::new();
    program(&room.0)
        .envs(GOOD)
        .env("HOST", "127.0.0.1")
        .env("BASE_URL", "http://127.0.0.1:9")
        .env("INTERVALS_BASE_URL", "http://127.0.0.1:9")
        .envs(variables.iter().copied())
        .args(arguments)
        .output()
        .unwrap()
}

/// The one line with which the server, the demo and the check refuse these variables.
#[track_caller]
fn refusal(variables: &[(&str, &str)]) -> String {
    let mut lines = Vec::new();
    for command in ["serve", "demo"] {
        let port = free_port();
        let number = port.to_string();
        let with_port = [variables, &[("PORT", number.as_str())]].concat();
        let output = run(&[command], &with_port);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(3), "{command}: {said}");
        assert_eq!(said.lines().count(), 1, "{said}");
        assert!(said.starts_with("REDIS_URL: "), "{said}");
        let told = [said.as_bytes(), &output.stdout].concat();
        let told = String::from_utf8(told).unwrap();
        assert!(!told.contains("hunter2"), "{told}");
        assert!(TcpStream::connect(("127.0.0.1", port)).is_err());
        lines.push(said);
    }
    assert_eq!(lines[0], lines[1]);
    let checked = run(&["check"], variables);
    let found = String::from_utf8(checked.stdout).unwrap();
    assert_eq!(checked.status.code(), Some(1), "{found}");
    assert!(found.contains(&format!("problem  {}", lines[0])), "{found}");
    assert!(!found.contains("hunter2"), "{found}");
    lines.remove(0)
}

fn serve(room: &Room, port: u16, variables: &[(&str, &str)]) -> Child {
    let child = program(&room.0)
        .envs(GOOD)
        .env("HOST", "127.0.0.1")
        .env("PORT", port.to_string())
        .envs(variables.iter().copied())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    wait_for(port);
    child
}

/// What the server has said when it has stopped.
fn log_of(mut child: Child) -> String {
    let mut output = child.stdout.take().unwrap();
    let running = Running(child);
    running.tell_to_stop();
    let mut said = String::new();
    output.read_to_string(&mut said).unwrap();
    said
}

#[test]
fn a_redis_that_refuses_ends_the_start_with_code_3_and_no_secret() {
    let Some(redis) = Redis::start() else { return };
    let url = format!("redis://:hunter2@127.0.0.1:{}", redis.port);
    let said = refusal(&[("REDIS_URL", &url)]);
    assert!(said.contains("user name or the password"), "{said}");
}

#[test]
fn a_redis_that_is_right_is_said_in_the_log_and_by_the_check() {
    let Some(redis) = Redis::start() else { return };
    let (url, room) = (redis.url(), Room::new());
    let variables = [("REDIS_URL", url.as_str()), ("DATA_DIR", "data")];
    let said = log_of(serve(&room, free_port(), &variables));
    assert!(said.contains("state is kept in Redis and shared"), "{said}");
    assert!(
        !said.contains("Redis cannot be used") && !said.contains(&url),
        "{said}"
    );
    assert!(!room.0.join("data").exists());
}

/// The port answers, and what Redis has to do with is told once.
#[test]
fn a_server_whose_redis_is_away_starts_and_finds_it_by_itself() {
    let Some(mut redis) = Redis::start() else {
        return;
    };
    let url = redis.url();
    redis.kill();
    let (room, port) = (Room::new(), free_port());
    let child = serve(&room, port, &[("REDIS_URL", &url)]);
    let health = program(&room.0)
        .env("PORT", port.to_string())
        .args(["check", "--health"])
        .output()
        .unwrap();
    assert_eq!(health.status.code(), Some(0));
    std::thread::sleep(Duration::from_millis(1500));
    redis.start_again();
    let started = Instant::now();
    while redis.operate(&["CLIENT", "LIST"]).lines().count() < 2 {
        assert!(started.elapsed() < Duration::from_secs(2), "it never comes");
        std::thread::sleep(Duration::from_millis(20));
    }
    let said = log_of(child);
    assert!(
        said.contains("Redis cannot be used yet: nobody listens there"),
        "{said}"
    );
    assert_eq!(said.matches("Redis cannot be used: ").count(), 1, "{said}");
    assert!(said.contains("Redis can be used again"), "{said}");
    assert!(!said.contains(&redis.port.to_string()), "{said}");
}

/// An authority, the certificate that it gives to `name` and the key, in PEM.
fn authority(name: &str, is_over: bool) -> [String; 3] {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().unwrap();
    let root = params.self_signed(&key).unwrap().pem();
    let issuer = Issuer::new(params, key);
    let mut leaf = CertificateParams::new(vec![name.to_owned()]).unwrap();
    if is_over {
        leaf.not_after = rcgen::date_time_ymd(2020, 1, 1);
    }
    let key = KeyPair::generate().unwrap();
    let certificate = leaf.signed_by(&key, &issuer).unwrap().pem();
    [root, certificate, key.serialize_pem()]
}

/// A Redis with TLS, its URL, and a file with its authority.
fn with_tls(room: &Room, name: &str, is_over: bool) -> Option<(Redis, String, PathBuf)> {
    let [root, certificate, key] = authority(name, is_over);
    let redis = Redis::with_tls(&certificate, &key, room)?;
    let roots = room.0.join(format!("{}.pem", redis.port));
    std::fs::write(&roots, root).unwrap();
    let url = format!("rediss://localhost:{}", redis.port);
    Some((redis, url, roots))
}

#[test]
fn tls_is_used_with_the_authorities_that_the_machine_names_and_no_others() {
    let room = Room::new();
    let Some((_redis, url, roots)) = with_tls(&room, "localhost", false) else {
        return;
    };
    let (port, roots) = (free_port(), roots.to_str().unwrap());
    let variables = [("REDIS_URL", url.as_str()), ("SSL_CERT_FILE", roots)];
    let said = log_of(serve(&room, port, &variables));
    assert!(said.contains("state is kept in Redis"), "{said}");
    assert!(!said.contains("Redis cannot be used"), "{said}");
    let said = refusal(&[("REDIS_URL", &url)]);
    assert!(said.contains("SSL_CERT_FILE"), "{said}");
    for (name, is_over, word) in [
        ("elsewhere.example", false, "for another name"),
        ("localhost", true, "expired"),
    ] {
        let (_redis, url, roots) = with_tls(&room, name, is_over).unwrap();
        let roots = roots.to_str().unwrap();
        let said = refusal(&[("REDIS_URL", &url), ("SSL_CERT_FILE", roots)]);
        assert!(said.contains(word), "{said}");
    }
}
