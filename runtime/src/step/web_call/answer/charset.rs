//! From the bytes of an answer to its characters.

use std::borrow::Cow;

use encoding_rs::{DecoderResult, Encoding, UTF_8};

/// An XML declaration is looked for its encoding so far, in bytes.
const DECLARATION: usize = 256;

/// The text of a body. What it begins with counts first (a byte order mark), then what its Content-Type says, then, in XML,
/// what the document says of itself (RFC 7303, section 3); all else is UTF-8, as JSON is (RFC 8259, section 8.1).
///
/// # Errors
///
/// A sentence: an encoding that is unknown, or the first byte that is none of it. No byte is replaced or left out: a wrong
/// character would be sent to somebody.
pub(super) fn text<'b>(body: &'b [u8], content_type: Option<&str>, is_xml: bool) -> Result<Cow<'b, str>, String> {
    if let Some((encoding, mark)) = Encoding::for_bom(body) {
        return decode(body, mark, encoding);
    }
    let declared = content_type.and_then(charset).or_else(|| is_xml.then(|| declared(body)).flatten());
    match declared {
        None => decode(body, 0, UTF_8),
        Some(label) if is_ascii(label) => decode(body, 0, UTF_8),
        Some(label) => match Encoding::for_label(label.as_bytes()) {
            Some(encoding) => decode(body, 0, encoding),
            None => {
                let label: String = label.chars().take(24).collect();
                Err(format!("the answer is in the encoding {label:?}, which is not known here"))
            }
        },
    }
}

/// The text of a header: UTF-8, or what HTTP once was, ISO-8859-1 (RFC 9110, section 5.5).
pub(super) fn header(value: &[u8]) -> Cow<'_, str> {
    match str::from_utf8(value) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(value.iter().map(|byte| char::from(*byte)).collect()),
    }
}

fn decode<'b>(body: &'b [u8], mark: usize, encoding: &'static Encoding) -> Result<Cow<'b, str>, String> {
    let bytes = body.get(mark..).unwrap_or_default();
    let broken = |at: usize| {
        format!("the answer is not {} text: byte {} of {} is wrong", encoding.name(), mark + at, body.len())
    };
    if encoding == UTF_8 {
        return str::from_utf8(bytes).map(Cow::Borrowed).map_err(|error| broken(error.valid_up_to()));
    }
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let most = decoder.max_utf8_buffer_length_without_replacement(bytes.len()).unwrap_or(bytes.len());
    let mut text = String::with_capacity(most);
    match decoder.decode_to_string_without_replacement(bytes, &mut text, true) {
        (DecoderResult::InputEmpty, _) => Ok(Cow::Owned(text)),
        (DecoderResult::Malformed(length, behind), read) => {
            Err(broken(read.saturating_sub(usize::from(length) + usize::from(behind))))
        }
        // There is room for the longest text that so many bytes can be.
        (DecoderResult::OutputFull, read) => Err(broken(read)),
    }
}

/// Whether an encoding is US-ASCII, by its names in IANA's registry of character sets. Browsers read it as windows-1252,
/// which has a character for every byte, and so makes `Ã©` of an `é`; as UTF-8, of which it is a part, it is read as it was
/// meant or not at all.
fn is_ascii(label: &str) -> bool {
    const NAMES: [&str; 11] = [
        "us-ascii",
        "ascii",
        "us",
        "csascii",
        "iso646-us",
        "iso_646.irv:1991",
        "ansi_x3.4-1968",
        "ansi_x3.4-1986",
        "iso-ir-6",
        "ibm367",
        "cp367",
    ];
    NAMES.iter().any(|name| name.eq_ignore_ascii_case(label.trim()))
}

/// The parameter `charset` of a media type (RFC 9110, section 8.3.2).
fn charset(content_type: &str) -> Option<&str> {
    content_type.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        let value = value.trim().trim_matches('"');
        (name.trim().eq_ignore_ascii_case("charset") && !value.is_empty()).then_some(value)
    })
}

/// The encoding that an XML declaration names: `<?xml version="1.0" encoding="ISO-8859-1"?>`. One that can be read as ASCII
/// has told that it is no UTF-16.
fn declared(body: &[u8]) -> Option<&str> {
    let start = body.get(..DECLARATION.min(body.len()))?;
    let end = start.windows(2).position(|two| two == b"?>")?;
    let declaration = str::from_utf8(start.get(..end)?).ok()?.strip_prefix("<?xml")?;
    let (_, behind) = declaration.split_once("encoding")?;
    let behind = behind.trim_start().strip_prefix('=')?.trim_start();
    let quote = behind.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    let (label, _) = behind.get(1..)?.split_once(quote)?;
    (!label.to_ascii_lowercase().starts_with("utf-16")).then_some(label)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn json(body: &[u8], content_type: &str) -> Result<String, String> {
        text(body, Some(content_type), false).map(Cow::into_owned)
    }

    #[test]
    fn the_charset_of_the_content_type_is_obeyed() {
        assert_eq!(json("é".as_bytes(), "application/json").unwrap(), "é");
        assert_eq!(json(b"\xe9\x80", "text/plain; charset=ISO-8859-1").unwrap(), "é€", "as browsers read it");
        assert_eq!(json(b"\xe9", "text/plain; x=y;CHARSET = \"latin1\"").unwrap(), "é");
        assert_eq!(json(b"\x93\xfa\x96\x7b", "application/json; charset=Shift_JIS").unwrap(), "日本");
        assert_eq!(json(b"\xc4\xe3", "text/json;charset=gb2312").unwrap(), "你");
        assert_eq!(json(b"{\0}\0", "text/json;charset=utf-16le").unwrap(), "{}");
        assert_eq!(json(b"a", "text/plain; charset=").unwrap(), "a");
    }

    #[test]
    fn ascii_is_read_as_utf_8() {
        for label in ["us-ascii", "ASCII", "\"ANSI_X3.4-1968\"", "iso-ir-6"] {
            let content_type = format!("application/json; charset={label}");
            assert_eq!(json("café".as_bytes(), &content_type).unwrap(), "café", "{label}");
            assert!(json(b"caf\xe9", &content_type).unwrap_err().contains("byte 3 of 4 is wrong"), "{label}");
        }
        let xml = "<?xml version='1.0' encoding='US-ASCII'?><a>é</a>";
        assert_eq!(text(xml.as_bytes(), None, true).unwrap(), xml);
    }

    #[test]
    fn a_byte_order_mark_counts_first() {
        assert_eq!(json(b"\xef\xbb\xbf\xc3\xa9", "text/plain; charset=latin1").unwrap(), "é");
        assert_eq!(json(b"\xfe\xff\0a", "application/json").unwrap(), "a");
        assert_eq!(json(b"\xff\xfea\0", "application/json; charset=utf-8").unwrap(), "a");
    }

    #[test]
    fn xml_tells_its_own_encoding() {
        let body = b"<?xml version='1.0' encoding = \"windows-1250\" ?><a>\xe6</a>";
        let xml = |content_type| text(body, content_type, true).map(Cow::into_owned);
        assert!(xml(None).unwrap().ends_with("<a>ć</a>"));
        assert!(xml(Some("text/xml; charset=latin1")).unwrap().ends_with("<a>æ</a>"), "the header counts before it");
        assert!(text(body, None, false).is_err(), "JSON has no such declaration");
        let wrong = "<?xml version=\"1.0\" encoding=\"UTF-16\"?><a>é</a>";
        assert_eq!(text(wrong.as_bytes(), None, true).unwrap(), wrong);
    }

    #[test]
    fn a_wrong_byte_is_told_by_its_place() {
        assert_eq!(
            json(b"ab\xffc", "text/plain"),
            Err("the answer is not UTF-8 text: byte 2 of 4 is wrong".to_owned())
        );
        assert_eq!(
            json(b"\xef\xbb\xbfa\xc3", "text/plain").unwrap_err().split(": ").nth(1),
            Some("byte 4 of 5 is wrong")
        );
        let japanese = json(b"ab\x93\xfa\x93", "text/plain; charset=shift_jis");
        assert_eq!(japanese, Err("the answer is not Shift_JIS text: byte 4 of 5 is wrong".to_owned()));
        let odd = json(b"a\0\x3d\xd8b\0", "text/plain; charset=utf-16le").unwrap_err();
        assert!(odd.contains("not UTF-16LE text: byte 2 of 6"), "{odd}");
        assert!(json(b"a", "text/plain; charset=klingon").unwrap_err().contains("\"klingon\""));
        assert!(json(b"a", "text/plain; charset=iso-2022-kr").is_err(), "an encoding that is unsafe to read");
    }

    #[test]
    fn a_header_is_text_in_any_case() {
        assert_eq!(header("é".as_bytes()), "é");
        assert_eq!(header(b"caf\xe9"), "café");
    }
}
