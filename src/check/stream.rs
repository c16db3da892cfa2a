//! Do a token and a stream pass the proxy?
//!
//! The server answers in two pieces to whoever shows a ticket made with `JWT_SECRET_KEY`, which is good for a minute and for
//! nothing else: it opens no tool and no data, so it may be sent to BASE_URL. It travels as a token does.

use http::header;

use super::finding::Finding;
use super::intruder;
use super::reach;
use super::situation::Situation;
use super::visitor::{Answer, Ask, Visitor};
use crate::oauth::probe::PAUSE;

/// Twice before a proxy is blamed: the network may have held back the first piece.
const TRIES: usize = 2;

pub async fn examine(situation: &Situation, visitor: &Visitor, ticket: &str) -> Finding {
    let bearer = format!("Bearer {ticket}");
    let mut packed = false;
    for _ in 0..TRIES {
        let ask = Ask {
            headers: &[
                (header::AUTHORIZATION, &bearer),
                (header::CONTENT_TYPE, "application/json"),
                (header::ACCEPT, "application/json, text/event-stream"),
                (header::ACCEPT_ENCODING, "gzip, br"),
            ],
            body: Some("{}".to_owned()),
        };
        let (answer, between) = match visitor.watch("/mcp", ask).await {
            Ok(watched) => watched,
            Err(failure) => return reach::unreached(situation, &failure),
        };
        if answer.status != 200 {
            return refused(situation, &answer);
        }
        packed = answer.headers.contains_key(header::CONTENT_ENCODING);
        if between >= PAUSE / 2 {
            return Finding::ok("Tokens and streams pass: answers arrive piece by piece.");
        }
    }
    let remedy = if packed {
        "Switch off compression of text/event-stream in the proxy, and buffering of answers"
    } else {
        "Switch off buffering of answers in the proxy"
    };
    Finding::warning(
        "The proxy holds answers back until they are complete: progress does not show, and apps may give up on long calls.",
        format!(
            "{remedy} (nginx: proxy_buffering off, and no proxy_ignore_headers X-Accel-Buffering; Caddy: flush_interval -1)."
        ),
    )
}

fn refused(situation: &Situation, answer: &Answer) -> Finding {
    let public_url = &situation.public_url;
    match answer.json()["error"].as_str() {
        Some("unauthorized") if answer.status == 401 => Finding::problem(
            format!(
                "The proxy in front of {public_url} takes tokens away: the Authorization header does not reach the server."
            ),
            "Let the proxy pass the Authorization header on, and switch off a login of its own (nginx: no auth_basic; Apache: \
             CGIPassAuth on).",
        ),
        Some("invalid_token") if answer.status == 401 => Finding::warning(
            format!(
                "Whether streams pass is not known: the server at {public_url} has another JWT_SECRET_KEY or ATHLETE_ID than is set here, or another time."
            ),
            "Run the check where the server runs and with its settings.",
        ),
        _ => intruder::name(situation, "/mcp", answer),
    }
}
