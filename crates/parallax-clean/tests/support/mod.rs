//! Pages against a gold of line numbers and kinds.

use parallax_text::{Article, Span};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Checks every line of the documents of a gold table (`document,line,kind`): kept lines exactly,
/// dropped ones for nine of ten.
pub(crate) fn check_lines(table: &str, page: impl Fn(&str) -> (String, Article)) {
    const KEPT: [&str; 9] =
        ["headline", "dek", "summary", "byline", "dateline", "body", "subhead", "pull_quote", "caption"];
    let (mut wrong, mut dropped, mut dropped_right) = (Vec::new(), 0, 0);
    for (document, lines) in gold(table) {
        let (page, article) = page(&document);
        article.text.verify(&page).unwrap();
        let kinds = kinds_of_lines(&page, &article);
        for (line, expected) in lines {
            let found = kinds[line - 1];
            if KEPT.contains(&expected.as_str()) || KEPT.contains(&found) {
                if found != expected {
                    wrong.push(format!("{document}:{line} is {expected}, found {found}"));
                }
                continue;
            }
            dropped += 1;
            dropped_right += usize::from(found == expected);
            if found != expected {
                println!("{document}:{line} is {expected}, dropped as {found}");
            }
        }
    }
    println!("dropped lines with the right kind: {dropped_right} of {dropped}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(dropped_right * 10 >= dropped * 9, "{dropped_right} of {dropped} dropped lines have the right kind");
}

/// Document to its lines, counted from 1, with their kinds.
fn gold(table: &str) -> BTreeMap<String, Vec<(usize, String)>> {
    let table = fs::read_to_string(root().join("tests/gold").join(table)).unwrap();
    let mut gold: BTreeMap<String, Vec<(usize, String)>> = BTreeMap::new();
    for row in table.lines().skip(1) {
        let [document, line, kind] = row.split(',').collect::<Vec<_>>()[..] else { panic!("three columns in {row}") };
        gold.entry(document.to_string()).or_default().push((line.parse().unwrap(), kind.to_string()));
    }
    gold
}

/// The kind of the block or of the dropped range that each line of the source lies in.
fn kinds_of_lines(page: &str, article: &Article) -> Vec<&'static str> {
    let mut places: Vec<(Span, &'static str)> =
        article.dropped.iter().map(|dropped| (dropped.source, dropped.kind.name())).collect();
    places.extend(article.blocks.iter().map(|block| (article.text.source_span(block.span), block.kind.name())));
    let mut start = 0;
    page.split('\n')
        .map(|line| {
            let span = Span::new(start, start + line.len()).trimmed(page);
            start += line.len() + 1;
            places.iter().find(|(place, _)| !span.is_empty() && place.overlaps(span)).map_or("", |(_, kind)| kind)
        })
        .collect()
}
