#![allow(clippy::unwrap_used, clippy::indexing_slicing)]
use super::*;

use std::time::Duration;

use crate::engine::Parties;
use crate::engine::journal::memory::MemoryJournal;
use crate::engine::journal::{Arrival, Commit, Conversation, Done, Durability, Ended, Filter, Fresh, Phase, Place};
use crate::flow::Fault;
use crate::value::Phone;

/// Whatever a state is, it is one of this program's, but for `gone`.
static PROGRAM: Program = Program {
    asks: true,
    enter: |state, _| match state {
        "gone" => Err(Fault::State("unknown variant `gone`".to_owned())),
        _ => Err(Fault::Bug(String::new())),
    },
    ..Program::TEST
};

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

fn maria() -> Phone {
    Phone::literal("+15550123456")
}

/// A run of Maria's that has come to a phase.
async fn run(journal: &MemoryJournal, phase: Phase) -> RunId {
    let own = Phone::literal("+13055550100");
    let id = RunId::new();
    let parties = Parties { person: Some(maria()), own: Some(own) };
    let start = Fresh { id, line: 3, parties, state: "{\"Size\":2}".to_owned() };
    journal.accept(Arrival::Trigger { key: None, start, tick: None }).await.unwrap();
    let now = Time::now();
    let history = vec![Done { at: now, line: 9, step: "call".to_owned(), outcome: "ok".to_owned(), ms: 120 }];
    let commit = Commit {
        run: id,
        state: "{\"Size\":2,\"Note\":\"\\u001b[2J\"}".to_owned(),
        phase,
        retries: None,
        steps: 4,
        history,
        durability: Durability::Synced,
        now,
    };
    journal.commit(commit).await.unwrap();
    id
}

fn asked() -> Phase {
    let place = Place { name: "ask \"For how many?\"".to_owned(), line: 12 };
    let conversation = Conversation { person: maria(), own: Phone::literal("+13055550100") };
    Phase::Asked { place, conversation, until: Time::now() + Duration::from_mins(10) }
}

fn failed() -> Phase {
    let reason = "the carrier refused +15550123456\u{1b}[2J".to_owned();
    Phase::Ended(Ended::Failed { line: 7, kind: "carrier".to_owned(), reason })
}

fn told(journal: &MemoryJournal, task: Task, json: bool, reveal: bool) -> Result<String, Problem> {
    let command = RunsCommand { task, json, reveal };
    // A little later, for the ages.
    block_on(carry_out(&PROGRAM, journal, &command, Time::now() + Duration::from_secs(190)))
}

fn list() -> Task {
    Task::List { filter: Filter::default(), most: 50 }
}

#[test]
fn runs_are_listed() {
    let journal = MemoryJournal::default();
    assert_eq!(told(&journal, list(), false, false), Ok("there are no runs\n".to_owned()));
    let (first, second) = block_on(async { (run(&journal, asked()).await, run(&journal, failed()).await) });
    let text = told(&journal, list(), false, false).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 3, "{text}");
    assert!(
        lines[0].starts_with("ID                                    STATUS  PERSON        ACCEPTED  WHERE"),
        "{text}"
    );
    assert!(lines[1].starts_with(&format!("{second}  failed  ********3456  3 m ago   line 7, ")), "{text}");
    assert!(lines[1].contains("+*******3456\u{fffd}"), "{text}");
    assert_eq!(lines[2], format!("{first}  asked   ********3456  3 m ago   line 12, ask \"For how many?\", 6 m left"));
    assert!(told(&journal, list(), false, true).unwrap().contains("  +15550123456  "));
    let one = Task::List { filter: Filter { person: Some(maria()), ..Filter::default() }, most: 1 };
    assert!(told(&journal, one, false, false).unwrap().ends_with("The newest 1 are shown; --limit shows more.\n"));
    let none = Task::List { filter: Filter { status: Some(Status::Parked), person: Some(maria()) }, most: 1 };
    assert_eq!(told(&journal, none, false, false).unwrap(), "there are no parked runs with this number\n");
}

#[test]
fn programs_get_json() {
    let journal = MemoryJournal::default();
    let id = block_on(run(&journal, failed()));
    let read = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
    let row = read(&told(&journal, list(), true, false).unwrap());
    assert_eq!((&row["id"], &row["status"], &row["line"]), (&id.to_string().into(), &"failed".into(), &7.into()));
    assert_eq!(row["person"], "********3456");
    // Not in the whole row: the run's id may hold these digits by chance.
    assert!(!row["note"].as_str().unwrap().contains("555"), "{row}");
    let whole = read(&told(&journal, Task::Show(id), true, true).unwrap());
    assert_eq!((&whole["person"], &whole["state"]["Size"]), (&"+15550123456".into(), &2.into()));
    assert_eq!(whole["history"][0]["step"], "call");
    assert_eq!(read(&told(&journal, Task::Show(id), true, false).unwrap())["state"], serde_json::Value::Null);
    assert_eq!(read(&told(&journal, Task::Erase(maria()), true, false).unwrap())["erased"], 1);
}

#[test]
fn a_run_is_shown_with_its_steps() {
    let journal = MemoryJournal::default();
    let id = block_on(run(&journal, asked()));
    let text = told(&journal, Task::Show(id), false, false).unwrap();
    for part in [
        "status    asked\n",
        "where     line 12, ask \"For how many?\", 6 m left\n",
        "trigger   line 3\n",
        "person    ********3456\n",
        "steps     4\n",
        "  9     call  ok       120 ms\n",
        "--reveal shows its state",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(!text.contains("Size"));
    assert!(told(&journal, Task::Show(id), false, true).unwrap().contains("state     {\"Size\":2,"));
}

#[test]
fn what_a_run_does_not_allow_is_told() {
    let journal = MemoryJournal::default();
    let unknown = RunId::new();
    let problem = told(&journal, Task::Show(unknown), false, false).unwrap_err();
    assert_eq!((problem.code(), problem.to_string().starts_with(&format!("there is no run {unknown}"))), (1, true));
    let id = block_on(run(&journal, asked()));
    let problem = told(&journal, Task::Retry(id), false, false).unwrap_err();
    assert_eq!(problem.to_string(), format!("run {id} is asked: only failed and parked runs can be retried"));
    assert!(told(&journal, Task::Cancel(id), false, false).unwrap().contains("is cancelled"));
    let problem = told(&journal, Task::Cancel(id), false, false).unwrap_err();
    assert_eq!(problem.to_string(), format!("run {id} is cancelled: only runs that have not ended can be cancelled"));
    let failed = block_on(run(&journal, failed()));
    assert!(told(&journal, Task::Retry(failed), false, false).unwrap().contains("goes on"));
    assert_eq!(told(&journal, Task::Erase(maria()), false, false).unwrap(), "2 runs were erased\n");
    assert_eq!(told(&journal, Task::Erase(maria()), false, false).unwrap(), "no run knows this number\n");
}
