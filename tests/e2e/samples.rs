//! What a sample gives a variable holds for every answer: its type, not its value.

use flow_tests::{Program, StandIn, binary_of};
use serde_json::{Value, json};

/// Beside it lies the sample of the example of this name, in which the temperature is a whole number.
const FLOW: &str = r#"on sms
  -> call GET "https://wx.example/forecast" sample "forecast.json" < temp = temperature, wind? = windSpeed >
     ok   -> if $temp > 84 -> sms "Hot: $temp, ${wind ?? "calm"}" else -> sms "Mild: $temp, ${wind ?? "calm"}"
     fail -> sms "${failure.kind}: ${failure.message}"
"#;

fn converse(answer: Value) -> String {
    let service = StandIn::of_json(answer);
    let program = Program::of(&binary_of("weather-forecast", FLOW)).connect("wx.example:443", &service.url()).start();
    program.converse("weather")
}

#[test]
fn a_number_of_a_sample_may_have_a_fraction_in_an_answer() {
    assert_eq!(converse(json!({ "temperature": 84, "windSpeed": "14 mph" })), "Mild: 84, 14 mph");
    assert_eq!(converse(json!({ "temperature": 84.5 })), "Hot: 84.5, calm");
}

#[test]
fn another_type_than_the_samples_is_a_failure() {
    let told = converse(json!({ "temperature": "84" }));
    assert_eq!(
        told,
        "response: response variable `temp` (query temperature): a number is expected, and the text \"84\" was found"
    );
}
