//! Order ready
//!
//! Emitted by flowc 0.1.0 from `order.flow`: edit the flow, not this file.
#![allow(unused_imports)]

use ::flow_runtime::flow::*;
use ::flow_runtime::value::{self, *};
use ::flow_runtime::{encode, math, state, text};

fn main() -> ::std::process::ExitCode {
    ::flow_runtime::main(&PROGRAM)
}

static PROGRAM: Program = Program {
    name: "Order ready",
    source: "order.flow",
    identity: "8f12d6333ac648fe",
    secrets: &["ORDER_TOKEN"],
    timezone: "UTC",
    triggers: &[
        Trigger::Api(ApiTrigger {
            line: 4,
            name: "order-ready",
            token: Some("ORDER_TOKEN"),
            inputs: &[
                Input {
                    name: "OrderNo",
                    kind: Kind::Int,
                    optional: false,
                },
                Input {
                    name: "FirstName",
                    kind: Kind::Text,
                    optional: false,
                },
                Input {
                    name: "Phone",
                    kind: Kind::Phone,
                    optional: false,
                },
                Input {
                    name: "Note",
                    kind: Kind::Text,
                    optional: true,
                },
            ],
            needs_ani: false,
            needs_dnis: true,
            start: on_api_order_ready::start,
        }),
    ],
    media: &[],
    asks: false,
    openapi: Some(OPENAPI),
    enter,
    resume,
};

/// Where a run is: at a step of a trigger or a path, or at its end.
#[derive(::flow_runtime::serde::Serialize, ::flow_runtime::serde::Deserialize)]
#[serde(crate = "::flow_runtime::serde")]
enum Run {
    #[serde(rename = "on api \"order-ready\"")]
    OnApiOrderReady(on_api_order_ready::State),
    Completed,
    Failed { line: u32, failure: Failure },
}

/// A stored state, and what it asks for.
fn enter(state: &str, secrets: &Secrets) -> Result<Step, Fault> {
    state::load::<Run>(state)?.step(secrets)
}

/// Goes on from a stored state with the outcome of its action.
fn resume(state: &str, outcome: Outcome, secrets: &Secrets) -> Result<Step, Fault> {
    let next = match state::load(state)? {
        Run::OnApiOrderReady(state) => state.resume(outcome)?,
        Run::Completed | Run::Failed { .. } => return Err(unasked()),
    };
    next.step(secrets)
}

impl Run {
    /// The state in its stored form, and what it asks for.
    fn step(self, secrets: &Secrets) -> Result<Step, Fault> {
        let state = state::save(&self)?;
        let action = match self {
            Run::OnApiOrderReady(state) => state.action(secrets)?,
            Run::Completed => Action::End(End::Completed),
            Run::Failed { line, failure } => Action::End(End::Failed { line, failure }),
        };
        Ok(Step { state, action })
    }
}

fn unasked() -> Fault {
    Fault::Bug("an outcome that its state did not ask for".to_owned())
}

/// Line 4: `on api "order-ready"`.
mod on_api_order_ready {
    use super::*;

    #[derive(::flow_runtime::serde::Serialize, ::flow_runtime::serde::Deserialize)]
    #[serde(crate = "::flow_runtime::serde")]
    pub enum State {
        /// Line 7: `sms`.
        #[serde(rename = "sms ed938dbfe80d")]
        Sms1 {
            #[serde(rename = "FirstName: text")]
            first_name: String,
            #[serde(
                rename = "Note: text?",
                alias = "Note: text",
                deserialize_with = "::flow_runtime::state::stored"
            )]
            note: Option<String>,
            #[serde(rename = "OrderNo: int")]
            order_no: i64,
            #[serde(rename = "Phone: phone")]
            phone: Phone,
        },
    }

    pub fn start(mut api: InboundApi, secrets: &Secrets) -> Result<Step, Fault> {
        let first_name = api.inputs.text("FirstName")?;
        let note = api.inputs.text_opt("Note")?;
        let order_no = api.inputs.int("OrderNo")?;
        let phone = api.inputs.phone("Phone")?;
        let next = Run::OnApiOrderReady(State::Sms1 {
            first_name,
            note,
            order_no,
            phone,
        });
        next.step(secrets)
    }

    impl State {
        /// What the state asks for.
        pub fn action(self, _secrets: &Secrets) -> Result<Action, Fault> {
            let action = match self {
                State::Sms1 { first_name, note, order_no, phone } => {
                    Action::Sms(Sms {
                        line: 7,
                        to: Some(phone),
                        from: None,
                        body: {
                            let part_1 = note.as_deref().unwrap_or("");
                            format!(
                                "Hi {first_name}, your order {order_no} is ready. {part_1}"
                            )
                        },
                        media: Vec::new(),
                    })
                }
            };
            Ok(action)
        }

        /// Where the outcome of that leads.
        pub fn resume(self, outcome: Outcome) -> Result<Run, Fault> {
            let next = match (self, outcome) {
                (State::Sms1 { .. }, Outcome::Done) => Run::Completed,
                (State::Sms1 { .. }, Outcome::Failed(failure)) => {
                    Run::Failed { line: 7, failure }
                }
                _ => return Err(unasked()),
            };
            Ok(next)
        }
    }
}

/// The OpenAPI document of the flow's requests.
static OPENAPI: &str = "{\"openapi\":\"3.1.1\",\"info\":{\"title\":\"Order ready\",\"version\":\"8f12d6333ac648fe\",\"description\":\"Starts the flow, which then sends its messages in the background.\"},\"paths\":{\"/_rest/v4/sfgen/apitriggers\":{\"post\":{\"operationId\":\"trigger\",\"summary\":\"Start a run\",\"parameters\":[{\"$ref\":\"#/components/parameters/IdempotencyKey\"}],\"requestBody\":{\"$ref\":\"#/components/requestBodies/Trigger\"},\"responses\":{\"202\":{\"$ref\":\"#/components/responses/202\"},\"401\":{\"$ref\":\"#/components/responses/401\"},\"400\":{\"$ref\":\"#/components/responses/400\"},\"404\":{\"$ref\":\"#/components/responses/404\"},\"408\":{\"$ref\":\"#/components/responses/408\"},\"409\":{\"$ref\":\"#/components/responses/409\"},\"413\":{\"$ref\":\"#/components/responses/413\"},\"415\":{\"$ref\":\"#/components/responses/415\"},\"429\":{\"$ref\":\"#/components/responses/429\"},\"500\":{\"$ref\":\"#/components/responses/500\"},\"503\":{\"$ref\":\"#/components/responses/503\"}},\"security\":[{\"token\":[]}]}},\"/v2/api/apitriggers\":{\"post\":{\"operationId\":\"triggerV2\",\"summary\":\"Start a run\",\"parameters\":[{\"$ref\":\"#/components/parameters/IdempotencyKey\"}],\"requestBody\":{\"$ref\":\"#/components/requestBodies/Trigger\"},\"responses\":{\"202\":{\"$ref\":\"#/components/responses/202\"},\"401\":{\"$ref\":\"#/components/responses/401\"},\"400\":{\"$ref\":\"#/components/responses/400\"},\"404\":{\"$ref\":\"#/components/responses/404\"},\"408\":{\"$ref\":\"#/components/responses/408\"},\"409\":{\"$ref\":\"#/components/responses/409\"},\"413\":{\"$ref\":\"#/components/responses/413\"},\"415\":{\"$ref\":\"#/components/responses/415\"},\"429\":{\"$ref\":\"#/components/responses/429\"},\"500\":{\"$ref\":\"#/components/responses/500\"},\"503\":{\"$ref\":\"#/components/responses/503\"}},\"security\":[{\"token\":[]}]}}},\"components\":{\"parameters\":{\"IdempotencyKey\":{\"name\":\"Idempotency-Key\",\"in\":\"header\",\"required\":false,\"description\":\"Names a request that may be sent again: the second one starts nothing, and is answered with the id of the first one's run.\",\"schema\":{\"type\":\"string\",\"minLength\":1,\"maxLength\":255,\"pattern\":\"^[!-~]([ -~]*[!-~])?$\"}}},\"requestBodies\":{\"Trigger\":{\"required\":true,\"description\":\"Which trigger is meant, and its inputs. At most 256 KiB. No member may come twice.\",\"content\":{\"application/json\":{\"schema\":{\"oneOf\":[{\"$ref\":\"#/components/schemas/order-ready\"}],\"discriminator\":{\"propertyName\":\"flowId\",\"mapping\":{\"order-ready\":\"#/components/schemas/order-ready\"}}}}}}},\"responses\":{\"202\":{\"description\":\"The run is stored; its steps follow in the background.\",\"headers\":{\"X-Flow-Run\":{\"description\":\"The id of the run.\",\"required\":true,\"schema\":{\"type\":\"string\",\"format\":\"uuid\"}}},\"content\":{\"application/json\":{\"schema\":{\"const\":true}}}},\"401\":{\"description\":\"The token is missing or wrong.\",\"content\":{\"application/json\":{\"schema\":{\"$ref\":\"#/components/schemas/Errors\"}}},\"headers\":{\"WWW-Authenticate\":{\"description\":\"`Bearer`\",\"required\":true,\"schema\":{\"type\":\"string\"}}}},\"400\":{\"description\":\"The body is no JSON object, or inputs are missing, misspelt or of another type; all are named.\",\"content\":{\"application/json\":{\"schema\":{\"$ref\":\"#/components/schemas/Errors\"}}}},\"404\":{\"description\":\"No trigger has this `flowId`.\",\"content\":{\"application/json\":{\"schema\":{\"$ref\":\"#/components/schemas/Errors\"}}}},\"408\":{\"description\":\"The body took longer than 30 s.\",\"content\":{\"application/json\":{\"schema\":{\"$ref\":\"#/components/schemas/Errors\"}}}},\"409\":{\"description\":\"The Idempotency-Key came before with another body.\",\"content\":{\"application/json\":{\"schema\":{\"$ref\":\"#/components/schemas/Errors\"}}}},\"413\":{\"description\":\"The body is larger than 256 KiB.\",\"content\":{\"application/json\":{\"schema\":{\"$ref\":\"#/components/schemas/Errors\"}}}},\"415\":{\"description\":\"The Content-Type is not `application/json`.\",\"content\":{\"application/json\":{\"schema\":{\"$ref\":\"#/components/schemas/Errors\"}}}},\"429\":{\"description\":\"More requests came within a second than the trigger takes (`--api-rate`).\",\"content\":{\"application/json\":{\"schema\":{\"$ref\":\"#/components/schemas/Errors\"}}},\"headers\":{\"Retry-After\":{\"description\":\"In how many seconds to try again.\",\"required\":true,\"schema\":{\"type\":\"string\"}}}},\"500\":{\"description\":\"The flow cannot start with these values.\",\"content\":{\"application/json\":{\"schema\":{\"$ref\":\"#/components/schemas/Errors\"}}}},\"503\":{\"description\":\"As many runs are in flight as may be, or nothing can be stored now.\",\"content\":{\"application/json\":{\"schema\":{\"$ref\":\"#/components/schemas/Errors\"}}},\"headers\":{\"Retry-After\":{\"description\":\"In how many seconds to try again.\",\"required\":true,\"schema\":{\"type\":\"string\"}}}}},\"schemas\":{\"order-ready\":{\"type\":\"object\",\"description\":\"Each input is written as `Name` or as `$Name`, not both. Names match exactly and by case. Other members are ignored, but one that looks like a missing input is refused as its misspelling.\",\"properties\":{\"flowId\":{\"type\":\"string\",\"const\":\"order-ready\"},\"$ANI\":{\"type\":[\"string\",\"null\"],\"pattern\":\"^(\\\\+[1-9][0-9]{1,14}|[0-9]{3,8})$\",\"description\":\"A telephone number in E.164, or a short code of 3 to 8 digits.\",\"examples\":[\"+13055550123\"],\"title\":\"The phone that the flow writes to\"},\"ANI\":{\"type\":[\"string\",\"null\"],\"pattern\":\"^(\\\\+[1-9][0-9]{1,14}|[0-9]{3,8})$\",\"description\":\"A telephone number in E.164, or a short code of 3 to 8 digits.\",\"examples\":[\"+13055550123\"],\"title\":\"The phone that the flow writes to\"},\"$DNIS\":{\"type\":\"string\",\"pattern\":\"^(\\\\+[1-9][0-9]{1,14}|[0-9]{3,8})$\",\"description\":\"A telephone number in E.164, or a short code of 3 to 8 digits.\",\"examples\":[\"+13055550123\"],\"title\":\"The number that the flow writes from\"},\"DNIS\":{\"type\":\"string\",\"pattern\":\"^(\\\\+[1-9][0-9]{1,14}|[0-9]{3,8})$\",\"description\":\"A telephone number in E.164, or a short code of 3 to 8 digits.\",\"examples\":[\"+13055550123\"],\"title\":\"The number that the flow writes from\"},\"$OrderNo\":{\"type\":\"integer\",\"format\":\"int64\",\"minimum\":-9223372036854775808,\"maximum\":9223372036854775807,\"description\":\"Without decimal point and exponent: `12`, not `12.0`.\"},\"OrderNo\":{\"type\":\"integer\",\"format\":\"int64\",\"minimum\":-9223372036854775808,\"maximum\":9223372036854775807,\"description\":\"Without decimal point and exponent: `12`, not `12.0`.\"},\"$FirstName\":{\"type\":\"string\",\"pattern\":\"^[^\\\\u0000]*$\",\"description\":\"Without the character NUL.\"},\"FirstName\":{\"type\":\"string\",\"pattern\":\"^[^\\\\u0000]*$\",\"description\":\"Without the character NUL.\"},\"$Phone\":{\"type\":\"string\",\"pattern\":\"^(\\\\+[1-9][0-9]{1,14}|[0-9]{3,8})$\",\"description\":\"A telephone number in E.164, or a short code of 3 to 8 digits.\",\"examples\":[\"+13055550123\"]},\"Phone\":{\"type\":\"string\",\"pattern\":\"^(\\\\+[1-9][0-9]{1,14}|[0-9]{3,8})$\",\"description\":\"A telephone number in E.164, or a short code of 3 to 8 digits.\",\"examples\":[\"+13055550123\"]},\"$Note\":{\"type\":[\"string\",\"null\"],\"pattern\":\"^[^\\\\u0000]*$\",\"description\":\"Without the character NUL.\"},\"Note\":{\"type\":[\"string\",\"null\"],\"pattern\":\"^[^\\\\u0000]*$\",\"description\":\"Without the character NUL.\"}},\"required\":[\"flowId\"],\"allOf\":[{\"oneOf\":[{\"required\":[\"DNIS\"]},{\"required\":[\"$DNIS\"]}]},{\"oneOf\":[{\"required\":[\"OrderNo\"]},{\"required\":[\"$OrderNo\"]}]},{\"oneOf\":[{\"required\":[\"FirstName\"]},{\"required\":[\"$FirstName\"]}]},{\"oneOf\":[{\"required\":[\"Phone\"]},{\"required\":[\"$Phone\"]}]}]},\"Errors\":{\"type\":\"object\",\"properties\":{\"errors\":{\"type\":\"array\",\"description\":\"One sentence for each mistake.\",\"items\":{\"type\":\"string\"},\"minItems\":1}},\"required\":[\"errors\"],\"additionalProperties\":false}},\"securitySchemes\":{\"token\":{\"type\":\"http\",\"scheme\":\"bearer\",\"description\":\"The Auth Token of the trigger that `flowId` names.\"}}}}";
