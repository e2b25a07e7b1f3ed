//! `flowc graph`

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::Exit;
use super::console::Console;
use super::counted;
use super::coverage::Covered;
use super::test::tried;
use crate::diagnostic::render;
use crate::draw;
use crate::driver::samples::Beside;
use crate::driver::{Error, flow_file};
use crate::source::SourceFile;
use crate::suite::Suite;

/// Draw a flow: its triggers, its steps, and the ways between them
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  flowc graph weather.flow -o weather.svg
  flowc graph weather.flow --format mermaid
  flowc graph weather.flow --coverage -o weather.svg")]
pub(super) struct Graph {
    /// The flow file
    file: PathBuf,
    /// What the picture is written in [default: as the end of OUT says, else svg]
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// Where the picture goes [default: standard output]
    #[arg(short, long, value_name = "OUT")]
    output: Option<PathBuf>,
    /// Play the flow's tests, and draw what they walk: the rest is dashed
    #[arg(long)]
    coverage: bool,
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
        let samples = Beside::new(console.system, &self.file);
        let picture = if self.coverage {
            let (suite, diagnostics) = crate::suite_of(&file, &samples);
            console.system.report(&render::render(&file, &diagnostics, console.style()));
            suite.map(|suite| self.covered(console, &file, suite)).transpose()?
        } else {
            let (graph, diagnostics) = crate::graph_of(&file, &samples);
            console.system.report(&render::render(&file, &diagnostics, console.style()));
            graph.map(|graph| draw::draw(&graph, &file, self.written_in()))
        };
        let Some(picture) = picture else {
            return Ok(Exit::FlowErrors);
        };
        console.deliver(&picture, self.output.as_deref())?;
        Ok(Exit::Fine)
    }

    /// The picture with what the tests walk. One that fails walks, too.
    fn covered(&self, console: &Console<'_>, file: &SourceFile, suite: Suite) -> Result<String, Error> {
        let tried = tried(console, &self.file, file.clone(), suite)?;
        match (tried.verdicts.len(), tried.failed()) {
            (0, _) => console.notice("the flow has no tests, so nothing of it is walked"),
            (_, 0) => {}
            (_, failed) => {
                console.notice(&format!("{} failed, and `flowc test` shows why", counted(failed, "test")));
            }
        }
        let covered = Covered::of(&tried);
        Ok(draw::draw_covered(&tried.suite.graph, file, &covered.coverage, self.written_in()))
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
