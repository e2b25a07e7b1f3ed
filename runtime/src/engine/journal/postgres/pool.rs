//! A few connections to one database, each made again when it ends.

use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use futures_util::future::{Either, select};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio_postgres::{Client, Statement};
use tracing::debug;

use super::address::Address;
use super::call::Call;
use super::fault;
use super::tls::Tls;
use crate::engine::journal::JournalError;

/// How long is waited before a lost connection is made again: at first, and at most.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// A connection, and the statements that are prepared on it.
pub(super) struct Session {
    pub(super) client: Client,
    prepared: Vec<Statement>,
    /// Requests that are under way on it.
    busy: AtomicUsize,
    retired: Notify,
}

impl Session {
    /// What a call is prepared as.
    pub(super) fn statement(&self, call: Call) -> Result<&Statement, JournalError> {
        // Each session has them all.
        self.prepared.get(call.number()).ok_or_else(|| JournalError::Broken(format!("{call:?} is not prepared")))
    }

    /// Has the connection made anew: another one may do better.
    pub(super) fn retire(&self) {
        self.retired.notify_one();
    }
}

/// A session while it is used.
pub(super) struct Lent(Arc<Session>);

impl std::ops::Deref for Lent {
    type Target = Session;

    fn deref(&self) -> &Session {
        &self.0
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        self.0.busy.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Where connections come from.
#[derive(Clone)]
pub(super) struct Source {
    address: Address,
    tls: Tls,
    /// What each connection prepares.
    statements: Arc<[String]>,
}

impl Source {
    pub(super) fn new(address: Address, statements: Vec<String>) -> Result<Self, String> {
        let tls = Tls::trusting(address.authority.as_deref())?;
        Ok(Self { address, tls, statements: statements.into() })
    }

    /// Opens a connection that nothing is prepared on, for as long as the client lives.
    pub(super) async fn open(&self) -> Result<Client, tokio_postgres::Error> {
        let (client, driver) = self.connect().await?;
        tokio::spawn(driver);
        Ok(client)
    }

    async fn connect(
        &self,
    ) -> Result<(Client, impl Future<Output = ()> + Send + 'static + use<>), tokio_postgres::Error> {
        let (client, connection) = self.address.config.connect(self.tls.clone()).await?;
        let driver = async move {
            if let Err(error) = connection.await {
                debug!(reason = fault::told(&error), "a connection to the database ended");
            }
        };
        Ok((client, driver))
    }

    /// Opens a session, and gives what drives it.
    async fn session(
        &self,
    ) -> Result<(Arc<Session>, impl Future<Output = ()> + Send + 'static + use<>), tokio_postgres::Error> {
        let (client, driver) = self.connect().await?;
        let mut driver = Box::pin(driver);
        let prepare = async {
            // What a transaction sees is what the functions rely on, and nothing hangs for ever.
            client
                .batch_execute(
                    "set default_transaction_isolation = 'read committed'; set statement_timeout = '8s'; \
                     select set_config('synchronous_commit', 'on', false) where current_setting('synchronous_commit') = 'off'",
                )
                .await?;
            let mut prepared = Vec::new();
            for statement in self.statements.iter() {
                prepared.push(client.prepare(statement).await?);
            }
            Ok(prepared)
        };
        let prepared = match select(pin!(prepare), &mut driver).await {
            Either::Left((prepared, _)) => prepared?,
            // It ended: what it says then is that it is closed.
            Either::Right(((), prepare)) => prepare.await?,
        };
        let session = Session { client, prepared, busy: AtomicUsize::new(0), retired: Notify::new() };
        Ok((Arc::new(session), driver))
    }
}

/// The connections of one journal.
pub(super) struct Pool {
    shared: Arc<Shared>,
    keepers: Vec<JoinHandle<()>>,
}

struct Shared {
    slots: Vec<RwLock<Option<Arc<Session>>>>,
    /// Why there is no connection, if there is none.
    problem: Mutex<String>,
}

impl Pool {
    /// Opens a first connection, and keeps so many from then on.
    pub(super) async fn connect(source: &Source, connections: usize) -> Result<Self, tokio_postgres::Error> {
        let slots = (0..connections.max(1)).map(|_| RwLock::new(None)).collect();
        let shared = Arc::new(Shared { slots, problem: Mutex::new("it is not connected yet".to_owned()) });
        let mut first = Some(source.session().await?);
        let keepers = (0..connections.max(1)).map(|slot| {
            let open = first.take().map(|(session, driver)| shared.fill(slot, session, driver));
            tokio::spawn(keep(source.clone(), Arc::clone(&shared), slot, open))
        });
        let keepers = keepers.collect();
        Ok(Self { shared, keepers })
    }

    /// The connection with the least to do.
    pub(super) fn lend(&self) -> Result<Lent, JournalError> {
        let mut best: Option<Arc<Session>> = None;
        for slot in &self.shared.slots {
            let slot = slot.read().unwrap_or_else(PoisonError::into_inner);
            let Some(session) = slot.as_ref() else { continue };
            let busy = session.busy.load(Ordering::Relaxed);
            if best.as_ref().is_none_or(|best| busy < best.busy.load(Ordering::Relaxed)) {
                best = Some(Arc::clone(session));
            }
            if busy == 0 {
                break;
            }
        }
        let Some(session) = best else {
            let problem = self.shared.problem.lock().unwrap_or_else(PoisonError::into_inner);
            return Err(JournalError::Unavailable(problem.clone()));
        };
        session.busy.fetch_add(1, Ordering::Relaxed);
        Ok(Lent(session))
    }

    /// Lets all connections end; there are none from here on.
    pub(super) fn close(&self) {
        for keeper in &self.keepers {
            keeper.abort();
        }
        for slot in 0..self.shared.slots.len() {
            self.shared.set(slot, None);
        }
        self.shared.has("it was closed".to_owned());
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.close();
    }
}

impl Shared {
    /// Lends a session out until it ends or is retired. What is under way on a retired one ends with it.
    fn fill<D>(
        self: &Arc<Self>,
        slot: usize,
        session: Arc<Session>,
        driver: D,
    ) -> impl Future<Output = ()> + Send + 'static + use<D>
    where
        D: Future<Output = ()> + Send + 'static,
    {
        self.set(slot, Some(Arc::clone(&session)));
        let shared = Arc::clone(self);
        async move {
            select(pin!(driver), pin!(session.retired.notified())).await;
            shared.set(slot, None);
            shared.has("its connection ended".to_owned());
        }
    }

    fn set(&self, slot: usize, session: Option<Arc<Session>>) {
        if let Some(slot) = self.slots.get(slot) {
            *slot.write().unwrap_or_else(PoisonError::into_inner) = session;
        }
    }

    fn has(&self, problem: String) {
        *self.problem.lock().unwrap_or_else(PoisonError::into_inner) = problem;
    }
}

/// Keeps one slot filled, beginning with a session that is open if there is one.
async fn keep(source: Source, shared: Arc<Shared>, slot: usize, open: Option<impl Future<Output = ()>>) {
    let mut pause = FIRST_PAUSE;
    if let Some(session) = open {
        session.await;
    }
    loop {
        match source.session().await {
            Ok((session, driver)) => {
                pause = FIRST_PAUSE;
                shared.fill(slot, session, driver).await;
            }
            Err(error) => shared.has(fault::told(&error)),
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}
