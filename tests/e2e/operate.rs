//! What operators see of a running flow, and do about it: metrics, readiness, runs, traces.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;

use flow_tests::process::{Ended, run};
use flow_tests::program::{GUEST, HOTEL, Start, watched};
use flow_tests::wait::{self, PATIENCE};
use flow_tests::watch::{metrics, wait_for};
use flow_tests::{Gate, Program, Reply, Request, Scratch, StandIn, binary_of};
use serde_json::{Value, json};

const FLOW: &str = r#"
flow "Table"
on sms
  -> call GET "https://tables.example/free" < free: int = free >
  -> ask "For how many guests?" < guests: int > within 1h
     reply -> sms "$guests of $free."
     timeout -> end
"#;

fn binary() -> PathBuf {
    binary_of("table", FLOW)
}

/// A service that knows of free tables.
fn tables() -> StandIn {
    StandIn::of_json(json!({ "free": 3 }))
}

fn start(tables: &StandIn) -> Start {
    Program::of(&binary()).connect("tables.example:443", &tables.url())
}

#[test]
fn what_a_flow_does_is_counted() {
    let tables = tables();
    let (program, admin) = watched(start(&tables));
    assert_eq!(program.text("a table").status, 202);
    wait_for(admin, "flow_runs{status=\"asked\"}", 1.0);
    assert_eq!(program.text("2").status, 202);
    wait_for(admin, "flow_runs_ended_total{outcome=\"completed\"}", 1.0);
    let known = metrics(admin);
    for (sample, value) in [
        ("flow_messages_accepted_total{trigger=\"sms\",result=\"started\"}", 1.0),
        ("flow_messages_accepted_total{trigger=\"sms\",result=\"reply\"}", 1.0),
        ("flow_accept_seconds_count", 2.0),
        ("flow_steps_total{kind=\"call\",outcome=\"ok\"}", 1.0),
        ("flow_steps_total{kind=\"ask\",outcome=\"ok\"}", 1.0),
        ("flow_steps_total{kind=\"reply\",outcome=\"ok\"}", 1.0),
        ("flow_steps_total{kind=\"sms\",outcome=\"ok\"}", 1.0),
        ("flow_step_seconds_count{kind=\"call\"}", 1.0),
        ("flow_carrier_messages_total{carrier=\"simulator\",outcome=\"accepted\"}", 2.0),
        ("flow_runs{status=\"asked\"}", 0.0),
        ("flow_ready", 1.0),
        ("flow_journal_errors_total", 0.0),
    ] {
        assert_eq!(known.get(sample), Some(&value), "{sample}");
    }
    assert!(known["flow_journal_commit_seconds_count"] >= 3.0);
    assert!(known["process_start_time_seconds"] > 1.7e9);
}

#[test]
fn what_is_told_is_what_prometheus_reads() {
    let Some(python) = python("prometheus_client") else { return };
    let tables = tables();
    let (_program, admin) = watched(start(&tables));
    let text = Scratch::new();
    let path = text.path().join("metrics");
    let answer = Request::new("GET", "/metrics").send(admin);
    assert_eq!(answer.header_value("Content-Type"), Some("text/plain; version=0.0.4; charset=utf-8"));
    std::fs::write(&path, answer.body).unwrap();
    let script = "import sys\n\
        from prometheus_client.parser import text_string_to_metric_families as read\n\
        for family in read(open(sys.argv[1]).read()): print(family.name, family.type, len(family.samples))";
    let ended = oracle(&python, script, &path);
    // The library takes `_total` for the type's, not for the name's.
    assert!(ended.out.contains("flow_messages_accepted counter 18\n"), "{}{}", ended.out, ended.err);
    assert!(ended.out.contains("flow_step_seconds histogram 108\n"), "{}", ended.out);
    assert!(!ended.out.contains(" unknown "), "{}", ended.out);
}

#[test]
fn operators_and_balancers_ask_whether_it_is_ready() {
    let tables = tables();
    let (program, admin) = watched(start(&tables));
    for address in [admin, program.address] {
        for (path, told) in [("/healthz", "ok"), ("/readyz", "ready")] {
            let answer = Request::new("GET", path).send(address);
            assert_eq!((answer.status, answer.text().as_str()), (200, told), "{path} at {address}");
        }
    }
    assert_eq!(program.get("/metrics").status, 404, "metrics are for operators alone");
    assert_eq!(Request::new("GET", "/simulator/outbox").send(admin).status, 404);
}

#[test]
fn a_flow_that_stops_says_so_at_once() {
    let gate = Gate::default();
    let held = gate.clone();
    let tables = StandIn::start(move |_| Reply::json(200, &json!({ "free": 3 })).behind(&held));
    let (mut program, admin) = watched(start(&tables));
    assert_eq!(program.text("a table").status, 202);
    tables.wait_for(1);
    program.process.signal("TERM");
    let answer = wait::until("a flow that is not ready", || {
        Some(Request::new("GET", "/readyz").send(admin)).filter(|answer| answer.status == 503)
    });
    assert_eq!(answer.errors(), ["not ready: it is stopping"]);
    assert_eq!(Request::new("GET", "/healthz").send(admin).status, 200);
    assert_eq!(metrics(admin)["flow_runs_in_flight"], 1.0);
    gate.open();
    assert_eq!(program.process.wait(PATIENCE).code, Some(0));
}

#[test]
fn an_admin_address_that_is_taken() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let tables = tables();
    let ended = start(&tables).variable("FLOW_ADMIN", &address).with(["--listen", "127.0.0.1:0"]).run();
    assert_eq!(ended.code, Some(2));
    assert!(ended.err.contains(&format!("--admin {address}: ")), "{}", ended.err);
    // Whoever has the usual one, the flow serves without it.
    let _usual = TcpListener::bind("127.0.0.1:9464");
    let program = start(&tables).variable("FLOW_ADMIN", "").start();
    let told = "nobody is told of metrics: --admin names another address, or off";
    assert_eq!(program.log(&[("message", json!(told))]).len(), 1);
    assert_eq!(program.text("a table").status, 202);
}

/// `BINARY runs …` beside the program.
fn operate(state: &Path, arguments: &[&str]) -> Ended {
    let mut command = Command::new(binary());
    command.env_clear().env("STATE_DIRECTORY", state).arg("runs").args(arguments);
    run(command, PATIENCE)
}

fn listed(state: &Path, arguments: &[&str]) -> Vec<Value> {
    let ended = operate(state, &[&["list", "--format", "json"], arguments].concat());
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""));
    ended.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Waits for the one run of a status.
fn the(state: &Path, status: &str) -> Value {
    let mut runs = wait::until(&format!("a run that is {status}"), || {
        Some(listed(state, &["--status", status])).filter(|runs| runs.len() == 1)
    });
    runs.remove(0)
}

#[test]
fn runs_are_looked_after_while_the_flow_serves() {
    let state = Scratch::new();
    let tables = tables();
    let program = start(&tables).state(state.path()).start();
    let state = state.path();
    assert_eq!(program.text("a table").status, 202);
    let asked = the(state, "asked");
    let id = asked["id"].as_str().unwrap().to_owned();
    assert_eq!((&asked["person"], &asked["line"]), (&json!("********0123"), &json!(5)));
    assert_eq!(asked["note"], "ask \"For how many guests?\"");
    assert_eq!(listed(state, &["--reveal", "--number", GUEST])[0]["own"], HOTEL);
    assert_eq!(listed(state, &["--number", "+13055550199"]).len(), 0);

    let text = operate(state, &["list"]).out;
    assert!(text.starts_with("ID ") && text.contains(&format!("{id}  asked   ********0123  ")), "{text}");
    let shown = operate(state, &["show", &id]).out;
    assert!(shown.contains("call  ok") && !shown.contains(GUEST) && shown.contains("59 m left"), "{shown}");
    assert!(operate(state, &["show", &id, "--reveal"]).out.contains(GUEST));

    let ended = operate(state, &["retry", &id]);
    assert_eq!(ended.code, Some(1));
    assert_eq!(ended.err, format!("error: run {id} is asked: only failed and parked runs can be retried\n"));
    assert_eq!(operate(state, &["cancel", &id]).code, Some(0));
    assert_eq!(the(state, "cancelled")["id"], id.as_str());
    // Nobody waits for the reply any more, so it starts a run of its own.
    assert_eq!(program.converse("2"), "For how many guests?");
    assert_ne!(the(state, "asked")["id"], id.as_str());

    let ended = operate(state, &["erase", "--number", GUEST]);
    assert_eq!((ended.code, ended.out.as_str()), (Some(0), "2 runs were erased\n"));
    assert_eq!(operate(state, &["list"]).out, "there are no runs\n");
    let ended = operate(state, &["show", &id]);
    assert!(ended.code == Some(1) && ended.err.starts_with(&format!("error: there is no run {id}")), "{}", ended.err);
}

#[test]
fn a_failed_run_goes_on_once_its_cause_is_mended() {
    let state = Scratch::new();
    let mended = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let is_mended = std::sync::Arc::clone(&mended);
    let tables = StandIn::start(move |_| match is_mended.load(std::sync::atomic::Ordering::SeqCst) {
        true => Reply::json(200, &json!({ "free": 3 })),
        false => Reply::status(503),
    });
    let program = start(&tables).state(state.path()).start();
    assert_eq!(program.text("a table").status, 202);
    let failed = the(state.path(), "failed");
    assert_eq!(failed["line"], 4, "{failed}");
    assert!(failed["note"].as_str().unwrap().contains("503"), "{failed}");
    mended.store(true, std::sync::atomic::Ordering::SeqCst);
    let ended = operate(state.path(), &["retry", failed["id"].as_str().unwrap()]);
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    assert_eq!(program.messages(1), ["For how many guests?"]);
    assert_eq!(program.converse("2"), "2 of 3.");
}

#[test]
fn there_may_be_nothing_to_look_at() {
    let state = Scratch::new();
    let ended = operate(state.path(), &["list", "--engine", "memory"]);
    assert_eq!(ended.code, Some(2));
    assert!(ended.err.contains("what the engine memory keeps lives in the process"), "{}", ended.err);
    let ended = operate(state.path(), &["list"]);
    assert!(ended.code == Some(2) && ended.err.contains("table.journal"), "{}", ended.err);
    assert!(!state.path().join("table.journal").exists(), "who looks makes nothing");
}

#[test]
fn runs_are_traced() {
    let collector = StandIn::of_json(json!({}));
    let tables = tables();
    let state = Scratch::new();
    let traced = || {
        let start = start(&tables).state(state.path());
        let start = start.variable("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url());
        let start = start.variable("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Bearer%20canary");
        start.variable("OTEL_BSP_SCHEDULE_DELAY", "20").start()
    };
    let program = traced();
    assert_eq!(program.text("a table for Maria").status, 202);
    the(state.path(), "asked");
    // The trace goes on in another process, as the run does.
    assert_eq!(program.stop().code, Some(0));
    let program = traced();
    assert_eq!(program.converse("2"), "2 of 3.");
    let run = program.ended(1)[0]["run"].as_str().unwrap().to_owned();
    let log = program.process.err();
    assert_eq!(program.stop().code, Some(0));

    let requests = collector.requests();
    let mut spans = Vec::new();
    for request in &requests {
        assert_eq!((request.method.as_str(), request.target.as_str()), ("POST", "/v1/traces"));
        assert_eq!(request.header_value("authorization"), Some("Bearer canary"));
        let body = request.json_body();
        let attributes = &body["resourceSpans"][0]["resource"]["attributes"];
        assert_eq!(attributes[0], json!({ "key": "service.name", "value": { "stringValue": "table" } }));
        spans.extend(body["resourceSpans"][0]["scopeSpans"][0]["spans"].as_array().unwrap().clone());
    }
    let trace = run.replace('-', "");
    assert!(spans.iter().all(|span| span["traceId"] == trace.as_str()), "{spans:#?}");
    let mut names: Vec<&str> = spans.iter().map(|span| span["name"].as_str().unwrap()).collect();
    names.sort_unstable();
    assert_eq!(names, ["ask (line 5)", "call (line 4)", "reply (line 5)", "run", "run", "sms (line 6)"]);
    let called = &tables.requests()[0];
    let call = spans.iter().find(|span| span["name"] == "call (line 4)").unwrap();
    let traceparent = format!("00-{trace}-{}-01", call["spanId"].as_str().unwrap());
    assert_eq!(called.header_value("traceparent"), Some(traceparent.as_str()));

    let told = spans.iter().map(Value::to_string).collect::<String>();
    for private in ["Maria", "guests", GUEST, HOTEL, "tables.example", "canary"] {
        assert!(!told.contains(private), "{private}: {told}");
    }
    assert!(!log.contains("canary"));
    understood(&requests);
}

/// Reads requests as the protocol's own definitions say.
fn understood(requests: &[Request]) {
    let Some(python) = python("opentelemetry.proto.collector.trace.v1.trace_service_pb2") else { return };
    let script = "import base64, json, sys\n\
        from google.protobuf import json_format\n\
        from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest\n\
        whole = json.load(open(sys.argv[1]))\n\
        for spans in (s['spans'] for r in whole['resourceSpans'] for s in r['scopeSpans']):\n\
        \x20   for span in spans:\n\
        \x20       for name in ('traceId', 'spanId', 'parentSpanId'):\n\
        \x20           if name in span: span[name] = base64.b64encode(bytes.fromhex(span[name])).decode()\n\
        read = json_format.ParseDict(whole, ExportTraceServiceRequest())\n\
        for span in read.resource_spans[0].scope_spans[0].spans:\n\
        \x20   assert len(span.trace_id) == 16 and len(span.span_id) == 8 and span.end_time_unix_nano >= span.start_time_unix_nano > 0\n\
        \x20   print(span.name, span.kind)";
    let folder = Scratch::new();
    let path = folder.path().join("request");
    for request in requests {
        std::fs::write(&path, &request.body).unwrap();
        let ended = oracle(&python, script, &path);
        assert_eq!(ended.code, Some(0), "{}", ended.err);
        let spans = request.json_body()["resourceSpans"][0]["scopeSpans"][0]["spans"].as_array().unwrap().len();
        assert_eq!(ended.out.lines().count(), spans);
    }
}

/// A Python that has this module.
fn python(module: &str) -> Option<String> {
    let python = std::env::var("FLOW_TEST_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let found = Command::new(&python).args(["-c", &format!("import {module}")]).output();
    if found.is_ok_and(|output| output.status.success()) {
        return Some(python);
    }
    println!("skipped: {python} has no module {module}; FLOW_TEST_PYTHON may name one that has");
    None
}

fn oracle(python: &str, script: &str, path: &Path) -> Ended {
    let mut command = Command::new(python);
    command.args(["-c", script]).arg(path);
    run(command, PATIENCE)
}
