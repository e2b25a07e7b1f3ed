//! A process that is killed right after its last 2xx (row 2): the next one does what that one had promised.

use std::collections::BTreeMap;
use std::thread;
use std::time::{Duration, Instant};

use flow_tests::http::Connection;
use flow_tests::program::{Start, text};
use flow_tests::{Gate, Program, Reply, Scratch, StandIn, binary_of, wait};

const FLOW: &str = r#"
flow "Pending"
on sms
  -> call POST "https://orders.example/orders" json { "from": $from, "order": $body } timeout 100s
     ok   -> sms "Done $body"
     fail -> end
"#;

const PEOPLE: usize = 20;
const TEXTS: usize = 25;

fn person(number: usize) -> String {
    format!("+1305555{number:04}")
}

#[test]
fn what_is_pending_goes_on_in_the_next_process() {
    let (binary, state) = (binary_of("pending", FLOW), Scratch::new());
    let gate = Gate::default();
    let held = gate.clone();
    let slow = StandIn::start(move |_| Reply::status(201).behind(&held));
    let start = |orders: &StandIn| -> Start {
        Program::of(&binary).state(state.path()).connect("orders.example:443", &orders.url())
    };
    // The first text of each person is being ordered, and the others wait in line.
    let mut program = start(&slow).start();
    let address = program.address;
    thread::scope(|scope| {
        for number in 0..PEOPLE {
            scope.spawn(move || {
                let mut connection = Connection::to(address).unwrap();
                for order in 0..TEXTS {
                    let answer = connection.send(&text(&person(number), &format!("{order}"))).unwrap();
                    assert_eq!(answer.status, 202, "{}", answer.text());
                }
            });
        }
    });
    program.process.signal("KILL");
    program.process.wait(Duration::from_secs(5));
    gate.open();
    assert!(slow.requests().len() <= PEOPLE, "texts of one person are taken one by one");

    let orders = StandIn::start(|_| Reply::status(201));
    let started = Instant::now();
    let program = start(&orders).start();
    let ready = started.elapsed();
    orders.wait_for(PEOPLE * TEXTS);
    let took = started.elapsed();
    thread::sleep(Duration::from_millis(300));
    let mut by_person: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for request in orders.requests() {
        let body = request.json_body();
        let order = body["order"].as_str().unwrap().parse().unwrap();
        by_person.entry(body["from"].as_str().unwrap().to_owned()).or_default().push(order);
    }
    assert_eq!(by_person.len(), PEOPLE);
    for (person, orders) in by_person {
        assert_eq!(orders, (0..TEXTS).collect::<Vec<_>>(), "{person}: in order, each once by this process");
    }
    wait::until("the last answer", || (program.outbox().len() == PEOPLE * TEXTS).then_some(()));
    assert!(ready < Duration::from_secs(1), "{ready:?}");
    println!("{} pending texts: ready {ready:?} after the start, all answered after {took:?}", PEOPLE * TEXTS);
}
