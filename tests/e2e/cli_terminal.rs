//! flowc on a terminal: a real pseudo-terminal, which the program `script` (util-linux) opens.

use std::process::Command;

use flow_tests::process::{Ended, run};
use flow_tests::wait::PATIENCE;
use flow_tests::{Scratch, flowc};

/// Runs a line of shell, in which `$FLOWC` is flowc, on a terminal of 60 columns; `None`, with a line that says so, where
/// there is no `script`.
fn on_a_terminal(folder: &Scratch, line: &str, no_color: Option<&str>) -> Option<Ended> {
    if !Command::new("script").arg("--version").output().is_ok_and(|output| output.status.success()) {
        println!("skipped: there is no `script` to open a terminal");
        return None;
    }
    let mut command = Command::new("script");
    command.current_dir(folder.path()).env("SHELL", "/bin/sh").env("FLOWC", flowc().get_program());
    command.env_remove("NO_COLOR").env("TERM", "xterm-256color");
    if let Some(value) = no_color {
        command.env("NO_COLOR", value);
    }
    command.args(["-q", "-e", "-c", &format!("stty rows 40 cols 60; {line}"), "/dev/null"]);
    Some(run(command, PATIENCE))
}

#[test]
fn colours_are_for_terminals() {
    let folder = Scratch::new();
    folder.write("bad.flow", "on sms -> sms \"Hello $guest\"\n");
    let check = "\"$FLOWC\" check bad.flow none.flow";
    let Some(terminal) = on_a_terminal(&folder, check, None) else { return };
    assert_eq!(terminal.code, Some(2));
    assert!(terminal.out.contains("\u{1b}[31m") && terminal.out.contains("F0201"), "{:?}", terminal.out);
    assert!(terminal.out.contains("\u{1b}[1;31merror:\u{1b}[0m"), "{:?}", terminal.out);
    for (line, no_color) in [(check, Some("1")), (&*format!("{check} 2>&1 | cat"), None)] {
        let plain = on_a_terminal(&folder, line, no_color).unwrap();
        assert!(plain.out.contains("F0201") && !plain.out.contains('\u{1b}'), "{line}: {:?}", plain.out);
    }
    // An empty variable counts as none (no-color.org).
    assert!(on_a_terminal(&folder, check, Some("")).unwrap().out.contains('\u{1b}'));
}

#[test]
fn a_drawing_fits_the_terminal() {
    let folder = Scratch::new();
    folder.write("long.flow", &format!("on sms -> sms \"{}$guest {}\"\n", "sun ".repeat(90), "rain ".repeat(90)));
    let Some(terminal) = on_a_terminal(&folder, "\"$FLOWC\" check long.flow", Some("1")) else { return };
    let drawn: Vec<_> = terminal.out.lines().filter(|line| line.starts_with(" 1 │ ")).collect();
    assert!(drawn.iter().any(|line| line.contains("$guest")), "{}", terminal.out);
    for line in drawn {
        assert!(line.trim_end().chars().count() <= 60 && line.contains('…'), "{line}");
    }
}
