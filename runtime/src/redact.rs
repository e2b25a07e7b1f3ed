//! What is shown, without the secrets that may have come into it: an upstream may echo what it was sent.

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE};
use url::form_urlencoded;

use crate::encode;

/// What stands where a secret was.
pub(crate) const BLOT: &str = "(secret)";

/// What is this short stands in ordinary words, and would tell where it was blotted out.
const SHORTEST: usize = 4;

/// So much of a secret's beginning is blotted out without the rest, in characters: messages quote foreign values shortened.
const BEGINNING: usize = 8;

/// Blots secrets out, in each form in which a request holds them.
#[derive(Default)]
pub(crate) struct Redactor {
    /// What a form begins with, and all forms that begin so, which part behind it. The longest first, so that none leaves
    /// a rest of another.
    forms: Vec<(String, Vec<String>)>,
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
        for form in forms.into_iter().filter(|form| form.chars().count() >= SHORTEST) {
            let beginning = form.chars().take(BEGINNING).collect();
            match self.forms.iter_mut().find(|(known, _)| *known == beginning) {
                Some((_, forms)) => forms.push(form),
                None => self.forms.push((beginning, vec![form])),
            }
        }
        let longest = |forms: &[String]| forms.iter().map(String::len).max();
        self.forms.sort_by(|(a, one), (b, other)| longest(other).cmp(&longest(one)).then_with(|| a.cmp(b)));
        self
    }

    /// The text without them.
    pub(crate) fn text(&self, text: &str) -> String {
        self.blot(text).0
    }

    /// The text without them, and at how many places one was.
    pub(crate) fn blot(&self, text: &str) -> (String, usize) {
        self.forms.iter().fold((text.to_owned(), 0), |(text, places), (beginning, forms)| {
            let (text, more) = blot_out(text, beginning, forms);
            (text, places + more)
        })
    }
}

fn blot_out(text: String, beginning: &str, forms: &[String]) -> (String, usize) {
    if !text.contains(beginning) {
        return (text, 0);
    }
    let mut shown = String::with_capacity(text.len());
    let (mut rest, mut places) = (text.as_str(), 0);
    while let Some((before, _)) = rest.split_once(beginning) {
        let found = rest.get(before.len()..).unwrap_or_default();
        let length = forms.iter().map(|form| shared(found, form)).max().unwrap_or_default();
        shown.push_str(before);
        shown.push_str(BLOT);
        places += 1;
        rest = found.get(length..).unwrap_or_default();
    }
    shown.push_str(rest);
    (shown, places)
}

/// How much two texts have in common at their beginnings, in bytes.
fn shared(one: &str, other: &str) -> usize {
    let same = one.chars().zip(other.chars()).take_while(|(a, b)| a == b);
    same.map(|(character, _)| character.len_utf8()).sum()
}

/// A secret in the encodings that services use: as it stands in headers and texts, in URLs, in forms, in JSON, in XML, in
/// base64 and in hexadecimal digits, and each of these within JSON: whoever echoes a body often does so as a text of their
/// own.
fn forms(secret: &str) -> Vec<String> {
    let (json, percent) = (in_json(secret), encode::query(&secret));
    let twice = encode::query(&percent);
    let mut forms = vec![
        secret.to_owned(),
        form_urlencoded::byte_serialize(secret.as_bytes()).collect(),
        encode::xml(&secret),
        ascii(&json),
        percent.to_lowercase(),
        percent,
        twice.to_lowercase(),
        twice,
    ];
    forms.extend(ESCAPED.iter().map(|specials| escaped(&json, specials)));
    forms.extend(ESCAPED.iter().map(|specials| escaped(&ascii(&json), specials)));
    forms.push(json);
    let within: Vec<String> = forms
        .iter()
        .map(|form| in_json(form))
        .flat_map(|form| [form.replace('/', "\\/"), ascii(&form), form])
        .collect();
    forms.extend(forms.iter().map(|form| form.replace('/', "\\/")).collect::<Vec<_>>());
    forms.extend(within);
    forms.extend([
        BASE64_STANDARD.encode(secret),
        BASE64_URL_SAFE.encode(secret),
        encode::hex(secret.as_bytes()),
        encode::hex(secret.as_bytes()).to_uppercase(),
    ]);
    forms.extend(anywhere_in_base64(secret));
    forms
}

/// What common writers of JSON escape of ASCII: Go and Rails, Gson, PHP on request.
const ESCAPED: [&str; 3] = ["<>&", "<>&='", "<>&'\""];

/// Between the quotes of JSON, with these characters by their numbers (RFC 8259, section 7).
fn escaped(json: &str, specials: &str) -> String {
    let json = if specials.contains('"') { json.replace("\\\"", "\"") } else { json.to_owned() };
    let escaped = |c: char| if specials.contains(c) { format!("\\u{:04x}", u32::from(c)) } else { c.to_string() };
    json.chars().map(escaped).collect()
}

/// What base64 (RFC 4648) makes of a secret with something before and behind it, whatever that is: three bytes become four
/// characters, so there are three places at which the secret may begin. What its neighbours share is left out.
fn anywhere_in_base64(secret: &str) -> Vec<String> {
    let at = |(before, shared): (usize, usize)| {
        let text = [vec![0; before].as_slice(), secret.as_bytes()].concat();
        let whole = text.len() * 8 / 6;
        [BASE64_STANDARD, BASE64_URL_SAFE].map(|base64| base64.encode(&text).get(shared..whole).map(str::to_owned))
    };
    [(0, 0), (1, 2), (2, 3)].into_iter().flat_map(at).flatten().collect()
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
            "{\"k\":\"sk-ä\\\"\\u0026=\\u003c\\u003e/+\"}",
            "{\"k\":\"sk-\\u00e4\\u0022\\u0026=\\u003c\\u003e\\/+\"}",
            "{\"body\":\"{\\\"k\\\":\\\"sk-ä\\\\\\\"&=<>\\/+\\\"}\"}",
            "sk-%25C3%25A4%2522%2526%253D%253C%253E%252F%252B",
            "736b2dc3a422263d3c3e2f2b",
            "736B2DC3A422263D3C3E2F2B",
        ] {
            let told = redactor.text(&format!("before {echoed} behind"));
            let is_hidden = !["sk-", "more", "0123", "YW5u"].iter().any(|part| told.contains(part));
            assert!(is_hidden && told.contains(BLOT), "{told}");
            assert!(told.starts_with("before ") && told.ends_with(" behind"), "{told}");
        }
        assert_eq!(redactor.text("nothing"), "nothing");
    }

    #[test]
    fn base64_hides_a_secret_wherever_it_begins() {
        let redactor = Redactor::of(["sk-0123456789???>>>"]);
        for (before, behind) in [("", ""), ("", "x"), ("a", ""), ("ab", "x"), ("abc", "xy"), ("user:", "")] {
            let text = format!("{before}sk-0123456789???>>>{behind}");
            for encoded in [BASE64_STANDARD.encode(&text), BASE64_URL_SAFE.encode(&text)] {
                for encoded in [encoded.as_str(), encoded.trim_end_matches('=')] {
                    let told = redactor.text(encoded);
                    // What the secret shares with its neighbours is not told from them.
                    assert!(
                        told.len() <= BLOT.len() + 7 + before.len() * 4 / 3 && told.contains(BLOT),
                        "{text}: {told}"
                    );
                }
            }
        }
    }

    #[test]
    fn forms_that_begin_alike_leave_no_rest() {
        let redactor = Redactor::of(["sk-0123456/more+of it"]);
        for echoed in ["sk-0123456/more+of it", "sk-0123456%2Fmore%2Bof%20it", "sk-0123456%2Fmore%2Bof+it"] {
            assert_eq!(redactor.blot(&format!("{echoed}, {echoed}")), ("(secret), (secret)".to_owned(), 2));
        }
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
