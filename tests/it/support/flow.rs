//! The authorization flow as a client and its owner's browser go through it, black box over HTTP.

use std::collections::BTreeMap;
use std::sync::Mutex;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::header::{HeaderMap, HeaderValue};
use reqwest::{Response, StatusCode};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{Server, secrets};

/// A loopback callback, where errors and codes may be sent without being asked twice.
pub const REDIRECT: &str = "http://127.0.0.1:33419/callback";
pub const VERIFIER: &str = "a-verifier-of-the-tests-a-verifier-of-the-tests-01";
pub const STATE: &str = "st@te of/the tests+1";

pub fn challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier))
}

pub fn encode(pairs: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish()
}

/// What a server answered, read to its end.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answer {
    pub async fn of(response: Response) -> Self {
        let (status, headers) = (response.status(), response.headers().clone());
        let body = response.text().await;
        Self {
            body: body.unwrap_or_else(|error| panic!("{error:?} after {status} {headers:?}")),
            status,
            headers,
        }
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    /// The `error` member.
    pub fn error(&self) -> String {
        self.json()["error"].as_str().unwrap_or_default().to_owned()
    }

    pub fn location(&self) -> &str {
        self.header("location")
    }

    /// A parameter of the redirect, which must be there at most once.
    pub fn redirect_parameter(&self, name: &str) -> Option<String> {
        let location = url::Url::parse(self.location()).ok()?;
        let mut values = location
            .query_pairs()
            .filter(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned());
        let first = values.next();
        assert_eq!(values.next(), None, "{name} is there twice");
        first
    }

    pub fn code(&self) -> Option<String> {
        self.redirect_parameter("code")
    }

    /// Nothing in it could be a code.
    pub fn has_no_code(&self) -> bool {
        !self.location().contains("code=") && !self.body.contains("code=")
    }
}

/// Registers and returns the answer as it is.
pub async fn register_raw(server: &Server, body: impl Into<String>) -> Answer {
    let response = server
        .http
        .post(server.url("/register"))
        .header("Content-Type", "application/json")
        .body(body.into())
        .send()
        .await
        .unwrap();
    Answer::of(response).await
}

/// A registered client.
#[derive(Debug, Clone)]
pub struct Client {
    pub id: String,
    pub secret: Option<String>,
    pub redirect_uri: String,
}

/// A client with one redirect URI; `method` is `none`, `client_secret_post` or `client_secret_basic`.
pub async fn register_with(server: &Server, redirect_uri: &str, method: &str) -> Client {
    let body = json!({
        "client_name": "Test client",
        "redirect_uris": [redirect_uri],
        "token_endpoint_auth_method": method,
    });
    let answer = register_raw(server, body.to_string()).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    let document = answer.json();
    Client {
        id: document["client_id"].as_str().unwrap().to_owned(),
        secret: document["client_secret"].as_str().map(str::to_owned),
        redirect_uri: redirect_uri.to_owned(),
    }
}

pub async fn register(server: &Server) -> Client {
    register_with(server, REDIRECT, "none").await
}

/// The parameters of an authorization request; tests change them one by one.
#[derive(Debug, Clone)]
pub struct Request(Vec<(String, String)>);

impl Request {
    pub fn of(server: &Server, client: &Client) -> Self {
        Self::new(&server.public_url.mcp(), &client.id, &client.redirect_uri)
    }

    pub fn new(resource: &str, client_id: &str, redirect_uri: &str) -> Self {
        Self(Vec::new())
            .with("response_type", "code")
            .with("client_id", client_id)
            .with("redirect_uri", redirect_uri)
            .with("state", STATE)
            .with("code_challenge", &challenge(VERIFIER))
            .with("code_challenge_method", "S256")
            .with("resource", resource)
            .with("scope", "intervals:read intervals:write")
    }

    /// Replaces or adds.
    pub fn with(self, name: &str, value: &str) -> Self {
        self.without(name).and(name, value)
    }

    pub fn without(mut self, name: &str) -> Self {
        self.0.retain(|(key, _)| key != name);
        self
    }

    /// Adds, even if it is there already.
    pub fn and(mut self, name: &str, value: &str) -> Self {
        self.0.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn query(&self) -> String {
        let pairs: Vec<_> = self
            .0
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        encode(&pairs)
    }
}

/// The owner's browser: keeps cookies, reads forms.
pub struct Browser<'a> {
    server: &'a Server,
    cookies: Mutex<BTreeMap<String, String>>,
    pub headers: HeaderMap,
}

impl<'a> Browser<'a> {
    pub fn new(server: &'a Server) -> Self {
        Self {
            server,
            cookies: Mutex::default(),
            headers: HeaderMap::new(),
        }
    }

    pub fn with_header(mut self, name: &'static str, value: &str) -> Self {
        self.headers
            .insert(name, HeaderValue::from_str(value).unwrap());
        self
    }

    /// The next request goes to another replica of the same origin.
    pub const fn turn_to(&mut self, server: &'a Server) {
        self.server = server;
    }

    pub fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.lock().unwrap().get(name).cloned()
    }

    pub async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        let cookies = self
            .cookies
            .lock()
            .unwrap()
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect::<Vec<_>>()
            .join("; ");
        let mut request = request.headers(self.headers.clone());
        if !cookies.is_empty() {
            request = request.header("Cookie", cookies);
        }
        let answer = Answer::of(request.send().await.unwrap()).await;
        for cookie in answer.headers.get_all("set-cookie") {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.cookies
                .lock()
                .unwrap()
                .insert(name.to_owned(), value.to_owned());
        }
        answer
    }

    pub async fn get(&self, query: &str) -> Answer {
        let url = self.server.url(&format!("/authorize?{query}"));
        self.send(self.server.http.get(url)).await
    }

    /// Opens the consent page, which must be one.
    pub async fn open(&self, request: &Request) -> ConsentPage {
        let answer = self.get(&request.query()).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        ConsentPage::read(answer)
    }

    /// Sends the form with these fields instead of its own.
    pub async fn post(&self, fields: &[(&str, &str)]) -> Answer {
        let request = self
            .server
            .http
            .post(self.server.url("/authorize"))
            .header("Origin", self.server.public_url.origin())
            .header("Content-Type", "application/x-www-form-urlencoded")
            .body(encode(fields));
        self.send(request).await
    }

    /// Types `secret`, ticks exactly `scopes` and presses Approve.
    pub async fn approve_scopes(
        &self,
        page: &ConsentPage,
        secret: &str,
        scopes: &[&str],
    ) -> Answer {
        let mut fields = vec![
            ("transaction", page.transaction.as_str()),
            ("secret", secret),
            ("decision", "approve"),
        ];
        fields.extend(scopes.iter().map(|scope| ("scope", *scope)));
        self.post(&fields).await
    }

    /// Types `secret`, leaves the boxes as they are and presses Approve.
    pub async fn approve(&self, page: &ConsentPage, secret: &str) -> Answer {
        let ticked: Vec<&str> = page.ticked.iter().map(String::as_str).collect();
        self.approve_scopes(page, secret, &ticked).await
    }

    pub async fn deny(&self, page: &ConsentPage) -> Answer {
        self.post(&[("transaction", &page.transaction), ("decision", "deny")])
            .await
    }
}

/// The consent page, its form parsed.
#[derive(Debug, Clone)]
pub struct ConsentPage {
    pub answer: Answer,
    pub transaction: String,
    /// Boxes that are ticked and can be unticked.
    pub ticked: Vec<String>,
}

impl ConsentPage {
    pub fn read(answer: Answer) -> Self {
        let html = &answer.body;
        assert_eq!(html.matches("<form").count(), 1, "{html}");
        let inputs: Vec<BTreeMap<String, String>> = html
            .split("<input")
            .skip(1)
            .map(|rest| attributes(rest.split('>').next().unwrap()))
            .collect();
        let of_type = |kind: &'static str| {
            inputs
                .iter()
                .filter(move |input| input.get("type").is_some_and(|t| t == kind))
        };
        assert_eq!(of_type("password").count(), 1);
        let transaction = of_type("hidden")
            .find(|input| input["name"] == "transaction")
            .map(|input| input["value"].clone())
            .unwrap();
        let ticked = of_type("checkbox")
            .filter(|input| input.contains_key("checked") && !input.contains_key("disabled"))
            .map(|input| input["value"].clone())
            .collect();
        Self {
            transaction,
            ticked,
            answer,
        }
    }
}

/// The attributes of a tag, of which `tag` is what stands between its name and `>`.
pub fn attributes(tag: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut rest = tag.trim();
    while !rest.is_empty() {
        let end = rest
            .find(|c: char| c == '=' || c.is_whitespace())
            .unwrap_or(rest.len());
        let (name, after) = rest.split_at(end);
        if let Some(quoted) = after.strip_prefix("=\"") {
            let (value, after) = quoted.split_once('"').unwrap();
            found.insert(name.to_owned(), value.replace("&#38;", "&"));
            rest = after.trim_start();
        } else {
            found.insert(name.to_owned(), String::new());
            rest = after.strip_prefix('=').unwrap_or(after).trim_start();
        }
    }
    found
}

/// A page that runs nothing, loads nothing and leads nowhere.
#[track_caller]
pub fn is_only_text(page: &str) {
    let lower = page.to_lowercase();
    for never in [
        "<script",
        "http-equiv",
        " src=",
        " href=",
        "url(",
        "@import",
        "javascript:",
        " onclick",
    ] {
        assert!(!lower.contains(never), "{never}");
    }
}

/// Posts a form to the token endpoint.
pub async fn token_raw(server: &Server, fields: &[(&str, &str)]) -> Answer {
    let response = server
        .http
        .post(server.url("/token"))
        .header("Content-Type", "application/x-www-form-urlencoded")
        .body(encode(fields))
        .send()
        .await
        .unwrap();
    Answer::of(response).await
}

/// Redeems a code as `client` would.
pub async fn exchange(server: &Server, client: &Client, code: &str, verifier: &str) -> Answer {
    let mut fields = vec![
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", &client.redirect_uri),
        ("client_id", &client.id),
        ("code_verifier", verifier),
    ];
    if let Some(secret) = &client.secret {
        fields.push(("client_secret", secret));
    }
    token_raw(server, &fields).await
}

/// Refreshes as `client` would.
pub async fn refresh(server: &Server, client: &Client, refresh_token: &str) -> Answer {
    let mut fields = vec![
        ("grant_type", "refresh_token"),
        ("refresh_token", refresh_token),
        ("client_id", &client.id),
    ];
    if let Some(secret) = &client.secret {
        fields.push(("client_secret", secret));
    }
    token_raw(server, &fields).await
}

/// A connected client.
#[derive(Debug, Clone)]
pub struct Tokens {
    pub access_token: String,
    pub refresh_token: String,
    pub scope: String,
    pub client: Client,
}

impl Tokens {
    /// The tokens of a successful answer.
    pub fn of(answer: &Answer, client: &Client) -> Self {
        assert_eq!(answer.status, 200, "{}", answer.body);
        let document = answer.json();
        let text = |name: &str| document[name].as_str().unwrap_or_default().to_owned();
        Self {
            access_token: text("access_token"),
            refresh_token: text("refresh_token"),
            scope: text("scope"),
            client: client.clone(),
        }
    }

    pub async fn refresh(&self, server: &Server) -> Answer {
        refresh(server, &self.client, &self.refresh_token).await
    }
}

/// A code for `client`, approved by the owner with the boxes as they are.
pub async fn approved_code(server: &Server, client: &Client) -> String {
    let browser = Browser::new(server);
    let page = browser.open(&Request::of(server, client)).await;
    let answer = browser.approve(&page, secrets::OWNER).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    answer.code().unwrap()
}

/// Goes through the whole flow with exactly these scopes ticked (reading is always).
pub async fn connect_with(server: &Server, scopes: &[&str]) -> Tokens {
    let client = register(server).await;
    let browser = Browser::new(server);
    let page = browser.open(&Request::of(server, &client)).await;
    let answer = browser.approve_scopes(&page, secrets::OWNER, scopes).await;
    let code = answer.code().unwrap();
    Tokens::of(&exchange(server, &client, &code, VERIFIER).await, &client)
}

/// Goes through the whole flow as most owners do: read and write.
pub async fn connect(server: &Server) -> Tokens {
    connect_with(server, &["intervals:write"]).await
}

/// Calls an MCP path with a bearer token.
pub async fn call(server: &Server, path: &str, token: &str) -> Answer {
    let response = server
        .http
        .post(server.url(path))
        .header("Authorization", format!("Bearer {token}"))
        .header("Content-Type", "application/json")
        .header("Accept", "application/json, text/event-stream")
        .body(r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#)
        .send()
        .await
        .unwrap();
    Answer::of(response).await
}

/// Whether the guard lets this token pass, whatever the endpoint then answers.
pub async fn is_let_in(server: &Server, token: &str) -> bool {
    call(server, "/mcp", token).await.status != 401
}
