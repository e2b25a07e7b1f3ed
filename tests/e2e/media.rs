//! MMS: the URLs of pictures, with what a guest wrote in them.

use std::path::PathBuf;

use flow_tests::program::{GUEST, HOTEL};
use flow_tests::{Program, Request, binary_of};
use serde_json::json;

const FLOW: &str = r#"flow "Pictures"
on sms
  -> if length($media) > 0 -> sms "${length(media)} of yours"
     else -> sms "Here it is." media "https://example.com/rooms/$body?for=$body"
"#;

/// A flow that counts pictures, and sends one.
pub(crate) fn binary() -> PathBuf {
    binary_of("pictures", FLOW)
}

#[test]
fn a_value_is_encoded_for_its_place_in_the_url_of_a_picture() {
    let program = Program::of(&binary()).start();
    program.converse("a/b ?");
    let url = "https://example.com/rooms/a%2Fb%20%3F?for=a%2Fb%20%3F";
    assert_eq!(program.outbox()[0]["media"], json!([url]));
}

#[test]
fn a_value_that_would_lead_to_another_place_starts_no_run() {
    let program = Program::of(&binary()).start();
    let refused = program.text("..");
    assert_eq!(refused.status, 500);
    assert!(refused.errors()[0].contains("a value would change its path"), "{:?}", refused.errors());
    assert!(program.outbox().is_empty());
}

#[test]
fn a_flow_can_tell_an_mms_from_a_text() {
    let program = Program::of(&binary()).start();
    let media = ["https://m.example/1.jpg", "https://m.example/2.jpg"];
    let sms = json!({ "from": GUEST, "to": HOTEL, "body": "", "media": media });
    assert_eq!(program.send(&Request::new("POST", "/simulator/sms").json(&sms)).status, 202);
    assert_eq!(program.messages(1), ["2 of yours"]);
}
