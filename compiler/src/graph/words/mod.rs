//! What steps, triggers and paths are called, independent of their layout.

mod expr;

use super::{Entry, NodeKind};
pub(crate) use expr::quoted;

impl Entry {
    /// Its head: `on sms matching "book"`, `on api "order"`, `path menu`.
    pub fn head(&self) -> String {
        match self {
            Self::Sms { to, matching } => {
                let to = to.iter().map(|to| format!(" to {}", quoted(to)));
                // In a pattern only a quote is escaped.
                let matching = matching.iter().map(|pattern| format!(" matching \"{}\"", pattern.replace('"', "\\\"")));
                format!("on sms{}", to.chain(matching).collect::<String>())
            }
            Self::Schedule { cron, .. } => format!("on schedule {}", quoted(cron)),
            Self::Api(api) => format!("on api {}", quoted(&api.name)),
            Self::Path { name, .. } => format!("path {name}"),
        }
    }
}

impl NodeKind {
    /// What people call a step at which a run waits: `ask "For how many guests?"`, `call GET`.
    pub fn title(&self) -> String {
        match self {
            Self::Start { .. } => "the path is entered".to_owned(),
            Self::Call { call, .. } => format!("call {}", call.method),
            Self::Sms { .. } => "sms".to_owned(),
            Self::Ask { ask, .. } => format!("ask {}", expr::expr(&ask.question.text)),
            Self::Wait { seconds, .. } => format!("wait {}", duration(*seconds)),
            Self::If { .. } | Self::Present { .. } => "if".to_owned(),
            Self::Match { .. } => "match".to_owned(),
            Self::Set { variable, .. } => format!("set {}", variable.name),
            Self::Goto { .. } => "goto".to_owned(),
            Self::End => "end".to_owned(),
        }
    }
}

/// A length of time in the largest unit that holds it: `90s`, `2h`.
fn duration(seconds: u32) -> String {
    let units = [(86_400, 'd'), (3_600, 'h'), (60, 'm')];
    let fitting = units.into_iter().find(|(length, _)| seconds.is_multiple_of(*length));
    let (length, unit) = fitting.unwrap_or((1, 's'));
    format!("{}{unit}", seconds / length)
}
