//! Text of others on a terminal: it is drawn, and steers nothing.

/// The text, with a mark in the place of each character that a terminal would obey instead of drawing it, or that turns the
/// direction of writing (Unicode's explicit formatting characters, UAX #9). A line break is such a character.
pub(super) fn harmless(text: &str) -> String {
    text.chars().map(one).collect()
}

fn one(character: char) -> char {
    match character {
        '\t' => ' ',
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}' => '\u{fffd}',
        other if other.is_control() => '\u{fffd}',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_is_marked() {
        assert_eq!(
            harmless("a\u{1b}[2Jb\r\n\u{9b}\u{202e}\tשלום 🙂"),
            "a\u{fffd}[2Jb\u{fffd}\u{fffd}\u{fffd}\u{fffd} שלום 🙂"
        );
    }
}
