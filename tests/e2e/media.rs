//! MMS: the URLs of pictures, with what a guest wrote in them.

use flow_tests::{Program, binary_of};
use serde_json::json;

const FLOW: &str = r#"flow "Pictures"
on sms -> sms "Here it is." media "https://example.com/rooms/$body?for=$body"
"#;

#[test]
fn a_value_is_encoded_for_its_place_in_the_url_of_a_picture() {
    let program = Program::of(&binary_of("pictures", FLOW)).start();
    program.converse("a/b ?");
    let url = "https://example.com/rooms/a%2Fb%20%3F?for=a%2Fb%20%3F";
    assert_eq!(program.outbox()[0]["media"], json!([url]));
}

#[test]
fn a_value_that_would_lead_to_another_place_ends_the_run() {
    let program = Program::of(&binary_of("pictures", FLOW)).start();
    program.text("..");
    let ended = program.ended(1);
    assert!(ended[0].to_string().contains("a value would change its path"), "{ended:?}");
    assert!(program.outbox().is_empty());
}
