//! How large a shape must be for its words.

use super::layout::Size;
use super::measure::{Face, Line, lines};
use super::picture::{Shape, ShapeKind};

/// Pixels of the words of a step.
pub(super) const TEXT: i32 = 13;
/// Pixels of what is said in small type.
pub(super) const SMALL: i32 = 11;
/// From one line to the next.
pub(super) const LINE: i32 = 18;
/// From one line in small type to the next.
pub(super) const SMALL_LINE: i32 = 15;
/// How far the point of a decision or of a jump stands out, and how far the tail of a message.
pub(super) const POINT: i32 = 14;
/// Half the width of a mark's circle.
pub(super) const MARK: i32 = 8;

/// Of the widest line, and the most lines of words and of notes.
const WIDEST: i32 = 224;
const MOST_LINES: usize = 4;
const MOST_NOTES: usize = 2;
/// Between words and edge.
const ASIDE: i32 = 12;
const ABOVE: i32 = 9;

/// A shape with its words in lines.
#[derive(Debug)]
pub(super) struct Fitted {
    /// Its words.
    pub(super) lines: Vec<Line>,
    /// In small type, below them.
    pub(super) notes: Vec<String>,
    /// Its size.
    pub(super) size: Size,
    /// How far from its middle ways may meet it.
    pub(super) reach: i32,
}

/// Breaks the words of a shape into lines and finds its size.
pub(super) fn fit(shape: &Shape) -> Fitted {
    if shape.kind.is_mark() {
        let width = (2 * MARK).max(SMALL_FACE.width(&shape.words));
        let size = Size { width, height: 2 * MARK + SMALL_LINE };
        return Fitted { lines: Vec::new(), notes: vec![shape.words.clone()], size, reach: 0 };
    }
    let lines = lines(&shape.keyword, &shape.words, TEXT, WIDEST, MOST_LINES);
    let mut notes: Vec<String> = Vec::new();
    for note in &shape.notes {
        let broken = super::measure::lines("", note, SMALL, WIDEST, MOST_NOTES);
        notes.extend(broken.into_iter().map(|line| line.words));
    }
    let text = lines.iter().map(|line| line.width(TEXT)).chain(notes.iter().map(|note| SMALL_FACE.width(note))).max();
    let width = text.unwrap_or(0) + 2 * (ASIDE + aside(shape.kind));
    let height = 2 * ABOVE + LINE * count(lines.len()) + SMALL_LINE * count(notes.len());
    let reach = (width / 2 - aside(shape.kind) - 16).clamp(0, 90);
    Fitted { lines, notes, size: Size { width, height }, reach }
}

const SMALL_FACE: Face = Face { size: SMALL, bold: false };

/// What the form of a shape takes from its width on each side.
pub(super) fn aside(kind: ShapeKind) -> i32 {
    match kind {
        ShapeKind::Decision | ShapeKind::Jump | ShapeKind::Message => POINT,
        ShapeKind::Trigger | ShapeKind::Path => 6,
        ShapeKind::Call | ShapeKind::Plain | ShapeKind::Done | ShapeKind::Failed => 0,
    }
}

/// The size of a way's label; nothing if there is none.
pub(super) fn label(words: &str) -> Size {
    match words {
        "" => Size::default(),
        _ => Size { width: SMALL_FACE.width(words) + 12, height: SMALL_LINE + 3 },
    }
}

/// A few things, as a number to multiply with.
pub(super) fn count(things: usize) -> i32 {
    i32::try_from(things).unwrap_or(i32::MAX)
}
