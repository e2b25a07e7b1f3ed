//! The values of a flow's secrets, and how they are kept out of what is shown.

/// The secrets a flow declares, by name, read at start.
pub struct Secrets {
    values: Vec<(&'static str, String)>,
}

impl Secrets {
    /// Takes the values as they were read at start.
    pub fn new(values: Vec<(&'static str, String)>) -> Self {
        Self { values }
    }

    /// The secret's value; every secret that a program declares is there, any other is empty.
    pub fn get(&self, name: &str) -> &str {
        self.values.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value)
    }

    /// Blots every secret out of a text that is to be shown, and a long beginning of one too, since
    /// messages quote foreign values shortened.
    pub(crate) fn redact(&self, text: String) -> String {
        self.values.iter().fold(text, |text, (_, secret)| blot_out(&text, secret))
    }
}

/// Blots one secret out of a text.
pub(crate) fn blot_out(text: &str, secret: &str) -> String {
    // A secret of few characters would blot out ordinary words.
    if secret.chars().count() < 4 {
        return text.to_owned();
    }
    let beginning: String = secret.chars().take(8).collect();
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, _)) = rest.split_once(&beginning) {
        let found = rest.get(before.len()..).unwrap_or_default();
        let same = found.chars().zip(secret.chars()).take_while(|(a, b)| a == b);
        let length = same.map(|(character, _)| character.len_utf8()).sum::<usize>();
        shown.push_str(before);
        shown.push_str("(secret)");
        rest = found.get(length..).unwrap_or_default();
    }
    shown.push_str(rest);
    shown
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
    fn secrets_are_blotted_out() {
        let secrets = Secrets::new(vec![("A", "sk-0123456789abcdef".to_owned()), ("B", "(secret)".to_owned())]);
        let redact = |text: &str| secrets.redact(text.to_owned());
        assert_eq!(redact("a sk-0123456789abcdef b sk-0123456789abcdef"), "a (secret) b (secret)");
        assert_eq!(redact("\"sk-0123456…\""), "\"(secret)…\"");
        assert_eq!(redact("nothing to see"), "nothing to see");
        assert!(!format!("{secrets:?}").contains("sk-"));
    }
}
