//! Two bots
//!
//! Emitted by flowc 0.1.0 from `bots.flow`: edit the flow, not this file.
#![allow(unused_imports)]

use ::flow_runtime::chat::{Chat, Turn};
use ::flow_runtime::flow::*;
use ::flow_runtime::value::{self, *};
use ::flow_runtime::{encode, math, state, text};

fn main() -> ::std::process::ExitCode {
    ::flow_runtime::main(&PROGRAM)
}

static PROGRAM: Program = Program {
    name: "Two bots",
    source: "bots.flow",
    identity: "5e735b6e94ed18d5",
    secrets: &["AWS_ID", "AWS_SECRET", "AWS_TOKEN", "WATSON_KEY"],
    timezone: "UTC",
    triggers: &[
        Trigger::Sms(SmsTrigger {
            line: 23,
            to: None,
            matching: Some("menu"),
            start: on_sms::start,
        }),
        Trigger::Sms(SmsTrigger {
            line: 32,
            to: None,
            matching: None,
            start: on_sms_2::start,
        }),
    ],
    media: &[],
    asks: true,
    openapi: None,
    enter,
    resume,
};

/// Where a run is: at a step of a trigger or a path, or at its end.
#[derive(::flow_runtime::serde::Serialize, ::flow_runtime::serde::Deserialize)]
#[serde(crate = "::flow_runtime::serde")]
enum Run {
    #[serde(rename = "on sms matching \"menu\"")]
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

/// Line 23: `on sms matching "menu"`.
mod on_sms {
    use super::*;

    #[derive(::flow_runtime::serde::Serialize, ::flow_runtime::serde::Deserialize)]
    #[serde(crate = "::flow_runtime::serde")]
    pub enum State {
        /// Line 24: `ask concierge`.
        #[serde(rename = "ask d1ce1f1d4b28")]
        Talk1 { #[serde(rename = "from: phone")] from: Phone },
        /// Line 26: `sms`.
        #[serde(rename = "sms d37019193acf")]
        Sms1 {},
        /// Line 27: `sms`.
        #[serde(rename = "sms 5b7ccc215557")]
        Sms2 {
            #[serde(
                rename = "sure: number?",
                alias = "sure: number",
                deserialize_with = "::flow_runtime::state::stored"
            )]
            sure: Option<Number>,
        },
        /// Line 29: `sms`.
        #[serde(rename = "sms b7bf16f686ea")]
        Sms3 {},
        /// Line 30: `sms`.
        #[serde(rename = "sms cc017fb712ec")]
        Sms4 { #[serde(rename = "failure: failure")] failure: Failure },
    }

    static TALK1: &[Binding] = &[
        Binding {
            name: "intent",
            kind: Kind::Text,
            optional: false,
            query: Query::Path(&[Segment::Member("intent")]),
        },
        Binding {
            name: "sure",
            kind: Kind::Number,
            optional: true,
            query: Query::Path(&[Segment::Member("confidence")]),
        },
    ];

    pub fn start(sms: InboundSms, secrets: &Secrets) -> Result<Step, Fault> {
        let from = sms.from;
        let next = Run::OnSms(State::Talk1 { from });
        next.step(secrets)
    }

    impl State {
        /// What the state asks for.
        pub fn action(self, secrets: &Secrets) -> Result<Action, Fault> {
            let action = match self {
                State::Talk1 { from } => {
                    Action::Talk(
                        Box::new(Talk {
                            line: 24,
                            bot: Bot::Lex(Lex {
                                name: "concierge",
                                url: "https://runtime-v2-lex.us-east-1.amazonaws.com",
                                region: "us-east-1",
                                bot: "ABCDEFGHIJ",
                                alias: "TSTALIASID",
                                locale: "es_US",
                                key_id: secrets.get("AWS_ID").to_owned(),
                                secret: secrets.get("AWS_SECRET").to_owned(),
                                session_token: Some(secrets.get("AWS_TOKEN").to_owned()),
                            }),
                            words: format!("menu for {from}"),
                            timeout: 8,
                            retries: 2,
                            bindings: TALK1,
                            is_chat: false,
                        }),
                    )
                }
                State::Sms1 {} => {
                    Action::Sms(Sms {
                        line: 26,
                        to: None,
                        from: None,
                        body: "Here it is.".to_owned(),
                        media: Vec::new(),
                    })
                }
                State::Sms2 { sure } => {
                    Action::Sms(Sms {
                        line: 27,
                        to: None,
                        from: None,
                        body: {
                            let part_1 = match sure {
                                Some(some) => some,
                                None => value::number("0"),
                            };
                            format!("What? {part_1}")
                        },
                        media: Vec::new(),
                    })
                }
                State::Sms3 {} => {
                    Action::Sms(Sms {
                        line: 29,
                        to: None,
                        from: None,
                        body: "Later, please.".to_owned(),
                        media: Vec::new(),
                    })
                }
                State::Sms4 { failure } => {
                    Action::Sms(Sms {
                        line: 30,
                        to: None,
                        from: None,
                        body: {
                            let part_1 = &failure.message;
                            format!("Please call us: {part_1}")
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
                (State::Talk1 { .. }, Outcome::Response(mut values)) => {
                    let intent = values.text("intent")?;
                    let sure = values.number_opt("sure")?;
                    match intent.as_str() {
                        "Menu" => Run::OnSms(State::Sms1 {}),
                        _ => Run::OnSms(State::Sms2 { sure }),
                    }
                }
                (State::Talk1 { .. }, Outcome::Failed(failure)) => {
                    match (failure.kind, failure.status) {
                        (FailureKind::Status, Some(429)) => Run::OnSms(State::Sms3 {}),
                        _ => Run::OnSms(State::Sms4 { failure }),
                    }
                }
                (State::Sms1 {}, Outcome::Done) => Run::Completed,
                (State::Sms1 {}, Outcome::Failed(failure)) => {
                    Run::Failed { line: 26, failure }
                }
                (State::Sms2 { .. }, Outcome::Done) => Run::Completed,
                (State::Sms2 { .. }, Outcome::Failed(failure)) => {
                    Run::Failed { line: 27, failure }
                }
                (State::Sms3 {}, Outcome::Done) => Run::Completed,
                (State::Sms3 {}, Outcome::Failed(failure)) => {
                    Run::Failed { line: 29, failure }
                }
                (State::Sms4 { .. }, Outcome::Done) => Run::Completed,
                (State::Sms4 { .. }, Outcome::Failed(failure)) => {
                    Run::Failed { line: 30, failure }
                }
                _ => return Err(unasked()),
            };
            Ok(next)
        }
    }
}

/// Line 32: `on sms`.
mod on_sms_2 {
    use super::*;

    #[derive(::flow_runtime::serde::Serialize, ::flow_runtime::serde::Deserialize)]
    #[serde(crate = "::flow_runtime::serde")]
    pub enum State {
        /// Line 34: `chat desk`.
        #[serde(rename = "chat 78cb9d65ffff")]
        Talk1 {
            chat: Chat,
            #[serde(rename = "body: text")]
            body: String,
            #[serde(rename = "from: phone")]
            from: Phone,
            #[serde(rename = "room: text")]
            room: String,
        },
        /// Line 35: `sms`.
        #[serde(rename = "sms cdf4faeb69ee")]
        Sms1 {
            #[serde(rename = "from: phone")]
            from: Phone,
            #[serde(rename = "room: text")]
            room: String,
        },
        /// Line 36: `sms`.
        #[serde(rename = "sms bd92c76a3d49")]
        Sms2 {
            #[serde(
                rename = "nights: int?",
                alias = "nights: int",
                deserialize_with = "::flow_runtime::state::stored"
            )]
            nights: Option<i64>,
            #[serde(
                rename = "reply: text?",
                alias = "reply: text",
                deserialize_with = "::flow_runtime::state::stored"
            )]
            reply: Option<String>,
        },
        /// Line 37: `sms`.
        #[serde(rename = "sms 1542ec242d0f")]
        Sms3 { #[serde(rename = "room: text")] room: String },
    }

    static TALK1: &[Binding] = &[
        Binding {
            name: "reply",
            kind: Kind::Text,
            optional: true,
            query: Query::Path(&[Segment::Member("message")]),
        },
        Binding {
            name: "nights",
            kind: Kind::Int,
            optional: true,
            query: Query::Path(&[Segment::Member("context"), Segment::Member("nights")]),
        },
        Binding {
            name: "handover",
            kind: Kind::Bool,
            optional: false,
            query: Query::Path(&[Segment::Member("handover")]),
        },
    ];

    pub fn start(sms: InboundSms, secrets: &Secrets) -> Result<Step, Fault> {
        let body = sms.body;
        let from = sms.from;
        let next = {
            let room: String = "7".to_owned();
            Run::OnSms2(State::Talk1 {
                chat: Chat::Begins,
                body,
                from,
                room,
            })
        };
        next.step(secrets)
    }

    impl State {
        /// What the state asks for.
        pub fn action(self, secrets: &Secrets) -> Result<Action, Fault> {
            let action = match self {
                State::Talk1 { body, chat, .. } => {
                    chat.action(
                        Talk {
                            line: 34,
                            bot: Bot::Watson(Watson {
                                name: "desk",
                                url: "https://api.us-south.assistant.watson.cloud.ibm.com/instances/0a1b",
                                assistant: "0a1b2c3d",
                                environment: Some("live"),
                                version: "2024-08-25",
                                key: secrets.get("WATSON_KEY").to_owned(),
                                token_url: "https://iam.cloud.ibm.com/identity/token",
                                end_flag: Some("finished"),
                            }),
                            words: body,
                            timeout: 10,
                            retries: 1,
                            bindings: TALK1,
                            is_chat: true,
                        },
                        "chat desk",
                        1800,
                    )
                }
                State::Sms1 { from, room } => {
                    Action::Sms(Sms {
                        line: 35,
                        to: Some(Phone::literal("+15550100")),
                        from: None,
                        body: format!("Please call {from}, room {room}."),
                        media: Vec::new(),
                    })
                }
                State::Sms2 { nights, reply } => {
                    Action::Sms(Sms {
                        line: 36,
                        to: None,
                        from: None,
                        body: {
                            let part_1 = reply.as_deref().unwrap_or("Thank you!");
                            let part_2 = nights.unwrap_or(1i64);
                            format!("{part_1} {part_2}")
                        },
                        media: Vec::new(),
                    })
                }
                State::Sms3 { room } => {
                    Action::Sms(Sms {
                        line: 37,
                        to: None,
                        from: None,
                        body: format!("Room {room} is kept for you."),
                        media: Vec::new(),
                    })
                }
            };
            Ok(action)
        }

        /// Where the outcome of that leads.
        pub fn resume(self, outcome: Outcome) -> Result<Run, Fault> {
            let next = match (self, outcome) {
                (
                    State::Talk1 { chat, body, from, room },
                    outcome @ (Outcome::Response(_)
                    | Outcome::Reply(_)
                    | Outcome::TimedOut
                    | Outcome::Failed(_)),
                ) => {
                    match chat.next(outcome)? {
                        Turn::Again(chat) => {
                            Run::OnSms2(State::Talk1 {
                                chat,
                                body,
                                from,
                                room,
                            })
                        }
                        Turn::Ended(mut values) => {
                            let reply = values.text_opt("reply")?;
                            let nights = values.int_opt("nights")?;
                            let handover = values.bool("handover")?;
                            if handover {
                                Run::OnSms2(State::Sms1 { from, room })
                            } else {
                                Run::OnSms2(State::Sms2 { nights, reply })
                            }
                        }
                        Turn::TimedOut => Run::OnSms2(State::Sms3 { room }),
                        Turn::Failed(_) => Run::Completed,
                    }
                }
                (State::Sms1 { .. }, Outcome::Done) => Run::Completed,
                (State::Sms1 { .. }, Outcome::Failed(failure)) => {
                    Run::Failed { line: 35, failure }
                }
                (State::Sms2 { .. }, Outcome::Done) => Run::Completed,
                (State::Sms2 { .. }, Outcome::Failed(failure)) => {
                    Run::Failed { line: 36, failure }
                }
                (State::Sms3 { .. }, Outcome::Done) => Run::Completed,
                (State::Sms3 { .. }, Outcome::Failed(failure)) => {
                    Run::Failed { line: 37, failure }
                }
                _ => return Err(unasked()),
            };
            Ok(next)
        }
    }
}
