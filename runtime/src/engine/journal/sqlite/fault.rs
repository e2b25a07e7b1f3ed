//! What goes wrong in SQLite, in words that say how to mend it.

use std::path::Path;

use rusqlite::types::FromSqlError;
use rusqlite::{Error, ErrorCode, ffi};

use crate::engine::journal::JournalError;

/// Why an operation was not done. What it had written by then is rolled back, unless it was superseded: that is found
/// out before anything is written.
#[derive(Debug)]
pub(super) enum Fault {
    /// The run is not held any more.
    Superseded,
    /// The file is not at its path any more.
    Gone,
    /// SQLite's word.
    Sqlite(Error),
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<FromSqlError> for Fault {
    fn from(error: FromSqlError) -> Self {
        Self::Sqlite(error.into())
    }
}

impl From<serde_json::Error> for Fault {
    fn from(error: serde_json::Error) -> Self {
        Self::Sqlite(Error::ToSqlConversionFailure(Box::new(error)))
    }
}

impl Fault {
    /// Whether the operation itself is at fault, so that those beside it may do better without it.
    pub(super) fn is_its_own(&self) -> bool {
        match self {
            Self::Superseded => true,
            Self::Gone => false,
            Self::Sqlite(error) => matches!(
                error.sqlite_error_code(),
                None | Some(ErrorCode::ConstraintViolation | ErrorCode::TooBig | ErrorCode::TypeMismatch)
            ),
        }
    }

    /// As the journal's user is told.
    pub(super) fn told(&self, path: &Path) -> JournalError {
        match self {
            Self::Superseded => JournalError::Superseded,
            Self::Gone => JournalError::Unavailable(format!(
                "{} was deleted, moved or replaced while the program served from it; put it back, or start the program anew",
                path.display()
            )),
            Self::Sqlite(error) => told(error, path),
        }
    }
}

/// Result and primary result codes: "Result and Error Codes", sqlite.org.
fn told(error: &Error, path: &Path) -> JournalError {
    let path = path.display();
    let damaged = || {
        JournalError::Broken(format!(
            "{path} is damaged ({error}); stop the program, keep a copy of the file and of what lies beside it, and save \
             what can be read with `sqlite3 {path} .recover | sqlite3 NEW`; then start with `--state NEW`"
        ))
    };
    let full = || JournalError::Unavailable(format!("the disk of {path} is full"));
    let Error::SqliteFailure(failure, _) = error else {
        // A row holds what this program would never have written.
        return match error {
            Error::ToSqlConversionFailure(_) => JournalError::Unavailable(format!("{path}: {error}")),
            _ => damaged(),
        };
    };
    match failure.code {
        ErrorCode::DatabaseCorrupt => damaged(),
        ErrorCode::NotADatabase => JournalError::Broken(format!(
            "{path} is not a journal: it is no SQLite database; give another file with `--state PATH`"
        )),
        // "no such table", "no such column".
        ErrorCode::Unknown => JournalError::Broken(format!(
            "{path} does not have the tables of a journal ({error}); was it changed by hand? Give another file with \
             `--state PATH`"
        )),
        ErrorCode::DiskFull => full(),
        // The log's index, which is made anew at the start, has no room.
        ErrorCode::SystemIoFailure if failure.extended_code == ffi::SQLITE_IOERR_SHMSIZE => full(),
        ErrorCode::ReadOnly => JournalError::Unavailable(format!("{path} can only be read, not written")),
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => JournalError::Unavailable(format!(
            "another program has been writing to {path} for too long; is it open in `sqlite3`?"
        )),
        ErrorCode::CannotOpen | ErrorCode::PermissionDenied => JournalError::Unavailable(format!(
            "{path} cannot be opened; does its folder exist, and may this program write there? `--state PATH` gives another"
        )),
        ErrorCode::SystemIoFailure => JournalError::Unavailable(format!("the disk of {path} fails ({error})")),
        _ => JournalError::Unavailable(format!("{path}: {error}")),
    }
}
