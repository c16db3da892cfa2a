//! Is whoever comes without a token shown the way to the login?

use http::header;

use super::finding::Finding;
use super::intruder;
use super::reach;
use super::situation::Situation;
use super::visitor::{Answer, Ask, Visitor};

const PING: &str = r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#;

pub async fn examine(situation: &Situation, visitor: &Visitor) -> Finding {
    let ask = Ask {
        headers: &[
            (header::CONTENT_TYPE, "application/json"),
            (header::ACCEPT, "application/json, text/event-stream"),
        ],
        body: Some(PING.to_owned()),
    };
    match visitor.ask("/mcp", ask).await {
        Ok(answer) => judge(situation, &answer),
        Err(failure) => reach::unreached(situation, &failure),
    }
}

fn judge(situation: &Situation, answer: &Answer) -> Finding {
    let url = situation.public_url.mcp();
    let is_ours = answer.status == 401 && answer.json()["error"] == "unauthorized";
    let challenge = answer.header(header::WWW_AUTHENTICATE);
    let metadata = situation.url("/.well-known/oauth-protected-resource/mcp");
    let names_it = challenge.contains(&format!("resource_metadata=\"{metadata}\""));
    if !is_ours {
        return intruder::name(situation, "/mcp", answer);
    }
    if !names_it {
        let what = if challenge.is_empty() {
            "takes the WWW-Authenticate header out of"
        } else {
            "changes the WWW-Authenticate header in"
        };
        return Finding::problem(
            format!(
                "Something in front of the server {what} the answer of {url}: apps do not learn where to log in."
            ),
            "Let the proxy pass the headers of answers on unchanged (nginx: no proxy_hide_header, no auth_basic and no \
             proxy_intercept_errors for this host).",
        );
    }
    if answer.is_from_cache() {
        return cached(&url);
    }
    Finding::ok("Apps without a token are shown the way to the login.")
}

/// The finding for an answer that nobody may keep, and that came from a cache.
pub fn cached(url: &str) -> Finding {
    Finding::warning(
        format!(
            "A cache in front of the server answers for {url}, although the server forbids it."
        ),
        "Switch off caching for this host in the proxy or the CDN (Cloudflare: a cache rule \"Bypass cache\").",
    )
}
