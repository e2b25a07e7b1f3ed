//! A call as people read it: the request, and what came of it.

use super::super::counted;
use super::super::paint::{self, Ink, Row};
use super::document::{Document, Variable};
use crate::diagnostic::render::Style;
use crate::trial::answer::Match;
use crate::trial::{Binding, Place, type_clause};

/// Lines of a body that are shown.
const MOST_LINES: usize = 60;
/// Labels that are suggested.
const MOST_LABELS: usize = 20;

/// How much is drawn, and how.
struct Drawing {
    style: Style,
    /// Columns at which lines are cut; `None`: they are not.
    width: Option<usize>,
    full: bool,
    /// Whether a line was cut.
    is_cut: bool,
    text: String,
}

/// Draws a call; `width` is that of the terminal, if it is one.
pub(super) fn draw(document: &Document, call: &Place<'_>, style: Style, width: Option<usize>, full: bool) -> String {
    let mut drawing = Drawing { style, width: width.filter(|_| !full), full, is_cut: false, text: String::new() };
    if document.has_request() {
        drawing.request(document);
    }
    if document.is_sent() {
        drawing.answer(document);
        drawing.variables(document, call);
        drawing.labels(document);
    }
    if drawing.is_cut {
        drawing.sentence(&Row::default().with(Ink::Faint, "… long lines are cut; --full shows them whole"));
    }
    if document.is_sent() {
        drawing.blank();
    }
    drawing.outcome(document);
    drawing.text
}

impl Drawing {
    /// A line that is cut at the width.
    fn row(&mut self, row: &Row) {
        self.is_cut |= self.width.is_some_and(|width| row.width() > width);
        self.text += &row.draw(self.style, self.width);
    }

    /// A line that is always whole.
    fn sentence(&mut self, row: &Row) {
        self.text += &row.draw(self.style, None);
    }

    fn blank(&mut self) {
        self.text.push('\n');
    }

    fn request(&mut self, document: &Document) {
        let text = |pointer| document.text(pointer).unwrap_or_default();
        let first = Row::default().with(Ink::Bold, text("/request/method"));
        self.row(&first.with(Ink::Plain, " ").with(Ink::Bold, text("/request/url")));
        self.headers(document, "/request/headers");
        if let Some(body) = document.text("/request/body") {
            self.blank();
            self.body(body, serde_json::from_str(body).ok().as_ref());
        }
    }

    fn headers(&mut self, document: &Document, pointer: &str) {
        for (name, value, own) in document.headers(pointer) {
            let ink = if own { Ink::Plain } else { Ink::Faint };
            let name = Row::default().with(Ink::Plain, "  ").with(if own { Ink::Name } else { Ink::Faint }, name);
            self.row(&name.with(ink, ": ").with(ink, value));
        }
    }

    fn body(&mut self, text: &str, json: Option<&flow_query::Value>) {
        let rows = json.map_or_else(|| paint::lines(text), paint::json);
        let shown = if self.full { rows.len() } else { rows.len().min(MOST_LINES) };
        for row in rows.iter().take(shown) {
            self.row(row);
        }
        if let left @ 1.. = rows.len() - shown {
            let more = format!("… {} more; --full shows all", counted(left, "line"));
            self.sentence(&Row::default().with(Ink::Faint, &more));
        }
    }

    fn answer(&mut self, document: &Document) {
        self.blank();
        let ms = document.number("/ms").unwrap_or_default();
        let Some(status) = document.number("/answer/status") else {
            self.row(&Row::default().with(Ink::Bad, "no answer").with(Ink::Plain, &format!(", after {ms} ms")));
            return;
        };
        let ink = if (200..300).contains(&status) { Ink::Good } else { Ink::Bad };
        let version = document.text("/answer/version").unwrap_or_default();
        let size = counted(
            usize::try_from(document.number("/answer/bytes").unwrap_or_default()).unwrap_or(usize::MAX),
            "byte",
        );
        self.row(
            &Row::default().with(ink, &status.to_string()).with(Ink::Plain, &format!(" in {ms} ms, {version}, {size}")),
        );
        if let Some(url) = document.text("/answer/redirected") {
            self.row(&Row::default().with(Ink::Plain, "  redirected to ").with(Ink::Bold, url));
        }
        self.headers(document, "/answer/headers");
        match document.text("/answer/body") {
            Some("") => {}
            Some(body) => {
                self.blank();
                self.body(body, document.body.as_ref());
                match document.blotted() {
                    0 => {}
                    1 => self.sentence(&Row::default().with(Ink::Bad, "1 place that holds a secret was blotted out")),
                    places => {
                        let told = format!("{places} places that hold a secret were blotted out");
                        self.sentence(&Row::default().with(Ink::Bad, &told));
                    }
                }
            }
            None => {
                self.blank();
                self.row(&Row::default().with(Ink::Faint, &format!("the body is no text: {size}")));
            }
        }
    }

    fn variables(&mut self, document: &Document, call: &Place<'_>) {
        if document.variables.is_empty() {
            return;
        }
        self.blank();
        self.row(&Row::default().with(Ink::Bold, "response variables"));
        let rows: Vec<(Row, &Binding, &Variable)> = call
            .call
            .bindings
            .iter()
            .zip(&document.variables)
            .map(|(binding, variable)| (assignment(binding, variable), binding, variable))
            .collect();
        let column = rows.iter().map(|(row, ..)| row.width()).max().unwrap_or(0).min(40);
        for (row, binding, variable) in rows {
            let row = row.to(column).with(Ink::Plain, "  ").with(Ink::Faint, &provenance(binding, variable));
            self.row(&row);
        }
    }

    fn labels(&mut self, document: &Document) {
        if document.labels.is_empty() {
            return;
        }
        self.blank();
        self.row(&Row::default().with(Ink::Bold, "the answer also has"));
        let shown = if self.full { document.labels.len() } else { MOST_LABELS };
        for label in document.labels.iter().take(shown) {
            let row = Row::default().with(Ink::Plain, "  ").with(Ink::Name, &label.query);
            self.row(&row.with(Ink::Plain, &format!(" → {}", matches(&label.found))));
        }
        if let left @ 1.. = document.labels.len().saturating_sub(shown) {
            let more = format!("  … {} more; --full shows all", counted(left, "label"));
            self.sentence(&Row::default().with(Ink::Faint, &more));
        }
    }

    fn outcome(&mut self, document: &Document) {
        let row = match (document.text("/failure/kind"), document.text("/failure/message")) {
            (Some(kind), Some(message)) => {
                Row::default().with(Ink::Bad, &format!("fail {kind}")).with(Ink::Plain, &format!(": {message}"))
            }
            _ if document.is_sent() => {
                Row::default().with(Ink::Good, "ok").with(Ink::Plain, ": the call takes its `ok` path")
            }
            _ => return,
        };
        self.sentence(&row);
    }
}

/// `temp: number = 84`
fn assignment(binding: &Binding, variable: &Variable) -> Row {
    let row = Row::default().with(Ink::Plain, "  ").with(Ink::Name, &binding.variable.name);
    let row = row.with(Ink::Faint, &type_clause(binding.variable.typed));
    match &variable.value {
        Ok(flow_query::Value::Null) => row.with(Ink::Plain, " is missing"),
        Ok(value) => row.with(Ink::Plain, " = ").with(paint::ink(value), &shortened(&value.to_string())),
        Err(_) => row.with(Ink::Bad, " has no value"),
    }
}

/// Where a value comes from, or why there is none.
fn provenance(binding: &Binding, variable: &Variable) -> String {
    let query = binding.query.written();
    let found = variable.found.as_ref().map(|found| format!("{query} → {}", matches(found)));
    let Err(problem) = &variable.value else { return found.unwrap_or(query) };
    // The query is told already.
    let why = problem.split_once("): ").map_or(problem.as_str(), |(_, why)| why);
    let near: Vec<&str> = variable.near.iter().map(String::as_str).collect();
    let meant = if near.is_empty() { String::new() } else { format!("; {}", crate::suggest::did_you_mean(&near, "")) };
    format!("{}: {why}{meant}", found.unwrap_or(query))
}

fn matches(found: &Match) -> String {
    match found.count {
        1 => format!("1 match, at {}", found.at),
        count => format!("{count} matches; first at {}", found.at),
    }
}

/// A value that has room in a table.
fn shortened(text: &str) -> String {
    const MOST: usize = 60;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
