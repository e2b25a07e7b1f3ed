//! What `numbers` is told.

use std::ffi::OsString;

use super::options::Scope;
use super::{Command, StartError, given};
use crate::carrier::numbers::{Numbering, Opening};
use crate::carrier::{Account, CARRIERS};
use crate::client::Network;
use crate::flow::Program;
use crate::metrics::CarrierName;
use crate::near::nearest;
use crate::value::Phone;

/// Something is to be done about the numbers of an account.
pub struct NumbersCommand {
    pub(crate) task: NumbersTask,
    /// For programs rather than people.
    pub(crate) json: bool,
    /// Numbers that lead elsewhere are changed, too.
    pub(crate) force: bool,
    pub(crate) carrier: CarrierName,
    pub(crate) account: Account,
    /// How the numbers of the account are reached.
    pub(crate) open: Opening,
    pub(crate) network: Network,
}

impl std::fmt::Debug for NumbersCommand {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NumbersCommand")
            .field("task", &self.task)
            .field("carrier", &self.carrier)
            .finish_non_exhaustive()
    }
}

/// The commands below `numbers`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum NumbersTask {
    List,
    /// Those that hold these digits.
    Search(String),
    Assign(Vec<Phone>),
    Clear(Vec<Phone>),
}

/// What the options say of `numbers`.
#[derive(Default)]
pub(super) struct NumbersDraft {
    pub(super) json: bool,
    pub(super) force: bool,
}

const COMMANDS: [&str; 4] = ["list", "search", "assign", "clear"];

/// Reads what follows `numbers`. The flow's secrets are not needed for it, only the carrier's.
pub(super) fn read(
    program: &'static Program,
    arguments: impl IntoIterator<Item = OsString>,
    environment: &dyn Fn(&str) -> Option<OsString>,
) -> Result<Command, StartError> {
    let mut problems = Vec::new();
    let (draft, words) = match given(Scope::Numbers, program, arguments, environment, &mut problems) {
        Ok(given) => given,
        Err(print) => return Ok(print),
    };
    let task = task(&words, &mut problems);
    let NumbersDraft { json, force } = draft.numbers;
    let changes = matches!(task, Some(NumbersTask::Assign(_) | NumbersTask::Clear(_)));
    if force && task.is_some() && !changes {
        problems.push("--force is for `numbers assign` and `numbers clear`".to_owned());
    }
    let network = draft.outbound.finish(&mut problems).network;
    let open = match draft.carrier.kind.or_else(|| CARRIERS.first().copied()).map(|kind| (kind.title, &kind.numbers)) {
        Some((_, Numbering::Api(open))) => Some(*open),
        Some((title, Numbering::Elsewhere(told))) if task.is_some() => {
            problems.push(format!("numbers of {title} are not set from here: {told}"));
            None
        }
        _ => None,
    };
    let (Some(task), Some(open)) = (task, open) else {
        // Nobody looks for secrets and addresses for what can never be done.
        return Err(StartError { program: program.name, command: Some("numbers"), problems });
    };
    let config = draft.carrier.finish_for_numbers(environment, &mut problems);
    if let Some(config) = &config
        && config.account.public_url.is_none()
        && (matches!(task, NumbersTask::Assign(_)) || (changes && !force))
    {
        let reason = match &task {
            NumbersTask::Clear(_) => {
                "; without it nobody can tell which numbers lead to this flow, unless --force is given"
            }
            _ => "",
        };
        problems.push(format!(
            "--public-url (FLOW_PUBLIC_URL) is missing: the address at which {} reaches this program, as \
             https://flows.example.com{reason}",
            config.kind.title
        ));
    }
    match config {
        Some(config) if problems.is_empty() => {
            let (carrier, account) = (config.kind.name, config.account);
            Ok(Command::Numbers(Box::new(NumbersCommand { task, json, force, carrier, account, open, network })))
        }
        _ => Err(StartError { program: program.name, command: Some("numbers"), problems }),
    }
}

/// The command that the words make up; `None` if something is wrong, which is told.
fn task(words: &[String], problems: &mut Vec<String>) -> Option<NumbersTask> {
    let (command, rest) = match words {
        [] => ("list", words),
        [command, rest @ ..] => (command.as_str(), rest),
    };
    match command {
        "list" => {
            problems.extend(rest.iter().map(|word| format!("{word:?} is not expected here")));
            Some(NumbersTask::List)
        }
        "search" => {
            let digits: String = rest.concat().chars().filter(char::is_ascii_digit).collect();
            if digits.is_empty() {
                problems.push("say which digits a number should hold: `numbers search 305`".to_owned());
            }
            Some(NumbersTask::Search(digits))
        }
        "assign" => Some(NumbersTask::Assign(phones(command, rest, problems))),
        "clear" => Some(NumbersTask::Clear(phones(command, rest, problems))),
        unknown => {
            problems.push(nearest(unknown, COMMANDS).map_or_else(
                || format!("`numbers {unknown}` is unknown: it is {}", COMMANDS.join(", ")),
                |meant| format!("`numbers {unknown}` is unknown; did you mean `numbers {meant}`?"),
            ));
            None
        }
    }
}

/// Each number once, in the order of the words.
fn phones(command: &str, words: &[String], problems: &mut Vec<String>) -> Vec<Phone> {
    if words.is_empty() {
        problems.push(format!("say which numbers: `numbers {command} +13055550100`"));
    }
    let mut phones = Vec::new();
    for word in words {
        match Phone::parse(word) {
            Ok(phone) if phones.contains(&phone) => {}
            Ok(phone) => phones.push(phone),
            Err(error) => problems.push(format!("{word:?}: {error}")),
        }
    }
    phones
}
