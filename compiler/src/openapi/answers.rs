//! How a request is answered: what `runtime/src/trigger/inbound_api` and `runtime/src/server` say.

use serde_json::{Map, Value, json};

use super::ERRORS;

/// A refusal: status, when it comes, and the header that comes with it.
struct Refusal {
    status: &'static str,
    when: &'static str,
    header: Option<(&'static str, &'static str)>,
}

const RETRY_AFTER: Option<(&str, &str)> = Some(("Retry-After", "In how many seconds to try again."));

const TOKEN: Refusal =
    Refusal { status: "401", when: "The token is missing or wrong.", header: Some(("WWW-Authenticate", "`Bearer`")) };

const REFUSALS: &[Refusal] = &[
    Refusal {
        status: "400",
        when: "The body is no JSON object, or inputs are missing, misspelt or of another type; all are named.",
        header: None,
    },
    Refusal { status: "404", when: "No trigger has this `flowId`.", header: None },
    Refusal { status: "408", when: "The body took longer than 30 s.", header: None },
    Refusal { status: "409", when: "The Idempotency-Key came before with another body.", header: None },
    Refusal { status: "413", when: "The body is larger than 256 KiB.", header: None },
    Refusal { status: "415", when: "The Content-Type is not `application/json`.", header: None },
    Refusal {
        status: "429",
        when: "More requests came within a second than the trigger takes (`--api-rate`).",
        header: RETRY_AFTER,
    },
    Refusal { status: "500", when: "The flow cannot start with these values.", header: None },
    Refusal {
        status: "503",
        when: "As many runs are in flight as may be, or nothing can be stored now.",
        header: RETRY_AFTER,
    },
];

fn refusals(takes_token: bool) -> impl Iterator<Item = &'static Refusal> {
    takes_token.then_some(&TOKEN).into_iter().chain(REFUSALS)
}

/// The answers, by their status.
pub(super) fn all(takes_token: bool) -> Map<String, Value> {
    let taken = json!({
        "description": "The run is stored; its steps follow in the background.",
        "headers": { "X-Flow-Run": {
            "description": "The id of the run.",
            "required": true,
            "schema": { "type": "string", "format": "uuid" },
        } },
        "content": { "application/json": { "schema": { "const": true } } },
    });
    let refused = refusals(takes_token).map(|refusal| (refusal.status.to_owned(), response(refusal)));
    [("202".to_owned(), taken)].into_iter().chain(refused).collect()
}

/// The same for an operation, which refers to them.
pub(super) fn references(takes_token: bool) -> Map<String, Value> {
    let reference = |status: &str| json!({ "$ref": format!("#/components/responses/{status}") });
    ["202"]
        .into_iter()
        .chain(refusals(takes_token).map(|refusal| refusal.status))
        .map(|status| (status.to_owned(), reference(status)))
        .collect()
}

fn response(refusal: &Refusal) -> Value {
    let mut response = json!({
        "description": refusal.when,
        "content": { "application/json": { "schema": { "$ref": format!("#/components/schemas/{ERRORS}") } } },
    });
    if let (Some((name, description)), Some(response)) = (refusal.header, response.as_object_mut()) {
        let header = json!({ "description": description, "required": true, "schema": { "type": "string" } });
        response.insert("headers".to_owned(), json!({ name: header }));
    }
    response
}

/// The schema of what a refusal says.
pub(super) fn errors() -> Value {
    json!({
        "type": "object",
        "properties": { "errors": {
            "type": "array",
            "description": "One sentence for each mistake.",
            "items": { "type": "string" },
            "minItems": 1,
        } },
        "required": ["errors"],
        "additionalProperties": false,
    })
}
