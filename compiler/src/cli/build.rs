//! `flowc build`

use std::path::{Path, PathBuf};

use clap::Args;

use super::Exit;
use super::check::compile;
use super::console::Console;
use super::engine::Engine;
use super::progress::Watcher;
use crate::driver::{self, Error, Linking, Making, Order, package_name};

/// Make a binary of a flow
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  flowc build weather.flow
  flowc build weather.flow -o /srv/weather --static
  flowc build weather.flow --engine postgres")]
pub(super) struct Build {
    /// The flow file
    file: PathBuf,
    /// Where the binary goes [default: the flow's name, here]
    #[arg(short, long, value_name = "OUT")]
    output: Option<PathBuf>,
    /// Also write the Rust package that the binary is made of: to read, or to build with cargo by hand
    #[arg(long, value_name = "DIR")]
    emit: Option<PathBuf>,
    /// What keeps runs, so that a restart loses none
    #[arg(long, value_enum, default_value_t = Engine::Sqlite)]
    engine: Engine,
    /// Make a binary that needs no library of the system it runs on (Linux)
    #[arg(long = "static")]
    is_static: bool,
}

impl Build {
    pub(super) fn run(&self, console: &Console<'_>) -> Result<Exit, Error> {
        let system = console.system;
        let started = system.now();
        let Some(emitted) = compile(console, &self.file)?.emitted else {
            return Ok(Exit::FlowErrors);
        };
        let making = Making { engine: self.engine.into(), linking: Linking::of(self.is_static) };
        if let Some(folder) = &self.emit {
            driver::emit(system, folder, &emitted, making)?;
            console.notice(&format!("wrote the package {}", folder.display()));
        }
        let output = self.output.clone().unwrap_or_else(|| Path::new(".").join(package_name(&emitted.name)));
        let order = Order { emitted: &emitted, source: &self.file, making, output: Some(&output) };
        let mut watcher = Watcher::new(console);
        let built = driver::build(system, order, &mut |progress| watcher.see(progress));
        watcher.finish();
        let path = built?;
        if !console.quiet {
            let seconds = (system.now() - started).as_secs_f64();
            let size = megabytes(driver::size(system, &path));
            console.result(&format!("built {} ({size}) in {seconds:.1} s\n", path.display()))?;
        }
        Ok(Exit::Fine)
    }
}

/// As people read a size: `5.2 MB`, with a million bytes to the megabyte.
pub(super) fn megabytes(bytes: u64) -> String {
    let tenths = bytes / 100_000;
    format!("{}.{} MB", tenths / 10, tenths % 10)
}
