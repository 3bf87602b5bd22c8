//! The places that the model judges, with their features: what its training needs.

use crate::gaps::{BUCKETS, Judge};
use parallax_text::Span;

/// Number of hashed features, one weight each.
pub const FEATURES: usize = BUCKETS;

/// White space where no rule decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// First byte of the white space.
    pub at: usize,
    /// Hashed features, each below [`FEATURES`].
    pub features: Vec<u32>,
    /// Whether a sentence ends here.
    pub ends: bool,
}

/// The undecided places of a text whose sentences are known, in order. A sentence that ends at one
/// is taken to be found.
#[must_use]
pub fn places(text: &str, sentences: &[Span]) -> Vec<Place> {
    let ends = sentences.iter().map(|span| span.end()).collect();
    let mut recorder = Recorder { ends, places: Vec::new() };
    crate::split_with(text, &mut recorder);
    recorder.places
}

/// The sentences by the rules alone, without the model.
#[must_use]
pub fn split_by_rules(text: &str) -> Vec<Span> {
    crate::split_with(text, &mut Recorder { ends: Vec::new(), places: Vec::new() })
}

struct Recorder {
    /// Sorted.
    ends: Vec<usize>,
    places: Vec<Place>,
}

impl Judge for Recorder {
    fn ends(&mut self, at: usize, _: bool, features: &[u32]) -> bool {
        let ends = self.ends.binary_search(&at).is_ok();
        self.places.push(Place { at, features: features.to_vec(), ends });
        ends
    }
}
