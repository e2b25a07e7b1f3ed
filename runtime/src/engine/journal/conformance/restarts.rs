//! What is still there after a crash.

use super::*;
use crate::engine::journal::{Cause, JournalError, Status};

/// Stores with one journal, lets it go without closing it, and opens the next on the same storage. Nothing if the
/// subject keeps nothing.
async fn crashed<S: Subject, T>(
    subject: &S,
    store: impl AsyncFnOnce(&dyn Journal) -> T,
) -> Option<(Arc<dyn Journal>, T)> {
    if !S::DURABLE {
        return None;
    }
    let journal = subject.open().await;
    let stored = store(&*journal).await;
    drop(journal);
    Some((subject.open().await, stored))
}

pub(crate) async fn all_that_was_accepted_is_given_out_again(subject: &impl Subject) {
    let replied = sms(OTHER, "4");
    let store = async |journal: &dyn Journal| {
        let accepted = started(journal, PERSON, "accepted").await;
        let ready = requested(journal, "x").await;
        let written = Commit { durability: Durability::Written, ..commit(ready, "ready", Phase::Ready) };
        rests(journal, Commit { steps: 2, history: vec![done("call")], ..written }).await;
        let begun = requested(journal, "x").await;
        rests(journal, Commit { retries: Some(3), ..commit(begun, "begun", Phase::Begun) }).await;
        let asks = started(journal, OTHER, "x").await;
        rests(journal, commit(asks, "asks", asked(OTHER, later()))).await;
        let reply = Arrival::Text { key: None, text: replied.clone(), start: None };
        assert!(matches!(journal.accept(reply).await, Ok(Accepted::Resumed(_))));
        let over = requested(journal, "x").await;
        rests(journal, Commit { durability: Durability::Written, ..commit(over, "x", ended()) }).await;
        (accepted, ready, begun, asks, over)
    };
    let Some((journal, (accepted, ready, begun, asks, over))) = crashed(subject, store).await else { return };
    let works = claimed(&*journal, 4).await;
    let of = |id: RunId| works.iter().find(|work| work.id == id).unwrap();
    assert_eq!((of(accepted).state.as_str(), &of(accepted).cause), ("accepted", &Cause::Ready));
    assert_eq!((of(ready).state.as_str(), &of(ready).cause, of(ready).steps), ("ready", &Cause::Ready, 2));
    assert_eq!((of(begun).state.as_str(), &of(begun).cause), ("begun", &Cause::Unknown));
    assert_eq!(of(begun).retries, Some(3));
    assert_eq!((of(asks).state.as_str(), &of(asks).cause), ("asks", &Cause::Reply(replied)));
    nothing_due(&*journal).await;
    assert_eq!(journal.show(ready).await.unwrap().unwrap().history, [done("call")]);
    assert_eq!(journal.show(over).await.unwrap().unwrap().summary.status, Status::Completed);
    // Whoever holds them now can go on.
    for work in &works {
        rests(&*journal, commit(work.id, "x", ended())).await;
    }
}

pub(crate) async fn all_that_waits_goes_on(subject: &impl Subject) {
    let store = async |journal: &dyn Journal| {
        let mut runs = Vec::new();
        for phase in [waiting(earlier()), asked(PERSON, earlier()), waiting(later()), asked(OTHER, later())] {
            let run = requested(journal, "x").await;
            rests(journal, commit(run, "rests", phase)).await;
            runs.push(run);
        }
        // Given out, and lost with the process.
        assert_eq!(claimed(journal, 2).await.len(), 2);
        runs
    };
    let Some((journal, runs)) = crashed(subject, store).await else { return };
    let works = claimed(&*journal, 2).await;
    let cause = |id: RunId| &works.iter().find(|work| work.id == id).unwrap().cause;
    assert_eq!((cause(runs[0]), cause(runs[1])), (&Cause::Waited, &Cause::TimedOut));
    assert_eq!(journal.counts().await.unwrap().waiting, 1);
    let reply = Arrival::Text { key: None, text: sms(OTHER, "4"), start: None };
    let Ok(Accepted::Resumed(work)) = journal.accept(reply).await else { panic!("it is a reply") };
    assert_eq!((work.id, work.state.as_str()), (runs[3], "rests"));
}

pub(crate) async fn lines_and_keys_are_kept(subject: &impl Subject) {
    let store = async |journal: &dyn Journal| {
        let run = started(journal, PERSON, "a").await;
        assert_eq!(journal.accept(text(PERSON, "b").0).await, Ok(Accepted::Queued));
        assert_eq!(journal.last_tick("0 9 * * * UTC", Time(5)).await, Ok(None));
        run
    };
    let Some((journal, run)) = crashed(subject, store).await else { return };
    assert_eq!(journal.accept(text(PERSON, "a").0).await, Ok(Accepted::Duplicate(Some(run))));
    assert_eq!(journal.accept(text(PERSON, "b").0).await, Ok(Accepted::Duplicate(None)));
    assert_eq!(journal.accept(text(PERSON, "c").0).await, Ok(Accepted::Queued));
    assert_eq!(journal.last_tick("0 9 * * * UTC", Time(9)).await, Ok(Some(Time(5))));
    assert_eq!(claimed_one(&*journal).await.id, run);
    let work = next(&*journal, commit(run, "x", ended())).await;
    assert_eq!(work.state, "b");
    assert_eq!(next(&*journal, commit(work.id, "x", ended())).await.state, "c");
}

pub(crate) async fn a_closed_journal_takes_nothing_in<S: Subject>(subject: &S) {
    if !S::DURABLE {
        return;
    }
    let journal = subject.open().await;
    let run = started(&*journal, PERSON, "a").await;
    journal.close().await.unwrap();
    assert!(matches!(journal.accept(text(OTHER, "b").0).await, Err(JournalError::Unavailable(_))));
    drop(journal);
    let journal = subject.open().await;
    // What was held is given out at once: no lease has to run out.
    let works = journal.claim(Time::now(), 9).await.unwrap();
    assert_eq!(works.iter().map(|work| (work.id, &work.cause)).collect::<Vec<_>>(), [(run, &Cause::Ready)]);
}
