//! The rules that every journal obeys, as tests: `suite!(SUBJECT)` inside a `mod tests` makes a test of each.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

pub(crate) mod arrivals;
pub(crate) mod conversations;
pub(crate) mod notes;
pub(crate) mod operators;
pub(crate) mod restarts;
#[allow(dead_code)]
pub(crate) mod speed;
pub(crate) mod timers;

use std::sync::Arc;
use std::time::Duration;

use super::{
    Accepted, Arrival, Commit, Conversation, Done, Durability, Ended, Fresh, Journal, Key, Phase, Place, Work,
};
use crate::clock::Time;
use crate::engine::Parties;
use crate::flow::InboundSms;
use crate::run_id::RunId;
use crate::value::Phone;

/// A kind of journal under test. Each value has a storage of its own, which `open` opens, once or again.
pub(crate) trait Subject {
    /// What was stored is still there when it is opened again.
    const DURABLE: bool;
    /// Its timers follow the clock of this process, so [`Journal::shift`] moves them.
    const SHIFTS: bool;

    /// Whether what it needs is on this machine.
    fn is_here(&self) -> bool {
        true
    }

    fn open(&self) -> impl Future<Output = Arc<dyn Journal>>;
}

macro_rules! suite {
    (@ $subject:expr; $($room:ident: $($rule:ident)+;)+) => {
        $($(
            #[test]
            fn $rule() {
                let subject = $subject;
                if !$crate::engine::journal::conformance::Subject::is_here(&subject) {
                    return;
                }
                tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build()
                    .unwrap()
                    .block_on($crate::engine::journal::conformance::$room::$rule(&subject));
            }
        )+)+
    };
    ($subject:expr) => {
        $crate::engine::journal::conformance::suite! { @ $subject;
            arrivals:
                a_request_starts_a_run
                a_key_starts_one_run
                a_key_with_another_content_conflicts
                a_text_that_nobody_takes_leaves_nothing
                runs_are_listed_the_newest_first;
            conversations:
                texts_of_one_conversation_are_taken_in_their_order
                conversations_do_not_wait_for_each_other
                the_run_that_asks_takes_the_next_text
                the_run_that_asked_last_gets_the_reply
                a_text_in_line_is_the_reply_to_a_question_just_asked
                a_text_in_line_that_nobody_takes_is_dropped
                a_text_in_line_is_known_by_its_key
                a_request_does_not_hold_up_texts;
            timers:
                a_pause_ends_when_its_time_has_come
                a_question_times_out_unless_it_is_answered
                what_is_due_first_is_given_out_first
                a_jump_of_the_clock_moves_timers
                schedules_are_remembered
                ended_runs_and_old_keys_are_forgotten;
            operators:
                a_held_run_is_not_given_out
                a_run_is_shown_with_its_history
                a_failed_run_goes_on_where_it_stopped
                a_cancelled_run_is_nobodys
                cancelling_lets_the_next_text_through
                what_has_ended_cannot_be_cancelled
                a_parked_run_waits_for_its_flow
                parking_what_was_claimed
                a_person_is_erased
                lists_can_be_narrowed;
            notes:
                a_note_takes_the_place_of_the_one_before
                of_many_who_note_the_same_one_is_first
                notes_are_found_by_how_their_names_begin
                a_note_whose_time_is_over_is_none
                parts_go_with_a_person_and_opt_outs_stay
                a_remark_is_added_to_a_runs_history
                notes_are_kept;
            restarts:
                all_that_was_accepted_is_given_out_again
                all_that_waits_goes_on
                lines_and_keys_are_kept
                a_closed_journal_takes_nothing_in;
        }
    };
}
pub(crate) use suite;

/// The person of most tests, and ours.
pub(crate) const PERSON: &str = "+15550123456";
pub(crate) const OTHER: &str = "+15550199999";
pub(crate) const OWN: &str = "+13055550100";

pub(crate) fn conversation(person: &str) -> Conversation {
    Conversation { person: Phone::literal(person), own: Phone::literal(OWN) }
}

/// A run of this person that has not begun.
pub(crate) fn fresh(person: &str, state: &str) -> Fresh {
    let parties = Parties { person: Some(Phone::literal(person)), own: Some(Phone::literal(OWN)) };
    Fresh { id: RunId::new(), line: 3, parties, state: state.to_owned() }
}

pub(crate) fn sms(person: &str, body: &str) -> InboundSms {
    InboundSms { from: Phone::literal(person), to: Phone::literal(OWN), body: body.to_owned(), media: vec![] }
}

pub(crate) fn key(name: &str) -> Option<Key> {
    Some(Key { name: name.to_owned(), digest: String::new() })
}

/// A text that starts a run whose state is the text, and that run's id.
pub(crate) fn text(person: &str, body: &str) -> (Arrival, RunId) {
    let start = fresh(person, body);
    let id = start.id;
    (Arrival::Text { key: key(&format!("test:{person}:{body}")), text: sms(person, body), start: Some(start) }, id)
}

pub(crate) fn request(state: &str) -> (Arrival, RunId) {
    let start = fresh(PERSON, state);
    let id = start.id;
    (Arrival::Trigger { key: None, start, tick: None }, id)
}

/// Accepts a text that starts a run.
pub(crate) async fn started(journal: &dyn Journal, person: &str, body: &str) -> RunId {
    let (arrival, id) = text(person, body);
    assert_eq!(journal.accept(arrival).await, Ok(Accepted::Started));
    id
}

/// Accepts a request, which starts a run.
pub(crate) async fn requested(journal: &dyn Journal, state: &str) -> RunId {
    let (arrival, id) = request(state);
    assert_eq!(journal.accept(arrival).await, Ok(Accepted::Started));
    id
}

pub(crate) fn commit(run: RunId, state: &str, phase: Phase) -> Commit {
    Commit {
        run,
        state: state.to_owned(),
        phase,
        retries: None,
        steps: 1,
        history: vec![],
        durability: Durability::Synced,
        now: Time::now(),
    }
}

pub(crate) fn ended() -> Phase {
    Phase::Ended(Ended::Completed)
}

pub(crate) fn failed() -> Phase {
    Phase::Ended(Ended::Failed { line: 5, kind: "timeout".to_owned(), reason: "no answer in 10 s".to_owned() })
}

pub(crate) fn place(name: &str) -> Place {
    Place { name: name.to_owned(), line: 4 }
}

pub(crate) fn asked(person: &str, until: Time) -> Phase {
    Phase::Asked { place: place("ask \"How many?\""), conversation: conversation(person), until }
}

pub(crate) fn waiting(until: Time) -> Phase {
    Phase::Waiting { place: place("wait 2h"), until }
}

pub(crate) fn done(step: &str) -> Done {
    Done { at: Time(1_000), line: 4, step: step.to_owned(), outcome: "ok".to_owned(), ms: 12 }
}

pub(crate) fn later() -> Time {
    Time::now() + Duration::from_secs(3600)
}

pub(crate) fn earlier() -> Time {
    Time::now() - Duration::from_secs(3600)
}

/// Nothing is given out now.
pub(crate) async fn nothing_due(journal: &dyn Journal) {
    assert_eq!(journal.claim(Time::now(), 100).await.unwrap(), []);
}

/// What is given out, once as many as expected are: where runs are held by leases, those of a process that is gone have
/// to run out first.
pub(crate) async fn claimed(journal: &dyn Journal, count: usize) -> Vec<Work> {
    let mut found = Vec::new();
    for _ in 0..400 {
        found.extend(journal.claim(Time::now(), 100).await.unwrap());
        if found.len() >= count {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(found.len(), count, "{found:?}");
    found
}

pub(crate) async fn claimed_one(journal: &dyn Journal) -> Work {
    claimed(journal, 1).await.remove(0)
}

/// The run that is given out by a commit.
pub(crate) async fn next(journal: &dyn Journal, commit: Commit) -> Work {
    journal.commit(commit).await.unwrap().unwrap_or_else(|| panic!("the next text is taken"))
}

/// A commit after which nothing is to be done.
pub(crate) async fn rests(journal: &dyn Journal, commit: Commit) {
    assert_eq!(journal.commit(commit).await, Ok(None));
}
