//! Whose words a place of an article stands in.

use crate::attribution::Attribution;
use crate::{QuotedSpan, ReportingVerb, VerbClass, reporting_verbs};
use parallax_text::{QuoteKind, Sentence, Span, Voice};

/// Whose words a place stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The outlet's own voice, or how a speaker's words are given.
    pub voice: Voice,
    /// Index of the attribution that holds the place; `None` in the outlet's own words.
    pub attribution: Option<u32>,
    /// Whether it stands between marks that quote no one: own voice, at a distance.
    pub scare_quote: bool,
}

/// The voices of an article.
#[derive(Debug)]
pub struct Voices<'a> {
    text: &'a str,
    sentences: &'a [Sentence],
    quoted: &'a [QuotedSpan],
    attributions: &'a [Attribution],
    /// All contents with their attribution, in order of the text.
    contents: Vec<(Span, u32)>,
    /// Attributions by the start of their cue.
    cues: Vec<(Span, u32)>,
}

impl<'a> Voices<'a> {
    /// The voices that attributions and marks give; everything of one text, in order.
    #[must_use]
    pub fn new(
        text: &'a str,
        sentences: &'a [Sentence],
        quoted: &'a [QuotedSpan],
        attributions: &'a [Attribution],
    ) -> Self {
        let numbered = || attributions.iter().zip(0u32..);
        let mut contents: Vec<(Span, u32)> =
            numbered().flat_map(|(one, index)| one.content.iter().map(move |&span| (span, index))).collect();
        contents.sort();
        let mut cues: Vec<(Span, u32)> =
            numbered().filter_map(|(one, index)| one.cue.map(|cue| (cue.span, index))).collect();
        cues.sort();
        Self { text, sentences, quoted, attributions, contents, cues }
    }

    /// Whose words a target stands in.
    ///
    /// * In a content: the speaker's. [`Voice::Direct`] between marks and in a transcript; else
    ///   [`Voice::Indirect`], or [`Voice::Mixed`] where other parts of the content are quoted.
    /// * The object of an accusing or doubting verb ("accused the mayor of lying"): the judgement is
    ///   the speaker's as well, [`Voice::Indirect`].
    /// * The words that name the speaker, the verb and all else: [`Voice::Own`]. Marks around words
    ///   that no one is said to have used change nothing, and are told apart.
    /// * Behind a reporting verb for which no content was found: [`Voice::Unresolved`].
    #[must_use]
    pub fn at(&self, target: Span) -> Standing {
        let marks = self.quoted.partition_point(|quote| quote.span.end() <= target.start());
        let marked = self.quoted.get(marks).is_some_and(|quote| quote.span.contains(target));
        let first = self.contents.partition_point(|(span, _)| span.end() <= target.start());
        if let Some(&(_, index)) = self.contents.get(first).filter(|(span, _)| span.overlaps(target)) {
            let kind = self.attributions[index as usize].kind;
            let voice = match kind {
                // Without marks: a turn of a transcript.
                QuoteKind::Direct => Voice::Direct,
                _ if marked => Voice::Direct,
                QuoteKind::Mixed => Voice::Mixed,
                QuoteKind::Indirect => Voice::Indirect,
            };
            return Standing { voice, attribution: Some(index), scare_quote: false };
        }
        let own = Standing { voice: Voice::Own, attribution: None, scare_quote: marked };
        let place = self.sentences.partition_point(|sentence| sentence.span.end() <= target.start());
        let Some(sentence) = self.sentences.get(place).map(|sentence| sentence.span) else { return own };
        if self.attributions_near(target).any(|one| one.source.is_some_and(|source| source.overlaps(target))) {
            return own;
        }
        if let Some(index) = self.object_of(sentence, target) {
            return Standing { voice: Voice::Indirect, attribution: Some(index), scare_quote: marked };
        }
        if self.is_open(sentence, target) {
            return Standing { voice: Voice::Unresolved, attribution: None, scare_quote: marked };
        }
        own
    }

    fn attributions_near(&self, target: Span) -> impl Iterator<Item = &Attribution> {
        let place = self.contents.partition_point(|(span, _)| span.start() < target.start());
        let near = self.contents[place.saturating_sub(3)..self.contents.len().min(place + 3)].iter();
        near.map(|&(_, index)| &self.attributions[index as usize])
    }

    /// The attribution whose accusing or doubting cue stands before the target, its content behind.
    fn object_of(&self, sentence: Span, target: Span) -> Option<u32> {
        let place = self.cues.partition_point(|(cue, _)| cue.start() < target.start());
        let &(cue, index) = self.cues[..place].last().filter(|(cue, _)| cue.start() >= sentence.start())?;
        let one = &self.attributions[index as usize];
        let judges = one.cue.and_then(|cue| cue.class).is_some_and(is_judging);
        let ahead = one.content.iter().any(|content| content.start() >= target.end());
        let words = self.text[cue.end().min(target.start())..target.start()].split_whitespace().count();
        (judges && cue.end() <= target.start() && (ahead && words <= 12 || words <= 3)).then_some(index)
    }

    /// Whether a reporting verb stands before the target that no attribution has.
    fn is_open(&self, sentence: Span, target: Span) -> bool {
        reporting_verbs(self.text, sentence).iter().any(|verb| {
            verb.span.end() <= target.start()
                && !self.is_used(verb)
                && self.words(verb.span.end(), target.start()) <= 12
        })
    }

    fn words(&self, from: usize, to: usize) -> usize {
        self.text[from.min(to)..to].split_whitespace().count()
    }

    /// Whether a verb is the cue of an attribution, or somebody's words.
    fn is_used(&self, verb: &ReportingVerb) -> bool {
        let cue = self.cues.partition_point(|(cue, _)| cue.end() <= verb.span.start());
        let content = self.contents.partition_point(|(span, _)| span.end() <= verb.span.start());
        self.cues.get(cue).is_some_and(|(cue, _)| cue.overlaps(verb.span))
            || self.contents.get(content).is_some_and(|(span, _)| span.overlaps(verb.span))
    }
}

fn is_judging(class: VerbClass) -> bool {
    matches!(class, VerbClass::Emotive | VerbClass::Doubting)
}
