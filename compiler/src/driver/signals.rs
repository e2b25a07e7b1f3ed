//! Signals that ask for the end, where flowc has something to put away first.

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator;

/// Signals that ask for the end. From when they are listened to on, they end flowc only by [`Self::obey`].
pub struct Signals(Option<iterator::Signals>);

impl Signals {
    /// Listens to them. Where that cannot be, they do what they always do.
    pub fn listen() -> Self {
        Self(iterator::Signals::new([SIGHUP, SIGINT, SIGTERM]).ok())
    }

    /// The one that has come, if one has.
    pub fn come(&mut self) -> Option<i32> {
        self.0.as_mut()?.pending().next()
    }

    /// Does to flowc what a signal does to others: whoever started it sees that a signal has ended it.
    pub fn obey(signal: i32) {
        // It returns only where the signal cannot be raised.
        let _ = signal_hook::low_level::emulate_default_handler(signal);
    }
}
