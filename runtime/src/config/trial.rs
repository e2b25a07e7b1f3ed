//! What `call` is told.

use std::ffi::OsString;

use super::options::{Draft, Scope};
use super::outbound::OutboundConfig;
use super::{Command, StartError, given, secrets};
use crate::flow::Program;

/// One call of the flow is to be tried out.
#[derive(Debug)]
pub struct CallCommand {
    /// The request is sent, and not only shown.
    pub(crate) send: bool,
    pub(crate) outbound: OutboundConfig,
}

/// Reads what follows `call`. Which secrets are needed is not known before the call is.
pub(super) fn read(
    program: &'static Program,
    arguments: impl IntoIterator<Item = OsString>,
    environment: &dyn Fn(&str) -> Option<OsString>,
) -> Result<Command, StartError> {
    let mut problems = Vec::new();
    let (draft, words) = match given(Scope::Call, program, arguments, environment, &mut problems) {
        Ok(given) => given,
        Err(print) => return Ok(print),
    };
    problems.extend(words.iter().map(|word| format!("{word:?} is not expected here")));
    let Draft { send, outbound, .. } = draft;
    let outbound = outbound.finish(&mut problems);
    if !problems.is_empty() {
        return Err(StartError { program: program.name, command: Some("call"), problems });
    }
    Ok(Command::Call(Box::new(CallCommand { send, outbound })))
}

/// The value of one of the flow's secrets, or a sentence that says what is wrong with it.
pub(crate) fn secret(name: &str, environment: &dyn Fn(&str) -> Option<OsString>) -> Result<String, String> {
    secrets::read(name, "the flow's secret", environment)
}
