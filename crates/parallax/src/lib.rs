//! How outlets frame the same event: the driver of Parallax, as a library and a program.
//!
//! The stages are crates of their own ([`parallax_clean`], [`parallax_split`],
//! [`parallax_encoder`], [`parallax_ner`], [`parallax_stance`], [`parallax_quotes`],
//! [`parallax_compare`]); this crate opens files, starts threads, loads models and writes results.
//!
//! ```no_run
//! use parallax::{Config, Engine, Job, KnownActors, Models, compare, find_models};
//! # fn main() -> anyhow::Result<()> {
//! let models = Models::load(&find_models(None)?, Engine::Native)?;
//! let config = Config { threads: 2, ..Config::default() };
//! let actors = KnownActors::default();
//! let job = Job { inputs: vec!["pages".into()], metadata: None, clean: true, actors, config, quiet: true };
//! let mut articles = Vec::new();
//! let tally = job.annotate(&models, |article| {
//!     articles.push(article);
//!     Ok(())
//! })?;
//! let stories = compare(&articles, &job.actors, &job.config, &models);
//! println!("{} articles, {} failed, {} stories", tally.done, tally.errors.len(), stories.len());
//! # Ok(())
//! # }
//! ```

#![forbid(unsafe_code)]

pub mod actors_file;
mod analyze;
mod annotate;
pub mod cli;
pub mod codebook_file;
mod coders;
mod config;
mod decode;
mod errors;
mod evaluate;
mod evaluate_actors;
mod evaluate_coverage;
mod evaluate_heads;
mod evaluate_speakers;
mod explain;
pub mod export;
mod gold;
mod input;
mod judge;
mod messages;
mod metadata;
mod models;
mod output;
mod polnear;
mod progress;
mod report;
mod shell;
mod stages;
mod story_tables;
mod table;
mod tables;
mod terminal;
pub mod user_models;
mod vectors_file;
mod verify;
mod wcxb;
mod whole_file;

pub use analyze::{Job, Tally, compare, compare_coded};
pub use config::{Config, SharedTextUse};
pub use input::DocumentError;
pub use models::{Discourse, Engine, EngineOptions, Models, Precision, StanceJudge, find_models};
pub use parallax_encoder::Device;
pub use parallax_ner::KnownActors;
pub use user_models::UserModels;
