//! CoNLL columns of named entities, in the layout of CoNLL-2003 (Tjong Kim Sang and De Meulder
//! 2003): token, two columns that are not filled (`_`), label in IOB2; sentences between empty lines.

use super::article::CheckedArticle;
use super::tokens::{edges, labels, tokens};
use std::fmt::Write;

/// One article, with the line that begins a document before it.
#[must_use]
pub fn conll(article: &CheckedArticle<'_>) -> String {
    let mut out = "-DOCSTART- -X- O O\n\n".to_owned();
    let edges = edges(article);
    for sentence in 0..article.record().sentences.len() {
        let words = tokens(article, sentence, &edges);
        for (token, label) in words.iter().zip(labels(article, sentence, &words)) {
            let _ = writeln!(out, "{} _ _ {label}", token.text);
        }
        if !words.is_empty() {
            out.push('\n');
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::fixture::full;
    use parallax_ner::conll::read;

    #[test]
    fn names_read_back_with_their_words() {
        let record = full();
        let written = conll(&CheckedArticle::new(&record).unwrap());
        let read = read(&written).unwrap();
        let shown = |sentence: usize| {
            let pairs = read.sentences[sentence].words.iter().zip(&read.sentences[sentence].tags);
            pairs.map(|(word, tag)| format!("{word}/{tag}")).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(shown(0), "🔥/O Señora/B-PER Núñez/I-PER wins/O");
        assert!(
            shown(1).starts_with("Mayor/B-PER Ana/I-PER Núñez/I-PER told/O Otto/B-PER Brandt/I-PER"),
            "{}",
            shown(1)
        );
        assert_eq!(read.sentences.len(), record.sentences.len());
    }
}
