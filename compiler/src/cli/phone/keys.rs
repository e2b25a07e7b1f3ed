//! What keys do.

use ratatui::crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use super::model::{Errand, Phone};

/// Rows that a page key goes.
const PAGE: usize = 5;

/// Lets a key, a paste or a new size do what it does. What is left for the world comes back.
pub(super) fn press(phone: &mut Phone, event: &Event) -> Option<Errand> {
    match event {
        Event::Key(key) if key.kind != KeyEventKind::Release => key_down(phone, *key),
        Event::Paste(text) => {
            phone.editor.insert(text);
            None
        }
        _ => None,
    }
}

fn key_down(phone: &mut Phone, key: KeyEvent) -> Option<Errand> {
    let has = |modifier| key.modifiers.contains(modifier);
    let is_back = key.code == KeyCode::PageUp;
    match key.code {
        KeyCode::Char(letter) if has(KeyModifiers::CONTROL) => return control(phone, letter.to_ascii_lowercase()),
        KeyCode::Char(letter) if !has(KeyModifiers::ALT) => phone.editor.insert(letter.encode_utf8(&mut [0; 4])),
        KeyCode::Enter if has(KeyModifiers::ALT) => phone.editor.insert("\n"),
        KeyCode::Enter => {
            phone.shows_help = false;
            return phone.submit();
        }
        KeyCode::Esc if phone.shows_help || phone.shows_steps => (phone.shows_help, phone.shows_steps) = (false, false),
        KeyCode::Esc => phone.editor.clear(),
        KeyCode::Tab => phone.turn(true),
        KeyCode::BackTab => phone.turn(false),
        KeyCode::PageUp | KeyCode::PageDown => {
            let steps = has(KeyModifiers::SHIFT) || has(KeyModifiers::ALT) || phone.shows_steps;
            let back = if steps { &mut phone.back.1 } else { &mut phone.back.0 };
            *back = if is_back { back.saturating_add(PAGE) } else { back.saturating_sub(PAGE) };
        }
        KeyCode::Up => phone.editor.recall(true),
        KeyCode::Down => phone.editor.recall(false),
        KeyCode::Left => phone.editor.left(),
        KeyCode::Right => phone.editor.right(),
        KeyCode::Home => phone.editor.home(),
        KeyCode::End => phone.editor.end(),
        KeyCode::Backspace => phone.editor.backspace(),
        KeyCode::Delete => phone.editor.delete(),
        _ => {}
    }
    None
}

/// The keys with Ctrl, as shells have them.
fn control(phone: &mut Phone, letter: char) -> Option<Errand> {
    match letter {
        'c' => return Some(Errand::Quit),
        'd' if phone.editor.is_empty() => return Some(Errand::Quit),
        'd' => phone.editor.delete(),
        'n' => phone.add_phone(None),
        'o' => phone.shows_steps = !phone.shows_steps,
        'a' => phone.editor.home(),
        'e' => phone.editor.end(),
        'h' => phone.editor.backspace(),
        'u' => phone.editor.clear_before(),
        'w' => phone.editor.backspace_word(),
        'j' => phone.editor.insert("\n"),
        _ => {}
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::model::tests::phone;
    use super::*;

    fn pressed(phone: &mut Phone, code: KeyCode, modifiers: KeyModifiers) -> Option<Errand> {
        press(phone, &Event::Key(KeyEvent::new(code, modifiers)))
    }

    #[test]
    fn a_text_is_written_and_sent() {
        let mut phone = phone();
        for letter in "hey".chars() {
            pressed(&mut phone, KeyCode::Char(letter), KeyModifiers::NONE);
        }
        pressed(&mut phone, KeyCode::Enter, KeyModifiers::ALT);
        press(&mut phone, &Event::Paste("you\r\nall".to_owned()));
        let sent = pressed(&mut phone, KeyCode::Enter, KeyModifiers::NONE);
        assert!(matches!(sent, Some(Errand::Text(text)) if text.body == "hey\nyou\nall"));
    }

    #[test]
    fn control_keys_do_what_they_do_in_shells() {
        let mut phone = phone();
        let ctrl = |phone: &mut Phone, letter| pressed(phone, KeyCode::Char(letter), KeyModifiers::CONTROL);
        phone.editor.insert("ab");
        ctrl(&mut phone, 'a');
        assert_eq!(ctrl(&mut phone, 'd'), None);
        assert_eq!(phone.editor.parts(), ("", "b"));
        ctrl(&mut phone, 'e');
        ctrl(&mut phone, 'u');
        assert_eq!(ctrl(&mut phone, 'd'), Some(Errand::Quit));
        assert_eq!(ctrl(&mut phone, 'c'), Some(Errand::Quit));
        ctrl(&mut phone, 'n');
        assert_eq!(phone.chats.len(), 2);
        pressed(&mut phone, KeyCode::Tab, KeyModifiers::NONE);
        assert_eq!(phone.current, 0);
    }

    #[test]
    fn a_key_that_is_let_go_does_nothing() {
        let mut phone = phone();
        let up = KeyEvent::new_with_kind(KeyCode::Char('x'), KeyModifiers::NONE, KeyEventKind::Release);
        press(&mut phone, &Event::Key(up));
        assert!(phone.editor.is_empty());
    }
}
