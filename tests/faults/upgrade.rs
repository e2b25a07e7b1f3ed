//! Upgrades (row 24): the runs that wait when a new version of a flow starts finish on it, or it says which cannot.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use flow_tests::program::text;
use flow_tests::{Program, Scratch, binary_of, wait};

use crate::runs;

/// A flow that asks, then does `answered`; and one that waits for something else.
fn version(number: u32, booking: &str) -> PathBuf {
    let flow = format!(
        r#"
flow "Upgrade"

on sms matching "book"
{booking}

on sms matching "later"
  -> wait 6s
  -> sms "It is later."
"#
    );
    binary_of(&format!("upgrade-{number}"), &flow)
}

const QUESTION: &str = r#"ask "For how many guests?" < guests: int > within 1h"#;

fn first() -> PathBuf {
    version(1, &format!("  -> {QUESTION}\n     reply -> sms \"A table for $guests.\"\n     timeout -> end"))
}

const ANA: &str = "+13055550001";
const BEN: &str = "+13055550002";

struct House {
    state: Scratch,
    first: PathBuf,
    late: Instant,
}

impl House {
    /// The first version has asked two people, and waits for something else; nobody serves now.
    fn with_waiting_runs(first: PathBuf, question: &str) -> Self {
        let house = Self { state: Scratch::new(), first, late: Instant::now() + Duration::from_secs(6) };
        let program = house.start(&house.first);
        for person in [ANA, BEN] {
            assert_eq!(program.send(&text(person, "book")).status, 202);
        }
        assert_eq!(program.text("later").status, 202);
        assert_eq!(program.messages(2), [question; 2]);
        runs::wait_for(&house.first, house.state.path(), "waiting", 1);
        assert_eq!(program.stop().code, Some(0));
        house
    }

    fn start(&self, binary: &Path) -> Program {
        Program::of(binary).state(self.state.path()).start()
    }

    /// What a version says that does not start.
    fn refused(&self, binary: &Path) -> String {
        let ended = Program::of(binary).state(self.state.path()).with(["--listen", "127.0.0.1:0"]).run();
        assert_eq!(ended.code, Some(2), "{ended:?}");
        ended.err
    }

    fn count(&self, status: &str) -> usize {
        runs::list(&self.first, self.state.path(), Some(status)).len()
    }
}

/// What this person is answered.
fn answer(program: &Program, person: &str, reply: &str) -> String {
    assert_eq!(program.send(&text(person, reply)).status, 202);
    wait::until("an answer", || {
        let outbox = program.outbox();
        let sent = outbox.iter().rev().find(|sent| sent["to"] == person)?;
        Some(sent["body"].as_str().unwrap().to_owned())
    })
}

const PLACE: &str = "2 runs are at `ask \"For how many guests?\"` (line 5 of the former version), and this version of the \
                     flow cannot go on there: it has no such step, or the words of the step or of its trigger were changed (`flowc diff` tells more).";

#[test]
fn runs_finish_on_a_version_that_changes_something_else() {
    let house = House::with_waiting_runs(first(), "For how many guests?");
    let second = version(
        2,
        &format!(
            "  -> sms \"One moment.\"\n  -> {QUESTION}\n     reply -> sms \"A table for $guests, gladly.\"\n     \
             timeout -> sms \"Text BOOK again.\""
        ),
    );
    let program = house.start(&second);
    assert_eq!(answer(&program, ANA, "2"), "A table for 2, gladly.");
    assert_eq!(answer(&program, BEN, "3"), "A table for 3, gladly.");
    // On a slow machine it may be later before the second answer.
    assert!(program.messages(3).contains(&"It is later.".to_owned()));
    assert!(Instant::now() >= house.late, "the wait went on where it was");
    runs::wait_for(&house.first, house.state.path(), "completed", 3);
}

#[test]
fn a_version_without_the_question_says_which_runs_it_would_lose() {
    let house = House::with_waiting_runs(first(), "For how many guests?");
    let third = version(3, "  -> sms \"Please call us.\"");
    let told = house.refused(&third);
    assert!(told.contains(&format!("error: \"Upgrade\" cannot start\n  - {PLACE}")), "{told}");
    assert!(told.contains("or set them aside with --unfit-runs park"), "{told}");
    assert_eq!((house.count("asked"), house.count("waiting"), house.count("parked")), (2, 1, 0), "nothing was changed");

    let program = Program::of(&third).state(house.state.path()).with(["--unfit-runs", "park"]).start();
    assert_eq!((house.count("asked"), house.count("parked")), (0, 2));
    let listed = runs::operate(&third, house.state.path(), &["list", "--status", "parked"]).out;
    assert_eq!(listed.matches("parked").count(), 2, "{listed}");
    assert!(listed.contains("it has no such step"), "{listed}");
    // They are in nobody's way, and what else waits goes on.
    assert_eq!(answer(&program, ANA, "book"), "Please call us.");
    wait::until("the other run", || program.messages(1).contains(&"It is later.".to_owned()).then_some(()));
    assert_eq!(program.stop().code, Some(0));

    // The former version takes them up where they were.
    let program = house.start(&house.first);
    assert_eq!((house.count("asked"), house.count("parked")), (2, 0));
    assert_eq!(answer(&program, ANA, "2"), "A table for 2.");
    assert_eq!(answer(&program, BEN, "3"), "A table for 3.");
}

#[test]
fn an_equal_question_before_it_is_not_taken_for_it() {
    const SURE: &str = "ask \"Are you sure?\" within 1h";
    let fourth = version(4, &format!("  -> {SURE}\n     reply -> sms \"A table for you.\"\n     timeout -> end"));
    let fifth = version(
        5,
        &format!(
            "  -> {SURE}\n     timeout -> end\n     reply -> {SURE}\n              reply -> sms \"A table for \
             you.\"\n              timeout -> end"
        ),
    );
    let house = House::with_waiting_runs(fourth, "Are you sure?");
    let told = house.refused(&fifth);
    assert!(told.contains(&PLACE.replace("For how many guests?", "Are you sure?")), "{told}");
    // Nothing is lost by having tried.
    let program = house.start(&house.first);
    assert_eq!(answer(&program, ANA, "yes"), "A table for you.");
    assert_eq!(answer(&program, BEN, "yes"), "A table for you.");
}
