//! The Expected Inputs of a request: names match exactly and by case, and every mistake is told.

use crate::flow::{ApiTrigger, InboundApi};
use crate::trigger::members::Members;
use crate::trigger::reader::{Findings, Reader};
use crate::value::{Kind, Phone, Value, Values};

/// A request that the flow can be started with.
#[derive(Debug)]
pub(super) struct Accepted {
    pub(super) api: InboundApi,
    /// Names of members that the flow does not expect; at most [`IGNORED`] of them.
    pub(super) ignored: Vec<String>,
}

/// How many ignored names are told to the log, and how long each may be.
const IGNORED: usize = 8;
const IGNORED_LENGTH: usize = 40;

/// Reads `ANI`, `DNIS` and the Expected Inputs, or names all that is wrong with them at once.
///
/// A member that the flow does not expect is ignored, unless it looks like one that is missing:
/// then it is a misspelling, and to ignore it would lose what it says.
pub(super) fn read(trigger: &ApiTrigger, members: Members) -> Result<Accepted, Vec<String>> {
    let mut reader = Reader::new(members, "an input of this flow");
    let mut phone = |name, required, role| match reader.take(name, Kind::Phone, required, role) {
        Some(Value::Phone(phone)) => Some(phone),
        _ => None,
    };
    let ani: Option<Phone> = phone("ANI", trigger.needs_ani, "the phone that this flow writes to");
    let dnis = phone("DNIS", trigger.needs_dnis, "the number that this flow writes from");
    let mut inputs = Values::default();
    for input in trigger.inputs {
        inputs.push(input.name, reader.take(input.name, input.kind, !input.optional, ""));
    }
    let Findings { problems, unknown } = reader.finish();
    if !problems.is_empty() {
        return Err(problems);
    }
    let ignored = unknown.iter().take(IGNORED).map(|name| name.chars().take(IGNORED_LENGTH).collect()).collect();
    Ok(Accepted { api: InboundApi { ani, dnis, inputs }, ignored })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;
    use crate::flow::{Fault, Input, Secrets, Step};

    fn never(_: InboundApi, _: &Secrets) -> Result<Step, Fault> {
        Err(Fault::Bug("not started here".to_owned()))
    }

    static TRIGGER: ApiTrigger = ApiTrigger {
        line: 1,
        name: "order-ready",
        token: None,
        inputs: &[
            Input { name: "OrderNo", kind: Kind::Int, optional: false },
            Input { name: "FirstName", kind: Kind::Text, optional: false },
            Input { name: "Note", kind: Kind::Text, optional: true },
        ],
        needs_ani: false,
        needs_dnis: true,
        start: never,
    };

    fn problems(body: &str) -> Vec<String> {
        read(&TRIGGER, Members::parse(body.as_bytes()).unwrap()).unwrap_err()
    }

    #[test]
    fn inputs_come_with_and_without_dollar() {
        let body = br#"{"DNIS":"+15550199999","$OrderNo":42,"FirstName":"Ann","Note":null,"campaign":"x"}"#;
        let Accepted { api, ignored } = read(&TRIGGER, Members::parse(body).unwrap()).unwrap();
        let mut inputs = api.inputs;
        assert_eq!((inputs.int("OrderNo"), inputs.text("FirstName")), (Ok(42), Ok("Ann".to_owned())));
        assert_eq!(inputs.text_opt("Note"), Ok(None));
        assert_eq!((api.ani, api.dnis), (None, Some(Phone::literal("+15550199999"))));
        assert_eq!(ignored, ["campaign"]);
    }

    #[test]
    fn each_mistake_is_told_once() {
        assert_eq!(
            problems(r#"{"orderno":42,"FirstName":7,"$Notes":"x"}"#),
            [
                "\"FirstName\": a text is expected, and the number 7 was found",
                "\"orderno\" is not an input of this flow; did you mean \"OrderNo\"? Names are case-sensitive.",
                "\"$Notes\" is not an input of this flow; did you mean \"Note\"?",
                "\"DNIS\" is missing: a phone is expected (the number that this flow writes from)",
            ]
        );
        assert_eq!(
            problems(r#"{"DNIS":"911","OrderNo":1,"$OrderNo":1,"FirstName":"A"}"#),
            ["\"OrderNo\" and \"$OrderNo\" are both given; send one of them"]
        );
        assert!(problems(r#"{"DNIS":"911","OrderNo":null,"FirstName":"A"}"#)[0].contains("`null` was found"));
    }
}
