//! `flowc run`

use std::ffi::OsString;
use std::path::PathBuf;

use clap::Args;

use super::Exit;
use super::check::compile;
use super::console::Console;
use super::engine::Engine;
use super::progress::Watcher;
use crate::driver::system::{Command, System};
use crate::driver::{self, Error, Making, Order};

/// Build a flow and start it, with a simulated phone unless told otherwise
#[derive(Debug, Args)]
#[command(after_help = "\
Runs end with the process, unless --engine names what keeps them.
What follows `--` goes to the binary; `-- --help` lists what it takes.

Example:
  flowc run weather.flow
  flowc run weather.flow --engine sqlite
  flowc run weather.flow -- --listen 127.0.0.1:9000")]
pub(super) struct Run {
    /// The flow file
    file: PathBuf,
    /// What keeps runs
    #[arg(long, value_enum)]
    engine: Option<Engine>,
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
        let engine = self.engine.map(driver::Engine::from);
        let making = Making { engine: engine.unwrap_or_default(), ..Making::default() };
        let order = Order { emitted: &emitted, source: &self.file, making, output: None };
        let mut watcher = Watcher::new(console);
        let built = driver::build(system, order, &mut |progress| watcher.see(progress));
        watcher.finish();
        let path = built?;
        // A flow that is tried out leaves no journal, which its next version would have to take over.
        let keeps_nothing = engine.is_none() && !self.says_where(system);
        let engine = if keeps_nothing { &["--engine", "memory"][..] } else { &[] };
        // The binary takes flowc's place, so signals and the exit code are its own.
        let cause = system.become_program(&Command::new(&path).with(engine).with(&self.arguments));
        Err(Error::Start { program: path.display().to_string(), cause })
    }

    /// Whether the binary's own options say what keeps its runs.
    fn says_where(&self, system: &dyn System) -> bool {
        let is_named = |argument: &OsString| {
            let argument = argument.to_string_lossy();
            ["--engine", "--state"].iter().any(|option| argument.starts_with(option))
        };
        self.arguments.iter().any(is_named)
            || ["FLOW_ENGINE", "FLOW_STATE"].iter().any(|name| system.variable(name).is_some())
    }
}
