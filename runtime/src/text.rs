//! The functions on texts.

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_counted_in_characters() {
        assert_eq!(length("né"), 2);
        assert_eq!(digits("order #12-34 ٣"), "1234");
        assert_eq!(trim("  a b \n"), "a b");
        assert_eq!(upper("straße"), "STRASSE");
        assert_eq!(lower("ÀB"), "àb");
        assert!(contains("weather", "eat"));
    }
}
