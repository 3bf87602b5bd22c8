//! Named entities, and the actors they name, within and across articles.
//!
//! * [`EntityTagger`]: hidden states of a sentence to the names in it.
//! * [`resolve`]: the names of an article to its actors ("Ana Ruiz", "President Ruiz", "Ruiz").
//! * [`merge`]: the actors of a story's articles to the actors of the story.
//! * [`conll`]: column files and their score.
//!
//! Only [`EntityTagger`] needs a model; the rest are functions of their arguments.

#![forbid(unsafe_code)]

mod actors;
mod aliases;
pub mod conll;
mod decode;
mod head;
mod names;
mod repair;
mod spans;
mod story;
mod things;
mod titles;

pub use actors::resolve;
pub use decode::{Tag, chunks};
pub use head::{EntityTagger, NerError, WordLabel};
pub use story::{ActorsOf, ArticleActor, StoryActor, merge};
