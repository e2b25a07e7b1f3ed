//! Draws diagnostics for people; the only user of miette.

use std::fmt;
use std::ops::Range;

use miette::{
    Diagnostic as Drawable, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents,
    Severity as Level, SourceCode, SourceSpan, SpanContents,
};
use unicode_width::UnicodeWidthStr;

use super::columns;
use super::excerpt::{Excerpt, Pointer};
use super::{Code, Diagnostic, Label, Severity};
use crate::source::{LineColumn, LineIndex, SourceFile, Span};

/// Lines shown before and after a label.
const CONTEXT: usize = 1;
/// What miette writes before the text of a line, beside the digits of the line's number.
const MARGIN: usize = 4;
/// What it writes besides if a label goes over several lines.
const BRACKET: usize = 4;

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

/// Something to say of places in a file that is no diagnostic of the flow: it has no code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// One sentence, with no full stop.
    pub message: String,
    /// Where it is.
    pub span: Span,
    /// What stands there, in a few words.
    pub label: String,
    /// Places elsewhere in the file that explain it.
    pub labels: Vec<Label>,
    /// Something is wrong; else it is good to know.
    pub is_wrong: bool,
}

/// Draws a remark with its part of the text, as diagnostics are drawn.
pub fn remark(file: &SourceFile, remark: &Remark, style: Style) -> String {
    let Remark { message, span, label, labels, is_wrong } = remark;
    let drawing = Drawing::new(file, &LineIndex::new(&file.text), (message, *span, label, labels), style.width);
    let drawing = Drawing { level: if *is_wrong { Level::Error } else { Level::Advice }, ..drawing };
    let mut text = String::new();
    // Nothing here fails on a valid span; of an invalid one the message must still be seen.
    if handler(style).render_report(&mut text, &drawing).is_err() {
        text = format!("{}\n", drawing.message);
    }
    text
}

fn handler(style: Style) -> GraphicalReportHandler {
    let theme = if style.color { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    let handler = GraphicalReportHandler::new_themed(theme).with_width(style.width).with_links(false);
    handler.with_context_lines(CONTEXT)
}

/// Draws all diagnostics of a file, each with its part of the text, and a line that sums them up. Empty if there are none.
pub fn render(file: &SourceFile, diagnostics: &[Diagnostic], style: Style) -> String {
    if diagnostics.is_empty() {
        return String::new();
    }
    let handler = handler(style);
    let index = LineIndex::new(&file.text);
    let mut text = String::new();
    for diagnostic in diagnostics {
        let drawing = Drawing::of(file, &index, diagnostic, style.width);
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

/// Text of a message, which may quote the flow, with nothing in it that a terminal would obey.
fn signs(text: &str) -> String {
    text.chars().map(|character| if character == '\n' { character } else { columns::sign(character) }).collect()
}

/// A diagnostic as miette wants it.
#[derive(Debug)]
struct Drawing<'a> {
    code: Option<Code>,
    level: Level,
    message: String,
    help: Option<String>,
    /// First the place of the diagnostic, then its labels.
    places: Vec<Place>,
    lines: Lines<'a>,
}

/// A label in the excerpt.
#[derive(Clone, Debug)]
struct Place {
    drawn: Range<usize>,
    /// Where it is in the file.
    source: LineColumn,
    words: String,
}

/// A message, its place, what stands there, and other places.
type Said<'a> = (&'a str, Span, &'a str, &'a [Label]);

impl<'a> Drawing<'a> {
    fn of(file: &'a SourceFile, index: &LineIndex, diagnostic: &Diagnostic, width: usize) -> Self {
        let Diagnostic { message, span, label, labels, .. } = diagnostic;
        let drawing = Self::new(file, index, (message, *span, label, labels), width);
        let level = match diagnostic.code.severity() {
            Severity::Warning => Level::Warning,
            Severity::Error => Level::Error,
        };
        Self { code: Some(diagnostic.code), level, help: help(diagnostic).as_deref().map(signs), ..drawing }
    }

    fn new(file: &'a SourceFile, index: &LineIndex, said: Said<'_>, width: usize) -> Self {
        let text = &file.text;
        let (message, span, label, labels) = said;
        let first = (span, signs(label));
        let others = labels.iter().map(|label| (label.span, signs(&label.text)));
        let labels: Vec<_> =
            std::iter::once(first).chain(others).map(|(span, words)| (within(text, span), words)).collect();

        let line = |offset: u32| index.line(offset) as usize;
        let last = labels.iter().map(|(span, _)| line(span.end) + CONTEXT).max().unwrap_or(0);
        let brackets = labels.iter().filter(|(span, _)| line(span.start) != line(span.end)).count();
        let margin = MARGIN + last.to_string().len() + if brackets > 0 { BRACKET + brackets } else { 0 };
        let pointers: Vec<_> =
            labels.iter().map(|(span, words)| Pointer { span: *span, words: words.width() }).collect();
        let room = width.saturating_sub(margin).max(20);
        let excerpt = Excerpt::new(text, &pointers, CONTEXT, room, |offset| line(offset) - 1);

        let place = |(span, words): (Span, String)| Place {
            drawn: excerpt.place(span),
            source: index.line_column(text, span.start),
            words,
        };
        let places: Vec<_> = labels.into_iter().map(place).collect();
        let lines = Lines { name: &file.name, places: places.clone(), excerpt };
        Self { code: None, level: Level::Error, message: signs(message), help: None, places, lines }
    }
}

/// The span, cut to what can be shown: within the text, and at the borders of characters.
fn within(text: &str, span: Span) -> Span {
    let start = text.floor_char_boundary(span.start as usize);
    Span::new(start, text.floor_char_boundary((span.end as usize).max(start)))
}

impl fmt::Display for Drawing<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Drawing<'_> {}

impl Drawable for Drawing<'_> {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let code = self.code?;
        Some(Box::new(format!("{}[{}]", code.severity().as_str(), code.id())))
    }

    fn severity(&self) -> Option<Level> {
        Some(self.level)
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.lines)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let label = |(at, place): (usize, &Place)| {
            let words = Some(place.words.clone()).filter(|words| !words.is_empty());
            let span = (place.drawn.start, place.drawn.len());
            let make = if at == 0 { LabeledSpan::new_primary_with_span } else { LabeledSpan::new_with_span };
            make(words, span)
        };
        Some(Box::new(self.places.iter().enumerate().map(label)))
    }
}

/// Hands miette the lines of the excerpt, with the numbers that they have in the file. miette's own reader walks the file
/// from its start for every label, and counts a column in bytes.
#[derive(Debug)]
struct Lines<'a> {
    name: &'a str,
    places: Vec<Place>,
    excerpt: Excerpt,
}

impl SourceCode for Lines<'_> {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        lines_before: usize,
        _lines_after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let range = span.offset()..span.offset() + span.len();
        let (start, data, number) = self.excerpt.around(range.clone(), lines_before);
        // Without context, miette asks where a label is in the file.
        let asked = self.places.iter().find(|place| lines_before == 0 && place.drawn == range);
        let (line, column) =
            asked.map_or((number, 0), |place| (place.source.line as usize - 1, place.source.column as usize - 1));
        let covered = (start, data.len()).into();
        let lines = data.lines().count();
        let contents =
            MietteSpanContents::new_named(self.name.to_owned(), data.as_bytes(), covered, line, column, lines);
        Ok(Box::new(contents))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

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

    #[test]
    fn a_long_message_fits_the_terminal() {
        let text = format!("on sms\r\n  -> sms \"{} $nmae {}\"\r\n  -> end\r\n", "天気 ".repeat(90), "sun ".repeat(90));
        let file = SourceFile::new("wx.flow", text.as_str());
        let diagnostic = Diagnostic::new(Code::UnknownVariable, at(&text, "$nmae"), "unknown variable", "not bound");
        let drawn = render(&file, &[diagnostic], Style { width: 60, color: false });
        let expected = "\
error[F0201]

  × unknown variable
   ╭─[wx.flow:2:282]
 1 │ on sms
 2 │ …気 天気 天気 天気  $nmae sun sun sun sun sun sun sun …
   ·                     ──┬──
   ·                       ╰── not bound
 3 │   -> end
   ╰────

1 error in wx.flow; `flowc explain F0201` tells more
";
        assert_eq!(drawn, expected, "{drawn}");
    }

    #[test]
    fn any_text_and_any_places_are_drawn_within_the_width() {
        let parts = [
            "a",
            "word ",
            "\t",
            "天",
            "e\u{301}",
            "👩\u{200d}🚀",
            "\u{1b}",
            "\r",
            "\n",
            "\r\n",
            "\u{feff}",
            "-----------------",
        ];
        let mut state = 7_u32;
        let mut random = |below: usize| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as usize % below
        };
        for round in 0..3000 {
            let text: String = (0..random(200)).map(|_| parts[random(parts.len())]).collect();
            let mut span = || {
                let start = random(text.len() + 2);
                let longest = [1, 10, 300][random(3)];
                Span::new(start, start + random(longest))
            };
            let mut diagnostic = Diagnostic::new(Code::UnknownVariable, span(), "message", "label");
            for _ in 0..round % 4 {
                diagnostic = diagnostic.with_label(span(), "other");
            }
            let width = 40 + random(80);
            let drawn = render(&SourceFile::new("a.flow", text.as_str()), &[diagnostic], Style { width, color: false });
            let number =
                |line: &str| line.split(" │").next().is_some_and(|number| number.trim().parse::<u32>().is_ok());
            for line in drawn.lines().filter(|line| number(line)) {
                // Each character is counted by itself, as most terminals do.
                let columns: usize = line.chars().map(|c| unicode_width::UnicodeWidthChar::width(c).unwrap_or(0)).sum();
                assert!(columns <= width, "{columns} of {width}: {line}\n{text:?}");
            }
        }
    }

    #[test]
    fn a_message_cannot_steer_the_terminal() {
        let file = SourceFile::new("wx.flow", "on sms \u{1b}]0;title\u{7}\n");
        let diagnostic =
            Diagnostic::new(Code::UnknownVariable, Span::new(7, 8), "\u{1b}[2J", "\u{9b}2J").with_help("\u{8}");
        let drawn = render(&file, &[diagnostic], Style::PLAIN);
        assert!(!drawn.contains(|character: char| character.is_control() && character != '\n'), "{drawn:?}");
    }
}
