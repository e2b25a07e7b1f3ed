//! How deeply brackets are nested, found before parsing, so that no text can exhaust the parser's stack.
//!
//! The scan reads strings exactly as the grammar does, and takes a bracket for closed only by its own kind: so it never
//! counts less than the parser nests.

use crate::source::Span;

/// Brackets within brackets that a flow may have.
pub(super) const MAX_NESTING: usize = 128;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    /// A bracket outside strings, by the byte that closes it.
    Bracket(u8),
    /// A string.
    Quote,
    /// `${` in a string, with the parentheses that are open in it.
    Interpolation(usize),
}

/// The place of the first bracket that is nested deeper than [`MAX_NESTING`].
pub(super) fn too_deep(text: &str) -> Option<Span> {
    let bytes = text.as_bytes();
    let mut open: Vec<Open> = Vec::new();
    let mut parentheses = 0;
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let next = bytes.get(at + 1).copied();
        let mut width = 1;
        match (open.last().copied(), byte) {
            (Some(Open::Quote), b'\\') => width = if next == Some(b'\n') { 1 } else { 2 },
            (Some(Open::Quote), b'$') if next == Some(b'$') => width = 2,
            (Some(Open::Quote), b'$') if next == Some(b'{') => {
                width = 2;
                open.push(Open::Interpolation(parentheses));
            }
            (Some(Open::Quote), b'"') => drop(open.pop()),
            (Some(Open::Quote | Open::Interpolation(_)), b'\n') => {
                while let Some(Open::Quote | Open::Interpolation(_)) = open.last() {
                    open.pop();
                }
                parentheses = 0;
            }
            (Some(Open::Quote), _) => {}
            (Some(Open::Interpolation(outside)), b'}') => {
                open.pop();
                parentheses = outside;
            }
            (Some(Open::Interpolation(_)), b'(') => parentheses += 1,
            (Some(Open::Interpolation(outside)), b')') => parentheses = outside.max(parentheses.saturating_sub(1)),
            (_, b'"') => open.push(Open::Quote),
            (Some(Open::Interpolation(_)), _) => {}
            (_, b'#') => width = bytes.iter().skip(at).position(|byte| *byte == b'\n').unwrap_or(bytes.len() - at),
            (_, b'(') => open.push(Open::Bracket(b')')),
            (_, b'[') => open.push(Open::Bracket(b']')),
            (_, b'{') => open.push(Open::Bracket(b'}')),
            (Some(Open::Bracket(close)), _) if close == byte => drop(open.pop()),
            _ => {}
        }
        if open.len() + parentheses > MAX_NESTING {
            return Some(Span::new(at, at + width));
        }
        at += width;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_in_strings_and_comments_do_not_count() {
        let quoted = format!("sms \"{}\" # {}\n", "(".repeat(500), "{".repeat(500));
        assert_eq!(too_deep(&quoted), None);
    }

    #[test]
    fn the_bracket_that_is_too_deep_is_named() {
        assert_eq!(too_deep(&"(".repeat(MAX_NESTING)), None);
        assert_eq!(too_deep(&"(".repeat(MAX_NESTING + 1)), Some(Span::new(MAX_NESTING, MAX_NESTING + 1)));
    }

    #[test]
    fn interpolations_nest_too() {
        assert!(too_deep(&"\"${".repeat(MAX_NESTING)).is_some());
        assert!(too_deep(&format!("\"${{{}", "(".repeat(MAX_NESTING))).is_some());
    }

    #[test]
    fn a_string_that_is_not_closed_ends_with_its_line() {
        assert_eq!(too_deep(&"sms \"${( \n".repeat(500)), None);
        assert!(too_deep(&format!("sms \"${{ \n{}", "(".repeat(MAX_NESTING + 1))).is_some());
    }
}
