//! The order trigger: another system asks for a text by the Inbound API.

use std::io::Write;
use std::net::TcpStream;

use flow_tests::http::{Answer, read_answer};
use flow_tests::{Program, Request, binary_of};
use serde_json::{Value, json};

const FLOW: &str = include_str!("../../examples/order-ready/order-ready.flow");

const PATH: &str = "/_rest/v4/sfgen/apitriggers";
const TOKEN: &str = "s3cret-Token";

fn program() -> Program {
    Program::of(&binary_of("order-ready", FLOW)).variable("ORDER_TOKEN", TOKEN).start()
}

fn order() -> Value {
    json!({
        "flowId": "order-ready", "DNIS": "+13055550100",
        "OrderNo": 42, "FirstName": "Ann", "Phone": "+13055550123",
    })
}

fn changed(change: impl FnOnce(&mut Value)) -> Value {
    let mut body = order();
    change(&mut body);
    body
}

fn trigger() -> Request {
    Request::new("POST", PATH).header("Authorization", &format!("Bearer {TOKEN}"))
}

fn raw(program: &Program, body: &[u8]) -> Answer {
    program.send(&trigger().content("application/json", body))
}

fn refused(program: &Program, body: &Value) -> Vec<String> {
    let answer = program.send(&trigger().json(body));
    assert_eq!(answer.status, 400, "{}", answer.text());
    answer.errors()
}

#[test]
fn an_order_is_taken_and_its_text_is_sent() {
    let program = program();
    let answer = program.send(&trigger().json(&order()));
    assert_eq!((answer.status, answer.text().as_str()), (202, "true"));
    assert_eq!(answer.header_value("Content-Type"), Some("application/json"));
    assert_eq!(program.messages(1), ["Hi Ann, your order 42 is ready. "]);
    let sent = &program.outbox()[0];
    assert_eq!((&sent["from"], &sent["to"]), (&json!("+13055550100"), &json!("+13055550123")));
    assert_eq!(sent["run"].as_str(), answer.header_value("X-Flow-Run"));
}

#[test]
fn inputs_come_plain_or_with_a_dollar_and_some_may_be_missing() {
    let program = program();
    let body = json!({
        "flowId": "order-ready", "DNIS": "+13055550100",
        "$OrderNo": 43, "FirstName": "Ann", "$Phone": "+13055550123", "Note": "Door 2.", "campaign": "spring",
    });
    assert_eq!(program.send(&trigger().json(&body)).status, 202);
    assert_eq!(program.messages(1), ["Hi Ann, your order 43 is ready. Door 2."]);
    let old_path = Request { target: "/v2/api/apitriggers".to_owned(), ..trigger().json(&order()) };
    assert_eq!(program.send(&old_path).status, 202);
    let null = changed(|body| body["Note"] = Value::Null);
    assert_eq!(program.send(&trigger().json(&null)).status, 202);
    assert_eq!(program.messages(3)[2], "Hi Ann, your order 42 is ready. ");
}

#[test]
fn a_name_with_and_without_its_dollar_is_refused() {
    let problems = refused(&program(), &changed(|body| body["$OrderNo"] = json!(42)));
    assert_eq!(problems, [r#""OrderNo" and "$OrderNo" are both given; send one of them"#]);
}

#[test]
fn a_name_in_the_wrong_case_is_told_with_what_was_meant() {
    let body = json!({
        "flowId": "order-ready", "DNIS": "+13055550100", "orderno": 42, "FirstName": "Ann", "Phone": "+13055550123",
    });
    let problems = refused(&program(), &body);
    assert_eq!(problems.len(), 1, "{problems:?}");
    for part in ["orderno", "OrderNo", "case"] {
        assert!(problems[0].contains(part), "{problems:?}");
    }
}

#[test]
fn every_mistake_is_named_in_one_answer() {
    let program = program();
    let body =
        json!({ "flowId": "order-ready", "OrderNo": "forty-two", "Fristname": "Ann", "Phone": "call me", "Note": 7 });
    let problems = refused(&program, &body);
    assert_eq!(problems.len(), 5, "{problems:#?}");
    for name in ["OrderNo", "FirstName", "Phone", "Note", "DNIS"] {
        assert!(problems.iter().any(|problem| problem.contains(name)), "{name}: {problems:#?}");
    }
    let problems = refused(&program, &changed(|body| body["OrderNo"] = Value::Null));
    assert!(problems[0].contains("OrderNo"), "{problems:?}");
    let problems = refused(&program, &changed(|body| drop(body.as_object_mut().unwrap().remove("DNIS"))));
    assert!(problems[0].contains("DNIS"), "{problems:?}");
    assert_eq!(program.outbox().len(), 0);
}

#[test]
fn only_the_token_opens_the_trigger() {
    let program = program();
    let good = format!("Bearer {TOKEN}");
    let bad = [
        vec![],
        vec!["Bearer"],
        vec!["Bearer wrong"],
        vec!["Bearer s3cret-token"],
        vec!["Basic s3cret-Token"],
        vec!["s3cret-Token"],
        vec![good.as_str(), good.as_str()],
    ];
    let mut bodies = Vec::new();
    for values in bad {
        let mut request = Request::new("POST", PATH).json(&order());
        for value in &values {
            request = request.header("Authorization", value);
        }
        let answer = program.send(&request);
        assert_eq!(answer.status, 401, "{values:?}");
        assert_eq!(answer.header_value("WWW-Authenticate"), Some("Bearer"));
        bodies.push(answer.body);
    }
    bodies.dedup();
    assert_eq!(bodies.len(), 1, "why a token is refused must not show");
    let lower_case_scheme = Request::new("POST", PATH).json(&order()).header("authorization", "bearer s3cret-Token");
    assert_eq!(program.send(&lower_case_scheme).status, 202);
    assert_eq!(program.messages(1).len(), 1);
    assert!(!program.process.err().contains(TOKEN));
}

#[test]
fn without_the_token_nothing_is_told_of_the_inputs() {
    let answer = program().send(&Request::new("POST", PATH).json(&json!({ "flowId": "order-ready" })));
    assert_eq!(answer.status, 401);
    assert!(!answer.text().contains("OrderNo"));
}

#[test]
fn what_is_no_trigger_is_refused_with_its_status() {
    let program = program();
    let other_flow = changed(|body| body["flowId"] = json!("Order-ready"));
    assert_eq!(program.send(&trigger().json(&other_flow)).status, 404);
    assert_eq!(program.send(&trigger().json(&json!({}))).status, 400);
    assert_eq!(program.send(&trigger().json(&changed(|body| body["flowId"] = json!(1)))).status, 400);
    assert_eq!(program.get("/_rest/v4/sfgen/other").status, 404);
    let answer = program.get(PATH);
    assert_eq!((answer.status, answer.header_value("Allow")), (405, Some("POST")));
    assert_eq!(program.send(&trigger()).status, 415);
    assert_eq!(program.send(&trigger().content("text/plain", order().to_string())).status, 415);
    let charset = trigger().content("application/json; charset=utf-8", order().to_string());
    assert_eq!(program.send(&charset).status, 202);
}

#[test]
fn a_body_is_bounded() {
    let program = program();
    let large = changed(|body| body["Note"] = json!("x".repeat(256 * 1024)));
    assert_eq!(program.send(&trigger().json(&large)).status, 413);

    // The same in chunks, which tell no length beforehand.
    let mut stream = TcpStream::connect(program.address).unwrap();
    let head = format!(
        "POST {PATH} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n\
         Transfer-Encoding: chunked\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    let chunk = format!("10000\r\n{}\r\n", "x".repeat(0x10000));
    // The server stops reading somewhere beyond its limit.
    let _ = (0..64).try_for_each(|_| stream.write_all(chunk.as_bytes()));
    if let Ok(answer) = read_answer(stream) {
        assert_eq!(answer.status, 413);
    }
    assert_eq!(program.get("/healthz").status, 200);
    assert_eq!(program.outbox().len(), 0);
}

#[test]
fn what_is_not_json_is_refused_and_harms_nothing() {
    let program = program();
    let deep = [b"[".repeat(100_000), [br#"{"a":"#.as_slice(), &b"[".repeat(100_000)].concat()];
    let given = [
        b"".as_slice(),
        b"{",
        b"[]",
        b"null",
        b"{\"flowId\":\"order-ready\"",
        b"{\"flowId\":\"order-ready\"} x",
        b"{\"flowId\":\"order-ready\",\"flowId\":\"order-ready\"}",
        b"{\"flowId\":\"\\ud800\"}",
        b"{\"flowId\":\"\xff\"}",
        b"\xef\xbb\xbf{}",
        b"{\"flowId\":1e999}",
        b"{'flowId':'order-ready'}",
        &deep[0],
        &deep[1],
    ];
    for body in given {
        let answer = raw(&program, body);
        assert_eq!(answer.status, 400, "{}", String::from_utf8_lossy(body.get(..50).unwrap_or(body)));
        assert_eq!(answer.errors().len(), 1);
    }
    let twice = order().to_string().replacen('{', r#"{"OrderNo":1,"#, 1);
    assert!(raw(&program, twice.as_bytes()).errors()[0].contains("\"OrderNo\" is given twice"));
    let problems = refused(&program, &changed(|body| body["FirstName"] = json!("A\0nn")));
    assert!(problems[0].contains("FirstName") && problems[0].contains("NUL"), "{problems:?}");
    assert_eq!(program.send(&trigger().json(&order())).status, 202);
}

#[test]
fn a_number_too_large_for_its_type_is_refused() {
    let program = program();
    for number in ["9223372036854775808", "1e400", "4.5", "-1e30"] {
        let body = order().to_string().replace("42", number);
        let answer = raw(&program, body.as_bytes());
        assert_eq!(answer.status, 400, "{number}");
        assert!(answer.errors()[0].contains("OrderNo"), "{:?}", answer.errors());
    }
}
