//! The trained model: its file, and what it computes. The format is described in `model/README.md`.

use super::{headline, rows};
use crate::hash::fnv;
use std::sync::LazyLock;

/// Opens the file; the last figure is the version of the format.
const MAGIC: &[u8; 8] = b"PXLINES1";
/// Buckets that words and pairs of words are hashed into.
pub(crate) const BUCKETS: usize = 1 << 15;

/// What speaks for or against a line, learned from pages.
#[derive(Debug)]
pub(crate) struct Model {
    text: TextWeights,
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
        let text = TextWeights { bias: reader.float()?, scale: reader.float()?, weights: reader.weights()? };
        let line = Forest::read(&mut reader, rows::WIDTH)?;
        let headline = Forest::read(&mut reader, headline::WIDTH)?;
        if !reader.0.is_empty() {
            return Err("it is longer than it says");
        }
        Ok(Self { text, line, headline })
    }

    /// What the words of a line speak for, from its buckets.
    pub(crate) fn text_score(&self, buckets: &[u16]) -> f32 {
        let sum: i32 = buckets.iter().map(|&bucket| i32::from(self.text.weights[usize::from(bucket)])).sum();
        self.text.bias + self.text.scale * sum as f32 / (buckets.len().max(1) as f32).sqrt()
    }
}

/// The hash of the names of all columns, in their order.
fn columns_hash() -> u64 {
    let names = [rows::names(), headline::names()].concat();
    fnv(names.join("\n").bytes())
}

/// A linear model of hashed words.
#[derive(Debug)]
struct TextWeights {
    bias: f32,
    scale: f32,
    weights: Vec<i8>,
}

/// Gradient-boosted regression trees: the sum of one leaf of each.
#[derive(Debug)]
pub(crate) struct Forest {
    width: usize,
    /// The first node of each tree; negative where the tree is one leaf.
    roots: Vec<i32>,
    nodes: Vec<Node>,
    leaves: Vec<f32>,
}

/// Where a number is at most `threshold`, `children[0]` is next. A child below 0 is a leaf: `!child`.
#[derive(Debug)]
struct Node {
    column: u16,
    threshold: f32,
    children: [i32; 2],
}

impl Forest {
    fn read(reader: &mut Reader<'_>, width: usize) -> Result<Self, &'static str> {
        let trees = reader.count()?;
        let (mut roots, mut nodes, mut leaves) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..trees {
            let own = usize::from(reader.short()?);
            let (first, first_leaf) = (nodes.len() as i32, leaves.len() as i32);
            roots.push(if own == 0 { !first_leaf } else { first });
            for node in 0..own {
                let (column, threshold) = (reader.short()?, reader.float()?);
                let mut child = || -> Result<i32, &'static str> {
                    let child = reader.short()? as i16;
                    match (usize::try_from(child), usize::try_from(!child)) {
                        // Children come later, so every walk ends.
                        (Ok(next), _) if next > node && next < own => Ok(first + i32::from(child)),
                        (_, Ok(leaf)) if leaf <= own => Ok(!(first_leaf + i32::from(!child))),
                        _ => Err("one of its trees is broken"),
                    }
                };
                let children = [child()?, child()?];
                if usize::from(column) >= width || !threshold.is_finite() {
                    return Err("one of its trees asks for a column that is not measured");
                }
                nodes.push(Node { column, threshold, children });
            }
            for _ in 0..=own {
                leaves.push(reader.float()?);
            }
        }
        Ok(Self { width, roots, nodes, leaves })
    }

    /// The scores of all rows.
    pub(crate) fn scores(&self, rows: &[f32]) -> Vec<f32> {
        rows.chunks_exact(self.width).map(|row| self.score(row)).collect()
    }

    fn score(&self, row: &[f32]) -> f32 {
        let mut sum = 0.0;
        for &root in &self.roots {
            let mut at = root;
            while at >= 0 {
                let node = &self.nodes[at as usize];
                let right = row[usize::from(node.column)] > node.threshold;
                at = node.children[usize::from(right)];
            }
            sum += self.leaves[!at as usize];
        }
        sum
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
