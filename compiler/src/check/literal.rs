//! Literals that must be of a type: phone numbers, URLs, numbers.

/// Whether a text is a phone number: E.164 (ITU-T E.164: `+`, then 2 to 15 digits, the first not 0) or a short code of
/// 3 to 8 digits.
pub fn is_phone(text: &str) -> bool {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    match text.strip_prefix('+') {
        Some(number) => (2..=15).contains(&number.len()) && digits(number) && !number.starts_with('0'),
        None => (3..=8).contains(&text.len()) && digits(text),
    }
}

/// Whether a text is an absolute `http` or `https` URL.
pub fn is_url(text: &str) -> bool {
    url::Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

/// A number's literal: whole numbers of up to 18 digits, decimals of up to 28.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumberLiteral {
    /// A whole number.
    Int(i64),
    /// A decimal.
    Decimal,
}

/// Reads a number's literal; `None` if it has too many digits.
pub fn number(digits: &str) -> Option<NumberLiteral> {
    if digits.contains('.') {
        (digits.len() <= 28).then_some(NumberLiteral::Decimal)
    } else {
        let significant = digits.trim_start_matches('0');
        (significant.len() <= 18).then(|| NumberLiteral::Int(significant.parse().unwrap_or(0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phones_are_e164_or_short_codes() {
        for phone in ["+15550100", "+12", "+123456789012345", "12345", "911"] {
            assert!(is_phone(phone), "{phone}");
        }
        for other in ["", "+", "+1", "+0155501", "555-0100", "+1 555", "+1234567890123456", "12", "123456789", "+1٣"] {
            assert!(!is_phone(other), "{other}");
        }
    }

    #[test]
    fn numbers_have_limits() {
        assert_eq!(number("007"), Some(NumberLiteral::Int(7)));
        assert_eq!(number("12.50"), Some(NumberLiteral::Decimal));
        assert_eq!(number("9999999999999999999"), None);
    }
}
