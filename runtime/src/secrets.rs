//! The values of a flow's secrets, and how they are kept out of what is shown.

use crate::redact::Redactor;

/// The secrets a flow declares, by name, read at start.
pub struct Secrets {
    values: Vec<(&'static str, String)>,
    redactor: Redactor,
}

impl Secrets {
    /// Takes the values as they were read at start.
    pub fn new(values: Vec<(&'static str, String)>) -> Self {
        let redactor = Redactor::of(values.iter().map(|(_, value)| value.as_str()));
        Self { values, redactor }
    }

    /// The secret's value; every secret that a program declares is there, any other is empty.
    pub fn get(&self, name: &str) -> &str {
        self.values.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value)
    }

    /// What blots every one of them out of a text that is to be shown.
    pub(crate) fn redactor(&self) -> &Redactor {
        &self.redactor
    }
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.values.iter().map(|(name, _)| name)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_not_shown() {
        let secrets = Secrets::new(vec![("A", "sk-0123456789abcdef".to_owned())]);
        assert_eq!(secrets.redactor().text("a sk-0123456789abcdef b"), "a (secret) b");
        assert_eq!(format!("{secrets:?}"), "[\"A\"]");
    }
}
