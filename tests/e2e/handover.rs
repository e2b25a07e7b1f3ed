//! From a run to the carrier: what is waited for, what is tried again, and what is not.

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use flow_tests::program::{GUEST, Start};
use flow_tests::stand_in::nobody;
use flow_tests::twilio::{self, PUBLIC, deliver, message};
use flow_tests::wait::{self, PATIENCE};
use flow_tests::{Program, Reply, Request, StandIn, binary_of};
use serde_json::json;

const FLOW: &str = r#"
flow "Handover"
on sms matching "picture" -> sms "Here" media "https://media.example/a.jpg"
on sms
  -> sms "You wrote: $body"
     fail -> call POST "https://report.example/" text "${failure.message}"
             fail -> end
"#;

fn start(api: &str, report: &StandIn) -> Start {
    let program = Program::of(&binary_of("handover", FLOW)).connect("report.example:443", &report.url());
    twilio::carrier(program, api, PUBLIC)
}

fn report() -> StandIn {
    StandIn::start(|_| Reply::status(204))
}

fn taken() -> Reply {
    Reply::json(201, &json!({ "sid": "SM900", "status": "queued" }))
}

fn posts(api: &StandIn) -> usize {
    api.requests().iter().filter(|request| request.method == "POST").count()
}

#[test]
fn a_busy_carrier_is_waited_for() {
    let tries = AtomicUsize::new(0);
    let api = StandIn::start(move |_| {
        match tries.fetch_add(1, Ordering::Relaxed) {
        0 => Reply::raw(
            b"HTTP/1.1 429 X\r\nRetry-After: 1\r\nContent-Type: application/json\r\nContent-Length: 14\r\nConnection: close\r\n\r\n{\"code\":20429}",
        ),
        1 => Reply::json(429, &json!({ "code": 20429, "message": "Too Many Requests" })),
        _ => taken(),
    }
    });
    let report = report();
    let program = start(&api.url(), &report).start();
    let began = Instant::now();
    assert_eq!(deliver(&program, &message("SM1", "hello")).status, 200);
    assert_eq!(program.ended(1)[0]["outcome"], "completed");
    assert!(began.elapsed() >= Duration::from_secs(1), "Retry-After was not waited for");
    assert_eq!((posts(&api), report.requests().len()), (3, 0));
    let waits = program.log(&[("message", json!("the carrier does not take messages now; it is tried again"))]);
    assert_eq!(waits.len(), 2);
}

#[test]
fn a_carrier_that_comes_back_gets_the_message() {
    let (url, report) = (nobody(), report());
    let program = start(&url, &report).start();
    assert_eq!(deliver(&program, &message("SM1", "hello")).status, 200);
    wait::until("a first try", || {
        let tried = program.log(&[("message", json!("the carrier does not take messages now; it is tried again"))]);
        (!tried.is_empty()).then_some(())
    });
    let api = StandIn::start_at(url.rsplit('/').next().unwrap(), |_| taken());
    assert_eq!(program.ended(1)[0]["outcome"], "completed");
    assert_eq!((posts(&api), report.requests().len()), (1, 0));
}

/// Twilio, which takes a message and breaks off before it says so; then it has the message in its list, or has not.
fn broken_off(has_it: bool) -> StandIn {
    let tries = AtomicUsize::new(0);
    StandIn::start(move |request| {
        if request.method == "GET" {
            let created = now();
            let sent = json!({ "body": "You wrote: hello", "date_created": created });
            let messages = if has_it { vec![sent] } else { vec![] };
            return Reply::json(200, &json!({ "messages": messages }));
        }
        if tries.fetch_add(1, Ordering::Relaxed) == 0 { Reply::raw(b"") } else { taken() }
    })
}

/// Now, as Twilio writes it.
fn now() -> String {
    let output = std::process::Command::new("date").args(["-u", "-R"]).env("LC_ALL", "C").output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[test]
fn what_the_carrier_took_without_a_word_is_not_sent_again() {
    let (api, report) = (broken_off(true), report());
    let program = start(&api.url(), &report).start();
    assert_eq!(deliver(&program, &message("SM1", "hello")).status, 200);
    assert_eq!(program.ended(1)[0]["outcome"], "completed");
    assert_eq!((posts(&api), report.requests().len()), (1, 0));
}

#[test]
fn what_the_carrier_says_it_does_not_have_is_sent_again() {
    let (api, report) = (broken_off(false), report());
    let program = start(&api.url(), &report).start();
    assert_eq!(deliver(&program, &message("SM1", "hello")).status, 200);
    assert_eq!(program.ended(1)[0]["outcome"], "completed");
    assert_eq!((posts(&api), report.requests().len()), (2, 0));
}

#[test]
fn what_nobody_can_tell_of_fails_the_step() {
    let api = StandIn::start(|_| Reply::raw(b""));
    let report = report();
    let program = start(&api.url(), &report).start();
    assert_eq!(deliver(&program, &message("SM1", "hello")).status, 200);
    let told = String::from_utf8(report.wait_for(1)[0].body.clone()).unwrap();
    assert!(told.starts_with("it is not known whether Twilio took the message"), "{told}");
    assert_eq!(posts(&api), 1);
}

/// A login page of some network on the way answers 200 as well.
#[test]
fn an_answer_that_names_no_message_is_no_acceptance() {
    for page in ["<html>Log in</html>", ""] {
        let api = StandIn::start(move |_| Reply::new(200, "text/html", page));
        let report = report();
        let program = start(&api.url(), &report).start();
        assert_eq!(deliver(&program, &message("SM1", "hello")).status, 200);
        let told = String::from_utf8(report.wait_for(1)[0].body.clone()).unwrap();
        assert!(
            told.starts_with("it is not known whether Twilio took the message: Twilio answered 200, but"),
            "{told}"
        );
        assert_eq!(posts(&api), 1);
    }
}

#[test]
fn who_waited_in_vain_is_told_for_how_long() {
    let report = report();
    let program = start(&nobody(), &report).with(["--carrier-patience", "1s"]).start();
    assert_eq!(deliver(&program, &message("SM1", "hello")).status, 200);
    let told = String::from_utf8(report.wait_for(1)[0].body.clone()).unwrap();
    assert!(told.contains("; tried ") && told.ends_with(" times within 1 s (--carrier-patience)"), "{told}");
}

#[test]
fn a_public_address_has_no_query() {
    for wrong in ["https://a.example/x?token=canary", "https://a.example/#x", "https://anna:canary@a.example"] {
        let ended = start("http://127.0.0.1:9", &report()).with(["--public-url", wrong]).run();
        assert_eq!(ended.code, Some(2));
        assert!(ended.err.contains("write it without user, query and fragment"), "{}", ended.err);
    }
}

#[test]
fn a_number_sends_no_faster_than_it_may() {
    let api = StandIn::start(|_| taken());
    let report = report();
    let program = start(&api.url(), &report).with(["--sms-rate", "2"]).start();
    let began = Instant::now();
    for number in 0..7 {
        let from = format!("+1305555020{number}");
        assert_eq!(deliver(&program, &twilio::message_from(&from, &format!("SM{number}"), "hello")).status, 200);
        wait::until("its turn is known", || {
            Some(()).filter(|()| program.log(&[("message", json!("run accepted"))]).len() > number)
        });
        // So that the run has asked for its turn before the next one does.
        std::thread::sleep(Duration::from_millis(50));
    }
    program.ended(7);
    let to: Vec<String> = api.requests().iter().map(|sent| sent.form()[0].1.clone()).collect();
    assert_eq!(
        to,
        (0..7).map(|number| format!("+1305555020{number}")).collect::<Vec<_>>(),
        "who came first goes first"
    );
    // Two at once, five more at two a second.
    assert!(began.elapsed() >= Duration::from_millis(2_400), "{:?}", began.elapsed());
    assert_eq!(posts(&api), 7);
}

#[test]
fn unsigned_messages_are_taken_only_if_the_operator_says_so_and_the_log_does() {
    let (api, report) = (StandIn::start(|_| taken()), report());
    let form = "From=%2B13055550123&To=%2B13055550100&Body=hello&MessageSid=SM1&NumMedia=0";
    let request = Request::new("POST", "/carrier/twilio").content("application/x-www-form-urlencoded", form);
    assert_eq!(start(&api.url(), &report).start().send(&request).status, 403);
    let open = Program::of(&binary_of("handover", FLOW)).connect("report.example:443", &report.url());
    let open = open.with(["--carrier", "twilio", "--unsigned", "--carrier-url", &api.url()]);
    let open =
        open.variable("TWILIO_ACCOUNT_SID", twilio::ACCOUNT).variable("TWILIO_AUTH_TOKEN", twilio::TOKEN).start();
    let warned = "--unsigned: ANYBODY WHO REACHES /carrier/twilio CAN SEND MESSAGES IN THE NAME OF OTHERS";
    assert_eq!(open.log(&[("message", json!(warned)), ("level", json!("WARN"))]).len(), 1);
    assert_eq!(open.send(&request).status, 200);
    assert_eq!(open.ended(1)[0]["outcome"], "completed");
}

#[test]
fn what_carriers_bring_is_counted() {
    let (api, report) = (StandIn::start(|_| taken()), report());
    let program = start(&api.url(), &report).variable("FLOW_ADMIN", "127.0.0.1:0").start();
    let mut malformed = message("SM2", "hello");
    malformed[2].1 = "nobody".to_owned();
    assert_eq!(deliver(&program, &message("SM1", "hello")).status, 200);
    assert_eq!(deliver(&program, &malformed).status, 400);
    assert_eq!(program.send(&twilio::delivery(twilio::WEBHOOK, &message("SM3", "x"), "AAAA")).status, 403);
    let admin = wait::within(PATIENCE, || {
        let told = program.log(&[("message", json!("metrics are told"))]);
        told.first().map(|line| line["address"].as_str().unwrap().parse().unwrap())
    });
    let metrics = Request::new("GET", "/metrics").send(admin.expect("metrics are told")).text();
    for result in ["message", "malformed", "forged"] {
        let line = format!("flow_webhooks_total{{carrier=\"twilio\",result=\"{result}\"}} 1");
        assert!(metrics.lines().any(|known| known == line), "{line}\n{metrics}");
    }
}

/// A flow that sends pictures does not start with a carrier that would leave them out.
#[test]
fn a_carrier_without_pictures_is_refused_at_the_start() {
    let binary: PathBuf = binary_of("handover", FLOW);
    let keys = ["KANNEL_USERNAME", "KANNEL_PASSWORD", "KANNEL_TOKEN"];
    let start = Program::of(&binary).with(["--carrier", "kannel"]);
    let ended = keys.into_iter().fold(start, |start, key| start.variable(key, "some-key")).run();
    assert_eq!(ended.code, Some(2));
    let told = "line 3 of handover.flow sends a picture, and Kannel carries only text: choose another carrier, or send a link in the text";
    assert!(ended.err.contains(told), "{}", ended.err);
    assert!(!ended.err.contains(GUEST));
}
