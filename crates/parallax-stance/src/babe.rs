//! BABE (Spinde et al. 2021): sentences that experts called biased or not, with the words that did it.

use serde::Deserialize;
use std::collections::BTreeSet;

/// A labelled sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence {
    /// Its words.
    pub text: String,
    /// Address of its article, which the recipe splits by.
    pub article: String,
    /// Whether the experts called it biased.
    pub biased: bool,
    /// The words they marked, in lower case.
    pub words: Vec<String>,
}

#[derive(Deserialize)]
struct Row {
    text: String,
    #[serde(default)]
    news_link: String,
    label_bias: String,
    biased_words: String,
}

/// Reads a table of labels (`final_labels_SG2.csv`: semicolons, with a header). Sentences without
/// agreement are left out, and of equal ones all but the first.
///
/// # Errors
/// Names the first row that is none.
pub fn read(text: &str) -> Result<Vec<Sentence>, csv::Error> {
    let text = text.trim_start_matches('\u{feff}');
    let mut reader = csv::ReaderBuilder::new().delimiter(b';').from_reader(text.as_bytes());
    let (mut sentences, mut seen) = (Vec::new(), BTreeSet::new());
    for row in reader.deserialize() {
        let row: Row = row?;
        let biased = match row.label_bias.as_str() {
            "Biased" => true,
            "Non-biased" => false,
            _ => continue,
        };
        let text = row.text.trim().to_owned();
        if seen.insert(text.clone()) {
            let marked = row.biased_words.trim_matches(['[', ']']).split(',');
            let words = marked.map(|word| word.trim().trim_matches(['\'', '"']).to_lowercase());
            let words = words.filter(|word| !word.is_empty()).collect();
            sentences.push(Sentence { text, article: row.news_link, biased, words });
        }
    }
    Ok(sentences)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_a_sentence_with_its_label_and_words() {
        let table = "\u{feff}text;news_link;outlet;label_bias;biased_words\n\
            \"He \"\"raved\"\"; she left.\";a;X;Biased;\"['Raved', 'mad dogs']\"\n\
            She left.;b;X;No agreement;[]\nRain fell.;b;X;Non-biased;[]\nRain fell.;c;X;Biased;[]\n";
        let found = read(table).unwrap();
        assert_eq!((found.len(), found[0].text.as_str()), (2, "He \"raved\"; she left."));
        assert_eq!((found[0].biased, found[1].biased), (true, false));
        assert_eq!(found[0].words, ["raved", "mad dogs"]);
        assert!(read("text;label\na;b\n").is_err());
    }
}
