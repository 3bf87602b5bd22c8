//! Codebooks: sets of frames, each with words that say what belongs to it.

use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A user's set of frames, for which nothing has to be trained: what is said of a frame is encoded
/// as sentences are, and sentences are compared to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Codebook {
    /// Its name, as it stands in every result.
    pub name: String,
    /// The frames, in the order of reports.
    #[serde(rename = "frame")]
    pub frames: Vec<CodebookFrame>,
}

/// A frame of a codebook.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CodebookFrame {
    /// Its name, as it stands in every result.
    pub name: String,
    /// What the frame is, in a sentence.
    pub definition: String,
    /// What belongs to it: words, or whole sentences.
    #[serde(default)]
    pub include: Vec<String>,
    /// What seems to belong to it and does not.
    #[serde(default)]
    pub exclude: Vec<String>,
    /// Sentences that a coder would give this frame.
    #[serde(default)]
    pub examples: Vec<String>,
}

/// A codebook that cannot be used, with what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CodebookError {
    /// A name or a text is empty.
    #[error("{what} is empty: write it, or leave the entry out")]
    Empty {
        /// Which one.
        what: String,
    },
    /// No frames.
    #[error("the codebook has no frames: give each a [[frame]] with `name` and `definition`")]
    NoFrames,
    /// Two frames of one name.
    #[error("two frames are called {name:?}: give each a name of its own")]
    Twice {
        /// The name.
        name: String,
    },
    /// More than can be read.
    #[error("the codebook has {found} {what}, and at most {most} are read: split it")]
    TooMany {
        /// `frames`, or `texts in the frame NAME`.
        what: String,
        /// How many there are.
        found: usize,
        /// How many there may be.
        most: usize,
    },
}

impl Codebook {
    /// The most frames that a codebook may have.
    pub const MOST_FRAMES: usize = 200;
    /// The most texts (`include`, `exclude` and `examples`) that a frame may have.
    pub const MOST_TEXTS: usize = 200;

    /// Refuses what nothing can be compared to.
    ///
    /// # Errors
    /// Names the first entry that is empty, there twice, or too large.
    pub fn check(&self) -> Result<(), CodebookError> {
        let filled = |what: String, text: &str| {
            if text.trim().is_empty() { Err(CodebookError::Empty { what }) } else { Ok(()) }
        };
        let limit = |what: &str, found: usize, most: usize| {
            if found > most { Err(CodebookError::TooMany { what: what.to_owned(), found, most }) } else { Ok(()) }
        };
        filled("the codebook's `name`".to_owned(), &self.name)?;
        if self.frames.is_empty() {
            return Err(CodebookError::NoFrames);
        }
        limit("frames", self.frames.len(), Self::MOST_FRAMES)?;
        let mut names = BTreeSet::new();
        for (number, frame) in self.frames.iter().enumerate() {
            filled(format!("the `name` of frame {}", number + 1), &frame.name)?;
            filled(format!("the `definition` of the frame {:?}", frame.name), &frame.definition)?;
            let texts = [("include", &frame.include), ("exclude", &frame.exclude), ("examples", &frame.examples)];
            for (list, texts) in texts {
                for text in texts {
                    filled(format!("a text in `{list}` of the frame {:?}", frame.name), text)?;
                }
            }
            let found = texts.iter().map(|(_, texts)| texts.len()).sum();
            limit(&format!("texts in the frame {:?}", frame.name), found, Self::MOST_TEXTS)?;
            if !names.insert(&frame.name) {
                return Err(CodebookError::Twice { name: frame.name.clone() });
            }
        }
        Ok(())
    }
}

impl CodebookFrame {
    /// Name and definition as one text: what a frame is compared by first.
    #[must_use]
    pub fn text(&self) -> String {
        format!("{}: {}", self.name, self.definition)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codebook() -> Codebook {
        let frame = |name: &str| CodebookFrame {
            name: name.to_owned(),
            definition: "what it costs".to_owned(),
            include: vec!["fares".to_owned()],
            exclude: Vec::new(),
            examples: vec!["The ferry costs more than it earns.".to_owned()],
        };
        Codebook { name: "ferries".to_owned(), frames: vec![frame("money"), frame("islands")] }
    }

    #[track_caller]
    fn check(change: impl Fn(&mut Codebook), message: &str) {
        let mut one = codebook();
        change(&mut one);
        assert_eq!(one.check().map_err(|error| error.to_string()), Err(message.to_owned()));
    }

    #[test]
    fn what_cannot_be_compared_is_refused_by_name() {
        assert_eq!(codebook().check(), Ok(()));
        check(|c| c.name = " ".into(), "the codebook's `name` is empty: write it, or leave the entry out");
        check(|c| c.frames.clear(), "the codebook has no frames: give each a [[frame]] with `name` and `definition`");
        check(|c| c.frames[1].name.clear(), "the `name` of frame 2 is empty: write it, or leave the entry out");
        check(
            |c| c.frames[0].definition.clear(),
            "the `definition` of the frame \"money\" is empty: write it, or leave the entry out",
        );
        check(
            |c| c.frames[1].exclude.push(String::new()),
            "a text in `exclude` of the frame \"islands\" is empty: write it, or leave the entry out",
        );
        check(|c| c.frames[1].name = "money".into(), "two frames are called \"money\": give each a name of its own");
        check(
            |c| c.frames[0].include = vec!["fare".into(); 200],
            "the codebook has 201 texts in the frame \"money\", and at most 200 are read: split it",
        );
    }
}
