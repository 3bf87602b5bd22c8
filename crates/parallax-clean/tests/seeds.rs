//! The five seed pages against their gold of line numbers and kinds. The pages are not in the
//! repository; without them the test says so and passes.

mod support;

use parallax_clean::{CleanOptions, SourceFormat, clean};
use parallax_text::Article;
use std::collections::BTreeMap;
use std::fs;

/// The page of each document, or none where the data is absent.
fn pages() -> Option<BTreeMap<String, String>> {
    let folder = support::root().join("../shared/data/seeds");
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

#[test]
fn every_line_of_the_seeds_is_kept_or_dropped_as_the_gold_says() {
    let Some(pages) = pages() else { return };
    support::check_lines("seeds_lines.csv", |document| (pages[document].clone(), cleaned(&pages[document])));
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
