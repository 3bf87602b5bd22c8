//! The trained part: labels words as source, cue or content, and links what belongs together.

use crate::features::{FEATURES, Reading};
use ndarray::{Array1, Array2, ArrayView1, ArrayView2, ArrayViewMut2, Axis, Slice};
use parallax_encoder::{DenseLayer, EncodedSentence, HeadModel, LoadError, Model, Precision, gelu};
use serde::Deserialize;
use std::ops::Range;

/// The one head that this version knows, and the section of `config.json` that describes it.
const HEAD: &str = "conv-crf-link/1";
const SECTION: &str = "attribution";
/// Outside, then "begin" and "inside" for each role.
const LABELS: [&str; TAGS] = ["O", "B-source", "I-source", "B-cue", "I-cue", "B-content", "I-content"];
const TAGS: usize = 7;
/// A span is linked to one of the nearest cues of its block: this many on each side, so that time
/// stays linear in a block of any size.
const NEAREST: usize = 8;

/// Finds who says what in encoded sentences: the trained half of [`crate::attribute`].
///
/// Each word's mean hidden state in the branch, with what marks and verbs tell, goes through dilated convolutions
/// (Yu and Koltun 2016, "Multi-Scale Context Aggregation by Dilated Convolutions") over the words of
/// the article; a linear-chain conditional random field (Lafferty et al. 2001) chooses the roles;
/// every source and content points to the cue it belongs to, or to none.
#[derive(Clone, Debug)]
pub struct AttributionTagger {
    input: DenseLayer,
    convolutions: Vec<(usize, DenseLayer)>,
    out: DenseLayer,
    start: [f32; TAGS],
    steps: [[f32; TAGS]; TAGS],
    links: Links,
    /// Width of a state of the branch, and of one of the head's own.
    size: usize,
    width: usize,
}

/// What the tagger finds: word ranges.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Found {
    pub(crate) source: Option<Range<usize>>,
    pub(crate) cue: Option<Range<usize>>,
    pub(crate) content: Vec<Range<usize>>,
}

/// A folder holds no attribution head that this version can use.
#[derive(Debug, thiserror::Error)]
pub enum AttributionError {
    /// The folder, its parts, or the model it was trained on.
    #[error("the attribution model cannot be loaded")]
    Load(#[from] LoadError),
    /// `config.json` lacks a field.
    #[error("{path} has no usable section `{SECTION}`: take the model that belongs to this version")]
    Config {
        /// The file.
        path: String,
        /// Which field.
        source: serde_json::Error,
    },
    /// The head is of another make.
    #[error("{path}: {found}; this version knows the head `{HEAD}`: take the model that belongs to this version")]
    Head {
        /// The file.
        path: String,
        /// What differs.
        found: String,
    },
}

#[derive(Deserialize)]
struct HeadConfig {
    head: String,
    reads: String,
    labels: Vec<String>,
    features: usize,
    hidden: usize,
    dilations: Vec<usize>,
    link: usize,
    distances: Vec<usize>,
}

impl AttributionTagger {
    /// Takes the head out of a folder that was loaded for this model.
    ///
    /// # Errors
    /// When the folder has none, or one of another make or shape.
    pub fn new(head: &HeadModel, model: &Model) -> Result<Self, AttributionError> {
        Self::with_precision(head, model, Precision::F32)
    }

    /// As [`AttributionTagger::new`], its wide layers in the precision for heads of that of the encoder
    /// ([`Precision::of_heads`]).
    ///
    /// # Errors
    /// As [`AttributionTagger::new`].
    pub fn with_precision(head: &HeadModel, model: &Model, precision: Precision) -> Result<Self, AttributionError> {
        let path = || head.config_path().display().to_string();
        let section = head.config().get(SECTION).unwrap_or(&serde_json::Value::Null);
        let config =
            HeadConfig::deserialize(section).map_err(|source| AttributionError::Config { path: path(), source })?;
        let refuse = |found: String| Err(AttributionError::Head { path: path(), found });
        if config.head != HEAD {
            return refuse(format!("the head is `{}`", config.head));
        }
        if config.reads != "branch" || head.layers().is_empty() {
            return refuse("it does not read the folder's own branch".to_owned());
        }
        if config.labels != LABELS {
            return refuse(format!("the labels are {:?}, not {LABELS:?}", config.labels));
        }
        if config.features != FEATURES {
            return refuse(format!("it reads {} features a word, not {FEATURES}", config.features));
        }
        let size = model.config().encoder.hidden_size;
        let width = config.hidden;
        let tensor = |name: &str| format!("{SECTION}.{name}");
        let parts = |name: &str, outputs: usize, inputs: usize| -> Result<_, LoadError> {
            let weight = head.matrix_of(&tensor(&format!("{name}.weight")), outputs, inputs)?;
            Ok((weight, head.vector_of(&tensor(&format!("{name}.bias")), outputs)?))
        };
        let layer = |precision, name: &str, outputs: usize, inputs: usize| -> Result<DenseLayer, LoadError> {
            let (weight, bias) = parts(name, outputs, inputs)?;
            Ok(DenseLayer::with_bias(precision, weight, bias))
        };
        let wide = precision.of_heads();
        let convolution = |(index, &dilation): (usize, &usize)| {
            layer(wide, &format!("layers.{index}"), width, 3 * width).map(|layer| (dilation, layer))
        };
        let start = head.vector_of(&tensor("start"), TAGS)?;
        let steps = head.matrix_of(&tensor("transitions"), TAGS, TAGS)?;
        let pairs = 2 * (config.distances.len() + 1) + 5;
        let (own, own_bias) = parts("link_span", config.link, 2 * width)?;
        let (out, bias) = parts("link_out", 1, config.link)?;
        Ok(Self {
            input: layer(wide, "input", width, size + FEATURES)?,
            convolutions: config.dilations.iter().enumerate().map(convolution).collect::<Result<_, _>>()?,
            out: layer(Precision::F32, "out", TAGS, width)?,
            start: std::array::from_fn(|to| if may_follow(None, to) { start[to] } else { f32::NEG_INFINITY }),
            steps: std::array::from_fn(|from| {
                std::array::from_fn(|to| if may_follow(Some(from), to) { steps[[from, to]] } else { f32::NEG_INFINITY })
            }),
            links: Links {
                own,
                own_bias,
                cue: head.matrix_of(&tensor("link_cue.weight"), config.link, 2 * width)?,
                pair: head.matrix_of(&tensor("link_pair.weight"), pairs, config.link)?,
                none: head.vector_of(&tensor("link_none"), config.link)?,
                out: out.row(0).to_owned(),
                bias: bias[0],
                distances: config.distances,
            },
            size,
            width,
        })
    }

    /// The attributions of an article, by their first content.
    pub(crate) fn find(&self, reading: &Reading, encoded: &[EncodedSentence]) -> Vec<Found> {
        if reading.words.is_empty() {
            return Vec::new();
        }
        let states = self.states(reading, encoded);
        let labels = self.labels(reading, &self.out.rows(&states));
        self.linked(reading, &states, &labels)
    }

    /// The head's own state of each word, `[words, hidden]`.
    fn states(&self, reading: &Reading, encoded: &[EncodedSentence]) -> Array2<f32> {
        let width = self.width;
        let mut states = Array2::zeros((reading.words.len(), width));
        let mut row = 0;
        for sentence in encoded {
            let branch = sentence.branches.first().expect("the sentence was encoded with the branch");
            let count = sentence.words().count();
            let mut joined = Array2::zeros((count, self.size + FEATURES));
            for (index, pieces) in sentence.words().enumerate() {
                let number = pieces.len() as f32;
                let (mut mean, mut features) = joined.row_mut(index).split_at(Axis(0), self.size);
                mean.assign(&(rows(branch.hidden.view(), pieces).sum_axis(Axis(0)) / number));
                features.assign(&ArrayView1::from(&reading.features[row + index]));
            }
            rows_mut(&mut states, row..row + count).assign(&self.input.rows(&joined));
            row += count;
        }
        activate(&mut states);
        for (dilation, layer) in &self.convolutions {
            let mut joined = Array2::zeros((states.nrows(), 3 * width));
            let shift = (*dilation).min(states.nrows());
            let kept = states.nrows() - shift;
            let (mut before, rest) = joined.view_mut().split_at(Axis(1), width);
            let (mut here, mut after) = rest.split_at(Axis(1), width);
            before.slice_axis_mut(Axis(0), Slice::from(shift..)).assign(&rows(states.view(), 0..kept));
            here.assign(&states);
            after.slice_axis_mut(Axis(0), Slice::from(..kept)).assign(&rows(states.view(), shift..shift + kept));
            let mut change = layer.rows(&joined);
            activate(&mut change);
            states += &change;
        }
        states
    }

    /// The best labels (Viterbi); none goes on over the start of a block.
    fn labels(&self, reading: &Reading, scores: &Array2<f32>) -> Vec<usize> {
        let allowed = |word: usize, label: usize| !reading.opens_block(word) || may_follow(None, label);
        let score = |word: usize, label: usize| {
            if allowed(word, label) { scores[[word, label]] } else { f32::NEG_INFINITY }
        };
        let mut best: [f32; TAGS] = std::array::from_fn(|label| self.start[label] + score(0, label));
        let mut came = vec![[0u8; TAGS]];
        for word in 1..reading.words.len() {
            let from: [u8; TAGS] = std::array::from_fn(|to| argmax(|from| best[from] + self.steps[from][to]) as u8);
            best =
                std::array::from_fn(|to| best[from[to] as usize] + self.steps[from[to] as usize][to] + score(word, to));
            came.push(from);
        }
        let mut label = argmax(|label| best[label]);
        let mut path = vec![label; came.len()];
        for word in (1..came.len()).rev() {
            label = came[word][label] as usize;
            path[word - 1] = label;
        }
        path
    }

    /// The labelled spans, put together block by block.
    fn linked(&self, reading: &Reading, states: &Array2<f32>, labels: &[usize]) -> Vec<Found> {
        let mut spans: Vec<(usize, Range<usize>)> = Vec::new();
        for (word, &label) in labels.iter().enumerate() {
            match (label, spans.last_mut()) {
                (0, _) => {}
                (label, Some((_, range))) if label % 2 == 0 => range.end = word + 1,
                (label, _) => spans.push(((label - 1) / 2, word..word + 1)),
            }
        }
        let mut all = Vec::new();
        for block in spans.chunk_by(|a, b| reading.words[a.1.start].block == reading.words[b.1.start].block) {
            let cues: Vec<Range<usize>> = block.iter().filter(|span| span.0 == 1).map(|span| span.1.clone()).collect();
            let known: Vec<Array1<f32>> = cues.iter().map(|cue| self.links.cue.dot(&ends(states, cue))).collect();
            let mut found: Vec<(Found, f32)> =
                cues.iter().map(|cue| (Found { cue: Some(cue.clone()), ..Found::default() }, f32::MIN)).collect();
            for (role, span) in block.iter().filter(|span| span.0 != 1) {
                let own = self.links.own.dot(&ends(states, span)) + &self.links.own_bias;
                let (choice, score) = self.links.choose(reading, span, &own, &cues, &known);
                match (role, choice) {
                    (0, Some(cue)) if score > found[cue].1 => {
                        found[cue].0.source = Some(span.clone());
                        found[cue].1 = score;
                    }
                    (0, _) => {}
                    (_, Some(cue)) => found[cue].0.content.push(span.clone()),
                    (_, None) => found.push((Found { content: vec![span.clone()], ..Found::default() }, f32::MIN)),
                }
            }
            all.extend(found.into_iter().map(|(found, _)| found).filter(|found| !found.content.is_empty()));
        }
        all.sort_by_key(|found| found.content[0].start);
        all
    }
}

/// Whether a label may stand behind another, or at the start: "inside" only behind its role.
fn may_follow(before: Option<usize>, label: usize) -> bool {
    label == 0 || label % 2 == 1 || before.is_some_and(|before| before == label || before + 1 == label)
}

fn argmax(score: impl Fn(usize) -> f32) -> usize {
    (1..TAGS).fold(0, |best, label| if score(label) > score(best) { label } else { best })
}

fn rows(states: ArrayView2<'_, f32>, range: Range<usize>) -> ArrayView2<'_, f32> {
    states.slice_axis_move(Axis(0), Slice::from(range))
}

fn rows_mut(states: &mut Array2<f32>, range: Range<usize>) -> ArrayViewMut2<'_, f32> {
    states.slice_axis_mut(Axis(0), Slice::from(range))
}

/// The states of the first and the last word.
fn ends(states: &Array2<f32>, span: &Range<usize>) -> Array1<f32> {
    let width = states.ncols();
    let mut both = Array1::zeros(2 * width);
    let (mut first, mut last) = both.view_mut().split_at(Axis(0), width);
    first.assign(&states.row(span.start));
    last.assign(&states.row(span.end - 1));
    both
}

/// Scores a span against cues: `out(tanh(own + cue + pair features))`, or `out(tanh(own + none))`.
#[derive(Clone, Debug)]
struct Links {
    own: Array2<f32>,
    own_bias: Array1<f32>,
    cue: Array2<f32>,
    pair: Array2<f32>,
    none: Array1<f32>,
    out: Array1<f32>,
    bias: f32,
    distances: Vec<usize>,
}

impl Links {
    /// The best cue for a span, or `None`, with its score.
    fn choose(
        &self,
        reading: &Reading,
        span: &Range<usize>,
        own: &Array1<f32>,
        cues: &[Range<usize>],
        known: &[Array1<f32>],
    ) -> (Option<usize>, f32) {
        let score = |sum: Array1<f32>| self.out.dot(&sum.mapv_into(f32::tanh)) + self.bias;
        let mut best = (None, score(own + &self.none));
        let place = cues.partition_point(|cue| cue.start < span.start);
        for index in place.saturating_sub(NEAREST)..cues.len().min(place + NEAREST) {
            let cue = &cues[index];
            let between = if index >= place { index - place } else { place - 1 - index };
            let mut sum = own + &known[index];
            for feature in self.pair_features(reading, span, cue, between) {
                sum += &self.pair.row(feature);
            }
            let score = score(sum);
            // A score of none wins where they are equal only if it came first.
            if score > best.1 {
                best = (Some(index), score);
            }
        }
        best
    }

    /// Which rows of the table hold for a span and a cue: order with distance, cues between, sentence.
    fn pair_features(&self, reading: &Reading, span: &Range<usize>, cue: &Range<usize>, between: usize) -> [usize; 3] {
        let before = span.start < cue.start;
        let gap = if before { cue.start.saturating_sub(span.end) } else { span.start.saturating_sub(cue.end) };
        let class = self.distances.iter().filter(|&&bound| gap >= bound).count();
        let classes = self.distances.len() + 1;
        let sentence = |word: usize| reading.words[word].sentence;
        let same = sentence(span.end.min(cue.end) - 1) == sentence(span.start.max(cue.start))
            || sentence(span.start) == sentence(cue.start);
        [class + if before { classes } else { 0 }, 2 * classes + between.min(2), 2 * classes + 3 + usize::from(same)]
    }
}

/// The activation of every state.
fn activate(states: &mut Array2<f32>) {
    gelu(states.as_slice_mut().expect("the states were made row by row"));
}
