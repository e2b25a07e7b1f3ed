//! A real terminal that a test types into and looks at: a tmux server of its own.

use std::process::Command;

use crate::folder::Scratch;
use crate::process::{Ended, run};
use crate::wait::{self, PATIENCE};

/// A terminal with a shell in it, whose folder is new and empty. Dropping it ends both.
pub struct Tmux {
    folder: Scratch,
}

impl Tmux {
    /// Opens one of so many columns and rows, in which these variables are set; `None`, with a line that says so, where
    /// there is no tmux.
    pub fn open(columns: u16, rows: u16, variables: &[(&str, &str)]) -> Option<Self> {
        if !Command::new("tmux").arg("-V").output().is_ok_and(|output| output.status.success()) {
            println!("skipped: there is no tmux to open a terminal");
            return None;
        }
        let tmux = Self { folder: Scratch::new() };
        let (columns, rows) = (columns.to_string(), rows.to_string());
        let mut arguments = vec!["-f", "/dev/null", "new-session", "-d", "-x", &columns, "-y", &rows];
        let variables: Vec<String> = variables.iter().map(|(name, value)| format!("{name}={value}")).collect();
        arguments.extend(variables.iter().flat_map(|variable| ["-e", variable.as_str()]));
        arguments.extend(["-e", "PS1=$ ", "/bin/sh"]);
        let opened = tmux.command(&arguments);
        assert_eq!(opened.code, Some(0), "{opened:?}");
        Some(tmux)
    }

    /// Its folder.
    pub fn folder(&self) -> &Scratch {
        &self.folder
    }

    fn command(&self, arguments: &[&str]) -> Ended {
        let mut command = Command::new("tmux");
        command.current_dir(self.folder.path()).env_remove("TMUX").env("LC_ALL", "C.UTF-8");
        command.args(["-u", "-S", "socket"]).args(arguments);
        run(command, PATIENCE)
    }

    /// What is on the screen.
    pub fn screen(&self) -> String {
        self.command(&["capture-pane", "-p"]).out
    }

    /// Types text, and Enter.
    pub fn enter(&self, text: &str) {
        self.command(&["send-keys", "-l", text]);
        self.press("Enter");
    }

    /// Presses a key by the name that tmux has for it: `Tab`, `C-n`.
    pub fn press(&self, key: &str) {
        self.command(&["send-keys", key]);
    }

    /// Gives it another size.
    pub fn resize(&self, columns: u16, rows: u16) {
        self.command(&["resize-window", "-x", &columns.to_string(), "-y", &rows.to_string()]);
    }

    /// Waits until all of this is on the screen, and returns what is there then.
    pub fn until(&self, all: &[&str]) -> String {
        let has_all = |screen: &String| all.iter().all(|text| screen.contains(text));
        let shown = wait::within(PATIENCE, || Some(self.screen()).filter(has_all));
        shown.unwrap_or_else(|| panic!("{all:?} is not on the screen:\n{}", self.screen()))
    }
}

impl Drop for Tmux {
    fn drop(&mut self) {
        self.command(&["kill-server"]);
    }
}
