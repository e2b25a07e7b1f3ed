//! What the flow is doing: its runs, with the lines of the flow file that they have gone through.

use ratatui::style::Style;

use super::super::activity::{Item, Run, State};
use super::super::clock::length;
use super::super::log::{Outcome, Step};
use super::super::model::Phone;
use super::paint::Paint;
use super::row::{Row, Window};
use super::text::{cut, padded, width, wrap};

/// Lines of a reason that are shown.
const REASON: usize = 4;

/// Columns before a line of the flow: a sign, its number, a rule.
const GUTTER: usize = 8;

/// How runs are drawn.
#[derive(Clone, Copy)]
pub(super) struct Steps<'a> {
    /// What is known.
    pub(super) phone: &'a Phone,
    /// Columns that there are.
    pub(super) columns: usize,
    /// How things look.
    pub(super) paint: Paint,
}

impl<'a> Steps<'a> {
    /// The latest of what the flow did with this person or with nobody, as much of it as is seen.
    pub(super) fn fill(self, person: &str, window: &mut Window) {
        let mut items = self.of(person).peekable();
        if items.peek().is_none() {
            window.above(self.beginning());
        }
        for item in items {
            if window.is_full() {
                return;
            }
            window.above(match item {
                Item::Run(run) => self.run(run),
                Item::Note { at, text, is_bad, .. } => self.note(*at, text, *is_bad),
            });
        }
    }

    /// In a few words, how the latest run stands.
    pub(super) fn status(self, person: &str) -> Row {
        let Some(item) = self.of(person).next() else {
            return Row::default().with(self.paint.faint(), cut(" nothing has happened yet", self.columns));
        };
        match item {
            Item::Run(run) => {
                let (_, words, style) = self.state(run);
                let at = run.steps.last().map_or(run.line, |(line, _)| *line);
                let place = format!(" line {at}: ");
                Row::default()
                    .with(self.paint.faint(), place.clone())
                    .with(style, cut(&words, self.columns.saturating_sub(width(&place))))
            }
            Item::Note { text, is_bad, .. } => {
                let style = if *is_bad { self.paint.pending() } else { self.paint.faint() };
                Row::default().with(style, cut(&format!(" {text}"), self.columns))
            }
        }
    }

    fn of(self, person: &str) -> impl Iterator<Item = &'a Item> + use<'a> {
        let person = person.to_owned();
        // What is known of nobody may be of this person.
        self.phone.activity.newest().filter(move |item| match item {
            Item::Run(Run { person: whose, .. }) | Item::Note { person: whose, .. } => {
                whose.as_ref().is_none_or(|other| *other == person)
            }
        })
    }

    /// What is shown before anything has happened.
    fn beginning(self) -> Vec<Row> {
        let flow = &self.phone.flow;
        let mut rows = vec![self.words(self.paint.faint(), "What the flow does is shown here."), Row::default()];
        rows.extend(flow.triggers.iter().map(|line| self.source(self.paint.faint(), " ", *line, None, "")));
        rows
    }

    fn run(self, run: &Run) -> Vec<Row> {
        let mut rows = vec![Row::default(), self.heading(run.at)];
        let (mut way, head) = self.phone.flow.places.begin(run.line);
        if run.line > 0 {
            rows.push(self.source(self.paint.faint(), " ", run.line, head, ""));
        }
        for (line, step) in &run.steps {
            self.step(*line, step, way.step(*line, step), &mut rows);
        }
        let (rests_at, words, style) = self.state(run);
        // A `wait` is told of only while it lasts, and may stand on the line of the step before it.
        let is_wait = matches!(run.state, State::Waiting { for_reply: false, .. });
        let is_told = |line: usize| !is_wait && run.steps.last().is_some_and(|(last, _)| *last == line);
        if let Some(line) = rests_at.filter(|line| !is_told(*line)) {
            let own = match run.state {
                State::Waiting { for_reply, .. } => way.rest(line, for_reply),
                _ => None,
            };
            rows.push(self.source(style, "…", line, own, ""));
        }
        let lines = wrap(&words, self.columns.saturating_sub(4)).into_iter().take(REASON);
        rows.extend(lines.map(|line| self.words(style, &line)));
        rows
    }

    /// The line at which a run rests, how it stands, and the style of both.
    fn state(self, run: &Run) -> (Option<usize>, String, Style) {
        let Phone { zone, now, .. } = self.phone;
        match &run.state {
            State::Working => (None, "at work …".to_owned(), self.paint.pending()),
            State::Waiting { line, until, for_reply } => {
                let until = until
                    .map(|until| format!(" until {}, {} left", zone.day_and_minute(*now, until), length(until - now)));
                let until = until.unwrap_or_default();
                let words = match for_reply {
                    true => format!("waits for a reply{until}"),
                    false => format!("waits{until}; a wait cannot be skipped"),
                };
                (Some(*line), words, self.paint.pending())
            }
            State::Completed(milliseconds) => {
                (None, format!("ended well, {}", took(*milliseconds)), self.paint.faint())
            }
            State::Failed { line, why } => {
                (Some(*line).filter(|line| *line > 0), format!("failed, {why}"), self.paint.bad())
            }
        }
    }

    fn step(self, line: usize, step: &Step, own: Option<&str>, rows: &mut Vec<Row>) {
        let time = step.milliseconds.map(took).unwrap_or_default();
        let (sign, style, reason) = match &step.outcome {
            Outcome::Ok => ("✓", self.paint.good(), None),
            Outcome::Failed(why) => ("✗", self.paint.bad(), Some(why.as_str())),
            Outcome::Again(why) => ("↻", self.paint.pending(), Some(why.as_str())),
            Outcome::NotUnderstood => ("?", self.paint.pending(), None),
        };
        match (step.word.as_str(), &step.outcome) {
            ("reply", Outcome::Ok) => rows.push(self.said(style, sign, line, "the reply is understood")),
            ("reply", _) => rows.push(self.said(style, sign, line, "the reply is not understood")),
            _ => rows.push(self.source(style, sign, line, own, &time)),
        }
        let room = self.columns.saturating_sub(GUTTER + 1);
        for part in reason.into_iter().flat_map(|reason| wrap(reason, room)).take(REASON) {
            rows.push(Row::default().to(GUTTER - 2).with(self.paint.faint(), "│ ").with(style, part));
        }
    }

    /// A line of the flow file, or the words of one step on it, with a sign before its number.
    fn source(self, style: Style, sign: &str, line: usize, own: Option<&str>, time: &str) -> Row {
        let room = self.columns.saturating_sub(GUTTER + width(time) + 2);
        let words = padded(&cut(&own.map_or_else(|| self.phone.flow.line(line), str::to_owned), room), room);
        self.gutter(style, sign, line).with(Style::new(), words).with(self.paint.faint(), format!(" {time}"))
    }

    /// The same with other words.
    fn said(self, style: Style, sign: &str, line: usize, words: &str) -> Row {
        self.gutter(style, sign, line).with(self.paint.faint(), cut(words, self.columns.saturating_sub(GUTTER)))
    }

    fn gutter(self, style: Style, sign: &str, line: usize) -> Row {
        Row::default().with(style, format!(" {sign}")).with(self.paint.faint(), format!("{line:>3} │ "))
    }

    fn heading(self, at: i64) -> Row {
        let time = format!(" {} ", self.phone.zone.second(at));
        let rule = "─".repeat(self.columns.saturating_sub(width(&time) + 1));
        Row::default().with(self.paint.faint(), time).with(self.paint.faint(), rule)
    }

    fn note(self, at: i64, text: &str, is_bad: bool) -> Vec<Row> {
        let style = if is_bad { self.paint.bad() } else { self.paint.faint() };
        let lines = wrap(text, self.columns.saturating_sub(4)).into_iter().take(REASON);
        [Row::default(), self.heading(at)].into_iter().chain(lines.map(|line| self.words(style, &line))).collect()
    }

    fn words(self, style: Style, text: &str) -> Row {
        Row::default().to(1).with(style, cut(text, self.columns.saturating_sub(2)))
    }
}

/// `48 ms`, `1.2 s`
fn took(milliseconds: u64) -> String {
    match milliseconds {
        0..1_000 => format!("{milliseconds} ms"),
        _ => format!("{}.{} s", milliseconds / 1_000, milliseconds / 100 % 10),
    }
}
