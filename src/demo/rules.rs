//! What the real API refuses, and how it says so.

use axum::http::{HeaderMap, StatusCode, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::civil::{Date, DateTime};
use serde_json::{Value, json};

use super::{API_KEY, ATHLETE_ID};

/// An answer other than success.
#[derive(Debug)]
pub struct Refusal {
    pub status: StatusCode,
    pub body: Value,
    /// What the client should never have sent; kept for tests.
    pub violation: Option<String>,
}

impl Refusal {
    /// The service's usual shape, `{"status", "error"}`.
    pub fn new(status: StatusCode, error: impl Into<String>) -> Self {
        let error: String = error.into();
        Self {
            status,
            body: json!({"status": status.as_u16(), "error": error}),
            violation: None,
        }
    }

    pub fn unprocessable(error: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, error)
    }

    pub fn not_found(error: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, error)
    }

    /// A mistake of the client's author rather than of its user.
    #[must_use]
    pub fn violating(mut self, violation: impl Into<String>) -> Self {
        self.violation = Some(violation.into());
        self
    }

    /// The shape of the framework underneath: no route, or no such method on it.
    pub fn of_framework(status: StatusCode, timestamp: &str, path: &str) -> Self {
        let reason = status.canonical_reason().unwrap_or_default();
        Self {
            status,
            body: json!({"timestamp": timestamp, "status": status.as_u16(), "error": reason, "path": path}),
            violation: None,
        }
    }
}

/// Basic authentication with the literal user `API_KEY`; the key sent as a bearer token is access denied.
pub fn authenticate(headers: &HeaderMap) -> Result<(), Refusal> {
    let unauthorized = || Refusal::new(StatusCode::UNAUTHORIZED, "Unauthorized");
    let value = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .ok_or_else(|| unauthorized().violating("no Authorization header"))?;
    let Some(encoded) = value.strip_prefix("Basic ") else {
        return Err(Refusal::new(StatusCode::FORBIDDEN, "Access denied"));
    };
    let decoded = STANDARD.decode(encoded).unwrap_or_default();
    if decoded == format!("API_KEY:{API_KEY}").into_bytes() {
        Ok(())
    } else {
        Err(unauthorized())
    }
}

/// A body is JSON and says so.
pub fn content_type(headers: &HeaderMap, body: &str) -> Result<(), Refusal> {
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    if body.is_empty() || kind.starts_with("application/json") {
        return Ok(());
    }
    Err(
        Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "Unsupported Media Type")
            .violating(format!("body sent as {kind:?}")),
    )
}

/// The athlete in a path is the owner of the key, or `0` for the same.
pub fn own_athlete(id: &str) -> Result<(), Refusal> {
    if id == ATHLETE_ID || id == "0" {
        Ok(())
    } else {
        Err(Refusal::new(StatusCode::FORBIDDEN, "Access denied"))
    }
}

/// What the value of a query parameter must be.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    Integer,
    Number,
    Boolean,
    /// `2026-03-18`.
    Day,
    /// A day or a local date-time.
    Moment,
    Text,
    /// Comma-separated members of a set; an empty set is any.
    List(&'static [&'static str]),
    Choice(&'static [&'static str]),
}

impl Kind {
    fn accepts(self, value: &str) -> bool {
        match self {
            Self::Integer => value.parse::<i32>().is_ok(),
            Self::Number => value.parse::<f64>().is_ok_and(f64::is_finite),
            Self::Boolean => matches!(value, "true" | "false"),
            Self::Day => day(value).is_some(),
            Self::Moment => moment(value).is_some(),
            Self::Text => !value.is_empty(),
            Self::List(set) => value
                .split(',')
                .all(|one| !one.is_empty() && (set.is_empty() || set.contains(&one))),
            Self::Choice(set) => set.contains(&value),
        }
    }
}

/// The decoded query of a request whose names and values were checked.
#[derive(Debug, Default)]
pub struct Query(Vec<(String, String)>);

impl Query {
    /// # Errors
    /// A name that the route does not know or a value of the wrong kind is 422.
    pub fn parse(raw: &str, known: &[(&str, Kind)], route: &str) -> Result<Self, Refusal> {
        let mut query = Vec::new();
        for (name, value) in url::form_urlencoded::parse(raw.as_bytes()).into_owned() {
            let Some((_, kind)) = known.iter().find(|(other, _)| *other == name) else {
                return Err(
                    Refusal::unprocessable(format!("Unknown parameter [{name}]"))
                        .violating(format!("{route}: unknown query parameter {name}")),
                );
            };
            if !kind.accepts(&value) {
                return Err(
                    Refusal::unprocessable(format!("Invalid value for [{name}]: {value}"))
                        .violating(format!("{route}: {name}={value} is not {kind:?}")),
                );
            }
            if query.iter().any(|(other, _)| *other == name) {
                return Err(
                    Refusal::unprocessable(format!("Duplicate parameter [{name}]"))
                        .violating(format!("{route}: {name} was sent twice")),
                );
            }
            query.push((name, value));
        }
        Ok(Self(query))
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(other, _)| other == name)
            .map(|(_, value)| value.as_str())
    }

    /// # Errors
    /// A missing parameter is 422.
    pub fn require(&self, name: &str) -> Result<&str, Refusal> {
        self.get(name).ok_or_else(|| {
            Refusal::unprocessable(format!("Missing parameter [{name}]"))
                .violating(format!("{name} is missing"))
        })
    }

    pub fn number(&self, name: &str) -> Option<f64> {
        self.get(name)?.parse().ok()
    }

    pub fn count(&self, name: &str) -> Option<usize> {
        self.get(name)?.parse().ok()
    }

    pub fn flag(&self, name: &str) -> bool {
        self.get(name) == Some("true")
    }

    pub fn day(&self, name: &str) -> Option<Date> {
        self.get(name).and_then(day)
    }

    pub fn list(&self, name: &str) -> Option<Vec<&str>> {
        self.get(name).map(|value| value.split(',').collect())
    }
}

/// A calendar day.
pub fn day(value: &str) -> Option<Date> {
    (value.len() == 10).then(|| value.parse().ok()).flatten()
}

/// A calendar day or a local date-time, `2026-03-18T06:00:00`.
pub fn moment(value: &str) -> Option<DateTime> {
    if value.len() == 10 {
        return day(value).map(|day| day.at(0, 0, 0, 0));
    }
    (value.contains('T') && !value.ends_with('Z'))
        .then(|| value.parse().ok())
        .flatten()
}
