//! Plays scripts to a flow, for `flowc test` and `flowc explore`.
//!
//! The flow, the engine, the triggers, the messages and the calls are those of a program that serves; only the carrier and
//! the services are played, and time. Nothing leaves the process.
//!
//! flowc builds a flow's tests as a program of their own, whose `main` calls [`main`] and whose steps tell where they are
//! by [`at`] and [`from`]. A program that is shipped calls none of them, so nothing of this is in it.

mod carrier;
mod report;
mod script;
mod stage;
#[cfg(test)]
mod tests;
mod trace;
mod upstream;
mod url;
mod world;

use std::io::{BufRead, Write};
use std::process::ExitCode;

use self::stage::Stage;
pub use self::trace::{at, from};
use crate::flow::Program;

/// Reads scripts from standard input, one a line as JSON, and writes what came of each to standard output, in the same
/// way, until the input ends.
///
/// Exits with 2 when it is given what is no script; standard error says why.
pub fn main(program: &'static Program) -> ExitCode {
    match serve(program, std::io::stdin().lock(), std::io::stdout().lock()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            let _ = writeln!(std::io::stderr(), "{problem}");
            ExitCode::from(2)
        }
    }
}

fn serve(program: &'static Program, input: impl BufRead, mut output: impl Write) -> Result<(), String> {
    let stage = Stage::new(program).map_err(|fault| fault.to_string())?;
    for (line, text) in (1..).zip(input.lines()) {
        let told = |error: &dyn std::fmt::Display| format!("line {line} of the input is no script: {error}");
        let text = text.map_err(|error| told(&error))?;
        let script = serde_json::from_str(&text).map_err(|error| told(&error))?;
        let report = stage.play(script).map_err(|error| format!("the play could not begin: {error}"))?;
        let mut text =
            serde_json::to_string(&report).map_err(|error| format!("the report was not written: {error}"))?;
        text.push('\n');
        let written = output.write_all(text.as_bytes()).and_then(|()| output.flush());
        written.map_err(|error| format!("the report was not written: {error}"))?;
    }
    Ok(())
}
