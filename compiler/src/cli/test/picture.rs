//! What came of tests, for people.

use super::super::paint::{Ink, Row, wrapped};
use super::difference;
use super::tried::{Tried, Verdict};
use crate::diagnostic::Label;
use crate::diagnostic::render::{self, Remark, Style};
use crate::source::LineIndex;
use crate::suite::Failure;
use crate::suite::duration;
use crate::suite::story::{self, Moment};

/// The column in which a story's text begins.
const STORY: usize = 8;

/// `weather.flow  6 passed  12 ms`
pub(super) fn line(tried: &Tried, style: Style) -> String {
    let name = Row::default().with(Ink::Bold, &tried.file.name).with(Ink::Plain, "  ");
    let (all, failed) = (tried.verdicts.len(), tried.failed());
    let row = match (all - failed, failed) {
        (0, 0) => return name.with(Ink::Faint, "no tests").draw(style, None),
        (passed, 0) => name.with(Ink::Good, &format!("{passed} passed")),
        (0, failed) => name.with(Ink::Bad, &format!("{failed} failed")),
        (passed, failed) => name
            .with(Ink::Good, &format!("{passed} passed"))
            .with(Ink::Plain, ", ")
            .with(Ink::Bad, &format!("{failed} failed")),
    };
    row.with(Ink::Faint, &format!("  {}", real(tried.time.as_secs_f64()))).draw(style, None)
}

/// `ok   weather.flow:21  a guest gets the forecast  0.4 ms`
pub(super) fn passed(tried: &Tried, verdict: &Verdict, style: Style) -> String {
    let row = head(tried, verdict, Ink::Good, "ok  ");
    row.with(Ink::Faint, &format!("  {}", real(verdict.time.as_secs_f64()))).draw(style, None)
}

fn head(tried: &Tried, verdict: &Verdict, ink: Ink, word: &str) -> Row {
    let line = LineIndex::new(&tried.file.text).line(verdict.play.span.start);
    let place = format!(" {}:{line}  ", tried.file.name);
    Row::default().with(ink, word).with(Ink::Faint, &place).with(Ink::Bold, &verdict.play.name)
}

/// Seconds of the machine's clock.
fn real(seconds: f64) -> String {
    match seconds {
        long if long >= 1.0 => format!("{long:.1} s"),
        middling if middling >= 0.01 => format!("{:.0} ms", middling * 1_000.0),
        short => format!("{:.1} ms", short * 1_000.0),
    }
}

/// Why a test fails: the line that is not met, what differs, what happened, and how to play it alone.
pub(super) fn failure(
    tried: &Tried,
    verdict: &Verdict,
    failure: &Failure,
    style: Style,
    width: Option<usize>,
) -> String {
    let mut text = head(tried, verdict, Ink::Bad, "FAIL").draw(style, None);
    text.push('\n');
    let label = |(span, text): &(_, String)| Label { span: *span, text: text.clone() };
    let remark = Remark {
        message: failure.message.clone(),
        span: failure.span,
        label: failure.label.clone(),
        labels: failure.step.iter().map(label).collect(),
        is_wrong: true,
    };
    let drawn = Style { width: width.unwrap_or(style.width).max(40), ..style };
    text.push_str(&render::remark(&tried.file, &remark, drawn));
    let mut rows: Vec<Row> = failure.differences.iter().flat_map(|one| difference::rows(one, width)).collect();
    rows.extend(help(failure, width));
    rows.push(Row::default());
    rows.push(Row::default().with(Ink::Plain, "  ").with(Ink::Bold, "what happened"));
    let moments = story::story(&tried.file, &tried.suite.graph, &verdict.play, &verdict.report, failure.scene);
    rows.extend(told(&moments, width));
    rows.push(Row::default());
    rows.push(Row::default().with(Ink::Plain, "  ").with(Ink::Name, &again(tried, verdict)));
    rows.push(Row::default());
    rows.iter().for_each(|row| text.push_str(&row.draw(style, None)));
    text
}

/// How to mend it, with a line to be copied as a whole.
fn help(failure: &Failure, width: Option<usize>) -> Vec<Row> {
    let Some(help) = &failure.help else { return Vec::new() };
    let first = Row::default().with(Ink::Plain, "  ").with(Ink::Name, "help: ");
    let room = width.map_or(usize::MAX, |width| width.saturating_sub(STORY).max(20));
    let mut rows = Vec::new();
    for (at, line) in wrapped(help, room).iter().enumerate() {
        let row = if at == 0 { first.clone() } else { Row::default().to(STORY) };
        rows.push(row.with(Ink::Plain, line));
    }
    rows.extend(failure.line.iter().map(|line| Row::default().to(STORY).with(Ink::Text, line)));
    rows
}

/// What happened, each line with its place in the flow.
fn told(moments: &[Moment], width: Option<usize>) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut now = 0;
    for moment in moments {
        let line = moment.line.map(|line| line.to_string()).unwrap_or_default();
        let indent = if moment.is_cue { STORY } else { STORY + 2 };
        // Of a line of the test is known when it begins: when the one before it is over.
        now = if moment.is_cue { moment.ms } else { now };
        let later = moment.ms.saturating_sub(now);
        let text = match later {
            0..1_000 => moment.text.clone(),
            _ => format!("{}  ({} later)", moment.text, virtual_time(later)),
        };
        now = if later < 1_000 { now } else { moment.ms };
        let room = width.map_or(usize::MAX, |width| width.saturating_sub(indent).max(20));
        for (at, part) in wrapped(&text, room).iter().enumerate() {
            let number = if at == 0 { format!("{line:>6}") } else { String::new() };
            let ink = if moment.is_cue { Ink::Bold } else { Ink::Plain };
            rows.push(Row::default().with(Ink::Faint, &number).to(indent).with(ink, part));
        }
    }
    rows
}

/// Milliseconds of a play's clock: `10.2 s`, `2h`.
fn virtual_time(ms: u64) -> String {
    let tenths = ms / 100;
    if ms >= 60_000 || tenths.is_multiple_of(10) {
        return duration(tenths / 10);
    }
    format!("{}.{}s", tenths / 10, tenths % 10)
}

/// The command that plays just this test.
fn again(tried: &Tried, verdict: &Verdict) -> String {
    format!("flowc test {} --filter {}", shell(&tried.file.name), shell(&verdict.play.name))
}

/// A word as a POSIX shell takes it (XCU 2.2).
fn shell(word: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "/._-+:,@%".contains(c);
    match word {
        plain if !plain.is_empty() && plain.chars().all(is_plain) => plain.to_owned(),
        quoted => format!("'{}'", quoted.replace('\'', "'\\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_word_of_the_shell() {
        assert_eq!(shell("flows/a.flow"), "flows/a.flow");
        assert_eq!(shell("a guest's $5"), "'a guest'\\''s $5'");
        assert_eq!(shell(""), "''");
    }

    #[test]
    fn times_are_told_as_precisely_as_they_matter() {
        assert_eq!([1_000, 10_200, 60_300, 7_200_000].map(virtual_time), ["1s", "10.2s", "1m", "2h"]);
        assert_eq!([0.000_4, 0.012, 2.5].map(real), ["0.4 ms", "12 ms", "2.5 s"]);
    }
}
