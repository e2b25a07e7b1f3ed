//! The program's configuration, from flags and environment.

mod carrier;
mod engine;
mod help;
mod numbers;
mod opt_outs;
mod options;
mod outbound;
mod runs;
mod secrets;
mod telemetry;
mod trial;

use std::ffi::OsString;
use std::net::{Ipv4Addr, SocketAddr};

use tracing::level_filters::LevelFilter;

pub(crate) use self::carrier::{CarrierConfig, MessageConfig, OptOutTexts};
#[cfg(feature = "postgres")]
pub(crate) use self::engine::DatabaseUrl;
pub use self::engine::EngineConfig;
#[cfg(feature = "restate")]
pub(crate) use self::engine::RestateConfig;
pub(crate) use self::engine::{EngineChoice, UnfitRuns, UnknownOutcome};
pub use self::numbers::NumbersCommand;
pub(crate) use self::numbers::NumbersTask;
pub use self::opt_outs::OptOutsCommand;
pub(crate) use self::opt_outs::{ListFormat, OptOutsTask};
use self::options::{Draft, Scope};
pub(crate) use self::outbound::OutboundConfig;
pub use self::runs::RunsCommand;
pub(crate) use self::runs::Task;
pub(crate) use self::telemetry::TelemetryConfig;
pub use self::trial::CallCommand;
pub(crate) use self::trial::secret;
pub use crate::error::StartError;
use crate::flow::{Program, Secrets};

/// How a program is to be run.
#[derive(Debug)]
pub struct Config {
    /// Where it listens; port 0 takes any free one.
    pub listen: SocketAddr,
    pub(crate) carrier: CarrierConfig,
    pub(crate) messages: MessageConfig,
    /// `None`: the carrier sees to them.
    pub(crate) opt_outs: Option<OptOutTexts>,
    pub(crate) outbound: OutboundConfig,
    /// Requests a second that each `on api` takes; `None`: as many as come.
    pub(crate) api_rate: Option<u32>,
    pub(crate) max_runs: u32,
    pub(crate) max_steps: u32,
    pub(crate) admin: AdminConfig,
    pub(crate) engine: EngineConfig,
    /// `None`: nobody wants traces.
    pub(crate) telemetry: Option<TelemetryConfig>,
    /// What is not obeyed, to be told in the log.
    pub(crate) warnings: Vec<String>,
    pub(crate) log: LevelFilter,
    pub(crate) secrets: Secrets,
}

/// Where operators ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AdminConfig {
    /// At the usual address, unless something else is there.
    IfFree,
    /// Here, or the program does not start.
    At(SocketAddr),
    Off,
}

/// What the command line asks for.
#[derive(Debug)]
pub enum Command {
    /// To serve.
    Serve(Box<Config>),
    /// `runs …`: to show or change what the engine keeps.
    Runs(RunsCommand, Box<EngineConfig>),
    /// `opt-outs …`: to show or change who gets nothing more.
    OptOuts(OptOutsCommand, Box<EngineConfig>),
    /// `numbers …`: to show or change where the account's numbers lead.
    Numbers(Box<NumbersCommand>),
    /// `call`: to try one call of the flow out.
    Call(Box<CallCommand>),
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
    let mut arguments = arguments.into_iter().peekable();
    if arguments.next_if(|first| first == "runs").is_some() {
        return read_runs(program, arguments, environment);
    }
    if arguments.next_if(|first| first == "opt-outs").is_some() {
        return opt_outs::read(program, arguments, environment);
    }
    if arguments.next_if(|first| first == "numbers").is_some() {
        return numbers::read(program, arguments, environment);
    }
    if arguments.next_if(|first| first == "call").is_some() {
        return trial::read(program, arguments, environment);
    }
    let mut problems = Vec::new();
    let (draft, words) = match given(Scope::Serve, program, arguments, environment, &mut problems) {
        Ok(given) => given,
        Err(print) => return Ok(print),
    };
    problems.extend(words.iter().map(|word| format!("{word:?} is not expected here")));
    let Draft { listen, carrier, outbound, api_rate, max_runs, max_steps, admin, log, engine, .. } = draft;
    let engine = engine.finish(program.name, environment, &mut problems);
    let outbound = outbound.finish(&mut problems);
    let listen = listen.unwrap_or_else(|| (Ipv4Addr::LOCALHOST, 8080).into());
    #[cfg(feature = "restate")]
    if let EngineChoice::Restate(restate) = &engine.engine
        && restate.ingress.as_str().trim_end_matches('/') == format!("http://{listen}")
    {
        problems
            .push(format!("--listen {listen} is where Restate's ingress is (--restate-ingress): give another port"));
    }
    let mut secret = |name: &str, what: &str| match secrets::read(name, what, environment) {
        Ok(value) => value,
        Err(problem) => {
            problems.push(problem);
            String::new()
        }
    };
    let values = program.secrets.iter().map(|name| (*name, secret(name, "the flow's secret"))).collect();
    let (messages, opt_outs) = (carrier.messages, carrier.opt_out_texts(program.name));
    let doubts = carrier.doubts();
    let carrier = carrier.finish(program, environment, &mut problems);
    let mut warnings = Vec::from_iter(doubts);
    let telemetry = telemetry::read(&engine.name, environment, &mut warnings);
    let Some(carrier) = carrier.filter(|_| problems.is_empty()) else {
        return Err(StartError { program: program.name, command: None, problems });
    };
    Ok(Command::Serve(Box::new(Config {
        listen,
        carrier,
        messages,
        opt_outs,
        outbound,
        api_rate,
        max_runs,
        max_steps,
        admin,
        engine,
        telemetry,
        warnings,
        log,
        secrets: Secrets::new(values),
    })))
}

/// The options of a command and the words among them; or what is to be printed instead of doing it.
fn given(
    scope: Scope,
    program: &Program,
    arguments: impl IntoIterator<Item = OsString>,
    environment: &dyn Fn(&str) -> Option<OsString>,
    problems: &mut Vec<String>,
) -> Result<(Draft, Vec<String>), Command> {
    match options::read(scope, arguments, environment, problems) {
        options::Read::Options(draft, words) => Ok((*draft, words)),
        options::Read::Help => Err(Command::Print(help::help(program, scope))),
        options::Read::Version => Err(Command::Print(help::version(program))),
    }
}

/// Reads what follows `runs`. The flow's secrets are not needed for it.
fn read_runs(
    program: &'static Program,
    arguments: impl IntoIterator<Item = OsString>,
    environment: &dyn Fn(&str) -> Option<OsString>,
) -> Result<Command, StartError> {
    let mut problems = Vec::new();
    let (draft, words) = match given(Scope::Runs, program, arguments, environment, &mut problems) {
        Ok(given) => given,
        Err(print) => return Ok(print),
    };
    let engine = draft.engine.finish(program.name, environment, &mut problems);
    match draft.runs.finish(&words, &mut problems) {
        Some(command) if problems.is_empty() => Ok(Command::Runs(command, Box::new(engine))),
        _ => Err(StartError { program: program.name, command: Some("runs"), problems }),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;
    use crate::flow::{Fault, InboundSms, SmsTrigger, Step, Trigger};

    fn start(_: InboundSms, _: &Secrets) -> Result<Step, Fault> {
        Err(Fault::Bug(String::new()))
    }

    static PROGRAM: Program = Program {
        secrets: &["TOKEN"],
        triggers: &[Trigger::Sms(SmsTrigger { line: 3, to: None, matching: None, start })],
        ..Program::TEST
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
        assert_eq!(served(&[], &rules).outbound.connect_to.len(), 2);
        assert_eq!(
            served(&["--connect-to=a:1=http://b", "--connect-to", "c:2=http://d"], &rules[..1])
                .outbound
                .connect_to
                .len(),
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

    fn asked(arguments: &[&str], environment: &[(&str, &str)]) -> (RunsCommand, EngineConfig) {
        match given(arguments, environment) {
            Ok(Command::Runs(command, engine)) => (command, *engine),
            other => panic!("{other:?}"),
        }
    }

    fn problems(arguments: &[&str], environment: &[(&str, &str)]) -> Vec<String> {
        given(arguments, environment).unwrap_err().problems
    }

    #[test]
    fn the_memory_engine_is_always_there() {
        let config = served(&["--engine=memory", "--keep-runs=2h", "--admin=off"], &[("TOKEN", "t")]);
        assert!(matches!(config.engine.engine, EngineChoice::Memory));
        assert_eq!(config.engine.keep.runs.as_secs(), 7_200);
        assert_eq!(config.admin, AdminConfig::Off);
        assert_eq!(served(&["--engine=memory"], &[("TOKEN", "t")]).admin, AdminConfig::IfFree);
        let told = problems(&["--engine=memry", "--keep-keys=2h"], &[("TOKEN", "t")]);
        assert_eq!(
            told,
            [
                "--engine \"memry\": did you mean memory?",
                "--keep-keys \"2h\": write at least 1d: carriers deliver again for hours"
            ]
        );
    }

    #[cfg(feature = "sqlite")]
    #[test]
    fn the_journal_lies_where_it_is_told() {
        let path = |arguments: &[&str], environment: &[(&str, &str)]| {
            let variables: Vec<_> = [("TOKEN", "t")].iter().chain(environment).copied().collect();
            match served(arguments, &variables).engine.engine {
                EngineChoice::Sqlite(path) => path.to_str().unwrap().to_owned(),
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(path(&[], &[]), "test.journal");
        assert_eq!(path(&[], &[("STATE_DIRECTORY", "/var/lib/a:/var/lib/b")]), "/var/lib/a/test.journal");
        assert_eq!(path(&[], &[("STATE_DIRECTORY", "/var/lib/a"), ("FLOW_STATE", "b")]), "b");
        assert_eq!(path(&["--state=c"], &[("FLOW_STATE", "b")]), "c");
        assert_eq!(
            problems(&["--state=c", "--engine=memory"], &[("TOKEN", "t")]),
            ["--state is of the engine sqlite, but --engine is memory"]
        );
    }

    #[cfg(feature = "postgres")]
    #[test]
    fn a_database_is_a_secret() {
        let engine = ("FLOW_ENGINE", "postgres");
        let url = ("FLOW_DATABASE", "postgres://a:canary@b/c");
        let config = served(&[], &[("TOKEN", "t"), engine, url]);
        assert!(matches!(&config.engine.engine, EngineChoice::Postgres(url) if url.reveal().contains("canary")));
        assert!(!format!("{config:?}").contains("canary"));
        for wrong in [&[engine, ("FLOW_DATABASE", "canary")], &[engine, ("FLOW_DATABASE_FILE", "/none")]] {
            let told = problems(&["runs", "list"], wrong);
            assert!(told.len() == 1 && !told[0].contains("canary"), "{told:?}");
        }
        assert!(
            problems(&["--database=canary", "--engine=postgres"], &[("TOKEN", "t")])[0].starts_with("--database: ")
        );
        assert!(problems(&["--engine=postgres"], &[("TOKEN", "t")])[0].contains("is missing"));
    }

    #[cfg(feature = "restate")]
    #[test]
    fn restate_has_the_usual_port() {
        let told = problems(&["--engine=restate"], &[("TOKEN", "t")]);
        assert!(
            told.len() == 1 && told[0].starts_with("--listen 127.0.0.1:8080 is where Restate's ingress"),
            "{told:?}"
        );
        let config = served(&["--engine=restate", "--listen=127.0.0.1:8081"], &[("TOKEN", "t")]);
        assert!(matches!(config.engine.engine, EngineChoice::Restate(restate) if restate.listen.port() == 9080));
    }

    #[cfg(not(feature = "postgres"))]
    #[test]
    fn what_is_of_an_engine_that_is_not_here_is_refused() {
        let how = "is not in this program; build the flow with `flowc build --engine postgres`";
        assert_eq!(
            problems(&["--engine=postgres"], &[("TOKEN", "t"), ("FLOW_DATABASE", "postgres://a:canary@b/c")]),
            [
                format!("--engine \"postgres\": it {how}"),
                format!("FLOW_DATABASE is of the engine postgres, which {how}")
            ]
        );
    }

    #[test]
    fn operators_need_no_secrets() {
        let (command, _) = asked(&["runs", "list", "--status", "failed", "--limit=3"], &[]);
        let Task::List { filter, most: 3 } = command.task else { panic!("{command:?}") };
        assert_eq!(filter.status.map(|status| status.as_str()), Some("failed"));
        let id = "01a203eb-a40e-7196-b491-936447dcb4d1";
        let (command, _) = asked(&["runs", "show", id, "--reveal", "--format=json"], &[("FLOW_ENGINE", "memory")]);
        assert_eq!((command.task, command.json, command.reveal), (Task::Show(id.parse().unwrap()), true, true));
    }

    #[test]
    fn operators_are_told_what_is_wrong() {
        let told = given(&["runs", "lst"], &[]).unwrap_err().to_string();
        assert!(told.starts_with("error: `runs lst` is unknown") && told.contains("`runs --help`"), "{told}");
        for (arguments, starts) in [
            (vec!["runs", "lst"], "`runs lst` is unknown; did you mean `runs list`?"),
            (vec!["runs", "show"], "say which run: `runs show ID`"),
            (vec!["runs", "retry", "7"], "\"7\" is no run's id"),
            (vec!["runs", "erase"], "say whose runs to erase"),
            (vec!["runs", "erase", "--number=1"], "--number \"1\": a phone is written"),
            (vec!["runs", "list", "--status=done"], "--status \"done\": the statuses are running, "),
            (vec!["runs", "list", "--listen=1"], "unknown option --listen"),
            (vec!["runs", "cancel", "01a203eb-a40e-7196-b491-936447dcb4d1", "--limit=1"], "--limit is not for"),
        ] {
            let told = problems(&arguments, &[]);
            assert!(told[0].starts_with(starts), "{arguments:?}: {told:?}");
        }
    }

    #[test]
    fn numbers_need_the_account_alone() {
        let account = [("TWILIO_ACCOUNT_SID", "AC1"), ("TWILIO_AUTH_TOKEN", "canary"), ("FLOW_CARRIER", "twilio")];
        let command = |arguments: &[&str]| match given(arguments, &account) {
            Ok(Command::Numbers(command)) => *command,
            other => panic!("{other:?}"),
        };
        assert_eq!(command(&["numbers"]).task, NumbersTask::List);
        assert_eq!(command(&["numbers", "search", "(305)", "55"]).task, NumbersTask::Search("30555".to_owned()));
        let assign = command(&["numbers", "assign", "+13055550100", "+13055550100", "--public-url=https://a.example"]);
        assert_eq!(assign.task, NumbersTask::Assign(vec![crate::value::Phone::literal("+13055550100")]));
        assert!(!format!("{assign:?}").contains("canary"));
        assert!(command(&["numbers", "clear", "72345", "--force"]).force);
        for (arguments, starts) in [
            (vec!["numbers", "asign"], "`numbers asign` is unknown; did you mean `numbers assign`?"),
            (vec!["numbers", "search"], "say which digits"),
            (vec!["numbers", "assign"], "say which numbers"),
            (vec!["numbers", "assign", "+13055550100"], "--public-url (FLOW_PUBLIC_URL) is missing"),
            (vec!["numbers", "clear", "+13055550100"], "--public-url (FLOW_PUBLIC_URL) is missing"),
            (vec!["numbers", "clear", "3055550100", "--force"], "\"3055550100\": a phone is written"),
            (vec!["numbers", "list", "--force"], "--force is for"),
            (vec!["numbers", "--listen=1"], "unknown option --listen"),
            (vec!["numbers", "--carrier=simulator"], "numbers of the simulator are not set from here"),
        ] {
            let told = problems(&arguments, &account);
            assert!(told[0].starts_with(starts), "{arguments:?}: {told:?}");
        }
        // What can never work is told alone.
        let told = problems(&["numbers", "frob"], &[]);
        assert_eq!(told, ["`numbers frob` is unknown: it is list, search, assign, clear"]);
        let told = problems(&["numbers", "assign", "+13055550100", "--carrier=kannel"], &[]);
        assert!(told.len() == 1 && told[0].starts_with("numbers of Kannel are not set from here"), "{told:?}");
        assert!(problems(&["numbers"], &account[2..])[0].starts_with("Twilio's TWILIO_ACCOUNT_SID is missing"));
    }

    #[test]
    fn help_and_version_need_nothing() {
        let Ok(Command::Print(help)) = given(&["runs", "--help"], &[]) else { panic!("no help") };
        assert!(help.contains("runs retry ID") && !help.contains("--listen"), "{help}");
        let Ok(Command::Print(help)) = given(&["numbers", "--help"], &[]) else { panic!("no help") };
        for part in ["numbers assign NUMBER", "--public-url", "--force", "TWILIO_AUTH_TOKEN"] {
            assert!(help.contains(part) && !help.contains("--listen"), "{part}: {help}");
        }
        let Ok(Command::Print(help)) = given(&["--help"], &[]) else { panic!("no help") };
        for part in ["--listen", "FLOW_CARRIER_URL", "TOKEN", "127.0.0.1:8080"] {
            assert!(help.contains(part), "{part}: {help}");
        }
        assert!(matches!(given(&["--version"], &[]), Ok(Command::Print(version)) if version.starts_with("Test")));
    }

    #[test]
    fn what_is_wrong_with_files_is_told_at_the_start() {
        let folder = std::env::temp_dir().join(format!("flow-runtime-tls-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let empty = folder.join("empty.pem");
        std::fs::write(&empty, "nothing\n").unwrap();
        let (empty, none) = (empty.to_str().unwrap(), folder.join("none.pem"));
        let none = none.to_str().unwrap();
        for (arguments, told) in [
            (vec!["--tls-ca", none], format!("--tls-ca {none:?}: No such file")),
            (vec!["--tls-ca", empty], format!("--tls-ca {empty:?}: there is no certificate in it")),
            (vec!["--tls-cert", empty, "--tls-key", empty], format!("--tls-cert {empty:?}: there is no certificate")),
            (vec!["--tls-cert", empty], "--tls-key (FLOW_TLS_KEY) is missing".to_owned()),
            (vec!["--tls-key", empty], "--tls-cert (FLOW_TLS_CERT) is missing".to_owned()),
            (vec!["--tls-roots", "mine"], "--tls-roots \"mine\": write bundled or platform".to_owned()),
            (vec!["--allow-net", "http://a"], "--allow-net \"http://a\": write a network as".to_owned()),
        ] {
            let problems = problems(&arguments, &[("TOKEN", "t")]);
            assert!(problems.len() == 1 && problems[0].starts_with(&told), "{problems:?}");
        }
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn nothing_prints_a_secret() {
        let environment = [
            ("TOKEN", "canary"),
            ("TWILIO_ACCOUNT_SID", "AC1"),
            ("TWILIO_AUTH_TOKEN", "canary"),
            ("FLOW_PROXY", "http://anna:canary@proxy.example:3128"),
        ];
        let config = served(&["--carrier=twilio", "--public-url=https://a.example"], &environment);
        assert!(config.outbound.network.proxy.is_some());
        assert!(!format!("{config:?}").contains("canary"));
        let told = problems(&["--proxy=socks5://anna:canary@proxy.example"], &environment[..1]);
        assert_eq!(told, ["--proxy: write it as http://host:port or http://user:password@host:port"]);
    }
}
