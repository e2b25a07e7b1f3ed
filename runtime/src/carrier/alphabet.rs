//! Which texts a phone network carries at 160 characters a message (3GPP TS 23.038, 6.2.1).
//!
//! Kannel and Vonage ask for it to be said, and put a question mark for each character that does not fit what was said.

/// What the alphabet holds beside printable ASCII.
const BEYOND_ASCII: &str = "\n\r\u{c}£¥èéùìòÇØøÅåΔΦΓΛΩΠΨΣΘΞÆæßÉ¤¡ÄÖÑÜ§¿äöñüà€";

/// Whether the GSM 7-bit default alphabet or its extension table holds a character.
pub(super) fn holds(character: char) -> bool {
    (matches!(character, ' '..='~') && character != '`') || BEYOND_ASCII.contains(character)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_alphabet_has_its_size() {
        // 127 characters and 10 of the extension table.
        assert_eq!((0..=0xffff).filter_map(char::from_u32).filter(|character| holds(*character)).count(), 137);
        assert!("€^{}[]~|\\@_".chars().all(holds));
        assert!(!"`çÁ😀’\t".chars().any(holds));
    }
}
