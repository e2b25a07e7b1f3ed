//! Schedules by the clock on the wall (row 15): the days on which it is set forward and back, and days that were missed.

use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use flow_tests::wait;
use flow_tests::{FakeClock, Program, Scratch, binary_of};

const FLOW: &str = r#"
flow "Rounds"
timezone "America/New_York"

on schedule "30 2 * * *"
  -> sms to "+13055550111" from "+13055550100" "Pool ${now.date} ${now.time}"

on schedule "30 1 * * *"
  -> sms to "+13055550111" from "+13055550100" "Doors ${now.date} ${now.time}"
"#;

/// As long as it takes for what should not come to have come.
const PATIENCE: Duration = Duration::from_secs(4);

/// 2026-03-08T00:00:00Z: in New York clocks show 02:00 as 03:00, at 07:00Z.
const FORWARD: u64 = 1_772_928_000;

/// 2026-11-01T00:00:00Z: in New York clocks show 02:00 as 01:00, at 06:00Z.
const BACK: u64 = 1_793_491_200;

fn of_day(hour: u64, minute: u64) -> u64 {
    hour * 3600 + minute * 60
}

struct House {
    clock: FakeClock,
    binary: PathBuf,
    state: Scratch,
}

impl House {
    fn new() -> Option<Self> {
        Some(Self { clock: FakeClock::new()?, binary: binary_of("rounds", FLOW), state: Scratch::new() })
    }

    fn start(&self) -> Program {
        let program = Program::of(&self.binary).state(self.state.path());
        self.clock.worn_by(program).start()
    }

    /// A program whose clock is a few seconds before this time.
    fn start_before(&self, moment: u64) -> Program {
        self.clock.set_to(moment - 3);
        self.start()
    }
}

fn words(program: &Program) -> Vec<String> {
    program.outbox().iter().map(|sent| sent["body"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_time_that_clocks_skip_comes_later_that_day() {
    let Some(house) = House::new() else { return };
    let program = house.start_before(FORWARD + of_day(7, 30));
    assert_eq!(words(&program), [""; 0]);
    assert_eq!(program.messages(1), ["Pool 2026-03-08 03:30"]);
    // The next day it is its time again.
    house.clock.set_to(FORWARD + of_day(24 + 6, 30) - 2);
    assert_eq!(program.messages(3)[1..], ["Doors 2026-03-09 02:29", "Pool 2026-03-09 02:30"]);
}

#[test]
fn a_time_that_comes_twice_is_meant_once() {
    let Some(house) = House::new() else { return };
    let program = house.start_before(BACK + of_day(5, 30));
    assert_eq!(words(&program), [""; 0]);
    assert_eq!(program.messages(1), ["Doors 2026-11-01 01:30"]);
    // An hour later clocks show the same.
    house.clock.set_to(BACK + of_day(6, 30) - 2);
    thread::sleep(PATIENCE);
    assert_eq!(words(&program).len(), 1);
    house.clock.set_to(BACK + of_day(7, 30) - 2);
    assert_eq!(program.messages(2)[1], "Pool 2026-11-01 02:30");
    // A clock that is set back does not bring it once more.
    house.clock.set_to(BACK + of_day(7, 30) - 2);
    thread::sleep(PATIENCE);
    assert_eq!(words(&program).len(), 2, "{:?}", words(&program));
}

#[test]
fn times_that_were_missed_are_made_up_for_once() {
    let Some(house) = House::new() else { return };
    let program = house.start_before(BACK + of_day(5, 30));
    assert_eq!(program.messages(1).len(), 1);
    assert_eq!(program.stop().code, Some(0));
    // Three days at which nobody was there.
    house.clock.set_to(BACK + of_day(3 * 24 + 12, 0) + 30);
    let program = house.start();
    let mut made_up = program.messages(2);
    made_up.sort();
    assert_eq!(made_up, ["Doors 2026-11-04 07:00", "Pool 2026-11-04 07:00"]);
    assert_eq!(program.stop().code, Some(0));
    let program = house.start();
    let again = wait::within(PATIENCE, || Some(words(&program)).filter(|words| !words.is_empty()));
    assert_eq!(again, None);
}
