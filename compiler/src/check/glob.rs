//! Texts with gaps in them: whether two of them can be the same text.

/// A text in which gaps stand for anything, nothing too.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Glob(Vec<Option<char>>);

/// Texts so long that comparing them would take too long are taken to match.
const MOST_STEPS: usize = 1 << 20;

impl Glob {
    /// A text in which `*` is a gap.
    pub(super) fn starred(text: &str) -> Self {
        Self(text.chars().map(|c| (c != '*').then_some(c)).collect())
    }

    /// Adds fixed text.
    pub(super) fn push_str(&mut self, text: &str) {
        self.0.extend(text.chars().map(Some));
    }

    /// Adds a gap.
    pub(super) fn push_gap(&mut self) {
        self.0.push(None);
    }

    /// As it is written with `*` for each gap.
    pub(super) fn text(&self) -> String {
        self.0.iter().map(|c| c.unwrap_or('*')).collect()
    }

    /// What stands before the first such character.
    pub(super) fn before(&self, character: char) -> Self {
        Self(self.0.iter().take_while(|c| **c != Some(character)).copied().collect())
    }

    /// Whether some text is both.
    pub(super) fn meets(&self, other: &Self) -> bool {
        let fixed = self.0.iter().zip(&other.0).take_while(|(a, b)| a.is_some() && b.is_some());
        if fixed.clone().any(|(a, b)| a != b) {
            return false;
        }
        let common = fixed.count();
        let (rest, others) = (self.0.get(common..).unwrap_or_default(), other.0.get(common..).unwrap_or_default());
        rest.len().saturating_mul(others.len()) > MOST_STEPS || meet(rest, others)
    }
}

/// Row by row: whether what is left of `a` from a character on meets what is left of `b` from each of its characters on.
fn meet(a: &[Option<char>], b: &[Option<char>]) -> bool {
    // At the end of `a` only gaps of `b` may follow.
    let mut below: Vec<bool> = vec![true];
    for c in b.iter().rev() {
        below.push(c.is_none() && below.last() == Some(&true));
    }
    for of_a in a.iter().rev() {
        let mut row: Vec<bool> = vec![of_a.is_none() && below.first() == Some(&true)];
        for (at, of_b) in b.iter().rev().enumerate() {
            let at_below = |at: usize| below.get(at) == Some(&true);
            let beside = row.last() == Some(&true);
            row.push(match (of_a, of_b) {
                (None, _) | (_, None) => at_below(at + 1) || beside,
                (a, b) => a == b && at_below(at),
            });
        }
        below = row;
    }
    below.last() == Some(&true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs_meet_where_some_text_is_both() {
        for (a, b) in [
            ("", ""),
            ("*", ""),
            ("abc", "abc"),
            ("a*", "abc"),
            ("a*c", "ab*"),
            ("a*c", "ac"),
            ("*b*", "ac*c"),
            ("https://a.example/x/*", "https://a.example/*/y"),
            ("**", "a*b*c"),
            ("a*b", "*"),
        ] {
            assert!(Glob::starred(a).meets(&Glob::starred(b)), "{a} {b}");
            assert!(Glob::starred(b).meets(&Glob::starred(a)), "{b} {a}");
        }
        for (a, b) in [
            ("", "a"),
            ("abc", "abd"),
            ("a*c", "abd"),
            ("a*", "b*"),
            ("*x", "*y"),
            ("a*bc", "ac"),
            ("ab", "abc"),
            ("https://a.example/x/*", "https://a.example/y/*"),
        ] {
            assert!(!Glob::starred(a).meets(&Glob::starred(b)), "{a} {b}");
            assert!(!Glob::starred(b).meets(&Glob::starred(a)), "{b} {a}");
        }
    }

    #[test]
    fn what_would_take_too_long_meets() {
        let long = "*a".repeat(2_000);
        assert!(Glob::starred(&format!("{long}x")).meets(&Glob::starred(&format!("{long}y"))));
    }

    #[test]
    fn a_part_of_a_glob_is_one() {
        let mut glob = Glob::starred("a");
        glob.push_gap();
        glob.push_str("?b");
        assert_eq!((glob.text(), glob.before('?')), ("a*?b".to_owned(), Glob::starred("a*")));
    }
}
