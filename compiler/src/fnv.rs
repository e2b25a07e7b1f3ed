//! A hash that is the same on every machine and in every version of Rust: FNV-1a, 64 bits (Fowler, Noll, Vo). It guards
//! against mix-ups, not against an adversary.

/// A hash that is being put together.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Fnv {
    /// Adds bytes.
    pub(crate) fn bytes(&mut self, bytes: impl IntoIterator<Item = u8>) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    /// Adds a text, and that it ends here.
    pub(crate) fn text(&mut self, text: &str) {
        self.bytes(text.bytes().chain([0]));
    }

    /// Adds a number.
    pub(crate) fn number(&mut self, number: u64) {
        self.bytes(number.to_le_bytes());
    }

    /// The hash of all that was added.
    pub(crate) fn finish(self) -> u64 {
        self.0
    }
}

/// The hash of some bytes.
pub(crate) fn fnv(bytes: impl IntoIterator<Item = u8>) -> u64 {
    let mut hash = Fnv::default();
    hash.bytes(bytes);
    hash.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_the_published_one() {
        assert_eq!(fnv([]), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fnv(*b"foobar"), 0x8594_4171_f739_67e8);
    }
}
