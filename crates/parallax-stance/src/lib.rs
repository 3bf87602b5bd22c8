//! Tone towards a target: negative, neutral or positive, as calibrated probabilities.
//!
//! The task is target-dependent sentiment classification in news (Hamborg and Donnay 2021,
//! NewsMTSC). One pass of the encoder over the sentence serves all its targets: the head pools
//! the hidden states of the target's tokens beside those of the whole sentence.

#![forbid(unsafe_code)]

mod head;
pub mod newsmtsc;

pub use head::{ToneError, ToneScorer};
