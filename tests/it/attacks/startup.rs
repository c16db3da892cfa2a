//! Configurations that would leave a door open, each of which must end before a port is.

use std::collections::BTreeSet;
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::target::random;
use crate::support::process::{Room, free_port, program};

/// Long enough for a loaded machine; a server that started would not end at all.
const ENDS_WITHIN: Duration = Duration::from_secs(20);

struct End {
    code: Option<i32>,
    said: String,
    port_was_open: bool,
}

fn start(changes: &[(&str, &str)], arguments: &[&str]) -> End {
    let room = Room::new();
    let port = free_port();
    let mut command: Command = program(&room.0);
    command
        .env("ATHLETE_ID", "i424242")
        .env("API_KEY", random(16))
        .env("JWT_SECRET_KEY", random(36))
        .env("BASE_URL", "https://mcp.test")
        .env("HOST", "127.0.0.1")
        .env("PORT", port.to_string())
        .args(arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    for (name, value) in changes {
        match *value {
            ABSENT => command.env_remove(name),
            value => command.env(name, value),
        };
    }
    let mut child = command.spawn().unwrap();
    let started = Instant::now();
    let mut port_was_open = false;
    let ended = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break Some(status);
        }
        port_was_open |= TcpStream::connect(("127.0.0.1", port)).is_ok();
        if port_was_open || started.elapsed() > ENDS_WITHIN {
            let _ = child.kill();
            break None;
        }
        std::thread::sleep(Duration::from_millis(2));
    };
    let output = child.wait_with_output().unwrap();
    End {
        code: ended.and_then(|status| status.code()),
        said: String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned(),
        port_was_open,
    }
}

/// In place of a value: the variable is not set.
const ABSENT: &str = "\u{0}absent";

#[track_caller]
fn refuses(name: &str, value: &str) {
    let end = start(&[(name, value)], &[]);
    let shown = if value == ABSENT { "absent" } else { value };
    assert_eq!(end.code, Some(2), "{name}={shown}: {}", end.said);
    assert!(!end.port_was_open, "{name}={shown}");
    let lines: Vec<&str> = end.said.lines().collect();
    assert_eq!(lines.len(), 1, "{name}={shown}: {}", end.said);
    let rule = lines[0].strip_prefix(&format!("{name}: "));
    assert!(rule.is_some_and(|rule| rule.len() > 20), "{}", end.said);
    let (wrong, _) = lines[0].split_once("; right would be").unwrap();
    assert!(value.len() < 4 || !wrong.contains(value), "{}", end.said);
}

#[test]
fn ops_01_a_signing_secret_that_others_know_or_guess_does_not_start() {
    for value in [
        ABSENT,
        "",
        "   ",
        &random(36)[..31],
        "your_jwt_secret_key_minimum_32_chars_long",
        "Your_JWT_Secret_Key_Minimum_32_Chars_Long",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "abababababababababababababababababab",
        "0123456789abcdef0123456789abcdef",
        "12345678901234567890123456789012",
        "changeme-changeme-changeme-change",
        "<output of openssl rand -base64 48>",
        &format!("{}\n", "x".repeat(10)),
        &random(36)[..31].replace('-', "é")[..],
    ] {
        refuses("JWT_SECRET_KEY", value);
    }
    for value in ["short", "your_jwt_secret_key_minimum_32_chars_long"] {
        refuses("JWT_SECRET_KEY_PREVIOUS", value);
    }
}

#[test]
fn ops_01_one_secret_for_two_purposes_does_not_start() {
    let same = random(36);
    for (one, two) in [
        ("API_KEY", "JWT_SECRET_KEY"),
        ("JWT_SECRET_KEY", "MCP_API_KEY"),
        ("API_KEY", "MCP_API_KEY"),
        ("OWNER_PASSWORD", "MCP_API_KEY"),
        ("JWT_SECRET_KEY", "OWNER_PASSWORD"),
        ("API_KEY", "OWNER_PASSWORD"),
        ("JWT_SECRET_KEY", "JWT_SECRET_KEY_PREVIOUS"),
    ] {
        let end = start(&[(one, &same), (two, &same)], &[]);
        assert_eq!(end.code, Some(2), "{one} = {two}: {}", end.said);
        assert!(
            end.said.contains(one) && end.said.contains(two),
            "{}",
            end.said
        );
        assert!(!end.said.contains(&same) && !end.port_was_open);
    }
}

#[test]
fn ops_01_credentials_that_are_samples_or_too_short_do_not_start() {
    for value in [ABSENT, "", "your_intervals_api_key_here", "your-api-key"] {
        refuses("API_KEY", value);
    }
    for value in [
        "secret",
        &random(36)[..23],
        "optional_fallback_api_key",
        "your_secure_mcp_api_key_here",
    ] {
        refuses("MCP_API_KEY", value);
    }
    for value in ["elevenchars", "password", "your-owner-password"] {
        refuses("OWNER_PASSWORD", value);
    }
}

#[test]
fn ops_01_an_address_that_is_not_ours_alone_does_not_start() {
    for value in [
        ABSENT,
        "mcp.test",
        "http://mcp.test",
        "http://10.0.0.1",
        "http://localhost.evil.test",
        "https://mcp.test/mcp",
        "https://mcp.test/?x=1",
        "https://mcp.test/#x",
        "https://user:word@mcp.test",
        "ftp://mcp.test",
        "https://",
        "javascript:alert(1)",
    ] {
        refuses("BASE_URL", value);
    }
    for value in [
        "claude.ai",
        "https://claude.ai/x",
        "*,https://claude.ai",
        "null",
        "https://*.claude.ai/",
    ] {
        if value != "https://*.claude.ai/" {
            refuses("ALLOWED_ORIGINS", value);
        }
    }
    for value in ["0", "abc", "70000", "-1", "80 80"] {
        refuses("PORT", value);
    }
    for value in [ABSENT, "../x", "i12 3", "i", "0x1", "i1/../2", "\u{ff11}"] {
        refuses("ATHLETE_ID", value);
    }
    for value in [
        "http://intervals.icu",
        "http://127.0.0.1.evil.test",
        "http://localhost.evil.test",
        "http://10.0.0.1",
        "https://user:word@intervals.icu",
        "https://intervals.icu/api",
        "file:///etc/passwd",
    ] {
        refuses("INTERVALS_BASE_URL", value);
    }
}

/// The documentation is read by everybody, so that none of its values is a secret.
#[test]
fn ops_01_no_sample_of_our_own_documentation_is_taken_for_a_secret() {
    let secrets = [
        ("API_KEY", 1),
        ("JWT_SECRET_KEY", 32),
        ("MCP_API_KEY", 24),
        ("OWNER_PASSWORD", 12),
    ];
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut tried = BTreeSet::new();
    for file in [
        ".env.example",
        "README.md",
        "DEPLOY.md",
        "docker/DEPLOY.ja.md",
    ] {
        let text = std::fs::read_to_string(root.join(file)).unwrap();
        for (name, least) in secrets {
            for (at, _) in text.match_indices(&format!("{name}=")) {
                let before = text[..at].chars().next_back();
                if before.is_some_and(|c| c.is_alphanumeric() || c == '_') {
                    continue;
                }
                let rest = &text[at + name.len() + 1..];
                let value: String = match rest.chars().next() {
                    Some(quote @ ('"' | '\'')) => {
                        rest[1..].chars().take_while(|c| *c != quote).collect()
                    }
                    _ => rest
                        .chars()
                        .take_while(|c| !c.is_whitespace() && !matches!(c, '`' | '"' | '\\'))
                        .collect(),
                };
                // A command that draws one is no value.
                if !value.is_empty() && !value.starts_with('$') && value.chars().count() >= least {
                    tried.insert((name, value));
                }
            }
        }
    }
    assert!(tried.len() >= 2, "{tried:?}");
    for (name, value) in tried {
        refuses(name, &value);
    }
}

#[test]
fn ops_01_a_wrong_value_is_as_wrong_on_the_command_line() {
    let port = "70000";
    for (flag, value, name) in [
        (
            "--jwt-secret-key",
            "your_jwt_secret_key_minimum_32_chars_long",
            "JWT_SECRET_KEY",
        ),
        ("--base-url", "http://mcp.test", "BASE_URL"),
        ("--port", port, "PORT"),
    ] {
        let end = start(&[], &[flag, value]);
        assert_eq!(end.code, Some(2), "{flag}: {}", end.said);
        assert!(
            end.said.starts_with(name) && !end.port_was_open,
            "{}",
            end.said
        );
    }
}

#[test]
fn ops_01_a_trailing_slash_and_a_loopback_address_do_start() {
    for url in [
        "https://mcp.test/",
        "http://127.0.0.1:8000",
        "http://[::1]:8000/",
        "http://localhost",
    ] {
        let end = start(&[("BASE_URL", url)], &[]);
        assert!(end.port_was_open, "{url}: {}", end.said);
    }
}
