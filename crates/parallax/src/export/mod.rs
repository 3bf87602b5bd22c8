//! Results in the formats of other tools: tables for statistics, columns and standoff for annotation
//! tools, a matrix for reliability.
//!
//! Each format has a function of its own from a [`CheckedArticle`] to text; [`Exporter`] writes the
//! files. Positions are code points of the clean text, but for XMI, which counts UTF-16 units.
//!
//! ```no_run
//! use parallax::export::{CheckedArticle, conll};
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! for line in std::fs::read_to_string("out/annotations.jsonl")?.lines() {
//!     let record = serde_json::from_str(line)?;
//!     print!("{}", conll(&CheckedArticle::new(&record)?));
//! }
//! # Ok(())
//! # }
//! ```

mod article;
mod brat;
mod coder_matrix;
mod conll;
mod conllu;
#[cfg(test)]
pub(crate) mod fixture;
mod parquet;
mod results;
mod tokens;
mod web_annotation;
mod xmi;

pub use article::{CheckedArticle, RecordError};
pub use brat::{ANNOTATION_CONF, brat_annotations, brat_text};
pub use conll::conll;
pub use conllu::conllu;
pub use results::export_results;
pub use web_annotation::{PAGE_END, PAGE_START, text_name, web_annotations};
pub use xmi::{type_system, xmi};

use crate::tables::Tables;
use crate::whole_file::WholeFile;
use anyhow::{Context, Result};
use article::file_name;
use coder_matrix::{CoderFiles, CoderMatrix};
use parallax_text::record::ToneRecord;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// What results can be written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub enum Format {
    /// Tidy tables, comma-separated
    Csv,
    /// The same tables as Parquet files
    Parquet,
    /// Sentences and tokens with actors and positions (CoNLL-U)
    Conllu,
    /// Tokens with IOB2 labels of names (CoNLL-2003 columns)
    Conll,
    /// brat standoff, a .txt and an .ann file an article
    Brat,
    /// UIMA CAS XMI with its type system, for INCEpTION
    Xmi,
    /// W3C Web Annotations in JSON-LD, with the texts
    WebAnnotation,
    /// Units by coders (ReCal); several results are several coders
    Coders,
}

impl Format {
    /// The folder of its files.
    #[must_use]
    pub fn folder(self) -> &'static str {
        match self {
            Format::Csv => "csv",
            Format::Parquet => "parquet",
            Format::Conllu => "conllu",
            Format::Conll => "conll",
            Format::Brat => "brat",
            Format::Xmi => "xmi",
            Format::WebAnnotation => "web-annotation",
            Format::Coders => "coders",
        }
    }
}

/// Writes articles as they come into the folders of some formats. Files are named anew when they
/// are whole; what lies beside them stays.
#[derive(Debug)]
pub struct Exporter {
    folder: PathBuf,
    formats: BTreeSet<Format>,
    tables: Option<Tables>,
    coders: CoderMatrix,
    /// The files that all articles share, by name.
    open: BTreeMap<&'static str, WholeFile>,
    articles: usize,
    written: Exported,
}

/// What an export wrote.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exported {
    /// SHA-256 of each file by its path in the folder, with forward slashes.
    pub files: BTreeMap<String, String>,
    /// What the user should know.
    pub notes: Vec<String>,
}

const CONLLU: &str = "conllu/articles.conllu";
const CONLL: &str = "conll/articles.conll";
const WEB_ANNOTATION: &str = "web-annotation/annotations.jsonld";

impl Exporter {
    /// Begins an export into `folder`, which is made where it is missing.
    ///
    /// # Errors
    /// Where folders cannot be made or files not be written.
    pub fn new(folder: &Path, formats: &[Format]) -> Result<Self> {
        let formats: BTreeSet<Format> = formats.iter().copied().collect();
        for format in &formats {
            let inside = folder.join(format.folder());
            std::fs::create_dir_all(&inside)
                .with_context(|| format!("{}: the folder cannot be made; name another with --out", inside.display()))?;
        }
        let tabular = formats.contains(&Format::Csv) || formats.contains(&Format::Parquet);
        let mut coders = CoderMatrix::default();
        coders.next_run();
        let mut exporter = Self {
            folder: folder.to_path_buf(),
            tables: tabular.then(Tables::new),
            coders,
            open: BTreeMap::new(),
            articles: 0,
            written: Exported::default(),
            formats,
        };
        for format in exporter.formats.clone() {
            match format {
                Format::Conllu => exporter.append(CONLLU, "")?,
                Format::Conll => exporter.append(CONLL, "")?,
                Format::WebAnnotation => exporter.append(WEB_ANNOTATION, PAGE_START)?,
                Format::Brat => exporter.write("brat/annotation.conf", ANNOTATION_CONF.as_bytes())?,
                Format::Xmi => exporter.write("xmi/TypeSystem.xml", type_system().as_bytes())?,
                Format::Csv | Format::Parquet | Format::Coders => {}
            }
        }
        Ok(exporter)
    }

    /// Begins the next of several results: another coder of the matrix.
    pub(crate) fn next_run(&mut self) {
        self.coders.next_run();
    }

    /// Adds the tables of stories; all stories come before the first article.
    pub(crate) fn add_story(&mut self, of_stories: &Tables) {
        if let Some(tables) = &mut self.tables {
            tables.absorb(of_stories.clone());
        }
    }

    /// Adds an article to all formats.
    ///
    /// # Errors
    /// Where a file cannot be written.
    pub fn add(&mut self, article: &CheckedArticle<'_>) -> Result<()> {
        let name = file_name(&article.record().doc_id);
        for format in self.formats.clone() {
            match format {
                Format::Csv | Format::Parquet => {}
                Format::Conllu => self.append(CONLLU, &conllu(article, self.articles))?,
                Format::Conll => self.append(CONLL, &conll(article))?,
                Format::Brat => {
                    self.write(&format!("brat/{name}.txt"), brat_text(article).as_bytes())?;
                    self.write(&format!("brat/{name}.ann"), brat_annotations(article).as_bytes())?;
                }
                Format::Xmi => self.write(&format!("xmi/{name}.xmi"), xmi(article).as_bytes())?,
                Format::WebAnnotation => {
                    self.write(&format!("web-annotation/{}", text_name(article)), brat_text(article).as_bytes())?;
                    for annotation in web_annotations(article) {
                        let first = self.open.get(WEB_ANNOTATION).is_some_and(|file| file.len() == PAGE_START.len());
                        let comma = if first { "" } else { ",\n" };
                        self.append(WEB_ANNOTATION, &format!("{comma}{annotation}"))?;
                    }
                }
                Format::Coders => self.coders.add(article),
            }
        }
        if let Some(tables) = &mut self.tables {
            tables.add(article);
        }
        self.articles += 1;
        Ok(())
    }

    /// Writes what could not be written before all articles were there.
    ///
    /// # Errors
    /// Where a file cannot be written.
    pub fn finish(mut self) -> Result<Exported> {
        if self.formats.contains(&Format::WebAnnotation) {
            self.append(WEB_ANNOTATION, PAGE_END)?;
        }
        for (name, file) in std::mem::take(&mut self.open) {
            let hash = file.finish()?;
            self.written.files.insert(name.to_owned(), hash);
        }
        for table in self.tables.take().map(Tables::finish).unwrap_or_default() {
            if self.formats.contains(&Format::Csv) {
                self.write(&format!("csv/{}.csv", table.name), &table.csv()?)?;
            }
            if self.formats.contains(&Format::Parquet) {
                self.write(&format!("parquet/{}.parquet", table.name), &parquet::parquet(&table)?)?;
            }
        }
        if self.formats.contains(&Format::Coders) {
            let CoderFiles { files, notes } = self.coders.files()?;
            self.written.notes.extend(notes);
            for (name, bytes) in files {
                self.write(&format!("coders/{name}"), &bytes)?;
            }
        }
        Ok(self.written)
    }

    fn write(&mut self, name: &str, bytes: &[u8]) -> Result<()> {
        let mut file = WholeFile::create(&self.folder.join(name))?;
        file.write(bytes)?;
        let hash = file.finish()?;
        self.written.files.insert(name.to_owned(), hash);
        Ok(())
    }

    fn append(&mut self, name: &'static str, text: &str) -> Result<()> {
        let file = match self.open.entry(name) {
            std::collections::btree_map::Entry::Occupied(entry) => entry.into_mut(),
            std::collections::btree_map::Entry::Vacant(entry) => {
                entry.insert(WholeFile::create(&self.folder.join(name))?)
            }
        };
        file.write(text.as_bytes())
    }
}

/// The most probable tone; of two as probable, the one in the middle.
pub(crate) fn tone_label(tone: &ToneRecord) -> &'static str {
    if tone.neutral >= tone.negative && tone.neutral >= tone.positive {
        "neutral"
    } else if tone.negative >= tone.positive {
        "negative"
    } else {
        "positive"
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::fixture::full;
    use crate::input::hexadecimal;
    use clap::ValueEnum;
    use sha2::{Digest, Sha256};

    #[test]
    fn all_formats_of_an_article_are_written_whole() {
        let folder = tempfile::tempdir().unwrap();
        let mut record = full();
        let mut exporter = Exporter::new(folder.path(), Format::value_variants()).unwrap();
        for id in ["a b/c", &"x".repeat(300)] {
            record.doc_id = id.to_owned();
            exporter.add(&CheckedArticle::new(&record).unwrap()).unwrap();
        }
        let written = exporter.finish().unwrap();
        for (name, hash) in &written.files {
            let bytes = std::fs::read(folder.path().join(name)).unwrap();
            assert_eq!(hexadecimal(&Sha256::digest(bytes)), *hash, "{name}");
        }
        let page = std::fs::read(folder.path().join(WEB_ANNOTATION)).unwrap();
        let page: serde_json::Value = serde_json::from_slice(&page).unwrap();
        assert_eq!(page["items"].as_array().unwrap().len(), 18);
        for format in Format::value_variants() {
            assert!(written.files.keys().any(|name| name.starts_with(format.folder())), "{format:?}");
            let left = std::fs::read_dir(folder.path().join(format.folder())).unwrap();
            assert!(left.map(|entry| entry.unwrap().path()).all(|path| !path.to_string_lossy().ends_with(".partial")));
        }
        assert!(written.files.contains_key("brat/a%20b%2Fc.ann"), "{:?}", written.files.keys());
    }
}
