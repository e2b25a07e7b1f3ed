//! Texts of one conversation, one by one.

use super::*;
use crate::engine::journal::Cause;

pub(crate) async fn texts_of_one_conversation_are_taken_in_their_order(subject: &impl Subject) {
    let journal = subject.open().await;
    let mut run = started(&*journal, PERSON, "0").await;
    for at in 1..6 {
        assert_eq!(journal.accept(text(PERSON, &at.to_string()).0).await, Ok(Accepted::Queued));
    }
    assert_eq!(journal.counts().await.unwrap().queued, 5);
    for at in 1..6 {
        // Steps on the way do not let the next one through.
        rests(&*journal, commit(run, "x", Phase::Begun)).await;
        rests(&*journal, commit(run, "y", Phase::Ready)).await;
        let work = next(&*journal, commit(run, "z", ended())).await;
        assert_eq!((work.state.as_str(), &work.cause, work.steps), (&*at.to_string(), &Cause::Ready, 0));
        assert_eq!((work.line, work.parties), (3, fresh(PERSON, "").parties));
        run = work.id;
    }
    nothing_due(&*journal).await;
    rests(&*journal, commit(run, "z", ended())).await;
    assert_eq!(journal.counts().await.unwrap().queued, 0);
    started(&*journal, PERSON, "again").await;
}

pub(crate) async fn conversations_do_not_wait_for_each_other(subject: &impl Subject) {
    let journal = subject.open().await;
    started(&*journal, PERSON, "a").await;
    started(&*journal, OTHER, "a").await;
    // The same person writes to another number of ours.
    let sms = InboundSms { to: Phone::literal("911"), ..sms(PERSON, "a") };
    let arrival = Arrival::Text { key: None, text: sms, start: Some(fresh(PERSON, "a")) };
    assert_eq!(journal.accept(arrival).await, Ok(Accepted::Started));
}

pub(crate) async fn the_run_that_asks_takes_the_next_text(subject: &impl Subject) {
    let journal = subject.open().await;
    let run = started(&*journal, PERSON, "book").await;
    let ask = Commit { retries: Some(2), steps: 7, ..commit(run, "{\"asked\":1}", asked(PERSON, later())) };
    rests(&*journal, ask).await;
    assert_eq!(journal.counts().await.unwrap().asked, 1);
    // Somebody else's text is no answer.
    started(&*journal, OTHER, "hello").await;

    let answer = sms(PERSON, "4");
    let arrival = Arrival::Text { key: key("test:4"), text: answer.clone(), start: None };
    let Ok(Accepted::Resumed(work)) = journal.accept(arrival.clone()).await else { panic!("it is a reply") };
    assert_eq!((work.id, &work.cause, work.retries, work.steps), (run, &Cause::Reply(answer), Some(2), 7));
    assert_eq!(work.state, "{\"asked\":1}");
    assert_eq!(journal.accept(arrival).await, Ok(Accepted::Duplicate(Some(run))));
    // It is held, and the conversation busy again.
    nothing_due(&*journal).await;
    assert_eq!(journal.accept(text(PERSON, "more").0).await, Ok(Accepted::Queued));
    let work = next(&*journal, commit(run, "x", ended())).await;
    assert_eq!(work.state, "more");
}

pub(crate) async fn the_run_that_asked_last_gets_the_reply(subject: &impl Subject) {
    let journal = subject.open().await;
    let now = Time::now();
    let (first, second, third) =
        (requested(&*journal, "1").await, requested(&*journal, "2").await, requested(&*journal, "3").await);
    // The one that asked last is neither the oldest nor the newest.
    for (run, ms) in [(first, 100), (third, 200), (second, 300)] {
        let now = now + Duration::from_millis(ms);
        tokio::time::sleep(Duration::from_millis(2)).await;
        rests(&*journal, Commit { now, ..commit(run, "x", asked(PERSON, later())) }).await;
    }
    for run in [second, third, first] {
        let arrival = Arrival::Text { key: None, text: sms(PERSON, "yes"), start: Some(fresh(PERSON, "new")) };
        let Ok(Accepted::Resumed(work)) = journal.accept(arrival).await else { panic!("it is a reply") };
        assert_eq!(work.id, run);
        rests(&*journal, commit(run, "x", ended())).await;
    }
    started(&*journal, PERSON, "nobody asks").await;
}

pub(crate) async fn a_text_in_line_is_the_reply_to_a_question_just_asked(subject: &impl Subject) {
    let journal = subject.open().await;
    let run = started(&*journal, PERSON, "book").await;
    let (arrival, never) = text(PERSON, "4");
    assert_eq!(journal.accept(arrival.clone()).await, Ok(Accepted::Queued));
    let work = next(&*journal, commit(run, "asks", asked(PERSON, later()))).await;
    assert_eq!((work.id, work.state.as_str(), &work.cause), (run, "asks", &Cause::Reply(sms(PERSON, "4"))));
    assert_eq!(journal.show(never).await, Ok(None));
    assert_eq!(journal.accept(arrival).await, Ok(Accepted::Duplicate(Some(run))));
    rests(&*journal, commit(run, "x", ended())).await;
}

pub(crate) async fn a_text_in_line_that_nobody_takes_is_dropped(subject: &impl Subject) {
    let journal = subject.open().await;
    let run = started(&*journal, PERSON, "a").await;
    for body in ["b", "c"] {
        let arrival = Arrival::Text { key: key(body), text: sms(PERSON, body), start: None };
        assert_eq!(journal.accept(arrival).await, Ok(Accepted::Queued));
    }
    assert_eq!(journal.accept(text(PERSON, "d").0).await, Ok(Accepted::Queued));
    let work = next(&*journal, commit(run, "x", waiting(later()))).await;
    assert_eq!(work.state, "d");
    assert_eq!(journal.counts().await.unwrap().queued, 0);
}

pub(crate) async fn a_text_in_line_is_known_by_its_key(subject: &impl Subject) {
    let journal = subject.open().await;
    let run = started(&*journal, PERSON, "a").await;
    let (arrival, second) = text(PERSON, "b");
    assert_eq!(journal.accept(arrival.clone()).await, Ok(Accepted::Queued));
    assert_eq!(journal.accept(arrival.clone()).await, Ok(Accepted::Duplicate(None)));
    assert_eq!(next(&*journal, commit(run, "x", ended())).await.id, second);
    assert_eq!(journal.accept(arrival).await, Ok(Accepted::Duplicate(Some(second))));
    rests(&*journal, commit(second, "x", ended())).await;
}

pub(crate) async fn a_request_does_not_hold_up_texts(subject: &impl Subject) {
    let journal = subject.open().await;
    requested(&*journal, "{}").await;
    started(&*journal, PERSON, "a").await;
}
