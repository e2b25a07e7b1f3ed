//! Reading the members of a request, with every mistake told once.

use crate::near::is_near;
use crate::trigger::members::Members;
use crate::value::{Json, Kind, Value};

/// Takes members out by exact name and type, and gathers what is wrong.
pub(crate) struct Reader {
    members: Members,
    /// What a member is here: `an input of this flow`.
    noun: &'static str,
    problems: Vec<String>,
    missing: Vec<Missing>,
}

struct Missing {
    name: &'static str,
    /// What is told if no other member looks like it; `None` for what may be missing.
    problem: Option<String>,
}

/// What a [`Reader`] has found besides the values.
pub(crate) struct Findings {
    /// One sentence for each mistake.
    pub(crate) problems: Vec<String>,
    /// Names that nobody asked for and that resemble nothing.
    pub(crate) unknown: Vec<String>,
}

impl Reader {
    /// `noun` says what a member is: `an input of this flow`.
    pub(crate) fn new(members: Members, noun: &'static str) -> Self {
        Self { members, noun, problems: Vec::new(), missing: Vec::new() }
    }

    /// Takes `name` or `$name`. `role` tells what it is for; it may be empty.
    pub(crate) fn take(&mut self, name: &'static str, kind: Kind, required: bool, role: &str) -> Option<Value> {
        let given = match (self.members.take(name), self.members.take(&format!("${name}"))) {
            (Some(_), Some(_)) => {
                self.problems.push(format!("\"{name}\" and \"${name}\" are both given; send one of them"));
                return None;
            }
            (plain, dollar) => plain.or(dollar),
        };
        match given {
            None => {
                let role = if role.is_empty() { String::new() } else { format!(" ({role})") };
                let problem = required.then(|| format!("\"{name}\" is missing: {kind} is expected{role}"));
                self.missing.push(Missing { name, problem });
                None
            }
            Some(Json::Null) if !required => None,
            Some(value) => match Value::from_json(kind, &value) {
                Ok(value) => Some(value),
                Err(mismatch) => {
                    self.problems.push(format!("\"{name}\": {mismatch}"));
                    None
                }
            },
        }
    }

    /// Looks at what was not taken. One mistake gives one problem: a member that looks like a
    /// missing one is told as its misspelling, and the missing one is not told besides.
    pub(crate) fn finish(self) -> Findings {
        let Self { members, noun, mut problems, mut missing } = self;
        let mut unknown = Vec::new();
        for given in members.names() {
            let bare = given.strip_prefix('$').unwrap_or(given);
            match missing.iter().position(|missing| is_near(bare, missing.name)) {
                Some(at) => {
                    let Missing { name, .. } = missing.remove(at);
                    let case = if bare.eq_ignore_ascii_case(name) { " Names are case-sensitive." } else { "" };
                    problems.push(format!("{given:?} is not {noun}; did you mean \"{name}\"?{case}"));
                }
                None => unknown.push(given.to_owned()),
            }
        }
        problems.extend(missing.into_iter().filter_map(|missing| missing.problem));
        Findings { problems, unknown }
    }
}
