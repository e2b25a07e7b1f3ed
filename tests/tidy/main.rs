//! The rooms of the house: what may be used where, and how large a file may grow.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use flow_tests::folder::files_below;
use std::fs;
use std::path::{Path, PathBuf};

/// Lines of a file, its tests aside, at which one looks for the two subjects inside. The table of codes is one subject.
const MOST_LINES: usize = 600;

/// A crate or a room, and the only rooms of the compiler that may name it.
const ONLY_IN: &[(&str, &[&str])] = &[
    ("pest", &["syntax"]),
    ("miette", &["diagnostic/render.rs"]),
    ("unicode_width", &["diagnostic", "cli/paint.rs"]),
    ("similar", &["cli/test/difference.rs", "cli/unified.rs"]),
    ("ratatui", &["cli/phone"]),
    ("crossterm", &["cli/phone"]),
    ("signal_hook", &["cli/phone/talk.rs", "driver/served.rs", "driver/signals.rs"]),
    ("quote!", &["codegen"]),
    ("syn::", &["codegen"]),
    ("prettyplease::", &["codegen"]),
    ("::flow_runtime", &["codegen/border.rs"]),
    ("clap", &["cli"]),
    ("crate::cli", &["main.rs"]),
    ("crate::driver", &["cli", "driver"]),
    ("crate::fix", &["cli"]),
    ("crate::codegen", &["lib.rs"]),
    (
        "crate::coverage",
        &[
            "cli/coverage.rs",
            "cli/graph.rs",
            "cli/test",
            "coverage",
            "draw/mod.rs",
            "draw/outline.rs",
            "explore/mod.rs",
        ],
    ),
    ("crate::explore", &["cli/explore"]),
    ("crate::draw", &["cli"]),
    ("crate::format::", &["lib.rs"]),
    (
        "crate::graph",
        &[
            "cli/coverage.rs",
            "cli/phone/flow.rs",
            "cli/phone/places.rs",
            "codegen",
            "coverage",
            "draw/mod.rs",
            "draw/outline.rs",
            "explore",
            "graph",
            "lib.rs",
            "openapi",
            "suite",
            "trial",
            "upgrade",
        ],
    ),
    ("crate::openapi", &["cli/openapi.rs"]),
    ("crate::trial", &["cli/call"]),
    ("crate::upgrade", &["cli/diff.rs"]),
    ("crate::check::", &["check", "explore", "graph", "codegen", "lib.rs", "openapi", "suite/lower.rs", "trial"]),
    ("crate::sms", &["check/rules/sms_text"]),
    ("crate::resolve", &["resolve", "check", "graph", "lib.rs", "suite"]),
    ("std::fs", &["driver"]),
    ("std::process::Command", &["driver"]),
    ("std::env::", &["driver"]),
];

fn root() -> PathBuf {
    flow_tests::folder::workspace()
}

/// The code of a file without comments and without its tests.
fn code(path: &Path) -> Vec<(usize, String)> {
    let text = fs::read_to_string(path).unwrap();
    text.lines()
        .take_while(|line| line.trim() != "#[cfg(test)]" || !text.contains("mod tests"))
        .enumerate()
        .map(|(at, line)| (at + 1, line.to_owned()))
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
        .collect()
}

#[test]
fn each_room_keeps_to_itself() {
    let source = root().join("compiler/src");
    let mut trespasses = Vec::new();
    for path in files_below(&source, "rs") {
        let room = path.strip_prefix(&source).unwrap().to_string_lossy().replace('\\', "/");
        for (line, text) in code(&path) {
            for (thing, rooms) in ONLY_IN {
                let names_it = text.match_indices(thing).any(|(at, _)| {
                    // A whole word: `pest`, not `nearest`.
                    let before = text[..at].chars().next_back();
                    let after = text[at + thing.len()..].chars().next();
                    let word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
                    !word(before) && (thing.ends_with([':', '!']) || !word(after))
                });
                if names_it && !rooms.iter().any(|allowed| room.starts_with(allowed)) {
                    trespasses.push(format!("{room}:{line}: {thing} belongs to {rooms:?}: {}", text.trim()));
                }
            }
        }
    }
    assert!(trespasses.is_empty(), "{}", trespasses.join("\n"));
}

#[test]
fn compiler_and_runtime_do_not_know_each_other() {
    let manifest = |package: &str| fs::read_to_string(root().join(package).join("Cargo.toml")).unwrap();
    assert!(!manifest("compiler").contains("flow-runtime"));
    assert!(!manifest("runtime").contains("flowc ="));
    assert!(!manifest("query").contains("path = "), "both know `query`, and it knows neither");
    for shipped in ["runtime", "query"] {
        // It ships inside flowc, where there is no workspace to inherit from.
        assert!(!manifest(shipped).contains("workspace = true"));
        assert!(!manifest(shipped).contains("[dev-dependencies]"));
    }
}

#[test]
fn a_file_has_one_subject() {
    let long: Vec<String> = ["compiler/src", "query/src", "runtime/src"]
        .into_iter()
        .flat_map(|folder| files_below(&root().join(folder), "rs"))
        .filter(|path| !path.ends_with("diagnostic/codes.rs"))
        .map(|path| (code(&path).len(), path))
        .filter(|(lines, _)| *lines > MOST_LINES)
        .map(|(lines, path)| format!("{}: {lines} lines", path.display()))
        .collect();
    assert!(long.is_empty(), "{}", long.join("\n"));
}
