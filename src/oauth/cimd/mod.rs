//! Client ID metadata documents: clients whose id is the URL of a document that says who they are
//! (draft-ietf-oauth-client-id-metadata-document).
//!
//! Anybody can make this server look at a URL, so it looks only when the owner has proved to be there; before that only at the
//! documents of built-in clients. Nothing here outlives the process, and nothing has to: the id says where to look again.

mod built_in;
mod document;
mod freshness;

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, Shared, WeakShared};

use super::client::{AuthMethod, Client};
use super::client_url::ClientUrl;
use super::limits::{Limits, Refused};
use super::outbound::{Failure, Outbound};
use crate::clock::Clock;
use crate::metrics::Limit;
use document::Document;
use freshness::Freshness;

const MAX_KEPT: usize = 100;
/// Seconds between two attempts at the document of a built-in client, which anybody can cause by opening the page.
const BACK_OFF: i64 = 60;

const BUSY: Failure = Failure::Unreachable("too many documents were asked for");

type Outcome = Result<Arc<Document>, Failure>;
type Flight = BoxFuture<'static, Outcome>;

/// The documents that this process has read.
pub struct ClientDocuments {
    clock: Clock,
    outbound: Arc<Outbound>,
    limits: Arc<Limits>,
    page_patience: Duration,
    shelf: Arc<Mutex<Shelf>>,
}

#[derive(Default)]
struct Shelf {
    kept: HashMap<String, Kept>,
    /// Fetches under way, for those who want the same document meanwhile.
    flights: HashMap<String, WeakShared<Flight>>,
    /// When a built-in client's document was last asked for; as many entries as there are such clients.
    attempts: HashMap<String, i64>,
}

#[derive(Clone)]
struct Kept {
    document: Arc<Document>,
    since: i64,
    freshness: Freshness,
}

fn locked(shelf: &Mutex<Shelf>) -> MutexGuard<'_, Shelf> {
    shelf.lock().unwrap_or_else(PoisonError::into_inner)
}

impl ClientDocuments {
    pub fn new(
        clock: Clock,
        outbound: Arc<Outbound>,
        limits: Arc<Limits>,
        page_patience: Duration,
    ) -> Self {
        Self {
            clock,
            outbound,
            limits,
            page_patience,
            shelf: Arc::default(),
        }
    }

    /// A built-in client, for the page: its document if that is at hand or comes soon, else the built-in copy. `None` for every
    /// other URL, even one that was read before: a stranger shall not learn which apps the owner uses.
    pub async fn shown(&self, url: &ClientUrl) -> Option<Client> {
        let copy = built_in::copy(url)?;
        if let Some(kept) = self.fresh(url) {
            return Some(client(url, &kept));
        }
        if let Some(flight) = self.flight_to_built_in(url)
            && let Ok(Ok(document)) = tokio::time::timeout(self.page_patience, flight).await
        {
            return Some(client(url, &document));
        }
        Some(client(url, &self.stale(url).unwrap_or(Arc::new(copy))))
    }

    /// A built-in client as it is known now, without asking anybody.
    pub fn remembered(&self, url: &ClientUrl) -> Option<Client> {
        let copy = built_in::copy(url)?;
        Some(client(url, &self.stale(url).unwrap_or(Arc::new(copy))))
    }

    /// The client at `url`, read from its site if need be. Only for an owner who has proved to be one.
    ///
    /// # Errors
    /// [`Failure`]; for a built-in client never.
    pub async fn read(&self, url: &ClientUrl, address: Option<IpAddr>) -> Result<Client, Failure> {
        if let Some(document) = self.fresh(url) {
            return Ok(client(url, &document));
        }
        if let Some(copy) = built_in::copy(url) {
            if let Some(flight) = self.flight_to_built_in(url)
                && let Ok(document) = flight.await
            {
                return Ok(client(url, &document));
            }
            return Ok(client(url, &self.stale(url).unwrap_or(Arc::new(copy))));
        }
        let outcome = match self.flight(url, address) {
            Some(flight) => flight.await,
            None => Err(BUSY),
        };
        match outcome {
            // An old answer stands in for none, not for a different one.
            Err(Failure::Unreachable(_)) => self.stale(url).map_or(outcome, Ok),
            outcome => outcome,
        }
        .map(|document| client(url, &document))
    }

    fn fresh(&self, url: &ClientUrl) -> Option<Arc<Document>> {
        let now = self.clock.unix_seconds();
        let shelf = locked(&self.shelf);
        let kept = shelf.kept.get(url.as_str())?;
        (now < kept.freshness.fresh_until).then(|| Arc::clone(&kept.document))
    }

    fn stale(&self, url: &ClientUrl) -> Option<Arc<Document>> {
        let now = self.clock.unix_seconds();
        let shelf = locked(&self.shelf);
        let kept = shelf.kept.get(url.as_str())?;
        (now < kept.freshness.stale_until).then(|| Arc::clone(&kept.document))
    }

    /// `None` while it is too early to ask again.
    fn flight_to_built_in(&self, url: &ClientUrl) -> Option<Shared<Flight>> {
        let now = self.clock.unix_seconds();
        let mut shelf = locked(&self.shelf);
        if let Some(flight) = shelf.under_way(url) {
            return Some(flight);
        }
        let last = shelf.attempts.get(url.as_str());
        if last.is_some_and(|last| now < last.saturating_add(BACK_OFF)) {
            return None;
        }
        shelf.attempts.insert(url.as_str().to_owned(), now);
        self.take_off(&mut shelf, url, std::future::ready(Ok(())))
    }

    fn flight(&self, url: &ClientUrl, address: Option<IpAddr>) -> Option<Shared<Flight>> {
        let mut shelf = locked(&self.shelf);
        if let Some(flight) = shelf.under_way(url) {
            return Some(flight);
        }
        let limits = Arc::clone(&self.limits);
        let allowed = async move {
            let allowed = limits.document(address).await;
            allowed.inspect_err(|refused| refused.counted(Limit::ClientDocuments))
        };
        self.take_off(&mut shelf, url, allowed)
    }

    /// Begins a fetch that goes on by itself, so that a page that does not wait for it, or a browser that leaves, does not waste it;
    /// nothing is asked for unless `allowed` says so.
    fn take_off(
        &self,
        shelf: &mut Shelf,
        url: &ClientUrl,
        allowed: impl Future<Output = Result<(), Refused>> + Send + 'static,
    ) -> Option<Shared<Flight>> {
        let fetch = fetch(
            Arc::clone(&self.shelf),
            Arc::clone(&self.outbound),
            self.clock.clone(),
            url.clone(),
        );
        let (shelf_of_flights, asked) = (Arc::clone(&self.shelf), url.clone());
        let flight = async move {
            if allowed.await.is_ok() {
                return fetch.await;
            }
            tracing::warn!(
                client_host = asked.host(),
                "too many client metadata documents were asked for, or nobody can count them"
            );
            locked(&shelf_of_flights).flights.remove(asked.as_str());
            Err(BUSY)
        };
        let flight = flight.boxed().shared();
        shelf.flights.retain(|_, flight| flight.upgrade().is_some());
        shelf
            .flights
            .insert(url.as_str().to_owned(), flight.downgrade()?);
        tokio::spawn(flight.clone());
        Some(flight)
    }
}

impl Shelf {
    fn under_way(&self, url: &ClientUrl) -> Option<Shared<Flight>> {
        self.flights.get(url.as_str())?.upgrade()
    }

    fn keep(&mut self, url: &ClientUrl, kept: Kept) {
        let now = kept.since;
        self.kept.remove(url.as_str());
        if self.kept.len() >= MAX_KEPT {
            self.kept.retain(|_, kept| now < kept.freshness.stale_until);
        }
        if self.kept.len() >= MAX_KEPT {
            let oldest = self.kept.iter().min_by_key(|(_, kept)| kept.since);
            if let Some(oldest) = oldest.map(|(url, _)| url.clone()) {
                self.kept.remove(&oldest);
            }
        }
        self.kept.insert(url.as_str().to_owned(), kept);
    }
}

/// Errors and invalid documents are never kept.
async fn fetch(
    shelf: Arc<Mutex<Shelf>>,
    outbound: Arc<Outbound>,
    clock: Clock,
    url: ClientUrl,
) -> Outcome {
    let outcome = outbound.get(&url).await.and_then(|fetched| {
        let document = Document::read(&url, &fetched.body).map_err(Failure::Wrong)?;
        Ok((Arc::new(document), fetched.headers))
    });
    let mut shelf = locked(&shelf);
    shelf.flights.remove(url.as_str());
    match outcome {
        Ok((document, headers)) => {
            let now = clock.unix_seconds();
            let kept = Kept {
                document: Arc::clone(&document),
                since: now,
                freshness: Freshness::of(&headers, now),
            };
            shelf.keep(&url, kept);
            Ok(document)
        }
        Err(failure) => {
            // The site has another mind now, so the old answer may not come back. A built-in client is believed to be itself.
            if matches!(failure, Failure::Wrong(_)) && built_in::copy(&url).is_none() {
                shelf.kept.remove(url.as_str());
            }
            let (Failure::Unreachable(reason) | Failure::Wrong(reason)) = failure;
            tracing::warn!(
                client_host = url.host(),
                reason,
                "a client metadata document could not be read"
            );
            Err(failure)
        }
    }
}

fn client(url: &ClientUrl, document: &Document) -> Client {
    Client {
        id: url.as_str().to_owned(),
        url: Some(url.clone()),
        name: Some(document.name.clone()),
        redirect_uris: document.redirect_uris.clone(),
        auth_method: AuthMethod::None,
        refreshes: document.refreshes,
    }
}
