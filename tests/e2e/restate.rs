//! Flows whose runs Restate keeps, with the real server, killed and started again.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use flow_tests::build::failing_binary_of;
use flow_tests::process::run;
use flow_tests::program::{GUEST, HOTEL};
use flow_tests::restate::Restate;
use flow_tests::wait::{self, PATIENCE};
use flow_tests::{Program, Reply, Request, StandIn};
use flowc::driver::Engine;
use serde_json::{Value, json};

const TALK: &str = r#"flow "Talk"

secret TOKEN

on sms matching "book"
  -> ask "For how many guests?"
       < guests: int >
       within 3s
       retry 1 "A number, please."
     reply   -> sms "A table for $guests."
     timeout -> sms "Text BOOK again."

on sms matching "reserve"
  -> ask "How many people?" < people: int > within 10m
     reply   -> sms "A table for $people."
     timeout -> end

on sms matching "later"
  -> wait 2s
  -> sms "It is later now."

on api "remind"
     expect text: text
  -> sms to "+13055550123" from "+13055550100" "Remember: $text"

on sms
  -> call POST "http://notes.example/notes"
       bearer $TOKEN
       json { "text": $body }
       < number: int = number >
     ok   -> sms "Noted: $body ($number)"
     fail -> sms "Not noted: $body, $failure.message"
"#;

/// A service that notes texts, and what it has noted.
fn notes() -> (Arc<Mutex<Vec<String>>>, StandIn) {
    let noted = Arc::new(Mutex::new(Vec::new()));
    let known = Arc::clone(&noted);
    let service = StandIn::start(move |request| {
        let mut known = known.lock().unwrap();
        known.push(request.json_body()["text"].as_str().unwrap().to_owned());
        Reply::json(200, &json!({ "number": known.len() }))
    });
    (noted, service)
}

fn talk(restate: &Restate, notes: &StandIn) -> flow_tests::program::Start {
    let binary = failing_binary_of("talk", TALK, Engine::Restate);
    restate.program(&binary).variable("TOKEN", "canary-of-Restate").connect("notes.example:80", &notes.url())
}

/// Waits until Restate knows the flow.
fn ready(program: Program) -> Program {
    wait::until("Restate to know the flow", || (program.get("/readyz").status == 200).then_some(()));
    program
}

fn text(from: &str, body: &str, id: Option<&str>) -> Request {
    let mut sms = json!({ "from": from, "to": HOTEL, "body": body });
    if let Some(id) = id {
        sms["id"] = json!(id);
    }
    Request::new("POST", "/simulator/sms").json(&sms)
}

#[test]
fn questions_answers_and_waits_go_through_restate() {
    let Some(restate) = Restate::start() else { return };
    let (_, service) = notes();
    let program = ready(talk(&restate, &service).start());
    assert_eq!(program.converse("book"), "For how many guests?");
    assert_eq!(program.converse("two"), "A number, please.");
    assert_eq!(program.converse("2"), "A table for 2.");
    assert_eq!(program.converse("hello"), "Noted: hello (1)");
    // Nobody answers, and a second reply without a number is one too many.
    let asked = Instant::now();
    assert_eq!(program.converse("book"), "For how many guests?");
    assert_eq!(program.messages(6)[5], "Text BOOK again.");
    assert!(asked.elapsed() >= Duration::from_secs(3), "{:?}", asked.elapsed());
    assert_eq!(program.converse("book"), "For how many guests?");
    assert_eq!(program.converse("two"), "A number, please.");
    assert_eq!(program.converse("three"), "Text BOOK again.");
    let asked = Instant::now();
    assert_eq!(program.converse("later"), "It is later now.");
    assert!(asked.elapsed() >= Duration::from_secs(2), "{:?}", asked.elapsed());
}

#[test]
fn texts_at_once_are_answered_one_by_one() {
    let Some(restate) = Restate::start() else { return };
    let (noted, service) = notes();
    let program = ready(talk(&restate, &service).start());
    for number in 0..20 {
        assert_eq!(program.text(&format!("{number}")).status, 202);
    }
    let expected: Vec<String> = (0..20).map(|number| format!("Noted: {number} ({})", number + 1)).collect();
    assert_eq!(program.messages(20), expected);
    // The answer to a question that has not been asked yet waits for it.
    assert_eq!((program.text("book").status, program.text("4").status), (202, 202));
    assert_eq!(program.messages(22)[20..], ["For how many guests?", "A table for 4."]);
    assert_eq!(noted.lock().unwrap().len(), 20);
}

#[test]
fn a_delivery_runs_once_however_often_it_comes() {
    let Some(restate) = Restate::start() else { return };
    let (noted, service) = notes();
    let program = ready(talk(&restate, &service).start());
    let delivery = text(GUEST, "once", Some("SM1"));
    let answers: Vec<Value> = std::thread::scope(|scope| {
        let send = || program.send(&delivery).json();
        let threads: Vec<_> = (0..10).map(|_| scope.spawn(send)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let runs: BTreeSet<&str> = answers.iter().map(|answer| answer["run"].as_str().unwrap()).collect();
    assert_eq!(runs.len(), 1, "{answers:?}");
    program.messages(1);
    program.stop();

    let program = ready(talk(&restate, &service).start());
    assert_eq!(program.send(&delivery).json()["run"].as_str(), runs.first().copied());
    let remind = |words: &str| {
        let request = Request::new("POST", "/_rest/v4/sfgen/apitriggers").header("Idempotency-Key", "order 1");
        program.send(&request.json(&json!({ "flowId": "remind", "text": words })))
    };
    let first = remind("milk");
    assert_eq!(first.status, 202, "{}", first.text());
    assert_eq!(remind("milk").header_value("X-Flow-Run"), first.header_value("X-Flow-Run"));
    assert_eq!(remind("bread").status, 409);
    assert_eq!(program.messages(1), ["Remember: milk"]);
    assert_eq!(*noted.lock().unwrap(), ["once"]);
}

/// Texts that were acknowledged, by many people at once, until they are told to stop.
struct Crowd {
    stop: Arc<AtomicBool>,
    acknowledged: Arc<Mutex<Vec<String>>>,
    threads: Vec<std::thread::JoinHandle<()>>,
}

impl Crowd {
    /// `address` is where the program listens at the time.
    fn start(address: impl Fn() -> Option<std::net::SocketAddr> + Clone + Send + 'static) -> Self {
        let (stop, acknowledged) = (Arc::new(AtomicBool::new(false)), Arc::new(Mutex::new(Vec::new())));
        let person = |person: u32| {
            let (stop, acknowledged, address) = (Arc::clone(&stop), Arc::clone(&acknowledged), address.clone());
            std::thread::spawn(move || {
                for number in 0..10_000 {
                    if stop.load(Ordering::SeqCst) {
                        return;
                    }
                    let words = format!("{person}-{number}");
                    let request = text(&format!("+1305555{person:04}"), &words, Some(&words));
                    match address().and_then(|address| request.try_send(address).ok()) {
                        Some(answer) if answer.status == 202 => acknowledged.lock().unwrap().push(words),
                        _ => std::thread::sleep(Duration::from_millis(50)),
                    }
                }
            })
        };
        let threads = (0..6).map(person).collect();
        Self { stop, acknowledged, threads }
    }

    /// Waits until a few more were acknowledged.
    fn goes_on(&self) {
        let before = self.acknowledged.lock().unwrap().len();
        wait::until("more texts to be taken", || (self.acknowledged.lock().unwrap().len() > before + 30).then_some(()));
    }

    fn stop(self) -> Vec<String> {
        self.stop.store(true, Ordering::SeqCst);
        self.threads.into_iter().for_each(|thread| thread.join().unwrap());
        Arc::into_inner(self.acknowledged).unwrap().into_inner().unwrap()
    }
}

/// How often each of them was noted, once all have been.
fn all_noted(acknowledged: &[String], noted: &Mutex<Vec<String>>) -> BTreeMap<String, usize> {
    let counts = || {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for words in &*noted.lock().unwrap() {
            *counts.entry(words.clone()).or_default() += 1;
        }
        counts
    };
    let lost = || acknowledged.iter().filter(|words| !counts().contains_key(*words)).cloned().collect::<Vec<_>>();
    let all = wait::within(2 * PATIENCE, || lost().is_empty().then_some(()));
    assert!(all.is_some(), "acknowledged, and never noted: {:?}", lost());
    counts()
}

/// Texts of one person were noted in the order in which they were sent, those that were noted again aside.
fn in_order(noted: &Mutex<Vec<String>>) {
    let mut last: BTreeMap<String, (u32, BTreeSet<u32>)> = BTreeMap::new();
    for words in &*noted.lock().unwrap() {
        let (person, number) = words.split_once('-').unwrap();
        let (last, seen) = last.entry(person.to_owned()).or_default();
        let number = number.parse().unwrap();
        if seen.insert(number) {
            assert!(number >= *last, "{words} came after {last}");
            *last = number;
        }
    }
}

#[test]
fn restate_is_killed_under_load() {
    let Some(mut restate) = Restate::start() else { return };
    let (noted, service) = notes();
    let program = ready(talk(&restate, &service).start());
    let address = program.address;
    let crowd = Crowd::start(move || Some(address));
    for _ in 0..4 {
        crowd.goes_on();
        restate.restart();
    }
    crowd.goes_on();
    let acknowledged = crowd.stop();
    let counts = all_noted(&acknowledged, &noted);
    // The program was there all the time, and knew what it had begun.
    assert!(counts.values().all(|count| *count == 1), "{counts:?}");
    in_order(&noted);
    assert_eq!(program.stop().code, Some(0));
}

#[test]
fn the_program_is_killed_under_load() {
    let Some(restate) = Restate::start() else { return };
    let (noted, service) = notes();
    let place = Arc::new(Mutex::new(None));
    let known = Arc::clone(&place);
    let crowd = Crowd::start(move || *known.lock().unwrap());
    let kills = AtomicU32::new(0);
    for _ in 0..4 {
        let mut program = ready(talk(&restate, &service).start());
        *place.lock().unwrap() = Some(program.address);
        crowd.goes_on();
        program.process.signal("KILL");
        program.process.wait(PATIENCE);
        kills.fetch_add(1, Ordering::SeqCst);
    }
    let program = ready(talk(&restate, &service).start());
    *place.lock().unwrap() = Some(program.address);
    crowd.goes_on();
    let acknowledged = crowd.stop();
    let counts = all_noted(&acknowledged, &noted);
    let twice = counts.values().filter(|count| **count > 1).count();
    // Each kill leaves at most one unknown outcome for each person, and that is done again.
    assert!(twice <= 6 * kills.load(Ordering::SeqCst) as usize, "{counts:?}");
    assert!(counts.values().all(|count| *count <= 2), "{counts:?}");
    in_order(&noted);
}

#[test]
fn a_run_waits_while_both_are_away() {
    let Some(mut restate) = Restate::start() else { return };
    let (_, service) = notes();
    let program = ready(talk(&restate, &service).start());
    assert_eq!(program.converse("reserve"), "How many people?");
    assert_eq!(program.send(&text("+13055550177", "later", None)).status, 202);
    drop(program);
    restate.kill();
    std::thread::sleep(Duration::from_secs(1));
    restate.restart();
    let program = ready(talk(&restate, &service).start());
    assert_eq!(program.text("3").status, 202);
    let mut messages = program.messages(2);
    messages.sort();
    assert_eq!(messages, ["A table for 3.", "It is later now."]);
}

#[test]
fn an_unknown_outcome_is_known_as_one() {
    let Some(restate) = Restate::start() else { return };
    let (noted, service) = notes();
    for (policy, times, told) in [
        ("resend", 2, "Noted: once (2)"),
        ("fail", 1, "Not noted: once, it is not known whether the request arrived: the program ended in between"),
    ] {
        let failing = talk(&restate, &service).variable("FLOW_FAILPOINT", "performed@1");
        let mut failing = ready(failing.start());
        assert_eq!(failing.text("once").status, 202);
        failing.process.wait(PATIENCE);
        let program = ready(talk(&restate, &service).with(["--unknown-outcome", policy]).start());
        assert_eq!(program.messages(1), [told]);
        assert_eq!(std::mem::take(&mut *noted.lock().unwrap()).len(), times, "{policy}");
    }
}

#[test]
fn without_restate_nothing_is_acknowledged() {
    let Some(mut restate) = Restate::absent() else { return };
    let (_, service) = notes();
    let program = talk(&restate, &service).start();
    assert_eq!(program.get("/healthz").status, 200);
    assert_eq!(program.get("/readyz").status, 503);
    assert_eq!(program.text("hello").status, 503);
    restate.restart();
    let program = ready(program);
    assert_eq!(program.converse("hello"), "Noted: hello (1)");
    restate.kill();
    assert_eq!(program.text("again").status, 503);
    wait::until("it to be told", || (program.get("/readyz").status == 503).then_some(()));
}

#[test]
fn an_operator_cancels_a_run_that_waits() {
    let Some(restate) = Restate::start() else { return };
    let (_, service) = notes();
    let program = ready(talk(&restate, &service).start());
    assert_eq!(program.converse("book"), "For how many guests?");
    let run = program.outbox()[0]["run"].as_str().unwrap().to_owned();
    wait::until("the run to rest", || {
        (!program.log(&[("message", json!("run waits for a reply"))]).is_empty()).then_some(())
    });
    assert_eq!(restate.invoke(&format!("/talk.run/{run}/cancel")).status, 200);
    assert_eq!(program.ended(1)[0]["outcome"], json!("cancelled"));
    // Nobody asks any more, neither now nor when the time is over.
    wait::until("nothing to be kept of it", || {
        let kept = restate.query("SELECT service_key FROM state");
        kept.contains(r#""rows":[]"#).then_some(())
    });
    assert_eq!(program.converse("4"), "Noted: 4 (1)");
    std::thread::sleep(Duration::from_secs(4));
    assert_eq!(program.outbox().len(), 2);
}

#[test]
fn no_secret_reaches_restate() {
    let Some(restate) = Restate::start() else { return };
    // A service that says what it was sent.
    let echo = StandIn::start(|request| Reply::new(500, "text/plain", request.header_value("Authorization").unwrap()));
    let program = ready(talk(&restate, &echo).start());
    assert!(program.converse("a text that is found").starts_with("Not noted: a text that is found"));
    assert_eq!(program.converse("book"), "For how many guests?");
    program.stop();
    let hexadecimal = |words: &str| words.bytes().map(|byte| format!("{byte:02x}")).collect::<String>();
    let kept = ["SELECT raw FROM sys_journal", "SELECT value FROM state"].map(|sql| restate.query(sql)).concat();
    assert!(kept.contains(&hexadecimal("a text that is found")), "what is looked through is not what Restate keeps");
    assert!(kept.contains(&hexadecimal("For how many guests?")), "no run that rests is looked through");
    assert!(!kept.contains(&hexadecimal("canary-of-Restate")));
}

#[test]
fn a_flow_that_does_not_fit_its_runs_does_not_start() {
    let Some(restate) = Restate::start() else { return };
    let (_, service) = notes();
    let program = ready(talk(&restate, &service).start());
    assert_eq!(program.converse("book"), "For how many guests?");
    // It rests when it stops.
    program.stop();
    let changed = failing_binary_of("talk", &TALK.replace("For how many guests?", "For how many?"), Engine::Restate);
    let changed = || restate.program(&changed).variable("TOKEN", "t").connect("notes.example:80", &service.url());
    let ended = changed().try_start().err().expect("it starts");
    assert_eq!(ended.code, Some(2));
    assert!(ended.err.contains("1 run is at `ask \"For how many guests?\"`"), "{}", ended.err);
    // Set aside, it is left alone, and the person's next text is not lost on it.
    let program = ready(changed().with(["--unfit-runs", "park"]).start());
    assert_eq!(program.converse("3"), "Noted: 3 (1)");
}

#[test]
fn opt_outs_are_kept_by_restate() {
    let Some(restate) = Restate::start() else { return };
    let (_, service) = notes();
    let binary = failing_binary_of("talk", TALK, Engine::Restate);
    let told = |arguments: &[&str]| {
        let mut command = Command::new(&binary);
        command.env_clear().arg("opt-outs").args(arguments).args(restate.doors());
        let ended = run(command, PATIENCE);
        assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""), "{arguments:?}");
        ended.out
    };
    let program = ready(talk(&restate, &service).start());
    assert_eq!(told(&["list"]), "nobody has opted out\n");
    assert_eq!(told(&["add", GUEST, HOTEL]), "added 2 numbers\n");
    assert_eq!(told(&["remove", HOTEL, "72345"]), "removed 1 number; 1 was not there\n");
    let listed = told(&["list", "--format=json"]);
    assert!(listed.lines().count() == 1 && listed.contains(GUEST) && listed.contains("operator"), "{listed}");
    program.stop();

    // While nobody serves, Restate tells what it has, and takes in what is to be changed.
    assert_eq!(told(&["list", "--format=json"]), listed);
    assert_eq!(told(&["remove", GUEST]), "removed 1 number\n");
    let _program = ready(talk(&restate, &service).start());
    wait::until("the number to be removed", || (told(&["list"]) == "nobody has opted out\n").then_some(()));
}
