//! How wide text is, without a font at hand, and where its lines break.

/// A size and a weight of the picture's font.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Face {
    /// In pixels.
    pub(super) size: i32,
    /// Bold or not.
    pub(super) bold: bool,
}

/// Advance widths of U+0020 to U+007E in DejaVu Sans, in thousandths of the font's size, rounded up.
///
/// The picture names several fonts, and the machine that shows it has one of them. This is the widest, so what fits with
/// it fits with each.
const PLAIN: [u16; 95] = [
    318, 401, 460, 838, 637, 951, 780, 275, 391, 391, 500, 838, 318, 361, 318, 337, 637, 637, 637, 637, 637, 637, 637,
    637, 637, 637, 337, 337, 838, 838, 838, 531, 1000, 685, 687, 699, 771, 632, 576, 775, 752, 295, 295, 656, 558, 863,
    749, 788, 604, 788, 695, 635, 611, 732, 685, 989, 686, 611, 686, 391, 337, 391, 838, 500, 500, 613, 635, 550, 635,
    616, 353, 635, 634, 278, 278, 580, 278, 975, 634, 612, 635, 635, 412, 521, 393, 634, 592, 818, 592, 592, 525, 637,
    337, 637, 838,
];

/// The same of DejaVu Sans Bold.
const BOLD: [u16; 95] = [
    349, 457, 521, 838, 696, 1002, 873, 307, 458, 458, 523, 838, 380, 416, 380, 366, 696, 696, 696, 696, 696, 696, 696,
    696, 696, 696, 400, 400, 838, 838, 838, 581, 1000, 774, 763, 734, 831, 684, 684, 821, 837, 373, 373, 775, 638, 996,
    837, 851, 733, 851, 771, 721, 683, 813, 774, 1104, 771, 725, 726, 458, 366, 458, 838, 500, 500, 675, 716, 593, 716,
    679, 436, 716, 712, 343, 343, 666, 343, 1042, 712, 688, 716, 716, 494, 596, 479, 712, 652, 924, 646, 652, 583, 712,
    366, 712, 838,
];

/// Letters of other alphabets up to U+2E7F: the widest common one, bold, is Œ.
const OTHER: u16 = 1170;

/// Ideographs and emoji, which come from another font.
const WIDE: u16 = 1400;

impl Face {
    /// The width of a text in pixels; not less than what is drawn.
    pub(super) fn width(self, text: &str) -> i32 {
        let table = if self.bold { &BOLD } else { &PLAIN };
        let thousandths: i32 = text
            .chars()
            .map(|character| {
                let ascii = (character as usize).checked_sub(0x20).and_then(|at| table.get(at));
                let other = if character < '\u{2e80}' { OTHER } else { WIDE };
                i32::from(*ascii.unwrap_or(&other))
            })
            .sum();
        (thousandths * self.size + 999) / 1000
    }
}

/// A line of a shape's words; its beginning may be bold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Line {
    /// In bold.
    pub(super) keyword: String,
    /// Behind that.
    pub(super) words: String,
}

impl Line {
    /// Its width in pixels.
    pub(super) fn width(&self, size: i32) -> i32 {
        let (bold, plain) = (Face { size, bold: true }, Face { size, bold: false });
        let space = if self.keyword.is_empty() || self.words.is_empty() { 0 } else { plain.width(" ") };
        bold.width(&self.keyword) + space + plain.width(&self.words)
    }
}

/// Breaks a keyword and the words behind it into lines of at most `width` pixels, and cuts what is beyond `most` lines.
///
/// Lines break between words. A word that is wider than a line breaks behind a slash if it has one in time, else anywhere.
pub(super) fn lines(keyword: &str, words: &str, size: i32, width: i32, most: usize) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    let mut line = Line { keyword: keyword.to_owned(), words: String::new() };
    for word in words.split_whitespace() {
        let mut rest = word;
        loop {
            if with(&line, rest).width(size) <= width {
                line = with(&line, rest);
                break;
            }
            let is_too_wide = with(&Line::default(), rest).width(size) > width;
            let head = if is_too_wide { head(&line, rest, size, width) } else { 0 };
            let (now, later) = rest.split_at(head);
            if head > 0 {
                line = with(&line, now);
                rest = later;
            }
            if line == Line::default() {
                // Not even one character fits: it must stand somewhere.
                line = with(&line, rest);
                break;
            }
            lines.push(std::mem::take(&mut line));
            if lines.len() > most {
                break;
            }
        }
    }
    lines.push(line);
    if lines.len() > most {
        lines.truncate(most);
        if let Some(last) = lines.last_mut() {
            cut(last, size, width);
        }
    }
    lines
}

fn with(line: &Line, word: &str) -> Line {
    let space = if line.words.is_empty() { "" } else { " " };
    Line { keyword: line.keyword.clone(), words: format!("{}{space}{word}", line.words) }
}

/// How many bytes of a word that is too wide for any line still go on this one.
fn head(line: &Line, word: &str, size: i32, width: i32) -> usize {
    let (mut fitting, mut slash) = (0, 0);
    for (at, character) in word.char_indices() {
        let end = at + character.len_utf8();
        if with(line, word.get(..end).unwrap_or("")).width(size) > width {
            break;
        }
        fitting = end;
        if matches!(character, '/' | '?' | '&' | ',') {
            slash = end;
        }
    }
    // A few letters at the end of a line are no good beginning of a word.
    match () {
        () if slash > 0 => slash,
        () if line.words.is_empty() || fitting > 8 => fitting,
        () => 0,
    }
}

/// Shows that something was cut off behind a line.
fn cut(line: &mut Line, size: i32, width: i32) {
    let ellipsis = |words: &str| format!("{}…", words.trim_end_matches([' ', ',', '.']));
    let mut words = line.words.clone();
    loop {
        line.words = ellipsis(&words);
        if line.width(size) <= width || words.pop().is_none() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn broken(words: &str, width: i32, most: usize) -> Vec<String> {
        lines("sms", words, 13, width, most).into_iter().map(|line| line.keyword + "|" + &line.words).collect()
    }

    #[test]
    fn lines_break_between_words_and_at_slashes() {
        assert_eq!(broken("\"Hello there, dear guest\"", 120, 3), ["sms|\"Hello there,", "|dear guest\""]);
        assert_eq!(broken("api.weather.gov/gridpoints/MFL", 150, 3), ["sms|api.weather.gov/", "|gridpoints/MFL"]);
        assert_eq!(broken("", 150, 3), ["sms|"]);
    }

    #[test]
    fn what_is_too_long_is_cut_and_says_so() {
        assert_eq!(broken("one two three four five six seven", 70, 2), ["sms|one", "|two thre…"]);
        for words in ["a".repeat(3000), "漢字".repeat(300), "a b ".repeat(300), "🌷".to_owned()] {
            let lines = lines("keyword", &words, 13, 90, 3);
            assert!(lines.len() <= 3);
            assert!(lines.iter().all(|line| line.width(13) <= 90), "{lines:?}");
        }
    }
}
