//! Notices that flows are saved, by looking again and again at their files and at those that they name.
//!
//! To ask the system for news would take a crate for each system, and would miss what a network's disk changes; a look at a
//! handful of files costs some microseconds.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::flow_file;
use super::samples::Beside;
use super::system::{Stamp, System};
use crate::sample::Samples;

/// Between two looks.
const LOOK: Duration = Duration::from_millis(50);

/// How long a file that has changed must have rested: editors write one in several steps, or put another in its place.
const REST: Duration = Duration::from_millis(20);

/// For how many rests at most a change is waited to be over.
const RESTS: u32 = 25;

/// Flows, with the samples and answers that they name, as they were at a moment.
pub struct Watch {
    seen: Vec<(PathBuf, Option<Stamp>)>,
}

impl Watch {
    /// As they are now. To be called before they are read: what changes from here on is noticed.
    pub fn over<'a>(system: &dyn System, flows: impl IntoIterator<Item = &'a Path>) -> Self {
        let mut seen = Vec::new();
        for flow in flows {
            seen.push((flow.to_owned(), system.stamp(flow)));
            // One that cannot be read names nothing.
            let Ok(file) = flow_file::read(system, flow) else { continue };
            let asked = Asked { system, flow, seen: RefCell::default() };
            let _ = crate::check(&file, &asked);
            seen.extend(asked.seen.into_inner());
        }
        Self { seen }
    }

    /// Waits until one of them is another, and rests. `meanwhile` is called at each look; it ends the waiting by `false`.
    ///
    /// Returns whether something has changed.
    pub fn wait(&self, system: &dyn System, meanwhile: &mut dyn FnMut() -> bool) -> bool {
        while meanwhile() {
            if self.now(system) != self.stamps() {
                self.rest(system);
                return true;
            }
            system.sleep(LOOK);
        }
        false
    }

    fn rest(&self, system: &dyn System) {
        let mut before = self.now(system);
        for _ in 0..RESTS {
            system.sleep(REST);
            let now = self.now(system);
            // A file that is gone is about to be put back, if it is to be.
            if now == before && now.iter().all(Option::is_some) {
                return;
            }
            before = now;
        }
    }

    fn now(&self, system: &dyn System) -> Vec<Option<Stamp>> {
        self.seen.iter().map(|(path, _)| system.stamp(path)).collect()
    }

    fn stamps(&self) -> Vec<Option<Stamp>> {
        self.seen.iter().map(|(_, stamp)| *stamp).collect()
    }
}

/// The samples beside a flow, with a note of which were asked for.
struct Asked<'a> {
    system: &'a dyn System,
    flow: &'a Path,
    seen: RefCell<Vec<(PathBuf, Option<Stamp>)>>,
}

impl Samples for Asked<'_> {
    fn read(&self, name: &str) -> Result<String, String> {
        let path = self.flow.parent().unwrap_or(Path::new("")).join(name);
        let stamp = self.system.stamp(&path);
        self.seen.borrow_mut().push((path, stamp));
        Beside::new(self.system, self.flow).read(name)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::super::system::memory::Memory;
    use super::*;

    const FLOW: &str = "on sms -> call GET \"https://a.example\" sample \"a.json\" < a = a > ok -> sms \"$a\" fail -> end\n\
                        test \"t\" given GET \"https://a.example\" -> 200 json file \"b.json\" when sms \"x\" from \"+15550123\"\n\
                        then sms \"1\"\n";

    fn watched() -> (Memory, Watch) {
        let memory =
            Memory::with_files(&[("f/a.flow", FLOW), ("f/a.json", "{\"a\": 1}"), ("f/b.json", "{}"), ("f/c.json", "")]);
        let watch = Watch::over(&memory, [Path::new("f/a.flow")]);
        (memory, watch)
    }

    /// Whether it is noticed, within ten looks, that this file is written at the third.
    fn notices(path: &str) -> bool {
        let (memory, watch) = watched();
        let mut looks = 0;
        watch.wait(&memory, &mut || {
            looks += 1;
            if looks == 3 {
                memory.write(Path::new(path), b"{\"a\": 2}").unwrap();
            }
            looks < 10
        })
    }

    #[test]
    fn a_flow_and_what_it_names_are_watched() {
        assert!(["f/a.flow", "f/a.json", "f/b.json"].into_iter().all(notices));
        assert!(!notices("f/c.json"));
    }

    #[test]
    fn what_changed_since_it_was_read_is_noticed_at_once() {
        let (memory, watch) = watched();
        memory.write(Path::new("f/a.json"), b"{}").unwrap();
        assert!(watch.wait(&memory, &mut || true));
        assert_eq!(memory.clock.get(), REST, "it had come to rest");
    }

    #[test]
    fn a_file_that_is_gone_is_waited_for_but_not_for_ever() {
        let (memory, watch) = watched();
        memory.remove(Path::new("f/a.flow")).unwrap();
        assert!(watch.wait(&memory, &mut || true));
        assert_eq!(memory.clock.get(), REST * RESTS);
        // A flow that is not there is watched all the same.
        let watch = Watch::over(&memory, [Path::new("f/a.flow")]);
        memory.write(Path::new("f/a.flow"), b"on sms -> end\n").unwrap();
        assert!(watch.wait(&memory, &mut || true));
    }
}
