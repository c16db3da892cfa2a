//! Redirect URIs, generated and bent: what is accepted, and what covers what. The oracle is written anew here, and the `url` crate
//! stands for the browser that follows the URI in the end.

use std::time::Duration;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use url::Url;

use super::inside::Inside;
use crate::support::ServerOptions;
use crate::support::flow::{Answer, Client};

const LOOPBACK: [&str; 3] = ["127.0.0.1", "localhost", "[::1]"];

fn host() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("client.test".to_owned()),
        Just("a-1.b.example".to_owned()),
        Just("xn--bcher-kva.example".to_owned()),
        Just("192.0.2.7".to_owned()),
        Just("[2001:db8::1]".to_owned()),
        "[a-z][a-z0-9]{0,5}(\\.[a-z][a-z0-9]{0,5}){1,2}",
    ]
}

fn port() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        (1..=65_535_u32).prop_map(|p| format!(":{p}"))
    ]
}

fn tail() -> impl Strategy<Value = String> {
    let path = "(/[A-Za-z0-9_~!$&'()+,;=:@%-]{0,4}){0,3}";
    let query = prop_oneof![
        3 => Just(String::new()),
        1 => "\\?[a-b]{0,2}(=[A-Za-z0-9/:'._~-]{0,4})?(&[x-z]=[0-9]{0,2}){0,2}",
    ];
    (path, query).prop_map(|(path, query)| {
        // A lone percent sign is no URI; an escape is.
        format!("{}{query}", path.replace('%', "%20"))
    })
}

/// An app's scheme has no place for a user, so the sign of one is refused wherever it stands.
fn app_tail() -> impl Strategy<Value = String> {
    tail().prop_map(|tail| tail.replace('@', "-"))
}

fn uri() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => (host(), port(), tail()).prop_map(|(host, port, tail)| format!("https://{host}{port}{tail}")),
        4 => (prop::sample::select(&LOOPBACK), port(), tail())
            .prop_map(|(host, port, tail)| format!("http://{host}{port}{tail}")),
        1 => app_tail().prop_map(|tail| format!("cursor://anysphere.cursor-mcp/cb{tail}")),
        1 => app_tail().prop_map(|tail| format!("com.example.app:/cb{tail}")),
    ]
}

/// One way to bend a URI, as an attacker or a careless client would.
#[derive(Debug, Clone)]
enum Bend {
    Port(u32),
    NoPort,
    EmptyPort,
    PaddedPort,
    Host(&'static str),
    Scheme(&'static str),
    UpperScheme,
    UpperHost,
    DotAfterHost,
    UserInfo(&'static str),
    Append(&'static str),
    Cut(usize),
    Escape(prop::sample::Index),
    Insert(prop::sample::Index, char),
}

fn bend() -> impl Strategy<Value = Bend> {
    prop_oneof![
        6 => (0..70_000_u32).prop_map(Bend::Port),
        2 => Just(Bend::NoPort),
        1 => Just(Bend::EmptyPort),
        1 => Just(Bend::PaddedPort),
        3 => prop::sample::select(&[
            "localhost", "127.0.0.1", "[::1]", "127.0.0.2", "127.1", "2130706433", "[::ffff:127.0.0.1]",
            "localhost.evil.test", "evil.test", "client.test.evil.test", "client。test", "0.0.0.0",
        ][..]).prop_map(Bend::Host),
        1 => prop::sample::select(&["http", "https", "javascript", "cursor", "data", "file"][..]).prop_map(Bend::Scheme),
        1 => Just(Bend::UpperScheme),
        1 => Just(Bend::UpperHost),
        1 => Just(Bend::DotAfterHost),
        1 => prop::sample::select(&["evil@", "evil:x@", "localhost:80@", "@"][..]).prop_map(Bend::UserInfo),
        3 => prop::sample::select(&[
            "/", "?", "#", "?x=1", "&x=1", "#f", "/..", "/../x", "/%2e%2e/x", "/.", "//", "\\", "%00", "%0a", "\r\nX: y", " ",
            "?code=x", "*", ";", "/x",
        ][..]).prop_map(Bend::Append),
        1 => (1..4_usize).prop_map(Bend::Cut),
        1 => any::<prop::sample::Index>().prop_map(Bend::Escape),
        3 => (any::<prop::sample::Index>(), prop_oneof![
            Just('/'), Just('\\'), Just('@'), Just(':'), Just('.'), Just('\t'), Just('\n'), Just('%'), Just('?'), Just('#'),
            Just('\u{ad}'), Just('ß'), Just('0'), any::<char>(),
        ]).prop_map(|(at, c)| Bend::Insert(at, c)),
    ]
}

/// Scheme with its separator, authority, rest; cut by eye and not by a parser.
fn cut(uri: &str) -> (String, String, String) {
    let (scheme, rest) = uri.split_once(':').unwrap_or((uri, ""));
    let Some(rest) = rest.strip_prefix("//") else {
        return (format!("{scheme}:"), String::new(), rest.to_owned());
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    (
        format!("{scheme}://"),
        rest[..end].to_owned(),
        rest[end..].to_owned(),
    )
}

fn host_and_port(authority: &str) -> (&str, &str) {
    let from = authority.rfind(']').map_or(0, |at| at + 1);
    match authority[from..].rfind(':') {
        Some(at) => authority.split_at(from + at),
        None => (authority, ""),
    }
}

fn bent(uri: &str, bend: &Bend) -> String {
    let (scheme, authority, tail) = cut(uri);
    let (host, port) = host_and_port(&authority);
    match bend {
        Bend::Port(port) => format!("{scheme}{host}:{port}{tail}"),
        Bend::NoPort => format!("{scheme}{host}{tail}"),
        Bend::EmptyPort => format!("{scheme}{host}:{tail}"),
        Bend::PaddedPort => format!("{scheme}{host}:0{}{tail}", port.trim_start_matches(':')),
        Bend::Host(other) => format!("{scheme}{other}{port}{tail}"),
        Bend::Scheme(other) => format!("{other}://{authority}{tail}"),
        Bend::UpperScheme => format!("{}{authority}{tail}", scheme.to_uppercase()),
        Bend::UpperHost => format!("{scheme}{}{port}{tail}", host.to_uppercase()),
        Bend::DotAfterHost => format!("{scheme}{host}.{port}{tail}"),
        Bend::UserInfo(user) => format!("{scheme}{user}{authority}{tail}"),
        Bend::Append(more) => format!("{uri}{more}"),
        Bend::Cut(many) => {
            let keep = uri.chars().count().saturating_sub(*many);
            uri.chars().take(keep).collect()
        }
        Bend::Escape(at) => {
            let at = at.index(uri.len());
            match uri.get(at..=at) {
                Some(one) => format!("{}%{:02X}{}", &uri[..at], one.as_bytes()[0], &uri[at + 1..]),
                None => uri.to_owned(),
            }
        }
        Bend::Insert(at, c) => {
            let at = at.index(uri.len() + 1);
            if uri.is_char_boundary(at) {
                format!("{}{c}{}", &uri[..at], &uri[at..])
            } else {
                uri.to_owned()
            }
        }
    }
}

/// Host and rest of a loopback URI, with a port that may be there and is then one to 65535 as anybody writes it.
fn without_port(uri: &str) -> Option<(&str, &str)> {
    let rest = uri.strip_prefix("http://")?;
    let host = LOOPBACK.into_iter().find(|host| rest.starts_with(host))?;
    let rest = &rest[host.len()..];
    let tail = match rest.strip_prefix(':') {
        None => rest,
        Some(with_port) => {
            let digits = with_port.chars().take_while(char::is_ascii_digit).count();
            let port: u32 = with_port[..digits].parse().ok()?;
            if !(1..=65_535).contains(&port) || port.to_string().len() != digits {
                return None;
            }
            &with_port[digits..]
        }
    };
    (tail.is_empty() || tail.starts_with(['/', '?'])).then_some((host, tail))
}

/// The same text, or on loopback the same but for the port.
fn is_covered(requested: &str, registered: &str) -> bool {
    let loopback = without_port(requested);
    requested == registered || (loopback.is_some() && loopback == without_port(registered))
}

/// Whether a browser that follows `requested` ends where `registered` said.
fn is_the_same_place(requested: &str, registered: &str) -> bool {
    let (Ok(requested), Ok(registered)) = (Url::parse(requested), Url::parse(registered)) else {
        return false;
    };
    let loopback = registered.scheme() == "http";
    requested.scheme() == registered.scheme()
        && requested.host_str() == registered.host_str()
        && (loopback || requested.port_or_known_default() == registered.port_or_known_default())
        && requested.path() == registered.path()
        && requested.query() == registered.query()
        && requested.fragment().is_none()
        && requested.username().is_empty()
        && requested.password().is_none()
}

struct Desk {
    runtime: tokio::runtime::Runtime,
    server: Inside,
}

impl Desk {
    fn new() -> Self {
        Self {
            runtime: tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap(),
            server: Inside::app(ServerOptions::default()),
        }
    }

    fn register(&self, uri: &str) -> Answer {
        // Within the limit on registrations.
        self.server.clock.advance(Duration::from_secs(2));
        self.runtime.block_on(self.server.register(&[uri]))
    }

    fn client(&self, uri: &str) -> Result<Client, TestCaseError> {
        let answer = self.register(uri);
        if answer.status != 201 {
            return Err(TestCaseError::fail(format!(
                "{uri} is refused: {}",
                answer.body
            )));
        }
        Ok(Client {
            id: answer.json()["client_id"].as_str().unwrap().to_owned(),
            secret: None,
            redirect_uri: uri.to_owned(),
        })
    }

    /// Whether an authorization request for this URI gets as far as the owner.
    fn is_taken(&self, client: &Client, uri: &str) -> Result<bool, TestCaseError> {
        let answer = self
            .runtime
            .block_on(self.server.authorize(client, &[("redirect_uri", uri)]));
        prop_assert_eq!(answer.location(), "", "sent on to {}", uri);
        match answer.status.as_u16() {
            200 => Ok(true),
            400 => Ok(false),
            status => Err(TestCaseError::fail(format!("{status} for {uri}"))),
        }
    }
}

fn config(cases: u32) -> Config {
    Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    }
}

#[test]
fn covered_is_the_same_text_or_another_port_on_loopback_and_nothing_else() {
    let desk = Desk::new();
    let covered = std::cell::Cell::new(0_u32);
    let refused = std::cell::Cell::new(0_u32);
    let cases = (uri(), prop::collection::vec(bend(), 0..3));
    TestRunner::new(config(600))
        .run(&cases, |(registered, bends)| {
            let client = desk.client(&registered)?;
            let requested = bends
                .iter()
                .fold(registered.clone(), |uri, one| bent(&uri, one));
            // An empty parameter is an absent one, and the only URI may be left out.
            if requested.is_empty() {
                return Ok(());
            }
            let expected = is_covered(&requested, &registered);
            let taken = desk.is_taken(&client, &requested)?;
            prop_assert_eq!(taken, expected, "{} for {}", requested, registered);
            if taken {
                covered.set(covered.get() + 1);
                prop_assert!(
                    is_the_same_place(&requested, &registered),
                    "{} for {}",
                    requested,
                    registered
                );
            } else {
                refused.set(refused.get() + 1);
            }
            Ok(())
        })
        .unwrap_or_else(|failure| panic!("{failure}"));
    assert!(
        covered.get() > 50 && refused.get() > 50,
        "{covered:?} {refused:?}"
    );
}

#[test]
fn what_is_accepted_means_to_a_browser_what_it_says() {
    let desk = Desk::new();
    let accepted = std::cell::Cell::new(0_u32);
    let cases = (uri(), prop::collection::vec(bend(), 0..4));
    TestRunner::new(config(800))
        .run(&cases, |(uri, bends)| {
            let uri = bends.iter().fold(uri, |uri, one| bent(&uri, one));
            let answer = desk.register(&uri);
            if answer.status != 201 {
                prop_assert_eq!(answer.status, 400);
                prop_assert_eq!(answer.error(), "invalid_redirect_uri");
                return Ok(());
            }
            accepted.set(accepted.get() + 1);
            let echoed = answer.json()["redirect_uris"][0]
                .as_str()
                .unwrap()
                .to_owned();
            prop_assert_eq!(&echoed, &uri, "not kept as written");
            let (scheme, authority, tail) = cut(&uri);
            let (host, port) = host_and_port(&authority);
            let Ok(read) = Url::parse(&uri) else {
                return Err(TestCaseError::fail(format!("no browser reads {uri}")));
            };
            prop_assert_eq!(
                read.scheme(),
                scheme.trim_end_matches(['/', ':']),
                "{}",
                uri
            );
            prop_assert_eq!(read.host_str().unwrap_or_default(), host, "{}", uri);
            let special = ["http", "https"].contains(&read.scheme());
            prop_assert!(special || !["javascript", "data", "file"].contains(&read.scheme()));
            prop_assert!(
                read.scheme() != "http" || LOOPBACK.contains(&host),
                "{}",
                uri
            );
            if let (Some(number), true) = (port.strip_prefix(':'), special) {
                prop_assert_eq!(read.port_or_known_default(), number.parse().ok(), "{}", uri);
            }
            let (path, query) = tail
                .split_once('?')
                .map_or((tail.as_str(), None), |(p, q)| (p, Some(q)));
            let path = if path.is_empty() && special {
                "/"
            } else {
                path
            };
            prop_assert_eq!(read.path(), path, "{}", uri);
            // The one character that the standard escapes in such a query.
            let query = query.map(|q| {
                if special {
                    q.replace('\'', "%27")
                } else {
                    q.to_owned()
                }
            });
            prop_assert_eq!(read.query().map(str::to_owned), query, "{}", uri);
            prop_assert!(
                read.fragment().is_none()
                    && read.username().is_empty()
                    && read.password().is_none()
            );
            Ok(())
        })
        .unwrap_or_else(|failure| panic!("{failure}"));
    assert!(accepted.get() > 100, "{accepted:?}");
}

/// Text of any kind in the parameter: a page of ours, or a refusal on a page of ours.
#[test]
fn no_text_in_the_parameter_leads_anywhere() {
    let desk = Desk::new();
    let client = desk.client("https://client.test/cb").unwrap();
    TestRunner::new(config(300))
        .run(&any::<String>(), |text| {
            prop_assume!(!text.is_empty());
            prop_assert!(!desk.is_taken(&client, &text)?, "{}", text);
            Ok(())
        })
        .unwrap_or_else(|failure| panic!("{failure}"));
}
