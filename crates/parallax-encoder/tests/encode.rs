//! Tokens, windows and batches, on models with random weights.

mod support;

use ndarray::Array2;
use parallax_encoder::{
    Batch, EncodeError, EncodeOptions, EncodedSentence, Encoder, Model, NativeEncoder, SentenceEncoder,
};
use parallax_text::Span;
use proptest::prelude::*;
use std::sync::{Arc, LazyLock};
use support::{SMALL, Stored, write_model};

static MODEL: LazyLock<Model> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    write_model(folder.path(), SMALL, Stored::F32);
    Model::load(folder.path()).unwrap()
});
static ENGINE: LazyLock<Arc<NativeEncoder>> = LazyLock::new(|| Arc::new(NativeEncoder::new(&MODEL).unwrap()));

const OPTIONS: EncodeOptions = EncodeOptions { batch_tokens: 100, window: 40, overlap: 12 };

fn encoder(options: EncodeOptions) -> SentenceEncoder {
    SentenceEncoder::new(&MODEL, ENGINE.clone(), options).unwrap()
}

fn whole(text: &str) -> [Span; 1] {
    [Span::new(0, text.len())]
}

fn encode(text: &str) -> EncodedSentence {
    encoder(OPTIONS).encode(text, &whole(text)).unwrap().remove(0)
}

fn pieces(text: &str) -> Vec<&str> {
    encode(text).tokens.iter().map(|token| &text[token.span]).collect()
}

#[test]
fn spans_are_bytes_of_the_original_text() {
    assert_eq!(pieces("Señal café 🔥 — naïve"), ["Señal", "café", "🔥", "—", "naïve"]);
    assert_eq!(pieces("U.S. offers"), ["U", ".", "S", ".", "offer", "s"]);
    // Decomposed accents, a zero-width space and a non-breaking space.
    assert_eq!(pieces("Sen\u{303}al\u{a0}ca\u{200b}fe"), ["Sen\u{303}al", "ca\u{200b}fe"]);
}

#[test]
fn sentences_are_cut_from_their_text_and_come_back_in_order() {
    let text = "Mexico said no. Ünrelated 🔥. Trump said the offer of troops: no";
    let spans = [Span::new(0, 15), Span::new(16, 16), Span::new(33, text.len()), Span::new(0, 6)];
    let encoded = encoder(OPTIONS).encode(text, &spans).unwrap();
    let sizes: Vec<usize> = encoded.iter().map(|sentence| sentence.tokens.len()).collect();
    assert_eq!(sizes, [4, 0, 8, 1]);
    for (sentence, span) in encoded.iter().zip(spans) {
        assert_eq!(sentence.hidden.dim(), (sentence.tokens.len(), SMALL.hidden));
        let alone = encode(&text[span]);
        assert_eq!(sentence.hidden, alone.hidden);
        let moved: Vec<Span> = alone.tokens.iter().map(|token| token.span.shifted(span.start())).collect();
        assert_eq!(sentence.tokens.iter().map(|token| token.span).collect::<Vec<_>>(), moved);
    }
}

#[test]
fn words_are_what_stands_between_spaces_and_punctuation() {
    let text = "Trump's offers, naïvely";
    let sentence = encode(text);
    let words: Vec<&str> = sentence.words().map(|word| &text[sentence.span_of(word)]).collect();
    assert_eq!(words, ["Trump", "'", "s", "offers", ",", "naïvely"]);
    assert!(sentence.word_starts().all(|start| sentence.tokens[start].starts_word));
}

#[test]
fn tokens_in_a_span_are_those_it_touches() {
    let text = "the offers of Mexico";
    let sentence = encode(text);
    let check = |part: &str, expected: std::ops::Range<usize>| {
        assert_eq!(sentence.tokens_in(Span::find(text, part).unwrap()), expected, "{part}");
    };
    check("offers", 1..3);
    check("s of", 2..4);
    check(" ", 1..1);
    check("Mexico", 4..5);
    assert!(sentence.tokens_in(Span::new(3, 3)).is_empty());
}

#[test]
fn a_special_token_in_a_text_is_text() {
    assert_eq!(pieces("no [SEP] no").concat(), "no[SEP]no");
    assert_ne!(pieces("no [SEP] no"), ["no", "[SEP]", "no"]);
}

#[test]
fn letter_case_reaches_the_encoder() {
    let (lower, upper) = (encode("the trump offer"), encode("the Trump offer"));
    assert_eq!(lower.tokens, upper.tokens);
    assert_ne!(lower.hidden, upper.hidden);
}

#[test]
fn text_without_words_has_no_tokens() {
    for text in ["", " ", "\u{200b}\n", "\0"] {
        assert_eq!(encode(text).tokens, [], "{text:?}");
        assert_eq!(encode(text).hidden.dim(), (0, SMALL.hidden));
    }
    assert_eq!(encoder(OPTIONS).encode("", &[]).unwrap(), []);
}

#[test]
fn a_span_off_the_text_is_refused() {
    for span in [Span::new(0, 4), Span::new(1, 3), Span::new(9, 9)] {
        let error = encoder(OPTIONS).encode("é!", &[span]).unwrap_err();
        assert!(matches!(error, EncodeError::Span { length: 3, .. }), "{error}");
    }
}

#[test]
fn options_that_do_not_fit_the_model_are_refused() {
    let check = |options: EncodeOptions| {
        assert!(matches!(SentenceEncoder::new(&MODEL, ENGINE.clone(), options), Err(EncodeError::Options(_))));
    };
    check(EncodeOptions { window: 65, ..OPTIONS });
    check(EncodeOptions { overlap: 40, ..OPTIONS });
    check(EncodeOptions { window: 0, overlap: 0, ..OPTIONS });
    assert!(SentenceEncoder::new(&MODEL, ENGINE.clone(), EncodeOptions { window: 64, ..OPTIONS }).is_ok());
}

#[test]
fn a_batch_outside_the_model_is_refused() {
    assert!(matches!(Batch::new(&[2, 3], &[0, 0], &[1]), Err(EncodeError::Batch { .. })));
    assert!(matches!(Batch::new(&[2, 3], &[0, 0], &[2, 0]), Err(EncodeError::Batch { .. })));
    let encode = |ids: &[u32], types: &[u32]| ENGINE.encode(&Batch::new(ids, types, &[ids.len()])?);
    assert!(matches!(encode(&[2, 400], &[0, 0]), Err(EncodeError::Unknown { what: "token id", .. })));
    assert!(matches!(encode(&[2, 3], &[0, 25]), Err(EncodeError::Unknown { what: "token type", .. })));
    assert!(matches!(encode(&[2; 67], &[0; 67]), Err(EncodeError::TooLong { tokens: 67, limit: 66 })));
    assert_eq!(encode(&[], &[]).map(|hidden| hidden.dim()).ok(), None);
    let nothing = Batch::new(&[], &[], &[]).unwrap();
    assert_eq!(ENGINE.encode(&nothing).unwrap().dim(), (0, SMALL.hidden));
}

#[test]
fn a_long_sentence_is_windowed_and_keeps_all_its_tokens() {
    let text = "the president said no to the offer of troops ".repeat(30);
    let sentence = encode(&text);
    assert_eq!(sentence.tokens.len(), 10 * 30);
    assert!(sentence.hidden.iter().all(|value| *value != 0.0));
}

#[test]
fn a_window_that_holds_the_sentence_changes_nothing() {
    let text = "the president said no to the offer of troops ".repeat(4);
    let in_one = |window| encoder(EncodeOptions { window, ..OPTIONS }).encode(&text, &whole(&text)).unwrap();
    assert_eq!(in_one(40), in_one(64));
}

#[test]
fn a_token_has_the_hidden_state_of_its_window() {
    let text = "no president said the offer of troops no ".repeat(8);
    let sentence = encode(&text);
    // 64 tokens in windows 0..40 and 24..64, which share 24..40: split at 32. The shapes are the same throughout.
    let cut = |from: usize, to: usize| {
        encode(&text[Span::new(sentence.tokens[from].span.start(), sentence.tokens[to - 1].span.end())]).hidden
    };
    let rows = |hidden: &Array2<f32>, from: usize, to: usize| {
        (from..to).flat_map(|row| hidden.row(row).to_vec()).collect::<Vec<f32>>()
    };
    assert_eq!(sentence.tokens.len(), 64);
    assert_eq!(rows(&sentence.hidden, 0, 32), rows(&cut(0, 40), 0, 32));
    assert_eq!(rows(&sentence.hidden, 32, 64), rows(&cut(24, 64), 8, 40));
}

#[test]
fn a_word_of_30_kilobytes_is_one_unknown_token() {
    let text = format!("the {} no", "x".repeat(30_000));
    let started = std::time::Instant::now();
    assert_eq!(encode(&text).tokens.len(), 3);
    assert!(started.elapsed().as_secs() < 2);
}

#[test]
fn a_sentence_of_300_kilobytes_takes_ten_times_as_long_as_one_of_30() {
    let seconds = |words: usize| {
        let text = "no 🔥 é ".repeat(words);
        let started = std::time::Instant::now();
        assert_eq!(encode(&text).tokens.len(), 3 * words);
        started.elapsed().as_secs_f64()
    };
    let short = seconds(3_000).max(0.01);
    let long = seconds(30_000);
    assert!(long < 40.0 * short, "{long} s after {short} s");
}

#[test]
fn threads_that_share_an_encoder_get_the_same_bits() {
    let text = "Mexico said no to the offers of troops; Trump said no to naïve cafes. ".repeat(6);
    let spans: Vec<Span> = (0..6).map(|part| Span::new(part * 71, part * 71 + 70)).collect();
    let encoder = encoder(OPTIONS);
    let expected = encoder.encode(&text, &spans).unwrap();
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(|| encoder.encode(&text, &spans).unwrap())).collect();
        for thread in threads {
            assert_eq!(thread.join().unwrap(), expected);
        }
    });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn token_spans_are_ordered_inside_the_sentence_and_on_character_boundaries(
        before in ".{0,5}", text in "([a-z]{1,8}|[A-Z]|[ ,.'’]|\\PC|é|🔥|한|墨|İ|ﬁ|\u{301}|\u{0}){0,40}", after in ".{0,5}",
    ) {
        let all = format!("{before}{text}{after}");
        let span = Span::new(before.len(), before.len() + text.len());
        let sentence = encoder(OPTIONS).encode(&all, &[span]).unwrap().remove(0);
        prop_assert_eq!(sentence.hidden.nrows(), sentence.tokens.len());
        for token in &sentence.tokens {
            prop_assert!(span.contains(token.span) && !token.span.is_empty());
            prop_assert!(all.get(token.span.range()).is_some());
        }
        for pair in sentence.tokens.windows(2) {
            prop_assert!(pair[0].span.start() <= pair[1].span.start() && pair[0].span.end() <= pair[1].span.end());
        }
        prop_assert!(sentence.tokens.first().is_none_or(|token| token.starts_word));
    }

    #[test]
    fn a_sentence_has_the_same_bits_in_any_batch(
        sentences in prop::collection::vec("([a-z]{1,5} ){0,30}", 1..9), batch_tokens in 1..400usize,
    ) {
        let text = sentences.concat();
        let mut end = 0;
        let spans: Vec<Span> = sentences.iter().map(|s| { end += s.len(); Span::new(end - s.len(), end) }).collect();
        let together = encoder(EncodeOptions { batch_tokens, ..OPTIONS }).encode(&text, &spans).unwrap();
        for (span, sentence) in spans.iter().zip(&together) {
            let alone = encoder(OPTIONS).encode(&text, &[*span]).unwrap();
            prop_assert_eq!(&alone[0], sentence);
        }
    }
}
