//! What the sentences of an article judge beyond tone: frames, wording, and stances to propositions.

use crate::config::Config;
use crate::models::{Models, StanceJudge};
use anyhow::{Context, Result, bail};
use ndarray::Array2;
use parallax_encoder::{EncodedPair, EncodedSentence, Pieces};
use parallax_stance::{Asked, CandidateOptions, UserFrames, candidates, frames};
use parallax_text::{FrameScores, Sentence, SentenceVectors, Span, Stance, Voice, Wording};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

/// What a user wants to know of every article, encoded once.
#[derive(Debug, Default)]
pub(crate) struct Questions {
    frames: Vec<UserFrames>,
    propositions: Vec<Proposition>,
    candidates: Option<CandidateOptions>,
}

#[derive(Debug)]
struct Proposition {
    text: Arc<str>,
    asked: Asked,
    /// Of what is read.
    pieces: Pieces,
    /// One row.
    vector: SentenceVectors,
}

impl Questions {
    /// Encodes the user's frames and propositions.
    pub(crate) fn new(models: &Models, config: &Config) -> Result<Self> {
        config.check()?;
        let mut of_users = Vec::new();
        if let Some(codebook) = &config.codebook {
            let discourse = &models.discourse;
            if codebook.name == discourse.frames.codebook() {
                bail!("the codebook is called {:?} as the built-in one is: give it another `name`", codebook.name);
            }
            let encoded = discourse.frames.encode(codebook, &models.encoder, &models.vectors);
            of_users.push(encoded.context("the codebook could not be encoded")?);
        }
        let propositions = config.propositions.iter().map(|text| proposition(text, models));
        Ok(Self {
            frames: of_users,
            propositions: propositions.collect::<Result<_>>()?,
            candidates: Some(CandidateOptions {
                most: config.stance_sentences,
                least_likeness: config.stance_likeness,
            }),
        })
    }

    /// Whether there are propositions.
    pub(crate) fn has_propositions(&self) -> bool {
        !self.propositions.is_empty()
    }
}

fn proposition(text: &str, models: &Models) -> Result<Proposition> {
    let judge = models
        .stance
        .as_ref()
        .context("propositions were given, and the stance model was not loaded: take Models::load_with_stance")?;
    let failed = || format!("the proposition {text:?} could not be encoded");
    let encoded = models.encoder.encode(text, &[Span::new(0, text.len())]).with_context(failed)?;
    let asked = Asked::new(text);
    let pieces = judge.encoder.pieces(&asked.read).with_context(failed)?;
    Ok(Proposition { text: text.into(), asked, pieces, vector: models.vectors.vectors(&encoded) })
}

/// The sentences of an article as the heads need them.
#[derive(Clone, Copy)]
pub(crate) struct Reading<'a> {
    pub(crate) text: &'a str,
    pub(crate) sentences: &'a [Sentence],
    pub(crate) encoded: &'a [EncodedSentence],
    /// Whether a sentence is prose: others judge nothing.
    pub(crate) prose: &'a [bool],
}

impl Reading<'_> {
    fn wanted(&self) -> impl Iterator<Item = u32> {
        (0u32..)
            .zip(self.prose.iter().zip(self.encoded))
            .filter(|(_, (prose, one))| **prose && !one.tokens.is_empty())
            .map(|(index, _)| index)
    }
}

/// Frames and wording of the sentences.
pub(crate) fn discourse(
    models: &Models,
    questions: &Questions,
    reading: Reading<'_>,
    vectors: &Array2<f32>,
) -> (Vec<FrameScores>, Vec<Wording>) {
    let discourse = &models.discourse;
    let prose = |sentence: u32| reading.prose[sentence as usize];
    let found = frames(&discourse.frames, &questions.frames, vectors, reading.encoded, prose);
    let wording = |sentence: u32| discourse.wording.score(reading.text, sentence, &reading.encoded[sentence as usize]);
    (found, reading.wanted().filter_map(wording).collect())
}

/// Whose words a place is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Whose {
    pub(crate) voice: Voice,
    /// The entity who holds the view.
    pub(crate) holder: Option<u32>,
    /// The quotation.
    pub(crate) quote: Option<u32>,
}

/// The stances of the sentences that lie nearest to each proposition, by sentence, then proposition.
pub(crate) fn stances(
    judge: &StanceJudge,
    questions: &Questions,
    reading: Reading<'_>,
    vectors: &SentenceVectors,
    whose: impl Fn(Span) -> Whose,
) -> Result<Vec<Stance>> {
    let Some(options) = questions.candidates else { return Ok(Vec::new()) };
    let mut pairs: Vec<(u32, usize)> = Vec::new();
    for (number, proposition) in questions.propositions.iter().enumerate() {
        let near = candidates(vectors, reading.wanted(), proposition.vector.row(0), options);
        pairs.extend(near.into_iter().map(|sentence| (sentence, number)));
    }
    pairs.sort_unstable();
    let mut pieces: BTreeMap<u32, (Pieces, Whose)> = BTreeMap::new();
    for &(sentence, _) in &pairs {
        if let Entry::Vacant(place) = pieces.entry(sentence) {
            let words = &reading.text[reading.sentences[sentence as usize].span];
            let cut = judge.encoder.pieces(words).context("the tokenizer failed")?;
            place.insert((cut, of_most(&reading.encoded[sentence as usize], &whose)));
        }
    }
    let beside: Vec<(&Pieces, &Pieces)> =
        pairs.iter().map(|(sentence, number)| (&pieces[sentence].0, &questions.propositions[*number].pieces)).collect();
    let encoded = judge.encoder.encode(&beside).context("the stance model failed")?;
    let stance = |(&(sentence, number), pair): (&(u32, usize), &EncodedPair)| {
        let Whose { voice, holder, quote } = pieces[&sentence].1;
        let Proposition { text, asked, .. } = &questions.propositions[number];
        let scores = asked.scores(judge.scorer.score(pair));
        Stance { sentence, proposition: Arc::clone(text), voice, holder, quote, scores }
    };
    Ok(pairs.iter().zip(&encoded).map(stance).collect())
}

/// Whose words most words of a sentence are: first the voice of most, then who and where in it. Of a
/// very long sentence, [`ASKED`] words from all over it are asked.
fn of_most(encoded: &EncodedSentence, whose: impl Fn(Span) -> Whose) -> Whose {
    let words: Vec<Span> = encoded.words().map(|tokens| encoded.span_of(tokens)).collect();
    let step = words.len().div_ceil(ASKED).max(1);
    let asked: Vec<Whose> = words.iter().step_by(step).map(|&word| whose(word)).collect();
    let voice = most(asked.iter().map(|one| one.voice));
    most(asked.iter().filter(|one| Some(one.voice) == voice).copied()).unwrap_or(Whose {
        voice: Voice::Own,
        holder: None,
        quote: None,
    })
}

const ASKED: usize = 64;

/// The value that is there most often; of those, the one that is there first.
fn most<T: Ord + Copy>(values: impl Iterator<Item = T>) -> Option<T> {
    let mut counts: BTreeMap<T, (usize, usize)> = BTreeMap::new();
    for (place, value) in values.enumerate() {
        counts.entry(value).or_insert((0, usize::MAX - place)).0 += 1;
    }
    counts.into_iter().max_by_key(|(_, count)| *count).map(|(value, _)| value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use parallax_encoder::Token;

    fn encoded(words: usize) -> EncodedSentence {
        let token = |at: usize| Token { span: Span::new(2 * at, 2 * at + 1), starts_word: true };
        EncodedSentence {
            tokens: (0..words).map(token).collect(),
            hidden: Array2::zeros((words, 1)),
            branches: Vec::new(),
        }
    }

    #[test]
    fn a_sentence_is_whose_most_of_its_words_are() {
        let check = |voices: &str, expected: (Voice, Option<u32>)| {
            let of = |span: Span| {
                let (voice, holder) = match voices.as_bytes()[span.start() / 2] {
                    b'o' => (Voice::Own, None),
                    b'i' => (Voice::Indirect, Some(1)),
                    digit => (Voice::Direct, Some(u32::from(digit - b'0'))),
                };
                Whose { voice, holder, quote: None }
            };
            let found = of_most(&encoded(voices.len()), of);
            assert_eq!((found.voice, found.holder), expected, "{voices}");
        };
        check("ooiii", (Voice::Indirect, Some(1)));
        check("ooo1122", (Voice::Direct, Some(1)));
        check("2o", (Voice::Direct, Some(2)));
        check("", (Voice::Own, None));
        check(&("o".repeat(300) + &"3".repeat(900)), (Voice::Direct, Some(3)));
    }
}
