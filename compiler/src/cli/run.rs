//! `flowc run`

use std::ffi::OsString;
use std::path::PathBuf;

use clap::Args;

use super::Exit;
use super::check::compile;
use super::console::Console;
use super::progress::Watcher;
use crate::driver::system::Command;
use crate::driver::{self, Error, Linking, Order};

/// Build a flow and start it, with a simulated phone unless told otherwise
#[derive(Debug, Args)]
#[command(after_help = "\
What follows `--` goes to the binary; `-- --help` lists what it takes.

Example:
  flowc run weather.flow
  flowc run weather.flow -- --listen 127.0.0.1:9000")]
pub(super) struct Run {
    /// The flow file
    file: PathBuf,
    /// Arguments of the binary
    #[arg(last = true, value_name = "ARGS")]
    arguments: Vec<OsString>,
}

impl Run {
    pub(super) fn run(&self, console: &Console<'_>) -> Result<Exit, Error> {
        let system = console.system;
        let Some(emitted) = compile(console, &self.file)?.emitted else {
            return Ok(Exit::FlowErrors);
        };
        let order = Order { emitted: &emitted, source: &self.file, linking: Linking::Dynamic, output: None };
        let mut watcher = Watcher::new(console);
        let built = driver::build(system, order, &mut |progress| watcher.see(progress));
        watcher.finish();
        let path = built?;
        // The binary takes flowc's place, so signals and the exit code are its own.
        let cause = system.become_program(&Command::new(&path).with(&self.arguments));
        Err(Error::Start { program: path.display().to_string(), cause })
    }
}
