//! Authorization requests that must not become a question, or not lead anywhere.

use serde_json::json;

use super::client::{CALLBACK, Proof, STATE, public, register, register_as, request};
use super::message::{Ask, Reply};
use super::owner::{Browser, target_of};
use super::site::Site;
use super::target::Target;
use crate::support::flow::{Request, encode};

const LOOPBACK: &str = "http://127.0.0.1:3000/callback";

/// Told on a page of ours, with nowhere to go from there.
#[track_caller]
fn stays_here(reply: &Reply, what: &str) {
    assert_eq!(reply.status, 400, "{what}: {}", reply.text());
    assert!(
        reply.header("content-type").starts_with("text/html"),
        "{what}"
    );
    assert_eq!(reply.header("cache-control"), "no-store", "{what}");
    assert!(!reply.has("location"), "{what}");
    assert!(!reply.text().contains("code="), "{what}");
    assert!(!reply.text().contains("<form"), "{what}");
}

async fn get(site: &Site, request: &Request) -> Reply {
    site.send(&Ask::get(&target_of(request))).await
}

/// A complete request of a client that we do not know, and one of a client on the owner's own machine.
struct Clients<'s> {
    site: &'s Site,
    strange: Request,
    local: Request,
}

impl<'s> Clients<'s> {
    async fn of(site: &'s Site) -> Self {
        let proof = Proof::new(site);
        let local = register(site, LOOPBACK, "none").await;
        Self {
            site,
            strange: request(site, &public(site).await, &proof),
            local: request(site, &local, &proof),
        }
    }

    /// A mistake: a stranger's address hears nothing of it, a loopback address hears this.
    async fn mistake(&self, what: &str, errors: &[&str], change: impl Fn(Request) -> Request) {
        let Self {
            site,
            strange,
            local,
        } = self;
        stays_here(&get(site, &change(strange.clone())).await, what);
        let reply = get(site, &change(local.clone())).await;
        assert_eq!(reply.status, 303, "{what}: {}", reply.text());
        let (address, _) = reply.location().split_once('?').unwrap();
        assert_eq!(address, LOOPBACK, "{what}");
        assert!(!reply.location().contains('#'), "{what}");
        let error = reply.parameter("error").unwrap();
        assert!(errors.contains(&error.as_str()), "{what}: {error}");
        assert_eq!(
            reply.parameter("iss").as_deref(),
            Some(site.origin.as_str()),
            "{what}"
        );
        assert!(reply.code().is_none(), "{what}");
        // Which of two states is the right one nobody can say.
        let state = (what != "state twice").then_some(STATE);
        assert_eq!(reply.parameter("state").as_deref(), state, "{what}");
    }
}

#[tokio::test]
async fn auz_02_a_client_that_is_not_registered_is_told_here() {
    let target = Target::start().await;
    let id = public(&target).await.id;
    let (signed, tag) = id.rsplit_once('.').unwrap();
    let cut = &id[..id.len() - 1];
    let ids = [
        String::new(),
        "unknown".to_owned(),
        format!("{id}%00"),
        format!("{id}%20"),
        format!("%20{id}"),
        format!("{id}."),
        cut.to_owned(),
        signed.to_owned(),
        format!("{signed}."),
        format!("{}.{tag}", signed.replace("dcr1", "dcr2")),
        "..%2F..%2Fx".to_owned(),
        "a".repeat(10_000),
        "vxOwrOKlZZO40tGXzqeR0A".to_owned(),
        "FTv44phrjVgJyzvJrU7dGg".to_owned(),
        "claude_desktop_debug".to_owned(),
        "claude".to_owned(),
        "%ff%fe".to_owned(),
    ];
    let proof = Proof::new(&target);
    let rest = encode(&[
        ("response_type", "code"),
        ("redirect_uri", "https://evil.test/cb"),
        ("code_challenge", &proof.challenge),
        ("code_challenge_method", "S256"),
        ("state", "s"),
    ]);
    for id in ids {
        let ask = Ask::get(&format!("/oauth/authorize?client_id={id}&{rest}"));
        stays_here(&target.send(&ask).await, &id);
    }
    let absent = Ask::get(&format!("/oauth/authorize?{rest}"));
    stays_here(&target.send(&absent).await, "no client_id");
    let nothing = Ask::get("/oauth/authorize");
    stays_here(&target.send(&nothing).await, "no parameter at all");
    target.finish().await;
}

#[tokio::test]
async fn auz_03_only_the_registered_address_to_the_letter_is_accepted() {
    let target = Target::start().await;
    let client = public(&target).await;
    let proof = Proof::new(&target);
    let asked = request(&target, &client, &proof);
    assert_eq!(get(&target, &asked).await.status, 200);
    for uri in [
        "https://client.test/cb/",
        "https://client.test/cb?x=1",
        "https://client.test/cb?",
        "https://client.test/CB",
        "https://CLIENT.test/cb",
        "HTTPS://client.test/cb",
        "https://client.test:443/cb",
        "https://client.test./cb",
        "http://client.test/cb",
        "https://client.test//cb",
        "https://client.test/cb%2f",
        "https://client.test/cb#",
        "https://client.test/cb#x",
        "https://client.test/%63b",
        "https://client.test/cb/../x",
        "https://client.test/x/../cb",
        "https://client.test/cb ",
        " https://client.test/cb",
        "https://client.test\\cb",
        "https://client.test.evil.test/cb",
        "https://client.test@evil.test/cb",
        "https://evil.test/https://client.test/cb",
        "https://client.test/cb%0d%0aX:y",
        "https://client.test/cb\r\nLocation: https://evil.test",
        "https://client.test/cb\0",
        "https://evil.test/cb",
        "javascript:alert(1)",
    ] {
        stays_here(
            &get(&target, &asked.clone().with("redirect_uri", uri)).await,
            uri,
        );
    }
    let metadata = json!({
        "redirect_uris": [CALLBACK, "https://client.test/second"],
        "token_endpoint_auth_method": "none",
    });
    let two = register_as(&target, &metadata).await;
    let unnamed = request(&target, &two, &proof).without("redirect_uri");
    stays_here(&get(&target, &unnamed).await, "which of two is not said");
    target.finish().await;
}

#[tokio::test]
async fn auz_04_on_loopback_nothing_but_the_port_may_differ() {
    let target = Target::start().await;
    let client = register(&target, LOOPBACK, "none").await;
    let asked = request(&target, &client, &Proof::new(&target));
    for uri in [
        LOOPBACK,
        "http://127.0.0.1:51004/callback",
        "http://127.0.0.1:1/callback",
        "http://127.0.0.1/callback",
    ] {
        let reply = get(&target, &asked.clone().with("redirect_uri", uri)).await;
        assert_eq!(reply.status, 200, "{uri}");
    }
    for uri in [
        "http://localhost:3000/callback",
        "http://[::1]:3000/callback",
        "http://127.0.0.2:3000/callback",
        "http://127.1:3000/callback",
        "http://127.0.0.1:3000/callback?bar=foo",
        "http://127.0.0.1:3000/callback?",
        "http://127.0.0.1:3000/callback/",
        "http://127.0.0.1:3000/Callback",
        "http://127.0.0.1:3000//callback",
        "https://127.0.0.1:3000/callback",
        "http://127.0.0.1:80@evil.test/callback",
        "http://127.0.0.1:3000.evil.test/callback",
        "http://127.0.0.1:0/callback",
        "http://127.0.0.1:/callback",
        "http://127.0.0.1:65536/callback",
        "http://127.0.0.1:-1/callback",
        "http://127.0.0.1:3000#/callback",
    ] {
        stays_here(
            &get(&target, &asked.clone().with("redirect_uri", uri)).await,
            uri,
        );
    }
    target.finish().await;
}

#[tokio::test]
async fn auz_05_a_request_without_a_real_s256_challenge_is_refused() {
    let target = Target::start().await;
    let clients = Clients::of(&target).await;
    let errors = ["invalid_request"];
    clients
        .mistake("no challenge", &errors, |r| r.without("code_challenge"))
        .await;
    clients
        .mistake("no method, which means plain", &errors, |r| {
            r.without("code_challenge_method")
        })
        .await;
    clients
        .mistake("neither", &errors, |r| {
            r.without("code_challenge_method").without("code_challenge")
        })
        .await;
    for method in ["plain", "s256", "S512", "S256 ", "none"] {
        clients
            .mistake(method, &errors, |r| r.with("code_challenge_method", method))
            .await;
    }
    target.finish().await;

    let target = Target::start().await;
    let clients = Clients::of(&target).await;
    let digest = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    for challenge in [
        "",
        &digest[..42],
        &format!("{digest}A"),
        &"A".repeat(129),
        &format!("{}=", &digest[..42]),
        &digest.replace('-', "+"),
        &digest.replace('-', "/"),
        // The last character carries bits that no digest has.
        &format!("{}N", &digest[..42]),
    ] {
        clients
            .mistake(challenge, &errors, |r| r.with("code_challenge", challenge))
            .await;
    }
    target.finish().await;
}

#[tokio::test]
async fn auz_06_other_response_types_modes_and_request_objects_do_not_exist() {
    let target = Target::start().await;
    let clients = Clients::of(&target).await;
    let errors = ["unsupported_response_type", "invalid_request"];
    clients
        .mistake("no type", &errors, |r| r.without("response_type"))
        .await;
    for kind in [
        "token",
        "code token",
        "code id_token",
        "none",
        "CODE",
        "code code",
    ] {
        clients
            .mistake(kind, &errors, |r| r.with("response_type", kind))
            .await;
    }
    for mode in ["fragment", "form_post", "web_message"] {
        clients
            .mistake(mode, &errors, |r| r.with("response_mode", mode))
            .await;
    }
    target.finish().await;

    let target = Target::start().await;
    let clients = Clients::of(&target).await;
    let canary = target.canary.url("/request");
    let errors = ["request_uri_not_supported"];
    clients
        .mistake("request_uri", &errors, |r| r.with("request_uri", &canary))
        .await;
    let errors = ["request_not_supported"];
    let object = "eyJhbGciOiJub25lIn0.e30.";
    clients
        .mistake("request", &errors, |r| r.with("request", object))
        .await;
    // What is merely unknown is ignored, and fetched even less.
    let odd = clients
        .strange
        .clone()
        .with("id_token_hint", "x")
        .with("claims", "{}")
        .with("login_hint", &canary)
        .with("registration", &canary);
    assert_eq!(get(&target, &odd).await.status, 200);
    target.finish().await;
}

#[tokio::test]
async fn auz_07_a_parameter_that_is_there_twice_is_refused_whichever_it_is() {
    let target = Target::start().await;
    let clients = Clients::of(&target).await;
    let (strange, local) = (&clients.strange, &clients.local);
    let stranger = public(&target).await;
    // Where these say two things, nobody knows whom to tell.
    for (name, value) in [
        ("client_id", stranger.id.as_str()),
        ("redirect_uri", "https://evil.test/cb"),
        ("redirect_uri", LOOPBACK),
    ] {
        for request in [strange, local] {
            let twice = request.clone().and(name, value);
            stays_here(&get(&target, &twice).await, &format!("{name} twice"));
        }
    }
    for (name, value, error) in [
        ("state", "b", "invalid_request"),
        ("code_challenge_method", "plain", "invalid_request"),
        ("code_challenge_method", "S256", "invalid_request"),
        ("scope", "intervals:write", "invalid_request"),
        ("response_type", "token", "invalid_request"),
        // RFC 8707 allows several; one that is not ours spoils them all.
        ("resource", "https://evil.test", "invalid_target"),
    ] {
        let what = format!("{name} twice");
        clients
            .mistake(&what, &[error], |r| r.and(name, value))
            .await;
    }
    let other = Proof::new(&target);
    clients
        .mistake("code_challenge twice", &["invalid_request"], |r| {
            r.and("code_challenge", &other.challenge)
        })
        .await;
    // Another spelling of the same name is the same name.
    let spelled = format!("{}&%73tate=b", target_of(strange));
    stays_here(
        &target.send(&Ask::get(&spelled)).await,
        "state twice, once escaped",
    );
    target.finish().await;
}

#[tokio::test]
async fn rule_03_a_state_cannot_write_into_the_answer() {
    let target = Target::start().await;
    let proof = Proof::new(&target);
    for state in [
        "a\r\nSet-Cookie: stolen=1",
        "a&code=chosen&iss=https://evil.test",
        "a#code=chosen",
        "\"><script>alert(1)</script>",
        "%0d%0aX: y",
        "\0",
    ] {
        let client = public(&target).await;
        let browser = Browser::new(&target);
        let asked = request(&target, &client, &proof).with("state", state);
        let form = browser.open(&asked).await;
        assert!(!form.html.contains("<script"), "{state:?}");
        let reply = browser.approve(&form).await;
        assert_eq!(reply.status, 303, "{state:?}");
        assert_eq!(reply.parameter("state").as_deref(), Some(state));
        assert_eq!(reply.parameters("code").len(), 1, "{state:?}");
        assert_eq!(reply.parameters("iss"), [target.origin.as_str()]);
        assert!(!reply.everything().contains("stolen=1\n"), "{state:?}");
        assert!(!reply.has("x"), "{state:?}");
    }
    let client = public(&target).await;
    let long = request(&target, &client, &proof).with("state", &"s".repeat(5000));
    stays_here(&get(&target, &long).await, "a state of 5,000 characters");
    target.finish().await;
}
