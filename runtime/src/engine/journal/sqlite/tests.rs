#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use rusqlite::Connection;

use super::super::conformance::{self, Subject, claimed_one, commit, ended, requested, rests, started, suite};
use super::*;
use crate::engine::journal::{Arrival, Cause, Durability, Phase, Status};

/// A journal's file in a folder of its own.
struct Sqlite {
    folder: PathBuf,
}

impl Sqlite {
    fn new() -> Self {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let name = format!("flow-journal-{}-{}", std::process::id(), MADE.fetch_add(1, Ordering::Relaxed));
        let folder = std::env::temp_dir().join(name);
        fs::create_dir_all(&folder).unwrap();
        Self { folder }
    }

    fn path(&self) -> PathBuf {
        self.folder.join("flow.journal")
    }

    fn server(&self) -> SqliteJournal {
        SqliteJournal::open(&self.path(), Access::Server).unwrap()
    }

    fn refusal(&self, access: Access) -> JournalError {
        SqliteJournal::open(&self.path(), access).unwrap_err()
    }
}

impl Drop for Sqlite {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

impl Subject for Sqlite {
    const DURABLE: bool = true;
    const SHIFTS: bool = true;

    async fn open(&self) -> Arc<dyn Journal> {
        Arc::new(self.server())
    }
}

suite!(Sqlite::new());

/// What is asked while this is under way waits for it, and shares a transaction then.
fn slow(server: &SqliteJournal) -> Pending<'_, ()> {
    server.writer.perform(Kind::Reads, |_| {
        std::thread::sleep(Duration::from_millis(500));
        Ok(())
    })
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

#[test]
fn one_server_has_it_and_operators_beside() {
    block_on(async {
        let subject = Sqlite::new();
        assert!(
            matches!(subject.refusal(Access::Operator), JournalError::Unavailable(why) if why.contains("no journal"))
        );
        let server = subject.server();
        assert!(
            matches!(subject.refusal(Access::Server), JournalError::Unavailable(why) if why.contains("another process"))
        );

        let (held, fails) = (requested(&server, "1").await, requested(&server, "2").await);
        rests(&server, commit(fails, "x", conformance::failed())).await;
        let operator = SqliteJournal::open(&subject.path(), Access::Operator).unwrap();
        assert_eq!(operator.list(Filter::default(), 9).await.unwrap().len(), 2);
        assert_eq!(operator.cancel(held).await, Ok(Changed::Done));
        assert_eq!(server.commit(commit(held, "x", Phase::Begun)).await, Err(JournalError::Superseded));
        assert_eq!(operator.retry(fails).await, Ok(Changed::Done));
        assert_eq!(claimed_one(&server).await.id, fails);
        // The operator leaves, and what the server holds stays held.
        operator.close().await.unwrap();
        drop(operator);
        rests(&server, commit(fails, "x", ended())).await;
        drop(server);
        subject.server();
    });
}

#[test]
fn what_is_on_the_disk_is_what_was_answered() {
    block_on(async {
        let subject = Sqlite::new();
        let server = subject.server();
        let synced = started(&server, conformance::PERSON, "a").await;
        let written = requested(&server, "b").await;
        let phase = conformance::waiting(conformance::earlier());
        rests(&server, Commit { durability: Durability::Written, ..commit(written, "b", phase) }).await;
        // As a process that is killed leaves it: the log is not moved into the database.
        let after = Sqlite::new();
        for end in ["", "-wal"] {
            let name = format!("flow.journal{end}");
            fs::copy(subject.folder.join(&name), after.folder.join(&name)).unwrap();
        }
        let journal = after.server();
        let works = conformance::claimed(&journal, 2).await;
        assert_eq!(
            works.iter().map(|work| (work.id, &work.cause)).collect::<Vec<_>>(),
            [(written, &Cause::Waited), (synced, &Cause::Ready)].into_iter().rev().collect::<Vec<_>>()
        );
    });
}

#[test]
fn what_is_no_journal_is_told_and_left_alone() {
    let broken = |write: &dyn Fn(&PathBuf), says: &str| {
        let subject = Sqlite::new();
        write(&subject.path());
        let before = fs::read(subject.path()).unwrap();
        for access in [Access::Server, Access::Operator] {
            match subject.refusal(access) {
                JournalError::Broken(why) => assert!(why.contains(says) && why.contains("--state"), "{why}"),
                other => panic!("{other:?}"),
            }
        }
        assert!(fs::read(subject.path()).unwrap() == before);
    };
    broken(&|path| fs::write(path, "a text, and not a short one: ".repeat(100)).unwrap(), "no SQLite database");
    broken(&|path| Connection::open(path).unwrap().execute_batch("CREATE TABLE t (a)").unwrap(), "another program");
    broken(
        &|path| {
            drop(SqliteJournal::open(path, Access::Server).unwrap());
            Connection::open(path).unwrap().pragma_update(None, "user_version", 99).unwrap();
        },
        "newer flow program",
    );
    broken(
        &|path| {
            drop(SqliteJournal::open(path, Access::Server).unwrap());
            // Torn: the header says that there is more.
            fs::File::options().write(true).open(path).unwrap().set_len(8192).unwrap();
        },
        "damaged",
    );
}

#[test]
fn a_damaged_page_is_found_out_when_it_is_read() {
    block_on(async {
        let subject = Sqlite::new();
        let server = subject.server();
        for at in 0..200 {
            requested(&server, &format!("{at}").repeat(100)).await;
        }
        server.close().await.unwrap();
        drop(server);
        let mut bytes = fs::read(subject.path()).unwrap();
        let half = bytes.len() / 2;
        bytes[half..].fill(0xa5);
        fs::write(subject.path(), bytes).unwrap();
        let told = match SqliteJournal::open(&subject.path(), Access::Server) {
            Err(error) => error,
            Ok(server) => server.unfinished().await.unwrap_err(),
        };
        assert!(matches!(&told, JournalError::Broken(why) if why.contains(".recover")), "{told:?}");
    });
}

#[cfg(unix)]
#[test]
fn its_files_are_their_owners_alone() {
    use std::os::unix::fs::PermissionsExt;

    block_on(async {
        let subject = Sqlite::new();
        let server = subject.server();
        requested(&server, "1").await;
        let files: Vec<_> = fs::read_dir(&subject.folder).unwrap().map(|entry| entry.unwrap()).collect();
        assert_eq!(files.len(), 3, "the database, its log, the log's index");
        for file in files {
            assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{file:?}");
        }
    });
}

#[test]
fn nothing_of_an_erased_person_is_left_in_the_files() {
    block_on(async {
        let subject = Sqlite::new();
        let server = subject.server();
        let number = Phone::literal(conformance::OTHER);
        for at in 0..50 {
            let state = format!("{{\"guest\":\"{number}\",\"much\":\"{}\"}}", "x".repeat(at * 200));
            let run = requested(&server, &state).await;
            let phase = if at % 2 == 0 { ended() } else { Phase::Ready };
            rests(&server, commit(run, &state, phase)).await;
        }
        let asks = requested(&server, "x").await;
        rests(&server, commit(asks, "x", conformance::asked(conformance::OTHER, conformance::later()))).await;
        assert_eq!(server.erase(&number).await, Ok(26));
        for file in fs::read_dir(&subject.folder).unwrap() {
            let bytes = fs::read(file.unwrap().path()).unwrap();
            assert!(!bytes.windows(conformance::OTHER.len()).any(|window| window == conformance::OTHER.as_bytes()));
        }
    });
}

#[test]
fn a_file_that_is_gone_is_told_until_it_is_back() {
    block_on(async {
        let subject = Sqlite::new();
        let server = subject.server();
        let aside = subject.path().with_extension("aside");
        fs::rename(subject.path(), &aside).unwrap();
        tokio::time::sleep(Duration::from_millis(600)).await;
        let refused = server.accept(conformance::request("x").0).await;
        assert!(matches!(&refused, Err(JournalError::Unavailable(why)) if why.contains("moved")), "{refused:?}");
        fs::rename(&aside, subject.path()).unwrap();
        requested(&server, "x").await;
    });
}

#[cfg(unix)]
#[test]
fn another_path_to_the_file_is_the_same_file() {
    block_on(async {
        let subject = Sqlite::new();
        let _server = subject.server();
        let link = subject.path().with_extension("link");
        std::os::unix::fs::symlink(subject.path(), &link).unwrap();
        let second = SqliteJournal::open(&link, Access::Server).err();
        assert!(matches!(second, Some(JournalError::Unavailable(why)) if why.starts_with("another process serves")));
    });
}

#[test]
fn a_full_disk_refuses_and_recovers() {
    block_on(async {
        let subject = Sqlite::new();
        let server = subject.server();
        let held = requested(&server, "x").await;
        let limit = |pages: i64| {
            server.writer.perform(Kind::Reads, move |connection| {
                Ok(connection.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()))?)
            })
        };
        limit(1).await.unwrap();
        let big = "x".repeat(1_000_000);
        let refused = server.accept(conformance::request(&big).0).await;
        assert!(matches!(&refused, Err(JournalError::Unavailable(why)) if why.contains("full")), "{refused:?}");
        // All that share the transaction are refused, and none is half done.
        let (one, two) = (conformance::text(conformance::PERSON, "a").0, conformance::request(&big).0);
        let together = slow(&server);
        let (one, two, list) = (server.accept(one), server.accept(two), server.list(Filter::default(), 9));
        assert_eq!(together.await, Ok(()));
        let (one, two) = (one.await, two.await);
        assert!(matches!((one, two), (Err(JournalError::Unavailable(_)), Err(JournalError::Unavailable(_)))));
        // What only reads is answered all the same.
        assert_eq!(list.await.unwrap().len(), 1);

        limit(1_000_000).await.unwrap();
        assert_eq!(server.probe().await, Ok(()));
        started(&server, conformance::PERSON, "a").await;
        requested(&server, &big).await;
        rests(&server, commit(held, "x", ended())).await;
    });
}

#[test]
fn a_busy_database_refuses_and_recovers() {
    block_on(async {
        let subject = Sqlite::new();
        let server = subject.server();
        let hurried = server.writer.perform(Kind::Reads, |connection| Ok(connection.busy_timeout(Duration::ZERO)?));
        hurried.await.unwrap();
        let other = Connection::open(subject.path()).unwrap();
        other.execute_batch("BEGIN IMMEDIATE").unwrap();
        let refused = server.accept(conformance::request("x").0).await;
        assert!(
            matches!(&refused, Err(JournalError::Unavailable(why)) if why.contains("another program")),
            "{refused:?}"
        );
        assert_eq!(server.counts().await, Ok(Counts::default()));
        other.execute_batch("ROLLBACK").unwrap();
        requested(&server, "x").await;
    });
}

#[test]
fn one_that_cannot_be_stored_does_not_spoil_the_others() {
    block_on(async {
        let subject = Sqlite::new();
        let server = subject.server();
        let (first, id) = conformance::request("x");
        let Arrival::Trigger { start, .. } = first.clone() else { panic!() };
        // The same run again, without a key: no engine does that.
        let again = Arrival::Text { key: None, text: conformance::sms(conformance::PERSON, "a"), start: Some(start) };
        let all = [first, again, conformance::request("y").0, conformance::text(conformance::PERSON, "z").0];
        let together = slow(&server);
        let all = all.map(|arrival| server.accept(arrival));
        together.await.unwrap();
        let all = futures_util::future::join_all(all).await;
        assert!(matches!(all[1], Err(JournalError::Unavailable(_))), "{all:?}");
        assert_eq!([&all[0], &all[2], &all[3]], [&Ok(super::super::Accepted::Started); 3]);
        rests(&server, commit(id, "x", ended())).await;
    });
}

#[test]
fn what_was_written_is_synced_within_a_second() {
    block_on(async {
        let subject = Sqlite::new();
        let server = subject.server();
        let run = requested(&server, "x").await;
        let count = || {
            server.writer.perform(Kind::Reads, |connection| {
                Ok(connection.query_row("SELECT count FROM probe", [], |row| row.get::<_, i64>(0))?)
            })
        };
        rests(&server, commit(run, "x", Phase::Ready)).await;
        tokio::time::sleep(Duration::from_millis(1200)).await;
        assert_eq!(count().await, Ok(0), "a synced commit needs no other");
        rests(&server, Commit { durability: Durability::Written, ..commit(run, "x", ended()) }).await;
        assert_eq!(count().await, Ok(0));
        tokio::time::sleep(Duration::from_millis(1200)).await;
        assert_eq!(count().await, Ok(1));
    });
}

#[test]
fn the_steps_of_a_run_can_be_read_with_sqlite3() {
    block_on(async {
        let subject = Sqlite::new();
        let server = subject.server();
        let run = requested(&server, "x").await;
        let history = vec![conformance::done("call"), conformance::done("sms")];
        rests(&server, Commit { history, ..commit(run, "x", ended()) }).await;
        let other = Connection::open(subject.path()).unwrap();
        let row = other
            .query_row("SELECT run, step, at, line, what, outcome, ms FROM steps WHERE step = 2", [], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?, row.get(6)?))
            })
            .unwrap();
        let text = |text: &str| text.to_owned();
        assert_eq!(row, (run.to_string(), 2, text("1970-01-01 00:00:01"), 4, text("sms"), text("ok"), 12));
        assert_eq!(server.show(run).await.unwrap().unwrap().summary.status, Status::Completed);
    });
}

/// `cargo test --release -p flow-runtime --features sqlite -- --ignored --nocapture --test-threads 1 speed`, with
/// `TMPDIR` on the disk that is to be measured.
#[test]
#[ignore = "takes half a minute, and says something only if nothing else runs"]
fn speed() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    for (clients, messages) in [(1, 2_000), (64, 100_000), (256, 200_000)] {
        let subject = Sqlite::new();
        let (rate, [p50, p99]) =
            runtime.block_on(async { conformance::speed::messages(subject.open().await, clients, messages).await });
        println!("sqlite: {clients} clients: {rate:.0} messages/s, accepted p50 {p50:?}, p99 {p99:?}");
        let journal = Arc::new(super::super::memory::MemoryJournal::default());
        let (rate, [p50, p99]) = runtime.block_on(conformance::speed::messages(journal, clients, messages));
        println!("memory: {clients} clients: {rate:.0} messages/s, accepted p50 {p50:?}, p99 {p99:?}");
    }
    // What one sync of as much costs here.
    let subject = Sqlite::new();
    let mut file = fs::File::create(subject.path()).unwrap();
    let mut syncs: Vec<Duration> = (0..500)
        .map(|_| {
            std::io::Write::write_all(&mut file, &[0; 3 * 4096]).unwrap();
            let before = std::time::Instant::now();
            file.sync_data().unwrap();
            before.elapsed()
        })
        .collect();
    syncs.sort();
    println!("fdatasync of 12 KiB appended: p50 {:?}, p99 {:?}", syncs[250], syncs[495]);

    let subject = Sqlite::new();
    runtime.block_on(async {
        let server = subject.server();
        for at in 0..10_000 {
            let person = format!("+1555{at:07}");
            let run = started(&server, &person, "x").await;
            let written = Durability::Written;
            let phase = conformance::asked(&person, conformance::later());
            rests(&server, Commit { durability: written, ..commit(run, &"x".repeat(300), phase) }).await;
        }
        drop(server);
        let before = std::time::Instant::now();
        let server = subject.server();
        let opened = before.elapsed();
        let found = server.unfinished().await.unwrap().len();
        println!("{found} waiting runs: opened in {opened:?}, read in {:?}", before.elapsed() - opened);
    });
}

#[test]
fn a_journal_of_an_older_program_is_brought_up_to_date() {
    block_on(async {
        let subject = Sqlite::new();
        let server = subject.server();
        let run = requested(&server, "x").await;
        drop(server);
        // As the first schema left it.
        let old = Connection::open(subject.path()).unwrap();
        old.execute_batch("DROP TABLE notes; PRAGMA user_version = 1;").unwrap();
        drop(old);
        let refusal = subject.refusal(Access::Operator);
        assert!(matches!(refusal, JournalError::Unavailable(why) if why.contains("older flow program")));
        let server = subject.server();
        assert_eq!(claimed_one(&server).await.id, run);
        conformance::notes::replaced(&server).await;
        SqliteJournal::open(&subject.path(), Access::Operator).unwrap();
    });
}
