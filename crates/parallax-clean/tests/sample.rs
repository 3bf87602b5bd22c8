//! The sample corpus of the repository against its gold of line numbers and kinds, and against
//! what its pages say of themselves.

mod support;

use parallax_clean::{CleanOptions, SourceFormat, clean};
use parallax_text::Article;
use std::fs;

/// The text of a page, and what is made of it.
fn page(file: &str) -> (String, Article) {
    let page = fs::read_to_string(support::root().join("tests/corpus").join(file)).unwrap();
    let article = clean(&page, SourceFormat::detect(&page), &CleanOptions::default()).unwrap();
    article.text.verify(&page).unwrap();
    (page, article)
}

#[test]
fn every_line_of_the_sample_is_kept_or_dropped_as_the_gold_says() {
    support::check_lines("sample_lines.csv", |document| page(&format!("{document}.txt")));
}

#[test]
fn the_page_in_html_gives_the_article_without_its_wall() {
    let (_, article) = page("04_meridian_ledger.html");
    let kinds: Vec<&str> = article.blocks.iter().map(|block| block.kind.name()).collect();
    let mut expected = vec!["headline", "dek", "byline", "caption"];
    expected.extend(["body"; 5]);
    expected.push("subhead");
    expected.extend(["body"; 7]);
    assert_eq!(kinds, expected, "{}", article.text.text());
}

#[test]
fn the_fields_of_the_sample_are_what_its_pages_say() {
    struct Row {
        file: &'static str,
        /// Line of the headline, or the headline itself.
        title: Title,
        byline: &'static [&'static str],
        published: Option<&'static str>,
        outlet: Option<&'static str>,
        truncated: bool,
    }
    enum Title {
        Absent,
        Line(usize),
        Told(&'static str),
    }
    let expected = [
        Row {
            file: "01_harbour_herald.txt",
            title: Title::Absent,
            byline: &["Ingrid Sollander", "Marek Tovey"],
            published: Some("2026-03-16"),
            outlet: Some("Harbour Herald"),
            truncated: false,
        },
        Row {
            file: "02_estmark_courier.txt",
            title: Title::Line(8),
            byline: &["Oskar Brenn"],
            published: Some("2026-03-15"),
            outlet: Some("Estmark Courier"),
            truncated: false,
        },
        Row {
            file: "03_open_tribune.txt",
            title: Title::Line(9),
            byline: &["Yelena Voss"],
            published: Some("2026-03-14"),
            outlet: Some("The Open Tribune"),
            truncated: false,
        },
        Row {
            file: "04_meridian_ledger.html",
            title: Title::Told("What Corvane is buying in Sant Orel, and who might stop it"),
            byline: &["Priya Castellan", "Henning Aldous"],
            published: Some("2026-03-16"),
            outlet: Some("Meridian Ledger"),
            truncated: false,
        },
        Row {
            file: "05_continental_press.txt",
            title: Title::Line(6),
            byline: &["Daniel Achterberg", "Sofia Lindqvist-Marr"],
            published: Some("2026-03-15"),
            outlet: Some("Continental Press Agency"),
            truncated: false,
        },
        Row {
            file: "06_newsbeam_daily.txt",
            title: Title::Line(21),
            byline: &[],
            published: Some("2026-03-16"),
            outlet: Some("Newsbeam Daily"),
            truncated: false,
        },
    ];
    let mut wrong = Vec::new();
    for row in expected {
        let (page, article) = page(row.file);
        let title = match row.title {
            Title::Absent => None,
            Title::Line(line) => page.split('\n').nth(line - 1),
            Title::Told(title) => Some(title),
        };
        let mut same = |field: &str, found: String, expected: String| {
            if found != expected {
                wrong.push(format!("{}: {field} is {expected}, found {found}", row.file));
            }
        };
        same("title", format!("{:?}", article.title), format!("{title:?}"));
        same("byline", format!("{:?}", article.byline), format!("{:?}", row.byline));
        same("published", format!("{:?}", article.published), format!("{:?}", row.published));
        same(
            "outlet",
            format!("{:?}", article.outlet.map(|name| name.to_lowercase())),
            format!("{:?}", row.outlet.map(str::to_lowercase)),
        );
        same("truncated", article.truncated.to_string(), row.truncated.to_string());
        same("language", format!("{:?}", article.language), format!("{:?}", Some("en")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
