//! What may keep a service from answering, for those who play its part.

use std::net::Ipv4Addr;

use serde::Deserialize;

use super::answer::{body, with_option};
use super::failure::{insecure, lost, unknown, unreached};
use super::guard::Guard;
use crate::client::Places;
use crate::flow::{Failure, FailureKind};

/// Why no answer comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Trouble {
    /// It keeps silent until the time of the call is up.
    Timeout,
    /// It takes no connection.
    Refused,
    /// It takes one, and breaks it.
    Reset,
    /// Its name has no address.
    Dns,
    /// Its certificate is none that holds.
    Tls,
    /// Its address is private.
    Blocked,
    /// Its answer is larger than what is read.
    TooLarge,
}

impl Trouble {
    /// The failure that comes of it in earnest, as Linux has its words; `limit` is the largest answer that is read.
    /// It comes at once, but for a silence, which never ends by itself.
    pub(crate) async fn failure(self, upstream: &str, limit: usize) -> Failure {
        match self {
            Self::Timeout => std::future::pending().await,
            Self::Refused => unreached(upstream, "Connection refused (os error 111)"),
            Self::Reset => lost(upstream, "Connection reset by peer (os error 104)"),
            Self::Dns => unknown(upstream),
            Self::Tls => insecure(upstream, "its certificate has expired"),
            Self::Blocked => {
                let name = upstream.split(':').next().unwrap_or(upstream);
                let private = Ipv4Addr::new(10, 0, 0, 1).into();
                match Guard::new(&Places::default()).check(Some(name), private) {
                    Err(refused) => refused.into(),
                    // It never lets that one pass.
                    Ok(()) => Failure::new(FailureKind::Blocked, format!("{name} was not asked")),
                }
            }
            Self::TooLarge => with_option(body::too_large(upstream, limit).with_status(200)),
        }
    }
}
