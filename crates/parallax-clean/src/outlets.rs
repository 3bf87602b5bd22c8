//! The outlet's name, where the page itself tells it.

use crate::bylines;
use crate::features::PageFeatures;
use crate::lines::Page;
use parallax_text::Span;

/// A name with the place that tells it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Candidate {
    pub(crate) name: String,
    /// `copyright_line`, `membership_line`, `app_line`, `publisher_line`, `newsletter_line`, `site_name_line`, `byline`, `archive_line`,
    /// `json_ld`, `metadata`.
    pub(crate) method: &'static str,
    /// The line and the bytes in its text; `None` for metadata.
    pub(crate) place: Option<(usize, Span)>,
    /// Bytes of the source.
    pub(crate) source: Span,
    weight: f32,
}

/// The name that the page gives its outlet, and the others that were seen.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Outlet {
    pub(crate) taken: Option<Candidate>,
    pub(crate) rejected: Vec<String>,
}

/// Weighs all names that the page offers: each kind of place counts, and so does how often the
/// page uses the name elsewhere. Without a clear first there is no outlet.
pub(crate) fn choose(page: &Page<'_>, features: &PageFeatures) -> Outlet {
    const MOST: usize = 24;
    let mut candidates = from_metadata(page);
    for line in 0..page.lines.len() {
        if candidates.len() >= MOST {
            break;
        }
        from_line(page, features, line, &mut candidates);
    }
    candidates.retain(|candidate| !key(&candidate.name).is_empty());
    let mut names: Vec<(String, f32, usize)> = Vec::new();
    for (index, candidate) in candidates.iter().enumerate() {
        let key = key(&candidate.name);
        match names.iter_mut().find(|(known, ..)| *known == key) {
            Some((_, weight, first)) => {
                let told_before = candidates[..index]
                    .iter()
                    .any(|other| other.method == candidate.method && self::key(&other.name) == key);
                *weight += if told_before { 0.0 } else { candidate.weight };
                if candidate.weight > candidates[*first].weight {
                    *first = index;
                }
            }
            None => names.push((key, candidate.weight, index)),
        }
    }
    for (key, weight, first) in &mut names {
        let own = candidates[*first].place.map(|(line, _)| line);
        let mentions = (0..page.lines.len())
            .filter(|&line| Some(line) != own && page.lines[line].span.len() < 4000)
            .filter(|&line| self::key(page.text(line)).contains(key.as_str()))
            .take(6)
            .count();
        *weight += mentions as f32 * 0.5;
    }
    names.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.2.cmp(&b.2)));
    let clear = match names.as_slice() {
        [] => false,
        [_] => true,
        [first, second, ..] => first.1 >= second.1 + 1.0 || first.0.contains(&second.0) || second.0.contains(&first.0),
    };
    let taken = clear.then(|| candidates[names[0].2].clone());
    let rejected = names.iter().skip(usize::from(clear)).map(|&(_, _, first)| candidates[first].name.clone()).collect();
    Outlet { taken, rejected }
}

/// Letters and digits, lower case, without the ending of a web address.
fn key(text: &str) -> String {
    let lower = text.to_lowercase();
    let lower = lower.strip_prefix("the ").unwrap_or(&lower);
    lower.strip_suffix(".com").unwrap_or(lower).chars().filter(|c| c.is_alphanumeric()).collect()
}

fn from_metadata(page: &Page<'_>) -> Vec<Candidate> {
    let told = page.metadata.outlets.iter();
    told.map(|told| Candidate {
        name: told.value.clone(),
        method: told.method,
        place: None,
        source: told.source,
        weight: if told.method == "json_ld" { 5.0 } else { 6.0 },
    })
    .collect()
}

fn from_line(page: &Page<'_>, features: &PageFeatures, line: usize, candidates: &mut Vec<Candidate>) {
    const LONGEST: usize = 400;
    let text = page.text(line);
    if text.len() > LONGEST {
        return;
    }
    let mut add = |found: Option<&str>, method: &'static str, weight: f32| {
        let Some(name) = found.map(trim_name).filter(|name| is_outlet_name(name)) else { return };
        let start = name.as_ptr() as usize - text.as_ptr() as usize;
        let span = Span::new(start, start + name.len());
        let source = page.folded.source_span(span.shifted(page.lines[line].span.start()));
        candidates.push(Candidate { name: name.to_string(), method, place: Some((line, span)), source, weight });
    };
    add(copyright_holder(text), "copyright_line", 2.0);
    add(after(text, "Discover more from "), "newsletter_line", 3.0);
    let promotes = features.lines[line].marker.is_some();
    if promotes && text.to_lowercase().contains("newsletter") {
        add(after(text, " from "), "newsletter_line", 2.0);
        add(
            before(text, &[" newsletter", " Newsletter"]).and_then(|text| after(text, " the ")),
            "newsletter_line",
            2.0,
        );
    }
    if promotes {
        add(after(text, "Subscribe to "), "newsletter_line", 1.5);
        add(after(text, "Follow ").and_then(|text| before(text, &[" on "])), "newsletter_line", 2.0);
        add(after(text, "More from "), "archive_line", 1.5);
        add(after(text, "member of "), "membership_line", 2.0);
        let app = before(text, &[" app ", " app.", " app!", " App "]).or_else(|| text.strip_suffix(" app"));
        add(app.and_then(|text| after(text, " the ")), "app_line", 3.0);
    }
    add(before(text, &[" is published by "]), "publisher_line", 2.0);
    add(
        after(text, " previous ").and_then(|text| before(text, &[" articles", " stories", " coverage"])),
        "archive_line",
        2.0,
    );
    if features.lines[line].words == 1 {
        add(address_name(text), "site_name_line", 2.0);
    }
    if let Some(outlet) = bylines::parse(text).and_then(|byline| byline.outlet) {
        add(text.find(&outlet).map(|start| &text[start..start + outlet.len()]), "byline", 3.0);
    }
}

/// The holder of the copyright: what stands between the sign and the next full stop.
fn copyright_holder(text: &str) -> Option<&str> {
    let lower = text.to_ascii_lowercase();
    let start = text.find('©').map(|at| at + '©'.len_utf8()).or_else(|| {
        ["copyright", "(c) "].iter().filter_map(|sign| lower.starts_with(sign).then_some(sign.len())).next()
    })?;
    let rest = text[start..].trim_start_matches(|c: char| !c.is_alphabetic());
    let rest = strip_words(rest, &["copyright", "by", "the year"]);
    let rest = rest.trim_start_matches(|c: char| !c.is_alphabetic());
    let end = [". ", ", ", " | ", " - ", " – ", " • ", " · ", " All ", " all ", " ALL ", " Todos", " ©"]
        .iter()
        .filter_map(|stop| rest.find(stop))
        .min()
        .unwrap_or(rest.len());
    Some(rest[..end].trim_end_matches(|c: char| c.is_ascii_digit() || c == '-' || c == '–' || c.is_whitespace()))
}

fn strip_words<'text>(text: &'text str, words: &[&str]) -> &'text str {
    for word in words {
        if let Some(start) = text.get(..word.len())
            && start.eq_ignore_ascii_case(word)
            && text[word.len()..].starts_with(|c: char| !c.is_alphabetic())
        {
            return &text[word.len()..];
        }
    }
    text
}

fn after<'text>(text: &'text str, phrase: &str) -> Option<&'text str> {
    text.find(phrase).map(|at| &text[at + phrase.len()..])
}

fn before<'text>(text: &'text str, phrases: &[&str]) -> Option<&'text str> {
    phrases.iter().filter_map(|phrase| text.find(phrase)).min().map(|at| &text[..at])
}

/// "Norrvikpost.com" without its ending.
fn address_name(text: &str) -> Option<&str> {
    let ends = [".com", ".org", ".net", ".news", ".co.uk", ".info"];
    let stem = ends.iter().find_map(|end| text.strip_suffix(end))?;
    (stem.starts_with(char::is_uppercase) && stem.chars().all(|c| c.is_alphanumeric() || c == '-')).then_some(stem)
}

/// The name alone, without its slogan or the edition.
fn trim_name(text: &str) -> &str {
    let mut name = text;
    for stop in [
        " | ", " - ", " – ", " — ", ": ", "!", "?", " and get", " to ", " by ", " for ", " in ", " from ", " today",
        " now",
    ] {
        name = name.split(stop).next().unwrap_or(name);
    }
    loop {
        name = name.trim().trim_end_matches(['.', ',', ';', '»', '>']);
        let shorter = ["Edition", "Newsletter", "newsletter", "USA", "US", "UK", "International", "Inc", "LLC", "Ltd"]
            .iter()
            .find_map(|end| name.strip_suffix(end).filter(|rest| rest.ends_with([' ', ','])));
        match shorter {
            Some(rest) => name = rest,
            None => return name,
        }
    }
}

/// One to six words that begin with capitals, small ones between.
fn is_outlet_name(name: &str) -> bool {
    let words: Vec<&str> = name.split_whitespace().collect();
    let small = ["of", "the", "de", "del", "la", "el", "&", "and", "le", "der", "die", "das"];
    let fits = |word: &&str| word.starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit()) || small.contains(word);
    let pronouns = ["Our", "Us", "This", "All", "My", "Your", "The", "Rights"];
    (1..=6).contains(&words.len())
        && words.iter().all(fits)
        && words[0].starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit() || words.len() > 1)
        && name.chars().any(char::is_alphabetic)
        && !pronouns.contains(&words[0]) | (words[0] == "The" && words.len() > 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_holder_of_the_copyright_is_cut_out() {
        let check =
            |text: &str, expected: &str| assert_eq!(copyright_holder(text).map(trim_name), Some(expected), "{text}");
        check("© 2019-2025 Norrvik Post. All Rights Reserved.", "Norrvik Post");
        check("Copyright © 2025 The Norrvik Post", "The Norrvik Post");
        check("© Norrvikdaily. All rights reserved", "Norrvikdaily");
    }

    #[test]
    fn slogans_and_editions_are_no_part_of_the_name() {
        let check = |text: &str, expected: &str| assert_eq!(trim_name(text), expected, "{text}");
        check("Harbour Talks | Shipping News, Port Updates", "Harbour Talks");
        check("LA BRÚJULA USA Edition", "LA BRÚJULA");
    }

    #[test]
    fn sentences_are_no_names() {
        assert!(is_outlet_name("The Norrvik Post"));
        assert!(!is_outlet_name("our partners"));
        assert!(!is_outlet_name("Our Team"));
    }
}
