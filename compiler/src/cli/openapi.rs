//! `flowc openapi`

use std::path::{Path, PathBuf};

use clap::Args;

use super::Exit;
use super::check::draw_errors;
use super::console::Console;
use crate::driver::samples::Beside;
use crate::driver::system::{Entry, System};
use crate::driver::{Error, flow_file};
use crate::openapi;

/// Describe the requests that start a flow, as an OpenAPI 3.1 document
#[derive(Debug, Args)]
#[command(after_help = "\
The binary serves the same document at /openapi.json.

Example:
  flowc openapi order-ready.flow
  flowc openapi order-ready.flow -o openapi.json")]
pub(super) struct Openapi {
    /// The flow file
    file: PathBuf,
    /// Where the document goes [default: standard output]
    #[arg(short, long, value_name = "OUT")]
    output: Option<PathBuf>,
}

impl Openapi {
    pub(super) fn run(&self, console: &Console<'_>) -> Result<Exit, Error> {
        let system = console.system;
        let file = flow_file::read(system, &self.file)?;
        let (graph, diagnostics) = crate::graph_of(&file, &Beside::new(system, &self.file));
        draw_errors(console, &file, diagnostics);
        let Some(graph) = graph else {
            return Ok(Exit::FlowErrors);
        };
        let Some(document) = openapi::document(&graph) else {
            let help =
                "a trigger that requests start looks like `on api \"order-ready\" token $TOKEN expect OrderNo: int`";
            console.error(&format!("{} has no `on api`, so no request starts it", file.name), Some(help));
            return Ok(Exit::Failed);
        };
        if let Some(path) = self.output.as_deref().filter(|path| !may_become_document(system, path)) {
            return Err(Error::Exists(path.to_owned()));
        }
        console.deliver(&format!("{document:#}\n"), self.output.as_deref())?;
        Ok(Exit::Fine)
    }
}

/// Whether nothing is lost by a document at this path. A recorded answer is JSON too, and often stands beside the flow.
fn may_become_document(system: &dyn System, path: &Path) -> bool {
    if !matches!(system.entry(path), Some(Entry::File(1..))) {
        return true;
    }
    let found = system.read(path).ok().and_then(|bytes| serde_json::from_slice::<serde_json::Value>(&bytes).ok());
    found.is_some_and(|found| found.get("openapi").is_some())
}
