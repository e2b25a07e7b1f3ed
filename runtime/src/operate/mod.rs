//! `BINARY runs …` and `BINARY opt-outs …`: operators look at what is kept, and change what becomes of it.

mod human;
mod machine;
pub(crate) mod opt_outs;

use std::fmt;
use std::io::Write;
use std::process::ExitCode;

use crate::clock::Time;
use crate::config::{EngineConfig, RunsCommand, Task};
use crate::engine::journal::{Changed, Journal, JournalError, Status};
use crate::engine::{open_for_operator, unfit};
use crate::flow::{Program, Secrets};
use crate::run_id::RunId;

/// Does what the command says, and prints what came of it.
///
/// Exits with 0 when it was done, with 1 when the run does not allow it, with 2 when it could not be tried.
pub(crate) fn main(program: &Program, command: &RunsCommand, engine: &EngineConfig) -> ExitCode {
    perform(async {
        let journal = open_for_operator(engine).await.map_err(Problem::Untried)?;
        let told = carry_out(program, &*journal, command, Time::now()).await;
        let _ = journal.close().await;
        told
    })
}

/// Does an operator's work, prints what came of it, and gives the exit code.
fn perform(work: impl Future<Output = Result<String, Problem>>) -> ExitCode {
    let done = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .map_err(|error| Problem::Untried(format!("the threads could not be started: {error}")))
        .and_then(|runtime| runtime.block_on(work));
    match done {
        Ok(told) => {
            // Whoever closed the pipe does not want to read it.
            let _ = std::io::stdout().write_all(told.as_bytes());
            ExitCode::SUCCESS
        }
        Err(problem) => {
            let _ = writeln!(std::io::stderr(), "error: {problem}");
            ExitCode::from(problem.code())
        }
    }
}

/// Why it was not done.
#[derive(Debug, PartialEq)]
enum Problem {
    NoRun(RunId),
    /// The run is in a status in which that makes no sense.
    Not(&'static Rule, RunId, Status),
    /// Its state is none of this flow's.
    Unfit(RunId, String),
    Untried(String),
}

/// Which runs a command is for.
#[derive(Debug, PartialEq)]
struct Rule {
    runs: &'static str,
    done: &'static str,
}

const RETRY: Rule = Rule { runs: "failed and parked runs", done: "retried" };
const CANCEL: Rule = Rule { runs: "runs that have not ended", done: "cancelled" };

impl Problem {
    fn code(&self) -> u8 {
        match self {
            Self::NoRun(_) | Self::Not(..) | Self::Unfit(..) => 1,
            Self::Untried(_) => 2,
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoRun(id) => {
                write!(
                    f,
                    "there is no run {id}, or it ended long ago and was forgotten; `runs list` shows what is kept"
                )
            }
            Self::Not(Rule { runs, done }, id, status) => write!(f, "run {id} is {status}: only {runs} can be {done}"),
            Self::Unfit(id, why) => write!(
                f,
                "run {id} cannot go on with this version of the flow: {why}. Retry it with the version that it was made with"
            ),
            Self::Untried(why) => f.write_str(why),
        }
    }
}

impl From<JournalError> for Problem {
    fn from(error: JournalError) -> Self {
        Self::Untried(error.to_string())
    }
}

async fn carry_out(
    program: &Program,
    journal: &dyn Journal,
    command: &RunsCommand,
    now: Time,
) -> Result<String, Problem> {
    let &RunsCommand { ref task, json, reveal } = command;
    Ok(match task {
        Task::List { filter, most } => {
            // One more tells whether there are more.
            let mut runs = journal.list(filter.clone(), most.saturating_add(1)).await?;
            let more = runs.len() > *most as usize;
            runs.truncate(*most as usize);
            if json { machine::list(&runs, reveal) } else { human::list(&runs, filter, more, now, reveal) }
        }
        Task::Show(id) => {
            let run = journal.show(*id).await?.ok_or(Problem::NoRun(*id))?;
            if json { machine::show(&run, reveal) } else { human::show(&run, now, reveal) }
        }
        Task::Retry(id) => {
            let run = journal.show(*id).await?.ok_or(Problem::NoRun(*id))?;
            // Without its secrets, which only its action needs: what is asked is whether it has the state.
            let secrets = Secrets::new(Vec::new());
            if let Some(why) = run.state.as_deref().and_then(|state| unfit::unfit(program, &secrets, state)) {
                return Err(Problem::Unfit(*id, unfit::reason(&why)));
            }
            changed(journal.retry(*id).await?, &RETRY, *id)?;
            let told = format!("run {id} goes on from the step where it stopped, once the flow serves\n");
            if json { machine::changed(*id, RETRY.done) } else { told }
        }
        Task::Cancel(id) => {
            changed(journal.cancel(*id).await?, &CANCEL, *id)?;
            let told = format!("run {id} is cancelled; a step under way is not undone\n");
            if json { machine::changed(*id, CANCEL.done) } else { told }
        }
        Task::Erase(number) => {
            let erased = journal.erase(number).await?;
            if json { machine::erased(erased) } else { human::erased(erased) }
        }
    })
}

fn changed(changed: Changed, rule: &'static Rule, id: RunId) -> Result<(), Problem> {
    match changed {
        Changed::Done => Ok(()),
        Changed::Unknown => Err(Problem::NoRun(id)),
        Changed::Not(status) => Err(Problem::Not(rule, id, status)),
    }
}

#[cfg(test)]
mod tests;
