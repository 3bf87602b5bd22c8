//! Invented pages, each line with the kind it must get.

use parallax_clean::{CleanOptions, SourceFormat, clean};
use parallax_text::{Article, Span};

/// Lines are written as `kind | line`; an empty line stands for one.
fn check(page: &str) -> Article {
    let lines: Vec<(&str, &str)> = page
        .trim_matches('\n')
        .lines()
        .map(|line| line.split_once('|').map_or(("", ""), |(kind, text)| (kind.trim(), &text[1..])))
        .collect();
    let source: String = lines.iter().map(|(_, text)| format!("{text}\n")).collect();
    let article = clean(&source, SourceFormat::Text, &CleanOptions::default()).unwrap();
    let mut places: Vec<(Span, &str)> =
        article.dropped.iter().map(|dropped| (dropped.source, dropped.kind.name())).collect();
    places.extend(article.blocks.iter().map(|block| (article.text.source_span(block.span), block.kind.name())));
    let mut start = 0;
    for (kind, text) in lines {
        let span = Span::new(start, start + text.len()).trimmed(&source);
        start += text.len() + 1;
        let found =
            places.iter().find(|(place, _)| !span.is_empty() && place.overlaps(span)).map_or("", |(_, kind)| kind);
        assert_eq!(found, kind, "{text}");
    }
    article
}

fn html(page: &str) -> Article {
    clean(page, SourceFormat::detect(page), &CleanOptions::default()).unwrap()
}

fn kinds(article: &Article) -> Vec<(&'static str, &str)> {
    article.blocks.iter().map(|block| (block.kind.name(), &article.text.text()[block.span])).collect()
}

/// Body text for the cases, as three paragraphs.
const FIRST: &str = "The council of Norrvik voted on Monday to close the harbour road to lorries, after months of protest by the people who live beside it.";
const SECOND: &str = "The decision, taken by nine votes to six, takes effect in the autumn, the mayor, Ada Lindqvist, said after the long meeting.";
const THIRD: &str = "“We have waited for this road to be quiet for ten years, and we would have waited ten more,” said Tomás Vega, a baker.";

fn with_body(page: &str) -> String {
    page.replace("FIRST", FIRST).replace("SECOND", SECOND).replace("THIRD", THIRD)
}

#[test]
fn menus_advertisements_and_share_buttons_go() {
    check(&with_body(
        "
navigation    | Skip to content
navigation    |   • Home
navigation    |   • Politics

headline      | Norrvik closes its harbour road to lorries
share         | Share on Facebook

body          | FIRST

advertisement | Advertisement

body          | SECOND
body          | THIRD
share         | Email Copy Link Print
legal         | © 2025 The Norrvik Post. All rights reserved.
",
    ));
}

#[test]
fn captions_stand_above_their_credit() {
    check(&with_body(
        "
headline | Norrvik closes its harbour road to lorries

caption  | Lorries on a road
caption  | Lorries wait at the harbour of Norrvik in March. The road is the only way to the ferry.
caption  | (Inger Holt via Norrvik Pictures)
summary  |   • Nine of fifteen members of the council voted for the closure on Monday evening.
summary  |   • The ferry company says that it was not asked before the council voted on it.

body     | FIRST

body     | SECOND
",
    ));
}

#[test]
fn pull_quotes_that_repeat_the_body_go_with_their_speaker() {
    check(&with_body(
        "
headline  | Norrvik closes its harbour road to lorries

body      | FIRST

duplicate | We have waited for this road to be quiet for ten years

duplicate | — Tomás Vega, baker

body      | SECOND

body      | THIRD
",
    ));
}

#[test]
fn a_quotation_that_repeats_nothing_is_a_pull_quote() {
    check(&with_body(
        "
headline   | Norrvik closes its harbour road to lorries

body       | FIRST

pull_quote | Nobody in this street has slept through a night since the new ferry came to town.

pull_quote | — Inger Holt, teacher

body       | SECOND
body       | THIRD
",
    ));
}

#[test]
fn place_and_day_on_a_line_of_their_own_are_the_dateline() {
    check(&with_body(
        "
headline | Norrvik closes its harbour road to lorries

byline   | By Inger Holt

dateline | NORRVIK, May 4 (Northern Wire) —

body     | FIRST

body     | SECOND
",
    ));
}

#[test]
fn teasers_after_the_end_go_though_they_are_sentences() {
    check(&with_body(
        "
headline | Norrvik closes its harbour road to lorries

dek      | After ten years of protest, nine members of the council of Norrvik vote to keep lorries out

body     | FIRST

subhead  | Why the ferry company objects

body     | SECOND
body     | THIRD

byline   | Inger Holt and Tomás Vega in Norrvik contributed to this report.

comments | 7 Comments

related  | Ferry company warns of higher prices this summer
related  | 3
related  | The company that runs the ferry says tickets will cost more from June.
",
    ));
}

#[test]
fn a_notice_in_another_language_is_a_paywall() {
    let article = check(&with_body(
        "
headline | Norrvik closes its harbour road to lorries

body     | FIRST

body     | SECOND

body     | THIRD

paywall  | Para leer la noticia completa necesitas una suscripción de pago en la web.
paywall  | Volver
paywall  | Los que ya tienen una cuenta en el diario pueden entrar con su correo.
",
    ));
    assert_eq!(article.language.as_deref(), Some("en"));
}

#[test]
fn without_a_headline_there_is_none() {
    let article = check(&with_body(
        "body | FIRST\nbody | SECOND\nbody | THIRD\npromotion | Subscribe to our letters on harbours, free each Friday.",
    ));
    assert_eq!(article.title, None);
}

#[test]
fn wrapped_lines_become_paragraphs() {
    let page = "Norrvik closes its harbour road\n\nThe council of Norrvik voted on Monday to close the harbour road to\nlorries, after months of protest by the people who live beside the road\nand who had asked for it.\n\nThe decision, taken by nine votes to six, takes effect in the autumn, as\nthe mayor said after the meeting on Monday night, which had lasted until\nmidnight.\n";
    let article = clean(page, SourceFormat::Text, &CleanOptions::default()).unwrap();
    let found = kinds(&article);
    assert_eq!(found.len(), 3, "{found:?}");
    assert!(
        found[1].1.contains("road to lorries, after months of protest by the people who live beside the road and who")
    );
    assert_eq!(article.text.verify(page), Ok(()));
}

#[test]
fn white_space_and_bullets_are_folded_away() {
    let page =
        format!("  • {FIRST}\u{a0}\n\n\t•  {}\n\n{THIRD}", SECOND.replace(' ', "  ").replace("autumn", "au\u{ad}tumn"));
    let article = clean(&page, SourceFormat::Text, &CleanOptions::default()).unwrap();
    assert_eq!(article.text.text(), format!("{FIRST}\n\n{SECOND}\n\n{THIRD}"));
}

#[test]
fn a_page_that_stops_in_a_sentence_or_asks_for_a_subscription_is_truncated() {
    let check = |end: &str, expected: bool| {
        let page = format!("Norrvik closes its harbour road to lorries\n\n{FIRST}\n\n{SECOND}\n\n{end}");
        let article = clean(&page, SourceFormat::Text, &CleanOptions::default()).unwrap();
        assert_eq!(article.truncated, expected, "{end}");
    };
    check(THIRD, false);
    check("Subscribe to continue reading", true);
    check("The people who live beside the road said that they had asked the …", true);
    check("Sign up for our newsletter", false);
}

#[test]
fn the_day_of_the_visit_is_not_the_date_of_the_article() {
    let check = |head: &str, expected: Option<&str>, rejected: &[&str]| {
        let article =
            clean(&format!("{head}\n\n{FIRST}\n\n{SECOND}"), SourceFormat::Text, &CleanOptions::default()).unwrap();
        let decision = article.decisions.iter().find(|decision| decision.field == "published");
        assert_eq!(article.published.as_deref(), expected, "{head}");
        assert_eq!(decision.map_or(&[][..], |decision| &decision.rejected), rejected, "{head}");
    };
    check(
        "Friday, 3 Oct 2025\n\nNorrvik closes its harbour road\n\nUpdated: June 11, 2024 7:45 pm",
        Some("2024-06-11"),
        &["2025-10-03"],
    );
    check("Wednesday, October 8, 2025\n\nNorrvik closes its harbour road", None, &["2025-10-08"]);
    check("Norrvik closes its harbour road\n\nBy Inger Holt | 4 May 2025", Some("2025-05-04"), &[]);
    check("Norrvik closes its harbour road\n\nPublished 04/05/2025", None, &[]);
}

#[test]
fn the_outlet_is_what_the_page_says_and_says_elsewhere() {
    let check = |tail: &str, expected: Option<&str>| {
        let page = format!("Norrvik closes its harbour road to lorries\n\n{FIRST}\n\n{SECOND}\n\n{THIRD}\n\n{tail}");
        let article = clean(&page, SourceFormat::Text, &CleanOptions::default()).unwrap();
        assert_eq!(article.outlet.as_deref(), expected, "{tail}");
    };
    check("", None);
    check("Discover more from Harbour Talks | Shipping News, Port Updates", Some("Harbour Talks"));
    check(
        "© 2021 Bluegrid Themes. All Rights Reserved.\n\nNorrvikpost.com\n\nWrite to Norrvikpost\n\n© Norrvikpost. All Rights Reserved.",
        Some("Norrvikpost"),
    );
    check("By Norrvik Morning Post staff writer Inger Holt (inger@example.org)", Some("Norrvik Morning Post"));
    check("Sign up for the newsletter with the best of the week from LA BRÚJULA UK Edition", Some("LA BRÚJULA"));
}

#[test]
fn html_gives_its_kinds_and_fields() {
    let page = with_body(
        r#"<!doctype html><html lang="en"><head><title>Norrvik closes its harbour road | Norrvik Post</title>
<meta property="og:site_name" content="Norrvik Post"><link rel="canonical" href="https://norrvikpost.example/road">
<script type="application/ld+json">{"@type":"NewsArticle","headline":"Norrvik closes its harbour road","datePublished":"2025-05-04T21:30:00+02:00",
"author":[{"@type":"Person","name":"Inger Holt"}],"publisher":{"name":"Norrvik Post"}}</script></head>
<body><nav><ul><li><a href="/">Home</a><li><a href="/p">Politics</a></ul></nav>
<article><header><h1>Norrvik closes its harbour road</h1></header>
<figure><img src=x><figcaption>Lorries wait at the harbour in March.</figcaption></figure>
<p>FIRST</p><div class="related-stories"><a href="/x">Ferry company warns of higher prices</a></div>
<h2>Caf&eacute;s &amp; bakers</h2><p>SECOND</p><p>THIRD</p></article>
<footer>&copy; 2025 Norrvik Post</footer></body></html>"#,
    );
    let article = html(&page);
    assert_eq!(
        kinds(&article),
        [
            ("headline", "Norrvik closes its harbour road"),
            ("caption", "Lorries wait at the harbour in March."),
            ("body", FIRST),
            ("subhead", "Cafés & bakers"),
            ("body", SECOND),
            ("body", THIRD),
        ]
    );
    assert_eq!(article.byline, ["Inger Holt"]);
    assert_eq!(article.published.as_deref(), Some("2025-05-04"));
    assert_eq!(article.outlet.as_deref(), Some("Norrvik Post"));
    assert_eq!(article.url.as_deref(), Some("https://norrvikpost.example/road"));
    let subhead = Span::find(article.text.text(), "Cafés").unwrap();
    assert_eq!(&page[article.text.source_span(subhead)], "Caf&eacute;s");
}

#[test]
fn inline_tags_do_not_cut_words_and_cells_do() {
    let page = format!(
        "<p>{FIRST}</p><p>The <b>may</b>or said<br>that the road was closed <i>for good</i>.</p><table><tr><td>Lorries</td><td>none</td></tr></table><p>{SECOND}</p>"
    );
    let article = html(&page);
    let texts: Vec<&str> = kinds(&article).into_iter().map(|(_, text)| text).collect();
    assert_eq!(texts, [FIRST, "The mayor said that the road was closed for good.", "Lorries none", SECOND]);
}

#[test]
fn the_format_is_seen_at_the_start_of_the_page() {
    assert_eq!(SourceFormat::detect("\n <!DOCTYPE html><html>"), SourceFormat::Html);
    assert_eq!(SourceFormat::detect("<div class=x>text"), SourceFormat::Html);
    assert_eq!(SourceFormat::detect("Prices rose, 3 < 4, they said"), SourceFormat::Text);
}
