//! The forms that the lines around a body take on one page or another: each case is a few invented
//! lines with the kind that each must get, above, inside or below the same three paragraphs.

use parallax_clean::{CleanOptions, SourceFormat, clean};
use parallax_text::{Article, Span};

const BODY: [&str; 4] = [
    "The council of Norrvik voted on Monday to close the harbour road to lorries, after months of protest by the people who live beside it.",
    "The decision, taken by nine votes to six, takes effect in the autumn, the mayor, Ada Lindqvist, said after the long meeting.",
    "“We have waited for this road to be quiet for ten years, and we would have waited ten more,” said Tomás Vega, a baker.",
    "The ferry company, which brings some two hundred lorries to the harbour on each day of the week, said it had not been asked.",
];
const HEADLINE: &str = "headline | Norrvik closes its harbour road to lorries";

/// Checks the kinds of lines written as `kind | line`; `BODY` stands for a paragraph.
fn check(lines: &str) -> Article {
    let mut body = BODY.iter();
    let lines: Vec<(&str, &str)> = lines
        .lines()
        .map(|line| match line.trim() {
            "" => ("", ""),
            "BODY" => ("body", *body.next().unwrap()),
            line => line.split_once('|').map(|(kind, text)| (kind.trim(), text.trim())).unwrap(),
        })
        .collect();
    let source: String = lines.iter().map(|(_, text)| format!("{text}\n")).collect();
    let article = clean(&source, SourceFormat::Text, &CleanOptions::default()).unwrap();
    article.text.verify(&source).unwrap();
    let mut places: Vec<(Span, &str)> =
        article.dropped.iter().map(|dropped| (dropped.source, dropped.kind.name())).collect();
    places.extend(article.blocks.iter().map(|block| (article.text.source_span(block.span), block.kind.name())));
    let mut start = 0;
    for (kind, text) in &lines {
        let span = Span::new(start, start + text.len());
        start += text.len() + 1;
        let found =
            places.iter().find(|(place, _)| !span.is_empty() && place.overlaps(span)).map_or("", |(_, kind)| kind);
        assert_eq!(found, *kind, "{text}\nin\n{source}");
    }
    article
}

fn above(lines: &str) -> Article {
    check(&format!("{lines}\n\nBODY\n\nBODY\n\nBODY\n\nBODY"))
}

fn inside(lines: &str) {
    check(&format!("{HEADLINE}\n\nBODY\n\nBODY\n\n{lines}\n\nBODY\n\nBODY"));
}

fn below(lines: &str) -> Article {
    check(&format!("{HEADLINE}\n\nBODY\n\nBODY\n\nBODY\n\nBODY\n\n{lines}"))
}

#[test]
fn menus_and_section_labels_are_no_headlines() {
    above(&format!("navigation | Norrvik | Harbour | Road | Lorries | Council\n\n{HEADLINE}"));
    above(&format!("navigation | Norrvik · Harbour · Council · Sport\n\n{HEADLINE}"));
    above(&format!("navigation | Home › Norrvik › Harbour road\n\n{HEADLINE}"));
    above(&format!("navigation | Norrvik / Harbour / Council\n\n{HEADLINE}"));
    above(&format!("navigation | Norrvik   Harbour   Council   Lorries\n\n{HEADLINE}"));
    above(&format!("navigation | NORRVIK HARBOUR COUNCIL\n{HEADLINE}"));
    above(&format!("navigation | Sign in\n\nnavigation | TOWN HALL\n{HEADLINE}\n\nbyline | By Inger Holt"));
}

#[test]
fn authors_are_named_in_many_ways() {
    let names = |byline: &str, names: &[&str]| {
        let article = above(&format!("{HEADLINE}\n\nbyline | {byline}\nother | March 15, 2026, 6:40 p.m."));
        assert_eq!(article.byline, names, "{byline}");
        assert_eq!(article.published.as_deref(), Some("2026-03-15"), "{byline}");
    };
    names("By Inger Holt", &["Inger Holt"]);
    names("BY INGER HOLT AND MATS EKER", &["INGER HOLT", "MATS EKER"]);
    names("Inger Holt", &["Inger Holt"]);
    names("Inger Holt, Town Hall Correspondent", &["Inger Holt"]);
    names("Inger Holt and Mats Eker, Staff Reporters", &["Inger Holt", "Mats Eker"]);
    names("Inger Holt | Senior Writer", &["Inger Holt"]);
    names("Text: Inger Holt", &["Inger Holt"]);
    names("Words by Inger Holt, photographs by Mats Eker", &["Inger Holt"]);
    names("Analysis by Inger Holt in Norrvik", &["Inger Holt"]);
    names("By Inger Holt, Mats Eker and Sol Abend in Old Harbour", &["Inger Holt", "Mats Eker", "Sol Abend"]);
}

#[test]
fn without_a_headline_the_byline_is_still_kept() {
    let article = above(
        "navigation | Home > Harbour\n\nbyline | By Inger Holt and Mats Eker\nother | Published 07:14, 16 March 2026",
    );
    assert_eq!(article.title, None);
    assert_eq!(article.byline, ["Inger Holt", "Mats Eker"]);
    assert_eq!(article.published.as_deref(), Some("2026-03-16"));
}

#[test]
fn deks_and_points_stand_above_the_byline() {
    above(&format!(
        "{HEADLINE}\n\ndek | After ten years of protest nine members vote to keep them out, and the ferry company says it will go to court\n\n\
         summary | • The council voted by nine to six.\nsummary | • The ferry company was not asked before the vote.\n\n\
         byline | Text: Inger Holt\nbyline | Photographs: Mats Eker\nother | 14/03/2026 · 21:35\nshare | WhatsApp"
    ));
    above(&format!(
        "{HEADLINE}\n\ndek | Nine members of the council of Norrvik vote to keep lorries out. The ferry company is angry.\n\nbyline | By Inger Holt"
    ));
}

#[test]
fn captions_are_told_by_their_credits() {
    for credit in [
        "Picture: Mats Eker / Norrvik Post",
        "Photograph: Mats Eker",
        "Photo by Mats Eker",
        "(Office of the Mayor)",
        "(Mats Eker/Norrvik Pictures)",
        "[Mats Eker/Norrvik Pictures]",
        "NWP/Mats Eker",
        "MATS EKER",
        "© Mats Eker",
        "Getty Images",
        "Credit: Port of Norrvik",
    ] {
        inside(&format!("caption | Lorries wait at the harbour in March. {credit}"));
        above(&format!("{HEADLINE}\n\ncaption | Lorries wait on the road to the harbour in March. {credit}"));
    }
    inside("body | The picture: a road that the council of Norrvik has closed, and a mayor who is glad of it.");
    inside("body | The road is to be closed in the autumn. (The ferry company had asked for the spring.)");
    check(&format!(
        "{HEADLINE}\n\nBODY\n\nBODY\n\nBODY\n\nbody | The mayor did not answer when she was asked about it. (NWP)"
    ));
}

#[test]
fn quotations_set_off_from_the_body_have_their_speaker_below() {
    inside(
        "pull_quote | ‘The state carries the risk for forty years, and nobody here was asked.’\npull_quote | Sol Abend, professor of law",
    );
    inside(
        "pull_quote | “Nobody in this street has slept through a night since the ferry came.”\npull_quote | Sol Abend",
    );
    inside("duplicate | “We have waited for this road to be quiet for ten years”\nduplicate | — Tomás Vega, baker");
}

#[test]
fn advertisements_and_promotions_go_wherever_they_stand() {
    inside("advertisement | Sponsored: Seven ways to heat a house in Norrvik");
    inside("advertisement | Advertisement\nadvertisement | Article continues below");
    inside("promotion | Download the Norrvik Post app for news of the harbour.");
    inside("promotion | Sign up to our letter on the harbour, free each Friday.");
    below(
        "advertisement | Paid post: How Holt & Vega builds its boats\npromotion | Get the Norrvik Post app. Available on all devices.",
    );
    below(
        "advertisement | Partner content: Seven ways to heat a house\nlegal | Copyright 2026 Norrvik Media. All rights reserved.",
    );
    below(
        "promotion | Want the tides in your inbox at six each morning? Sign up to The Quay Letter.\nshare | Copy link",
    );
}

#[test]
fn comments_end_the_page_open_or_closed() {
    below("comments | Comments are closed for this article.");
    below("comments | Commenting on this story is now closed.");
    below("comments | Have your say: log in to join the 47 readers who have commented\nrelated | Most read in Norrvik");
    below("comments | The conversation is open to subscribers.\ncomments | 12 Comments");
}

#[test]
fn a_wall_over_a_whole_article_does_not_cut_it() {
    assert!(below("paywall | Subscribe to continue reading").truncated);
    assert!(below("paywall | Keep reading for 1 crown").truncated);
    assert!(!below("promotion | Become a member of The Norrvik Post from 4 crowns a month").truncated);
    assert!(!below("paywall | You may not read on this device: renew your subscription to continue reading").truncated);
    let meetings = (1..=6).map(|meeting| format!("Meeting {meeting} was the longest. {}", BODY.join(" ")));
    let long = meetings.collect::<Vec<_>>().join("\n\n");
    let page = |end: &str| format!("Norrvik closes its harbour road\n\n{long}\n\n{end}\n");
    let truncated = |end: &str| clean(&page(end), SourceFormat::Text, &CleanOptions::default()).unwrap().truncated;
    assert!(!truncated("Subscribe to continue reading"));
    assert!(truncated("Subscribe to read the rest of this article"));
    assert!(truncated("The mayor, who was asked about the road on the next day, said that she had no"));
}

#[test]
fn a_page_without_empty_lines_has_its_captions_below_the_agency() {
    let article = check(&format!(
        "navigation | Skip to content\n{HEADLINE}\nother | 2 hours ago\nbyline | Mats Eker\nother | Town hall reporter, Norrvik\n\
         share | Share\nshare | Save\nother | PA Media\ncaption | A long queue of lorries on a wet harbour road\n\
         caption | Lorries wait on the harbour road, which closes in the autumn\nBODY\nBODY\nBODY\nBODY\n\
         byline | Additional reporting by Inger Holt.\nrelated | More on this story\nrelated | Ferry prices rise again"
    ));
    assert_eq!(article.byline, ["Mats Eker"]);
}

#[test]
fn a_newsletter_box_among_the_paragraphs_does_not_end_them() {
    inside(
        "promotion | skip past newsletter promotion\npromotion | Sign up to Harbour Letter\npromotion | Free weekly newsletter\n\
         promotion | The week at the port, and what it means\n\
         promotion | Privacy Notice: Newsletters may contain information about charities and about content funded by others.\n\
         promotion | after newsletter promotion",
    );
}

#[test]
fn what_stands_right_above_a_headline_may_be_a_caption() {
    let article = above(&format!(
        "caption | Lorries on the harbour road. Photograph: Mats Eker/The Norrvik Post\nnavigation | Harbour\n{HEADLINE}\n\
         dek | Ferry company threatens to go to court while people who live beside the road celebrate the end of their nights\n\n\
         byline | Inger Holt Town hall correspondent\nother | Mon 16 Mar 2026 19.22 CET\nother | Last modified on Tue 17 Mar 2026 08.10 CET"
    ));
    assert_eq!(article.byline, ["Inger Holt"]);
    assert_eq!(article.published.as_deref(), Some("2026-03-16"));
}

#[test]
fn other_articles_and_notes_on_authors_are_left_out() {
    inside("related | Also Read | Ferry prices rise again as fuel costs bite");
    inside("related | MORE | How the council voted on the road");
    above(&format!("{HEADLINE}\n\nshare | Listen to this article · 6:12 min Learn more\n\nbyline | By Inger Holt"));
    check(&format!(
        "{HEADLINE}\n\nbyline | By Inger Holt\n\nBODY\n\nBODY\n\nBODY\n\nother | Inger Holt is a reporter who writes about the coast for the Norrvik Post."
    ));
    below(
        "byline | (With inputs from agencies)\npromotion | Get the latest headlines from Norrvik on the Coast app. Download now!",
    );
}

/// As `above` and `below`, on a page long enough that the classifier of lines reads it.
fn on_a_long_page(above: &str, below: &str) -> Article {
    let quiet = "The people of the quay have asked for quiet nights since the ferry came";
    let facts: Vec<String> = (1..=9)
        .map(|year| {
            format!("body | {quiet}, and in its year {year} the council counted more lorries than the year before.")
        })
        .collect();
    let menu =
        ["Home", "News", "Sport", "Weather", "Culture", "Podcasts", "Sign in", "Letters", "Jobs", "Archive", "Shop"];
    let menu: Vec<String> = menu.iter().map(|item| format!("navigation | {item}")).collect();
    check(&format!(
        "{}\n\n{above}\n\nBODY\n\nBODY\n\nBODY\n\nBODY\n\n{}\n\n{below}",
        menu.join("\n"),
        facts.join("\n\n")
    ))
}

#[test]
fn the_families_hold_where_the_classifier_reads_the_page() {
    let article = on_a_long_page(
        &format!(
            "{HEADLINE}\n\nbyline | By Inger Holt\nother | March 15, 2026, 6:40 p.m.\nshare | Share\nshare | Copy link"
        ),
        "byline | Mats Eker contributed to this report.\n\nrelated | Related Stories\nrelated | Ferry prices rise again\n\n\
         comments | 12 Comments\n\nlegal | Copyright 2026 Norrvik Media. All rights reserved.",
    );
    assert_eq!(article.title.as_deref(), Some("Norrvik closes its harbour road to lorries"));
    assert_eq!(article.byline, ["Inger Holt"]);
    assert_eq!(article.published.as_deref(), Some("2026-03-15"));
    assert!(!article.truncated);
}

#[test]
fn a_wall_in_another_language_is_found_on_a_long_page() {
    let article = on_a_long_page(
        HEADLINE,
        "paywall | ¿Por qué estás viendo esto? Tu suscripción está abierta en otro aparato y no puedes seguir leyendo.\n\
         paywall | Para compartir la cuenta con otros lectores, cambia tu suscripción a un plan con varios usuarios.",
    );
    assert_eq!(article.language.as_deref(), Some("en"));
}

#[test]
fn a_relative_date_never_becomes_one() {
    for said in
        ["2 hours ago", "Updated 3 days ago", "Published this Tuesday", "Yesterday at 6:40 p.m.", "Last week", "Today"]
    {
        let source =
            format!("Norrvik closes its harbour road to lorries\n\nBy Inger Holt\n{said}\n\n{}", BODY.join("\n\n"));
        let article = clean(&source, SourceFormat::Text, &CleanOptions::default()).unwrap();
        assert_eq!(article.published, None, "{said}");
    }
}

#[test]
fn a_label_above_a_date_says_what_it_is() {
    let dated = |lines: &str| above(&format!("{HEADLINE}\n\nbyline | By Inger Holt\n{lines}")).published;
    let day = Some("2026-03-15".to_string());
    assert_eq!(dated("other | Published March 15, 2026\nother | Updated March 17, 2026"), day);
    assert_eq!(dated("other | Last updated March 15, 2026"), day);
    assert_eq!(dated("other | Updated\nother | March 17, 2026\nother | Published\nother | March 15, 2026"), day);
}
