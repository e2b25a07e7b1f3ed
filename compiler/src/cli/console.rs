//! What flowc says: results on standard output, all else on standard error.

use std::io;
use std::path::Path;

use crate::diagnostic::render::{self, Style};
use crate::driver::Error;
use crate::driver::system::System;

/// Where a command speaks.
pub(super) struct Console<'a> {
    pub(super) system: &'a dyn System,
    pub(super) quiet: bool,
}

impl<'a> Console<'a> {
    pub(super) fn new(system: &'a dyn System, quiet: bool) -> Self {
        Self { system, quiet }
    }

    /// Writes a result.
    pub(super) fn result(&self, text: &str) -> Result<(), Error> {
        match self.system.print(text) {
            // `flowc explain | head` has read all that it wants.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            printed => printed.map_err(Error::Print),
        }
    }

    /// Writes a result to a file, if one is named; never over a flow, which a slip of the hand (`-o weather.flow`) would
    /// be the end of.
    pub(super) fn deliver(&self, text: &str, output: Option<&Path>) -> Result<(), Error> {
        let Some(path) = output else { return self.result(text) };
        if path.extension().is_some_and(|end| end == "flow") && self.system.entry(path).is_some() {
            return Err(Error::Exists(path.to_owned()));
        }
        let written = self.system.write(path, text.as_bytes());
        written.map_err(|cause| Error::Write { path: path.to_owned(), cause })?;
        self.notice(&format!("wrote {}", path.display()));
        Ok(())
    }

    /// Writes a line about the work, unless the user wants to hear only what is wrong.
    pub(super) fn notice(&self, line: &str) {
        if !self.quiet {
            self.system.report(&format!("{line}\n"));
        }
    }

    /// Writes an error of a command, and how to mend it.
    pub(super) fn error(&self, message: &str, help: Option<&str>) {
        let (red, cyan, plain) =
            if self.style().color { ("\u{1b}[1;31m", "\u{1b}[36m", "\u{1b}[0m") } else { ("", "", "") };
        let help = help.map(|help| format!("  {cyan}help:{plain} {help}\n")).unwrap_or_default();
        self.system.report(&format!("{red}error:{plain} {message}\n{help}"));
    }

    /// How results are drawn on standard output, and its width if it is a terminal.
    pub(super) fn output(&self) -> (Style, Option<usize>) {
        let width = self.system.output_width();
        let color = width.is_some() && self.system.variable("NO_COLOR").is_none();
        (Style { color, ..Style::PLAIN }, width)
    }

    /// How diagnostics are drawn on standard error: in colours only on a terminal, and not if `NO_COLOR` is set
    /// (no-color.org).
    pub(super) fn style(&self) -> Style {
        match self.system.terminal_width() {
            Some(width) => Style { width: width.max(40), color: self.system.variable("NO_COLOR").is_none() },
            None => render::Style::PLAIN,
        }
    }
}
