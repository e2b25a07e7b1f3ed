//! `flowc run`

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::Args;

use super::Exit;
use super::check::compile;
use super::console::Console;
use super::engine::Engine;
use super::progress::Watcher;
use super::watch::Latest;
use crate::Emitted;
use crate::driver::system::{Command, System};
use crate::driver::{self, Error, Making, Order};

/// Build a flow and start it, with a simulated phone unless told otherwise
#[derive(Debug, Args)]
#[command(after_help = "\
Runs end with the process, unless --engine names what keeps them.
What follows `--` goes to the binary; `-- --help` lists what it takes.
With --watch each version that is saved takes over from the one before, with its port and its runs.

Example:
  flowc run weather.flow
  flowc run --watch weather.flow
  flowc run weather.flow --engine sqlite
  flowc run weather.flow -- --listen 127.0.0.1:9000

`flowc phone` texts with a flow, in the terminal.")]
pub(super) struct Run {
    /// The flow file
    file: PathBuf,
    /// What keeps runs
    #[arg(long, value_enum)]
    engine: Option<Engine>,
    /// Build it again whenever it or a sample is saved, and let the new version take over
    #[arg(long)]
    watch: bool,
    /// Arguments of the binary
    #[arg(last = true, value_name = "ARGS")]
    arguments: Vec<OsString>,
}

impl Run {
    pub(super) fn run(&self, console: &Console<'_>) -> Result<Exit, Error> {
        let system = console.system;
        if self.watch {
            let Self { file, engine, arguments, .. } = self;
            return Latest { console, file, engine: *engine, arguments }.run();
        }
        let Some(emitted) = compile(console, &self.file)?.emitted else {
            return Ok(Exit::FlowErrors);
        };
        let path = build(console, &self.file, &emitted, self.engine)?;
        let engine = keeping(system, self.engine, &self.arguments);
        // The binary takes flowc's place, so signals and the exit code are its own.
        let cause = system.become_program(&Command::new(&path).with(engine).with(&self.arguments));
        Err(Error::Start { program: path.display().to_string(), cause })
    }
}

/// Builds a flow's binary, to be started and not to be kept.
pub(super) fn build(
    console: &Console<'_>,
    file: &Path,
    emitted: &Emitted,
    engine: Option<Engine>,
) -> Result<PathBuf, Error> {
    let making = Making { engine: engine.map(driver::Engine::from).unwrap_or_default(), ..Making::default() };
    let order = Order { emitted, source: file, making, output: None };
    let mut watcher = Watcher::new(console);
    let built = driver::build(console.system, order, &mut |progress| watcher.see(progress));
    watcher.finish();
    built
}

/// What the binary is told of its engine: a flow that is tried out leaves no journal, which its next version would have to
/// take over, unless the user says what keeps its runs.
pub(super) fn keeping(system: &dyn System, engine: Option<Engine>, arguments: &[OsString]) -> &'static [&'static str] {
    let is_named = |argument: &OsString| {
        let argument = argument.to_string_lossy();
        ["--engine", "--state"].iter().any(|option| argument.starts_with(option))
    };
    let says_where = arguments.iter().any(is_named)
        || ["FLOW_ENGINE", "FLOW_STATE"].iter().any(|name| system.variable(name).is_some());
    if engine.is_none() && !says_where { &["--engine", "memory"] } else { &[] }
}
