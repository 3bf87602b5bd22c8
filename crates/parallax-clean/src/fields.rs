//! What the page says of the article: title, byline, date, outlet, language; each with its
//! evidence and with what was passed over for it.

use crate::assemble::Assembled;
use crate::bylines;
use crate::dates::{self, Claim};
use crate::features::{Ending, PageFeatures};
use crate::html::Outside;
use crate::kinds::{Kinds, Verdict};
use crate::lexicon::{self, Force, Rest, Role};
use crate::lines::Page;
use crate::outlets;
use crate::zone::Zone;
use parallax_text::{Article, BlockKind, Decision, Span};

/// Puts text and fields together.
pub(crate) fn describe(
    page: &Page<'_>,
    features: &PageFeatures,
    zone: &Zone,
    kinds: &Kinds,
    assembled: Assembled,
) -> Article {
    let evidence = Evidence { page, features, zone, kinds, places: &assembled.places };
    let fields = [
        evidence.title(),
        evidence.byline(),
        evidence.published(),
        evidence.outlet(),
        evidence.language(),
        evidence.truncated(),
    ];
    let value = |field: usize| fields[field].as_ref().and_then(|decision| decision.value.clone());
    let byline = value(1).map_or_else(Vec::new, |names| names.split("; ").map(str::to_string).collect());
    let metadata = &page.metadata;
    let address = metadata.canonical.clone().or_else(|| metadata.address.clone());
    Article {
        title: value(0),
        byline,
        published: value(2),
        outlet: value(3),
        url: address.filter(|address| address.starts_with("http")),
        language: value(4),
        truncated: value(5).is_some(),
        decisions: fields.into_iter().flatten().collect(),
        text: assembled.text,
        blocks: assembled.blocks,
        dropped: assembled.dropped,
    }
}

struct Evidence<'a> {
    page: &'a Page<'a>,
    features: &'a PageFeatures,
    zone: &'a Zone,
    kinds: &'a Kinds,
    places: &'a [Option<Span>],
}

fn decision(field: &str, value: Option<String>, method: &str) -> Decision {
    Decision {
        field: field.to_string(),
        value,
        method: method.to_string(),
        clean: None,
        source: None,
        rejected: Vec::new(),
    }
}

impl Evidence<'_> {
    /// The same decision with a part of a line as its evidence.
    fn at(&self, decision: Decision, line: usize, part: Span) -> Decision {
        let source = self.page.folded.source_span(part.shifted(self.page.lines[line].span.start()));
        let clean = self.places[line].map(|place| part.shifted(place.start()));
        Decision { clean, source: Some(source), ..decision }
    }

    fn whole(&self, line: usize) -> Span {
        Span::new(0, self.page.lines[line].span.len())
    }

    fn title(&self) -> Option<Decision> {
        if let Some(line) = self.kinds.headline {
            let method = if self.page.is_html { "heading" } else { "page_text" };
            let found = decision("title", Some(self.page.text(line).to_string()), method);
            return Some(self.at(found, line, self.whole(line)));
        }
        let metadata = &self.page.metadata;
        let told = metadata.titles.first().or(metadata.page_title.as_ref())?;
        let value = without_site_name(&told.value).to_string();
        Some(Decision { source: Some(told.source), ..decision("title", Some(value), told.method) })
    }

    /// Lines around the headline and the start of the body.
    fn head(&self) -> std::ops::Range<usize> {
        let headline = self.kinds.headline.unwrap_or(self.zone.start).min(self.zone.start);
        headline.saturating_sub(6)..(self.zone.start + 3).min(self.zone.end)
    }

    fn byline(&self) -> Option<Decision> {
        let told: Vec<_> = self.page.metadata.authors.iter().filter(|told| told.method == "json_ld").collect();
        let mut names: Vec<String> = told.iter().flat_map(|told| bylines::parse_value(&told.value)).collect();
        names.dedup();
        if let (false, Some(first)) = (names.is_empty(), told.first()) {
            return Some(Decision {
                source: Some(first.source),
                ..decision("byline", Some(names.join("; ")), "json_ld")
            });
        }
        let head = self.head();
        let tail = self.zone.end.saturating_sub(3).max(head.end)..(self.zone.end + 3).min(self.page.lines.len());
        let mut names: Vec<String> = Vec::new();
        let mut first = None;
        for line in head.chain(tail) {
            let kept = matches!(self.kinds.verdicts[line], Verdict::Keep(BlockKind::Byline));
            let hints = &self.page.lines[line].hints;
            let text = self.page.text(line);
            let said = hints.role == Some(Role::Byline) && hints.drop.is_none() && text.len() < 80;
            let found = match bylines::parse(text) {
                Some(byline) if kept || said => byline.names,
                None if kept && !bylines::is_credit(text) => bylines::signed_names(text),
                None if said && names.is_empty() => bylines::parse_value(text),
                _ => continue,
            };
            if let (None, Some(name)) = (first, found.first()) {
                let part = Span::find(text, name).unwrap_or_else(|| self.whole(line));
                first = Some((line, part));
            }
            for name in found {
                if !names.contains(&name) {
                    names.push(name);
                }
            }
        }
        if let Some((line, part)) = first {
            return Some(self.at(decision("byline", Some(names.join("; ")), "page_text"), line, part));
        }
        let told = self.page.metadata.authors.first()?;
        let names = bylines::parse_value(&told.value);
        let found = decision("byline", (!names.is_empty()).then(|| names.join("; ")), told.method);
        Some(Decision { source: Some(told.source), ..found })
    }

    fn published(&self) -> Option<Decision> {
        // Rank, order, value, evidence; the lowest is taken.
        let mut candidates: Vec<(u32, String, Decision)> = Vec::new();
        let metadata = &self.page.metadata;
        for (rank, told) in metadata.published.iter().map(|told| (if told.method == "json_ld" { 0 } else { 1 }, told)) {
            if let Some(date) = dates::parse_value(&told.value) {
                let found = decision("published", None, told.method);
                candidates.push((rank, date.to_string(), Decision { source: Some(told.source), ..found }));
            }
        }
        let head = self.head();
        for (told, line) in &metadata.times {
            if let Some(date) = dates::parse_value(&told.value) {
                let rank = if head.contains(line) { 3 } else { REJECTED };
                let found = decision("published", None, told.method);
                candidates.push((rank, date.to_string(), Decision { source: Some(told.source), ..found }));
            }
        }
        let order = dates::settled_order((0..self.page.lines.len()).map(|line| self.page.text(line)));
        for line in 0..self.page.lines.len() {
            let features = &self.features.lines[line];
            let in_figures = order.is_some() && features.words <= 8 && self.is_near(line);
            let dated = features.date_line
                || in_figures
                || features.byline && !self.is_body(line)
                || self.is_below_headline(line);
            if !dated {
                continue;
            }
            let text = self.page.text(line);
            let mut dates = dates::find_ordered(text, order);
            // Of a line with several dates the first is that of publication; where nothing is said
            // of them, as when the dates of publication and of a change are printed side by side,
            // the earliest.
            if self.claim(line) == Claim::Bare {
                dates.sort_by_key(|found| found.date);
            }
            for (index, found) in dates.into_iter().enumerate() {
                let rank = self.date_rank(line, index);
                if rank == REJECTED && candidates.len() >= MOST_DATES {
                    continue;
                }
                let found_at =
                    self.at(decision("published", None, "page_text"), line, Span::new(found.start, found.end));
                candidates.push((rank, found.date.to_string(), found_at));
            }
        }
        candidates.sort_by_key(|(rank, ..)| *rank);
        let (rank, value, best) = candidates.first()?.clone();
        let taken = (rank < REJECTED).then_some(value);
        let mut rejected: Vec<String> = Vec::new();
        for (_, value, _) in candidates {
            if Some(&value) != taken.as_ref() && !rejected.contains(&value) {
                rejected.push(value);
            }
        }
        rejected.truncate(8);
        Some(Decision { value: taken, rejected, ..best })
    }

    /// Whether a line stands right below the headline, above the body: a date in it, beside the
    /// author and the section, is that of the article.
    fn is_below_headline(&self, line: usize) -> bool {
        const REACH: usize = 4;
        const LONGEST: usize = 40;
        let features = &self.features.lines[line];
        let below = |headline: usize| headline < line && line <= headline + REACH && line < self.zone.start;
        !self.page.is_html
            && self.kinds.headline.is_some_and(below)
            && features.words <= LONGEST
            && !self.is_body(line)
            && (!features.is_prose() || dates::claim(self.page.text(line)) != Claim::Bare)
    }

    fn is_body(&self, line: usize) -> bool {
        matches!(self.kinds.verdicts[line], Verdict::Keep(BlockKind::Body | BlockKind::Caption))
    }

    /// How much a date in the text can be trusted to be that of publication.
    fn date_rank(&self, line: usize, index: usize) -> u32 {
        let head = self.head();
        let hints = &self.page.lines[line].hints;
        if matches!(hints.outside, Some(Outside::Navigation | Outside::Footer | Outside::Aside)) {
            return REJECTED;
        }
        let claim = self.claim(line);
        let below_headline = self.kinds.headline.is_some_and(|headline| line > headline);
        if head.contains(&line) {
            // A bare date at the very top is that of the visit, not of the article.
            let right_above = self.kinds.headline.is_some_and(|headline| line + 1 == headline) && line > 0;
            let at_top = line < 2 && !below_headline && !right_above;
            return match claim {
                Claim::Published => 2 + u32::from(index > 0) * 3,
                Claim::Bare if below_headline => 4,
                Claim::Updated => 6,
                Claim::Bare if at_top => REJECTED,
                // Without a headline, only what stands right above the body.
                Claim::Bare if self.kinds.headline.is_none() => {
                    if line < self.zone.start && line + 3 >= self.zone.start { 9 } else { REJECTED }
                }
                Claim::Bare if self.kinds.headline.is_some_and(|headline| headline - line <= 3) => 7,
                Claim::Bare => REJECTED,
            };
        }
        match claim {
            Claim::Bare => REJECTED,
            _ if self.is_near(line) => 8,
            Claim::Published if line < self.zone.end => 10,
            Claim::Published | Claim::Updated => REJECTED,
        }
    }

    /// Whether a line stands shortly before the body, at its start, or shortly behind it.
    fn is_near(&self, line: usize) -> bool {
        const REACH: usize = 12;
        let near = |place: usize| line + REACH > place && line < place + REACH;
        near(self.zone.start) || line >= self.zone.end && near(self.zone.end)
    }

    /// What is said of the dates of a line, by the line or by a label of its own above it.
    fn claim(&self, line: usize) -> Claim {
        const LONGEST: usize = 5;
        let own = dates::claim(self.page.text(line));
        let is_label = |above: &usize| {
            let features = &self.features.lines[*above];
            features.words <= LONGEST && !features.is_dated()
        };
        match line.checked_sub(1).filter(is_label) {
            Some(above) if own == Claim::Bare && self.features.lines[line].date_line => {
                dates::claim(self.page.text(above))
            }
            _ => own,
        }
    }

    fn outlet(&self) -> Option<Decision> {
        let outlet = outlets::choose(self.page, self.features);
        let Some(taken) = outlet.taken else {
            if outlet.rejected.is_empty() {
                return None;
            }
            return Some(Decision { rejected: outlet.rejected, ..decision("outlet", None, "page_text") });
        };
        let found = Decision { rejected: outlet.rejected, ..decision("outlet", Some(taken.name), taken.method) };
        Some(match taken.place {
            Some((line, part)) => self.at(found, line, part),
            None => Decision { source: Some(taken.source), ..found },
        })
    }

    fn language(&self) -> Option<Decision> {
        if let Some(language) = self.features.language {
            return Some(decision("language", Some(language.code().to_string()), "function_words"));
        }
        let told = self.page.metadata.language.as_ref()?;
        let code: String = told.chars().take_while(char::is_ascii_alphabetic).collect::<String>().to_ascii_lowercase();
        (code.len() == 2).then(|| decision("language", Some(code), "metadata"))
    }

    /// Truncated: right after the body the page says that it goes on elsewhere, or the body stops
    /// inside a sentence. A wall lets a few paragraphs through: behind a long body that ends with
    /// its sentence, it lies over the whole of it.
    fn truncated(&self) -> Option<Decision> {
        const LONG: usize = 400;
        let after = (self.zone.end..self.page.lines.len().min(self.zone.end + 4))
            .take_while(|&line| self.features.lines[line].marker.is_none_or(|marker| marker.force != Force::Heading));
        let last = (self.zone.start..self.zone.end).rev().find(|&line| self.is_body(line))?;
        let body = (self.zone.start..self.zone.end).filter(|&line| self.is_body(line));
        let words: usize = body.map(|line| self.features.lines[line].words).sum();
        let whole = words >= LONG && self.features.lines[last].ending == Ending::Stop;
        for line in (last + 1..self.zone.end).chain(after) {
            let cut = match lexicon::says_of_rest(self.page.text(line)) {
                Rest::Unsaid => false,
                Rest::Walled => !whole,
                Rest::Elsewhere => true,
            };
            if cut && self.page.lines[line].hints.outside != Some(Outside::Navigation) {
                let found = decision("truncated", Some("true".to_string()), "subscription_line");
                return Some(self.at(found, line, self.whole(line)));
            }
        }
        let text = self.page.text(last);
        let features = &self.features.lines[last];
        let stops = match features.ending {
            Ending::Ellipsis => features.words >= 8 && !text.trim_end().ends_with(['”', '"', '’']),
            Ending::Open => features.words >= 15,
            Ending::Bare => {
                let ends_page = last + 1 == self.page.lines.len() && features.lower * 3 >= features.words * 2;
                (features.words >= 30 && features.is_prose() || features.words >= 15 && ends_page)
                    && !self.page.lines[last].bullet
                    && text.ends_with(char::is_lowercase)
            }
            Ending::Stop | Ending::Colon => false,
        };
        stops.then(|| self.at(decision("truncated", Some("true".to_string()), "open_sentence"), last, self.whole(last)))
    }
}

/// The rank of a date that is not that of publication.
const REJECTED: u32 = 100;
/// Rejected dates beyond this number are not noted.
const MOST_DATES: usize = 64;

/// "Harbour road closed | Norrvik Post" without the site.
fn without_site_name(title: &str) -> &str {
    let cut = [" | ", " - ", " – ", " — ", " :: ", " » "].iter().filter_map(|joint| title.rfind(joint)).max();
    match cut {
        Some(at) if title[..at].split_whitespace().count() >= 3 => &title[..at],
        _ => title,
    }
}
