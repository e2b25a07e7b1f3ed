//! Counts what was found in several files, and sums it up.

use super::counted;
use crate::diagnostic::Diagnostic;

/// What was found so far.
#[derive(Debug, Default)]
pub(super) struct Tally {
    files: usize,
    /// Files of which there is something to tell.
    faulty: usize,
    pub(super) errors: usize,
    pub(super) warnings: usize,
    /// Mistakes that were fixed, or would be.
    pub(super) fixed: usize,
}

impl Tally {
    /// Counts a file.
    pub(super) fn add(&mut self, diagnostics: &[Diagnostic]) {
        let errors = errors(diagnostics);
        self.files += 1;
        self.faulty += usize::from(!diagnostics.is_empty());
        self.errors += errors;
        self.warnings += diagnostics.len() - errors;
    }

    /// `4 files checked: 2 errors and 1 warning in 2 of them`; nothing for a single file, whose own line says as much. If
    /// warnings are denied and there is nothing worse, another line says why the command fails.
    pub(super) fn summary(&self, denied: bool) -> Vec<String> {
        let mut lines = Vec::new();
        if self.files > 1 {
            let found = match self.faulty {
                0 => "no mistakes found".to_owned(),
                faulty => format!("{} in {faulty} of them", both(self.errors, self.warnings)),
            };
            lines.push(format!("{} files checked: {found}", self.files));
        }
        if denied && self.errors == 0 && self.warnings > 0 {
            lines.push("warnings are denied here, so this is a failure".to_owned());
        }
        lines
    }
}

/// `2 errors and 1 warning`
pub(super) fn kinds(diagnostics: &[Diagnostic]) -> String {
    let errors = errors(diagnostics);
    both(errors, diagnostics.len() - errors)
}

fn errors(diagnostics: &[Diagnostic]) -> usize {
    diagnostics.iter().filter(|diagnostic| diagnostic.is_error()).count()
}

fn both(errors: usize, warnings: usize) -> String {
    let kinds = [(errors, "error"), (warnings, "warning")];
    let told = kinds.into_iter().filter(|(count, _)| *count > 0).map(|(count, noun)| counted(count, noun));
    told.collect::<Vec<_>>().join(" and ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_counts_what_there_is() {
        let tally = |files, faulty, errors, warnings| Tally { files, faulty, errors, warnings, fixed: 0 };
        assert_eq!(tally(1, 1, 2, 0).summary(false), Vec::<String>::new());
        assert_eq!(tally(3, 0, 0, 0).summary(true), ["3 files checked: no mistakes found"]);
        assert_eq!(tally(3, 2, 1, 2).summary(true), ["3 files checked: 1 error and 2 warnings in 2 of them"]);
        let denied = tally(2, 1, 0, 1).summary(true);
        assert_eq!(
            denied,
            ["2 files checked: 1 warning in 1 of them", "warnings are denied here, so this is a failure"]
        );
    }
}
