//! The speaker of an attribution for which the tagger found none: by its verb, or by what it continues.

use crate::ReportingVerb;
use crate::attribution::{ArticleView, Draft};
use parallax_text::{Sentence, Span};

/// How many drafts before and after are looked at: bounds the time.
const NEAR: usize = 4;

/// Fills in sources and continuations, in order of the text.
pub(crate) fn fill(view: &ArticleView<'_>, verbs: &[ReportingVerb], drafts: &mut [Draft]) {
    let scene = Scene { view, verbs };
    for index in 0..drafts.len() {
        if drafts[index].source.is_none() {
            let (source, cue) = scene.by_verb(drafts, index);
            drafts[index].source = source;
            drafts[index].cue = drafts[index].cue.or(cue);
        }
        if drafts[index].source.is_none() {
            scene.by_neighbour(drafts, index);
        }
    }
    // What stands before the words that name the speaker: looked at last, when all of them are known.
    for index in (0..drafts.len()).rev() {
        if drafts[index].source.is_none() && drafts[index].cue.is_none() {
            scene.by_next(drafts, index);
        }
    }
}

struct Scene<'a> {
    view: &'a ArticleView<'a>,
    verbs: &'a [ReportingVerb],
}

impl Scene<'_> {
    fn text(&self) -> &str {
        self.view.text
    }

    fn sentence_at(&self, offset: usize) -> Option<(usize, Sentence)> {
        let index = self.view.sentences.partition_point(|sentence| sentence.span.end() <= offset);
        self.view.sentences.get(index).filter(|sentence| sentence.span.start() <= offset).map(|&found| (index, found))
    }

    fn block_at(&self, offset: usize) -> Option<u32> {
        self.sentence_at(offset).map(|(_, sentence)| sentence.block)
    }

    fn is_quoted(&self, span: Span) -> bool {
        let first = self.view.quoted.partition_point(|quote| quote.span.end() <= span.start());
        self.view.quoted.get(first).is_some_and(|quote| quote.span.overlaps(span))
    }

    /// The reporting verbs of a stretch that stand outside quotations.
    fn verbs_in(&self, span: Span) -> impl Iterator<Item = &ReportingVerb> {
        let first = self.verbs.partition_point(|verb| verb.span.start() < span.start());
        let inside = self.verbs[first..].iter().take_while(move |verb| verb.span.end() <= span.end());
        inside.filter(|verb| !self.is_quoted(verb.span))
    }

    /// Source and cue by the verb: the draft's own, or one beside its quotation in the same sentence.
    fn by_verb(&self, drafts: &[Draft], index: usize) -> (Option<Span>, Option<Span>) {
        let draft = &drafts[index];
        let taken = |span: Span| {
            drafts[index.saturating_sub(NEAR)..drafts.len().min(index + NEAR)]
                .iter()
                .any(|other| other.content.iter().chain(&other.cue).any(|taken| taken.overlaps(span)))
        };
        if let Some(cue) = draft.cue {
            let verb = self.verbs_in(cue).last();
            return (verb.and_then(|verb| self.subject(verb, drafts, index)), None);
        }
        // Only quotations stand beside a verb that the tagger overlooked.
        for &content in draft.content.iter().filter(|&&content| self.is_quoted(content)) {
            let Some((_, sentence)) = self.sentence_at(content.end() - 1) else { continue };
            let after = Span::new(content.end().min(sentence.span.end()), sentence.span.end());
            let start = self.sentence_at(content.start()).map_or(content.start(), |(_, first)| first.span.start());
            let next = self.verbs_in(after).find(|verb| self.words_between(content.end(), verb.span.start()) <= 8);
            let before = self
                .verbs_in(Span::new(start.min(content.start()), content.start()))
                .last()
                .filter(|verb| self.words_between(verb.span.end(), content.start()) <= 6);
            for verb in next.into_iter().chain(before).filter(|verb| !taken(verb.span)) {
                if let Some(source) = self.subject(verb, drafts, index) {
                    return (Some(source), Some(verb.span));
                }
            }
        }
        (None, None)
    }

    fn words_between(&self, from: usize, to: usize) -> usize {
        if from < to { self.text()[from..to].split_whitespace().count() } else { 0 }
    }

    /// The subject of a verb: a mention, a pronoun or a noun phrase close to it.
    fn subject(&self, verb: &ReportingVerb, drafts: &[Draft], index: usize) -> Option<Span> {
        let (_, sentence) = self.sentence_at(verb.span.start())?;
        let near = &drafts[index.saturating_sub(NEAR)..drafts.len().min(index + NEAR)];
        let usable = |span: Span| {
            sentence.span.contains(span)
                && !span.overlaps(verb.span)
                && !self.is_quoted(span)
                && !near.iter().any(|draft| draft.content.iter().chain(&draft.cue).any(|part| part.overlaps(span)))
        };
        let place = self.view.mentions.partition_point(|mention| mention.start() < verb.span.start());
        let before = self.view.mentions[..place].iter().rev().take(8).copied().find(|&mention| usable(mention));
        let after = self.view.mentions[place..].iter().take(8).copied().find(|&mention| usable(mention));
        let gap_after = |mention: Span| self.words_between(verb.span.end(), mention.start());
        if matches!(verb.lemma, "according to" | "in the words of" | "per") {
            return after
                .filter(|&mention| gap_after(mention) <= 4)
                .or_else(|| self.phrase_after(verb.span.end(), sentence));
        }
        let text = self.text();
        let lead = text[sentence.span.start().min(verb.span.start())..verb.span.start()].trim_end();
        let inverted = lead.ends_with([',', '”', '"', '’', '\'', '»', '!', '?']) || lead.is_empty();
        if inverted && !verb_is_participle(text, verb) {
            let direct = after.filter(|&mention| {
                gap_after(mention) <= 5 && !text[verb.span.end()..mention.start()].contains([',', ';', ':', '“', '"'])
            });
            if let Some(found) = direct.or_else(|| self.phrase_after(verb.span.end(), sentence)) {
                return Some(found);
            }
        }
        if self.is_passive(lead) {
            return None;
        }
        if let Some(pronoun) = self.word_before(verb.span.start(), sentence).filter(|&word| is_pronoun(&text[word])) {
            return Some(pronoun);
        }
        let close = before.filter(|&mention| {
            let gap = &text[mention.end()..verb.span.start()];
            let words = gap.split_whitespace().count();
            let aside = gap.starts_with(',') && gap.trim_end().ends_with(',') && words <= 14;
            aside || (words <= 4 && !gap.contains([',', ';', ':', '“', '"']))
        });
        close.or_else(|| self.phrase_before(verb.span.start(), sentence)).or(before)
    }

    /// The last word before an offset, auxiliaries and adverbs left out.
    fn word_before(&self, offset: usize, sentence: Sentence) -> Option<Span> {
        let text = self.text();
        let mut end = offset;
        for _ in 0..4 {
            let lead = &text[sentence.span.start().min(end)..end];
            let trimmed = lead.trim_end();
            let word_start = trimmed
                .char_indices()
                .rev()
                .take_while(|(_, c)| c.is_alphanumeric() || matches!(c, '-' | '’' | '\''))
                .last()
                .map(|(at, _)| at)?;
            let start = end - lead.len() + word_start;
            let word = Span::new(start, end - lead.len() + trimmed.len());
            if !is_helper(&text[word]) {
                return Some(word);
            }
            end = start;
        }
        None
    }

    /// "the former mayor" before a verb: up to six words from a determiner on, nothing between.
    fn phrase_before(&self, offset: usize, sentence: Sentence) -> Option<Span> {
        let last = self.word_before(offset, sentence)?;
        let text = self.text();
        let mut at = last;
        for _ in 0..6 {
            if is_determiner(&text[at]) {
                return Some(at.cover(last));
            }
            let lead = &text[sentence.span.start()..at.start()];
            let word = lead.trim_end();
            let gap_is_space = word.len() < lead.len() && word.ends_with(|c: char| c.is_alphanumeric());
            let start = word
                .char_indices()
                .rev()
                .take_while(|(_, c)| c.is_alphanumeric() || matches!(c, '-' | '’' | '\'' | '.'))
                .last()
                .map(|(start, _)| start);
            let Some(start) = start.filter(|_| gap_is_space) else { break };
            at = Span::new(sentence.span.start() + start, sentence.span.start() + word.len());
        }
        // "officials said", "Analysts say": one noun without a determiner.
        text[last].ends_with('s').then_some(last).filter(|&word| text[word].len() > 4)
    }

    /// "the former mayor" behind "said".
    fn phrase_after(&self, offset: usize, sentence: Sentence) -> Option<Span> {
        let text = self.text();
        let rest = &text[offset.min(sentence.span.end())..sentence.span.end()];
        let start = offset + rest.len() - rest.trim_start().len();
        let end = rest
            .trim_start()
            .find([',', '.', ';', ':', '“', '"', '—', '('])
            .map_or(sentence.span.end(), |at| start + at);
        let phrase = Span::new(start, end.max(start)).trimmed(text);
        let first = text[phrase].split_whitespace().next()?;
        if is_pronoun(first) {
            return Some(Span::new(phrase.start(), phrase.start() + first.len()));
        }
        (is_determiner(first) && text[phrase].split_whitespace().count() <= 9).then_some(phrase)
    }

    /// "was told", "is accused": the subject hears it.
    fn is_passive(&self, lead: &str) -> bool {
        let last = lead.rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
        matches!(
            last.to_ascii_lowercase().as_str(),
            "is" | "are" | "was" | "were" | "been" | "being" | "be" | "get" | "got"
        )
    }

    /// What the draft continues: words of the same sentence or block, or the quotation before.
    fn by_neighbour(&self, drafts: &mut [Draft], index: usize) {
        let draft = &drafts[index];
        let Some((place, sentence)) = self.sentence_at(draft.start()) else { return };
        let known = |other: &Draft| other.source.is_some();
        let in_sentence = |other: &Draft| {
            let part = other.cue.or(other.source).map_or(other.start(), Span::start);
            self.sentence_at(part).is_some_and(|(at, _)| at == place)
                || self.sentence_at(other.end().saturating_sub(1)).is_some_and(|(at, _)| at == place)
        };
        let before = (index.saturating_sub(NEAR)..index).rev();
        let after = index + 1..drafts.len().min(index + NEAR);
        // "She said so, adding that": the speaker of the sentence.
        if let Some(cue) = draft.cue {
            let shared = before.clone().find(|&other| known(&drafts[other]) && in_sentence(&drafts[other]));
            let participle = self.text()[cue].split_whitespace().next().is_some_and(|word| word.ends_with("ing"));
            if let Some(other) = shared {
                drafts[index].source = drafts[other].source;
            } else if participle {
                // "Citing aides, Ode said": the subject comes later.
                let later = after.clone().find(|&other| known(&drafts[other]) && in_sentence(&drafts[other]));
                drafts[index].source = self
                    .first_mention(drafts, index, sentence.span.start(), cue.start())
                    .or_else(|| later.and_then(|other| drafts[other].source));
            }
            return;
        }
        let quoted = draft.content.iter().any(|&content| self.is_quoted(content));
        if !quoted {
            return;
        }
        let same = before.clone().chain(after).find(|&other| {
            known(&drafts[other])
                && drafts[other].content.iter().any(|&c| self.is_quoted(c))
                && in_sentence(&drafts[other])
        });
        if let Some(other) = same {
            return self.continues(drafts, index, other);
        }
        // "She turned to the crowd: “…”"
        let start = draft.start();
        let lead = self.text()[sentence.span.start().min(start)..start].trim_end();
        if lead.ends_with(':') {
            drafts[index].source = self.first_mention(drafts, index, sentence.span.start(), start);
            return;
        }
        // A block of its own below "Her office replied:".
        let above = place.checked_sub(1).map(|place| self.view.sentences[place].span);
        if let Some(above) = above.filter(|&above| self.opens_block(start) && self.text()[above].ends_with(':')) {
            let verb = self.verbs_in(above).last().and_then(|verb| self.subject(verb, drafts, index));
            drafts[index].source = verb.or_else(|| self.first_mention(drafts, index, above.start(), above.end()));
            return;
        }
        let last = index.checked_sub(1).filter(|&other| known(&drafts[other]));
        let Some(other) = last else { return };
        let spoken = drafts[other].content.iter().any(|&content| self.is_quoted(content));
        let block = self.block_at(drafts[other].end() - 1);
        let next_block = block.is_some_and(|block| self.follows(block, sentence.block));
        let opens = self.opens_block(start);
        if block == Some(sentence.block) || (spoken && next_block && opens) {
            self.continues(drafts, index, other);
        }
    }

    /// Whether no sentence stands between two blocks.
    fn follows(&self, block: u32, next: u32) -> bool {
        let first = self.view.sentences.partition_point(|sentence| sentence.block < next);
        first > 0 && self.view.sentences[first - 1].block == block
    }

    fn opens_block(&self, offset: usize) -> bool {
        self.sentence_at(offset).is_some_and(|(index, sentence)| {
            sentence.span.start() == offset && (index == 0 || self.view.sentences[index - 1].block != sentence.block)
        })
    }

    /// A quotation before the words that name its speaker: the next one of its block that has any.
    fn by_next(&self, drafts: &mut [Draft], index: usize) {
        let quoted = |draft: &Draft| draft.content.iter().any(|&content| self.is_quoted(content));
        let block = self.block_at(drafts[index].start());
        if quoted(&drafts[index]) {
            let mut next = drafts[index + 1..].iter().take(NEAR);
            let found = next.find(|&other| quoted(other) && self.block_at(other.start()) == block);
            drafts[index].source = found.and_then(|other| other.source);
        }
    }

    fn continues(&self, drafts: &mut [Draft], index: usize, other: usize) {
        drafts[index].source = drafts[other].source;
        if other < index {
            drafts[index].continues = Some(other);
        }
    }

    /// The first mention of a stretch that is nobody's words.
    fn first_mention(&self, drafts: &[Draft], index: usize, from: usize, to: usize) -> Option<Span> {
        let near = &drafts[index.saturating_sub(NEAR)..drafts.len().min(index + NEAR)];
        let first = self.view.mentions.partition_point(|mention| mention.start() < from);
        let inside = self.view.mentions[first..].iter().take(8).take_while(|mention| mention.end() <= to).copied();
        let said = |span: Span| near.iter().any(|draft| draft.content.iter().any(|content| content.overlaps(span)));
        inside.filter(|&mention| !self.is_quoted(mention)).find(|&mention| !said(mention))
    }
}

fn verb_is_participle(text: &str, verb: &ReportingVerb) -> bool {
    text[verb.span].ends_with("ing")
}

fn is_pronoun(word: &str) -> bool {
    matches!(word.to_ascii_lowercase().as_str(), "he" | "she" | "they" | "i" | "we" | "who" | "it" | "you")
}

fn is_determiner(word: &str) -> bool {
    matches!(
        word.to_ascii_lowercase().as_str(),
        "the"
            | "a"
            | "an"
            | "his"
            | "her"
            | "their"
            | "its"
            | "our"
            | "my"
            | "another"
            | "one"
            | "two"
            | "some"
            | "many"
            | "several"
    )
}

fn is_helper(word: &str) -> bool {
    let lower = word.to_ascii_lowercase();
    (lower.ends_with("ly") && lower.len() > 4)
        || matches!(
            lower.as_str(),
            "has"
                | "have"
                | "had"
                | "also"
                | "then"
                | "later"
                | "once"
                | "never"
                | "not"
                | "would"
                | "will"
                | "could"
                | "may"
                | "might"
                | "did"
                | "does"
                | "again"
                | "often"
                | "still"
                | "both"
                | "first"
                | "himself"
                | "herself"
        )
}
