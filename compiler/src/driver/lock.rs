//! The lock file that ships with flowc, so that every flow is built from the very crates flowc was tested with.
//!
//! `emitted.lock` is what cargo locks for a package that depends on `flow-runtime` alone, without that package's own
//! entry, which bears the flow's name. A test derives it from the workspace's `Cargo.lock` and compares.

use super::manifest::Identity;

const EMITTED: &str = include_str!("../../emitted.lock");

const ENTRY: &str = "[[package]]\nname = \"";

/// The `Cargo.lock` of the emitted package.
///
/// Cargo sorts the entries by name and, with `--locked`, refuses a file that it would itself write differently.
pub(super) fn lock_for(package: &Identity) -> String {
    let Identity { name: own_name, version } = package;
    let own = format!("{ENTRY}{own_name}\"\nversion = \"{version}\"\ndependencies = [\n \"flow-runtime\",\n]\n");
    let later = EMITTED.match_indices(ENTRY).find(|(at, _)| name_at(*at).is_some_and(|name| name > own_name.as_str()));
    match later.and_then(|(at, _)| EMITTED.split_at_checked(at)) {
        Some((before, after)) => format!("{before}{own}\n{after}"),
        None => format!("{EMITTED}\n{own}"),
    }
}

/// The names of all packages an emitted package is built from, sorted; a name comes twice if two versions are used.
pub(super) fn packages() -> impl Iterator<Item = &'static str> {
    EMITTED.match_indices(ENTRY).filter_map(|(at, _)| name_at(at))
}

/// The name in the entry that starts at this offset.
fn name_at(entry: usize) -> Option<&'static str> {
    EMITTED.get(entry + ENTRY.len()..)?.split('"').next()
}

#[cfg(test)]
mod tests {
    // Only cargo can say what cargo would lock, so this test runs it, on real files.
    #![allow(clippy::unwrap_used, clippy::disallowed_methods)]

    use std::fs;
    use std::path::Path;
    use std::process::Command;

    use super::super::making::Making;
    use super::super::manifest;
    use super::*;
    use crate::Emitted;

    #[test]
    fn the_flow_is_sorted_in_among_its_crates() {
        for package in ["a", "hotel", "tracing-hotel", "zzz"] {
            let lock = lock_for(&Identity::alone(package.to_owned()));
            let names: Vec<_> = lock.lines().filter_map(|line| line.strip_prefix("name = ")).collect();
            assert!(names.is_sorted(), "{package}");
            assert_eq!(names.len(), packages().count() + 1);
            let own = format!("{ENTRY}{package}\"\nversion = \"0.0.0\"\ndependencies = [\n \"flow-runtime\",\n]\n");
            assert!(lock.contains(&own) && lock.ends_with('\n') && !lock.contains("\n\n\n"), "{package}");
        }
    }

    #[test]
    fn the_lock_is_what_cargo_makes_of_the_workspaces() {
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let folder = std::env::temp_dir().join(format!("flowc-lock-{}", std::process::id()));
        fs::create_dir_all(folder.join("src")).unwrap();
        fs::write(folder.join("src/main.rs"), "").unwrap();
        for package in ["query", "runtime"] {
            let copy = folder.join("flow-runtime").join(package);
            fs::create_dir_all(copy.join("src")).unwrap();
            fs::write(copy.join("src/lib.rs"), "").unwrap();
            fs::copy(workspace.join(package).join("Cargo.toml"), copy.join("Cargo.toml")).unwrap();
        }
        fs::copy(workspace.join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
        fs::write(
            folder.join("Cargo.toml"),
            manifest::manifest(
                &Identity::alone("zzz".to_owned()),
                "flow-runtime/runtime",
                &Emitted { name: "zzz".to_owned(), main_rs: String::new(), has_schedule: false },
                Making::default(),
            ),
        )
        .unwrap();
        let status = Command::new(env!("CARGO"))
            .args(["update", "--workspace", "--offline"])
            .current_dir(&folder)
            .output()
            .unwrap();
        assert!(status.status.success(), "{}", String::from_utf8_lossy(&status.stderr));
        let lock = fs::read_to_string(folder.join("Cargo.lock")).unwrap();
        fs::remove_dir_all(&folder).unwrap();

        let (shared, own) = lock.split_once(&format!("\n{ENTRY}zzz\"")).unwrap();
        let rest = own.split_once("\n\n").map_or("", |(_, rest)| rest);
        let truth = if rest.is_empty() { shared.to_owned() } else { format!("{shared}\n{rest}") };
        if std::env::var_os("FLOWC_BLESS").is_some() {
            fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join("emitted.lock"), truth).unwrap();
            return;
        }
        assert!(
            truth == EMITTED,
            "emitted.lock is stale: run `FLOWC_BLESS=1 cargo test -p flowc driver::lock` and build again"
        );
    }
}
