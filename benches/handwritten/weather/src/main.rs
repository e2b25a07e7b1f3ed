//! The weather hotline, written by hand on flow-runtime: a text gets the forecast, or an apology.

use std::process::ExitCode;

use flow_runtime::flow::{
    Action, Binding, Call, End, Failure, Fault, InboundSms, Method, Outcome, Program, Query, Secrets, Sms, SmsTrigger,
    Step, Trigger,
};
use flow_runtime::serde::{Deserialize, Serialize};
use flow_runtime::state;
use flow_runtime::value::{Kind, Scalar};

fn main() -> ExitCode {
    flow_runtime::main(&PROGRAM)
}

static PROGRAM: Program = Program {
    name: "Weather Forecast",
    source: "weather-forecast.flow",
    identity: "0000000000000000",
    secrets: &[],
    timezone: "UTC",
    triggers: &[Trigger::Sms(SmsTrigger { line: 4, to: None, matching: None, start })],
    asks: false,
    openapi: None,
    enter,
    resume,
};

static FORECAST: &[Binding] = &[
    Binding { name: "temp", kind: Kind::Scalar, optional: false, query: Query::Label("temperature") },
    Binding { name: "winds", kind: Kind::Scalar, optional: false, query: Query::Label("windSpeed") },
    Binding { name: "forecast", kind: Kind::Scalar, optional: false, query: Query::Label("detailedForecast") },
];

#[derive(Serialize, Deserialize)]
#[serde(crate = "flow_runtime::serde")]
enum State {
    AskForecast,
    TellForecast { temp: Scalar, winds: Scalar, forecast: Scalar },
    Apologize,
    Completed,
    Failed { line: u32, failure: Failure },
}

fn start(_sms: InboundSms, _secrets: &Secrets) -> Result<Step, Fault> {
    State::AskForecast.step()
}

fn enter(state: &str, _secrets: &Secrets) -> Result<Step, Fault> {
    state::load::<State>(state)?.step()
}

fn resume(state: &str, outcome: Outcome, _secrets: &Secrets) -> Result<Step, Fault> {
    let state: State = state::load(state)?;
    state.next(outcome)?.step()
}

impl State {
    fn next(self, outcome: Outcome) -> Result<State, Fault> {
        Ok(match (self, outcome) {
            (State::AskForecast, Outcome::Response(mut values)) => State::TellForecast {
                temp: values.scalar("temp")?,
                winds: values.scalar("winds")?,
                forecast: values.scalar("forecast")?,
            },
            (State::AskForecast, Outcome::Failed(_)) => State::Apologize,
            (State::TellForecast { .. }, Outcome::Failed(failure)) => State::Failed { line: 8, failure },
            (State::Apologize, Outcome::Failed(failure)) => State::Failed { line: 9, failure },
            (State::TellForecast { .. } | State::Apologize, Outcome::Done) => State::Completed,
            _ => return Err(Fault::Bug("an outcome that its state did not ask for".to_owned())),
        })
    }

    fn step(self) -> Result<Step, Fault> {
        let state = state::save(&self)?;
        Ok(Step { state, action: self.action() })
    }

    fn action(self) -> Action {
        match self {
            State::AskForecast => Action::Call(Box::new(Call {
                line: 5,
                method: Method::Get,
                url: "https://api.weather.gov/gridpoints/MFL/109,62/forecast".to_owned(),
                query: vec![],
                headers: vec![("User-Agent", "seaside-hotel (ops@seaside.example)".to_owned())],
                auth: None,
                timeout: 10,
                body: None,
                bindings: FORECAST,
            })),
            State::TellForecast { temp, winds, forecast } => {
                sms(8, format!("It's currently {temp} F with {winds} winds. {forecast} Enjoy your stay!"))
            }
            State::Apologize => sms(
                9,
                "We apologize for the inconvenience, but we couldn't complete your request at this time. \
                 Please try again later."
                    .to_owned(),
            ),
            State::Completed => Action::End(End::Completed),
            State::Failed { line, failure } => Action::End(End::Failed { line, failure }),
        }
    }
}

fn sms(line: u32, body: String) -> Action {
    Action::Sms(Sms { line, to: None, from: None, body, media: vec![] })
}
