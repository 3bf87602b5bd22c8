//! What the stages find in an article.

use crate::{Article, BlockKind, Document, SentenceVectors, Span};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A sentence of the clean text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sentence {
    /// Index of its block; a sentence never crosses blocks.
    pub block: u32,
    /// Bytes of the clean text.
    pub span: Span,
}

/// The four kinds of named entities of CoNLL-2003 (Tjong Kim Sang and De Meulder 2003).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum EntityKind {
    /// Persons.
    #[serde(rename = "PER")]
    Person,
    /// Organisations.
    #[serde(rename = "ORG")]
    Organization,
    /// Places, countries included.
    #[serde(rename = "LOC")]
    Location,
    /// Other names: nationalities, events, works.
    #[serde(rename = "MISC")]
    Miscellaneous,
}

impl EntityKind {
    /// All kinds, in the order of the output contract.
    pub const ALL: [EntityKind; 4] =
        [EntityKind::Person, EntityKind::Organization, EntityKind::Location, EntityKind::Miscellaneous];

    /// The label of CoNLL-2003 and of the output contract.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            EntityKind::Person => "PER",
            EntityKind::Organization => "ORG",
            EntityKind::Location => "LOC",
            EntityKind::Miscellaneous => "MISC",
        }
    }

    /// The kind with this label.
    #[must_use]
    pub fn from_label(label: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.label() == label)
    }
}

/// In which form a mention names its actor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MentionForm {
    /// The full name ("Claudia Sheinbaum").
    Name,
    /// A part or an abbreviation of it ("Sheinbaum", "WSJ").
    ShortName,
    /// The name with a title before it ("President Trump").
    Title,
    /// A description without the name ("the Mexican president").
    Description,
    /// A pronoun.
    Pronoun,
}

impl MentionForm {
    /// Whether the name, or a part of it, is said.
    #[must_use]
    pub fn is_named(self) -> bool {
        matches!(self, MentionForm::Name | MentionForm::ShortName | MentionForm::Title)
    }
}

/// One place where an actor is named.
#[derive(Clone, Debug, PartialEq)]
pub struct Mention {
    /// Index of its sentence.
    pub sentence: u32,
    /// Bytes of the clean text.
    pub span: Span,
    /// What kind of entity.
    pub kind: EntityKind,
    /// Name, part of a name, title, description or pronoun.
    pub form: MentionForm,
    /// Probability of the mention as a whole, 0 to 1: the least certain of its words.
    pub score: f32,
    /// Index of the entity it was grouped to.
    pub entity: Option<u32>,
}

/// One actor of the article.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entity {
    /// The fullest name the article uses.
    pub name: String,
    /// Its kind, by majority of its mentions.
    pub kind: EntityKind,
    /// Indices of its mentions, in order of the text.
    pub mentions: Vec<u32>,
}

/// How a quotation is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QuoteKind {
    /// Whole sentences between quotation marks.
    Direct,
    /// A speaker's words without quotation marks.
    Indirect,
    /// Parts of the speaker's words between quotation marks inside the outlet's sentence.
    Mixed,
}

/// Who speaks in a quotation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Speaker {
    /// Index of the entity, where it was resolved.
    pub entity: Option<u32>,
    /// Index of the mention that names the speaker.
    pub mention: Option<u32>,
    /// The words that name the speaker, bytes of the clean text.
    pub span: Span,
}

/// What a reporting verb says about the words it introduces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VerbClass {
    /// No judgement: say, tell, add.
    Neutral,
    /// The speaker stands by it, or it is presented as so: insist, confirm, point out.
    Assertive,
    /// The writer keeps a distance, or the speaker disputes: claim, allege, deny.
    Doubting,
    /// The speaker's feeling or manner: boast, warn, accuse, lash out.
    Emotive,
}

impl VerbClass {
    /// All classes, in the order of reports.
    pub const ALL: [VerbClass; 4] = [VerbClass::Neutral, VerbClass::Assertive, VerbClass::Doubting, VerbClass::Emotive];

    /// The name in the output contract.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            VerbClass::Neutral => "neutral",
            VerbClass::Assertive => "assertive",
            VerbClass::Doubting => "doubting",
            VerbClass::Emotive => "emotive",
        }
    }
}

/// The words that introduce a quotation ("said", "according to").
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cue {
    /// Bytes of the clean text.
    pub span: Span,
    /// Base form of the verb, or the phrase, in lower case.
    pub lemma: String,
    /// Its class, where the table of verbs has it.
    pub class: Option<VerbClass>,
}

/// A quotation: one stretch of a speaker's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quote {
    /// Direct, indirect or mixed.
    pub kind: QuoteKind,
    /// Bytes of the clean text, quotation marks included.
    pub span: Span,
    /// Who speaks, where that was worked out.
    pub speaker: Option<Speaker>,
    /// The introducing word, where that was worked out.
    pub cue: Option<Cue>,
    /// Index of the earlier quotation that it goes on from: parts of one statement, split by the
    /// words that attribute it or by the end of a paragraph.
    pub continues: Option<u32>,
}

/// Whose words a judgement stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Voice {
    /// The outlet's own: no quotation and no reporting verb is near.
    Own,
    /// Inside quotation marks: a speaker's.
    Direct,
    /// Reported without quotation marks: a speaker's.
    Indirect,
    /// Partly quoted.
    Mixed,
    /// A quotation or a reporting verb is near, and whose judgement it is was not worked out.
    Unresolved,
}

impl Voice {
    /// All voices, in the order of reports.
    pub const ALL: [Voice; 5] = [Voice::Own, Voice::Direct, Voice::Indirect, Voice::Mixed, Voice::Unresolved];

    /// The name in the output contract.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Voice::Own => "own",
            Voice::Direct => "direct",
            Voice::Indirect => "indirect",
            Voice::Mixed => "mixed",
            Voice::Unresolved => "unresolved",
        }
    }
}

/// Calibrated probabilities of the tone towards a target; they sum to 1.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct ToneScores {
    /// Probability of a negative tone.
    pub negative: f32,
    /// Probability of no tone.
    pub neutral: f32,
    /// Probability of a positive tone.
    pub positive: f32,
}

impl ToneScores {
    /// Expected tone: positive minus negative probability, -1 to 1.
    #[must_use]
    pub fn mean(self) -> f32 {
        self.positive - self.negative
    }
}

/// The tone of one sentence towards one mention in it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tone {
    /// Index of the mention: the target.
    pub mention: u32,
    /// Index of the sentence.
    pub sentence: u32,
    /// Kind of the block it stands in.
    pub zone: BlockKind,
    /// Whose words it stands in.
    pub voice: Voice,
    /// Index of the entity who holds the view; `None` for the outlet, or where it is not known.
    pub holder: Option<u32>,
    /// Index of the quotation it stands in.
    pub quote: Option<u32>,
    /// The probabilities.
    pub scores: ToneScores,
}

/// How strongly a sentence is set in each frame of a codebook.
#[derive(Clone, Debug, PartialEq)]
pub struct FrameScores {
    /// Index of the sentence.
    pub sentence: u32,
    /// Name of the codebook.
    pub codebook: Arc<str>,
    /// Score of each of its frames, 0 to 1, in the codebook's order.
    pub scores: Vec<(Arc<str>, f32)>,
}

/// Calibrated probabilities of the stance to a proposition; they sum to 1.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct StanceScores {
    /// Probability that the sentence speaks against it.
    pub against: f32,
    /// Probability that it speaks for it.
    pub favor: f32,
    /// Probability of neither.
    pub neither: f32,
}

impl StanceScores {
    /// Expected stance: probability for minus probability against, -1 to 1.
    #[must_use]
    pub fn mean(self) -> f32 {
        self.favor - self.against
    }
}

/// The stance of one sentence to one proposition of the user.
#[derive(Clone, Debug, PartialEq)]
pub struct Stance {
    /// Index of the sentence.
    pub sentence: u32,
    /// The proposition, as the user wrote it.
    pub proposition: Arc<str>,
    /// Whose words the sentence is: of its words, those of most.
    pub voice: Voice,
    /// Index of the entity who holds the view; `None` for the outlet, or where it is not known.
    pub holder: Option<u32>,
    /// Index of the quotation it stands in.
    pub quote: Option<u32>,
    /// The probabilities.
    pub scores: StanceScores,
}

/// How loaded the wording of a sentence is.
#[derive(Clone, Debug, PartialEq)]
pub struct Wording {
    /// Index of the sentence.
    pub sentence: u32,
    /// Probability that readers call the sentence biased, 0 to 1.
    pub loaded: f32,
    /// The words that carry it (bytes of the clean text), with their scores, 0 to 1.
    pub words: Vec<(Span, f32)>,
}

/// Whether a layer of annotation was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LayerStatus {
    /// It ran; nothing there means that nothing was found.
    Done,
    /// It was not asked for, or does not exist yet.
    NotRun,
    /// The article's language is not one the layer's model knows.
    UnsupportedLanguage,
    /// It ran and failed; the error is in `run.json`.
    Failed,
}

/// One layer of annotation and what made it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layer {
    /// Name: `sentences`, `ner`, `quotes`, `attribution`, `tone`, `frames`, ...
    pub name: String,
    /// Whether it was made.
    pub status: LayerStatus,
    /// SHA-256 of the model, for layers that have one.
    pub model_sha256: Option<String>,
    /// Engine and precision, for layers that have a model.
    pub engine: Option<(String, String)>,
}

/// The layers of an article, in fixed order.
pub type Layers = Vec<Layer>;

/// An article with all that was found in it.
#[derive(Clone, Debug, PartialEq)]
pub struct AnnotatedArticle {
    /// Identity and source.
    pub document: Document,
    /// The cleaned article.
    pub article: Article,
    /// Sentences of all blocks, in order.
    pub sentences: Vec<Sentence>,
    /// Mentions, in order of the text.
    pub mentions: Vec<Mention>,
    /// Entities, by first mention.
    pub entities: Vec<Entity>,
    /// Quotations, in order of the text.
    pub quotes: Vec<Quote>,
    /// Tones, in order of their mentions.
    pub tones: Vec<Tone>,
    /// Frames of sentences, by sentence, then codebook.
    pub frames: Vec<FrameScores>,
    /// Stances to the user's propositions, by sentence, then proposition.
    pub stances: Vec<Stance>,
    /// Loaded wording, by sentence.
    pub wording: Vec<Wording>,
    /// One vector a sentence; `None` where none were made.
    pub vectors: Option<SentenceVectors>,
    /// What ran.
    pub layers: Layers,
}

impl AnnotatedArticle {
    /// The clean text.
    #[must_use]
    pub fn text(&self) -> &str {
        self.article.text.text()
    }

    /// The kind of the block a sentence stands in.
    ///
    /// # Panics
    /// If the article has no such sentence.
    #[must_use]
    pub fn zone(&self, sentence: u32) -> BlockKind {
        self.article.blocks[self.sentences[sentence as usize].block as usize].kind
    }
}
