//! The five seed pages against their gold of line numbers and kinds. The pages are not in the
//! repository; without them the test says so and passes.

use parallax_clean::{CleanOptions, SourceFormat, clean};
use parallax_text::{Article, Span};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Document to its lines, counted from 1, with their kinds.
fn gold() -> BTreeMap<String, Vec<(usize, String)>> {
    let table = fs::read_to_string(root().join("tests/gold/seeds_lines.csv")).expect("the gold is in the repository");
    let mut gold: BTreeMap<String, Vec<(usize, String)>> = BTreeMap::new();
    for row in table.lines().skip(1) {
        let [document, line, kind] = row.split(',').collect::<Vec<_>>()[..] else { panic!("three columns in {row}") };
        gold.entry(document.to_string()).or_default().push((line.parse().unwrap(), kind.to_string()));
    }
    gold
}

/// The page of each document, or none where the data is absent.
fn pages() -> Option<BTreeMap<String, String>> {
    let folder = root().join("../shared/data/seeds");
    let Ok(entries) = fs::read_dir(&folder) else {
        println!("skipped: {} is absent; put the five seed pages there", folder.display());
        return None;
    };
    let mut pages = BTreeMap::new();
    for entry in
        entries.map(|entry| entry.unwrap().path()).filter(|path| path.extension().is_some_and(|end| end == "txt"))
    {
        let document = entry.file_name().unwrap().to_string_lossy()[..3].to_string();
        pages.insert(document, fs::read_to_string(&entry).unwrap());
    }
    Some(pages)
}

fn cleaned(page: &str) -> Article {
    clean(page, SourceFormat::detect(page), &CleanOptions::default()).unwrap()
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

#[test]
fn every_line_of_the_seeds_is_kept_or_dropped_as_the_gold_says() {
    const KEPT: [&str; 9] =
        ["headline", "dek", "summary", "byline", "dateline", "body", "subhead", "pull_quote", "caption"];
    let Some(pages) = pages() else { return };
    let (mut wrong, mut dropped, mut dropped_right) = (Vec::new(), 0, 0);
    for (document, lines) in gold() {
        let page = &pages[&document];
        let article = cleaned(page);
        article.text.verify(page).unwrap();
        let kinds = kinds_of_lines(page, &article);
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

#[test]
fn the_fields_of_the_seeds_are_what_their_pages_say() {
    let Some(pages) = pages() else { return };
    // Document, line of the headline, byline, date, dates rejected, outlet in lower case.
    type Row = (
        &'static str,
        Option<usize>,
        &'static [&'static str],
        Option<&'static str>,
        &'static [&'static str],
        Option<&'static str>,
    );
    let expected: [Row; 5] = [
        ("000", Some(3), &[], None, &[], None),
        ("001", Some(7), &[], None, &[], Some("el país")),
        ("002", None, &[], None, &[], Some("defence talks")),
        ("003", Some(58), &[], Some("2025-05-04"), &["2025-07-27"], Some("nexpressdaily")),
        ("004", Some(3), &["Peter Davies"], None, &["2025-05-19"], Some("mexico news daily")),
    ];
    for (document, headline, byline, published, rejected, outlet) in expected {
        let page = &pages[document];
        let article = cleaned(page);
        let decided = |field: &str| article.decisions.iter().find(|decision| decision.field == field);
        assert_eq!(article.title.as_deref(), headline.and_then(|line| page.split('\n').nth(line - 1)), "{document}");
        assert_eq!(article.byline, byline, "{document}");
        assert_eq!(article.published.as_deref(), published, "{document}");
        assert_eq!(decided("published").map_or(&[][..], |decision| &decision.rejected), rejected, "{document}");
        assert_eq!(article.outlet.as_deref().map(str::to_lowercase).as_deref(), outlet, "{document}");
        assert_eq!(article.language.as_deref(), Some("en"), "{document}");
        assert!(!article.truncated, "{document}");
        for decision in &article.decisions {
            if let (Some(value), Some(clean)) = (&decision.value, decision.clean)
                && matches!(decision.field.as_str(), "title" | "outlet")
            {
                assert_eq!(&article.text.text()[clean], value, "{document}: {}", decision.field);
            }
        }
    }
}
