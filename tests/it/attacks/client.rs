//! Programs that connect: registration, proof keys, tokens.

use serde_json::{Value, json};

use super::message::{Ask, Reply};
use super::owner::Browser;
use super::site::Site;
use super::target::random;
use crate::support::flow::{Client, Request, Tokens, challenge};

/// The callback of the client that most cases use: nobody that we know.
pub const CALLBACK: &str = "https://client.test/cb";
pub const STATE: &str = "a state/with+odd&characters=";

/// A verifier and its S256 challenge.
#[derive(Clone, Debug)]
pub struct Proof {
    pub verifier: String,
    pub challenge: String,
}

impl Proof {
    pub fn new(site: &Site) -> Self {
        let verifier = random(48);
        site.note("a verifier", &verifier);
        Self {
            challenge: challenge(&verifier),
            verifier,
        }
    }
}

pub async fn register_raw(site: &Site, body: impl Into<Vec<u8>>) -> Reply {
    site.send(&Ask::post("/oauth/register").json(body)).await
}

/// Registers what `metadata` says; it must be accepted.
pub async fn register_as(site: &Site, metadata: &Value) -> Client {
    let reply = register_raw(site, metadata.to_string()).await;
    assert_eq!(reply.status, 201, "{}", reply.text());
    let document = reply.json();
    Client {
        id: document["client_id"].as_str().unwrap().to_owned(),
        secret: document["client_secret"].as_str().map(str::to_owned),
        redirect_uri: document["redirect_uris"][0].as_str().unwrap().to_owned(),
    }
}

/// A client with one callback; `method` is `none`, `client_secret_post` or `client_secret_basic`.
pub async fn register(site: &Site, callback: &str, method: &str) -> Client {
    let metadata = json!({
        "client_name": "Suite",
        "redirect_uris": [callback],
        "token_endpoint_auth_method": method,
    });
    register_as(site, &metadata).await
}

pub async fn public(site: &Site) -> Client {
    register(site, CALLBACK, "none").await
}

/// A complete authorization request for read and write.
pub fn request(site: &Site, client: &Client, proof: &Proof) -> Request {
    Request::new(&site.resource(), &client.id, &client.redirect_uri)
        .with("state", STATE)
        .with("code_challenge", &proof.challenge)
}

/// A code that the owner approved, and its proof.
pub async fn approved(site: &Site, client: &Client) -> (String, Proof) {
    let proof = Proof::new(site);
    let code = approved_as(site, &request(site, client, &proof)).await;
    (code, proof)
}

/// A code for a request of the case's own making.
pub async fn approved_as(site: &Site, request: &Request) -> String {
    let browser = Browser::new(site);
    let form = browser.open(request).await;
    let reply = browser.approve(&form).await;
    assert_eq!(reply.status, 303, "{}", reply.text());
    reply.code().unwrap()
}

/// The fields with which `client` redeems a code.
pub fn redemption<'a>(
    client: &'a Client,
    code: &'a str,
    proof: &'a Proof,
) -> Vec<(&'static str, &'a str)> {
    let mut fields = vec![
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", client.redirect_uri.as_str()),
        ("client_id", client.id.as_str()),
        ("code_verifier", proof.verifier.as_str()),
    ];
    fields.extend(client.secret.as_deref().map(|s| ("client_secret", s)));
    fields
}

/// The fields with which `client` refreshes.
pub fn renewal<'a>(client: &'a Client, refresh_token: &'a str) -> Vec<(&'static str, &'a str)> {
    let mut fields = vec![
        ("grant_type", "refresh_token"),
        ("refresh_token", refresh_token),
        ("client_id", client.id.as_str()),
    ];
    fields.extend(client.secret.as_deref().map(|s| ("client_secret", s)));
    fields
}

/// Posts a form to the token endpoint.
pub async fn token(site: &Site, fields: &[(&str, &str)]) -> Reply {
    site.send(&Ask::post("/oauth/token").form(fields)).await
}

pub async fn redeem(site: &Site, client: &Client, code: &str, proof: &Proof) -> Reply {
    token(site, &redemption(client, code, proof)).await
}

pub async fn refresh(site: &Site, tokens: &Tokens) -> Reply {
    token(site, &renewal(&tokens.client, &tokens.refresh_token)).await
}

/// The tokens of an answer that must have some.
#[track_caller]
pub fn tokens(reply: &Reply, client: &Client) -> Tokens {
    assert_eq!(reply.status, 200, "{}", reply.text());
    let document = reply.json();
    let text = |name: &str| document[name].as_str().unwrap_or_default().to_owned();
    Tokens {
        access_token: text("access_token"),
        refresh_token: text("refresh_token"),
        scope: text("scope"),
        client: client.clone(),
    }
}

/// The whole way to tokens for an existing client.
pub async fn connect(site: &Site, client: &Client) -> Tokens {
    let (code, proof) = approved(site, client).await;
    tokens(&redeem(site, client, &code, &proof).await, client)
}

/// The whole way for a new public client: read and write.
pub async fn connected(site: &Site) -> Tokens {
    let client = public(site).await;
    connect(site, &client).await
}

/// The whole way with exactly these scopes asked for and ticked.
pub async fn connected_with(site: &Site, scope: &str) -> Tokens {
    let client = public(site).await;
    let proof = Proof::new(site);
    let code = approved_as(site, &request(site, &client, &proof).with("scope", scope)).await;
    tokens(&redeem(site, &client, &code, &proof).await, &client)
}

/// Calls the MCP endpoint with a bearer token.
pub async fn call(site: &Site, bearer: &str) -> Reply {
    let body = json!({"jsonrpc": "2.0", "id": 2, "method": "tools/list"});
    site.send(&Ask::rpc("/mcp", &body).bearer(bearer)).await
}

pub async fn is_let_in(site: &Site, bearer: &str) -> bool {
    match call(site, bearer).await.status {
        200 => true,
        401 => false,
        other => panic!("neither in nor out: {other}"),
    }
}
