//! `BINARY opt-outs …`: who gets nothing more.

use std::collections::HashSet;
use std::fmt::Write;
use std::fs::read_to_string;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::human::table;
use super::machine::utc;
use super::{Problem, perform};
use crate::clock::Time;
use crate::config::{EngineConfig, ListFormat, OptOutsCommand, OptOutsTask};
use crate::engine::journal::Durability;
use crate::engine::notes::{Note, Notes, Topic};
use crate::engine::open_notes_for_operator;
use crate::opt_out::{self, OptOut};
use crate::terminal::plain;
use crate::value::Phone;

/// Numbers that are noted at a time: a journal on a disk makes one write of them.
const AT_ONCE: usize = 256;

/// Lines of a file that are told when they are wrong; whoever has so many has given the wrong file.
const TOLD: usize = 10;

/// Does what the command says, and prints what came of it.
///
/// Exits with 0 when it was done, with 2 when it could not be, or not for all.
pub(crate) fn main(command: &OptOutsCommand, engine: &EngineConfig) -> ExitCode {
    perform(async {
        // What is wrong with a file is told before anything is opened.
        let task = match &command.task {
            OptOutsTask::Import(file) => OptOutsTask::Add(read(file).map_err(Problem::Untried)?),
            task => task.clone(),
        };
        let notes = open_notes_for_operator(engine).await.map_err(Problem::Untried)?;
        carry_out(&notes, task, command.format, Time::now()).await
    })
}

async fn carry_out(
    notes: &Arc<dyn Notes>,
    task: OptOutsTask,
    format: ListFormat,
    now: Time,
) -> Result<String, Problem> {
    match task {
        OptOutsTask::List => {
            let all = notes.notes(Topic::OptOut, "").await?;
            Ok(match format {
                ListFormat::Human => text(&all),
                ListFormat::Json => lines(&all),
                ListFormat::Csv => csv(&all),
            })
        }
        OptOutsTask::Add(numbers) => add(notes, numbers, now).await.map(|changed| match format {
            ListFormat::Json => format!("{}\n", json!({ "added": changed.done, "known": changed.not })),
            _ => changed.told("added", "there already"),
        }),
        OptOutsTask::Remove(numbers) => remove(notes, &numbers).await.map(|changed| match format {
            ListFormat::Json => format!("{}\n", json!({ "removed": changed.done, "unknown": changed.not })),
            _ => changed.told("removed", "not there"),
        }),
        OptOutsTask::Import(file) => Err(Problem::Untried(format!("{} has not been read", file.display()))),
    }
}

/// How many numbers were changed, and how many needed nothing.
#[derive(Debug, Default, PartialEq)]
struct Changed {
    done: usize,
    not: usize,
}

impl Changed {
    /// `added 2 numbers; 1 was there already`
    fn told(&self, did: &str, not: &str) -> String {
        let numbers = if self.done == 1 { "number" } else { "numbers" };
        let rest = match self.not {
            0 => String::new(),
            1 => format!("; 1 was {not}"),
            more => format!("; {more} were {not}"),
        };
        format!("{did} {} {numbers}{rest}\n", self.done)
    }
}

/// Whoever is out already stays out by the word that was said then.
async fn add(notes: &Arc<dyn Notes>, numbers: Vec<Phone>, now: Time) -> Result<Changed, Problem> {
    let mut known: HashSet<String> = notes.notes(Topic::OptOut, "").await?.into_iter().map(|note| note.name).collect();
    let given = numbers.len();
    let new: Vec<Phone> = numbers.into_iter().filter(|number| known.insert(opt_out::name(number))).collect();
    let said = OptOut { by: "operator".to_owned(), own: None, answering: None };
    for some in new.chunks(AT_ONCE) {
        let noting: Vec<_> = some
            .iter()
            .map(|number| {
                let (notes, note) = (Arc::clone(notes), said.note(number, now));
                tokio::spawn(async move { notes.note(note, Durability::Synced).await })
            })
            .collect();
        for noted in noting {
            noted.await.map_err(|error| Problem::Untried(error.to_string()))??;
        }
    }
    Ok(Changed { done: new.len(), not: given - new.len() })
}

async fn remove(notes: &Arc<dyn Notes>, numbers: &[Phone]) -> Result<Changed, Problem> {
    let mut changed = Changed::default();
    for number in numbers {
        let was_out = notes.unnote(Topic::OptOut, &opt_out::name(number)).await?;
        *(if was_out { &mut changed.done } else { &mut changed.not }) += 1;
    }
    Ok(changed)
}

/// The numbers of a file; nothing of it is taken if a line holds none.
fn read(file: &Path) -> Result<Vec<Phone>, String> {
    let (text, name) = if file == Path::new("-") {
        (std::io::read_to_string(std::io::stdin()), "standard input".to_owned())
    } else {
        (read_to_string(file), file.display().to_string())
    };
    numbers(&text.map_err(|error| format!("{name} cannot be read: {error}"))?).map_err(|wrong| {
        let shown: Vec<&str> = wrong.iter().take(TOLD).map(String::as_str).collect();
        let more = wrong.len().saturating_sub(TOLD);
        let more = if more > 0 { format!("\n  and {more} more lines") } else { String::new() };
        format!(
            "{name} was not imported: each line holds one number, as +15550123456 or a short code of 3 to 8 digits\n  \
             {}{more}",
            shown.join("\n  ")
        )
    })
}

/// One number a line, which may be quoted as in RFC 4180. What stands behind a comma is passed by, and so is a first line
/// that begins with the column's name: so a list that `--format csv` wrote can be read.
fn numbers(text: &str) -> Result<Vec<Phone>, Vec<String>> {
    let (mut numbers, mut wrong) = (Vec::new(), Vec::new());
    for (at, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let first = first_cell(line);
        match Phone::parse(first) {
            Ok(number) => numbers.push(number),
            Err(_) if line.trim().is_empty() || (at == 0 && first.eq_ignore_ascii_case(NAMES[0])) => {}
            Err(_) => {
                wrong.push(format!("line {}: {}", at + 1, plain(line.trim()).chars().take(40).collect::<String>()))
            }
        }
    }
    if wrong.is_empty() { Ok(numbers) } else { Err(wrong) }
}

/// A cell whose quotes do not match is left as it is, and then is no number.
fn first_cell(line: &str) -> &str {
    let first = line.split(',').next().unwrap_or_default().trim();
    first.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(first).trim()
}

/// The columns of a list, which people read as `TOLD TO` and the like.
const NAMES: [&str; 4] = ["number", "since", "by", "told_to"];

fn own(out: &OptOut) -> String {
    out.own.as_ref().map(Phone::to_string).unwrap_or_default()
}

fn text(all: &[Note]) -> String {
    if all.is_empty() {
        return "nobody has opted out\n".to_owned();
    }
    let mut rows = vec![NAMES.map(|name| name.to_uppercase().replace('_', " "))];
    rows.extend(all.iter().map(|note| {
        let out = OptOut::of(note);
        [plain(&note.name), utc(note.at), plain(&out.by), own(&out)]
    }));
    table(&rows)
}

fn lines(all: &[Note]) -> String {
    let mut text = String::new();
    for note in all {
        let OptOut { by, own, .. } = OptOut::of(note);
        let cells = [json!(note.name), json!(utc(note.at)), json!(by), json!(own)];
        let object: Map<String, Value> = NAMES.map(str::to_owned).into_iter().zip(cells).collect();
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{}", Value::Object(object));
    }
    text
}

/// RFC 4180.
fn csv(all: &[Note]) -> String {
    let row = |cells: [&str; 4]| {
        let quoted = cells.map(|cell| {
            let plain = !cell.contains(['"', ',', '\r', '\n']);
            if plain { cell.to_owned() } else { format!("\"{}\"", cell.replace('"', "\"\"")) }
        });
        quoted.join(",") + "\r\n"
    };
    let mut text = row(NAMES);
    for note in all {
        let out = OptOut::of(note);
        text.push_str(&row([&note.name, &utc(note.at), &out.by, &own(&out)]));
    }
    text
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::engine::journal::memory::MemoryJournal;

    fn block_on<T>(future: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
    }

    fn maria() -> Phone {
        Phone::literal("+15550123456")
    }

    #[test]
    fn people_are_added_listed_and_removed() {
        block_on(async {
            let notes: Arc<dyn Notes> = Arc::new(MemoryJournal::default());
            let told = async |task: OptOutsTask, format| carry_out(&notes, task, format, Time(1_000)).await.unwrap();
            assert_eq!(told(OptOutsTask::List, ListFormat::Human).await, "nobody has opted out\n");
            assert_eq!(told(OptOutsTask::List, ListFormat::Json).await, "");
            let stop =
                OptOut { by: "STOP, \"all\"".to_owned(), own: Some(Phone::literal("+13055550100")), answering: None };
            notes.note(stop.note(&maria(), Time(0)), Durability::Synced).await.unwrap();
            let many: Vec<Phone> = (0..600)
                .map(|number| Phone::literal(&format!("+1305555{number:04}")))
                .chain([maria(), maria()])
                .collect();
            let added = told(OptOutsTask::Add(many), ListFormat::Human).await;
            assert_eq!(added, "added 600 numbers; 2 were there already\n");
            // By the word that was said first.
            let listed = told(OptOutsTask::List, ListFormat::Human).await;
            assert!(listed.starts_with("NUMBER        SINCE                 BY           TOLD TO\n+13055550000  1970-01-01T00:00:01Z  operator\n"), "{listed}");
            assert!(
                listed.ends_with("\n+15550123456  1970-01-01T00:00:00Z  STOP, \"all\"  +13055550100\n"),
                "{listed}"
            );
            let listed = told(OptOutsTask::List, ListFormat::Json).await;
            let last = r#"{"number":"+15550123456","since":"1970-01-01T00:00:00Z","by":"STOP, \"all\"","told_to":"+13055550100"}"#;
            assert_eq!((listed.lines().count(), listed.lines().last()), (601, Some(last)));
            let listed = told(OptOutsTask::List, ListFormat::Csv).await;
            assert!(
                listed.starts_with("number,since,by,told_to\r\n+13055550000,1970-01-01T00:00:01Z,operator,\r\n"),
                "{listed}"
            );
            assert!(listed.ends_with("\r\n+15550123456,1970-01-01T00:00:00Z,\"STOP, \"\"all\"\"\",+13055550100\r\n"));
            assert_eq!(numbers(&listed).unwrap().len(), 601);
            let removed = told(OptOutsTask::Remove(vec![maria(), maria()]), ListFormat::Human).await;
            assert_eq!(removed, "removed 1 number; 1 was not there\n");
            let removed = told(OptOutsTask::Remove(vec![maria()]), ListFormat::Json).await;
            assert_eq!(removed, "{\"removed\":0,\"unknown\":1}\n");
            let added = told(OptOutsTask::Add(vec![maria()]), ListFormat::Json).await;
            assert_eq!(added, "{\"added\":1,\"known\":0}\n");
        });
    }

    #[test]
    fn a_file_is_read_by_its_lines() {
        let read = numbers("\u{feff}number\r\n +15550123456 \r\n\r\n72345,since 2020\n");
        assert_eq!(read, Ok(vec![maria(), Phone::literal("72345")]));
        // As spreadsheets write it.
        let read = numbers("\"Number\",\"Name\"\r\n\"+15550123456\",\"Ann, or Bo\"\r\n\"72345\"\r\n");
        assert_eq!(read, Ok(vec![maria(), Phone::literal("72345")]));
        let wrong = numbers("+15550123456\nnumber\n+1 555 012\n\"+15550123456,x\n\u{1b}[2J").unwrap_err();
        assert_eq!(wrong, ["line 2: number", "line 3: +1 555 012", "line 4: \"+15550123456,x", "line 5: \u{fffd}[2J"]);
    }
}
