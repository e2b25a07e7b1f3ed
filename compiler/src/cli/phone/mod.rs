//! `flowc phone`

mod activity;
mod chat;
mod clock;
mod command;
mod draw;
mod editor;
mod flow;
mod keys;
mod lines;
mod live;
mod log;
mod model;
mod places;
mod screen;
mod talk;
mod wire;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::Args;

use self::clock::Zone;
use self::draw::Paint;
use self::flow::Flow;
use self::model::Phone as Model;
use self::talk::Talk;
use super::Exit;
use super::console::Console;
use super::engine::Engine;
use super::run;
use crate::diagnostic::render;
use crate::driver::samples::Beside;
use crate::driver::system::{Command, System};
use crate::driver::{Error, Served, flow_file};

/// Build a flow and text with it, in the terminal
#[derive(Debug, Args)]
#[command(after_help = "\
The flow runs with the simulator: no message reaches a real phone, but its calls go out as ever, unless --connect-to sends \
them elsewhere. Secrets come from NAME or NAME_FILE. Runs end with the phone, unless --engine names what keeps them.
What follows `--` goes to the binary; `flowc run FILE -- --help` lists what it takes.
Without a terminal, each line of standard input is a text, and each answer is printed as `< FROM: TEXT`.

Example:
  flowc phone weather.flow
  flowc phone weather.flow -- --connect-to api.weather.gov:443=http://127.0.0.1:9000
  printf 'book\\n2\\n' | flowc phone table-booking.flow")]
pub(super) struct Phone {
    /// The flow file
    file: PathBuf,
    /// What keeps runs
    #[arg(long, value_enum)]
    engine: Option<Engine>,
    /// Arguments of the binary
    #[arg(last = true, value_name = "ARGS")]
    arguments: Vec<OsString>,
}

/// What the phone needs as it is: its messages, its port, and what the log tells.
const OURS: [&str; 3] = ["--carrier", "--listen", "--log"];

impl Phone {
    pub(super) fn run(&self, console: &Console<'_>) -> Result<Exit, Error> {
        let system = console.system;
        let taken = self.arguments.iter().map(|argument| argument.to_string_lossy());
        if let Some(argument) = taken.into_iter().find(|given| OURS.iter().any(|ours| is_option(given, ours))) {
            let help = "leave it away; `flowc run` takes it";
            console
                .error(&format!("`{argument}` cannot be given: the phone sets {} itself", OURS.join(", ")), Some(help));
            return Ok(Exit::Failed);
        }
        let file = flow_file::read(system, &self.file)?;
        let (graph, diagnostics) = crate::graph_of(&file, &Beside::new(system, &self.file));
        system.report(&render::render(&file, &diagnostics, console.style()));
        let Some(graph) = graph else {
            return Ok(Exit::FlowErrors);
        };
        let flow = Flow::of(&file, &graph);
        let binary = run::build(console, &self.file, &crate::emit(&graph), self.engine)?;
        let command = Command::new(&binary)
            .with(["--admin", "off"])
            .with(run::keeping(system, self.engine, &self.arguments))
            .with(&self.arguments)
            .with(["--carrier", "simulator", "--listen", "127.0.0.1:0", "--log", "info"]);
        let (served, log) = Served::start(system, &command)?;
        let phone = Model::new(flow, zone(system), talk::now(system));
        if system.input_is_terminal() && system.output_width().is_some() {
            let paint = Paint { color: system.variable("NO_COLOR").is_none() };
            live::run(system, Talk::new(system, served, log, phone, live::read_keys), paint)?;
        } else {
            lines::run(console, Talk::new(system, served, log, phone, lines::read_lines))?;
        }
        Ok(Exit::Fine)
    }
}

/// Whether an argument is this option, with its value or before it.
fn is_option(argument: &str, option: &str) -> bool {
    argument.strip_prefix(option).is_some_and(|rest| rest.is_empty() || rest.starts_with('='))
}

/// Where the clocks of this place are: `date` knows it, and the standard library does not.
fn zone(system: &dyn System) -> Zone {
    let mut offset = String::new();
    let asked = system.run(&Command::new("date").with(["+%z"]), &mut |line| {
        if let crate::driver::system::Line::Output(line) = line {
            offset = line.to_owned();
        }
    });
    // Without it, times are those of UTC.
    asked.map_or_else(|_| Zone::default(), |_| Zone::parse(&offset))
}
