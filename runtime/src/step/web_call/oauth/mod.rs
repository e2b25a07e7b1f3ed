//! Tokens, fetched once for all calls that need them: by OAuth 2.0 client credentials (RFC 6749, 4.4), or by an API key of
//! IBM Cloud.
//!
//! Tokens are kept in memory alone, so a program that starts with another secret asks with it at once.

mod client;
mod grant;
mod token;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

pub(super) use self::client::Client;
pub(crate) use self::client::knowing_client;
use self::grant::Grant;
pub(crate) use self::token::Token;
pub(in crate::step) use self::token::blotted;
use super::route::Routes;
use crate::flow::{Failure, FailureKind};

/// How long a fetch may take. It is nobody's own: a call that gives up before leaves it to the others.
const FETCH: Duration = Duration::from_secs(10);

/// How many tokens are kept. A flow has a few; more come only of one that asks for scopes by what people write.
const MOST: usize = 1_000;

/// The tokens that are good still or are being fetched, by the credentials and all else they were asked for with.
#[derive(Default)]
pub(super) struct Tokens {
    slots: Arc<Mutex<HashMap<Client, Slot>>>,
}

enum Slot {
    Good { token: Token, until: Instant },
    Underway(Fetch),
}

/// A fetch that is under way, or what came of it.
type Fetch = watch::Receiver<Option<Result<Token, Failure>>>;

impl Tokens {
    /// A token for these credentials: the one that is kept, or what comes of the one fetch that is under way for all who
    /// want it. So its failure is everybody's who waited, and nobody asks again for himself.
    pub(super) async fn get(&self, routes: &Arc<Routes>, client: &Client) -> Result<Token, Failure> {
        let mut fetch = {
            let mut slots = lock(&self.slots);
            match slots.get(client) {
                Some(Slot::Good { token, until }) if Instant::now() < *until => return Ok(token.clone()),
                // One that ended without a word will never say any.
                Some(Slot::Underway(fetch)) if fetch.has_changed().is_ok() => fetch.clone(),
                _ => {
                    let fetch = self.begin(Arc::clone(routes), client.clone());
                    make_room(&mut slots);
                    slots.insert(client.clone(), Slot::Underway(fetch.clone()));
                    fetch
                }
            }
        };
        let ended = fetch.wait_for(Option::is_some).await.ok().and_then(|ended| ended.clone());
        ended.unwrap_or_else(|| Err(Failure::new(FailureKind::Connect, "no token: its fetch was broken off")))
    }

    /// This token was refused with 401: the next call fetches another one, unless somebody has already.
    pub(super) fn refused(&self, client: &Client, refused: &Token) {
        let mut slots = lock(&self.slots);
        if matches!(slots.get(client), Some(Slot::Good { token, .. }) if token == refused) {
            slots.remove(client);
        }
    }

    /// Begins a fetch, as a task of its own: a caller whose time is up does not end it for the others.
    fn begin(&self, routes: Arc<Routes>, client: Client) -> Fetch {
        let (tell, fetch) = watch::channel(None);
        let slots = Arc::clone(&self.slots);
        tokio::spawn(async move {
            let asked = Instant::now();
            let granted = grant::fetch(&routes, &client, FETCH).await;
            {
                let mut slots = lock(&slots);
                match &granted {
                    Ok(Grant { token, use_for }) if !use_for.is_zero() => {
                        slots.insert(client, Slot::Good { token: token.clone(), until: asked + *use_for });
                    }
                    _ => {
                        slots.remove(&client);
                    }
                }
            }
            // Nobody may be left to hear it.
            let _ = tell.send(Some(granted.map(|grant| grant.token)));
        });
        fetch
    }
}

fn lock(slots: &Mutex<HashMap<Client, Slot>>) -> MutexGuard<'_, HashMap<Client, Slot>> {
    slots.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Drops what has expired; and if that is not enough, all tokens, which are then fetched anew as they are needed.
fn make_room(slots: &mut HashMap<Client, Slot>) {
    if slots.len() < MOST {
        return;
    }
    let now = Instant::now();
    slots.retain(|_, slot| !matches!(slot, Slot::Good { until, .. } if *until <= now));
    if slots.len() >= MOST {
        slots.retain(|_, slot| matches!(slot, Slot::Underway(_)));
    }
}
