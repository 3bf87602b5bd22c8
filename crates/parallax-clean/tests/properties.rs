//! What holds for any source at all.

use parallax_clean::{CleanError, CleanOptions, SourceFormat, clean};
use parallax_text::{Article, Span};
use proptest::prelude::*;

/// Pieces that pages are made of, tags and odd characters among them.
const PIECES: &[&str] = &[
    "\n",
    "\n\n",
    "\r\n",
    " ",
    "\u{a0}",
    "\u{200b}",
    "\u{feff}",
    "\t",
    "  • ",
    "- ",
    "— Ada Lindqvist, harbour master",
    "é",
    "🔥",
    "…",
    "“",
    "”",
    "Advertisement",
    "Share",
    "12 Comments",
    "Read more",
    "By Ada Lindqvist",
    "May 4, 2025",
    "© 2025 Norrvik Post",
    "(Ada Lindqvist / Norrvik Post)",
    "Related articles",
    "Sign up for our newsletter",
    "Council votes to close the harbour road",
    "Suscríbete para seguir leyendo esta noticia de la web.",
    "The council of Norrvik voted on Monday to close the harbour road to lorries, after months of protest by the people who live beside it.",
    "The decision, taken by nine votes to six, takes effect in the autumn, the mayor said.",
    "Many of those who live there had asked the council for years to do something about the noise at night.",
    "<p>",
    "</p>",
    "<div class=\"related\">",
    "</div>",
    "<h1>",
    "</h1>",
    "<br>",
    "<li>",
    "<ul>",
    "</ul>",
    "<a href=x>",
    "</a>",
    "<td>",
    "<tr>",
    "<table>",
    "<script>",
    "</script>",
    "<script type=\"application/ld+json\">",
    "{\"@type\":\"NewsArticle\",\"headline\":\"x\"}",
    "<style>",
    "<title>",
    "</title>",
    "<!--",
    "-->",
    "<!doctype html>",
    "&amp;",
    "&nbsp;",
    "&eacute;",
    "&#8203;",
    "&#x41;",
    "&copy",
    "&",
    "<",
    ">",
    "</",
    "<p",
    "\"",
    "=",
    "<time datetime=\"2025-05-04\">",
    "<figcaption>",
    "</figcaption>",
    "<nav>",
    "</nav>",
    "<span>",
    "</span>",
    "<noscript>",
    "<textarea>",
    "<svg/>",
    "<![CDATA[",
    "]]>",
];

fn pages() -> impl Strategy<Value = String> {
    let piece = prop_oneof![4 => prop::sample::select(PIECES).prop_map(str::to_string), 1 => ".{0,8}"];
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

/// Blocks cover the text in order with an empty line between; everything leads back to the
/// source; nothing is both kept and dropped.
fn check_sound(source: &str, article: &Article) {
    article.text.verify(source).unwrap();
    let text = article.text.text();
    let mut end = 0;
    for (index, block) in article.blocks.iter().enumerate() {
        let start = if index == 0 { 0 } else { end + 2 };
        assert_eq!(block.span.start(), start);
        assert!(index == 0 || &text[Span::new(end, start)] == "\n\n");
        assert!(!text[block.span].trim().is_empty() && text[block.span].trim() == &text[block.span]);
        end = block.span.end();
    }
    assert_eq!(end, text.len());
    let mut places: Vec<Span> =
        article.text.runs().iter().map(|run| run.source).filter(|span| !span.is_empty()).collect();
    assert!(places.is_sorted_by(|a, b| a.end() <= b.start()), "runs in order");
    assert!(article.dropped.is_sorted_by(|a, b| a.source.end() <= b.source.start()), "dropped in order");
    places.extend(article.dropped.iter().map(|dropped| dropped.source));
    places.sort();
    assert!(places.is_sorted_by(|a, b| a.end() <= b.start()), "kept and dropped are disjoint");
    for place in &places {
        let _ = &source[*place];
    }
    for decision in &article.decisions {
        let _ = decision.clean.map(|span| &text[span]);
        let _ = decision.source.map(|span| &source[span]);
    }
}

/// Every character that shows lies in a run or in a dropped range.
fn check_nothing_lost(source: &str, article: &Article) {
    let mut covered = vec![false; source.len()];
    let ranges =
        article.text.runs().iter().map(|run| run.source).chain(article.dropped.iter().map(|dropped| dropped.source));
    for range in ranges {
        covered[range.range()].fill(true);
    }
    for (at, c) in source.char_indices() {
        let shows =
            !c.is_whitespace() && !c.is_control() && !['\u{ad}', '\u{200b}', '\u{2060}', '\u{feff}'].contains(&c);
        assert!(!shows || covered[at], "{c:?} at byte {at} of {source:?} is lost");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_byte_of_a_text_is_lost(source in pages()) {
        if let Ok(article) = clean(&source, SourceFormat::Text, &CleanOptions::default()) {
            check_sound(&source, &article);
            check_nothing_lost(&source, &article);
        }
    }

    #[test]
    fn html_of_any_kind_leads_back_to_its_source(source in pages()) {
        if let Ok(article) = clean(&source, SourceFormat::Html, &CleanOptions::default()) {
            check_sound(&source, &article);
        }
    }

    #[test]
    fn any_string_is_an_article_or_an_error(source in "(?s).{0,300}") {
        for format in [SourceFormat::detect(&source), SourceFormat::Text, SourceFormat::Html] {
            if let Ok(article) = clean(&source, format, &CleanOptions::default()) {
                check_sound(&source, &article);
            }
        }
    }
}

const PARAGRAPH: &str = "The council of Norrvik voted on Monday to close the harbour road to lorries, after months of protest by neighbours.";

#[test]
fn all_text_of_html_is_kept_or_dropped() {
    let source = format!(
        "<nav><a href=/>Home</a></nav><p>{PARAGRAPH}</p><p>{PARAGRAPH} It is closed.</p><footer>Imprint &amp; more</footer>"
    );
    let article = clean(&source, SourceFormat::Html, &CleanOptions::default()).unwrap();
    check_sound(&source, &article);
    let dropped: Vec<&str> = article.dropped.iter().map(|dropped| &source[dropped.source]).collect();
    assert_eq!(dropped, ["Home", PARAGRAPH, "Imprint &amp; more"]);
    assert_eq!(article.text.text(), format!("{PARAGRAPH} It is closed."));
}

fn error_of(source: &str, format: SourceFormat) -> CleanError {
    clean(source, format, &CleanOptions::default()).unwrap_err()
}

#[test]
fn what_is_no_page_is_refused_with_its_reason() {
    use SourceFormat::{Html, Text};
    assert_eq!(error_of(" \n\u{200b}\u{feff}", Text), CleanError::Empty);
    assert_eq!(error_of("a\0b", Text), CleanError::Binary { at: 1 });
    assert_eq!(error_of("%PDF\u{1}\u{2}\u{3}\u{4}\u{5}", Text), CleanError::Binary { at: 4 });
    assert_eq!(error_of("Home\nMenu\nSign in\n404", Text), CleanError::NoArticle);
    assert_eq!(error_of("<html><body><nav>Home</nav></body></html>", Html), CleanError::NoArticle);
}

#[test]
fn the_guards_hold_at_once() {
    let long = "a".repeat(100_000_000);
    assert_eq!(error_of(&long, SourceFormat::Text), CleanError::TooLarge { bytes: 100_000_000, limit: 32 << 20 });
    for tag in ["<div>", "<b>", "<a>", "<ul><li>", "<table><tr><td>"] {
        let nested = format!("{}{PARAGRAPH}", tag.repeat(100_000));
        assert!(matches!(error_of(&nested, SourceFormat::Html), CleanError::NestedTooDeep { limit: 512, .. }), "{tag}");
    }
}

#[test]
fn many_lines_and_many_tags_take_time_in_proportion() {
    let started = std::time::Instant::now();
    let lines = format!("{PARAGRAPH}\n{}", "Home\n".repeat(1_000_000));
    let article = clean(&lines, SourceFormat::Text, &CleanOptions::default()).unwrap();
    assert_eq!(article.dropped.len(), 1_000_000);
    for tags in ["<p>Home", "<li>a", "</div>", "<br>", "&eacute; ", "<td>1", "<i>a</i>", "<h1>Norrvik 4 May 2025</h1>"]
    {
        let page = format!("<p>{PARAGRAPH}</p>{}", tags.repeat(100_000));
        clean(&page, SourceFormat::Html, &CleanOptions::default()).unwrap();
    }
    let one_line = PARAGRAPH.repeat(100_000);
    clean(&one_line, SourceFormat::Text, &CleanOptions::default()).unwrap();
    assert!(started.elapsed().as_secs() < 120, "took {:?}", started.elapsed());
}

/// The time that cleaning takes.
fn time_of(source: &str, format: SourceFormat) -> f64 {
    let options = CleanOptions { max_bytes: 128 << 20, ..CleanOptions::default() };
    let started = std::time::Instant::now();
    let _ = clean(source, format, &options);
    started.elapsed().as_secs_f64()
}

#[test]
fn eight_times_the_page_takes_about_eight_times_as_long() {
    let paragraph = format!("<p>{PARAGRAPH}</p>");
    let shapes: [(SourceFormat, &str); 4] = [
        (SourceFormat::Html, "<i>a</i>"),
        (SourceFormat::Html, "<h1>Norrvik</h1><p>Road"),
        (SourceFormat::Text, "Harbour road closed\n"),
        (SourceFormat::Text, PARAGRAPH),
    ];
    for (format, unit) in shapes {
        let page = |bytes: usize| format!("{paragraph}\n{}", unit.repeat(bytes / unit.len()));
        // The best of three, for what else the machine does meanwhile.
        let best = |page: &str| (0..3).map(|_| time_of(page, format)).fold(f64::INFINITY, f64::min);
        let (small, large) = (best(&page(32_000)), best(&page(256_000)));
        assert!(large < small * 8.0 * 5.0 + 0.01, "{unit}: {small} s, then {large} s");
    }
}
