//! Marks
//!
//! Emitted by flowc 0.1.0 from `marks.flow`: edit the flow, not this file.
#![allow(unused_imports)]

use ::flow_runtime::flow::*;
use ::flow_runtime::value::{self, *};
use ::flow_runtime::{encode, math, state, text};

fn main() -> ::std::process::ExitCode {
    ::flow_runtime::testing::main(&PROGRAM)
}

static PROGRAM: Program = Program {
    name: "Marks",
    source: "marks.flow",
    identity: "0dbd4f75f606166a",
    secrets: &[],
    timezone: "UTC",
    triggers: &[
        Trigger::Sms(SmsTrigger {
            line: 11,
            to: None,
            matching: None,
            start: on_sms::start,
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
    #[serde(rename = "on sms")]
    OnSms(on_sms::State),
    #[serde(rename = "path again")]
    PathAgain(path_again::State),
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
        Run::PathAgain(state) => state.resume(outcome)?,
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
            Run::PathAgain(state) => state.action(secrets)?,
            Run::Completed => Action::End(End::Completed),
            Run::Failed { line, failure } => Action::End(End::Failed { line, failure }),
        };
        Ok(Step { state, action })
    }
}

fn unasked() -> Fault {
    Fault::Bug("an outcome that its state did not ask for".to_owned())
}

/// Line 11: `on sms`.
mod on_sms {
    use super::*;

    #[derive(::flow_runtime::serde::Serialize, ::flow_runtime::serde::Deserialize)]
    #[serde(crate = "::flow_runtime::serde")]
    pub enum State {
        /// Line 13: `call GET`.
        #[serde(rename = "call 5d704a727050")]
        Call1 { #[serde(rename = "body: text")] body: String },
        /// Line 19: `sms`.
        #[serde(rename = "sms 227229e022ce")]
        Sms1 { #[serde(rename = "word: text")] word: String },
    }

    static CALL1: &[Binding] = &[
        Binding {
            name: "word",
            kind: Kind::Text,
            optional: true,
            query: Query::Label("word"),
        },
    ];

    pub fn start(sms: InboundSms, secrets: &Secrets) -> Result<Step, Fault> {
        let body = sms.body;
        let next = {
            ::flow_runtime::testing::at(0, 8);
            Run::OnSms(State::Call1 { body })
        };
        next.step(secrets)
    }

    impl State {
        /// What the state asks for.
        pub fn action(self, _secrets: &Secrets) -> Result<Action, Fault> {
            let action = match self {
                State::Call1 { .. } => {
                    Action::Call(
                        Box::new(Call {
                            line: 13,
                            method: Method::Get,
                            url: "https://example.com/greeting".to_owned(),
                            query: Vec::new(),
                            headers: Vec::new(),
                            auth: None,
                            timeout: 10,
                            retries: 2,
                            body: None,
                            bindings: CALL1,
                        }),
                    )
                }
                State::Sms1 { word } => {
                    Action::Sms(Sms {
                        line: 19,
                        to: None,
                        from: None,
                        body: format!("{word}"),
                        media: Vec::new(),
                    })
                }
            };
            Ok(action)
        }

        /// Where the outcome of that leads.
        pub fn resume(self, outcome: Outcome) -> Result<Run, Fault> {
            let next = match (self, outcome) {
                (State::Call1 { body }, Outcome::Response(mut values)) => {
                    ::flow_runtime::testing::from(0, 8);
                    let word = values.text_opt("word")?;
                    ::flow_runtime::testing::at(0, 5);
                    if let Some(word) = word {
                        join_1(body, word)?
                    } else {
                        ::flow_runtime::testing::at(0, 4);
                        let word: String = "Hello".to_owned();
                        join_1(body, word)?
                    }
                }
                (State::Call1 { body }, Outcome::Failed(failure)) => {
                    ::flow_runtime::testing::from(0, 8);
                    match (failure.kind, failure.status) {
                        (FailureKind::Timeout, _) => {
                            ::flow_runtime::testing::at(0, 6);
                            let word: String = "Later".to_owned();
                            join_1(body, word)?
                        }
                        _ => {
                            ::flow_runtime::testing::at(0, 7);
                            Run::Completed
                        }
                    }
                }
                (State::Sms1 { .. }, Outcome::Done) => {
                    ::flow_runtime::testing::from(0, 1);
                    ::flow_runtime::testing::at(0, 0);
                    Run::Completed
                }
                (State::Sms1 { .. }, Outcome::Failed(failure)) => {
                    ::flow_runtime::testing::from(0, 1);
                    Run::Failed { line: 19, failure }
                }
                _ => return Err(unasked()),
            };
            Ok(next)
        }
    }

    /// Line 18, where several ways come together.
    fn join_1(body: String, word: String) -> Result<Run, Fault> {
        let next = {
            ::flow_runtime::testing::at(0, 3);
            match text::lower(body.as_str()).as_str() {
                "a" | "b" => {
                    ::flow_runtime::testing::at(0, 1);
                    Run::OnSms(State::Sms1 { word })
                }
                _ => {
                    ::flow_runtime::testing::at(0, 2);
                    ::flow_runtime::testing::at(1, 7);
                    Run::PathAgain(super::path_again::State::Start {
                        tries: 0i64,
                    })
                }
            }
        };
        Ok(next)
    }
}

/// Line 4: `path again`.
mod path_again {
    use super::*;

    #[derive(::flow_runtime::serde::Serialize, ::flow_runtime::serde::Deserialize)]
    #[serde(crate = "::flow_runtime::serde")]
    pub enum State {
        /// Line 4: the path is entered.
        #[serde(rename = "start")]
        Start { #[serde(rename = "tries: int")] tries: i64 },
        /// Line 6: `ask "Which number?"`.
        #[serde(rename = "ask 027362cb29f2")]
        Ask1 { #[serde(rename = "tries: int")] tries: i64 },
        /// Line 7: `sms`.
        #[serde(rename = "sms ff299c2586e1")]
        Sms1 { #[serde(rename = "n: int")] n: i64 },
    }

    impl State {
        /// What the state asks for.
        pub fn action(self, _secrets: &Secrets) -> Result<Action, Fault> {
            let action = match self {
                State::Start { .. } => Action::Continue,
                State::Ask1 { .. } => {
                    Action::Ask(
                        Box::new(Ask {
                            question: Sms {
                                line: 6,
                                to: None,
                                from: None,
                                body: "Which number?".to_owned(),
                                media: Vec::new(),
                            },
                            place: "ask \"Which number?\"",
                            reply: Some(Input {
                                name: "n",
                                kind: Kind::Int,
                                optional: false,
                            }),
                            within: 600,
                            retries: 0,
                            again: None,
                        }),
                    )
                }
                State::Sms1 { n } => {
                    Action::Sms(Sms {
                        line: 7,
                        to: None,
                        from: None,
                        body: format!("{n} it is."),
                        media: Vec::new(),
                    })
                }
            };
            Ok(action)
        }

        /// Where the outcome of that leads.
        pub fn resume(self, outcome: Outcome) -> Result<Run, Fault> {
            let next = match (self, outcome) {
                (State::Start { tries }, Outcome::Done) => {
                    ::flow_runtime::testing::from(1, 7);
                    ::flow_runtime::testing::at(1, 6);
                    if tries > 2i64 {
                        ::flow_runtime::testing::at(1, 1);
                        Run::Completed
                    } else {
                        ::flow_runtime::testing::at(1, 5);
                        Run::PathAgain(State::Ask1 { tries })
                    }
                }
                (State::Ask1 { .. }, Outcome::Reply(mut values)) => {
                    ::flow_runtime::testing::from(1, 5);
                    let n = values.int("n")?;
                    ::flow_runtime::testing::at(1, 3);
                    Run::PathAgain(State::Sms1 { n })
                }
                (State::Ask1 { tries }, Outcome::TimedOut) => {
                    ::flow_runtime::testing::from(1, 5);
                    ::flow_runtime::testing::at(1, 4);
                    ::flow_runtime::testing::at(1, 7);
                    Run::PathAgain(super::path_again::State::Start {
                        tries: math::add_int(tries, 1i64)?,
                    })
                }
                (State::Ask1 { .. }, Outcome::Failed(failure)) => {
                    ::flow_runtime::testing::from(1, 5);
                    Run::Failed { line: 6, failure }
                }
                (State::Sms1 { .. }, Outcome::Done) => {
                    ::flow_runtime::testing::from(1, 3);
                    ::flow_runtime::testing::at(1, 0);
                    Run::Completed
                }
                (State::Sms1 { .. }, Outcome::Failed(_)) => {
                    ::flow_runtime::testing::from(1, 3);
                    {
                        ::flow_runtime::testing::at(1, 2);
                        ::flow_runtime::testing::at(1, 0);
                        Run::Completed
                    }
                }
                _ => return Err(unasked()),
            };
            Ok(next)
        }
    }
}
