//! What was typed: a sub-command, and a flag for every variable.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};

use super::Values;
use super::variables;

/// What the process ends with, for those who start it from a script.
const EXIT_CODES: &str = "\
Exit codes:
   0  done, or told to stop
   1  check found something wrong, or workout something that is lost
   2  a flag or the configuration is wrong
   3  state cannot be kept where the configuration says
   4  HOST and PORT cannot be listened on
   5  LOG_DIR cannot be written to
  70  the machine's fault, or this program's";

/// What the process was asked to do.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    Serve,
    /// The whole server with an invented athlete; `api` also serves that athlete's API on this port.
    Demo {
        api: Option<u16>,
    },
    /// What keeps Claude from connecting? `health` only asks the running server.
    Check {
        health: bool,
    },
    /// What does Intervals.icu make of a workout's text? Needs no configuration.
    Workout(WorkoutOptions),
    /// Write the generated parts of the documents, or with `check` only say which are stale. Needs no configuration.
    Docs {
        check: bool,
    },
}

/// Which text, and for whom.
#[derive(Debug, Clone, PartialEq)]
pub struct WorkoutOptions {
    /// `None` is standard input.
    pub file: Option<PathBuf>,
    pub sport: String,
    /// W
    pub ftp: Option<f64>,
    /// bpm
    pub lthr: Option<f64>,
    pub threshold_pace: Option<String>,
    pub json: bool,
}

/// A command line, understood.
#[derive(Debug, Clone, PartialEq)]
pub struct Invocation {
    pub action: Action,
    /// Values of flags by variable name.
    pub flags: Values,
}

/// Understands `arguments`, whose first is the program's name.
///
/// # Errors
/// What clap has to say, which may also be the help that was asked for.
pub fn parse<I, T>(arguments: I) -> Result<Invocation, clap::Error>
where
    I: IntoIterator<Item = T>,
    T: Into<OsString> + Clone,
{
    let matches = command().try_get_matches_from(arguments)?;
    let (action, matches) = match matches.subcommand() {
        Some(("demo", demo)) => (
            Action::Demo {
                api: demo.get_one("api").copied(),
            },
            demo,
        ),
        Some(("check", check)) => (
            Action::Check {
                health: check.get_flag("health"),
            },
            check,
        ),
        Some(("workout", workout)) => (Action::Workout(workout_options(workout)), workout),
        Some(("docs", docs)) => (
            Action::Docs {
                check: docs.get_flag("check"),
            },
            docs,
        ),
        Some((_, serve)) => (Action::Serve, serve),
        None => (Action::Serve, &matches),
    };
    Ok(Invocation {
        action,
        flags: flags(matches),
    })
}

fn workout_options(matches: &ArgMatches) -> WorkoutOptions {
    let file = matches.get_one::<PathBuf>("file");
    WorkoutOptions {
        file: file.filter(|file| file.as_os_str() != "-").cloned(),
        sport: matches
            .get_one::<String>("sport")
            .cloned()
            .unwrap_or_default(),
        ftp: matches.get_one("ftp").copied(),
        lthr: matches.get_one("lthr").copied(),
        threshold_pace: matches.get_one("threshold-pace").cloned(),
        json: matches.get_flag("json"),
    }
}

fn flags(matches: &ArgMatches) -> Values {
    variables::ALL
        .iter()
        .filter_map(|variable| {
            let value = matches.get_one::<String>(variable.name)?;
            Some((variable.name.to_owned(), value.clone()))
        })
        .collect()
}

fn command() -> Command {
    let variables = variables::ALL.iter().map(|variable| {
        let help = match variable.default {
            Some(default) => format!("{} [{}, default {default}]", variable.doc, variable.name),
            None => format!("{} [{}]", variable.doc, variable.name),
        };
        Arg::new(variable.name)
            .long(variable.flag())
            .value_name(if variable.secret { "SECRET" } else { "VALUE" })
            .help(help)
            .global(true)
            .help_heading(
                "Configuration: a flag wins over the environment, the environment over .env",
            )
    });
    Command::new("intervals-mcp-server")
        .version(env!("CARGO_PKG_VERSION"))
        .about(env!("CARGO_PKG_DESCRIPTION"))
        .args(variables)
        .after_help(EXIT_CODES)
        .subcommand(Command::new("serve").about("Serve the configured athlete (the default)"))
        .subcommand(
            Command::new("demo")
                .about("Serve an invented athlete; needs no account and no configuration")
                .arg(
                    Arg::new("api")
                        .long("api")
                        .value_name("PORT")
                        .value_parser(value_parser!(u16).range(1..))
                        .help("Also serve the invented athlete's Intervals.icu API on this loopback port"),
                ),
        )
        .subcommand(
            Command::new("check")
                .about("Find what keeps Claude from connecting, from the public URL to the API key, and say what to do about it")
                .arg(
                    Arg::new("health")
                        .long("health")
                        .action(ArgAction::SetTrue)
                        .help("Only ask the server on this machine whether it is alive"),
                ),
        )
        .subcommand(workout())
        .subcommand(
            Command::new("docs")
                .about("Write the generated tables of README.md and DEPLOY.md; for those who change this program")
                .arg(
                    Arg::new("check")
                        .long("check")
                        .action(ArgAction::SetTrue)
                        .help("Only say which of them are stale; exit code 1 when any is"),
                ),
        )
}

fn workout() -> Command {
    let option = |name: &'static str, unit: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(unit).help(help)
    };
    Command::new("workout")
        .about("Show what Intervals.icu makes of the text of a planned workout; needs no configuration")
        .arg(
            Arg::new("file")
                .value_name("FILE")
                .value_parser(value_parser!(PathBuf))
                .help("The text; standard input when it is - or missing"),
        )
        .arg(option("sport", "SPORT", "Such as Ride, Run or Swim").default_value("Ride"))
        .arg(option("ftp", "WATTS", "Threshold power").value_parser(positive))
        .arg(option("lthr", "BPM", "Heart rate at threshold").value_parser(positive))
        .arg(option(
            "threshold-pace",
            "PACE",
            "Such as 4:00/km, 6:26/mi or 1:35/100m",
        ))
        .arg(
            Arg::new("json")
                .long("json")
                .action(ArgAction::SetTrue)
                .help("Print JSON in the shape of the service's workout_doc, mistakes on standard error"),
        )
}

fn positive(text: &str) -> Result<f64, String> {
    text.parse()
        .ok()
        .filter(|value: &f64| *value > 0.0 && *value < 10_000.0)
        .ok_or_else(|| "a number above 0 is wanted".to_owned())
}
