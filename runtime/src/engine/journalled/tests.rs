#![allow(clippy::unwrap_used)]

use std::sync::Mutex;

use tokio::sync::Notify;

use super::*;
use crate::carrier::{Finding, Handover, Outgoing, Sending, SmsCarrier};
use crate::config::UnknownOutcome;
use crate::engine::Parties;
use crate::engine::journal::memory::MemoryJournal;
use crate::engine::journal::{Commit, Durability, Filter, Key, Status};
use crate::flow::{Action, Ask, Bot, End, Fault, InboundSms, Input, Lex, Outcome, Sms, Talk, Wait};
use crate::metrics::CarrierName;
use crate::run_id::RunId;
use crate::step::Messenger;
use crate::step::web_call::WebCaller;
use crate::value::{Kind, Phone};

const GUEST: &str = "+15550123456";
const HOTEL: &str = "+13055550100";

/// A carrier that may be told to hold messages, to refuse them, and what it says when it is asked for one.
#[derive(Default)]
struct Post {
    sent: Mutex<Vec<String>>,
    held: Mutex<Option<Arc<Notify>>>,
    refuses: Mutex<bool>,
    knows: Mutex<Option<bool>>,
}

impl Post {
    fn sent(&self) -> Vec<String> {
        self.sent.lock().unwrap().clone()
    }
}

impl SmsCarrier for Post {
    fn name(&self) -> CarrierName {
        CarrierName::Simulator
    }

    fn send<'a>(&'a self, message: Outgoing<'a>) -> Sending<'a> {
        Box::pin(async move {
            let held = self.held.lock().unwrap().clone();
            self.sent.lock().unwrap().push(message.body.to_owned());
            if let Some(held) = held {
                held.notified().await;
            }
            if *self.refuses.lock().unwrap() { Handover::refused(400, "no") } else { Handover::Sent(None) }
        })
    }

    fn find<'a>(&'a self, _: Outgoing<'a>, _: Time) -> Finding<'a> {
        Box::pin(async move { *self.knows.lock().unwrap() })
    }
}

fn sms(body: &str) -> Sms {
    Sms { line: 2, to: None, from: None, body: body.to_owned(), media: vec![] }
}

/// A program in which each state is called by what it does.
fn enter(state: &str, _: &Secrets) -> Result<Step, Fault> {
    let action = match state {
        "ask" => Action::Ask(Box::new(Ask {
            question: sms("How many?"),
            place: "ask \"How many?\"",
            reply: Some(Input { name: "guests", kind: Kind::Int, optional: false }),
            within: 1,
            retries: 1,
            again: Some("A number, please.".to_owned()),
        })),
        "talk" => Action::Talk(Box::new(Talk {
            line: 4,
            bot: Bot::Lex(Lex {
                name: "concierge",
                // No address of the world: the guard lets nothing pass.
                url: "http://10.0.0.1",
                region: "us-east-1",
                bot: "ABCDEFGHIJ",
                alias: "TSTALIASID",
                locale: "en_US",
                key_id: "AKIDEXAMPLE".to_owned(),
                secret: String::new(),
                session_token: None,
            }),
            words: "a room".to_owned(),
            timeout: 1,
            retries: 0,
            bindings: &[],
            is_chat: false,
        })),
        "wait" => Action::Wait(Wait { line: 3, place: "wait 1s", seconds: 1 }),
        "loop" => Action::Continue,
        "end" => Action::End(End::Completed),
        "gone" => return Err(Fault::State("unknown variant `gone`, expected `ask`".to_owned())),
        text => Action::Sms(sms(text)),
    };
    Ok(Step { state: state.to_owned(), action })
}

fn resume(state: &str, outcome: Outcome, secrets: &Secrets) -> Result<Step, Fault> {
    match (state, outcome) {
        ("loop", _) => enter("loop", secrets),
        ("ask", Outcome::Reply(mut values)) => enter(&format!("For {}.", values.int("guests")?), secrets),
        ("ask", Outcome::TimedOut) => enter("Too late.", secrets),
        ("wait", Outcome::Done) => enter("Good morning.", secrets),
        (_, Outcome::Failed(failure)) => {
            Ok(Step { state: "failed".to_owned(), action: Action::End(End::Failed { line: 2, failure }) })
        }
        _ => enter("end", secrets),
    }
}

static PROGRAM: Program = Program { asks: true, enter, resume, ..Program::TEST };

/// An engine on a journal that may be another one's, as after a restart.
struct House {
    post: Arc<Post>,
    journal: Arc<MemoryJournal>,
    engine: Journalled,
}

impl House {
    fn open() -> Self {
        Self::reopen(Arc::default(), Arc::default(), UnknownOutcome::Resend)
    }

    fn reopen(journal: Arc<MemoryJournal>, post: Arc<Post>, unknown: UnknownOutcome) -> Self {
        let secrets = Arc::new(Secrets::new(vec![]));
        let metrics = Arc::new(Metrics::new(&PROGRAM, "memory"));
        let web = WebCaller::new(&Default::default()).unwrap();
        let messenger = Messenger::for_tests(Arc::clone(&post) as _, &metrics);
        let notes = Arc::clone(&journal) as _;
        let performer = Performer::new(Arc::clone(&secrets), messenger, web, notes, unknown, Arc::clone(&metrics));
        let limits = Limits { runs: 2, steps: 50 };
        let keep = Retention { runs: Duration::from_secs(60), keys: Duration::from_secs(60) };
        let parts = Parts { program: &PROGRAM, secrets, performer, limits, metrics, tracer: Tracer::default() };
        let engine = Journalled::start(parts, Arc::clone(&journal) as _, true, keep).unwrap();
        Self { post, journal, engine }
    }

    async fn text(&self, id: &str, body: &str, state: &str) -> Result<Receipt, Refusal> {
        self.text_unheard(id, body, state).await
    }

    fn text_unheard(&self, id: &str, body: &str, state: &str) -> Accepting<'_> {
        let (from, to) = (Phone::literal(GUEST), Phone::literal(HOTEL));
        let parties = Parties { person: Some(from.clone()), own: Some(to.clone()) };
        let text = InboundSms { from, to, body: body.to_owned(), media: vec![] };
        let key = Some(Key { name: id.to_owned(), digest: String::new() });
        let step = enter(state, &self.engine.shared.secrets).unwrap();
        let start = Some(Fresh { id: RunId::new(), line: 1, parties, state: state.to_owned() });
        self.engine.accept(Arrival::Text { key, text, start }, Some(step))
    }

    async fn sends(&self, expected: &[&str]) {
        for _ in 0..400 {
            if self.post.sent() == expected {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        assert_eq!(self.post.sent(), expected);
    }

    /// Until no run is being carried out.
    async fn rests(&self) {
        for _ in 0..400 {
            if self.engine.in_flight() == 0 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        assert_eq!(self.engine.in_flight(), 0);
    }

    async fn statuses(&self) -> Vec<Status> {
        let runs = self.journal.list(Filter::default(), 10).await.unwrap();
        runs.iter().rev().map(|run| run.status).collect()
    }
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

#[test]
fn a_run_holds_its_slot_until_it_rests() {
    block_on(async {
        let house = House::open();
        let held = Arc::new(Notify::new());
        *house.post.held.lock().unwrap() = Some(Arc::clone(&held));
        assert!(matches!(house.text("1", "a", "hi").await, Ok(Receipt::Started(_))));
        assert_eq!(house.text("2", "b", "ho").await, Ok(Receipt::Queued));
        house.sends(&["hi"]).await;
        assert_eq!(house.engine.in_flight(), 1);
        held.notify_one();
        house.sends(&["hi", "ho"]).await;
        held.notify_one();
        house.rests().await;
        assert_eq!(
            house.text("1", "a", "hi").await.map(|receipt| matches!(receipt, Receipt::Duplicate(Some(_)))),
            Ok(true)
        );
        assert_eq!(house.statuses().await, [Status::Completed, Status::Completed]);
    });
}

#[test]
fn what_was_taken_in_is_carried_out_though_whoever_brought_it_has_gone() {
    block_on(async {
        let house = House::open();
        // Dropped before it has resolved, as a server drops a request whose caller hangs up.
        drop(house.text_unheard("1", "a", "hi"));
        house.sends(&["hi"]).await;
    });
}

#[test]
fn a_loop_that_never_ends_is_stopped() {
    block_on(async {
        let house = House::open();
        house.text("1", "a", "loop").await.unwrap();
        house.rests().await;
        assert_eq!(house.statuses().await, [Status::Failed]);
    });
}

#[test]
fn a_reply_goes_to_who_asked_and_is_asked_for_again_if_it_is_not_understood() {
    block_on(async {
        let house = House::open();
        house.text("1", "book", "ask").await.unwrap();
        house.sends(&["How many?"]).await;
        house.rests().await;
        assert!(matches!(house.text("2", "many", "hi").await, Ok(Receipt::Reply(_))));
        house.sends(&["How many?", "A number, please."]).await;
        house.rests().await;
        assert!(matches!(house.text("3", " 4 ", "hi").await, Ok(Receipt::Reply(_))));
        house.sends(&["How many?", "A number, please.", "For 4."]).await;
        house.rests().await;
        assert!(matches!(house.text("4", "4", "hi").await, Ok(Receipt::Started(_))));
    });
}

#[test]
fn a_question_is_given_up_when_no_retry_is_left_or_time_is_over() {
    block_on(async {
        let house = House::open();
        house.text("1", "book", "ask").await.unwrap();
        house.rests().await;
        house.text("2", "many", "hi").await.unwrap();
        house.rests().await;
        house.text("3", "very many", "hi").await.unwrap();
        house.sends(&["How many?", "A number, please.", "Too late."]).await;

        let house = House::open();
        house.text("1", "book", "ask").await.unwrap();
        house.sends(&["How many?", "Too late."]).await;
    });
}

#[test]
fn a_pause_ends_in_another_process_too() {
    block_on(async {
        let house = House::open();
        house.text("1", "a", "wait").await.unwrap();
        house.rests().await;
        assert_eq!(house.statuses().await, [Status::Waiting]);
        assert_eq!(house.engine.drain(Duration::from_secs(1)).await, 0);
        let House { journal, post, .. } = house;
        let house = House::reopen(journal, post, UnknownOutcome::Resend);
        house.sends(&["Good morning."]).await;
    });
}

/// A process that ends while the carrier has a message of it.
async fn crashed_while_sending(knows: Option<bool>, unknown: UnknownOutcome) -> House {
    let house = House::open();
    *house.post.held.lock().unwrap() = Some(Arc::new(Notify::new()));
    house.text("1", "a", "hi").await.unwrap();
    house.sends(&["hi"]).await;
    assert_eq!(house.engine.drain(Duration::ZERO).await, 0);
    let House { journal, post, .. } = house;
    *post.held.lock().unwrap() = None;
    *post.knows.lock().unwrap() = knows;
    House::reopen(journal, post, unknown)
}

#[test]
fn an_unknown_outcome_is_resolved() {
    block_on(async {
        let found = crashed_while_sending(Some(true), UnknownOutcome::Resend).await;
        tokio::time::sleep(Duration::from_millis(400)).await;
        assert_eq!(found.statuses().await, [Status::Completed]);
        assert_eq!(found.post.sent(), ["hi"]);

        crashed_while_sending(Some(false), UnknownOutcome::Fail).await.sends(&["hi", "hi"]).await;
        crashed_while_sending(None, UnknownOutcome::Resend).await.sends(&["hi", "hi"]).await;

        let failed = crashed_while_sending(None, UnknownOutcome::Fail).await;
        tokio::time::sleep(Duration::from_millis(400)).await;
        assert_eq!(failed.statuses().await, [Status::Failed]);
        assert_eq!(failed.post.sent(), ["hi"]);
    });
}

/// A process that ends while a bot is told its words.
async fn crashed_while_talking(unknown: UnknownOutcome) -> String {
    let journal = Arc::<MemoryJournal>::default();
    let (from, to) = (Phone::literal(GUEST), Phone::literal(HOTEL));
    let parties = Parties { person: Some(from.clone()), own: Some(to.clone()) };
    let text = InboundSms { from, to, body: "a room".to_owned(), media: vec![] };
    let start = Some(Fresh { id: RunId::new(), line: 1, parties, state: "talk".to_owned() });
    let run = start.as_ref().unwrap().id;
    journal.accept(Arrival::Text { key: None, text, start }).await.unwrap();
    let commit = Commit {
        run,
        state: "talk".to_owned(),
        phase: Phase::Begun,
        retries: None,
        steps: 0,
        history: vec![],
        durability: Durability::Synced,
        now: Time::now(),
    };
    journal.commit(commit).await.unwrap();
    journal.close().await.unwrap();
    let house = House::reopen(journal, Arc::default(), unknown);
    tokio::time::sleep(Duration::from_millis(400)).await;
    house.rests().await;
    house.journal.show(run).await.unwrap().unwrap().summary.note.unwrap()
}

#[test]
fn a_turn_whose_outcome_is_unknown_is_taken_or_told_once_more_as_the_policy_says() {
    block_on(async {
        let told = crashed_while_talking(UnknownOutcome::Fail).await;
        assert_eq!(told, "connect: it is not known whether the bot heard it: the program ended in between");
        let told = crashed_while_talking(UnknownOutcome::Resend).await;
        assert!(told.starts_with("blocked: "), "{told}");
    });
}

#[test]
fn a_failed_run_is_retried_from_the_step_that_failed() {
    block_on(async {
        let house = House::open();
        *house.post.refuses.lock().unwrap() = true;
        let Ok(Receipt::Started(id)) = house.text("1", "a", "hi").await else { unreachable!() };
        house.sends(&["hi"]).await;
        house.rests().await;
        assert_eq!(house.statuses().await, [Status::Failed]);
        *house.post.refuses.lock().unwrap() = false;
        house.journal.retry(id).await.unwrap();
        house.sends(&["hi", "hi"]).await;
        house.rests().await;
        assert_eq!(house.statuses().await, [Status::Completed]);
    });
}

#[test]
fn what_comes_in_at_the_last_moment_is_kept_for_the_next_process() {
    block_on(async {
        let house = House::open();
        house.engine.shared.stopping.send_replace(true);
        house.engine.shared.parking.store(true, Ordering::Relaxed);
        assert!(house.engine.unready().is_some());
        assert!(matches!(house.text("1", "a", "hi").await, Ok(Receipt::Started(_))));
        house.engine.drain(Duration::from_secs(1)).await;
        assert!(house.post.sent().is_empty());
        let House { journal, post, .. } = house;
        House::reopen(journal, post, UnknownOutcome::Resend).sends(&["hi"]).await;
    });
}

#[test]
fn states_of_another_version_are_refused_or_parked() {
    use crate::config::UnfitRuns;
    block_on(async {
        let house = House::open();
        house.text("1", "a", "wait").await.unwrap();
        house.rests().await;
        let secrets = Secrets::new(vec![]);
        let other = Program { enter: |_, secrets| enter("gone", secrets), ..PROGRAM };
        let checked = upgrade::check(&other, &secrets, &*house.journal, UnfitRuns::Refuse).await;
        assert!(checked.unwrap_err().iter().any(|told| told.contains("`wait 1s` (line 3")));
        upgrade::check(&other, &secrets, &*house.journal, UnfitRuns::Park).await.unwrap();
        assert_eq!(house.statuses().await, [Status::Parked]);
        upgrade::check(&PROGRAM, &secrets, &*house.journal, UnfitRuns::Refuse).await.unwrap();
        house.sends(&["Good morning."]).await;
    });
}
