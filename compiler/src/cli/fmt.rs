//! `flowc fmt`

use clap::Args;

use super::Exit;
use super::console::Console;
use super::inputs::{Input, Inputs};
use super::{counted, unified};
use crate::diagnostic::render;
use crate::driver::{Error, flow_file};
use crate::source::SourceFile;

/// Write flow files in their one layout
#[derive(Debug, Args)]
#[command(after_help = "\
A file with syntax errors is told of and left as it is.
Ends with code 1 if there is one, and with --check or --diff also if a file has another layout.

Example:
  flowc fmt
  flowc fmt weather.flow
  flowc fmt --check flows/
  flowc fmt - < weather.flow")]
pub(super) struct Fmt {
    #[command(flatten)]
    inputs: Inputs,
    /// List the files that have another layout, and change nothing
    #[arg(long)]
    check: bool,
    /// Show as a diff what would change, and change nothing
    #[arg(long)]
    diff: bool,
}

/// How many files there were of each kind.
#[derive(Debug, Default)]
struct Count {
    other: usize,
    same: usize,
    broken: usize,
}

impl Fmt {
    pub(super) fn run(&self, console: &Console<'_>) -> Result<Exit, Error> {
        let (inputs, errors) = self.inputs.find(console.system);
        let mut exit = errors.iter().map(|error| super::failed(console, error)).fold(Exit::Fine, Exit::max);
        let mut count = Count::default();
        for input in &inputs {
            // A file that cannot be read or written does not keep the others from being formatted.
            if let Err(error) = self.one(console, input, &mut count) {
                exit = super::failed(console, &error);
            }
        }
        if count.other + count.same + count.broken > 1 {
            console.notice(&self.summary(&count));
        } else if let ([Input::File(path)], 1) = (inputs.as_slice(), count.same) {
            console.notice(&format!("{}: already formatted", path.display()));
        }
        let is_bad = count.broken > 0 || count.other > 0 && !self.writes();
        Ok(if is_bad { exit.max(Exit::FlowErrors) } else { exit })
    }

    fn writes(&self) -> bool {
        !self.check && !self.diff
    }

    /// Formats one flow, or says that its layout is another one.
    fn one(&self, console: &Console<'_>, input: &Input, count: &mut Count) -> Result<(), Error> {
        let file = input.read(console.system)?;
        match crate::format(&file) {
            Err(diagnostics) => {
                count.broken += 1;
                console.system.report(&render::render(&file, &diagnostics, console.style()));
                Ok(())
            }
            Ok(text) => {
                let is_same = text == file.text;
                count.same += usize::from(is_same);
                count.other += usize::from(!is_same);
                self.keep(console, input, &file, &text)
            }
        }
    }

    fn keep(&self, console: &Console<'_>, input: &Input, file: &SourceFile, text: &str) -> Result<(), Error> {
        let is_same = text == file.text;
        if self.check && !is_same {
            console.result(&format!("{}\n", file.name))?;
        }
        if self.diff {
            console.result(&unified::unified(&file.name, &file.text, text))?;
        }
        match input {
            Input::Standard if self.writes() => console.result(text),
            Input::File(path) if self.writes() && !is_same => {
                flow_file::write(console.system, path, text)?;
                console.notice(&format!("{}: formatted", file.name));
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// `2 files formatted, 3 already formatted, 1 left alone for its errors`
    fn summary(&self, count: &Count) -> String {
        let other = if self.writes() { "formatted" } else { "to be formatted" };
        let kept = if count.broken == 1 { "left alone for its errors" } else { "left alone for their errors" };
        let kinds = [(count.other, other), (count.same, "already formatted"), (count.broken, kept)];
        let there = kinds.into_iter().filter(|(number, _)| *number > 0).enumerate();
        let told = there.map(|(at, (number, what))| match at {
            0 => format!("{} {what}", counted(number, "file")),
            _ => format!("{number} {what}"),
        });
        told.collect::<Vec<_>>().join(", ")
    }
}
