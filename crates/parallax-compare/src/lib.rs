//! From annotated articles of one story to measurements.
//!
//! Pure functions over [`parallax_text::AnnotatedArticle`]: no files, no threads, no clock. All
//! sums are sums of integers, so that no order of documents can change a figure.

#![forbid(unsafe_code)]

mod alike;
mod correction;
mod coverage;
mod differences;
mod findings;
#[cfg(test)]
mod fixture;
mod frames;
mod group;
mod grouping;
mod headlines;
mod measurement;
mod naming;
mod page;
mod prominence;
mod reliability;
mod renderings;
mod stances;
mod statistics;
mod summary;
mod syndication;
mod terms;
mod tone;
mod view;
mod voices;
mod wording;

pub use correction::{CodedTone, CodedTones};
pub use coverage::{CellStatus, CoverageOptions, Fact, FactCell, FactKind};
pub use differences::Difference;
pub use findings::Finding;
pub use grouping::{GroupingOptions, ONLY_STORY, StoryGroup, group_stories};
pub use headlines::{HeadlineSummary, HeadlineTone, HeadlineVoice};
pub use measurement::{Measurement, Scope, Status};
pub use naming::Label;
pub use reliability::{Agreement, Level, agreement, krippendorff_alpha};
pub use renderings::{Rendering, RenderingOp, RenderingPart, RenderingVerb, RenderingVersion};
pub use stances::PropositionSummary;
pub use statistics::{
    Bootstrap, Cluster, ErrorModel, ErrorModelError, Interval, MOST_LABELS, bounded_interval, percentile_interval,
};
pub use summary::{
    ActorInStory, ActorSummary, DocumentSummary, NameUse, StorySummary, SummaryOptions, sentence_id, summarize,
};
pub use syndication::{SentencePair, SharedText, SharedTextSummary, SharingOptions, shared_text};
pub use voices::{SpeakerSummary, VerbUse, VoiceUse};
pub use wording::{WordingClass, WordingOptions, WordingRow};
