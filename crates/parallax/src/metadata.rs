//! What the user says about documents: it overrides what was detected.

use anyhow::{Context, Result, bail};
use parallax_text::{Article, Block, BlockKind, Decision, Span};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;

/// Fields that a metadata table, a JSON Lines record or a CSV row declares for a document.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub(crate) struct Declared {
    #[serde(default)]
    pub(crate) doc_id: Option<String>,
    #[serde(default)]
    pub(crate) outlet: Option<String>,
    #[serde(default)]
    pub(crate) title: Option<String>,
    #[serde(default)]
    pub(crate) published: Option<String>,
    #[serde(default)]
    pub(crate) url: Option<String>,
    #[serde(default)]
    pub(crate) story: Option<String>,
}

impl Declared {
    /// The record without empty fields.
    pub(crate) fn without_blanks(self) -> Self {
        let set = |field: Option<String>| field.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        Self {
            doc_id: set(self.doc_id),
            outlet: set(self.outlet),
            title: set(self.title),
            published: set(self.published),
            url: set(self.url),
            story: set(self.story),
        }
    }

    /// Fields of `self`, and those of `other` where `self` has none.
    pub(crate) fn or(self, other: &Declared) -> Self {
        Self {
            doc_id: self.doc_id.or_else(|| other.doc_id.clone()),
            outlet: self.outlet.or_else(|| other.outlet.clone()),
            title: self.title.or_else(|| other.title.clone()),
            published: self.published.or_else(|| other.published.clone()),
            url: self.url.or_else(|| other.url.clone()),
            story: self.story.or_else(|| other.story.clone()),
        }
    }

    /// Writes the declared fields into an article, with a decision for each. Where `insert_title`
    /// is set and the article has no headline block, a declared title becomes one: it stands
    /// before the text, as a replacement of nothing.
    pub(crate) fn apply(&self, article: &mut Article, insert_title: bool) {
        for (field, declared, slot) in [
            ("outlet", &self.outlet, &mut article.outlet),
            ("title", &self.title, &mut article.title),
            ("published", &self.published, &mut article.published),
            ("url", &self.url, &mut article.url),
        ] {
            let Some(value) = declared else { continue };
            let mut rejected: Vec<String> = Vec::new();
            if let Some(at) = article.decisions.iter().position(|decision| decision.field == field) {
                let detected = article.decisions.remove(at);
                rejected.extend(detected.value.filter(|found| found != value));
                rejected.extend(detected.rejected.into_iter().filter(|found| found != value));
            } else {
                rejected.extend(slot.take().filter(|found| found != value));
            }
            article.decisions.push(Decision {
                field: field.to_owned(),
                value: Some(value.clone()),
                method: "metadata".to_owned(),
                clean: None,
                source: None,
                rejected,
            });
            *slot = Some(value.clone());
        }
        let has_headline = article.blocks.iter().any(|block| block.kind == BlockKind::Headline);
        if let (Some(title), true, false) = (&self.title, insert_title, has_headline) {
            insert_headline(article, &title.split_whitespace().collect::<Vec<_>>().join(" "));
        }
    }
}

fn insert_headline(article: &mut Article, title: &str) {
    let separator = if article.blocks.is_empty() { "" } else { "\n\n" };
    article.text = std::mem::take(&mut article.text).prefixed(&format!("{title}{separator}"));
    let shift = title.len() + separator.len();
    for block in &mut article.blocks {
        block.span = block.span.shifted(shift);
    }
    for decision in &mut article.decisions {
        decision.clean = decision.clean.map(|span| span.shifted(shift));
    }
    article.blocks.insert(0, Block { kind: BlockKind::Headline, span: Span::new(0, title.len()) });
}

/// The day of an ISO 8601 date or date-time, or `None` where it is not one.
pub(crate) fn iso_day(text: &str) -> Option<String> {
    let day = text.get(..10)?;
    let shape = text.len() == 10 || matches!(text.as_bytes()[10], b'T' | b' ');
    (shape && day.parse::<jiff::civil::Date>().is_ok()).then(|| day.to_owned())
}

/// A metadata table: what it declares, by file and by id.
#[derive(Debug, Default)]
pub(crate) struct MetadataTable {
    by_file: BTreeMap<String, Declared>,
    by_id: BTreeMap<String, Declared>,
}

impl MetadataTable {
    /// Reads a CSV file with the columns `doc_id,file,outlet,published,title,url,story`, of which
    /// `file` or `doc_id` is needed and the others may be left out or empty.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        const COLUMNS: &str = "doc_id,file,outlet,published,title,url,story";
        let name = path.display();
        let mut reader = csv::ReaderBuilder::new()
            .trim(csv::Trim::All)
            .from_path(path)
            .with_context(|| format!("{name}: the metadata table cannot be opened"))?;
        let headers = reader.headers().with_context(|| format!("{name}: not a CSV file in UTF-8"))?.clone();
        if !headers.iter().any(|column| matches!(column.trim_start_matches('\u{feff}'), "file" | "doc_id")) {
            bail!("{name}: the metadata table has neither a column `file` nor `doc_id`; its columns may be {COLUMNS}");
        }
        let mut table = Self::default();
        for (index, row) in reader.records().enumerate() {
            let row = row.with_context(|| format!("{name}: row {} cannot be read", index + 2))?;
            let field = |wanted: &str| {
                let at = headers.iter().position(|column| column.trim_start_matches('\u{feff}') == wanted)?;
                row.get(at).map(ToOwned::to_owned)
            };
            let mut declared = Declared {
                doc_id: field("doc_id"),
                outlet: field("outlet"),
                title: field("title"),
                published: field("published"),
                url: field("url"),
                story: field("story"),
            }
            .without_blanks();
            if let Some(published) = &declared.published {
                let Some(day) = iso_day(published) else {
                    bail!("{name}: row {}: `published` is {published:?}; write it as 2025-05-04", index + 2);
                };
                declared.published = Some(day);
            }
            let file = field("file").filter(|file| !file.is_empty());
            let duplicate = match (&file, &declared.doc_id) {
                (Some(file), _) => table.by_file.insert(file.replace('\\', "/"), declared).is_some(),
                (None, Some(id)) => table.by_id.insert(id.clone(), declared.clone()).is_some(),
                (None, None) => bail!("{name}: row {} names neither a file nor a doc_id", index + 2),
            };
            if duplicate {
                bail!("{name}: row {} names a document that an earlier row named; keep one of them", index + 2);
            }
        }
        Ok(table)
    }

    /// What the table says of a document.
    pub(crate) fn of(&self, file: &str, doc_id: &str) -> Option<&Declared> {
        self.by_file.get(file).or_else(|| self.by_id.get(doc_id))
    }

    /// The outlet of each row that names one.
    pub(crate) fn outlets(&self) -> impl Iterator<Item = &str> {
        self.by_file.values().chain(self.by_id.values()).filter_map(|row| row.outlet.as_deref())
    }

    /// The rows that no document matched.
    pub(crate) fn unmatched(&self, files: &[String], doc_ids: &[String]) -> Vec<String> {
        let files = self.by_file.keys().filter(|file| !files.contains(file));
        let ids = self.by_id.keys().filter(|id| !doc_ids.contains(id));
        files.chain(ids).cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use parallax_text::AlignedText;

    #[test]
    fn days_are_taken_from_dates_and_date_times() {
        assert_eq!(iso_day("2025-05-04").as_deref(), Some("2025-05-04"));
        assert_eq!(iso_day("2025-05-04T10:00:00Z").as_deref(), Some("2025-05-04"));
        assert_eq!((iso_day("2025-02-30"), iso_day("4 May 2025"), iso_day("2025-05-041")), (None, None, None));
    }

    #[test]
    fn declared_fields_win_and_say_what_they_replaced() {
        let mut article = Article { outlet: Some("Page Name".into()), ..Article::default() };
        let declared = Declared { outlet: Some("User Name".into()), ..Declared::default() };
        declared.apply(&mut article, true);
        assert_eq!(article.outlet.as_deref(), Some("User Name"));
        assert_eq!(article.decisions[0].rejected, ["Page Name"]);
    }

    #[test]
    fn a_declared_title_becomes_the_headline_of_a_page_that_has_none() {
        let source = "The body.";
        let mut article = Article {
            text: AlignedText::identity(source),
            blocks: vec![Block { kind: BlockKind::Body, span: Span::new(0, 9) }],
            ..Article::default()
        };
        let declared = Declared { title: Some("A  title".into()), ..Declared::default() };
        declared.apply(&mut article, true);
        assert_eq!(article.text.text(), "A title\n\nThe body.");
        assert_eq!(&article.text.text()[article.blocks[1].span], "The body.");
        assert_eq!(article.text.verify(source), Ok(()));
    }
}
