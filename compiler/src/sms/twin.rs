//! Plain twins of characters that GSM-7 does not hold.

/// What to write, and for which characters. The twin of a letter of another script looks the same: a Cyrillic `о` among
/// Latin letters is a slip of the keyboard.
const TWINS: &[(&str, &str)] = &[
    ("'", "‘’‚‛′´`ʼʹʻˈ‹›＇"),
    ("\"", "“”„‟″«»＂"),
    ("-", "–—‐‑‒―−⁃⸺¯"),
    ("...", "…"),
    ("..", "‥"),
    (".", "․。"),
    (",", "،，"),
    (":", "：∶"),
    ("!", "！ǃ"),
    ("?", "？"),
    ("!!", "‼"),
    (
        " ",
        "\u{a0}\u{1680}\u{2000}\u{2001}\u{2002}\u{2003}\u{2004}\u{2005}\u{2006}\u{2007}\u{2008}\u{2009}\u{200a}\u{202f}\u{205f}\u{3000}\t",
    ),
    ("\n", "\u{2028}\u{2029}\u{b}\u{85}"),
    ("", "\u{ad}\u{200b}\u{200c}\u{200d}\u{200e}\u{200f}\u{2060}\u{feff}\u{fe0e}\u{fe0f}°"),
    ("*", "•·‣◦▪●∙†‡★☆∗"),
    ("/", "⁄∕÷"),
    ("|", "¦"),
    ("~", "≈∼˜"),
    ("^", "ˆ"),
    ("1/2", "½"),
    ("1/3", "⅓"),
    ("2/3", "⅔"),
    ("1/4", "¼"),
    ("3/4", "¾"),
    ("1/8", "⅛"),
    ("3/8", "⅜"),
    ("5/8", "⅝"),
    ("7/8", "⅞"),
    ("(c)", "©"),
    ("(R)", "®"),
    ("(TM)", "™"),
    ("(SM)", "℠"),
    ("No.", "№"),
    ("x", "×✕✖"),
    ("+/-", "±"),
    ("!=", "≠"),
    ("<=", "≤"),
    (">=", "≥"),
    ("->", "→⟶➔➜➝➞"),
    ("<-", "←⟵"),
    ("<->", "↔⟷"),
    ("=>", "⇒⟹"),
    ("<=", "⇐"),
    (">", "▶►❯"),
    ("c", "çćĉċč¢с"),
    ("C", "ĆĈĊČС"),
    ("a", "áâãāăąǎạảấầẩẫậắằẳẵặªа"),
    ("A", "ÀÁÂÃĀĂĄǍẠẢẤẦẨẪẬẮẰẲẴẶΑА"),
    ("B", "ΒВ"),
    ("d", "ďđð"),
    ("D", "ĎĐÐ"),
    ("e", "êëēĕėęěẹẻẽếềểễệе"),
    ("E", "ÈÊËĒĔĖĘĚẸẺẼẾỀỂỄỆΕЕ"),
    ("g", "ĝğġģǧ"),
    ("G", "ĜĞĠĢǦ"),
    ("h", "ĥħ"),
    ("H", "ĤĦΗН"),
    ("i", "íîïĩīĭįıǐỉịі"),
    ("I", "ÌÍÎÏĨĪĬĮİǏỈỊΙІ"),
    ("j", "ĵј"),
    ("J", "ĴЈ"),
    ("k", "ķĸ"),
    ("K", "ĶΚК"),
    ("l", "ĺļľŀł"),
    ("L", "ĹĻĽĿŁ"),
    ("M", "ΜМ"),
    ("n", "ńņňŋ"),
    ("N", "ŃŅŇŊΝ"),
    ("o", "óôõōŏơǒọỏốồổỗộớờởỡợºо"),
    ("O", "ÒÓÔÕŌŎƠǑỌỎỐỒỔỖỘỚỜỞỠỢΟО"),
    ("ö", "ő"),
    ("Ö", "Ő"),
    ("p", "р"),
    ("P", "ΡР"),
    ("r", "ŕŗř"),
    ("R", "ŔŖŘ"),
    ("s", "śŝşšșѕ"),
    ("S", "ŚŜŞŠȘЅ"),
    ("t", "ţťŧț"),
    ("T", "ŢŤŦȚΤТ"),
    ("u", "úûũūŭůųưǔụủứừửữựµμ"),
    ("U", "ÙÚÛŨŪŬŮŲƯǓỤỦỨỪỬỮỰ"),
    ("ü", "ű"),
    ("Ü", "Ű"),
    ("w", "ŵẁẃẅ"),
    ("W", "ŴẀẂẄ"),
    ("x", "х"),
    ("X", "ΧХ"),
    ("y", "ýÿŷỳỵỷỹу"),
    ("Y", "ÝŸŶỲỴỶỸΥУ"),
    ("z", "źżž"),
    ("Z", "ŹŻŽΖ"),
    ("ae", "ǽ"),
    ("oe", "œ"),
    ("OE", "Œ"),
    ("ij", "ĳ"),
    ("IJ", "Ĳ"),
    ("th", "þ"),
    ("Th", "Þ"),
    ("SS", "ẞ"),
    ("fi", "ﬁ"),
    ("fl", "ﬂ"),
    ("ff", "ﬀ"),
    ("Δ", "∆"),
    ("Ω", "\u{2126}"),
    ("Σ", "∑"),
    ("Å", "\u{212b}"),
    ("£", "₤"),
];

/// What to write instead of a character that GSM-7 does not hold, in letters as they are sent; empty: leave it out.
pub(crate) fn plain_twin(character: char) -> Option<&'static str> {
    TWINS.iter().find(|(_, characters)| characters.contains(character)).map(|(twin, _)| *twin)
}

#[cfg(test)]
mod tests {
    use super::super::holds;
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn a_twin_is_in_the_alphabet_and_its_character_is_not() {
        for (twin, characters) in TWINS {
            assert!(twin.chars().all(holds), "{twin}");
            for character in characters.chars() {
                assert!(!holds(character), "{character}");
            }
        }
    }

    #[test]
    fn a_character_has_one_twin() {
        let mut seen = HashSet::new();
        for character in TWINS.iter().flat_map(|(_, characters)| characters.chars()) {
            assert!(seen.insert(character), "{character} U+{:04X}", u32::from(character));
        }
    }

    #[test]
    fn letters_lose_their_accents_and_quotes_their_curls() {
        let plain = |text: &str| -> String {
            text.chars()
                .map(|c| if holds(c) { c.to_string() } else { plain_twin(c).unwrap_or("?").to_owned() })
                .collect()
        };
        assert_eq!(plain("“Dvořák’s” 84° – ½ price…"), "\"Dvorak's\" 84 - 1/2 price...");
        assert_eq!(plain("Łódź, Győr, Đà Nẵng, Ağrı, Reykjavík"), "Lodz, Györ, Dà Nang, Agri, Reykjavik");
        assert_eq!(plain("😀дж"), "???");
    }
}
