//! Makes a table of the runtime's source, so that flowc carries it inside itself.

// A build script is the one program here that is not flowc: it may read files.
#![allow(clippy::disallowed_methods)]

use std::error::Error;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    let runtime = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("../runtime").canonicalize()?;
    println!("cargo::rerun-if-changed={}", runtime.display());

    let mut files = vec![runtime.join("Cargo.toml")];
    collect(&runtime.join("src"), &mut files)?;
    files.sort();

    let mut table = String::from("const RUNTIME: &[SourceText] = &[\n");
    for file in &files {
        let name = file.strip_prefix(&runtime)?.to_string_lossy().replace('\\', "/");
        writeln!(table, "    ({name:?}, include_str!({:?})),", file.to_string_lossy())?;
    }
    table.push_str("];\n");
    fs::write(Path::new(&env::var("OUT_DIR")?).join("runtime_source.rs"), table)?;

    println!("cargo::rustc-env=FLOW_RUNTIME_VERSION={}", version(&fs::read_to_string(runtime.join("Cargo.toml"))?)?);
    Ok(())
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), Box<dyn Error>> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    Ok(())
}

/// The package's version: the first line of the manifest that sets one.
fn version(manifest: &str) -> Result<&str, &'static str> {
    let line = manifest.lines().find_map(|line| line.strip_prefix("version = \""));
    line.and_then(|rest| rest.strip_suffix('"')).ok_or("the runtime's manifest has no version")
}
