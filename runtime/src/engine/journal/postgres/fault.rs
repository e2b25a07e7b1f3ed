//! What PostgreSQL says went wrong, in the journal's words.

use std::error::Error;

use tokio_postgres::error::SqlState;

use crate::engine::journal::JournalError;

/// Whether it may pass by itself is told by the error's class (PostgreSQL's manual, "Appendix A. PostgreSQL Error Codes").
pub(super) fn of_journal(error: &tokio_postgres::Error) -> JournalError {
    let told = told(error);
    let Some(code) = error.code() else {
        // No answer came: it is not there, or not any more.
        return JournalError::Unavailable(told);
    };
    match code.code().get(..2) {
        // Wrong user or password, no such database, no right to do it, tables that are not ours, damaged pages; and what
        // only a mistake of this program can be: a value or a statement that the database does not take.
        Some("28" | "3D" | "3F" | "42" | "22" | "23" | "XX") => JournalError::Broken(told),
        _ => JournalError::Unavailable(told),
    }
}

/// Whether nothing was done, and the same may be asked again at once.
pub(super) fn may_be_repeated(error: &tokio_postgres::Error) -> bool {
    error
        .code()
        .is_some_and(|code| *code == SqlState::T_R_DEADLOCK_DETECTED || *code == SqlState::T_R_SERIALIZATION_FAILURE)
}

/// Whether another connection may do what this one cannot: the server goes down, has become a standby, or a newer binary
/// has changed what a statement was prepared for.
pub(super) fn ends_session(error: &tokio_postgres::Error) -> bool {
    error.is_closed()
        || error.code().is_some_and(|code| {
            *code == SqlState::READ_ONLY_SQL_TRANSACTION
                || *code == SqlState::FEATURE_NOT_SUPPORTED
                || matches!(code.code().get(..3), Some("57P" | "08P"))
        })
}

/// In one sentence, with its code where it has one.
pub(super) fn told(error: &tokio_postgres::Error) -> String {
    if let Some(answer) = error.as_db_error() {
        return format!("PostgreSQL says: {} ({})", answer.message(), answer.code().code());
    }
    let mut told = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        told.push_str(": ");
        told.push_str(&error.to_string());
        cause = error.source();
    }
    told
}
