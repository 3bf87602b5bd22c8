//! Pages of one outlet: what it prints on each of them belongs to none of its articles.

use parallax_clean::{CleanOptions, OutletLines, SourceFormat, clean, clean_among};

const OUTLET: &str = "The Norrvik Post";
/// Reads as a paragraph like any other.
const PROMO: &str = "For a hundred years the people of the coast have told one another what happened at the harbour, and those who write for them still walk down to the quay every morning.";
const BODIES: [&str; 4] = [
    "The council of Norrvik voted on Monday to close the harbour road to lorries, after months of protest by the people who live beside it.\n\nThe decision takes effect in the autumn, said the mayor, who had asked for it since the spring of last year.",
    "A trawler with six men on board ran aground off Old Harbour on Tuesday night, and all of them were brought ashore before it was light.\n\nThe skipper told the coast guard that the lamp of the northern buoy had been dark for a week.",
    "The school on Quay Street will get a new roof before the winter, paid for by a fund that the old pupils set up three years ago.\n\nLessons are held in the town hall until then, and the choir sings in the library of the museum.",
    "Two bakers have opened a shop in the old customs house, where the last loaf had been sold on the day that the railway closed.\n\nThey begin at three in the morning, and by nine on most days of the week there is little left.",
];
const TITLES: [&str; 4] = [
    "Harbour road closes",
    "Trawler runs aground off Old Harbour",
    "School gets its roof",
    "Bread again at the customs house",
];

fn page(number: usize) -> String {
    let (first, second) = BODIES[number].split_once("\n\n").unwrap();
    format!(
        "Home\nNews\n\n{}\n\nBy Ada Lindqvist\n\n{first}\n\n{PROMO}\n\n{second}\n\nCopyright {OUTLET}\n",
        TITLES[number]
    )
}

fn counted(pages: &[String]) -> OutletLines {
    let mut known = OutletLines::default();
    for page in pages {
        known.add(OUTLET, page, SourceFormat::Text, &CleanOptions::default()).unwrap();
    }
    known
}

fn text_among(page: &str, known: &OutletLines, outlet: &str) -> String {
    let article = clean_among(page, SourceFormat::detect(page), &CleanOptions::default(), known, outlet).unwrap();
    article.text.verify(page).unwrap();
    article.text.text().to_owned()
}

#[test]
fn a_paragraph_on_three_pages_of_an_outlet_is_no_body() {
    let pages: Vec<String> = (0..3).map(page).collect();
    let known = counted(&pages);
    for (number, page) in pages.iter().enumerate() {
        assert!(clean(page, SourceFormat::Text, &CleanOptions::default()).unwrap().text.text().contains(PROMO));
        let text = text_among(page, &known, OUTLET);
        assert_eq!(text, format!("{}\n\nBy Ada Lindqvist\n\n{}", TITLES[number], BODIES[number]));
        assert!(text_among(page, &known, "Another Post").contains(PROMO));
    }
}

#[test]
fn html_is_told_by_the_same_lines() {
    let html = |number: usize| {
        let paragraphs = BODIES[number].replace("\n\n", &format!("</p><p>{PROMO}</p><p>"));
        format!("<!doctype html><title>{0}</title><h1>{0}</h1><article><p>{paragraphs}</p></article>", TITLES[number])
    };
    let mut known = OutletLines::default();
    for number in 0..3 {
        known.add(OUTLET, &html(number), SourceFormat::Html, &CleanOptions::default()).unwrap();
    }
    assert_eq!(text_among(&html(0), &known, OUTLET), format!("{}\n\n{}", TITLES[0], BODIES[0]));
}

#[test]
fn two_pages_tell_nothing_nor_do_few_of_many() {
    assert!(text_among(&page(0), &counted(&[page(0), page(1)]), OUTLET).contains(PROMO));
    let mut pages: Vec<String> = (0..3).map(page).collect();
    pages.extend((0..4).map(|number| page(3).replace(PROMO, "").replace("railway", &format!("railway {number}"))));
    assert!(text_among(&page(0), &counted(&pages), OUTLET).contains(PROMO), "three pages of seven");
}

#[test]
fn copies_of_one_article_keep_their_body() {
    let copies = [page(0), page(0), page(0)];
    let text = text_among(&page(0), &counted(&copies), OUTLET);
    assert!(text.contains(BODIES[0].split_once("\n\n").unwrap().0), "{text}");
}

#[test]
fn pages_are_counted_in_any_order_and_in_parts() {
    let pages: Vec<String> = (0..4).map(page).collect();
    let backwards: Vec<String> = pages.iter().rev().cloned().collect();
    let mut parts = counted(&pages[2..]);
    parts.merge(counted(&pages[..2]));
    assert_eq!(counted(&pages), counted(&backwards));
    assert_eq!(counted(&pages), parts);
}

#[test]
fn what_cannot_be_read_counts_for_nothing() {
    let mut known = OutletLines::default();
    assert!(known.add(OUTLET, "a\0b", SourceFormat::Text, &CleanOptions::default()).is_err());
    assert_eq!(known, OutletLines::default());
}
