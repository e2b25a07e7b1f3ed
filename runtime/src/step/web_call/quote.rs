//! What a service said, in a failure that people read.

/// How much of a service's own words a failure quotes, in characters.
const QUOTED: usize = 200;

/// Foreign words on one line, shortened.
pub(in crate::step) fn quoted(words: &str) -> String {
    let visible = words.chars().map(|c| if c.is_control() { ' ' } else { c });
    let mut shown: String = visible.take(QUOTED).collect();
    if words.chars().count() > QUOTED {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_words_are_quoted_shortly_and_on_one_line() {
        assert_eq!(quoted("invalid_client"), "invalid_client");
        assert_eq!(quoted("a\r\nb\u{1b}"), "a  b ");
        assert_eq!(quoted(&"é".repeat(1_000)), format!("{}…", "é".repeat(200)));
    }
}
