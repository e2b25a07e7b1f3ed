//! Disks that are full, fail or hold damage (row 16): what cannot be stored is refused before it is acknowledged, and
//! what was acknowledged is kept.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use flow_tests::http::Answer;
use flow_tests::process::{Ended, run};
use flow_tests::program::{Start, text};
use flow_tests::wait::{self, PATIENCE};
use flow_tests::{Program, Reply, Request, Scratch, StandIn, binary_of};
use serde_json::{Value, json};

use crate::runs;

const FLOW: &str = r#"
flow "Disk"
on sms matching "ask"
  -> ask "Well?"
  -> sms "Thank you."

on sms
  -> call POST "https://orders.example/orders" json { "order": $body }
     ok   -> sms "Done $body"
     fail -> end
"#;

/// A file system of 2 MiB in memory, which can be full.
struct SmallDisk {
    folder: Scratch,
}

impl SmallDisk {
    /// `None`, with a line that says so, where nothing may be mounted.
    fn mount() -> Option<Self> {
        let folder = Scratch::new();
        let mounted = mount(&["-t", "tmpfs", "-o", "size=2m", "tmpfs"], folder.path());
        if mounted.code == Some(0) {
            return Some(Self { folder });
        }
        println!("skipped: no tmpfs can be mounted here: {}", mounted.err.trim());
        None
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Leaves no byte free.
    fn fill(&self) {
        let mut filler = OpenOptions::new().create(true).append(true).open(self.path().join("filler")).unwrap();
        while filler.write(&[0; 4096]).is_ok_and(|written| written > 0) {}
    }

    fn free(&self) {
        fs::remove_file(self.path().join("filler")).unwrap();
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let mut unmount = Command::new("umount");
        unmount.arg("--lazy").arg(self.path());
        run(unmount, PATIENCE);
    }
}

fn mount(options: &[&str], folder: &Path) -> Ended {
    let mut mount = Command::new("mount");
    mount.args(options).arg(folder);
    run(mount, PATIENCE)
}

fn binary() -> PathBuf {
    binary_of("disk", FLOW)
}

fn orders() -> StandIn {
    StandIn::start(|_| Reply::status(201))
}

fn person(number: usize) -> String {
    format!("+1305555{number:04}")
}

/// Texts that somebody has sent, each from another person.
struct Texts {
    sent: usize,
    acknowledged: Vec<String>,
}

impl Texts {
    fn new() -> Self {
        Self { sent: 0, acknowledged: Vec::new() }
    }

    fn send(&mut self, program: &Program) -> Answer {
        let body = format!("order {}", self.sent);
        let answer = program.send(&text(&person(self.sent), &body));
        self.sent += 1;
        if answer.status == 202 {
            self.acknowledged.push(body);
        }
        answer
    }

    /// Sends until one is refused. Those before it may still fit into what the journal has of the disk.
    fn until_refused(&mut self, program: &Program) -> Answer {
        let refused = (0..3_000).map(|_| self.send(program)).find(|answer| answer.status != 202);
        refused.expect("the disk was never full")
    }

    /// Each that was acknowledged was ordered, and no other; each once.
    fn assert_ordered(&self, orders: &StandIn) {
        let all = wait::within(PATIENCE, || (orders.requests().len() >= self.acknowledged.len()).then_some(()));
        std::thread::sleep(Duration::from_millis(300));
        let mut ordered: Vec<_> =
            orders.requests().iter().map(|order| order.json_body()["order"].as_str().unwrap().to_owned()).collect();
        let mut acknowledged = self.acknowledged.clone();
        ordered.sort();
        acknowledged.sort();
        assert_eq!(ordered, acknowledged, "{all:?}");
    }
}

fn assert_unavailable(refused: &Answer) {
    assert_eq!((refused.status, refused.header_value("Retry-After")), (503, Some("5")), "{}", refused.text());
    assert_eq!(refused.errors(), ["it cannot be stored now; try again in a few seconds"]);
}

/// What everybody is told.
fn readiness(program: &Program) -> (u16, String) {
    let answer = program.get("/readyz");
    (answer.status, answer.text())
}

/// What operators are told, who may see names of files.
fn why(program: &Program) -> String {
    let told = wait_for_log(program, "the journal failed: nothing is taken in until it works again");
    told["reason"].as_str().unwrap().to_owned()
}

/// The last line of the log with this message; it may be on its way.
fn wait_for_log(program: &Program, message: &str) -> Value {
    wait::until(message, || program.log(&[("message", json!(message))]).pop())
}

fn becomes_ready(program: &Program) {
    let ready = wait::within(Duration::from_secs(5), || (readiness(program).0 == 200).then_some(()));
    assert!(ready.is_some(), "{:?}\n{}", readiness(program), program.process.err());
}

#[test]
fn a_full_disk_refuses_and_recovers_by_itself() {
    let Some(disk) = SmallDisk::mount() else { return };
    let (orders, binary) = (orders(), binary());
    let start = || Program::of(&binary).state(disk.path()).connect("orders.example:443", &orders.url()).start();
    let mut program = start();
    let mut texts = Texts::new();
    assert_eq!(program.send(&text("+13055559999", "ask")).status, 202);
    for _ in 0..5 {
        assert_eq!(texts.send(&program).status, 202);
    }
    texts.assert_ordered(&orders);

    disk.fill();
    assert_unavailable(&texts.until_refused(&program));
    assert_eq!(program.get("/healthz").status, 200);
    // What is left of the log's file may take a little more.
    let told = wait::until("that it is not ready", || Some(readiness(&program)).filter(|(status, _)| *status == 503));
    assert_eq!(told.1, r#"{"errors":["not ready: the journal cannot be written"]}"#);
    let journal = disk.path().join("disk.journal");
    assert_eq!(why(&program), format!("the journal cannot be written: the disk of {} is full", journal.display()));
    // It stays so, and a process that ends now leaves nothing half done.
    assert_unavailable(&texts.until_refused(&program));
    program.process.signal("KILL");
    program.process.wait(Duration::from_secs(5));
    disk.free();
    program = start();
    texts.assert_ordered(&orders);
    assert_eq!(program.send(&text("+13055559999", "yes")).status, 202);
    assert_eq!(program.messages(1).last().unwrap(), "Thank you.");

    disk.fill();
    assert_unavailable(&texts.until_refused(&program));
    disk.free();
    becomes_ready(&program);
    wait_for_log(&program, "the journal works again");
    assert_eq!(texts.send(&program).status, 202);
    texts.assert_ordered(&orders);
    println!("a full disk: {} texts, {} acknowledged, each of these answered", texts.sent, texts.acknowledged.len());
}

/// A limit of this process for the size of its files, in bytes: beyond it a write fails as on a broken disk.
fn limit_files(program: &Program, bytes: &str) {
    let mut limit = Command::new("prlimit");
    limit.args(["--pid", &program.process.id().to_string(), &format!("--fsize={bytes}:unlimited")]);
    let ended = run(limit, PATIENCE);
    assert_eq!(ended.code, Some(0), "{}", ended.err);
}

#[test]
fn a_disk_that_fails_refuses_and_recovers_by_itself() {
    let (orders, binary, state) = (orders(), binary(), Scratch::new());
    if Command::new("prlimit").arg("--version").output().is_err() {
        println!("skipped: there is no prlimit (util-linux has it)");
        return;
    }
    let mut shell = Command::new("sh");
    // The system's signal for such a write would end the process; a disk sends none.
    shell.args(["-c", r#"trap "" XFSZ; exec "$0" "$@""#]).arg(&binary).env_clear();
    let program = Start::of(shell).state(state.path()).connect("orders.example:443", &orders.url()).start();
    let mut texts = Texts::new();
    assert_eq!(texts.send(&program).status, 202);
    texts.assert_ordered(&orders);
    limit_files(&program, "0");
    assert_unavailable(&texts.send(&program));
    assert_eq!(readiness(&program).0, 503);
    let journal = state.path().join("disk.journal");
    assert!(
        why(&program).starts_with(&format!("the journal cannot be written: the disk of {} fails (", journal.display())),
        "{}",
        why(&program)
    );
    assert_unavailable(&texts.send(&program));
    limit_files(&program, "unlimited");
    becomes_ready(&program);
    assert_eq!(texts.send(&program).status, 202);
    texts.assert_ordered(&orders);
}

/// What a program says that cannot start.
fn refused(binary: &Path, state: &Path) -> String {
    let ended = Program::of(binary).state(state).with(["--listen", "127.0.0.1:0"]).run();
    assert_eq!(ended.code, Some(2), "{ended:?}");
    let told = ended.err.lines().filter(|line| line.starts_with("  - ")).collect::<Vec<_>>();
    assert_eq!(told.len(), 1, "{}", ended.err);
    told[0].trim_start_matches("  - ").to_owned()
}

#[test]
fn a_program_that_finds_its_disk_full_does_not_start() {
    let Some(disk) = SmallDisk::mount() else { return };
    let binary = binary();
    let start = || Program::of(&binary).state(disk.path()).start();
    assert_eq!(start().stop().code, Some(0));
    disk.fill();
    let journal = disk.path().join("disk.journal");
    assert_eq!(
        refused(&binary, disk.path()),
        format!("the journal cannot be written: the disk of {} is full", journal.display())
    );
    disk.free();
    assert_eq!(start().stop().code, Some(0));
}

#[test]
fn a_disk_that_can_only_be_read() {
    let Some(disk) = SmallDisk::mount() else { return };
    let binary = binary();
    assert_eq!(Program::of(&binary).state(disk.path()).start().stop().code, Some(0));
    let remounted = mount(&["-o", "remount,ro"], disk.path());
    assert_eq!(remounted.code, Some(0), "{}", remounted.err);
    assert_eq!(
        refused(&binary, disk.path()),
        format!(
            "the journal cannot be written: {} cannot be opened (Read-only file system (os error 30)); \
             `--state PATH` or FLOW_STATE says where it is to be",
            disk.path().join("disk.journal").display()
        )
    );
}

/// A journal with so many people who were asked, and nobody who serves from it.
fn journal_of(people: usize, state: &Path) -> PathBuf {
    let program = Program::of(&binary()).state(state).start();
    for number in 0..people {
        assert_eq!(program.send(&text(&person(number), "ask")).status, 202);
    }
    program.messages(people);
    assert_eq!(program.stop().code, Some(0));
    state.join("disk.journal")
}

/// Writes what means nothing over a part of a file.
fn damage(path: &Path, from: u64, to: u64) {
    let file = File::options().write(true).open(path).unwrap();
    file.write_all_at(&vec![0xa5; usize::try_from(to - from).unwrap()], from).unwrap();
}

const PAGE: u64 = 4096;

#[test]
fn a_damaged_journal_is_refused_in_words_that_help() {
    let (binary, state) = (binary(), Scratch::new());
    let journal = journal_of(50, state.path());
    let whole = fs::read(&journal).unwrap();
    damage(&journal, 0, 100);
    assert_eq!(
        refused(&binary, state.path()),
        format!(
            "the journal cannot be used: {} is not a journal: it is no SQLite database; give another file with \
             `--state PATH`",
            journal.display()
        )
    );

    fs::write(&journal, &whole).unwrap();
    // Its tables' names and the page of the runs' roots stay.
    damage(&journal, 5 * PAGE, whole.len() as u64);
    let told = refused(&binary, state.path());
    let begins = format!("the journal cannot be used: {} is damaged (", journal.display());
    assert!(told.starts_with(&begins), "{told}");
    assert!(told.ends_with("then start with `--state NEW`"), "{told}");

    // What it advises helps, as far as there is anything left.
    let mut recover = Command::new("sh");
    recover.args(["-c", "sqlite3 disk.journal .recover | sqlite3 NEW"]).current_dir(state.path());
    if Command::new("sqlite3").arg("--version").output().is_err() {
        println!("skipped: there is no sqlite3");
        return;
    }
    let ended = run(recover, PATIENCE);
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    let new = state.path().join("NEW").display().to_string();
    let program = Program::of(&binary).with(["--state", &new]).start();
    assert_eq!(program.send(&text(&person(9_000), "ask")).status, 202);
    assert_eq!(program.messages(1), ["Well?"]);
}

#[test]
fn damage_under_a_running_program_is_found_out() {
    let (binary, state) = (binary(), Scratch::new());
    let journal = journal_of(300, state.path());
    let program = Program::of(&binary).state(state.path()).start();
    damage(&journal, PAGE, fs::metadata(&journal).unwrap().len());
    // Another process has changed the journal, so what this one has read of it is read again.
    runs::operate(&binary, state.path(), &["erase", "--number", &person(0)]);
    let refused = wait::within(Duration::from_secs(5), || {
        Some(program.send(&text(&person(7), "yes"))).filter(|answer| answer.status != 202)
    });
    assert_unavailable(&refused.expect("it does not notice"));
    assert_eq!(readiness(&program), (503, r#"{"errors":["not ready: the journal cannot be used"]}"#.to_owned()));
    assert!(why(&program).contains("is damaged ("), "{}", why(&program));
    assert_eq!(program.get("/healthz").status, 200);
    assert_eq!(program.send(&Request::new("GET", "/simulator/outbox")).json(), json!([]));
}
