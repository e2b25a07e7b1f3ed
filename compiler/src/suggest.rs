//! "Did you mean": names near to one that is not known.

/// At most this many are suggested.
const MOST: usize = 3;

/// The names nearest to `word`, best first: those that differ by case alone, then those within a third of the word's
/// length in edits (a swap of neighbours is one).
pub fn nearest<'a>(word: &str, names: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let reach = (word.chars().count() / 3).clamp(1, 3);
    let mut near: Vec<(usize, &str)> = names
        .into_iter()
        .filter(|name| *name != word)
        .filter_map(|name| {
            if name.eq_ignore_ascii_case(word) {
                return Some((0, name));
            }
            let distance = strsim::osa_distance(word, name);
            (distance <= reach && distance < name.chars().count()).then_some((distance, name))
        })
        .collect();
    near.sort_unstable();
    near.dedup();
    near.into_iter().take(MOST).map(|(_, name)| name).collect()
}

/// "did you mean `a`, `b` or `c`?"
pub(crate) fn did_you_mean(near: &[&str], sigil: &str) -> String {
    let quoted: Vec<String> = near.iter().map(|name| format!("`{sigil}{name}`")).collect();
    match quoted.split_last() {
        Some((last, [])) => format!("did you mean {last}?"),
        Some((last, rest)) => format!("did you mean {} or {last}?", rest.join(", ")),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn only_near_names_are_suggested() {
        assert_eq!(nearest("tmep", ["temp", "winds", "from"]), ["temp"]);
        assert_eq!(nearest("orderno", ["OrderNo", "order_no"]), ["OrderNo", "order_no"]);
        assert!(nearest("x", ["y", "temp"]).is_empty());
        assert!(nearest("forecast", ["temp"]).is_empty());
    }
}
