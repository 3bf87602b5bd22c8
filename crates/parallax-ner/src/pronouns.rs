//! Which actor a pronoun of the third person stands for.
//!
//! Candidates are ranked by a conditional logit over what syntax, distance, gender and repetition
//! tell (after Denis and Baldridge 2008, "Specialized models and ranking for coreference
//! resolution").

use crate::titles::Gender;

/// Third-person pronouns of one person, by what they tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pronoun {
    pub(crate) gender: Option<Gender>,
    pub(crate) is_plural: bool,
    pub(crate) is_possessive: bool,
    pub(crate) is_object: bool,
    pub(crate) is_reflexive: bool,
}

/// The pronoun that a word in small letters is. `before_noun` tells "her book" from "saw her".
pub(crate) fn pronoun(word: &str, before_noun: bool) -> Option<Pronoun> {
    let (gender, is_plural) = match word {
        "he" | "him" | "his" | "himself" => (Some(Gender::Male), false),
        "she" | "her" | "hers" | "herself" => (Some(Gender::Female), false),
        "they" | "them" | "their" | "theirs" | "themselves" => (None, true),
        _ => return None,
    };
    Some(Pronoun {
        gender,
        is_plural,
        is_possessive: matches!(word, "his" | "their") || word == "her" && before_noun,
        is_object: matches!(word, "him" | "them") || word == "her" && !before_noun,
        is_reflexive: matches!(word, "himself" | "herself" | "themselves"),
    })
}

/// Number of features.
pub(crate) const FEATURES: usize = 34;

/// What speaks for and against one candidate.
pub(crate) type Features = [f32; FEATURES];

/// The weights, in the order of [`NAMES`]: fitted on the development part of GAP (`parallax evaluate
/// gap --fit`), but for agreement in gender, which is set by hand: the two names of a
/// passage of GAP mostly have one gender, persons of the news do not.
pub(crate) const WEIGHTS: Features = [
    1.830, 0.566, -0.187, -0.709, -0.289, -0.646, 0.565, -0.111, -0.430, 0.452, 0.495, -0.084, -2.256, -0.159, 0.800,
    -6.000, 0.000, 0.559, 0.233, -0.660, -0.461, -1.865, 2.522, -0.300, -3.001, 0.309, -1.599, -0.030, -0.129, 0.572,
    0.952, 0.345, 0.148, -0.047,
];

/// What the weights were set to by hand before they were fitted, in the same order.
pub(crate) const PRIOR: Features = [
    1.0, 0.8, 0.2, -0.5, -0.2, -0.6, 0.8, 0.3, -0.1, 0.1, 0.6, 0.4, -2.5, 0.0, 0.8, -6.0, 0.0, 0.3, 0.2, 0.3, 0.5, 0.0,
    0.8, -0.3, -3.0, 0.3, -0.1, 0.2, -0.1, -0.1, 0.4, 0.3, 0.2, 0.0,
];

/// What each feature is.
pub(crate) const NAMES: [&str; FEATURES] = [
    "same sentence",
    "last sentence",
    "two sentences back",
    "further back",
    "log words between",
    "others between",
    "subject",
    "first in its sentence",
    "oblique",
    "possessor",
    "subject for subject",
    "possessive of the subject",
    "object of its own clause's subject",
    "subject behind an object of the sentence",
    "gender agrees",
    "gender differs",
    "gender unknown",
    "log mentions",
    "first person of the text",
    "last mention a pronoun",
    "same gender's pronoun in the sentence",
    "behind the pronoun",
    "behind a fronted clause",
    "other block",
    "reports the quotation",
    "in the same quotation",
    "one of two names joined",
    "full name",
    "other clause",
    "object",
    "subject of the last sentence, pronoun opens this one",
    "was a subject in this or the last sentence",
    "most mentioned",
    "in another quotation, or out of one",
];

pub(crate) fn score(features: &Features) -> f32 {
    features.iter().zip(&WEIGHTS).map(|(feature, weight)| feature * weight).sum()
}
