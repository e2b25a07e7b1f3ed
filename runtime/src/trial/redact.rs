//! What came back, without the secrets that an upstream may have echoed.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use url::form_urlencoded;

use crate::encode;
use crate::flow::{Auth, Call, Secrets};
use crate::step::web_call::Token;

/// What stands where a secret was.
const BLOT: &str = "(secret)";

/// Blots secrets out, in each form in which a request holds them.
pub(super) struct Redactor {
    /// The longest first, so that none leaves a rest of another.
    forms: Vec<String>,
}

impl Redactor {
    /// Knows these secrets, and what of them the call makes its credentials.
    pub(super) fn of(names: &[&'static str], secrets: &Secrets, call: Option<&Call>) -> Self {
        let mut forms: Vec<String> = names.iter().flat_map(|name| forms(secrets.get(name))).collect();
        match call.and_then(|call| call.auth.as_ref()) {
            Some(Auth::Basic { user, password }) => forms.extend(basic(user, password)),
            Some(Auth::Oauth(oauth)) => {
                let encoded = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
                forms.extend(basic(&oauth.client_id, &oauth.client_secret));
                forms.extend(basic(&encoded(&oauth.client_id), &encoded(&oauth.client_secret)));
            }
            Some(Auth::Bearer(_)) | None => {}
        }
        Self::sorted(forms)
    }

    /// Knows these tokens, too.
    pub(super) fn and(self, tokens: &[Token]) -> Self {
        Self::sorted(self.forms.into_iter().chain(tokens.iter().flat_map(|token| forms(token.as_str()))).collect())
    }

    fn sorted(mut forms: Vec<String>) -> Self {
        // What is this short stands in ordinary words, and would tell where it was blotted out.
        forms.retain(|form| form.chars().count() >= 4);
        forms.sort_by_key(|form| std::cmp::Reverse(form.len()));
        forms.dedup();
        Self { forms }
    }

    pub(super) fn text(&self, text: &str) -> String {
        self.forms.iter().fold(text.to_owned(), |text, form| text.replace(form.as_str(), BLOT))
    }
}

fn basic(user: &str, password: &str) -> Option<String> {
    // Credentials that are no secrets are in the flow for all to see, but to blot them out does no harm.
    Some(BASE64_STANDARD.encode(format!("{user}:{password}"))).filter(|_| !password.is_empty())
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
        let secrets = Secrets::new(vec![("A", "sk-ä\"&=<>/+".to_owned()), ("B", "sk-ä\"&=<>/+more".to_owned())]);
        let redactor = Redactor::of(&["A", "B"], &secrets, None);
        for echoed in [
            "sk-ä\"&=<>/+",
            "sk-%C3%A4%22%26%3D%3C%3E%2F%2B",
            "sk-%c3%a4%22%26%3d%3c%3e%2f%2b",
            "{\"k\":\"sk-ä\\\"&=<>\\/+\"}",
            "{\"k\":\"sk-\\u00e4\\\"&=<>/+\"}",
            "{\"body\":\"{\\\"k\\\":\\\"sk-ä\\\\\\\"&=<>/+\\\"}\"}",
            "<a>sk-ä&quot;&amp;=&lt;&gt;/+</a>",
            "sk-ä\"&=<>/+more",
        ] {
            let told = redactor.text(&format!("before {echoed} behind"));
            assert!(!told.contains("sk-") && told.contains(BLOT) && !told.contains("more"), "{told}");
            assert!(told.starts_with("before ") && told.ends_with(" behind"), "{told}");
        }
        assert_eq!(redactor.text("nothing"), "nothing");
        let token = Token::new("t/0123").into_iter().collect::<Vec<_>>();
        assert_eq!(
            redactor.and(&token).text("Bearer t/0123, t%2F0123 and sk-ä\"&=<>/+"),
            "Bearer (secret), (secret) and (secret)"
        );
    }
}
