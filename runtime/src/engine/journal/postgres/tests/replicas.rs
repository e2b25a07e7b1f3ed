//! Several processes on one database: here, several journals with connections of their own.

use std::collections::HashMap;

use futures_util::future::{join_all, join3, poll_immediate};

use super::super::super::conformance::{
    self, OTHER, OWN, PERSON, asked, claimed, commit, ended, later, nothing_due, requested, rests, sms, started, text,
    waiting,
};
use super::super::super::{Cause, Durability, Key, Phase};
use super::*;

/// None of their leases runs out during a test.
async fn three(server: &Postgres) -> [Arc<PostgresJournal>; 3] {
    three_with(server, Settings { lease: Duration::from_secs(600), ..settings() }).await
}

async fn three_with(server: &Postgres, settings: Settings) -> [Arc<PostgresJournal>; 3] {
    // They start at the same time, on a database that has no schema yet.
    let open = async || Arc::new(open(server, &settings).await);
    let (a, b, c) = join3(open(), open(), open()).await;
    [a, b, c]
}

#[test]
fn a_key_starts_one_run_wherever_it_is_delivered() {
    with(shared(), async |server| {
        let replicas = three(server).await;
        for round in 0..20 {
            let deliveries = (0..30).map(|at| {
                let journal = Arc::clone(&replicas[at % 3]);
                tokio::spawn(async move { journal.accept(text(PERSON, &format!("{round}")).0).await.unwrap() })
            });
            let taken: Vec<Accepted> = join_all(deliveries).await.into_iter().map(Result::unwrap).collect();
            let first = |accepted: &Accepted| !matches!(accepted, Accepted::Duplicate(_));
            assert_eq!(taken.iter().filter(|accepted| first(accepted)).count(), 1, "{taken:?}");
        }
        let counts = replicas[0].counts().await.unwrap();
        assert_eq!((counts.running, counts.queued), (1, 19));
    });
}

/// Fifty texts of each of four people come to three replicas at once.
#[test]
fn texts_of_a_conversation_are_taken_one_by_one() {
    with(shared(), async |server| {
        let replicas = three(server).await;
        let log = Arc::new(std::sync::Mutex::new(Vec::new()));
        let deliveries = (0..200).map(|at| {
            let (journal, log) = (Arc::clone(&replicas[at % 3]), Arc::clone(&log));
            let person = format!("+1555000{:04}", at % 4);
            tokio::spawn(async move {
                let (arrival, id) = text(&person, &at.to_string());
                let mut next = match journal.accept(arrival).await.unwrap() {
                    Accepted::Started => Some((id, at.to_string())),
                    Accepted::Queued => None,
                    other => panic!("{other:?}"),
                };
                while let Some((run, body)) = next {
                    log.lock().unwrap().push((person.clone(), "begins", body.clone()));
                    assert_eq!(journal.commit(commit(run, &body, Phase::Begun)).await, Ok(None));
                    log.lock().unwrap().push((person.clone(), "ends", body.clone()));
                    next = journal.commit(commit(run, &body, ended())).await.unwrap().map(|work| (work.id, work.state));
                }
            })
        });
        join_all(deliveries).await.into_iter().for_each(Result::unwrap);
        let mut taken: HashMap<String, Vec<(&str, String)>> = HashMap::new();
        for (person, what, body) in log.lock().unwrap().drain(..) {
            taken.entry(person).or_default().push((what, body));
        }
        for steps in taken.into_values() {
            assert_eq!(steps.len(), 100);
            for pair in steps.chunks(2) {
                assert_eq!((pair[0].0, pair[1].0, &pair[0].1), ("begins", "ends", &pair[1].1), "two at once");
            }
            let unique: std::collections::HashSet<_> = steps.iter().map(|(_, body)| body).collect();
            assert_eq!(unique.len(), 50);
        }
        let counts = replicas[0].counts().await.unwrap();
        assert_eq!((counts.running, counts.queued), (0, 0));
    });
}

#[test]
fn a_run_whose_lease_is_over_is_taken_over() {
    with(shared(), async |server| {
        let [a, b, _] = three_with(server, settings()).await;
        let run = started(&*a, PERSON, "a").await;
        rests(&*a, commit(run, "sends", Phase::Begun)).await;
        // As long as it is renewed, nobody else gets it.
        for _ in 0..6 {
            tokio::time::sleep(Duration::from_secs(1)).await;
            a.renew().await.unwrap();
            nothing_due(&*b).await;
        }
        let works = claimed(&*b, 1).await;
        assert_eq!((works[0].id, &works[0].cause), (run, &Cause::Unknown));
        // Whoever lost it finds out before its next effect, even if it has a lease again.
        a.renew().await.unwrap();
        assert_eq!(a.commit(commit(run, "x", Phase::Begun)).await, Err(JournalError::Superseded));
        rests(&*b, commit(run, "x", ended())).await;
    });
}

#[test]
fn what_waits_is_given_to_one_replica() {
    with(shared(), async |server| {
        let replicas = three(server).await;
        for at in 0..60 {
            let run = requested(&*replicas[at % 3], "x").await;
            rests(&*replicas[at % 3], commit(run, "x", waiting(Time::now()))).await;
        }
        let claims = (0..12).map(|at| {
            let journal = Arc::clone(&replicas[at % 3]);
            tokio::spawn(async move { journal.claim(Time::now(), 7).await.unwrap() })
        });
        let mut given: Vec<RunId> =
            join_all(claims).await.into_iter().flat_map(Result::unwrap).map(|work| work.id).collect();
        let count = given.len();
        given.sort();
        given.dedup();
        assert_eq!((given.len(), count), (count, 60));
    });
}

#[test]
fn a_reply_reaches_whichever_replica_it_comes_to() {
    with(shared(), async |server| {
        let [a, b, c] = three(server).await;
        let run = started(&*a, PERSON, "a").await;
        rests(&*a, commit(run, "asks", asked(PERSON, later()))).await;
        let reply = Arrival::Text { key: None, text: sms(PERSON, "4"), start: None };
        let Ok(Accepted::Resumed(work)) = b.accept(reply).await else { panic!("it is a reply") };
        assert_eq!((work.id, work.cause), (run, Cause::Reply(sms(PERSON, "4"))));
        // Meanwhile a text that comes to a third one waits for the second.
        assert_eq!(c.accept(text(PERSON, "next").0).await, Ok(Accepted::Queued));
        assert_eq!(b.commit(commit(run, "x", ended())).await.unwrap().unwrap().state, "next");
    });
}

#[test]
fn the_clock_of_a_process_decides_nothing() {
    with(shared(), async |server| {
        let [a, ..] = three(server).await;
        let run = requested(&*a, "x").await;
        // A process whose clock is an hour fast waits as long as any other.
        let fast = Time::now() + Duration::from_secs(3600);
        let pause = Commit { now: fast, ..commit(run, "x", waiting(fast + Duration::from_millis(300))) };
        rests(&*a, pause).await;
        assert_eq!(a.claim(later() + Duration::from_secs(3600), 9).await, Ok(vec![]));
        tokio::time::sleep(Duration::from_millis(400)).await;
        assert_eq!(a.claim(Time(0), 9).await.unwrap().len(), 1);
    });
}

#[test]
fn an_answer_that_nobody_waited_for_is_given_out_again() {
    with(shared(), async |server| {
        let journal = open(server, &settings()).await;
        let known = started(&journal, OTHER, "known").await;
        let (arrival, run) = text(PERSON, "a");
        let mut accepting = journal.accept(arrival);
        // It is on its way, and whoever brought it hangs up.
        assert_eq!(poll_immediate(&mut accepting).await, None);
        while journal.show(run).await.unwrap().is_none() {}
        drop(accepting);
        let mut claimed = Vec::new();
        for _ in 0..400 {
            tokio::time::sleep(Duration::from_millis(50)).await;
            journal.renew().await.unwrap();
            claimed.extend(journal.claim(Time::now(), 9).await.unwrap());
            if !claimed.is_empty() {
                break;
            }
        }
        assert_eq!(claimed.iter().map(|work| work.id).collect::<Vec<_>>(), [run]);
        nothing_due(&journal).await;
        rests(&journal, commit(run, "x", ended())).await;
        rests(&journal, commit(known, "x", ended())).await;
    });
}

#[test]
fn a_name_may_hold_what_postgresql_does_not() {
    with(shared(), async |server| {
        let [a, ..] = three(server).await;
        let arrival = || {
            let (arrival, _) = text(PERSON, "nul: \0");
            let Arrival::Text { text, start, .. } = arrival else { panic!("it is a text") };
            let start = start.map(|start| super::super::super::Fresh { state: "{}".to_owned(), ..start });
            Arrival::Text { key: Some(Key { name: "a\0b".to_owned(), digest: String::new() }), text, start }
        };
        assert_eq!(a.accept(arrival()).await, Ok(Accepted::Started));
        assert!(matches!(a.accept(arrival()).await, Ok(Accepted::Duplicate(Some(_)))));
        assert_eq!(OWN.len(), 12);
    });
}

/// What only has to survive this process is not waited for until it is on the disk.
#[test]
fn a_written_commit_does_not_wait_for_the_disk() {
    with(Postgres::start_with(&["wal_writer_delay = 10s", "wal_writer_flush_after = 0"]), async |server| {
        let journal = open(server, &settings()).await;
        let run = requested(&journal, "x").await;
        let flushed = || server.query("select pg_current_wal_insert_lsn() - pg_current_wal_flush_lsn()");
        rests(&journal, Commit { durability: Durability::Written, ..commit(run, "x", Phase::Ready) }).await;
        assert_ne!(flushed(), "0", "it was synced");
        rests(&journal, commit(run, "x", Phase::Begun)).await;
        assert_eq!(flushed(), "0", "it was not synced");
    });
}

/// Messages a second through three journals: accepted, begun, ended.
#[test]
#[ignore = "it measures"]
fn throughput() {
    with(shared(), async |server| {
        let replicas = three(server).await;
        for concurrency in [1, 16, 64, 256] {
            let began = std::time::Instant::now();
            let count = 20 * concurrency.max(20);
            let workers = (0..concurrency).map(|worker| {
                let journal = Arc::clone(&replicas[worker % 3]);
                tokio::spawn(async move {
                    for at in 0..count / concurrency {
                        let (arrival, run) =
                            text(&format!("+1555{worker:06}"), &format!("{concurrency}-{worker}-{at}"));
                        assert_eq!(journal.accept(arrival).await, Ok(Accepted::Started));
                        rests(&*journal, commit(run, "x", Phase::Begun)).await;
                        let end = Commit { durability: Durability::Written, ..commit(run, "x", ended()) };
                        rests(&*journal, end).await;
                    }
                })
            });
            join_all(workers).await.into_iter().for_each(Result::unwrap);
            let rate = f64::from(u32::try_from(count).unwrap()) / began.elapsed().as_secs_f64();
            println!("{concurrency} at once: {rate:.0} messages/s");
        }
    });
}

#[test]
fn a_schema_of_an_older_program_is_brought_up_to_date() {
    with(shared(), async |server| {
        let settings = settings();
        let journal = open(server, &settings).await;
        let run = requested(&journal, "x").await;
        journal.close().await.unwrap();
        // As the first migration left it.
        let schema = &journal.schema;
        server.query(&format!(
            "drop table {schema}.notes; drop function {schema}.note; drop function {schema}.sweep_notes;
             drop function {schema}.remark; update {schema}.about set version = 1"
        ));
        let journal = open(server, &settings).await;
        assert_eq!(claimed(&journal, 1).await[0].id, run);
        conformance::notes::replaced(&journal).await;
        assert_eq!(server.query(&format!("select version from {schema}.about")), "2");
    });
}
