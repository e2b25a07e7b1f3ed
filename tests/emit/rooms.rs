//! Room booking
//!
//! Emitted by flowc 0.1.0 from `rooms.flow`: edit the flow, not this file.
#![allow(unused_imports)]

use ::flow_runtime::flow::*;
use ::flow_runtime::value::{self, *};
use ::flow_runtime::{encode, math, state, text};

fn main() -> ::std::process::ExitCode {
    ::flow_runtime::main(&PROGRAM)
}

static PROGRAM: Program = Program {
    name: "Room booking",
    source: "rooms.flow",
    identity: "1f9e29447ebf1f29",
    secrets: &["BOOKING_TOKEN"],
    timezone: "UTC",
    triggers: &[
        Trigger::Sms(SmsTrigger {
            line: 10,
            to: None,
            matching: Some("stop|cancel"),
            start: on_sms::start,
        }),
        Trigger::Sms(SmsTrigger {
            line: 16,
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
    #[serde(rename = "on sms matching \"stop|cancel\"")]
    OnSms(on_sms::State),
    #[serde(rename = "on sms")]
    OnSms2(on_sms_2::State),
    #[serde(rename = "path find")]
    PathFind(path_find::State),
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
        Run::PathFind(state) => state.resume(outcome)?,
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
            Run::PathFind(state) => state.action(secrets)?,
            Run::Completed => Action::End(End::Completed),
            Run::Failed { line, failure } => Action::End(End::Failed { line, failure }),
        };
        Ok(Step { state, action })
    }
}

fn unasked() -> Fault {
    Fault::Bug("an outcome that its state did not ask for".to_owned())
}

/// Line 10: `on sms matching "stop|cancel"`.
mod on_sms {
    use super::*;

    #[derive(::flow_runtime::serde::Serialize, ::flow_runtime::serde::Deserialize)]
    #[serde(crate = "::flow_runtime::serde")]
    pub enum State {
        /// Line 11: `call DELETE`.
        #[serde(rename = "call 8dfe35384c11")]
        Call1 { #[serde(rename = "from: phone")] from: Phone },
        /// Line 12: `sms`.
        #[serde(rename = "sms 9e1d95c2c94e")]
        Sms1 {},
        /// Line 13: `sms`.
        #[serde(rename = "sms e1531fa12583")]
        Sms2 {},
        /// Line 14: `sms`.
        #[serde(rename = "sms 407a413ad398")]
        Sms3 {},
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
                            line: 11,
                            method: Method::Delete,
                            url: [
                                "https://booking.example.com/v1/holds/",
                                &encode::segment(&from),
                            ]
                                .concat(),
                            query: Vec::new(),
                            headers: Vec::from([
                                ("Accept", "application/json".to_owned()),
                            ]),
                            auth: Some(
                                Auth::Bearer(secrets.get("BOOKING_TOKEN").to_owned()),
                            ),
                            timeout: 20,
                            retries: 0,
                            body: None,
                            bindings: &[],
                        }),
                    )
                }
                State::Sms1 {} => {
                    Action::Sms(Sms {
                        line: 12,
                        to: None,
                        from: None,
                        body: "Your room is no longer held.".to_owned(),
                        media: Vec::new(),
                    })
                }
                State::Sms2 {} => {
                    Action::Sms(Sms {
                        line: 13,
                        to: None,
                        from: None,
                        body: "We hold no room for you.".to_owned(),
                        media: Vec::new(),
                    })
                }
                State::Sms3 {} => {
                    Action::Sms(Sms {
                        line: 14,
                        to: None,
                        from: None,
                        body: "Please call us at 305-555-0100.".to_owned(),
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
                (State::Call1 { .. }, Outcome::Failed(failure)) => {
                    match (failure.kind, failure.status) {
                        (FailureKind::Status, Some(404)) => Run::OnSms(State::Sms2 {}),
                        _ => Run::OnSms(State::Sms3 {}),
                    }
                }
                (State::Sms1 {}, Outcome::Done) => Run::Completed,
                (State::Sms1 {}, Outcome::Failed(failure)) => {
                    Run::Failed { line: 12, failure }
                }
                (State::Sms2 {}, Outcome::Done) => Run::Completed,
                (State::Sms2 {}, Outcome::Failed(failure)) => {
                    Run::Failed { line: 13, failure }
                }
                (State::Sms3 {}, Outcome::Done) => Run::Completed,
                (State::Sms3 {}, Outcome::Failed(failure)) => {
                    Run::Failed { line: 14, failure }
                }
                _ => return Err(unasked()),
            };
            Ok(next)
        }
    }
}

/// Line 16: `on sms`.
mod on_sms_2 {
    use super::*;

    #[derive(::flow_runtime::serde::Serialize, ::flow_runtime::serde::Deserialize)]
    #[serde(crate = "::flow_runtime::serde")]
    pub enum State {
        /// Line 18: `sms`.
        #[serde(rename = "sms 768659e3d4cd")]
        Sms1 {},
    }

    pub fn start(sms: InboundSms, secrets: &Secrets) -> Result<Step, Fault> {
        let body = sms.body;
        let next = if text::matches(body.as_str(), "(?i)rooms? [1-9] *") {
            Run::PathFind(super::path_find::State::Start {
                guests: text::digits(body.as_str()),
            })
        } else {
            Run::OnSms2(State::Sms1 {})
        };
        next.step(secrets)
    }

    impl State {
        /// What the state asks for.
        pub fn action(self, _secrets: &Secrets) -> Result<Action, Fault> {
            let action = match self {
                State::Sms1 {} => {
                    Action::Sms(Sms {
                        line: 18,
                        to: None,
                        from: None,
                        body: "Text ROOM and the number of guests, like ROOM 2."
                            .to_owned(),
                        media: Vec::new(),
                    })
                }
            };
            Ok(action)
        }

        /// Where the outcome of that leads.
        pub fn resume(self, outcome: Outcome) -> Result<Run, Fault> {
            let next = match (self, outcome) {
                (State::Sms1 {}, Outcome::Done) => Run::Completed,
                (State::Sms1 {}, Outcome::Failed(failure)) => {
                    Run::Failed { line: 18, failure }
                }
                _ => return Err(unasked()),
            };
            Ok(next)
        }
    }
}

/// Line 20: `path find`.
mod path_find {
    use super::*;

    #[derive(::flow_runtime::serde::Serialize, ::flow_runtime::serde::Deserialize)]
    #[serde(crate = "::flow_runtime::serde")]
    pub enum State {
        /// Line 20: the path is entered.
        #[serde(rename = "start")]
        Start { #[serde(rename = "guests: text")] guests: String },
        /// Line 21: `call GET`.
        #[serde(rename = "call b7f0fe3f14fa")]
        Call1 { #[serde(rename = "guests: text")] guests: String },
        /// Line 27: `sms`.
        #[serde(rename = "sms 83374d63a282")]
        Sms1 {
            #[serde(rename = "price: scalar")]
            price: Scalar,
            #[serde(rename = "room: scalar")]
            room: Scalar,
            #[serde(rename = "view: scalar")]
            view: Scalar,
        },
        /// Line 28: `sms`.
        #[serde(rename = "sms 97a11dce327e")]
        Sms2 {
            #[serde(rename = "price: scalar")]
            price: Scalar,
            #[serde(rename = "room: scalar")]
            room: Scalar,
        },
        /// Line 29: `sms`.
        #[serde(rename = "sms 6345e0fdd65f")]
        Sms3 { #[serde(rename = "guests: text")] guests: String },
        /// Line 30: `sms`.
        #[serde(rename = "sms 5fbd1920e4f3")]
        Sms4 { #[serde(rename = "guests: text")] guests: String },
        /// Line 31: `sms`.
        #[serde(rename = "sms 45866a8374ed")]
        Sms5 {},
        /// Line 32: `sms`.
        #[serde(rename = "sms 407a413ad398")]
        Sms6 {},
    }

    static CALL1: &[Binding] = &[
        Binding {
            name: "room",
            kind: Kind::Scalar,
            optional: false,
            query: Query::JsonPath("$.rooms[?@.free==true].number"),
        },
        Binding {
            name: "price",
            kind: Kind::Scalar,
            optional: false,
            query: Query::JsonPath("$.rooms[?@.free==true].price"),
        },
        Binding {
            name: "view",
            kind: Kind::Scalar,
            optional: true,
            query: Query::JsonPath("$.rooms[?@.free==true].view"),
        },
    ];

    impl State {
        /// What the state asks for.
        pub fn action(self, secrets: &Secrets) -> Result<Action, Fault> {
            let action = match self {
                State::Start { .. } => Action::Continue,
                State::Call1 { guests } => {
                    Action::Call(
                        Box::new(Call {
                            line: 21,
                            method: Method::Get,
                            url: "https://booking.example.com/v1/rooms".to_owned(),
                            query: Vec::from([("guests", guests)]),
                            headers: Vec::from([
                                ("Accept", "application/json".to_owned()),
                            ]),
                            auth: Some(
                                Auth::Bearer(secrets.get("BOOKING_TOKEN").to_owned()),
                            ),
                            timeout: 20,
                            retries: 2,
                            body: None,
                            bindings: CALL1,
                        }),
                    )
                }
                State::Sms1 { price, room, view } => {
                    Action::Sms(Sms {
                        line: 27,
                        to: None,
                        from: None,
                        body: format!(
                            "Room {room} with a view of the {view} is free, at ${price} a night."
                        ),
                        media: Vec::new(),
                    })
                }
                State::Sms2 { price, room } => {
                    Action::Sms(Sms {
                        line: 28,
                        to: None,
                        from: None,
                        body: format!("Room {room} is free, at ${price} a night."),
                        media: Vec::new(),
                    })
                }
                State::Sms3 { guests } => {
                    Action::Sms(Sms {
                        line: 29,
                        to: None,
                        from: None,
                        body: format!("There is no room free for {guests} tonight."),
                        media: Vec::new(),
                    })
                }
                State::Sms4 { guests } => {
                    Action::Sms(Sms {
                        line: 30,
                        to: None,
                        from: None,
                        body: format!("We have no rooms for {guests}."),
                        media: Vec::new(),
                    })
                }
                State::Sms5 {} => {
                    Action::Sms(Sms {
                        line: 31,
                        to: None,
                        from: None,
                        body: "Our booking system is slow today. Please try again in a minute."
                            .to_owned(),
                        media: Vec::new(),
                    })
                }
                State::Sms6 {} => {
                    Action::Sms(Sms {
                        line: 32,
                        to: None,
                        from: None,
                        body: "Please call us at 305-555-0100.".to_owned(),
                        media: Vec::new(),
                    })
                }
            };
            Ok(action)
        }

        /// Where the outcome of that leads.
        pub fn resume(self, outcome: Outcome) -> Result<Run, Fault> {
            let next = match (self, outcome) {
                (State::Start { guests }, Outcome::Done) => {
                    Run::PathFind(State::Call1 { guests })
                }
                (State::Call1 { .. }, Outcome::Response(mut values)) => {
                    let room = values.scalar("room")?;
                    let price = values.scalar("price")?;
                    let view = values.scalar_opt("view")?;
                    if let Some(view) = view {
                        Run::PathFind(State::Sms1 { price, room, view })
                    } else {
                        Run::PathFind(State::Sms2 { price, room })
                    }
                }
                (State::Call1 { guests }, Outcome::Failed(failure)) => {
                    match (failure.kind, failure.status) {
                        (FailureKind::Response, _) => {
                            Run::PathFind(State::Sms3 { guests })
                        }
                        (FailureKind::Status, Some(400..=499)) => {
                            Run::PathFind(State::Sms4 { guests })
                        }
                        (FailureKind::Timeout, _) => Run::PathFind(State::Sms5 {}),
                        _ => Run::PathFind(State::Sms6 {}),
                    }
                }
                (State::Sms1 { .. }, Outcome::Done) => Run::Completed,
                (State::Sms1 { .. }, Outcome::Failed(failure)) => {
                    Run::Failed { line: 27, failure }
                }
                (State::Sms2 { .. }, Outcome::Done) => Run::Completed,
                (State::Sms2 { .. }, Outcome::Failed(failure)) => {
                    Run::Failed { line: 28, failure }
                }
                (State::Sms3 { .. }, Outcome::Done) => Run::Completed,
                (State::Sms3 { .. }, Outcome::Failed(failure)) => {
                    Run::Failed { line: 29, failure }
                }
                (State::Sms4 { .. }, Outcome::Done) => Run::Completed,
                (State::Sms4 { .. }, Outcome::Failed(failure)) => {
                    Run::Failed { line: 30, failure }
                }
                (State::Sms5 {}, Outcome::Done) => Run::Completed,
                (State::Sms5 {}, Outcome::Failed(failure)) => {
                    Run::Failed { line: 31, failure }
                }
                (State::Sms6 {}, Outcome::Done) => Run::Completed,
                (State::Sms6 {}, Outcome::Failed(failure)) => {
                    Run::Failed { line: 32, failure }
                }
                _ => return Err(unasked()),
            };
            Ok(next)
        }
    }
}
