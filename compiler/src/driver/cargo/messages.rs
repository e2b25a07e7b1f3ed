//! What cargo says of a build, one JSON object a line (The Cargo Book, "External tools").

use std::path::PathBuf;

use serde_json::Value;

/// What flowc wants to know.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Message {
    /// The flow's binary is at this path.
    Binary(PathBuf),
    /// A crate is ready.
    Crate {
        /// cargo's name for its package.
        id: String,
        /// It was compiled now, and not taken from an earlier build.
        compiled: bool,
    },
    /// rustc refuses a crate.
    Error(CompilerError),
}

/// An error of rustc's.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct CompilerError {
    /// The root file of the crate.
    pub(super) source: PathBuf,
    /// As rustc draws it.
    pub(super) text: String,
}

/// Reads a line; `None` if it says nothing that flowc wants to know.
pub(super) fn read(line: &str) -> Option<Message> {
    let value: Value = serde_json::from_str(line).ok()?;
    let text = |pointer| value.pointer(pointer).and_then(Value::as_str);
    match text("/reason")? {
        "compiler-artifact" => {
            if let Some(path) = text("/executable") {
                return Some(Message::Binary(path.into()));
            }
            // A package's build script is a crate of its own, but not one that people count.
            if text("/target/kind/0") == Some("custom-build") {
                return None;
            }
            let compiled = value.pointer("/fresh").and_then(Value::as_bool) == Some(false);
            Some(Message::Crate { id: text("/package_id")?.to_owned(), compiled })
        }
        "compiler-message" if text("/message/level")?.starts_with("error") => Some(Message::Error(CompilerError {
            source: text("/target/src_path").unwrap_or_default().into(),
            text: text("/message/rendered").or_else(|| text("/message/message"))?.to_owned(),
        })),
        _ => None,
    }
}

/// Words that cargo begins a line about its progress with, aligned to the right.
const STATUS: &[&str] = &[
    "Blocking",
    "Building",
    "Compiling",
    "Dirty",
    "Downloaded",
    "Downloading",
    "Finished",
    "Fresh",
    "Locking",
    "Updating",
];

/// Whether a line of cargo's standard error says that it waits for another cargo.
pub(super) fn is_waiting(line: &str) -> bool {
    line.trim_start().starts_with("Blocking waiting for file lock")
}

/// What cargo wrote to standard error, without the lines about its progress.
pub(super) fn without_status(errors: &str) -> String {
    let is_status =
        |line: &&str| line.starts_with(' ') && STATUS.iter().any(|word| line.trim_start().starts_with(word));
    errors.lines().filter(|line| !is_status(line)).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_matters_is_read() {
        for nothing in [
            "",
            "not json",
            "{}",
            r#"{"reason":"build-finished","success":true}"#,
            r#"{"reason":"compiler-message","message":{"level":"warning","rendered":"w"}}"#,
            r#"{"reason":"compiler-artifact","package_id":"a","target":{"kind":["custom-build"]},"fresh":false}"#,
        ] {
            assert_eq!(read(nothing), None, "{nothing}");
        }
        assert_eq!(without_status("   Compiling a v1\nerror: x\n  at y\n"), "error: x\n  at y");
        let error = r#"{"reason":"compiler-message","target":{"src_path":"/x/main.rs"},"message":{"level":"error","rendered":"error: e"}}"#;
        assert_eq!(
            read(error),
            Some(Message::Error(CompilerError { source: "/x/main.rs".into(), text: "error: e".to_owned() }))
        );
    }
}
