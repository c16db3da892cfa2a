//! The authorization server without a socket, for tests that ask it thousands of questions.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::routing::post;
use http::{Request, StatusCode};
use http_body_util::BodyExt as _;
use intervals_mcp_server::app::App;
use intervals_mcp_server::clock::Clock;
use intervals_mcp_server::identity::Caller;
use intervals_mcp_server::oauth::OAuth;
use intervals_mcp_server::public_url::PublicUrl;
use intervals_mcp_server::state::Store;
use serde_json::json;
use tower::ServiceExt as _;

use crate::support::flow::{Answer, Client, ConsentPage, VERIFIER, challenge, encode};
use crate::support::{ServerOptions, secrets};

const ORIGIN: &str = "https://mcp.example.com";
const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";

pub struct Inside {
    router: Router,
    pub clock: Clock,
}

/// The consent page with the cookie that belongs to it.
pub struct Question {
    pub page: ConsentPage,
    cookie: String,
}

impl Inside {
    /// The whole server.
    pub fn app(options: ServerOptions) -> Self {
        let clock = options.clock.clone();
        let public_url = PublicUrl::parse(ORIGIN).unwrap();
        let app = App::build(options.settings(&public_url), clock.clone()).unwrap();
        Self {
            router: app.router(),
            clock,
        }
    }

    /// The authorization server over a store of the test's; behind the guard somebody answers with the scopes of the caller.
    pub fn over(store: Arc<dyn Store>, options: ServerOptions) -> Self {
        async fn tell(request: axum::extract::Request) -> String {
            let caller = request.extensions().get::<Caller>().unwrap();
            caller.scopes.to_string()
        }
        let clock = options.clock.clone();
        let public_url = PublicUrl::parse(ORIGIN).unwrap();
        let settings = options.settings(&public_url).oauth;
        let oauth = OAuth::new(settings, store, clock.clone()).unwrap();
        let behind = Router::new().route("/mcp", post(tell));
        Self {
            router: oauth.router().merge(oauth.guarded(behind)),
            clock,
        }
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: String::from_utf8(bytes.to_vec()).unwrap(),
        }
    }

    pub fn request(method: &str, target: &str) -> http::request::Builder {
        Request::builder()
            .method(method)
            .uri(target)
            .header("Host", "mcp.example.com")
    }

    pub async fn post(&self, path: &str, content_type: &str, body: String) -> Answer {
        let request = Self::request("POST", path)
            .header("Content-Type", content_type)
            .body(body.into())
            .unwrap();
        self.send(request).await
    }

    /// Registers a public client for these redirect URIs.
    pub async fn register(&self, redirect_uris: &[&str]) -> Answer {
        let body = json!({
            "redirect_uris": redirect_uris,
            "token_endpoint_auth_method": "none",
        });
        self.post("/register", JSON, body.to_string()).await
    }

    pub async fn client(&self, redirect_uri: &str) -> Client {
        let answer = self.register(&[redirect_uri]).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
        Client {
            id: answer.json()["client_id"].as_str().unwrap().to_owned(),
            secret: None,
            redirect_uri: redirect_uri.to_owned(),
        }
    }

    /// What a browser gets for an authorization request that differs from the usual one by `changed`; an empty value leaves the
    /// parameter out.
    pub async fn authorize(&self, client: &Client, changed: &[(&str, &str)]) -> Answer {
        let challenge = challenge(VERIFIER);
        let mut pairs = vec![
            ("response_type", "code"),
            ("client_id", &client.id),
            ("redirect_uri", &client.redirect_uri),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ];
        pairs.retain(|(name, _)| !changed.iter().any(|(other, _)| other == name));
        pairs.extend(changed.iter().filter(|(_, value)| !value.is_empty()));
        let target = format!("/authorize?{}", encode(&pairs));
        self.send(Self::request("GET", &target).body(Body::empty()).unwrap())
            .await
    }

    /// The consent page for a request that asks for `scope`.
    pub async fn ask(&self, client: &Client, scope: &str) -> Question {
        let answer = self.authorize(client, &[("scope", scope)]).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        let cookie = answer.header("set-cookie");
        Question {
            cookie: cookie.split(';').next().unwrap().to_owned(),
            page: ConsentPage::read(answer),
        }
    }

    /// The owner types the secret, ticks exactly `scopes` and approves.
    pub async fn approve(&self, question: &Question, scopes: &[&str]) -> Answer {
        let mut fields = vec![
            ("transaction", question.page.transaction.as_str()),
            ("secret", secrets::OWNER),
            ("decision", "approve"),
        ];
        fields.extend(scopes.iter().map(|scope| ("scope", *scope)));
        let request = Self::request("POST", "/authorize")
            .header("Content-Type", FORM)
            .header("Origin", ORIGIN)
            .header("Cookie", &question.cookie)
            .body(encode(&fields).into())
            .unwrap();
        self.send(request).await
    }

    pub async fn token(&self, fields: &[(&str, &str)]) -> Answer {
        self.post("/token", FORM, encode(fields)).await
    }

    pub async fn redeem(&self, client: &Client, code: &str) -> Answer {
        self.token(&[
            ("grant_type", "authorization_code"),
            ("code", code),
            ("client_id", &client.id),
            ("code_verifier", VERIFIER),
        ])
        .await
    }

    pub async fn refresh(&self, client: &Client, refresh_token: &str) -> Answer {
        self.token(&[
            ("grant_type", "refresh_token"),
            ("refresh_token", refresh_token),
            ("client_id", &client.id),
        ])
        .await
    }

    /// The client gives a token back.
    pub async fn revoke(&self, client: &Client, token: &str) -> Answer {
        let body = encode(&[("token", token), ("client_id", &client.id)]);
        self.post("/revoke", FORM, body).await
    }

    /// A call with a bearer token.
    pub async fn call(&self, access_token: &str) -> Answer {
        let request = Self::request("POST", "/mcp")
            .header("Content-Type", JSON)
            .header("Accept", "application/json, text/event-stream")
            .header("Authorization", format!("Bearer {access_token}"))
            .body(Body::from(r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#))
            .unwrap();
        self.send(request).await
    }
}
