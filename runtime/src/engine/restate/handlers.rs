//! The services that a flow registers with Restate, and their handlers.

use serde_json::{Value, json};

use crate::engine::journal::{Conversation, Retention};
use crate::run_id::RunId;

use super::attempt::Address;

/// The versions of the service protocol that `restate-sdk-shared-core` speaks and Restate 1.5 and later ask for.
const PROTOCOL: (u8, u8) = (5, 7);

/// How long an attempt may say nothing once Restate wants it to end: a call takes up to 200 s.
const ABORT_MS: u64 = 600_000;

/// Attempts that fail are made again after this long at first, at most, and as often as it takes: what was accepted is
/// not lost because this program is away for a night.
const FIRST_RETRY_MS: u64 = 100;
const LAST_RETRY_MS: u64 = 5_000;
const RETRIES: u64 = i32::MAX as u64;

/// How long Restate knows what it answered about a note: it is asked again only if its answer was slow.
const ANSWERED_MS: u64 = 60_000;

/// A service; those with a key are virtual objects, whose handlers run one at a time for each key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Service {
    /// Requests and schedules.
    Triggers,
    /// When a schedule came about last; by its name.
    Schedule,
    /// Two numbers that text each other; by [`Conversation`].
    Conversation,
    /// By [`RunId`].
    Run,
    /// What is noted beside the runs; by topic and name.
    Note,
}

/// What can be invoked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Handler {
    /// A request or a schedule starts a run.
    Trigger,
    /// When did the schedule come about last?
    Last,
    /// The schedule has come about.
    Came,
    /// A text came in.
    Text,
    /// The run that took the last text has come to rest, or a run has asked.
    Rested,
    /// A run does not wait for an answer any more.
    Unasked,
    /// A text that a run was given comes back: it was too late.
    Back,
    /// A run begins.
    Start,
    /// A run's question was answered.
    Reply,
    /// The time of a run's rest is over.
    Wake,
    /// An operator ends a run that rests.
    Cancel,
    /// A note is kept.
    Note,
    /// What is noted?
    Noted,
    /// A note is not wanted any more.
    Unnote,
    /// A note's time is over.
    Forget,
}

impl Handler {
    const ALL: [Self; 15] = [
        Self::Trigger,
        Self::Last,
        Self::Came,
        Self::Text,
        Self::Rested,
        Self::Unasked,
        Self::Back,
        Self::Start,
        Self::Reply,
        Self::Wake,
        Self::Cancel,
        Self::Note,
        Self::Noted,
        Self::Unnote,
        Self::Forget,
    ];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Trigger => "trigger",
            Self::Last => "last",
            Self::Came => "came",
            Self::Text => "text",
            Self::Rested => "rested",
            Self::Unasked => "unasked",
            Self::Back => "back",
            Self::Start => "start",
            Self::Reply => "reply",
            Self::Wake => "wake",
            Self::Cancel => "cancel",
            Self::Note => "note",
            Self::Noted => "noted",
            Self::Unnote => "unnote",
            Self::Forget => "forget",
        }
    }

    fn service(self) -> Service {
        match self {
            Self::Trigger => Service::Triggers,
            Self::Last | Self::Came => Service::Schedule,
            Self::Text | Self::Rested | Self::Unasked | Self::Back => Service::Conversation,
            Self::Start | Self::Reply | Self::Wake | Self::Cancel => Service::Run,
            Self::Note | Self::Noted | Self::Unnote | Self::Forget => Service::Note,
        }
    }

    /// Invoked through the ingress; all others only by each other.
    fn is_public(self) -> bool {
        matches!(self, Self::Trigger | Self::Last | Self::Text | Self::Cancel | Self::Note | Self::Noted | Self::Unnote)
    }
}

/// The names under which a flow's services are registered.
#[derive(Clone, Debug)]
pub(super) struct Names {
    flow: String,
}

impl Names {
    /// `flow` is the flow's name as files may be named. Restate takes ASCII letters, digits, dots, dashes and low lines,
    /// a letter first.
    pub(super) fn new(flow: &str) -> Self {
        let mut name = String::new();
        for character in flow.chars() {
            match character {
                plain if plain.is_ascii_alphanumeric() || plain == '-' => name.push(plain),
                other => name.push_str(&format!("_{:x}", u32::from(other))),
            }
        }
        if !name.starts_with(|first: char| first.is_ascii_alphabetic()) {
            name.insert_str(0, "flow-");
        }
        Self { flow: name }
    }

    pub(super) fn service(&self, service: Service) -> String {
        match service {
            Service::Triggers => self.flow.clone(),
            Service::Schedule => format!("{}.schedule", self.flow),
            Service::Conversation => format!("{}.conversation", self.flow),
            Service::Run => format!("{}.run", self.flow),
            Service::Note => format!("{}.note", self.flow),
        }
    }

    /// The handler of a path `…/invoke/SERVICE/HANDLER`.
    pub(super) fn find(&self, path: &str) -> Option<Handler> {
        let mut words = path.rsplit('/');
        let (handler, service) = (words.next()?, words.next()?);
        let known = |known: &Handler| known.name() == handler && self.service(known.service()) == service;
        if words.next()? == "invoke" { Handler::ALL.into_iter().find(known) } else { None }
    }

    pub(super) fn of_triggers(&self) -> Address {
        Address::new(self.service(Service::Triggers), Handler::Trigger, String::new())
    }

    pub(super) fn of_run(&self, handler: Handler, run: RunId) -> Address {
        Address::new(self.service(Service::Run), handler, run.to_string())
    }

    pub(super) fn of_schedule(&self, handler: Handler, schedule: String) -> Address {
        Address::new(self.service(Service::Schedule), handler, schedule)
    }

    pub(super) fn of_conversation(&self, handler: Handler, conversation: &Conversation) -> Address {
        Address::new(self.service(Service::Conversation), handler, conversation.to_string())
    }

    /// `key` is the topic's and the note's name, as `notes.rs` puts them together.
    pub(super) fn of_note(&self, handler: Handler, key: String) -> Address {
        Address::new(self.service(Service::Note), handler, key)
    }

    /// What Restate is told when it asks: the endpoint manifest of the service protocol, in its version 4.
    pub(super) fn manifest(&self, retention: Retention) -> Value {
        let (min, max) = PROTOCOL;
        let services = [Service::Triggers, Service::Schedule, Service::Conversation, Service::Run, Service::Note];
        json!({
            "protocolMode": "BIDI_STREAM",
            "minProtocolVersion": min,
            "maxProtocolVersion": max,
            "services": services.map(|service| self.described(service, retention)),
        })
    }

    fn described(&self, service: Service, retention: Retention) -> Value {
        let ms = |duration: std::time::Duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        let handlers = Handler::ALL.into_iter().filter(|handler| handler.service() == service).map(|handler| {
            json!({
                "name": handler.name(),
                "ty": (service != Service::Triggers).then_some("EXCLUSIVE"),
                "input": { "required": false, "contentType": "*/*" },
                "output": { "contentType": "application/json", "setContentTypeIfEmpty": false },
                "ingressPrivate": !handler.is_public(),
            })
        });
        json!({
            "name": self.service(service),
            "ty": if service == Service::Triggers { "SERVICE" } else { "VIRTUAL_OBJECT" },
            "handlers": handlers.map(without_nulls).collect::<Vec<_>>(),
            "abortTimeout": ABORT_MS,
            "idempotencyRetention": if service == Service::Note { ANSWERED_MS } else { ms(retention.keys) },
            // What came in is in the journal of its run.
            "journalRetention": if service == Service::Run { ms(retention.runs) } else { 0 },
            "retryPolicyInitialInterval": FIRST_RETRY_MS,
            "retryPolicyMaxInterval": LAST_RETRY_MS,
            "retryPolicyExponentiationFactor": 2.0,
            "retryPolicyMaxAttempts": RETRIES,
            "retryPolicyOnMaxAttempts": "PAUSE",
        })
    }
}

/// What is optional in the manifest may be missing, but not null.
fn without_nulls(mut value: Value) -> Value {
    if let Some(members) = value.as_object_mut() {
        members.retain(|_, member| !member.is_null());
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_such_as_restate_takes() {
        let name = |flow| Names::new(flow).service(Service::Run);
        assert_eq!(name("weather-forecast"), "weather-forecast.run");
        assert_eq!(name("öffnungszeiten"), "flow-_f6ffnungszeiten.run");
        assert_eq!(name("24h"), "flow-24h.run");
    }

    #[test]
    fn a_handler_is_found_by_its_path() {
        let names = Names::new("weather");
        assert_eq!(names.find("/invoke/weather/trigger"), Some(Handler::Trigger));
        assert_eq!(names.find("/below/invoke/weather.run/reply"), Some(Handler::Reply));
        for other in ["/invoke/weather/reply", "/invoke/other.run/reply", "/weather.run/reply", "/", ""] {
            assert_eq!(names.find(other), None, "{other}");
        }
    }
}
