//! The state of a run that stands at a call, as the flow's binary stores it.

use serde_json::{Map, Value as Json, json};

use super::pick::Place;
use super::value;
use super::variables::{self, Given, Problem, Values};
use crate::check::types::{Type, Typed};
use crate::graph::{FlowGraph, Identities, kept_as};

/// The state, its variables filled in. What only later steps need has a neutral value.
///
/// # Errors
///
/// All that is wrong with the values that were given, at once.
pub fn state(graph: &FlowGraph, place: &Place<'_>, given: &[Given]) -> Result<String, Vec<Problem>> {
    let values = variables::values(place, given)?;
    let live = place.node.live.iter();
    let kept: Map<String, Json> =
        live.map(|(name, typed)| (kept_as(name, *typed), kept(name, *typed, &values))).collect();
    let identities = Identities::of(graph);
    let step = identities.state(place.machine, place.id);
    Ok(json!({ identities.machine(place.machine): { step: kept } }).to_string())
}

fn kept(name: &str, typed: Typed, values: &Values) -> Json {
    if let Some(value) = values.get(name) {
        return value.clone();
    }
    if typed.optional {
        return Json::Null;
    }
    let mut neutral = value::neutral(typed.ty);
    if let (Type::Now | Type::Failure, Json::Object(fields)) = (typed.ty, &mut neutral) {
        for (field, value) in fields {
            if let Some(given) = values.get(&format!("{name}.{field}")) {
                value.clone_from(given);
            }
        }
    }
    neutral
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use super::super::pick::pick;
    use super::*;
    use crate::sample::NoSamples;
    use crate::source::SourceFile;

    fn state_of(flow: &str, line: Option<u32>, given: &[(&str, &str)]) -> Result<Json, Vec<String>> {
        let source = SourceFile::new("a.flow", flow);
        let graph = crate::graph_of(&source, &NoSamples).0.unwrap();
        let place = line.map(|line| super::super::Where { line, column: None });
        let call = pick(&source, &graph, place).unwrap();
        let given: Vec<Given> =
            given.iter().map(|(name, value)| Given { name: (*name).to_owned(), value: (*value).to_owned() }).collect();
        let state = state(&graph, &call, &given);
        state
            .map(|state| serde_json::from_str::<Json>(&state).unwrap())
            .map_err(|problems| problems.iter().map(ToString::to_string).collect())
    }

    const ORDER: &str = r#"on api "order" expect OrderNo: int, Note?: text, Guest: phone
  -> call POST "https://a.example/orders/$OrderNo" json { "note": $Note, "media": ["a"] }
     ok   -> sms to $Guest from "+13055550100" "Done."
     fail -> end
"#;

    #[test]
    fn a_state_holds_what_is_given_and_neutral_values_for_the_rest() {
        let state = state_of(ORDER, None, &[("OrderNo", "1042")]).unwrap();
        let step = state["on api \"order\""].as_object().unwrap();
        let (name, kept) = step.iter().next().unwrap();
        assert!(name.starts_with("call "), "{name}");
        assert_eq!(kept, &json!({ "Guest: phone": "+13055550123", "Note: text?": null, "OrderNo: int": 1042 }));
    }

    #[test]
    fn all_that_is_wrong_is_told_at_once() {
        let told = state_of(ORDER, None, &[("Note", "a"), ("Note", "b"), ("orderno", "7"), ("zzz", "1")]).unwrap_err();
        assert_eq!(
            told,
            [
                "`$Note` is given several values, and takes one",
                "`$OrderNo: int` has no value",
                "the call uses no `$orderno`; did you mean `$OrderNo`?",
                "the call uses no `$zzz`",
            ]
        );
        let told = state_of(ORDER, None, &[("OrderNo", "1.5")]).unwrap_err();
        assert_eq!(told, ["`$OrderNo: int` cannot be \"1.5\": an `int` is a whole number, as 42"]);
    }

    #[test]
    fn records_are_given_field_by_field() {
        let flow = r#"timezone "UTC"
on schedule "0 9 * * *"
  -> call GET "https://a.example/${now.date}" query "hour" = $now.hour fail -> end
"#;
        let state = state_of(flow, None, &[("now.date", "2026-11-23"), ("now.hour", "9")]).unwrap();
        let kept = state.as_object().unwrap().values().next().unwrap().as_object().unwrap().values().next().unwrap();
        assert_eq!((&kept["now: now"]["date"], &kept["now: now"]["hour"]), (&json!("2026-11-23"), &json!(9)));
        let told = state_of(flow, None, &[("now.date", "2026-02-31"), ("now.hour", "25")]).unwrap_err();
        let wrong = [
            "`$now.date: text` cannot be \"2026-02-31\": it is a day of the calendar, as 2026-11-22",
            "`$now.hour: int` cannot be \"25\": an hour is a number from 0 to 23",
        ];
        assert_eq!(told, wrong);
        let told = state_of(flow, None, &[("now", "x"), ("now.hour", "9")]).unwrap_err();
        assert_eq!(told.first().map(String::as_str), Some("`$now.date: text` has no value"));
    }

    #[test]
    fn a_list_takes_several_values() {
        let flow = "on sms -> call POST \"https://a.example/\" json $media fail -> end";
        let media = |given: &[&str]| {
            let given: Vec<(&str, &str)> = given.iter().map(|value| ("media", *value)).collect();
            let state = state_of(flow, None, &given).unwrap();
            let machine = state.as_object().unwrap().values().next().unwrap();
            machine.as_object().unwrap().values().next().unwrap()["media: list<url>"].clone()
        };
        assert_eq!(
            media(&["https://a.example/1", "https://a.example/2"]),
            json!(["https://a.example/1", "https://a.example/2"])
        );
        assert_eq!(media(&["[]"]), json!([]));
    }
}
