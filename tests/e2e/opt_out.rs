//! People who want no more messages, and what becomes of messages after the carrier has taken them.

use std::path::{Path, PathBuf};
use std::process::Command;

use flow_tests::http::Answer;
use flow_tests::process::run;
use flow_tests::program::{GUEST, HOTEL, Start, text};
use flow_tests::twilio::{self, PUBLIC, Pairs, deliver, message, messages_path};
use flow_tests::wait::{self, PATIENCE};
use flow_tests::{Program, Reply, Request, Scratch, StandIn, binary_of};
use serde_json::{Value, json};

const FLOW: &str = r#"
flow "Seaside"
on sms matching "quit|optout"
  -> call POST "https://crm.example/out" text "$from"
  -> sms "Goodbye."
on sms matching "book"
  -> ask "For how many guests?" < guests: int > within 1h
     reply -> sms "Booked for $guests."
     timeout -> end
on sms
  -> sms "You wrote: $body"
     fail -> call POST "https://crm.example/failed" text "${failure.message}"
             fail -> end
"#;

const OTHER: &str = "+13055550177";

fn binary() -> PathBuf {
    binary_of("seaside", FLOW)
}

/// What the flow tells of those who go, and of messages that do not.
fn crm() -> StandIn {
    StandIn::start(|_| Reply::status(204))
}

fn start(crm: &StandIn) -> Start {
    Program::of(&binary()).connect("crm.example:443", &crm.url())
}

/// What the flow told the CRM.
fn said(request: &Request) -> String {
    String::from_utf8(request.body.clone()).unwrap()
}

#[track_caller]
fn seen_to(answer: &Answer, word: &str) {
    let reason = format!("{word} is seen to by the program itself");
    let expected = json!({ "run": null, "word": word, "reason": reason });
    assert_eq!((answer.status, answer.json()), (200, expected));
}

#[test]
fn who_has_opted_out_gets_nothing_until_they_text_start() {
    let crm = crm();
    let program = start(&crm).start();
    assert_eq!(program.converse("hello"), "You wrote: hello");
    // As nobody has opted out, it is a message like others.
    assert_eq!(program.converse("START"), "You wrote: START");
    seen_to(&program.text(" Stop. "), "STOP");
    let stopped = "You will get no more messages from Seaside. Reply START to get them again.";
    assert_eq!(program.messages(3)[2], stopped);
    assert_eq!(program.text("hello").status, 202);
    let told = &crm.wait_for(1)[0];
    assert_eq!(told.path(), "/failed");
    assert!(said(told).starts_with("the person has opted out of messages"), "{}", said(told));
    // Nobody is told twice, and others get theirs.
    seen_to(&program.text("STOP"), "STOP");
    assert_eq!(program.send(&text(OTHER, "hello")).status, 202);
    assert_eq!(program.messages(4)[3], "You wrote: hello");
    assert_eq!(program.outbox()[3]["to"], OTHER);
    seen_to(&program.text("unstop"), "UNSTOP");
    assert_eq!(program.messages(5)[4], "You will get messages from Seaside again. Reply STOP to get none.");
    assert_eq!(program.converse("hello"), "You wrote: hello");
}

#[test]
fn opting_out_outlives_a_crash() {
    let (crm, folder) = (crm(), Scratch::new());
    let program = start(&crm).state(folder.path()).start();
    seen_to(&program.text("STOP"), "STOP");
    program.messages(1);
    // Killed, not stopped.
    drop(program);
    let program = start(&crm).state(folder.path()).start();
    assert_eq!(program.text("hello").status, 202);
    assert!(said(&crm.wait_for(1)[0]).contains("opted out"));
    assert_eq!(program.outbox(), Vec::<Value>::new());
}

#[test]
fn a_word_is_no_answer_to_a_question() {
    let program = start(&crm()).start();
    assert_eq!(program.converse("book"), "For how many guests?");
    seen_to(&program.text("help"), "HELP");
    assert_eq!(program.messages(2)[1], "Seaside: reply STOP to get no more messages.");
    assert_eq!(program.converse("3"), "Booked for 3.");
}

#[test]
fn a_flow_may_see_to_a_word_itself() {
    let crm = crm();
    let program = start(&crm).start();
    // A word that may mean anything is the flow's, if the flow has it.
    assert_eq!(program.converse("Quit"), "Goodbye.");
    assert_eq!(program.converse("hello"), "You wrote: hello");
    // One that means just this is heeded all the same; the flow has the last word.
    seen_to(&program.text("optout"), "OPTOUT");
    assert_eq!(program.messages(3)[2], "Goodbye.");
    let told = &crm.wait_for(2)[1];
    assert_eq!((told.path(), said(told).as_str()), ("/out", GUEST));
    assert_eq!(program.text("hello").status, 202);
    assert_eq!(crm.wait_for(3)[2].path(), "/failed");
    assert_eq!(program.outbox().len(), 3);
}

#[test]
fn the_texts_are_the_operators_to_choose() {
    let texts = ["--stop-text", "", "--help-text", "Seaside Hotel, +1 305 555 0100"];
    let program = start(&crm()).with(texts).start();
    seen_to(&program.text("info"), "INFO");
    assert_eq!(program.messages(1), ["Seaside Hotel, +1 305 555 0100"]);
    seen_to(&program.text("end"), "END");
    assert_eq!(program.send(&text(OTHER, "hello")).status, 202);
    assert_eq!(program.messages(2)[1], "You wrote: hello");
}

#[test]
fn a_word_that_is_brought_again_is_heeded_once() {
    let program = start(&crm()).start();
    let brought = |id: &str, body: &str| {
        let body = json!({ "from": GUEST, "to": HOTEL, "body": body, "id": id });
        program.send(&Request::new("POST", "/simulator/sms").json(&body))
    };
    seen_to(&brought("1", "stop"), "STOP");
    seen_to(&brought("2", "start"), "START");
    program.messages(2);
    // The carrier has not heard the first answer.
    seen_to(&brought("1", "stop"), "STOP");
    assert_eq!(program.converse("hello"), "You wrote: hello");
    assert_eq!(program.outbox().len(), 3);
}

#[test]
fn the_carrier_may_keep_the_list() {
    let program = start(&crm()).with(["--opt-outs", "carrier"]).start();
    assert_eq!(program.converse("STOP"), "You wrote: STOP");
    assert_eq!(program.converse("hello"), "You wrote: hello");
}

/// Twilio's API, which takes a person's messages but those to one who has opted out there.
fn twilios() -> StandIn {
    StandIn::start(|request| {
        if request.form().contains(&("To".to_owned(), OTHER.to_owned())) {
            return Reply::json(400, &json!({ "code": 21610, "message": "Attempt to send to unsubscribed recipient" }));
        }
        Reply::json(201, &json!({ "sid": "SM900", "status": "queued" }))
    })
}

fn at_twilio(crm: &StandIn, api: &StandIn) -> Start {
    twilio::carrier(start(crm), &api.url(), PUBLIC)
}

#[test]
fn what_the_carrier_knows_of_opting_out_counts() {
    let (crm, api, folder) = (crm(), twilios(), Scratch::new());
    let program = at_twilio(&crm, &api).state(folder.path()).start();
    let from_other = |sid| deliver(&program, &twilio::message_from(OTHER, sid, "hello")).status;
    assert_eq!(from_other("SM1"), 200);
    assert!(said(&crm.wait_for(1)[0]).contains("error 21610"));
    assert_eq!(from_other("SM2"), 200);
    assert!(said(&crm.wait_for(2)[1]).contains("opted out"));
    let mut list = Command::new(binary());
    list.env_clear().env("STATE_DIRECTORY", folder.path()).args(["opt-outs", "list", "--format", "csv"]);
    let listed = run(list, PATIENCE).out;
    assert!(listed.contains(OTHER) && listed.contains("twilio 21610"), "{listed}");
    // Twilio answers the words by itself, and was not asked to carry the second message at all.
    assert_eq!(deliver(&program, &message("SM3", "STOP")).status, 200);
    assert_eq!(deliver(&program, &message("SM4", "hello")).status, 200);
    crm.wait_for(3);
    assert_eq!(api.requests().len(), 1);
}

fn status_callback(status: &str, code: &str) -> Pairs {
    let pairs = [("MessageSid", "SM900"), ("MessageStatus", status), ("ErrorCode", code), ("RawDlrDoneDate", "2411")];
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec()
}

/// What `runs list` or `runs show` says, as JSON.
fn runs(folder: &Path, arguments: &[&str]) -> Value {
    let mut command = Command::new(binary());
    command.env_clear().env("STATE_DIRECTORY", folder).arg("runs").args(arguments).args(["--format", "json"]);
    let ended = run(command, PATIENCE);
    // A list has a line for each run.
    let line = ended.out.lines().next().unwrap_or_default();
    serde_json::from_str(line).unwrap_or_else(|_| panic!("{} {}", ended.out, ended.err))
}

#[test]
fn a_delivery_report_finds_its_run() {
    let (crm, api, folder) = (crm(), twilios(), Scratch::new());
    let program = at_twilio(&crm, &api).state(folder.path()).start();
    assert_eq!(deliver(&program, &message("SM1", "hello")).status, 200);
    program.ended(1);
    let sent = api.wait_for(1)[0].form();
    assert_eq!(api.requests()[0].path(), messages_path());
    assert!(sent.contains(&("StatusCallback".to_owned(), format!("{PUBLIC}/carrier/twilio"))), "{sent:?}");
    for _ in 0..2 {
        assert_eq!(deliver(&program, &status_callback("sent", "")).status, 200);
    }
    for _ in 0..2 {
        assert_eq!(deliver(&program, &status_callback("undelivered", "30003")).status, 200);
    }
    let failed = program.log(&[("message", json!("message not delivered"))]);
    let word = failed.iter().map(|line| line["word"].as_str().unwrap()).collect::<Vec<_>>();
    assert_eq!(word, ["undelivered 30003"]);
    let listed = runs(folder.path(), &["list"]);
    let id = listed["id"].as_str().unwrap_or_else(|| panic!("{listed}")).to_owned();
    assert_eq!(failed[0]["run"], id.as_str());
    let found = wait::within(PATIENCE, || {
        let shown = runs(folder.path(), &["show", &id]);
        let history = shown["history"].as_array().unwrap().clone();
        history.into_iter().find(|done| done["step"] == "delivery")
    });
    let delivery = found.expect("the report is in the run's history");
    assert_eq!((&delivery["outcome"], &delivery["line"]), (&json!("undelivered 30003"), &json!(11)));
}

#[test]
fn a_report_on_what_nobody_sent_is_taken_and_forgotten() {
    let (crm, api) = (crm(), twilios());
    let program = at_twilio(&crm, &api).start();
    let mut unknown = status_callback("delivered", "");
    unknown[0].1 = "SM77".to_owned();
    assert_eq!(deliver(&program, &unknown).status, 200);
    unknown.remove(0);
    let refused = deliver(&program, &unknown);
    assert_eq!((refused.status, refused.errors()), (400, vec!["MessageSid is missing".to_owned()]));
}
