//! A binary's life: ready, busy, told to stop, gone.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use flow_tests::wait::{self, PATIENCE};
use flow_tests::{Gate, Program, Reply, StandIn, binary_of};
use serde_json::json;

use crate::weather::{FLOW, forecast};

/// The forecast service, which answers when its gate is opened.
fn slow_service() -> (Gate, StandIn) {
    let gate = Gate::default();
    let held = gate.clone();
    (gate, StandIn::start(move |_| Reply::json(200, &forecast()).behind(&held)))
}

fn start(service: &StandIn) -> flow_tests::program::Start {
    Program::of(&binary_of("weather-forecast", FLOW)).connect("api.weather.gov:443", &service.url())
}

#[test]
fn one_line_tells_where_it_is_ready() {
    let service = StandIn::of_json(forecast());
    let program = start(&service).start();
    assert_ne!(program.address.port(), 0);
    let health = program.get("/healthz");
    assert_eq!((health.status, health.text().as_str()), (200, "ok"));
    let ended = program.stop();
    assert_eq!(ended.code, Some(0));
    assert_eq!(ended.out.lines().count(), 1, "{}", ended.out);
    assert!(ended.err.contains("NOTHING REACHES A REAL PHONE"), "{}", ended.err);
}

#[test]
fn the_log_is_one_object_a_line() {
    let service = StandIn::of_json(forecast());
    let program = start(&service).start();
    program.converse("weather");
    program.ended(1);
    let steps = program.log(&[("message", json!("step")), ("outcome", json!("ok"))]);
    let kinds: Vec<_> = steps.iter().map(|step| step["step"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["call", "sms"]);
    assert_eq!(program.log(&[("message", json!("run ended")), ("outcome", json!("completed"))]).len(), 1);
}

#[test]
fn a_run_in_flight_ends_before_the_program_does() {
    let (gate, service) = slow_service();
    let mut program = start(&service).start();
    assert_eq!(program.text("weather").status, 202);
    service.wait_for(1);
    program.process.signal("TERM");
    wait::until("the port's end", || TcpStream::connect(program.address).is_err().then_some(()));
    assert!(program.process.status().is_none(), "it did not wait for its run");
    gate.open();
    let ended = program.process.wait(PATIENCE);
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    let done: Vec<_> = program.log(&[("message", json!("step")), ("step", json!("sms"))]);
    assert_eq!(done.len(), 1, "{}", ended.err);
    assert_eq!(done[0]["outcome"], "ok");
}

#[test]
fn a_request_that_is_half_sent_is_still_taken_at_the_end() {
    let service = StandIn::of_json(forecast());
    let mut program = start(&service).start();
    let body = json!({ "from": "+13055550123", "to": "+13055550100", "body": "weather" }).to_string();
    let (first, rest) = body.split_at(10);
    let mut stream = TcpStream::connect(program.address).unwrap();
    let head = format!(
        "POST /simulator/sms HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all((head + first).as_bytes()).unwrap();
    // An answer to a later connection tells that this one has been accepted.
    assert_eq!(program.get("/healthz").status, 200);
    program.process.signal("TERM");
    wait::until("the port's end", || TcpStream::connect(program.address).is_err().then_some(()));
    stream.write_all(rest.as_bytes()).unwrap();
    let answer = flow_tests::http::read_answer(stream).unwrap();
    assert_eq!(answer.status, 202);
    let ended = program.process.wait(PATIENCE);
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    assert_eq!(service.requests().len(), 1);
}

#[test]
fn a_second_signal_ends_it_at_once() {
    let (_gate, service) = slow_service();
    let mut program = start(&service).start();
    program.text("weather");
    service.wait_for(1);
    program.process.signal("TERM");
    wait::until("the port's end", || TcpStream::connect(program.address).is_err().then_some(()));
    program.process.signal("INT");
    assert_eq!(program.process.wait(PATIENCE).code, Some(1));
}

#[test]
fn a_port_that_is_taken_is_named() {
    let service = StandIn::of_json(forecast());
    let first = start(&service).start();
    let address = first.address.to_string();
    let second = start(&service).with(["--listen", &address]).run();
    assert_eq!((second.code, second.out.as_str()), (Some(2), ""));
    let told = second.err.to_lowercase();
    assert!(told.contains(&address) && told.contains("in use"), "{}", second.err);
}

#[test]
fn a_misspelt_option_is_told_with_what_was_meant() {
    let service = StandIn::of_json(forecast());
    let ended = start(&service).with(["--listne", "127.0.0.1:0"]).run();
    assert_eq!(ended.code, Some(2));
    assert!(ended.err.contains("did you mean --listen"), "{}", ended.err);
}

#[test]
fn runs_in_flight_are_bounded() {
    let (gate, service) = slow_service();
    let program = start(&service).with(["--max-runs", "1"]).start();
    assert_eq!(program.text("weather").status, 202);
    let refused = program.text("weather");
    assert_eq!((refused.status, refused.header_value("Retry-After")), (503, Some("1")));
    gate.open();
    program.messages(1);
    program.ended(1);
    wait::until("a free slot", || (program.text("weather").status == 202).then_some(()));
}

#[test]
fn a_client_that_dawdles_over_its_head_is_cut_off() {
    let service = StandIn::of_json(forecast());
    let program = start(&service).start();
    let mut silent = TcpStream::connect(program.address).unwrap();
    let mut slow = TcpStream::connect(program.address).unwrap();
    slow.write_all(b"GET /healthz HTTP/1.1\r\nHo").unwrap();
    let started = Instant::now();
    for stream in [&mut slow, &mut silent] {
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        // Closed with or without a word; a time-out of the read would be an error.
        stream.read_to_end(&mut Vec::new()).expect("closed by the server");
    }
    let taken = started.elapsed();
    assert!(taken > Duration::from_secs(8) && taken < Duration::from_secs(20), "{taken:?}");
    assert_eq!(program.get("/healthz").status, 200);
}
