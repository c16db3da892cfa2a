//! The pages that the owner sees: the question, and what is said when there is none to ask.
//!
//! No script, nothing loaded from anywhere, and no `form-action`: browsers apply that to the whole chain of redirects, which ends at
//! the client (mcp-oauth.md Z-8).

use askama::Template;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};

use super::client::Asker;
use super::client_url::ClientUrl;
use super::error::{self, Error};
use super::redirect::{Destination, RedirectUri};
use super::secret::{self, AsksFor};
use super::wording::{Language, NoticeWords, ScopeWords, Words};
use crate::identity::{Scope, Scopes};

/// The question.
pub struct Page<'a> {
    pub language: Language,
    pub redirect_uri: &'a RedirectUri,
    pub asker: &'a Asker,
    /// Ticked when the page is shown; reading is always.
    pub ticked: Scopes,
    pub asks_for: AsksFor,
    pub origin: &'a str,
    pub transaction: &'a str,
    pub problem: Option<Problem>,
}

/// Why the page is shown again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    EmptySecret,
    WrongSecret,
    Wait(std::time::Duration),
}

struct Row {
    scope: &'static str,
    words: ScopeWords,
    locked: bool,
    ticked: bool,
}

/// What to think of before approving; the host stands between the two halves of the sentence.
struct Warning<'a> {
    before: &'a str,
    host: &'a str,
    after: &'a str,
}

#[derive(Template)]
#[template(path = "consent.html", config = "src/oauth/askama.toml")]
struct ConsentHtml<'a> {
    w: &'a Words,
    nonce: &'a str,
    host: &'a str,
    address: &'a str,
    destination: Destination,
    warnings: Vec<Warning<'a>>,
    client_name: Option<&'a str>,
    client_url: Option<&'a ClientUrl>,
    is_unread: bool,
    rows: Vec<Row>,
    secret_label: &'a str,
    secret_hint: &'a str,
    origin: &'a str,
    transaction: &'a str,
    problem: Option<String>,
}

impl Page<'_> {
    pub fn response(&self) -> Result<Response, Error> {
        let w = self.language.words();
        let nonce = secret::random_text::<16>()?;
        let (secret_label, secret_hint) = match self.asks_for {
            AsksFor::Password => (w.password_label, w.password_hint),
            AsksFor::ApiKey => (w.api_key_label, w.api_key_hint),
        };
        let html = ConsentHtml {
            w,
            nonce: &nonce,
            host: self.redirect_uri.shown_host(),
            address: self.redirect_uri.as_str(),
            destination: self.redirect_uri.destination(),
            warnings: self.warnings(w),
            client_name: self.asker.name(),
            client_url: self.asker.url(),
            is_unread: matches!(self.asker, Asker::Unread(_)),
            rows: Scope::ALL
                .into_iter()
                .map(|scope| Row {
                    scope: scope.as_str(),
                    words: w.scope(scope),
                    locked: scope == Scope::Read,
                    ticked: self.ticked.iter().any(|ticked| ticked == scope),
                })
                .collect(),
            secret_label,
            secret_hint,
            origin: self.origin,
            transaction: self.transaction,
            problem: self.problem.map(|problem| match problem {
                Problem::EmptySecret => w.empty_secret.to_owned(),
                Problem::WrongSecret => w.wrong_secret.to_owned(),
                Problem::Wait(wait) => {
                    format!("{}{}{}", w.wait_before, error::seconds(wait), w.wait_after)
                }
            }),
        };
        let status = match self.problem {
            None => StatusCode::OK,
            Some(Problem::EmptySecret | Problem::WrongSecret) => StatusCode::FORBIDDEN,
            Some(Problem::Wait(_)) => StatusCode::TOO_MANY_REQUESTS,
        };
        let mut response = page(status, &nonce, html.render())?;
        if let Some(Problem::Wait(wait)) = self.problem {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, error::seconds(wait).into());
        }
        Ok(response)
    }

    /// A document proves whose web site it is on; it proves nothing about the program that answers on a port, and a site may name
    /// another one's address.
    fn warnings(&self, w: &'static Words) -> Vec<Warning<'_>> {
        let mut warnings = Vec::new();
        let Some(url) = self.asker.url() else {
            return warnings;
        };
        let host = url.host();
        if matches!(self.asker, Asker::Unread(_)) {
            let (before, after) = w.unread;
            warnings.push(Warning {
                before,
                host,
                after,
            });
            let to = self.redirect_uri.web_host();
            if to.is_some_and(|to| to != host) {
                let (before, after) = w.elsewhere;
                warnings.push(Warning {
                    before,
                    host,
                    after,
                });
            }
        }
        if self.redirect_uri.destination() == Destination::Loopback {
            let (before, after) = w.no_voucher;
            warnings.push(Warning {
                before,
                host,
                after,
            });
        }
        warnings
    }
}

/// A page that ends the matter on this server: nothing is sent anywhere.
#[derive(Debug, Clone, Copy)]
pub enum Notice {
    UnknownClient,
    BadRedirect(Error),
    Malformed(Error),
    /// The client's mistake, which it may not be told by redirect.
    RequestError(Error),
    Forged,
    Expired,
    Answered,
    TooManyWrong,
    Denied,
    Unavailable,
    /// The client's document could not be had, for whatever reason.
    AppUnreachable,
    /// The client's document is not one.
    AppRefused(Error),
}

#[derive(Template)]
#[template(path = "notice.html", config = "src/oauth/askama.toml")]
struct NoticeHtml<'a> {
    w: &'a Words,
    nonce: &'a str,
    notice: NoticeWords,
    detail: Option<Error>,
}

impl Notice {
    const fn row(self, w: &Words) -> (StatusCode, NoticeWords) {
        match self {
            Self::UnknownClient => (StatusCode::BAD_REQUEST, w.unknown_client),
            Self::BadRedirect(_) => (StatusCode::BAD_REQUEST, w.bad_redirect),
            Self::Malformed(error) => (error.status(), w.malformed),
            Self::RequestError(_) => (StatusCode::BAD_REQUEST, w.request_error),
            Self::Forged => (StatusCode::FORBIDDEN, w.forged),
            Self::Expired => (StatusCode::BAD_REQUEST, w.expired),
            Self::Answered => (StatusCode::CONFLICT, w.answered),
            Self::TooManyWrong => (StatusCode::FORBIDDEN, w.too_many_wrong),
            Self::Denied => (StatusCode::OK, w.denied),
            Self::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, w.unavailable),
            Self::AppUnreachable => (StatusCode::SERVICE_UNAVAILABLE, w.app_unreachable),
            Self::AppRefused(_) => (StatusCode::BAD_REQUEST, w.app_refused),
        }
    }

    pub fn response(self, language: Language) -> Response {
        let w = language.words();
        let (status, notice) = self.row(w);
        let detail = match self {
            Self::RequestError(error)
            | Self::BadRedirect(error)
            | Self::Malformed(error)
            | Self::AppRefused(error) => Some(error),
            _ => None,
        };
        secret::random_text::<16>()
            .and_then(|nonce| {
                let html = NoticeHtml {
                    w,
                    nonce: &nonce,
                    notice,
                    detail,
                };
                page(status, &nonce, html.render())
            })
            .unwrap_or_else(IntoResponse::into_response)
    }
}

fn page(
    status: StatusCode,
    nonce: &str,
    html: Result<String, askama::Error>,
) -> Result<Response, Error> {
    let html = html.map_err(|error| {
        tracing::error!(%error, "a page could not be written");
        Error::Unavailable
    })?;
    let policy = format!(
        "default-src 'none'; style-src 'nonce-{nonce}'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'"
    );
    let policy = HeaderValue::try_from(policy).map_err(|_| Error::Unavailable)?;
    let fixed = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        // Not `no-referrer`: that makes the form's Origin `null`.
        (header::REFERRER_POLICY, "same-origin"),
        (header::VARY, "Accept-Language"),
    ];
    let mut response = (status, fixed, html).into_response();
    response
        .headers_mut()
        .insert(header::CONTENT_SECURITY_POLICY, policy);
    Ok(response)
}
