//! The lines of a file around its labels, made fit to be drawn: no line is wider than there is room for, and nothing in
//! them moves the terminal's cursor.
//!
//! What is drawn is therefore not the file's own text. An [`Excerpt`] holds the text as drawn, and says where in it each
//! place of the file has come to lie.

use std::ops::Range;

use super::columns::{self, Cell};
use crate::source::Span;

/// Columns from the middle of a label to its words: `╰── `.
const LEAD: usize = 4;

/// A place that is pointed at, and the width of what is said there, in columns.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pointer {
    pub(super) span: Span,
    pub(super) words: usize,
}

/// Lines of a file as they are drawn.
#[derive(Debug, Default)]
pub(super) struct Excerpt {
    text: String,
    lines: Vec<Line>,
}

/// A line of the file and of the excerpt.
#[derive(Debug)]
struct Line {
    /// Its number in the file, from 0.
    number: usize,
    /// From its start in the file up to the start of the next.
    source: Range<usize>,
    /// From its start in the excerpt up to its line break.
    drawn: Range<usize>,
    /// Offsets in the file at which something is drawn, each with its offset in the excerpt; both ascend.
    steps: Vec<(usize, usize)>,
}

impl Excerpt {
    /// The lines of all pointers with `context` lines around each, none of them wider than `room` columns.
    ///
    /// Spans lie within the text, at borders of characters; `number_of` gives the line of an offset, from 0.
    pub(super) fn new(
        text: &str,
        pointers: &[Pointer],
        context: usize,
        room: usize,
        number_of: impl Fn(u32) -> usize,
    ) -> Self {
        let mut blocks: Vec<_> = pointers.iter().map(|pointer| block(text, pointer.span, context)).collect();
        blocks.sort_by_key(|(first, _)| *first);
        let mut excerpt = Self::default();
        for (first, last) in blocks {
            // Where two blocks overlap, the later one adds only what the former does not have.
            let drawn = excerpt.lines.last().map(|line| (line.source.start, line.source.end));
            let mut start = match drawn {
                Some((done, _)) if done >= last => continue,
                Some((done, next)) if done >= first => next,
                _ => first,
            };
            loop {
                let end = after_line(text, start);
                excerpt.push(text, start..end, pointers, room, number_of(Span::new(start, end).start));
                if start >= last || end == start {
                    break;
                }
                start = end;
            }
        }
        excerpt
    }

    /// Adds a line of the file, cut to the room there is.
    fn push(&mut self, text: &str, source: Range<usize>, pointers: &[Pointer], room: usize, number: usize) {
        let whole = text.get(source.clone()).unwrap_or_default();
        let words = whole.strip_suffix('\n').map_or(whole, |line| line.strip_suffix('\r').unwrap_or(line));
        let cells = columns::cells(words);
        let wanted = pointers.iter().filter_map(|pointer| wanted(&cells, source.start, words.len(), *pointer));
        let kept = columns::fit(columns::width(&cells), &wanted.collect::<Vec<_>>(), room);
        let start = self.text.len();
        let mut steps = Vec::with_capacity(cells.len() + 1);
        let mut cut = false;
        for cell in &cells {
            if kept.iter().any(|part| part.start <= cell.column && cell.column + cell.width <= part.end) {
                cut = false;
                steps.push((source.start + cell.bytes.start, self.text.len()));
                cell.draw(words, &mut self.text);
            } else if !cut {
                cut = true;
                steps.push((source.start + cell.bytes.start, self.text.len()));
                self.text.push('…');
            }
        }
        steps.push((source.start + words.len(), self.text.len()));
        self.lines.push(Line { number, drawn: start..self.text.len(), steps, source: source.clone() });
        if whole.ends_with('\n') {
            self.text.push('\n');
        }
    }

    /// Where a place of the file lies in the excerpt, as start and end.
    pub(super) fn place(&self, span: Span) -> Range<usize> {
        let start = self.offset(span.range().start, false);
        start..self.offset(span.range().end, true).max(start)
    }

    /// Where an offset of the file lies; within something that is drawn as a whole, its start or its end.
    fn offset(&self, offset: usize, is_end: bool) -> usize {
        let at = self.lines.partition_point(|line| line.source.start <= offset).saturating_sub(1);
        let Some(line) = self.lines.get(at) else { return 0 };
        let next = line.steps.partition_point(|(from, _)| *from < offset);
        match line.steps.get(next) {
            Some((from, drawn)) if *from == offset || is_end => *drawn,
            Some(_) => line.steps.get(next.saturating_sub(1)).map_or(line.drawn.start, |(_, drawn)| *drawn),
            None => line.drawn.end,
        }
    }

    /// The lines of a range of the excerpt, with up to `context` lines around it as far as they belong together: where
    /// they begin, their text without its last line break, and the number of the first, from 0.
    pub(super) fn around(&self, range: Range<usize>, context: usize) -> (usize, &str, usize) {
        let line_of = |offset: usize| self.lines.partition_point(|line| line.drawn.start <= offset).saturating_sub(1);
        let number = |at: usize| self.lines.get(at).map(|line| line.number);
        let (mut first, mut last) = (line_of(range.start), line_of(range.end));
        for _ in 0..context {
            if first > 0 && number(first - 1).map(|before| before + 1) == number(first) {
                first -= 1;
            }
            if number(last).map(|before| before + 1) == number(last + 1) {
                last += 1;
            }
        }
        let start = self.lines.get(first).map_or(0, |line| line.drawn.start);
        let end = self.lines.get(last).map_or(start, |line| line.drawn.end);
        (start, self.text.get(start..end).unwrap_or_default(), number(first).unwrap_or(0))
    }
}

/// Starts of the first and the last line to be shown around a span.
fn block(text: &str, span: Span, context: usize) -> (usize, usize) {
    let range = span.range();
    let line_start = |offset: usize| text.get(..offset).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
    let (mut first, mut last) = (line_start(range.start), line_start(range.end));
    for _ in 0..context {
        first = line_start(first.saturating_sub(1));
        let next = after_line(text, last);
        if text.get(..next).is_some_and(|before| before.ends_with('\n')) {
            last = next;
        }
    }
    (first, last)
}

/// Where the line ends that starts here, its line break included.
fn after_line(text: &str, start: usize) -> usize {
    text.get(start..).and_then(|rest| rest.find('\n')).map_or(text.len(), |at| start + at + 1)
}

/// The columns of a line that a pointer wants to be seen, its words included; `None` if it points elsewhere.
fn wanted(cells: &[Cell], line: usize, length: usize, pointer: Pointer) -> Option<columns::Wanted> {
    let range = pointer.span.range();
    if range.start > line + length || range.end < line {
        return None;
    }
    let column = |offset: usize| columns::column(cells, offset.saturating_sub(line));
    let (start, end) = (column(range.start.max(line)), column(range.end.min(line + length)));
    let end = end.max(start + 1);
    // A label that goes over several lines has its words at the margin.
    let is_here = range.start >= line && range.end <= line + length;
    let words = if is_here && pointer.words > 0 { (start + end) / 2 + LEAD + pointer.words } else { 0 };
    Some(columns::Wanted { start, end, words })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use unicode_width::UnicodeWidthStr;

    use super::*;

    /// The excerpt of one span of one line, and what the span covers in it.
    fn cut(line: &str, part: &str, room: usize) -> (String, String) {
        let start = line.find(part).unwrap();
        let span = Span::new(start, start + part.len());
        let excerpt = Excerpt::new(line, &[Pointer { span, words: 7 }], 1, room, |_| 0);
        (excerpt.text.clone(), excerpt.text[excerpt.place(span)].to_owned())
    }

    #[test]
    fn a_short_line_stays_as_it_is() {
        assert_eq!(cut("on sms -> sms \"$x\"", "$x", 60), ("on sms -> sms \"$x\"".to_owned(), "$x".to_owned()));
    }

    #[test]
    fn a_long_line_is_cut_around_the_label() {
        for filling in ["word ", "天気", "e\u{301}", "👩\u{200d}🚀", "\t", "\u{1b}[1m"] {
            for (before, after) in [(0, 300), (300, 0), (300, 300), (12, 300)] {
                let line = format!("{}$name{}", filling.repeat(before), filling.repeat(after));
                let (text, label) = cut(&line, "$name", 50);
                assert_eq!(label, "$name", "{text}");
                assert!(text.width() <= 50 && text.contains('…'), "{} {text}", text.width());
                assert!(before < 300 || text.starts_with('…'), "{text}");
                assert!(after == 0 || text.ends_with('…'), "{text}");
            }
        }
    }

    #[test]
    fn a_label_longer_than_the_room_loses_its_middle() {
        let line = format!("a \"{}\" b", "0123456789".repeat(30));
        let (text, label) = cut(&line, &line[2..304], 50);
        assert!(label.starts_with("\"0123") && label.ends_with("6789\"") && label.contains('…'), "{label}");
        assert!(text.width() <= 50, "{text}");
    }

    #[test]
    fn there_is_room_for_the_words_at_the_end_of_a_line() {
        let line = format!("{}$name", "x".repeat(50));
        let (text, _) = cut(&line, "$name", 60);
        assert!(text.starts_with('…') && text.ends_with("$name") && text.width() <= 60 - 7, "{text}");
    }

    #[test]
    fn what_would_move_the_cursor_or_turn_the_text_is_drawn_as_a_sign() {
        let (text, label) = cut("a\u{1b}[31m\u{7f}\u{202e}\rb $x\r\n", "$x", 60);
        assert_eq!((text.as_str(), label.as_str()), ("a␛[31m␡�␍b $x\n", "$x"));
    }

    #[test]
    fn lines_far_apart_do_not_touch() {
        let text = "one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\n";
        let at = |word: &str| Span::new(text.find(word).unwrap(), text.find(word).unwrap() + word.len());
        let pointers = [at("seven"), at("two")].map(|span| Pointer { span, words: 0 });
        let number = |offset: u32| text[..offset as usize].matches('\n').count();
        let excerpt = Excerpt::new(text, &pointers, 1, 60, number);
        assert_eq!(excerpt.around(excerpt.place(at("two")), 1), (0, "one\ntwo\nthree", 0));
        assert_eq!(excerpt.around(excerpt.place(at("seven")), 1), (14, "six\nseven\neight", 5));
    }
}
