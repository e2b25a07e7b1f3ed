//! Telephone numbers as carriers write them.

use std::ops::RangeInclusive;

use crate::value::Phone;

/// The lengths of a number with its country code that is written without the plus sign. Shorter ones may be numbers
/// within a country, and would become somebody else's with a plus sign before them.
const INTERNATIONAL: RangeInclusive<usize> = 11..=15;

/// The same with a carrier that never writes a number without its country code: Denmark's have 10 digits, Greenland's 9.
/// What is shorter is a short code.
const ALWAYS_INTERNATIONAL: RangeInclusive<usize> = 9..=15;

/// The number under a name of a webhook: E.164, also without its plus sign, or a short code.
///
/// # Errors
///
/// A sentence.
pub(super) fn number(name: &str, given: Option<&str>) -> Result<Phone, String> {
    read(name, given, INTERNATIONAL)
}

/// The same with a carrier that writes every number with its country code.
///
/// # Errors
///
/// A sentence.
pub(super) fn international(name: &str, given: Option<&str>) -> Result<Phone, String> {
    read(name, given, ALWAYS_INTERNATIONAL)
}

fn read(name: &str, given: Option<&str>, lengths: RangeInclusive<usize>) -> Result<Phone, String> {
    let given = given.ok_or_else(|| format!("{name} is missing"))?.trim();
    let lacks_plus = lengths.contains(&given.len()) && given.bytes().all(|byte| byte.is_ascii_digit());
    let number = if lacks_plus { Phone::parse(&format!("+{given}")) } else { Phone::parse(given) };
    number.map_err(|error| format!("{name} is no telephone number: {error}"))
}

/// A number without its plus sign.
pub(super) fn digits(phone: &Phone) -> &str {
    phone.as_str().trim_start_matches('+')
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_plus_sign_may_be_left_out() {
        for (text, expected) in [
            ("+13055550123", "+13055550123"),
            (" 13055550123", "+13055550123"),
            ("4917012345678", "+4917012345678"),
            ("123456789012345", "+123456789012345"),
            ("72345", "72345"),
        ] {
            for read in [number, international] {
                let phone = read("from", Some(text)).unwrap();
                assert_eq!(phone.as_str(), expected);
                assert_eq!(digits(&phone), expected.trim_start_matches('+'));
            }
        }
        for wrong in ["013055550123", "1234567890123456", "HOTEL", "", "1", "++13055550123"] {
            for read in [number, international] {
                assert!(read("from", Some(wrong)).unwrap_err().starts_with("from is no telephone number: "), "{wrong}");
            }
        }
        assert_eq!(number("to", None).unwrap_err(), "to is missing");
    }

    #[test]
    fn a_number_within_a_country_is_not_guessed() {
        for text in ["3055550123", "4512345678", "299321000"] {
            assert!(number("from", Some(text)).is_err(), "{text}");
        }
        for text in ["4512345678", "299321000"] {
            assert_eq!(String::from(international("from", Some(text)).unwrap()), format!("+{text}"));
        }
    }
}
