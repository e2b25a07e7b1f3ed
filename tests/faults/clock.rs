//! Time (row 15): timers are never lost and fire at most a second late, whatever the clock on the wall does.

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use flow_tests::program::{Start, text};
use flow_tests::wait;
use flow_tests::{FakeClock, Program, Scratch, binary_of};
use serde_json::json;

use crate::runs;

pub(crate) const FLOW: &str = r#"
flow "Timers"

on sms matching "ask.*"
  -> ask "Well?" within 3s
     reply   -> sms "Thank you."
     timeout -> sms "Too late for $body."

on sms
  -> wait 3s
  -> sms "Waited for $body."
"#;

const PAUSE: Duration = Duration::from_secs(3);

/// What is promised.
const LATE: Duration = Duration::from_secs(1);

fn person(number: usize) -> String {
    format!("+1305555{number:04}")
}

/// Waits until each of these words was sent; gives back when, at the earliest it can have been.
fn sent(program: &Program, words: &[String]) -> Vec<Instant> {
    let mut times: Vec<Option<Instant>> = vec![None; words.len()];
    let mut looked = Instant::now();
    let all = wait::within(3 * PAUSE, || {
        let outbox = program.outbox();
        for (time, words) in times.iter_mut().zip(words) {
            if time.is_none() && outbox.iter().any(|sent| sent["body"] == words.as_str()) {
                *time = Some(looked);
            }
        }
        looked = Instant::now();
        times.iter().all(Option::is_some).then_some(())
    });
    let missing: Vec<_> = words.iter().zip(&times).filter(|(_, time)| time.is_none()).collect();
    assert!(all.is_some(), "never sent: {missing:?}\n{}", program.process.err());
    times.into_iter().flatten().collect()
}

/// Timers are begun before and while the clock jumps; each fires after its time.
fn jump(clock: &FakeClock, binary: &Path, by: i64) {
    clock.set_ahead(0);
    let program = clock.worn_by(Program::of(binary)).start();
    let (mut begun, mut words) = (Vec::new(), Vec::new());
    for number in 0..60 {
        if number == 30 {
            clock.set_ahead(by);
        }
        let (body, answer) = match number % 2 {
            0 => (format!("ask {number}"), format!("Too late for ask {number}.")),
            _ => (format!("{number}"), format!("Waited for {number}.")),
        };
        let before = Instant::now();
        assert_eq!(program.send(&text(&person(number), &body)).status, 202);
        begun.push((before, Instant::now()));
        words.push(answer);
        thread::sleep(Duration::from_millis(20));
    }
    for ((at, words), (before, after)) in sent(&program, &words).into_iter().zip(&words).zip(begun) {
        // It was seen when it was looked for, a moment after it was sent.
        assert!(at + Duration::from_millis(100) >= before + PAUSE, "{by} s: {words} {:?} early", before + PAUSE - at);
        assert!(at <= after + PAUSE + LATE, "{by} s: {words} {:?} late", at - (after + PAUSE));
    }
    let told = "the system's clock has jumped; waiting runs keep their remaining time";
    assert_eq!(program.log(&[("message", json!(told))]).len(), 1, "{}", program.process.err());
}

#[test]
fn timers_keep_their_time_when_the_clock_jumps() {
    let binary = binary_of("timers", FLOW);
    thread::scope(|scope| {
        for by in [3_600, -3_600, 86_400, -86_400] {
            let binary = &binary;
            let Some(clock) = FakeClock::new() else { return };
            scope.spawn(move || jump(&clock, binary, by));
        }
    });
}

#[test]
fn a_timer_that_was_due_while_the_program_was_down_fires_at_its_start() {
    let (binary, state) = (binary_of("timers", FLOW), Scratch::new());
    let start = || -> Start { Program::of(&binary).state(state.path()) };
    let mut program = start().start();
    assert_eq!(program.send(&text(&person(1), "early")).status, 202);
    assert_eq!(program.send(&text(&person(2), "ask early")).status, 202);
    runs::wait_for(&binary, state.path(), "asked", 1);
    runs::wait_for(&binary, state.path(), "waiting", 1);
    program.process.signal("KILL");
    program.process.wait(Duration::from_secs(5));
    thread::sleep(PAUSE);

    let program = start().start();
    let late = Instant::now();
    assert_eq!(program.send(&text(&person(3), "late")).status, 202);
    sent(&program, &["Waited for early.".to_owned(), "Too late for ask early.".to_owned()]);
    assert!(late.elapsed() < LATE, "{:?}", late.elapsed());
    assert_eq!(program.outbox().len(), 2, "what is not due waits");
    sent(&program, &["Waited for late.".to_owned()]);
    assert!(late.elapsed() >= PAUSE);
}
