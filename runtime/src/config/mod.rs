//! The program's configuration, from flags and environment.

mod help;
mod options;
mod secrets;

use std::ffi::OsString;
use std::net::{Ipv4Addr, SocketAddr};

use tracing::level_filters::LevelFilter;

use self::options::{Carrier, Draft};
pub use crate::error::StartError;
use crate::flow::{Program, Secrets, Trigger};
use crate::step::web_call::ConnectTo;
use crate::value::Url;

/// How a program is to be run.
#[derive(Debug)]
pub struct Config {
    /// Where it listens; port 0 takes any free one.
    pub listen: SocketAddr,
    pub(crate) carrier: CarrierConfig,
    pub(crate) connect_to: Vec<ConnectTo>,
    pub(crate) max_runs: u32,
    pub(crate) max_steps: u32,
    pub(crate) log: LevelFilter,
    pub(crate) secrets: Secrets,
}

/// The carrier and what it needs.
#[derive(Debug)]
pub(crate) enum CarrierConfig {
    Simulator,
    Twilio(TwilioConfig),
}

/// An account at Twilio.
pub(crate) struct TwilioConfig {
    /// Base URL of the API.
    pub(crate) url: Url,
    pub(crate) account: String,
    pub(crate) token: String,
    /// Where Twilio reaches this program; `None` for a flow without `on sms`.
    pub(crate) public_url: Option<Url>,
}

impl std::fmt::Debug for TwilioConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TwilioConfig")
            .field("url", &self.url)
            .field("public_url", &self.public_url)
            .finish_non_exhaustive()
    }
}

/// What the command line asks for.
#[derive(Debug)]
pub enum Command {
    /// To serve.
    Serve(Box<Config>),
    /// To print a text and be done: `--help`, `--version`.
    Print(String),
}

/// Reads the arguments, without the program's own name, and the environment.
///
/// # Errors
///
/// All that is missing or wrong, at once.
pub fn read(
    program: &'static Program,
    arguments: impl IntoIterator<Item = OsString>,
    environment: &dyn Fn(&str) -> Option<OsString>,
) -> Result<Command, StartError> {
    let mut problems = Vec::new();
    let draft = match options::read(arguments, environment, &mut problems) {
        options::Read::Options(draft) => draft,
        options::Read::Help => return Ok(Command::Print(help::help(program))),
        options::Read::Version => return Ok(Command::Print(help::version(program))),
    };
    let mut secret = |name: &str, what: &str| match secrets::read(name, what, environment) {
        Ok(value) => value,
        Err(problem) => {
            problems.push(problem);
            String::new()
        }
    };
    let values = program.secrets.iter().map(|name| (*name, secret(name, "the flow's secret"))).collect();
    let Draft { listen, carrier, carrier_url, public_url, connect_to, max_runs, max_steps, log } = draft;
    let takes_texts = program.triggers.iter().any(|trigger| matches!(trigger, Trigger::Sms(_)));
    let carrier = match carrier {
        Carrier::Simulator => CarrierConfig::Simulator,
        Carrier::Twilio => {
            let account = secret("TWILIO_ACCOUNT_SID", "Twilio's");
            let token = secret("TWILIO_AUTH_TOKEN", "Twilio's");
            if takes_texts && public_url.is_none() {
                problems.push(
                    "--public-url (FLOW_PUBLIC_URL) is missing: the address at which Twilio reaches this program, \
                     as https://flows.example.com; Twilio's signatures cannot be checked without it"
                        .to_owned(),
                );
            }
            CarrierConfig::Twilio(TwilioConfig {
                url: carrier_url.unwrap_or_else(|| Url::literal("https://api.twilio.com")),
                account,
                token,
                public_url: public_url.filter(|_| takes_texts),
            })
        }
    };
    if !problems.is_empty() {
        return Err(StartError { program: program.name, problems });
    }
    Ok(Command::Serve(Box::new(Config {
        listen: listen.unwrap_or_else(|| (Ipv4Addr::LOCALHOST, 8080).into()),
        carrier,
        connect_to,
        max_runs,
        max_steps,
        log,
        secrets: Secrets::new(values),
    })))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;
    use crate::flow::{Fault, InboundSms, Outcome, SmsTrigger, Step};

    fn start(_: InboundSms, _: &Secrets) -> Result<Step, Fault> {
        Err(Fault::Bug(String::new()))
    }

    fn resume(_: &str, _: Outcome, _: &Secrets) -> Result<Step, Fault> {
        Err(Fault::Bug(String::new()))
    }

    static PROGRAM: Program = Program {
        name: "Test",
        source: "test.flow",
        secrets: &["TOKEN"],
        timezone: "UTC",
        triggers: &[Trigger::Sms(SmsTrigger { line: 3, to: None, matching: None, start })],
        enter: |state, secrets| resume(state, Outcome::Done, secrets),
        resume,
    };

    fn given(arguments: &[&str], environment: &[(&str, &str)]) -> Result<Command, StartError> {
        let environment =
            |name: &str| environment.iter().find(|(known, _)| *known == name).map(|(_, value)| OsString::from(value));
        read(&PROGRAM, arguments.iter().map(OsString::from), &environment)
    }

    fn served(arguments: &[&str], environment: &[(&str, &str)]) -> Config {
        match given(arguments, environment) {
            Ok(Command::Serve(config)) => *config,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn flags_win_over_the_environment() {
        let config = served(
            &["--listen", "127.0.0.1:1"],
            &[("TOKEN", "t"), ("FLOW_LISTEN", "127.0.0.1:2"), ("FLOW_MAX_RUNS", "7")],
        );
        assert_eq!((config.listen.port(), config.max_runs, config.max_steps), (1, 7, 1_000));
        assert_eq!(config.secrets.get("TOKEN"), "t");
        assert_eq!(served(&[], &[("TOKEN", "t")]).listen.to_string(), "127.0.0.1:8080");
    }

    #[test]
    fn rules_may_be_repeated() {
        let rules = [("TOKEN", "t"), ("FLOW_CONNECT_TO", "a:1=http://b, c:2=http://d")];
        assert_eq!(served(&[], &rules).connect_to.len(), 2);
        assert_eq!(
            served(&["--connect-to=a:1=http://b", "--connect-to", "c:2=http://d"], &rules[..1]).connect_to.len(),
            2
        );
    }

    #[test]
    fn all_that_is_wrong_is_told_at_once() {
        let problems = given(&["--listen", "here", "--carier", "--max-runs=0"], &[("FLOW_CARRIER", "twilio")])
            .unwrap_err()
            .problems;
        let starts = [
            "--listen \"here\"",
            "unknown option --carier; did you mean --carrier?",
            "--max-runs \"0\"",
            "the flow's secret TOKEN",
            "Twilio's TWILIO_ACCOUNT_SID",
            "Twilio's TWILIO_AUTH_TOKEN",
            "--public-url",
        ];
        assert_eq!(problems.len(), starts.len(), "{problems:#?}");
        for start in starts {
            assert!(problems.iter().any(|problem| problem.starts_with(start)), "{start}: {problems:#?}");
        }
    }

    #[test]
    fn help_and_version_need_nothing() {
        let Ok(Command::Print(help)) = given(&["--help"], &[]) else { panic!("no help") };
        for part in ["--listen", "FLOW_CARRIER_URL", "TOKEN", "127.0.0.1:8080"] {
            assert!(help.contains(part), "{part}: {help}");
        }
        assert!(matches!(given(&["--version"], &[]), Ok(Command::Print(version)) if version.starts_with("Test")));
    }

    #[test]
    fn nothing_prints_a_secret() {
        let environment = [("TOKEN", "canary"), ("TWILIO_ACCOUNT_SID", "AC1"), ("TWILIO_AUTH_TOKEN", "canary")];
        let config = served(&["--carrier=twilio", "--public-url=https://a.example"], &environment);
        assert!(!format!("{config:?}").contains("canary"));
    }
}
