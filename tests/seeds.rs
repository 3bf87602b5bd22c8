//! Five real articles. They are not part of the repository: these tests are passed over, with a
//! message, where ../shared/data/seeds is not there.

use crate::support::{analyze, json, parallax, path, records, repository, seeds};
use parallax_text::record::AnnotationRecord;
use serde_json::Value;
use std::path::Path;

/// The articles as the pages tell of themselves, without the table beside them.
fn without_table(folder: &Path) -> Vec<AnnotationRecord> {
    let copy = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(folder).unwrap() {
        let file = entry.unwrap().path();
        if file.extension().is_some_and(|ending| ending == "txt") {
            std::fs::copy(&file, copy.path().join(file.file_name().unwrap())).unwrap();
        }
    }
    let (out, _) = analyze(&[copy.path()], &["--quiet"], 0);
    records(out.path())
}

/// Number of the line of the page that a headline stands on.
fn headline_line(record: &AnnotationRecord, folder: &Path) -> Option<usize> {
    let source = std::fs::read_to_string(folder.join(&record.source)).unwrap();
    let title = record.title.as_ref()?;
    source.lines().position(|line| line.trim() == title).map(|index| index + 1)
}

#[test]
fn no_line_leaks_and_none_is_lost() {
    let Some(seeds) = seeds() else { return };
    let gold = repository().join("tests/gold/seeds_lines.csv");
    let files: Vec<String> = std::fs::read_dir(&seeds)
        .unwrap()
        .map(|entry| path(&entry.unwrap().path()).to_owned())
        .filter(|file| file.ends_with(".txt"))
        .collect();
    let mut arguments = vec!["evaluate", "clean", "--gold", path(&gold)];
    // The folder, so that corpus.csv gives the ids.
    arguments.push(path(&seeds));
    let ran = parallax(&arguments);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let rows: Vec<&str> = ran.stdout.lines().skip(1).collect();
    assert_eq!(rows.len(), files.len(), "{}", ran.stdout);
    assert!(rows.iter().all(|row| row.ends_with("[] / []")), "{}", ran.stdout);
}

#[test]
fn pages_tell_headline_date_and_outlet() {
    let Some(seeds) = seeds() else { return };
    let found = without_table(&seeds);
    let check = |index: usize, headline: Option<usize>, published: Option<&str>, outlet: Option<&str>| {
        let record = &found[index];
        assert_eq!(headline_line(record, &seeds), headline, "headline of {}", record.doc_id);
        assert_eq!(record.published.as_deref(), published, "date of {}", record.doc_id);
        let name = record.outlet.as_ref().map(|name| name.to_lowercase().replace(".com", ""));
        assert_eq!(name.as_deref(), outlet, "outlet of {}", record.doc_id);
        if outlet.is_some() {
            let decision = record.decisions.iter().find(|decision| decision.field == "outlet").expect("a decision");
            assert!(decision.source_start < decision.source_end, "the outlet of {} has evidence", record.doc_id);
        }
    };
    check(0, Some(3), None, None);
    check(1, Some(7), None, Some("el país"));
    check(2, None, None, Some("defence talks"));
    check(3, Some(58), Some("2025-05-04"), Some("nexpressdaily"));
    check(4, Some(3), None, Some("mexico news daily"));
    let rejected = |index: usize| {
        let decision =
            found[index].decisions.iter().find(|decision| decision.field == "published").expect("a decision");
        decision.rejected.clone()
    };
    assert_eq!((rejected(3), rejected(4)), (vec!["2025-07-27".to_owned()], vec!["2025-05-19".to_owned()]));
}

/// The words of the one actor that has all of `labels`, and that no other actor has.
#[track_caller]
fn one_actor(record: &AnnotationRecord, labels: &[&str]) {
    let labelled = record.mentions.iter().filter(|mention| labels.contains(&mention.text.as_str()));
    let mut entities: Vec<u32> = labelled.filter_map(|mention| mention.entity).collect();
    entities.sort_unstable();
    entities.dedup();
    let named: Vec<&str> = entities.iter().map(|&entity| record.entities[entity as usize].name.as_str()).collect();
    assert_eq!(named.len(), 1, "{labels:?} in {} are {named:?}", record.doc_id);
}

#[test]
fn main_actors_are_one_each() {
    let Some(seeds) = seeds() else { return };
    let (out, _) = analyze(&[&seeds], &["--quiet"], 0);
    for record in records(out.path()) {
        one_actor(&record, &["Trump", "President Trump", "Donald Trump", "President Donald Trump"]);
        one_actor(&record, &["Sheinbaum", "Claudia Sheinbaum", "President Claudia Sheinbaum", "President Sheinbaum"]);
        one_actor(&record, &["Mexico"]);
        let papers = ["Wall Street Journal", "The Wall Street Journal", "WSJ"];
        one_actor(&record, &papers);
        if record.text.contains("White House") {
            one_actor(&record, &["White House", "the White House"]);
        }
        for name in ["mexican president", "president", "leader"] {
            assert!(record.entities.iter().all(|entity| entity.name.to_lowercase() != name), "{name} is an actor");
        }
    }
    let summary = json(&out.path().join("summary.json"));
    let actors = summary["stories"][0]["actors"].as_array().unwrap();
    let main: Vec<&str> = actors.iter().filter(|a| a["main"] == true).filter_map(|a| a["name"].as_str()).collect();
    for name in ["Trump", "Sheinbaum", "Mexico", "Wall Street Journal"] {
        assert_eq!(main.iter().filter(|main| main.contains(name)).count(), 1, "{name} in {main:?}");
    }
    let person = |a: &&Value| a["kind"] == "PER" && a["name"].as_str().unwrap().contains("Sheinbaum");
    assert_eq!(actors.iter().filter(person).count(), 1, "Sheinbaum is one person of the story");
}

#[test]
fn every_quotation_has_its_speaker() {
    let Some(seeds) = seeds() else { return };
    let gold = repository().join("tests/gold/seeds_speakers.csv");
    let ran = parallax(&["evaluate", "speakers", path(&seeds), "--gold", path(&gold)]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(ran.stdout.lines().count(), 6, "{}", ran.stdout);
    for row in ran.stdout.lines().skip(1) {
        let cells: Vec<&str> = row.split_whitespace().collect();
        assert_eq!((cells[1], cells[3]), (cells[2], cells[4]), "direct and mixed quotations: {}", ran.stdout);
    }
}

#[test]
fn mentions_are_joined_as_a_reader_would() {
    let Some(seeds) = seeds() else { return };
    let gold = repository().join("tests/gold/seeds_actors.csv");
    let ran = parallax(&["evaluate", "actors", path(&seeds), "--gold", path(&gold)]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let story: Vec<&str> = ran.stdout.lines().last().unwrap().split_whitespace().collect();
    let figure = |cell: &str| cell.parse::<f64>().unwrap();
    assert!(story[0] == "story" && figure(story[5]) > 92.0 && figure(story[6]) > 92.0, "{}", ran.stdout);
}

#[test]
fn the_words_of_a_speaker_are_no_tone_of_the_outlet() {
    let Some(seeds) = seeds() else { return };
    let (out, _) = analyze(&[&seeds], &["--quiet"], 0);
    let mut own = 0;
    for record in records(out.path()) {
        for tone in record.tones.iter().filter(|tone| tone.voice == parallax_text::Voice::Own) {
            let mention = &record.mentions[tone.mention as usize];
            let quoted = record.quotes.iter().any(|q| q.start <= mention.start && mention.end <= q.end);
            assert!(!quoted && tone.holder.is_none(), "{} mention {}", record.doc_id, tone.mention);
            own += 1;
        }
    }
    assert!(own > 50, "{own} tones are the outlets' own");
}

#[test]
fn a_copy_is_found_with_its_cuts_and_its_headline() {
    let Some(seeds) = seeds() else { return };
    let (out, _) = analyze(&[&seeds], &["--quiet"], 0);
    let summary = json(&out.path().join("summary.json"));
    let shared = summary["stories"][0]["shared"].as_array().unwrap();
    assert_eq!(shared.len(), 1, "{shared:?}");
    assert_eq!(shared[0]["doc_ids"], serde_json::json!(["000", "003"]));
    assert_eq!((&shared[0]["headline_changed"], &shared[0]["earlier"]), (&Value::from(true), &Value::from("000")));
    let cut = |side: &str| shared[0][side].as_array().unwrap().len();
    assert_eq!((cut("only_first"), cut("only_second")), (2, 0));
}
