//! What a bot's makers have called things, as a recorded answer shows it.

use serde_json::Value;

use super::{Vendor, plain};

impl Vendor {
    /// The names in a recorded answer that a member of the plain form is read by: those of `slots`, of `context`. Those
    /// without a value are among them; there is none for a member whose name is the vendor's own.
    pub fn names<'a>(self, answer: &'a Value, member: &str) -> Vec<&'a str> {
        let state = || answer.get("sessionState");
        let slots =
            |of: &'a Value| of.get("intent").and_then(|intent| intent.get("slots")).map(keys).unwrap_or_default();
        match (self, member) {
            (Self::Lex, "slots") => {
                state().into_iter().chain(plain::list(answer, "interpretations")).flat_map(slots).collect()
            }
            (Self::Lex, "attributes") => {
                state().and_then(|state| state.get("sessionAttributes")).map(keys).unwrap_or_default()
            }
            (Self::Watson, "entities") => {
                let entities = answer.get("output").map(|output| plain::list(output, "entities")).unwrap_or_default();
                entities.iter().filter_map(|entity| plain::text(entity, &["entity"])).collect()
            }
            (Self::Watson, "context") => {
                let skills = answer.get("context").and_then(|context| context.get("skills")?.as_object());
                let places = skills.into_iter().flat_map(|skills| skills.values());
                places
                    .flat_map(|skill| ["skill_variables", "user_defined"].map(|place| skill.get(place)))
                    .flatten()
                    .flat_map(keys)
                    .collect()
            }
            _ => Vec::new(),
        }
    }
}

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().map(|members| members.keys().map(String::as_str).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn names_are_those_of_all_readings_with_a_value_or_not() {
        let lex = json!({
            "sessionState": { "intent": { "slots": { "Nights": null } }, "sessionAttributes": { "tier": "gold" } },
            "interpretations": [{ "intent": { "slots": { "RoomType": { "value": {} } } } }, {}],
        });
        assert_eq!(Vendor::Lex.names(&lex, "slots"), ["Nights", "RoomType"]);
        assert_eq!(Vendor::Lex.names(&lex, "attributes"), ["tier"]);
        let watson = json!({
            "output": { "entities": [{ "entity": "room", "value": "king" }] },
            "context": { "skills": {
                "actions skill": { "skill_variables": { "nights": null } }, "main skill": { "user_defined": { "guest": 1 } },
            } },
        });
        assert_eq!(Vendor::Watson.names(&watson, "entities"), ["room"]);
        assert_eq!(Vendor::Watson.names(&watson, "context"), ["nights", "guest"]);
        for nothing in [json!(null), json!([]), json!({ "sessionState": 7, "output": "", "context": { "skills": [] } })]
        {
            for (vendor, member) in [(Vendor::Lex, "slots"), (Vendor::Watson, "entities"), (Vendor::Watson, "context")]
            {
                assert!(vendor.names(&nothing, member).is_empty());
            }
        }
        assert!(Vendor::Lex.names(&lex, "message").is_empty());
    }
}
