//! Sentence boundaries against a treebank: reading CoNLL-U, and the figures.

use parallax_text::Span;

/// How the sentences of a document are joined to the raw text that is to be split.
///
/// Figures published for Segment any Text (Frohmann et al. 2024) and the systems beside it are
/// F1 of boundaries on sentences joined by a space: nearest to `Joined` with
/// [`Score::boundary_f1`]. Those of the CoNLL shared tasks are F1 of whole sentences on raw text:
/// nearest to `Paragraphs` with [`Score::sentence_f1`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// Paragraphs (`# newpar`) are separated by an empty line.
    Paragraphs,
    /// As `Paragraphs`, with lines wrapped at 80 columns, as the treebanks' own text files are.
    Wrapped,
    /// Everything on one line: every boundary has to be found.
    Joined,
}

/// A document of a treebank: its raw text, and where its sentences are.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Document {
    /// What stands behind `# newdoc id =`; empty where nothing does.
    pub name: String,
    /// Raw text.
    pub text: String,
    /// Sentences in order, bytes of `text`.
    pub sentences: Vec<Span>,
}

/// Reads the documents of a CoNLL-U file, by `# newdoc`, `# newpar`, `# text` and `SpaceAfter=No`.
#[must_use]
pub fn read_conllu(file: &str, layout: Layout) -> Vec<Document> {
    let mut documents: Vec<Document> = Vec::new();
    let mut glued = false;
    for block in file.split("\n\n").filter(|block| !block.trim().is_empty()) {
        let comment = |name: &str| block.lines().find(|line| line.starts_with(name));
        let new_document = comment("# newdoc");
        if new_document.is_some() || documents.is_empty() {
            let name = new_document.and_then(|line| line.split_once('=')).map_or("", |(_, name)| name.trim());
            documents.push(Document { name: name.to_owned(), ..Document::default() });
        }
        let Some(sentence) = comment("# text = ").map(|line| line["# text = ".len()..].trim()) else { continue };
        let document = documents.last_mut().expect("one was pushed");
        if !document.text.is_empty() {
            document.text.push_str(match layout {
                Layout::Joined if glued => "",
                Layout::Joined => " ",
                _ if comment("# newpar").is_some() => "\n\n",
                _ if glued => "",
                _ => " ",
            });
        }
        let start = document.text.len();
        document.text.push_str(sentence);
        document.sentences.push(Span::new(start, document.text.len()));
        glued = block.lines().rfind(|line| !line.starts_with('#')).is_some_and(|line| line.contains("SpaceAfter=No"));
    }
    if layout == Layout::Wrapped {
        documents.iter_mut().for_each(|document| wrap(&mut document.text));
    }
    documents
}

/// Turns the last space before column 80 of each line into a line break; offsets stay.
fn wrap(text: &mut String) {
    let mut bytes = std::mem::take(text).into_bytes();
    let (mut line, mut space) = (0, None);
    for at in 0..bytes.len() {
        match bytes[at] {
            b'\n' => (line, space) = (at + 1, None),
            b' ' => space = Some(at),
            _ => {}
        }
        if at - line.min(at) >= 80
            && let Some(last) = space
        {
            bytes[last] = b'\n';
            (line, space) = (last + 1, None);
        }
    }
    *text = String::from_utf8(bytes).expect("only spaces were replaced");
}

/// Counts of a comparison; add those of all documents, then ask for the figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Score {
    /// Sentences of the treebank.
    pub gold: usize,
    /// Sentences that were found.
    pub found: usize,
    /// Found sentences with exactly the start and the end of one of the treebank.
    pub exact: usize,
    /// Found sentences that end where one of the treebank ends.
    pub ends: usize,
}

impl Score {
    /// Compares the sentences of one document.
    #[must_use]
    pub fn of(gold: &[Span], found: &[Span]) -> Self {
        let ends: Vec<usize> = gold.iter().map(|span| span.end()).collect();
        Self {
            gold: gold.len(),
            found: found.len(),
            exact: found.iter().filter(|span| gold.binary_search(span).is_ok()).count(),
            ends: found.iter().filter(|span| ends.binary_search(&span.end()).is_ok()).count(),
        }
    }

    /// The sum of two counts.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            gold: self.gold + other.gold,
            found: self.found + other.found,
            exact: self.exact + other.exact,
            ends: self.ends + other.ends,
        }
    }

    /// F1 of whole sentences, start and end exact (the measure of the CoNLL shared tasks), 0 to 1.
    #[must_use]
    pub fn sentence_f1(self) -> f64 {
        2.0 * self.exact as f64 / (self.gold + self.found).max(1) as f64
    }

    /// F1 of sentence ends, 0 to 1.
    #[must_use]
    pub fn boundary_f1(self) -> f64 {
        2.0 * self.ends as f64 / (self.gold + self.found).max(1) as f64
    }
}
