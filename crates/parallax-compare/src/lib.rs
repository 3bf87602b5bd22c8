//! From annotated articles of one story to measurements.
//!
//! Pure functions over [`parallax_text::AnnotatedArticle`]: no files, no threads, no clock. All
//! sums are sums of integers, so that no order of documents can change a figure.

#![forbid(unsafe_code)]

mod measurement;
mod statistics;
mod summary;

pub use measurement::{Measurement, Scope, Status};
pub use statistics::{Interval, bootstrap_mean, wilson};
pub use summary::{
    ActorInStory, ActorSummary, DocumentSummary, NameUse, StorySummary, SummaryOptions, sentence_id, summarize,
};
