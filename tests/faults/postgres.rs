//! Three replicas of one flow on one PostgreSQL: replicas are killed, and the database crashes.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use flow_tests::build::binary_for;
use flow_tests::postgres::Stop;
use flow_tests::program::Start;
use flow_tests::twilio::{self, PUBLIC, signed};
use flow_tests::wait;
use flow_tests::{Postgres, Program, Reply, StandIn};
use serde_json::json;

use crate::post::{self, Taken};

const FLOW: &str = r#"
flow "Replicas"
on sms matching "table.*"
  -> ask "For how many?" < guests: int > within 1h
     reply   -> sms "A table for $guests"
     timeout -> sms "Too late"
on sms matching "later.*"
  -> wait 2s
  -> sms "Now $body"
on sms
  -> call GET "https://lookup.example/guest" < name: text = name >
     ok   -> sms "Hello $name: $body"
     fail -> sms "Sorry: $body"
"#;

/// Until all that was acknowledged has been answered: a lease has to run out, and then there is a queue.
const RECOVERY: Duration = Duration::from_secs(60);

/// A database, a carrier and a service for replicas.
pub(crate) struct House {
    server: Postgres,
    services: StandIn,
    api: StandIn,
    taken: Taken,
}

impl House {
    pub(crate) fn new() -> Option<Self> {
        let server = Postgres::start()?;
        let services = StandIn::start(|_| Reply::json(200, &json!({ "name": "Maria" })));
        let (taken, api) = post::twilio(true);
        Some(Self { server, services, api, taken })
    }

    fn program(&self) -> Start {
        let binary = binary_for("replicas", FLOW, &["--engine", "postgres"]);
        Program::of(&binary).variable("FLOW_DATABASE", self.server.url())
    }

    /// One without a carrier.
    pub(crate) fn replica(&self) -> Start {
        self.program().connect("lookup.example:443", &self.services.url())
    }

    /// One that Twilio brings its messages to.
    fn start(&self) -> Program {
        twilio::carrier(self.replica(), &self.api.url(), PUBLIC).start()
    }

    /// Waits until each of these was sent once, and sees that none is sent again.
    fn answered(&self, expected: &[String], replicas: &[Program]) {
        let deadline = Instant::now() + RECOVERY;
        let mut sent = BTreeMap::new();
        while Instant::now() < deadline {
            sent = self.taken.by_words();
            if expected.iter().all(|words| sent.contains_key(words)) {
                break;
            }
            thread::sleep(Duration::from_millis(100));
        }
        let logs = || replicas.iter().map(|replica| replica.process.err()).collect::<Vec<_>>().join("\n");
        let lost: Vec<_> = expected.iter().filter(|words| !sent.contains_key(*words)).collect();
        assert!(lost.is_empty(), "{} of {} are lost: {lost:?}\n{}", lost.len(), expected.len(), logs());
        let settled = "select count(*) from flow_replicas.runs where status = 'running'";
        wait::until("the end of all runs", || (self.server.query(settled) == "0").then_some(()));
        let sent = self.taken.by_words();
        let twice: Vec<_> = sent.iter().filter(|(_, count)| **count > 1).collect();
        assert!(twice.is_empty(), "{twice:?}\n{}", logs());
        assert_eq!(sent.len(), expected.len());
    }
}

/// Brings messages as a carrier does: to whichever replica answers, again until one takes it, and then twice more to
/// others. Ten people write, so that texts of one wait for each other.
fn bring(addresses: &[SocketAddr], bodies: &[String], done: &AtomicUsize) {
    let next = AtomicUsize::new(0);
    let work = || {
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(body) = bodies.get(at) else { return };
            let from = format!("+1305555{:04}", at % 10);
            let request = signed(&twilio::message_from(&from, &format!("SM{body}"), body));
            let deadline = Instant::now() + RECOVERY;
            let mut taken = 0;
            let mut turn = at;
            while taken < 3 {
                let address = addresses[turn % addresses.len()];
                turn += 1;
                match request.try_send(address).map(|answer| answer.status) {
                    Ok(200) => taken += 1,
                    // The database is away, or the replica is busy or gone.
                    Ok(503) | Err(_) => thread::sleep(Duration::from_millis(10)),
                    Ok(status) => panic!("{body} was refused with {status}"),
                }
                assert!(Instant::now() < deadline, "nobody takes {body}");
            }
            done.fetch_add(1, Ordering::Relaxed);
        }
    };
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(work);
        }
    });
}

/// Lets a number of messages be brought while something happens in between, once some of them have been.
fn load(replicas: &[Program], bodies: &[String], meanwhile: impl FnOnce(&dyn Fn(usize))) {
    let addresses: Vec<_> = replicas.iter().map(|replica| replica.address).collect();
    let done = AtomicUsize::new(0);
    thread::scope(|scope| {
        let bringing = scope.spawn(|| bring(&addresses, bodies, &done));
        meanwhile(&|count| {
            while done.load(Ordering::Relaxed) < count && !bringing.is_finished() {
                thread::sleep(Duration::from_millis(2));
            }
        });
        bringing.join().unwrap();
    });
}

/// So many messages, and what is to be sent for them.
fn bodies(count: usize) -> (Vec<String>, Vec<String>) {
    let pair = |at: usize| {
        if at.is_multiple_of(5) {
            (format!("later {at}"), format!("Now later {at}"))
        } else {
            (format!("hello {at}"), format!("Hello Maria: hello {at}"))
        }
    };
    (0..count).map(pair).unzip()
}

#[test]
fn each_message_is_answered_once_though_a_replica_is_killed() {
    let Some(house) = House::new() else { return };
    let replicas = [house.start(), house.start(), house.start()];
    let (bodies, answers) = bodies(300);
    load(&replicas, &bodies, |until| {
        until(100);
        replicas[0].process.signal("KILL");
    });
    house.answered(&answers, &replicas);
    let answered_here = |replica: &Program| !replica.log(&[("message", json!("run ended"))]).is_empty();
    assert!(replicas.iter().all(answered_here), "all three took part");
}

#[test]
fn nothing_that_was_taken_is_lost_when_the_database_crashes() {
    let Some(house) = House::new() else { return };
    let replicas = [house.start(), house.start(), house.start()];
    let (bodies, answers) = bodies(300);
    load(&replicas, &bodies, |until| {
        for count in [60, 120, 180] {
            until(count);
            house.server.stop(Stop::Crash);
            // Nothing can be taken in now, and whoever brings it is told so.
            let request = signed(&twilio::message_from("+13055559999", "SMx", "hello x"));
            assert_eq!(request.send(replicas[1].address).status, 503);
            house.server.run();
        }
    });
    house.answered(&answers, &replicas);
}

#[test]
fn a_reply_reaches_another_replica() {
    let Some(house) = House::new() else { return };
    let (mut first, second) = (house.replica().start(), house.replica().start());
    assert_eq!(first.converse("table, please"), "For how many?");
    // That the question was asked is known before the process that asked it goes.
    let asked = "select status from flow_replicas.runs";
    wait::until("the run's rest", || (house.server.query(asked) == "asked").then_some(()));
    first.process.signal("KILL");
    first.process.wait(Duration::from_secs(5));
    assert_eq!(second.converse("4"), "A table for 4");
}

#[test]
fn operators_see_what_the_replicas_do() {
    let Some(house) = House::new() else { return };
    let program = house.replica().start();
    program.converse("table, please");
    let listed = house.program().with(["runs", "list"]).run();
    assert_eq!(listed.code, Some(0), "{}", listed.err);
    assert!(listed.out.contains("ask \"For how many?\""), "{}", listed.out);
    let erased = house.program().with(["runs", "erase", "--number", flow_tests::program::GUEST]).run();
    assert_eq!(erased.code, Some(0), "{}", erased.err);
    assert_eq!(house.server.query("select count(*) from flow_replicas.runs"), "0");
}
