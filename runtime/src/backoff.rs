//! Pauses before what failed is tried again.

use std::time::Duration;

use ring::rand::{SecureRandom, SystemRandom};

use crate::clock::Pretence;

/// The first pause at its longest; each further one is twice as long.
const FIRST: Duration = Duration::from_millis(250);

/// The longest pause.
const LONGEST: Duration = Duration::from_secs(5);

/// The pause behind this attempt, the first is 1: scattered over the upper half of what doubles with each, so that those
/// who failed together do not come back together.
pub(crate) fn pause(attempt: u32) -> Duration {
    if Pretence::is_on() {
        // Where time is a pretence, the same causes are to have the same effects.
        return scattered(attempt, u32::MAX);
    }
    let mut bytes = [0; 4];
    // Without randomness it is the pause's lower end.
    let _ = SystemRandom::new().fill(&mut bytes);
    scattered(attempt, u32::from_ne_bytes(bytes))
}

fn scattered(attempt: u32, random: u32) -> Duration {
    let longest = FIRST.saturating_mul(1 << (attempt - 1).min(10)).min(LONGEST);
    longest / 2 + (longest / 2).mul_f64(f64::from(random) / f64::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_and_are_scattered() {
        let millis = |attempt, random| scattered(attempt, random).as_millis();
        for (attempt, longest) in
            [(1, 250), (2, 500), (3, 1_000), (5, 4_000), (6, 5_000), (11, 5_000), (u32::MAX, 5_000)]
        {
            assert_eq!((millis(attempt, 0), millis(attempt, u32::MAX)), (longest / 2, longest), "{attempt}");
        }
        let middle = millis(1, u32::MAX / 2);
        assert!((186..=188).contains(&middle), "{middle}");
    }
}
