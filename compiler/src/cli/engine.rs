//! `--engine`

use clap::ValueEnum;

use crate::driver;

/// What keeps runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Engine {
    /// A journal in a file: runs survive the process and the machine
    Sqlite,
    /// Nothing: runs end with the process
    Memory,
    /// A PostgreSQL database, which many replicas share
    Postgres,
    /// Restate
    Restate,
}

impl From<Engine> for driver::Engine {
    fn from(engine: Engine) -> Self {
        match engine {
            Engine::Sqlite => Self::Sqlite,
            Engine::Memory => Self::Memory,
            Engine::Postgres => Self::Postgres,
            Engine::Restate => Self::Restate,
        }
    }
}
