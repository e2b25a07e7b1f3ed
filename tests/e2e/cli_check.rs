//! `flowc check` of files, folders and standard input.

use std::fs;
use std::os::unix::fs::symlink;
use std::process::Command;

use flow_tests::process::{Ended, run};
use flow_tests::wait::PATIENCE;
use flow_tests::{Scratch, flowc};

use crate::cli::flowc_in;

const FINE: &str = "on sms -> sms \"Hello $from\"\n";
const ERROR: &str = "on sms -> sms \"Hello $guest\"\n";
const WARNING: &str = "on sms -> sms \"Grüße – $from\"\n";

/// Runs flowc in a folder with a text on its standard input.
pub(crate) fn flowc_reads(folder: &Scratch, line: &str, text: &str) -> Ended {
    folder.write(".input", text);
    let mut command = Command::new("sh");
    command.args(["-c", "exec \"$0\" \"$@\" < .input"]).arg(flowc().get_program());
    command.current_dir(folder.path()).args(line.split(' '));
    run(command, PATIENCE)
}

/// A folder with flows that are fine and not, and with what is not to be looked at.
fn tree() -> Scratch {
    let folder = Scratch::new();
    for below in ["menu/deep", ".git", "target/debug", "menu/node_modules"] {
        fs::create_dir_all(folder.path().join(below)).unwrap();
    }
    folder.write("b.flow", FINE);
    folder.write("menu/a.flow", ERROR);
    folder.write("menu/deep/c.flow", WARNING);
    folder.write("menu/notes.txt", ERROR);
    for hidden in [".git/x.flow", "target/debug/x.flow", "menu/node_modules/x.flow", ".#b.flow"] {
        folder.write(hidden, ERROR);
    }
    folder
}

/// The files that are told of, in their order.
fn told(ended: &Ended) -> Vec<&str> {
    ended.out.lines().filter_map(|line| line.split(':').next()).collect()
}

#[test]
fn a_folder_means_all_its_flows() {
    let folder = tree();
    for line in ["check --format short .", "check --format short"] {
        let ended = flowc_in(&folder, line);
        assert_eq!((ended.code, told(&ended)), (Some(1), vec!["menu/a.flow", "menu/deep/c.flow"]), "{}", ended.err);
    }
    // What is named is meant, and is checked once.
    let named = flowc_in(&folder, "check --format short menu/deep/c.flow .git menu menu/../menu/a.flow");
    assert_eq!(told(&named), ["menu/deep/c.flow", ".git/x.flow", "menu/a.flow"]);
}

#[test]
fn several_files_are_summed_up() {
    let folder = tree();
    let ended = flowc_in(&folder, "check");
    let last = "1 warning in menu/deep/c.flow; `flowc explain F0803` tells more\n\
                3 files checked: 1 error and 1 warning in 2 of them\n";
    assert_eq!((ended.code, ended.out.as_str()), (Some(1), ""));
    assert!(ended.err.ends_with(last), "{}", ended.err);
    folder.write("menu/a.flow", FINE);
    folder.write("menu/deep/c.flow", FINE);
    let fine = flowc_in(&folder, "check");
    assert_eq!((fine.code, fine.err.as_str()), (Some(0), "3 files checked: no mistakes found\n"));
    assert_eq!(flowc_in(&folder, "check -q").err, "");
}

#[test]
fn links_that_lead_back_are_survived() {
    let folder = tree();
    symlink("..", folder.path().join("menu/up")).unwrap();
    symlink("round", folder.path().join("menu/round")).unwrap();
    symlink("nowhere.flow", folder.path().join("menu/dangling.flow")).unwrap();
    symlink("../b.flow", folder.path().join("menu/linked.flow")).unwrap();
    let ended = flowc_in(&folder, "check menu");
    assert!(ended.err.ends_with("3 files checked: 1 error and 1 warning in 2 of them\n"), "{}", ended.err);
}

#[test]
fn a_folder_without_flows_is_told() {
    let folder = Scratch::new();
    fs::create_dir(folder.path().join("empty")).unwrap();
    let ended = flowc_in(&folder, "check empty");
    assert_eq!((ended.code, ended.out.as_str()), (Some(2), ""));
    assert!(ended.err.starts_with("error: there is no flow file in `empty`\n  help: "), "{}", ended.err);
    let here = flowc_in(&folder, "check");
    assert!(here.err.starts_with("error: there is no flow file in this folder\n"), "{}", here.err);
    // The others are checked all the same.
    folder.write("a.flow", ERROR);
    let both = flowc_in(&folder, "check --format short empty none.flow a.flow");
    assert_eq!((both.code, told(&both)), (Some(2), vec!["a.flow"]));
}

#[test]
fn warnings_fail_where_they_are_denied() {
    let folder = Scratch::new();
    folder.write("warning.flow", WARNING);
    folder.write("fine.flow", FINE);
    folder.write("error.flow", ERROR);
    let denied = "warnings are denied here, so this is a failure\n";
    for (line, code, says) in [
        ("check warning.flow", 0, false),
        ("check --deny warnings fine.flow", 0, false),
        ("check --deny warnings warning.flow", 1, true),
        ("check --deny warnings warning.flow fine.flow", 1, true),
        ("check --deny warnings warning.flow error.flow", 1, false),
        ("check --deny warnings --format short warning.flow", 1, false),
        ("check --deny warnings --format sarif warning.flow", 1, false),
        ("check --deny errors warning.flow", 2, false),
    ] {
        let ended = flowc_in(&folder, line);
        assert_eq!((ended.code, ended.err.ends_with(denied)), (Some(code), says), "{line}: {}", ended.err);
    }
}

#[test]
fn standard_input_is_checked() {
    let folder = Scratch::new();
    let ended = flowc_reads(&folder, "check - --format short", ERROR);
    assert_eq!(ended.code, Some(1));
    assert_eq!(ended.out, "<stdin>:1:22: error[F0201]: there is no variable `$guest`\n");
    assert_eq!(flowc_reads(&folder, "check -", FINE).err, "<stdin>: no mistakes found\n");
}

#[test]
fn a_line_longer_than_the_terminal_is_cut_around_its_label() {
    let folder = Scratch::new();
    let words = "天気 e\u{301} 🚀 sun ".repeat(60);
    folder.write("long.flow", &format!("on sms\n\t-> sms \"{words}$guest {words}\"\n"));
    let ended = flowc_in(&folder, "check long.flow");
    let lines: Vec<_> = ended.err.lines().collect();
    let drawn = lines.iter().position(|line| line.starts_with(" 2 │ …") && line.contains("$guest")).unwrap();
    // What Unicode calls wide takes two columns, a combining accent none.
    let width = |text: &str| -> usize {
        text.chars()
            .map(|c| {
                if c == '\u{301}' {
                    0
                } else if "天気🚀".contains(c) {
                    2
                } else {
                    1
                }
            })
            .sum()
    };
    let before = lines[drawn].split("$guest").next().unwrap();
    let carets = lines[drawn + 1].trim_end();
    assert_eq!(width(before), width(&carets[..carets.find('─').unwrap()]), "{}", ended.err);
    assert_eq!(carets.chars().filter(|c| "─┬".contains(*c)).count(), "$guest".len());
    assert!(lines.iter().all(|line| width(line) <= 120), "{}", ended.err);
}
