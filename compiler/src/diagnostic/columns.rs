//! A line as a terminal shows it: what takes which columns, and which of them to keep where there is room for few.

use std::ops::Range;

use unicode_width::UnicodeWidthChar;

/// Columns between two stops of a tab.
const TAB: usize = 4;

/// Characters that are drawn in one place: one that takes room, and those that are put upon it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Cell {
    /// Its bytes in the line.
    pub(super) bytes: Range<usize>,
    /// The column where it starts, from 0.
    pub(super) column: usize,
    /// Columns that it takes.
    pub(super) width: usize,
}

/// What a label wants of a line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted {
    /// The first column it points at.
    pub(super) start: usize,
    /// One past the last.
    pub(super) end: usize,
    /// One past the last column of its words, which stand below the line; 0 if it has none here.
    pub(super) words: usize,
}

/// The cells of a line, in their order.
pub(super) fn cells(line: &str) -> Vec<Cell> {
    let mut cells: Vec<Cell> = Vec::new();
    let mut column = 0;
    for (at, character) in line.char_indices() {
        let width = if character == '\t' { TAB - column % TAB } else { sign(character).width().unwrap_or(0) };
        let end = at + character.len_utf8();
        match cells.last_mut() {
            Some(cell) if width == 0 => cell.bytes.end = end,
            _ => cells.push(Cell { bytes: at..end, column, width }),
        }
        column += width;
    }
    cells
}

impl Cell {
    /// Writes what is drawn for it.
    pub(super) fn draw(&self, line: &str, to: &mut String) {
        for character in line.get(self.bytes.clone()).unwrap_or_default().chars() {
            match character {
                '\t' => to.extend(std::iter::repeat_n(' ', self.width)),
                _ => to.push(sign(character)),
            }
        }
    }
}

/// What is drawn for a character: itself, unless a terminal would do something else than draw it. Characters that turn
/// the direction of writing could make a line look like another one.
pub(super) fn sign(character: char) -> char {
    match character {
        '\t' => character,
        '\u{7f}' => '\u{2421}',
        '\u{0}'..='\u{1f}' => char::from_u32(0x2400 + u32::from(character)).unwrap_or('\u{fffd}'),
        '\u{80}'..='\u{9f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '\u{fffd}',
        _ => character,
    }
}

/// Columns of a whole line.
pub(super) fn width(cells: &[Cell]) -> usize {
    cells.last().map_or(0, |cell| cell.column + cell.width)
}

/// The column of a byte of the line: that of the cell it is in, or the line's width behind its end.
pub(super) fn column(cells: &[Cell], at: usize) -> usize {
    let next = cells.partition_point(|cell| cell.bytes.start < at);
    match cells.get(next) {
        Some(cell) if cell.bytes.start == at => cell.column,
        found => match cells.get(next.saturating_sub(1)) {
            Some(cell) if found.is_some() => cell.column,
            _ => width(cells),
        },
    }
}

/// Which columns of a line of this width to show, so that with an ellipsis for each part left out it fits into `room`:
/// what is wanted, and as much around it as there is room for.
pub(super) fn fit(width: usize, wanted: &[Wanted], room: usize) -> Vec<Range<usize>> {
    let reach = wanted.iter().map(|wanted| wanted.words).max().unwrap_or(0);
    if width.max(reach) <= room {
        return std::iter::once(0..width).collect();
    }
    let end = width.max(reach.min(width + room / 2));
    let mut parts = Vec::new();
    let cores: [Core; 3] = [with_words, ends, first];
    for core in cores {
        let mut cores: Vec<_> = wanted.iter().flat_map(|wanted| core(wanted, room)).collect();
        if cores.is_empty() {
            // Without a label it is the beginning that says what line it is.
            cores.push(0..1);
        }
        // What is shown grows with what is around it, and so does its cost, but for a step where two parts meet.
        let fitting =
            (0..=room).rev().map(|around| widened(&cores, around, end)).find(|parts| cost(parts, end) <= room);
        let fits = fitting.is_some();
        parts = fitting.unwrap_or(cores);
        if fits {
            break;
        }
    }
    parts.into_iter().map(|part| part.start.min(width)..part.end.min(width)).collect()
}

/// The parts with so many columns more on both sides, in their order, those that touch made one.
fn widened(parts: &[Range<usize>], around: usize, end: usize) -> Vec<Range<usize>> {
    let mut wide: Vec<_> =
        parts.iter().map(|part| part.start.saturating_sub(around)..(part.end + around).min(end)).collect();
    wide.sort_by_key(|part| part.start);
    let mut merged: Vec<Range<usize>> = Vec::new();
    for part in wide {
        match merged.last_mut() {
            // An ellipsis for one column would save nothing.
            Some(last) if part.start <= last.end + 1 => last.end = last.end.max(part.end),
            _ => merged.push(part),
        }
    }
    merged
}

/// What must be seen of a label in so much room.
type Core = fn(&Wanted, usize) -> Vec<Range<usize>>;

/// A label that is seen with its words.
fn with_words(wanted: &Wanted, room: usize) -> Vec<Range<usize>> {
    let mut parts = ends(wanted, room);
    if let [whole] = parts.as_mut_slice() {
        whole.end = whole.end.max(wanted.words.min(wanted.start + room / 2));
    }
    parts
}

/// A label that is seen whole, or by its two ends if it is long.
fn ends(wanted: &Wanted, room: usize) -> Vec<Range<usize>> {
    if wanted.end - wanted.start <= room / 2 {
        return std::iter::once(wanted.start..wanted.end).collect();
    }
    let part = room / 5;
    vec![wanted.start..wanted.start + part, wanted.end - part..wanted.end]
}

/// A label of which only the beginning is seen.
fn first(wanted: &Wanted, _: usize) -> Vec<Range<usize>> {
    std::iter::once(wanted.start..wanted.start + 1).collect()
}

/// Columns that these parts take, with the ellipses between and around them.
fn cost(parts: &[Range<usize>], end: usize) -> usize {
    let shown: usize = parts.iter().map(ExactSizeIterator::len).sum();
    let before = parts.first().is_some_and(|part| part.start > 0);
    let after = parts.last().is_some_and(|part| part.end < end);
    shown + parts.len().saturating_sub(1) + usize::from(before) + usize::from(after)
}
