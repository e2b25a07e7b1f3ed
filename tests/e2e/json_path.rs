//! Response variables by JSONPath, from an answer over the wire.

use flow_tests::{Program, Reply, StandIn, binary_of};
use serde_json::{Value, json};

const FLOW: &str = r#"flow "Periods"
on sms
  -> call GET "https://wx.example/forecast"
       < night: int = "$.periods[?@.isDaytime==false].temperature",
         last = "$.periods[-1].name",
         windy? = "$..[?search(@.wind, '[3-9][0-9] mph')].name" >
     ok   -> sms "$night at night, until $last, windy: ${windy ?? "never"}"
     fail -> sms "${failure.kind}: ${failure.message}"
"#;

fn converse(answer: &Value) -> String {
    let answer = answer.clone();
    let service = StandIn::start(move |_| Reply::json(200, &answer));
    let program = Program::of(&binary_of("periods", FLOW)).connect("wx.example:443", &service.url()).start();
    program.converse("weather")
}

fn period(name: &str, day: bool, temperature: i32, wind: &str) -> Value {
    json!({ "name": name, "isDaytime": day, "temperature": temperature, "wind": wind })
}

#[test]
fn the_first_node_is_the_variables_value() {
    let periods =
        [period("Today", true, 84, "14 mph"), period("Tonight", false, 71, "40 mph"), period("Friday", false, 9, "")];
    assert_eq!(converse(&json!({ "periods": periods })), "71 at night, until Friday, windy: Tonight");
    let calm = [period("Tonight", false, 71, "5 mph")];
    assert_eq!(converse(&json!({ "periods": calm })), "71 at night, until Tonight, windy: never");
}

#[test]
fn a_query_that_finds_nothing_is_named() {
    let days = [period("Today", true, 84, "")];
    assert_eq!(
        converse(&json!({ "periods": days })),
        "response: response variable `night` (query $.periods[?@.isDaytime==false].temperature): the answer does not hold it"
    );
}
