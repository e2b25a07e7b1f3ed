//! The manifest of the emitted package, and how it is linked.

use super::making::{Linking, Making};
use crate::Emitted;

/// What cargo knows the emitted package by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Identity {
    pub(super) name: String,
    pub(super) version: String,
}

impl Identity {
    /// A package that stands alone. It is not published, so its version says nothing.
    pub(super) fn alone(name: String) -> Self {
        Self { name, version: "0.0.0".to_owned() }
    }

    /// A package among others in one target folder. Each is the root of a workspace of its own, so to cargo two of one
    /// name are the same unless their versions differ: the source's hash is in it as build metadata.
    pub(super) fn among_others(name: String, source: u64) -> Self {
        Self { name, version: format!("0.0.0+{source:016x}") }
    }
}

/// The runtime that this flowc carries, and the only one it emits for.
pub(super) const RUNTIME_VERSION: &str = env!("FLOW_RUNTIME_VERSION");

/// The oldest Rust that builds it, as flowc's own manifest says.
pub(super) const RUST_VERSION: &str = env!("CARGO_PKG_RUST_VERSION");

/// The first line of every manifest of ours; it marks a folder as an emission that may be rewritten.
pub(super) const MARK: &str = "# Emitted by flowc";

/// The target that `--static` builds for: naming it keeps build scripts and macros, which cargo loads as shared
/// libraries, out of the static linking.
pub(super) fn static_target() -> Option<String> {
    let linux = cfg!(all(target_os = "linux", target_env = "gnu"));
    linux.then(|| format!("{}-unknown-linux-gnu", std::env::consts::ARCH))
}

/// `Cargo.toml` of the emitted package, with the runtime at a path of ours relative to it.
pub(super) fn manifest(package: &Identity, runtime: &str, emitted: &Emitted, making: Making) -> String {
    let Identity { name, version } = package;
    let flowc = env!("CARGO_PKG_VERSION");
    let default: Vec<String> = making.features(emitted).iter().map(|feature| format!("\"{feature}\"")).collect();
    let default = default.join(", ");
    format!(
        r#"{MARK} {flowc}: edit the flow, not this file.

[package]
name = "{name}"
version = "{version}"
edition = "2024"
publish = false

[dependencies]
flow-runtime = {{ version = "={RUNTIME_VERSION}", path = "{runtime}" }}

# What keeps runs is the engine of which there is one; a binary has `memory` besides.
[features]
default = [{default}]
sqlite = ["flow-runtime/sqlite"]
postgres = ["flow-runtime/postgres"]
restate = ["flow-runtime/restate"]
schedule = ["flow-runtime/schedule"]
# The C library looks host names up with parts that it loads at run time, which a static binary cannot do.
static = ["flow-runtime/dns"]

# `s` builds the runtime a quarter faster than 3, and the binary is smaller; a flow waits for others, not for itself.
[profile.release]
opt-level = "s"
strip = "symbols"

# A package's own profile does not take `strip` from the one above.
[profile.release.package.{name}]
incremental = true
strip = "symbols"

# This package stands alone, even inside the folder of another workspace.
[workspace]
exclude = ["flow-runtime"]
"#
    )
}

/// `.cargo/config.toml` beside the manifest, so that cargo by hand does what flowc does; none where cargo's own
/// defaults do.
pub(super) fn cargo_config(linking: Linking) -> Option<String> {
    let target = static_target().filter(|_| linking == Linking::Static)?;
    Some(format!(
        r#"# The target is named so that build scripts and macros are not linked statically with the rest.
[build]
target = "{target}"

[target.{target}]
rustflags = ["-C", "target-feature=+crt-static"]
"#
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flow() -> Emitted {
        Emitted { name: "wx".to_owned(), main_rs: String::new(), has_schedule: false }
    }

    #[test]
    fn the_runtime_is_pinned_exactly() {
        let package = Identity::alone("wx".to_owned());
        let text = manifest(&package, "../../sources/runtime", &flow(), Making::default());
        let pin = format!("flow-runtime = {{ version = \"={RUNTIME_VERSION}\", path = \"../../sources/runtime\" }}\n");
        assert!(text.starts_with(MARK) && text.contains(&pin), "{text}");
        assert!(text.contains("\nname = \"wx\"\n"));
        assert_eq!(cargo_config(Linking::Dynamic), None);
    }

    #[test]
    fn a_static_binary_looks_names_up_by_itself() {
        let package = Identity::alone("wx".to_owned());
        let making = Making { linking: Linking::Static, ..Making::default() };
        assert!(manifest(&package, "r", &flow(), making).contains("default = [\"sqlite\", \"static\"]"));
    }
}
