//! Word F1 on pages with known article text (WCXB): unpack its pages, then
//! `cargo run --release -p parallax-clean --example evaluate_wcxb -- PAGES GROUND_TRUTH [--each]`.
//! Pages are `NAME.html` or `NAME.txt`, ground truth is `NAME.json`.

use parallax_clean::{CleanOptions, SourceFormat, clean};
use std::collections::HashMap;
use std::path::Path;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [pages, truths, rest @ ..] = arguments.as_slice() else {
        return Err("give two folders: pages, ground truth".into());
    };
    let mut paths: Vec<_> =
        std::fs::read_dir(pages)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    paths.sort();
    let (mut sums, mut pages, mut failed) = ([0.0; 3], 0, 0);
    let (mut title, mut date) = (Tally::default(), Tally::default());
    for path in paths {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let json = std::fs::read_to_string(Path::new(truths).join(&name).with_extension("json"))?;
        let json: serde_json::Value = serde_json::from_str(&json)?;
        let truth = json.get("ground_truth").unwrap_or(&json);
        let Some(expected) = truth["main_content"].as_str() else { continue };
        let source = String::from_utf8_lossy(&std::fs::read(&path)?).into_owned();
        let format =
            if path.extension().is_some_and(|end| end == "html") { SourceFormat::Html } else { SourceFormat::Text };
        let article = clean(&source, format, &CleanOptions::default());
        failed += usize::from(article.is_err());
        let article = article.unwrap_or_default();
        let [f1, precision, recall] = word_scores(article.text.text(), expected);
        for (sum, score) in sums.iter_mut().zip([f1, precision, recall]) {
            *sum += score;
        }
        pages += 1;
        title.count(truth["title"].as_str(), article.title.as_deref());
        date.count(truth["publish_date"].as_str().and_then(|date| date.get(..10)), article.published.as_deref());
        if rest.iter().any(|option| option == "--each") {
            println!("{name} {f1:.3} {precision:.3} {recall:.3}");
        }
    }
    let [f1, precision, recall] = sums.map(|sum| sum / f64::from(pages));
    println!(
        "{pages} pages, {failed} without an article: word F1 {f1:.4}, precision {precision:.4}, recall {recall:.4}"
    );
    println!("title exact {title}; date exact {date}");
    Ok(())
}

/// Right, given, and expected values of a field.
#[derive(Default)]
struct Tally([usize; 3]);

impl Tally {
    fn count(&mut self, expected: Option<&str>, found: Option<&str>) {
        let Some(expected) = expected else { return };
        let bare = |text: &str| words(text).collect::<Vec<_>>();
        self.0[0] += usize::from(found.is_some_and(|found| bare(found) == bare(expected)));
        self.0[1] += usize::from(found.is_some());
        self.0[2] += 1;
    }
}

impl std::fmt::Display for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} of {} given, {} expected", self.0[0], self.0[1], self.0[2])
    }
}

fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty()).map(str::to_lowercase)
}

/// F1, precision and recall over the multisets of words.
fn word_scores(found: &str, expected: &str) -> [f64; 3] {
    let mut counts: HashMap<String, i64> = HashMap::new();
    let (mut found_words, mut expected_words, mut shared) = (0, 0, 0);
    for word in words(expected) {
        *counts.entry(word).or_default() += 1;
        expected_words += 1;
    }
    for word in words(found) {
        found_words += 1;
        let left = counts.entry(word).or_default();
        shared += i32::from(*left > 0);
        *left -= 1;
    }
    if shared == 0 {
        return [0.0; 3];
    }
    let (precision, recall) =
        (f64::from(shared) / f64::from(found_words), f64::from(shared) / f64::from(expected_words));
    [2.0 * precision * recall / (precision + recall), precision, recall]
}
