//! The width of text in a real font.

use std::fs;
use ttf_parser::Face;

/// The widest of the fonts that pictures name, from the machine.
pub(crate) struct Font {
    plain: Vec<u8>,
    bold: Vec<u8>,
}

impl Font {
    /// The font, with a line that says so where it is not here.
    pub(crate) fn find() -> Option<Self> {
        let read = |name: &str| fs::read(format!("/usr/share/fonts/truetype/dejavu/{name}.ttf")).ok();
        let found = read("DejaVuSans").zip(read("DejaVuSans-Bold")).map(|(plain, bold)| Self { plain, bold });
        if found.is_none() {
            println!("skipped: the font DejaVu Sans is not here, so the width of text is not measured");
        }
        found
    }

    /// The width in pixels; `None` if the font does not have all the characters.
    pub(crate) fn width(&self, pieces: &[(String, bool)], size: f64) -> Option<f64> {
        let mut width = 0.0;
        for (text, is_bold) in pieces {
            let face = Face::parse(if *is_bold { &self.bold } else { &self.plain }, 0).unwrap();
            for character in text.chars() {
                let advance = face.glyph_hor_advance(face.glyph_index(character)?)?;
                width += f64::from(advance) * size / f64::from(face.units_per_em());
            }
        }
        Some(width)
    }
}
