//! `X-Twilio-Signature`, as "Validating Signatures from Twilio" in Twilio's documentation has it.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use ring::hmac;

/// Checks signatures made with one account's Auth Token for one public address.
pub(super) struct Signer {
    key: hmac::Key,
    /// The public base URL with its port written out and without it: Twilio signs either.
    bases: [String; 2],
}

impl Signer {
    /// `public_url` has no slash at its end.
    pub(super) fn new(token: &str, public_url: &str) -> Self {
        Self {
            key: hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, token.as_bytes()),
            bases: [with_port(public_url), without_port(public_url)],
        }
    }

    /// Whether `signature` is the token's, over the URL and the form's parameters; in constant time.
    pub(super) fn verify(&self, target: &str, form: &[(String, String)], signature: &[u8]) -> bool {
        let Ok(signature) = BASE64_STANDARD.decode(signature) else {
            return false;
        };
        // Both are tried always, so that the time does not tell which one fits.
        let fits = self.bases.each_ref().map(|base| {
            hmac::verify(&self.key, signed_text(&format!("{base}{target}"), form).as_bytes(), &signature).is_ok()
        });
        fits.contains(&true)
    }
}

/// What is signed: the URL, then each name with each of its values, sorted, repeats left out.
fn signed_text(url: &str, form: &[(String, String)]) -> String {
    let mut sorted: Vec<&(String, String)> = form.iter().collect();
    sorted.sort_unstable();
    sorted.dedup();
    let mut text = url.to_owned();
    for (name, value) in sorted {
        text.push_str(name);
        text.push_str(value);
    }
    text
}

/// Cuts `https://host:port/path` behind the scheme and behind the authority.
fn cut(url: &str) -> (&str, &str, &str) {
    let start = url.find("://").map_or(0, |at| at + 3);
    let (scheme, rest) = url.split_at_checked(start).unwrap_or((url, ""));
    let end = rest.find('/').unwrap_or(rest.len());
    let (authority, path) = rest.split_at_checked(end).unwrap_or((rest, ""));
    (scheme, authority, path)
}

/// Where the port's colon is; the colons of an IPv6 address stand in brackets.
fn port_colon(authority: &str) -> Option<usize> {
    authority.rfind(':').filter(|colon| authority.rfind(']').is_none_or(|bracket| bracket < *colon))
}

fn with_port(url: &str) -> String {
    let (scheme, authority, path) = cut(url);
    if port_colon(authority).is_some() {
        return url.to_owned();
    }
    let port = if scheme.eq_ignore_ascii_case("https://") { 443 } else { 80 };
    format!("{scheme}{authority}:{port}{path}")
}

fn without_port(url: &str) -> String {
    let (scheme, authority, path) = cut(url);
    let host = port_colon(authority).and_then(|colon| authority.get(..colon)).unwrap_or(authority);
    format!("{scheme}{host}{path}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn the_port_may_be_written_or_not() {
        assert_eq!(with_port("https://a.example"), "https://a.example:443");
        assert_eq!(with_port("http://a.example/x"), "http://a.example:80/x");
        assert_eq!(without_port("https://a.example:8443/x"), "https://a.example/x");
        assert_eq!(without_port("https://[::1]"), "https://[::1]");
        assert_eq!(with_port("https://[::1]/x"), "https://[::1]:443/x");
    }

    #[test]
    fn names_and_values_are_sorted_and_repeats_left_out() {
        let form = form(&[("b", "2"), ("a", "z"), ("b", "1"), ("a", "z")]);
        assert_eq!(signed_text("u", &form), "uazb1b2");
    }
}
