//! One article as the measures of a story see it.

use crate::summary::{ActorInStory, DocumentSummary, sentence_id};
use crate::voices::{SpokenWord, spoken_words};
use parallax_text::{AnnotatedArticle, BlockKind, LayerStatus, Mention, Quote, Span, Tone, Voice};
use std::collections::{BTreeMap, BTreeSet};

/// One article with its mentions mapped to the story's actors.
pub(crate) struct ArticleView<'a> {
    /// Index in the story.
    pub(crate) index: usize,
    pub(crate) article: &'a AnnotatedArticle,
    /// Per mention: index of the story's actor.
    pub(crate) actor_of: Vec<Option<usize>>,
    /// Per entity: index of the story's actor.
    actor_of_entity: Vec<Option<usize>>,
    /// Sentences of the body that count, in order.
    pub(crate) body: Vec<u32>,
    /// Their words, in order, with whose they are.
    pub(crate) words: Vec<SpokenWord>,
    /// Per sentence of the body: whose most of its words are; of as many, the outlet's.
    voice_of: BTreeMap<u32, Voice>,
    /// Sentences of the body that another article of the story has too.
    pub(crate) shared: BTreeSet<u32>,
    /// Those of them that count in no figure.
    left_out: BTreeSet<u32>,
}

impl<'a> ArticleView<'a> {
    pub(crate) fn new(
        index: usize,
        article: &'a AnnotatedArticle,
        actors: &[ActorInStory],
        shared: BTreeSet<u32>,
    ) -> Self {
        let mut actor_of_entity = vec![None; article.entities.len()];
        for (actor, found) in actors.iter().enumerate() {
            for &(_, entity) in found.members.iter().filter(|(member, _)| *member == index) {
                actor_of_entity[entity as usize] = Some(actor);
            }
        }
        let actor_of = article
            .mentions
            .iter()
            .map(|mention| mention.entity.and_then(|entity| actor_of_entity[entity as usize]))
            .collect();
        let body: Vec<u32> =
            (0..article.sentences.len() as u32).filter(|&sentence| article.zone(sentence).is_body()).collect();
        let words = spoken_words(article, &body);
        let voice_of = voices_of(&words);
        Self { index, article, actor_of, actor_of_entity, body, words, voice_of, shared, left_out: BTreeSet::new() }
    }

    /// The same article as if these sentences of its body were not there.
    pub(crate) fn without(&self, left_out: BTreeSet<u32>) -> Self {
        let body: Vec<u32> = self.body.iter().copied().filter(|sentence| !left_out.contains(sentence)).collect();
        let words = self.words.iter().copied().filter(|word| !left_out.contains(&word.sentence)).collect();
        let voice_of = self.voice_of.iter().filter(|(sentence, _)| !left_out.contains(sentence));
        Self {
            index: self.index,
            article: self.article,
            actor_of: self.actor_of.clone(),
            actor_of_entity: self.actor_of_entity.clone(),
            body,
            words,
            voice_of: voice_of.map(|(&sentence, &voice)| (sentence, voice)).collect(),
            shared: self.shared.difference(&left_out).copied().collect(),
            left_out,
        }
    }

    /// Whether a sentence counts in figures.
    pub(crate) fn counts(&self, sentence: u32) -> bool {
        !self.left_out.contains(&sentence)
    }

    /// Whether a sentence of the body counts in figures.
    pub(crate) fn counts_in_body(&self, sentence: u32) -> bool {
        self.article.zone(sentence).is_body() && self.counts(sentence)
    }

    /// How many sentences of all prose count in figures.
    pub(crate) fn counted_sentences(&self) -> u64 {
        (self.article.sentences.len() - self.left_out.len()) as u64
    }

    /// The sentences of the body that count in no figure.
    pub(crate) fn left_out(&self) -> &BTreeSet<u32> {
        &self.left_out
    }

    pub(crate) fn doc_id(&self) -> &'a str {
        &self.article.document.doc_id
    }

    /// The named mentions of an actor that count.
    pub(crate) fn mentions_of(&self, actor: usize) -> impl Iterator<Item = &'a Mention> + '_ {
        self.all_mentions_of(actor).filter(|mention| mention.form.is_named())
    }

    /// Its mentions that count in any form, descriptions and pronouns too.
    pub(crate) fn all_mentions_of(&self, actor: usize) -> impl Iterator<Item = &'a Mention> + '_ {
        self.every_mention_of(actor).filter(|mention| self.counts(mention.sentence))
    }

    /// Its mentions in any form, those in sentences that are left out too.
    pub(crate) fn every_mention_of(&self, actor: usize) -> impl Iterator<Item = &'a Mention> + '_ {
        let mentions = self.article.mentions.iter().zip(&self.actor_of);
        mentions.filter(move |(_, found)| **found == Some(actor)).map(|(mention, _)| mention)
    }

    pub(crate) fn tones_of(&self, actor: usize) -> impl Iterator<Item = &'a Tone> + '_ {
        let tones = self.article.tones.iter().filter(|tone| self.counts(tone.sentence));
        tones.filter(move |tone| self.actor_of[tone.mention as usize] == Some(actor))
    }

    pub(crate) fn sentence_ids(&self, sentences: impl IntoIterator<Item = u32>) -> Vec<String> {
        let unique: BTreeSet<u32> = sentences.into_iter().collect();
        unique.into_iter().map(|sentence| sentence_id(self.doc_id(), sentence)).collect()
    }

    /// The sentence that a stretch of the text begins in.
    pub(crate) fn sentence_at(&self, span: Span) -> Option<u32> {
        let sentences = &self.article.sentences;
        let index = sentences.partition_point(|sentence| sentence.span.end() <= span.start());
        (index < sentences.len()).then_some(index as u32)
    }

    pub(crate) fn block_of(&self, sentence: u32) -> u32 {
        self.article.sentences[sentence as usize].block
    }

    /// Whose most words of a sentence of the body are.
    pub(crate) fn voice_of(&self, sentence: u32) -> Option<Voice> {
        self.voice_of.get(&sentence).copied()
    }

    pub(crate) fn layer_done(&self, name: &str) -> bool {
        self.article.layers.iter().any(|layer| layer.name == name && layer.status == LayerStatus::Done)
    }

    pub(crate) fn headline(&self) -> bool {
        self.article.article.blocks.iter().any(|block| block.kind == BlockKind::Headline)
    }

    /// The innermost quotation that holds a stretch of the text.
    pub(crate) fn quote_at(&self, span: Span) -> Option<&'a Quote> {
        let holding = self.article.quotes.iter().filter(|quote| quote.span.contains(span));
        holding.min_by_key(|quote| (quote.span.len(), quote.span.start()))
    }

    /// Index of the story's actor who an entity of this article is.
    pub(crate) fn actor_of_entity(&self, entity: u32) -> Option<usize> {
        self.actor_of_entity[entity as usize]
    }

    pub(crate) fn words_kept(&self) -> u64 {
        self.article.article.blocks.iter().map(|block| count_words(&self.article.text()[block.span])).sum()
    }

    pub(crate) fn words_dropped(&self) -> u64 {
        let source = &self.article.document.source;
        self.article.article.dropped.iter().map(|dropped| count_words(&source[dropped.source])).sum()
    }

    pub(crate) fn document(&self, later: bool) -> DocumentSummary {
        let article = &self.article.article;
        DocumentSummary {
            doc_id: self.doc_id().to_owned(),
            outlet: article.outlet.clone(),
            title: article.title.clone(),
            byline: article.byline.clone(),
            published: article.published.clone(),
            language: article.language.clone(),
            truncated: article.truncated,
            later,
            words_kept: self.words_kept(),
            words_dropped: self.words_dropped(),
            body_sentences: self.body.len() as u64,
        }
    }
}

fn voices_of(words: &[SpokenWord]) -> BTreeMap<u32, Voice> {
    let mut counts: BTreeMap<u32, BTreeMap<Voice, usize>> = BTreeMap::new();
    for word in words {
        *counts.entry(word.sentence).or_default().entry(word.voice).or_default() += 1;
    }
    let most = |counts: BTreeMap<Voice, usize>| {
        counts
            .into_iter()
            .max_by_key(|&(voice, count)| (count, std::cmp::Reverse(voice)))
            .map_or(Voice::Own, |one| one.0)
    };
    counts.into_iter().map(|(sentence, counts)| (sentence, most(counts))).collect()
}

fn count_words(text: &str) -> u64 {
    text.split_whitespace().filter(|word| is_word(word)).count() as u64
}

/// Whether a piece between white space counts as a word.
pub(crate) fn is_word(piece: &str) -> bool {
    piece.chars().any(char::is_alphanumeric)
}
