//! What an operator sees and does.

use super::*;
use crate::engine::journal::{Cause, Changed, Filter, JournalError, Status};

pub(crate) async fn a_held_run_is_not_given_out(subject: &impl Subject) {
    let journal = subject.open().await;
    let run = started(&*journal, PERSON, "a").await;
    nothing_due(&*journal).await;
    rests(&*journal, commit(run, "x", Phase::Begun)).await;
    nothing_due(&*journal).await;
    rests(&*journal, commit(run, "x", waiting(earlier()))).await;
    assert_eq!(claimed_one(&*journal).await.id, run);
    nothing_due(&*journal).await;
    // It rests: whoever held it before holds it no more.
    rests(&*journal, commit(run, "x", waiting(later()))).await;
    assert_eq!(journal.commit(commit(run, "x", ended())).await, Err(JournalError::Superseded));
    assert_eq!(journal.commit(commit(RunId::new(), "x", ended())).await, Err(JournalError::Superseded));
}

pub(crate) async fn a_run_is_shown_with_its_history(subject: &impl Subject) {
    let journal = subject.open().await;
    let run = started(&*journal, PERSON, "a").await;
    let begun = Commit { history: vec![done("call"), done("call")], steps: 2, ..commit(run, "1", Phase::Begun) };
    rests(&*journal, begun).await;
    let until = later();
    let asks = Commit { history: vec![done("sms")], steps: 3, ..commit(run, "2", asked(PERSON, until)) };
    rests(&*journal, asks).await;

    let detail = journal.show(run).await.unwrap().unwrap();
    assert_eq!(detail.history, [done("call"), done("call"), done("sms")]);
    assert_eq!((detail.steps, detail.state.as_deref()), (3, Some("2")));
    let summary = detail.summary;
    assert_eq!((summary.status, summary.line), (Status::Asked, Some(4)));
    // To the second: a journal may go by another clock.
    assert!(summary.until.is_some_and(|shown| shown.since(until) + until.since(shown) < Duration::from_secs(1)));
    assert_eq!(summary.note.as_deref(), Some("ask \"How many?\""));
    let found = journal.unfinished().await.unwrap().remove(0);
    assert_eq!((found.id, found.state.as_str(), found.status), (run, "2", Status::Asked));
    assert_eq!(found.place, Some(place("ask \"How many?\"")));

    let reply = Arrival::Text { key: None, text: sms(PERSON, "4"), start: None };
    assert!(matches!(journal.accept(reply).await, Ok(Accepted::Resumed(_))));
    assert_eq!(journal.unfinished().await.unwrap().remove(0).place, None);
    rests(&*journal, Commit { history: vec![done("reply")], ..commit(run, "3", ended()) }).await;
    let detail = journal.show(run).await.unwrap().unwrap();
    assert_eq!((detail.history.len(), detail.state, detail.summary.status), (4, None, Status::Completed));
    assert_eq!((detail.summary.line, detail.summary.note, detail.summary.until), (None, None, None));
    assert_eq!(journal.unfinished().await, Ok(vec![]));
}

pub(crate) async fn a_failed_run_goes_on_where_it_stopped(subject: &impl Subject) {
    let journal = subject.open().await;
    let run = started(&*journal, PERSON, "a").await;
    rests(&*journal, commit(run, "begun", Phase::Begun)).await;
    rests(&*journal, Commit { steps: 2, history: vec![done("call")], ..commit(run, "stopped", failed()) }).await;
    let summary = journal.show(run).await.unwrap().unwrap().summary;
    assert_eq!((summary.status, summary.line), (Status::Failed, Some(5)));
    assert_eq!(summary.note.as_deref(), Some("timeout: no answer in 10 s"));
    assert_eq!(journal.retry(run).await, Ok(Changed::Done));
    let work = claimed_one(&*journal).await;
    assert_eq!((work.id, work.state.as_str(), &work.cause, work.steps), (run, "stopped", &Cause::Ready, 2));
    assert_eq!(journal.retry(run).await, Ok(Changed::Not(Status::Running)));
    rests(&*journal, Commit { history: vec![done("sms")], ..commit(run, "x", ended()) }).await;
    let detail = journal.show(run).await.unwrap().unwrap();
    assert_eq!((detail.history, detail.summary.note), (vec![done("call"), done("sms")], None));
    assert_eq!(journal.retry(run).await, Ok(Changed::Not(Status::Completed)));
    assert_eq!(journal.retry(RunId::new()).await, Ok(Changed::Unknown));
}

pub(crate) async fn a_cancelled_run_is_nobodys(subject: &impl Subject) {
    let journal = subject.open().await;
    let (held, asks) = (requested(&*journal, "1").await, requested(&*journal, "2").await);
    rests(&*journal, commit(asks, "x", asked(PERSON, earlier()))).await;
    for run in [held, asks] {
        assert_eq!(journal.cancel(run).await, Ok(Changed::Done));
        let detail = journal.show(run).await.unwrap().unwrap();
        assert_eq!((detail.summary.status, detail.state), (Status::Cancelled, None));
        assert_eq!(journal.commit(commit(run, "x", Phase::Begun)).await, Err(JournalError::Superseded));
    }
    nothing_due(&*journal).await;
    started(&*journal, PERSON, "nobody asks").await;
}

pub(crate) async fn cancelling_lets_the_next_text_through(subject: &impl Subject) {
    let journal = subject.open().await;
    let run = started(&*journal, PERSON, "a").await;
    let (second, third) = (text(PERSON, "b"), text(PERSON, "c"));
    assert_eq!(journal.accept(second.0).await, Ok(Accepted::Queued));
    assert_eq!(journal.accept(third.0).await, Ok(Accepted::Queued));
    assert_eq!(journal.cancel(run).await, Ok(Changed::Done));
    let work = claimed_one(&*journal).await;
    assert_eq!((work.id, work.state.as_str(), &work.cause), (second.1, "b", &Cause::Ready));
    assert_eq!(journal.accept(text(PERSON, "d").0).await, Ok(Accepted::Queued));
    assert_eq!(next(&*journal, commit(work.id, "x", ended())).await.id, third.1);
}

pub(crate) async fn what_has_ended_cannot_be_cancelled(subject: &impl Subject) {
    let journal = subject.open().await;
    let (completes, fails) = (requested(&*journal, "1").await, requested(&*journal, "2").await);
    rests(&*journal, commit(completes, "x", ended())).await;
    rests(&*journal, commit(fails, "x", failed())).await;
    assert_eq!(journal.cancel(completes).await, Ok(Changed::Not(Status::Completed)));
    assert_eq!(journal.cancel(fails).await, Ok(Changed::Not(Status::Failed)));
    assert_eq!(journal.cancel(RunId::new()).await, Ok(Changed::Unknown));
    let waits = requested(&*journal, "3").await;
    rests(&*journal, commit(waits, "x", waiting(later()))).await;
    assert_eq!(journal.retry(waits).await, Ok(Changed::Not(Status::Waiting)));
    assert_eq!(journal.cancel(waits).await, Ok(Changed::Done));
    assert_eq!(journal.cancel(waits).await, Ok(Changed::Not(Status::Cancelled)));
    assert_eq!(journal.retry(waits).await, Ok(Changed::Not(Status::Cancelled)));
}

pub(crate) async fn a_parked_run_waits_for_its_flow(subject: &impl Subject) {
    let journal = subject.open().await;
    let (asks, waits) = (requested(&*journal, "1").await, requested(&*journal, "2").await);
    rests(&*journal, commit(asks, "asks", asked(PERSON, later()))).await;
    rests(&*journal, commit(waits, "waits", waiting(earlier()))).await;
    let over = requested(&*journal, "3").await;
    rests(&*journal, commit(over, "x", ended())).await;
    let reason = |text: &str| text.to_owned();
    journal.park(vec![(asks, reason("gone")), (waits, reason("gone")), (over, reason("never"))]).await.unwrap();
    assert_eq!(journal.counts().await.unwrap().parked, 2);
    let summary = journal.show(asks).await.unwrap().unwrap().summary;
    assert_eq!((summary.status, summary.note.as_deref()), (Status::Parked, Some("gone")));
    assert_eq!(journal.show(over).await.unwrap().unwrap().summary.status, Status::Completed);
    let parked = journal.unfinished().await.unwrap();
    assert_eq!(parked.iter().filter(|run| run.status == Status::Parked && run.place.is_some()).count(), 2);
    nothing_due(&*journal).await;
    // A text does not find it.
    let other = started(&*journal, PERSON, "a").await;
    rests(&*journal, commit(other, "x", ended())).await;

    journal.unpark(vec![asks, over]).await.unwrap();
    assert_eq!(journal.show(over).await.unwrap().unwrap().summary.status, Status::Completed);
    assert_eq!(journal.retry(waits).await, Ok(Changed::Done));
    let work = claimed_one(&*journal).await;
    assert_eq!((work.id, work.state.as_str(), &work.cause), (waits, "waits", &Cause::Waited));
    let reply = Arrival::Text { key: None, text: sms(PERSON, "4"), start: None };
    let Ok(Accepted::Resumed(work)) = journal.accept(reply).await else { panic!("it is a reply") };
    assert_eq!((work.id, work.state.as_str()), (asks, "asks"));
}

pub(crate) async fn parking_what_was_claimed(subject: &impl Subject) {
    let journal = subject.open().await;
    let (replied, begun) = (started(&*journal, PERSON, "a").await, requested(&*journal, "b").await);
    rests(&*journal, commit(replied, "asks", asked(PERSON, later()))).await;
    let answer = sms(PERSON, "4");
    let reply = Arrival::Text { key: None, text: answer.clone(), start: None };
    assert!(matches!(journal.accept(reply).await, Ok(Accepted::Resumed(_))));
    assert_eq!(journal.accept(text(PERSON, "next").0).await, Ok(Accepted::Queued));
    // Whoever holds them finds that the flow has no such state: what they go on with is kept, and the next text has its
    // turn.
    let parked = || Phase::Parked { reason: "gone".to_owned() };
    let work = next(&*journal, commit(replied, "asks", parked())).await;
    assert_eq!(work.state, "next");
    rests(&*journal, commit(begun, "b", Phase::Begun)).await;
    rests(&*journal, commit(begun, "b", parked())).await;
    assert_eq!(journal.commit(commit(begun, "b", ended())).await, Err(JournalError::Superseded));
    nothing_due(&*journal).await;
    journal.unpark(vec![replied, begun]).await.unwrap();
    for work in claimed(&*journal, 2).await {
        let cause = if work.id == replied { Cause::Reply(answer.clone()) } else { Cause::Unknown };
        assert_eq!(work.cause, cause);
    }
    // A parked run can be given up.
    rests(&*journal, commit(replied, "asks", parked())).await;
    assert_eq!(journal.cancel(replied).await, Ok(Changed::Done));
    let summary = journal.show(replied).await.unwrap().unwrap().summary;
    assert_eq!((summary.status, summary.note), (Status::Cancelled, None));
}

pub(crate) async fn a_person_is_erased(subject: &impl Subject) {
    let journal = subject.open().await;
    let number = Phone::literal(OTHER);
    // By the parties of a run, by whom it asked, by a number in its state; whatever has become of it.
    let party = started(&*journal, OTHER, "a").await;
    assert_eq!(journal.accept(text(OTHER, "b").0).await, Ok(Accepted::Queued));
    let asks = requested(&*journal, "x").await;
    rests(&*journal, commit(asks, "x", asked(OTHER, later()))).await;
    let names = requested(&*journal, &format!("{{\"guest\":\"{OTHER}\"}}")).await;
    let over = requested(&*journal, "x").await;
    rests(&*journal, commit(over, &format!("{{\"guest\":\"{OTHER}\"}}"), failed())).await;
    // These stay: a longer number is another one.
    let stays = requested(&*journal, &format!("{{\"guest\":\"{OTHER}0\"}}")).await;
    let busy = started(&*journal, PERSON, "c").await;
    let (waits_in_line, second) = text(PERSON, "d");
    assert_eq!(journal.accept(waits_in_line).await, Ok(Accepted::Queued));
    assert_eq!(journal.accept(text(PERSON, &format!("call {OTHER}")).0).await, Ok(Accepted::Queued));
    // One that goes, while another person's text waits for it.
    rests(&*journal, commit(busy, &format!("{{\"guest\":\"{OTHER}\"}}"), Phase::Ready)).await;

    assert_eq!(journal.erase(&number).await, Ok(5));
    for run in [party, asks, names, over, busy] {
        assert_eq!(journal.show(run).await, Ok(None));
        assert_eq!(journal.commit(commit(run, "x", ended())).await, Err(JournalError::Superseded));
    }
    assert!(journal.show(stays).await.unwrap().is_some());
    let work = claimed_one(&*journal).await;
    assert_eq!(work.id, second);
    rests(&*journal, commit(second, "x", ended())).await;
    assert_eq!(journal.counts().await.unwrap().queued, 0);
    assert_eq!(journal.erase(&number).await, Ok(0));
    started(&*journal, OTHER, "again").await;
}

pub(crate) async fn lists_can_be_narrowed(subject: &impl Subject) {
    let journal = subject.open().await;
    let (first, second) = (started(&*journal, PERSON, "a").await, started(&*journal, OTHER, "b").await);
    let third = requested(&*journal, "c").await;
    rests(&*journal, commit(first, "x", ended())).await;
    rests(&*journal, commit(third, "x", waiting(later()))).await;
    let list = async |status: Option<Status>, person: Option<&str>| {
        let filter = Filter { status, person: person.map(Phone::literal) };
        journal.list(filter, 9).await.unwrap().into_iter().map(|run| run.id).collect::<Vec<_>>()
    };
    assert_eq!(list(Some(Status::Running), None).await, [second]);
    assert_eq!(list(Some(Status::Waiting), Some(PERSON)).await, [third]);
    assert_eq!(list(Some(Status::Waiting), Some(OTHER)).await, []);
    assert_eq!(list(None, Some(OTHER)).await, [second]);
    assert_eq!(list(Some(Status::Completed), None).await, [first]);
    assert_eq!(list(None, None).await.len(), 3);
}
