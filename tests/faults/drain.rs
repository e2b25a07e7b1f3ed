//! A program that is told to stop (row 17): it is not ready at once, resets nobody, and leaves nothing undone.

use std::collections::BTreeSet;
use std::io::{ErrorKind, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use flow_tests::program::{Start, text};
use flow_tests::wait;
use flow_tests::{Gate, Program, Reply, Request, Scratch, StandIn, binary_of};
use serde_json::json;

use crate::runs;

const FLOW: &str = r#"
flow "Drain"
on sms
  -> call POST "https://orders.example/orders" json { "order": $body } timeout 100s
     ok   -> sms "Done $body"
     fail -> sms "Not done $body"
"#;

/// Until a program that was told to stop has ended.
const GRACE: Duration = Duration::from_secs(25);

struct House {
    binary: PathBuf,
    state: Scratch,
}

impl House {
    fn new() -> Self {
        Self { binary: binary_of("drain", FLOW), state: Scratch::new() }
    }

    fn start(&self, orders: &StandIn) -> Start {
        let start = Program::of(&self.binary).state(self.state.path()).connect("orders.example:443", &orders.url());
        start.variable("FLOW_ADMIN", "127.0.0.1:0")
    }
}

fn person(number: usize) -> String {
    format!("+1305{number:07}")
}

/// An order service that takes a moment.
fn slow() -> StandIn {
    StandIn::start(|_| {
        thread::sleep(Duration::from_millis(30));
        Reply::status(201)
    })
}

fn ordered(orders: &StandIn) -> Vec<String> {
    orders.requests().iter().map(|order| order.json_body()["order"].as_str().unwrap().to_owned()).collect()
}

/// Texts until nobody listens any more; gives back what was acknowledged, and whether the last one was reset: the system
/// does that to a connection that nobody has accepted, if it is made at the very moment at which listening ends.
fn load(address: SocketAddr, thread: usize) -> (Vec<String>, bool) {
    let mut acknowledged = Vec::new();
    for number in 0..100_000 {
        let body = format!("{thread}-{number}");
        match text(&person(thread * 100_000 + number), &body).try_send(address) {
            Ok(answer) if answer.status == 202 => acknowledged.push(body),
            Ok(answer) => assert_eq!((answer.status, answer.header_value("Retry-After").is_some()), (503, true)),
            Err(error) if error.kind() == ErrorKind::ConnectionRefused => return (acknowledged, false),
            Err(error) if error.kind() == ErrorKind::ConnectionReset => return (acknowledged, true),
            Err(error) => panic!("{body} was reset: {error}"),
        }
    }
    panic!("it never stops");
}

#[test]
fn a_program_that_stops_under_load_loses_nothing_and_resets_nobody() {
    let (house, orders) = (House::new(), slow());
    let mut program = house.start(&orders).start();
    let (address, admin) = (program.address, runs::admin(&program));
    let (acknowledged, resets) = (Mutex::new(BTreeSet::new()), AtomicUsize::new(0));
    let started = thread::scope(|scope| {
        for thread in 0..6 {
            let (acknowledged, resets) = (&acknowledged, &resets);
            scope.spawn(move || {
                let (of_thread, is_reset) = load(address, thread);
                resets.fetch_add(usize::from(is_reset), Ordering::Relaxed);
                acknowledged.lock().unwrap().extend(of_thread);
            });
        }
        thread::sleep(Duration::from_millis(700));
        // A request that is on its way, and takes its time: it is still answered.
        let mut late = TcpStream::connect(address).unwrap();
        let body = json!({ "from": "+13055559999", "to": "+13055550100", "body": "late" }).to_string();
        let (begin, end) = body.split_at(20);
        let length = body.len();
        write!(
            late,
            "POST /simulator/sms HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{begin}"
        )
        .unwrap();
        thread::sleep(Duration::from_millis(50));

        let started = Instant::now();
        program.process.signal("TERM");
        let not_ready = wait::until("that it is not ready", || {
            Some(Request::new("GET", "/readyz").send(admin)).filter(|answer| answer.status != 200)
        });
        let at_once = started.elapsed();
        assert_eq!(not_ready.errors(), ["not ready: it is stopping"]);
        assert!(at_once < Duration::from_millis(500), "{at_once:?}");
        thread::sleep(Duration::from_millis(300));
        late.write_all(end.as_bytes()).unwrap();
        assert_eq!(flow_tests::http::read_answer(late).unwrap().status, 202);
        acknowledged.lock().unwrap().insert("late".to_owned());
        started
    });
    let ended = program.process.wait(GRACE);
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    let took = started.elapsed();
    let acknowledged = acknowledged.into_inner().unwrap();
    assert!(resets.load(Ordering::Relaxed) <= 1, "{resets:?} connections were reset");
    let before = ordered(&orders).len();

    let _program = house.start(&orders).start();
    orders.wait_for(acknowledged.len());
    thread::sleep(Duration::from_millis(300));
    let ordered = ordered(&orders);
    assert_eq!(ordered.len(), acknowledged.len(), "each once");
    assert_eq!(ordered.into_iter().collect::<BTreeSet<_>>(), acknowledged);
    println!("{} acknowledged, {before} of them ordered when it ended {took:.1?} after SIGTERM", acknowledged.len());
}

#[test]
fn a_step_that_takes_too_long_is_left_to_the_next_process() {
    let (house, gate) = (House::new(), Gate::default());
    let held = gate.clone();
    let stuck = StandIn::start(move |_| Reply::status(201).behind(&held));
    let mut program = house.start(&stuck).start();
    assert_eq!(program.text("stuck").status, 202);
    stuck.wait_for(1);
    let started = Instant::now();
    program.process.signal("TERM");
    let ended = program.process.wait(GRACE + Duration::from_secs(2));
    let took = started.elapsed();
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    assert!(took >= Duration::from_secs(20), "it gave the step no time: {took:?}");
    gate.open();
    // Whether it was ordered is unknown, so by default it is ordered again.
    let orders = slow();
    let program = house.start(&orders).start();
    assert_eq!(program.messages(1), ["Done stuck"]);
    assert_eq!(ordered(&orders), ["stuck"]);
    println!("a step that does not end: the program ended {took:.1?} after SIGTERM");
}

#[test]
fn a_second_signal_ends_it_at_once() {
    let (house, gate) = (House::new(), Gate::default());
    let held = gate.clone();
    let stuck = StandIn::start(move |_| Reply::status(201).behind(&held));
    let mut program = house.start(&stuck).start();
    for number in 0..20 {
        assert_eq!(program.send(&text(&person(number), &format!("{number}"))).status, 202);
    }
    program.process.signal("TERM");
    thread::sleep(Duration::from_millis(500));
    assert!(program.process.status().is_none(), "it waits for its steps");
    let started = Instant::now();
    program.process.signal("TERM");
    let ended = program.process.wait(Duration::from_secs(5));
    assert_eq!(ended.code, Some(1), "{}", ended.err);
    assert!(started.elapsed() < Duration::from_secs(1), "{:?}", started.elapsed());
    gate.open();
    let orders = slow();
    let program = house.start(&orders).start();
    assert_eq!(program.messages(20).len(), 20);
    assert_eq!(ordered(&orders).len(), 20);
}
