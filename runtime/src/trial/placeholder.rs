//! What stands in a secret's place when a request is shown: the secret itself is not there, so it cannot be seen.

use crate::flow::{Program, Secrets};

/// Stands in for the secrets of a program, each by a word of its own.
pub(super) struct Placeholders {
    names: &'static [&'static str],
}

impl Placeholders {
    pub(super) fn of(program: &Program) -> Self {
        Self { names: program.secrets }
    }

    /// Secrets whose values are their placeholders.
    pub(super) fn secrets(&self) -> Secrets {
        Secrets::new(self.names.iter().enumerate().map(|(at, name)| (*name, word(at))).collect())
    }

    /// The text with the names of secrets in the place of their placeholders: `[CRM_TOKEN]`.
    pub(super) fn named(&self, text: &str) -> String {
        let named = |text: String, (at, name): (usize, &&str)| text.replace(&word(at), &format!("[{name}]"));
        self.names.iter().enumerate().fold(text.to_owned(), named)
    }

    /// The secrets that stand in one of these texts.
    pub(super) fn in_any(&self, texts: &[String]) -> Vec<&'static str> {
        let names = self.names.iter().enumerate();
        names.filter(|(at, _)| texts.iter().any(|text| text.contains(&word(*at)))).map(|(_, name)| *name).collect()
    }
}

/// Letters and digits alone, which no encoding changes, and with an end of its own, so that none begins another.
fn word(at: usize) -> String {
    format!("secretplaceholder{at}x")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_have_names() {
        let names: Vec<&'static str> = vec!["A"; 11].into_iter().chain(["B"]).collect();
        let placeholders = Placeholders { names: names.leak() };
        let secrets = placeholders.secrets();
        let text = format!("Key {}, {}", secrets.get("B"), secrets.get("A"));
        assert_eq!(placeholders.named(&text), "Key [B], [A]");
        assert_eq!(placeholders.in_any(&[text]), ["A", "B"]);
    }
}
