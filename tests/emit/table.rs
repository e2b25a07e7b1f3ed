//! Table
//!
//! Emitted by flowc 0.1.0 from `table.flow`: edit the flow, not this file.
#![allow(unused_imports)]

use ::flow_runtime::flow::*;
use ::flow_runtime::value::{self, *};
use ::flow_runtime::{encode, math, state, text};

fn main() -> ::std::process::ExitCode {
    ::flow_runtime::main(&PROGRAM)
}

static PROGRAM: Program = Program {
    name: "Table",
    source: "table.flow",
    identity: "981d0fd7fc1d2235",
    secrets: &[],
    timezone: "Europe/Berlin",
    triggers: &[
        Trigger::Sms(SmsTrigger {
            line: 6,
            to: None,
            matching: Some("book"),
            start: on_sms::start,
        }),
        Trigger::Schedule(ScheduleTrigger {
            line: 18,
            text: "*/30 9-17 1 * MON-FRI",
            times: Times {
                minutes: 0b1000000000000000000000000000001,
                hours: 0b111111111000000000,
                days: 0b10,
                months: 0b1111111111110,
                weekdays: 0b111110,
                either_day: true,
            },
            start: on_schedule::start,
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
    #[serde(rename = "on sms matching \"book\"")]
    OnSms(on_sms::State),
    #[serde(rename = "on schedule \"*/30 9-17 1 * MON-FRI\"")]
    OnSchedule(on_schedule::State),
    #[serde(rename = "path remind")]
    PathRemind(path_remind::State),
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
        Run::OnSchedule(state) => state.resume(outcome)?,
        Run::PathRemind(state) => state.resume(outcome)?,
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
            Run::OnSchedule(state) => state.action(secrets)?,
            Run::PathRemind(state) => state.action(secrets)?,
            Run::Completed => Action::End(End::Completed),
            Run::Failed { line, failure } => Action::End(End::Failed { line, failure }),
        };
        Ok(Step { state, action })
    }
}

fn unasked() -> Fault {
    Fault::Bug("an outcome that its state did not ask for".to_owned())
}

/// Line 6: `on sms matching "book"`.
mod on_sms {
    use super::*;

    #[derive(::flow_runtime::serde::Serialize, ::flow_runtime::serde::Deserialize)]
    #[serde(crate = "::flow_runtime::serde")]
    pub enum State {
        /// Line 7: `ask "Hello! For how many guests?"`.
        #[serde(rename = "ask 9020ba09d29e")]
        Ask1 { #[serde(rename = "body: text")] body: String },
        /// Line 12: `wait 90s`.
        #[serde(rename = "wait 853c1428f7f7")]
        Wait1 { #[serde(rename = "guests: int")] guests: i64 },
        /// Line 13: `ask "At what time?"`.
        #[serde(rename = "ask 1297b5c46c0b")]
        Ask2 { #[serde(rename = "guests: int")] guests: i64 },
        /// Line 14: `sms`.
        #[serde(rename = "sms 7b6940295221")]
        Sms1 {
            #[serde(rename = "at: text")]
            at: String,
            #[serde(rename = "guests: int")]
            guests: i64,
        },
        /// Line 16: `sms`.
        #[serde(rename = "sms f2e7ed671e2c")]
        Sms2 { #[serde(rename = "body: text")] body: String },
    }

    pub fn start(sms: InboundSms, secrets: &Secrets) -> Result<Step, Fault> {
        let body = sms.body;
        let next = Run::OnSms(State::Ask1 { body });
        next.step(secrets)
    }

    impl State {
        /// What the state asks for.
        pub fn action(self, _secrets: &Secrets) -> Result<Action, Fault> {
            let action = match self {
                State::Ask1 { body } => {
                    Action::Ask(
                        Box::new(Ask {
                            question: Sms {
                                line: 7,
                                to: None,
                                from: None,
                                body: "Hello! For how many guests?".to_owned(),
                                media: Vec::new(),
                            },
                            place: "ask \"Hello! For how many guests?\"",
                            reply: Some(Input {
                                name: "guests",
                                kind: Kind::Int,
                                optional: false,
                            }),
                            within: 600,
                            retries: 2,
                            again: Some(
                                format!(
                                    "Please answer with a number, like 2. You wrote \"{body}\"."
                                ),
                            ),
                        }),
                    )
                }
                State::Wait1 { .. } => {
                    Action::Wait(Wait {
                        line: 12,
                        place: "wait 90s",
                        seconds: 90,
                    })
                }
                State::Ask2 { .. } => {
                    Action::Ask(
                        Box::new(Ask {
                            question: Sms {
                                line: 13,
                                to: None,
                                from: None,
                                body: "At what time?".to_owned(),
                                media: Vec::new(),
                            },
                            place: "ask \"At what time?\"",
                            reply: Some(Input {
                                name: "at",
                                kind: Kind::Text,
                                optional: false,
                            }),
                            within: 86400,
                            retries: 0,
                            again: None,
                        }),
                    )
                }
                State::Sms1 { at, guests } => {
                    Action::Sms(Sms {
                        line: 14,
                        to: None,
                        from: None,
                        body: format!("A table for {guests} at {at}, thank you."),
                        media: Vec::new(),
                    })
                }
                State::Sms2 { body } => {
                    Action::Sms(Sms {
                        line: 16,
                        to: None,
                        from: None,
                        body: format!("Text {body} again when you are ready."),
                        media: Vec::new(),
                    })
                }
            };
            Ok(action)
        }

        /// Where the outcome of that leads.
        pub fn resume(self, outcome: Outcome) -> Result<Run, Fault> {
            let next = match (self, outcome) {
                (State::Ask1 { .. }, Outcome::Reply(mut values)) => {
                    let guests = values.int("guests")?;
                    Run::OnSms(State::Wait1 { guests })
                }
                (State::Ask1 { body }, Outcome::TimedOut) => {
                    Run::OnSms(State::Sms2 { body })
                }
                (State::Ask1 { .. }, Outcome::Failed(failure)) => {
                    Run::Failed { line: 7, failure }
                }
                (State::Wait1 { guests }, Outcome::Done) => {
                    Run::OnSms(State::Ask2 { guests })
                }
                (State::Ask2 { guests }, Outcome::Reply(mut values)) => {
                    let at = values.text("at")?;
                    Run::OnSms(State::Sms1 { at, guests })
                }
                (State::Ask2 { .. }, Outcome::TimedOut) => Run::Completed,
                (State::Ask2 { .. }, Outcome::Failed(failure)) => {
                    Run::Failed { line: 13, failure }
                }
                (State::Sms1 { .. }, Outcome::Done) => Run::Completed,
                (State::Sms1 { .. }, Outcome::Failed(failure)) => {
                    Run::Failed { line: 14, failure }
                }
                (State::Sms2 { .. }, Outcome::Done) => Run::Completed,
                (State::Sms2 { .. }, Outcome::Failed(failure)) => {
                    Run::Failed { line: 16, failure }
                }
                _ => return Err(unasked()),
            };
            Ok(next)
        }
    }
}

/// Line 18: `on schedule "*/30 9-17 1 * MON-FRI"`.
mod on_schedule {
    use super::*;

    #[derive(::flow_runtime::serde::Serialize, ::flow_runtime::serde::Deserialize)]
    #[serde(crate = "::flow_runtime::serde")]
    pub enum State {
        /// Line 19: `ask "It is $now.weekday, $now.time: are all tables laid?"`.
        #[serde(rename = "ask a0ce418492b1")]
        Ask1 { #[serde(rename = "now: now")] now: Now },
    }

    pub fn start(now: Now, secrets: &Secrets) -> Result<Step, Fault> {
        let next = Run::OnSchedule(State::Ask1 { now });
        next.step(secrets)
    }

    impl State {
        /// What the state asks for.
        pub fn action(self, _secrets: &Secrets) -> Result<Action, Fault> {
            let action = match self {
                State::Ask1 { now } => {
                    Action::Ask(
                        Box::new(Ask {
                            question: Sms {
                                line: 19,
                                to: Some(Phone::literal("+13055550111")),
                                from: Some(Phone::literal("12345")),
                                body: {
                                    let part_1 = &now.weekday;
                                    let part_2 = &now.time;
                                    format!("It is {part_1}, {part_2}: are all tables laid?")
                                },
                                media: Vec::new(),
                            },
                            place: "ask \"It is $now.weekday, $now.time: are all tables laid?\"",
                            reply: None,
                            within: 86400,
                            retries: 0,
                            again: None,
                        }),
                    )
                }
            };
            Ok(action)
        }

        /// Where the outcome of that leads.
        pub fn resume(self, outcome: Outcome) -> Result<Run, Fault> {
            let next = match (self, outcome) {
                (State::Ask1 { .. }, Outcome::Reply(_)) => Run::Completed,
                (State::Ask1 { now }, Outcome::TimedOut) => {
                    if now.hour < 12i64 {
                        Run::PathRemind(super::path_remind::State::Start {
                            date: now.date.clone(),
                        })
                    } else {
                        Run::Completed
                    }
                }
                (State::Ask1 { .. }, Outcome::Failed(failure)) => {
                    Run::Failed { line: 19, failure }
                }
                _ => return Err(unasked()),
            };
            Ok(next)
        }
    }
}

/// Line 22: `path remind`.
mod path_remind {
    use super::*;

    #[derive(::flow_runtime::serde::Serialize, ::flow_runtime::serde::Deserialize)]
    #[serde(crate = "::flow_runtime::serde")]
    pub enum State {
        /// Line 22: the path is entered.
        #[serde(rename = "start")]
        Start { #[serde(rename = "date: text")] date: String },
        /// Line 23: `wait 1d`.
        #[serde(rename = "wait f23e7be7cf68")]
        Wait1 { #[serde(rename = "date: text")] date: String },
        /// Line 24: `sms`.
        #[serde(rename = "sms 28fa54e7945e")]
        Sms1 { #[serde(rename = "date: text")] date: String },
    }

    impl State {
        /// What the state asks for.
        pub fn action(self, _secrets: &Secrets) -> Result<Action, Fault> {
            let action = match self {
                State::Start { .. } => Action::Continue,
                State::Wait1 { .. } => {
                    Action::Wait(Wait {
                        line: 23,
                        place: "wait 1d",
                        seconds: 86400,
                    })
                }
                State::Sms1 { date } => {
                    Action::Sms(Sms {
                        line: 24,
                        to: Some(Phone::literal("+13055550111")),
                        from: Some(Phone::literal("12345")),
                        body: format!(
                            "On {date} you did not say whether all tables were laid."
                        ),
                        media: Vec::new(),
                    })
                }
            };
            Ok(action)
        }

        /// Where the outcome of that leads.
        pub fn resume(self, outcome: Outcome) -> Result<Run, Fault> {
            let next = match (self, outcome) {
                (State::Start { date }, Outcome::Done) => {
                    Run::PathRemind(State::Wait1 { date })
                }
                (State::Wait1 { date }, Outcome::Done) => {
                    Run::PathRemind(State::Sms1 { date })
                }
                (State::Sms1 { .. }, Outcome::Done) => Run::Completed,
                (State::Sms1 { .. }, Outcome::Failed(failure)) => {
                    Run::Failed { line: 24, failure }
                }
                _ => return Err(unasked()),
            };
            Ok(next)
        }
    }
}
