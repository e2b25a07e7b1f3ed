//! A line as a terminal shows it: what takes which columns, and which of them to keep where there is room for few.

use std::ops::Range;

use unicode_width::UnicodeWidthChar;

/// Columns between two stops of a tab.
const TAB: usize = 4;

/// Characters that are drawn in one place: one that takes room, and those that are put upon it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Cell {
    /// Where it starts in the line, in bytes.
    pub(super) at: usize,
    /// The column where it starts, from 0.
    pub(super) column: usize,
    /// Columns that it takes.
    pub(super) width: usize,
    /// What is written for it.
    pub(super) drawn: String,
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
        let sign = sign(character);
        let width = if character == '\t' { TAB - column % TAB } else { sign.width().unwrap_or(0) };
        match cells.last_mut() {
            Some(cell) if width == 0 => cell.drawn.push(sign),
            _ => {
                let drawn = if character == '\t' { " ".repeat(width) } else { sign.to_string() };
                cells.push(Cell { at, column, width, drawn });
            }
        }
        column += width;
    }
    cells
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
    let next = cells.partition_point(|cell| cell.at < at);
    match cells.get(next) {
        Some(cell) if cell.at == at => cell.column,
        found => match cells.get(next.saturating_sub(1)) {
            Some(cell) if found.is_some() => cell.column,
            _ => width(cells),
        },
    }
}

/// Which columns of a line of this width to show, so that with an ellipsis for each part left out it fits into `room`:
/// what is wanted, and as much around it as there is room for.
pub(super) fn fit(width: usize, wanted: Vec<Wanted>, room: usize) -> Vec<Range<usize>> {
    let reach = wanted.iter().map(|wanted| wanted.words).max().unwrap_or(0);
    if width.max(reach) <= room {
        return std::iter::once(0..width).collect();
    }
    // Without a label it is the beginning that says what line it is.
    let mut cores: Vec<Range<usize>> = wanted.iter().flat_map(|wanted| core(*wanted, room)).collect();
    if cores.is_empty() {
        cores.push(0..1);
    }
    let end = width.max(reach.min(width + room / 2));
    let with = |around: usize| {
        let wide = cores.iter().map(|core| core.start.saturating_sub(around)..(core.end + around).min(end));
        merged(wide.collect())
    };
    let fits = |parts: &[Range<usize>]| cost(parts, end) <= room;
    // The parts grow with what is around them, and so does their cost, but for a step where two of them meet.
    let best = (0..=room).rev().map(with).find(|parts| fits(parts)).unwrap_or_else(|| with(0));
    best.into_iter().map(|part| part.start.min(width)..part.end.min(width)).collect()
}

/// What must be seen of a label: all of it with its words, or its two ends.
fn core(wanted: Wanted, room: usize) -> Vec<Range<usize>> {
    let end = wanted.end.max(wanted.words.min(wanted.start + room / 2));
    if wanted.end - wanted.start <= room / 2 {
        return std::iter::once(wanted.start..end).collect();
    }
    let part = room / 5;
    vec![wanted.start..wanted.start + part, wanted.end - part..wanted.end]
}

/// Columns that these parts take, with the ellipses between and around them.
fn cost(parts: &[Range<usize>], end: usize) -> usize {
    let shown: usize = parts.iter().map(ExactSizeIterator::len).sum();
    let before = parts.first().is_some_and(|part| part.start > 0);
    let after = parts.last().is_some_and(|part| part.end < end);
    shown + parts.len().saturating_sub(1) + usize::from(before) + usize::from(after)
}

/// Ranges in their order, those that touch made one.
fn merged(mut parts: Vec<Range<usize>>) -> Vec<Range<usize>> {
    parts.sort_by_key(|part| part.start);
    let mut merged: Vec<Range<usize>> = Vec::new();
    for part in parts {
        match merged.last_mut() {
            // An ellipsis for one column would save nothing.
            Some(last) if part.start <= last.end + 1 => last.end = last.end.max(part.end),
            _ => merged.push(part),
        }
    }
    merged
}
