//! Named entities, and the actors they name, within and across articles.
//!
//! * [`EntityTagger`]: hidden states of a sentence to the names in it.
//! * [`labels`]: the names among words that another model labelled.
//! * [`resolve`]: the names of an article to its actors ("Ana Ruiz", "President Ruiz", "Ruiz").
//! * [`merge`]: the actors of a story's articles to the actors of the story.
//! * [`conll`]: column files and their score.
//!
//! Only [`EntityTagger`] needs a model; the rest are functions of their arguments.

#![forbid(unsafe_code)]

mod actors;
mod aliases;
pub mod conll;
pub mod coref;
mod countries;
mod decode;
mod descriptions;
mod first_person;
pub mod gap;
mod given_names;
mod head;
mod known;
pub mod labels;
mod links;
mod names;
pub mod naming;
mod profile;
mod pronouns;
mod refer;
mod repair;
mod roles;
mod spans;
mod story;
mod syntax;
mod things;
mod titles;
mod words;

pub use actors::resolve;
pub use decode::{Tag, chunks};
pub use first_person::{Spoken, first_person};
pub use head::{EntityTagger, NerError, WordLabel};
pub use known::{KnownActor, KnownActors, KnownActorsError};
pub use links::{Link, Relation, links};
pub use refer::refer;
pub use story::{ActorsOf, ArticleActor, OfficeOf, StoryActor, merge};
