//! Opening the journal's file: whose it is, which version, and who else has it.

use std::fs::{File, Metadata, OpenOptions, TryLockError};
use std::io::ErrorKind;
use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use super::fault::Fault;
use super::{commits, writer};
use crate::engine::journal::JournalError;

/// `application_id` of the database header: `flow`.
const OURS: i32 = 0x666c_6f77;

/// What makes a schema of the one before; as many as `user_version` says are done. Those that were released stay as
/// they are.
const MIGRATIONS: &[&str] = &[include_str!("schema/1.sql"), include_str!("schema/2.sql")];

/// How long to wait for another program that writes.
const PATIENCE: Duration = Duration::from_secs(5);

/// Who opens it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// The one process that carries the runs out.
    Server,
    /// A command that looks at runs or changes them, beside the server or without one.
    Operator,
}

/// An open journal; dropped, another server can open it.
#[derive(Debug)]
pub(super) struct Opened {
    // Closed before the lock is let go of: fields are dropped in their order.
    pub(super) connection: Connection,
    served: Option<File>,
}

impl Opened {
    /// Whether the file that is served from is still the one at its path: what is written into one that was deleted or
    /// replaced is seen by nobody.
    pub(super) fn is_in_place(&self, path: &Path) -> bool {
        let Some(served) = &self.served else { return true };
        #[cfg(unix)]
        let same = |a: &Metadata, b: &Metadata| {
            use std::os::unix::fs::MetadataExt;
            (a.dev(), a.ino()) == (b.dev(), b.ino())
        };
        #[cfg(not(unix))]
        let same = |_: &Metadata, _: &Metadata| true;
        matches!((served.metadata(), std::fs::metadata(path)), (Ok(served), Ok(found)) if same(&served, &found))
    }
}

/// Opens it, and brings its schema up to date.
pub(super) fn open(path: &Path, access: Access) -> Result<Opened, JournalError> {
    create(path, access)?;
    let served = match access {
        Access::Server => Some(lock(path)?),
        Access::Operator => None,
    };
    let connection = connect(path, access).map_err(|fault| fault.told(path))?;
    let version = read_header(&connection, path)?;
    let behind = usize::try_from(version).unwrap_or_default() < MIGRATIONS.len();
    match access {
        Access::Server => prepare(&connection, behind).map_err(|fault| fault.told(path))?,
        Access::Operator if behind => {
            return Err(JournalError::Unavailable(format!(
                "{} was made by an older flow program; start the one that serves first, which brings it up to date",
                path.display()
            )));
        }
        Access::Operator => {}
    }
    Ok(Opened { connection, served })
}

/// Held by the server for as long as it runs: two would each carry out what the other holds. It is the file itself that
/// is locked, whatever path leads to it; SQLite's own locks are of another kind (flock(2) and fcntl(2)).
fn lock(path: &Path) -> Result<File, JournalError> {
    let file = OpenOptions::new().read(true).write(true).open(path).map_err(|error| unopened(path, &error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(JournalError::Unavailable(format!(
            "another process serves from {}; stop it first, or give this one a journal of its own with `--state PATH`",
            path.display()
        ))),
        Err(TryLockError::Error(error)) => Err(unopened(path, &error)),
    }
}

/// What people wrote is nobody else's business.
fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

fn unopened(path: &Path, error: &std::io::Error) -> JournalError {
    JournalError::Unavailable(format!(
        "{} cannot be opened ({error}); `--state PATH` or FLOW_STATE says where it is to be",
        path.display()
    ))
}

/// Makes the file if there is none, before SQLite does, which would let others read it; the files that SQLite puts
/// beside it get the mode of this one.
fn create(path: &Path, access: Access) -> Result<(), JournalError> {
    if path.is_dir() {
        let told = format!("{} is a folder; `--state PATH` or FLOW_STATE names a file", path.display());
        return Err(JournalError::Unavailable(told));
    }
    let made = match access {
        Access::Server => private(OpenOptions::new().create_new(true).write(true)).open(path).map(drop),
        Access::Operator => std::fs::metadata(path).map(drop),
    };
    match made {
        Err(error) if access == Access::Server && error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(error) if access == Access::Operator && error.kind() == ErrorKind::NotFound => {
            Err(JournalError::Unavailable(format!(
                "there is no journal at {}; `--state PATH` or FLOW_STATE says where it is",
                path.display()
            )))
        }
        made => made.map_err(|error| unopened(path, &error)),
    }
}

fn connect(path: &Path, access: Access) -> Result<Connection, Fault> {
    // One thread uses it, so SQLite need not lock it.
    let connection =
        Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(PATIENCE)?;
    connection.set_prepared_statement_cache_capacity(64);
    // Without this, SQLite plans a statement anew each time that other values are bound to it: half of its work here.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    // What is deleted is overwritten: it may be somebody's number. A damaged page is found out as it is read.
    connection.execute_batch(
        "PRAGMA secure_delete = ON; PRAGMA cell_size_check = ON; PRAGMA trusted_schema = OFF; PRAGMA temp_store = MEMORY;
         PRAGMA cache_size = -16384;",
    )?;
    if access == Access::Server {
        writer::bound_log(&connection)?;
    }
    Ok(connection)
}

/// The schema's version; 0 of a new file. Another program's database is left alone.
fn read_header(connection: &Connection, path: &Path) -> Result<u32, JournalError> {
    let read = || -> rusqlite::Result<(i32, i64, bool)> {
        let of = |pragma: &str| connection.pragma_query_value(None, pragma, |row| row.get(0));
        let tables = connection.query_row("SELECT count(*) > 0 FROM sqlite_schema", [], |row| row.get(0))?;
        Ok((connection.pragma_query_value(None, "application_id", |row| row.get(0))?, of("user_version")?, tables))
    };
    let (application, version, has_tables) = read().map_err(|error| Fault::from(error).told(path))?;
    let path = path.display();
    if application != OURS && (application != 0 || version != 0 || has_tables) {
        return Err(JournalError::Broken(format!(
            "{path} is the database of another program; give another file with `--state PATH`"
        )));
    }
    match u32::try_from(version) {
        Ok(version) if usize::try_from(version).is_ok_and(|version| version <= MIGRATIONS.len()) => Ok(version),
        _ => Err(JournalError::Broken(format!(
            "{path} was written by a newer flow program (its schema is {version}, this one knows {}); start that one, or \
             give another file with `--state PATH`",
            MIGRATIONS.len()
        ))),
    }
}

/// Makes the tables or brings them up to date, and lets go of what a former process held.
fn prepare(connection: &Connection, behind: bool) -> Result<(), Fault> {
    if behind {
        // It must be said before there are tables.
        connection.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
    }
    connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    let transaction = rusqlite::Transaction::new_unchecked(connection, TransactionBehavior::Immediate)?;
    let version: u32 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let mut done = version;
    for migration in MIGRATIONS.iter().skip(usize::try_from(version).unwrap_or_default()) {
        transaction.execute_batch(migration)?;
        done += 1;
    }
    if done != version {
        transaction.pragma_update(None, "application_id", OURS)?;
        transaction.pragma_update(None, "user_version", done)?;
    }
    commits::let_go(&transaction)?;
    transaction.commit()?;
    Ok(())
}
