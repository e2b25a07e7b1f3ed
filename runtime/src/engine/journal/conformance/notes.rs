//! What is noted beside the runs.

use super::*;
use crate::engine::notes::{Note, Notes, Topic};

pub(crate) fn note(topic: Topic, name: &str, value: &str) -> Note {
    Note { topic, name: name.to_owned(), value: value.to_owned(), at: Time(1_000), until: None }
}

async fn keep(notes: &dyn Notes, note: Note) -> bool {
    notes.note(note, Durability::Synced).await.unwrap()
}

/// Names that a pattern, a query, or a text that ends at a NUL would take for others.
const AWKWARD: [&str; 9] = ["%", "_", "\\", "'", "\"; drop", "é", "\u{10FFFF}", "a\0b", "a"];

pub(crate) async fn a_note_takes_the_place_of_the_one_before(subject: &impl Subject) {
    let journal = subject.open().await;
    replaced(&*journal).await;
}

/// Of notes anywhere, journals or not: one takes the place of another.
pub(crate) async fn replaced(notes: &dyn Notes) {
    let (sent, part) = (note(Topic::Sent, "x", "1"), note(Topic::Part, "x", "2"));
    assert_eq!(notes.noted(Topic::Sent, "x").await, Ok(None));
    assert!(keep(notes, sent.clone()).await);
    assert!(keep(notes, part.clone()).await, "another topic has names of its own");
    assert_eq!(notes.noted(Topic::Sent, "x").await, Ok(Some(sent.clone())));
    let later = Note { value: "{\"a\": \"ü'\\\"\"}".to_owned(), at: Time(2_000), ..sent };
    assert_eq!(notes.note(later.clone(), Durability::Written).await, Ok(false));
    assert_eq!(notes.noted(Topic::Sent, "x").await, Ok(Some(later)));
    assert_eq!(notes.noted(Topic::Part, "x").await, Ok(Some(part)));
    assert_eq!(notes.unnote(Topic::Sent, "x").await, Ok(true));
    assert_eq!(notes.unnote(Topic::Sent, "x").await, Ok(false));
    assert_eq!(notes.noted(Topic::Sent, "x").await, Ok(None));
    assert_eq!(notes.noted(Topic::Part, "X").await, Ok(None));
}

pub(crate) async fn of_many_who_note_the_same_one_is_first(subject: &impl Subject) {
    let journal = subject.open().await;
    noted_by_many(&*journal).await;
}

/// The same: of many who note at a time, one is the first.
pub(crate) async fn noted_by_many(notes: &dyn Notes) {
    let noting = || notes.note(note(Topic::Part, "x", "1"), Durability::Written);
    let (a, b, c, d) = futures_util::future::join4(noting(), noting(), noting(), noting()).await;
    let first = [a, b, c, d].into_iter().filter(|first| *first.as_ref().unwrap()).count();
    assert_eq!(first, 1);
}

pub(crate) async fn notes_are_found_by_how_their_names_begin(subject: &impl Subject) {
    let journal = subject.open().await;
    found(&*journal).await;
}

/// The same: how names begin.
pub(crate) async fn found(notes: &dyn Notes) {
    for name in AWKWARD {
        assert!(keep(notes, note(Topic::Part, name, name)).await, "{name:?}");
        assert!(keep(notes, note(Topic::Part, &format!("{name}:2"), "2")).await, "{name:?}");
    }
    keep(notes, note(Topic::Sent, "a", "of another topic")).await;
    for name in AWKWARD {
        assert!(notes.noted(Topic::Part, name).await.unwrap().is_some(), "{name:?}");
        let found = notes.notes(Topic::Part, &format!("{name}:")).await.unwrap();
        assert_eq!(found.iter().map(|note| note.value.as_str()).collect::<Vec<_>>(), ["2"], "{name:?}");
    }
    let found = notes.notes(Topic::Part, "").await.unwrap();
    assert_eq!(found.len(), 2 * AWKWARD.len());
    assert!(found.is_sorted_by(|one, next| one.name < next.name));
    assert_eq!(notes.notes(Topic::OptOut, "").await, Ok(vec![]));
    assert_eq!(notes.unnote(Topic::Part, "a\0b").await, Ok(true));
    assert_eq!(notes.notes(Topic::Part, "").await.unwrap().len(), 2 * AWKWARD.len() - 1);
}

pub(crate) async fn a_note_whose_time_is_over_is_none(subject: &impl Subject) {
    let journal = subject.open().await;
    over(&*journal, async || assert_eq!(journal.sweep(earlier(), earlier()).await, Ok(0))).await;
}

/// The same: what is over.
pub(crate) async fn over(notes: &dyn Notes, sweep: impl AsyncFn()) {
    let of = |name: &str, until: Time| Note { until: Some(until), ..note(Topic::Sent, name, name) };
    let until = later();
    keep(notes, of("holds", until)).await;
    keep(notes, of("over", earlier())).await;
    keep(notes, note(Topic::Sent, "stays", "x")).await;
    let shown = notes.noted(Topic::Sent, "holds").await.unwrap().unwrap().until.unwrap();
    // To the second: a journal may go by another clock.
    assert!(shown.since(until) + until.since(shown) < Duration::from_secs(1), "{shown} {until}");
    // Before it is swept and after.
    for _ in 0..2 {
        assert_eq!(notes.noted(Topic::Sent, "over").await, Ok(None));
        assert_eq!(notes.unnote(Topic::Sent, "nothing").await, Ok(false));
        let names = notes.notes(Topic::Sent, "").await.unwrap().into_iter().map(|note| note.name);
        assert_eq!(names.collect::<Vec<_>>(), ["holds", "stays"]);
        sweep().await;
    }
    keep(notes, of("over", earlier())).await;
    assert!(keep(notes, of("over", until)).await, "one that is over is as good as none");
    assert!(!keep(notes, of("over", earlier())).await);
    assert_eq!(notes.unnote(Topic::Sent, "over").await, Ok(false));
}

pub(crate) async fn parts_go_with_a_person_and_opt_outs_stay(subject: &impl Subject) {
    let journal = subject.open().await;
    let (named, told, longer) =
        (format!("kannel:{OTHER}>{OWN}:7:1"), "kannel:x:7:1", format!("kannel:{OTHER}0>{OWN}:7:1"));
    keep(&*journal, note(Topic::Part, &named, "Hello")).await;
    keep(&*journal, note(Topic::Part, told, &format!("call {OTHER}!"))).await;
    keep(&*journal, note(Topic::Part, &longer, "Hello")).await;
    keep(&*journal, note(Topic::OptOut, OTHER, "{}")).await;
    keep(&*journal, note(Topic::Sent, "twilio:SM1", "x")).await;
    assert_eq!(journal.erase(&Phone::literal(OTHER)).await, Ok(0));
    let parts = journal.notes(Topic::Part, "").await.unwrap();
    assert_eq!(parts.iter().map(|note| note.name.as_str()).collect::<Vec<_>>(), [longer.as_str()]);
    assert!(journal.noted(Topic::OptOut, OTHER).await.unwrap().is_some());
    assert!(journal.noted(Topic::Sent, "twilio:SM1").await.unwrap().is_some());
}

pub(crate) async fn a_remark_is_added_to_a_runs_history(subject: &impl Subject) {
    let journal = subject.open().await;
    let (held, over) = (requested(&*journal, "1").await, requested(&*journal, "2").await);
    rests(&*journal, Commit { history: vec![done("sms")], ..commit(over, "x", ended()) }).await;
    rests(&*journal, Commit { history: vec![done("sms")], ..commit(held, "x", Phase::Begun) }).await;
    for run in [held, over] {
        assert_eq!(journal.remark(run, done("delivery")).await, Ok(true));
        assert_eq!(journal.show(run).await.unwrap().unwrap().history, [done("sms"), done("delivery")]);
    }
    // Whoever holds it still does, and goes on after it.
    rests(&*journal, Commit { history: vec![done("reply")], ..commit(held, "x", ended()) }).await;
    let history = journal.show(held).await.unwrap().unwrap().history;
    assert_eq!(history, [done("sms"), done("delivery"), done("reply")]);
    assert_eq!(journal.remark(RunId::new(), done("delivery")).await, Ok(false));
}

pub(crate) async fn notes_are_kept<S: Subject>(subject: &S) {
    if !S::DURABLE {
        return;
    }
    let journal = subject.open().await;
    let out = note(Topic::OptOut, PERSON, "{\"by\":\"STOP\"}");
    keep(&*journal, out.clone()).await;
    let sent = Note { until: Some(later()), ..note(Topic::Sent, "x", "1") };
    assert_eq!(journal.note(sent, Durability::Written).await, Ok(true));
    drop(journal);
    let journal = subject.open().await;
    assert_eq!(journal.noted(Topic::OptOut, PERSON).await, Ok(Some(out.clone())));
    assert!(journal.noted(Topic::Sent, "x").await.unwrap().is_some());
    assert!(!keep(&*journal, out).await);
}
