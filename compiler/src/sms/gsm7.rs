//! The GSM 7-bit default alphabet and its extension table (3GPP TS 23.038, 6.2.1).

/// One unit each.
const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?\
                     ¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
/// Two units each: an escape and the character.
const EXTENSION: &str = "\u{c}^{}\\[~]|€";

/// Whether the alphabet holds a character.
pub(crate) fn holds(character: char) -> bool {
    // Most of what people write is printable ASCII, which is all there but for the backquote.
    (matches!(character, ' '..='~') && character != '`') || BASIC.contains(character) || is_extension(character)
}

/// Whether a character is an escape and another character.
pub(super) fn is_extension(character: char) -> bool {
    EXTENSION.contains(character)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_alphabet_has_its_size() {
        // 128 places, of which one is the escape.
        assert_eq!(BASIC.chars().count(), 127);
        assert_eq!(EXTENSION.chars().count(), 10);
    }

    #[test]
    fn printable_ascii_is_there_but_for_the_backquote() {
        for character in ' '..='~' {
            assert_eq!(holds(character), BASIC.contains(character) || EXTENSION.contains(character), "{character}");
        }
    }
}
