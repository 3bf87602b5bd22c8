//! From what a tagger gives to names that can be compared: slips mended, titles joined, and
//! "Trump" in "the Trump administration" told from Trump.

use crate::aliases::{shares_name_with_state, well_known};
use crate::countries::{country_of_capital, government_key};
use crate::names::{
    PersonName, TitledName, fold, spelled_as_name, thing_key, title_before, without_article, without_title,
};
use crate::spans::trim_name;
use crate::things::{first_part, is_organization_word};
use crate::titles::Title;
use parallax_text::{EntityKind, Mention, Sentence, Span};
use std::collections::{BTreeMap, BTreeSet};

/// A mention with what its name is compared by.
#[derive(Clone, Debug)]
pub(crate) struct Named {
    pub(crate) mention: Mention,
    /// The name without its title.
    pub(crate) name: Span,
    /// The title directly before the name, inside the mention.
    pub(crate) title: Option<Title>,
    pub(crate) who: Who,
}

/// What a name is compared by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Who {
    Person(PersonName),
    Thing(String),
}

/// Mends mentions and reads their names; in order of the text, without overlaps.
pub(crate) fn repair(text: &str, sentences: &[Sentence], mentions: Vec<Mention>) -> Vec<Named> {
    let mut mentions = tidy(text, mentions);
    cut_first_words(text, sentences, &mut mentions);
    mentions = split_addresses(text, mentions);
    mentions = split_compounds(text, mentions);
    agree_on_kinds(text, &mut mentions);
    extend_offices(text, &mut mentions);
    extend_places(text, &mut mentions);
    let mentions = without_overlaps(mentions);
    with_titles(text, sentences, mentions)
}

fn tidy(text: &str, mentions: Vec<Mention>) -> Vec<Mention> {
    let inside = mentions.into_iter().filter(|mention| text.get(mention.span.range()).is_some());
    let trimmed = inside.map(|mention| {
        let span = trim_name(text, mention.span);
        Mention { span: without_small_words(text, span, mention.kind), ..mention }
    });
    without_overlaps(trimmed.filter(|mention| is_name(text, mention.span)).collect())
}

fn is_name(text: &str, span: Span) -> bool {
    let name = &text[span];
    let letters = || name.chars().filter(|character| character.is_alphabetic());
    let has_capital = letters().next().is_none() || letters().any(|letter| !letter.is_lowercase());
    let is_handle = text[..span.start()].ends_with('@') || name.contains('@') || name.contains("://");
    let is_other = is_handle || is_pronoun(name) || is_party_label(text, span);
    name.chars().any(char::is_alphanumeric) && has_capital && !is_other
}

/// "federal Bureau of Fish" without "federal"; persons may be "van der Berg".
fn without_small_words(text: &str, span: Span, kind: EntityKind) -> Span {
    let (name, mut start) = (&text[span], span.start());
    let is_small = |word: &str| word.chars().all(char::is_lowercase);
    for word in name.split_inclusive(' ') {
        if kind == EntityKind::Person || !is_small(word.trim_end()) || start + word.len() >= span.end() {
            break;
        }
        start += word.len();
    }
    Span::new(start, span.end())
}

/// "R-Ky." behind a name.
fn is_party_label(text: &str, span: Span) -> bool {
    let state = text[span]
        .strip_prefix(['D', 'I', 'R'])
        .and_then(|rest| rest.strip_prefix(['-', '\u{2013}']))
        .map(str::trim_start);
    let is_apart = text[..span.start()].ends_with(['(', ',']) || text[..span.start()].ends_with(", ");
    let is_state = |state: &str| well_known(&fold(state)).is_some() || text[span.end()..].starts_with('.');
    is_apart && state.is_some_and(|state| state.starts_with(char::is_uppercase) && is_state(state))
}

fn is_pronoun(name: &str) -> bool {
    const PRONOUNS: [&str; 22] = [
        "a", "an", "he", "her", "his", "i", "it", "its", "me", "my", "our", "she", "that", "the", "their", "them",
        "they", "this", "we", "who", "you", "your",
    ];
    let all_capitals = name.chars().count() > 1 && !name.chars().any(char::is_lowercase);
    !all_capitals && PRONOUNS.binary_search(&name.to_lowercase().as_str()).is_ok()
}

/// Sorted by place; of two that overlap the longer stays, then the more certain.
fn without_overlaps(mut mentions: Vec<Mention>) -> Vec<Mention> {
    mentions.sort_by(|a, b| {
        let certainty = b.score.total_cmp(&a.score);
        (b.span.len().cmp(&a.span.len())).then(certainty).then(a.span.cmp(&b.span)).then(a.kind.cmp(&b.kind))
    });
    let mut taken: BTreeMap<usize, Mention> = BTreeMap::new();
    for mention in mentions {
        let before = taken.range(..mention.span.end()).next_back();
        if before.is_none_or(|(_, other)| !other.span.overlaps(mention.span)) {
            taken.insert(mention.span.start(), mention);
        }
    }
    taken.into_values().collect()
}

/// The first word of a sentence has a capital without being a name: where the tagger is unsure of
/// "Key Lagos", and "Lagos" is named elsewhere, that is the name.
fn cut_first_words(text: &str, sentences: &[Sentence], mentions: &mut [Mention]) {
    const UNSURE: f32 = 0.75;
    let mut counts: BTreeMap<String, u32> = BTreeMap::new();
    for mention in mentions.iter() {
        *counts.entry(compared(&text[mention.span])).or_default() += 1;
    }
    for mention in mentions.iter_mut().filter(|mention| mention.score < UNSURE) {
        let start = mention.span.start();
        let is_first = sentences.get(mention.sentence as usize).is_some_and(|sentence| sentence.span.start() == start);
        let Some((word, rest)) = text[mention.span].split_once(' ').filter(|_| is_first) else { continue };
        let count = |name: &str| counts.get(&compared(name)).copied().unwrap_or(0);
        if count(rest) >= 2 && count(&text[mention.span]) == 1 {
            mention.span = Span::new(start + word.len() + 1, mention.span.end());
        }
    }
}

/// "Lagos, Florida" names two places, "Washington, D.C." one.
fn split_addresses(text: &str, mentions: Vec<Mention>) -> Vec<Mention> {
    let mut split = Vec::with_capacity(mentions.len());
    for mention in mentions {
        let name = &text[mention.span];
        let is_address = mention.kind == EntityKind::Location && name.contains(", ");
        if !is_address || well_known(&compared(name)).is_some() {
            split.push(mention);
            continue;
        }
        let mut start = mention.span.start();
        for part in name.split_inclusive(", ") {
            let span = trim_name(text, Span::new(start, start + part.len()));
            start += part.len();
            if is_name(text, span) {
                split.push(Mention { span, ..mention.clone() });
            }
        }
    }
    split
}

/// "U.S.-Mexico" names two places, "U.S.-led" one.
fn split_compounds(text: &str, mentions: Vec<Mention>) -> Vec<Mention> {
    let mut known: BTreeMap<String, EntityKind> = BTreeMap::new();
    for mention in &mentions {
        let name = &text[mention.span];
        if !name.contains(['-', '\u{2013}', '/']) {
            known.entry(compared(name)).or_insert(mention.kind);
        }
    }
    let kind_of = |span: Span| -> Option<EntityKind> {
        let name = &text[span];
        let folded = compared(name);
        let listed = well_known(&folded).filter(|_| spelled_as_name(name, &folded));
        listed.map(|listed| listed.kind).or_else(|| known.get(&folded).copied())
    };
    let mut split = Vec::with_capacity(mentions.len());
    for mention in mentions {
        let name = &text[mention.span];
        let mut marks = name.match_indices(['-', '\u{2013}', '/']);
        let (Some((at, mark)), None) = (marks.next(), marks.next()) else {
            split.push(mention);
            continue;
        };
        let start = mention.span.start();
        let first = Span::new(start, start + at);
        let second = Span::new(start + at + mark.len(), mention.span.end());
        let small = text[second].starts_with(char::is_lowercase);
        match (kind_of(first), kind_of(second)) {
            (Some(kind), _) if small => split.push(Mention { span: first, kind, ..mention }),
            (None, _) if small && is_participle(&text[second]) => split.push(Mention { span: first, ..mention }),
            (Some(one), Some(other)) if office_after(text, mention.span).is_none() => {
                split.push(Mention { span: first, kind: one, ..mention.clone() });
                split.push(Mention { span: second, kind: other, ..mention });
            }
            _ => split.push(mention),
        }
    }
    split
}

/// "-led" behind a name whose own kind is not known: that of the whole will do ("French-led").
fn is_participle(word: &str) -> bool {
    matches!(
        word,
        "aligned"
            | "allied"
            | "backed"
            | "based"
            | "born"
            | "controlled"
            | "dominated"
            | "funded"
            | "held"
            | "leaning"
            | "led"
            | "made"
            | "occupied"
            | "owned"
            | "run"
            | "speaking"
            | "style"
            | "trained"
    )
}

fn compared(name: &str) -> String {
    without_article(&fold(name)).to_owned()
}

/// Where the tagger gives one name several kinds, the article decides: a surname or a name with a
/// title is a person's, "Norvane" beside "Norvane Group" a company's; else most places of the name
/// do, and of a person's only those that the tagger was less sure of follow.
fn agree_on_kinds(text: &str, mentions: &mut [Mention]) {
    let keys: Vec<String> = mentions.iter().map(|mention| key_without_title(text, mention)).collect();
    let mut tallies: BTreeMap<&str, BTreeMap<EntityKind, (u32, f32)>> = BTreeMap::new();
    // Surnames and names with a title, with the certainty of the surest place.
    let mut persons: BTreeMap<&str, f32> = BTreeMap::new();
    let mut firms: BTreeSet<&str> = BTreeSet::new();
    for (key, mention) in keys.iter().zip(mentions.iter()) {
        let tally = tallies.entry(key).or_default().entry(mention.kind).or_default();
        *tally = (tally.0 + 1, tally.1 + mention.score);
        match mention.kind {
            EntityKind::Person => {
                let has_title = compared(&text[mention.span]) != *key;
                if let Some(name) = key.rsplit_once(' ').map(|(_, surname)| surname).or(has_title.then_some(key)) {
                    let sure = persons.entry(name).or_default();
                    *sure = sure.max(mention.score);
                }
            }
            EntityKind::Organization => firms.extend(first_part(key)),
            _ => {}
        }
    }
    for (key, mention) in keys.iter().zip(mentions.iter_mut()) {
        let key = key.as_str();
        let listed = well_known(key).filter(|_| spelled_as_name(&text[mention.span], key));
        let tally = &tallies[key];
        let total: u32 = tally.values().map(|&(count, _)| count).sum();
        let majority = tally.iter().find(|&(_, &(count, _))| 2 * count > total);
        let is_person = mention.kind == EntityKind::Person;
        match (listed, majority) {
            // "(Nortpix via Getty Images)": an agency.
            _ if is_person && !key.contains(' ') && text[mention.span.end()..].starts_with(" via ") => {
                mention.kind = EntityKind::Organization;
            }
            (Some(listed), _) if !is_person => mention.kind = listed.kind,
            _ if mention.kind == EntityKind::Location && names_organization(key) => {
                mention.kind = EntityKind::Organization;
            }
            _ if !is_person && tally.contains_key(&EntityKind::Person) && persons.contains_key(key) => {
                mention.kind = if is_where(text, mention.span) { mention.kind } else { EntityKind::Person };
            }
            _ if firms.contains(key) && !persons.contains_key(key) => mention.kind = EntityKind::Organization,
            (_, Some((&kind, &(count, sum)))) if kind != mention.kind => {
                let of_person =
                    (is_person || kind == EntityKind::Person) && (key.contains(' ') || persons.contains_key(key));
                if !of_person || mention.score < sum / count as f32 {
                    mention.kind = kind;
                }
            }
            // "Ruiz" tagged as a place, beside "Ana Ruiz".
            _ if !is_person && tally.len() == 1 && persons.get(key).is_some_and(|&sure| mention.score < sure) => {
                mention.kind = EntityKind::Person;
            }
            _ => {}
        }
    }
}

/// Whether a name stands where only a place can: "in Ruiz".
fn is_where(text: &str, name: Span) -> bool {
    let before = text[..name.start()].trim_end();
    [" in", " near", "In", "Near"].iter().any(|word| before.ends_with(word))
}

/// Whether a place is an organisation: its last word says so, or it is a chamber of parliament.
fn names_organization(key: &str) -> bool {
    match key.rsplit_once(' ') {
        Some((_, last)) => is_organization_word(last) || key == "us house",
        None => matches!(key, "congress" | "house" | "parliament" | "senate"),
    }
}

fn key_without_title(text: &str, mention: &Mention) -> String {
    let name = match mention.kind {
        EntityKind::Person => without_title(text, mention.span).map_or(mention.span, |found| found.name),
        _ => mention.span,
    };
    compared(&text[name])
}

/// Words that make an actor of its own of the person's name before them.
const OFFICES: [&str; 6] = ["administration", "aides", "allies", "campaign", "government", "officials"];

fn office_after(text: &str, name: Span) -> Option<Span> {
    let rest = text[name.end()..].strip_prefix(' ')?;
    let word = rest.split(|character: char| !character.is_alphanumeric()).next()?;
    OFFICES.binary_search(&word.to_lowercase().as_str()).ok()?;
    Some(Span::new(name.start(), name.end() + 1 + word.len()))
}

fn extend_offices(text: &str, mentions: &mut [Mention]) {
    for mention in mentions.iter_mut().filter(|mention| mention.kind == EntityKind::Person) {
        let last = text[mention.span].rsplit(' ').next().unwrap_or_default().to_lowercase();
        let extended = office_after(text, mention.span);
        if extended.is_some() || last.len() < mention.span.len() && OFFICES.binary_search(&last.as_str()).is_ok() {
            mention.kind = EntityKind::Organization;
            mention.span = extended.unwrap_or(mention.span);
        }
    }
}

/// "Mexico" in "Mexico City", "Mexico state", "New Mexico" and "Gulf of Mexico" is not Mexico.
fn extend_places(text: &str, mentions: &mut [Mention]) {
    for mention in mentions.iter_mut().filter(|mention| mention.kind == EntityKind::Location) {
        let folded = compared(&text[mention.span]);
        let (before, after) = (&text[..mention.span.start()], &text[mention.span.end()..]);
        let follows = |word: &str| {
            let rest = after.strip_prefix(word);
            rest.is_some_and(|rest| !rest.starts_with(char::is_alphanumeric)).then_some(word.len())
        };
        let state = follows(" state").or(follows(" State")).filter(|_| shares_name_with_state(&folded));
        let longer = follows(" City").or(state).unwrap_or(0);
        let is_new = matches!(
            folded.as_str(),
            "delhi" | "england" | "hampshire" | "jersey" | "mexico" | "orleans" | "south wales" | "york" | "zealand"
        );
        let gulf = before.ends_with("Gulf of ").then_some("Gulf of ".len());
        let earlier = (is_new && before.ends_with("New ")).then_some("New ".len()).or(gulf).unwrap_or(0);
        mention.span = Span::new(mention.span.start() - earlier, mention.span.end() + longer);
    }
}

/// Joins titles to the persons behind them. A mention inside a title ("State" in "Secretary of
/// State") is part of it; a mention that is only a title is dropped, as descriptions are.
fn with_titles(text: &str, sentences: &[Sentence], mentions: Vec<Mention>) -> Vec<Named> {
    let surnames = surnames(text, &mentions);
    let mut named: Vec<Named> = Vec::with_capacity(mentions.len());
    let mut ends = mentions.iter().skip(1).map(|next| next.span.start()).collect::<Vec<_>>().into_iter();
    for mention in mentions {
        let limit = ends.next().unwrap_or(text.len());
        if mention.kind != EntityKind::Person {
            let key = thing_key(&text[mention.span]);
            let is_government = mention.kind == EntityKind::Location && stands_for_government(text, mention.span, &key);
            let who = Who::Thing(if is_government { government_key(&key) } else { key });
            let kind = if is_government { EntityKind::Organization } else { mention.kind };
            let mention = Mention { kind, ..mention };
            named.push(Named { name: mention.span, title: None, who, mention });
            continue;
        }
        let span = with_generation(text, mention.span, limit);
        let found = without_title(text, span).or_else(|| {
            let is_surname = surnames.contains(&fold(&text[span]));
            is_surname.then_some(TitledName { name: span, title: None })
        });
        let Some(TitledName { name, title: inside }) = found else { continue };
        let Some(person) = PersonName::new(&fold(&text[name])) else { continue };
        let sentence = sentences.get(mention.sentence as usize).map_or(span, |sentence| sentence.span);
        let earliest = sentence.start().min(span.start());
        let before = title_before_mentions(text, earliest, span, &named);
        let start = before.map_or(span.start(), |(phrase, _)| phrase.start());
        while named.last().is_some_and(|last| last.mention.span.start() >= start) {
            named.pop();
        }
        let title = inside.or(before.map(|(_, title)| title));
        let mention = Mention { span: Span::new(start, span.end()), ..mention };
        named.push(Named { mention, name, title, who: Who::Person(person) });
    }
    named
}

/// Whether a capital is named as a government: "Washington warned", "pressure from Washington",
/// "Washington’s demands", but not "in Washington".
fn stands_for_government(text: &str, name: Span, key: &str) -> bool {
    if country_of_capital(key).is_none() {
        return false;
    }
    let mut after = text[name.end()..].trim_start_matches(['\'', '\u{2019}']).splitn(3, [' ', ',', '.', '\n']);
    let (first, second) = (after.next().unwrap_or_default(), after.next().unwrap_or_default());
    let mut before = text[..name.start()].trim_end().rsplitn(3, [' ', '\n']);
    let (last, earlier) = (before.next().unwrap_or_default(), before.next().unwrap_or_default());
    let (last, earlier) = (last.to_lowercase(), earlier.to_lowercase());
    let is_policy = matches!(
        second,
        "allies"
            | "ambassador"
            | "approval"
            | "decision"
            | "demand"
            | "demands"
            | "envoy"
            | "policies"
            | "policy"
            | "position"
            | "response"
            | "sanctions"
            | "stance"
            | "support"
            | "tariffs"
            | "threat"
            | "threats"
    );
    if first == "s" && is_policy {
        return true;
    }
    let relates = matches!(
        earlier.as_str(),
        "agreement"
            | "conflict"
            | "deal"
            | "negotiations"
            | "pressure"
            | "relations"
            | "support"
            | "talks"
            | "tensions"
            | "ties"
    );
    if relates && matches!(last.as_str(), "from" | "with" | "between") {
        return true;
    }
    let behind_preposition = crate::syntax::is_preposition(&last) || last.ends_with(',');
    let acts = first.is_empty()
        && (crate::syntax::is_saying(second)
            || matches!(second, "wants" | "imposed" | "agreed" | "refuses" | "refused" | "threatened" | "insists"));
    acts && !behind_preposition
}

/// The title before a name, of which no mention before it has a part only.
fn title_before_mentions(text: &str, earliest: usize, span: Span, named: &[Named]) -> Option<(Span, Title)> {
    let (phrase, title) = title_before(text, earliest, span.start())?;
    let near = named.iter().rev().map(|named| named.mention.span).take_while(|other| other.end() > phrase.start());
    let cut = near.into_iter().find(|&other| !phrase.contains(other));
    match cut {
        Some(cut) => title_before(text, cut.end().min(span.start()), span.start()),
        None => Some((phrase, title)),
    }
}

fn surnames(text: &str, mentions: &[Mention]) -> BTreeSet<String> {
    let persons = mentions.iter().filter(|mention| mention.kind == EntityKind::Person);
    persons.filter_map(|mention| fold(&text[mention.span]).rsplit_once(' ').map(|(_, last)| last.to_owned())).collect()
}

/// The name with "Jr." or "III" behind it.
fn with_generation(text: &str, span: Span, limit: usize) -> Span {
    let Some(after) = text.get(span.end()..limit) else { return span };
    let rest = after.strip_prefix(", ").or(after.strip_prefix(' ')).unwrap_or_default();
    let comma = after.len() - rest.len();
    let word: &str = rest.split(|character: char| !character.is_alphanumeric()).next().unwrap_or_default();
    if !matches!(word, "Jr" | "Sr" | "II" | "III" | "IV") {
        return span;
    }
    let stop = usize::from(matches!(word, "Jr" | "Sr") && rest[word.len()..].starts_with('.'));
    Span::new(span.start(), span.end() + comma + word.len() + stop)
}
