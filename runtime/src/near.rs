//! "Did you mean": names that are probably the same.

/// Whether somebody who wrote `given` may well have meant `known`: they differ in case alone, by
/// one slip in short names and two in longer ones, or one goes on where the other is abbreviated
/// (`OrderNo`, `OrderNumber`).
pub(crate) fn is_near(given: &str, known: &str) -> bool {
    let (given, known) = (given.to_lowercase(), known.to_lowercase());
    let slips = match known.chars().count() {
        0..=2 => 0,
        3..=5 => 1,
        _ => 2,
    };
    let is_slip = given.len().abs_diff(known.len()) <= 4 * slips && distance(&given, &known) <= slips;
    is_slip || is_abbreviation(&given, &known)
}

/// Both begin alike, with four letters or more and two thirds of the shorter name.
fn is_abbreviation(a: &str, b: &str) -> bool {
    let alike = a.chars().zip(b.chars()).take_while(|(a, b)| a == b).count();
    let shorter = a.chars().count().min(b.chars().count());
    alike >= 4 && 3 * alike >= 2 * shorter
}

/// The known name that is nearest to `given`, if one is near at all.
pub(crate) fn nearest<'a>(given: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known.into_iter().filter(|known| is_near(given, known)).min_by_key(|known| distance(given, known))
}

/// Optimal string alignment: the fewest insertions, deletions, replacements and swaps of neighbours.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    let mut left_char = None;
    for (row, a_char) in a.chars().enumerate() {
        let mut current = Vec::with_capacity(last.len());
        current.push(row + 1);
        for (column, b_char) in b.iter().enumerate() {
            let at = |line: &[usize], index: usize| line.get(index).copied().unwrap_or(usize::MAX - 1);
            let mut best = (at(&last, column) + usize::from(a_char != *b_char))
                .min(at(&last, column + 1) + 1)
                .min(at(&current, column) + 1);
            let swapped = column > 0 && left_char == Some(*b_char) && b.get(column - 1) == Some(&a_char);
            if swapped {
                best = best.min(at(&before_last, column - 1) + 1);
            }
            current.push(best);
        }
        before_last = std::mem::replace(&mut last, current);
        left_char = Some(a_char);
    }
    last.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_counted() {
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("abc", ""), 3);
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("ordre", "order"), 1);
    }

    #[test]
    fn near_names_only() {
        assert!(is_near("orderno", "OrderNo"));
        assert!(is_near("OrderNumber", "OrderNo"));
        assert!(!is_near("OrderNumber", "OrderDate"));
        assert!(is_near("OrderNumber", "OrderNumbr"));
        assert!(is_near("Phnoe", "Phone"));
        assert!(!is_near("Note", "OrderNo"));
        assert!(!is_near("a", "b"));
        assert_eq!(nearest("--listn", ["--listen", "--carrier"]), Some("--listen"));
        assert_eq!(nearest("--quick", ["--listen", "--carrier"]), None);
    }
}
