//! Send SMS/MMS.

use super::EffectId;
use crate::carrier::Outgoing;
use crate::engine::Parties;
use crate::engine::journal::Conversation;
use crate::flow::{Fault, Sms};
use crate::value::Phone;

impl Sms {
    /// To whom and from which number it goes: where the flow names none, the run's parties stand in.
    fn ends<'a>(&'a self, parties: &'a Parties) -> Result<(&'a Phone, &'a Phone), Fault> {
        let unknown = |what: &str| Fault::Bug(format!("line {}: nobody knows {what} this message is", self.line));
        let to = self.to.as_ref().or(parties.person.as_ref()).ok_or_else(|| unknown("to whom"))?;
        let from = self.from.as_ref().or(parties.own.as_ref()).ok_or_else(|| unknown("from which number"))?;
        Ok((to, from))
    }

    /// The message as the carrier is given it.
    pub(super) fn outgoing<'a>(&'a self, effect: EffectId, parties: &'a Parties) -> Result<Outgoing<'a>, Fault> {
        let (to, from) = self.ends(parties)?;
        Ok(Outgoing { effect, line: self.line, from, to, body: &self.body, media: &self.media })
    }

    /// In which conversation the person will answer.
    pub(crate) fn conversation(&self, parties: &Parties) -> Result<Conversation, Fault> {
        let (to, from) = self.ends(parties)?;
        Ok(Conversation { person: to.clone(), own: from.clone() })
    }
}
