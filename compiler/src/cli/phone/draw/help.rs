//! What can be done, on the screen.

use ratatui::style::Style;

use super::super::command::COMMANDS;
use super::paint::Paint;
use super::row::Row;
use super::text::wrap;

const KEYS: [(&str, &str); 7] = [
    ("Tab, Shift-Tab", "the next phone, the one before"),
    ("Ctrl-N", "a new phone, with the next number"),
    ("PgUp, PgDn", "scroll the conversation; with Shift, what the flow is doing"),
    ("Ctrl-O", "what the flow is doing, on a small screen"),
    ("Up, Down", "what was written before"),
    ("Alt-Enter", "a line break"),
    ("Ctrl-C, Ctrl-D", "end"),
];

/// Column at which the explanations begin, where there is room for two.
const SECOND: usize = 23;

/// The help, in so many columns.
pub(super) fn rows(columns: usize, paint: Paint) -> Vec<Row> {
    let mut rows = vec![Row::default().to(1).with(paint.bold(), "Help (Esc closes it)")];
    for (what, does) in COMMANDS.iter().chain(&KEYS) {
        let row = Row::default().to(1).with(paint.person(), *what);
        let is_beside = columns > SECOND + 16 && row.width() < SECOND;
        let indent = if columns > SECOND + 16 { SECOND } else { 3 };
        let mut lines = wrap(does, columns.saturating_sub(indent + 1)).into_iter();
        match lines.next().filter(|_| is_beside) {
            Some(first) => rows.push(row.to(indent).with(Style::new(), first)),
            None => {
                rows.push(row);
                lines = wrap(does, columns.saturating_sub(indent + 1)).into_iter();
            }
        }
        rows.extend(lines.map(|line| Row::default().to(indent).with(Style::new(), line)));
    }
    rows.push(Row::default());
    let waits = "Waits take their time: the flow's clock is the real one, and none can be skipped.";
    rows.extend(
        wrap(waits, columns.saturating_sub(2)).into_iter().map(|line| Row::default().to(1).with(paint.faint(), line)),
    );
    rows
}
