//! `workout`: what a workout's text means, without a server.

use std::io::{self, Read, Write};
use std::path::Path;
use std::process::ExitCode;

use intervals_mcp_server::config::command_line::WorkoutOptions;
use intervals_mcp_server::workout;

use super::say;

/// Shows what a workout's text means; code 1 says that something of it is lost.
pub fn show(options: &WorkoutOptions) -> Result<ExitCode, String> {
    let text = read(options.file.as_deref())?;
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
fn read(file: Option<&Path>) -> Result<String, String> {
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
