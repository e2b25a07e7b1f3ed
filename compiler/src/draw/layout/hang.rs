//! Gives large blocks their x: each hangs right below what leads to it, as far as the others of its row let it.

use super::order::positions;
use super::rows::Rows;
use super::{Cells, Plan};

/// The middle of each spot; the rows are sorted by what they hang from.
pub(super) fn hang(plan: &Plan, rows: &mut Rows) -> Cells<i32> {
    let mut middles: Cells<i32> = Cells::new(rows.spots.len());
    // Where what leads to a spot would have its middle: how many, and their sum.
    let mut wishes: Cells<(i32, i32)> = Cells::new(rows.spots.len());
    let mut chains_at: Cells<Vec<(usize, usize)>> = Cells::new(rows.spots.len());
    for (link, chain) in rows.chains.iter().enumerate() {
        for (number, spot) in chain.iter().enumerate() {
            chains_at.change(*spot, |chains| chains.push((link, number)));
        }
    }
    let before = positions(&rows.rows, rows.spots.len());
    for row in &mut rows.rows {
        let wish = |spot: usize| {
            let (count, sum) = wishes.at(spot);
            sum.checked_div(count)
        };
        row.sort_by_key(|spot| (wish(*spot).unwrap_or(i32::MAX), before.at(*spot)));
        let wanted: Vec<(Option<i32>, i32)> =
            row.iter().map(|spot| (wish(*spot), rows.spots.at(*spot).size.width.max(20))).collect();
        for (spot, x) in row.iter().zip(apart(&wanted, plan.gap)) {
            middles.put(*spot, x);
            for (link, number) in chains_at.row(*spot) {
                let (Some(link), Some(chain)) = (plan.links.get(*link), rows.chains.get(*link)) else {
                    continue;
                };
                let Some(next) = chain.get(number + 1) else {
                    continue;
                };
                let (own, to) = (rows.spots.at(*spot), rows.spots.at(*next));
                let leaves =
                    link.leaves.filter(|_| !own.passes).map_or(x, |leaves| x - (own.size.width + 1) / 2 + leaves);
                let enters = link.enters.filter(|_| !to.passes).map_or(0, |enters| enters - (to.size.width + 1) / 2);
                wishes.change(*next, |(count, sum)| (*count, *sum) = (*count + 1, *sum + leaves - enters));
            }
        }
    }
    let left = rows.spots.iter().zip(middles.iter()).map(|(spot, x)| x - (spot.size.width + 1) / 2).min();
    middles.iter().map(|x| x - left.unwrap_or(0)).collect()
}

/// The middles of neighbours of these widths, as near to where they are wanted as can be: pools of those that push each
/// other stand where they are wanted in the mean (the pool adjacent violators algorithm of isotonic regression).
fn apart(wanted: &[(Option<i32>, i32)], gap: i32) -> Vec<i32> {
    // Each pool: where it would begin, summed over its members, how many they are; offsets are within the row.
    let mut pools: Vec<(i64, i64)> = Vec::new();
    let mut offsets = Vec::with_capacity(wanted.len());
    let mut offset = 0;
    for (wish, width) in wanted {
        offset += width / 2;
        offsets.push(offset);
        let begin = wish.map(|wish| i64::from(wish - offset));
        // Who has no wish stands beside the one before.
        let last = pools.last().map_or(0, |(sum, count)| sum / count);
        pools.push((begin.unwrap_or(last), 1));
        while let [.., (sum, count), (next, members)] = pools.as_slice()
            && sum / count > next / members
        {
            let pool = (sum + next, count + members);
            pools.truncate(pools.len() - 2);
            pools.push(pool);
        }
        offset += width - width / 2 + gap;
    }
    let begins = pools.iter().flat_map(|(sum, count)| (0..*count).map(move |_| sum / count));
    begins.zip(offsets).map(|(begin, offset)| i32::try_from(begin).unwrap_or(0) + offset).collect()
}

#[cfg(test)]
mod tests {
    use super::apart;

    #[test]
    fn each_stands_where_it_is_wanted_if_there_is_room() {
        assert_eq!(apart(&[(Some(50), 20), (Some(200), 20)], 10), [50, 200]);
        assert_eq!(apart(&[(Some(100), 20), (Some(100), 20)], 10), [85, 115]);
        assert_eq!(apart(&[(None, 20), (None, 40)], 10), [10, 50]);
    }
}
