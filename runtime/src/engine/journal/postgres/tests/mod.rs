//! The rules of every journal, and what only one in PostgreSQL promises, against a real server.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

#[path = "../../../../../../tests/src/postgres.rs"]
#[allow(dead_code, missing_docs, unreachable_pub, clippy::expect_used)]
mod server;

mod doors;
mod outages;
mod replicas;

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};

use self::server::Postgres;
use super::super::conformance::{Subject, suite};
use super::*;

/// The server of all tests that do not stop theirs.
fn shared() -> Option<&'static Postgres> {
    static SERVER: OnceLock<Option<Postgres>> = OnceLock::new();
    SERVER.get_or_init(Postgres::start).as_ref()
}

/// The settings of a flow that no other test has. Its leases are over soon enough to wait for, and long enough for a
/// machine that is busy with other tests.
fn settings() -> Settings {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let flow = format!("test-{}", NUMBER.fetch_add(1, Ordering::Relaxed));
    Settings { lease: Duration::from_secs(4), connections: 3, ..Settings::of(&flow) }
}

/// Carries out what a test does with a server, if there is one.
fn with<T>(server: Option<T>, test: impl AsyncFnOnce(&T)) {
    let Some(server) = server else { return };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(test(&server));
}

async fn open(server: &Postgres, settings: &Settings) -> PostgresJournal {
    PostgresJournal::connect(&server.url(), settings.clone()).await.unwrap()
}

struct Database(Settings);

impl Subject for Database {
    const DURABLE: bool = true;
    const SHIFTS: bool = false;

    fn is_here(&self) -> bool {
        shared().is_some()
    }

    async fn open(&self) -> Arc<dyn Journal> {
        Arc::new(open(shared().unwrap(), &self.0).await)
    }
}

suite!(Database(settings()));
