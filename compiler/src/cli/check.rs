//! `flowc check`

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::Exit;
use super::console::Console;
use crate::Compilation;
use crate::diagnostic::{Diagnostic, json, render, short};
use crate::driver::samples::Beside;
use crate::driver::{Error, flow_file};
use crate::source::SourceFile;

/// Look for mistakes in flow files, and build nothing
#[derive(Debug, Args)]
#[command(after_help = "\
`human` is drawn on standard error; `short` and `json` are lines on standard output.

Example:
  flowc check weather.flow
  flowc check --format json flows/*.flow")]
pub(super) struct Check {
    /// Flow files
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// How mistakes are shown
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Drawn, with the text they are in
    #[default]
    Human,
    /// A line each: file:line:column: error[CODE]: message
    Short,
    /// A JSON object a line each
    Json,
}

impl Check {
    pub(super) fn run(&self, console: &Console<'_>) -> Result<Exit, Error> {
        let mut exit = Exit::Fine;
        for path in &self.files {
            // A file that cannot be read does not keep the others from being checked.
            let file = match flow_file::read(console.system, path) {
                Ok(file) => file,
                Err(error) => {
                    exit = super::failed(console, &error);
                    continue;
                }
            };
            let diagnostics = crate::check(&file, &Beside::new(console.system, path));
            self.show(console, &file, &diagnostics)?;
            if exit == Exit::Fine && diagnostics.iter().any(Diagnostic::is_error) {
                exit = Exit::FlowErrors;
            }
        }
        Ok(exit)
    }

    fn show(&self, console: &Console<'_>, file: &SourceFile, diagnostics: &[Diagnostic]) -> Result<(), Error> {
        match self.format {
            Format::Human if diagnostics.is_empty() => console.notice(&format!("{}: no mistakes found", file.name)),
            Format::Human => console.system.report(&render::render(file, diagnostics, console.style())),
            Format::Short => console.result(&short::render(file, diagnostics))?,
            Format::Json => console.result(&json::render(file, diagnostics))?,
        }
        Ok(())
    }
}

/// Reads and compiles a file, and draws what is wrong with it.
pub(super) fn compile(console: &Console<'_>, path: &std::path::Path) -> Result<Compilation, Error> {
    let file = flow_file::read(console.system, path)?;
    let compilation = crate::compile(&file, &Beside::new(console.system, path));
    console.system.report(&render::render(&file, &compilation.diagnostics, console.style()));
    Ok(compilation)
}
