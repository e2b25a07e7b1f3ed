//! Who has opted out is looked after beside the program that serves, and is kept when it is killed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use flow_tests::process::{Ended, run};
use flow_tests::wait::PATIENCE;
use flow_tests::{Program, Scratch, binary_of};
use serde_json::Value;

use crate::clock::FLOW;

const MARIA: &str = "+15550123456";
const PETER: &str = "+15550199999";

fn binary() -> PathBuf {
    binary_of("timers", FLOW)
}

/// `BINARY opt-outs …`, for the journal in this folder.
fn opt_outs(state: &Path, arguments: &[&str]) -> Ended {
    let mut command = Command::new(binary());
    command.env_clear().env("STATE_DIRECTORY", state).arg("opt-outs").args(arguments);
    run(command, PATIENCE)
}

fn told(state: &Path, arguments: &[&str]) -> String {
    let ended = opt_outs(state, arguments);
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""), "{arguments:?}");
    ended.out
}

fn listed(state: &Path) -> Vec<(String, String)> {
    let member = |line: &Value, name: &str| line[name].as_str().unwrap().to_owned();
    let lines = told(state, &["list", "--format", "json"]);
    let lines = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines.map(|line| (member(&line, "number"), member(&line, "by"))).collect()
}

#[test]
fn opt_outs_outlive_the_program() {
    let state = Scratch::new();
    let state = state.path();
    let ended = opt_outs(state, &["list"]);
    assert!(ended.code == Some(2) && ended.err.contains("there is no journal at"), "{}", ended.err);

    let mut program = Program::of(&binary()).state(state).start();
    assert_eq!(told(state, &["list"]), "nobody has opted out\n");
    assert_eq!(told(state, &["add", MARIA, PETER, MARIA]), "added 2 numbers; 1 was there already\n");
    program.process.signal("KILL");
    program.process.wait(Duration::from_secs(5));
    let all = [(MARIA.to_owned(), "operator".to_owned()), (PETER.to_owned(), "operator".to_owned())];
    assert_eq!(listed(state), all);

    // Whoever is erased must still get nothing.
    let mut erase = Command::new(binary());
    erase.env_clear().env("STATE_DIRECTORY", state).args(["runs", "erase", "--number", MARIA]);
    assert_eq!(run(erase, PATIENCE).out, "no run knows this number\n");
    assert_eq!(listed(state), all);

    let _program = Program::of(&binary()).state(state).start();
    assert_eq!(told(state, &["remove", MARIA]), "removed 1 number\n");
    assert_eq!(listed(state), all[1..]);
}

#[test]
fn a_list_goes_from_one_flow_to_another() {
    let (from, to) = (Scratch::new(), Scratch::new());
    for state in [&from, &to] {
        Program::of(&binary()).state(state.path()).start().stop();
    }
    let file = from.path().join("numbers");
    let numbers: Vec<String> = (0..2_000).map(|number| format!("+1305555{number:04}\n")).collect();
    fs::write(&file, numbers.concat()).unwrap();
    assert_eq!(told(from.path(), &["import", file.to_str().unwrap()]), "added 2000 numbers\n");
    fs::write(&file, told(from.path(), &["list", "--format=csv"])).unwrap();
    assert_eq!(told(to.path(), &["import", file.to_str().unwrap(), "--format=json"]), "{\"added\":2000,\"known\":0}\n");
    assert_eq!(listed(to.path()), listed(from.path()));

    // Of a file with a mistake nothing is taken.
    fs::write(&file, format!("{MARIA}\n555 0199\n{PETER}\n")).unwrap();
    let ended = opt_outs(to.path(), &["import", file.to_str().unwrap()]);
    assert_eq!(ended.code, Some(2));
    assert!(ended.err.contains("was not imported") && ended.err.contains("\n  line 2: 555 0199\n"), "{}", ended.err);
    assert_eq!(listed(to.path()).len(), 2_000);
    let ended = opt_outs(to.path(), &["import", "nowhere"]);
    assert!(ended.code == Some(2) && ended.err.starts_with("error: nowhere cannot be read: "), "{}", ended.err);
}

#[test]
fn people_are_told_how_to_look_after_opt_outs() {
    let state = Scratch::new();
    let help = told(state.path(), &["--help"]);
    for part in ["opt-outs import FILE", "--format FORMAT", "--state PATH", "are shown whole"] {
        assert!(help.contains(part), "{part}: {help}");
    }
    let ended = opt_outs(state.path(), &["add"]);
    assert!(ended.code == Some(2) && ended.err.contains("say who: `opt-outs add +15550123456`"), "{}", ended.err);
    let ended = opt_outs(state.path(), &["list", "--engine", "memory"]);
    assert!(ended.code == Some(2) && ended.err.contains("what the engine memory keeps"), "{}", ended.err);
}
