//! The binary: reads the configuration and does what was asked.
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::exit,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods
)]

use std::io::{self, Read, Write};
use std::net::SocketAddr;
use std::path::Path;
use std::process::ExitCode;

use intervals_mcp_server::app::{self, App, BuildError};
use intervals_mcp_server::clock::Clock;
use intervals_mcp_server::config::command_line::{self, Action, WorkoutOptions};
use intervals_mcp_server::config::{Config, Problem, Sources, environment, variables};
use intervals_mcp_server::public_url::PublicUrl;
use intervals_mcp_server::state::Durability;
use intervals_mcp_server::{check, config, state, telemetry, workout};
use tokio::net::{TcpListener, TcpSocket};
use tokio::runtime::Builder;
use tokio_util::sync::CancellationToken;

#[cfg(not(target_env = "msvc"))]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// What the demo's consent page asks for unless `OWNER_PASSWORD` says otherwise. It guards an athlete who does not exist.
const DEMO_OWNER_PASSWORD: &str = "demo-owner-password";

/// Why the process ends early, and with which code: 2 for a configuration that cannot be started, as for a wrong flag.
enum Failure {
    Configuration(Vec<Problem>),
    Telemetry(telemetry::InitError),
    State(state::OpenError),
    /// The check has said what.
    Found,
    Other(String),
}

impl From<Vec<Problem>> for Failure {
    fn from(problems: Vec<Problem>) -> Self {
        Self::Configuration(problems)
    }
}

impl From<BuildError> for Failure {
    fn from(error: BuildError) -> Self {
        match error {
            BuildError::State(error) => Self::State(error),
            other => Self::Other(other.to_string()),
        }
    }
}

fn main() -> ExitCode {
    let invocation = match command_line::parse(std::env::args_os()) {
        Ok(invocation) => invocation,
        Err(help) => {
            let _ = help.print();
            return ExitCode::from(u8::try_from(help.exit_code()).unwrap_or(2));
        }
    };
    if let Action::Workout(options) = &invocation.action {
        return match show_workout(options) {
            Ok(code) => code,
            Err(why) => complain(&Failure::Other(why)),
        };
    }
    let sources = Sources {
        flags: invocation.flags,
        environment: environment::read(),
        ..Sources::default()
    };
    match run(invocation.action, sources) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => complain(&failure),
    }
}

fn run(action: Action, mut sources: Sources) -> Result<(), Failure> {
    // A health check must not fail over a line of `.env` that the running server has long read.
    let dotenv = environment::read_dotenv(Path::new(".env"));
    sources.dotenv = match action {
        Action::Check { health: true } => dotenv.unwrap_or_default(),
        _ => dotenv?,
    };
    // Two threads answer thousands of requests a second; each more would cost memory for nothing.
    let runtime = Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| Failure::Other(format!("the runtime cannot start: {error}")))?;
    let done = runtime.block_on(async {
        match action {
            Action::Serve => serve(Config::load(&sources)?.at(Clock::system().now())?).await,
            Action::Demo { api } => demo(sources, api).await,
            Action::Check { health: true } => {
                let listen = Config::listen(&sources)?;
                check::health(listen).await.map_err(Failure::Other)
            }
            Action::Workout(_) => Ok(()),
            Action::Check { health: false } => {
                let config = Config::load(&sources)?.at(Clock::system().now())?;
                let report = check::examine(config, Clock::system()).await;
                say(&report.to_string());
                let is_well = report.problems() == 0;
                is_well.then_some(()).ok_or(Failure::Found)
            }
        }
    });
    // What still runs had its time to finish.
    runtime.shutdown_background();
    done
}

/// Shows what a workout's text means; code 1 says that something of it is lost.
fn show_workout(options: &WorkoutOptions) -> Result<ExitCode, String> {
    let text = read_workout(options.file.as_deref())?;
    let mut athlete = workout::Athlete::of(&options.sport);
    athlete.ftp = options.ftp;
    athlete.lthr = options.lthr;
    let pace = options.threshold_pace.as_deref();
    athlete.threshold_pace = pace
        .map(|pace| workout::threshold_pace(pace, &athlete.sport))
        .transpose()?;
    let parsed = workout::parse(&text);
    let mistakes = workout::validate(&parsed, &athlete);
    if options.json {
        say(&workout::document(&parsed.workout, &athlete).to_string());
        for mistake in &mistakes {
            let _ = writeln!(io::stderr(), "{mistake}");
        }
    } else {
        say(workout::table(&parsed.workout, &mistakes, &athlete).trim_end());
    }
    let is_wrong = mistakes
        .iter()
        .any(|mistake| mistake.severity() == workout::Severity::Error);
    Ok(ExitCode::from(u8::from(is_wrong)))
}

/// The text, and no more of it than is understood.
fn read_workout(file: Option<&Path>) -> Result<String, String> {
    let most = workout::MAX_BYTES as u64 + 1;
    let mut bytes = Vec::new();
    match file {
        Some(path) => {
            let open = std::fs::File::open(path);
            let read = open.and_then(|file| file.take(most).read_to_end(&mut bytes));
            read.map_err(|error| format!("{} cannot be read: {error}", path.display()))?;
        }
        None => {
            let read = io::stdin().lock().take(most).read_to_end(&mut bytes);
            read.map_err(|error| format!("standard input cannot be read: {error}"))?;
        }
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Serves `config` until a signal says stop.
async fn serve(config: Config) -> Result<(), Failure> {
    let _logging = telemetry::init(&config.telemetry).map_err(Failure::Telemetry)?;
    // Before the port answers: whoever sees it open may already say stop.
    let signals = Signals::new();
    for warning in &config.warnings {
        tracing::warn!("{warning}");
    }
    let address = config.listen;
    let public_url = config.http.public_url.clone();
    let app = App::build(config.into(), Clock::system())?;
    let listener = listen(address)?;
    announce(&listener, &public_url, app.durability());
    serve_until_told(app, listener, signals).await;
    Ok(())
}

fn announce(listener: &TcpListener, public_url: &PublicUrl, durability: Durability) {
    match durability {
        Durability::Process => tracing::info!(
            "state is kept in memory: a restart keeps apps connected but forgets which were revoked; TOKENS_NOT_BEFORE \
             ends everything issued before it, and DATA_DIR keeps state on a disk"
        ),
        Durability::Durable => tracing::info!(
            "state is kept in DATA_DIR: a restart keeps apps connected and revoked ones out; only an approval that is \
             under way has to be started again"
        ),
        Durability::Shared => tracing::info!(
            "state is kept in Redis and shared: other servers on it with the same configuration are as this one"
        ),
    }
    let address = listener.local_addr().map(|a| a.to_string()).ok();
    tracing::info!(
        version = env!("CARGO_PKG_VERSION"),
        address,
        "listening; the URL to paste into Claude is {}",
        public_url.mcp()
    );
}

/// Connections that may wait to be accepted, as far as the system allows. The usual 128 overflow when many come at once, and
/// who was turned away tries again only after seconds.
const BACKLOG: u32 = 4096;

fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4()?,
        SocketAddr::V6(_) => TcpSocket::new_v6()?,
    };
    // A restart must not wait for the connections of the process before; on Windows the option means another thing.
    #[cfg(not(windows))]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

fn listen(address: SocketAddr) -> Result<TcpListener, Failure> {
    bind(address).map_err(|error| {
        Failure::Other(match error.kind() {
            io::ErrorKind::AddrInUse => format!(
                "another program already listens on {address}: stop it, or choose another port, for example with PORT={}",
                address.port().checked_add(1).unwrap_or(8000)
            ),
            io::ErrorKind::PermissionDenied => {
                format!("this user may not listen on {address}: choose a PORT above 1023")
            }
            io::ErrorKind::AddrNotAvailable => {
                format!("this machine has no address {}: set HOST=0.0.0.0", address.ip())
            }
            _ => format!("cannot listen on {address}: {error}"),
        })
    })
}

/// The first signal lets running calls finish, the second does not.
async fn serve_until_told(app: App, listener: TcpListener, mut signals: Signals) {
    let stop = CancellationToken::new();
    let serving = app.serve(listener, stop.clone());
    tokio::pin!(serving);
    tokio::select! {
        () = &mut serving => return,
        () = signals.told_to_stop() => {}
    }
    tracing::info!("told to stop: no new connections, running calls finish");
    stop.cancel();
    tokio::select! {
        () = &mut serving => {}
        () = signals.told_to_stop() => tracing::warn!("told twice to stop: stopping at once"),
    }
}

/// SIGTERM and SIGINT, listened for from the moment this exists.
#[cfg(unix)]
struct Signals([Option<tokio::signal::unix::Signal>; 2]);

#[cfg(unix)]
impl Signals {
    fn new() -> Self {
        use tokio::signal::unix::{SignalKind, signal};
        let kinds = [SignalKind::terminate(), SignalKind::interrupt()];
        Self(kinds.map(|kind| signal(kind).ok()))
    }

    /// A signal that cannot be listened for never comes.
    async fn told_to_stop(&mut self) {
        let [term, int] = &mut self.0;
        let wait = async |signal: &mut Option<tokio::signal::unix::Signal>| match signal {
            Some(signal) => {
                signal.recv().await;
            }
            None => std::future::pending().await,
        };
        tokio::select! {
            () = wait(term) => {}
            () = wait(int) => {}
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    const fn new() -> Self {
        Self
    }

    async fn told_to_stop(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending().await
        }
    }
}

/// The whole server with an invented athlete.
async fn demo(mut sources: Sources, api: Option<u16>) -> Result<(), Failure> {
    let port = sources
        .get(variables::PORT.name)
        .or(variables::PORT.default)
        .unwrap_or_default();
    let base_url = format!("http://127.0.0.1:{port}");
    let fallback = [
        (variables::HOST, "127.0.0.1".to_owned()),
        (variables::BASE_URL, base_url),
        (variables::JWT_SECRET_KEY, random_secret()?),
        (variables::OWNER_PASSWORD, DEMO_OWNER_PASSWORD.to_owned()),
    ];
    for (variable, value) in fallback {
        sources.fallback.insert(variable.name.to_owned(), value);
    }
    // The stand-ins below are legal values, so what is wrong now is wrong without them too, and nothing is bound yet.
    for (variable, value) in app::INVENTED_ATHLETE {
        sources.fixed.insert(variable.to_owned(), value.to_owned());
    }
    // What a try-out leaves on a disk should be asked for.
    for values in [&mut sources.environment, &mut sources.dotenv] {
        values.remove(config::RAILWAY_VOLUME);
    }
    Config::load(&sources)?.at(Clock::system().now())?;
    let upstream = app::serve_invented_api(Clock::system(), api)
        .await
        .map_err(|error| Failure::Other(format!("the invented API cannot listen: {error}")))?;
    let upstream_url = format!("http://{upstream}");
    sources.fixed.insert(
        variables::INTERVALS_BASE_URL.name.to_owned(),
        upstream_url.clone(),
    );
    let config = Config::load(&sources)?;
    let _logging = telemetry::init(&config.telemetry).map_err(Failure::Telemetry)?;
    let signals = Signals::new();
    let address = config.listen;
    let public_url = config.http.public_url.clone();
    let app = App::build(config.into(), Clock::system())?;
    let listener = listen(address)?;
    let password = match sources.get(variables::OWNER_PASSWORD.name) {
        Some(DEMO_OWNER_PASSWORD) => DEMO_OWNER_PASSWORD,
        // A password that somebody chose does not belong on a screen or in a log.
        _ => "the value of OWNER_PASSWORD",
    };
    say(&demo_instructions(
        &public_url,
        password,
        api.map(|_| upstream_url.as_str()),
    ));
    announce(&listener, &public_url, app.durability());
    serve_until_told(app, listener, signals).await;
    Ok(())
}

fn demo_instructions(public_url: &PublicUrl, password: &str, api: Option<&str>) -> String {
    let url = public_url.mcp();
    let api = api.map_or_else(String::new, |api| {
        format!("\nThe invented athlete's Intervals.icu API: {api}\n")
    });
    format!(
        "A demo of the whole server, with an athlete who does not exist. Changes last until it stops.\n\
         \n\
         URL:             {url}\n\
         Owner password:  {password}\n\
         \n\
         Add it to Claude Code:\n\
         \n    claude mcp add --transport http intervals-demo {url}\n\
         \n\
         Then run `claude`, type /mcp, choose intervals-demo and authenticate: a page opens in your browser. Check what is \
         asked for, type the owner password, approve, and ask \"How is my training going?\"\n\
         {api}"
    )
}

fn random_secret() -> Result<String, Failure> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)
        .map_err(|error| Failure::Other(format!("the system has no random numbers: {error}")))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Tells the person at the terminal. Not a print macro: those panic when nobody reads.
fn say(text: &str) {
    let _ = writeln!(io::stdout(), "{text}");
}

/// Tells the person at the terminal what is wrong, one line per problem.
fn complain(failure: &Failure) -> ExitCode {
    let (lines, code) = match failure {
        Failure::Configuration(problems) => (problems.iter().map(ToString::to_string).collect(), 2),
        Failure::Telemetry(error) => (vec![error.to_string()], 2),
        Failure::State(error) => (vec![error.to_string()], 2),
        Failure::Found => (Vec::new(), 1),
        Failure::Other(error) => (vec![error.clone()], 1),
    };
    for line in lines {
        let _ = writeln!(io::stderr(), "{line}");
    }
    ExitCode::from(code)
}
