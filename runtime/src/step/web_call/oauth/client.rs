//! Who asks for a token, and with which request: by client credentials (RFC 6749, 2.3.1 and 4.4.2), or by an API key of
//! IBM Cloud ("Generating an IBM Cloud IAM token by using an API key" in its docs).

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};
use url::form_urlencoded;

use crate::flow::{Auth, ClientAuth, Failure, Iam, Oauth};
use crate::redact::Redactor;
use crate::step::web_call::address;
use crate::step::web_call::request::{Outbound, header_value};

/// IBM Cloud's name of the grant.
const API_KEY: &str = "urn:ibm:params:oauth:grant-type:apikey";

/// What a token is asked for with: who has the same, has the same token.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(in crate::step::web_call) enum Client {
    Credentials(Oauth),
    ApiKey(Iam),
}

impl Client {
    /// `None`: a call that authenticates so needs no token.
    pub(in crate::step::web_call) fn of(auth: &Auth) -> Option<Self> {
        match auth {
            Auth::Oauth(oauth) => Some(Self::Credentials(Oauth::clone(oauth))),
            Auth::Iam(iam) => Some(Self::ApiKey(Iam::clone(iam))),
            Auth::Basic { .. } | Auth::Bearer(_) | Auth::Aws(_) => None,
        }
    }

    /// The server that the token comes from, for messages.
    pub(in crate::step::web_call) fn upstream(&self) -> Option<String> {
        self.request().map(|outbound| outbound.upstream()).ok()
    }

    /// The request for a token.
    pub(super) fn request(&self) -> Result<Outbound, Failure> {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
        let mut form = form_urlencoded::Serializer::new(String::new());
        let token_url = match self {
            Self::Credentials(oauth) => {
                form.append_pair("grant_type", "client_credentials");
                for (name, value) in [("scope", &oauth.scope), ("audience", &oauth.audience)] {
                    if let Some(value) = value.as_ref().filter(|value| !value.is_empty()) {
                        form.append_pair(name, value);
                    }
                }
                match oauth.auth_method {
                    ClientAuth::Basic => {
                        let (id, secret) = (form_encoded(&oauth.client_id), form_encoded(&oauth.client_secret));
                        let value = format!("Basic {}", BASE64_STANDARD.encode(format!("{id}:{secret}")));
                        headers.insert(AUTHORIZATION, header_value(&value, "the client's secret")?);
                    }
                    ClientAuth::Post => {
                        form.append_pair("client_id", &oauth.client_id);
                        form.append_pair("client_secret", &oauth.client_secret);
                    }
                }
                &oauth.token_url
            }
            Self::ApiKey(iam) => {
                form.append_pair("grant_type", API_KEY).append_pair("apikey", &iam.key);
                &iam.token_url
            }
        };
        let url = address::parse(token_url, &[])?;
        Ok(Outbound { method: reqwest::Method::POST, url, headers, body: Some(form.finish().into()) })
    }

    /// Blots out what the request shows of the client.
    pub(super) fn redactor(&self) -> Redactor {
        match self {
            Self::Credentials(oauth) => knowing_client(Redactor::of([oauth.client_secret.as_str()]), oauth),
            Self::ApiKey(iam) => Redactor::of([iam.key.as_str()]),
        }
    }
}

/// Knows what a request for a token makes of the client's credentials, too.
pub(crate) fn knowing_client(redactor: Redactor, oauth: &Oauth) -> Redactor {
    redactor.and_basic(&form_encoded(&oauth.client_id), &form_encoded(&oauth.client_secret))
}

fn form_encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn credentials(auth_method: ClientAuth) -> Client {
        Client::Credentials(Oauth {
            token_url: "https://login.example.com/token".to_owned(),
            client_id: "a:b c".to_owned(),
            client_secret: "%+é".to_owned(),
            scope: Some("x y".to_owned()),
            audience: Some(String::new()),
            auth_method,
        })
    }

    #[test]
    fn the_client_shows_itself_in_a_header_or_in_the_body() {
        let basic = credentials(ClientAuth::Basic).request().unwrap();
        let expected = format!("Basic {}", BASE64_STANDARD.encode("a%3Ab+c:%25%2B%C3%A9"));
        assert_eq!(basic.headers.get(AUTHORIZATION).unwrap(), expected.as_str());
        assert_eq!(basic.body.unwrap().as_ref(), b"grant_type=client_credentials&scope=x+y");
        let post = credentials(ClientAuth::Post).request().unwrap();
        assert!(!post.headers.contains_key(AUTHORIZATION));
        let body = "grant_type=client_credentials&scope=x+y&client_id=a%3Ab+c&client_secret=%25%2B%C3%A9";
        assert_eq!(post.body.unwrap().as_ref(), body.as_bytes());
    }

    #[test]
    fn an_api_key_stands_in_the_body_and_is_not_shown() {
        let iam = Iam { token_url: "https://iam.example.com/identity/token".to_owned(), key: "k/e+y-0123".to_owned() };
        let client = Client::of(&Auth::Iam(Box::new(iam))).unwrap();
        let request = client.request().unwrap();
        let body = "grant_type=urn%3Aibm%3Aparams%3Aoauth%3Agrant-type%3Aapikey&apikey=k%2Fe%2By-0123";
        assert_eq!(request.body.unwrap().as_ref(), body.as_bytes());
        assert!(!request.headers.contains_key(AUTHORIZATION));
        assert_eq!(client.upstream().unwrap(), "iam.example.com");
        assert_eq!(client.redactor().text(body.split_once("apikey=").unwrap().1), "(secret)");
    }
}
