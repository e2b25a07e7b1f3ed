//! flowc, as its own package has it.

use std::process::ExitCode;

fn main() -> ExitCode {
    flowc::cli::main()
}
