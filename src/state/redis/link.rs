//! One connection, made again whenever it is lost.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ::redis::aio::MultiplexedConnection;
use ::redis::io::tcp::{TcpSettings, socket2::TcpKeepalive};
use ::redis::{
    AsyncConnectionConfig, Client, ConnectionInfo, FromRedisValue, RedisResult, ScriptInvocation,
    TlsCertificates, cmd,
};
use tokio::sync::watch;
use tokio::task::AbortHandle;
use tokio::time::{Instant, sleep, timeout};

use super::failure::Failure;
use super::url::RedisUrl;
use crate::roots;
use crate::state::StateError;
use crate::state::outage::Outage;

/// How long making a connection may take, from the name of the host to the first answer.
pub(super) const CONNECT: Duration = Duration::from_secs(2);
/// How long an answer may take.
const ANSWER: Duration = Duration::from_secs(2);
/// How long a caller waits for all of it.
const PATIENCE: Duration = Duration::from_secs(3);
/// A connection that answered this recently is believed to be there. One that did not is asked first: a command that writes
/// must not be the one to find out.
const FRESH: Duration = Duration::from_secs(1);
/// Pauses between attempts to connect, from the first to the longest.
const PAUSES: (Duration, Duration) = (Duration::from_millis(50), Duration::from_millis(500));
/// Pause after a refusal, which lasts until somebody changes something.
const REFUSED: Duration = Duration::from_secs(5);
/// What finds a peer that went without a word.
const KEEPALIVE: Duration = Duration::from_secs(30);

/// A connection of its own rather than the manager that the client brings along: that one gives its first caller after an
/// outage the error of the outage, and stops trying after an answer that is no I/O error, such as the one of a Redis that
/// still loads its data.
pub(super) struct Link {
    state: watch::Sender<State>,
    keeper: AbortHandle,
}

#[derive(Clone)]
enum State {
    /// For the first time, or after a loss: worth waiting for.
    Connecting,
    Up(Connection),
    Down(Failure),
}

#[derive(Clone)]
struct Connection {
    number: u64,
    wire: MultiplexedConnection,
    answered_at: Arc<Mutex<Instant>>,
}

impl Link {
    /// Connects, and goes on doing so whenever it has to for as long as this lives.
    pub(super) fn keep(url: &RedisUrl, outage: Outage) -> Self {
        let (state, _) = watch::channel(State::Connecting);
        let keeper = tokio::spawn(keep(url.clone(), state.clone(), outage)).abort_handle();
        Self { state, keeper }
    }

    /// Asks for something, a second time if the connection was lost meanwhile.
    pub(super) async fn read<T: FromRedisValue>(
        &self,
        invocation: &ScriptInvocation<'_>,
    ) -> Result<T, Failure> {
        in_time(PATIENCE, async {
            match self.exchange(invocation).await {
                Err(failure) if failure.is_loss() => self.exchange(invocation).await,
                done => done,
            }
        })
        .await
    }

    /// Asks for a change, once.
    pub(super) async fn write<T: FromRedisValue>(
        &self,
        invocation: &ScriptInvocation<'_>,
    ) -> Result<T, Failure> {
        in_time(PATIENCE, self.exchange(invocation)).await
    }

    async fn exchange<T: FromRedisValue>(
        &self,
        invocation: &ScriptInvocation<'_>,
    ) -> Result<T, Failure> {
        let mut connection = self.proved().await?;
        let done = invocation.invoke_async(&mut connection.wire).await;
        self.learn(&connection, done)
    }

    /// A connection that is there, as far as one can know.
    async fn proved(&self) -> Result<Connection, Failure> {
        let mut connection = self.connection().await?;
        if connection.is_fresh() {
            return Ok(connection);
        }
        let pong = cmd("PING").query_async::<()>(&mut connection.wire).await;
        match self.learn(&connection, pong) {
            Ok(()) => Ok(connection),
            Err(failure) if failure.is_loss() || failure.is_silence() => {
                self.lost(connection.number);
                self.connection().await
            }
            Err(failure) => Err(failure),
        }
    }

    async fn connection(&self) -> Result<Connection, Failure> {
        let mut changes = self.state.subscribe();
        let settled = changes
            .wait_for(|state| !matches!(state, State::Connecting))
            .await;
        match settled.as_deref() {
            Ok(State::Up(connection)) => Ok(connection.clone()),
            Ok(State::Down(failure)) => Err(failure.clone()),
            Ok(State::Connecting) | Err(_) => Err(Failure::silence()),
        }
    }

    /// Notes what an exchange tells about the connection.
    fn learn<T>(&self, connection: &Connection, done: RedisResult<T>) -> Result<T, Failure> {
        let done = done.map_err(|error| Failure::of(&error));
        match &done {
            Err(failure) if failure.is_loss() => self.lost(connection.number),
            Err(failure) if failure.is_silence() => {}
            Ok(_) | Err(_) => connection.has_answered(),
        }
        done
    }

    /// Has the connection with this number replaced, unless somebody else has.
    fn lost(&self, number: u64) {
        self.state.send_if_modified(|state| match state {
            State::Up(connection) if connection.number == number => {
                *state = State::Connecting;
                true
            }
            _ => false,
        });
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.keeper.abort();
    }
}

impl Connection {
    fn is_fresh(&self) -> bool {
        let answered_at = self.answered_at.lock();
        answered_at
            .unwrap_or_else(PoisonError::into_inner)
            .elapsed()
            < FRESH
    }

    fn has_answered(&self) {
        let answered_at = self.answered_at.lock();
        *answered_at.unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }
}

async fn keep(url: RedisUrl, state: watch::Sender<State>, outage: Outage) {
    let mut changes = state.subscribe();
    let mut pause = PAUSES.0;
    for number in 0.. {
        match connect(&url).await {
            Ok(wire) => {
                outage.is_over();
                pause = PAUSES.0;
                state.send_replace(State::Up(Connection {
                    number,
                    wire,
                    answered_at: Arc::new(Mutex::new(Instant::now())),
                }));
                let lost = changes.wait_for(|state| !matches!(state, State::Up(_)));
                if lost.await.is_err() {
                    return;
                }
            }
            Err(failure) => {
                outage.failed(&StateError::from(failure.clone()));
                let refused = failure.refused().is_some();
                state.send_replace(State::Down(failure));
                sleep(if refused { REFUSED } else { pause }).await;
                pause = (pause * 2).min(PAUSES.1);
            }
        }
    }
}

/// A connection on which Redis has answered.
pub(super) async fn connect(url: &RedisUrl) -> Result<MultiplexedConnection, Failure> {
    let tcp = TcpSettings::default().set_nodelay(true).set_keepalive(
        TcpKeepalive::new()
            .with_time(KEEPALIVE)
            .with_interval(KEEPALIVE / 3),
    );
    let config = AsyncConnectionConfig::new()
        .set_connection_timeout(Some(CONNECT))
        .set_response_timeout(Some(ANSWER));
    let connected = async {
        let (info, tls) = (url.info().set_tcp_settings(tcp), url.has_tls());
        // Reads and checks every authority that this machine trusts.
        let building = tokio::task::spawn_blocking(move || client(info, tls));
        let client = building.await.map_err(std::io::Error::other)??;
        let mut wire = client
            .get_multiplexed_async_connection_with_config(&config)
            .await?;
        cmd("PING").query_async::<()>(&mut wire).await?;
        Ok(wire)
    };
    let connected = in_time(CONNECT, async {
        connected.await.map_err(|error| Failure::of(&error))
    });
    connected
        .await
        .map_err(|failure| failure.of_attempt(url.has_tls()))
}

fn client(info: ConnectionInfo, tls: bool) -> RedisResult<Client> {
    if !tls {
        return Client::open(info);
    }
    let authorities = roots::authorities_as_pem().map_err(std::io::Error::other)?;
    let certificates = TlsCertificates {
        client_tls: None,
        root_cert: Some(authorities.into_bytes()),
    };
    Client::build_with_tls(info, certificates)
}

async fn in_time<T>(
    most: Duration,
    work: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    timeout(most, work)
        .await
        .unwrap_or_else(|_| Err(Failure::silence()))
}
