//! Processes are killed at every boundary of a step and at random moments; whatever was acknowledged is answered.
//!
//! `FLOW_CRASH_SEED=N` runs the chain of one seed alone; a failing chain names its seed.

use std::io;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use flow_tests::build::failing_binary_of;
use flow_tests::program::Start;
use flow_tests::random::Random;
use flow_tests::twilio::{self, PUBLIC, signed};
use flow_tests::wait;
use flow_tests::{Program, Reply, Scratch, StandIn};
use flowc::driver::Engine;
use serde_json::json;

use crate::post::{self, Taken};

/// A call that changes nothing, one that does, and a message, with a question in between.
const FLOW: &str = r#"
flow "Crash"
on sms
  -> call GET "https://lookup.example/guest" < name: text = name >
     ok -> call POST "https://orders.example/orders" json { "guest": $name, "order": $body }
           ok   -> sms "Done $body"
           fail -> sms "Not done $body"
     fail -> sms "Not found $body"
"#;

/// Kills of one chain: each process takes up what the former one left.
const KILLS: u64 = 50;

/// Chains where the carrier can be asked what it took, and where it cannot.
const CHAINS: u64 = 20;

/// Until all that was acknowledged has been answered.
const RECOVERY: Duration = Duration::from_secs(30);

struct House {
    state: Scratch,
    services: StandIn,
    api: StandIn,
    taken: Taken,
}

impl House {
    fn new(can_tell: bool) -> Self {
        let services = StandIn::start(|request| match request.method.as_str() {
            "GET" => Reply::json(200, &json!({ "name": "Maria" })),
            _ => Reply::status(201),
        });
        let (taken, api) = post::twilio(can_tell);
        Self { state: Scratch::new(), services, api, taken }
    }

    fn start(&self, binary: &Path) -> Start {
        twilio::carrier(Program::of(binary), &self.api.url(), PUBLIC)
            .state(self.state.path())
            .connect("lookup.example:443", &self.services.url())
            .connect("orders.example:443", &self.services.url())
    }

    /// What the order service was sent, by order.
    fn orders(&self, words: &str) -> usize {
        let requests = self.services.requests();
        requests.iter().filter(|request| request.method == "POST" && request.json_body()["order"] == words).count()
    }
}

/// Kills processes again and again; gives back what was acknowledged.
fn kill_again_and_again(seed: u64, house: &House, binary: &Path) -> Vec<String> {
    let mut random = Random::new(seed);
    let mut acknowledged = Vec::new();
    let mut unacknowledged: Vec<String> = Vec::new();
    for round in 0..KILLS {
        let place = *random.pick(&["accepted", "begun", "performed", "rested", "kill", "kill"]);
        let mut start = house.start(binary);
        if place != "kill" {
            start = start.variable("FLOW_FAILPOINT", format!("{place}@{}", 1 + random.below(6)));
        }
        // It may end while it takes up what the last one left, before it is ready.
        let Ok(mut program) = start.try_start() else { continue };
        let mut bodies: Vec<String> = (0..1 + random.below(4)).map(|n| format!("{seed}-{round}-{n}")).collect();
        // A carrier brings again what was not acknowledged.
        bodies.append(&mut unacknowledged);
        let address = program.address;
        let answers: Vec<(String, io::Result<u16>)> = thread::scope(|scope| {
            let send = |body: &String| {
                // Each message comes from somebody else, so that none waits for another.
                let from = format!(
                    "+1305{:07}",
                    body.bytes().fold(7_u64, |sum, byte| (sum * 31 + u64::from(byte)) % 10_000_000)
                );
                let request = signed(&twilio::message_from(&from, &format!("SM{body}"), body));
                request.try_send(address).map(|answer| answer.status)
            };
            let sending: Vec<_> = bodies.iter().map(|body| (body.clone(), scope.spawn(move || send(body)))).collect();
            if place == "kill" {
                thread::sleep(Duration::from_micros(random.below(20_000)));
                program.process.signal("KILL");
            }
            sending.into_iter().map(|(body, answer)| (body, answer.join().unwrap())).collect()
        });
        for (body, answer) in answers {
            match answer {
                Ok(200) => acknowledged.push(body),
                Ok(status) => panic!("seed {seed}: {body} was refused with {status}"),
                Err(_) => unacknowledged.push(body),
            }
        }
        // A failpoint that was not reached is no kill: the process goes now.
        let limit = Instant::now() + Duration::from_millis(random.below(60));
        while program.process.status().is_none() && Instant::now() < limit {
            thread::sleep(Duration::from_millis(2));
        }
        if program.process.status().is_none() {
            program.process.signal("KILL");
        }
        program.process.wait(Duration::from_secs(5));
    }
    acknowledged
}

fn chain(seed: u64, binary: &Path) -> (usize, usize) {
    let can_tell = seed.is_multiple_of(2);
    let house = House::new(can_tell);
    let acknowledged = kill_again_and_again(seed, &house, binary);
    let program = house.start(binary).start();
    for body in &acknowledged {
        let words = format!("Done {body}");
        let answered = wait::within(RECOVERY, || (house.taken.count(&words) > 0).then_some(()));
        assert!(
            answered.is_some(),
            "seed {seed}: {body} was acknowledged and never answered\n{}",
            program.process.err()
        );
    }
    // Nothing is left to be sent.
    let counts = house.taken.by_words();
    let mut twice = 0;
    for (words, count) in &counts {
        let most = if can_tell { 1 } else { 1 + usize::try_from(KILLS).unwrap() };
        assert!(*count <= most, "seed {seed}: {words:?} was sent {count} times");
        twice += count - 1;
    }
    for body in &acknowledged {
        assert!(house.orders(body) >= 1, "seed {seed}: {body} was answered and not ordered");
    }
    program.stop();
    (acknowledged.len(), twice)
}

#[test]
fn what_was_acknowledged_is_answered_however_often_the_process_is_killed() {
    let binary = failing_binary_of("crash", FLOW, Engine::Sqlite);
    let seeds: Vec<u64> = match std::env::var("FLOW_CRASH_SEED") {
        Ok(seed) => vec![seed.parse().expect("FLOW_CRASH_SEED is a number")],
        Err(_) => (1..=CHAINS).collect(),
    };
    let kills = KILLS * seeds.len() as u64;
    let mut told = (0, 0);
    for pair in seeds.chunks(2) {
        let done: Vec<(usize, usize)> = thread::scope(|scope| {
            let running: Vec<_> = pair.iter().map(|seed| scope.spawn(|| chain(*seed, &binary))).collect();
            running.into_iter().map(|chain| chain.join().unwrap()).collect()
        });
        for (acknowledged, twice) in done {
            told = (told.0 + acknowledged, told.1 + twice);
        }
    }
    println!("{kills} kills, {} messages acknowledged, 0 lost, {} sent a second time", told.0, told.1);
}

/// What is sent when a process ends at a place, and its successor takes up what it left.
fn sent_after_end_at(place: &str, can_tell: bool, options: &[&str]) -> (usize, String) {
    let binary = failing_binary_of("crash", FLOW, Engine::Sqlite);
    let house = House::new(can_tell);
    // The fourth effect of the flow is its message: call (read), call, message.
    let count = match place {
        "accepted" | "rested" => 1,
        "begun" => 2,
        _ => 3,
    };
    let program = house.start(&binary).variable("FLOW_FAILPOINT", format!("{place}@{count}")).start();
    let answer = signed(&twilio::message("SM1", "hello")).try_send(program.address);
    let ended = { program }.process.wait(Duration::from_secs(10));
    assert_eq!(ended.code, None, "{place} was not reached: {}", ended.err);
    let program = house.start(&binary).with(options.iter().copied()).start();
    if answer.is_err() {
        // It was not acknowledged, so the carrier brings it again.
        assert_eq!(twilio::deliver(&program, &twilio::message("SM1", "hello")).status, 200);
    }
    wait::until("the run's end", || {
        let runs = program.log(&[("message", json!("run ended"))]);
        (!runs.is_empty() || place == "rested").then_some(())
    });
    thread::sleep(Duration::from_millis(300));
    let log = program.process.err();
    (house.taken.by_words().values().sum(), log)
}

#[test]
fn a_message_is_sent_once_where_the_carrier_can_tell() {
    for place in ["accepted", "begun", "performed", "rested"] {
        assert_eq!(sent_after_end_at(place, true, &[]).0, 1, "{place}");
    }
}

#[test]
fn where_the_carrier_cannot_tell_the_policy_decides() {
    for place in ["accepted", "begun", "rested"] {
        assert_eq!(sent_after_end_at(place, false, &[]).0, 1, "{place}");
    }
    // The one window: it was sent, and the process ended before that was written.
    assert_eq!(sent_after_end_at("performed", false, &[]).0, 2);
    let (sent, log) = sent_after_end_at("performed", false, &["--unknown-outcome", "fail"]);
    assert_eq!(sent, 1);
    assert!(log.contains("it is not known whether the carrier took the message"), "{log}");
}
