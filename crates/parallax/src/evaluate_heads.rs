//! Scores of frames, wording and stance against their data sets, all of them and on `check`: what
//! the recipe of the shipped weights never read.

use crate::annotate::line_blocks;
use crate::cli::read_text;
use crate::config::Config;
use crate::models::{Discourse, Models, StanceJudge};
use anyhow::{Context, Result, bail};
use parallax_encoder::{EncodedSentence, Pieces};
use parallax_stance::figures::{self, Decisions, calibration_error, macro_f1, micro_f1, of_classes};
use parallax_stance::{Asked, babe, ibm, semeval, vast};
use parallax_text::{Span, StanceScores};
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// Texts that are encoded together.
const ROUND: usize = 64;

/// SemEval-2023 task 3: folders with `train-labels.txt` and `train-articles/`.
pub(crate) fn frames(folders: &[PathBuf], config: &Config, models: &Models) -> Result<String> {
    let discourse = &models.discourse;
    let mut out = format!("{:28} {:8} {:>8} {:>9} {:>9}", "folder", "articles", "n", "micro-F1", "macro-F1");
    for folder in folders {
        let shown = folder.display();
        let labels =
            semeval::read(&read_text(&folder.join("train-labels.txt"))?).with_context(|| format!("{shown}"))?;
        let text =
            |one: &semeval::Labels| read_text(&folder.join(format!("train-articles/article{}.txt", one.article)));
        let texts = labels.iter().map(text).collect::<Result<Vec<_>>>()?;
        let threads = rayon::ThreadPoolBuilder::new().num_threads(config.threads).build()?;
        let found: Vec<Vec<bool>> = threads
            .install(|| texts.par_iter().map(|text| article_frames(text, discourse, models)).collect::<Result<_>>())?;
        let names = discourse.frames.labels();
        for (article, line) in labels.iter().map(|one| (&one.article, &one.frames)) {
            if let Some(unknown) = line.iter().find(|frame| names.iter().all(|name| **name != ***frame)) {
                bail!("{shown}: article {article} has the frame {unknown:?}, which the model does not know");
            }
        }
        let keys: Vec<&str> = labels.iter().map(|one| one.article.as_str()).collect();
        let check = held_back("semeval", &texts.iter().map(String::as_str).collect::<Vec<_>>(), &keys, 0.5);
        for (name, wanted) in parts(&check) {
            let mut decisions = vec![Decisions::default(); names.len()];
            for ((labels, found), _) in labels.iter().zip(&found).zip(&wanted).filter(|(_, wanted)| **wanted) {
                for ((label, one), found) in names.iter().zip(&mut decisions).zip(found) {
                    one.add(labels.frames.iter().any(|frame| **frame == **label), *found);
                }
            }
            let _ = write!(
                out,
                "\n{:28} {name:8} {:>8} {:>9.2} {:>9.2}",
                file_name(folder),
                wanted.iter().filter(|wanted| **wanted).count(),
                100.0 * micro_f1(&decisions),
                100.0 * macro_f1(&decisions)
            );
            if name == "check" {
                for (label, one) in names.iter().zip(&decisions) {
                    let gold = one.right + one.missed;
                    let _ = write!(out, "\n  {label:48} {gold:>4} gold, F1 {:>6.2}", 100.0 * one.f1());
                }
            }
        }
    }
    Ok(out)
}

/// Which frames an article has.
fn article_frames(text: &str, discourse: &Discourse, models: &Models) -> Result<Vec<bool>> {
    let spans: Vec<Span> =
        parallax_split::sentences(text, &line_blocks(text)).iter().map(|sentence| sentence.span).collect();
    let spans: Vec<Span> = spans.into_iter().filter(|span| text[*span].chars().any(char::is_alphabetic)).collect();
    let encoded = models.encoder.encode(text, &spans).context("the encoder failed")?;
    let scorer = &discourse.frames;
    let logits = scorer.logits(&scorer.directions(&models.vectors.project(&encoded)));
    let Some(article) = scorer.article_logits(&logits) else { return Ok(vec![false; scorer.labels().len()]) };
    Ok(article.iter().map(|z| 1.0 / (1.0 + (-z).exp()) >= scorer.article_rule().threshold).collect())
}

/// BABE: `final_labels_SG2.csv`. Where its errors are asked for, the section of `errors.toml` that its
/// check part gives.
pub(crate) fn wording(files: &[PathBuf], errors: Option<&str>, config: &Config, models: &Models) -> Result<String> {
    let discourse = &models.discourse;
    let mut out = format!(
        "{:28} {:8} {:>6} {:>9} {:>9} {:>7} {:>8}",
        "file", "part", "n", "macro-F1", "accuracy", "ECE", "words F1"
    );
    for path in files {
        let shown = path.display();
        let sentences = babe::read(&read_text(path)?)
            .with_context(|| format!("{shown}: not BABE's table of labels (final_labels_SG2.csv)"))?;
        if sentences.is_empty() {
            bail!("{shown}: no sentences");
        }
        let texts: Vec<&str> = sentences.iter().map(|one| one.text.as_str()).collect();
        let found: Vec<(f64, Decisions)> = encode_each(&texts, config, models, |index, text, encoded| {
            let one = &sentences[index];
            let Some((logit, words)) = discourse.wording.logits(encoded) else { return (0.0, Decisions::default()) };
            let loaded = f64::from(discourse.wording.probability(logit));
            let mut decisions = Decisions::default();
            let marked = marked(text, &words.iter().map(|(span, _)| *span).collect::<Vec<_>>(), &one.words);
            for ((span, logit), gold) in words.iter().zip(marked) {
                if text[*span].chars().any(char::is_alphabetic) {
                    decisions.add(gold, discourse.wording.is_loaded(*logit));
                }
            }
            (loaded, decisions)
        })?;
        let keys: Vec<&str> = sentences.iter().map(|one| one.article.as_str()).collect();
        for (name, wanted) in parts(&held_back("babe", &texts, &keys, 0.6)) {
            let chosen =
                || sentences.iter().zip(&found).zip(&wanted).filter(|(_, wanted)| **wanted).map(|(one, _)| one);
            let classes =
                of_classes(2, chosen().map(|(one, (p, _))| (usize::from(one.biased), usize::from(*p >= 0.5))));
            let right =
                |(one, (p, _)): (&babe::Sentence, &(f64, Decisions))| (p.max(1.0 - p), one.biased == (*p >= 0.5));
            let judged: Vec<(f64, bool)> = chosen().map(right).collect();
            if let Some(measured_on) = errors.filter(|_| name == "check") {
                let mut confusion = [[0; 2]; 2];
                for (one, (p, _)) in chosen() {
                    confusion[usize::from(one.biased)][usize::from(*p >= 0.5)] += 1;
                }
                return crate::errors::wording_section(&discourse.sha256, measured_on, confusion);
            }
            let words: Vec<Decisions> = chosen().map(|(_, (_, words))| *words).collect();
            let accuracy = judged.iter().filter(|(_, right)| *right).count() as f64 / judged.len().max(1) as f64;
            let _ = write!(
                out,
                "\n{:28} {name:8} {:>6} {:>9.2} {:>9.2} {:>7.4} {:>8.2}",
                file_name(path),
                judged.len(),
                100.0 * macro_f1(&classes),
                100.0 * accuracy,
                calibration_error(&judged),
                100.0 * micro_f1(&words)
            );
        }
    }
    Ok(out)
}

/// Which words belong to one of the marked phrases, wherever it stands.
fn marked(text: &str, words: &[Span], phrases: &[String]) -> Vec<bool> {
    let lower: Vec<String> = words.iter().map(|word| text[*word].to_lowercase()).collect();
    let mut marked = vec![false; words.len()];
    for phrase in phrases {
        let parts = pieces(phrase);
        if parts.is_empty() || parts.len() > lower.len() {
            continue;
        }
        for start in 0..=lower.len() - parts.len() {
            if lower[start..start + parts.len()] == parts {
                marked[start..start + parts.len()].fill(true);
            }
        }
    }
    marked
}

/// Runs of letters, digits and underscores, and every other character that is not white space.
fn pieces(phrase: &str) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    let mut open = false;
    for c in phrase.chars() {
        let inside = c.is_alphanumeric() || c == '_';
        match pieces.last_mut() {
            Some(last) if inside && open => last.push(c),
            _ if !c.is_whitespace() => pieces.push(c.to_string()),
            _ => {}
        }
        open = inside;
    }
    pieces
}

/// VAST and IBM: their tables.
pub(crate) fn stance(files: &[PathBuf], config: &Config, models: &Models) -> Result<String> {
    let judge = models.stance.as_ref().context("the stance model was not loaded")?;
    let mut out = String::new();
    for path in files {
        let text = read_text(path)?;
        if ibm::is_header(&text) {
            claims(path, &text, config, judge, &mut out)?;
            continue;
        }
        let posts = vast::read(&text).with_context(|| format!("{}", path.display()))?;
        if posts.is_empty() {
            bail!("{}: no posts", path.display());
        }
        let _ = write!(
            out,
            "\n{:28} {:26} {:>6} {:>9} {:>7} {:>7} {:>7} {:>9} {:>7}",
            "file", "part", "n", "macro-F1", "against", "for", "neither", "accuracy", "ECE"
        );
        let threads = rayon::ThreadPoolBuilder::new().num_threads(config.threads).build()?;
        let scores: Vec<Vec<StanceScores>> = threads.install(|| {
            let pairs = |round: &[vast::Post]| {
                judged_pairs(judge, round.iter().map(|post| (&*post.text, Asked::plainly(&post.topic))))
            };
            posts.par_chunks(ROUND).map(pairs).collect::<Result<_>>()
        })?;
        let scores = scores.concat();
        let fold = |post: &vast::Post| figures::fold("vast", &post.text);
        let trained: BTreeSet<&str> =
            posts.iter().filter(|post| fold(post) > 1).map(|post| post.topic.as_str()).collect();
        let check = |post: &vast::Post, known: bool| fold(post) == 0 && trained.contains(post.topic.as_str()) == known;
        type Part<'a> = (&'a str, Box<dyn Fn(&vast::Post) -> bool + 'a>);
        let parts: [Part<'_>; 5] = [
            ("all", Box::new(|_| true)),
            ("zero-shot (seen? is 0)", Box::new(|post| post.seen == Some(false))),
            ("few-shot (seen? is 1)", Box::new(|post| post.seen == Some(true))),
            ("check, topics not trained", Box::new(|post| check(post, false))),
            ("check, topics trained", Box::new(|post| check(post, true))),
        ];
        for (name, wanted) in parts {
            let judged: Vec<(usize, [f64; 3])> = posts
                .iter()
                .zip(&scores)
                .filter(|(post, _)| wanted(post))
                .map(|(post, s)| (post.label, [s.against, s.favor, s.neither].map(f64::from)))
                .collect();
            let best = |p: &[f64; 3]| (0..3).max_by(|&a, &b| p[a].total_cmp(&p[b]).then(b.cmp(&a))).unwrap_or(2);
            let classes = of_classes(3, judged.iter().map(|(gold, p)| (*gold, best(p))));
            let certain: Vec<(f64, bool)> = judged.iter().map(|(gold, p)| (p[best(p)], best(p) == *gold)).collect();
            let accuracy = certain.iter().filter(|(_, right)| *right).count() as f64 / certain.len().max(1) as f64;
            let [against, favor, neither] = [0, 1, 2].map(|label: usize| 100.0 * classes[label].f1());
            let _ = write!(
                out,
                "\n{:28} {name:26} {:>6} {:>9.2} {against:>7.2} {favor:>7.2} {neither:>7.2} {:>9.2} {:>7.4}",
                file_name(path),
                judged.len(),
                100.0 * macro_f1(&classes),
                100.0 * accuracy,
                calibration_error(&certain)
            );
        }
    }
    Ok(out.trim_start().to_owned())
}

/// The stance of each text to its proposition.
fn judged_pairs<'a>(judge: &StanceJudge, pairs: impl Iterator<Item = (&'a str, Asked)>) -> Result<Vec<StanceScores>> {
    let cut = |text: &str| judge.encoder.pieces(text).context("the tokenizer failed");
    let pieces: Vec<(Pieces, Pieces, Asked)> =
        pairs.map(|(text, asked)| Ok((cut(text)?, cut(&asked.read)?, asked))).collect::<Result<_>>()?;
    let beside: Vec<(&Pieces, &Pieces)> = pieces.iter().map(|(text, read, _)| (text, read)).collect();
    let encoded = judge.encoder.encode(&beside).context("the stance model failed")?;
    Ok(encoded.iter().zip(&pieces).map(|(pair, (_, _, asked))| asked.scores(judge.scorer.score(pair))).collect())
}

/// IBM's claims: topics as they are, and as the program reads them.
fn claims(path: &Path, text: &str, config: &Config, judge: &StanceJudge, out: &mut String) -> Result<()> {
    let claims = ibm::read(text).with_context(|| format!("{}", path.display()))?;
    if claims.is_empty() {
        bail!("{}: no claims", path.display());
    }
    let threads = rayon::ThreadPoolBuilder::new().num_threads(config.threads).build()?;
    type Reading = fn(&str) -> Asked;
    let readings: [(&str, Reading); 2] = [("as it is", Asked::plainly), ("as it is read", Asked::new)];
    let _ = write!(
        out,
        "\n{:28} {:26} {:>6} {:>22} {:>22}",
        "file", "part, topic", "n", "for or against right", "of all three right"
    );
    for (name, reading) in readings {
        let scores: Vec<Vec<StanceScores>> = threads.install(|| {
            let pairs = |round: &[ibm::Claim]| {
                judged_pairs(judge, round.iter().map(|claim| (&*claim.text, reading(&claim.topic))))
            };
            claims.par_chunks(ROUND).map(pairs).collect::<Result<_>>()
        })?;
        let scores = scores.concat();
        for test in [false, true] {
            let part: Vec<_> = claims.iter().zip(&scores).filter(|(claim, _)| claim.test == test).collect();
            let sided = part.iter().filter(|(claim, s)| (s.favor > s.against) == claim.favor).count();
            let sure = |claim: &ibm::Claim, s: &StanceScores| {
                let (right, wrong) = if claim.favor { (s.favor, s.against) } else { (s.against, s.favor) };
                right > wrong && right > s.neither
            };
            let right = part.iter().filter(|(claim, s)| sure(claim, s)).count();
            let share = |count: usize| 100.0 * count as f64 / part.len().max(1) as f64;
            let what = format!("{}, {name}", if test { "test" } else { "train" });
            let _ = write!(
                out,
                "\n{:28} {what:26} {:>6} {:>22.2} {:>22.2}",
                file_name(path),
                part.len(),
                share(sided),
                share(right)
            );
        }
    }
    Ok(())
}

/// Which texts the recipe never read: see [`figures::groups`].
fn held_back(source: &str, texts: &[&str], keys: &[&str], limit: f64) -> Vec<bool> {
    figures::groups(texts, keys, limit).iter().map(|group| figures::fold(source, group) == 0).collect()
}

/// What figures are given for.
fn parts(check: &[bool]) -> [(&'static str, Vec<bool>); 2] {
    [("all", vec![true; check.len()]), ("check", check.to_vec())]
}

/// Encodes every text as one sentence and hands it over.
fn encode_each<R: Send>(
    texts: &[&str],
    config: &Config,
    models: &Models,
    read: impl Fn(usize, &str, &EncodedSentence) -> R + Sync,
) -> Result<Vec<R>> {
    let threads = rayon::ThreadPoolBuilder::new().num_threads(config.threads).build()?;
    let rounds: Vec<Vec<R>> = threads.install(|| {
        let round = |(number, round): (usize, &[&str])| -> Result<Vec<R>> {
            let each = round.iter().enumerate().map(|(index, text)| {
                let encoded = models.encoder.encode(text, &[Span::new(0, text.len())]).context("the encoder failed")?;
                Ok(read(number * ROUND + index, text, &encoded[0]))
            });
            each.collect()
        };
        texts.par_chunks(ROUND).enumerate().map(round).collect::<Result<_>>()
    })?;
    Ok(rounds.into_iter().flatten().collect())
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marked_phrases_are_found_word_by_word() {
        let text = "Mad dogs, mad dogs and U.S. fools";
        let words: Vec<Span> = ["Mad", "dogs", ",", "mad", "dogs", "and", "U", ".", "S", ".", "fools"]
            .iter()
            .scan(0, |at, word| {
                let start = *at + text[*at..].find(word)?;
                *at = start + word.len();
                Some(Span::new(start, *at))
            })
            .collect();
        let check = |phrases: &[&str], expected: &str| {
            let phrases: Vec<String> = phrases.iter().map(|phrase| (*phrase).to_owned()).collect();
            let found: String =
                marked(text, &words, &phrases).iter().map(|marked| if *marked { 'x' } else { '.' }).collect();
            assert_eq!(found, expected);
        };
        check(&["mad dogs"], "xx.xx......");
        check(&["u.s. fools", "and"], ".....xxxxxx");
        check(&["cats", ""], "...........");
    }
}
