//! Reading a configuration, as a function of its sources.

use std::time::Duration;

use intervals_mcp_server::config::command_line::{self, Action};
use intervals_mcp_server::config::environment::parse_dotenv;
use intervals_mcp_server::config::{Config, Sources, Values, variables};
use intervals_mcp_server::http::AllowedOrigins;
use intervals_mcp_server::oauth::OwnerSecret;
use intervals_mcp_server::oauth::outbound::Names;
use intervals_mcp_server::state::Settings;
use intervals_mcp_server::telemetry::Format;
use secrecy::ExposeSecret;

use super::GOOD;

fn values(pairs: &[(&str, &str)]) -> Values {
    pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

/// The good configuration with `changes` in its environment; an empty value unsets.
fn sources(changes: &[(&str, &str)]) -> Sources {
    let mut environment = values(&GOOD);
    environment.extend(values(changes));
    Sources {
        environment,
        ..Sources::default()
    }
}

#[track_caller]
fn load(changes: &[(&str, &str)]) -> Config {
    match Config::load(&sources(changes)) {
        Ok(config) => config,
        Err(problems) => panic!("{changes:?}: {problems:?}"),
    }
}

/// The names of the variables that have a problem.
#[track_caller]
fn refused(changes: &[(&str, &str)]) -> Vec<String> {
    match Config::load(&sources(changes)) {
        Ok(_) => panic!("{changes:?} starts"),
        Err(problems) => problems.into_iter().map(|p| p.variable).collect(),
    }
}

#[test]
fn four_variables_are_enough_and_the_rest_has_its_defaults() {
    let config = load(&[]);
    assert_eq!(config.listen.to_string(), "0.0.0.0:8000");
    assert_eq!(config.http.public_url.origin(), "https://mcp.example.com");
    assert_eq!(config.http.allowed_origins, AllowedOrigins::Any);
    assert!(matches!(config.oauth.owner_secret, OwnerSecret::ApiKey(_)));
    assert!(config.oauth.mcp_api_key.is_none());
    assert!(config.oauth.previous_signing_secret.is_none());
    assert_eq!(config.oauth.access_token_ttl, Duration::from_secs(3_600));
    assert_eq!(
        config.oauth.refresh_token_ttl,
        Duration::from_secs(90 * 86_400)
    );
    assert!(config.oauth.tokens_not_before.is_none());
    assert_eq!(config.oauth.trusted_proxy_hops, 0);
    // The public internet and nothing else; there is no variable for it.
    let outbound = &config.oauth.outbound;
    assert!(matches!(outbound.names, Names::System));
    assert!(outbound.trusted.is_empty() && outbound.roots.is_empty());
    assert_eq!(outbound.deadline, Duration::from_secs(5));
    assert!(!config.mcp.read_only);
    assert!(!config.mcp.strict_protocol_headers);
    assert_eq!(config.intervals.base_url.as_str(), "https://intervals.icu/");
    assert_eq!(config.intervals.rate.map(u32::from), Some(8));
    assert_eq!(config.telemetry.format, Format::Text);
    assert!(config.telemetry.filter.ends_with(",info"));
    assert!(config.telemetry.directory.is_none());
    assert_eq!(config.state, Settings::Memory);
}

#[test]
fn every_variable_is_taken_when_it_is_right() {
    let config = load(&[
        ("ATHLETE_ID", "987"),
        ("BASE_URL", "http://localhost:9000/"),
        ("PORT", "9000"),
        ("HOST", "::1"),
        ("OWNER_PASSWORD", "four words of mine"),
        ("MCP_API_KEY", "w7Q2m9Zx4Kf1Lb8Tn5Rc3Vd6"),
        (
            "ALLOWED_ORIGINS",
            "https://claude.ai, https://CHATGPT.com/ ,http://localhost:6274",
        ),
        ("TRUST_PROXY", "2"),
        ("TOOLSETS", "all"),
        ("READ_ONLY", "yes"),
        ("ACCESS_TOKEN_TTL", "30m"),
        ("REFRESH_TOKEN_TTL", "12h"),
        ("TOKENS_NOT_BEFORE", "2026-03-01T00:00:00+01:00"),
        (
            "JWT_SECRET_KEY_PREVIOUS",
            "Zp4Xc7Vb1Nm9As2Df6Gh3Jk8Ql5We0RtYuIo",
        ),
        ("DATA_DIR", "/srv/state"),
        ("LOG_FORMAT", "json"),
        ("RUST_LOG", "warn,intervals_mcp_server=debug"),
        ("LOG_DIR", "/tmp/logs"),
        ("INTERVALS_BASE_URL", "http://127.0.0.1:8001"),
        ("INTERVALS_RATE", "3"),
        ("STRICT_PROTOCOL_HEADERS", "true"),
    ]);
    assert_eq!(config.listen.to_string(), "[::1]:9000");
    assert_eq!(config.http.public_url.origin(), "http://localhost:9000");
    assert_eq!(
        config.http.allowed_origins,
        AllowedOrigins::Listed(vec![
            "https://claude.ai".to_owned(),
            "https://chatgpt.com".to_owned(),
            "http://localhost:6274".to_owned()
        ])
    );
    assert!(matches!(&config.oauth.owner_secret,
        OwnerSecret::Password(password) if password.expose_secret() == "four words of mine"));
    assert!(config.oauth.mcp_api_key.is_some());
    assert!(config.oauth.previous_signing_secret.is_some());
    assert_eq!(config.oauth.access_token_ttl, Duration::from_secs(1_800));
    assert_eq!(config.oauth.refresh_token_ttl, Duration::from_secs(43_200));
    assert_eq!(
        config.oauth.tokens_not_before.unwrap().to_string(),
        "2026-02-28T23:00:00Z"
    );
    assert_eq!(config.oauth.trusted_proxy_hops, 2);
    assert!(config.mcp.read_only && config.mcp.strict_protocol_headers);
    assert_eq!(config.intervals.rate.map(u32::from), Some(3));
    assert_eq!(config.telemetry.format, Format::Json);
    assert_eq!(
        config.telemetry.directory.unwrap().to_str(),
        Some("/tmp/logs")
    );
    assert_eq!(config.state, sqlite("/srv/state"));
}

#[test]
fn every_wrong_value_is_refused_under_its_own_name() {
    for (name, wrong) in [
        (
            "ATHLETE_ID",
            vec!["../x", "i12 3", "i", "x1", "i123456789012345678901"],
        ),
        (
            "API_KEY",
            vec!["your_intervals_api_key_here", "your-api-key", "changeme"],
        ),
        (
            "JWT_SECRET_KEY",
            vec![
                "q8V0l2yB1u7dXz9fJm3Rk5TnWc6EhPs",
                "your_jwt_secret_key_minimum_32_chars_long",
                "YOUR_JWT_SECRET_KEY_MINIMUM_32_CHARS_LONG",
                "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                "0123456789abcdef0123456789abcdef",
                "abcdefghijklmnopqrstuvwxyz0123456789",
                "please-change-me-to-something-random-1",
            ],
        ),
        (
            "BASE_URL",
            vec![
                "mcp.example.com",
                "http://mcp.example.com",
                "https://mcp.example.com/mcp",
                "https://user:pw@mcp.example.com",
                "https://mcp.example.com?x",
                "https://mcp.example.com/#x",
            ],
        ),
        ("PORT", vec!["0", "abc", "70000", "-1"]),
        ("HOST", vec!["example.com", "1.2.3"]),
        (
            "OWNER_PASSWORD",
            vec!["elevenchars", "your-owner-password", "changeme-changeme-x"],
        ),
        (
            "MCP_API_KEY",
            vec![
                "w7Q2m9Zx4Kf1Lb8Tn5Rc3Vd",
                "optional_fallback_api_key",
                "xxxxxxxxxxxxxxxxxxxxxxxx",
            ],
        ),
        (
            "ALLOWED_ORIGINS",
            vec![
                "claude.ai",
                "*,https://claude.ai",
                "null",
                "https://claude.ai/x",
                "ftp://x.test",
                ",",
            ],
        ),
        ("TRUST_PROXY", vec!["yes", "-1", "99"]),
        ("TOOLSETS", vec!["cor", "core,gear", ","]),
        ("READ_ONLY", vec!["maybe"]),
        (
            "ACCESS_TOKEN_TTL",
            vec!["1", "h", "0s", "25h", "1.5h", "1w", "99999999999999999999d"],
        ),
        ("REFRESH_TOKEN_TTL", vec!["366d", "0d"]),
        (
            "TOKENS_NOT_BEFORE",
            vec!["yesterday", "2026-03-01", "2026-03-01T00:00:00"],
        ),
        ("JWT_SECRET_KEY_PREVIOUS", vec!["short"]),
        ("LOG_FORMAT", vec!["xml"]),
        ("RUST_LOG", vec!["info,=,="]),
        (
            "INTERVALS_BASE_URL",
            vec![
                "http://intervals.icu",
                "intervals.icu",
                "https://intervals.icu/api",
            ],
        ),
        ("INTERVALS_RATE", vec!["-1", "fast", "8.5"]),
        ("STRICT_PROTOCOL_HEADERS", vec!["strict"]),
    ] {
        for value in wrong {
            assert_eq!(refused(&[(name, value)]), [name], "{name}={value}");
        }
    }
}

#[test]
fn all_problems_are_told_at_once_and_no_value_is_repeated() {
    let secret = "hunter2-hunter3-4";
    let wrong = [
        ("ATHLETE_ID", "i12 secret"),
        ("API_KEY", ""),
        ("JWT_SECRET_KEY", secret),
        ("BASE_URL", "http://user:pa55word@mcp.example.com"),
        ("PORT", "port-of-secrets"),
        ("MCP_API_KEY", "hunter4-hunter5"),
    ];
    let problems = Config::load(&sources(&wrong)).err().unwrap();
    let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(lines.len(), wrong.len(), "{lines:?}");
    for (name, value) in wrong {
        let line = lines
            .iter()
            .find(|line| line.starts_with(&format!("{name}: ")))
            .unwrap();
        let variable = variables::ALL.iter().find(|v| v.name == name).unwrap();
        assert!(line.contains(variable.example), "{line}");
        assert!(!line.contains('\n'));
        assert!(
            value.is_empty() || !lines.concat().contains(value),
            "{line}"
        );
    }
    assert!(!lines.concat().contains("pa55word"));
}

#[test]
fn a_required_variable_that_is_missing_or_blank_is_a_problem() {
    for (name, _) in GOOD {
        assert_eq!(refused(&[(name, "")]), [name]);
        assert_eq!(refused(&[(name, "   ")]), [name]);
    }
}

#[test]
fn a_secret_that_equals_another_is_refused_without_naming_the_value() {
    let same = "w7Q2m9Zx4Kf1Lb8Tn5Rc3Vd6Hs0Jy1Pq";
    for (a, b) in [
        ("API_KEY", "JWT_SECRET_KEY"),
        ("API_KEY", "OWNER_PASSWORD"),
        ("JWT_SECRET_KEY", "MCP_API_KEY"),
        ("JWT_SECRET_KEY", "JWT_SECRET_KEY_PREVIOUS"),
        ("OWNER_PASSWORD", "MCP_API_KEY"),
    ] {
        let problems = Config::load(&sources(&[(a, same), (b, same)]))
            .err()
            .unwrap();
        let line = problems.iter().map(ToString::to_string).collect::<String>();
        assert_eq!(problems.len(), 1, "{line}");
        assert!(
            line.contains(a) && line.contains(b) && !line.contains(same),
            "{line}"
        );
    }
}

#[test]
fn a_secret_that_merely_looks_weak_starts_with_a_warning() {
    let config = load(&[("JWT_SECRET_KEY", "the quick brown fox jumps over it all")]);
    assert!(config.warnings.iter().any(|w| w.contains("JWT_SECRET_KEY")));
    assert!(!config.warnings.concat().contains("quick"));
}

#[test]
fn an_owner_without_a_password_is_warned() {
    assert!(load(&[]).warnings.concat().contains("OWNER_PASSWORD"));
    let with = load(&[("OWNER_PASSWORD", "four Words of mine")]);
    assert!(!with.warnings.concat().contains("OWNER_PASSWORD"));
}

#[test]
fn an_unknown_toolset_is_answered_with_those_that_exist() {
    let problems = Config::load(&sources(&[("TOOLSETS", "core,bikes")]))
        .err()
        .unwrap();
    let line = problems[0].to_string();
    assert!(line.contains("core") && line.contains("all"), "{line}");
}

#[test]
fn platforms_tell_their_own_public_url_and_stand_in_front_as_one_proxy() {
    for (name, value, origin) in [
        (
            "RAILWAY_PUBLIC_DOMAIN",
            "x.up.railway.app",
            "https://x.up.railway.app",
        ),
        (
            "RENDER_EXTERNAL_URL",
            "https://x.onrender.com",
            "https://x.onrender.com",
        ),
        ("FLY_APP_NAME", "my-app", "https://my-app.fly.dev"),
    ] {
        let config = load(&[("BASE_URL", ""), (name, value)]);
        assert_eq!(config.http.public_url.origin(), origin);
        assert_eq!(config.oauth.trusted_proxy_hops, 1, "{name}");
        let own = load(&[(name, value), ("TRUST_PROXY", "none")]);
        assert_eq!(own.http.public_url.origin(), "https://mcp.example.com");
        assert_eq!(own.oauth.trusted_proxy_hops, 0);
    }
    assert_eq!(load(&[("DYNO", "web.1")]).oauth.trusted_proxy_hops, 1);
}

fn sqlite(directory: &str) -> Settings {
    Settings::Sqlite {
        directory: directory.into(),
    }
}

#[test]
fn state_is_kept_on_the_volume_of_the_platform_and_nowhere_beside_it() {
    let volume = ("RAILWAY_VOLUME_MOUNT_PATH", "/mnt/volume");
    assert_eq!(load(&[volume]).state, sqlite("/mnt/volume"));
    for (named, kept) in [
        ("/mnt/volume", "/mnt/volume"),
        ("/mnt/volume/state", "/mnt/volume/state"),
        ("/data", "/mnt/volume"),
        ("/mnt/volume2", "/mnt/volume"),
    ] {
        let config = load(&[volume, ("DATA_DIR", named)]);
        assert_eq!(config.state, sqlite(kept), "{named}");
        let told = config
            .warnings
            .iter()
            .any(|warning| warning.starts_with("DATA_DIR"));
        assert_eq!(told, named != kept, "{:?}", config.warnings);
    }
    assert_eq!(
        load(&[volume, ("DATA_DIR", " ")]).state,
        sqlite("/mnt/volume")
    );
    assert_eq!(
        load(&[("DATA_DIR", ""), ("RAILWAY_VOLUME_MOUNT_PATH", "")]).state,
        Settings::Memory
    );
}

#[test]
fn where_the_platform_has_no_disk_state_is_kept_in_memory_and_that_is_said() {
    for platform in [("RAILWAY_ENVIRONMENT_ID", "f0e1"), ("DYNO", "web.1")] {
        let config = load(&[platform, ("DATA_DIR", "/data")]);
        assert_eq!(config.state, Settings::Memory, "{platform:?}");
        let told = config
            .warnings
            .iter()
            .filter(|warning| warning.starts_with("DATA_DIR"));
        assert_eq!(told.count(), 1, "{:?}", config.warnings);
        let unset = load(&[platform]);
        assert!(
            !unset
                .warnings
                .iter()
                .any(|warning| warning.contains("DATA_DIR"))
        );
    }
    // The others tell nothing about their disks.
    for platform in [("RENDER", "true"), ("FLY_APP_NAME", "mine")] {
        let config = load(&[platform, ("DATA_DIR", "/data")]);
        assert_eq!(config.state, sqlite("/data"), "{platform:?}");
    }
}

#[test]
fn a_redis_is_used_before_any_directory_and_a_url_that_is_wrong_is_not_shown() {
    let volume = ("RAILWAY_VOLUME_MOUNT_PATH", "/mnt/volume");
    let directory = ("DATA_DIR", "/data");
    let redis = (
        "REDIS_URL",
        "rediss://default:hunter2@redis.example.com:6379/1",
    );
    let config = load(&[volume, directory, redis]);
    assert!(matches!(&config.state, Settings::Redis { namespace, .. }
        if namespace == "intervals-mcp-server"));
    assert!(!format!("{:?}", config.state).contains("hunter2"));
    assert_eq!(
        load(&[directory, ("REDIS_URL", " ")]).state,
        sqlite("/data")
    );
    let document = config.http.server_config;
    assert_eq!(document["state"], "redis");
    for hidden in ["hunter2", "redis.example.com"] {
        assert!(!document.to_string().contains(hidden), "{document}");
    }
    for wrong in [
        "redis.example.com:6379",
        "https://default:hunter2@redis.example.com",
        "redis://default:hunter2/3#@redis.example.com",
        "redis://:hunter2@",
        "rediss://:hunter2@redis.example.com#insecure",
        "redis://:hunter2@redis.example.com/first",
    ] {
        let problems = Config::load(&sources(&[("REDIS_URL", wrong)]));
        let lines: Vec<String> = problems
            .err()
            .unwrap()
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(lines.len(), 1, "{wrong}");
        let right = "for example, rediss://default:PASSWORD@redis.example.com:6379";
        assert!(lines[0].starts_with("REDIS_URL: must ") && lines[0].contains(right));
        assert!(!lines[0].contains("hunter2"), "{}", lines[0]);
    }
}

#[test]
fn a_redis_without_tls_on_a_public_host_is_warned_about() {
    for (url, warned) in [
        ("redis://:hunter2@redis.example.com", true),
        ("rediss://:hunter2@redis.example.com", false),
        ("redis://:hunter2@redis.railway.internal", false),
        ("redis://redis", false),
    ] {
        let warnings = load(&[("REDIS_URL", url)]).warnings.concat();
        assert_eq!(warnings.contains("REDIS_URL"), warned, "{url}: {warnings}");
        assert!(!warnings.contains("hunter2") && !warnings.contains("example.com"));
    }
}

#[test]
fn a_wrong_origin_from_the_platform_is_a_problem_of_base_url() {
    let wrong = [
        ("BASE_URL", ""),
        ("RAILWAY_PUBLIC_DOMAIN", "x.up.railway.app/path"),
    ];
    assert_eq!(refused(&wrong), ["BASE_URL"]);
}

#[test]
fn nobody_is_protected_from_us_on_loopback_unless_asked() {
    let local = ("INTERVALS_BASE_URL", "http://127.0.0.1:8001");
    assert!(load(&[local]).intervals.rate.is_none());
    assert!(
        load(&[local, ("INTERVALS_RATE", "5")])
            .intervals
            .rate
            .is_some()
    );
    assert!(load(&[("INTERVALS_RATE", "0")]).intervals.rate.is_none());
}

#[test]
fn a_flag_wins_over_the_environment_and_the_environment_over_dotenv() {
    let mut all = sources(&[("PORT", "8002")]);
    all.dotenv = values(&[("PORT", "8003"), ("HOST", "127.0.0.1")]);
    assert_eq!(
        Config::load(&all).ok().unwrap().listen.to_string(),
        "127.0.0.1:8002"
    );
    all.flags = values(&[("PORT", "8001")]);
    assert_eq!(
        Config::load(&all).ok().unwrap().listen.to_string(),
        "127.0.0.1:8001"
    );
}

#[test]
fn every_variable_has_a_flag_for_every_sub_command() {
    for variable in variables::ALL {
        let flag = format!("--{}", variable.flag());
        for (line, action) in [
            (vec!["x", &flag, "v"], Action::Serve),
            (vec!["x", "serve", &flag, "v"], Action::Serve),
            (vec!["x", &flag, "v", "demo"], Action::Demo { api: None }),
            (
                vec!["x", "check", &flag, "v", "--health"],
                Action::Check { health: true },
            ),
        ] {
            let invocation = command_line::parse(&line).unwrap();
            assert_eq!(invocation.action, action, "{line:?}");
            assert_eq!(
                invocation.flags,
                values(&[(variable.name, "v")]),
                "{line:?}"
            );
        }
    }
}

#[test]
fn dotenv_is_read_as_everybody_writes_it() {
    let read = parse_dotenv("# c\nA=1\nexport B='x #$y'\n\nC=\"two words\"\nA=2\n").unwrap();
    assert_eq!(
        read,
        values(&[("A", "1"), ("B", "x #$y"), ("C", "two words")])
    );
}

#[test]
fn broken_lines_of_dotenv_are_named_by_number_and_never_quoted() {
    let problems = parse_dotenv("A=1\nAPI_KEY=my secret key\nB=2\nwhat is hunter2\n").unwrap_err();
    let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(lines[0].starts_with(".env: line 2 ") && lines[1].starts_with(".env: line 4 "));
    assert!(!lines.concat().contains("secret") && !lines.concat().contains("hunter2"));
}

#[test]
fn a_name_in_dotenv_that_means_nothing_is_warned_about() {
    let mut all = sources(&[]);
    all.dotenv = values(&[("OWNER_PASWORD", "a password with a typo")]);
    let warnings = Config::load(&all).ok().unwrap().warnings.concat();
    assert!(
        warnings.contains("OWNER_PASWORD") && !warnings.contains("typo"),
        "{warnings}"
    );
}

#[test]
fn what_config_tells_everybody_holds_no_value_of_a_secret_and_no_athlete() {
    let config = load(&[
        ("OWNER_PASSWORD", "four Words of mine"),
        ("LOG_DIR", "/var/somewhere"),
        ("DATA_DIR", "/srv/state"),
    ]);
    let document = &config.http.server_config;
    let text = document.to_string();
    for hidden in [
        "q8V0l2yB",
        "3v8q1m5x",
        "four Words",
        "123456",
        "/var/somewhere",
        "/srv/state",
    ] {
        assert!(!text.contains(hidden), "{text}");
    }
    assert_eq!(document["base_url"], "https://mcp.example.com");
    assert_eq!(document["allowed_origins"], serde_json::json!(["*"]));
    assert_eq!(document["toolsets"], serde_json::json!(["core"]));
    assert_eq!(document["state"], "sqlite");
    let without = load(&[]).http.server_config;
    assert_eq!(without["state"], "memory");
    assert_eq!(document["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(document["secrets_set"]["owner_password"], true);
    assert_eq!(document["secrets_set"]["mcp_api_key"], false);
}
