//! flowc's cache folder: the sources it carries, the emitted packages, and the target folder they all share.
//!
//! ```text
//! ~/.cache/flowc/0.1.0/
//!   lock                           held while anything here is changed or built
//!   sources/                       the runtime's, and what it is made of
//!   crates/weather-forecast-HASH/  one emitted package for each flow file, and its binary if it was run or tested
//!   target/                        cargo's, shared by all of them
//!   fetched, built, built-memory   stamps: what need not be done again
//! ```
//!
//! Every build first makes `sources/` and its own package hold exactly what they should, and cargo rebuilds what has
//! changed; so whatever a killed build left behind is mended by the next, and nothing here is ever half valid.

use std::path::{Path, PathBuf};

use super::embed;
use super::error::Error;
use super::files;
use super::lock;
use super::making::{Linking, Making};
use super::manifest::{self, Identity};
use super::system::{Lock, System};
use crate::Emitted;
use crate::fnv::fnv;

/// The cache folder of this version of flowc.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cache {
    root: PathBuf,
    folder: PathBuf,
}

impl Cache {
    /// Finds it: `$FLOWC_CACHE`, else `$XDG_CACHE_HOME/flowc` (XDG Base Directory Specification), else
    /// `~/.cache/flowc`. Touches no file.
    pub fn locate(system: &dyn System) -> Result<Self, Error> {
        let variable = |name| system.variable(name).map(PathBuf::from);
        let root = variable("FLOWC_CACHE")
            // The specification has relative paths ignored.
            .or_else(|| variable("XDG_CACHE_HOME").filter(|path| path.is_absolute()).map(|path| path.join("flowc")))
            .or_else(|| variable("HOME").map(|path| path.join(".cache/flowc")))
            .ok_or(Error::NoCache)?;
        // cargo runs in another folder, where a relative path would mean another place.
        let root = match system.current_folder() {
            Ok(current) => current.join(root),
            Err(_) => root,
        };
        let folder = root.join(env!("CARGO_PKG_VERSION"));
        Ok(Self { root, folder })
    }

    /// The folder that the user may name, for messages.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Where the sources are unpacked that flowc carries.
    pub fn sources(&self) -> PathBuf {
        self.folder.join("sources")
    }

    /// cargo's target folder.
    pub fn target(&self) -> PathBuf {
        self.folder.join("target")
    }

    /// The package of a flow file: what cargo knows it by, and where it is emitted. Two flows of one name in two folders
    /// do not meet.
    pub(super) fn package(&self, name: &str, source: &Path, making: Making) -> (Identity, PathBuf) {
        let ending = making.ending();
        let hash = fnv(source.as_os_str().as_encoded_bytes().iter().copied());
        let folder = self.folder.join(format!("crates/{name}-{hash:016x}{ending}"));
        (Identity::among_others(name.to_owned(), hash), folder)
    }

    /// Where cargo puts what it builds for this kind of binary.
    pub(super) fn built(&self, linking: Linking) -> PathBuf {
        let triple = manifest::static_target().filter(|_| linking == Linking::Static);
        self.target().join(triple.unwrap_or_default()).join("release")
    }

    /// Takes the lock and unpacks the sources. `waiting` is called if another flowc holds it.
    pub fn open(&self, system: &dyn System, waiting: &mut dyn FnMut()) -> Result<Box<dyn Lock>, Error> {
        let mut open = || {
            system.create_folder(&self.folder)?;
            let lock = system.lock(&self.folder.join("lock"), waiting)?;
            files::sync_folder(system, &self.sources(), embed::sources())?;
            Ok(lock)
        };
        open().map_err(|cause| Error::cache(&self.root, &cause))
    }

    /// Whether something was done for the sources that this flowc carries.
    pub fn is_stamped(&self, system: &dyn System, stamp: Stamp) -> bool {
        system.read(&self.stamp(stamp)).is_ok_and(|bytes| bytes == sources_hash().as_bytes())
    }

    /// Notes that it was done.
    pub fn put_stamp(&self, system: &dyn System, stamp: Stamp) -> Result<(), Error> {
        let put = files::write_if_changed(system, &self.stamp(stamp), &sources_hash());
        put.map_err(|cause| Error::cache(&self.root, &cause))
    }

    fn stamp(&self, stamp: Stamp) -> PathBuf {
        self.folder.join(match stamp {
            Stamp::Fetched => "fetched".to_owned(),
            Stamp::Built(making, has_schedule) => {
                format!("built{}{}", making.ending(), if has_schedule { "-schedule" } else { "" })
            }
        })
    }
}

/// What need not be done again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stamp {
    /// All crates are in cargo's own cache.
    Fetched,
    /// The runtime is built, for flows with a schedule or without.
    Built(Making, bool),
}

/// Names the sources that flowc carries, the versions of its crates, and how they are compiled.
pub(super) fn sources_hash() -> String {
    let sources =
        embed::sources().iter().flat_map(|(path, text)| path.bytes().chain([0]).chain(text.bytes()).chain([0]));
    let package = Identity::alone("flow".to_owned());
    let flow = Emitted { name: "flow".to_owned(), main_rs: String::new(), has_schedule: false };
    let settings = lock::lock_for(&package) + &manifest::manifest(&package, "", &flow, Making::default());
    format!("{:016x}\n", fnv(sources.chain(settings.into_bytes())))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::io::ErrorKind;

    use super::super::making::Engine;
    use super::super::system::memory::Memory;
    use super::*;

    fn root(memory: Memory) -> PathBuf {
        Cache::locate(&memory).unwrap().root
    }

    #[test]
    fn the_folder_is_the_users_choice_then_the_systems() {
        let home = || Memory::default().with_variable("HOME", "/home/ada");
        assert_eq!(root(home()), Path::new("/home/ada/.cache/flowc"));
        assert_eq!(root(home().with_variable("XDG_CACHE_HOME", "/var/c")), Path::new("/var/c/flowc"));
        assert_eq!(root(home().with_variable("XDG_CACHE_HOME", "rel")), Path::new("/home/ada/.cache/flowc"));
        assert_eq!(root(home().with_variable("FLOWC_CACHE", "/fc")), Path::new("/fc"));
        assert_eq!(root(home().with_variable("FLOWC_CACHE", "fc")), Path::new("/home/ada/fc"));
        assert!(matches!(Cache::locate(&Memory::default()), Err(Error::NoCache)));
    }

    #[test]
    fn flows_of_one_name_do_not_meet() {
        let cache = Cache::locate(&Memory::default().with_variable("FLOWC_CACHE", "/c")).unwrap();
        let package = |path, making| cache.package("wx", Path::new(path), making).1;
        let (usual, other) = (Making::default(), Making { engine: Engine::Memory, ..Making::default() });
        assert_ne!(package("/a/wx.flow", usual), package("/b/wx.flow", usual));
        assert_ne!(package("/a/wx.flow", usual), package("/a/wx.flow", other));
        assert_eq!(package("/a/wx.flow", usual), package("/a/wx.flow", usual));
        assert!(package("/a/wx.flow", usual).starts_with("/c/0.1.0/crates"));
    }

    #[test]
    fn opening_mends_what_a_killed_build_left() {
        let memory =
            Memory::with_files(&[("/c/0.1.0/sources/runtime/src/lib.rs", "hal"), ("/c/0.1.0/sources/x.rs", "")])
                .with_variable("FLOWC_CACHE", "/c");
        let cache = Cache::locate(&memory).unwrap();
        cache.open(&memory, &mut || {}).unwrap();
        for (path, text) in embed::sources() {
            assert_eq!(memory.text(&format!("/c/0.1.0/sources/{path}")), *text);
        }
        assert_eq!(memory.files.borrow().len(), embed::sources().len());
        memory.writes.borrow_mut().clear();
        cache.open(&memory, &mut || {}).unwrap();
        assert!(memory.writes.borrow().is_empty(), "cargo would build the runtime again");
    }

    #[test]
    fn a_stamp_is_for_these_sources_only() {
        let memory = Memory::default().with_variable("FLOWC_CACHE", "/c");
        let cache = Cache::locate(&memory).unwrap();
        assert!(!cache.is_stamped(&memory, Stamp::Fetched));
        cache.put_stamp(&memory, Stamp::Fetched).unwrap();
        assert!(cache.is_stamped(&memory, Stamp::Fetched));
        assert!(!cache.is_stamped(&memory, Stamp::Built(Making::default(), true)));
        memory.files.borrow_mut().insert("/c/0.1.0/fetched".into(), b"older".to_vec());
        assert!(!cache.is_stamped(&memory, Stamp::Fetched));
    }

    #[test]
    fn a_folder_that_cannot_be_written_is_named_with_the_cause() {
        for (kind, words) in [
            (ErrorKind::ReadOnlyFilesystem, "read-only"),
            (ErrorKind::StorageFull, "no storage space"),
            (ErrorKind::PermissionDenied, "permission denied"),
        ] {
            let mut memory = Memory::default().with_variable("FLOWC_CACHE", "/c");
            memory.broken = Some(("/c".into(), kind));
            let error = Cache::locate(&memory).unwrap().open(&memory, &mut || {}).err().unwrap();
            let text = format!("{error}\n{}", error.help().unwrap_or_default());
            assert!(text.contains("`/c`") && text.contains(words) && text.contains("FLOWC_CACHE"), "{text}");
        }
    }

    #[test]
    fn a_second_build_says_that_it_waits() {
        let memory = Memory { busy: true, ..Memory::default() }.with_variable("FLOWC_CACHE", "/c");
        let mut waited = false;
        Cache::locate(&memory).unwrap().open(&memory, &mut || waited = true).unwrap();
        assert!(waited);
    }
}
