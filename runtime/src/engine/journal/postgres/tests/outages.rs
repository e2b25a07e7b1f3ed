//! A database that goes away and comes back.

use futures_util::future::join_all;

use super::super::super::conformance::{PERSON, claimed, commit, ended, requested, started, text};
use super::super::super::{Cause, Phase};
use super::server::Stop;
use super::*;

/// Waits until the journal works again.
async fn back(journal: &dyn Journal) {
    for _ in 0..200 {
        if journal.probe().await.is_ok() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{:?}", journal.probe().await);
}

#[test]
fn nothing_is_taken_in_while_it_is_away_and_it_comes_back_by_itself() {
    with(Postgres::start(), async |server| {
        let journal = open(server, &settings()).await;
        let held = started(&journal, PERSON, "a").await;
        for how in [Stop::Fast, Stop::Crash] {
            server.stop(how);
            // What was under way broke with its connection; then there is none.
            for _ in 0..5 {
                let refused = journal.accept(text(PERSON, "b").0).await;
                assert!(matches!(refused, Err(JournalError::Unavailable(_))), "{refused:?}");
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            server.run();
            back(&journal).await;
        }
        // It is still held: nobody could renew a lease.
        assert_eq!(journal.commit(commit(held, "x", Phase::Begun)).await, Ok(None));
        assert_eq!(journal.commit(commit(held, "x", ended())).await, Ok(None));
    });
}

/// While runs are accepted and carried out, the database crashes three times.
#[test]
fn what_was_accepted_outlives_crashes_under_load() {
    with(Postgres::start(), async |server| {
        let settings = Settings { lease: Duration::from_secs(1), ..settings() };
        let journal = Arc::new(open(server, &settings).await);
        let stop = Arc::new(AtomicBool::new(false));
        let workers: Vec<_> = (0..8)
            .map(|worker| {
                let (journal, stop) = (Arc::clone(&journal), Arc::clone(&stop));
                tokio::spawn(async move {
                    let mut taken = Vec::new();
                    for at in 0.. {
                        if stop.load(Ordering::Relaxed) {
                            break;
                        }
                        let (arrival, run) = text(&format!("+155500{worker:05}"), &format!("{worker}-{at}"));
                        match journal.accept(arrival).await {
                            Ok(Accepted::Started | Accepted::Queued) => taken.push(run),
                            Ok(other) => panic!("{other:?}"),
                            Err(JournalError::Unavailable(_)) => tokio::time::sleep(Duration::from_millis(10)).await,
                            Err(other) => panic!("{other:?}"),
                        }
                        // Half of them are never heard of again, as if their process had ended.
                        if at % 2 == 0 {
                            let _ = journal.commit(commit(run, "x", ended())).await;
                        }
                    }
                    taken
                })
            })
            .collect();
        for _ in 0..3 {
            tokio::time::sleep(Duration::from_millis(400)).await;
            server.stop(Stop::Crash);
            server.run();
            back(&*journal).await;
        }
        stop.store(true, Ordering::Relaxed);
        let accepted: Vec<RunId> = join_all(workers).await.into_iter().flat_map(Result::unwrap).collect();
        assert!(accepted.len() > 100, "{}", accepted.len());
        drop(journal);

        // The next process finds each of them: ended, or given out once the one before it has ended.
        let next = open(server, &settings).await;
        let mut idle = 0;
        while idle < 60 {
            let works = next.claim(Time::now(), 500).await.unwrap();
            idle = if works.is_empty() { idle + 1 } else { 0 };
            for work in works {
                let mut then = Some(work);
                while let Some(work) = then {
                    assert_eq!(work.cause, Cause::Ready);
                    then = next.commit(commit(work.id, "x", ended())).await.unwrap();
                }
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        for run in accepted {
            let found = next.show(run).await.unwrap();
            assert!(found.is_some_and(|run| run.summary.status == Status::Completed), "{run} is lost");
        }
    });
}

#[test]
fn a_process_that_ends_while_the_database_is_away_is_taken_over() {
    with(Postgres::start(), async |server| {
        let settings = settings();
        let first = open(server, &settings).await;
        let second = open(server, &settings).await;
        let run = requested(&first, "x").await;
        server.stop(Stop::Fast);
        drop(first);
        server.run();
        back(&second).await;
        assert_eq!(claimed(&second, 1).await[0].id, run);
    });
}
