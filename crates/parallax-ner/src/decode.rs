//! Entity tags, and the best sequence of them: a linear-chain model over IOB2 labels.

use ndarray::{Array1, Array2, ArrayView2};
use parallax_text::EntityKind;
use std::fmt;

/// The tag of a word in IOB2: an entity begins with `Begin`, also directly behind another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tag {
    /// Outside of names.
    Outside,
    /// The first word of a name.
    Begin(EntityKind),
    /// A further word of a name.
    Inside(EntityKind),
}

impl Tag {
    /// The tag with this label (`O`, `B-PER`, `I-LOC`).
    #[must_use]
    pub fn from_label(label: &str) -> Option<Self> {
        match label.split_once('-') {
            None if label == "O" => Some(Tag::Outside),
            Some(("B", kind)) => EntityKind::from_label(kind).map(Tag::Begin),
            Some(("I", kind)) => EntityKind::from_label(kind).map(Tag::Inside),
            _ => None,
        }
    }

    /// The kind of the name, if any.
    #[must_use]
    pub fn kind(self) -> Option<EntityKind> {
        match self {
            Tag::Outside => None,
            Tag::Begin(kind) | Tag::Inside(kind) => Some(kind),
        }
    }

    /// Whether the tag may stand behind another, or at the start: `Inside` only behind its kind.
    #[must_use]
    pub fn may_follow(self, before: Option<Tag>) -> bool {
        match self {
            Tag::Inside(kind) => before.and_then(Tag::kind) == Some(kind),
            _ => true,
        }
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Tag::Outside => f.write_str("O"),
            Tag::Begin(kind) => write!(f, "B-{}", kind.label()),
            Tag::Inside(kind) => write!(f, "I-{}", kind.label()),
        }
    }
}

/// The names in a tag sequence: first word, one past the last, kind. An `Inside` with nothing to
/// join begins a name, as `conlleval` has it.
#[must_use]
pub fn chunks(tags: &[Tag]) -> Vec<(usize, usize, EntityKind)> {
    let mut chunks: Vec<(usize, usize, EntityKind)> = Vec::new();
    for (at, &tag) in tags.iter().enumerate() {
        match tag {
            Tag::Outside => {}
            Tag::Inside(kind) if chunks.last().is_some_and(|&(_, end, last)| end == at && last == kind) => {
                if let Some(last) = chunks.last_mut() {
                    last.1 = at + 1;
                }
            }
            Tag::Begin(kind) | Tag::Inside(kind) => chunks.push((at, at + 1, kind)),
        }
    }
    chunks
}

/// Scores of tag sequences: one a label to start with, one for each step. What IOB2 forbids scores
/// minus infinity.
#[derive(Clone, Debug)]
pub(crate) struct Chain {
    start: Array1<f32>,
    /// From (row), to (column).
    steps: Array2<f32>,
    /// Exponentials of both.
    start_weights: Vec<f64>,
    step_weights: Vec<f64>,
}

impl Chain {
    /// Learned scores, of which those of forbidden steps are ignored.
    pub(crate) fn new(tags: &[Tag], mut start: Array1<f32>, mut steps: Array2<f32>) -> Self {
        for (to, tag) in tags.iter().enumerate() {
            if !tag.may_follow(None) {
                start[to] = f32::NEG_INFINITY;
            }
            for (from, &before) in tags.iter().enumerate() {
                if !tag.may_follow(Some(before)) {
                    steps[[from, to]] = f32::NEG_INFINITY;
                }
            }
        }
        let weights = |scores: &mut dyn Iterator<Item = &f32>| scores.map(|&score| f64::from(score).exp()).collect();
        let (start_weights, step_weights) = (weights(&mut start.iter()), weights(&mut steps.iter()));
        Self { start, steps, start_weights, step_weights }
    }

    /// The best labels (Viterbi), one a row of the scores.
    pub(crate) fn best(&self, scores: ArrayView2<'_, f32>) -> Vec<usize> {
        let mut rows = scores.rows().into_iter();
        let Some(first) = rows.next() else { return Vec::new() };
        let mut best = &self.start + &first;
        let mut came = Vec::with_capacity(scores.nrows());
        for row in rows {
            let from: Vec<usize> = self
                .steps
                .columns()
                .into_iter()
                .map(|steps| argmax(best.iter().zip(steps).map(|(a, b)| a + b)))
                .collect();
            let next = from.iter().enumerate().map(|(to, &from)| best[from] + self.steps[[from, to]] + row[to]);
            best = next.collect();
            came.push(from);
        }
        let mut label = argmax(best.iter().copied());
        let mut path = vec![label];
        for from in came.iter().rev() {
            label = from[label];
            path.push(label);
        }
        path.reverse();
        path
    }

    /// The probability of each label for each row, all sequences considered (forward-backward, each
    /// row scaled to sum 1: Rabiner 1989, "A Tutorial on Hidden Markov Models").
    pub(crate) fn marginals(&self, scores: ArrayView2<'_, f32>) -> Array2<f64> {
        /// Below the greatest of a row no score counts for less than its exponential, so that no row sums to 0.
        const LEAST: f64 = -300.0;
        let (words, labels) = scores.dim();
        let mut weights = scores.mapv(f64::from);
        for mut row in weights.rows_mut() {
            let most = row.fold(f64::NEG_INFINITY, |most, &score| most.max(score));
            row.mapv_inplace(|score| (score - most).max(LEAST).exp());
        }
        let mut forward = Array2::<f64>::zeros((words, labels));
        for word in 0..words {
            let mut row: Vec<f64> = match word {
                0 => self.start_weights.clone(),
                _ => {
                    let mut row = vec![0.0; labels];
                    for (steps, before) in self.step_weights.chunks_exact(labels).zip(forward.row(word - 1)) {
                        row.iter_mut().zip(steps).for_each(|(to, step)| *to += before * step);
                    }
                    row
                }
            };
            row.iter_mut().zip(weights.row(word)).for_each(|(value, weight)| *value *= weight);
            scale(&mut row);
            forward.row_mut(word).iter_mut().zip(row).for_each(|(to, value)| *to = value);
        }
        let mut backward = vec![1.0; labels];
        for word in (0..words).rev() {
            forward.row_mut(word).iter_mut().zip(&backward).for_each(|(value, behind)| *value *= behind);
            scale(forward.row_mut(word));
            backward.iter_mut().zip(weights.row(word)).for_each(|(value, weight)| *value *= weight);
            let behind = |steps: &[f64]| steps.iter().zip(&backward).map(|(step, value)| step * value).sum();
            backward = self.step_weights.chunks_exact(labels).map(behind).collect();
            scale(&mut backward);
        }
        forward
    }
}

/// Divides values by their sum.
fn scale<'a>(values: impl IntoIterator<Item = &'a mut f64>) {
    let mut values: Vec<&mut f64> = values.into_iter().collect();
    let sum: f64 = values.iter().map(|value| **value).sum();
    values.iter_mut().for_each(|value| **value /= sum);
}

/// The index of the greatest value; the first of equal ones.
fn argmax(values: impl Iterator<Item = f32>) -> usize {
    let mut best = (0, f32::NEG_INFINITY);
    for (index, value) in values.enumerate() {
        if value > best.1 {
            best = (index, value);
        }
    }
    best.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use EntityKind::{Location, Person};
    use proptest::prelude::*;

    const TAGS: [Tag; 5] =
        [Tag::Outside, Tag::Begin(Person), Tag::Inside(Person), Tag::Begin(Location), Tag::Inside(Location)];

    fn chain() -> Chain {
        Chain::new(&TAGS, Array1::zeros(5), Array2::from_shape_fn((5, 5), |(from, to)| (from * to) as f32 * 0.1))
    }

    #[test]
    fn labels_are_read_and_shown() {
        for label in ["O", "B-PER", "I-MISC"] {
            assert_eq!(Tag::from_label(label).map(|tag| tag.to_string()).as_deref(), Some(label));
        }
        for label in ["B", "I-", "B-NP", "S-PER", ""] {
            assert_eq!(Tag::from_label(label), None, "{label}");
        }
    }

    #[test]
    fn chunks_begin_where_conlleval_has_them_begin() {
        let check = |labels: &str, expected: &[(usize, usize, EntityKind)]| {
            let tags: Vec<Tag> = labels.split(' ').filter_map(Tag::from_label).collect();
            assert_eq!(chunks(&tags), expected);
        };
        check("O B-PER I-PER O", &[(1, 3, Person)]);
        check("B-PER B-PER I-PER", &[(0, 1, Person), (1, 3, Person)]);
        check("I-PER I-PER I-LOC", &[(0, 2, Person), (2, 3, Location)]);
        check("O O", &[]);
    }

    fn any_scores() -> impl Strategy<Value = Array2<f32>> {
        prop::collection::vec(prop::array::uniform5(-5.0..5.0f32), 1..5)
            .prop_map(|rows| Array2::from_shape_fn((rows.len(), 5), |(row, column)| rows[row][column]))
    }

    /// All sequences of labels with their scores.
    fn sequences(chain: &Chain, scores: &Array2<f32>) -> Vec<(Vec<usize>, f64)> {
        let mut all: Vec<(Vec<usize>, f64)> = vec![(Vec::new(), 0.0)];
        for row in scores.rows() {
            let longer = all.iter().flat_map(|(path, score)| {
                (0..5).map(move |label| {
                    let step = path.last().map_or(chain.start[label], |&from| chain.steps[[from, label]]);
                    let path = path.iter().copied().chain([label]).collect();
                    (path, score + f64::from(step) + f64::from(row[label]))
                })
            });
            all = longer.collect();
        }
        all
    }

    proptest! {
        #[test]
        fn the_best_sequence_is_the_best_of_all_and_valid(scores in any_scores()) {
            let chain = chain();
            let best = chain.best(scores.view());
            let all = sequences(&chain, &scores);
            let most = all.iter().map(|&(_, score)| score).fold(f64::NEG_INFINITY, f64::max);
            let found = all.iter().find(|(path, _)| *path == best).unwrap();
            prop_assert!((found.1 - most).abs() < 1e-4);
            prop_assert!(TAGS[best[0]].may_follow(None));
            prop_assert!(best.windows(2).all(|pair| TAGS[pair[1]].may_follow(Some(TAGS[pair[0]]))));
        }

        #[test]
        fn marginals_are_sums_over_all_sequences(scores in any_scores()) {
            let chain = chain();
            let marginals = chain.marginals(scores.view());
            let all = sequences(&chain, &scores);
            let total: f64 = all.iter().map(|(_, score)| score.exp()).sum();
            for word in 0..scores.nrows() {
                for label in 0..5 {
                    let through = all.iter().filter(|(path, _)| path[word] == label);
                    let expected = through.map(|(_, score)| score.exp()).sum::<f64>() / total;
                    prop_assert!((marginals[[word, label]] - expected).abs() < 1e-6);
                }
            }
        }
    }
}
