//! What came of an effect, as Restate records it.

use serde::{Deserialize, Serialize};

use crate::flow::{Failure, Fault, Outcome};
use crate::value::{Value, Values};

/// The outcome of a call, of a turn with a bot or of a message. It holds no secret: values come from what a service answered, and messages of
/// failures have had secrets blotted out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Recorded {
    Done,
    /// In the order of the step's values, whose names the program has.
    Response(Vec<Option<Value>>),
    Failed(Failure),
    /// The run cannot go on: why.
    Fault(String),
}

impl Recorded {
    pub(super) fn of(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Response(values) => Self::Response(values.into_values()),
            Outcome::Failed(failure) => Self::Failed(failure),
            Outcome::Done | Outcome::Reply(_) | Outcome::TimedOut => Self::Done,
        }
    }

    /// The outcome of an action whose values have these names; all but calls and turns with bots have none.
    pub(super) fn outcome(self, names: &[&'static str]) -> Result<Outcome, Fault> {
        match self {
            Self::Done => Ok(Outcome::Done),
            Self::Failed(failure) => Ok(Outcome::Failed(failure)),
            Self::Fault(why) => Err(Fault::Bug(why)),
            Self::Response(recorded) => {
                if names.len() != recorded.len() {
                    return Err(Fault::State("the step had other response variables when it was made".to_owned()));
                }
                let mut values = Values::default();
                for (name, value) in names.iter().zip(recorded) {
                    values.push(name, value);
                }
                Ok(Outcome::Response(values))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::value::{Phone, Scalar, Url, number};

    fn reread(recorded: &Recorded) -> Recorded {
        serde_json::from_slice(&serde_json::to_vec(recorded).unwrap()).unwrap()
    }

    #[test]
    fn values_of_all_types_come_back_as_they_were() {
        let json = serde_json::from_str(r#"{"z": 1.10, "a": [12345678901234567890, 1e400, null]}"#).unwrap();
        let values = vec![
            Value::Text("Grüß\u{0}e".to_owned()),
            Value::Int(i64::MIN),
            Value::Number(number("12.50")),
            Value::Bool(true),
            Value::Phone(Phone::literal("+13055550123")),
            Value::Url(Url::literal("https://example.com/a?b")),
            Value::Json(json),
            Value::Scalar(Scalar::Number("0.10".to_owned())),
        ];
        let all = values.iter().cloned().map(Some).chain([None, Some(Value::List(values.clone()))]).collect();
        let recorded = Recorded::Response(all);
        assert_eq!(reread(&recorded), recorded);
        assert_eq!(reread(&Recorded::Done), Recorded::Done);
    }

    #[test]
    fn values_have_the_names_of_the_calls_bindings() {
        let mut values = Values::default();
        values.push("a", Some(Value::Number(number("8.40"))));
        values.push("b", None);
        let recorded = reread(&Recorded::of(Outcome::Response(values.clone())));
        let Outcome::Response(again) = recorded.outcome(&["a", "b"]).unwrap() else { unreachable!() };
        assert_eq!(again, values);
        let other = Recorded::Response(vec![None]).outcome(&["a", "b"]);
        assert!(matches!(other, Err(Fault::State(_))));
    }
}
