//! The numbers of an account with Plivo: "Account phone numbers" and "Applications" in Plivo's documentation.
//!
//! A number is led by its application, which has the URL of the webhook. So each program has an application of its own, which
//! is made when the first number is led to it.

use std::collections::HashMap;

use reqwest::header::CONTENT_TYPE;
use reqwest::{Client, RequestBuilder};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::WHO;
use crate::carrier::numbers::{Asking, LeadsTo, Numbers, Owned};
use crate::carrier::{Account, api, number};
use crate::encode;

/// The largest page, and how many are read at most.
const SIZE: usize = 20;
const PAGES: usize = 1_000;

/// The longest name that an application is given.
const LONGEST_NAME: usize = 60;

pub(super) struct PlivoNumbers {
    client: Client,
    /// URL of the account.
    account: String,
    id: String,
    token: String,
}

#[derive(Deserialize)]
struct Page<T> {
    objects: Vec<T>,
}

#[derive(Deserialize)]
struct Number {
    /// With its country code, without a plus sign.
    number: String,
    /// Path of its application.
    application: Option<String>,
    #[serde(default)]
    sms_enabled: bool,
    #[serde(default)]
    mms_enabled: bool,
}

#[derive(Deserialize)]
struct Application {
    app_id: String,
    message_url: Option<String>,
}

#[derive(Deserialize)]
struct Made {
    app_id: String,
}

#[derive(Deserialize)]
struct Refusal {
    error: String,
}

impl PlivoNumbers {
    pub(super) fn new(client: &Client, given: &Account) -> Self {
        let (id, token) = (given.key("PLIVO_AUTH_ID").to_owned(), given.key("PLIVO_AUTH_TOKEN").to_owned());
        let account = format!("{}/v1/Account/{}", given.base("https://api.plivo.com"), encode::segment(&id));
        Self { client: client.clone(), account, id, token }
    }

    async fn ask(&self, request: RequestBuilder) -> Result<api::Answer, String> {
        let request = request.basic_auth(&self.id, Some(&self.token));
        let answer = api::ask(&self.client, request, WHO).await.map_err(api::Unanswered::told)?;
        if answer.is_success() {
            return Ok(answer);
        }
        let why = answer.json().map_or_else(|| answer.words(), |Refusal { error }| error);
        Err(format!("{WHO} answered {}: {}", answer.status, why.trim_end_matches('.')))
    }

    /// All of a list, page after page.
    async fn all<T: DeserializeOwned>(&self, list: &str) -> Result<Vec<T>, String> {
        let mut all = Vec::new();
        for page in 0..PAGES {
            let url = format!("{}/{list}/?limit={SIZE}&offset={}", self.account, page * SIZE);
            let answer = self.ask(self.client.get(url)).await?;
            let Page { objects } = answer.json().ok_or_else(|| format!("{WHO}'s list {list} was not understood"))?;
            let is_last = objects.len() < SIZE;
            all.extend(objects);
            if is_last {
                break;
            }
        }
        Ok(all)
    }

    async fn owned(&self) -> Result<Vec<Owned>, String> {
        let applications: Vec<Application> = self.all("Application").await?;
        let urls: HashMap<&str, &str> = applications
            .iter()
            .filter_map(|application| Some((application.app_id.as_str(), application.message_url.as_deref()?)))
            .filter(|(_, url)| !url.is_empty())
            .collect();
        let owned = |number: Number| {
            let application =
                number.application.as_deref().and_then(|path| path.trim_end_matches('/').rsplit('/').next());
            let url = application.and_then(|id| urls.get(id));
            let leads_to = url.map_or(LeadsTo::Nowhere, |url| LeadsTo::Url((*url).to_owned()));
            let takes_texts = number.sms_enabled || number.mms_enabled;
            let phone = number::international("number", Some(&number.number)).ok().filter(|_| takes_texts)?;
            Some(Owned { number: phone, id: number.number, leads_to })
        };
        let numbers: Vec<Number> = self.all("Number").await?;
        Ok(numbers.into_iter().filter_map(owned).collect())
    }

    async fn post(&self, path: &str, body: &Value) -> Result<api::Answer, String> {
        let request = self.client.post(format!("{}/{path}/", self.account));
        self.ask(request.header(CONTENT_TYPE, "application/json").body(body.to_string())).await
    }

    /// The application that leads to this URL; one is made if there is none.
    async fn application(&self, url: &str) -> Result<String, String> {
        let applications: Vec<Application> = self.all("Application").await?;
        if let Some(found) = applications.into_iter().find(|known| known.message_url.as_deref() == Some(url)) {
            return Ok(found.app_id);
        }
        let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
        let name: String = format!("flowc {url}").chars().map(plain).take(LONGEST_NAME).collect();
        let body = json!({ "app_name": name, "message_url": url, "message_method": "POST" });
        let made: Made =
            self.post("Application", &body).await?.json().ok_or("Plivo's new application was not understood")?;
        Ok(made.app_id)
    }

    async fn lead(&self, owned: &Owned, url: &str) -> Result<LeadsTo, String> {
        let application = self.application(url).await?;
        let path = format!("Number/{}", encode::segment(&owned.id));
        self.post(&path, &json!({ "app_id": application })).await?;
        Ok(LeadsTo::Unknown)
    }
}

impl Numbers for PlivoNumbers {
    fn list(&self) -> Asking<'_, Vec<Owned>> {
        Box::pin(self.owned())
    }

    fn assign<'a>(&'a self, owned: &'a Owned, url: &'a str) -> Asking<'a, LeadsTo> {
        Box::pin(self.lead(owned, url))
    }

    fn clear<'a>(&'a self, _: &'a Owned) -> Asking<'a, LeadsTo> {
        // Without an application Plivo gives a number the account's default one, which may lead anywhere.
        let why = format!("{WHO} leads each number to some application: choose another one in its console");
        Box::pin(async move { Err(why) })
    }
}
