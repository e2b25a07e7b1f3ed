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
