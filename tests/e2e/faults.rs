//! What a run cannot go on from is told in the log, with the line where it was.

use flow_tests::http::Answer;
use flow_tests::wait;
use flow_tests::{Program, Request, binary_of};
use serde_json::json;

const FLOW: &str = r#"flow "Faults"
on api "share" expect People: int
  -> sms to "+13055550123" from "+13055550100" "One moment."
  -> sms to "+13055550123" from "+13055550100"
       "Each pays ${120 / People}."
on api "count" expect People: int
  -> if (120 / $People) > 10 -> end
     else -> end
"#;

fn ask(program: &Program, flow: &str) -> Answer {
    program.send(&Request::new("POST", "/v2/api/apitriggers").json(&json!({ "flowId": flow, "People": 0 })))
}

#[test]
fn a_fault_is_logged_with_the_line_of_the_step_before_it() {
    let program = Program::of(&binary_of("faults", FLOW)).start();
    assert_eq!(ask(&program, "share").status, 202);
    let ended = program.ended(1);
    assert_eq!((&ended[0]["outcome"], &ended[0]["blame"]), (&json!("fault"), &json!("flow")));
    assert_eq!(ended[0]["line"], json!(3), "{}", ended[0]);
    assert_eq!(program.messages(1), ["One moment."]);

    // Before the first step there is no run, and whoever asked is told.
    let refused = ask(&program, "count");
    assert_eq!(refused.status, 500);
    assert!(refused.errors()[0].starts_with("the flow cannot start with these values: "), "{:?}", refused.errors());
    let told = || program.log(&[("message", json!("run not started")), ("line", json!(6))]);
    wait::until("a line of the log", || (told().len() == 1).then_some(()));
}
