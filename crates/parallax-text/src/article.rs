//! An article as the cleaner leaves it, and the document it belongs to.

use crate::{AlignedText, Span};
use serde::{Deserialize, Serialize};

/// What a kept block of an article is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BlockKind {
    /// The headline.
    Headline,
    /// The line under the headline (standfirst).
    Dek,
    /// A bullet of the summary that some outlets put before the body.
    Summary,
    /// Who wrote it, credits included.
    Byline,
    /// Place and date of writing, where it stands on a line of its own.
    Dateline,
    /// A paragraph, or a list item, of the body.
    Body,
    /// A heading inside the body.
    Subhead,
    /// A quotation set off from the body that does not repeat it.
    PullQuote,
    /// The text to a picture, with its credit.
    Caption,
}

impl BlockKind {
    /// Whether figures on "the body" count this block. Headline, dek, summary and captions are
    /// kept and analysed, but are zones of their own.
    #[must_use]
    pub fn is_body(self) -> bool {
        matches!(self, BlockKind::Body | BlockKind::PullQuote)
    }

    /// Whether the block holds prose that stages should read (bylines and datelines do not).
    #[must_use]
    pub fn is_prose(self) -> bool {
        !matches!(self, BlockKind::Byline | BlockKind::Dateline)
    }

    /// The name in the output contract.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            BlockKind::Headline => "headline",
            BlockKind::Dek => "dek",
            BlockKind::Summary => "summary",
            BlockKind::Byline => "byline",
            BlockKind::Dateline => "dateline",
            BlockKind::Body => "body",
            BlockKind::Subhead => "subhead",
            BlockKind::PullQuote => "pull_quote",
            BlockKind::Caption => "caption",
        }
    }
}

/// Why a part of the page was dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DropKind {
    /// Menus, section labels, search boxes, tags.
    Navigation,
    /// Advertising.
    Advertisement,
    /// The outlet's own promotion: newsletters, apps, follow us.
    Promotion,
    /// Subscription walls, log-in forms and their notices.
    Paywall,
    /// Copyright, terms, cookies.
    Legal,
    /// Links to and teasers of other articles.
    Related,
    /// Share buttons.
    Share,
    /// Reader comments and invitations to comment.
    Comments,
    /// Repeats the body (pull quotes, teasers).
    Duplicate,
    /// Anything else that is not the article (dates of scraping, markup, leftovers).
    Other,
}

impl DropKind {
    /// The name in the output contract.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            DropKind::Navigation => "navigation",
            DropKind::Advertisement => "advertisement",
            DropKind::Promotion => "promotion",
            DropKind::Paywall => "paywall",
            DropKind::Legal => "legal",
            DropKind::Related => "related",
            DropKind::Share => "share",
            DropKind::Comments => "comments",
            DropKind::Duplicate => "duplicate",
            DropKind::Other => "other",
        }
    }
}

/// A kept part of the article.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block {
    /// What it is.
    pub kind: BlockKind,
    /// Bytes of the clean text.
    pub span: Span,
}

/// A dropped part of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dropped {
    /// Why it was dropped.
    pub kind: DropKind,
    /// Bytes of the **source**.
    pub source: Span,
}

/// How a field of the article was found, and what was passed over for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The field: `title`, `byline`, `published`, `outlet`, `language`, `truncated`, `encoding`.
    pub field: String,
    /// The value that was taken; `None` where there was evidence, but none that holds.
    pub value: Option<String>,
    /// Where from, in a word: `page_text`, `copyright_line`, `newsletter_line`, `json_ld`,
    /// `metadata`, `file_name`, ...
    pub method: String,
    /// The evidence in the clean text (bytes), where it was kept.
    pub clean: Option<Span>,
    /// The evidence in the source (bytes).
    pub source: Option<Span>,
    /// Other values that were seen and not taken.
    pub rejected: Vec<String>,
}

/// An article as the cleaner leaves it: what was kept, what was dropped, and what the page says
/// of itself. Fields are `None` (or empty) where the page does not tell; nothing is guessed.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Article {
    /// The kept text. Blocks are separated by an empty line.
    pub text: AlignedText,
    /// The kept blocks, in order, disjoint.
    pub blocks: Vec<Block>,
    /// The dropped parts, in order of the source.
    pub dropped: Vec<Dropped>,
    /// The headline.
    pub title: Option<String>,
    /// The authors, persons only.
    pub byline: Vec<String>,
    /// Day of publication, ISO 8601 (`2025-05-04`).
    pub published: Option<String>,
    /// The outlet's name as the page tells it.
    pub outlet: Option<String>,
    /// The address the page gives for itself.
    pub url: Option<String>,
    /// Language of the body, ISO 639-1.
    pub language: Option<String>,
    /// Whether the page stops before the article does.
    pub truncated: bool,
    /// How the fields were found.
    pub decisions: Vec<Decision>,
}

/// Where a document came from.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct SourceInfo {
    /// Path relative to the input folder, with forward slashes; `-` for standard input.
    pub path: String,
    /// Number of the record in its file, from 0 (files of one document: 0).
    pub record: u32,
    /// SHA-256 of the bytes of this record's text, as hexadecimal digits.
    pub sha256: String,
    /// How the bytes were decoded, lower case (`utf-8`, `windows-1252`, ...).
    pub encoding: String,
}

/// A document to analyse: decoded text with its identity.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Document {
    /// Unique in a run.
    pub doc_id: String,
    /// Where it came from.
    pub origin: SourceInfo,
    /// The story it belongs to, where the user says so.
    pub story: Option<String>,
    /// The decoded page; all source spans refer to it.
    pub source: String,
}
