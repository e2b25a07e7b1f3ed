//! Steps
//!
//! Emitted by flowc 0.1.0 from `steps.flow`: edit the flow, not this file.
#![allow(unused_imports)]

use ::flow_runtime::flow::*;
use ::flow_runtime::value::{self, *};
use ::flow_runtime::{encode, math, state, text};

fn main() -> ::std::process::ExitCode {
    ::flow_runtime::main(&PROGRAM)
}

static PROGRAM: Program = Program {
    name: "Steps",
    source: "steps.flow",
    identity: "cb81a3f7d795249c",
    secrets: &["KEY"],
    timezone: "UTC",
    triggers: &[
        Trigger::Sms(SmsTrigger {
            line: 15,
            to: None,
            matching: None,
            start: on_sms::start,
        }),
    ],
    media: &[37u32],
    asks: false,
    openapi: None,
    enter,
    resume,
};

/// Where a run is: at a step of a trigger or a path, or at its end.
#[derive(::flow_runtime::serde::Serialize, ::flow_runtime::serde::Deserialize)]
#[serde(crate = "::flow_runtime::serde")]
enum Run {
    #[serde(rename = "on sms")]
    OnSms(on_sms::State),
    #[serde(rename = "path menu")]
    PathMenu(path_menu::State),
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
        Run::PathMenu(state) => state.resume(outcome)?,
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
            Run::PathMenu(state) => state.action(secrets)?,
            Run::Completed => Action::End(End::Completed),
            Run::Failed { line, failure } => Action::End(End::Failed { line, failure }),
        };
        Ok(Step { state, action })
    }
}

fn unasked() -> Fault {
    Fault::Bug("an outcome that its state did not ask for".to_owned())
}

/// Line 15: `on sms`.
mod on_sms {
    use super::*;

    #[derive(::flow_runtime::serde::Serialize, ::flow_runtime::serde::Deserialize)]
    #[serde(crate = "::flow_runtime::serde")]
    pub enum State {
        /// Line 21: `call POST`.
        #[serde(rename = "call 931ef7cd3a1b")]
        Call1 {
            #[serde(rename = "body: text")]
            body: String,
            #[serde(rename = "from: phone")]
            from: Phone,
            #[serde(rename = "greeting: text")]
            greeting: String,
            #[serde(rename = "limit: int")]
            limit: i64,
        },
        /// Line 37: `sms`.
        #[serde(rename = "sms 8dc072da7435")]
        Sms1 {
            #[serde(rename = "body: text")]
            body: String,
            #[serde(rename = "code: int")]
            code: i64,
            #[serde(
                rename = "etag: scalar?",
                alias = "etag: scalar",
                deserialize_with = "::flow_runtime::state::stored"
            )]
            etag: Option<Scalar>,
            #[serde(rename = "greeting: text")]
            greeting: String,
            #[serde(rename = "half: number")]
            half: Number,
            #[serde(rename = "id: int")]
            id: i64,
            #[serde(
                rename = "room: scalar?",
                alias = "room: scalar",
                deserialize_with = "::flow_runtime::state::stored"
            )]
            room: Option<Scalar>,
        },
        /// Line 41: `sms`.
        #[serde(rename = "sms 545fd6e28af5")]
        Sms2 {},
        /// Line 42: `sms`.
        #[serde(rename = "sms 70de9b34e61c")]
        Sms3 { #[serde(rename = "failure: failure")] failure: Failure },
    }

    static CALL1: &[Binding] = &[
        Binding {
            name: "id",
            kind: Kind::Int,
            optional: false,
            query: Query::Path(&[Segment::Member("visit"), Segment::Member("id")]),
        },
        Binding {
            name: "room",
            kind: Kind::Scalar,
            optional: true,
            query: Query::Path(
                &[Segment::Member("stays"), Segment::Index(0), Segment::Member("room")],
            ),
        },
        Binding {
            name: "etag",
            kind: Kind::Scalar,
            optional: true,
            query: Query::Header("ETag"),
        },
        Binding {
            name: "code",
            kind: Kind::Int,
            optional: false,
            query: Query::Status,
        },
    ];

    pub fn start(sms: InboundSms, secrets: &Secrets) -> Result<Step, Fault> {
        let body = sms.body;
        let from = sms.from;
        let next = if body.as_str() == "vip" {
            let limit: i64 = 1000i64;
            join_1(body, from, limit)?
        } else {
            let limit: i64 = 100i64;
            join_1(body, from, limit)?
        };
        next.step(secrets)
    }

    impl State {
        /// What the state asks for.
        pub fn action(self, secrets: &Secrets) -> Result<Action, Fault> {
            let action = match self {
                State::Call1 { body, from, greeting, limit } => {
                    Action::Call(
                        Box::new(Call {
                            line: 21,
                            method: Method::Post,
                            url: [
                                "https://crm.example.com/v1/guests/",
                                &encode::segment(&from),
                                "/visits?lang=en&greeting=",
                                &encode::query(&greeting),
                            ]
                                .concat(),
                            query: Vec::from([
                                ("limit", format!("{limit}")),
                                (
                                    "below",
                                    {
                                        let part_1 = value::number("-1.5");
                                        format!("{part_1}")
                                    },
                                ),
                            ]),
                            headers: Vec::from([
                                ("X-Api-Key", secrets.get("KEY").to_owned()),
                            ]),
                            auth: Some(Auth::Basic {
                                user: "hotel".to_owned(),
                                password: secrets.get("KEY").to_owned(),
                            }),
                            timeout: 20,
                            retries: 0,
                            body: Some(
                                Body::Json(
                                    JsonBody::Object(
                                        Vec::from([
                                            ("phone", JsonBody::from(from.clone())),
                                            (
                                                "tags",
                                                JsonBody::List(
                                                    Vec::from([
                                                        JsonBody::from("sms"),
                                                        JsonBody::from(greeting.clone()),
                                                    ]),
                                                ),
                                            ),
                                            ("limit", JsonBody::from(limit)),
                                            ("least", JsonBody::from(-5i64)),
                                            ("note", JsonBody::Null),
                                            (
                                                "raw",
                                                JsonBody::Object(
                                                    Vec::from([("text", JsonBody::from(body))]),
                                                ),
                                            ),
                                        ]),
                                    ),
                                ),
                            ),
                            bindings: CALL1,
                        }),
                    )
                }
                State::Sms1 { code, etag, greeting, half, id, room, .. } => {
                    Action::Sms(Sms {
                        line: 37,
                        to: None,
                        from: None,
                        body: {
                            let part_1 = room
                                .map(|some| some.to_string())
                                .unwrap_or_else(|| "not known yet".to_owned());
                            let part_2 = etag
                                .map(|some| some.to_string())
                                .unwrap_or_else(|| "new".to_owned());
                            let part_3 = math::round(half, 1i64);
                            format!(
                                "{greeting} {id}, room {part_1} ({code}, {part_2}). {part_3}"
                            )
                        },
                        media: Vec::from([
                            Url::literal("https://hotel.example.com/map.png"),
                            encode::url(
                                [
                                    "https://hotel.example.com/rooms/",
                                    &encode::segment(&id),
                                    ".png?for=",
                                    &encode::query(&greeting),
                                ]
                                    .concat(),
                            )?,
                        ]),
                    })
                }
                State::Sms2 {} => {
                    Action::Sms(Sms {
                        line: 41,
                        to: None,
                        from: None,
                        body: "That took too long.".to_owned(),
                        media: Vec::new(),
                    })
                }
                State::Sms3 { failure } => {
                    Action::Sms(Sms {
                        line: 42,
                        to: None,
                        from: None,
                        body: {
                            let part_1 = failure.status.map(i64::from).unwrap_or(0i64);
                            let part_2 = &failure.message;
                            format!("Error {part_1}: {part_2}")
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
                (State::Call1 { body, greeting, .. }, Outcome::Response(mut values)) => {
                    let id = values.int("id")?;
                    let room = values.scalar_opt("room")?;
                    let etag = values.scalar_opt("etag")?;
                    let code = values.int("code")?;
                    let half: Number = math::div(Number::from(id), value::number("2"))?;
                    Run::OnSms(State::Sms1 {
                        body,
                        code,
                        etag,
                        greeting,
                        half,
                        id,
                        room,
                    })
                }
                (State::Call1 { .. }, Outcome::Failed(failure)) => {
                    if failure.kind.as_str() == "timeout" {
                        Run::OnSms(State::Sms2 {})
                    } else {
                        Run::OnSms(State::Sms3 { failure })
                    }
                }
                (State::Sms1 { body, id, .. }, Outcome::Done) => {
                    Run::PathMenu(super::path_menu::State::Start {
                        choice: body,
                        tries: id,
                        hint: Some("x".to_owned()),
                    })
                }
                (State::Sms1 { .. }, Outcome::Failed(failure)) => {
                    Run::Failed { line: 37, failure }
                }
                (State::Sms2 {}, Outcome::Done) => Run::Completed,
                (State::Sms2 {}, Outcome::Failed(failure)) => {
                    Run::Failed { line: 41, failure }
                }
                (State::Sms3 { .. }, Outcome::Done) => Run::Completed,
                (State::Sms3 { .. }, Outcome::Failed(failure)) => {
                    Run::Failed { line: 42, failure }
                }
                _ => return Err(unasked()),
            };
            Ok(next)
        }
    }

    /// Line 18, where several ways come together.
    fn join_1(body: String, from: Phone, limit: i64) -> Result<Run, Fault> {
        let next = if (limit > 500i64) && !(from.as_str() == "+15550100") {
            let greeting: String = "Dear guest".to_owned();
            Run::OnSms(State::Call1 {
                body,
                from,
                greeting,
                limit,
            })
        } else {
            let greeting: String = "Hello".to_owned();
            Run::OnSms(State::Call1 {
                body,
                from,
                greeting,
                limit,
            })
        };
        Ok(next)
    }
}

/// Line 6: `path menu`.
mod path_menu {
    use super::*;

    #[derive(::flow_runtime::serde::Serialize, ::flow_runtime::serde::Deserialize)]
    #[serde(crate = "::flow_runtime::serde")]
    pub enum State {
        /// Line 6: the path is entered.
        #[serde(rename = "start")]
        Start {
            #[serde(rename = "choice: text")]
            choice: String,
            #[serde(
                rename = "hint: text?",
                alias = "hint: text",
                deserialize_with = "::flow_runtime::state::stored"
            )]
            hint: Option<String>,
            #[serde(rename = "tries: int")]
            tries: i64,
        },
        /// Line 8: `sms`.
        #[serde(rename = "sms 0d7a7556df4a")]
        Sms1 {
            #[serde(
                rename = "hint: text?",
                alias = "hint: text",
                deserialize_with = "::flow_runtime::state::stored"
            )]
            hint: Option<String>,
        },
        /// Line 12: `sms`.
        #[serde(rename = "sms b2f68ca44736")]
        Sms2 {},
    }

    impl State {
        /// What the state asks for.
        pub fn action(self, _secrets: &Secrets) -> Result<Action, Fault> {
            let action = match self {
                State::Start { .. } => Action::Continue,
                State::Sms1 { hint } => {
                    Action::Sms(Sms {
                        line: 8,
                        to: None,
                        from: None,
                        body: {
                            let part_1 = hint.as_deref().unwrap_or("Bye!");
                            format!("Seaside Inn is open from 7 to 22. {part_1}")
                        },
                        media: Vec::new(),
                    })
                }
                State::Sms2 {} => {
                    Action::Sms(Sms {
                        line: 12,
                        to: None,
                        from: None,
                        body: "Say hours or again.".to_owned(),
                        media: Vec::new(),
                    })
                }
            };
            Ok(action)
        }

        /// Where the outcome of that leads.
        pub fn resume(self, outcome: Outcome) -> Result<Run, Fault> {
            let next = match (self, outcome) {
                (State::Start { choice, hint, tries }, Outcome::Done) => {
                    match text::lower(text::trim(choice.as_str()).as_str()).as_str() {
                        "hours" | "open" => Run::PathMenu(State::Sms1 { hint }),
                        "again" => {
                            if tries < 3i64 {
                                Run::PathMenu(super::path_menu::State::Start {
                                    choice: "hours".to_owned(),
                                    tries: math::add_int(tries, 1i64)?,
                                    hint: Some(choice),
                                })
                            } else {
                                Run::PathMenu(super::path_menu::State::Start {
                                    choice: "bye".to_owned(),
                                    tries: 0i64,
                                    hint: None,
                                })
                            }
                        }
                        _ => Run::PathMenu(State::Sms2 {}),
                    }
                }
                (State::Sms1 { .. }, Outcome::Done) => Run::Completed,
                (State::Sms1 { .. }, Outcome::Failed(failure)) => {
                    Run::Failed { line: 8, failure }
                }
                (State::Sms2 {}, Outcome::Done) => Run::Completed,
                (State::Sms2 {}, Outcome::Failed(failure)) => {
                    Run::Failed { line: 12, failure }
                }
                _ => return Err(unasked()),
            };
            Ok(next)
        }
    }
}
