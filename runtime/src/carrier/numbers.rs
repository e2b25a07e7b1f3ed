//! The telephone numbers of an account, and where the texts to each are brought.

use std::pin::Pin;

use reqwest::Client;

use super::Account;
use crate::value::Phone;

/// Reaches the numbers of an account; or a sentence that says what is wrong with what was said of it.
pub(crate) type Opening = fn(&Client, &Account) -> Result<Box<dyn Numbers>, String>;

/// How a carrier's numbers are led to a program.
pub(crate) enum Numbering {
    /// By its API.
    Api(Opening),
    /// Elsewhere: a sentence that says where.
    Elsewhere(&'static str),
}

/// A number of the account that can take texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Owned {
    pub(crate) number: Phone,
    /// What the carrier's API calls it, where that is not the number.
    pub(crate) id: String,
    pub(crate) leads_to: LeadsTo,
}

/// Where texts to a number are brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum LeadsTo {
    Nowhere,
    /// This URL, with all that is in it: it may hold a token, so it is never shown whole.
    Url(String),
    /// The carrier does not tell.
    Unknown,
    /// Something of the carrier's own, in its words: `application AP…`.
    Other(String),
}

/// What an API was asked for, or a sentence that says why it did not do it.
pub(crate) type Asking<'a, T> = Pin<Box<dyn Future<Output = Result<T, String>> + Send + 'a>>;

/// The numbers of one account.
pub(crate) trait Numbers: Send + Sync {
    /// All of them, in any order.
    fn list(&self) -> Asking<'_, Vec<Owned>>;

    /// Those of them that are meant, for which a carrier without a list can be asked, too.
    fn find<'a>(&'a self, wanted: &'a [Phone]) -> Asking<'a, Vec<Owned>> {
        Box::pin(async move {
            let mut found = self.list().await?;
            found.retain(|owned| wanted.contains(&owned.number));
            Ok(found)
        })
    }

    /// What the carrier is to call where the program's webhook is this URL: with a token, where it signs nothing.
    fn address(&self, webhook: &str) -> Result<String, String> {
        Ok(webhook.to_owned())
    }

    /// Has texts to a number brought to this URL, by POST. Gives where the number leads now, as the answer has it:
    /// [`LeadsTo::Unknown`] if it does not say.
    fn assign<'a>(&'a self, owned: &'a Owned, url: &'a str) -> Asking<'a, LeadsTo>;

    /// Has texts to a number brought nowhere. Gives the same.
    fn clear<'a>(&'a self, owned: &'a Owned) -> Asking<'a, LeadsTo>;
}
