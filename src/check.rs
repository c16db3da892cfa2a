//! The doctor: is the server alive, and whose data would it serve?

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::clock::Clock;
use crate::intervals;
use crate::public_url::PublicUrl;
use crate::state::{self, Probed, SqliteStore};

/// How long a container waits before it calls a server dead.
const PATIENCE: Duration = Duration::from_secs(3);

/// Whether the server that listens at `listen` answers `/health` with 200.
///
/// By hand on a socket: a health check runs every few seconds for ever, and setting up TLS for it would cost more than the
/// check.
///
/// # Errors
/// What went wrong, for people.
pub async fn health(listen: SocketAddr) -> Result<(), String> {
    let here = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    let address = SocketAddr::new(here, listen.port());
    let exchange = async {
        let mut stream = TcpStream::connect(address).await?;
        stream
            .write_all(b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            .await?;
        let mut status = [0; 12];
        stream.read_exact(&mut status).await?;
        Ok::<_, std::io::Error>(status)
    };
    match timeout(PATIENCE, exchange).await {
        Ok(Ok(status)) if &status == b"HTTP/1.1 200" => Ok(()),
        Ok(Ok(_)) => Err(format!("the server at {address} is not healthy")),
        Ok(Err(error)) => Err(format!("no server answers at {address} ({error})")),
        Err(_) => Err(format!("the server at {address} does not answer in time")),
    }
}

/// Whether state can be kept where the settings say, without changing what is there; says what that means.
///
/// # Errors
/// As the server would refuse to start.
pub async fn state(settings: &state::Settings) -> Result<String, state::OpenError> {
    match settings {
        state::Settings::Memory => Ok(
            "State is kept in memory: a restart forgets which apps were revoked. DATA_DIR names a directory for it."
                .to_owned(),
        ),
        state::Settings::Sqlite { directory } => {
            SqliteStore::check(directory)?;
            Ok("State is kept in DATA_DIR, which can be used.".to_owned())
        }
        state::Settings::Redis { .. } => Ok(match state::probe(settings).await? {
            Probed::Usable { warnings } => {
                let mut said = "State is kept in Redis, which answers and can be written.".to_owned();
                for warning in warnings {
                    said.push_str("\nWarning: ");
                    said.push_str(&warning);
                }
                said
            }
            Probed::Unusable { why } => format!(
                "State is kept in Redis, which cannot be used now ({why}). Until it can, everything that needs a credential \
                 is answered 503; the server starts all the same and recovers by itself."
            ),
        }),
    }
}

/// Asks Intervals.icu who the athlete is and says what to do next.
///
/// # Errors
/// What is wrong and what to do about it, for people.
pub async fn account(
    settings: intervals::Settings,
    public_url: &PublicUrl,
) -> Result<String, String> {
    let client =
        intervals::Client::new(settings, Clock::system()).map_err(|why| why.to_string())?;
    let athlete = athlete(&client).await?;
    Ok(format!(
        "The configuration is right.\n\
         Intervals.icu knows the key: {athlete}.\n\
         \n\
         Paste this URL into Claude (Settings, Connectors, Add custom connector):\n    {url}\n\
         or run\n    claude mcp add --transport http intervals {url}\n",
        url = public_url.mcp()
    ))
}

/// The athlete in words.
async fn athlete(client: &intervals::Client) -> Result<String, String> {
    let profile = client.athlete().profile().await.map_err(|error| {
        let remedy = match error {
            intervals::Error::Unauthorized
            | intervals::Error::Forbidden { .. }
            | intervals::Error::NotFound { .. } => {
                "Check ATHLETE_ID and API_KEY: both are shown in Intervals.icu under Settings, Developer Settings."
            }
            intervals::Error::Connect | intervals::Error::Timeout => {
                "Check that this machine reaches https://intervals.icu, and INTERVALS_BASE_URL if it is set."
            }
            _ => "The configuration may be right all the same: try again in a few minutes.",
        };
        format!("{error}. {remedy}")
    })?;
    let athlete = &profile.athlete;
    Ok(format!(
        "{} ({})",
        athlete
            .name
            .as_deref()
            .unwrap_or("an athlete without a name"),
        athlete.timezone.as_deref().unwrap_or("no time zone set")
    ))
}
