//! A clock on the wall that a test sets, for one process: libfaketime, by its own variables (its README has them).

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::Scratch;
use crate::program::Start;

/// The clock; it runs as fast as the real one, and may be set while processes look at it. A clock that never jumps, as
/// the monotonic one and the time since boot, is left alone.
pub struct FakeClock {
    library: PathBuf,
    folder: Scratch,
}

impl FakeClock {
    /// One that shows the real time; `None`, with a line that says so, where libfaketime is not installed.
    pub fn new() -> Option<Self> {
        let Some(library) = library() else {
            println!("skipped: there is no libfaketime (Debian's package libfaketime has it)");
            return None;
        };
        let clock = Self { library, folder: Scratch::new() };
        clock.set_ahead(0);
        Some(clock)
    }

    /// Sets it by so many seconds ahead of the real time, or behind it.
    pub fn set_ahead(&self, seconds: i64) {
        let new = self.folder.write("new", &format!("{seconds:+}\n"));
        // In one step: it is read at any moment.
        fs::rename(new, self.file()).unwrap();
    }

    /// Sets it to a moment, in seconds since 1970.
    pub fn set_to(&self, moment: u64) {
        // A whole number of seconds from now, so that the moment shown is less than a second before the one asked for.
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap() + Duration::from_secs(1);
        self.set_ahead(i64::try_from(moment).unwrap() - i64::try_from(now.as_secs()).unwrap());
    }

    /// Has a program look at this clock.
    pub fn worn_by(&self, start: Start) -> Start {
        start
            .variable("LD_PRELOAD", &self.library)
            .variable("FAKETIME_TIMESTAMP_FILE", self.file())
            .variable("FAKETIME_NO_CACHE", "1")
            .variable("FAKETIME_DONT_FAKE_MONOTONIC", "1")
            .variable("DONT_FAKE_MONOTONIC", "1")
            .variable("NO_FAKE_STAT", "1")
            .variable("TZ", "UTC")
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("clock")
    }
}

fn library() -> Option<PathBuf> {
    let folders = ["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib"];
    let paths = folders.map(|folder| Path::new(folder).join("faketime/libfaketimeMT.so.1"));
    paths.into_iter().find(|path| path.exists())
}
