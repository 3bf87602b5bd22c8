//! The nouns of Parallax: every stage speaks in these types, none of them does any work on text.
//!
//! * [`Span`]: a half-open range of **bytes**, the only position type inside the library.
//! * [`AlignedText`]: clean text that can only be made from ranges of its source.
//! * [`Article`], [`Block`], [`Sentence`], [`Mention`], [`Entity`], [`Quote`], [`Tone`]:
//!   what the stages make, collected in an [`AnnotatedArticle`].
//! * [`SentenceVectors`]: one direction a sentence, for likeness across articles.
//! * [`record`]: the annotation record that is written to files, in **Unicode code points**.

#![forbid(unsafe_code)]

mod aligned;
mod annotation;
mod article;
mod code_points;
pub mod record;
mod span;
mod vectors;

pub use aligned::{AlignedText, AlignedTextBuilder, AlignmentError, Run, RunKind};
pub use annotation::{
    AnnotatedArticle, Cue, Entity, EntityKind, FrameScores, Layer, LayerStatus, Layers, Mention, MentionForm, Quote,
    QuoteKind, Sentence, Speaker, Stance, StanceScores, Tone, ToneScores, VerbClass, Voice, Wording,
};
pub use article::{Article, Block, BlockKind, Decision, Document, DropKind, Dropped, SourceInfo};
pub use code_points::CodePoints;
pub use span::Span;
pub use vectors::{SentenceVectors, cosine, dot};
