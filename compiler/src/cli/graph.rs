//! `flowc graph`

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::Exit;
use super::console::Console;
use crate::diagnostic::render;
use crate::draw;
use crate::driver::samples::Beside;
use crate::driver::{Error, flow_file};

/// Draw a flow: its triggers, its steps, and the ways between them
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  flowc graph weather.flow -o weather.svg
  flowc graph weather.flow --format mermaid")]
pub(super) struct Graph {
    /// The flow file
    file: PathBuf,
    /// What the picture is written in [default: as the end of OUT says, else svg]
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// Where the picture goes [default: standard output]
    #[arg(short, long, value_name = "OUT")]
    output: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A picture for any browser
    Svg,
    /// A flowchart for Mermaid, as in a Markdown file
    Mermaid,
    /// A graph for Graphviz
    Dot,
}

impl Graph {
    pub(super) fn run(&self, console: &Console<'_>) -> Result<Exit, Error> {
        let file = flow_file::read(console.system, &self.file)?;
        let (graph, diagnostics) = crate::graph_of(&file, &Beside::new(console.system, &self.file));
        console.system.report(&render::render(&file, &diagnostics, console.style()));
        let Some(graph) = graph else {
            return Ok(Exit::FlowErrors);
        };
        let picture = draw::draw(&graph, &file, self.written_in());
        console.deliver(&picture, self.output.as_deref())?;
        Ok(Exit::Fine)
    }

    fn written_in(&self) -> draw::Format {
        let end = self.output.as_deref().and_then(Path::extension).and_then(|end| end.to_str());
        match (self.format, end) {
            (Some(Format::Mermaid), _) | (None, Some("mmd" | "mermaid")) => draw::Format::Mermaid,
            (Some(Format::Dot), _) | (None, Some("dot" | "gv")) => draw::Format::Dot,
            (Some(Format::Svg) | None, _) => draw::Format::Svg,
        }
    }
}
