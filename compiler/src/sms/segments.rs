//! How a text is cut into segments (3GPP TS 23.040, 9.2.3.24.1): a segment has 140 bytes, and each part of a text that is
//! cut gives 6 of them to the header that says which part it is.

use super::gsm7;

/// How the characters of a message are sent. One that GSM-7 does not hold makes all of it UCS-2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// 7 bits a unit; the characters of the extension table take two.
    Gsm7,
    /// 16 bits a unit; what lies outside the Basic Multilingual Plane, as emoji do, takes two.
    Ucs2,
}

impl Encoding {
    /// The one that a text needs.
    pub(crate) fn of(text: &str) -> Self {
        if text.chars().all(gsm7::holds) { Self::Gsm7 } else { Self::Ucs2 }
    }

    /// Units of a message that is sent whole.
    pub(crate) fn whole(self) -> usize {
        match self {
            Self::Gsm7 => 160,
            Self::Ucs2 => 70,
        }
    }

    /// Units of each part of a message that is cut.
    fn part(self) -> usize {
        match self {
            Self::Gsm7 => 153,
            Self::Ucs2 => 67,
        }
    }

    fn width(self, character: char) -> usize {
        match self {
            Self::Gsm7 if gsm7::is_extension(character) => 2,
            Self::Gsm7 => 1,
            Self::Ucs2 => character.len_utf16(),
        }
    }

    /// How many units a text takes.
    pub(crate) fn units(self, text: &str) -> usize {
        text.chars().map(|character| self.width(character)).sum()
    }

    /// How many segments a text is sent as. The two units of one character are not parted, so a part may stay one short.
    pub(crate) fn segments(self, text: &str) -> usize {
        if self.units(text) <= self.whole() {
            return 1;
        }
        let (mut segments, mut filled) = (1, 0);
        for width in text.chars().map(|character| self.width(character)) {
            if filled + width > self.part() {
                segments += 1;
                filled = 0;
            }
            filled += width;
        }
        segments
    }
}

#[cfg(test)]
mod tests {
    use super::Encoding::{self, Gsm7, Ucs2};

    #[test]
    fn a_text_that_is_cut_gives_room_to_its_headers() {
        for (count, segments) in [(0, 1), (160, 1), (161, 2), (306, 2), (307, 3), (459, 3), (460, 4)] {
            assert_eq!(Gsm7.segments(&"a".repeat(count)), segments, "{count}");
        }
        for (count, segments) in [(70, 1), (71, 2), (134, 2), (135, 3)] {
            assert_eq!(Ucs2.segments(&"ж".repeat(count)), segments, "{count}");
        }
    }

    #[test]
    fn what_takes_two_units_is_not_parted() {
        assert_eq!(Gsm7.units("a€"), 3);
        assert_eq!(Gsm7.segments(&"€".repeat(80)), 1);
        // 76 fit into a part, with one unit left over: 306 units, but not two parts of 153.
        assert_eq!(Gsm7.segments(&"€".repeat(153)), 3);
        assert_eq!(Gsm7.segments(&"€".repeat(152)), 2);
        assert_eq!(Ucs2.units("a😀"), 3);
        assert_eq!(Ucs2.segments(&"😀".repeat(35)), 1);
        assert_eq!(Ucs2.segments(&"😀".repeat(66)), 2);
        assert_eq!(Ucs2.segments(&"😀".repeat(67)), 3);
    }

    #[test]
    fn one_character_decides_for_the_whole_text() {
        assert_eq!(Encoding::of("It's {sunny} [€]\n"), Gsm7);
        assert_eq!(Encoding::of("It’s sunny"), Ucs2);
    }
}
