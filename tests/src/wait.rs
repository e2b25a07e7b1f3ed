//! Waiting for what happens elsewhere.

use std::time::{Duration, Instant};

/// How long anything may take that should happen at once, on a machine that is busy with building.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Looks again and again until something is there, and panics with `what` if it is not there in time.
pub fn until<T>(what: &str, look: impl FnMut() -> Option<T>) -> T {
    within(PATIENCE, look).unwrap_or_else(|| panic!("waited {} s in vain for {what}", PATIENCE.as_secs()))
}

/// The same with another deadline, and nothing said if it passes.
pub fn within<T>(limit: Duration, mut look: impl FnMut() -> Option<T>) -> Option<T> {
    let deadline = Instant::now() + limit;
    loop {
        if let Some(found) = look() {
            return Some(found);
        }
        if Instant::now() > deadline {
            return None;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}
