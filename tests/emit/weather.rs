//! Weather Forecast
//!
//! Emitted by flowc 0.1.0 from `weather.flow`: edit the flow, not this file.
#![allow(unused_imports)]

use ::flow_runtime::flow::*;
use ::flow_runtime::value::{self, *};
use ::flow_runtime::{encode, math, state, text};

fn main() -> ::std::process::ExitCode {
    ::flow_runtime::main(&PROGRAM)
}

static PROGRAM: Program = Program {
    name: "Weather Forecast",
    source: "weather.flow",
    identity: "5176caa8be076ec6",
    secrets: &[],
    timezone: "UTC",
    triggers: &[
        Trigger::Sms(SmsTrigger {
            line: 4,
            to: None,
            matching: None,
            start: on_sms::start,
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
    #[serde(rename = "on sms")]
    OnSms(on_sms::State),
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
            Run::Completed => Action::End(End::Completed),
            Run::Failed { line, failure } => Action::End(End::Failed { line, failure }),
        };
        Ok(Step { state, action })
    }
}

fn unasked() -> Fault {
    Fault::Bug("an outcome that its state did not ask for".to_owned())
}

/// Line 4: `on sms`.
mod on_sms {
    use super::*;

    #[derive(::flow_runtime::serde::Serialize, ::flow_runtime::serde::Deserialize)]
    #[serde(crate = "::flow_runtime::serde")]
    pub enum State {
        /// Line 5: `call GET`.
        #[serde(rename = "call f955d356645f")]
        Call1 {},
        /// Line 8: `sms`.
        #[serde(rename = "sms 0cf40c2e527f")]
        Sms1 {
            #[serde(rename = "forecast: scalar")]
            forecast: Scalar,
            #[serde(rename = "temp: scalar")]
            temp: Scalar,
            #[serde(rename = "winds: scalar")]
            winds: Scalar,
        },
        /// Line 9: `sms`.
        #[serde(rename = "sms 5ae30bd76732")]
        Sms2 {},
    }

    static CALL1: &[Binding] = &[
        Binding {
            name: "temp",
            kind: Kind::Scalar,
            optional: false,
            query: Query::Label("temperature"),
        },
        Binding {
            name: "winds",
            kind: Kind::Scalar,
            optional: false,
            query: Query::Label("windSpeed"),
        },
        Binding {
            name: "forecast",
            kind: Kind::Scalar,
            optional: false,
            query: Query::Label("detailedForecast"),
        },
    ];

    pub fn start(_sms: InboundSms, secrets: &Secrets) -> Result<Step, Fault> {
        let next = Run::OnSms(State::Call1 {});
        next.step(secrets)
    }

    impl State {
        /// What the state asks for.
        pub fn action(self, _secrets: &Secrets) -> Result<Action, Fault> {
            let action = match self {
                State::Call1 {} => {
                    Action::Call(
                        Box::new(Call {
                            line: 5,
                            method: Method::Get,
                            url: "https://api.weather.gov/gridpoints/MFL/109,62/forecast"
                                .to_owned(),
                            query: Vec::new(),
                            headers: Vec::from([
                                (
                                    "User-Agent",
                                    "seaside-hotel (ops@seaside.example)".to_owned(),
                                ),
                            ]),
                            auth: None,
                            timeout: 10,
                            retries: 2,
                            body: None,
                            bindings: CALL1,
                        }),
                    )
                }
                State::Sms1 { forecast, temp, winds } => {
                    Action::Sms(Sms {
                        line: 8,
                        to: None,
                        from: None,
                        body: format!(
                            "It's currently {temp} F with {winds} winds. {forecast} Enjoy your stay!"
                        ),
                        media: Vec::new(),
                    })
                }
                State::Sms2 {} => {
                    Action::Sms(Sms {
                        line: 9,
                        to: None,
                        from: None,
                        body: "We apologize for the inconvenience, but we couldn't complete your request at this time. Please try again later."
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
                (State::Call1 {}, Outcome::Response(mut values)) => {
                    let temp = values.scalar("temp")?;
                    let winds = values.scalar("winds")?;
                    let forecast = values.scalar("forecast")?;
                    Run::OnSms(State::Sms1 {
                        forecast,
                        temp,
                        winds,
                    })
                }
                (State::Call1 {}, Outcome::Failed(_)) => Run::OnSms(State::Sms2 {}),
                (State::Sms1 { .. }, Outcome::Done) => Run::Completed,
                (State::Sms1 { .. }, Outcome::Failed(failure)) => {
                    Run::Failed { line: 8, failure }
                }
                (State::Sms2 {}, Outcome::Done) => Run::Completed,
                (State::Sms2 {}, Outcome::Failed(failure)) => {
                    Run::Failed { line: 9, failure }
                }
                _ => return Err(unasked()),
            };
            Ok(next)
        }
    }
}
