//! `flowc new`

use clap::Args;

use super::Exit;
use super::console::Console;
use crate::driver::{Error, flow_file};

/// Start a flow: a folder with a flow that works, and what to do next
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  flowc new weather")]
pub(super) struct New {
    /// The flow's name: letters, digits, `-` and `_`
    name: String,
}

impl New {
    pub(super) fn run(&self, console: &Console<'_>) -> Result<Exit, Error> {
        let name = &self.name;
        flow_file::create(console.system, name)?;
        if !console.quiet {
            console.result(&format!("created {name}/{name}.flow; next: cd {name} && flowc run {name}.flow\n"))?;
        }
        Ok(Exit::Fine)
    }
}
