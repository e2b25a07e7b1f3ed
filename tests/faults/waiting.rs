//! Ten thousand conversations that wait: what they cost, and how they go on (rows 2 and 15).

use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use flow_tests::http::Connection;
use flow_tests::program::{Start, text};
use flow_tests::{Program, Request, Scratch, binary_of, wait};

use crate::runs;

const FLOW: &str = r#"
flow "Waiting"

on sms matching "book"
  -> ask "For how many guests?" < guests: int > within 7d
     reply   -> sms "A table for $guests."
     timeout -> end

on sms matching "later"
  -> wait 25s
  -> sms "It is later."
"#;

const MANY: usize = 10_000;

/// Until a process with that many is ready.
const RESTART: Duration = Duration::from_secs(1);

/// Until all that are due at once are done.
const FIRED: Duration = Duration::from_secs(60);

fn person(number: usize) -> String {
    format!("+1305{number:07}")
}

/// Has all of them text this, over a few connections; each text is acknowledged.
fn all_text(address: SocketAddr, body: &str) -> Duration {
    let (next, started) = (AtomicUsize::new(0), Instant::now());
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let mut connection = Connection::to(address).unwrap();
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= MANY {
                        return;
                    }
                    take(&mut connection, number, body);
                }
            });
        }
    });
    started.elapsed()
}

/// One that is told to come again comes again.
fn take(connection: &mut Connection, number: usize, body: &str) {
    let request = text(&person(number), body);
    for _ in 0..1_000 {
        let answer = connection.send(&request).unwrap();
        if answer.status == 202 {
            return;
        }
        assert_eq!(answer.status, 503, "{}", answer.text());
        thread::sleep(Duration::from_millis(10));
    }
    panic!("{number} is never taken");
}

/// Resident memory, in MiB.
fn memory(program: &Program) -> f64 {
    let status = fs::read_to_string(format!("/proc/{}/status", program.process.id())).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    let kib: f64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
    kib / 1024.0
}

struct House {
    binary: PathBuf,
    state: Scratch,
}

impl House {
    fn new() -> Self {
        Self { binary: binary_of("waiting", FLOW), state: Scratch::new() }
    }

    fn start(&self) -> Start {
        Program::of(&self.binary).state(self.state.path()).variable("FLOW_ADMIN", "127.0.0.1:0")
    }

    /// A process, and how long it took until it was ready.
    fn timed(&self) -> (Program, Duration) {
        let started = Instant::now();
        let program = self.start().start();
        assert_eq!(program.get("/readyz").status, 200);
        (program, started.elapsed())
    }

    /// Waits until the program says that all of them are so far, and looks whether the journal says so.
    fn wait_for(&self, program: &Program, sample: &str, status: &str) -> Duration {
        let (admin, started) = (runs::admin(program), Instant::now());
        let all = wait::within(FIRED, || (runs::metric(admin, sample) == Some(MANY as f64)).then_some(()));
        let took = started.elapsed();
        assert!(all.is_some(), "{sample} is {:?}", runs::metric(admin, sample));
        assert_eq!(runs::list(&self.binary, self.state.path(), Some(status)).len(), MANY);
        took
    }
}

#[test]
fn ten_thousand_are_asked() {
    let house = House::new();
    let program = house.start().start();
    let before = memory(&program);
    let took = all_text(program.address, "book");
    house.wait_for(&program, "flow_runs{status=\"asked\"}", "asked");
    let with = memory(&program);
    assert_eq!(program.stop().code, Some(0));
    let (program, ready) = house.timed();
    let again = memory(&program);
    println!(
        "{MANY} waiting conversations: taken and asked in {took:.1?}; {before:.0} MiB before, {with:.0} MiB with them, \
         {again:.0} MiB after a restart, which took {ready:.0?}"
    );
    let mut connection = Connection::to(program.address).unwrap();
    for number in (0..MANY).step_by(MANY / 200) {
        take(&mut connection, number, "2");
    }
    let answers = program.messages(200);
    assert!(answers.iter().all(|answer| answer == "A table for 2."), "{answers:?}");
    let mut people: Vec<String> = program.outbox().iter().map(|sent| sent["to"].as_str().unwrap().to_owned()).collect();
    people.sort();
    assert_eq!(people, (0..MANY).step_by(MANY / 200).map(person).collect::<Vec<_>>());
    assert!(ready < RESTART, "{ready:?}");
    assert!(with - before < 64.0 && again < with + 16.0, "{before} {with} {again}");
}

#[test]
fn ten_thousand_are_due_at_once() {
    let house = House::new();
    let mut program = house.start().start();
    all_text(program.address, "later");
    let last = Instant::now();
    // Right after the last of them was acknowledged.
    program.process.signal("KILL");
    program.process.wait(Duration::from_secs(5));
    thread::sleep(Duration::from_secs(26).saturating_sub(last.elapsed()));
    let (program, ready) = house.timed();
    let fired = house.wait_for(&program, "flow_runs_ended_total{outcome=\"completed\"}", "completed");
    assert_eq!(program.send(&Request::new("GET", "/readyz")).status, 200);
    println!("{MANY} timers due while the program was down: ready after {ready:.0?}, all fired {fired:.1?} later");
    assert!(ready < RESTART, "{ready:?}");
}
