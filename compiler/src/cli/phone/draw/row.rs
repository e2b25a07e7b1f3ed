//! A row of the screen, with the link that it may hold.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::text;

/// A row that is as wide as what is in it.
#[derive(Clone, Debug, Default)]
pub(super) struct Row {
    line: Line<'static>,
    link: Option<Part>,
}

/// A part of a row that leads somewhere.
#[derive(Clone, Debug)]
struct Part {
    column: usize,
    text: String,
    target: String,
}

/// A link where it stands on the screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct Link {
    /// Column and row of its first character, from 0.
    pub(in super::super) place: (u16, u16),
    /// What stands there: the link itself, or a part of it.
    pub(in super::super) text: String,
    /// Where it leads.
    pub(in super::super) target: String,
}

impl Row {
    /// Adds text, which is harmless already.
    pub(super) fn with(mut self, style: Style, text: impl Into<String>) -> Self {
        self.line.push_span(Span::styled(text.into(), style));
        self
    }

    /// Adds a part of a link.
    pub(super) fn with_link(mut self, style: Style, text: &str, target: &str) -> Self {
        self.link = Some(Part { column: self.width(), text: text.to_owned(), target: target.to_owned() });
        self.with(style, text)
    }

    /// Adds blanks up to a column.
    pub(super) fn to(self, column: usize) -> Self {
        let blanks = column.saturating_sub(self.width());
        self.with(Style::new(), " ".repeat(blanks))
    }

    /// Columns that it takes.
    pub(super) fn width(&self) -> usize {
        self.line.spans.iter().map(|span| text::width(&span.content)).sum()
    }

    /// Draws it on the row of an area with this number, from 0, no further than the area goes.
    pub(super) fn draw(self, buffer: &mut Buffer, area: Rect, number: usize, links: &mut Vec<Link>) {
        let area = area.intersection(buffer.area);
        let Some(offset) = u16::try_from(number).ok().filter(|offset| *offset < area.height) else { return };
        buffer.set_line(area.x, area.y + offset, &self.line, area.width);
        let Some(Part { column, text, target }) = self.link else { return };
        let fits = column + text::width(&text) <= usize::from(area.width);
        if let Some(column) = u16::try_from(column).ok().filter(|_| fits) {
            links.push(Link { place: (area.x + column, area.y + offset), text, target });
        }
    }
}

/// The rows of a view that is scrolled back from its end.
pub(super) struct Window {
    rows: Vec<Row>,
    /// Rows that are wanted at most, from the end.
    wanted: usize,
}

impl Window {
    /// A view of so many rows, scrolled back by so many.
    pub(super) fn new(height: usize, back: usize) -> Self {
        Self { rows: Vec::new(), wanted: height.saturating_add(back) }
    }

    /// Whether what is further up would not be seen.
    pub(super) fn is_full(&self) -> bool {
        self.rows.len() >= self.wanted
    }

    /// Adds rows above those that are there.
    pub(super) fn above(&mut self, rows: Vec<Row>) {
        self.rows.extend(rows.into_iter().rev());
    }

    /// Draws what is seen, upwards from the lower end of an area. Gives how far the view is really scrolled back.
    pub(super) fn draw(self, buffer: &mut Buffer, area: Rect, links: &mut Vec<Link>) -> usize {
        let height = usize::from(area.height);
        let known = self.rows.len().min(self.wanted);
        let back = known.saturating_sub(height);
        for (at, row) in self.rows.into_iter().skip(back).take(height).enumerate() {
            row.draw(buffer, area, height - 1 - at, links);
        }
        back
    }
}
