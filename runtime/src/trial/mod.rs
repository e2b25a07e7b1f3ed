//! `BINARY call`: one call of the flow is tried out, by the code that carries it out in earnest.
//!
//! The state of a run that is at the call comes from standard input; what the call sends, and with `--send` what came of
//! it, goes to standard output as one JSON document, for `flowc call` to draw. No journal, no listener and no carrier is
//! opened for it. What is shown of the request is built without any secret: placeholders stand in their places. So it is
//! the same whether it is sent or not.

mod blot;
mod placeholder;
mod report;

use std::ffi::OsString;
use std::fmt;
use std::io::{Read, Write};
use std::process::ExitCode;

use serde_json::{Map, Value as Json};

use self::placeholder::Placeholders;
use crate::config::{self, CallCommand};
use crate::flow::{Action, Auth, Call, Fault, Program, Secrets};
use crate::redact::Redactor;
use crate::step::web_call::{self, Prepared, Token, WebCaller};

/// The largest state that is read, in bytes; that of a run is some hundreds.
const LARGEST_STATE: u64 = 16_000_000;

/// Reads the state, and does what the command says.
///
/// Exits with 0 if the call is shown, or took its `ok` path, with 1 if it took its `fail` path, with 2 if it could not be
/// tried.
pub(crate) fn main(
    program: &Program,
    command: &CallCommand,
    environment: &dyn Fn(&str) -> Option<OsString>,
) -> ExitCode {
    let done = state().and_then(|state| try_out(program, command, &state, environment));
    match done {
        Ok((report, failed)) => {
            // Whoever closed the pipe does not want to read it.
            let _ = writeln!(std::io::stdout(), "{}", Json::Object(report));
            ExitCode::from(u8::from(failed))
        }
        Err(problem) => {
            let _ = writeln!(std::io::stderr(), "{problem}");
            ExitCode::from(2)
        }
    }
}

/// Why the call could not be tried.
#[derive(Debug)]
enum Problem {
    Unread(std::io::Error),
    NoState,
    Fault(Fault),
    /// The run of this state is at another step.
    NoCall,
    Secrets(Vec<String>),
    Untried(String),
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unread(error) => write!(f, "error: standard input cannot be read: {error}"),
            Self::NoState => f.write_str(
                "error: `call` reads the state of a run that is at the call from standard input, and there is none; \
                 `flowc call` writes it for you",
            ),
            Self::Fault(Fault::Flow(why)) => write!(f, "error: with these values the call has no request: {why}"),
            Self::Fault(fault) => write!(f, "error: {fault}"),
            Self::NoCall => f.write_str("error: a run in this state is at no call"),
            Self::Secrets(problems) => {
                let lines: Vec<String> = problems.iter().map(|problem| format!("error: {problem}")).collect();
                f.write_str(&lines.join("\n"))
            }
            Self::Untried(why) => write!(f, "error: {why}"),
        }
    }
}

fn state() -> Result<String, Problem> {
    let mut state = String::new();
    std::io::stdin().lock().take(LARGEST_STATE).read_to_string(&mut state).map_err(Problem::Unread)?;
    if state.trim().is_empty() { Err(Problem::NoState) } else { Ok(state) }
}

/// What there is to tell, and whether the call took its `fail` path.
fn try_out(
    program: &Program,
    command: &CallCommand,
    state: &str,
    environment: &dyn Fn(&str) -> Option<OsString>,
) -> Result<(Map<String, Json>, bool), Problem> {
    let placeholders = Placeholders::of(program);
    let masked = call(program, state, &placeholders.secrets())?;
    let prepared = match Prepared::of(&masked) {
        Ok(prepared) => prepared,
        Err(why) => return Ok((report::refused(&why, &placeholders), true)),
    };
    let mut report = report::request(&masked, &prepared, &placeholders);
    if !command.send {
        return Ok((report, false));
    }
    let names = placeholders.in_any(&texts(&masked, &prepared));
    let secrets = read_secrets(&names, environment)?;
    let call = call(program, state, &secrets)?;
    let trial = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .map_err(|error| Problem::Untried(format!("the threads could not be started: {error}")))?
        .block_on(async {
            let caller = WebCaller::new(&command.outbound).map_err(Problem::Untried)?;
            caller.try_out(&call).await.map_err(Problem::Fault)
        })?;
    let redactor = redactor(&names, &secrets, &call).and(trial.tokens.iter().map(Token::as_str));
    report::trial(&call, &trial, &redactor, &mut report);
    Ok((report, trial.failure.is_some()))
}

/// The call that a run in this state is at.
fn call(program: &Program, state: &str, secrets: &Secrets) -> Result<Call, Problem> {
    match (program.enter)(state, secrets).map_err(Problem::Fault)?.action {
        Action::Call(call) => Ok(*call),
        _ => Err(Problem::NoCall),
    }
}

/// All texts of a request in which a secret may stand.
fn texts(call: &Call, prepared: &Prepared) -> Vec<String> {
    let headers = prepared.headers.iter().map(|header| header.value.as_bytes());
    let bytes = headers.chain(prepared.body.as_deref());
    let mut texts: Vec<String> = bytes.map(|bytes| String::from_utf8_lossy(bytes).into_owned()).collect();
    texts.push(prepared.url.to_string());
    match &call.auth {
        Some(Auth::Basic { user, password }) => texts.extend([user.clone(), password.clone()]),
        Some(Auth::Oauth(oauth)) => {
            texts.extend([&oauth.token_url, &oauth.client_id, &oauth.client_secret].map(Clone::clone));
            texts.extend(oauth.scope.iter().chain(&oauth.audience).cloned());
        }
        Some(Auth::Bearer(_) | Auth::Aws(_) | Auth::Iam(_)) | None => {}
    }
    texts
}

/// Knows the secrets of these names, and what of them the call makes its credentials.
fn redactor(names: &[&'static str], secrets: &Secrets, call: &Call) -> Redactor {
    let redactor = Redactor::of(names.iter().map(|name| secrets.get(name)));
    match &call.auth {
        Some(Auth::Basic { user, password }) => redactor.and_basic(user, password),
        Some(Auth::Oauth(oauth)) => web_call::knowing_client(redactor, oauth),
        Some(Auth::Bearer(_) | Auth::Aws(_) | Auth::Iam(_)) | None => redactor,
    }
}

/// The secrets of these names; all that are missing are told at once.
fn read_secrets(names: &[&'static str], environment: &dyn Fn(&str) -> Option<OsString>) -> Result<Secrets, Problem> {
    let mut problems = Vec::new();
    let mut values = Vec::new();
    for name in names {
        match config::secret(name, environment) {
            Ok(value) => values.push((*name, value)),
            Err(problem) => problems.push(problem),
        }
    }
    if problems.is_empty() { Ok(Secrets::new(values)) } else { Err(Problem::Secrets(problems)) }
}
