//! Conversations as people read them: a tree, and below it what is wrong.

use super::super::counted;
use super::super::explain::wrap;
use super::super::paint::{Ink, Row};
use super::{Exploration, summary};
use crate::diagnostic::render::{self, Remark, Style};
use crate::explore::{Bounds, Branch, End, Finding, Kind, Turn, duration, tree};
use crate::source::{SourceFile, Span};

/// Columns of a tree that goes to no terminal.
const COLUMNS: usize = 100;
/// Columns that words have at least, however deep they stand.
const LEAST: usize = 30;
/// Gaps that are told of one by one.
const MOST_GAPS: usize = 20;

/// Draws it all; `width` is that of the terminal, if it is one.
pub(super) fn draw(
    file: &SourceFile,
    exploration: &Exploration,
    bounds: Bounds,
    style: Style,
    width: Option<usize>,
) -> String {
    let digits = file.text.lines().count().to_string().len();
    let width = width.unwrap_or(COLUMNS);
    let mut drawing = Drawing { style, digits, width, text: String::new() };
    for root in tree(&exploration.trails) {
        drawing.chain(&root, "", false);
        drawing.text.push('\n');
    }
    let mut text = drawing.text;
    let style = Style { width, ..style };
    for finding in &exploration.findings {
        text += &render::remark(file, &remark(file, exploration, finding), style);
        text.push('\n');
    }
    for gap in exploration.gaps.iter().take(MOST_GAPS) {
        let message = "no example led here; write a test for it".to_owned();
        let (label, labels) = ("not walked".to_owned(), Vec::new());
        let gap = Remark { message, span: gap.span, label, labels, is_wrong: false };
        text += &render::remark(file, &gap, style);
        text.push('\n');
    }
    if let left @ 1.. = exploration.gaps.len().saturating_sub(MOST_GAPS) {
        text += &format!("and {} more where no example led\n\n", counted(left, "place"));
    }
    text += &format!("{}\n", summary(exploration));
    for cut in cuts(exploration, bounds) {
        text += &format!("{cut}\n");
    }
    text
}

fn cuts(exploration: &Exploration, bounds: Bounds) -> Vec<String> {
    let depth = exploration.cuts.depth;
    let paths = exploration.cuts.paths;
    let deep = format!(
        "{} would go on beyond {}; --depth {} walks further",
        counted(depth, "conversation"),
        counted(bounds.depth, "step"),
        bounds.depth * 2
    );
    let many =
        format!("{} more were begun when there were {}; --paths {} walks more", paths, bounds.paths, bounds.paths * 2);
    [(depth, deep), (paths, many)].into_iter().filter(|(number, _)| *number > 0).map(|(_, cut)| cut).collect()
}

struct Drawing {
    style: Style,
    /// Of the highest line number.
    digits: usize,
    width: usize,
    text: String,
}

impl Drawing {
    /// A branch and all that follows it; `rail` is what stands left of it.
    fn chain(&mut self, branch: &Branch<'_>, rail: &str, is_told_apart: bool) {
        self.turn(branch.turn, rail, rail, is_told_apart);
        self.behind(branch, rail);
    }

    fn behind(&mut self, branch: &Branch<'_>, rail: &str) {
        if let Some(end) = branch.end.and_then(|trail| ending(&trail.end, branch.turn)) {
            self.row(None, Row::default().with(Ink::Faint, rail).with(end.0, &end.1));
        }
        if let [only] = branch.next.as_slice() {
            self.chain(only, rail, false);
            return;
        }
        for (at, next) in branch.next.iter().enumerate() {
            let is_last = at + 1 == branch.next.len();
            let (head, body) = if is_last { ("└─ ", "   ") } else { ("├─ ", "│  ") };
            let same = |other: &&Branch<'_>| label(other.turn).is_some() && label(other.turn) == label(next.turn);
            let is_told_apart = branch.next.iter().filter(same).count() > 1;
            let inner = format!("{rail}{body}");
            self.turn(next.turn, &format!("{rail}{head}"), &inner, is_told_apart);
            self.behind(next, &inner);
        }
    }

    /// A turn; `head` stands left of its first line, `rail` left of the others.
    fn turn(&mut self, turn: &Turn, head: &str, rail: &str, is_told_apart: bool) {
        let said = said(turn, is_told_apart);
        let lead = said.who.chars().count();
        let room = self.width.saturating_sub(self.digits + 2 + rail.chars().count() + lead).max(LEAST);
        let mut lines: Vec<String> = said
            .words
            .lines()
            .flat_map(|line| wrap(line, room).lines().map(str::to_owned).collect::<Vec<_>>())
            .collect();
        if lines.is_empty() {
            lines.push(String::new());
        }
        for (at, line) in lines.iter().enumerate() {
            let row = Row::default();
            let row = match at {
                0 => row.with(Ink::Faint, head).with(said.ink, &said.who),
                _ => row.with(Ink::Faint, rail).with(Ink::Plain, &" ".repeat(lead)),
            };
            self.row(said.line.filter(|_| at == 0), row.with(said.words_ink, line));
        }
    }

    fn row(&mut self, line: Option<u32>, row: Row) {
        let number = line.map(|line| line.to_string()).unwrap_or_default();
        let gutter = Row::default().with(Ink::Faint, &format!("{number:>digits$}  ", digits = self.digits));
        let row = gutter.and(row);
        self.text += &row.draw(self.style, None);
    }
}

/// A turn in words.
struct Said {
    line: Option<u32>,
    ink: Ink,
    who: String,
    words_ink: Ink,
    words: String,
}

impl Said {
    fn new(line: Option<u32>, ink: Ink, who: impl Into<String>, words: impl Into<String>) -> Self {
        Self { line, ink, who: who.into(), words_ink: Ink::Plain, words: words.into() }
    }
}

fn said(turn: &Turn, is_told_apart: bool) -> Said {
    let pictures = |media: &[String]| match media.len() {
        0 => String::new(),
        number => format!(" [{}]", counted(number, "picture")),
    };
    match turn {
        Turn::Start { line, head } => Said::new(Some(*line), Ink::Bold, head.as_str(), ""),
        Turn::Person { body, media, .. } => {
            Said::new(None, Ink::Name, "person: ", format!("{body}{}", pictures(media)))
        }
        Turn::Api { members } => Said::new(None, Ink::Name, "request: ", members.as_str()),
        Turn::Schedule { at } => Said::new(None, Ink::Name, "it is ", at.as_str()),
        Turn::Time { seconds, is_silence: true } => {
            Said::new(None, Ink::Faint, "", format!("(no reply in {})", duration(*seconds)))
        }
        Turn::Time { seconds, .. } => Said::new(None, Ink::Faint, "", format!("({} pass)", duration(*seconds))),
        Turn::Call { line, method, url } => Said::new(Some(*line), Ink::Bold, "call ", format!("{method} {url}")),
        Turn::Talk { line, keyword, bot, words } => {
            Said::new(Some(*line), Ink::Bold, format!("{keyword} {bot} "), quoted(words))
        }
        Turn::Outcome { label, detail } => {
            let ink = if label.starts_with("fail") { Ink::Bad } else { Ink::Good };
            let detail = if is_told_apart && !detail.is_empty() { format!(": {detail}") } else { String::new() };
            Said::new(None, ink, label.as_str(), detail)
        }
        Turn::Flow { line, to, body, media, is_refused, .. } => {
            let whom = if to == crate::explore::PERSON { String::new() } else { format!(" to {to}") };
            let refused = if *is_refused { " (refused by the carrier)" } else { "" };
            Said::new(Some(*line), Ink::Text, format!("flow{whom}: "), format!("{body}{}{refused}", pictures(media)))
        }
        Turn::Word(word) => Said::new(None, Ink::Faint, "", format!("(the program itself sees to {word})")),
    }
}

/// What tells a branch apart from those beside it, if they are of one kind.
fn label(turn: &Turn) -> Option<&str> {
    match turn {
        Turn::Outcome { label, .. } => Some(label),
        _ => None,
    }
}

/// What is said of an end; nothing of a run that has said all it had to.
fn ending(end: &End, last: &Turn) -> Option<(Ink, String)> {
    Some(match end {
        End::Completed { .. } if matches!(last, Turn::Flow { is_refused: false, .. }) => return None,
        End::Completed { .. } => (Ink::Faint, "(the run is over)".to_owned()),
        End::Failed { line, kind, .. } => (Ink::Bad, format!("the run fails at line {line}: {kind}")),
        End::Untaken(_) => (Ink::Faint, "(no trigger takes it)".to_owned()),
        End::Again(line) => (Ink::Faint, format!("↺ as above, from line {line} on")),
        End::Cut => (Ink::Faint, "… and on".to_owned()),
    })
}

fn remark(file: &SourceFile, exploration: &Exploration, finding: &Finding) -> Remark {
    let (message, label) = match &finding.kind {
        Kind::DeadEnd(words) => {
            (format!("a dead end: a person who writes {} gets no answer", quoted(words)), "nothing is said here")
        }
        Kind::MeantSilence(words) => (
            format!("a person who writes {} gets no answer, as this `end` says", quoted(words)),
            "nothing is said here",
        ),
        Kind::EndlessLoop(head) => {
            (format!("a loop without an exit: nothing but a failure leaves `{head}`"), "no way from here to an end")
        }
        Kind::Fault(reason) => (format!("a fault of the flow: {reason}"), "the run is ended here"),
        Kind::TooManyMessages(number) => {
            (format!("one person is sent {} in one conversation", counted(*number, "message")), "the last of them")
        }
        Kind::Unhandled(kind) => {
            (format!("a run fails with `{kind}`, and no `fail` takes it"), "the run ends as failed")
        }
    };
    let path = finding.trail.and_then(|trail| exploration.names.get(trail));
    let message = path.map_or_else(|| message.clone(), |path| format!("{message}; as when {path}"));
    let (label, is_wrong) = (label.to_owned(), finding.kind.is_mistake());
    Remark { message, span: line(file, finding.line), label, labels: Vec::new(), is_wrong }
}

fn quoted(words: &str) -> String {
    format!("\"{words}\"")
}

/// What stands on a line, from its first character to its last.
fn line(file: &SourceFile, number: u32) -> Span {
    let mut start = 0;
    for (at, line) in file.text.split_inclusive('\n').enumerate() {
        if u32::try_from(at + 1) == Ok(number) {
            let blanks = line.len() - line.trim_start().len();
            return Span::new(start + blanks, start + line.trim_end().len());
        }
        start += line.len();
    }
    Span::new(start, start)
}
