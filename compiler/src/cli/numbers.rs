//! `flowc numbers`

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::Exit;
use super::check::compile;
use super::console::Console;
use super::progress::Watcher;
use crate::driver::system::Command;
use crate::driver::{self, Error, Making, Order};

/// Show the numbers of the account with a carrier, and lead them to a flow
#[derive(Debug, Args)]
#[command(after_help = "\
What follows FILE goes to the binary, which does the work, as `BINARY numbers …`; `flowc numbers list FILE --help` lists \
what it takes. The carrier and its account are chosen as for the binary: --carrier, and the carrier's own variables.
Only a flow that runs can be assigned: it is asked at --public-url whether it is this very flow, and ready.

Example:
  flowc numbers list weather.flow --carrier twilio
  flowc numbers search weather.flow 305 --carrier twilio
  flowc numbers assign weather.flow +13055550100 --carrier twilio \\
      --public-url https://flows.example.com
  flowc numbers clear weather.flow +13055550100 --carrier twilio \\
      --public-url https://flows.example.com")]
pub(super) struct Numbers {
    /// What to do
    #[arg(value_enum)]
    task: Task,
    /// The flow file
    file: PathBuf,
    /// Numbers, and options of the binary
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "ARGS")]
    arguments: Vec<OsString>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Task {
    /// All numbers that take texts, and where each leads
    List,
    /// Those that hold some digits
    Search,
    /// Lead numbers to this flow; --force takes them over from another
    Assign,
    /// Lead numbers of this flow nowhere
    Clear,
}

impl Task {
    /// As the binary takes it.
    fn word(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Search => "search",
            Self::Assign => "assign",
            Self::Clear => "clear",
        }
    }
}

impl Numbers {
    pub(super) fn run(&self, console: &Console<'_>) -> Result<Exit, Error> {
        let system = console.system;
        let Some(emitted) = compile(console, &self.file)?.emitted else {
            return Ok(Exit::FlowErrors);
        };
        let order = Order { emitted: &emitted, source: &self.file, making: Making::default(), output: None };
        let mut watcher = Watcher::new(console);
        let built = driver::build(system, order, &mut |progress| watcher.see(progress));
        watcher.finish();
        let path = built?;
        // The binary takes flowc's place, so the exit code is its own.
        let command = Command::new(&path).with(["numbers", self.task.word()]).with(&self.arguments);
        let cause = system.become_program(&command);
        Err(Error::Start { program: path.display().to_string(), cause })
    }
}
