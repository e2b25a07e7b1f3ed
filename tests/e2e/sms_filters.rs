//! Of several `on sms`, the first that takes a message gets it.

use flow_tests::program::{GUEST, HOTEL};
use flow_tests::{Program, Request, binary_of};
use serde_json::{Value, json};

const FLOW: &str = r#"flow "Desk"
on sms matching "hours|öffnungszeiten" -> sms "our hours"
on sms to "+13055550100" matching "table for [0-9]+" -> sms "a table"
on sms matching "order .*" -> sms "an order"
on sms to "+13055550100" -> sms "the hotel"
"#;

const ELSEWHERE: &str = "+13055550101";

fn text(program: &Program, to: &str, body: &str) -> (u16, Value) {
    let sms = json!({ "from": GUEST, "to": to, "body": body });
    let answer = program.send(&Request::new("POST", "/simulator/sms").json(&sms));
    (answer.status, answer.json())
}

#[test]
fn a_message_goes_to_the_first_trigger_that_takes_it() {
    let program = Program::of(&binary_of("desk", FLOW)).start();
    for (body, expected) in [
        ("HOURS", "our hours"),
        (" hours\n", "our hours"),
        ("ÖFFNUNGSZEITEN", "our hours"),
        ("hours today", "the hotel"),
        ("Table for 4", "a table"),
        ("Table for four", "the hotel"),
        ("order 12\nthanks", "an order"),
        ("order", "the hotel"),
        ("", "the hotel"),
    ] {
        assert_eq!(program.converse(body), expected, "{body:?}");
    }
    assert_eq!(text(&program, ELSEWHERE, "hours").0, 202);
    assert_eq!(program.messages(10)[9], "our hours");
}

#[test]
fn a_message_that_no_trigger_takes_is_acknowledged_and_logged() {
    let program = Program::of(&binary_of("desk", FLOW)).start();
    let (status, answer) = text(&program, ELSEWHERE, "a secret wish");
    assert_eq!(status, 200);
    assert_eq!(
        answer,
        json!({ "run": null, "reason": "no `on sms` of this flow takes this message, and nobody was asked" })
    );
    assert_eq!(text(&program, HOTEL, "hours").0, 202);
    assert_eq!(program.messages(1), ["our hours"]);
    let untaken = program.log(&[("message", json!("message that no trigger takes"))]);
    assert_eq!(untaken.len(), 1);
    assert_eq!(untaken[0]["level"], "INFO");
    let line = untaken[0].to_string();
    assert!(line.contains("0101") && !line.contains(ELSEWHERE) && !line.contains("wish"), "{line}");
}

#[test]
fn help_tells_the_filters() {
    let help = Program::of(&binary_of("desk", FLOW)).with(["--help"]).run();
    assert!(help.out.contains("  a text to +13055550100 matching \"table for [0-9]+\": POST "), "{}", help.out);
}
