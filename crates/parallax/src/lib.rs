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
mod config;
mod decode;
mod evaluate;
mod evaluate_actors;
mod evaluate_speakers;
mod gold;
mod input;
mod metadata;
mod models;
mod output;
mod polnear;
mod progress;
mod report;
mod stages;
mod tables;
mod terminal;
mod vectors_file;
mod wcxb;

pub use analyze::{Job, Tally, compare};
pub use config::Config;
pub use input::DocumentError;
pub use models::{Engine, EngineOptions, Models, Precision, find_models};
pub use parallax_ner::KnownActors;
