//! The parts of the documents that are written from the code: the table of tools in `README.md`, the tables of variables in
//! `DEPLOY.md` and its translation. A part stands between `<!-- name:start -->` and `<!-- name:end -->`.

mod japanese;
mod tables;

use std::path::{Path, PathBuf};
use std::{fs, io};

/// A part of a document.
struct Part {
    /// Where the document is, from the project's root.
    path: &'static str,
    /// As in its markers.
    name: &'static str,
    /// What belongs between them, ending with a line feed.
    text: String,
}

/// Why the documents can be neither written nor compared.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("{} is not here: run this in the root of the project, where Cargo.toml is", .0.display())]
    Elsewhere(PathBuf),
    #[error(
        "{path} needs the lines <!-- {name}:start --> and <!-- {name}:end -->, once and in this order"
    )]
    Markers {
        path: &'static str,
        name: &'static str,
    },
    #[error("the variable {0} has no description in Japanese: src/docs/japanese.rs")]
    Untranslated(&'static str),
    #[error("{} cannot be read or written: {}", .0.display(), .1)]
    File(PathBuf, io::Error),
}

/// Writes every part into its document below `root`; names those that were stale.
///
/// # Errors
/// [`Error`]
pub fn write(root: &Path) -> Result<Vec<String>, Error> {
    let mut written = Vec::new();
    for part in parts()? {
        let (path, before) = read(root, part.path)?;
        let after = part.put_into(&before)?;
        if after != before {
            fs::write(&path, after).map_err(|why| Error::File(path, why))?;
            written.push(part.to_string());
        }
    }
    Ok(written)
}

/// Names the parts below `root` that are not as they would be written.
///
/// # Errors
/// [`Error`]
pub fn stale(root: &Path) -> Result<Vec<String>, Error> {
    let mut stale = Vec::new();
    for part in parts()? {
        let (_, text) = read(root, part.path)?;
        if part.put_into(&text)? != text {
            stale.push(part.to_string());
        }
    }
    Ok(stale)
}

fn parts() -> Result<[Part; 3], Error> {
    Ok([
        Part {
            path: "README.md",
            name: "tools",
            text: tables::tools(),
        },
        Part {
            path: "DEPLOY.md",
            name: "variables",
            text: tables::variables(),
        },
        Part {
            path: "docker/DEPLOY.ja.md",
            name: "variables",
            text: tables::variables_in_japanese()?,
        },
    ])
}

fn read(root: &Path, path: &str) -> Result<(PathBuf, String), Error> {
    let path = root.join(path);
    match fs::read_to_string(&path) {
        Ok(text) => Ok((path, text)),
        Err(why) if why.kind() == io::ErrorKind::NotFound => Err(Error::Elsewhere(path)),
        Err(why) => Err(Error::File(path, why)),
    }
}

impl Part {
    /// `document` with this part as it should be.
    fn put_into(&self, document: &str) -> Result<String, Error> {
        let start = format!("<!-- {}:start -->\n", self.name);
        let end = format!("<!-- {}:end -->\n", self.name);
        let around = document.split_once(&start).and_then(|(before, rest)| {
            let (_, after) = rest.split_once(&end)?;
            let once = !after.contains(&start) && !after.contains(&end);
            once.then_some((before, after))
        });
        let (before, after) = around.ok_or(Error::Markers {
            path: self.path,
            name: self.name,
        })?;
        Ok(format!("{before}{start}{}{end}{after}", self.text))
    }
}

impl std::fmt::Display for Part {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: the part \"{}\"", self.path, self.name)
    }
}
