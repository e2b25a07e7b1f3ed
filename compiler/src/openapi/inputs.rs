//! What a request for one trigger holds.

use serde_json::{Map, Value, json};

use super::kind;
use crate::check::types::{Type, Typed};
use crate::graph::{Api, Variable};

/// A member of the body that may be written with a dollar sign or without.
struct Member {
    name: String,
    typed: Typed,
    role: Option<&'static str>,
}

/// The schema of a trigger's body.
///
/// Members that the flow does not expect are ignored, so they are not forbidden. That one which looks like a missing input
/// is refused, is said in words, as no schema can; so is that an optional input is written in one way, since generators of
/// requests cannot make much of many negations.
pub(super) fn schema(api: &Api) -> Value {
    let members = members(api);
    let mut properties = Map::from_iter([("flowId".to_owned(), json!({ "type": "string", "const": api.name }))]);
    let mut rules = Vec::new();
    for Member { name, typed, role } in members {
        let mut schema = kind::schema(typed);
        if let (Some(role), Some(schema)) = (role, schema.as_object_mut()) {
            schema.insert("title".to_owned(), role.into());
        }
        let with_dollar = format!("${name}");
        if !typed.optional {
            rules.push(json!({ "oneOf": [{ "required": [name] }, { "required": [with_dollar] }] }));
        }
        properties.insert(with_dollar, schema.clone());
        properties.insert(name, schema);
    }
    let mut schema = json!({
        "type": "object",
        "description": "Each input is written as `Name` or as `$Name`, not both. Names match exactly and by case. Other \
            members are ignored, but one that looks like a missing input is refused as its misspelling.",
        "properties": properties,
        "required": ["flowId"],
    });
    // An empty `allOf` is none.
    if let (false, Some(schema)) = (rules.is_empty(), schema.as_object_mut()) {
        schema.insert("allOf".to_owned(), rules.into());
    }
    schema
}

fn members(api: &Api) -> Vec<Member> {
    let party = |name: &str, needed: bool, role| {
        let typed = Typed { ty: Type::Phone, optional: !needed };
        Member { name: name.to_owned(), typed, role: Some(role) }
    };
    let parties = [
        party("ANI", api.needs_ani, "The phone that the flow writes to"),
        party("DNIS", api.needs_dnis, "The number that the flow writes from"),
    ];
    let input = |input: &Variable| Member { name: input.name.clone(), typed: input.typed, role: None };
    parties.into_iter().chain(api.inputs.iter().map(input)).collect()
}
