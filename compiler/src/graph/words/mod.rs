//! What steps, triggers and paths say, whatever their layout: what people call them by, and what identifies them.

mod bot;
mod call;
mod expr;

use super::{Ask, Entry, FailFilter, NodeKind, Sms, Variable};
use expr::expr;
pub(crate) use expr::quoted;

impl Entry {
    /// Its head: `on sms matching "book"`, `on api "order"`, `path menu`.
    pub fn head(&self) -> String {
        match self {
            Self::Sms { to, matching } => {
                let to = to.iter().map(|to| format!(" to {}", quoted(to)));
                // In a pattern only a quote is escaped.
                let escaped = matching.iter().map(|pattern| pattern.replace('"', "\\\""));
                let matching = escaped.map(|pattern| format!(" matching \"{pattern}\""));
                format!("on sms{}", to.chain(matching).collect::<String>())
            }
            Self::Schedule { cron, .. } => {
                let fields: Vec<&str> = cron.split_whitespace().collect();
                format!("on schedule {}", quoted(&fields.join(" ")))
            }
            Self::Api(api) => format!("on api {}", quoted(&api.name)),
            Self::Path { name, .. } => format!("path {name}"),
        }
    }
}

impl NodeKind {
    /// The word that it begins with.
    pub fn keyword(&self) -> &'static str {
        match self {
            Self::Start { .. } => "start",
            Self::Call { .. } => "call",
            Self::Sms { .. } => "sms",
            Self::Ask { .. } => "ask",
            Self::Talk { talk, .. } => talk.keyword(),
            Self::Wait { .. } => "wait",
            Self::If { .. } | Self::Present { .. } => "if",
            Self::Match { .. } => "match",
            Self::Set { .. } | Self::Unread { .. } => "set",
            Self::Goto { .. } => "goto",
            Self::End => "end",
        }
    }

    /// What people call it: `ask "For how many guests?"`, `wait 2h`, `call GET`.
    pub fn title(&self) -> String {
        match self {
            Self::Start { .. } => "the path is entered".to_owned(),
            Self::Call { call, .. } => format!("call {}", call.method),
            Self::Ask { ask, .. } => format!("ask {}", expr(&ask.question.text)),
            Self::Talk { talk, .. } => format!("{} {}", talk.keyword(), talk.bot.name),
            Self::Wait { seconds, .. } => format!("wait {}", duration((*seconds).into())),
            _ => self.keyword().to_owned(),
        }
    }

    /// All that it says, but for the ways on: two steps with the same words do the same.
    pub fn words(&self) -> String {
        match self {
            Self::Start { .. } | Self::Unread { .. } | Self::End => self.keyword().to_owned(),
            Self::Call { call, .. } => call::words(call),
            Self::Sms { sms, .. } => format!("sms{}", message(sms)),
            Self::Ask { ask, .. } => question(ask),
            Self::Talk { talk, .. } => bot::words(talk),
            Self::Wait { .. } => self.title(),
            Self::If { condition, .. } => format!("if {}", expr(condition)),
            Self::Present { variable, .. } => format!("if ${} != null", variable.name),
            Self::Match { subject, .. } => format!("match {}", expr(subject)),
            Self::Set { variable, value, .. } => format!("set {} = {}", field(variable), expr(value)),
            Self::Goto { args, .. } => format!("goto ({})", args.iter().map(expr).collect::<Vec<_>>().join(", ")),
        }
    }

    /// What each way on is called, in the order of [`NodeKind::successors`].
    pub fn ways(&self) -> Vec<String> {
        match self {
            Self::Call { fails, .. } | Self::Sms { fails, .. } => {
                let narrowed = fails.narrowed.iter().map(|(filter, _)| filter.words());
                ["ok".to_owned()].into_iter().chain(narrowed).chain(["fail".to_owned()]).collect()
            }
            Self::Match { cases, .. } => {
                let patterns =
                    cases.iter().map(|(patterns, _)| patterns.iter().map(expr).collect::<Vec<_>>().join(" | "));
                patterns.chain(["else".to_owned()]).collect()
            }
            Self::Talk { timeout, fails, .. } => {
                let silence = timeout.map(|_| "timeout".to_owned());
                let narrowed = fails.narrowed.iter().map(|(filter, _)| filter.words());
                ["ok".to_owned()].into_iter().chain(silence).chain(narrowed).chain(["fail".to_owned()]).collect()
            }
            Self::Ask { .. } => ["reply", "timeout"].map(str::to_owned).into(),
            Self::If { .. } | Self::Present { .. } => ["then", "else"].map(str::to_owned).into(),
            Self::Start { .. } | Self::Wait { .. } | Self::Set { .. } | Self::Unread { .. } => vec!["then".to_owned()],
            Self::Goto { .. } | Self::End => Vec::new(),
        }
    }
}

impl FailFilter {
    /// As an arm has it: `fail timeout`, `fail status 4xx`.
    pub fn words(self) -> String {
        match self {
            Self::Kind(kind) => format!("fail {}", kind.as_str()),
            Self::Status(first, last) if first == last => format!("fail status {first}"),
            Self::Status(first, _) => format!("fail status {}xx", first / 100),
            // No graph holds what was not understood.
            Self::Bad => "fail".to_owned(),
        }
    }
}

/// A variable and its type, as a flow declares it: `guests: int`, `note: text?`.
pub(super) fn field(variable: &Variable) -> String {
    format!("{}: {}", variable.name, variable.typed)
}

fn message(sms: &Sms) -> String {
    let to = sms.to.iter().map(|to| format!(" to {}", expr(to)));
    let from = sms.from.iter().map(|from| format!(" from {}", expr(from)));
    let media = sms.media.iter().map(|media| format!(" media {}", expr(media)));
    to.chain(from).chain([format!(" {}", expr(&sms.text))]).chain(media).collect()
}

/// What is asked and what is kept of the answer. How long it is waited for and how often it is asked again may change
/// while somebody waits.
fn question(ask: &Ask) -> String {
    let reply: String = ask.reply.iter().map(|reply| format!(" < {} >", field(reply))).collect();
    format!("ask{}{reply}", message(&ask.question))
}

impl Ask {
    /// How it waits for the answer: what [`NodeKind::words`] leaves out.
    pub(super) fn patience(&self) -> String {
        let again: String = self.again.iter().map(|again| format!(" {}", expr(again))).collect();
        format!("within {} retry {}{again}", duration(self.within.into()), self.retries)
    }
}

/// A length of time in the largest unit that holds it: `90s`, `2h`.
pub(crate) fn duration(seconds: u64) -> String {
    let units = [(86_400, 'd'), (3_600, 'h'), (60, 'm')];
    let fitting = units.into_iter().find(|(length, _)| seconds >= *length && seconds.is_multiple_of(*length));
    let (length, unit) = fitting.unwrap_or((1, 's'));
    format!("{}{unit}", seconds / length)
}
