//! Whose fault a failed build is: flowc's, the network's, the disk's, or the machine's for want of a tool.
//!
//! cargo has no codes for its errors, so they are told apart by words that it, rustc and the `cc` crate have used for
//! years. Words that change lead to [`Error::Cargo`], which shows the whole output.

use std::path::Path;

use super::messages::CompilerError;
use crate::driver::cache::Cache;
use crate::driver::error::Error;
use crate::driver::manifest::RUST_VERSION;

/// The system's own words for a disk that takes nothing, with its error numbers (errno(3)).
const DISK: &[(&str, &str)] = &[
    ("os error 28", "its disk is full"),
    ("No space left on device", "its disk is full"),
    ("os error 30", "it is read-only"),
    ("os error 122", "your quota of it is used up"),
    ("os error 13", "permission denied"),
];

/// cargo was not allowed to download what it needs.
pub(super) fn is_crate_missing(errors: &str) -> bool {
    errors.contains("--offline was specified")
        || errors.contains("you may wish to re-run with the `--offline`")
        || errors.contains("without the offline flag")
        || errors.contains("attempting to make an HTTP request, but")
}

/// A build did not succeed.
pub(super) fn for_build(cache: &Cache, package: &Path, refused: &[CompilerError], errors: &str) -> Error {
    let texts = refused.iter().map(|error| error.text.as_str());
    let output =
        texts.chain([errors]).map(str::trim_end).filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n\n");
    if let Some(error) = of_the_machine(cache, &output) {
        return error;
    }
    let ours = |error: &CompilerError| error.source.starts_with(package) || error.source.starts_with(cache.sources());
    if refused.iter().any(ours) {
        return Error::Emitted { package: package.to_owned(), output };
    }
    Error::Cargo { package: package.to_owned(), output }
}

/// Crates could not be fetched.
pub(super) fn for_fetch(cache: &Cache, errors: &str) -> Error {
    of_the_machine(cache, errors).unwrap_or_else(|| Error::Fetch { output: errors.to_owned() })
}

fn of_the_machine(cache: &Cache, output: &str) -> Option<Error> {
    if let Some((_, cause)) = DISK.iter().find(|(words, _)| output.contains(words)) {
        return Some(Error::Cache { folder: cache.root().to_owned(), cause: (*cause).to_owned() });
    }
    if output.contains("linker `cc` not found") || output.contains("failed to find tool") {
        return Some(Error::NoLinker);
    }
    if output.contains("is not supported by the following package") || output.contains("edition2024") {
        return Some(Error::OldRust { needed: RUST_VERSION });
    }
    None
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::driver::system::memory::Memory;

    fn blame(source: &str, text: &str, errors: &str) -> Error {
        let cache = Cache::locate(&Memory::default().with_variable("FLOWC_CACHE", "/c")).unwrap();
        let refused = CompilerError { source: source.into(), text: text.to_owned() };
        for_build(&cache, Path::new("/c/p"), &[refused], errors)
    }

    #[test]
    fn rust_of_ours_that_does_not_compile_is_our_bug() {
        let error = blame("/c/p/src/main.rs", "error[E0308]: mismatched types", "error: could not compile");
        let text = format!("{error} {}", error.help().unwrap());
        assert!(text.contains("bug of flowc") && text.contains("E0308") && text.contains("/c/p/src/main.rs"), "{text}");
        assert!(matches!(blame("/c/0.1.0/sources/runtime/src/lib.rs", "error", ""), Error::Emitted { .. }));
        assert!(matches!(blame("/h/registry/ring/lib.rs", "error", ""), Error::Cargo { .. }));
    }

    #[test]
    fn the_machine_is_blamed_for_what_is_its_own() {
        let main = "/c/p/src/main.rs";
        assert!(matches!(blame(main, "error: linker `cc` not found", ""), Error::NoLinker));
        assert!(matches!(
            blame(main, "", "error: failed to write: No space left on device (os error 28)"),
            Error::Cache { .. }
        ));
        assert!(matches!(
            blame(main, "", "error: rustc 1.80.0 is not supported by the following package:"),
            Error::OldRust { .. }
        ));
    }
}
