//! The runtime's source, which flowc carries inside itself.

include!(concat!(env!("OUT_DIR"), "/runtime_source.rs"));

/// Path within the runtime's package, with `/`, and text; sorted by path.
pub(super) type SourceText = (&'static str, &'static str);

/// All files of the runtime's package.
pub(super) fn runtime() -> &'static [SourceText] {
    RUNTIME
}

/// A hash of a text for names of folders and stamps: FNV-1a, 64 bits (Fowler, Noll, Vo). It guards against mix-ups, not
/// against an adversary.
pub(super) fn fnv(bytes: impl IntoIterator<Item = u8>) -> u64 {
    bytes.into_iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_package_is_here() {
        let paths: Vec<_> = runtime().iter().map(|(path, _)| *path).collect();
        assert!(
            paths.contains(&"Cargo.toml") && paths.contains(&"src/lib.rs") && paths.contains(&"src/flow.rs"),
            "{paths:?}"
        );
        assert!(paths.is_sorted());
    }

    #[test]
    fn the_hash_is_the_published_one() {
        assert_eq!(fnv([]), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fnv(*b"foobar"), 0x8594_4171_f739_67e8);
    }
}
