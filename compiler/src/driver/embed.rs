//! The source of the runtime and of what it is made of, which flowc carries inside itself.

include!(concat!(env!("OUT_DIR"), "/sources.rs"));

/// Path, with `/`, and text.
pub(super) type SourceText = (&'static str, &'static str);

/// All files of the packages `runtime` and `query`, each in a folder of that name beside the other; sorted by path.
pub(super) fn sources() -> &'static [SourceText] {
    SOURCES
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
}
