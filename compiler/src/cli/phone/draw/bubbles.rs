//! A conversation: what the person wrote on the right, what the flow wrote on the left.

use ratatui::style::Style;

use super::super::chat::{Chat, Entry, Voice};
use super::super::clock::Zone;
use super::paint::Paint;
use super::row::{Row, Window};
use super::text::{padded, width, wrap};

/// How a conversation is drawn.
#[derive(Clone, Copy)]
pub(super) struct Bubbles {
    /// Columns that there are.
    pub(super) columns: usize,
    /// Whether there is no room for frames.
    pub(super) is_small: bool,
    /// Where the clock is.
    pub(super) zone: Zone,
    /// How things look.
    pub(super) paint: Paint,
}

/// The narrowest text of a bubble: the time stands in its frame.
const NARROWEST: usize = 7;

impl Bubbles {
    /// The end of a conversation, as much of it as is seen.
    pub(super) fn fill(self, chat: &Chat, window: &mut Window) {
        for entry in chat.entries.iter().rev() {
            if window.is_full() {
                return;
            }
            window.above(match entry.voice {
                Voice::Phone => self.note(entry),
                _ if self.is_small => self.plain(entry),
                _ => self.bubble(entry),
            });
        }
    }

    /// What the phone itself says.
    fn note(self, entry: &Entry) -> Vec<Row> {
        let text = wrap(&entry.text, self.columns.saturating_sub(4));
        text.into_iter().map(|line| Row::default().to(2).with(self.paint.pending(), line)).collect()
    }

    /// A text without a frame.
    fn plain(self, entry: &Entry) -> Vec<Row> {
        let is_person = entry.voice != Voice::Flow;
        let style = if is_person { self.paint.person() } else { self.paint.flow() };
        let lines = lines(entry, self.columns.saturating_sub(2));
        let widest = lines.iter().map(|(line, _)| width(line)).max().unwrap_or(0);
        let indent = if is_person { self.columns.saturating_sub(widest + 1) } else { 1 };
        let row = |(line, target): (String, Option<&String>)| match target {
            Some(target) => Row::default().to(indent).with_link(self.paint.link(), &line, target),
            None => Row::default().to(indent).with(style, line),
        };
        lines.into_iter().map(row).collect()
    }

    /// A text in a frame, with the time below.
    fn bubble(self, entry: &Entry) -> Vec<Row> {
        let Voice::Person { waiting } = entry.voice else {
            return self.framed(entry, self.paint.flow(), self.zone.minute(entry.at), false);
        };
        let time = if waiting.is_some() { "…".to_owned() } else { self.zone.minute(entry.at) };
        self.framed(entry, self.paint.person(), time, true)
    }

    fn framed(self, entry: &Entry, frame: Style, time: String, is_right: bool) -> Vec<Row> {
        // The other side keeps a fifth, so that one sees whose text it is.
        let most = (self.columns * 4 / 5).saturating_sub(4).max(NARROWEST);
        let lines = lines(entry, most);
        let inner = lines.iter().map(|(line, _)| width(line)).max().unwrap_or(0).max(NARROWEST);
        let indent = if is_right { self.columns.saturating_sub(inner + 5) } else { 1 };
        let begin = |sign: &str| Row::default().to(indent).with(frame, sign);
        let mut rows = vec![begin("╭").with(frame, format!("{}╮", "─".repeat(inner + 2)))];
        for (line, target) in lines {
            let row = begin("│").to(indent + 2);
            let row = match target {
                Some(target) => row.with_link(self.paint.link(), &line, target),
                None => row.with(Style::new(), padded(&line, inner)),
            };
            rows.push(row.to(indent + inner + 3).with(frame, "│"));
        }
        let line = "─".repeat((inner + 2).saturating_sub(width(&time) + 3));
        rows.push(begin(&format!("╰{line} ")).with(self.paint.faint(), time).with(frame, " ─╯"));
        rows
    }
}

/// The lines of a text, and of its pictures' links with the whole link of each.
fn lines(entry: &Entry, most: usize) -> Vec<(String, Option<&String>)> {
    let words = wrap(&entry.text, most).into_iter().map(|line| (line, None));
    let links = entry.media.iter().flat_map(|url| wrap(url, most).into_iter().map(move |line| (line, Some(url))));
    words.chain(links).collect()
}
