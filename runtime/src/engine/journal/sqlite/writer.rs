//! The one thread that owns the connection: all operations that wait at a time become one transaction, so one write to
//! the disk serves them all.

use std::path::PathBuf;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rusqlite::Connection;
use tokio::sync::oneshot;
use tracing::warn;

use super::fault::Fault;
use super::open::{Access, Opened};
use crate::engine::journal::{Durability, JournalError, Pending};

/// Operations of one transaction at most: one that is too long keeps all from their answers.
const MOST: usize = 512;

/// What was written stays unsynced no longer than this.
const UNSYNCED: Duration = Duration::from_secs(1);

/// How often it is looked whether the file is where it was; what was accepted since may be lost with it.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// Pages of the log at which they are moved into the database, 4 KiB each.
const LOG_PAGES: u32 = 4_000;

/// What an operation needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// It changes nothing.
    Reads,
    /// What it changes survives the process when it resolves.
    Writes,
    /// What it changes is on the disk when it resolves.
    Syncs,
}

impl Kind {
    /// Of a change that is to be so durable.
    pub(super) fn of(durability: Durability) -> Self {
        match durability {
            Durability::Synced => Self::Syncs,
            Durability::Written => Self::Writes,
        }
    }
}

/// Takes operations to the thread.
#[derive(Debug)]
pub(super) struct Writer {
    sender: Option<Sender<Message>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// # Errors
    /// No thread can be had.
    pub(super) fn start(opened: Opened, path: PathBuf, access: Access) -> std::io::Result<Self> {
        let (sender, receiver) = mpsc::channel();
        let desk = Desk { opened, path, access, synced: None, sync_by: None, seen: None };
        let thread = thread::Builder::new().name("journal".to_owned()).spawn(move || desk.serve(&receiver))?;
        Ok(Self { sender: Some(sender), thread: Some(thread) })
    }

    /// Has an operation done. It is done once, but may be tried again if one beside it spoils their transaction.
    pub(super) fn perform<'a, T: Send + 'static>(
        &self,
        kind: Kind,
        work: impl FnMut(&Connection) -> Result<T, Fault> + Send + 'static,
    ) -> Pending<'a, T> {
        let (tell, told) = oneshot::channel();
        self.send(Message::Perform(Box::new(Task { kind, work, done: None, tell: Some(tell) })));
        Box::pin(async { told.await.unwrap_or_else(|_| closed()) })
    }

    /// Moves the log into the database and cuts it off, so that nothing of what was deleted is left in it.
    pub(super) fn empty_log<'a>(&self) -> Pending<'a, ()> {
        let (tell, told) = oneshot::channel();
        self.send(Message::EmptyLog(tell));
        Box::pin(async { told.await.unwrap_or_else(|_| closed()) })
    }

    /// Ends the thread, after all that was asked before.
    pub(super) fn close<'a>(&self) -> Pending<'a, ()> {
        let (tell, told) = oneshot::channel();
        self.send(Message::Close(tell));
        Box::pin(async {
            // Closed already is closed.
            told.await.unwrap_or(Ok(()))
        })
    }

    fn send(&self, message: Message) {
        // A thread that has ended drops the message, and with it the answer's sender.
        if let Some(sender) = &self.sender {
            let _ = sender.send(message);
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.sender = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn closed<T>() -> Result<T, JournalError> {
    Err(JournalError::Unavailable("it is closed".to_owned()))
}

enum Message {
    Perform(Box<dyn Operation>),
    EmptyLog(oneshot::Sender<Result<(), JournalError>>),
    Close(oneshot::Sender<Result<(), JournalError>>),
}

trait Operation: Send {
    fn kind(&self) -> Kind;

    /// Does it within the transaction under way; again if that was rolled back.
    fn perform(&mut self, connection: &Connection) -> Result<(), Fault>;

    /// Answers once the transaction is over.
    fn answer(&mut self, outcome: Result<(), JournalError>);
}

struct Task<T, F> {
    kind: Kind,
    work: F,
    done: Option<Result<T, JournalError>>,
    tell: Option<oneshot::Sender<Result<T, JournalError>>>,
}

impl<T, F> Operation for Task<T, F>
where
    T: Send,
    F: FnMut(&Connection) -> Result<T, Fault> + Send,
{
    fn kind(&self) -> Kind {
        self.kind
    }

    fn perform(&mut self, connection: &Connection) -> Result<(), Fault> {
        self.done = Some(match (self.work)(connection) {
            Ok(value) => Ok(value),
            Err(Fault::Superseded) => Err(JournalError::Superseded),
            Err(fault) => return Err(fault),
        });
        Ok(())
    }

    fn answer(&mut self, outcome: Result<(), JournalError>) {
        let Some(tell) = self.tell.take() else { return };
        let result = match outcome {
            Ok(()) => self.done.take().unwrap_or_else(closed),
            Err(error) => Err(error),
        };
        let _ = tell.send(result);
    }
}

/// Where the thread works.
struct Desk {
    opened: Opened,
    path: PathBuf,
    access: Access,
    /// Whether commits are synced now; not known at first.
    synced: Option<bool>,
    /// When what was written must be synced, if anything was.
    sync_by: Option<Instant>,
    /// When the file was last seen at its path.
    seen: Option<Instant>,
}

impl Desk {
    fn serve(mut self, receiver: &Receiver<Message>) {
        let mut batch: Vec<Box<dyn Operation>> = Vec::new();
        loop {
            let message = match self.sync_by {
                None => receiver.recv().map_err(|_| RecvTimeoutError::Disconnected),
                Some(at) => receiver.recv_timeout(at.saturating_duration_since(Instant::now())),
            };
            let mut next = match message {
                Ok(message) => Some(message),
                Err(RecvTimeoutError::Timeout) => {
                    self.sync_now();
                    continue;
                }
                Err(RecvTimeoutError::Disconnected) => break,
            };
            while let Some(Message::Perform(operation)) = next {
                batch.push(operation);
                next = if batch.len() < MOST { receiver.try_recv().ok() } else { None };
            }
            self.perform_all(&mut batch);
            match next {
                Some(Message::EmptyLog(tell)) => {
                    let _ = tell.send(self.empty_log().map_err(|fault| fault.told(&self.path)));
                }
                Some(Message::Close(tell)) => {
                    let result = self.close();
                    // Its file can be opened again once this is known.
                    drop(self.opened);
                    let _ = tell.send(result);
                    return;
                }
                _ => {}
            }
        }
        self.sync_now();
    }

    fn perform_all(&mut self, batch: &mut Vec<Box<dyn Operation>>) {
        let Err(fault) = self.transaction(batch) else {
            batch.drain(..).for_each(|mut operation| operation.answer(Ok(())));
            return;
        };
        // One that can never be stored must not keep the others from it; a full disk does not keep anybody from reading.
        let shared = batch.len() > 1;
        for mut operation in batch.drain(..) {
            let outcome = if shared && (fault.is_its_own() || operation.kind() == Kind::Reads) {
                self.transaction(std::slice::from_mut(&mut operation)).map_err(|fault| fault.told(&self.path))
            } else {
                Err(fault.told(&self.path))
            };
            operation.answer(outcome);
        }
    }

    /// Does all of them, or none.
    fn transaction(&mut self, batch: &mut [Box<dyn Operation>]) -> Result<(), Fault> {
        let Some(kind) = batch.iter().map(|operation| operation.kind()).max() else { return Ok(()) };
        self.look_for_the_file()?;
        if kind > Kind::Reads {
            self.set_synced(kind == Kind::Syncs)?;
        }
        let connection = &self.opened.connection;
        let begin = if kind == Kind::Reads { "BEGIN" } else { "BEGIN IMMEDIATE" };
        let done = (|| {
            connection.prepare_cached(begin)?.execute([])?;
            batch.iter_mut().try_for_each(|operation| operation.perform(connection))?;
            connection.prepare_cached("COMMIT")?.execute([])?;
            Ok(())
        })();
        if done.is_err() && !connection.is_autocommit() {
            // Where it fails, SQLite has rolled back by itself.
            let _ = connection.execute_batch("ROLLBACK");
        }
        match kind {
            Kind::Syncs if done.is_ok() => self.sync_by = None,
            Kind::Writes if done.is_ok() => {
                self.sync_by.get_or_insert_with(|| Instant::now() + UNSYNCED);
            }
            _ => {}
        }
        done
    }

    fn look_for_the_file(&mut self) -> Result<(), Fault> {
        if self.seen.is_none_or(|seen| seen.elapsed() >= LOOK_EVERY) {
            self.seen = self.opened.is_in_place(&self.path).then(Instant::now);
        }
        if self.seen.is_some() { Ok(()) } else { Err(Fault::Gone) }
    }

    /// `synchronous` of SQLite: with `FULL` the log is synced by each commit, with `NORMAL` only before its pages are
    /// moved. The log is one file, so a synced commit syncs all those before it.
    fn set_synced(&mut self, synced: bool) -> Result<(), Fault> {
        if self.synced != Some(synced) {
            let level = if synced { "PRAGMA synchronous = FULL" } else { "PRAGMA synchronous = NORMAL" };
            self.opened.connection.execute_batch(level)?;
            self.synced = Some(synced);
        }
        Ok(())
    }

    /// Syncs what was written before, if anything was.
    fn sync_now(&mut self) {
        if self.sync_by.is_none() {
            return;
        }
        let task = Task { kind: Kind::Syncs, work: super::care::probe, done: None, tell: None };
        if let Err(fault) = self.transaction(&mut [Box::new(task)]) {
            warn!(reason = %fault.told(&self.path), "what the journal holds is not synced to the disk yet");
            self.sync_by = Some(Instant::now() + UNSYNCED);
        }
    }

    fn empty_log(&self) -> Result<(), Fault> {
        // Another program that reads keeps it from being cut off, which then happens later.
        self.opened.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        Ok(())
    }

    fn close(&mut self) -> Result<(), JournalError> {
        if self.access == Access::Server {
            let task = Task { kind: Kind::Syncs, work: super::commits::let_go, done: None, tell: None };
            let closed = self.transaction(&mut [Box::new(task)]).and_then(|()| self.empty_log());
            closed.map_err(|fault| fault.told(&self.path))?;
        }
        Ok(())
    }
}

/// How much of the log may come together before its pages are moved, and how large its file may stay.
pub(super) fn bound_log(connection: &Connection) -> rusqlite::Result<()> {
    connection.pragma_update(None, "wal_autocheckpoint", LOG_PAGES)?;
    connection.pragma_update(None, "journal_size_limit", i64::from(LOG_PAGES) * 4096)
}
