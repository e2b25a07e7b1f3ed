//! The functions on texts, and that on lists.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use flow_query::Pattern;

type Patterns = HashMap<&'static str, Option<Arc<Pattern>>>;

/// Compiled once. All patterns of a program are written in its flow, so there are few.
static PATTERNS: LazyLock<Mutex<Patterns>> = LazyLock::new(Mutex::default);

/// `lower(text)`
pub fn lower(text: &str) -> String {
    text.to_lowercase()
}

/// `upper(text)`
pub fn upper(text: &str) -> String {
    text.to_uppercase()
}

/// `trim(text)`: without the white space at both ends.
pub fn trim(text: &str) -> String {
    text.trim().to_owned()
}

/// `digits(text)`: the ASCII digits alone, so `order #12-34` gives `1234`.
pub fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// `contains(text, part)`
pub fn contains(text: &str, part: &str) -> bool {
    text.contains(part)
}

/// `length(text)`, in characters (Unicode scalar values).
pub fn length(text: &str) -> i64 {
    i64::try_from(text.chars().count()).unwrap_or(i64::MAX)
}

/// `length(list)`: how many elements it has.
pub fn count<T>(list: &[T]) -> i64 {
    i64::try_from(list.len()).unwrap_or(i64::MAX)
}

/// `matches(text, "pattern")`: whether the regular expression matches the whole text, by case. flowc has checked the
/// pattern; one that is none matches nothing.
pub fn matches(text: &str, pattern: &'static str) -> bool {
    let known = {
        let mut patterns = PATTERNS.lock().unwrap_or_else(PoisonError::into_inner);
        let compiled = || Pattern::whole(pattern).ok().map(Arc::new);
        patterns.entry(pattern).or_insert_with(compiled).clone()
    };
    known.is_some_and(|pattern| pattern.is_match(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_counted_in_characters() {
        assert_eq!(length("né"), 2);
        assert_eq!((count(&["né"]), count::<String>(&[])), (1, 0));
        assert_eq!(digits("order #12-34 ٣"), "1234");
        assert_eq!(trim("  a b \n"), "a b");
        assert_eq!(upper("straße"), "STRASSE");
        assert_eq!(lower("ÀB"), "àb");
        assert!(contains("weather", "eat"));
    }

    #[test]
    fn a_pattern_matches_whole_texts() {
        for _ in 0..2 {
            assert!(matches("B-1042", "[A-Z]-[0-9]{4}"));
            assert!(!matches("B-10423", "[A-Z]-[0-9]{4}") && !matches("b-1042", "[A-Z]-[0-9]{4}"));
            assert!(matches("b-1042", "(?i)[A-Z]-[0-9]{4}"));
            assert!(!matches("x", "("));
        }
    }
}
