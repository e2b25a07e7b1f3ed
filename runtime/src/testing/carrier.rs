//! The carrier of a play: it notes what it is given, and takes it or not.

use std::sync::{Mutex, PoisonError};

use super::report::{Sms, What};
use super::trace;
use crate::carrier::{CarrierName, Handover, Outgoing, Sending, SmsCarrier};

/// Carries nothing anywhere.
#[derive(Default)]
pub(super) struct Post {
    /// To whom messages are refused; `None`: to everybody.
    refused: Mutex<Vec<Option<String>>>,
}

impl Post {
    /// Takes nothing to this number any more, or nothing at all.
    pub(super) fn refuse(&self, to: Option<String>) {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner).push(to);
    }

    fn refuses(&self, to: &str) -> bool {
        let refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        refused.iter().any(|number| number.as_deref().is_none_or(|number| number == to))
    }
}

impl SmsCarrier for Post {
    fn name(&self) -> CarrierName {
        CarrierName::Simulator
    }

    fn send<'a>(&'a self, message: Outgoing<'a>) -> Sending<'a> {
        Box::pin(async move {
            let refused = self.refuses(message.to.as_str());
            trace::note(What::Sms(Sms {
                from: message.from.to_string(),
                to: message.to.to_string(),
                body: message.body.to_owned(),
                media: message.media.iter().map(|url| url.as_str().to_owned()).collect(),
                refused,
            }));
            match refused {
                true => Handover::refused(400, "the carrier refused the message, as the test wants it"),
                false => Handover::Sent(None),
            }
        })
    }
}
