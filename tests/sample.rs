//! The sample corpus, from pages to figures, against what was found before.
//!
//! `UPDATE_GOLDEN=1 make test` writes the golden file anew; read its diff.

use crate::support::{analyze, json, parallax, path, records, repository};
use parallax_text::record::AnnotationRecord;
use std::collections::BTreeMap;
use std::fmt::Write;

#[test]
fn no_line_of_the_sample_leaks_and_none_is_lost() {
    let gold = repository().join("tests/gold/sample_lines.csv");
    let corpus = repository().join("tests/corpus");
    let ran = parallax(&["evaluate", "clean", path(&corpus), "--gold", path(&gold)]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let rows: Vec<&str> = ran.stdout.lines().skip(1).collect();
    assert!(rows.len() == 5 && rows.iter().all(|row| row.ends_with("[] / []")), "{}", ran.stdout);
}

#[test]
fn the_sample_gives_what_it_gave_before() {
    let (out, _) = analyze(&[&repository().join("tests/corpus")], &["--quiet"], 0);
    let mut found = String::new();
    for record in records(out.path()) {
        article(&mut found, &record);
    }
    let summary = json(&out.path().join("summary.json"));
    for story in summary["stories"].as_array().unwrap() {
        for actor in story["actors"].as_array().unwrap().iter().filter(|actor| actor["main"] == true) {
            let _ = writeln!(found, "actor {} {} {}", actor["id"], actor["kind"], actor["mentions_named"]);
        }
        // Figures that rest on counts; those that rest on probabilities may move in the last digit
        // from processor to processor.
        for m in story["measurements"].as_array().unwrap() {
            if ["mentions_named", "sentence_share", "in_headline"].contains(&m["measure"].as_str().unwrap()) {
                let _ = writeln!(found, "{} = {} [{} {}] n {}", m["id"], m["value"], m["ci_low"], m["ci_high"], m["n"]);
            } else {
                let _ = writeln!(found, "{}: {} n {}", m["id"], m["status"], m["n"]);
            }
        }
    }
    let golden = repository().join("tests/golden/sample.txt");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::create_dir_all(golden.parent().unwrap()).unwrap();
        std::fs::write(&golden, &found).unwrap();
    }
    let expected = std::fs::read_to_string(&golden).expect("tests/golden/sample.txt is there");
    let first = found.lines().zip(expected.lines()).find(|(found, expected)| found != expected);
    assert!(found == expected, "the first difference (found, golden): {first:#?}");
}

fn article(out: &mut String, record: &AnnotationRecord) {
    let _ = writeln!(out, "== {}", record.doc_id);
    let _ = writeln!(out, "title {:?}\nbyline {:?}\npublished {:?}", record.title, record.byline, record.published);
    let _ = writeln!(out, "language {:?} truncated {}", record.language, record.truncated);
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    for kind in record.blocks.iter().map(|block| format!("{:?}", block.kind)) {
        *kinds.entry(kind).or_default() += 1;
    }
    for kind in record.dropped.iter().map(|dropped| format!("-{:?}", dropped.kind)) {
        *kinds.entry(kind).or_default() += 1;
    }
    let _ = writeln!(out, "blocks {kinds:?}\nsentences {} quotes {}", record.sentences.len(), record.quotes.len());
    for entity in &record.entities {
        let labels: Vec<&str> = entity.mentions.iter().map(|&m| record.mentions[m as usize].text.as_str()).collect();
        let _ = writeln!(out, "{} {}: {}", entity.kind.label(), entity.name, labels.join(" | "));
    }
}
