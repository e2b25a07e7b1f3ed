//! What tells the series of one metric apart.

use crate::carrier::Handover;
use crate::engine::{Receipt, Refusal};
use crate::flow::FailureKind;

/// A set of labels, each combination of which is a series.
pub(super) trait Labels: Copy + 'static {
    /// How many combinations there are.
    const COUNT: usize;

    /// Which of them this is, from 0.
    fn index(self) -> usize;

    /// Each in the order of its index, as the text has it: `kind="sms",outcome="ok"`.
    fn written() -> impl Iterator<Item = String>;
}

impl<A: Labels, B: Labels> Labels for (A, B) {
    const COUNT: usize = A::COUNT * B::COUNT;

    fn index(self) -> usize {
        self.0.index() * B::COUNT + self.1.index()
    }

    fn written() -> impl Iterator<Item = String> {
        A::written().flat_map(|a| B::written().map(move |b| format!("{a},{b}")))
    }
}

/// An enum whose variants are the values of one label.
macro_rules! label {
    ($(#[$doc:meta])* $name:ident, $label:literal: $($(#[$of:meta])* $variant:ident = $value:literal),+ $(,)?) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum $name {
            $($(#[$of])* $variant),+
        }

        impl $name {
            /// As it is written.
            #[allow(dead_code)]
            pub(crate) fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $value),+
                }
            }
        }

        impl Labels for $name {
            const COUNT: usize = [$($value),+].len();

            fn index(self) -> usize {
                self as usize
            }

            fn written() -> impl Iterator<Item = String> {
                [$($value),+].into_iter().map(|value| format!("{}=\"{value}\"", $label))
            }
        }
    };
}

label! {
    /// What starts runs.
    TriggerKind, "trigger":
    Sms = "sms",
    Api = "api",
    Schedule = "schedule",
}

label! {
    /// What became of what came in.
    Received, "result":
    Started = "started",
    Reply = "reply",
    Queued = "queued",
    Duplicate = "duplicate",
    Refused = "refused",
    Untaken = "untaken",
}

impl Received {
    /// As the engine has answered.
    pub(crate) fn of(answer: &Result<Receipt, Refusal>) -> Self {
        match answer {
            Ok(Receipt::Started(_)) => Self::Started,
            Ok(Receipt::Reply(_)) => Self::Reply,
            Ok(Receipt::Queued) => Self::Queued,
            Ok(Receipt::Duplicate(_)) => Self::Duplicate,
            Ok(Receipt::Untaken) => Self::Untaken,
            Err(_) => Self::Refused,
        }
    }
}

label! {
    /// How a run ended.
    RunOutcome, "outcome":
    Completed = "completed",
    Failed = "failed",
    /// By an operator, where the engine hears of it.
    #[cfg_attr(not(feature = "restate"), allow(dead_code))]
    Cancelled = "cancelled",
}

label! {
    /// What a step does.
    StepKind, "kind":
    Call = "call",
    /// A turn with a bot.
    Bot = "bot",
    Sms = "sms",
    Ask = "ask",
    Reply = "reply",
    Wait = "wait",
}

label! {
    /// What came of a step: the values of `$failure.kind`, and `ok`.
    StepOutcome, "outcome":
    Ok = "ok",
    /// Of a call, or of an ask that nobody answered.
    Timeout = "timeout",
    Connect = "connect",
    Tls = "tls",
    Dns = "dns",
    Status = "status",
    Response = "response",
    Blocked = "blocked",
    TooLarge = "too_large",
    Request = "request",
    Carrier = "carrier",
}

impl From<FailureKind> for StepOutcome {
    fn from(kind: FailureKind) -> Self {
        match kind {
            FailureKind::Timeout => Self::Timeout,
            FailureKind::Connect => Self::Connect,
            FailureKind::Tls => Self::Tls,
            FailureKind::Dns => Self::Dns,
            FailureKind::Status => Self::Status,
            FailureKind::Response => Self::Response,
            FailureKind::Blocked => Self::Blocked,
            FailureKind::TooLarge => Self::TooLarge,
            FailureKind::Request => Self::Request,
            FailureKind::Carrier => Self::Carrier,
        }
    }
}

label! {
    /// Who carries messages.
    CarrierName, "carrier":
    Simulator = "simulator",
    Intelepeer = "intelepeer",
    Twilio = "twilio",
    Telnyx = "telnyx",
    Vonage = "vonage",
    Plivo = "plivo",
    Kannel = "kannel",
}

label! {
    /// What a carrier said to a message.
    Delivery, "outcome":
    /// It will carry it.
    Accepted = "accepted",
    /// It will not.
    Refused = "refused",
    /// Nothing that can be understood, or not in time.
    Unknown = "unknown",
}

impl Delivery {
    /// As it has answered.
    pub(crate) fn of(handover: &Handover) -> Self {
        match handover {
            Handover::Sent(_) => Self::Accepted,
            Handover::NotSent(_) => Self::Refused,
            Handover::Unknown { .. } => Self::Unknown,
        }
    }
}

label! {
    /// How far a message has come that the carrier has taken.
    Stage, "stage":
    /// It will come further.
    Underway = "underway",
    Delivered = "delivered",
    Failed = "failed",
}

label! {
    /// What a carrier's webhook was called with.
    WebhookResult, "result":
    Message = "message",
    Report = "report",
    /// Of a message that is not whole yet.
    Part = "part",
    /// What no flow needs to know.
    Nothing = "nothing",
    /// It could not be understood.
    Malformed = "malformed",
    /// It was not the carrier's.
    Forged = "forged",
}

label! {
    /// What was done about a step whose outcome a crash had hidden.
    Resolved, "resolved":
    /// The carrier knew it: it had happened.
    Found = "found",
    /// It was done once more.
    Resent = "resent",
    /// It was taken as failed.
    Failed = "failed",
}
