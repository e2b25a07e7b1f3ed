//! `flowc doctor`

use clap::Args;

use super::Exit;
use super::console::Console;
use crate::driver::Error;
use crate::driver::doctor::{State, examine};

/// Look whether all is here that a build needs
#[derive(Debug, Args)]
#[command(after_help = "\
Ends with code 2 if a flow cannot be built.

Example:
  flowc doctor")]
pub(super) struct Doctor {}

impl Doctor {
    #[allow(clippy::unused_self)]
    pub(super) fn run(&self, console: &Console<'_>) -> Result<Exit, Error> {
        let mut exit = Exit::Fine;
        for finding in examine(console.system) {
            let mark = match finding.state {
                State::Good => "ok   ",
                State::Later => "later",
                State::Bad => "bad  ",
            };
            if finding.state == State::Bad {
                exit = Exit::Failed;
            }
            let mend = finding.mend.map(|mend| format!("\n       {mend}")).unwrap_or_default();
            console.result(&format!("{mark}  {}{mend}\n", finding.text))?;
        }
        Ok(exit)
    }
}
