//! OAuth 2.0 client credentials: tokens, fetched once for all calls that need them.

use super::route::Routes;
use crate::flow::{Failure, FailureKind, Oauth};

/// Tokens that are still good.
#[derive(Default)]
pub(super) struct Tokens {}

impl Tokens {
    /// A token for these credentials.
    pub(super) async fn get(&self, _routes: &Routes, _oauth: &Oauth) -> Result<String, Failure> {
        Err(Failure::new(FailureKind::Request, "not yet"))
    }

    /// This token was refused with 401: the next call fetches another one.
    pub(super) fn refused(&self, _oauth: &Oauth, _token: &str) {}
}
