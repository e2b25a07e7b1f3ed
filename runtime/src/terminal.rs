//! What is shown on a terminal of what strangers wrote.

/// The text without what would steer a terminal: control characters, and those that turn the direction of writing.
pub(crate) fn plain(text: &str) -> String {
    text.chars().map(|character| if steers(character) { '\u{fffd}' } else { character }).collect()
}

/// The others are the bidirectional formatting characters of Unicode Standard Annex 9, section 2.
fn steers(character: char) -> bool {
    character.is_control() || matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_steers_the_terminal() {
        assert_eq!(plain("a\u{1b}[2Jb\r\n"), "a\u{fffd}[2Jb\u{fffd}\u{fffd}");
        assert_eq!(plain("a\u{202e}b\u{9b}é \u{5d0}"), "a\u{fffd}b\u{fffd}é \u{5d0}");
    }
}
