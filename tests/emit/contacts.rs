//! Contacts
//!
//! Emitted by flowc 0.1.0 from `contacts.flow`: edit the flow, not this file.
#![allow(unused_imports)]

use ::flow_runtime::flow::*;
use ::flow_runtime::value::{self, *};
use ::flow_runtime::{encode, math, state, text};

fn main() -> ::std::process::ExitCode {
    ::flow_runtime::main(&PROGRAM)
}

static PROGRAM: Program = Program {
    name: "Contacts",
    source: "contacts.flow",
    identity: "33558a9745beebae",
    secrets: &["CRM_ID", "CRM_SECRET"],
    timezone: "UTC",
    triggers: &[
        Trigger::Sms(SmsTrigger {
            line: 14,
            to: None,
            matching: Some("join"),
            start: on_sms::start,
        }),
        Trigger::Sms(SmsTrigger {
            line: 19,
            to: None,
            matching: None,
            start: on_sms_2::start,
        }),
    ],
    media: &[],
    asks: false,
    openapi: None,
    enter,
    resume,
};

/// Where a run is: at a step of a trigger or a path, or at its end.
#[derive(::flow_runtime::serde::Serialize, ::flow_runtime::serde::Deserialize)]
#[serde(crate = "::flow_runtime::serde")]
enum Run {
    #[serde(rename = "on sms matching \"join\"")]
    OnSms(on_sms::State),
    #[serde(rename = "on sms")]
    OnSms2(on_sms_2::State),
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
        Run::OnSms(state) => state.resume(outcome)?,
        Run::OnSms2(state) => state.resume(outcome)?,
        Run::Completed | Run::Failed { .. } => return Err(unasked()),
    };
    next.step(secrets)
}

impl Run {
    /// The state in its stored form, and what it asks for.
    fn step(self, secrets: &Secrets) -> Result<Step, Fault> {
        let state = state::save(&self)?;
        let action = match self {
            Run::OnSms(state) => state.action(secrets)?,
            Run::OnSms2(state) => state.action(secrets)?,
            Run::Completed => Action::End(End::Completed),
            Run::Failed { line, failure } => Action::End(End::Failed { line, failure }),
        };
        Ok(Step { state, action })
    }
}

fn unasked() -> Fault {
    Fault::Bug("an outcome that its state did not ask for".to_owned())
}

/// Line 14: `on sms matching "join"`.
mod on_sms {
    use super::*;

    #[derive(::flow_runtime::serde::Serialize, ::flow_runtime::serde::Deserialize)]
    #[serde(crate = "::flow_runtime::serde")]
    pub enum State {
        /// Line 15: `call PUT`.
        #[serde(rename = "call f942cbbd1267")]
        Call1 { #[serde(rename = "from: phone")] from: Phone },
        /// Line 16: `sms`.
        #[serde(rename = "sms ae5ecfb46370")]
        Sms1 {},
        /// Line 17: `sms`.
        #[serde(rename = "sms 4a5f81fe8bd4")]
        Sms2 {},
    }

    pub fn start(sms: InboundSms, secrets: &Secrets) -> Result<Step, Fault> {
        let from = sms.from;
        let next = Run::OnSms(State::Call1 { from });
        next.step(secrets)
    }

    impl State {
        /// What the state asks for.
        pub fn action(self, secrets: &Secrets) -> Result<Action, Fault> {
            let action = match self {
                State::Call1 { from } => {
                    Action::Call(
                        Box::new(Call {
                            line: 15,
                            method: Method::Put,
                            url: [
                                "https://crm.example.com/v3/contacts/",
                                &encode::segment(&from),
                            ]
                                .concat(),
                            query: Vec::new(),
                            headers: Vec::new(),
                            auth: Some(
                                Auth::Oauth(
                                    Box::new(Oauth {
                                        token_url: "https://login.example.com/oauth2/token"
                                            .to_owned(),
                                        client_id: secrets.get("CRM_ID").to_owned(),
                                        client_secret: secrets.get("CRM_SECRET").to_owned(),
                                        scope: Some("contacts.read contacts.write".to_owned()),
                                        audience: Some("https://crm.example.com".to_owned()),
                                        auth_method: ClientAuth::Post,
                                    }),
                                ),
                            ),
                            timeout: 10,
                            retries: 3,
                            body: Some(
                                Body::Json(
                                    JsonBody::Object(
                                        Vec::from([("source", JsonBody::from("sms"))]),
                                    ),
                                ),
                            ),
                            bindings: &[],
                        }),
                    )
                }
                State::Sms1 {} => {
                    Action::Sms(Sms {
                        line: 16,
                        to: None,
                        from: None,
                        body: "Welcome!".to_owned(),
                        media: Vec::new(),
                    })
                }
                State::Sms2 {} => {
                    Action::Sms(Sms {
                        line: 17,
                        to: None,
                        from: None,
                        body: "Please call us.".to_owned(),
                        media: Vec::new(),
                    })
                }
            };
            Ok(action)
        }

        /// Where the outcome of that leads.
        pub fn resume(self, outcome: Outcome) -> Result<Run, Fault> {
            let next = match (self, outcome) {
                (State::Call1 { .. }, Outcome::Response(_)) => Run::OnSms(State::Sms1 {}),
                (State::Call1 { .. }, Outcome::Failed(_)) => Run::OnSms(State::Sms2 {}),
                (State::Sms1 {}, Outcome::Done) => Run::Completed,
                (State::Sms1 {}, Outcome::Failed(failure)) => {
                    Run::Failed { line: 16, failure }
                }
                (State::Sms2 {}, Outcome::Done) => Run::Completed,
                (State::Sms2 {}, Outcome::Failed(failure)) => {
                    Run::Failed { line: 17, failure }
                }
                _ => return Err(unasked()),
            };
            Ok(next)
        }
    }
}

/// Line 19: `on sms`.
mod on_sms_2 {
    use super::*;

    #[derive(::flow_runtime::serde::Serialize, ::flow_runtime::serde::Deserialize)]
    #[serde(crate = "::flow_runtime::serde")]
    pub enum State {
        /// Line 20: `call GET`.
        #[serde(rename = "call 12c59cd58c26")]
        Call1 { #[serde(rename = "from: phone")] from: Phone },
        /// Line 25: `sms`.
        #[serde(rename = "sms 29f4b0dc7270")]
        Sms1 { #[serde(rename = "points: scalar")] points: Scalar },
        /// Line 26: `sms`.
        #[serde(rename = "sms 4a5f81fe8bd4")]
        Sms2 {},
    }

    static CALL1: &[Binding] = &[
        Binding {
            name: "points",
            kind: Kind::Scalar,
            optional: false,
            query: Query::Label("balance"),
        },
    ];

    pub fn start(sms: InboundSms, secrets: &Secrets) -> Result<Step, Fault> {
        let from = sms.from;
        let next = Run::OnSms2(State::Call1 { from });
        next.step(secrets)
    }

    impl State {
        /// What the state asks for.
        pub fn action(self, secrets: &Secrets) -> Result<Action, Fault> {
            let action = match self {
                State::Call1 { from } => {
                    Action::Call(
                        Box::new(Call {
                            line: 20,
                            method: Method::Get,
                            url: [
                                "https://erp.example.com/points/",
                                &encode::segment(&from),
                            ]
                                .concat(),
                            query: Vec::new(),
                            headers: Vec::new(),
                            auth: Some(
                                Auth::Oauth(
                                    Box::new(Oauth {
                                        token_url: "https://login.example.com/oauth2/token"
                                            .to_owned(),
                                        client_id: secrets.get("CRM_ID").to_owned(),
                                        client_secret: secrets.get("CRM_SECRET").to_owned(),
                                        scope: None,
                                        audience: None,
                                        auth_method: ClientAuth::Basic,
                                    }),
                                ),
                            ),
                            timeout: 10,
                            retries: 2,
                            body: None,
                            bindings: CALL1,
                        }),
                    )
                }
                State::Sms1 { points } => {
                    Action::Sms(Sms {
                        line: 25,
                        to: None,
                        from: None,
                        body: format!("You have {points} points."),
                        media: Vec::new(),
                    })
                }
                State::Sms2 {} => {
                    Action::Sms(Sms {
                        line: 26,
                        to: None,
                        from: None,
                        body: "Please call us.".to_owned(),
                        media: Vec::new(),
                    })
                }
            };
            Ok(action)
        }

        /// Where the outcome of that leads.
        pub fn resume(self, outcome: Outcome) -> Result<Run, Fault> {
            let next = match (self, outcome) {
                (State::Call1 { .. }, Outcome::Response(mut values)) => {
                    let points = values.scalar("points")?;
                    Run::OnSms2(State::Sms1 { points })
                }
                (State::Call1 { .. }, Outcome::Failed(_)) => Run::OnSms2(State::Sms2 {}),
                (State::Sms1 { .. }, Outcome::Done) => Run::Completed,
                (State::Sms1 { .. }, Outcome::Failed(failure)) => {
                    Run::Failed { line: 25, failure }
                }
                (State::Sms2 {}, Outcome::Done) => Run::Completed,
                (State::Sms2 {}, Outcome::Failed(failure)) => {
                    Run::Failed { line: 26, failure }
                }
                _ => return Err(unasked()),
            };
            Ok(next)
        }
    }
}
