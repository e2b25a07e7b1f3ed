//! The GSM 7-bit default alphabet and its extension table (3GPP TS 23.038, 6.2.1).

/// One unit each.
const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?\
                     ¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
/// Two units each: an escape and the character.
const EXTENSION: &str = "\u{c}^{}\\[~]|€";

/// Units that fit into a message that is sent whole, and into each part of one that is cut (3GPP TS 23.040).
const WHOLE: usize = 160;
const PART: usize = 153;

/// Whether the alphabet holds a character.
pub(crate) fn holds(character: char) -> bool {
    // Most of what people write is printable ASCII, which is all there but for the backquote.
    (matches!(character, ' '..='~') && character != '`') || BASIC.contains(character) || EXTENSION.contains(character)
}

/// How many 7-bit units a text takes, all of whose characters the alphabet holds.
pub(crate) fn units(text: &str) -> usize {
    text.chars().map(|character| if EXTENSION.contains(character) { 2 } else { 1 }).sum()
}

/// How many segments such a text is sent as.
pub(crate) fn segments(text: &str) -> usize {
    match units(text) {
        units if units <= WHOLE => 1,
        units => units.div_ceil(PART),
    }
}

/// What to write instead of a character that the alphabet does not hold.
pub(crate) fn plain_twin(character: char) -> Option<&'static str> {
    Some(match character {
        '‘' | '’' | '‚' | '′' | '´' | '`' => "'",
        '“' | '”' | '„' | '″' | '«' | '»' => "\\\"",
        '–' | '—' | '‐' | '‑' | '−' => "-",
        '…' => "...",
        '\u{a0}' | '\u{2009}' | '\u{202f}' | '\t' => " ",
        '•' | '·' => "*",
        'ç' => "Ç",
        'á' | 'â' | 'ã' => "a",
        'ê' | 'ë' => "e",
        'í' | 'î' | 'ï' => "i",
        'ó' | 'ô' | 'õ' => "o",
        'ú' | 'û' => "u",
        '\u{200b}' | '\u{feff}' => "",
        _ => return None,
    })
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

    #[test]
    fn the_extension_table_costs_two() {
        assert_eq!(units("a€"), 3);
        assert_eq!(segments(&"a".repeat(160)), 1);
        assert_eq!(segments(&"€".repeat(81)), 2);
        assert_eq!(segments(&"a".repeat(307)), 3);
    }
}
