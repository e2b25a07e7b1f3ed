//! Values on their way into a URL, encoded for their place.

use std::fmt::{Display, Write};

/// A value as one path segment: all but RFC 3986's unreserved characters is percent-encoded, so
/// that a value holds no `/`, `?` or `#` of its own.
pub fn segment(value: &dyn Display) -> String {
    percent(&value.to_string())
}

/// A value as one name or value of a query, by the same rule: it holds no `&`, `=` or `+`.
pub fn query(value: &dyn Display) -> String {
    percent(&value.to_string())
}

fn percent(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => encoded.push(char::from(byte)),
            _ => {
                // Writing to a String cannot fail.
                let _ = write!(encoded, "%{byte:02X}");
            }
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_unreserved_characters_stand() {
        assert_eq!(segment(&"aZ09-._~"), "aZ09-._~");
        assert_eq!(segment(&"../?#@host%2f//"), "..%2F%3F%23%40host%252f%2F%2F");
        assert_eq!(query(&"a b&c=d+é"), "a%20b%26c%3Dd%2B%C3%A9");
        assert_eq!(query(&42), "42");
    }
}
