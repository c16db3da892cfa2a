//! `docs`: the generated parts of the documents, written or compared.

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use intervals_mcp_server::docs;

use super::say;

/// Writes what is stale in the working directory, or with `check` only says what is; code 1 then says that something is.
pub fn write(check: bool) -> ExitCode {
    let here = Path::new("");
    let done = if check {
        docs::stale(here)
    } else {
        docs::write(here)
    };
    match done {
        Ok(parts) => {
            for part in &parts {
                say(&if check {
                    format!("{part} is stale: run `intervals-mcp-server docs`")
                } else {
                    format!("{part} was written")
                });
            }
            ExitCode::from(u8::from(check && !parts.is_empty()))
        }
        Err(error) => {
            let _ = writeln!(io::stderr(), "{error}");
            ExitCode::from(match error {
                docs::Error::Markers { .. } | docs::Error::Untranslated(_) => 1,
                docs::Error::Elsewhere(_) => 2,
                docs::Error::File(..) => 70,
            })
        }
    }
}
