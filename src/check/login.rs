//! Do the pages and endpoints of the login reach the server, and do bodies pass?

use http::header;

use super::door::cached;
use super::finding::Finding;
use super::intruder;
use super::reach;
use super::situation::Situation;
use super::visitor::{Answer, Ask, Failure, Visitor};

/// Larger than the registration of any app, smaller than what the server takes.
const PADDING: usize = 12 * 1024;

/// What every page of this server says about itself.
const OWN_PAGE: &str = "class=\"mast\"";

/// What is wrong, or that nothing is.
pub async fn examine(situation: &Situation, visitor: &Visitor) -> Vec<Finding> {
    let mut findings = Vec::new();
    // As a browser asks; without parameters it is told what is missing.
    let browser = Ask {
        headers: &[
            (header::ACCEPT, "text/html,application/xhtml+xml;q=0.9"),
            (header::ACCEPT_LANGUAGE, "en"),
        ],
        body: None,
    };
    let page = visitor.ask("/authorize", browser).await;
    findings.extend(expect(situation, "/authorize", page, |answer| {
        let text = String::from_utf8_lossy(&answer.body);
        answer.status == 400 && answer.is_html() && text.contains(OWN_PAGE)
    }));
    // Neither registers nor asks for anything that could be given.
    let padding = "x".repeat(PADDING);
    let register = posted("application/json", format!(r#"{{"padding":"{padding}"}}"#));
    let token = posted(
        "application/x-www-form-urlencoded",
        "grant_type=check".to_owned(),
    );
    for (path, (kind, body), error) in [
        ("/register", register, "invalid_client_metadata"),
        ("/token", token, "unsupported_grant_type"),
    ] {
        let ask = Ask {
            headers: &[(header::CONTENT_TYPE, kind)],
            body: Some(body),
        };
        let answer = visitor.ask(path, ask).await;
        findings.extend(expect(situation, path, answer, |answer| {
            answer.status == 400 && answer.json()["error"] == error
        }));
    }
    if findings.is_empty() {
        findings.push(Finding::ok(
            "Registration, consent page and tokens are reachable.",
        ));
    }
    findings
}

const fn posted(kind: &'static str, body: String) -> (&'static str, String) {
    (kind, body)
}

fn expect(
    situation: &Situation,
    path: &str,
    answer: Result<Answer, Failure>,
    is_ours: impl Fn(&Answer) -> bool,
) -> Option<Finding> {
    match answer {
        Ok(answer) if is_ours(&answer) && answer.is_from_cache() => {
            Some(cached(&situation.url(path)))
        }
        Ok(answer) if is_ours(&answer) => None,
        Ok(answer) => Some(intruder::name(situation, path, &answer)),
        Err(failure) => Some(reach::unreached(situation, &failure)),
    }
}
