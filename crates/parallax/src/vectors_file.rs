//! `vectors.safetensors`: the vectors of all sentences, beside the records that they belong to.
//!
//! One tensor a document, under its `doc_id`: I8, `[sentences, width]`, a row for each sentence of
//! its record. Only directions count; a sentence without words is a row of zeros. Documents whose
//! language the model does not know have none. The metadata say `format` (`parallax/vectors/1`) and
//! `model_sha256`. (The format keeps the name `__metadata__` for itself: a document of that name is
//! written as `__metadata__ `, with a space.)

use anyhow::{Context, Result};
use parallax_text::{AnnotatedArticle, SentenceVectors};
use serde_json::{Map, Value, json};
use std::fs::File;
use std::io::{BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

const FORMAT: &str = "parallax/vectors/1";
const METADATA: &str = "__metadata__";

/// Hands over the file piece by piece, for articles that are in memory.
pub(crate) fn write(
    articles: &[AnnotatedArticle],
    model_sha256: &str,
    mut take: impl FnMut(&[u8]) -> Result<()>,
) -> Result<()> {
    let mut index = Index::new(model_sha256);
    let vectors = || articles.iter().filter_map(|article| Some((article, article.vectors.as_ref()?)));
    vectors().for_each(|(article, vectors)| index.add(&article.document.doc_id, vectors));
    take(&index.header()?)?;
    vectors().try_for_each(|(_, vectors)| take(&row_bytes(vectors).collect::<Vec<_>>()))
}

/// Writes the file while the articles come: what comes first in it is known last, so that vectors
/// wait in a file beside it, not in memory.
#[derive(Debug)]
pub(crate) struct VectorsFile {
    path: PathBuf,
    index: Index,
    waiting: BufWriter<File>,
}

impl VectorsFile {
    pub(crate) fn create(path: &Path, model_sha256: &str) -> Result<Self> {
        let waiting = File::create(beside(path, "rows")).with_context(|| cannot_write(path))?;
        Ok(Self { path: path.to_path_buf(), index: Index::new(model_sha256), waiting: BufWriter::new(waiting) })
    }

    pub(crate) fn add(&mut self, article: &AnnotatedArticle) -> Result<()> {
        let Some(vectors) = &article.vectors else { return Ok(()) };
        self.index.add(&article.document.doc_id, vectors);
        let rows: Vec<u8> = row_bytes(vectors).collect();
        self.waiting.write_all(&rows).with_context(|| cannot_write(&self.path))
    }

    pub(crate) fn finish(mut self) -> Result<()> {
        let (rows, partial) = (beside(&self.path, "rows"), beside(&self.path, "partial"));
        let header = self.index.header()?;
        let mut written = || {
            self.waiting.flush()?;
            let mut out = BufWriter::new(File::create(&partial)?);
            out.write_all(&header)?;
            std::io::copy(&mut BufReader::new(File::open(&rows)?), &mut out)?;
            out.into_inner().map_err(std::io::IntoInnerError::into_error)?.sync_all()?;
            std::fs::rename(&partial, &self.path)?;
            std::fs::remove_file(&rows)
        };
        written().with_context(|| cannot_write(&self.path))
    }
}

/// What stands before the rows: which document's lie where.
#[derive(Debug)]
struct Index {
    tensors: Map<String, Value>,
    end: usize,
}

impl Index {
    fn new(model_sha256: &str) -> Self {
        let metadata = json!({"format": FORMAT, "model_sha256": model_sha256});
        Self { tensors: Map::from_iter([(METADATA.to_owned(), metadata)]), end: 0 }
    }

    fn add(&mut self, doc_id: &str, vectors: &SentenceVectors) {
        let start = self.end;
        self.end += vectors.values().len();
        let name = if doc_id == METADATA { format!("{doc_id} ") } else { doc_id.to_owned() };
        let shape = [vectors.len(), vectors.width()];
        self.tensors.insert(name, json!({"dtype": "I8", "shape": shape, "data_offsets": [start, self.end]}));
    }

    /// Its length, and JSON filled up with spaces to whole eight bytes.
    fn header(&self) -> Result<Vec<u8>> {
        let mut json = serde_json::to_vec(&self.tensors)?;
        json.resize(json.len().next_multiple_of(8), b' ');
        Ok([(json.len() as u64).to_le_bytes().as_slice(), &json].concat())
    }
}

fn row_bytes(vectors: &SentenceVectors) -> impl Iterator<Item = u8> {
    vectors.values().iter().map(|value| value.cast_unsigned())
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    name.into()
}

fn cannot_write(path: &Path) -> String {
    format!("{}: cannot be written", path.display())
}

#[cfg(test)]
mod tests {
    use super::*;
    use parallax_text::{Article, Document, SourceInfo};

    fn article(doc_id: &str, vectors: Option<SentenceVectors>) -> AnnotatedArticle {
        let source = String::new();
        AnnotatedArticle {
            document: Document { doc_id: doc_id.to_owned(), origin: SourceInfo::default(), story: None, source },
            article: Article::default(),
            sentences: Vec::new(),
            mentions: Vec::new(),
            entities: Vec::new(),
            quotes: Vec::new(),
            tones: Vec::new(),
            frames: Vec::new(),
            stances: Vec::new(),
            wording: Vec::new(),
            vectors,
            layers: Vec::new(),
        }
    }

    #[test]
    fn both_ways_of_writing_give_one_file_that_other_programs_read() {
        let articles = [
            article("b \"1\"", Some(SentenceVectors::new(2, &[1.0, -0.5, 0.0, 2.0]))),
            article("foreign", None),
            article(METADATA, Some(SentenceVectors::new(2, &[-3.0, 0.0]))),
        ];
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("vectors.safetensors");
        let mut file = VectorsFile::create(&path, "ab").unwrap();
        articles.iter().for_each(|article| file.add(article).unwrap());
        file.finish().unwrap();
        let written = std::fs::read(&path).unwrap();
        let mut other = Vec::new();
        write(&articles, "ab", |bytes| {
            other.extend_from_slice(bytes);
            Ok(())
        })
        .unwrap();
        assert_eq!(written, other);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");

        let read = safetensors::SafeTensors::deserialize(&written).unwrap();
        let mut names = read.names();
        names.sort_unstable();
        assert_eq!(names, ["__metadata__ ", "b \"1\""]);
        let first = read.tensor("b \"1\"").unwrap();
        assert_eq!((first.dtype(), first.shape()), (safetensors::Dtype::I8, [2, 2].as_slice()));
        assert_eq!(first.data(), [127, (-64i8).cast_unsigned(), 0, 127]);
    }
}
