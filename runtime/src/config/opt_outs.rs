//! `opt-outs list`, `add`, `remove` and `import`: the command line of those who look after opt-outs.

use std::ffi::OsString;
use std::path::PathBuf;

use super::options::Scope;
use super::{Command, StartError, given};
use crate::flow::Program;
use crate::near::nearest;
use crate::value::Phone;

/// What an operator wants of the opt-outs.
#[derive(Debug)]
pub struct OptOutsCommand {
    pub(crate) task: OptOutsTask,
    pub(crate) format: ListFormat,
}

/// The commands below `opt-outs`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum OptOutsTask {
    List,
    Add(Vec<Phone>),
    Remove(Vec<Phone>),
    /// A file of numbers; `-` is standard input.
    Import(PathBuf),
}

/// Who reads what is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum ListFormat {
    /// People.
    #[default]
    Human,
    /// Programs: one object a line.
    Json,
    /// RFC 4180, with a line of names; of lists alone.
    Csv,
}

/// What the options say of `opt-outs`.
#[derive(Default)]
pub(super) struct OptOutsDraft {
    pub(super) format: ListFormat,
}

const COMMANDS: [&str; 4] = ["list", "add", "remove", "import"];

/// Reads what follows `opt-outs`. The flow's secrets are not needed for it.
pub(super) fn read(
    program: &'static Program,
    arguments: impl IntoIterator<Item = OsString>,
    environment: &dyn Fn(&str) -> Option<OsString>,
) -> Result<Command, StartError> {
    let mut problems = Vec::new();
    let (draft, words) = match given(Scope::OptOuts, program, arguments, environment, &mut problems) {
        Ok(given) => given,
        Err(print) => return Ok(print),
    };
    let engine = draft.engine.finish(program.name, environment, &mut problems);
    match draft.opt_outs.finish(&words, &mut problems) {
        Some(command) if problems.is_empty() => Ok(Command::OptOuts(command, Box::new(engine))),
        _ => Err(StartError { program: program.name, command: Some("opt-outs"), problems }),
    }
}

impl OptOutsDraft {
    /// The command that words and options make up; `None` if something is wrong, which is told.
    fn finish(self, words: &[String], problems: &mut Vec<String>) -> Option<OptOutsCommand> {
        let Self { format } = self;
        let (command, rest) = match words {
            [] => ("list", words),
            [command, rest @ ..] => (command.as_str(), rest),
        };
        if format == ListFormat::Csv && command != "list" && COMMANDS.contains(&command) {
            problems.push(format!("--format csv is not for `opt-outs {command}`"));
        }
        let task = match (command, rest) {
            ("list", []) => OptOutsTask::List,
            ("list", words) => {
                problems.extend(words.iter().map(|word| format!("{word:?} is not expected here")));
                return None;
            }
            ("add", numbers) => OptOutsTask::Add(phones(command, numbers, problems)?),
            ("remove", numbers) => OptOutsTask::Remove(phones(command, numbers, problems)?),
            ("import", [file]) => OptOutsTask::Import(file.into()),
            ("import", []) => {
                problems.push("say from which file: `opt-outs import FILE`; - is standard input".to_owned());
                return None;
            }
            ("import", [_, more @ ..]) => {
                problems.extend(more.iter().map(|word| format!("{word:?} is not expected here: give one file")));
                return None;
            }
            (unknown, _) => {
                problems.push(nearest(unknown, COMMANDS).map_or_else(
                    || format!("`opt-outs {unknown}` is unknown: it is {}", COMMANDS.join(", ")),
                    |meant| format!("`opt-outs {unknown}` is unknown; did you mean `opt-outs {meant}`?"),
                ));
                return None;
            }
        };
        Some(OptOutsCommand { task, format })
    }
}

fn phones(command: &str, words: &[String], problems: &mut Vec<String>) -> Option<Vec<Phone>> {
    if words.is_empty() {
        problems.push(format!("say who: `opt-outs {command} +15550123456`"));
        return None;
    }
    let before = problems.len();
    let mut numbers = Vec::new();
    for word in words {
        match Phone::parse(word) {
            Ok(number) => numbers.push(number),
            Err(error) => problems.push(format!("{word:?}: {error}")),
        }
    }
    (problems.len() == before).then_some(numbers)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn finished(words: &[&str], format: ListFormat) -> Result<OptOutsTask, Vec<String>> {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        let mut problems = Vec::new();
        let command = OptOutsDraft { format }.finish(&words, &mut problems);
        if problems.is_empty() { Ok(command.unwrap().task) } else { Err(problems) }
    }

    #[test]
    fn words_make_up_a_command() {
        let maria = Phone::literal("+15550123456");
        assert_eq!(finished(&[], ListFormat::Csv), Ok(OptOutsTask::List));
        assert_eq!(
            finished(&["add", "+15550123456", "72345"], ListFormat::Human)
                .map(|task| task == OptOutsTask::Add(vec![maria.clone(), Phone::literal("72345")])),
            Ok(true)
        );
        assert_eq!(finished(&["remove", "+15550123456"], ListFormat::Json), Ok(OptOutsTask::Remove(vec![maria])));
        assert_eq!(finished(&["import", "-"], ListFormat::Human), Ok(OptOutsTask::Import("-".into())));
    }

    #[test]
    fn what_is_wrong_is_told() {
        for (words, format, starts) in [
            (&["ad"][..], ListFormat::Human, "`opt-outs ad` is unknown; did you mean `opt-outs add`?"),
            (&["everybody"], ListFormat::Human, "`opt-outs everybody` is unknown: it is list, add, remove, import"),
            (&["add"], ListFormat::Human, "say who: `opt-outs add +15550123456`"),
            (&["remove", "555-0123"], ListFormat::Human, "\"555-0123\": a phone is written"),
            (&["import"], ListFormat::Human, "say from which file"),
            (&["import", "a", "b"], ListFormat::Human, "\"b\" is not expected here"),
            (&["list", "+15550123456"], ListFormat::Human, "\"+15550123456\" is not expected here"),
            (&["import", "a"], ListFormat::Csv, "--format csv is not for `opt-outs import`"),
        ] {
            let told = finished(words, format).unwrap_err();
            assert!(told.len() == 1 && told.iter().all(|told| told.starts_with(starts)), "{words:?}: {told:?}");
        }
    }
}
