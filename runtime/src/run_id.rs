//! Names of runs.

use std::fmt;
use std::str::FromStr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use ring::rand::{SecureRandom, SystemRandom};
use serde::{Deserialize, Serialize};
use uuid::{Builder, Uuid};

/// Names one run in answers, logs and the simulator's outbox: a UUID of version 7 (RFC 9562), so
/// that ids sort by the time they were given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct RunId(Uuid);

impl RunId {
    /// A name that no other run has.
    pub(crate) fn new() -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let millis = u64::try_from(now.as_millis()).unwrap_or(u64::MAX);
        Self(Builder::from_unix_timestamp_millis(millis, &random()).into_uuid())
    }
}

impl RunId {
    /// Its 128 bits.
    pub(crate) fn as_u128(self) -> u128 {
        self.0.as_u128()
    }
}

impl FromStr for RunId {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, uuid::Error> {
        Uuid::try_parse(text).map(Self)
    }
}

impl TryFrom<String> for RunId {
    type Error = uuid::Error;

    fn try_from(text: String) -> Result<Self, uuid::Error> {
        text.parse()
    }
}

impl From<RunId> for String {
    fn from(id: RunId) -> Self {
        id.to_string()
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Random bytes from ring, which asks the kernel itself: a static binary in an empty folder has no
/// `/dev/urandom` to read.
fn random() -> [u8; 10] {
    static GIVEN: AtomicU64 = AtomicU64::new(0);
    let mut bytes = [0; 10];
    if SystemRandom::new().fill(&mut bytes).is_err() {
        // Unique within the process all the same; an id is a name, not a secret.
        let [_, _, count @ ..] = &mut bytes;
        *count = GIVEN.fetch_add(1, Ordering::Relaxed).to_be_bytes();
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_and_of_version_7() {
        let ids: Vec<RunId> = (0..1000).map(|_| RunId::new()).collect();
        assert!(ids.iter().all(|id| id.0.get_version_num() == 7));
        let unique: std::collections::HashSet<String> = ids.iter().map(RunId::to_string).collect();
        assert_eq!(unique.len(), ids.len());
    }
}
