//! The consent page: the question, and what is said when there is none to ask.

use askama::Template;
use axum::response::{IntoResponse, Response};
use http::StatusCode;

use super::client::Asker;
use super::client_url::ClientUrl;
use super::error::Error;
use super::page::{self, Problem};
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
        let (secret_label, secret_hint) = w.secret(self.asks_for);
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
                Problem::Wait(wait) => w.wait(wait),
            }),
        };
        page::asked_again(self.problem, &nonce, html.render())
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
                page::shown(status, &nonce, html.render())
            })
            .unwrap_or_else(IntoResponse::into_response)
    }
}
