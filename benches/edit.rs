//! From an edited text to the new binary, the runtime being built already: `flowc build` of the weather flow against
//! `cargo build --release` of the same flow written by hand.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod measure;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use flow_tests::flowc;
use flow_tests::folder::{cache, workspace};
use measure::Times;

const ROUNDS: u32 = 15;

/// Words of the apology that both have in their source, and that are edited.
const WORDS: &str = "Please try again later.";

fn main() {
    if !measure::begin("edit") {
        return;
    }
    let folder = cache().with_file_name("edit");
    let (flow, hand) = (Flow::new(&folder), Hand::new(&folder));
    println!("both are built once, which takes minutes where the runtime is not built yet");
    flow.build(0);
    hand.build(0);

    let (mut of_flow, mut of_hand) = (Times::default(), Times::default());
    for round in 1..=ROUNDS {
        // Whoever is second may find a warmer machine, so they take turns at it.
        if round % 2 == 0 {
            of_flow.time(|| flow.build(round));
            of_hand.time(|| hand.build(round));
        } else {
            of_hand.time(|| hand.build(round));
            of_flow.time(|| flow.build(round));
        }
    }
    println!("flowc build:   {of_flow}");
    println!("cargo build:   {of_hand}");
    let (median, least) = (of_flow.median() / of_hand.median(), of_flow.least() / of_hand.least());
    println!("flowc / cargo: {median:.2} by the medians, {least:.2} by the least (goal: at most 1.3)");
}

/// A text that no earlier run has built.
fn edited(source: &str, round: u32) -> String {
    assert_eq!(source.matches(WORDS).count(), 1, "the words to edit are not there once");
    source.replace(WORDS, &format!("Please try again later, edit {round} of {}.", std::process::id()))
}

fn end(mut command: Command) {
    let ended = command.stdin(Stdio::null()).output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(ended.status.success(), "{command:?}: {}", String::from_utf8_lossy(&ended.stderr));
}

/// The weather flow, which flowc builds.
struct Flow {
    source: String,
    file: PathBuf,
}

impl Flow {
    fn new(folder: &Path) -> Self {
        fs::create_dir_all(folder).unwrap();
        let example = workspace().join("examples/weather-forecast");
        fs::copy(example.join("forecast.json"), folder.join("forecast.json")).unwrap();
        Self {
            source: fs::read_to_string(example.join("weather-forecast.flow")).unwrap(),
            file: folder.join("weather-forecast.flow"),
        }
    }

    fn build(&self, round: u32) {
        fs::write(&self.file, edited(&self.source, round)).unwrap();
        let mut command = flowc();
        command.arg("build").arg(&self.file).arg("-o").arg(self.file.with_extension(""));
        end(command);
    }
}

/// A copy of the crate that was written by hand, which cargo builds.
struct Hand {
    source: String,
    package: PathBuf,
}

impl Hand {
    fn new(folder: &Path) -> Self {
        let original = workspace().join("benches/handwritten/weather");
        let package = folder.join("by-hand");
        fs::create_dir_all(package.join("src")).unwrap();
        let manifest = fs::read_to_string(original.join("Cargo.toml")).unwrap();
        let runtime = format!("{:?}", workspace().join("runtime"));
        fs::write(package.join("Cargo.toml"), manifest.replace("\"../../../runtime\"", &runtime)).unwrap();
        // The very crates that flowc builds with; cargo adds the package's own entry, and drops what it does not need.
        fs::copy(workspace().join("compiler/emitted.lock"), package.join("Cargo.lock")).unwrap();
        Self { source: fs::read_to_string(original.join("src/main.rs")).unwrap(), package }
    }

    fn build(&self, round: u32) {
        fs::write(self.package.join("src/main.rs"), edited(&self.source, round)).unwrap();
        let mut command = Command::new("cargo");
        command.args(["build", "--release", "--target-dir"]).arg(self.package.join("target"));
        command.current_dir(&self.package);
        // What the cargo that runs this bench has set for it is not meant for another; flowc leaves it out, too.
        for (name, _) in std::env::vars_os() {
            let name = name.to_string_lossy();
            if name.starts_with("CARGO_") && name != "CARGO_HOME" || name == "RUSTFLAGS" {
                command.env_remove(&*name);
            }
        }
        end(command);
    }
}
