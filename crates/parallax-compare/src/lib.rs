//! From annotated articles of one story to measurements.
//!
//! Pure functions over [`parallax_text::AnnotatedArticle`]: no files, no threads, no clock. All
//! sums are sums of integers, so that no order of documents can change a figure.

#![forbid(unsafe_code)]

mod alike;
mod coverage;
#[cfg(test)]
mod fixture;
mod group;
mod grouping;
mod headlines;
mod measurement;
mod naming;
mod page;
mod prominence;
mod renderings;
mod statistics;
mod summary;
mod syndication;
mod terms;
mod tone;
mod view;
mod voices;
mod wording;

pub use coverage::{CellStatus, CoverageOptions, Fact, FactCell, FactKind};
pub use grouping::{GroupingOptions, ONLY_STORY, StoryGroup, group_stories};
pub use headlines::{HeadlineSummary, HeadlineTone, HeadlineVoice};
pub use measurement::{Measurement, Scope, Status};
pub use naming::Label;
pub use renderings::{Rendering, RenderingOp, RenderingPart, RenderingVerb, RenderingVersion};
pub use statistics::{Interval, bootstrap_mean, wilson};
pub use summary::{
    ActorInStory, ActorSummary, DocumentSummary, NameUse, StorySummary, SummaryOptions, sentence_id, summarize,
};
pub use syndication::{SentencePair, SharedText, SharedTextSummary, SharingOptions, shared_text};
pub use voices::{SpeakerSummary, VerbUse, VoiceUse};
pub use wording::{WordingClass, WordingOptions, WordingRow};
