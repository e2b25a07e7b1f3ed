//! What happens when its time has come.

use super::*;
use crate::engine::journal::{Cause, Filter, Status};

const SOON: Duration = Duration::from_millis(150);

pub(crate) async fn a_pause_ends_when_its_time_has_come(subject: &impl Subject) {
    let journal = subject.open().await;
    let run = started(&*journal, PERSON, "a").await;
    rests(&*journal, commit(run, "pauses", waiting(Time::now() + SOON))).await;
    nothing_due(&*journal).await;
    assert_eq!(journal.counts().await.unwrap().waiting, 1);
    // A text in the meantime is not for it.
    let other = started(&*journal, PERSON, "b").await;
    rests(&*journal, commit(other, "x", ended())).await;
    tokio::time::sleep(SOON).await;
    let work = claimed_one(&*journal).await;
    assert_eq!((work.id, work.state.as_str(), &work.cause, work.steps), (run, "pauses", &Cause::Waited, 1));
    nothing_due(&*journal).await;
    // It goes on beside the conversation, not in it.
    let other = started(&*journal, PERSON, "c").await;
    rests(&*journal, commit(run, "x", ended())).await;
    rests(&*journal, commit(other, "x", ended())).await;
}

pub(crate) async fn a_question_times_out_unless_it_is_answered(subject: &impl Subject) {
    let journal = subject.open().await;
    let run = started(&*journal, PERSON, "a").await;
    let answered = started(&*journal, OTHER, "a").await;
    for (run, person) in [(run, PERSON), (answered, OTHER)] {
        let ask = Commit { retries: Some(1), ..commit(run, "asks", asked(person, Time::now() + SOON)) };
        rests(&*journal, ask).await;
    }
    nothing_due(&*journal).await;
    let answer = Arrival::Text { key: None, text: sms(OTHER, "4"), start: None };
    assert!(matches!(journal.accept(answer).await, Ok(Accepted::Resumed(_))));
    tokio::time::sleep(SOON).await;
    let work = claimed_one(&*journal).await;
    assert_eq!((work.id, work.state.as_str(), &work.cause, work.retries), (run, "asks", &Cause::TimedOut, Some(1)));
    // Now a text comes too late.
    started(&*journal, PERSON, "late").await;
    nothing_due(&*journal).await;
}

pub(crate) async fn what_is_due_first_is_given_out_first(subject: &impl Subject) {
    let journal = subject.open().await;
    let now = Time::now();
    let mut runs = Vec::new();
    for seconds in [30, 50, 10, 40, 20] {
        let run = requested(&*journal, "x").await;
        rests(&*journal, commit(run, "x", waiting(now - Duration::from_secs(seconds)))).await;
        runs.push(run);
    }
    let first: Vec<_> = journal.claim(Time::now(), 2).await.unwrap().into_iter().map(|work| work.id).collect();
    assert_eq!(first, [runs[1], runs[3]]);
    let rest: Vec<_> = journal.claim(Time::now(), 9).await.unwrap().into_iter().map(|work| work.id).collect();
    assert_eq!(rest, [runs[0], runs[4], runs[2]]);
}

pub(crate) async fn a_jump_of_the_clock_moves_timers<S: Subject>(subject: &S) {
    if !S::SHIFTS {
        return;
    }
    let journal = subject.open().await;
    let (paused, asks) = (requested(&*journal, "1").await, requested(&*journal, "2").await);
    let until = later();
    rests(&*journal, commit(paused, "x", waiting(until))).await;
    rests(&*journal, commit(asks, "x", asked(PERSON, until))).await;
    // The clock was set an hour forward: the timers have as long to run as before.
    journal.shift(3_600_000).await.unwrap();
    assert_eq!(journal.claim(until + Duration::from_secs(60), 9).await.unwrap(), []);
    assert_eq!(journal.show(paused).await.unwrap().unwrap().summary.until, Some(until + Duration::from_secs(3600)));
    // And back, by more.
    journal.shift(-2 * 3_600_000).await.unwrap();
    assert_eq!(journal.claim(until - Duration::from_secs(3540), 9).await.unwrap().len(), 2);
}

pub(crate) async fn schedules_are_remembered(subject: &impl Subject) {
    let journal = subject.open().await;
    let (seen, at) = (Time(1_000_000), Time(1_060_000));
    assert_eq!(journal.last_tick("0 9 * * * UTC", seen).await, Ok(None));
    assert_eq!(journal.last_tick("0 9 * * * UTC", at).await, Ok(Some(seen)));
    let tick = |at: Time| Arrival::Trigger {
        key: key(&format!("schedule:0 9 * * * UTC:{}", at.0)),
        start: fresh(PERSON, "{}"),
        tick: Some(("0 9 * * * UTC".to_owned(), at)),
    };
    assert_eq!(journal.accept(tick(at)).await, Ok(Accepted::Started));
    assert!(matches!(journal.accept(tick(at)).await, Ok(Accepted::Duplicate(Some(_)))));
    assert_eq!(journal.last_tick("0 9 * * * UTC", seen).await, Ok(Some(at)));
    assert_eq!(journal.last_tick("0 10 * * * UTC", seen).await, Ok(None));
}

pub(crate) async fn ended_runs_and_old_keys_are_forgotten(subject: &impl Subject) {
    let journal = subject.open().await;
    let (over, failing, waits) = (
        started(&*journal, PERSON, "a").await,
        started(&*journal, OTHER, "a").await,
        requested(&*journal, "waits").await,
    );
    rests(&*journal, commit(over, "x", ended())).await;
    rests(&*journal, commit(failing, "x", failed())).await;
    rests(&*journal, commit(waits, "x", waiting(later()))).await;
    assert_eq!(journal.sweep(earlier(), earlier()).await, Ok(0));
    assert!(matches!(journal.accept(text(PERSON, "a").0).await, Ok(Accepted::Duplicate(Some(_)))));

    assert_eq!(journal.sweep(later(), earlier()).await, Ok(2));
    let left = journal.list(Filter::default(), 9).await.unwrap();
    assert_eq!(left.iter().map(|run| (run.id, run.status)).collect::<Vec<_>>(), [(waits, Status::Waiting)]);
    // A key outlives its run, for as long as it is to be kept.
    assert!(matches!(journal.accept(text(PERSON, "a").0).await, Ok(Accepted::Duplicate(_))));
    assert_eq!(journal.sweep(later(), later()).await, Ok(0));
    started(&*journal, PERSON, "a").await;
}
