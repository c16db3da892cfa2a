//! What goes wrong with a Redis, in words without the address or anything that was stored.

use std::borrow::Cow;

use ::redis::{ErrorKind, RedisError};

use crate::state::StateError;

/// Why a Redis cannot be used as it was asked to be, with the remedy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    #[error(
        "REDIS_URL: Redis refuses the user name or the password; take both from where Redis is set up, special characters \
         percent-encoded, and leave them out if it asks for none"
    )]
    Credentials,
    #[error("REDIS_URL: Redis asks for a password; put it in as in redis://:password@host")]
    PasswordMissing,
    #[error(
        "REDIS_URL: Redis lets only its own machine in while it has no password; set one there (requirepass), and put it in here"
    )]
    Protected,
    #[error(
        "REDIS_URL: Redis does not let this user keep state; its ACL must allow the keys {{intervals-mcp-server}}:* and the \
         commands of @read, @write, @scripting and @connection"
    )]
    Permission,
    #[error(
        "REDIS_URL: what answers there does not do scripts (EVALSHA), which state needs; name a Redis that does"
    )]
    NoScripts,
    #[error(
        "REDIS_URL: what answers there is not Redis, or speaks TLS; check host and port, and write rediss:// for one with TLS"
    )]
    NotRedis,
    #[error("REDIS_URL: TLS with Redis fails: {0}")]
    Tls(&'static str),
    #[error("REDIS_URL: that is a read-only replica; name its primary")]
    ReadOnly,
    #[error(
        "REDIS_URL: that is one node of a cluster, and another one keeps our keys; name the endpoint that serves clients which \
         know nothing of clusters, or a Redis by itself"
    )]
    Cluster,
    #[error(
        "REDIS_URL: Redis has no database of that number; leave the number out, or take one that is there"
    )]
    Database,
}

const LOST: &str = "the connection to it is lost";

/// A request that was not answered as it should be.
#[derive(Debug, Clone)]
pub(super) struct Failure {
    kind: Kind,
    text: Cow<'static, str>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// There was no connection, or none any more.
    Loss,
    /// No answer came in time.
    Silence,
    /// Redis said no, for now.
    Answer,
    /// Redis says no until somebody changes something.
    Refusal(OpenError),
}

impl Failure {
    pub(super) const fn silence() -> Self {
        Self::new(Kind::Silence, "it does not answer in time")
    }

    /// The same of an attempt to connect, with what may be behind it: one that expects TLS hangs up on whoever does not speak
    /// it, and one that does not expect it waits for the end of a line.
    pub(super) fn of_attempt(mut self, has_tls: bool) -> Self {
        match self.kind {
            Kind::Silence if has_tls => self.text += "; perhaps it does not speak TLS",
            Kind::Loss if self.text == LOST && !has_tls => self.text += "; perhaps it speaks TLS",
            _ => {}
        }
        self
    }

    pub(super) fn of(error: &RedisError) -> Self {
        match error.kind() {
            ErrorKind::Server(_) | ErrorKind::Extension => {
                let detail = error.detail().unwrap_or_default();
                Self::answer(code(error.code().unwrap_or_default(), detail), detail)
            }
            ErrorKind::AuthenticationFailed => Self::refusal(OpenError::Credentials),
            ErrorKind::Parse => Self::refusal(OpenError::NotRedis),
            ErrorKind::InvalidClientConfig => Self::new(Kind::Loss, "its name has no address"),
            ErrorKind::Io | ErrorKind::Client => Self::of_the_way(error),
            _ => Self::new(Kind::Loss, "it said something unexpected"),
        }
    }

    /// What was said in an error of Redis with this code.
    fn answer(code: &str, detail: &str) -> Self {
        let refusal = |error| Self::refusal(error);
        let answer = |text| Self::new(Kind::Answer, text);
        match code {
            "LOADING" => answer("it still loads its data"),
            "OOM" => answer("its memory is full (maxmemory)"),
            "MISCONF" => answer("it takes no writes, since it cannot save them to its disk"),
            "NOREPLICAS" => answer("it takes no writes while too few of its replicas are there"),
            "BUSY" => answer("a script of somebody else keeps it busy"),
            "CLUSTERDOWN" | "TRYAGAIN" => answer("its cluster is not ready"),
            // The primary may be another machine by now, under the same name.
            "MASTERDOWN" => Self::new(Kind::Loss, "it has lost its primary"),
            "READONLY" => refusal(OpenError::ReadOnly),
            "MOVED" | "ASK" | "CROSSSLOT" => refusal(OpenError::Cluster),
            "NOPERM" => refusal(OpenError::Permission),
            "NOAUTH" => refusal(OpenError::PasswordMissing),
            "WRONGPASS" => refusal(OpenError::Credentials),
            "DENIED" => refusal(OpenError::Protected),
            _ if detail.contains("uthentication required") => refusal(OpenError::PasswordMissing),
            _ if detail.contains("ACL failure") || detail.contains("can't run this command") => {
                refusal(OpenError::Permission)
            }
            _ if detail.contains("unknown command") => refusal(OpenError::NoScripts),
            _ if detail.contains("DB index") || detail.contains("SELECT is not allowed") => {
                refusal(OpenError::Database)
            }
            _ if detail.contains("max number of clients") => Self::new(
                Kind::Loss,
                "it has no room for another connection (maxclients)",
            ),
            // Not the text: it may repeat what was sent.
            _ if code.bytes().all(|byte| byte.is_ascii_uppercase()) => Self {
                kind: Kind::Answer,
                text: format!("it answered {code}").into(),
            },
            _ => answer("it answered an error"),
        }
    }

    /// What was said by something between us and Redis.
    fn of_the_way(error: &RedisError) -> Self {
        let text = error.to_string();
        if error.is_timeout() {
            return Self::silence();
        }
        if error.is_connection_refusal() {
            return Self::new(Kind::Loss, "nobody listens there");
        }
        if error.is_connection_dropped() {
            return Self::new(Kind::Loss, LOST);
        }
        if let Some(why) = tls_fault(&text) {
            return Self::refusal(OpenError::Tls(why));
        }
        if text.contains("failed to lookup address") {
            return Self::new(Kind::Loss, "its name has no address");
        }
        Self::new(Kind::Loss, LOST)
    }

    const fn new(kind: Kind, text: &'static str) -> Self {
        Self {
            kind,
            text: Cow::Borrowed(text),
        }
    }

    fn refusal(error: OpenError) -> Self {
        let text = error.to_string().replace("REDIS_URL: ", "");
        Self {
            kind: Kind::Refusal(error),
            text: text.into(),
        }
    }

    /// Whether the connection has to be made anew.
    pub(super) const fn is_loss(&self) -> bool {
        use OpenError as E;
        match self.kind {
            Kind::Loss => true,
            // After a failover the name may lead elsewhere.
            Kind::Refusal(error) => matches!(error, E::ReadOnly | E::NotRedis | E::Tls(_)),
            Kind::Silence | Kind::Answer => false,
        }
    }

    pub(super) fn is_silence(&self) -> bool {
        self.kind == Kind::Silence
    }

    /// Whether Redis has said no.
    pub(super) const fn is_answer(&self) -> bool {
        matches!(self.kind, Kind::Answer | Kind::Refusal(_))
    }

    pub(super) const fn refused(&self) -> Option<OpenError> {
        match self.kind {
            Kind::Refusal(error) => Some(error),
            _ => None,
        }
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }
}

impl From<Failure> for StateError {
    fn from(failure: Failure) -> Self {
        Self::Failed(format!("Redis: {}", failure.text))
    }
}

/// The code of an error; some versions of Redis hide the one of a command within that of the script.
fn code<'a>(code: &'a str, detail: &str) -> &'a str {
    let hidden = ["OOM", "READONLY", "MISCONF", "NOREPLICAS", "NOPERM"];
    let is_hidden = |inner: &&&str| code == "ERR" && detail.contains(&format!("-{inner} "));
    hidden.iter().find(is_hidden).copied().unwrap_or(code)
}

/// What is wrong with TLS, if `text` of an error is about that. The text itself has names in it.
fn tls_fault(text: &str) -> Option<&'static str> {
    let faults = [
        (
            "UnknownIssuer",
            "an authority that is unknown here signed its certificate; name a file with that authority in SSL_CERT_FILE",
        ),
        (
            "valid for name",
            "its certificate is for another name; write the name that is in it",
        ),
        ("expired", "its certificate has expired; renew it"),
        ("Expired", "its certificate has expired; renew it"),
        (
            "invalid peer certificate",
            "its certificate is not valid; renew it",
        ),
        (
            "corrupt message",
            "what answers there does not speak TLS; write redis:// if the way to it is private",
        ),
        (
            "cert",
            "the certificate authorities of this machine cannot be read; name a file with them in SSL_CERT_FILE",
        ),
        ("fatal alert", "it refuses the handshake"),
        ("peer ", "it speaks TLS in a way that is not understood"),
    ];
    let fault = faults.iter().find(|(sign, _)| text.contains(sign));
    fault.map(|(_, fault)| *fault)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(code: &str, detail: &str) -> Failure {
        Failure::of(&::redis::make_extension_error(
            code.to_owned(),
            Some(detail.to_owned()),
        ))
    }

    #[test]
    fn what_redis_says_is_told_without_what_it_repeats() {
        for (code, detail, word) in [
            (
                "OOM",
                "command not allowed when used memory > 'maxmemory'.",
                "maxmemory",
            ),
            (
                "MISCONF",
                "Redis is configured to save RDB snapshots",
                "disk",
            ),
            (
                "ERR",
                "Error running script: @user_script:1: -OOM command not allowed",
                "maxmemory",
            ),
            ("NOPERM", "User hunter2 has no permissions", "ACL"),
            (
                "ERR",
                "unknown command 'EVALSHA', with args beginning with: 'hunter2'",
                "scripts",
            ),
            ("WRONGPASS", "invalid username-password pair", "password"),
            ("NOVEL", "something about hunter2", "NOVEL"),
            ("hunter2", "", "an error"),
        ] {
            let text = StateError::from(said(code, detail)).to_string();
            assert!(text.contains(word) && !text.contains("hunter2"), "{text}");
        }
    }

    #[test]
    fn a_replica_is_left_for_whoever_has_the_name_now() {
        assert!(said("READONLY", "You can't write against a read only replica.").is_loss());
        assert!(!said("OOM", "").is_loss());
    }
}
