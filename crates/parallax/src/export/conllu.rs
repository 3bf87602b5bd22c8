//! CoNLL-U: sentences and tokens, with actors and exact positions in MISC.
//!
//! Actors are `Entity=` as CorefUD has it (Nedoluzhko et al. 2022: brackets, nested ones too),
//! names `NER=` in IOB2, positions `start_char=`/`end_char=` in code points of the clean text.
//! Parallax does not parse: lemma, part of speech and syntax are `_`.

use super::article::{CheckedArticle, safe_id};
use super::tokens::{Token, edges, labels, tokens};
use std::fmt::Write;

/// One article. `number` is its place in the file: it keeps the ids of actors apart.
#[must_use]
pub fn conllu(article: &CheckedArticle<'_>, number: usize) -> String {
    let record = article.record();
    let id = safe_id(&record.doc_id);
    let edges = edges(article);
    let mut out = format!("# newdoc id = {id}\n# global.Entity = eid-etype-head-other\n");
    let mut block = None;
    for (index, sentence) in record.sentences.iter().enumerate() {
        let words = tokens(article, index, &edges);
        if words.is_empty() {
            continue;
        }
        if block != Some(sentence.block) {
            let _ = writeln!(out, "# newpar id = {id}-{}", sentence.block);
            block = Some(sentence.block);
        }
        let _ = writeln!(out, "# sent_id = {id}#{index}\n# text = {}", line(&words));
        let names = labels(article, index, &words);
        let actors = actors(article, number, index, &words);
        for (place, token) in words.iter().enumerate() {
            let mut misc = Vec::new();
            if !actors[place].is_empty() {
                misc.push(format!("Entity={}", actors[place]));
            }
            misc.push(format!("NER={}", names[place]));
            if token.space.is_empty() && place + 1 < words.len() {
                misc.push("SpaceAfter=No".to_owned());
            }
            misc.push(format!("end_char={}|start_char={}", token.end, token.start));
            let _ = writeln!(out, "{}\t{}\t_\t_\t_\t_\t_\t_\t_\t{}", place + 1, token.text, misc.join("|"));
        }
        out.push('\n');
    }
    out
}

/// The sentence as its tokens give it: any spaces between two are one.
fn line(words: &[Token<'_>]) -> String {
    let mut line = String::new();
    for (place, token) in words.iter().enumerate() {
        line.push_str(token.text);
        if !token.space.is_empty() && place + 1 < words.len() {
            line.push(' ');
        }
    }
    line
}

/// The brackets of actors at each token: those that end, then those that begin, outer ones first.
fn actors(article: &CheckedArticle<'_>, number: usize, sentence: usize, words: &[Token<'_>]) -> Vec<String> {
    let mut mentions: Vec<_> =
        article.record().mentions.iter().filter(|mention| mention.sentence as usize == sentence).collect();
    mentions.sort_by_key(|mention| (mention.start, std::cmp::Reverse(mention.end)));
    let mut closing = vec![Vec::new(); words.len()];
    let mut opening = vec![String::new(); words.len()];
    for mention in mentions {
        let first = words.partition_point(|token| token.start < mention.start);
        let last = words.partition_point(|token| token.end <= mention.end);
        if first >= last {
            continue;
        }
        let id = match mention.entity {
            Some(entity) => format!("d{number}e{entity}"),
            None => format!("d{number}m{}", mention.id),
        };
        let form = crate::table::name_of(mention.form);
        let ends = if first + 1 == last { ")" } else { "" };
        let _ = write!(opening[first], "({id}-{}-1-{form}{ends}", mention.kind.label());
        if first + 1 < last {
            closing[last - 1].push(format!("{id})"));
        }
    }
    closing
        .into_iter()
        .zip(opening)
        .map(|(ends, begins)| ends.into_iter().rev().collect::<String>() + &begins)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::fixture::full;
    use std::collections::BTreeMap;

    #[test]
    fn tokens_stand_where_they_say_and_brackets_close() {
        let record = full();
        let article = CheckedArticle::new(&record).unwrap();
        let written = conllu(&article, 3);
        assert!(written.starts_with("# newdoc id = a%20b%2Fc\n"), "{written}");
        let mut open: Vec<String> = Vec::new();
        let mut seen = 0;
        for line in written.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_digit())) {
            let cells: Vec<&str> = line.split('\t').collect();
            assert_eq!(cells.len(), 10);
            let misc: BTreeMap<&str, &str> = cells[9].split('|').filter_map(|pair| pair.split_once('=')).collect();
            let at = |key: &str| misc[key].parse::<usize>().unwrap();
            assert_eq!(article.cut(at("start_char"), at("end_char")), cells[1]);
            for part in misc.get("Entity").unwrap_or(&"").split_inclusive([')', '(']).filter(|part| *part != "(") {
                let id = part.trim_end_matches(['(', ')']).split('-').next().unwrap().to_owned();
                seen += usize::from(part.contains('-'));
                match part.ends_with(')') {
                    true if part.contains('-') => {}
                    true => assert_eq!(open.pop(), Some(id)),
                    false => open.push(id),
                }
            }
        }
        assert_eq!((open.len(), seen), (0, record.mentions.len()), "{written}");
    }

    #[test]
    fn the_line_of_a_sentence_is_its_tokens() {
        let record = crate::export::fixture::record("He  said\u{a0}\u{201c}No\u{201d}. Bye.");
        let written = conllu(&CheckedArticle::new(&record).unwrap(), 0);
        assert!(written.contains("# text = He said \u{201c}No\u{201d}.\n"), "{written}");
    }
}
