//! What sentences judge and how: tone towards a target, policy frames, stance to a proposition,
//! loaded wording; all as probabilities from hidden states.
//!
//! * [`ToneScorer`]: target-dependent sentiment in news (Hamborg and Donnay 2021, NewsMTSC). One pass
//!   of the encoder over the sentence serves all its targets: the head pools the hidden states of the
//!   target's tokens beside those of the whole sentence.
//! * [`FrameScorer`] and [`Codebook`]: frames of the built-in codebook and of the user's own.
//! * [`WordingScorer`]: loaded wording, sentence by sentence, with the words that carry it.
//! * [`StanceScorer`], [`candidates`], [`Asked`]: against or for a proposition, read beside the sentence.
//! * [`newsmtsc`], [`semeval`], [`vast`], [`ibm`], [`babe`]: data sets in their published formats, and the
//!   figures that are usual on them ([`figures`]).

#![forbid(unsafe_code)]

pub mod babe;
mod codebook;
pub mod figures;
mod frames;
mod head;
pub mod ibm;
pub mod newsmtsc;
mod proposition;
mod reading;
pub mod semeval;
mod stance;
pub mod vast;
mod wording;

pub use codebook::{Codebook, CodebookError, CodebookFrame};
pub use frames::{ArticleRule, FrameScorer, UserFrames, frames};
pub use head::{ToneError, ToneScorer};
pub use proposition::Asked;
pub use reading::HeadError;
pub use stance::{CandidateOptions, StanceScorer, candidates};
pub use wording::WordingScorer;

/// Exponentials that sum to 1.
fn softmax(logits: ndarray::Array1<f32>) -> ndarray::Array1<f32> {
    let highest = logits.fold(f32::NEG_INFINITY, |a, b| a.max(*b));
    let exponentials = logits.mapv_into(|logit| (logit - highest).exp());
    let sum = exponentials.sum();
    exponentials / sum
}

/// The logistic function.
fn sigmoid(z: f32) -> f32 {
    1.0 / (1.0 + (-z).exp())
}
