//! Why a run does not survive, and how it could.

use super::{Fate, Lack, Place};

impl Place {
    /// Why a run that stands here does not survive; `None` if it does.
    pub fn why(&self) -> Option<String> {
        Some(match &self.fate {
            Fate::Survives { .. } => return None,
            Fate::HeadGone => format!("the new version has no `{}`", self.head),
            Fate::Reworded { line, .. } => format!("the step says something else in the new version, line {line}"),
            Fate::StepGone => "the step is not in the new version".to_owned(),
            Fate::Ambiguous { lines } => match lines.as_slice() {
                [line] => format!("what follows it is not what told it from others that say the same (line {line})"),
                _ => format!("several steps of the new version say the same ({}), and it may be any", places(lines)),
            },
            Fate::Unfit { line, lacks } => {
                let lacks: Vec<String> = lacks.iter().map(lack).collect();
                format!("in the new version, line {line}, {}", lacks.join("; "))
            }
        })
    }

    /// How to keep it; `None` if it survives.
    pub fn help(&self) -> Option<String> {
        let keep = match &self.fate {
            Fate::Survives { .. } => return None,
            Fate::HeadGone => "keep it as it was",
            Fate::Reworded { .. } => "keep its words as they were",
            Fate::StepGone => "keep the step",
            Fate::Ambiguous { .. } => "give a new step words of its own, as another text or another length of time",
            Fate::Unfit { .. } => "use only what was kept until here",
        };
        Some(format!("{keep}, or upgrade when no run waits here any more"))
    }
}

fn lack(lack: &Lack) -> String {
    let Lack { name, needed, kept } = lack;
    match kept {
        None => format!("`${name}: {needed}` is needed from here on, which the old one did not keep"),
        Some(kept) => format!("`${name}` is `{needed}`, and the old one kept `{kept}`"),
    }
}

fn places(lines: &[u32]) -> String {
    let lines: Vec<String> = lines.iter().map(|line| format!("line {line}")).collect();
    lines.join(", ")
}
