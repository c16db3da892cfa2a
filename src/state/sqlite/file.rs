//! The file: made private, and touched only when it is known to be ours and whole.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, FileControl, MAIN_DB, OpenFlags};

use super::{reason, schema};

const NAME: &str = "state.sqlite3";
/// Readable and writable by its user alone.
#[cfg(unix)]
const PRIVATE: u32 = 0o600;
/// How long to wait for another process that is writing.
const BUSY: Duration = Duration::from_secs(3);
/// The header of an SQLite file, in bytes.
const HEADER: usize = 100;

/// Why state cannot be kept in a directory, with the remedy. The directory itself is not repeated.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("DATA_DIR: is not a directory; name one, or unset it to keep state in memory")]
    NotADirectory,
    #[error(
        "DATA_DIR: state cannot be kept there ({0}); name a directory that this user may write to, with space left"
    )]
    Unusable(String),
    #[error(
        "DATA_DIR: this user may not write there; give the directory to it, in a container of this server's image with \
         `chown 65532:65532` on the folder that is mounted, on Railway with the variable RAILWAY_RUN_UID=0"
    )]
    NotOurs,
    #[error(
        "DATA_DIR: {NAME} there is not a state file of this server; move it away, or name another directory"
    )]
    Foreign,
    #[error(
        "DATA_DIR: {NAME} there was written by a newer version (schema {found}, this one knows {known}); start that \
         version, or name another directory", known = schema::VERSION
    )]
    Newer { found: i32 },
    #[error(
        "DATA_DIR: {NAME} there is damaged ({0}); restore a backup, or move it away and connect the apps again"
    )]
    Damaged(String),
    #[error("DATA_DIR: {NAME} there is held by another program; stop that program")]
    Held,
    #[error(
        "DATA_DIR: the file system there cannot keep a write-ahead log; name a directory on a local disk"
    )]
    NoLog,
}

impl From<rusqlite::Error> for OpenError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                Self::Damaged(reason(&error))
            }
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Held,
            _ => Self::Unusable(reason(&error)),
        }
    }
}

impl From<io::Error> for OpenError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            ErrorKind::NotADirectory => Self::NotADirectory,
            ErrorKind::PermissionDenied => Self::NotOurs,
            kind => Self::Unusable(kind.to_string()),
        }
    }
}

/// Opens the file in `directory`, making both when they are missing.
pub(super) fn open(directory: &Path) -> Result<Connection, OpenError> {
    make_directory(directory)?;
    let path = directory.join(NAME);
    if inspect(&path)? == Found::Nothing {
        create(&path)?;
    }
    let mut connection = connect(&path)?;
    // First whole and then the log, so that what a crash leaves is either empty or ours.
    schema::migrate(&mut connection)?;
    keep_log(&connection)?;
    verify(&connection)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)?;
    make_private(directory);
    Ok(connection)
}

/// As [`open`], and changes nothing.
pub(super) fn check(directory: &Path) -> Result<(), OpenError> {
    let path = directory.join(NAME);
    if inspect(&path)? == Found::Nothing {
        return probe(directory);
    }
    let connection = connect(&path)?;
    schema::accept_open(&connection)?;
    verify(&connection)?;
    // Takes the lock of a writer, which a file that cannot be written does not give.
    Ok(connection.execute_batch("BEGIN IMMEDIATE; ROLLBACK")?)
}

#[derive(PartialEq, Eq)]
enum Found {
    /// No file, or an empty one.
    Nothing,
    Ours,
}

/// Looks at the first bytes, without SQLite: that would write beside a file that is none of its business.
fn inspect(path: &Path) -> Result<Found, OpenError> {
    let mut header = Vec::with_capacity(HEADER);
    match File::open(path) {
        Ok(file) if file.metadata()?.is_file() => {
            file.take(HEADER as u64).read_to_end(&mut header)?
        }
        Ok(_) => return Err(OpenError::Foreign),
        Err(error) if error.kind() == ErrorKind::NotFound => 0,
        Err(error) => return Err(error.into()),
    };
    if header.is_empty() {
        // A log without its file is what is left of one, and SQLite would throw it away.
        let log = path.with_file_name(format!("{NAME}-wal"));
        return match fs::metadata(log) {
            Ok(log) if log.len() > 0 => Err(OpenError::Damaged("only its log is there".to_owned())),
            _ => Ok(Found::Nothing),
        };
    }
    if !header.starts_with(b"SQLite format 3\0") {
        return Err(OpenError::Foreign);
    }
    let number = |at: usize| {
        let bytes = header.get(at..at.saturating_add(4))?;
        Some(i32::from_be_bytes(bytes.try_into().ok()?))
    };
    let (Some(version), Some(application_id)) = (number(60), number(68)) else {
        return Err(OpenError::Damaged("it ends within its header".to_owned()));
    };
    schema::accept(application_id, version)?;
    Ok(Found::Ours)
}

fn make_directory(directory: &Path) -> Result<(), OpenError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    match builder.create(directory) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Err(OpenError::NotADirectory),
        made => Ok(made?),
    }
}

/// An empty file; what SQLite later puts beside it gets the same mode.
fn create(path: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, PRIVATE);
    options.open(path).map(drop)
}

fn connect(path: &Path) -> Result<Connection, OpenError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    // Until the file is known to be whole, closing it must not write to it.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    connection.busy_timeout(BUSY)?;
    // A container's file system may be read-only but for this directory.
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    // FULL: a commit is on the disk when it returns, so a loss of power takes back nothing that was answered.
    connection.pragma_update(None, "synchronous", "FULL")?;
    Ok(connection)
}

fn keep_log(connection: &Connection) -> Result<(), OpenError> {
    let mode: String =
        connection.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0))?;
    if mode != "wal" {
        return Err(OpenError::NoLog);
    }
    // The files of the log stay when it is closed: on a full disk they could not be made again, and without them nothing can
    // be read.
    let mut keep = 1;
    connection.file_control(Some(MAIN_DB), FileControl::PersistWal(&mut keep))?;
    Ok(())
}

fn verify(connection: &Connection) -> Result<(), OpenError> {
    let verdict: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if verdict != "ok" {
        return Err(OpenError::Damaged(
            "its pages contradict each other".to_owned(),
        ));
    }
    connection
        .prepare("SELECT key, value, expires_at FROM entries")
        .map(drop)
        .map_err(|_| OpenError::Damaged("its table is missing".to_owned()))
}

/// Takes away what others may do with files that were made or copied with a laxer mode.
#[cfg(unix)]
fn make_private(directory: &Path) {
    use std::os::unix::fs::PermissionsExt as _;

    for suffix in ["", "-wal", "-shm"] {
        let path = directory.join(format!("{NAME}{suffix}"));
        let Ok(metadata) = fs::metadata(&path) else {
            continue;
        };
        let mut permissions = metadata.permissions();
        if permissions.mode() & 0o077 != 0 {
            permissions.set_mode(PRIVATE);
            if let Err(error) = fs::set_permissions(&path, permissions) {
                // Some file systems of containers know no modes, which is no reason not to start.
                tracing::warn!(%error, "the state file is not private: others on this machine can read it");
            }
        }
    }
}

#[cfg(not(unix))]
const fn make_private(_directory: &Path) {}

/// Whether a file can be made in `directory` or, when it is missing, in the nearest one above it.
fn probe(directory: &Path) -> Result<(), OpenError> {
    let existing = directory
        .ancestors()
        .map(|above| {
            if above.as_os_str().is_empty() {
                Path::new(".")
            } else {
                above
            }
        })
        .find(|above| above.exists())
        .unwrap_or(directory);
    if !fs::metadata(existing)?.is_dir() {
        return Err(OpenError::NotADirectory);
    }
    let path: PathBuf = existing.join(format!(".{NAME}-check-{}", std::process::id()));
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&path)?;
    Ok(fs::remove_file(path)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A loss of power cannot be tried here; these are the settings under which SQLite promises to survive it.
    #[test]
    fn every_commit_is_synced_to_a_write_ahead_log() {
        let directory = std::env::temp_dir().join(format!("icu-mcp-log-{}", std::process::id()));
        let connection = open(&directory).unwrap();
        let mode: String = connection
            .pragma_query_value(None, "journal_mode", |row| row.get(0))
            .unwrap();
        let synchronous: i32 = connection
            .pragma_query_value(None, "synchronous", |row| row.get(0))
            .unwrap();
        drop(connection);
        fs::remove_dir_all(&directory).unwrap();
        assert_eq!((mode.as_str(), synchronous), ("wal", 2));
    }
}
