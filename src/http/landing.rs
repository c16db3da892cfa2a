//! What a person sees who opens the server's address in a browser: what it is, and the URL to paste.
//!
//! `GET /` is also the MCP endpoint, so that only what asks for HTML and not for an event stream gets this page.

use askama::Template;
use axum::body::Bytes;
use axum::extract::Request;
use axum::http::header::{
    ACCEPT, CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_SECURITY_POLICY, CONTENT_TYPE, VARY,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use crate::language::Language;
use crate::public_url::PublicUrl;

/// The pages, made once: they depend on nothing that a request could bring.
pub(super) struct Landing {
    english: Bytes,
    japanese: Bytes,
    policy: HeaderValue,
}

impl Landing {
    pub(super) fn new(public_url: &PublicUrl) -> Self {
        let url = public_url.mcp();
        // The one style sheet is allowed by its hash; nothing else is.
        let hash = STANDARD.encode(Sha256::digest(STYLE.as_bytes()));
        let policy = format!(
            "default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        );
        Self {
            english: page(&ENGLISH, &url),
            japanese: page(&JAPANESE, &url),
            policy: HeaderValue::try_from(policy)
                .unwrap_or(HeaderValue::from_static("default-src 'none'")),
        }
    }

    /// The page, if `request` is a browser's.
    pub(super) fn answer(&self, request: &Request) -> Option<Response> {
        let headers = request.headers();
        if !asks_for(headers, "text/html") || asks_for(headers, "text/event-stream") {
            return None;
        }
        let (words, page) = match Language::preferred(headers) {
            Language::Japanese => (&JAPANESE, &self.japanese),
            Language::English => (&ENGLISH, &self.english),
        };
        let fixed = |value| HeaderValue::from_static(value);
        let headers: [(HeaderName, HeaderValue); 5] = [
            (CONTENT_TYPE, fixed("text/html; charset=utf-8")),
            (CONTENT_LANGUAGE, fixed(words.language)),
            (CONTENT_SECURITY_POLICY, self.policy.clone()),
            (CACHE_CONTROL, fixed("no-cache")),
            (VARY, fixed("Accept-Language")),
        ];
        Some((headers, page.clone()).into_response())
    }
}

fn asks_for(headers: &HeaderMap, kind: &str) -> bool {
    headers
        .get_all(ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .any(|value| value.to_ascii_lowercase().contains(kind))
}

struct Words {
    language: &'static str,
    title: &'static str,
    what: &'static str,
    paste: &'static str,
    steps: [&'static str; 3],
    other: &'static str,
    connections: &'static str,
}

const ENGLISH: Words = Words {
    language: "en",
    title: "Intervals.icu for Claude",
    what: "This server lets Claude and other MCP clients read and plan one athlete’s training on Intervals.icu. Only its \
           owner can connect an app to it.",
    paste: "The URL to paste",
    steps: [
        "In Claude open Settings, then Connectors, and choose “Add custom connector”.",
        "Give it a name without a dot and paste the URL above.",
        "Choose “Connect”, check what the app asks for, and approve it with the owner password.",
    ],
    other: "In Claude Code:",
    connections: "Which apps are connected?",
};

const JAPANESE: Words = Words {
    language: "ja",
    title: "Claude のための Intervals.icu",
    what: "このサーバーは、Claude などの MCP クライアントが、一人のアスリートの Intervals.icu \
           のトレーニングを読み取り、計画できるようにします。アプリを接続できるのは、このサーバーの所有者だけです。",
    paste: "貼り付ける URL",
    steps: [
        "Claude の「設定」から「コネクタ」を開き、「カスタムコネクタを追加」を選びます。",
        "ピリオドを含まない名前を付け、上の URL を貼り付けます。",
        "「連携」を選び、アプリが求める権限を確かめて、所有者のパスワードで承認します。",
    ],
    other: "Claude Code の場合:",
    connections: "どのアプリが接続されていますか?",
};

const STYLE: &str = include_str!("landing.css");

#[derive(Template)]
#[template(
    ext = "html",
    source = r#"<!doctype html>
<html lang="{{ words.language }}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>{{ words.title }}</title>
<style>{{ style|safe }}</style>
</head>
<body>
<main>
<h1>{{ words.title }}</h1>
<p>{{ words.what }}</p>
<h2>{{ words.paste }}</h2>
<p><code>{{ url }}</code></p>
<ol>
{%- for step in words.steps %}
<li>{{ step }}</li>
{%- endfor %}
</ol>
<p>{{ words.other }}</p>
<p><code>claude mcp add --transport http intervals {{ url }}</code></p>
<p><a href="/connections">{{ words.connections }}</a></p>
</main>
</body>
</html>
"#
)]
struct Page<'a> {
    words: &'a Words,
    url: &'a str,
    style: &'a str,
}

fn page(words: &Words, url: &str) -> Bytes {
    let page = Page {
        words,
        url,
        style: STYLE,
    };
    // Rendering into memory cannot fail; an empty page would be a smaller evil than a panic.
    Bytes::from(page.render().unwrap_or_default())
}
