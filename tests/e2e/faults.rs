//! What a run cannot go on from is told in the log, with the line where it was.

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

fn ask(program: &Program, flow: &str) {
    let request = Request::new("POST", "/v2/api/apitriggers").json(&json!({ "flowId": flow, "People": 0 }));
    assert_eq!(program.send(&request).status, 202);
}

#[test]
fn a_fault_is_logged_with_the_line_of_the_step_before_it() {
    let program = Program::of(&binary_of("faults", FLOW)).start();
    ask(&program, "share");
    let ended = program.ended(1);
    assert_eq!((&ended[0]["outcome"], &ended[0]["blame"]), (&json!("fault"), &json!("flow")));
    assert_eq!(ended[0]["line"], json!(3), "{}", ended[0]);
    assert_eq!(program.messages(1), ["One moment."]);

    // Before the first step, the trigger is where the run is.
    ask(&program, "count");
    assert_eq!(program.ended(2)[1]["line"], json!(6));
}
