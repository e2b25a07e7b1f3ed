//! What people read of runs.

use std::fmt::Write;
use std::time::Duration;

use super::machine::utc;
use crate::clock::Time;
use crate::engine::journal::{Detail, Filter, Status, Summary};
use crate::logging::{Masked, masked};
use crate::terminal::plain;
use crate::value::Phone;

/// A table, the newest run first. `more`: it does not hold all that there are.
pub(super) fn list(runs: &[Summary], filter: &Filter, more: bool, now: Time, reveal: bool) -> String {
    if runs.is_empty() {
        let status = filter.status.map(|status| format!("{status} ")).unwrap_or_default();
        let person = if filter.person.is_some() { " with this number" } else { "" };
        return format!("there are no {status}runs{person}\n");
    }
    let mut rows = vec![["ID", "STATUS", "PERSON", "ACCEPTED", "WHERE"].map(str::to_owned)];
    rows.extend(runs.iter().map(|run| {
        [
            run.id.to_string(),
            run.status.to_string(),
            run.person.as_ref().map_or_else(|| "-".to_owned(), |person| number(person, reveal)),
            ago(run.accepted, now),
            place(run, now, reveal),
        ]
    }));
    let mut text = table(&rows);
    if more {
        let _ = writeln!(text, "The newest {} are shown; --limit shows more.", runs.len());
    }
    text
}

/// All of one run.
pub(super) fn show(run: &Detail, now: Time, reveal: bool) -> String {
    let Detail { summary, steps, state, history } = run;
    let moment = |time| format!("{} ({})", utc(time), ago(time, now));
    let mut text = String::new();
    let mut line = |name: &str, value: String| {
        if !value.is_empty() {
            let _ = writeln!(text, "{name:<9} {value}");
        }
    };
    line("run", summary.id.to_string());
    line("status", summary.status.to_string());
    line("where", place(summary, now, reveal));
    line("trigger", format!("line {}", summary.trigger));
    line("person", summary.person.as_ref().map(|phone| number(phone, reveal)).unwrap_or_default());
    line("texts to", summary.own.as_ref().map(|phone| number(phone, reveal)).unwrap_or_default());
    line("accepted", moment(summary.accepted));
    line("changed", moment(summary.changed));
    line("steps", steps.to_string());
    if !history.is_empty() {
        let mut rows = vec![["TIME", "LINE", "STEP", "OUTCOME", "TOOK"].map(str::to_owned)];
        rows.extend(
            history.iter().map(|done| {
                [utc(done.at), done.line.to_string(), plain(&done.step), plain(&done.outcome), took(done.ms)]
            }),
        );
        let _ = write!(text, "\n{}", table(&rows));
    }
    match state {
        Some(state) if reveal => {
            let _ = writeln!(text, "\nstate     {}", plain(state));
        }
        Some(_) => text.push_str("\n--reveal shows its state and whole numbers.\n"),
        None => {}
    }
    text
}

/// `erased` runs are gone.
pub(super) fn erased(erased: u64) -> String {
    match erased {
        0 => "no run knows this number\n".to_owned(),
        1 => "1 run was erased\n".to_owned(),
        runs => format!("{runs} runs were erased\n"),
    }
}

/// Where a run is: its line, what it does there, and until when.
fn place(run: &Summary, now: Time, reveal: bool) -> String {
    let line = run.line.map(|line| format!("line {line}"));
    let note = run.note.as_deref().map(|note| plain(&if reveal { note.to_owned() } else { masked(note) }));
    let until = run
        .until
        .filter(|_| matches!(run.status, Status::Waiting | Status::Asked))
        .map(|until| if until > now { format!("{} left", span(until.since(now))) } else { "due now".to_owned() });
    [line, note, until].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn number(phone: &Phone, reveal: bool) -> String {
    if reveal { phone.to_string() } else { Masked(phone).to_string() }
}

fn ago(time: Time, now: Time) -> String {
    match now.since(time) {
        none if none < Duration::from_secs(1) => "just now".to_owned(),
        age => format!("{} ago", span(age)),
    }
}

/// Roughly, in the largest unit of which there are two: `3 m`, `36 h`, `12 d`.
fn span(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7_200 => format!("{} m", seconds / 60),
        7_200..172_800 => format!("{} h", seconds / 3_600),
        _ => format!("{} d", seconds / 86_400),
    }
}

fn took(ms: u64) -> String {
    if ms < 10_000 { format!("{ms} ms") } else { span(Duration::from_millis(ms)) }
}

/// Columns as wide as their widest cell; the last one as it comes.
pub(super) fn table<const COLUMNS: usize>(rows: &[[String; COLUMNS]]) -> String {
    let mut widths = [0; COLUMNS];
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.chars().count().max(*width);
        }
    }
    let mut text = String::new();
    for row in rows {
        let cells: Vec<String> = row.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        let _ = writeln!(text, "{}", cells.join("  ").trim_end());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_rough() {
        for (seconds, told) in
            [(0, "0 s"), (119, "119 s"), (120, "2 m"), (7_199, "119 m"), (7_200, "2 h"), (172_800, "2 d")]
        {
            assert_eq!(span(Duration::from_secs(seconds)), told);
        }
    }
}
