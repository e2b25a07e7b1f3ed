//! The rules of every journal, and what only one in PostgreSQL promises, against a real server.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

#[path = "../../../../../tests/src/postgres.rs"]
#[allow(dead_code, missing_docs, unreachable_pub, clippy::expect_used)]
mod server;

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

/// The settings of a flow that no other test has; its leases are soon over.
fn settings() -> Settings {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let flow = format!("test-{}", NUMBER.fetch_add(1, Ordering::Relaxed));
    Settings { lease: Duration::from_millis(1_000), connections: 3, ..Settings::of(&flow) }
}

struct Database(Settings);

impl Subject for Database {
    const DURABLE: bool = true;
    const SHIFTS: bool = false;

    async fn open(&self) -> Arc<dyn Journal> {
        let server = shared().unwrap();
        Arc::new(PostgresJournal::connect(&server.url(), self.0.clone()).await.unwrap())
    }
}

suite!(Database(settings()));
