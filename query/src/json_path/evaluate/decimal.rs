//! Numbers by their digits: a float would take 12345678901234567890 and 12345678901234567891 for one.

use std::cmp::Ordering;
use std::iter;

/// A number of JSON (RFC 8259, section 6) as its sign, its digits from the first that is not zero, and the power of ten
/// that this digit counts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Decimal<'n> {
    negative: bool,
    whole: &'n str,
    fraction: &'n str,
    power: i64,
}

impl<'n> Decimal<'n> {
    /// Reads a number as serde_json keeps it.
    pub(super) fn of(number: &'n str) -> Self {
        let (mantissa, exponent) = number.split_once(['e', 'E']).unwrap_or((number, "0"));
        let (negative, mantissa) = match mantissa.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, mantissa),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        // An exponent that no i64 holds is beyond all others, and two such are told apart by nothing that anybody writes.
        let exponent = exponent.parse().unwrap_or(if exponent.starts_with('-') { i64::MIN / 2 } else { i64::MAX / 2 });
        let whole = whole.trim_start_matches('0');
        let (fraction, power) = match (whole.len(), fraction.trim_start_matches('0')) {
            (0, significant) => (significant, -length(fraction.len() - significant.len()) - 1),
            (digits, _) => (fraction, length(digits) - 1),
        };
        Self { negative, whole, fraction, power: power.saturating_add(exponent) }
    }

    /// The digits, which zeros may follow.
    fn digits(&self) -> impl Iterator<Item = u8> + use<'n> {
        self.whole.bytes().chain(self.fraction.bytes())
    }

    fn is_zero(&self) -> bool {
        self.digits().all(|digit| digit == b'0')
    }

    fn cmp_magnitude(&self, other: &Self) -> Ordering {
        let longest = (self.whole.len() + self.fraction.len()).max(other.whole.len() + other.fraction.len());
        let padded = |number: &Self| number.digits().chain(iter::repeat(b'0')).take(longest);
        self.power.cmp(&other.power).then_with(|| padded(self).cmp(padded(other)))
    }

    /// The order by value; `-0` is 0.
    pub(super) fn order(&self, other: &Self) -> Ordering {
        let sign = |number: &Self| match (number.is_zero(), number.negative) {
            (true, _) => 0,
            (false, true) => -1,
            (false, false) => 1,
        };
        match (sign(self), sign(other)) {
            (1, 1) => self.cmp_magnitude(other),
            (-1, -1) => other.cmp_magnitude(self),
            (left, right) => left.cmp(&right),
        }
    }
}

fn length(digits: usize) -> i64 {
    i64::try_from(digits).unwrap_or(i64::MAX / 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_ordered_by_value() {
        let ascending = [
            "-1e999999999999999999999",
            "-12.5",
            "-1",
            "-0.1",
            "0",
            "1e-999999999999999999999",
            "0.009",
            "0.01",
            "0.5",
            "1",
            "1.0000000000000000000001",
            "9",
            "10",
            "12345678901234567890",
            "12345678901234567891",
            "1e20",
            "1e400",
        ];
        for (at, left) in ascending.iter().enumerate() {
            for (other, right) in ascending.iter().enumerate() {
                assert_eq!(Decimal::of(left).order(&Decimal::of(right)), at.cmp(&other), "{left} {right}");
            }
        }
    }

    #[test]
    fn one_number_may_be_written_in_many_ways() {
        for ways in [&["0", "-0", "0.0", "0e5", "-0.00e-3"][..], &["100", "1e2", "1E+2", "100.00", "0.1e3", "0.001e5"]]
        {
            for (left, right) in ways.iter().flat_map(|left| ways.iter().map(move |right| (left, right))) {
                assert_eq!(Decimal::of(left).order(&Decimal::of(right)), Ordering::Equal, "{left} {right}");
            }
        }
    }
}
