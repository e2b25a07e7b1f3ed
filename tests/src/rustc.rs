//! Emitted code put before rustc itself, many flows at once.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::process::run;
use crate::{Scratch, binary_of, folder};

const LIMIT: Duration = Duration::from_secs(300);

/// Compiles the emitted `main.rs` of each flow as a module of one crate, warnings being errors.
pub fn check_all(flows: &[(String, String)]) {
    let scratch = Scratch::new();
    let mut root = String::from("#![allow(dead_code)]\nfn main() {}\n");
    for (at, (_, main_rs)) in flows.iter().enumerate() {
        // Its documentation is the crate's when it stands alone; the paths from the crate's root become the module's.
        fs::write(scratch.path().join(format!("flow_{at}.rs")), main_rs).unwrap();
        writeln!(root, "mod flow_{at};").unwrap();
    }
    let main = scratch.path().join("main.rs");
    fs::write(&main, root).unwrap();
    let ended = run(rustc(&scratch, &["--emit", "metadata", "-D", "warnings"]), LIMIT);
    if ended.code == Some(0) {
        return;
    }
    let refused = flows.iter().enumerate().find(|(at, _)| ended.err.contains(&format!("flow_{at}.rs")));
    let (flow, main_rs) = refused.map(|(_, flow)| flow.clone()).unwrap_or_default();
    panic!("rustc refuses what check accepts:\n{}\n{flow}\n{main_rs}", ended.err);
}

/// Runs a flow by hand: `drive` is the body of a function in its emitted `main.rs`, which sees all that is there. Returns
/// what it prints.
pub fn drive(main_rs: &str, drive: &str) -> String {
    let scratch = Scratch::new();
    let driven = format!("{main_rs}\npub fn drive() {{\n{drive}\n}}\n");
    fs::write(scratch.path().join("flow.rs"), driven).unwrap();
    fs::write(scratch.path().join("main.rs"), "#![allow(dead_code)]\nmod flow;\nfn main() { flow::drive() }\n")
        .unwrap();
    let compiled = run(rustc(&scratch, &[]), LIMIT);
    assert_eq!(compiled.code, Some(0), "{}", compiled.err);
    let driven = run(Command::new(scratch.path().join("flows")), LIMIT);
    assert_eq!(driven.code, Some(0), "{}", driven.err);
    driven.out
}

/// rustc at work on `main.rs` of a folder, with the runtime.
fn rustc(scratch: &Scratch, arguments: &[&str]) -> Command {
    let runtime = runtime();
    let mut rustc = Command::new("rustc");
    rustc.args(["--edition", "2024", "--crate-name", "flows", "--error-format", "short"]).args(arguments);
    rustc.arg("--extern").arg(format!("flow_runtime={}", runtime.display()));
    rustc.arg("-L").arg(format!("dependency={}", runtime.parent().unwrap().display()));
    rustc.arg("--out-dir").arg(scratch.path()).arg(scratch.path().join("main.rs"));
    rustc
}

/// The runtime as the tests' flows link it.
fn runtime() -> PathBuf {
    binary_of("smallest", "on sms -> sms \"Hello\"\n");
    let mut found = Vec::new();
    search(&folder::cache(), &mut found);
    let newest = found.into_iter().max_by_key(|path| fs::metadata(path).unwrap().modified().unwrap());
    newest.expect("a flow was built, so its runtime is there")
}

fn search(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        if path.is_dir() && name != "incremental" && name != "registry" {
            search(&path, found);
        } else if name.starts_with("libflow_runtime-")
            && name.ends_with(".rlib")
            && !path.display().to_string().contains("linux-gnu")
        {
            found.push(path);
        }
    }
}
