//! A Python with packages that the tests ask for their word.

use std::process::Command;

/// The Python that has this module: `FLOW_TEST_PYTHON`, else `python3`; says so if there is none.
pub fn with(module: &str) -> Option<String> {
    let python = std::env::var("FLOW_TEST_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let found = Command::new(&python).args(["-c", &format!("import {module}")]).output();
    if found.is_ok_and(|output| output.status.success()) {
        return Some(python);
    }
    println!("skipped: {python} has no module {module}; FLOW_TEST_PYTHON may name one that has");
    None
}
