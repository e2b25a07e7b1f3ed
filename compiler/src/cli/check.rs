//! `flowc check`

use std::path::Path;

use clap::{Args, ValueEnum};

use super::Exit;
use super::console::Console;
use super::inputs::{Input, Inputs};
use super::tally::{Tally, kinds};
use super::{counted, unified};
use crate::Compilation;
use crate::diagnostic::{Diagnostic, json, render, sarif, short};
use crate::driver::samples::Beside;
use crate::driver::{Error, flow_file, location};
use crate::fix::{self, Mended};
use crate::source::SourceFile;

/// Look for mistakes in flow files, and build nothing
#[derive(Debug, Args)]
#[command(after_help = "\
`human` is drawn on standard error; the others go to standard output.
Ends with code 1 if there are errors, and with --deny warnings also if there are warnings.

Example:
  flowc check
  flowc check weather.flow
  flowc check --fix flows/
  flowc check --format sarif --deny warnings flows/ > flows.sarif")]
pub(super) struct Check {
    #[command(flatten)]
    inputs: Inputs,
    /// How mistakes are shown
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Mend what can be mended by itself, and show what is left; with `-`, the mended text goes to standard output
    #[arg(long)]
    fix: bool,
    /// Show as a diff what --fix would change, and change nothing
    #[arg(long)]
    diff: bool,
    /// Let warnings end with code 1 too
    #[arg(long, value_enum, value_name = "WHAT")]
    deny: Option<Deny>,
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
    /// One SARIF 2.1.0 log, as code scanning services take it
    Sarif,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Deny {
    /// All warnings
    Warnings,
}

impl Check {
    pub(super) fn run(&self, console: &Console<'_>) -> Result<Exit, Error> {
        if self.format != Format::Human && (self.diff || self.fix && self.inputs.has_standard()) {
            let what = if self.diff { "the diff of --diff" } else { "the mended text of `-`" };
            let message = format!("{what} and --format both want standard output");
            console.error(&message, Some("leave --format away: what is left is then drawn on standard error"));
            return Ok(Exit::Failed);
        }
        let (inputs, errors) = self.inputs.find(console.system);
        let (mut tally, mut log) = (Tally::default(), sarif::Log::default());
        let mut exit = Exit::Fine;
        let mut failed = |error: &Error, log: &mut sarif::Log| {
            log.failed(&error.to_string());
            exit = super::failed(console, error);
        };
        errors.iter().for_each(|error| failed(error, &mut log));
        for input in &inputs {
            // A file that cannot be read does not keep the others from being checked.
            if let Err(error) = self.one(console, input, inputs.len() == 1, &mut tally, &mut log) {
                failed(&error, &mut log);
            }
        }
        match self.format {
            Format::Human if self.diff => {}
            Format::Human => tally.summary(self.deny.is_some()).iter().for_each(|line| console.notice(line)),
            Format::Sarif => console.result(&log.render(exit == Exit::Fine))?,
            Format::Short | Format::Json => {}
        }
        let is_bad = tally.errors > 0 || self.deny.is_some() && tally.warnings > 0 || self.diff && tally.fixed > 0;
        Ok(if is_bad { exit.max(Exit::FlowErrors) } else { exit })
    }

    /// Checks one flow, and shows what is wrong with it.
    fn one(
        &self,
        console: &Console<'_>,
        input: &Input,
        is_alone: bool,
        tally: &mut Tally,
        log: &mut sarif::Log,
    ) -> Result<(), Error> {
        let file = input.read(console.system)?;
        let samples = Beside::new(console.system, input.path());
        let (file, diagnostics) = if self.fix || self.diff {
            let mended = fix::fix(&file, &samples);
            tally.fixed += mended.made.values().sum::<usize>();
            self.keep(console, input, &file, &mended)?;
            (mended.file, mended.diagnostics)
        } else {
            let diagnostics = crate::check(&file, &samples);
            (file, diagnostics)
        };
        tally.add(&diagnostics);
        match self.format {
            // Places in a text that is written nowhere would help nobody.
            Format::Human if self.diff => {}
            Format::Human if diagnostics.is_empty() && is_alone => {
                console.notice(&format!("{}: no mistakes found", file.name));
            }
            Format::Human => console.system.report(&render::render(&file, &diagnostics, console.style())),
            Format::Short => console.result(&short::render(&file, &diagnostics))?,
            Format::Json => console.result(&json::render(&file, &diagnostics))?,
            Format::Sarif => log.add(&location::uri(console.system, input.path()), &file, &diagnostics),
        }
        Ok(())
    }

    /// Writes the mended text, or shows how it would differ, and tells of what.
    fn keep(&self, console: &Console<'_>, input: &Input, file: &SourceFile, mended: &Mended) -> Result<(), Error> {
        let name = &file.name;
        let is_new = !mended.made.is_empty();
        match input {
            _ if self.diff => console.result(&unified::unified(name, &file.text, &mended.file.text))?,
            Input::Standard => console.result(&mended.file.text)?,
            Input::File(path) if is_new => flow_file::write(console.system, path, &mended.file.text)?,
            Input::File(_) => {}
        }
        if is_new {
            let codes: Vec<_> = mended.made.iter().map(|(code, count)| format!("{count} × {}", code.id())).collect();
            let verb = if self.diff { "would fix" } else { "fixed" };
            let mistakes = counted(mended.made.values().sum(), "mistake");
            console.notice(&format!("{name}: {verb} {mistakes} ({})", codes.join(", ")));
        }
        match mended.refused() {
            0 => {}
            1 => console.notice(&format!("{name}: 1 fix was not made: it would have led to more errors")),
            more => console.notice(&format!("{name}: {more} fixes were not made: they would have led to more errors")),
        }
        if self.diff && !mended.diagnostics.is_empty() {
            console.notice(&format!("{name}: {} would be left", kinds(&mended.diagnostics)));
        }
        Ok(())
    }
}

/// Draws the errors of a file, and gives them back; warnings are for `flowc check`.
pub(super) fn draw_errors(
    console: &Console<'_>,
    file: &SourceFile,
    mut diagnostics: Vec<Diagnostic>,
) -> Vec<Diagnostic> {
    diagnostics.retain(Diagnostic::is_error);
    console.system.report(&render::render(file, &diagnostics, console.style()));
    diagnostics
}

/// Reads and compiles a file, and draws what is wrong with it.
pub(super) fn compile(console: &Console<'_>, path: &Path) -> Result<Compilation, Error> {
    let file = flow_file::read(console.system, path)?;
    let compilation = crate::compile(&file, &Beside::new(console.system, path));
    console.system.report(&render::render(&file, &compilation.diagnostics, console.style()));
    Ok(compilation)
}
