//! A flow's `on api` triggers as an OpenAPI document: the OpenAPI Specification, version 3.1.1, with the JSON Schema that it
//! is based on (draft 2020-12).
//!
//! What it says of requests and answers is what `runtime/src/trigger/inbound_api` does; tests hold a built binary against it.

mod answers;
mod inputs;
mod kind;

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::graph::{Api, Entry, FlowGraph};

/// The paths at which the runtime takes requests.
const PATHS: [(&str, &str); 2] = [("/_rest/v4/sfgen/apitriggers", "trigger"), ("/v2/api/apitriggers", "triggerV2")];

/// The document; `None` for a flow without `on api`.
pub fn document(graph: &FlowGraph) -> Option<Value> {
    let apis = graph.machines.iter().filter_map(|machine| match &machine.entry {
        Entry::Api(api) => Some(api),
        Entry::Sms { .. } | Entry::Schedule { .. } | Entry::Path { .. } => None,
    });
    let apis: Vec<Named<'_>> = named(apis);
    if apis.is_empty() {
        return None;
    }
    let mut schemas: Map<String, Value> =
        apis.iter().map(|named| (named.schema.clone(), inputs::schema(named.api))).collect();
    schemas.insert(ERRORS.to_owned(), answers::errors());
    let takes_token = apis.iter().any(|named| named.api.token.is_some());
    let paths: Map<String, Value> =
        PATHS.map(|(path, id)| (path.to_owned(), json!({ "post": operation(id, &apis) }))).into_iter().collect();
    let mut components = json!({
        "parameters": { "IdempotencyKey": idempotency_key() },
        "requestBodies": { "Trigger": body(&apis) },
        "responses": answers::all(takes_token),
        "schemas": schemas,
    });
    if takes_token && let Some(components) = components.as_object_mut() {
        let scheme = json!({
            "type": "http",
            "scheme": "bearer",
            "description": "The Auth Token of the trigger that `flowId` names.",
        });
        components.insert("securitySchemes".to_owned(), json!({ "token": scheme }));
    }
    Some(json!({
        "openapi": "3.1.1",
        "info": {
            "title": graph.name,
            "version": graph.identity(),
            "description": "Starts the flow, which then sends its messages in the background.",
        },
        "paths": paths,
        "components": components,
    }))
}

/// The schema of what a refusal says.
const ERRORS: &str = "Errors";

/// A trigger and the name of its schema.
struct Named<'a> {
    schema: String,
    api: &'a Api,
}

/// Names of components are made of few characters ("Components Object"), those of triggers of any.
fn named<'a>(apis: impl Iterator<Item = &'a Api>) -> Vec<Named<'a>> {
    let mut taken = BTreeSet::from([ERRORS.to_owned()]);
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    apis.map(|api| {
        let name: String = api.name.chars().map(|c| if is_allowed(c) { c } else { '_' }).collect();
        let numbered = (2..).map(|number| format!("{name}_{number}"));
        let schema = [name.clone()].into_iter().chain(numbered).find(|name| taken.insert(name.clone()));
        Named { schema: schema.unwrap_or(name), api }
    })
    .collect()
}

fn operation(id: &str, apis: &[Named<'_>]) -> Value {
    let mut operation = json!({
        "operationId": id,
        "summary": "Start a run",
        "parameters": [{ "$ref": "#/components/parameters/IdempotencyKey" }],
        "requestBody": { "$ref": "#/components/requestBodies/Trigger" },
        "responses": answers::references(apis.iter().any(|named| named.api.token.is_some())),
    });
    let mut ways: Vec<Value> = Vec::new();
    if apis.iter().any(|named| named.api.token.is_some()) {
        ways.push(json!({ "token": [] }));
    }
    if apis.iter().any(|named| named.api.token.is_none()) {
        // Whoever asks for a trigger without a token needs none.
        ways.push(json!({}));
    }
    if let Some(operation) = operation.as_object_mut() {
        operation.insert("security".to_owned(), Value::Array(ways));
    }
    operation
}

fn body(apis: &[Named<'_>]) -> Value {
    let reference = |named: &Named<'_>| format!("#/components/schemas/{}", named.schema);
    let each: Vec<Value> = apis.iter().map(|named| json!({ "$ref": reference(named) })).collect();
    let mapping: Map<String, Value> =
        apis.iter().map(|named| (named.api.name.clone(), reference(named).into())).collect();
    json!({
        "required": true,
        "description": "Which trigger is meant, and its inputs. At most 256 KiB. No member may come twice.",
        "content": { "application/json": { "schema": {
            "oneOf": each,
            "discriminator": { "propertyName": "flowId", "mapping": mapping },
        } } },
    })
}

/// The header of draft-ietf-httpapi-idempotency-key-header, as the runtime reads it.
fn idempotency_key() -> Value {
    json!({
        "name": "Idempotency-Key",
        "in": "header",
        "required": false,
        "description": "Names a request that may be sent again: the second one starts nothing, and is answered with the id \
            of the first one's run.",
        "schema": { "type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]([ -~]*[!-~])?$" },
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

    use super::*;
    use crate::sample::NoSamples;
    use crate::source::SourceFile;

    fn of(flow: &str) -> Option<Value> {
        let (graph, diagnostics) = crate::graph_of(&SourceFile::new("a.flow", flow), &NoSamples);
        document(&graph.unwrap_or_else(|| panic!("{diagnostics:?}")))
    }

    #[test]
    fn a_flow_that_no_request_starts_has_none() {
        assert_eq!(of("on sms -> sms \"Hi\""), None);
    }

    #[test]
    fn a_name_is_there_with_and_without_its_dollar_and_needed_once() {
        let document = of(
            "secret T on api \"a\" token $T expect N: int, Note?: text -> sms to \"+15550123\" from \"+15550100\" \"$N ${Note ?? \"\"}\"",
        );
        let schema = &document.unwrap()["components"]["schemas"]["a"];
        assert_eq!(schema["properties"]["flowId"]["const"], "a");
        assert_eq!(schema["properties"]["N"], schema["properties"]["$N"]);
        assert_eq!(schema["properties"]["N"]["type"], "integer");
        assert_eq!(schema["properties"]["Note"]["type"], json!(["string", "null"]));
        assert_eq!(schema["required"], json!(["flowId"]));
        assert_eq!(schema["allOf"], json!([{ "oneOf": [{ "required": ["N"] }, { "required": ["$N"] }] }]));
    }

    #[test]
    fn who_is_written_to_is_needed_only_if_the_flow_relies_on_it() {
        let document =
            of("on api \"a\" -> sms \"Hi\"\non api \"b\" -> sms to \"+15550123\" from \"+15550100\" \"Hi\"").unwrap();
        let needs = |trigger: &str, name: &str| {
            let once = json!({ "oneOf": [{ "required": [name] }, { "required": [format!("${name}")] }] });
            let rules = document["components"]["schemas"][trigger]["allOf"].as_array();
            rules.is_some_and(|rules| rules.contains(&once))
        };
        assert!(needs("a", "ANI") && needs("a", "DNIS"));
        assert!(!needs("b", "ANI") && !needs("b", "DNIS"));
    }

    #[test]
    fn schemas_have_names_of_their_own() {
        let flow = "on api \"a b\" -> end\non api \"a/b\" -> end\non api \"Errors\" -> end\non api \"Ä\" -> end";
        let document = of(flow).unwrap();
        let body = &document["components"]["requestBodies"]["Trigger"]["content"]["application/json"]["schema"];
        let references = [
            ("a b", "#/components/schemas/a_b"),
            ("a/b", "#/components/schemas/a_b_2"),
            ("Errors", "#/components/schemas/Errors_2"),
            ("Ä", "#/components/schemas/_"),
        ];
        for (trigger, reference) in references {
            assert_eq!(body["discriminator"]["mapping"][trigger], reference);
        }
    }

    #[test]
    fn a_token_is_asked_for_where_one_is_needed() {
        let security = |flow: &str| of(flow).unwrap()["paths"]["/v2/api/apitriggers"]["post"]["security"].clone();
        let (open, closed) = ("on api \"a\" -> end\n", "secret T\non api \"b\" token $T -> end\n");
        assert_eq!(security(open), json!([{}]));
        assert_eq!(security(closed), json!([{ "token": [] }]));
        assert_eq!(security(&format!("{open}{closed}")), json!([{ "token": [] }, {}]));
        let components = &of(open).unwrap()["components"];
        assert!(components.get("securitySchemes").is_none() && components["responses"].get("401").is_none());
    }
}
