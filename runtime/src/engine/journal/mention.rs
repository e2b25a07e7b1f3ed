//! Whether a text names a telephone number: what is erased with a person.

use crate::value::Phone;

/// Whether the number stands in the text, not as a part of a longer one: `911` is not in `+15559110000`.
pub(crate) fn mentions(text: &str, number: &Phone) -> bool {
    let number = number.as_str();
    text.match_indices(number).any(|(at, _)| {
        let before = text.get(..at).and_then(|text| text.chars().next_back());
        let after = text.get(at + number.len()..).and_then(|text| text.chars().next());
        !before.is_some_and(|c| c == '+' || c.is_ascii_digit()) && !after.is_some_and(|c| c.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_found_as_a_whole() {
        let found = |text: &str, number: &str| mentions(text, &Phone::literal(number));
        assert!(found(r#"{"guest":"+15550123456"}"#, "+15550123456"));
        assert!(found("call +15550123456, please", "+15550123456"));
        assert!(found("call 911", "911"));
        assert!(!found("+15550123456", "+1555012345"));
        assert!(!found("+15559110000", "911"));
        assert!(!found("+911", "911"));
        assert!(found("+15559110000 or 911", "911"));
    }
}
