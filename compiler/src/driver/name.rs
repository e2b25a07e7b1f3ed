//! From a flow's name to its package's.

use super::lock;

/// Names that cargo or rustc keep for themselves: folders of a target folder, crates of Rust itself and its keywords.
const TAKEN: &[&str] = &[
    "abstract",
    "alloc",
    "as",
    "async",
    "await",
    "become",
    "box",
    "break",
    "build",
    "const",
    "continue",
    "core",
    "crate",
    "deps",
    "do",
    "dyn",
    "else",
    "enum",
    "examples",
    "extern",
    "false",
    "final",
    "fn",
    "for",
    "gen",
    "if",
    "impl",
    "in",
    "incremental",
    "let",
    "loop",
    "macro",
    "match",
    "mod",
    "move",
    "mut",
    "override",
    "priv",
    "proc-macro",
    "pub",
    "ref",
    "return",
    "self",
    "static",
    "std",
    "struct",
    "super",
    "test",
    "trait",
    "true",
    "try",
    "type",
    "typeof",
    "union",
    "unsafe",
    "unsized",
    "use",
    "virtual",
    "where",
    "while",
    "yield",
];

/// The longest name: a file name may have 255 bytes, and cargo adds a hash and an ending.
const LONGEST: usize = 64;

/// The package, and so the binary, that a flow becomes: `Weather Forecast` → `weather-forecast`.
///
/// The result holds lower-case ASCII letters, digits and single hyphens, begins with a letter, is at most 70 bytes long,
/// and is the name of nothing that the binary is linked with.
pub fn package_name(flow: &str) -> String {
    let mut name = String::new();
    for character in flow.chars() {
        if character.is_ascii_alphanumeric() {
            name.push(character.to_ascii_lowercase());
        } else if !name.is_empty() && !name.ends_with('-') {
            name.push('-');
        }
    }
    name.truncate(LONGEST);
    let name = name.trim_end_matches('-');
    if name.is_empty() {
        return "flow".to_owned();
    }
    if name.starts_with(|first: char| first.is_ascii_digit()) {
        return format!("flow-{name}");
    }
    if TAKEN.contains(&name) || lock::packages().any(|package| package.replace('_', "-") == name) {
        return format!("{name}-flow");
    }
    name.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_is_named_after_its_flow() {
        let cases = [
            ("Weather Forecast", "weather-forecast"),
            ("  Order -- ready! ", "order-ready"),
            ("wx_2", "wx-2"),
            ("24/7 desk", "flow-24-7-desk"),
            ("Café", "caf"),
            ("天気", "flow"),
            ("", "flow"),
            ("../../etc/passwd", "etc-passwd"),
            ("\"\n[dependencies]\nevil = \"1\"", "dependencies-evil-1"),
        ];
        for (flow, package) in cases {
            assert_eq!(package_name(flow), package, "{flow:?}");
        }
        assert_eq!(package_name(&"x".repeat(500)).len(), LONGEST);
    }

    #[test]
    fn no_package_has_the_name_of_something_else() {
        for (flow, package) in [
            ("Match", "match-flow"),
            ("Deps", "deps-flow"),
            ("Flow Runtime", "flow-runtime-flow"),
            ("Tokio", "tokio-flow"),
            ("serde json", "serde-json-flow"),
        ] {
            assert_eq!(package_name(flow), package);
        }
    }
}
