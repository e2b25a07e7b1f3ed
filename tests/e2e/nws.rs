//! The weather hotline with answers that the National Weather Service has really given.

use flow_tests::folder::shared_data;
use flow_tests::{Program, Reply, StandIn, binary_of};
use serde_json::Value;

use crate::weather::FLOW;

#[test]
fn the_text_holds_the_very_words_of_the_first_period() {
    let Some(folder) = shared_data("nws") else { return };
    let binary = binary_of("weather-forecast", FLOW);
    let mut tried = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let answer = std::fs::read_to_string(&path).unwrap();
        let parsed: Value = serde_json::from_str(&answer).unwrap();
        let first = &parsed["properties"]["periods"][0];
        let (winds, forecast) = (first["windSpeed"].as_str().unwrap(), first["detailedForecast"].as_str().unwrap());
        let expected =
            format!("It's currently {} F with {winds} winds. {forecast} Enjoy your stay!", first["temperature"]);

        let service = StandIn::start(move |_| Reply::new(200, "application/geo+json", &answer));
        let program = Program::of(&binary).connect("api.weather.gov:443", &service.url()).start();
        assert_eq!(program.converse("weather"), expected, "{}", path.display());
        tried += 1;
    }
    assert!(tried > 0);
}
