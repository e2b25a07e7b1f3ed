//! Makes a table of the source that a flow's binary is built from, so that flowc carries it inside itself.

// A build script is the one program here that is not flowc: it may read files.
#![allow(clippy::disallowed_methods)]

use std::error::Error;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// The packages, by their folders in the workspace; they find each other by these names.
const PACKAGES: [&str; 2] = ["query", "runtime"];

fn main() -> Result<(), Box<dyn Error>> {
    let workspace = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("..").canonicalize()?;
    let mut files = Vec::new();
    for package in PACKAGES {
        let package = workspace.join(package);
        println!("cargo::rerun-if-changed={}", package.display());
        files.push(package.join("Cargo.toml"));
        collect(&package.join("src"), &mut files)?;
    }
    files.sort();

    let mut table = String::from("const SOURCES: &[SourceText] = &[\n");
    for file in &files {
        let name = file.strip_prefix(&workspace)?.to_string_lossy().replace('\\', "/");
        writeln!(table, "    ({name:?}, include_str!({:?})),", file.to_string_lossy())?;
    }
    table.push_str("];\n");
    fs::write(Path::new(&env::var("OUT_DIR")?).join("sources.rs"), table)?;

    let manifest = fs::read_to_string(workspace.join("runtime/Cargo.toml"))?;
    println!("cargo::rustc-env=FLOW_RUNTIME_VERSION={}", version(&manifest)?);
    Ok(())
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), Box<dyn Error>> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "rs" || extension == "sql") {
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
