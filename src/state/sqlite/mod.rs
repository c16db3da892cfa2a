//! State in one file, for as long as the file.

mod entries;
mod file;
mod schema;

use std::path::Path;
use std::sync::mpsc as blocking;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

use self::entries::Entries;
pub use self::file::OpenError;
use super::outage::Outage;
use super::{CAPACITY, Durability, StateError, Store, StoreFuture};
use crate::clock::Clock;

/// A disk that does not answer for this long is a failing one. More than a wait for another process that writes.
const PATIENCE: Duration = Duration::from_secs(5);
/// Requests that may stand in line; more wait for their place.
const QUEUE: usize = 256;

type Job = Box<dyn FnOnce(&mut Entries) + Send>;

/// An SQLite file, used by a thread of its own.
///
/// One thread, since SQLite lets one writer in at a time anyway: a pool would only move the queue into locks, and a disk that
/// hangs costs one thread and not all of them. A commit is on the disk before it is answered. What stands in line is carried
/// out even if whoever asked for it has hung up.
pub struct SqliteStore {
    jobs: mpsc::Sender<Job>,
    /// Hangs up when the file is closed.
    closed: Mutex<blocking::Receiver<()>>,
    outage: Outage,
}

impl SqliteStore {
    /// Opens the state file in `directory`, making both when they are missing.
    ///
    /// # Errors
    /// `OpenError`; what is there is left as it is.
    pub fn open(directory: &Path, clock: Clock) -> Result<Self, OpenError> {
        Self::with_capacity(directory, clock, CAPACITY)
    }

    /// As [`Self::open`], with a bound of its own on the number of entries.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn with_capacity(
        directory: &Path,
        clock: Clock,
        capacity: usize,
    ) -> Result<Self, OpenError> {
        let connection = file::open(directory)?;
        let mut entries = Entries::new(connection, clock.clone(), capacity);
        let (jobs, mut queue) = mpsc::channel::<Job>(QUEUE);
        let (closing, closed) = blocking::channel();
        std::thread::Builder::new()
            .name("state".to_owned())
            .spawn(move || {
                while let Some(job) = queue.blocking_recv() {
                    job(&mut entries);
                }
                entries.close();
                drop(closing);
            })?;
        Ok(Self {
            jobs,
            closed: Mutex::new(closed),
            outage: Outage::within(clock),
        })
    }

    /// Whether [`Self::open`] would succeed, without making or changing anything.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn check(directory: &Path) -> Result<(), OpenError> {
        file::check(directory)
    }

    async fn ask<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Entries) -> Result<T, StateError> + Send + 'static,
    ) -> Result<T, StateError> {
        let (reply, answer) = oneshot::channel();
        let job = Box::new(move |entries: &mut Entries| {
            // Nobody waits any more when the request was given up.
            let _ = reply.send(work(entries));
        });
        let asked = async {
            let gone = || StateError::Failed("its thread has ended".to_owned());
            self.jobs.send(job).await.map_err(|_| gone())?;
            answer.await.map_err(|_| gone())?
        };
        let done = timeout(PATIENCE, asked)
            .await
            .unwrap_or_else(|_| Err(StateError::Failed("the disk does not answer".to_owned())));
        if let Err(error) = &done {
            self.outage.failed(error);
        }
        done
    }
}

impl Drop for SqliteStore {
    /// Closes the file once everything that stands in line is done.
    fn drop(&mut self) {
        let (nobody, _) = mpsc::channel(1);
        self.jobs = nobody;
        // Not for ever: a disk that hangs must not keep the process from ending, and what was answered is safe.
        let closed = self.closed.get_mut();
        let _ = closed
            .unwrap_or_else(PoisonError::into_inner)
            .recv_timeout(PATIENCE);
    }
}

impl Store for SqliteStore {
    fn durability(&self) -> Durability {
        Durability::Durable
    }

    fn get<'a>(&'a self, key: &'a str) -> StoreFuture<'a, Option<Vec<u8>>> {
        let key = key.to_owned();
        Box::pin(self.ask(move |entries| entries.get(&key)))
    }

    fn put<'a>(
        &'a self,
        key: &'a str,
        value: Vec<u8>,
        expires_at: Timestamp,
    ) -> StoreFuture<'a, ()> {
        let key = key.to_owned();
        Box::pin(async move {
            self.ask(move |entries| entries.put(&key, &value, expires_at))
                .await?;
            self.outage.is_over();
            Ok(())
        })
    }

    fn take<'a>(&'a self, key: &'a str) -> StoreFuture<'a, Option<Vec<u8>>> {
        let key = key.to_owned();
        Box::pin(async move {
            let taken = self.ask(move |entries| entries.take(&key)).await?;
            if taken.is_some() {
                self.outage.is_over();
            }
            Ok(taken)
        })
    }

    fn compare_and_swap<'a>(
        &'a self,
        key: &'a str,
        expected: Option<&'a [u8]>,
        new: Vec<u8>,
        expires_at: Timestamp,
    ) -> StoreFuture<'a, bool> {
        let (key, expected) = (key.to_owned(), expected.map(<[u8]>::to_vec));
        Box::pin(async move {
            let swapped = self
                .ask(move |entries| {
                    entries.compare_and_swap(&key, expected.as_deref(), &new, expires_at)
                })
                .await?;
            if swapped {
                self.outage.is_over();
            }
            Ok(swapped)
        })
    }

    fn list<'a>(&'a self, prefix: &'a str) -> StoreFuture<'a, Vec<(String, Vec<u8>)>> {
        let prefix = prefix.to_owned();
        Box::pin(self.ask(move |entries| entries.list(&prefix)))
    }
}

impl From<rusqlite::Error> for StateError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Failed(reason(&error))
    }
}

/// What SQLite says, without the path.
fn reason(error: &rusqlite::Error) -> String {
    match error {
        rusqlite::Error::SqliteFailure(failure, _) => failure.to_string(),
        other => other.to_string(),
    }
}
