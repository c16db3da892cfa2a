//! The consent form as it comes back: proved to be the answer to a page of ours, shown to this browser.

use std::net::IpAddr;

use axum::body::Body;
use http::Request;

use super::address::client_address;
use super::cimd::ClientDocuments;
use super::client::{Asker, Client};
use super::client_url::ClientUrl;
use super::consent::Notice;
use super::cookie::Cookies;
use super::form::{self, Form};
use super::keys::Keys;
use super::same_site::is_same_site;
use super::transaction::{Foreign, Transaction};

const MAX_BODY: usize = 64 * 1024;

/// A form that proved to be the answer to a page of ours.
pub struct Answer {
    pub form: Form,
    pub transaction: Transaction,
    pub sealed: String,
    /// As on the page.
    pub asker: Asker,
    /// Where it came from, for limits only.
    pub address: Option<IpAddr>,
}

/// What an answer is held against.
pub struct Expected<'a> {
    pub keys: &'a Keys,
    pub cookies: &'a Cookies,
    pub documents: &'a ClientDocuments,
    pub origin: &'a str,
    pub trusted_proxy_hops: usize,
    pub now: i64,
}

impl Expected<'_> {
    pub async fn read(&self, request: Request<Body>) -> Result<Answer, Notice> {
        if !is_same_site(request.headers(), self.origin) {
            tracing::warn!("a consent form from another site was refused");
            return Err(Notice::Forged);
        }
        let address = client_address(&request, self.trusted_proxy_hops);
        let nonce = self.cookies.nonce(request.headers());
        let form = form::posted(request, MAX_BODY)
            .await
            .map_err(Notice::Malformed)?;
        for name in ["transaction", "decision", "secret"] {
            form.one(name).map_err(Notice::Malformed)?;
        }
        let sealed = form.only("transaction").ok_or(Notice::Forged)?.to_owned();
        let transaction =
            Transaction::open(self.keys, &sealed, nonce.as_ref(), self.now).map_err(|foreign| {
                match foreign {
                    Foreign::Forged => {
                        tracing::warn!("a consent form that is not ours was refused");
                        Notice::Forged
                    }
                    Foreign::Expired => Notice::Expired,
                }
            })?;
        let asker = self
            .asker(&transaction.client_id)
            .ok_or(Notice::UnknownClient)?;
        Ok(Answer {
            form,
            transaction,
            sealed,
            asker,
            address,
        })
    }

    /// Who asked, without asking anybody: the secret has not been looked at.
    fn asker(&self, id: &str) -> Option<Asker> {
        if !ClientUrl::is_meant_by(id) {
            return Client::known(self.keys, id).map(Asker::Known);
        }
        let url = ClientUrl::parse(id).ok()?;
        Some(
            self.documents
                .remembered(&url)
                .map_or(Asker::Unread(url), Asker::Known),
        )
    }
}
