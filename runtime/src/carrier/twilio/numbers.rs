//! The numbers of an account at Twilio: "IncomingPhoneNumber resource" in Twilio's documentation.

use std::collections::HashSet;

use reqwest::header::CONTENT_TYPE;
use reqwest::{Client, RequestBuilder};
use serde::Deserialize;
use url::form_urlencoded;

use super::WHO;
use crate::carrier::numbers::{Asking, LeadsTo, Numbers, Owned};
use crate::carrier::{Account, api};
use crate::encode;
use crate::value::Phone;

/// Pages of 1,000 numbers that are read; an account with more is told so, rather than half of its numbers.
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
        let list = format!("{}.json?", self.path());
        let (mut numbers, mut seen) = (Vec::new(), HashSet::new());
        let mut path = format!("{list}PageSize=1000");
        for _ in 0..PAGES {
            let answer = self.ask(self.client.get(format!("{}{path}", self.base))).await?;
            let page: Page = answer.json().ok_or("Twilio's list of numbers was not understood")?;
            for number in page.incoming_phone_numbers {
                if !seen.insert(number.sid.clone()) {
                    return Err(format!("{WHO}'s list of numbers holds {} twice: ask again", number.sid));
                }
                numbers.extend(number.owned());
            }
            path = match page.next_page_uri.filter(|next| !next.is_empty()) {
                None => return Ok(numbers),
                // So that no answer leads the credentials to another place.
                Some(next) if !next.starts_with(&list) => {
                    return Err(format!("{WHO}'s list of numbers goes on at a place that is not this list"));
                }
                Some(next) => next,
            };
        }
        Err(format!("{WHO}'s list of numbers does not end after {PAGES} pages"))
    }

    async fn set(&self, owned: &Owned, pairs: &[(&str, &str)]) -> Result<LeadsTo, String> {
        // With an application Twilio would go on to obey that alone.
        let application = matches!(owned.leads_to, LeadsTo::Other(_)).then_some(&("SmsApplicationSid", ""));
        let form: String =
            form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs.iter().chain(application)).finish();
        let url = format!("{}{}/{}.json", self.base, self.path(), encode::segment(&owned.id));
        let request = self.client.post(url).header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        let answer = self.ask(request.body(form)).await?;
        let now: Number = answer.json().ok_or("Twilio's settings of the number were not understood")?;
        Ok(now.leads_to())
    }
}

impl Number {
    fn leads_to(&self) -> LeadsTo {
        let given = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        match (given(&self.sms_application_sid), given(&self.sms_url)) {
            (Some(application), _) => LeadsTo::Other(format!("the application {application}")),
            (None, Some(url)) if !url.starts_with(DEMO) => LeadsTo::Url(url),
            (None, _) => LeadsTo::Nowhere,
        }
    }

    /// `None` for one that takes no texts.
    fn owned(self) -> Option<Owned> {
        let leads_to = self.leads_to();
        let number =
            Phone::parse(&self.phone_number).ok().filter(|_| self.capabilities.sms || self.capabilities.mms)?;
        Some(Owned { number, id: self.sid, leads_to })
    }
}

impl Numbers for TwilioNumbers {
    fn list(&self) -> Asking<'_, Vec<Owned>> {
        Box::pin(self.pages())
    }

    fn assign<'a>(&'a self, owned: &'a Owned, url: &'a str) -> Asking<'a, LeadsTo> {
        Box::pin(async move { self.set(owned, &[("SmsUrl", url), ("SmsMethod", "POST")]).await })
    }

    fn clear<'a>(&'a self, owned: &'a Owned) -> Asking<'a, LeadsTo> {
        Box::pin(self.set(owned, &[("SmsUrl", "")]))
    }
}
