//! From the configuration to the engine.

use std::sync::Arc;

use reqwest::Client;

use super::Engine;
#[cfg(feature = "sqlite")]
use super::journal::JournalError;
use super::journal::memory::MemoryJournal;
#[cfg(feature = "postgres")]
use super::journal::postgres::{PostgresJournal, Settings};
#[cfg(feature = "sqlite")]
use super::journal::sqlite::{Access, SqliteJournal};
use super::journal::{Journal, Retention};
use super::journalled::{Journalled, Parts, upgrade};
use super::notes::Notes;
#[cfg(feature = "restate")]
use super::restate::{RestateEngine, RestateNotes};
#[cfg(feature = "restate")]
use crate::client::Network;
#[cfg(feature = "postgres")]
use crate::config::DatabaseUrl;
#[cfg(feature = "restate")]
use crate::config::RestateConfig;
use crate::config::{EngineChoice, EngineConfig, UnfitRuns};

/// Where runs and notes are kept, before any run goes on.
pub(crate) struct Store {
    kept: Kept,
    unfit_runs: UnfitRuns,
    keep: Retention,
}

enum Kept {
    Journal {
        journal: Arc<dyn Journal>,
        /// It outlives the process.
        survives: bool,
    },
    #[cfg(feature = "restate")]
    Restate { client: Client, flow: String, restate: RestateConfig },
}

impl Store {
    /// Opens the journal. `client` is for an engine that is a server.
    ///
    /// # Errors
    /// Sentences that say what keeps it from working, and how to mend it.
    pub(crate) async fn open(
        config: EngineConfig,
        #[cfg_attr(not(feature = "restate"), allow(unused_variables))] client: &Client,
    ) -> Result<Self, Vec<String>> {
        let of_journal = |journal: Arc<dyn Journal>, survives| Kept::Journal { journal, survives };
        let kept = match config.engine {
            #[cfg(feature = "restate")]
            EngineChoice::Restate(restate) => Kept::Restate { client: client.clone(), flow: config.name, restate },
            EngineChoice::Memory => of_journal(Arc::new(MemoryJournal::default()), false),
            #[cfg(feature = "sqlite")]
            EngineChoice::Sqlite(path) => {
                let journal = SqliteJournal::open(&path, Access::Server).map_err(|error| vec![error.to_string()])?;
                of_journal(Arc::new(journal), true)
            }
            #[cfg(feature = "postgres")]
            EngineChoice::Postgres(database) => {
                let journal = open_database(&database, &config.name).await.map_err(|problem| vec![problem])?;
                of_journal(Arc::new(journal), true)
            }
        };
        Ok(Self { kept, unfit_runs: config.unfit_runs, keep: config.keep })
    }

    /// The notes that are kept beside the runs.
    #[allow(dead_code)]
    pub(crate) fn notes(&self) -> Arc<dyn Notes> {
        match &self.kept {
            Kept::Journal { journal, .. } => Arc::clone(journal) as Arc<dyn Notes>,
            #[cfg(feature = "restate")]
            Kept::Restate { client, flow, restate } => Arc::new(RestateNotes::new(client, flow, restate)),
        }
    }

    /// Looks at the runs that are kept, and begins to carry them out. Must be called within a tokio runtime.
    ///
    /// # Errors
    /// Sentences that say what keeps them from going on, and how to mend it.
    pub(crate) async fn start(self, parts: Parts) -> Result<Arc<dyn Engine>, Vec<String>> {
        let Self { kept, unfit_runs, keep } = self;
        match kept {
            Kept::Journal { journal, survives } => {
                upgrade::check(parts.program, &parts.secrets, &*journal, unfit_runs).await?;
                let engine = Journalled::start(parts, journal, survives, keep).map_err(|problem| vec![problem])?;
                Ok(Arc::new(engine))
            }
            #[cfg(feature = "restate")]
            Kept::Restate { client, flow, restate } => {
                Ok(Arc::new(RestateEngine::start(parts, &client, &flow, &restate, unfit_runs, keep).await?))
            }
        }
    }
}

/// Opens the journal for an operator's command, beside the program that serves.
///
/// # Errors
/// A sentence that says why there is none to be opened.
pub(crate) async fn open_for_operator(config: &EngineConfig) -> Result<Arc<dyn Journal>, String> {
    match &config.engine {
        EngineChoice::Memory => {
            Err("what the engine memory keeps lives in the process that serves, and ends with it: \
             there is nothing here to look at"
                .to_owned())
        }
        #[cfg(feature = "sqlite")]
        EngineChoice::Sqlite(path) => {
            let journal = SqliteJournal::open(path, Access::Operator).map_err(JournalError::into_reason)?;
            Ok(Arc::new(journal))
        }
        #[cfg(feature = "postgres")]
        EngineChoice::Postgres(database) => Ok(Arc::new(open_database(database, &config.name).await?)),
        #[cfg(feature = "restate")]
        EngineChoice::Restate(_) => {
            Err("runs of the engine restate are kept by Restate: look after them with its own tool, as \
                 `restate invocations list`"
                .to_owned())
        }
    }
}

/// Opens the notes for an operator's command, beside the program that serves.
///
/// # Errors
/// A sentence that says why there are none to be opened.
pub(crate) async fn open_notes_for_operator(config: &EngineConfig) -> Result<Arc<dyn Notes>, String> {
    #[cfg(feature = "restate")]
    if let EngineChoice::Restate(restate) = &config.engine {
        let client = Network::default().client().map_err(|error| format!("TLS could not be set up: {error}"))?;
        return Ok(Arc::new(RestateNotes::new(&client, &config.name, restate)));
    }
    let journal = open_for_operator(config).await?;
    Ok(journal)
}

#[cfg(feature = "postgres")]
async fn open_database(database: &DatabaseUrl, flow: &str) -> Result<PostgresJournal, String> {
    PostgresJournal::connect(database.reveal(), Settings::of(flow))
        .await
        .map_err(|error| format!("--database: {error}"))
}
