//! The source of the runtime and of what it is made of, which flowc carries inside itself.

include!(concat!(env!("OUT_DIR"), "/sources.rs"));

/// Path, with `/`, and text.
pub(super) type SourceText = (&'static str, &'static str);

/// All files of the packages `runtime` and `query`, each in a folder of that name beside the other; sorted by path.
pub(super) fn sources() -> &'static [SourceText] {
    SOURCES
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
    fn the_whole_packages_are_here() {
        let paths: Vec<_> = sources().iter().map(|(path, _)| *path).collect();
        for path in ["query/Cargo.toml", "query/src/lib.rs", "runtime/Cargo.toml", "runtime/src/flow.rs"] {
            assert!(paths.contains(&path), "{path}: {paths:?}");
        }
        assert!(paths.is_sorted());
    }

    #[test]
    fn the_hash_is_the_published_one() {
        assert_eq!(fnv([]), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fnv(*b"foobar"), 0x8594_4171_f739_67e8);
    }
}
