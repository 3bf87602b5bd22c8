//! What a headline does: whom it puts first, in which verb and voice, and what it leaves to the body.
//!
//! The verb is found by a table of our own of verbs that headlines live on, with their inflections;
//! a headline without one of them, or with no verb at all, has voice `none`.

use crate::coverage::{CellStatus, Fact};
use crate::summary::{ActorInStory, sentence_id};
use crate::terms::{fold, words};
use crate::view::ArticleView;
use parallax_text::record::rounded;
use parallax_text::{BlockKind, EntityKind};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The headline of one article.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeadlineSummary {
    /// The article.
    pub doc_id: String,
    /// Its words.
    pub text: String,
    /// The actor it names first: id of the story's actor.
    pub first_actor: Option<String>,
    /// Active or passive, by its first verb.
    pub voice: HeadlineVoice,
    /// Base form of that verb.
    pub verb: Option<String>,
    /// Mean tone towards the actors it names, in order of their ids.
    pub tone: Vec<HeadlineTone>,
    /// The frame it is set in most clearly, `frame:CODEBOOK/FRAME`, where one is likely.
    pub frame: Option<String>,
    /// What the body stresses and the headline does not: ids of actors (in a quarter of the body's
    /// sentences or more), then of facts (at the body's start, or told more than once).
    pub missing: Vec<String>,
    /// Ids of its sentences.
    pub evidence: Vec<String>,
}

/// Active or passive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HeadlineVoice {
    /// The first verb is active.
    Active,
    /// The first verb is passive.
    Passive,
    /// No verb of the table.
    None,
}

/// The tone of a headline towards an actor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeadlineTone {
    /// Id of the actor.
    pub actor: String,
    /// Mean over its mentions in the headline, -1 to 1.
    pub mean: f64,
}

/// A share of the body's sentences from which on it stresses an actor.
const STRESSED: f64 = 0.25;
/// A share of the body's sentences before a fact up to which it stands at the start.
const AT_THE_START: f64 = 0.1;
const MOST_MISSING_FACTS: usize = 3;
/// Least score of a frame.
const LIKELY: f32 = 0.5;

/// The headlines of the articles that have one, in the story's order.
pub(crate) fn headlines(views: &[ArticleView<'_>], actors: &[ActorInStory], facts: &[Fact]) -> Vec<HeadlineSummary> {
    views.iter().filter_map(|view| headline(view, actors, facts)).collect()
}

fn headline(view: &ArticleView<'_>, actors: &[ActorInStory], facts: &[Fact]) -> Option<HeadlineSummary> {
    let article = view.article;
    let sentences: Vec<u32> =
        (0..article.sentences.len() as u32).filter(|&sentence| article.zone(sentence) == BlockKind::Headline).collect();
    let text: Vec<&str> = sentences
        .iter()
        .flat_map(|&sentence| article.text()[article.sentences[sentence as usize].span].split_whitespace())
        .collect();
    if text.is_empty() {
        return None;
    }
    let text = text.join(" ");
    let mentions = article.mentions.iter().zip(&view.actor_of);
    let named: Vec<(usize, usize)> = mentions
        .filter(|(mention, _)| sentences.contains(&mention.sentence))
        .filter_map(|(mention, actor)| Some((mention.span.start(), (*actor)?)))
        .collect();
    let mut tones: BTreeMap<usize, (f64, f64)> = BTreeMap::new();
    for tone in article.tones.iter().filter(|tone| sentences.contains(&tone.sentence)) {
        if let Some(actor) = view.actor_of[tone.mention as usize] {
            let sum = tones.entry(actor).or_default();
            sum.0 += f64::from(tone.scores.mean());
            sum.1 += 1.0;
        }
    }
    let mut tone: Vec<HeadlineTone> = tones
        .into_iter()
        .map(|(actor, (sum, count))| HeadlineTone { actor: actors[actor].id.clone(), mean: rounded(sum / count) })
        .collect();
    tone.sort_by(|a, b| a.actor.cmp(&b.actor));
    let scored = article.frames.iter().filter(|frame| sentences.contains(&frame.sentence));
    let scored = scored.flat_map(|frame| frame.scores.iter().map(move |(name, score)| (frame, name, *score)));
    let frame = scored
        .filter(|(_, _, score)| *score >= LIKELY)
        .max_by(|x, y| x.2.total_cmp(&y.2).then_with(|| (&y.0.codebook, y.1).cmp(&(&x.0.codebook, x.1))));
    let (voice, verb) = verb(&text);
    let ids: Vec<String> = sentences.iter().map(|&sentence| sentence_id(view.doc_id(), sentence)).collect();
    Some(HeadlineSummary {
        doc_id: view.doc_id().to_owned(),
        first_actor: named.iter().min().map(|&(_, actor)| actors[actor].id.clone()),
        voice,
        verb,
        tone,
        frame: frame.map(|(frame, name, _)| format!("frame:{}/{name}", frame.codebook)),
        missing: missing(view, actors, facts, &named.iter().map(|(_, actor)| *actor).collect(), &ids),
        evidence: ids,
        text,
    })
}

fn missing(
    view: &ArticleView<'_>,
    actors: &[ActorInStory],
    facts: &[Fact],
    named: &BTreeSet<usize>,
    headline: &[String],
) -> Vec<String> {
    let body: BTreeSet<u32> = view.body.iter().copied().collect();
    let mut sentences: BTreeMap<usize, BTreeSet<u32>> = BTreeMap::new();
    for (mention, actor) in view.article.mentions.iter().zip(&view.actor_of) {
        if let Some(actor) = actor.filter(|_| body.contains(&mention.sentence)) {
            sentences.entry(actor).or_default().insert(mention.sentence);
        }
    }
    let mut stressed: Vec<(usize, &str)> = sentences
        .iter()
        .filter(|(actor, found)| {
            found.len() as f64 >= STRESSED * body.len() as f64
                && found.len() > 1
                && !named.contains(actor)
                && actors[**actor].is_named
                && actors[**actor].kind != EntityKind::Miscellaneous
        })
        .map(|(&actor, found)| (usize::MAX - found.len(), actors[actor].id.as_str()))
        .collect();
    stressed.sort_unstable();
    let mut untold: Vec<(usize, u64, &str)> = facts
        .iter()
        .filter_map(|fact| {
            let cell = fact.cells.iter().find(|cell| cell.doc_id == view.doc_id())?;
            let position = cell.position.filter(|_| cell.status == CellStatus::Told)?;
            let in_body = cell.evidence.len();
            let is_stressed = position <= AT_THE_START || in_body > 2;
            let in_headline = cell.evidence.iter().any(|id| headline.contains(id));
            (is_stressed && !in_headline).then(|| (usize::MAX - in_body, (position * 1e6) as u64, fact.id.as_str()))
        })
        .collect();
    untold.sort_unstable();
    let facts = untold.into_iter().take(MOST_MISSING_FACTS).map(|(_, _, id)| id);
    stressed.into_iter().map(|(_, id)| id).chain(facts).map(ToOwned::to_owned).collect()
}

/// The first verb outside quotation marks, with its voice.
fn verb(text: &str) -> (HeadlineVoice, Option<String>) {
    let outside = outside_quotations(text);
    let found: Vec<String> = words(&outside).into_iter().map(|(_, word)| fold(word)).collect();
    for index in 0..found.len() {
        let word = found[index].as_str();
        let previous = index.checked_sub(1).map(|before| found[before].as_str());
        if is_form_of_be(word) {
            // "is being sold", "was not told", "is buying".
            let after = found[index + 1..].iter().take(3).map(String::as_str);
            let rest: Vec<&str> =
                after.filter(|word| !matches!(*word, "not" | "being" | "been" | "to" | "be")).collect();
            if let Some((lemma, form)) = rest.first().and_then(|word| inflected(word)) {
                match form {
                    Form::Past | Form::Participle => return (HeadlineVoice::Passive, Some(lemma)),
                    Form::Progressive => return (HeadlineVoice::Active, Some(lemma)),
                    _ => {}
                }
            }
            return (HeadlineVoice::Active, Some("be".to_owned()));
        }
        let Some((lemma, form)) = inflected(word) else { continue };
        let after_noun_sign =
            previous.is_none_or(|word| word.ends_with("'s") || word.ends_with("s'") || is_before_noun(word));
        let after_modal = previous.is_some_and(is_modal);
        match form {
            Form::Base if after_modal => return (HeadlineVoice::Active, Some(lemma)),
            // "Voters reject": a plural before it, and not "troops offer rejected".
            Form::Base
                if previous.is_some_and(|word| word.ends_with('s') && !word.ends_with("'s"))
                    && found.get(index + 1).is_some_and(|next| inflected(next).is_none()) =>
            {
                return (HeadlineVoice::Active, Some(lemma));
            }
            Form::Third if !after_noun_sign => return (HeadlineVoice::Active, Some(lemma)),
            Form::Past | Form::Participle if !after_noun_sign => {
                let by = found[index + 1..].iter().take(2).any(|word| word == "by");
                if by || form == Form::Participle {
                    return (HeadlineVoice::Passive, Some(lemma));
                }
                return (HeadlineVoice::Active, Some(lemma));
            }
            _ => {}
        }
    }
    (HeadlineVoice::None, None)
}

/// The text without what stands in quotation marks; all of it where nothing else is left.
fn outside_quotations(text: &str) -> String {
    let mut outside = String::new();
    let mut depth = 0usize;
    let chars: Vec<char> = text.chars().collect();
    for (index, &c) in chars.iter().enumerate() {
        let in_word = index > 0
            && chars[index - 1].is_alphanumeric()
            && chars.get(index + 1).is_some_and(|c| c.is_alphanumeric());
        match c {
            '“' | '‘' | '«' => depth += 1,
            '”' | '»' => depth = depth.saturating_sub(1),
            '’' if !in_word && depth > 0 => depth -= 1,
            '"' => depth = usize::from(depth == 0),
            other if depth == 0 => outside.push(other),
            _ => {}
        }
    }
    if outside.chars().any(char::is_alphabetic) && depth == 0 { outside } else { text.to_owned() }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Base,
    Third,
    Past,
    /// Past participle where it is not the past form.
    Participle,
    Progressive,
}

/// The verb of the table that a word is a form of.
fn inflected(word: &str) -> Option<(String, Form)> {
    let known = |lemma: &str| VERBS.binary_search(&lemma).is_ok();
    let made = |lemma: &str, form| Some((lemma.to_owned(), form));
    if let Some((_, lemma, form)) = IRREGULAR.iter().find(|(irregular, _, _)| *irregular == word) {
        return made(lemma, *form);
    }
    if known(word) {
        return made(word, Form::Base);
    }
    for (ending, form) in [("s", Form::Third), ("ed", Form::Past), ("ing", Form::Progressive)] {
        let Some(head) = word.strip_suffix(ending) else { continue };
        let mut heads = vec![head.to_owned(), format!("{head}e")];
        if let Some(shorter) = head.strip_suffix('e').filter(|_| form == Form::Third) {
            heads.push(shorter.to_owned());
        }
        let shortened = if form == Form::Third { head.strip_suffix("ie") } else { head.strip_suffix('i') };
        heads.extend(shortened.map(|shorter| format!("{shorter}y")));
        let mut letters = head.chars().rev();
        if letters.next().is_some_and(|last| letters.next() == Some(last)) {
            heads.push(head[..head.len() - 1].to_owned());
        }
        if let Some(lemma) = heads.iter().find(|lemma| known(lemma)) {
            return made(lemma, form);
        }
    }
    None
}

fn is_form_of_be(word: &str) -> bool {
    matches!(word, "is" | "are" | "was" | "were" | "be" | "been" | "isn't" | "aren't" | "wasn't" | "weren't")
}

fn is_modal(word: &str) -> bool {
    matches!(
        word,
        "will"
            | "would"
            | "can"
            | "could"
            | "may"
            | "might"
            | "must"
            | "should"
            | "to"
            | "won't"
            | "can't"
            | "don't"
            | "doesn't"
            | "didn't"
            | "not"
            | "did"
            | "does"
            | "do"
            | "cannot"
    )
}

/// Words behind which a noun stands, not a verb.
fn is_before_noun(word: &str) -> bool {
    matches!(
        word,
        "the"
            | "a"
            | "an"
            | "of"
            | "in"
            | "on"
            | "at"
            | "for"
            | "from"
            | "with"
            | "against"
            | "by"
            | "over"
            | "after"
            | "his"
            | "her"
            | "its"
            | "their"
            | "our"
            | "my"
            | "your"
            | "new"
            | "no"
            | "more"
            | "and"
            | "this"
            | "these"
    )
}

/// Verbs that headlines live on; ours, in alphabetical order.
#[rustfmt::skip]
const VERBS: &[&str] = &[
    "abandon", "accept", "accuse", "acknowledge", "admit", "agree", "aim", "announce", "answer", "appeal", "appear",
    "approve", "argue", "arrest", "ask", "assail", "attack", "avoid", "back", "ban", "battle", "become", "begin",
    "believe", "blame", "blast", "block", "boast", "boost", "brand", "break", "bring", "build", "buy", "call",
    "cancel", "challenge", "charge", "claim", "clash", "close", "condemn", "confirm", "confront", "consider",
    "continue", "convict", "criticise", "criticize", "cut", "decide", "declare", "decline", "defend", "defy",
    "delay", "demand", "denounce", "deny", "deploy", "describe", "dismiss", "dodge", "drop", "end", "endorse", "escape", "expand",
    "expect", "explain", "express", "face", "fail", "fall", "fear", "fight", "find", "fire", "flee", "follow",
    "force", "gain", "get", "give", "go", "grant", "grow", "halt", "help", "hit", "hold", "honour", "hope", "impose",
    "insist", "invite", "join", "keep", "kill", "lash", "launch", "lead", "lease", "leave", "lose", "make", "meet", "mock",
    "mourn", "move", "need", "offer", "open", "oppose", "order", "oust", "pass", "pay", "plan", "pledge", "praise",
    "prefer", "prepare", "press", "promise", "propose", "protest", "pull", "push", "put", "quit", "raise", "reach", "rebuff",
    "rebuke", "refuse", "reject", "release", "remain", "renew", "repeat", "reply", "report", "resign", "respond",
    "return", "reveal", "rise", "rule", "run", "say", "see", "seek", "seize", "sell", "send", "show", "sign", "slam",
    "spar", "speak", "stand", "start", "stay", "stop", "strike", "sue", "suggest", "support", "suspend", "take", "talk",
    "target", "tell", "threaten", "throw", "try", "turn", "unveil", "urge", "use", "visit", "vote", "vow", "want",
    "warn", "welcome", "win", "withdraw", "wonder", "work",
];

/// Forms that no rule gives.
const IRREGULAR: &[(&str, &str, Form)] = &[
    ("became", "become", Form::Past),
    ("began", "begin", Form::Past),
    ("begun", "begin", Form::Participle),
    ("broke", "break", Form::Past),
    ("broken", "break", Form::Participle),
    ("brought", "bring", Form::Past),
    ("built", "build", Form::Past),
    ("bought", "buy", Form::Past),
    ("fallen", "fall", Form::Participle),
    ("fell", "fall", Form::Past),
    ("fled", "flee", Form::Past),
    ("fought", "fight", Form::Past),
    ("found", "find", Form::Past),
    ("gave", "give", Form::Past),
    ("given", "give", Form::Participle),
    ("goes", "go", Form::Third),
    ("got", "get", Form::Past),
    ("grew", "grow", Form::Past),
    ("held", "hold", Form::Past),
    ("kept", "keep", Form::Past),
    ("led", "lead", Form::Past),
    ("left", "leave", Form::Past),
    ("lost", "lose", Form::Past),
    ("made", "make", Form::Past),
    ("met", "meet", Form::Past),
    ("paid", "pay", Form::Past),
    ("risen", "rise", Form::Participle),
    ("rose", "rise", Form::Past),
    ("said", "say", Form::Past),
    ("saw", "see", Form::Past),
    ("seen", "see", Form::Participle),
    ("sent", "send", Form::Past),
    ("sold", "sell", Form::Past),
    ("sought", "seek", Form::Past),
    ("spoke", "speak", Form::Past),
    ("spoken", "speak", Form::Participle),
    ("stood", "stand", Form::Past),
    ("struck", "strike", Form::Past),
    ("taken", "take", Form::Participle),
    ("threw", "throw", Form::Past),
    ("thrown", "throw", Form::Participle),
    ("told", "tell", Form::Past),
    ("took", "take", Form::Past),
    ("went", "go", Form::Past),
    ("withdrew", "withdraw", Form::Past),
    ("won", "win", Form::Past),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{article, story};

    #[test]
    fn the_first_verb_and_its_voice() {
        let check = |text: &str, voice: HeadlineVoice, lemma: Option<&str>| {
            assert_eq!(verb(text), (voice, lemma.map(ToOwned::to_owned)), "{text}");
        };
        use HeadlineVoice::{Active, None as NoVoice, Passive};
        check("Mayor rejects minister’s offer to buy the mill", Active, Some("reject"));
        check("Mayor's plan offers valley a way out", Active, Some("offer"));
        check("Mill offer rejected by mayor", Passive, Some("reject"));
        check("The mill was sold in secret", Passive, Some("sell"));
        check("What Lind is buying in Norrvik", Active, Some("buy"));
        check("‘They want it all’: mayor defies minister", Active, Some("defy"));
        check("Voters reject the sale", Active, Some("reject"));
        check("A mill, a river and a long memory", NoVoice, None);
        check("", NoVoice, None);
    }

    #[test]
    fn tables_are_in_order() {
        assert!(VERBS.is_sorted());
        assert!(IRREGULAR.iter().all(|(_, lemma, _)| VERBS.binary_search(lemma).is_ok()));
    }

    #[test]
    fn the_first_actor_the_tone_and_whom_the_body_stresses() {
        let lines = ["*Bo0 wants the mill.", "*Bo0 has money.", "Rain fell.", "*Ada0 sleeps."];
        let story = story(&[article("a", "Star", Some("*Ada-0.5 rejects offer"), &lines)]);
        let found = &story.headlines[0];
        assert_eq!((found.first_actor.as_deref(), found.verb.as_deref()), (Some("per:ada"), Some("reject")));
        assert_eq!(found.tone, [HeadlineTone { actor: "per:ada".into(), mean: -0.5 }]);
        assert_eq!(found.missing[0], "per:bo");
        assert!(story.headlines.len() == 1 && found.evidence == ["a#0"]);
    }
}
