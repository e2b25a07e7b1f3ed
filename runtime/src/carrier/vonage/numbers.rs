//! The numbers of an account with Vonage: "Numbers API" in Vonage's documentation.

use reqwest::header::CONTENT_TYPE;
use reqwest::{Client, RequestBuilder};
use serde::Deserialize;
use url::form_urlencoded::Serializer;

use super::WHO;
use crate::carrier::numbers::{Asking, LeadsTo, Numbers, Owned};
use crate::carrier::{Account, api, number};

/// The largest page, and how many are read at most.
const SIZE: usize = 100;
const PAGES: usize = 1_000;

pub(super) struct VonageNumbers {
    client: Client,
    /// Base URL of the API.
    base: String,
    key: String,
    secret: String,
}

/// An account without numbers gets an empty object.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Page {
    numbers: Vec<Number>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Number {
    country: String,
    msisdn: String,
    #[serde(default)]
    features: Vec<String>,
    mo_http_url: Option<String>,
    #[serde(rename = "app_id")]
    application: Option<String>,
    voice_callback_type: Option<String>,
    voice_callback_value: Option<String>,
}

/// `error-code` is 200 where it was done, whatever the status.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Outcome {
    error_code: String,
    error_code_label: Option<String>,
}

impl VonageNumbers {
    pub(super) fn new(client: &Client, given: &Account) -> Self {
        Self {
            client: client.clone(),
            base: given.base("https://rest.nexmo.com"),
            key: given.key("VONAGE_API_KEY").to_owned(),
            secret: given.key("VONAGE_API_SECRET").to_owned(),
        }
    }

    async fn ask(&self, request: RequestBuilder) -> Result<api::Answer, String> {
        let request = request.basic_auth(&self.key, Some(&self.secret));
        let answer = api::ask(&self.client, request, WHO).await.map_err(api::Unanswered::told)?;
        let refused = |outcome: &Outcome| outcome.error_code != "200";
        match answer.json::<Outcome>().filter(refused) {
            Some(Outcome { error_code, error_code_label: Some(label) }) => {
                Err(format!("{WHO} answered with error {error_code}: {}", label.trim_end_matches('.')))
            }
            Some(Outcome { error_code, .. }) => Err(format!("{WHO} answered with error {error_code}")),
            None if answer.is_success() => Ok(answer),
            None => Err(format!("{WHO} answered {}: {}", answer.status, answer.words())),
        }
    }

    async fn page(&self, query: &str) -> Result<Vec<Number>, String> {
        let answer = self.ask(self.client.get(format!("{}/account/numbers?{query}", self.base))).await?;
        let page: Page = answer.json().ok_or("Vonage's list of numbers was not understood")?;
        Ok(page.numbers)
    }

    async fn owned(&self) -> Result<Vec<Owned>, String> {
        let mut all = Vec::new();
        for index in 1..=PAGES {
            let page = self.page(&format!("index={index}&size={SIZE}")).await?;
            let is_last = page.len() < SIZE;
            all.extend(page.into_iter().filter_map(Number::owned));
            if is_last {
                break;
            }
        }
        Ok(all)
    }

    async fn set(&self, owned: &Owned, url: &str) -> Result<LeadsTo, String> {
        // What is not said is taken away, so that what is said of calls is said once more.
        let found = self.page(&format!("pattern={}&search_pattern=0", owned.id)).await?;
        let number = found.into_iter().find(|number| number.msisdn == owned.id);
        let number = number.ok_or("Vonage does not list the number any more")?;
        let voice =
            [("voiceCallbackType", number.voice_callback_type), ("voiceCallbackValue", number.voice_callback_value)];
        let form = Serializer::new(String::new())
            .extend_pairs([("country", number.country), ("msisdn", number.msisdn), ("moHttpUrl", url.to_owned())])
            .extend_pairs(voice.into_iter().filter_map(|(name, value)| Some((name, value?))))
            .finish();
        let request = self.client.post(format!("{}/number/update", self.base));
        self.ask(request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(form)).await?;
        Ok(LeadsTo::Unknown)
    }
}

impl Number {
    /// `None` for one that takes no texts.
    fn owned(self) -> Option<Owned> {
        let given = |text: Option<String>| text.filter(|text| !text.is_empty());
        let leads_to = match (given(self.mo_http_url), given(self.application)) {
            (Some(url), _) => LeadsTo::Url(url),
            (None, Some(application)) => LeadsTo::Other(format!("the application {application}")),
            (None, None) => LeadsTo::Nowhere,
        };
        let takes_texts = self.features.iter().any(|feature| feature == "SMS" || feature == "MMS");
        let number = number::international("msisdn", Some(&self.msisdn)).ok().filter(|_| takes_texts)?;
        Some(Owned { number, id: self.msisdn, leads_to })
    }
}

impl Numbers for VonageNumbers {
    fn list(&self) -> Asking<'_, Vec<Owned>> {
        Box::pin(self.owned())
    }

    fn assign<'a>(&'a self, owned: &'a Owned, url: &'a str) -> Asking<'a, LeadsTo> {
        Box::pin(self.set(owned, url))
    }

    fn clear<'a>(&'a self, owned: &'a Owned) -> Asking<'a, LeadsTo> {
        Box::pin(self.set(owned, ""))
    }
}
