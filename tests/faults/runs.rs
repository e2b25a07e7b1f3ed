//! What operators see of a program and of the runs in its journal.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

use flow_tests::process::{Ended, run};
use flow_tests::wait::{self, PATIENCE};
use flow_tests::{Program, Request};
use serde_json::{Value, json};

/// `BINARY runs …`, for the journal in this folder.
pub(crate) fn operate(binary: &Path, state: &Path, arguments: &[&str]) -> Ended {
    let mut command = Command::new(binary);
    command.env_clear().env("STATE_DIRECTORY", state).arg("runs").args(arguments);
    run(command, PATIENCE)
}

/// All runs, or those of a status.
pub(crate) fn list(binary: &Path, state: &Path, status: Option<&str>) -> Vec<Value> {
    let mut arguments = vec!["list", "--format", "json", "--reveal", "--limit", "100000"];
    arguments.extend(status.iter().flat_map(|status| ["--status", status]));
    let ended = operate(binary, state, &arguments);
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""));
    ended.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Waits until so many runs are in a status.
pub(crate) fn wait_for(binary: &Path, state: &Path, status: &str, count: usize) -> Vec<Value> {
    let found = wait::within(PATIENCE, || Some(list(binary, state, Some(status))).filter(|runs| runs.len() == count));
    found.unwrap_or_else(|| panic!("no {count} runs are {status}: {:#?}", list(binary, state, None)))
}

/// Where operators ask a program that was started with `FLOW_ADMIN=127.0.0.1:0`.
pub(crate) fn admin(program: &Program) -> SocketAddr {
    let line = wait::until("the admin's address", || program.log(&[("message", json!("metrics are told"))]).pop());
    line["address"].as_str().unwrap().parse().unwrap()
}

/// A sample of `/metrics`, by its name and labels.
pub(crate) fn metric(admin: SocketAddr, sample: &str) -> Option<f64> {
    let text = Request::new("GET", "/metrics").send(admin).text();
    text.lines().find_map(|line| line.strip_prefix(sample)?.trim().parse().ok())
}
