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
