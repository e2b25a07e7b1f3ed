//! `runs list`, `show`, `retry`, `cancel` and `erase`: the command line of operators.

use crate::engine::journal::{Filter, Status};
use crate::near::nearest;
use crate::run_id::RunId;
use crate::value::Phone;

/// What an operator wants of the runs.
#[derive(Debug)]
pub struct RunsCommand {
    pub(crate) task: Task,
    /// For programs rather than people.
    pub(crate) json: bool,
    /// Numbers and states are shown whole.
    pub(crate) reveal: bool,
}

/// The commands below `runs`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Task {
    List { filter: Filter, most: u32 },
    Show(RunId),
    Retry(RunId),
    Cancel(RunId),
    Erase(Phone),
}

/// What the options say of `runs`.
#[derive(Default)]
pub(super) struct RunsDraft {
    pub(super) status: Option<Status>,
    pub(super) number: Option<Phone>,
    pub(super) limit: Option<u32>,
    pub(super) json: bool,
    pub(super) reveal: bool,
}

const COMMANDS: [&str; 5] = ["list", "show", "retry", "cancel", "erase"];

impl RunsDraft {
    /// The command that words and options make up; `None` if something is wrong, which is told.
    pub(super) fn finish(self, words: &[String], problems: &mut Vec<String>) -> Option<RunsCommand> {
        let Self { status, number, limit, json, reveal } = self;
        let (command, rest) = match words {
            [] => ("list", words),
            [command, rest @ ..] => (command.as_str(), rest),
        };
        // Options that would not be obeyed.
        let of_list = [("--status", status.is_some()), ("--limit", limit.is_some())];
        let misplaced = of_list.into_iter().chain([("--number", number.is_some() && command != "erase")]);
        if command != "list" && COMMANDS.contains(&command) {
            problems.extend(
                misplaced.filter(|(_, given)| *given).map(|(flag, _)| format!("{flag} is not for `runs {command}`")),
            );
        }
        let task = match command {
            "list" => none(rest, problems)
                .map(|()| Task::List { filter: Filter { status, person: number }, most: limit.unwrap_or(50) }),
            "show" => run(command, rest, problems).map(Task::Show),
            "retry" => run(command, rest, problems).map(Task::Retry),
            "cancel" => run(command, rest, problems).map(Task::Cancel),
            "erase" => {
                if number.is_none() {
                    problems.push("say whose runs to erase: `runs erase --number +15550123456`".to_owned());
                }
                none(rest, problems).and(number).map(Task::Erase)
            }
            unknown => {
                problems.push(nearest(unknown, COMMANDS).map_or_else(
                    || format!("`runs {unknown}` is unknown: it is {}", COMMANDS.join(", ")),
                    |meant| format!("`runs {unknown}` is unknown; did you mean `runs {meant}`?"),
                ));
                None
            }
        }?;
        Some(RunsCommand { task, json, reveal })
    }
}

fn none(words: &[String], problems: &mut Vec<String>) -> Option<()> {
    problems.extend(words.iter().map(|word| format!("{word:?} is not expected here")));
    words.is_empty().then_some(())
}

fn run(command: &str, words: &[String], problems: &mut Vec<String>) -> Option<RunId> {
    let [id, rest @ ..] = words else {
        problems.push(format!("say which run: `runs {command} ID`; `runs list` shows the ids"));
        return None;
    };
    none(rest, problems)?;
    match id.parse() {
        Ok(id) => Some(id),
        Err(_) => {
            problems.push(format!("{id:?} is no run's id: copy a whole one from `runs list` or the log"));
            None
        }
    }
}
