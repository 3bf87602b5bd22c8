//! Whose words an article is made of: its own, and those of each speaker it quotes or reports.

use crate::group::{Cell, Group, Kind};
use crate::summary::ActorInStory;
use crate::view::{ArticleView, is_word};
use crate::{Measurement, Status};
use parallax_text::{AnnotatedArticle, BlockKind, Quote, QuoteKind, VerbClass, Voice};
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// A word of the body with whose it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SpokenWord {
    pub(crate) sentence: u32,
    pub(crate) block: u32,
    pub(crate) voice: Voice,
    /// Index of the quotation it stands in: the innermost.
    pub(crate) quote: Option<u32>,
}

/// Someone who speaks in the articles of a story.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpeakerSummary {
    /// Id of the story's actor; null for speakers who are not one.
    pub actor: Option<String>,
    /// Its name; for others the words that name the speaker ("a senior official"); null where the
    /// article names nobody.
    pub name: Option<String>,
    /// Words quoted or reported, in the bodies of all articles.
    pub words: u64,
    /// What each article has of them.
    pub uses: Vec<VoiceUse>,
}

/// What one article has of one speaker, in one form.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VoiceUse {
    /// The article.
    pub doc_id: String,
    /// Direct, indirect or mixed.
    pub voice: Voice,
    /// Quotations, in the body; parts of one statement are one.
    pub quotes: u64,
    /// Their words.
    pub words: u64,
    /// Of these, those in sentences that another article has too.
    #[serde(default)]
    pub words_shared: u64,
    /// The verbs that introduce them, the most frequent first.
    pub verbs: Vec<VerbUse>,
    /// Ids of the sentences they stand in.
    pub evidence: Vec<String>,
}

/// How often a verb introduces a speaker's words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VerbUse {
    /// Base form.
    pub lemma: String,
    /// Its class, where the table of verbs has it.
    pub class: Option<VerbClass>,
    /// How often.
    pub count: u64,
}

/// The words of the body, each in the innermost quotation that holds its start.
pub(crate) fn spoken_words(article: &AnnotatedArticle, body: &[u32]) -> Vec<SpokenWord> {
    let text = article.text();
    let mut order: Vec<u32> = (0..article.quotes.len() as u32).collect();
    let span = |quote: u32| article.quotes[quote as usize].span;
    order.sort_by_key(|&quote| (span(quote).start(), Reverse(span(quote).end()), quote));
    let mut waiting = order.into_iter().peekable();
    let mut open: Vec<u32> = Vec::new();
    let mut words = Vec::new();
    for &index in body {
        let sentence = article.sentences[index as usize];
        let inside = &text[sentence.span];
        for piece in inside.split_whitespace().filter(|piece| is_word(piece)) {
            let at = sentence.span.start() + (piece.as_ptr() as usize - inside.as_ptr() as usize);
            while let Some(quote) = waiting.next_if(|&quote| span(quote).start() <= at) {
                open.push(quote);
            }
            open.retain(|&quote| span(quote).end() > at);
            // A mark or a bracket before the word (“Go) does not take it out of the quotation.
            let opening = waiting.peek().copied().filter(|&quote| {
                let start = span(quote).start();
                start < at + piece.len() && !is_word(&text[at..start])
            });
            let quote = opening.or_else(|| open.last().copied());
            let voice = quote.map_or(Voice::Own, |quote| voice_of(&article.quotes[quote as usize]));
            words.push(SpokenWord { sentence: index, block: sentence.block, voice, quote });
        }
    }
    words
}

fn voice_of(quote: &Quote) -> Voice {
    match quote.kind {
        QuoteKind::Direct => Voice::Direct,
        QuoteKind::Indirect => Voice::Indirect,
        QuoteKind::Mixed => Voice::Mixed,
    }
}

/// Who speaks.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Who {
    Actor(usize),
    Words(String),
    Nobody,
}

pub(crate) fn speaker_of(view: &ArticleView<'_>, quote: u32) -> Who {
    let Some(speaker) = &view.article.quotes[quote as usize].speaker else { return Who::Nobody };
    match speaker.entity.and_then(|entity| view.actor_of_entity(entity)) {
        Some(actor) => Who::Actor(actor),
        None => {
            let words = view.article.text()[speaker.span].split_whitespace().collect::<Vec<_>>().join(" ");
            // A pronoun that could not be told names nobody.
            let is_pronoun = PRONOUNS.contains(&words.to_lowercase().as_str());
            if is_pronoun { Who::Nobody } else { Who::Words(words) }
        }
    }
}

const PRONOUNS: [&str; 12] = ["he", "she", "it", "they", "we", "you", "i", "who", "which", "that", "this", "others"];

/// The story's actors who speak, by their share of each article's reported words.
pub(crate) fn speaking_actors(views: &[ArticleView<'_>], actors: &[ActorInStory]) -> Vec<usize> {
    let mut shares: BTreeMap<usize, u64> = BTreeMap::new();
    for view in views {
        let spoken: Vec<Who> =
            view.words.iter().filter_map(|word| word.quote).map(|quote| speaker_of(view, quote)).collect();
        for who in &spoken {
            if let Who::Actor(actor) = who {
                *shares.entry(*actor).or_default() += 1_000_000_000 / spoken.len() as u64;
            }
        }
    }
    let mut ranked: Vec<usize> = shares.keys().copied().collect();
    ranked.sort_by(|a, b| shares[b].cmp(&shares[a]).then_with(|| actors[*a].id.cmp(&actors[*b].id)));
    ranked
}

/// All speakers of a story, those with the most words first.
pub(crate) fn speakers(views: &[ArticleView<'_>], actors: &[ActorInStory]) -> Vec<SpeakerSummary> {
    let mut found: BTreeMap<Who, Vec<VoiceUse>> = BTreeMap::new();
    for view in views {
        for (who, uses) in uses_of(view) {
            found.entry(who).or_default().extend(uses);
        }
    }
    let mut speakers: Vec<SpeakerSummary> = found
        .into_iter()
        .map(|(who, uses)| {
            let (actor, name) = match who {
                Who::Actor(actor) => (Some(actors[actor].id.clone()), Some(actors[actor].name.clone())),
                Who::Words(words) => (None, Some(words)),
                Who::Nobody => (None, None),
            };
            SpeakerSummary { actor, name, words: uses.iter().map(|one| one.words).sum(), uses }
        })
        .collect();
    speakers.sort_by(|a, b| b.words.cmp(&a.words).then_with(|| (&a.actor, &a.name).cmp(&(&b.actor, &b.name))));
    speakers
}

fn uses_of(view: &ArticleView<'_>) -> BTreeMap<Who, Vec<VoiceUse>> {
    #[derive(Default)]
    struct Counts {
        quotes: u64,
        words: u64,
        words_shared: u64,
        verbs: BTreeMap<(String, Option<VerbClass>), u64>,
        sentences: Vec<u32>,
    }
    let mut counts: BTreeMap<(Who, Voice), Counts> = BTreeMap::new();
    let mut seen = vec![false; view.article.quotes.len()];
    let mut cues = Vec::new();
    for word in &view.words {
        let Some(index) = word.quote else { continue };
        let quote = &view.article.quotes[index as usize];
        let entry = counts.entry((speaker_of(view, index), word.voice)).or_default();
        entry.words += 1;
        entry.words_shared += u64::from(view.shared.contains(&word.sentence));
        entry.sentences.push(word.sentence);
        if std::mem::replace(&mut seen[index as usize], true) {
            continue;
        }
        // The parts of a statement are one quotation as long as they are of one form, and count.
        let earlier = quote.continues.map(|earlier| &view.article.quotes[earlier as usize]);
        let earlier = earlier.filter(|earlier| view.sentence_at(earlier.span).is_none_or(|at| view.counts(at)));
        entry.quotes += u64::from(earlier.is_none_or(|earlier| earlier.kind != quote.kind));
        // Parts of one statement share their cue, which counts once.
        if let Some(cue) = quote.cue.as_ref().filter(|cue| !cues.contains(&cue.span)) {
            cues.push(cue.span);
            *entry.verbs.entry((cue.lemma.clone(), cue.class)).or_default() += 1;
        }
    }
    let mut uses: BTreeMap<Who, Vec<VoiceUse>> = BTreeMap::new();
    for ((who, voice), counts) in counts {
        let mut verbs: Vec<VerbUse> =
            counts.verbs.into_iter().map(|((lemma, class), count)| VerbUse { lemma, class, count }).collect();
        verbs.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.lemma.cmp(&b.lemma)));
        let (doc_id, evidence) = (view.doc_id().to_owned(), view.sentence_ids(counts.sentences));
        uses.entry(who).or_default().push(VoiceUse {
            doc_id,
            voice,
            quotes: counts.quotes,
            words: counts.words,
            words_shared: counts.words_shared,
            verbs,
            evidence,
        });
    }
    uses
}

/// The words of the body, those in a voice counting one.
pub(crate) fn voice_cells(view: &ArticleView<'_>, voice: Voice) -> Vec<Cell> {
    view.words.iter().map(|word| Cell::one(view, word.sentence, i64::from(word.voice == voice))).collect()
}

impl Group<'_> {
    /// The share of the body's words in each voice.
    pub(crate) fn voice_shares(&self, out: &mut Vec<Measurement>) {
        for voice in [Voice::Own, Voice::Direct, Voice::Indirect, Voice::Mixed] {
            let cells = self.cells(|view| voice_cells(view, voice));
            let made = Measurement {
                unit: "share".to_owned(),
                n_unit: "words".to_owned(),
                method: "words of the body in this voice".to_owned(),
                evidence: self.evidence(|view| {
                    let of = view.words.iter().filter(|word| word.voice == voice && voice != Voice::Own);
                    of.map(|word| word.sentence).collect()
                }),
                ..self.blank("voice_share", None, Some(voice), Some(BlockKind::Body))
            };
            out.push(self.known("attribution", self.mean_of_clusters(made, cells, &Kind::SHARE)));
        }
    }

    /// The words of one speaker, and their share of all quoted and reported words.
    pub(crate) fn speaker_measures(&self, speaker: usize, actor: &ActorInStory, out: &mut Vec<Measurement>) {
        let speaks = |view: &ArticleView<'_>, quote: u32| speaker_of(view, quote) == Who::Actor(speaker);
        for voice in [Voice::Direct, Voice::Indirect, Voice::Mixed] {
            let words_of = |view: &ArticleView<'_>| -> Vec<u32> {
                let of = view
                    .words
                    .iter()
                    .filter(|word| word.voice == voice && word.quote.is_some_and(|quote| speaks(view, quote)));
                of.map(|word| word.sentence).collect()
            };
            let made = Measurement {
                value: Some(self.views.iter().map(|view| words_of(view).len() as f64).sum()),
                unit: "words".to_owned(),
                n: self.views.iter().map(|view| view.words.len() as u64).sum(),
                n_unit: "words".to_owned(),
                method: "words of the body that are this speaker's".to_owned(),
                evidence: self.evidence(words_of),
                ..self.blank("speaker_words", None, Some(voice), Some(BlockKind::Body)).held_by(&actor.id)
            };
            out.push(self.known("attribution", made));
        }
        let cells = self.cells(|view| {
            let reported = view.words.iter().filter_map(|word| Some((word.sentence, word.quote?)));
            reported.map(|(sentence, quote)| Cell::one(view, sentence, i64::from(speaks(view, quote)))).collect()
        });
        let made = Measurement {
            unit: "share".to_owned(),
            n_unit: "words".to_owned(),
            method: "this speaker's words of all words of the body that are quoted or reported".to_owned(),
            ..self.blank("speaker_share", None, None, Some(BlockKind::Body)).held_by(&actor.id)
        };
        let made = self.mean_of_clusters(made, cells, &Kind::SHARE);
        let made = if made.n == 0 { Measurement { status: Status::NotApplicable, ..made } } else { made };
        out.push(self.known("attribution", made));
    }
}

#[cfg(test)]
mod tests {
    use crate::fixture::{article, story};
    use crate::{Measurement, Status, StorySummary};

    const TALK: [&str; 5] = [
        "Rain fell on the town.",
        "*Ada0 said {indirect Ada say|that all is lost}.",
        "{direct Ada say|We lost the bridge}, she said, {direct Ada say +|and the mill}.",
        "{direct Bo warn|Leave now}, *Bo0 warned.",
        "Nobody left.",
    ];

    fn find<'a>(story: &'a StorySummary, id: &str) -> &'a Measurement {
        story.measurements.iter().find(|m| m.id == id).unwrap_or_else(|| panic!("no {id}"))
    }

    #[test]
    fn every_word_of_the_body_has_one_voice() {
        let story = story(&[article("a", "Star", Some("{direct Ada say|Lost}"), &TALK)]);
        let check = |voice: &str, words: f64, evidence: &[&str]| {
            let m = find(&story, &format!("s/article/a/voice_share/{voice}"));
            assert_eq!((m.value, m.n), (Some((words / 26.0 * 1e4).round() / 1e4), 26), "{voice}");
            assert_eq!(m.evidence, evidence, "{voice}");
            assert!(m.ci_low.unwrap() <= m.value.unwrap() && m.value.unwrap() <= m.ci_high.unwrap());
        };
        check("own", 13.0, &[]);
        check("direct", 9.0, &["a#3", "a#4"]);
        check("indirect", 4.0, &["a#2"]);
        check("mixed", 0.0, &[]);
    }

    #[test]
    fn speakers_have_their_words_verbs_and_sentences() {
        let story = story(&[article("a", "Star", None, &TALK)]);
        let check = |at: usize, name: &str, uses: &[(&str, u64, u64, &str)]| {
            let speaker = &story.speakers[at];
            let found: Vec<_> = speaker
                .uses
                .iter()
                .map(|one| (one.voice.name(), one.quotes, one.words, one.verbs[0].lemma.as_str()))
                .collect();
            assert_eq!((speaker.name.as_deref(), found.as_slice()), (Some(name), uses));
        };
        // The two parts of one statement are one quotation with one verb.
        check(0, "Ada", &[("direct", 1, 7, "say"), ("indirect", 1, 4, "say")]);
        check(1, "Bo", &[("direct", 1, 2, "warn")]);
        let share = find(&story, "s/article/a/speaker_share/by/per:bo");
        assert_eq!((share.n, share.status), (13, Status::Insufficient));
        let words = find(&story, "s/article/a/speaker_words/direct/by/per:ada");
        assert_eq!((words.value, words.evidence.as_slice()), (Some(7.0), ["a#2".to_owned()].as_slice()));
    }

    #[test]
    fn a_speaker_s_views_are_never_the_outlet_s() {
        let lines: Vec<String> =
            (0..6).map(|n| format!("{{direct Bo say|*Ada-0.{n} is a fool}}, he said, and *Ada0.{n} went.")).collect();
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let story = story(&[article("a", "Star", None, &lines)]);
        let value = |id: &str| find(&story, &format!("s/article/a/tone_mean/per:ada/{id}")).value;
        assert_eq!((value("own"), value("direct"), value("by/per:bo")), (Some(0.25), Some(-0.25), Some(-0.25)));
    }

    #[test]
    fn where_attribution_did_not_run_nothing_is_known() {
        let mut one = article("a", "Star", None, &TALK);
        one.layers.retain(|layer| layer.name != "attribution");
        let story = story(&[one]);
        assert_eq!(find(&story, "s/article/a/voice_share/own").status, Status::Unknown);
    }
}
