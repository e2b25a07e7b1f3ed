//! `phone`: a telephone number that a carrier can be given.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An E.164 number (`+15550123456`; ITU-T E.164: at most 15 digits, the first not 0), or a short
/// code of 3 to 8 digits.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Phone(String);

/// Why a text is no [`Phone`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PhoneError;

impl fmt::Display for PhoneError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "a phone is written in E.164, as +15550123456: a plus sign and 2 to 15 digits of which the first is not 0, \
             with no spaces; or as a short code of 3 to 8 digits",
        )
    }
}

impl std::error::Error for PhoneError {}

impl Phone {
    /// Takes a number as it stands: nothing is stripped or guessed.
    pub fn parse(text: &str) -> Result<Self, PhoneError> {
        let (digits, lengths) = match text.strip_prefix('+') {
            Some(digits) => (digits, 2..=15),
            None => (text, 3..=8),
        };
        let international = text.starts_with('+');
        let fits = digits.bytes().all(|byte| byte.is_ascii_digit())
            && lengths.contains(&digits.len())
            && !(international && digits.starts_with('0'));
        if fits { Ok(Self(text.to_owned())) } else { Err(PhoneError) }
    }

    /// A literal of the flow, which the compiler has checked.
    pub fn literal(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The number as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<Phone> for String {
    fn from(phone: Phone) -> Self {
        phone.0
    }
}

impl TryFrom<String> for Phone {
    type Error = PhoneError;

    fn try_from(text: String) -> Result<Self, PhoneError> {
        Self::parse(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_e164_and_short_codes() {
        for text in ["+15550123456", "+44", "+123456789012345", "911", "12345678"] {
            assert_eq!(Phone::parse(text).as_ref().map(Phone::as_str), Ok(text));
        }
    }

    #[test]
    fn refuses_all_else() {
        for text in [
            "",
            "+",
            "+1",
            "+0123",
            "+1234567890123456",
            "12",
            "123456789",
            "+1 555",
            "555-0123",
            "+1٢٣",
            "tel:+15550123",
        ] {
            assert_eq!(Phone::parse(text), Err(PhoneError), "{text}");
        }
    }
}
