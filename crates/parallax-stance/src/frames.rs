//! Frames: what a sentence makes its subject a matter of.
//!
//! The built-in codebook is that of policy frames (Boydstun et al. 2014, "Tracking the Development of
//! Media Frames within and across Policy Issues"; Card et al. 2015, "The Media Frames Corpus"), in
//! the 14 labels of SemEval-2023 task 3 (Piskorski et al. 2023); its fifteenth, "other", has no
//! training data. A user's codebook needs no training: what is said of a frame is encoded as
//! sentences are, and sentences are compared to it (label embeddings: Yin et al. 2019, "Benchmarking
//! Zero-shot Text Classification").

use crate::codebook::{Codebook, CodebookFrame};
use crate::reading::{Reads, section};
use crate::{HeadError, sigmoid};
use ndarray::{Array1, Array2, Axis};
use parallax_encoder::{
    DenseLayer, EncodeError, EncodedSentence, HeadModel, Model, Precision, SentenceEncoder, SentenceProjection,
};
use parallax_text::{FrameScores, Span};
use serde::Deserialize;
use std::sync::Arc;

/// The one head that this version knows.
const HEAD: &str = "sentence-label/1";
const NAME: &str = "frames";

/// Scores sentences in the frames of the built-in codebook, and of codebooks of users.
///
/// With `v` the sentence's vector of length 1 ([`SentenceProjection`]) and `c` the middle of all such
/// vectors, `n = (v - c) / |v - c|`. Built in: `z = W n + b`, trained on whole articles with
/// `Z = log(mean over the article's sentences of exp(r z)) / r` (multiple-instance learning). The
/// score of a sentence is `sigmoid(z)`, that of an article `sigmoid(Z)`.
#[derive(Clone, Debug)]
pub struct FrameScorer {
    codebook: Arc<str>,
    labels: Vec<Arc<str>>,
    centre: Array1<f32>,
    out: DenseLayer,
    article: ArticleRule,
    user: UserRule,
}

/// How sentence scores become those of an article.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct ArticleRule {
    pooling: String,
    /// `r`: 0 would be the mean, infinity the maximum.
    pub sharpness: f32,
    /// An article has the frames whose score is at least this.
    pub threshold: f32,
}

/// How a user's frames are scored: `z = scale * likeness + bias`.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
struct UserRule {
    scale: f32,
    bias: f32,
}

#[derive(Deserialize)]
struct Config {
    head: String,
    reads: Reads,
    codebook: String,
    labels: Vec<String>,
    article: ArticleRule,
    user: UserRule,
}

impl FrameScorer {
    /// Takes the head out of a folder that was loaded for this model.
    ///
    /// # Errors
    /// When the folder has none, or one of another make or shape.
    pub fn new(heads: &HeadModel, model: &Model) -> Result<Self, HeadError> {
        let config: Config = section(heads, NAME)?;
        let refuse = |found: String| Err(HeadError::other(heads, NAME, found));
        if config.head != HEAD || config.reads != Reads::Encoder {
            return refuse(format!(
                "the head is `{}`, and this version knows `{HEAD}` on sentence vectors",
                config.head
            ));
        }
        let rule = &config.article;
        if rule.pooling != "log-mean-exp" || !(rule.sharpness.is_finite() && rule.sharpness > 0.0) {
            return refuse(format!("articles are pooled by {:?} with sharpness {}", rule.pooling, rule.sharpness));
        }
        let (count, width) = (config.labels.len(), model.config().encoder.hidden_size);
        let weight = heads.matrix_of("frames.label.weight", count, width)?;
        let bias = heads.vector_of("frames.label.bias", count)?;
        Ok(Self {
            codebook: config.codebook.into(),
            labels: config.labels.into_iter().map(Arc::from).collect(),
            centre: heads.vector_of("frames.center", width)?,
            out: DenseLayer::with_bias(Precision::F32, weight, bias),
            article: config.article,
            user: config.user,
        })
    }

    /// Name of the built-in codebook.
    #[must_use]
    pub fn codebook(&self) -> &str {
        &self.codebook
    }

    /// Its frames, in the order of the scores.
    #[must_use]
    pub fn labels(&self) -> &[Arc<str>] {
        &self.labels
    }

    /// How sentence scores become those of an article.
    #[must_use]
    pub fn article_rule(&self) -> &ArticleRule {
        &self.article
    }

    /// `n` of sentences from their vectors, row by row.
    #[must_use]
    pub fn directions(&self, vectors: &Array2<f32>) -> Array2<f32> {
        let mut directions = vectors.clone();
        directions.rows_mut().into_iter().for_each(|mut row| {
            let moved = unit(row.to_owned()) - &self.centre;
            row.assign(&unit(moved));
        });
        directions
    }

    /// `z` of the built-in frames, `[sentences, frames]`.
    #[must_use]
    pub fn logits(&self, directions: &Array2<f32>) -> Array2<f32> {
        self.out.rows(directions)
    }

    /// `Z` of an article from the `z` of all its sentences; `None` where it has none.
    #[must_use]
    pub fn article_logits(&self, logits: &Array2<f32>) -> Option<Array1<f32>> {
        let r = self.article.sharpness;
        let top = logits.fold(f32::NEG_INFINITY, |a, b| a.max(*b));
        let mean = logits.mapv(|z| (r * (z - top)).exp()).mean_axis(Axis(0))?;
        Some(mean.mapv(|mean| mean.ln() / r + top))
    }

    /// What users' frames are compared by, encoded once.
    ///
    /// A frame's texts are "name: definition", what it includes, and its examples; `t` is the mean of
    /// their vectors, scaled to length 1. Frames are told apart by what sets them off from one another:
    /// `u = t - mean of all t`, scaled to length 1 (a codebook of one frame: `t - c`).
    ///
    /// # Errors
    /// When the engine fails.
    pub fn encode(
        &self,
        codebook: &Codebook,
        encoder: &SentenceEncoder,
        projection: &SentenceProjection,
    ) -> Result<UserFrames, EncodeError> {
        let vectors = |texts: &[String]| -> Result<Array2<f32>, EncodeError> {
            let (joined, spans) = joined(texts);
            let mut vectors = projection.project(&encoder.encode(&joined, &spans)?);
            vectors.rows_mut().into_iter().for_each(|mut row| {
                let of_length_1 = unit(row.to_owned());
                row.assign(&of_length_1);
            });
            Ok(vectors)
        };
        let mean = |frame: &CodebookFrame| -> Result<Array1<f32>, EncodeError> {
            let texts = [&[frame.text()][..], &frame.include, &frame.examples].concat();
            Ok(unit(vectors(&texts)?.mean_axis(Axis(0)).expect("a frame has a text")))
        };
        let means = codebook.frames.iter().map(mean).collect::<Result<Vec<_>, _>>()?;
        let middle = match means.as_slice() {
            [_] => self.centre.clone(),
            all => all.iter().fold(Array1::zeros(self.centre.len()), |sum, one| sum + one) / all.len() as f32,
        };
        let frames = codebook.frames.iter().zip(means).map(|(frame, mean)| {
            let excluded =
                if frame.exclude.is_empty() { Array2::zeros((0, self.centre.len())) } else { vectors(&frame.exclude)? };
            let excluded = excluded.rows().into_iter().map(|row| unit(row.to_owned() - &middle)).collect();
            Ok(UserFrame { name: frame.name.as_str().into(), vector: unit(mean - &middle), excluded })
        });
        Ok(UserFrames {
            codebook: codebook.name.as_str().into(),
            frames: frames.collect::<Result<_, _>>()?,
            rule: self.user,
        })
    }
}

/// The frames of a user's codebook, encoded.
#[derive(Clone, Debug)]
pub struct UserFrames {
    codebook: Arc<str>,
    frames: Vec<UserFrame>,
    rule: UserRule,
}

#[derive(Clone, Debug)]
struct UserFrame {
    name: Arc<str>,
    vector: Array1<f32>,
    excluded: Vec<Array1<f32>>,
}

impl UserFrames {
    /// `z` of the frames, `[sentences, frames]`, from `n` of the sentences
    /// ([`FrameScorer::directions`]): `scale * likeness + bias`. The likeness is `u . n`, less by as
    /// much as the sentence is more like the nearest of what the frame excludes.
    #[must_use]
    pub fn logits(&self, directions: &Array2<f32>) -> Array2<f32> {
        let mut logits = Array2::zeros((directions.nrows(), self.frames.len()));
        for (row, direction) in directions.rows().into_iter().enumerate() {
            for (column, frame) in self.frames.iter().enumerate() {
                let likeness = frame.vector.dot(&direction);
                let other = frame.excluded.iter().map(|other| other.dot(&direction)).fold(likeness, f32::max);
                logits[[row, column]] = self.rule.scale * (likeness - (other - likeness)) + self.rule.bias;
            }
        }
        logits
    }
}

/// The scores of an article's sentences in the built-in frames and in those of users: of those
/// sentences that `wanted` has and that have words, by sentence, then codebook.
#[must_use]
pub fn frames(
    scorer: &FrameScorer,
    of_users: &[UserFrames],
    vectors: &Array2<f32>,
    encoded: &[EncodedSentence],
    wanted: impl Fn(u32) -> bool,
) -> Vec<FrameScores> {
    let directions = scorer.directions(vectors);
    let built_in = (&scorer.codebook, scorer.labels.clone(), scorer.logits(&directions));
    let of_users = of_users.iter().map(|one| {
        let names = one.frames.iter().map(|frame| Arc::clone(&frame.name)).collect();
        (&one.codebook, names, one.logits(&directions))
    });
    // Name of the codebook, its frames, and a score of each for each sentence.
    type Scored<'a> = (&'a Arc<str>, Vec<Arc<str>>, Array2<f32>);
    let all: Vec<Scored<'_>> = std::iter::once(built_in).chain(of_users).collect();
    let sentences = (0u32..).zip(encoded).filter(|(index, one)| wanted(*index) && !one.tokens.is_empty());
    sentences
        .flat_map(|(sentence, _)| {
            all.iter().map(move |(codebook, names, logits)| {
                let scores = names.iter().cloned().zip(logits.row(sentence as usize).into_iter().map(|&z| sigmoid(z)));
                FrameScores { sentence, codebook: Arc::clone(codebook), scores: scores.collect() }
            })
        })
        .collect()
}

/// Texts one behind the other, each as a sentence.
fn joined(texts: &[String]) -> (String, Vec<Span>) {
    let (mut joined, mut spans) = (String::new(), Vec::new());
    for text in texts {
        spans.push(Span::new(joined.len(), joined.len() + text.len()));
        joined.push_str(text);
        joined.push('\n');
    }
    (joined, spans)
}

/// Scaled to length 1; zero stays zero.
fn unit(vector: Array1<f32>) -> Array1<f32> {
    let length = vector.dot(&vector).sqrt();
    if length > 0.0 { vector / length } else { vector }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{array, concatenate};

    fn scorer() -> FrameScorer {
        let weight = array![[4.0, 0.0], [0.0, 4.0]];
        FrameScorer {
            codebook: "built-in".into(),
            labels: vec!["east".into(), "north".into()],
            centre: array![0.0, 0.0],
            out: DenseLayer::with_bias(Precision::F32, weight, array![-2.0, -2.0]),
            article: ArticleRule { pooling: "log-mean-exp".into(), sharpness: 0.5, threshold: 0.4 },
            user: UserRule { scale: 3.0, bias: -1.0 },
        }
    }

    #[test]
    fn only_directions_from_the_middle_count() {
        let one = FrameScorer { centre: array![0.6, 0.0], ..scorer() };
        let directions = one.directions(&array![[2.0, 0.0], [0.0, 0.0], [0.6, 0.8]]);
        assert_eq!(directions.row(0), array![1.0, 0.0]);
        assert_eq!(directions.row(1), array![-1.0, 0.0]);
        assert!(directions[[2, 0]].abs() < 1e-6 && (directions[[2, 1]] - 1.0).abs() < 1e-6);
    }

    #[test]
    fn an_article_is_between_the_mean_and_the_highest_of_its_sentences() {
        let logits = array![[2.0, -2.0], [-2.0, -2.0]];
        let article = scorer().article_logits(&logits).unwrap();
        let expected = ((1.0f32.exp() + (-1.0f32).exp()) / 2.0).ln() / 0.5;
        assert!((article[0] - expected).abs() < 1e-6 && article[0] > 0.0 && article[0] < 2.0, "{article}");
        assert!((article[1] + 2.0).abs() < 1e-6);
        assert_eq!(scorer().article_logits(&Array2::zeros((0, 2))), None);
    }

    #[test]
    fn what_a_frame_excludes_lowers_it_where_it_is_nearer() {
        let frame = |excluded: Vec<Array1<f32>>| UserFrames {
            codebook: "own".into(),
            frames: vec![UserFrame { name: "east".into(), vector: array![1.0, 0.0], excluded }],
            rule: UserRule { scale: 3.0, bias: -1.0 },
        };
        let sentences = array![[1.0, 0.0], [0.6, 0.8]];
        let plain = frame(Vec::new()).logits(&sentences);
        assert!((plain[[0, 0]] - 2.0).abs() < 1e-6 && (plain[[1, 0]] - 0.8).abs() < 1e-6);
        let less = frame(vec![array![0.0, 1.0]]).logits(&sentences);
        assert_eq!(less[[0, 0]], plain[[0, 0]]);
        // 0.6 like the frame, 0.8 like what it excludes: 0.4.
        assert!((less[[1, 0]] - 0.2).abs() < 1e-6, "{less}");
    }

    #[test]
    fn sentences_without_words_and_unwanted_ones_have_no_frames() {
        let token = parallax_encoder::Token { span: Span::new(0, 1), starts_word: true };
        let sentence =
            |tokens: Vec<_>| EncodedSentence { hidden: Array2::zeros((tokens.len(), 2)), tokens, branches: Vec::new() };
        let encoded = [sentence(vec![token]), sentence(vec![]), sentence(vec![token]), sentence(vec![token])];
        let vectors = concatenate![Axis(0), Array2::<f32>::eye(2), Array2::<f32>::eye(2)];
        let found = frames(&scorer(), &[], &vectors, &encoded, |sentence| sentence != 3);
        let of: Vec<(u32, &str)> = found.iter().map(|one| (one.sentence, &*one.codebook)).collect();
        assert_eq!(of, [(0, "built-in"), (2, "built-in")]);
        assert!(found[0].scores[0].1 > 0.5 && found[0].scores[1].1 < 0.5, "{found:?}");
    }
}
