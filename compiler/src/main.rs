//! The `flowc` program; its work is in the library.

fn main() -> std::process::ExitCode {
    flowc::cli::main()
}
