//! The two faces of the owner's page: the question for the secret, and the list.

use askama::Template;
use axum::response::Response;
use http::StatusCode;
use jiff::Timestamp;

use super::connections_words::ConnectionsWords;
use super::error::Error;
use super::grants::{self, Connection};
use super::page::{self, Problem};
use super::record::About;
use super::secret::{self, AsksFor};
use super::wording::Words;
use crate::language::Language;
use crate::state::Durability;

/// Why the page asks for the secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asking {
    First,
    Again(Problem),
    /// The form did not come from a page of ours in this browser.
    Foreign,
    /// The ticket's time is over.
    Expired,
    /// The form cannot be read, or the server cannot do what it asks.
    Malformed(Error),
}

pub struct AskPage<'a> {
    pub language: Language,
    pub asks_for: AsksFor,
    pub origin: &'a str,
    pub asking: Asking,
}

#[derive(Template)]
#[template(path = "connections_ask.html", config = "src/oauth/askama.toml")]
struct AskHtml<'a> {
    w: &'a Words,
    c: &'a ConnectionsWords,
    nonce: &'a str,
    secret_label: &'a str,
    secret_hint: &'a str,
    origin: &'a str,
    problem: Option<String>,
}

impl AskPage<'_> {
    pub fn response(&self) -> Result<Response, Error> {
        let (w, c) = (self.language.words(), self.language.connections_words());
        let nonce = secret::random_text::<16>()?;
        let (secret_label, secret_hint) = w.secret(self.asks_for);
        let problem = match self.asking {
            Asking::First => None,
            Asking::Again(Problem::EmptySecret) => Some(c.empty_secret.to_owned()),
            Asking::Again(Problem::WrongSecret) => Some(c.wrong_secret.to_owned()),
            Asking::Again(Problem::Wait(wait)) => Some(w.wait(wait)),
            Asking::Foreign => Some(c.foreign.to_owned()),
            Asking::Expired => Some(c.expired.to_owned()),
            Asking::Malformed(Error::Unavailable) => Some(c.unavailable.to_owned()),
            Asking::Malformed(_) => Some(c.malformed.to_owned()),
        };
        let html = AskHtml {
            w,
            c,
            nonce: &nonce,
            secret_label,
            secret_hint,
            origin: self.origin,
            problem,
        }
        .render();
        match self.asking {
            Asking::First => page::asked_again(None, &nonce, html),
            Asking::Again(problem) => page::asked_again(Some(problem), &nonce, html),
            Asking::Foreign | Asking::Expired => page::shown(StatusCode::FORBIDDEN, &nonce, html),
            Asking::Malformed(error) => page::shown(error.status(), &nonce, html),
        }
    }
}

/// What came of the button that was pressed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Nothing,
    /// With the host that access had gone to, where it is known.
    Ended(Option<String>),
    EndedAll,
    /// It was over before.
    Gone,
    /// Everything was to be ended, but the box was not ticked.
    NotSure,
    /// Over for this process; the store did not take it.
    NotStored,
}

pub struct ListPage<'a> {
    pub language: Language,
    pub origin: &'a str,
    pub athlete_id: &'a str,
    pub ticket: &'a str,
    pub connections: &'a [Connection],
    pub durability: Durability,
    /// Whether there is no other live connection.
    pub knows_all: bool,
    pub now: Timestamp,
    pub outcome: Outcome,
}

/// A moment for people and for programs.
struct Moment {
    text: String,
    iso: String,
}

struct Row<'a> {
    grant_id: &'a str,
    session_id: &'a str,
    host: Option<&'a str>,
    name: Option<&'a str>,
    scopes: Vec<&'static str>,
    begun: Moment,
    used: Option<Moment>,
}

#[derive(Template)]
#[template(path = "connections.html", config = "src/oauth/askama.toml")]
struct ListHtml<'a> {
    w: &'a Words,
    c: &'a ConnectionsWords,
    nonce: &'a str,
    origin: &'a str,
    athlete_id: &'a str,
    ticket: &'a str,
    rows: Vec<Row<'a>>,
    forgets: bool,
    knows_all: bool,
    line: String,
    said: Option<String>,
    problem: Option<&'a str>,
    unsure: bool,
}

impl ListPage<'_> {
    pub fn response(&self) -> Result<Response, Error> {
        let (w, c) = (self.language.words(), self.language.connections_words());
        let nonce = secret::random_text::<16>()?;
        let (status, said, problem) = match &self.outcome {
            Outcome::Nothing => (StatusCode::OK, None, None),
            Outcome::Ended(host) => {
                let host = host.as_deref().unwrap_or(c.unknown_app);
                let said = format!("{}{host}{}", c.ended_before, c.ended_after);
                (StatusCode::OK, Some(said), None)
            }
            Outcome::EndedAll => (StatusCode::OK, Some(c.ended_all.to_owned()), None),
            Outcome::Gone => (StatusCode::OK, Some(c.gone.to_owned()), None),
            Outcome::NotSure => (StatusCode::BAD_REQUEST, None, None),
            Outcome::NotStored => (StatusCode::SERVICE_UNAVAILABLE, None, Some(c.not_stored)),
        };
        let html = ListHtml {
            w,
            c,
            nonce: &nonce,
            origin: self.origin,
            athlete_id: self.athlete_id,
            ticket: self.ticket,
            rows: self
                .connections
                .iter()
                .map(|connection| self.row(w, c, connection))
                .collect(),
            forgets: self.durability == Durability::Process,
            knows_all: self.knows_all,
            line: self.now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            said,
            problem,
            unsure: self.outcome == Outcome::NotSure,
        };
        page::shown(status, &nonce, html.render())
    }

    fn row<'a>(&self, w: &Words, c: &ConnectionsWords, connection: &'a Connection) -> Row<'a> {
        let about = connection.about.as_ref();
        Row {
            grant_id: &connection.grant_id,
            session_id: grants::session_id(&connection.grant_id),
            host: about.and_then(|about| about.redirect_host.as_deref()),
            name: about.and_then(|about| about.client_name.as_deref()),
            scopes: about
                .map(About::scopes)
                .unwrap_or_default()
                .iter()
                .map(|scope| w.scope(scope).name)
                .collect(),
            begun: moment(connection.begun_at, |at| c.date(at)),
            used: connection.used.map(|used| {
                moment(used.at, |at| {
                    c.used(self.now.as_second() - at.as_second(), used.family)
                })
            }),
        }
    }
}

fn moment(seconds: i64, text: impl Fn(Timestamp) -> String) -> Moment {
    let at = Timestamp::from_second(seconds).unwrap_or_default();
    Moment {
        text: text(at),
        iso: at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
    }
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;

    use super::*;

    async fn shown(
        durability: Durability,
        connections: &[Connection],
        outcome: Outcome,
    ) -> (StatusCode, String) {
        let page = ListPage {
            language: Language::English,
            origin: "https://mcp.example.com",
            athlete_id: "i1",
            ticket: "t",
            connections,
            durability,
            knows_all: durability == Durability::Durable,
            now: "2026-03-18T09:30:00Z".parse().unwrap(),
            outcome,
        };
        let response = page.response().unwrap();
        let status = response.status();
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn the_page_tells_where_state_is_kept() {
        let (_, durable) = shown(Durability::Durable, &[], Outcome::Nothing).await;
        assert!(durable.contains("No app is connected"));
        assert!(durable.contains("a database that outlasts restarts"));
        assert!(!durable.contains("TOKENS_NOT_BEFORE"));
        let (_, memory) = shown(Durability::Process, &[], Outcome::Nothing).await;
        assert!(memory.contains("No app has come since this server was started"));
        assert!(memory.contains("kept in memory") && memory.contains("TOKENS_NOT_BEFORE"));
    }

    #[tokio::test]
    async fn what_is_not_known_is_said_to_be_unknown() {
        let connection = Connection {
            grant_id: "0123456789".to_owned(),
            about: None,
            begun_at: 0,
            used: None,
        };
        let (_, page) = shown(Durability::Process, &[connection], Outcome::Nothing).await;
        for told in [
            "Unknown app",
            "not known",
            "not since the restart",
            "session_id=01234567<",
        ] {
            assert!(page.contains(told), "{told}");
        }
    }

    #[tokio::test]
    async fn an_end_that_was_not_stored_is_no_success() {
        let (status, page) = shown(Durability::Durable, &[], Outcome::NotStored).await;
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
        assert!(page.contains("role=\"alert\"") && page.contains("may be back"));
    }
}
