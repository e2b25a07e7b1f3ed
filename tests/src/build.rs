//! From the text of a flow to its binary.

use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use flowc::driver::system::Real;
use flowc::driver::{self, Engine, Making};
use flowc::sample::NoSamples;
use flowc::source::SourceFile;

use crate::folder;
use crate::process::run;

/// The first build on a machine builds the runtime, twice if one is static.
pub const BUILD_LIMIT: Duration = Duration::from_secs(900);

/// flowc, with the tests' cache folder.
pub fn flowc() -> Command {
    let mut command = Command::new(folder::programs().join("flowc-under-test"));
    command.env("FLOWC_CACHE", folder::cache());
    command
}

/// The binary of a flow. It is built once for each flow and flowc, whichever tests and test runs ask for it. What lies
/// beside the example of this name, lies beside it: samples.
pub fn binary_of(name: &str, flow: &str) -> PathBuf {
    binary_for(name, flow, &[])
}

/// The same, built with these options.
pub fn binary_for(name: &str, flow: &str, options: &[&str]) -> PathBuf {
    let folder = folder::root().join(format!("flows/{name}-{:016x}", hash(&(flow, options))));
    fs::create_dir_all(&folder).unwrap();
    let lock = File::create(folder.join("lock")).unwrap();
    lock.lock().unwrap();

    let (binary, stamp) = (folder.join(name), folder.join("stamp"));
    if is_current(&stamp) {
        return binary;
    }
    let source = folder.join(format!("{name}.flow"));
    fs::write(&source, flow).unwrap();
    let example = folder::workspace().join("examples").join(name);
    if example.is_dir() {
        for sample in folder::files_below(&example, "json") {
            fs::copy(&sample, folder.join(sample.file_name().unwrap())).unwrap();
        }
    }
    let mut command = flowc();
    if !options.is_empty() || flow.contains("on schedule") {
        command.env("FLOWC_CACHE", folder::quick_cache());
    }
    command.arg("build").arg(&source).arg("-o").arg(&binary).args(options);
    let ended = run(command, BUILD_LIMIT);
    assert_eq!(ended.code, Some(0), "{name} does not build: {}", ended.err);
    fs::write(stamp, this_flowc()).unwrap();
    binary
}

/// Whether the binary beside this stamp was built by this flowc.
fn is_current(stamp: &Path) -> bool {
    fs::read_to_string(stamp).is_ok_and(|stamp| stamp == this_flowc())
}

fn this_flowc() -> String {
    let flowc = fs::metadata(flowc().get_program()).expect("cargo builds flowc-under-test before the tests");
    format!("{} {:?}", flowc.len(), flowc.modified().unwrap())
}

/// The binary of a flow with the failpoints of the runtime, as no user has it. It is built once for each flow and flowc.
pub fn failing_binary_of(name: &str, flow: &str, engine: Engine) -> PathBuf {
    let folder = folder::root().join(format!("flows/{name}-{:016x}", hash(&(flow, engine.as_str(), "failing"))));
    fs::create_dir_all(&folder).unwrap();
    let (binary, stamp) = (folder.join(name), folder.join("stamp"));
    let cache = folder::cache().join(env!("CARGO_PKG_VERSION"));
    fs::create_dir_all(&cache).unwrap();
    // As flowc does: in its target folder, another flow of the same name would come to lie in this one's place.
    let lock = File::create(cache.join("lock")).unwrap();
    lock.lock().unwrap();
    if is_current(&stamp) {
        return binary;
    }
    let emitted = flowc::compile(&SourceFile::new(format!("{name}.flow"), flow), &NoSamples).emitted;
    let emitted = emitted.unwrap_or_else(|| panic!("{name} has mistakes"));
    // One for all flows, so that their runtime is built once; in flowc's own target folder, so that most crates are.
    let (package, target) = (folder::root().join("failing").join(engine.as_str()), cache.join("target"));
    driver::emit(&Real::new(), &package, &emitted, Making { engine, ..Making::default() }).unwrap();
    let mut build = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    build.args(["build", "--release", "--locked", "--offline", "--features", "flow-runtime/failpoints"]);
    build.args(["--config", &format!("profile.release.package.flow-runtime.{}", folder::QUICK)]);
    build.arg("--target-dir").arg(&target).current_dir(&package);
    // What cargo tells its tests of their package would have the build scripts of crates run anew, and with them all that
    // is built on these: flowc keeps it from its cargo, too.
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(|name| name.starts_with("CARGO_") && name != "CARGO_HOME") {
            build.env_remove(name);
        }
    }
    let ended = run(build, BUILD_LIMIT);
    assert_eq!(ended.code, Some(0), "{name} does not build with failpoints: {}", ended.err);
    fs::copy(target.join("release").join(driver::package_name(&emitted.name)), &binary).unwrap();
    fs::write(stamp, this_flowc()).unwrap();
    binary
}

fn hash(what: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    what.hash(&mut hasher);
    hasher.finish()
}
