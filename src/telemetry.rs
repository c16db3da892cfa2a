//! Logging: one line per event on standard output, and in daily files when a directory is given.

use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;

use tracing_appender::non_blocking::WorkerGuard;
use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, Registry};

/// How an event is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Text,
    Json,
}

impl Format {
    /// # Errors
    /// The names that exist.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        match text {
            "text" => Ok(Self::Text),
            "json" => Ok(Self::Json),
            _ => Err("must be text or json"),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    pub format: Format,
    /// Directives as [`filter`] returns them.
    pub filter: String,
    /// Where daily files are written.
    pub directory: Option<PathBuf>,
}

/// Libraries that would log requests with their contents; naming one in `RUST_LOG` opens it again.
const QUIET: &str = "rmcp=error,hyper=warn,hyper_util=warn,h2=warn,reqwest=warn,rustls=warn";

/// Checks the text of `RUST_LOG` and puts the quiet libraries before it.
///
/// # Errors
/// When `text` is not a list of directives.
pub fn filter(text: &str) -> Result<String, &'static str> {
    EnvFilter::builder().parse(text).map_err(
        |_| "must be a level (error, warn, info, debug, trace) or a list of module=level",
    )?;
    Ok(format!("{QUIET},{text}"))
}

/// Whether `text`, which [`filter`] takes, has one of the quiet libraries say more than it does by itself.
#[must_use]
pub fn opens_libraries(text: &str) -> bool {
    text.split(',').any(|directive| {
        let target = directive.trim().split(['=', '[', ':']).next();
        QUIET
            .split(',')
            .filter_map(|quiet| quiet.split_once('='))
            .any(|(library, _)| target == Some(library))
    })
}

/// Whether `text`, which [`filter`] takes, is at `debug` or `trace` anywhere.
#[must_use]
pub fn is_verbose(text: &str) -> bool {
    EnvFilter::builder()
        .parse(text)
        .is_ok_and(|filter| filter.max_level_hint() > Some(LevelFilter::INFO))
}

/// Why logging cannot start.
#[derive(Debug, thiserror::Error)]
pub enum InitError {
    #[error(
        "LOG_DIR: log files cannot be written there ({0}); name a directory that this user may write to, or unset it"
    )]
    Directory(String),
    #[error("RUST_LOG: is not understood")]
    Filter,
    #[error("logging was started twice")]
    Twice,
}

/// Writes the last lines to the files when dropped.
#[must_use = "the log files end when this is dropped"]
pub struct Guard(#[expect(dead_code, reason = "is dropped")] Option<WorkerGuard>);

/// Starts logging for the whole process, panics included.
///
/// # Errors
/// [`InitError`]
pub fn init(settings: &Settings) -> Result<Guard, InitError> {
    let filter = EnvFilter::builder()
        .parse(&settings.filter)
        .map_err(|_| InitError::Filter)?;
    let ansi = settings.format == Format::Text && io::stdout().is_terminal();
    let mut layers = vec![layer(
        settings.format,
        ansi,
        OneLine {
            to: io::stdout,
            ansi,
        },
    )];
    let mut guard = None;
    if let Some(directory) = &settings.directory {
        // The appender makes it too, but complains on standard error first.
        std::fs::create_dir_all(directory)
            .map_err(|error| InitError::Directory(error.to_string()))?;
        let files = RollingFileAppender::builder()
            .rotation(Rotation::DAILY)
            .filename_prefix("intervals-mcp-server")
            .filename_suffix("log")
            .max_log_files(14)
            .build(directory)
            .map_err(|error| InitError::Directory(error.to_string()))?;
        let (writer, worker) = tracing_appender::non_blocking(files);
        guard = Some(worker);
        let to = move || writer.clone();
        layers.push(layer(settings.format, false, OneLine { to, ansi: false }));
    }
    tracing_subscriber::registry()
        .with(filter_first(layers, filter))
        .try_init()
        .map_err(|_| InitError::Twice)?;
    log_panics();
    Ok(Guard(guard))
}

type BoxedLayer = Box<dyn Layer<Registry> + Send + Sync>;

fn filter_first(layers: Vec<BoxedLayer>, filter: EnvFilter) -> impl Layer<Registry> {
    layers.with_filter(filter)
}

fn layer<W>(format: Format, ansi: bool, writer: W) -> BoxedLayer
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    // A full pipe or disk must not take the server with it.
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(writer)
        .with_ansi(ansi)
        .log_internal_errors(false);
    match format {
        Format::Text => lines.boxed(),
        Format::Json => lines
            .json()
            .flatten_event(true)
            .with_span_list(false)
            .boxed(),
    }
}

/// The hook of the standard library writes to standard error, where no log shipper looks.
fn log_panics() {
    std::panic::set_hook(Box::new(|info| {
        let payload = info.payload();
        let what = payload
            .downcast_ref::<&str>()
            .copied()
            .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
            .unwrap_or("something that is not a text");
        let place = info.location().map(ToString::to_string);
        tracing::error!(what, place, "a panic");
    }));
}

/// Keeps an event on its line: `tracing-subscriber` escapes terminal sequences in values, but a line feed in one would
/// still begin a line that looks like ours.
struct OneLine<M> {
    to: M,
    ansi: bool,
}

impl<'a, M: MakeWriter<'a>> MakeWriter<'a> for OneLine<M> {
    type Writer = OneLineWriter<M::Writer>;

    fn make_writer(&'a self) -> Self::Writer {
        OneLineWriter {
            to: self.to.make_writer(),
            ansi: self.ansi,
        }
    }
}

struct OneLineWriter<W> {
    to: W,
    ansi: bool,
}

impl<W: Write> Write for OneLineWriter<W> {
    /// The formatter hands over one whole event at a time.
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let text = event.strip_suffix(b"\n").unwrap_or(event);
        let harmless = |b: &u8| (*b >= 0x20 && *b != 0x7f) || (self.ansi && *b == 0x1b);
        if text.iter().all(harmless) {
            self.to.write_all(event)?;
            return Ok(event.len());
        }
        let mut line = Vec::with_capacity(event.len() + 16);
        for byte in text {
            if harmless(byte) {
                line.push(*byte);
            } else {
                line.extend(byte.escape_ascii());
            }
        }
        line.push(b'\n');
        self.to.write_all(&line)?;
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};

    #[derive(Clone, Default)]
    struct Sink(Arc<Mutex<Vec<u8>>>);

    impl Write for Sink {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn logged(format: Format, write: impl FnOnce()) -> String {
        let sink = Sink::default();
        let to = sink.clone();
        let writer = OneLine {
            to: move || to.clone(),
            ansi: false,
        };
        let subscriber = tracing_subscriber::registry().with(layer(format, false, writer));
        tracing::subscriber::with_default(subscriber, write);
        String::from_utf8(sink.0.lock().unwrap().clone()).unwrap()
    }

    #[test]
    fn a_value_cannot_begin_a_line_of_its_own() {
        let evil = "x\n2026-01-01T00:00:00Z  INFO JWT decoded successfully\r\x1b[2J\u{85}";
        for format in [Format::Text, Format::Json] {
            let log = logged(format, || {
                tracing::info!(name = evil, display = %evil, "said {evil}");
            });
            assert_eq!(log.matches('\n').count(), 1, "{log:?}");
            assert!(log.ends_with('\n'));
            assert!(!log.contains('\x1b') && !log.contains('\r'), "{log:?}");
        }
    }

    #[test]
    fn json_carries_fields_as_keys_of_the_line() {
        let log = logged(Format::Json, || tracing::info!(session_id = "abc", "hello"));
        let line: serde_json::Value = serde_json::from_str(&log).unwrap();
        assert_eq!(line["session_id"], "abc");
        assert_eq!(line["message"], "hello");
    }

    #[test]
    fn libraries_stay_quiet_whatever_the_level() {
        assert!(filter("trace").unwrap().contains("rmcp=error"));
        assert!(filter("info,=,=").is_err());
    }
}
