//! How well mentions are grouped to actors: pairwise and B-cubed precision, recall and F1.
//!
//! Both compare two groupings of the same items. An item that no group holds is a group of its own.

use std::collections::BTreeMap;

/// Precision, recall and their harmonic mean.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct Agreement {
    /// Right among what was found, 0 to 1.
    pub precision: f64,
    /// Found among what is right, 0 to 1.
    pub recall: f64,
    /// Harmonic mean of the two; 0 where both are.
    pub f1: f64,
}

impl Agreement {
    /// Of sums: what was right, out of what was found and out of what there is. Nothing found out
    /// of nothing is perfect.
    #[must_use]
    pub fn of(right_of_found: f64, found: f64, right_of_gold: f64, gold: f64) -> Self {
        let ratio = |right: f64, all: f64| if all == 0.0 { 1.0 } else { right / all };
        let (precision, recall) = (ratio(right_of_found, found), ratio(right_of_gold, gold));
        let sum = precision + recall;
        Self { precision, recall, f1: if sum == 0.0 { 0.0 } else { 2.0 * precision * recall / sum } }
    }
}

/// One item: its group in the gold and the group that was found, where it has one.
pub type Grouped = (Option<u32>, Option<u32>);

/// Pairs of items that share a group.
#[must_use]
pub fn pairwise(items: &[Grouped]) -> Agreement {
    let pairs = |count: u64| (count * count.saturating_sub(1) / 2) as f64;
    let (gold, found, both) = sizes(items);
    let sum = |sizes: &BTreeMap<u32, u64>| sizes.values().map(|&count| pairs(count)).sum::<f64>();
    let right: f64 = both.values().map(|&count| pairs(count)).sum();
    Agreement::of(right, sum(&found), right, sum(&gold))
}

/// B-cubed (Bagga and Baldwin 1998, "Algorithms for Scoring Coreference Chains"): the mean over
/// items of how much of an item's group is right, and of how much of its right group was found.
#[must_use]
pub fn b_cubed(items: &[Grouped]) -> Agreement {
    let (gold, found, both) = sizes(items);
    let (mut precision, mut recall) = (0.0, 0.0);
    for &(in_gold, in_found) in items {
        let shared = match (in_gold, in_found) {
            (Some(in_gold), Some(in_found)) => both[&(in_gold, in_found)],
            _ => 1,
        };
        precision += shared as f64 / in_found.map_or(1, |group| found[&group]) as f64;
        recall += shared as f64 / in_gold.map_or(1, |group| gold[&group]) as f64;
    }
    Agreement::of(precision, items.len() as f64, recall, items.len() as f64)
}

type Sizes = BTreeMap<u32, u64>;

fn sizes(items: &[Grouped]) -> (Sizes, Sizes, BTreeMap<(u32, u32), u64>) {
    let (mut gold, mut found, mut both) = (Sizes::new(), Sizes::new(), BTreeMap::new());
    for &(in_gold, in_found) in items {
        if let Some(group) = in_gold {
            *gold.entry(group).or_default() += 1;
        }
        if let Some(group) = in_found {
            *found.entry(group).or_default() += 1;
        }
        if let (Some(one), Some(other)) = (in_gold, in_found) {
            *both.entry((one, other)).or_default() += 1;
        }
    }
    (gold, found, both)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn items(gold: &str, found: &str) -> Vec<Grouped> {
        let group = |letter: char| (letter != '-').then_some(letter as u32);
        gold.chars().zip(found.chars()).map(|(gold, found)| (group(gold), group(found))).collect()
    }

    #[test]
    fn b_cubed_is_as_in_the_paper() {
        // The two responses of the paper's figure 1: joining a large and a small chain, or the two large ones.
        let check = |found: &str, precision: f64| {
            let score = b_cubed(&items("aaaaabbccccc", found));
            assert!((score.precision - precision).abs() < 1e-9 && score.recall == 1.0, "{score:?}");
        };
        check("aaaaabbbbbbb", 16.0 / 21.0);
        check("aaaaabbaaaaa", 7.0 / 12.0);
    }

    #[test]
    fn pairs_are_counted_once() {
        let score = pairwise(&items("aaab", "aabb"));
        assert_eq!((score.precision, score.recall), (0.5, 1.0 / 3.0));
        assert_eq!(pairwise(&items("ab", "--")).f1, 1.0);
        assert_eq!(pairwise(&items("aa", "--")).recall, 0.0);
    }

    #[test]
    fn an_item_without_group_stands_alone() {
        let score = b_cubed(&items("aa", "a-"));
        assert_eq!((score.precision, score.recall), (1.0, 0.5));
    }

    proptest! {
        #[test]
        fn the_gold_itself_is_perfect(groups in prop::collection::vec(prop::option::of(0u32..5), 0..30)) {
            let items: Vec<Grouped> = groups.iter().map(|&group| (group, group)).collect();
            prop_assert_eq!((pairwise(&items).f1, b_cubed(&items).f1), (1.0, 1.0));
        }

        #[test]
        fn scores_are_between_0_and_1(items in prop::collection::vec((prop::option::of(0u32..5), prop::option::of(0u32..5)), 0..30)) {
            for score in [pairwise(&items), b_cubed(&items)] {
                prop_assert!([score.precision, score.recall, score.f1].iter().all(|part| (0.0..=1.0).contains(part)));
            }
        }
    }
}
