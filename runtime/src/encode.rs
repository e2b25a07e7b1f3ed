//! Values on their way into a URL or a document, encoded for their place.

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

/// A value in the text of an XML document or between the quotes of an attribute: it opens no tag and closes no quote
/// (XML 1.0, sections 2.4 and 3.1). White space that a parser would take for other white space (2.11 and 3.3.3) is kept as
/// a character reference.
///
/// A character that XML knows in no form, as most control characters, is left as it is: the call that it is part of is not
/// sent and fails as `request`.
pub fn xml(value: &dyn Display) -> String {
    let text = value.to_string();
    let mut encoded = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => encoded.push_str("&amp;"),
            '<' => encoded.push_str("&lt;"),
            '>' => encoded.push_str("&gt;"),
            '"' => encoded.push_str("&quot;"),
            '\'' => encoded.push_str("&apos;"),
            '\t' => encoded.push_str("&#9;"),
            '\n' => encoded.push_str("&#10;"),
            '\r' => encoded.push_str("&#13;"),
            c => encoded.push(c),
        }
    }
    encoded
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

    #[test]
    fn no_value_is_markup() {
        assert_eq!(
            xml(&"</a><b c=\"d\" e='f'>&amp;]]>"),
            "&lt;/a&gt;&lt;b c=&quot;d&quot; e=&apos;f&apos;&gt;&amp;amp;]]&gt;"
        );
        assert_eq!(xml(&"a\r\n\tb é😀"), "a&#13;&#10;&#9;b é😀");
        assert_eq!(xml(&12), "12");
    }
}
