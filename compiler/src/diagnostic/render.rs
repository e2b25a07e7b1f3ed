//! Draws diagnostics for people; the only user of miette.

use std::fmt;

use miette::{
    Diagnostic as Drawable, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents,
    Severity as Level, SourceCode, SourceSpan, SpanContents,
};

use super::{Diagnostic, Severity};
use crate::source::{LineIndex, SourceFile, Span};

/// How a drawing may look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Columns of the terminal.
    pub width: usize,
    /// With ANSI colours.
    pub color: bool,
}

impl Style {
    /// For a file, a pipe, or a test.
    pub const PLAIN: Self = Self { width: 120, color: false };
}

/// Draws all diagnostics of a file, each with its part of the text, and a line that sums them up. Empty if there are none.
pub fn render(file: &SourceFile, diagnostics: &[Diagnostic], style: Style) -> String {
    if diagnostics.is_empty() {
        return String::new();
    }
    let theme = if style.color { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    let handler = GraphicalReportHandler::new_themed(theme).with_width(style.width).with_links(false);
    let excerpt = Excerpt { file, index: LineIndex::new(&file.text) };
    let mut text = String::new();
    for diagnostic in diagnostics {
        let drawing = Drawing { diagnostic, excerpt: &excerpt, help: help(diagnostic) };
        if handler.render_report(&mut text, &drawing).is_err() {
            // Nothing here fails on a valid span; of an invalid one the message must still be seen.
            text.push_str(&super::short::render(file, std::slice::from_ref(diagnostic)));
        }
        text.push('\n');
    }
    text.push_str(&summary(file, diagnostics));
    text
}

/// ``2 errors, 1 warning in wx.flow; `flowc explain F0201` tells more``
fn summary(file: &SourceFile, diagnostics: &[Diagnostic]) -> String {
    let errors = diagnostics.iter().filter(|diagnostic| diagnostic.is_error()).count();
    let count = |number: usize, noun: &str| match number {
        0 => None,
        1 => Some(format!("1 {noun}")),
        _ => Some(format!("{number} {noun}s")),
    };
    let counts = [count(errors, "error"), count(diagnostics.len() - errors, "warning")];
    let counts = counts.into_iter().flatten().collect::<Vec<_>>().join(", ");
    let first = diagnostics.iter().find(|diagnostic| diagnostic.is_error()).or(diagnostics.first());
    let code = first.map_or("CODE", |diagnostic| diagnostic.code.id());
    format!("{counts} in {}; `flowc explain {code}` tells more\n", file.name)
}

/// The help, with what the fix writes if the help does not show it.
fn help(diagnostic: &Diagnostic) -> Option<String> {
    let fix = diagnostic.fix.as_ref().map(|fix| fix.replacement.trim()).filter(|text| !text.is_empty());
    match (&diagnostic.help, fix) {
        (Some(help), Some(fix)) if !help.contains(fix) => Some(format!("{help}: write `{fix}`")),
        (None, Some(fix)) => Some(format!("write `{fix}`")),
        (help, _) => help.clone(),
    }
}

/// A diagnostic as miette wants it.
#[derive(Debug)]
struct Drawing<'a> {
    diagnostic: &'a Diagnostic,
    excerpt: &'a Excerpt<'a>,
    help: Option<String>,
}

impl fmt::Display for Drawing<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.diagnostic.message)
    }
}

impl std::error::Error for Drawing<'_> {}

impl Drawable for Drawing<'_> {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let code = self.diagnostic.code;
        Some(Box::new(format!("{}[{}]", code.severity().as_str(), code.id())))
    }

    fn severity(&self) -> Option<Level> {
        Some(match self.diagnostic.code.severity() {
            Severity::Warning => Level::Warning,
            Severity::Error => Level::Error,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(self.excerpt)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let place = |span| self.excerpt.place(span);
        let words = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        let first = LabeledSpan::new_primary_with_span(words(&self.diagnostic.label), place(self.diagnostic.span));
        let others = self.diagnostic.labels.iter();
        let others = others.map(move |label| LabeledSpan::new_with_span(words(&label.text), place(label.span)));
        Some(Box::new(std::iter::once(first).chain(others)))
    }
}

/// Hands miette the lines around a span. miette's own reader walks the file from its start for every label, and counts a
/// column in bytes.
#[derive(Debug)]
struct Excerpt<'a> {
    file: &'a SourceFile,
    index: LineIndex,
}

impl Excerpt<'_> {
    /// The span, cut to what can be shown: within the text, and at the borders of characters.
    fn place(&self, span: Span) -> SourceSpan {
        let start = self.file.text.floor_char_boundary(span.start as usize);
        let end = self.file.text.floor_char_boundary((span.end as usize).max(start));
        (start, end - start).into()
    }

    /// Where the line of an offset starts, and how many of the lines before it there are, up to `lines`.
    fn lines_before(&self, offset: usize, lines: usize) -> (usize, usize) {
        let before = self.file.text.get(..offset).unwrap_or_default();
        let mut starts = before.rmatch_indices('\n').map(|(at, _)| at + 1).chain([0]).take(lines + 1).enumerate();
        let first = starts.next().unwrap_or_default();
        let (count, start) = starts.last().unwrap_or(first);
        (start, count)
    }

    /// Where the line of an offset ends, or so many lines further on; the line break is not part of it.
    fn lines_after(&self, offset: usize, lines: usize) -> usize {
        let after = self.file.text.get(offset..).unwrap_or_default();
        after.match_indices('\n').nth(lines).map_or(self.file.text.len(), |(at, _)| offset + at)
    }
}

impl SourceCode for Excerpt<'_> {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        lines_before: usize,
        lines_after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let text = &self.file.text;
        let (from, to) = (span.offset(), span.offset() + span.len());
        let place = self.index.line_column(text, u32::try_from(from).unwrap_or(u32::MAX));
        let (line, column) = (place.line as usize - 1, place.column as usize - 1);
        // Without context, miette asks where the span itself is.
        let (start, line, column) = match lines_before {
            0 => (from, line, column),
            _ => {
                let (start, count) = self.lines_before(from, lines_before);
                (start, line - count, 0)
            }
        };
        let end = if lines_after == 0 { to } else { self.lines_after(to, lines_after) };
        let data = text.get(start..end).ok_or(MietteError::OutOfBounds)?;
        let covered = (start, data.len()).into();
        let contents = MietteSpanContents::new_named(
            self.file.name.clone(),
            data.as_bytes(),
            covered,
            line,
            column,
            data.lines().count(),
        );
        Ok(Box::new(contents))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::super::Code;
    use super::*;

    fn at(text: &str, part: &str) -> Span {
        let start = text.find(part).unwrap();
        Span::new(start, start + part.len())
    }

    #[test]
    fn the_place_is_exact_behind_characters_of_many_bytes() {
        let text = "flow \"x\"\non sms\n  -> sms \"Grüße 天気 $nmae!\"\n";
        let file = SourceFile::new("wx.flow", text);
        let diagnostic =
            Diagnostic::new(Code::UnknownVariable, at(text, "$nmae"), "unknown variable `$nmae`", "not bound")
                .with_label(at(text, "sms\n"), "binds `$from`")
                .with_fix(at(text, "$nmae"), "$name");
        let drawn = render(&file, &[diagnostic], Style::PLAIN);
        let expected = "\
error[F0201]

  × unknown variable `$nmae`
   ╭─[wx.flow:3:20]
 1 │ flow \"x\"
 2 │ on sms
   ·    ──┬─
   ·      ╰── binds `$from`
 3 │   -> sms \"Grüße 天気 $nmae!\"
   ·                      ──┬──
   ·                        ╰── not bound
   ╰────
  help: write `$name`

1 error in wx.flow; `flowc explain F0201` tells more
";
        assert_eq!(drawn, expected, "{drawn}");
    }

    #[test]
    fn a_place_at_the_end_or_outside_is_still_drawn() {
        for text in ["", "on sms", "on sms\n", "on sms ->\r\n\r\n", "é"] {
            let file = SourceFile::new("wx.flow", text);
            for span in [Span::at(0), Span::new(text.len(), text.len()), Span::new(1, 2), Span::new(900, 1000)] {
                let diagnostic = Diagnostic::new(Code::UnknownVariable, span, "nothing here", "here");
                let drawn = render(&file, &[diagnostic], Style::PLAIN);
                assert!(drawn.contains("× nothing here") && drawn.contains("[wx.flow:"), "{text:?} {span:?}: {drawn}");
            }
        }
    }

    #[test]
    fn colours_come_only_when_asked_for() {
        let file = SourceFile::new("wx.flow", "on sms\n");
        let diagnostic = Diagnostic::new(Code::UnknownVariable, Span::new(0, 2), "m", "l");
        assert!(!render(&file, std::slice::from_ref(&diagnostic), Style::PLAIN).contains('\u{1b}'));
        assert!(render(&file, &[diagnostic], Style { width: 80, color: true }).contains('\u{1b}'));
    }
}
