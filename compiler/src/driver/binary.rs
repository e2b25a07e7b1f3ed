//! From a flow in Rust to its binary.

use std::io;
use std::path::{Path, PathBuf};

use super::cache::{self, Cache, Stamp};
use super::cargo::Cargo;
use super::error::Error;
use super::files;
use super::interrupted;
use super::making::{Linking, Making};
use super::manifest;
use super::name::package_name;
use super::package;
use super::system::{Entry, System};
use crate::Emitted;
use crate::fnv::fnv;

/// A binary to make.
#[derive(Clone, Copy, Debug)]
pub struct Order<'a> {
    /// The flow in Rust.
    pub emitted: &'a Emitted,
    /// The flow's file; it tells flows of one name apart.
    pub source: &'a Path,
    /// What goes into it besides.
    pub making: Making,
    /// Where the binary is to be; `None`: in the cache, to be run from there.
    pub output: Option<&'a Path>,
}

/// What takes more than a moment, for whoever watches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Another flowc is building.
    Waiting,
    /// cargo waits for another cargo, of the user's own.
    WaitingForCargo,
    /// Crates are downloaded.
    Downloading,
    /// What every flow is linked with is built, so many crates of so many (`None`: not known).
    Building(usize, Option<usize>),
}

/// Builds a flow's binary and returns its path.
///
/// The lock of the cache is held until the binary is in its place: in the shared target folder, another flow of the same
/// name would replace it.
pub fn build(system: &dyn System, order: Order<'_>, progress: &mut dyn FnMut(Progress)) -> Result<PathBuf, Error> {
    if order.making.linking == Linking::Static && manifest::static_target().is_none() {
        return Err(Error::StaticElsewhere);
    }
    if let Some(output) = order.output {
        // A device would be replaced by the binary, not written to.
        match system.entry(output) {
            Some(Entry::Folder) => return Err(Error::OutputIsFolder(output.to_owned())),
            Some(Entry::Special) => return Err(Error::OutputIsDevice(output.to_owned())),
            Some(Entry::File(_)) if !may_be_replaced(system, output) => {
                return Err(Error::OutputIsForeign(output.to_owned()));
            }
            Some(Entry::File(_)) | None => {}
        }
    }
    let cache = Cache::locate(system)?;
    let name = package_name(&order.emitted.name);
    let current = system.current_folder().unwrap_or_default();
    let (package, folder) = cache.package(&name, &current.join(order.source), order.making);

    let _lock = cache.open(system, &mut || progress(Progress::Waiting))?;
    let in_cache = |cause| Error::cache(cache.root(), &cause);
    package::write_cached(system, &folder, &package, order.emitted, order.making).map_err(in_cache)?;
    let kept = Kept { system, folder: &folder, binary: folder.join(&name) };
    if order.output.is_none() && kept.is_current() {
        return Ok(kept.binary);
    }
    kept.forget().map_err(in_cache)?;

    let cargo = Cargo { system, cache: &cache, package: &folder };
    let watched =
        interrupted::Watch { system, package: &folder, built: &cache.built(order.making.linking), name: &name };
    watched.begin().map_err(in_cache)?;
    let built = compile(&cargo, Stamp::Built(order.making, order.emitted.has_schedule), progress);
    watched.end().map_err(in_cache)?;
    let built = built?;
    match order.output {
        Some(output) => {
            let failed = |cause| Error::Write { path: output.to_owned(), cause };
            files::replace(system, &built, output).map_err(failed)?;
            Ok(output.to_owned())
        }
        None => {
            files::replace(system, &built, &kept.binary).map_err(in_cache)?;
            kept.note().map_err(in_cache)?;
            Ok(kept.binary)
        }
    }
}

/// The binary that lies beside its package in the cache. Whether it is made of what the package holds now is noted beside it,
/// so that one that is run or tested again unchanged costs no cargo.
struct Kept<'a> {
    system: &'a dyn System,
    /// The package's folder.
    folder: &'a Path,
    binary: PathBuf,
}

impl Kept<'_> {
    fn is_current(&self) -> bool {
        let noted = self.system.read(&self.noted());
        self.system.entry(&self.binary).is_some() && noted.is_ok_and(|noted| noted == self.content().as_bytes())
    }

    fn note(&self) -> io::Result<()> {
        files::write_if_changed(self.system, &self.noted(), &self.content())
    }

    /// Before anything else is built: a build that fails leaves the old binary.
    fn forget(&self) -> io::Result<()> {
        if self.system.entry(&self.noted()).is_some() { self.system.remove(&self.noted()) } else { Ok(()) }
    }

    fn noted(&self) -> PathBuf {
        self.folder.join("made-of")
    }

    /// Names what the binary is made of: the package's own files, and the sources that this flowc carries.
    fn content(&self) -> String {
        let files = ["Cargo.toml", "Cargo.lock", "src/main.rs", ".cargo/config.toml"];
        let texts = files.map(|file| self.system.read(&self.folder.join(file)).unwrap_or_default());
        let hash = fnv(texts.into_iter().flat_map(|text| text.into_iter().chain([0])));
        format!("{hash:016x} {}", cache::sources_hash())
    }
}

/// Whether a file is a program, as an earlier build leaves it (an ELF, Mach-O or PE file), and not what somebody wrote.
fn may_be_replaced(system: &dyn System, file: &Path) -> bool {
    const PROGRAMS: &[&[u8]] = &[b"\x7fELF", b"\xcf\xfa\xed\xfe", b"MZ"];
    let content = system.read(file).unwrap_or_default();
    content.is_empty() || PROGRAMS.iter().any(|magic| content.starts_with(magic))
}

fn compile(cargo: &Cargo<'_>, stamp: Stamp, progress: &mut dyn FnMut(Progress)) -> Result<PathBuf, Error> {
    let Cargo { system, cache, .. } = *cargo;
    if !cache.is_stamped(system, Stamp::Fetched) {
        cargo.fetch(progress)?;
        cache.put_stamp(system, Stamp::Fetched)?;
    }
    if cache.is_stamped(system, stamp) {
        return cargo.build(None, progress);
    }
    let built = cargo.build(cargo.count(), progress)?;
    cache.put_stamp(system, stamp)?;
    Ok(built)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use super::super::system::Exit;
    use super::super::system::memory::Memory;
    use super::*;

    /// A machine whose cargo makes a binary that holds the emitted source.
    fn machine() -> Memory {
        let memory = Memory {
            program: Some(Box::new(|memory, command| {
                let exit = Exit { code: Some(0), ..Exit::default() };
                let first = command.arguments[0].to_str().unwrap();
                let lines = match first {
                    "-vV" => vec!["host: x86_64-unknown-linux-gnu".to_owned()],
                    "build" => {
                        let main = memory.read(&command.folder.clone().unwrap().join("src/main.rs")).unwrap();
                        memory.files.borrow_mut().insert("/c/0.1.0/target/release/wx".into(), main);
                        vec![
                            r#"{"reason":"compiler-artifact","package_id":"r","target":{"kind":["lib"]},"fresh":false}"#.to_owned(),
                            r#"{"reason":"compiler-artifact","package_id":"wx","target":{"kind":["bin"]},"executable":"/c/0.1.0/target/release/wx"}"#.to_owned(),
                        ]
                    }
                    "tree" => {
                        ["wx v0.0.0", "flow-runtime v0.1.0", "url v2.5.0", "url v2.5.0 (*)"].map(str::to_owned).into()
                    }
                    _ => vec![],
                };
                (lines, exit)
            })),
            ..Memory::default()
        };
        memory.with_variable("FLOWC_CACHE", "/c")
    }

    fn order<'a>(emitted: &'a Emitted, output: Option<&'a Path>) -> Order<'a> {
        Order { emitted, source: Path::new("wx.flow"), making: Making::default(), output }
    }

    fn flow(main_rs: &str) -> Emitted {
        // The machine's cargo copies the source: so that its binaries begin like one.
        Emitted { name: "wx".to_owned(), main_rs: format!("\x7fELF {main_rs}"), has_schedule: false }
    }

    #[test]
    fn the_binary_is_put_where_it_is_asked_for() {
        let memory = machine();
        let mut seen = Vec::new();
        let path =
            build(&memory, order(&flow("one"), Some(Path::new("/out/wx"))), &mut |step| seen.push(step)).unwrap();
        assert_eq!(path, Path::new("/out/wx"));
        assert_eq!(memory.text("/out/wx"), "\x7fELF one");
        assert_eq!(seen, [Progress::Building(1, Some(2))]);
    }

    #[test]
    fn a_warm_build_runs_cargo_once() {
        let memory = machine();
        build(&memory, order(&flow("one"), Some(Path::new("/out/wx"))), &mut |_| {}).unwrap();
        memory.commands.borrow_mut().clear();
        build(&memory, order(&flow("two"), Some(Path::new("/out/wx"))), &mut |_| {}).unwrap();
        assert_eq!(memory.commands.borrow().len(), 1);
        assert_eq!(memory.text("/out/wx"), "\x7fELF two");
    }

    #[test]
    fn a_flow_that_is_only_run_leaves_nothing_beside_it() {
        let memory = machine();
        let path = build(&memory, order(&flow("one"), None), &mut |_| {}).unwrap();
        assert!(path.starts_with("/c/0.1.0/crates") && path.ends_with("wx"));
        assert!(memory.files.borrow().keys().all(|file| file.starts_with("/c")));
    }

    #[test]
    fn a_flow_that_is_run_again_unchanged_needs_no_cargo() {
        let memory = machine();
        let run = |text: &str| build(&memory, order(&flow(text), None), &mut |_| {}).unwrap();
        let path = run("one");
        memory.commands.borrow_mut().clear();
        assert_eq!(run("one"), path);
        assert!(memory.commands.borrow().is_empty());

        let two = run("two");
        assert_eq!((two, memory.text(path.to_str().unwrap()).as_str()), (path.clone(), "\x7fELF two"));
        assert_eq!(memory.commands.borrow().len(), 1);

        // A build that fails leaves the binary of the text before it, which is not taken for the new one.
        let failing = Memory {
            files: memory.files.clone(),
            program: Some(Box::new(|_, _| (Vec::new(), Exit { code: Some(101), ..Exit::default() }))),
            ..Memory::default()
        }
        .with_variable("FLOWC_CACHE", "/c");
        build(&failing, order(&flow("three"), None), &mut |_| {}).unwrap_err();
        build(&failing, order(&flow("two"), None), &mut |_| {}).unwrap_err();

        // Nor is one that another flowc made of other sources.
        let noted = path.with_file_name("made-of");
        let before = memory.text(noted.to_str().unwrap());
        memory.files.borrow_mut().insert(noted.clone(), before.replace(' ', " 0").into_bytes());
        memory.commands.borrow_mut().clear();
        run("two");
        assert_eq!((memory.commands.borrow().len(), memory.text(noted.to_str().unwrap())), (1, before));
    }

    #[test]
    fn what_is_no_program_is_not_replaced_by_one() {
        let memory = machine();
        memory.write(Path::new("/out/wx"), b"on sms -> sms \"mine\"").unwrap();
        let refused = build(&memory, order(&flow("one"), Some(Path::new("/out/wx"))), &mut |_| {});
        assert!(matches!(refused, Err(Error::OutputIsForeign(_))));
        assert_eq!(memory.text("/out/wx"), "on sms -> sms \"mine\"");
    }

    #[test]
    fn a_folder_is_not_replaced_by_a_binary() {
        let memory = machine();
        memory.create_folder(Path::new("/out/wx")).unwrap();
        let refused = build(&memory, order(&flow("one"), Some(Path::new("/out/wx"))), &mut |_| {});
        assert!(matches!(refused, Err(Error::OutputIsFolder(_))));
        assert!(memory.commands.borrow().is_empty());
    }
}
