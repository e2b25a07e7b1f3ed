//! From the text of an answer to JSON or XML.

use flow_query::{Document, Xml};

/// How deep JSON may be nested: the limit of serde_json's parser.
const DEEPEST: usize = 128;

/// Characters of an unknown media type that are shown.
const EXCERPT: usize = 60;

/// What queries can look into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Json,
    Xml,
}

/// What an answer is: by its Content-Type, or, where that is missing, by its first character.
///
/// # Errors
///
/// A sentence that names what it is instead.
pub(super) fn format(content_type: Option<&str>, body: &[u8]) -> Result<Format, String> {
    match content_type {
        Some(content_type) => {
            let essence = content_type.split(';').next().unwrap_or_default().trim();
            match essence.to_ascii_lowercase().as_str() {
                // RFC 6839: what ends in `+json` or `+xml` can be read as such.
                json if matches!(json, "application/json" | "text/json") || json.ends_with("+json") => Ok(Format::Json),
                xml if matches!(xml, "application/xml" | "text/xml") || xml.ends_with("+xml") => Ok(Format::Xml),
                "" => Err("the answer has an empty Content-Type".to_owned()),
                _ => {
                    Err(format!("the answer is {}, not JSON or XML", essence.chars().take(EXCERPT).collect::<String>()))
                }
            }
        }
        None => {
            let first = body.iter().find(|byte| byte.is_ascii_graphic());
            Ok(if first == Some(&b'<') { Format::Xml } else { Format::Json })
        }
    }
}

/// Parses a text.
///
/// # Errors
///
/// A sentence that says why it is no document of this format. It quotes nothing of it.
pub(super) fn parse(format: Format, text: &str) -> Result<Document<'_>, String> {
    let name = if format == Format::Json { "JSON" } else { "XML" };
    let begin = text.trim_start();
    if begin.is_empty() {
        return Err(format!("the answer is empty, not {name}"));
    }
    let html = ["<!doctype html", "<html"];
    if html.iter().any(|tag| begin.get(..tag.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(tag))) {
        return Err(format!("the answer is an HTML page, not {name}"));
    }
    match format {
        Format::Json => serde_json::from_str(text).map(Document::Json).map_err(|error| {
            // serde_json has no other name for it.
            match error.to_string() {
                told if told.starts_with("recursion limit") => {
                    format!("the answer is JSON nested deeper than {DEEPEST} levels")
                }
                _ if begin.starts_with('<') => "the answer is XML or HTML, and says that it is JSON".to_owned(),
                // serde_json misses the other half, and tells that in two ways.
                told if ["lone leading surrogate", "unexpected end of hex escape"].iter().any(|it| told.starts_with(it)) => {
                    let place = told.split_once(" at ").map(|(_, place)| format!(" at {place}")).unwrap_or_default();
                    format!("the answer is not valid JSON: an escape \\uD800 to \\uDFFF stands without its other half{place}")
                }
                told => format!("the answer is not valid JSON: {told}"),
            }
        }),
        Format::Xml => {
            Xml::parse(text).map(Document::Xml).map_err(|error| format!("the answer is not valid XML: {error}"))
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;
    use serde_json::json;

    fn told(format: Format, text: &str) -> String {
        parse(format, text).unwrap_err()
    }

    #[test]
    fn the_media_type_decides() {
        for json in ["application/json", "TEXT/JSON ; charset=x", "application/problem+json"] {
            assert_eq!(format(Some(json), b"<a/>"), Ok(Format::Json), "{json}");
        }
        for xml in ["application/xml", "text/xml;charset=utf-8", "application/soap+xml"] {
            assert_eq!(format(Some(xml), b"{}"), Ok(Format::Xml), "{xml}");
        }
        for other in ["text/html; charset=utf-8", "text/plain", "application/jsonp"] {
            let essence = other.split(';').next().unwrap();
            assert_eq!(format(Some(other), b"{}"), Err(format!("the answer is {essence}, not JSON or XML")));
        }
        for empty in ["", " ", "; charset=utf-8"] {
            assert_eq!(format(Some(empty), b"{}"), Err("the answer has an empty Content-Type".to_owned()));
        }
    }

    #[test]
    fn without_a_media_type_the_first_character_decides() {
        assert_eq!(format(None, b"\xef\xbb\xbf \n<a/>"), Ok(Format::Xml));
        assert_eq!(format(None, b"\xff\xfe<\0a\0"), Ok(Format::Xml));
        for json in ["{}", " [1]", "84", "\"a\"", "true", "null", "", "220 smtp"] {
            assert_eq!(format(None, json.as_bytes()), Ok(Format::Json), "{json}");
        }
    }

    #[test]
    fn what_is_no_document_is_told_without_a_word_of_it() {
        assert_eq!(told(Format::Json, " \n"), "the answer is empty, not JSON");
        assert_eq!(told(Format::Json, "<!DOCTYPE HTML><p>secret"), "the answer is an HTML page, not JSON");
        assert_eq!(told(Format::Xml, "<html>"), "the answer is an HTML page, not XML");
        assert_eq!(told(Format::Json, "<a/>"), "the answer is XML or HTML, and says that it is JSON");
        assert_eq!(
            told(Format::Json, "220 smtp"),
            "the answer is not valid JSON: trailing characters at line 1 column 5"
        );
        assert_eq!(told(Format::Json, &"[".repeat(100_000)), "the answer is JSON nested deeper than 128 levels");
        assert!(told(Format::Xml, &"<a>".repeat(100_000)).contains("not valid XML"));
        for alone in [r#"{"a":"\ud800"}"#, r#"{"a":"\udc00"}"#, r#"{"a":"\ud800\ud800"}"#] {
            let told = told(Format::Json, alone);
            assert!(
                told.contains("an escape \\uD800 to \\uDFFF stands without its other half at line 1 column"),
                "{told}"
            );
        }
        assert!(told(Format::Json, "{\"a\":\"\0\"}").contains("control character"));
        assert!(told(Format::Xml, "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>").contains("document type"));
    }

    #[test]
    fn of_members_of_one_name_the_last_counts() {
        let Document::Json(json) = parse(Format::Json, r#"{"a":1,"b":2,"a":3}"#).unwrap() else { panic!() };
        assert_eq!(json, json!({ "a": 3, "b": 2 }));
    }
}
