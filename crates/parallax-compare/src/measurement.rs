//! The measurement record: the only thing that tables and reports show.

use parallax_text::{BlockKind, Voice};
use serde::{Deserialize, Serialize};

/// What a figure speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// One article, and only that.
    Article,
    /// All articles of one outlet in the story.
    Outlet,
    /// All articles of the story.
    Story,
}

/// Whether there is a figure, and if not, why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// There is a figure.
    Ok,
    /// Too little text for one: `value` is null, `n` and `evidence` say how much there is.
    Insufficient,
    /// It cannot be known (the page is truncated, a layer did not run).
    Unknown,
    /// The question does not arise (tone of a headline that is not there).
    NotApplicable,
}

/// One figure with its n, its uncertainty and the sentences it came from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Measurement {
    /// Unique in a run, and the same in every run on the same input.
    pub id: String,
    /// The story.
    pub story: String,
    /// What the figure speaks of.
    pub scope: Scope,
    /// The outlet; null where it is not known, or for scope `story`.
    pub outlet: Option<String>,
    /// The document, for scope `article`.
    pub doc_id: Option<String>,
    /// Name of the measure (see README, "Measures").
    pub measure: String,
    /// Id of the story's actor it is about.
    pub target: Option<String>,
    /// Id of the story's actor who holds the view.
    pub holder: Option<String>,
    /// Whose words.
    pub voice: Option<Voice>,
    /// In which blocks; null for all prose.
    pub zone: Option<BlockKind>,
    /// The figure; null unless `status` is `ok`.
    pub value: Option<f64>,
    /// Its unit: `words`, `mentions`, `share` (0 to 1), `score` (-1 to 1), `probability`.
    pub unit: String,
    /// How many observations it rests on.
    pub n: u64,
    /// How many of them stand in sentences that another article of the story has too, as they are
    /// or edited; null where that is not told apart.
    #[serde(default)]
    pub n_shared: Option<u64>,
    /// What was counted: `words`, `sentences`, `mentions`.
    pub n_unit: String,
    /// Lower end of the 95 % interval.
    pub ci_low: Option<f64>,
    /// Upper end of the 95 % interval.
    pub ci_high: Option<f64>,
    /// How the interval was made: `wilson`, `bootstrap_paragraphs`, `bootstrap_articles`.
    pub ci_kind: Option<String>,
    /// Whether there is a figure.
    pub status: Status,
    /// How the figure was made.
    pub method: String,
    /// The model behind it, `name@sha256` (first 12 digits); null for plain counts.
    pub model: Option<String>,
    /// Ids of the sentences it came from (`doc_id#sentence`).
    pub evidence: Vec<String>,
}

impl Measurement {
    /// The same figure for the views or words of one speaker, with an id of its own.
    pub(crate) fn held_by(self, actor: &str) -> Self {
        Self { id: format!("{}/by/{actor}", self.id), holder: Some(actor.to_owned()), ..self }
    }
}
