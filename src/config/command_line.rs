//! What was typed: a sub-command, and a flag for every variable.

use std::ffi::OsString;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};

use super::Values;
use super::variables;

/// What the process was asked to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    Serve,
    /// The whole server with an invented athlete; `api` also serves that athlete's API on this port.
    Demo {
        api: Option<u16>,
    },
    /// Is the configuration right, and who is the athlete? `health` only asks the running server.
    Check {
        health: bool,
    },
}

/// A command line, understood.
#[derive(Debug, Clone, PartialEq, Eq)]
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
        Some((_, serve)) => (Action::Serve, serve),
        None => (Action::Serve, &matches),
    };
    Ok(Invocation {
        action,
        flags: flags(matches),
    })
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
                .about("Say whether the configuration is right, who the athlete is and what to paste into Claude")
                .arg(
                    Arg::new("health")
                        .long("health")
                        .action(ArgAction::SetTrue)
                        .help("Only ask the server on this machine whether it is alive"),
                ),
        )
}
