//! Where the tests keep files.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

/// The root of the workspace.
pub fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// Data that lies beside the project on some machines, as `nws/afg-368-294.json`; `None`, with a line that says so, where
/// it does not.
pub fn shared_data(path: &str) -> Option<PathBuf> {
    let found = workspace().join("../shared/data").join(path);
    if found.exists() {
        return Some(found);
    }
    println!("skipped: there is no {}", found.display());
    None
}

/// The samples beside a flow file on disk.
pub struct Beside<'a>(pub &'a Path);

impl flowc::sample::Samples for Beside<'_> {
    fn read(&self, name: &str) -> Result<String, String> {
        std::fs::read_to_string(self.0.parent().unwrap().join(name)).map_err(|error| error.to_string())
    }
}

/// All files below a folder whose names end so, as `rs`; sorted.
pub fn files_below(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_below(&path, extension));
        } else if path.extension().is_some_and(|found| found == extension) {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// Beside the test programs: `target/debug`.
pub(crate) fn programs() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    // target/debug/deps/e2e-0123456789abcdef
    test.parent().and_then(Path::parent).unwrap().to_owned()
}

/// All that the tests write: `target/e2e`.
pub(crate) fn root() -> PathBuf {
    programs().parent().unwrap().join("e2e")
}

/// The cache folder of flowc in all tests, so that its runtime is built once.
pub fn cache() -> PathBuf {
    root().join("cache")
}

/// Another cache folder, whose runtime is built without being optimized, in a quarter of the time: for all binaries but
/// those that most users build. Their crates are the same, so both share one target folder and its lock.
pub fn quick_cache() -> PathBuf {
    let (quick, version) = (root().join("cache-quick"), env!("CARGO_PKG_VERSION"));
    let (folder, shared) = (quick.join(version), cache().join(version));
    for path in [&folder, &shared, &quick.join(".cargo")] {
        std::fs::create_dir_all(path).unwrap();
    }
    let config = format!("[profile.release.package.flow-runtime]\n{QUICK}\n");
    std::fs::write(quick.join(".cargo/config.toml"), config).unwrap();
    for name in ["target", "lock"] {
        // Another test may have been faster.
        let _ = std::os::unix::fs::symlink(shared.join(name), folder.join(name));
    }
    quick
}

/// What makes a package of cargo's quick to build.
pub(crate) const QUICK: &str = "opt-level = 0";

/// An empty folder of one test's own, which goes with it.
pub struct Scratch(PathBuf);

impl Scratch {
    /// Makes one.
    pub fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = root().join(format!("scratch/{}-{number}", std::process::id()));
        // A process of this number may have been killed once, and left something.
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    /// Writes a file into it and returns its path.
    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Default for Scratch {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
