//! The trained model: its file, and what it computes. The format is described in `model/README.md`.

use super::{headline, rows};
use crate::hash::fnv;
use std::sync::LazyLock;

/// Opens the file; the last figure is the version of the format.
const MAGIC: &[u8; 8] = b"PXLINES2";
/// Buckets that words and pairs of words are hashed into.
pub(crate) const BUCKETS: usize = 1 << 15;

/// What speaks for or against a line, learned from pages.
#[derive(Debug)]
pub(crate) struct Model {
    /// For the words of a line.
    pub(crate) text: TextWeights,
    /// For the words of a line as the headline.
    pub(crate) title: TextWeights,
    /// For a line by itself and its surroundings.
    pub(crate) line: Forest,
    /// For a line as the headline.
    pub(crate) headline: Forest,
}

/// The model that comes with the crate.
///
/// # Errors
/// Why its file cannot be used, which the tests rule out for what is shipped.
pub(crate) fn shipped() -> Result<&'static Model, &'static str> {
    static MODEL: LazyLock<Result<Model, &'static str>> =
        LazyLock::new(|| Model::read(include_bytes!("../../model/lines.bin")));
    MODEL.as_ref().map_err(|reason| *reason)
}

impl Model {
    /// Reads and checks a model file.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, &'static str> {
        let (content, sum) = bytes.split_last_chunk::<8>().ok_or("it is too short")?;
        if u64::from_le_bytes(*sum) != fnv(content.iter().copied()) {
            return Err("its checksum is wrong");
        }
        let mut reader = Reader(content);
        if reader.take::<8>()? != *MAGIC {
            return Err("it is not a model of lines of this version");
        }
        if u64::from_le_bytes(reader.take()?) != columns_hash() {
            return Err("it was trained on other columns than this version measures");
        }
        let (text, title) = (TextWeights::read(&mut reader)?, TextWeights::read(&mut reader)?);
        let line = Forest::read(&mut reader, rows::WIDTH)?;
        let headline = Forest::read(&mut reader, headline::WIDTH)?;
        if !reader.0.is_empty() {
            return Err("it is longer than it says");
        }
        Ok(Self { text, title, line, headline })
    }
}

/// The hash of the names of all columns, in their order.
fn columns_hash() -> u64 {
    let names = [rows::names(), headline::names()].concat();
    fnv(names.join("\n").bytes())
}

/// A linear model of hashed words.
#[derive(Debug)]
pub(crate) struct TextWeights {
    bias: f32,
    scale: f32,
    weights: Vec<i8>,
}

impl TextWeights {
    fn read(reader: &mut Reader<'_>) -> Result<Self, &'static str> {
        Ok(Self { bias: reader.float()?, scale: reader.float()?, weights: reader.weights()? })
    }

    /// What the words of a line speak for, from its buckets.
    pub(crate) fn score(&self, buckets: &[u16]) -> f32 {
        let sum: i32 = buckets.iter().map(|&bucket| i32::from(self.weights[usize::from(bucket)])).sum();
        self.bias + self.scale * sum as f32 / (buckets.len().max(1) as f32).sqrt()
    }
}

/// Gradient-boosted regression trees: the sum of one leaf of each.
#[derive(Debug)]
pub(crate) struct Forest {
    width: usize,
    trees: Vec<Tree>,
}

/// Inner nodes, then leaves. The first node is the root.
#[derive(Debug)]
struct Tree {
    nodes: Vec<Node>,
    /// What the leaves say; 0 for inner nodes.
    values: Vec<f32>,
    /// Steps that lead from the root to any leaf.
    depth: usize,
}

/// Where a number is at most `threshold`, `children[0]` is next. A leaf leads to itself, so that
/// several rows can be walked side by side, each for as many steps.
#[derive(Clone, Copy, Debug)]
struct Node {
    threshold: f32,
    column: u16,
    children: [u16; 2],
}

impl Forest {
    fn read(reader: &mut Reader<'_>, width: usize) -> Result<Self, &'static str> {
        let trees = (0..reader.count()?).map(|_| Tree::read(reader, width)).collect::<Result<_, _>>()?;
        Ok(Self { width, trees })
    }

    /// The scores of all rows.
    pub(crate) fn scores(&self, rows: &[f32]) -> Vec<f32> {
        /// As many rows as stay in the nearest cache.
        const CHUNK: usize = 64;
        let mut scores = Vec::with_capacity(rows.len() / self.width);
        for chunk in rows.chunks(CHUNK * self.width) {
            let rows: Vec<&[f32]> = chunk.chunks_exact(self.width).collect();
            let mut sums = [0.0; CHUNK];
            for tree in &self.trees {
                tree.add(&rows, &mut sums);
            }
            scores.extend(&sums[..rows.len()]);
        }
        scores
    }
}

impl Tree {
    fn read(reader: &mut Reader<'_>, width: usize) -> Result<Self, &'static str> {
        const MOST: u16 = 1 << 14;
        let inner = reader.short()?;
        if inner > MOST {
            return Err("one of its trees is too large");
        }
        let mut nodes = Vec::new();
        // Children come later, so every walk ends.
        let mut steps = vec![0; usize::from(inner)];
        let mut depth = 0;
        for node in 0..inner {
            let (column, threshold) = (reader.short()?, reader.float()?);
            if usize::from(column) >= width {
                return Err("one of its trees asks for a column that is not measured");
            }
            let mut children = [0; 2];
            for child in &mut children {
                let (told, beyond) = (reader.short()? as i16, steps[usize::from(node)] + 1);
                depth = depth.max(beyond);
                *child = match (u16::try_from(told), u16::try_from(!told)) {
                    (Ok(next), _) if next > node && next < inner => {
                        let steps = &mut steps[usize::from(next)];
                        *steps = beyond.max(*steps);
                        next
                    }
                    (_, Ok(leaf)) if leaf <= inner => inner + leaf,
                    _ => return Err("one of its trees is broken"),
                };
            }
            nodes.push(Node { threshold, column, children });
        }
        let mut values = vec![0.0; usize::from(inner)];
        for leaf in inner..=2 * inner {
            nodes.push(Node { threshold: 0.0, column: 0, children: [leaf; 2] });
            values.push(reader.float()?);
        }
        Ok(Self { nodes, values, depth })
    }

    /// Adds what the tree says of each row.
    fn add(&self, rows: &[&[f32]], sums: &mut [f32]) {
        const LANES: usize = 8;
        for (rows, sums) in rows.chunks(LANES).zip(sums.chunks_mut(LANES)) {
            let mut at = [0_u16; LANES];
            for _ in 0..self.depth {
                for (at, row) in at.iter_mut().zip(rows) {
                    let node = self.nodes[usize::from(*at)];
                    let right = row[usize::from(node.column)] > node.threshold;
                    *at = node.children[usize::from(right)];
                }
            }
            for ((sum, at), _) in sums.iter_mut().zip(at).zip(rows) {
                *sum += self.values[usize::from(at)];
            }
        }
    }
}

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], &'static str> {
        let (taken, rest) = self.0.split_first_chunk::<N>().ok_or("it ends too early")?;
        self.0 = rest;
        Ok(*taken)
    }

    fn short(&mut self) -> Result<u16, &'static str> {
        Ok(u16::from_le_bytes(self.take()?))
    }

    fn float(&mut self) -> Result<f32, &'static str> {
        let value = f32::from_le_bytes(self.take()?);
        if value.is_finite() { Ok(value) } else { Err("one of its numbers is not finite") }
    }

    fn count(&mut self) -> Result<u32, &'static str> {
        Ok(u32::from_le_bytes(self.take()?))
    }

    fn weights(&mut self) -> Result<Vec<i8>, &'static str> {
        let (weights, rest) = self.0.split_at_checked(BUCKETS).ok_or("it ends too early")?;
        self.0 = rest;
        Ok(weights.iter().map(|byte| byte.cast_signed()).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One tree: at most 1.5 in column 2 gives 0.25, else -1.
    fn forest(column: u16, right: i16) -> Vec<u8> {
        let mut bytes = 1_u32.to_le_bytes().to_vec();
        bytes.extend(1_u16.to_le_bytes());
        bytes.extend(column.to_le_bytes());
        bytes.extend(1.5_f32.to_le_bytes());
        bytes.extend((!0_i16).to_le_bytes());
        bytes.extend(right.to_le_bytes());
        bytes.extend(0.25_f32.to_le_bytes());
        bytes.extend((-1_f32).to_le_bytes());
        bytes
    }

    #[test]
    fn a_tree_is_walked_to_its_leaf() {
        let bytes = forest(2, !1);
        let forest = Forest::read(&mut Reader(&bytes), 3).unwrap();
        assert_eq!(forest.scores(&[0.0, 0.0, 1.5, 9.0, 9.0, 1.6]), [0.25, -1.0]);
    }

    #[test]
    fn broken_trees_are_refused() {
        let error = |bytes: Vec<u8>, width| Forest::read(&mut Reader(&bytes), width).unwrap_err();
        assert_eq!(error(forest(2, !1), 2), "one of its trees asks for a column that is not measured");
        assert_eq!(error(forest(2, !2), 3), "one of its trees is broken");
        assert_eq!(error(forest(2, 0), 3), "one of its trees is broken");
        assert_eq!(error(forest(2, !1)[..20].to_vec(), 3), "it ends too early");
    }

    #[test]
    fn the_shipped_model_is_whole_and_any_change_is_noticed() {
        let bytes = include_bytes!("../../model/lines.bin");
        let model = Model::read(bytes).unwrap();
        assert!(!model.line.trees.is_empty() && !model.headline.trees.is_empty());
        let mut changed = bytes.to_vec();
        changed[500] ^= 1;
        assert_eq!(Model::read(&changed).unwrap_err(), "its checksum is wrong");
        assert_eq!(Model::read(&bytes[..5]).unwrap_err(), "it is too short");
    }
}
