//! The terminal: taken for the phone, and given back as it was, however that ends.

use std::io::{self, Write};

use ratatui::DefaultTerminal;
use ratatui::crossterm::cursor::MoveTo;
use ratatui::crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use ratatui::crossterm::style::{Attribute, Color, Print, ResetColor, SetAttribute, SetForegroundColor};
use ratatui::crossterm::terminal::{BeginSynchronizedUpdate, EndSynchronizedUpdate};
use ratatui::crossterm::{execute, queue};

use super::draw::{Drawn, Link, Paint, draw};
use super::model::Phone;

/// The terminal while it shows the phone. Dropping it gives it back.
pub(super) struct Screen {
    terminal: DefaultTerminal,
    paint: Paint,
    /// Whether it knows links.
    has_links: bool,
}

impl Screen {
    /// Takes the terminal. A panic gives it back before it is told.
    pub(super) fn open(paint: Paint, has_links: bool) -> io::Result<Self> {
        let terminal = ratatui::try_init()?;
        let screen = Self { terminal, paint, has_links };
        let hook = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            let _ = execute!(io::stdout(), DisableBracketedPaste);
            hook(panic);
        }));
        execute!(io::stdout(), EnableBracketedPaste)?;
        Ok(screen)
    }

    /// Shows what the phone shows, in one piece, so that nothing flickers.
    pub(super) fn show(&mut self, phone: &mut Phone) -> io::Result<()> {
        let mut out = io::stdout();
        queue!(out, BeginSynchronizedUpdate)?;
        let mut drawn = None;
        self.terminal.draw(|frame| drawn = Some(draw(frame, phone, self.paint)))?;
        if let Some(Drawn { links, back, cursor }) = drawn {
            phone.back = back;
            if self.has_links && !links.is_empty() {
                self.link(&mut out, &links)?;
                queue!(out, MoveTo(cursor.x, cursor.y))?;
            }
        }
        execute!(out, EndSynchronizedUpdate)
    }

    /// Writes the links once more, as links (OSC 8, "Hyperlinks in Terminal Emulators"): ratatui has none.
    fn link(&self, out: &mut impl Write, links: &[Link]) -> io::Result<()> {
        for Link { place, text, target } in links.iter().filter(|link| is_plain(&link.target)) {
            // Parts of one link that stand on several rows have one id.
            let id = links.iter().position(|other| other.target == *target).unwrap_or(0);
            queue!(out, MoveTo(place.0, place.1), SetAttribute(Attribute::Underlined))?;
            if self.paint.color {
                queue!(out, SetForegroundColor(Color::DarkBlue))?;
            }
            let link = format!("\u{1b}]8;id=picture{id};{target}\u{1b}\\{text}\u{1b}]8;;\u{1b}\\");
            queue!(out, Print(link), ResetColor, SetAttribute(Attribute::Reset))?;
        }
        Ok(())
    }
}

/// Whether a terminal can be told of a link: of URLs, only what is printable ASCII.
fn is_plain(target: &str) -> bool {
    target.bytes().all(|byte| byte.is_ascii_graphic())
}

impl Drop for Screen {
    fn drop(&mut self) {
        // A terminal that is gone needs nothing back.
        let _ = execute!(io::stdout(), DisableBracketedPaste);
        let _ = ratatui::try_restore();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_link_steers_the_terminal() {
        assert!(is_plain("https://a.example/b.jpg?c=%20"));
        assert!(!is_plain("https://a.example/\u{1b}\\") && !is_plain("https://a.example/\u{9c}") && !is_plain("a b"));
    }
}
