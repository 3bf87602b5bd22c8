//! The actors of a story: which actors of its articles are the same.

use crate::actors::part_or_same;
use crate::aliases::well_known;
use crate::countries::{country_of_capital, government_key};
use crate::known::KnownActors;
use crate::names::{
    Part, PersonIndex, PersonName, acronym, fold, gender_of, thing_key, without_article, without_title,
};
use crate::naming::office_of;
use crate::things::{Scope, Thing, first_part, fullest, majority};
use crate::titles::Gender;
use parallax_text::{Entity, EntityKind, Mention, MentionForm, Sentence, Span};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// What the merge has to know of an article.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ActorsOf {
    /// The article; unique in the story.
    pub doc_id: String,
    /// Its actors, in order of their indices.
    pub actors: Vec<ArticleActor>,
}

/// An actor of an article, by the names it has there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ArticleActor {
    /// The fullest name.
    pub name: String,
    /// The kind.
    pub kind: EntityKind,
    /// How often it is named in which words, titles included; of an actor without a name, how often
    /// it is described in which words. Pronouns are not counted.
    pub forms: BTreeMap<String, u32>,
    /// Whether it has a name, not descriptions only.
    pub is_named: bool,
    /// Offices that titles and descriptions give it, with their countries.
    pub offices: BTreeSet<OfficeOf>,
    /// Of an actor without a name: the sentence that describes it first.
    pub described_in: Option<String>,
}

/// An office of a country: ("president", "Mexico").
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct OfficeOf {
    /// The office in one form for all its spellings.
    pub office: String,
    /// The country's usual name.
    pub country: String,
    /// Whether it is that of a head of state or government.
    pub is_leader: bool,
}

impl ActorsOf {
    /// Counts the surface forms of an article's entities, and reads their offices.
    ///
    /// # Panics
    /// If the entities are not of these mentions, or the mentions not of this text and these sentences.
    #[must_use]
    pub fn new(doc_id: &str, text: &str, sentences: &[Sentence], mentions: &[Mention], entities: &[Entity]) -> Self {
        let actor = |entity: &Entity| {
            let mut forms = BTreeMap::new();
            let own = || entity.mentions.iter().map(|&mention| &mentions[mention as usize]);
            let is_named = own().any(|mention| mention.form.is_named());
            let counted =
                |mention: &&Mention| mention.form.is_named() || !is_named && mention.form == MentionForm::Description;
            for mention in own().filter(counted) {
                *forms.entry(text[mention.span].to_owned()).or_default() += 1;
            }
            let offices =
                own().filter(|_| entity.kind == EntityKind::Person).filter_map(|mention| office_of(text, mention));
            let offices = offices
                .map(|found| OfficeOf {
                    office: found.office,
                    country: found.country.to_owned(),
                    is_leader: found.is_leader,
                })
                .collect();
            let first = own().next().filter(|_| !is_named);
            let described_in = first.map(|mention| text[sentences[mention.sentence as usize].span].to_owned());
            ArticleActor { name: entity.name.clone(), kind: entity.kind, forms, is_named, offices, described_in }
        };
        Self { doc_id: doc_id.to_owned(), actors: entities.iter().map(actor).collect() }
    }
}

/// An actor of a story.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoryActor {
    /// Made of the kind and the name (`per:ana-ruiz`), so the same in every run; unique in the story.
    pub id: String,
    /// The full name that most articles use.
    pub name: String,
    /// The kind of most mentions.
    pub kind: EntityKind,
    /// Whether an article names it, not descriptions only.
    pub is_named: bool,
    /// Index of the user's actor that it is.
    pub known: Option<usize>,
    /// Mentions in all articles.
    pub mentions: u32,
    /// Index of an article (as given) and of its actor, in that order.
    pub members: Vec<(usize, u32)>,
}

/// Joins the actors of the articles of one story; the most mentioned first, then by name.
///
/// Persons are joined by full name, and a person known by surname only is joined to a fuller name
/// only if that is the only one in the story which fits. Two persons that one article keeps apart
/// stay apart. Other actors are joined by name, by another spelling of a well-known name, and by
/// an acronym that only one of them can stand for.
///
/// An actor that an article only describes joins a named one where its office and country are those
/// of exactly one person of the story whom that article does not name ("the Mexican president"), and
/// another article's described alike where the description names a country or organisation ("Mexican
/// officials") or stands in the same sentence, word for word; else it stays alone. The user's actors win over all that.
///
/// The result does not depend on the order of the articles, but for the indices in `members`.
#[must_use]
pub fn merge(articles: &[ActorsOf], known: &KnownActors) -> Vec<StoryActor> {
    let mut items: Vec<Item<'_>> = Vec::new();
    for (article, of) in articles.iter().enumerate() {
        let item = |(actor, one)| Item::new(article, actor, one, &of.doc_id);
        items.extend(of.actors.iter().enumerate().map(item));
    }
    items.sort_by(|a, b| (a.doc_id, a.actor, a.one).cmp(&(b.doc_id, b.actor, b.one)));
    take_for_things(&mut items);

    let mut groups = persons(&items);
    groups.extend(things(&items));
    join_described(&items, &mut groups);
    let groups = with_known(&items, groups, known);
    let mut actors: Vec<StoryActor> =
        groups.iter().map(|(group, of_user)| story_actor(&items, group, of_user.map(|at| (at, known)))).collect();
    let order = |one: &StoryActor, other: &StoryActor| {
        let names = |actor: &StoryActor| (Reverse(actor.mentions), actor.name.clone(), actor.kind);
        let first = |actor: &StoryActor| actor.members.iter().map(|&(article, at)| (&articles[article], at)).min();
        names(one).cmp(&names(other)).then_with(|| first(one).cmp(&first(other)))
    };
    actors.sort_by(order);
    let mut used: BTreeMap<String, u32> = BTreeMap::new();
    for actor in &mut actors {
        let count = used.entry(actor.id.clone()).or_default();
        *count += 1;
        if *count > 1 {
            actor.id = format!("{}-{count}", actor.id);
        }
    }
    actors
}

/// An actor of an article with what it is compared by.
struct Item<'articles> {
    article: usize,
    actor: u32,
    doc_id: &'articles str,
    one: &'articles ArticleActor,
    kind: EntityKind,
    mentions: u32,
    /// Names of a person: the full ones, or the only one.
    names: BTreeSet<PersonName>,
    gender: Option<Gender>,
    roles: BTreeSet<&'static str>,
}

impl<'articles> Item<'articles> {
    fn new(article: usize, actor: usize, one: &'articles ArticleActor, doc_id: &'articles str) -> Self {
        let mut item = Item {
            article,
            actor: actor as u32,
            doc_id,
            one,
            kind: one.kind,
            mentions: one.forms.values().sum(),
            names: BTreeSet::new(),
            gender: None,
            roles: BTreeSet::new(),
        };
        if one.kind == EntityKind::Person && one.is_named {
            item.read_person();
        }
        item
    }

    fn read_person(&mut self) {
        for form in std::iter::once(&self.one.name).chain(self.one.forms.keys()) {
            let Some(found) = without_title(form, Span::new(0, form.len())) else { continue };
            self.gender = self.gender.or(gender_of(found.title));
            self.roles.extend(found.title.map(|title| title.role).filter(|role| !role.is_empty()));
            self.names.extend(PersonName::new(&fold(&form[found.name])));
        }
        if self.names.iter().any(PersonName::is_full) {
            self.names.retain(PersonName::is_full);
        }
    }

    fn fullest(&self) -> Option<&PersonName> {
        self.names.iter().max_by_key(|name| name.words.len())
    }
}

/// A bare name that one article takes for a person's and another for a thing's is the thing's,
/// unless somebody has it as a surname, a title or a gender; and where a firm of the story has it
/// ("Norvane" of "Norvane Group"), it is the firm's.
fn take_for_things(items: &mut [Item<'_>]) {
    let mut kinds: BTreeMap<String, Vec<(EntityKind, u32)>> = BTreeMap::new();
    let mut firms: BTreeSet<String> = BTreeSet::new();
    let mut surnames: BTreeSet<String> = BTreeSet::new();
    for item in items.iter().filter(|item| item.one.is_named) {
        if item.names.is_empty() {
            let keys = keys(item.one);
            firms.extend(keys.iter().filter_map(|key| first_part(key)).map(ToOwned::to_owned));
            for key in keys {
                kinds.entry(key).or_default().push((item.kind, item.mentions));
            }
        }
        surnames.extend(item.names.iter().filter(|name| name.is_full()).filter_map(|name| name.words.last().cloned()));
    }
    for item in items.iter_mut().filter(|item| item.one.is_named) {
        let key = thing_key(&item.one.name);
        let is_person = item.gender.is_some()
            || !item.roles.is_empty()
            || item.names.iter().any(PersonName::is_full)
            || !item.names.is_empty() && surnames.contains(&key);
        let thing = kinds.get(&key).map(|kinds| majority(kinds.iter().copied()));
        let firm = firms.contains(&key).then_some(EntityKind::Organization);
        if let Some(kind) = firm.or(thing.filter(|_| !item.names.is_empty())).filter(|_| !is_person) {
            item.kind = kind;
            item.names.clear();
        }
    }
}

/// Actors of articles that are one actor of the story: indices of items.
type Group = Vec<usize>;

/// A person of the story, while the articles' persons are being joined.
struct Person {
    names: BTreeSet<PersonName>,
    fullest: PersonName,
    gender: Option<Gender>,
    roles: BTreeSet<&'static str>,
    articles: BTreeSet<usize>,
    members: Group,
}

/// Persons, found by the words of their names.
#[derive(Default)]
struct Persons {
    all: Vec<Person>,
    index: PersonIndex,
}

impl Persons {
    fn add(&mut self, at: usize, item: &Item<'_>, to: Option<usize>) {
        let Some(fullest) = item.fullest() else { return };
        let index = to.unwrap_or(self.all.len());
        if index == self.all.len() {
            self.all.push(Person {
                names: BTreeSet::new(),
                fullest: fullest.clone(),
                gender: None,
                roles: BTreeSet::new(),
                articles: BTreeSet::new(),
                members: Vec::new(),
            });
        }
        let person = &mut self.all[index];
        for name in item.names.iter().filter(|name| name.is_full() || to.is_none()) {
            self.index.add(name, index);
            person.names.insert(name.clone());
        }
        if fullest.words.len() > person.fullest.words.len() {
            person.fullest = fullest.clone();
        }
        person.gender = person.gender.or(item.gender);
        person.roles.extend(&item.roles);
        person.articles.insert(item.article);
        person.members.push(at);
    }
}

impl Person {
    /// Whether the item is of another article, and not of another gender.
    fn is_open_to(&self, item: &Item<'_>) -> bool {
        let same_gender = self.gender.is_none() || item.gender.is_none() || self.gender == item.gender;
        same_gender && !self.articles.contains(&item.article)
    }
}

fn persons(items: &[Item<'_>]) -> Vec<Group> {
    let mut ordered: Vec<usize> = (0..items.len()).filter(|&at| !items[at].names.is_empty()).collect();
    ordered.sort_by_key(|&at| {
        let item = &items[at];
        let words = item.fullest().map(|name| name.words.len());
        (Reverse(words), Reverse(item.mentions), &item.names, item.gender == Some(Gender::Male), at)
    });
    let (mut full, mut bare) = (Persons::default(), Persons::default());
    for at in ordered {
        let item = &items[at];
        let Some(name) = item.fullest() else { continue };
        if name.is_full() {
            let agrees = |person: &Person| person.is_open_to(item) && person.fullest.agrees_with(name);
            let fitting: Vec<usize> =
                full.index.near(name).into_iter().filter(|&index| agrees(&full.all[index])).collect();
            // A name that agrees with several says too little.
            let only = if let [only] = fitting.as_slice() { Some(*only) } else { None };
            full.add(at, item, only);
        } else if let Some(bearer) = bearer(&full, item, name) {
            full.add(at, item, Some(bearer));
        } else {
            let same = |person: &Person| person.is_open_to(item) && person.fullest == *name;
            let first = bare.index.near(name).into_iter().find(|&index| same(&bare.all[index]));
            bare.add(at, item, first);
        }
    }
    full.all.into_iter().chain(bare.all).map(|person| person.members).collect()
}

/// The only full person whose name a bare one is part of; where there are several, the only one
/// with the same office, or of the same generation.
fn bearer(full: &Persons, item: &Item<'_>, name: &PersonName) -> Option<usize> {
    let part = |index: usize| full.all[index].names.iter().filter_map(|other| part_or_same(name, other)).min();
    let parts: Vec<(Part, usize)> =
        full.index.near(name).into_iter().filter_map(|index| Some((part(index)?, index))).collect();
    let closest = parts.iter().map(|&(part, _)| part).min()?;
    let candidates: Vec<usize> =
        parts.into_iter().filter(|&(part, _)| part == closest).map(|(_, index)| index).collect();
    let only = |fits: &dyn Fn(&Person) -> bool| {
        let mut left = candidates.iter().copied().filter(|&index| fits(&full.all[index]));
        left.next().filter(|_| left.next().is_none())
    };
    only(&|_| true)
        .or_else(|| only(&|person| !person.roles.is_disjoint(&item.roles)))
        .or_else(|| only(&|person| person.names.iter().any(|other| other.generation == name.generation)))
        .filter(|&index| full.all[index].is_open_to(item))
}

fn things(items: &[Item<'_>]) -> Vec<Group> {
    let classes = classes(items);
    let mut names: Vec<Thing> = Vec::new();
    let mut class_of: Vec<usize> = Vec::new();
    let mut defined: BTreeMap<String, String> = BTreeMap::new();
    for (class, (keys, group)) in classes.iter().enumerate() {
        let kind = majority(group.iter().map(|&at| (items[at].kind, items[at].mentions)));
        for key in keys {
            let is_acronym =
                group.iter().all(|&at| acronym(&items[at].one.name).is_some_and(|letters| letters == *key));
            names.push(Thing { key: key.clone(), kind, is_acronym });
            class_of.push(class);
        }
        let full = keys.iter().max_by_key(|key| key.split(' ').count());
        let letters = group.iter().flat_map(|&at| items[at].one.forms.keys()).filter_map(|form| acronym(form));
        for letters in letters {
            let full = full.filter(|full| **full != letters);
            defined.extend(full.map(|full| (letters, full.clone())));
        }
    }
    let mut groups: BTreeMap<usize, Group> = BTreeMap::new();
    let mut leads_to: BTreeMap<usize, usize> = BTreeMap::new();
    for (name, root) in fullest(&names, &defined, Scope::Story).into_iter().enumerate() {
        if class_of[root] != class_of[name] {
            leads_to.entry(class_of[name]).or_insert(class_of[root]);
        }
    }
    for (class, (_, group)) in classes.iter().enumerate() {
        groups.entry(root_of(class, &leads_to)).or_default().extend(group);
    }
    groups.into_values().collect()
}

/// Items that share a key are one thing, and so are the keys of one item.
fn classes(items: &[Item<'_>]) -> Vec<(BTreeSet<String>, Group)> {
    let mut class_of: BTreeMap<String, usize> = BTreeMap::new();
    let mut classes: Vec<(BTreeSet<String>, Group)> = Vec::new();
    for (at, item) in items.iter().enumerate().filter(|(_, item)| item.names.is_empty() && item.one.is_named) {
        let (mut keys, mut group) = (keys(item.one), vec![at]);
        let shared: BTreeSet<usize> = keys.iter().filter_map(|key| class_of.get(key)).copied().collect();
        for class in shared {
            let (other_keys, other_group) = std::mem::take(&mut classes[class]);
            keys.extend(other_keys);
            group.extend(other_group);
        }
        class_of.extend(keys.iter().map(|key| (key.clone(), classes.len())));
        classes.push((keys, group));
    }
    classes.retain(|(_, group)| !group.is_empty());
    classes.sort();
    classes
}

/// The class that a class of names stands for in the end; of classes that stand for one another,
/// the first.
fn root_of(class: usize, leads_to: &BTreeMap<usize, usize>) -> usize {
    let mut seen = BTreeSet::from([class]);
    let mut root = class;
    while let Some(&next) = leads_to.get(&root) {
        if !seen.insert(next) {
            return first_of_circle(next, leads_to);
        }
        root = next;
    }
    root
}

fn first_of_circle(start: usize, leads_to: &BTreeMap<usize, usize>) -> usize {
    let circle = std::iter::successors(leads_to.get(&start), |at| leads_to.get(at)).take_while(|&&at| at != start);
    circle.copied().chain([start]).min().unwrap_or(start)
}

/// What a thing is compared by: its name, and its forms of several words.
fn keys(one: &ArticleActor) -> BTreeSet<String> {
    let several = one.forms.keys().map(|form| thing_key(form)).filter(|key| key.contains(' '));
    let name = thing_key(&one.name);
    // "Washington" as an organisation is the government, not the city.
    if one.kind == EntityKind::Organization && country_of_capital(&name).is_some() {
        return BTreeSet::from([government_key(&name)]);
    }
    std::iter::once(name).chain(several).filter(|key| !key.is_empty()).collect()
}

/// Actors without a name: each joins the person who has its office, or those described alike.
fn join_described(items: &[Item<'_>], groups: &mut Vec<Group>) {
    let mut holders: BTreeMap<(&str, &str), BTreeSet<usize>> = BTreeMap::new();
    for (index, group) in groups.iter().enumerate() {
        for office in group.iter().flat_map(|&at| &items[at].one.offices) {
            holders.entry((&office.office, &office.country)).or_default().insert(index);
            if office.is_leader {
                holders.entry(("leader", &office.country)).or_default().insert(index);
            }
        }
    }
    // "Ruiz administration", described here and named there.
    let mut bodies: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
    for (index, group) in groups.iter().enumerate() {
        for key in group.iter().filter(|&&at| items[at].names.is_empty()).flat_map(|&at| keys(items[at].one)) {
            bodies.entry(key).or_default().insert(index);
        }
    }
    let named = groups.len();
    let mut alike: BTreeMap<String, usize> = BTreeMap::new();
    let mut joins: Vec<(usize, usize)> = Vec::new();
    for (at, item) in items.iter().enumerate().filter(|(_, item)| !item.one.is_named) {
        let mut fitting: BTreeSet<usize> = BTreeSet::new();
        for office in &item.one.offices {
            let held = holders.get(&(office.office.as_str(), office.country.as_str()));
            fitting.extend(held.into_iter().flatten());
        }
        let says_whose = item.one.name.chars().any(char::is_uppercase);
        if fitting.is_empty() && says_whose {
            fitting.extend(bodies.get(&thing_key(&item.one.name)).into_iter().flatten());
        }
        let only = fitting.first().filter(|_| fitting.len() == 1).copied();
        let apart = |group: usize| groups[group].iter().all(|&other| items[other].article != item.article);
        if let Some(group) = only.filter(|&group| apart(group)) {
            joins.push((group, at));
            continue;
        }
        // "experts" may be others in another article, but not where one text is printed twice.
        let where_found = item.one.described_in.as_deref().filter(|_| !says_whose);
        let key = format!("{}\n{}", fold(&item.one.name), where_found.unwrap_or_default());
        let group = alike.get(&key).filter(|_| says_whose || where_found.is_some());
        match group
            .filter(|&&group| says_whose || groups[group].iter().all(|&other| items[other].article != item.article))
        {
            Some(&group) => groups[group].push(at),
            None => {
                alike.insert(key, groups.len());
                groups.push(vec![at]);
            }
        }
    }
    // Two of one article that fit one person are two.
    let mut taken: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    for &(group, at) in &joins {
        *taken.entry((group, items[at].article)).or_default() += 1;
    }
    for (group, at) in joins {
        if taken[&(group, items[at].article)] == 1 && group < named {
            groups[group].push(at);
        } else {
            groups.push(vec![at]);
        }
    }
}

/// Groups with the user's actor that each is: all that has a name or alias of it, and what was
/// joined to that, unless it is another one's.
fn with_known(items: &[Item<'_>], groups: Vec<Group>, known: &KnownActors) -> Vec<(Group, Option<usize>)> {
    let told = |at: usize| {
        let one = items[at].one;
        known.find(&one.name).or_else(|| one.forms.keys().find_map(|form| known.find(form)))
    };
    let mut of_user: BTreeMap<usize, Group> = BTreeMap::new();
    let mut rest: Vec<(Group, Option<usize>)> = Vec::new();
    for group in groups {
        let (claimed, free): (Group, Group) = group.into_iter().partition(|&at| told(at).is_some());
        let actors: BTreeSet<usize> = claimed.iter().filter_map(|&at| told(at)).collect();
        for &at in &claimed {
            of_user.entry(told(at).unwrap_or_default()).or_default().push(at);
        }
        match actors.first().filter(|_| actors.len() == 1) {
            Some(&only) => of_user.entry(only).or_default().extend(free),
            None if free.is_empty() => {}
            None => rest.push((free, None)),
        }
    }
    rest.extend(of_user.into_iter().map(|(actor, group)| (group, Some(actor))));
    rest
}

fn story_actor(items: &[Item<'_>], group: &Group, of_user: Option<(usize, &KnownActors)>) -> StoryActor {
    let stated = of_user.map(|(actor, known)| &known.actors()[actor]);
    let kind = stated
        .map_or_else(|| majority(group.iter().map(|&at| (items[at].kind, items[at].mentions))), |actor| actor.kind);
    let is_named = group.iter().any(|&at| items[at].one.is_named);
    let naming: Group = group.iter().copied().filter(|&at| items[at].one.is_named || !is_named).collect();
    let name = stated.map_or_else(|| name_of(items, &naming), |actor| actor.name.clone());
    let mut members: Vec<(usize, u32)> = group.iter().map(|&at| (items[at].article, items[at].actor)).collect();
    members.sort_unstable();
    StoryActor {
        id: format!("{}:{}", kind.label().to_lowercase(), fold(&name).replace(' ', "-")),
        name,
        kind,
        is_named,
        known: of_user.map(|(actor, _)| actor),
        mentions: naming.iter().map(|&at| items[at].mentions).sum(),
        members,
    }
}

/// The usual name of a well-known actor; else, of the names that are not short forms, the one
/// that most articles have, then the fullest.
fn name_of(items: &[Item<'_>], group: &Group) -> String {
    let mut names: BTreeMap<&str, (u32, u32)> = BTreeMap::new();
    for &at in group {
        let name = items[at].one.name.as_str();
        let tally = names.entry(name).or_default();
        *tally = (tally.0 + 1, tally.1 + items[at].mentions);
    }
    let is_person = group.iter().any(|&at| !items[at].names.is_empty());
    if let Some(known) = names.keys().find_map(|name| usual_name(name)).filter(|_| !is_person) {
        return known.to_owned();
    }
    let rank = |name: &str, (articles, mentions): (u32, u32)| {
        let words = fold(name).split(' ').count();
        let short = words == 1 || acronym(name).is_some();
        (!short, articles, words, mentions, Reverse(name.to_owned()))
    };
    let best = names.iter().max_by_key(|&(name, &tally)| rank(name, tally));
    best.map(|(name, _)| (*name).to_owned()).unwrap_or_default()
}

fn usual_name(name: &str) -> Option<&'static str> {
    let folded = fold(name);
    let known = well_known(without_article(&folded))?;
    (thing_key(name) == fold(known.name)).then_some(known.name)
}

#[cfg(test)]
mod tests;
