//! Values on their way into a URL or a document, encoded for their place.

use std::fmt::{Display, Write};

use crate::flow::Fault;
use crate::value::Url;

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

/// A URL of the flow, its values filled in; a value that would lead it to another place is a [`Fault::Flow`].
pub fn url(text: String) -> Result<Url, Fault> {
    unmoved(&text).map_err(|why| Fault::Flow(format!("a URL was not used: {why}")))?;
    Ok(Url::literal(&text))
}

/// Parses a URL whose values are filled in, unless one of them has changed its shape; then says why it is refused.
///
/// The WHATWG URL parser resolves dot segments, drops tabs and line breaks and takes `\` for `/`.
/// A literal has no need of that and a variable must not profit from it, so a URL that the parser
/// would change in host or path is refused.
pub(crate) fn unmoved(raw: &str) -> Result<::url::Url, String> {
    let url = ::url::Url::parse(raw).map_err(|error| error.to_string())?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err("its scheme is neither http nor https".to_owned());
    }
    let (origin, path) = cut(raw);
    let literal = ::url::Url::parse(origin).map_err(|error| error.to_string())?;
    if literal.origin() != url.origin() || literal.username() != url.username() || literal.password() != url.password()
    {
        return Err("a value would change its host".to_owned());
    }
    let same_depth = path.matches('/').count().max(1) == url.path().matches('/').count();
    if !same_depth || path.split('/').any(is_dot_segment) {
        return Err("a value would change its path (`.` and `..` are no path segments)".to_owned());
    }
    Ok(url)
}

/// Cuts a URL into its origin and its path, without its query and fragment.
fn cut(raw: &str) -> (&str, &str) {
    let raw = raw.split_once(['?', '#']).map_or(raw, |(before, _)| before);
    let host = raw.find("://").map_or(0, |at| at + 3);
    let path = raw.get(host..).and_then(|rest| rest.find('/')).map_or(raw.len(), |at| host + at);
    raw.split_at_checked(path).unwrap_or((raw, ""))
}

/// "Single-dot" and "double-dot URL path segment" of the URL Standard.
fn is_dot_segment(segment: &str) -> bool {
    matches!(segment.to_ascii_lowercase().replace("%2e", ".").as_str(), "." | "..")
}

/// Two hexadecimal digits for each byte, in lower case.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
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
    fn honest_urls_pass() {
        for honest in [
            "https://a.example",
            "https://a.example/x/y?q=../..",
            "http://127.0.0.1:8080/%2E%2Fa",
            "https://bücher.example/a%2F..",
        ] {
            assert_eq!(url(honest.to_owned()), Ok(Url::literal(honest)), "{honest}");
        }
    }

    #[test]
    fn a_value_cannot_climb_or_move() {
        for other in [
            "https://a.example/x/..",
            "https://a.example/..",
            "https://a.example/x/../y",
            "https://a.example/x/%2e%2E/y",
            "https://a.example/./y",
            "https://a.example/x\\y",
            "https://a.example/x/.\t./y",
            "https://a.example\\@b.example/y",
            "ftp://a.example/",
            "a.example/x",
        ] {
            assert!(matches!(url(other.to_owned()), Err(Fault::Flow(_))), "{other}");
        }
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
