//! Does the server run on this machine, and with these settings?

use std::net::SocketAddr;

use http::header;
use serde_json::Value;

use super::finding::Finding;
use super::health::here;
use super::visitor::{Answer, Ask, Failure, Visitor};
use crate::public_url::PublicUrl;

/// Who listens on `PORT` of this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Local {
    Nobody,
    /// This server, with the members of `/config` that differ.
    Ours {
        differing: Vec<String>,
    },
    /// This server for another `BASE_URL`, which it may have told.
    Elsewhere {
        base_url: Option<String>,
    },
    Stranger,
}

/// Looks, without saying anything yet.
pub async fn look(listen: SocketAddr, public_url: &PublicUrl, configured: &Value) -> Local {
    let address = here(listen);
    let Ok(visitor) = Visitor::abroad(&format!("http://{address}"), true) else {
        return Local::Nobody;
    };
    match config(&visitor, public_url.authority()).await {
        Err(Failure::Refused) => Local::Nobody,
        Err(_) => Local::Stranger,
        Ok(answer) if is_misdirected(&answer) => {
            // A server on loopback tells everybody there.
            let told = config(&visitor, "localhost").await.ok();
            Local::Elsewhere {
                base_url: told.and_then(|answer| base_url(&answer.json())),
            }
        }
        Ok(answer) => judge(&answer.json(), public_url, configured),
    }
}

async fn config(visitor: &Visitor, host: &str) -> Result<Answer, Failure> {
    let ask = Ask {
        headers: &[(header::HOST, host)],
        body: None,
    };
    visitor.ask("/config", ask).await
}

/// Whether this server said that its name is another.
pub fn is_misdirected(answer: &Answer) -> bool {
    answer.status == 421 && answer.json()["error"] == "misdirected_request"
}

fn base_url(document: &Value) -> Option<String> {
    document["base_url"].as_str().map(str::to_owned)
}

fn judge(document: &Value, public_url: &PublicUrl, configured: &Value) -> Local {
    match base_url(document) {
        None => Local::Stranger,
        Some(other) if other != public_url.origin() => Local::Elsewhere {
            base_url: Some(other),
        },
        Some(_) => Local::Ours {
            differing: differing(document, configured),
        },
    }
}

/// The members in which a server that runs differs from what is configured here.
pub fn differing(document: &Value, configured: &Value) -> Vec<String> {
    let members = configured.as_object().into_iter().flatten();
    members
        .filter(|(name, value)| document[name.as_str()] != **value)
        .map(|(name, _)| name.clone())
        .collect()
}

/// What is to be said about it. `is_served`: the server was seen at its public URL.
pub fn report(local: &Local, port: u16, public_url: &PublicUrl, is_served: bool) -> Finding {
    match local {
        Local::Nobody if is_served => Finding::ok(format!(
            "Nothing listens on port {port} of this machine: the server runs elsewhere, or in a container of its own."
        )),
        Local::Nobody => Finding::ok(format!(
            "Nothing listens on port {port} of this machine yet."
        )),
        Local::Ours { differing } if differing.is_empty() => Finding::ok(format!(
            "This server runs on port {port} of this machine, with these settings."
        )),
        Local::Ours { differing } => Finding::warning(
            format!(
                "The server on port {port} of this machine runs with other settings than these: {}.",
                differing.join(", ")
            ),
            "Restart it if it is to take the new ones.",
        ),
        Local::Elsewhere { base_url } => {
            let theirs = base_url.as_deref().unwrap_or("another address");
            let text = format!(
                "The server on port {port} of this machine runs with BASE_URL={theirs}, not {public_url}."
            );
            let remedy = format!(
                "Set BASE_URL={public_url} where that server is started and restart it; or, if its address is the right one, \
                 set that one here."
            );
            Finding::problem(text, remedy)
        }
        Local::Stranger => Finding::warning(
            format!("Another program answers on port {port} of this machine."),
            "If the server is to run here, stop that program or choose another PORT, here and in the proxy.",
        ),
    }
}
