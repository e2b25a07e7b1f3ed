//! `flowc run --watch`: what is saved runs, and conversations go on over it.

use std::fs;
use std::path::Path;

use flow_tests::build::BUILD_LIMIT;
use flow_tests::folder::cache;
use flow_tests::process::Process;
use flow_tests::program::{GUEST, HOTEL, Start, text};
use flow_tests::wait::{self, PATIENCE};
use flow_tests::{Program, Scratch, Tmux, flowc};

const FLOW: &str = r#"flow "Desk"

on sms matching "book"
  -> ask "For how many guests?" < guests: int > within 10m
     reply   -> sms "A table for $guests."
     timeout -> end

on sms -> sms "Text BOOK."
"#;

/// `flowc run --watch`. Killed, it would leave the flow's binary behind, so dropping it asks it to end.
struct Watching(Program);

impl Drop for Watching {
    fn drop(&mut self) {
        if self.0.process.status().is_none() {
            self.0.process.signal("TERM");
            self.0.process.wait(PATIENCE);
        }
    }
}

/// One of a flow in a folder, once it is ready.
fn watching(folder: &Scratch) -> Watching {
    let mut command = flowc();
    command.current_dir(folder.path()).args(["run", "--watch", "desk.flow", "--"]);
    // What the first build of all takes is no matter of this test.
    let mut build = flowc();
    build.current_dir(folder.path()).args(["build", "desk.flow", "-o", "built"]);
    assert_eq!(flow_tests::process::run(build, BUILD_LIMIT).code, Some(0));
    Watching(Start::of(command).start())
}

/// The processes that a process has started.
fn children(pid: u32) -> Vec<String> {
    let children = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
    children.split_whitespace().map(str::to_owned).collect()
}

/// Waits until so many versions have been ready, all of them at one address.
fn versions(program: &Program, count: usize) {
    let ready = format!("ready on http://{}\n", program.address);
    wait::until("the next version", || Some(()).filter(|()| program.process.out() == ready.repeat(count)));
}

fn told(program: &Program, words: &str) {
    let found = wait::within(PATIENCE, || Some(()).filter(|()| program.process.err().contains(words)));
    assert!(found.is_some(), "{words:?} is not told: {}", program.process.err());
}

#[test]
fn a_conversation_goes_on_over_a_mistake_and_a_new_version() {
    let folder = Scratch::new();
    folder.write("desk.flow", FLOW);
    let mut watching = watching(&folder);
    let program = &mut watching.0;
    told(program, "desk.flow runs, after ");
    assert_eq!(program.converse("book"), "For how many guests?");

    folder.write("desk.flow", &FLOW.replace("$guests.", "$guest."));
    told(program, "there is no variable `$guest`");
    told(program, &format!("the version before goes on at http://{}\n", program.address));
    let other = text("+13055550124", "hello");
    assert_eq!(program.send(&other).status, 202);
    assert_eq!(program.messages(2)[1], "Text BOOK.");

    folder.write("desk.flow", &FLOW.replace("$guests.", "$guests, thank you."));
    versions(program, 2);
    assert_eq!(program.converse("2"), "A table for 2, thank you.");
    let sent = &program.outbox()[0];
    assert_eq!((&sent["from"], &sent["to"]), (&HOTEL.into(), &GUEST.into()));

    let pid = program.process.id();
    let (started, scratch) = (children(pid), cache().join(format!("scratch/{pid}")));
    assert!(started.len() == 1 && scratch.is_dir(), "{started:?}");
    program.process.signal("TERM");
    // A signal has ended it, as whoever sent it sees.
    assert_eq!(program.process.wait(PATIENCE).code, None);
    assert!(!scratch.exists() && started.iter().all(|child| !Path::new("/proc").join(child).exists()));
    // Nothing lies beside the flow but what the test has put there.
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
}

#[test]
fn what_cannot_start_is_told_of_and_tried_again_once_it_is_saved() {
    let folder = Scratch::new();
    folder.write("desk.flow", FLOW);
    let watching = watching(&folder);
    let program = &watching.0;
    let secret = "secret DESK_KEY\non api \"x\" token $DESK_KEY -> sms \"x\"\n";
    folder.write("desk.flow", &format!("{FLOW}{secret}"));
    told(program, "the flow's secret DESK_KEY is missing");
    told(program, "desk.flow does not run; save it to try again");
    // Editors put another file in the place of the one before.
    let new = folder.write("desk.flow.new", FLOW);
    fs::rename(new, folder.path().join("desk.flow")).unwrap();
    versions(program, 2);
    assert_eq!(program.converse("hello"), "Text BOOK.");
}

#[test]
fn what_is_saved_as_it_was_is_not_started_again() {
    let folder = Scratch::new();
    folder.write("desk.flow", FLOW);
    let watching = watching(&folder);
    let program = &watching.0;
    let before = children(program.process.id());
    folder.write("desk.flow", FLOW);
    let runs = || Some(()).filter(|()| program.process.err().matches("desk.flow runs, after ").count() == 2);
    wait::until("a word on what was saved", runs);
    assert_eq!(children(program.process.id()), before);
    versions(program, 1);
}

#[test]
fn a_file_that_is_not_there_is_no_flow_to_watch() {
    let ended = crate::cli::flowc_in(&Scratch::new(), "run --watch none.flow");
    assert_eq!(ended.code, Some(2));
    assert!(ended.err.starts_with("error: cannot read `none.flow`"), "{}", ended.err);
}

#[test]
fn tests_are_played_again_when_a_flow_is_saved_or_another_comes() {
    let folder = Scratch::new();
    let flow = format!("{FLOW}\ntest \"a menu\"\n  when sms \"hello\" from \"{GUEST}\"\n  then sms \"Text BOOK.\"\n");
    folder.write("desk.flow", &flow);
    let mut command = flowc();
    command.current_dir(folder.path()).args(["test", "--watch"]);
    let process = Process::start(command);
    let plays = |count: usize| {
        let waits = || process.err().matches("waiting for a change").count() == count;
        let played = wait::within(BUILD_LIMIT, || waits().then(|| process.out()));
        played.unwrap_or_else(|| panic!("no play {count}: {} {}", process.out(), process.err()))
    };
    assert!(plays(1).contains("1 passed"));
    folder.write("desk.flow", &flow.replace("-> sms \"Text BOOK.\"", "-> sms \"Text BOOK!\""));
    let played = plays(2);
    assert!(played.contains("1 failed") && played.contains("Text BOOK!"), "{played}");
    folder.write("second.flow", &flow.replace("Desk", "Second"));
    assert!(plays(3).contains("second.flow"));
}

#[test]
fn a_terminal_shows_the_latest_version_alone_and_is_left_as_it_was() {
    let build = flowc();
    let program = build.get_program().to_str().unwrap();
    let cache = cache();
    let variables = [("FLOWC", program), ("FLOWC_CACHE", cache.to_str().unwrap()), ("FLOW_ADMIN", "off")];
    let Some(tmux) = Tmux::open(100, 30, &variables) else { return };
    tmux.folder().write("desk.flow", FLOW);
    tmux.enter("clear; stty -g > before; \"$FLOWC\" run --watch desk.flow -- --listen 127.0.0.1:0");
    let is_ready = |screen: &String| screen.contains("runs, after");
    assert!(wait::within(BUILD_LIMIT, || Some(tmux.screen()).filter(is_ready)).is_some(), "{}", tmux.screen());

    tmux.folder().write("desk.flow", &FLOW.replace("$guests.", "$guest."));
    let screen = tmux.until(&["there is no variable", "did you mean `$guests`?", "the version before goes on"]);
    assert!(!screen.contains("runs, after"), "{screen}");
    tmux.folder().write("desk.flow", &FLOW.replace("Text BOOK.", "Text BOOK, please."));
    let screen = tmux.until(&["runs, after"]);
    assert!(!screen.contains("there is no variable"), "{screen}");

    tmux.press("C-c");
    tmux.enter("stty -g > after");
    let read = |name: &str| fs::read_to_string(tmux.folder().path().join(name)).ok().filter(|text| !text.is_empty());
    assert_eq!(read("before"), Some(wait::until("the state of the terminal", || read("after"))));
}
