//! What comes twice is done once (rows 3 and 4): a carrier's message and a request with an `Idempotency-Key`.

use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use flow_tests::http::Answer;
use flow_tests::program::Start;
use flow_tests::twilio::{self, PUBLIC, signed};
use flow_tests::{FakeClock, Program, Reply, Request, Scratch, StandIn, binary_of};
use serde_json::{Value, json};

use crate::post::{self, Taken};
use crate::runs;

const FLOW: &str = r#"
flow "Twice"
secret TWICE_TOKEN

on sms
  -> call POST "https://orders.example/orders" json { "order": $body }
     ok   -> sms "Done $body"
     fail -> end

on api "order" token $TWICE_TOKEN expect Order: text, Phone: phone
  -> sms to $Phone from "+13055550100" "Ordered $Order"
"#;

struct House {
    binary: PathBuf,
    state: Scratch,
    orders: StandIn,
    api: StandIn,
    taken: Taken,
}

impl House {
    fn new() -> Self {
        let (taken, api) = post::twilio(true);
        let orders = StandIn::start(|_| Reply::status(201));
        Self { binary: binary_of("twice", FLOW), state: Scratch::new(), orders, api, taken }
    }

    fn start(&self) -> Start {
        twilio::carrier(Program::of(&self.binary), &self.api.url(), PUBLIC)
            .state(self.state.path())
            .variable("TWICE_TOKEN", "canary")
            .connect("orders.example:443", &self.orders.url())
    }

    /// So much has been done, and no more comes of it.
    fn assert_done(&self, runs: usize, orders: usize, words: &str) {
        runs::wait_for(&self.binary, self.state.path(), "completed", runs);
        thread::sleep(Duration::from_millis(300));
        assert_eq!(runs::list(&self.binary, self.state.path(), None).len(), runs);
        assert_eq!(self.orders.requests().len(), orders);
        assert_eq!(self.taken.count(words), 1, "{:?}", self.taken.by_words());
    }
}

/// Ten deliveries of one message at the same time.
fn deliver_ten(program: &Program) {
    let (address, request) = (program.address, signed(&twilio::message("SM1", "soup")));
    let answers: Vec<u16> = thread::scope(|scope| {
        let sending: Vec<_> = (0..10).map(|_| scope.spawn(|| request.send(address).status)).collect();
        sending.into_iter().map(|answer| answer.join().unwrap()).collect()
    });
    assert_eq!(answers, [200; 10]);
}

#[test]
fn a_message_that_is_delivered_again_is_one_message() {
    let house = House::new();
    let mut program = house.start().start();
    deliver_ten(&program);
    house.assert_done(1, 1, "Done soup");
    // Across a kill and an orderly stop.
    program.process.signal("KILL");
    program.process.wait(Duration::from_secs(5));
    let program = house.start().start();
    deliver_ten(&program);
    assert_eq!(program.stop().code, Some(0));
    house.assert_done(1, 1, "Done soup");
    // Another message is another one.
    let program = house.start().start();
    assert_eq!(twilio::deliver(&program, &twilio::message("SM2", "salad")).status, 200);
    house.assert_done(2, 2, "Done salad");
}

#[test]
fn a_message_that_is_delivered_again_after_23_hours_is_one_message() {
    let Some(clock) = FakeClock::new() else { return };
    let house = House::new();
    let program = clock.worn_by(house.start()).start();
    assert_eq!(twilio::deliver(&program, &twilio::message("SM1", "soup")).status, 200);
    house.assert_done(1, 1, "Done soup");
    // In the same process, and in another one.
    clock.set_ahead(23 * 3600);
    deliver_ten(&program);
    assert_eq!(program.stop().code, Some(0));
    let program = clock.worn_by(house.start()).start();
    deliver_ten(&program);
    house.assert_done(1, 1, "Done soup");
    // It is that late, for the program.
    assert_eq!(twilio::deliver(&program, &twilio::message("SM2", "salad")).status, 200);
    house.assert_done(2, 2, "Done salad");
    let runs = runs::list(&house.binary, house.state.path(), None);
    assert!(begun(&runs[0]) - begun(&runs[1]) >= 23 * 3600 * 1000, "{runs:?}");
}

/// When a run began, by the program's clock, in milliseconds: its id begins with that (RFC 9562, UUID version 7).
fn begun(run: &Value) -> u64 {
    let id = run["id"].as_str().unwrap().replace('-', "");
    u64::from_str_radix(&id[..12], 16).unwrap()
}

fn order(program: &Program, key: &str, order: &str) -> Answer {
    let body = json!({ "flowId": "order", "Order": order, "Phone": "+13055550123" });
    let request = Request::new("POST", "/_rest/v4/sfgen/apitriggers").json(&body);
    program.send(&request.header("Idempotency-Key", key).header("Authorization", "Bearer canary"))
}

fn run_of(answer: &Answer) -> String {
    assert_eq!(answer.status, 202, "{}", answer.text());
    answer.header_value("X-Flow-Run").unwrap().to_owned()
}

#[test]
fn a_key_names_one_request() {
    let house = House::new();
    let program = house.start().start();
    let first = run_of(&order(&program, "k1", "soup"));
    let address = program.address;
    thread::scope(|scope| {
        for _ in 0..10 {
            scope.spawn(|| assert_eq!(run_of(&order(&program, "k1", "soup")), first, "{address}"));
        }
    });
    house.assert_done(1, 0, "Ordered soup");
    let conflict = order(&program, "k1", "salad");
    assert_eq!(conflict.status, 409);
    assert_eq!(conflict.errors(), ["this Idempotency-Key came before with another body"]);
    assert_eq!(program.stop().code, Some(0));

    let program = house.start().start();
    assert_eq!(run_of(&order(&program, "k1", "soup")), first);
    assert_eq!(order(&program, "k1", "salad").status, 409);
    house.assert_done(1, 0, "Ordered soup");
    assert_ne!(run_of(&order(&program, "k2", "salad")), first);
    house.assert_done(2, 0, "Ordered salad");
}
