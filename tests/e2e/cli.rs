//! flowc itself, as a person or a script runs it.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use flow_tests::build::BUILD_LIMIT;
use flow_tests::folder::cache;
use flow_tests::process::{Ended, Process, run};
use flow_tests::wait::{self, PATIENCE};
use flow_tests::{Program, Scratch, StandIn, flowc};
use serde_json::Value;

use crate::weather;

const HELLO: &str = "flow \"Hello\"\non sms -> sms \"Hello $from\"\n";

/// Runs flowc in a folder, with the words of a command line.
pub(crate) fn flowc_in(folder: &Scratch, line: &str) -> Ended {
    let mut command = flowc();
    command.current_dir(folder.path()).args(line.split(' '));
    run(command, BUILD_LIMIT)
}

#[test]
fn a_flow_without_mistakes_ends_with_0() {
    let folder = Scratch::new();
    folder.write("hello.flow", HELLO);
    let ended = flowc_in(&folder, "check hello.flow");
    assert_eq!((ended.code, ended.out.as_str()), (Some(0), ""));
    assert_eq!(ended.err, "hello.flow: no mistakes found\n");
    let quiet = flowc_in(&folder, "check --quiet hello.flow");
    assert_eq!((quiet.code, quiet.out.as_str(), quiet.err.as_str()), (Some(0), "", ""));
}

#[test]
fn a_flow_with_mistakes_ends_with_1_and_is_drawn() {
    let folder = Scratch::new();
    folder.write("guests.flow", "# Gäste 🌷\non sms\n  -> sms \"Grüße, $bdy\"\n");
    let ended = flowc_in(&folder, "check guests.flow");
    assert_eq!((ended.code, ended.out.as_str()), (Some(1), ""));
    let drawn = r#"error[F0201]

  × there is no variable `$bdy`
   ╭─[guests.flow:3:18]
 2 │ on sms
 3 │   -> sms "Grüße, $bdy"
   ·                  ──┬─
   ·                    ╰── unknown
   ╰────
  help: did you mean `$body`?

1 error in guests.flow; `flowc explain F0201` tells more
"#;
    assert_eq!(ended.err, drawn);
}

#[test]
fn json_diagnostics_place_characters_and_bytes() {
    let folder = Scratch::new();
    let text = "# Gäste 🌷\non sms -> sms \"Grüße 🌷 $bdy\"\n  -> sms \"$nope\"\n";
    folder.write("guests.flow", text);
    let ended = flowc_in(&folder, "check --format json guests.flow");
    assert_eq!((ended.code, ended.err.as_str()), (Some(1), ""));
    let lines: Vec<Value> = ended.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let codes: Vec<_> = lines.iter().map(|line| line["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["F0803", "F0201", "F0201"]);
    for line in &lines {
        assert_eq!(line["file"], "guests.flow");
        let number = |name: &str| usize::try_from(line[name].as_u64().unwrap()).unwrap();
        let span = |end: &str| usize::try_from(line["span"][end].as_u64().unwrap()).unwrap();
        // The same place, once by bytes and once by line and characters.
        let slice = &text[span("start")..span("end")];
        let row: Vec<char> = text.lines().nth(number("line") - 1).unwrap().chars().collect();
        assert_eq!(number("line"), number("endLine"));
        let columns: String = row[number("column") - 1..number("endColumn") - 1].iter().collect();
        assert_eq!(slice, columns);
    }
    assert_eq!(lines[1]["fix"]["replacement"], "body");
    assert!(lines[1]["message"].as_str().unwrap().contains("$bdy"));
}

#[test]
fn short_diagnostics_are_a_line_each() {
    let folder = Scratch::new();
    folder.write("bad.flow", "on sms -> sms \"$a\" -> sms \"$b\"\n");
    folder.write("good.flow", HELLO);
    let ended = flowc_in(&folder, "check --format short good.flow bad.flow none.flow");
    assert_eq!(ended.code, Some(2));
    let lines: Vec<_> = ended.out.lines().collect();
    assert_eq!(lines.len(), 2, "{}", ended.out);
    assert!(lines[0].starts_with("bad.flow:1:") && lines[0].contains(": error[F0201]: "), "{}", ended.out);
    assert!(ended.err.contains("`none.flow`"), "{}", ended.err);
}

#[test]
fn a_wrong_argument_ends_with_2() {
    let folder = Scratch::new();
    for line in ["chekc x.flow", "check", "check --format yaml x.flow", "build", "check none.flow", "build ."] {
        let ended = flowc_in(&folder, line);
        assert_eq!((ended.code, ended.out.as_str()), (Some(2), ""), "{line}");
        assert!(!ended.err.is_empty());
    }
    assert!(flowc_in(&folder, "chekc x.flow").err.contains("check"));
}

#[test]
fn flowc_tells_its_version_and_its_commands() {
    let folder = Scratch::new();
    assert_eq!(flowc_in(&folder, "--version").out, concat!("flowc ", env!("CARGO_PKG_VERSION"), "\n"));
    let help = flowc_in(&folder, "--help");
    assert_eq!(help.code, Some(0));
    for word in ["new", "check", "fmt", "build", "run", "explain", "doctor", "demo", "Exit codes"] {
        assert!(help.out.contains(word), "{word}: {}", help.out);
    }
}

#[test]
fn a_new_flow_checks_and_builds_as_it_stands() {
    let folder = Scratch::new();
    assert_eq!(flowc_in(&folder, "new guest-line").code, Some(0));
    let check = flowc_in(&folder, "check guest-line/guest-line.flow");
    assert_eq!((check.code, check.err.contains("no mistakes found")), (Some(0), true), "{}", check.err);
    let mut build = flowc();
    build.current_dir(folder.path().join("guest-line")).args(["build", "guest-line.flow"]);
    let build = run(build, BUILD_LIMIT);
    assert_eq!(build.code, Some(0), "{}", build.err);
    assert!(build.out.starts_with("built ./guest-line ("), "{}", build.out);
    let into_folder = flowc_in(&folder, "build guest-line/guest-line.flow");
    assert_eq!(into_folder.code, Some(2));
    assert!(into_folder.err.contains("a folder of this name") && into_folder.err.contains("-o"), "{}", into_folder.err);
    let again = flowc_in(&folder, "new guest-line");
    assert_eq!(again.code, Some(2));
    assert!(again.err.contains("already there"), "{}", again.err);
}

#[test]
fn codes_are_explained() {
    let folder = Scratch::new();
    let known = flowc_in(&folder, "explain F0201");
    assert_eq!(known.code, Some(0));
    assert!(known.out.starts_with("error[F0201]: ") && known.out.contains("Right:"), "{}", known.out);
    let unknown = flowc_in(&folder, "explain F9999");
    assert_eq!((unknown.code, unknown.out.as_str()), (Some(2), ""));
    assert!(unknown.err.contains("F9999"), "{}", unknown.err);
}

#[test]
fn the_doctor_finds_this_machine_fit() {
    let folder = Scratch::new();
    let fit = flowc_in(&folder, "doctor");
    assert_eq!(fit.code, Some(0), "{}", fit.out);
    assert!(fit.out.contains("cargo ") && fit.out.contains("rustc "), "{}", fit.out);
    let mut without_cargo = flowc();
    without_cargo.arg("doctor").env("PATH", folder.path());
    let unfit = run(without_cargo, PATIENCE);
    assert_eq!(unfit.code, Some(2), "{}", unfit.out);
    assert!(unfit.out.contains("rustup"), "{}", unfit.out);
}

#[test]
fn a_flow_with_mistakes_builds_nothing() {
    let folder = Scratch::new();
    folder.write("bad.flow", "on sms -> sms \"$nope\"\n");
    let ended = flowc_in(&folder, "build bad.flow -o out --emit crate");
    assert_eq!(ended.code, Some(1));
    let left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["bad.flow"]);
}

#[test]
fn two_builds_at_once_do_not_disturb_each_other() {
    let folder = Scratch::new();
    // Of one name, so that they meet in the target folder.
    folder.write("a.flow", "flow \"Twin\"\non sms -> sms \"I am a.\"\n");
    folder.write("b.flow", "flow \"Twin\"\non sms -> sms \"I am b.\"\n");
    let build = |name: &str| {
        let mut command = flowc();
        command.current_dir(folder.path()).args(["build", &format!("{name}.flow"), "-o", &format!("out-{name}")]);
        Process::start(command)
    };
    let mut builds = [build("a"), build("b")];
    for process in &mut builds {
        let ended = process.wait(BUILD_LIMIT);
        assert_eq!(ended.code, Some(0), "{}", ended.err);
    }
    for name in ["a", "b"] {
        let program = Program::of(&folder.path().join(format!("out-{name}"))).start();
        assert_eq!(program.converse("who are you?"), format!("I am {name}."));
    }
}

#[test]
fn a_file_that_is_no_program_is_not_replaced() {
    let folder = Scratch::new();
    folder.write("hotel", HELLO);
    folder.write("notes.txt", "mine");
    for line in ["build hotel -o hotel", "build hotel -o notes.txt"] {
        let ended = flowc_in(&folder, line);
        assert_eq!(ended.code, Some(2), "{line}");
        assert!(ended.err.contains("is already there and is no program; it was not replaced"), "{}", ended.err);
    }
    assert_eq!(fs::read_to_string(folder.path().join("hotel")).unwrap(), HELLO);
    assert_eq!(fs::read_to_string(folder.path().join("notes.txt")).unwrap(), "mine");
}

#[test]
fn a_device_is_not_replaced_by_a_binary() {
    let folder = Scratch::new();
    folder.write("a.flow", HELLO);
    let fifo = folder.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    let ended = flowc_in(&folder, "build a.flow -o pipe");
    assert_eq!(ended.code, Some(2));
    assert!(ended.err.contains("is no file that a binary can be put into"), "{}", ended.err);
    assert!(!fifo.is_file(), "the pipe is still one");
}

#[test]
fn two_flows_of_one_name_keep_their_own_binaries() {
    let folder = Scratch::new();
    folder.write("a.flow", "flow \"Namesake\"\non sms -> sms \"I am a.\"\n");
    folder.write("b.flow", "flow \"Namesake\"\non sms -> sms \"I am b.\"\n");
    for name in ["a", "b", "a"] {
        let ended = flowc_in(&folder, &format!("build {name}.flow -o out"));
        assert_eq!(ended.code, Some(0), "{}", ended.err);
        let program = Program::of(&folder.path().join("out")).start();
        assert_eq!(program.converse("who are you?"), format!("I am {name}."));
    }
}

#[test]
fn a_build_that_is_killed_leaves_the_next_one_working() {
    let folder = Scratch::new();
    let flow = |number: u64| folder.write("killed.flow", &HELLO.replace("\"Hello", &format!("\"Number {number}")));
    let binary = folder.path().join("out");
    // The runtime is built before, or each kill would cost its whole build.
    flow(0);
    assert_eq!(flowc_in(&folder, "build killed.flow -o out").code, Some(0));
    for number in 1..=30 {
        flow(number);
        let mut command = flowc();
        command.current_dir(folder.path()).args(["build", "killed.flow", "-o", "out"]).process_group(0);
        let mut build = Process::start(command);
        // Somewhere between flowc's first file and rustc's last.
        let moment = Duration::from_millis(20 + number * 37 % 500);
        if wait::within(moment, || build.status()).is_none() {
            // The whole group: a person's Ctrl-C and the system's killer reach cargo and rustc too.
            let killed = Command::new("kill").args(["-KILL", "--", &format!("-{}", build.id())]).status();
            assert!(killed.unwrap().success());
        }
        build.wait(PATIENCE);
        let ended = flowc_in(&folder, "build killed.flow -o out");
        assert_eq!(ended.code, Some(0), "after a kill at {moment:?}: {}", ended.err);
        let program = Program::of(&binary).start();
        assert_eq!(program.converse("hi"), format!("Number {number} +13055550123"));
    }
}

#[test]
fn a_cache_folder_that_cannot_be_written_is_named() {
    let folder = Scratch::new();
    folder.write("hello.flow", HELLO);
    let file = folder.write("file", "");
    for place in [file.as_path(), &file.join("below"), Path::new("/proc/flowc")] {
        let mut command = flowc();
        command.current_dir(folder.path()).args(["build", "hello.flow"]).env("FLOWC_CACHE", place);
        let ended = run(command, BUILD_LIMIT);
        assert_eq!(ended.code, Some(2), "{}", place.display());
        assert!(ended.err.contains(&place.display().to_string()), "{}", ended.err);
        assert!(ended.err.contains("FLOWC_CACHE"), "{}", ended.err);
    }
    assert!(!folder.path().join("hello").exists());
}

/// All files below a folder, by their paths within it.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            found.extend(files(&path).into_iter().map(|(below, bytes)| (format!("{name}/{below}"), bytes)));
        } else {
            found.insert(name, fs::read(&path).unwrap());
        }
    }
    found
}

#[test]
fn the_same_flow_is_emitted_byte_for_byte_the_same() {
    let (here, there) = (Scratch::new(), Scratch::new());
    for folder in [&here, &there] {
        weather::write(folder);
        let ended = flowc_in(folder, "build weather.flow --emit crate");
        assert_eq!(ended.code, Some(0), "{}", ended.err);
    }
    let first = files(&here.path().join("crate"));
    assert!(first.contains_key("src/main.rs") && first.contains_key("flow-runtime/runtime/Cargo.toml"));
    assert_eq!(first, files(&there.path().join("crate")));
    assert_eq!(flowc_in(&here, "build weather.flow --emit crate").code, Some(0));
    assert_eq!(first, files(&here.path().join("crate")));
    let main = String::from_utf8(first["src/main.rs"].clone()).unwrap();
    assert!(!main.contains(here.path().to_str().unwrap()), "a path of the machine stands in the emitted source");
}

#[test]
fn a_folder_of_somebody_else_is_not_overwritten() {
    let folder = Scratch::new();
    folder.write("hello.flow", HELLO);
    fs::create_dir(folder.path().join("mine")).unwrap();
    folder.write("mine/notes.txt", "mine");
    let ended = flowc_in(&folder, "build hello.flow --emit mine");
    assert_eq!(ended.code, Some(2));
    assert!(ended.err.contains("`mine`"), "{}", ended.err);
    assert_eq!(files(&folder.path().join("mine")).len(), 1);
}

#[test]
fn the_emitted_package_builds_by_hand() {
    let folder = Scratch::new();
    folder.write("hand.flow", &HELLO.replace("flow \"Hello\"", "flow \"Made by hand\""));
    assert_eq!(flowc_in(&folder, "build hand.flow --emit crate").code, Some(0));
    // In flowc's own target folder, most of the crates that it is made of are there.
    let target = cache().join(env!("CARGO_PKG_VERSION")).join("target");
    let mut cargo = Command::new("cargo");
    cargo.current_dir(folder.path().join("crate")).args(["build", "--release", "--offline", "--locked"]);
    // A person's shell has none of what cargo sets for a test.
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("CARGO") && name != "CARGO_HOME" {
            cargo.env_remove(name);
        }
    }
    cargo.arg("--target-dir").arg(&target);
    let built = run(cargo, BUILD_LIMIT);
    assert_eq!(built.code, Some(0), "{}", built.err);
    let program = Program::of(&target.join("release/made-by-hand")).start();
    assert_eq!(program.converse("hi"), "Hello +13055550123");
}

#[test]
fn a_static_binary_runs_in_an_empty_folder() {
    let chroot = Command::new("chroot").arg("--version").output();
    let root = Command::new("id").arg("-u").output().unwrap().stdout == b"0\n";
    if !root || !chroot.is_ok_and(|output| output.status.success()) {
        println!("skipped: chroot is for root alone");
        return;
    }
    let folder = Scratch::new();
    weather::write(&folder);
    fs::create_dir(folder.path().join("jail")).unwrap();
    let built = flowc_in(&folder, "build weather.flow --static -o jail/weather");
    assert_eq!(built.code, Some(0), "{}", built.err);
    let service = StandIn::of_json(weather::forecast());
    let mut command = Command::new("chroot");
    command.env_clear().env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").arg(folder.path().join("jail")).arg("/weather");
    let start = flow_tests::program::Start::of(command).state(Path::new("/"));
    let program = start.connect("api.weather.gov:443", &service.url()).start();
    assert!(program.converse("weather").starts_with("It's currently 84 F"));
    let found = files(&folder.path().join("jail"));
    assert!(
        found.keys().all(|file| file == "weather" || file.starts_with("weather-forecast.journal")),
        "{:?}",
        found.keys()
    );
}

#[test]
fn the_demo_runs_to_its_end() {
    let folder = Scratch::new();
    let ended = flowc_in(&folder, "demo");
    assert_eq!(ended.code, Some(0), "{} {}", ended.out, ended.err);
    for part in ["It's currently", "We apologize", "switched off"] {
        assert!(ended.out.contains(part), "{part}: {}", ended.out);
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "the demo leaves nothing behind");
}

#[test]
fn a_flow_is_built_and_started_by_run() {
    let folder = Scratch::new();
    folder.write("hello.flow", HELLO);
    let help = flowc_in(&folder, "run hello.flow -- --help");
    assert_eq!(help.code, Some(0), "{}", help.err);
    assert!(help.out.starts_with("Hello (hello.flow), built by flowc "), "{}", help.out);
    let mut command = flowc();
    command.current_dir(folder.path()).args(["run", "--quiet", "hello.flow", "--"]);
    let program = flow_tests::program::Start::of(command).start();
    assert_eq!(program.converse("hi"), "Hello +13055550123");
    // flowc has become the binary, so a signal to it is a signal to the binary.
    assert_eq!(program.stop().code, Some(0));
}
