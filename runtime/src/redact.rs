//! What is shown, without the secrets that may have come into it: an upstream may echo what it was sent.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use url::form_urlencoded;

use crate::encode;

/// What stands where a secret was.
const BLOT: &str = "(secret)";

/// What is this short stands in ordinary words, and would tell where it was blotted out.
const SHORTEST: usize = 4;

/// So much of a secret's beginning is blotted out without the rest, in characters: messages quote foreign values shortened.
const BEGINNING: usize = 8;

/// Blots secrets out, in each form in which a request holds them.
#[derive(Default)]
pub(crate) struct Redactor {
    /// The longest first, so that none leaves a rest of another.
    forms: Vec<String>,
}

impl Redactor {
    /// Knows these secrets.
    pub(crate) fn of<'a>(secrets: impl IntoIterator<Item = &'a str>) -> Self {
        Self::default().and(secrets)
    }

    /// Knows these secrets, too.
    pub(crate) fn and<'a>(self, secrets: impl IntoIterator<Item = &'a str>) -> Self {
        self.knowing(secrets.into_iter().flat_map(forms))
    }

    /// Knows what Basic authentication makes of these credentials (RFC 7617), too.
    pub(crate) fn and_basic(self, user: &str, password: &str) -> Self {
        self.knowing([BASE64_STANDARD.encode(format!("{user}:{password}"))])
    }

    fn knowing(mut self, forms: impl IntoIterator<Item = String>) -> Self {
        self.forms.extend(forms.into_iter().filter(|form| form.chars().count() >= SHORTEST));
        self.forms.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        self.forms.dedup();
        self
    }

    /// The text without them.
    pub(crate) fn text(&self, text: &str) -> String {
        self.forms.iter().fold(text.to_owned(), |text, form| blot_out(text, form))
    }
}

fn blot_out(text: String, form: &str) -> String {
    let beginning = form.char_indices().nth(BEGINNING).and_then(|(end, _)| form.get(..end)).unwrap_or(form);
    if !text.contains(beginning) {
        return text;
    }
    let mut shown = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some((before, _)) = rest.split_once(beginning) {
        let found = rest.get(before.len()..).unwrap_or_default();
        let same = found.chars().zip(form.chars()).take_while(|(a, b)| a == b);
        let length = same.map(|(character, _)| character.len_utf8()).sum::<usize>();
        shown.push_str(before);
        shown.push_str(BLOT);
        rest = found.get(length..).unwrap_or_default();
    }
    shown.push_str(rest);
    shown
}

/// A secret as it stands in headers and texts, in URLs, in forms, in JSON and in XML, and each of these within JSON: whoever
/// echoes a body often does so as a text of their own.
fn forms(secret: &str) -> Vec<String> {
    let json = in_json(secret);
    let percent = encode::query(&secret);
    let mut forms = vec![
        secret.to_owned(),
        percent.to_lowercase(),
        percent,
        form_urlencoded::byte_serialize(secret.as_bytes()).collect(),
        json.replace('/', "\\/"),
        ascii(&json),
        json,
        encode::xml(&secret),
        BASE64_STANDARD.encode(secret),
    ];
    let within: Vec<String> = forms.iter().flat_map(|form| [in_json(form), ascii(&in_json(form))]).collect();
    forms.extend(within);
    forms
}

/// A text between the quotes of JSON.
fn in_json(text: &str) -> String {
    let json = serde_json::Value::from(text).to_string();
    json.get(1..json.len().saturating_sub(1)).unwrap_or_default().to_owned()
}

/// JSON in ASCII alone, as many services write it (RFC 8259, section 7).
fn ascii(json: &str) -> String {
    let mut units = [0; 2];
    let escaped = |c: char| match c.is_ascii() {
        true => c.to_string(),
        false => c.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")).collect(),
    };
    json.chars().map(escaped).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_blotted_out_in_every_form() {
        let redactor = Redactor::of(["sk-ä\"&=<>/+", "sk-ä\"&=<>/+more"]).and(["t/0123"]).and_basic("anna", "word");
        for echoed in [
            "sk-ä\"&=<>/+",
            "sk-%C3%A4%22%26%3D%3C%3E%2F%2B",
            "sk-%c3%a4%22%26%3d%3c%3e%2f%2b",
            "{\"k\":\"sk-ä\\\"&=<>\\/+\"}",
            "{\"k\":\"sk-\\u00e4\\\"&=<>/+\"}",
            "{\"body\":\"{\\\"k\\\":\\\"sk-ä\\\\\\\"&=<>/+\\\"}\"}",
            "<a>sk-ä&quot;&amp;=&lt;&gt;/+</a>",
            "sk-ä\"&=<>/+more",
            "Bearer t/0123, t%2F0123",
            "Basic YW5uYTp3b3Jk",
        ] {
            let told = redactor.text(&format!("before {echoed} behind"));
            let is_hidden = !["sk-", "more", "0123", "YW5u"].iter().any(|part| told.contains(part));
            assert!(is_hidden && told.contains(BLOT), "{told}");
            assert!(told.starts_with("before ") && told.ends_with(" behind"), "{told}");
        }
        assert_eq!(redactor.text("nothing"), "nothing");
    }

    #[test]
    fn a_long_beginning_counts_as_the_whole() {
        let redactor = Redactor::of(["sk-0123456789abcdef", "abc", BLOT]);
        assert_eq!(redactor.text("a sk-0123456789abcdef b sk-0123456789abcdef"), "a (secret) b (secret)");
        assert_eq!(redactor.text("\"sk-0123456…\""), "\"(secret)…\"");
        assert_eq!(redactor.text("sk-01234 abc"), "(secret) abc");
        assert_eq!(redactor.text("sk-0123 nothing to see"), "sk-0123 nothing to see");
    }
}
