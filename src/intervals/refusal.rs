//! What an answer outside 2xx means.

use std::time::Duration;

use serde_json::Value;

use super::error::Error;

/// Longest text of the service that is passed on, in characters.
const MESSAGE_CHARS: usize = 300;

/// The error for a status, with the service's own words when it is one whose words are meant for people.
///
/// `secret` is cut out of them, should they ever repeat it.
pub(super) fn error(
    status: u16,
    html: bool,
    retry_after: Option<Duration>,
    body: &[u8],
    secret: &str,
) -> Error {
    let document = serde_json::from_slice::<Value>(body).unwrap_or_default();
    let message = || message(&document, secret);
    let html = html || looks_like_html(body);
    match status {
        401 => Error::Unauthorized,
        429 => Error::RateLimited {
            retry_after: retry_after.or_else(|| told_wait(&document)),
        },
        _ if html => Error::Blocked { status },
        402 => Error::PaymentRequired { message: message() },
        403 => Error::Forbidden { message: message() },
        404 => Error::NotFound { message: message() },
        400..=499 => Error::Rejected {
            status,
            message: message(),
        },
        500.. => Error::Unavailable {
            status,
            retry_after,
        },
        _ => Error::Blocked { status },
    }
}

/// Whether a body that should be JSON is a page.
pub(super) fn looks_like_html(body: &[u8]) -> bool {
    body.trim_ascii_start().starts_with(b"<")
}

fn told_wait(document: &Value) -> Option<Duration> {
    document
        .get("retry_after_seconds")
        .and_then(Value::as_u64)
        .map(Duration::from_secs)
}

/// The `error` member, also of the first element where bulk calls answer with a list.
fn message(document: &Value, secret: &str) -> Option<String> {
    let object = if document.is_array() {
        document.get(0)?
    } else {
        document
    };
    let text = object.get("error").and_then(Value::as_str)?;
    let text = if secret.is_empty() {
        text.to_owned()
    } else {
        text.replace(secret, "…")
    };
    let visible = text
        .chars()
        .map(|char| if is_invisible(char) { ' ' } else { char })
        .collect::<String>();
    let words = visible.split_whitespace().collect::<Vec<_>>().join(" ");
    let is_page = words.contains("</") || words.to_ascii_lowercase().contains("<html");
    if words.is_empty() || is_page {
        return None;
    }
    Some(words.chars().take(MESSAGE_CHARS).collect())
}

/// Control characters and those that hide text or turn its direction.
fn is_invisible(char: char) -> bool {
    char.is_control()
        || matches!(char, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(status: u16, body: &str) -> Error {
        error(status, false, None, body.as_bytes(), "t0p-secret")
    }

    #[test]
    fn the_words_of_the_service_are_kept_and_cleaned() {
        let message = Some("Name is required, (…)".to_owned());
        assert_eq!(
            told(
                422,
                r#"{"status":422,"error":"Name\u0007 is\n\u202erequired, (t0p-secret)"}"#
            ),
            Error::Rejected {
                status: 422,
                message: message.clone()
            }
        );
        assert_eq!(
            told(422, r#"[{"status":422,"error":"Name is required, (…)"}]"#),
            Error::Rejected {
                status: 422,
                message
            }
        );
    }

    #[test]
    fn a_long_message_is_cut() {
        let body = format!(r#"{{"error":"{}"}}"#, "é".repeat(5000));
        let Error::Rejected {
            message: Some(message),
            ..
        } = told(400, &body)
        else {
            panic!("not rejected");
        };
        assert_eq!(message.chars().count(), 300);
    }

    #[test]
    fn a_page_is_never_a_message() {
        let page = "<!DOCTYPE html><title>Just a moment</title>";
        assert_eq!(told(403, page), Error::Blocked { status: 403 });
        assert_eq!(told(503, page), Error::Blocked { status: 503 });
        assert_eq!(told(401, page), Error::Unauthorized);
        assert_eq!(
            told(404, r#"{"error":"<html><b>no</b></html>"}"#),
            Error::NotFound { message: None }
        );
    }

    #[test]
    fn an_empty_or_plain_body_still_has_its_status() {
        assert_eq!(told(403, ""), Error::Forbidden { message: None });
        assert_eq!(told(402, "pay"), Error::PaymentRequired { message: None });
        assert_eq!(
            told(418, "null"),
            Error::Rejected {
                status: 418,
                message: None
            }
        );
        assert_eq!(told(302, ""), Error::Blocked { status: 302 });
        assert_eq!(
            told(500, "{}"),
            Error::Unavailable {
                status: 500,
                retry_after: None
            }
        );
    }

    #[test]
    fn the_wait_may_stand_in_the_body() {
        assert_eq!(
            told(429, r#"{"status":429,"retry_after_seconds":1800}"#),
            Error::RateLimited {
                retry_after: Some(Duration::from_secs(1800))
            }
        );
    }
}
