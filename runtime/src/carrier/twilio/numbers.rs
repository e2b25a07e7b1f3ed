//! The numbers of an account at Twilio: "IncomingPhoneNumber resource" in Twilio's documentation.

use reqwest::header::CONTENT_TYPE;
use reqwest::{Client, RequestBuilder};
use serde::Deserialize;
use url::form_urlencoded;

use super::WHO;
use crate::carrier::numbers::{Asking, LeadsTo, Numbers, Owned};
use crate::carrier::{Account, api};
use crate::encode;
use crate::value::Phone;

/// Pages of 1,000 numbers that are read at most.
const PAGES: usize = 100;

/// Where Twilio itself leads new numbers, to say that they lead nowhere yet.
const DEMO: &str = "https://demo.twilio.com/";

pub(super) struct TwilioNumbers {
    client: Client,
    /// Base URL of the API.
    base: String,
    account: String,
    token: String,
}

#[derive(Deserialize)]
struct Page {
    incoming_phone_numbers: Vec<Number>,
    /// Path and query of the next page.
    next_page_uri: Option<String>,
}

#[derive(Deserialize)]
struct Number {
    sid: String,
    phone_number: String,
    sms_url: Option<String>,
    sms_application_sid: Option<String>,
    #[serde(default)]
    capabilities: Capabilities,
}

#[derive(Default, Deserialize)]
struct Capabilities {
    #[serde(default)]
    sms: bool,
    #[serde(default)]
    mms: bool,
}

#[derive(Default, Deserialize)]
struct Refusal {
    code: Option<i64>,
    message: Option<String>,
}

impl TwilioNumbers {
    pub(super) fn new(client: &Client, given: &Account) -> Self {
        Self {
            client: client.clone(),
            base: given.base("https://api.twilio.com"),
            account: given.key("TWILIO_ACCOUNT_SID").to_owned(),
            token: given.key("TWILIO_AUTH_TOKEN").to_owned(),
        }
    }

    fn path(&self) -> String {
        format!("/2010-04-01/Accounts/{}/IncomingPhoneNumbers", encode::segment(&self.account))
    }

    async fn ask(&self, request: RequestBuilder) -> Result<api::Answer, String> {
        let request = request.basic_auth(&self.account, Some(&self.token));
        let answer = api::ask(&self.client, request, WHO).await.map_err(api::Unanswered::told)?;
        if answer.is_success() {
            return Ok(answer);
        }
        let Refusal { code, message } = answer.json().unwrap_or_default();
        let code = code.map(|code| format!(" with error {code}")).unwrap_or_default();
        let message = message.unwrap_or_else(|| "no reason was given".to_owned());
        Err(format!("{WHO} answered {}{code}: {}", answer.status, message.trim_end_matches('.')))
    }

    async fn pages(&self) -> Result<Vec<Owned>, String> {
        let mut numbers = Vec::new();
        let mut next = Some(format!("{}.json?PageSize=1000", self.path()));
        for _ in 0..PAGES {
            // A path, so that no answer leads the credentials to another host.
            let Some(path) = next.take().filter(|path| path.starts_with("/2010-04-01/")) else { break };
            let answer = self.ask(self.client.get(format!("{}{path}", self.base))).await?;
            let page: Page = answer.json().ok_or("Twilio's list of numbers was not understood")?;
            numbers.extend(page.incoming_phone_numbers.into_iter().filter_map(Number::owned));
            next = page.next_page_uri;
        }
        Ok(numbers)
    }

    async fn set(&self, owned: &Owned, pairs: &[(&str, &str)]) -> Result<(), String> {
        // With an application Twilio would go on to obey that alone.
        let application = matches!(owned.leads_to, LeadsTo::Other(_)).then_some(&("SmsApplicationSid", ""));
        let form: String =
            form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs.iter().chain(application)).finish();
        let url = format!("{}{}/{}.json", self.base, self.path(), encode::segment(&owned.id));
        let request = self.client.post(url).header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.ask(request.body(form)).await.map(drop)
    }
}

impl Number {
    /// `None` for one that takes no texts.
    fn owned(self) -> Option<Owned> {
        let given = |text: Option<String>| text.filter(|text| !text.is_empty());
        let leads_to = match (given(self.sms_application_sid), given(self.sms_url)) {
            (Some(application), _) => LeadsTo::Other(format!("the application {application}")),
            (None, Some(url)) if !url.starts_with(DEMO) => LeadsTo::Url(url),
            (None, _) => LeadsTo::Nowhere,
        };
        let number =
            Phone::parse(&self.phone_number).ok().filter(|_| self.capabilities.sms || self.capabilities.mms)?;
        Some(Owned { number, id: self.sid, leads_to })
    }
}

impl Numbers for TwilioNumbers {
    fn list(&self) -> Asking<'_, Vec<Owned>> {
        Box::pin(self.pages())
    }

    fn assign<'a>(&'a self, owned: &'a Owned, url: &'a str) -> Asking<'a, ()> {
        Box::pin(async move { self.set(owned, &[("SmsUrl", url), ("SmsMethod", "POST")]).await })
    }

    fn clear<'a>(&'a self, owned: &'a Owned) -> Asking<'a, ()> {
        Box::pin(self.set(owned, &[("SmsUrl", "")]))
    }
}
