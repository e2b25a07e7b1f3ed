//! From the configuration to the engine.

use std::sync::Arc;

use reqwest::Client;

use super::Engine;
use super::journal::Journal;
#[cfg(feature = "sqlite")]
use super::journal::JournalError;
use super::journal::memory::MemoryJournal;
#[cfg(feature = "postgres")]
use super::journal::postgres::{PostgresJournal, Settings};
#[cfg(feature = "sqlite")]
use super::journal::sqlite::{Access, SqliteJournal};
use super::journalled::{Journalled, Parts, upgrade};
#[cfg(feature = "restate")]
use super::restate::RestateEngine;
#[cfg(feature = "postgres")]
use crate::config::DatabaseUrl;
use crate::config::{EngineChoice, EngineConfig};

/// Opens the journal, looks at the runs that are in it, and begins to carry them out. `client` is for an engine that is a
/// server.
///
/// # Errors
/// Sentences that say what keeps it from working, and how to mend it.
pub(crate) async fn open(
    parts: Parts,
    config: EngineConfig,
    #[cfg_attr(not(feature = "restate"), allow(unused_variables))] client: &Client,
) -> Result<Arc<dyn Engine>, Vec<String>> {
    let keep = config.keep;
    let (journal, survives): (Arc<dyn Journal>, bool) = match config.engine {
        #[cfg(feature = "restate")]
        EngineChoice::Restate(restate) => {
            let engine = RestateEngine::start(parts, client, &config.name, &restate, config.unfit_runs, keep).await?;
            return Ok(Arc::new(engine));
        }
        EngineChoice::Memory => (Arc::new(MemoryJournal::default()), false),
        #[cfg(feature = "sqlite")]
        EngineChoice::Sqlite(path) => {
            let journal = SqliteJournal::open(&path, Access::Server).map_err(|error| vec![error.to_string()])?;
            (Arc::new(journal), true)
        }
        #[cfg(feature = "postgres")]
        EngineChoice::Postgres(database) => {
            let journal = open_database(&database, &config.name).await.map_err(|problem| vec![problem])?;
            (Arc::new(journal), true)
        }
    };
    upgrade::check(parts.program, &parts.secrets, &*journal, config.unfit_runs).await?;
    let engine = Journalled::start(parts, journal, survives, keep).map_err(|problem| vec![problem])?;
    Ok(Arc::new(engine))
}

/// Opens the journal for an operator's command, beside the program that serves.
///
/// # Errors
/// A sentence that says why there is none to be opened.
pub(crate) async fn open_for_operator(config: &EngineConfig) -> Result<Box<dyn Journal>, String> {
    match &config.engine {
        EngineChoice::Memory => Err("runs of the engine memory live in the process that serves, and end with it: \
             there is nothing here to look at"
            .to_owned()),
        #[cfg(feature = "sqlite")]
        EngineChoice::Sqlite(path) => {
            let journal = SqliteJournal::open(path, Access::Operator).map_err(JournalError::into_reason)?;
            Ok(Box::new(journal))
        }
        #[cfg(feature = "postgres")]
        EngineChoice::Postgres(database) => Ok(Box::new(open_database(database, &config.name).await?)),
        #[cfg(feature = "restate")]
        EngineChoice::Restate(_) => {
            Err("runs of the engine restate are kept by Restate: look after them with its own tool, as \
                 `restate invocations list`"
                .to_owned())
        }
    }
}

#[cfg(feature = "postgres")]
async fn open_database(database: &DatabaseUrl, flow: &str) -> Result<PostgresJournal, String> {
    PostgresJournal::connect(database.reveal(), Settings::of(flow))
        .await
        .map_err(|error| format!("--database: {error}"))
}
