//! The output contract: schemas, spans, alignment, determinism.

use crate::support::{analyze, cut, json, path, records, repository, seeds};
use parallax_text::record::{AnnotationRecord, RunName};
use serde_json::Value;
use std::path::{Path, PathBuf};

fn sample() -> PathBuf {
    repository().join("tests/corpus")
}

fn validate(schema: &str, values: &[Value]) {
    let schema = json(&repository().join("schemas").join(schema));
    let validator = jsonschema::validator_for(&schema).expect("the schema is a schema");
    for value in values {
        let errors: Vec<String> =
            validator.iter_errors(value).map(|error| format!("{} at {}", error, error.instance_path())).collect();
        assert!(errors.is_empty(), "{errors:#?}");
    }
}

/// Everything the contract promises of one record, against its source.
fn check_record(record: &AnnotationRecord, source: &str) {
    let text: Vec<char> = record.text.chars().collect();
    let source: Vec<char> = source.chars().collect();
    let mut at = 0;
    for &(start, end, source_start, source_end, kind) in &record.alignment {
        assert_eq!(start, at, "the alignment of {} has a gap", record.doc_id);
        if kind == RunName::Kept {
            assert_eq!(text[start..end], source[source_start..source_end], "{} {start}..{end}", record.doc_id);
        }
        assert!(source_start <= source_end && source_end <= source.len());
        at = end;
    }
    assert_eq!(at, text.len(), "the alignment of {} covers the text", record.doc_id);
    let mut last = 0;
    for block in &record.blocks {
        assert!(last <= block.start && block.start < block.end, "blocks of {} are in order", record.doc_id);
        last = block.end;
    }
    for sentence in &record.sentences {
        let block = &record.blocks[sentence.block as usize];
        assert!(block.start <= sentence.start && sentence.start < sentence.end && sentence.end <= block.end);
    }
    for mention in &record.mentions {
        assert_eq!(cut(&record.text, mention.start, mention.end), mention.text);
        let sentence = &record.sentences[mention.sentence as usize];
        assert!(sentence.start <= mention.start && mention.end <= sentence.end, "{mention:?}");
        match mention.entity {
            Some(entity) => assert!(record.entities[entity as usize].mentions.contains(&(mention.id as u32))),
            None => assert!(!mention.form.is_named(), "every name has an entity: {mention:?}"),
        }
    }
    for quote in &record.quotes {
        assert!(quote.start < quote.end && quote.end <= text.len(), "{quote:?}");
        if let Some(cue) = &quote.cue {
            assert_eq!(cut(&record.text, cue.start, cue.end), cue.text);
        }
        if let Some(speaker) = &quote.speaker {
            assert_eq!(cut(&record.text, speaker.start, speaker.end), speaker.text);
            let of_mention = speaker.mention.map(|mention| &record.mentions[mention as usize]);
            assert!(of_mention.is_none_or(|m| m.start < speaker.end && speaker.start < m.end), "{speaker:?}");
        }
        assert!(quote.continues.is_none_or(|earlier| (earlier as usize) < quote.id), "{quote:?}");
    }
    for tone in &record.tones {
        let mention = &record.mentions[tone.mention as usize];
        assert_eq!(mention.sentence, tone.sentence);
        assert!((tone.negative + tone.neutral + tone.positive - 1.0).abs() < 2e-4, "{tone:?}");
        if let Some(quote) = tone.quote {
            let quote = &record.quotes[quote as usize];
            assert!(quote.start <= mention.start && mention.end <= quote.end);
        }
    }
}

fn check_folder(input: &Path, out: &Path) {
    let annotations = records(out);
    for record in &annotations {
        let source = std::fs::read_to_string(input.join(&record.source)).expect("sources are UTF-8");
        check_record(record, source.trim_start_matches('\u{feff}'));
    }
    let lines = std::fs::read_to_string(out.join("annotations.jsonl")).unwrap();
    let values: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    validate("annotation.schema.json", &values);
    let summary = json(&out.join("summary.json"));
    check_evidence(&summary, &annotations);
    validate("summary.schema.json", &[summary]);
}

/// Every figure's evidence is a sentence of the annotations; ids are unique.
fn check_evidence(summary: &Value, annotations: &[AnnotationRecord]) {
    let mut ids = std::collections::BTreeSet::new();
    for story in summary["stories"].as_array().unwrap() {
        for m in story["measurements"].as_array().unwrap() {
            assert!(ids.insert(m["id"].as_str().unwrap().to_owned()), "{} is there twice", m["id"]);
            for evidence in m["evidence"].as_array().unwrap() {
                let (doc_id, sentence) = evidence.as_str().unwrap().rsplit_once('#').unwrap();
                let record = annotations.iter().find(|record| record.doc_id == doc_id).expect("a document");
                assert!(sentence.parse::<usize>().unwrap() < record.sentences.len());
            }
        }
    }
    assert!(!ids.is_empty());
}

#[test]
fn the_sample_corpus_fulfils_the_contract() {
    let (out, _) = analyze(&[&sample()], &["--quiet"], 0);
    check_folder(&sample(), out.path());
}

#[test]
fn the_seeds_fulfil_the_contract() {
    let Some(seeds) = seeds() else { return };
    let (out, _) = analyze(&[&seeds], &["--quiet"], 0);
    check_folder(&seeds, out.path());
}

#[test]
fn shared_text_is_left_out_of_the_figures_of_a_copy_where_asked() {
    let (counted, _) = analyze(&[&sample()], &["--quiet"], 0);
    let (out, _) = analyze(&[&sample()], &["--quiet", "--shared-text", "leave-out"], 0);
    check_folder(&sample(), out.path());
    let verified = crate::support::parallax(&["verify", path(out.path()), "--sources", path(&sample())]);
    assert_eq!(verified.code, 0, "{}", verified.stderr);
    let setting = |folder: &Path| json(&folder.join("run.json"))["settings"]["shared_text"].clone();
    assert_eq!((setting(counted.path()), setting(out.path())), ("count".into(), "leave-out".into()));
    let story = |folder: &Path| json(&folder.join("summary.json"))["stories"][0].clone();
    let (counted, found) = (story(counted.path()), story(out.path()));
    // The agency's article is a day older than the copy.
    let left: Vec<&str> = found["left_out_sentences"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    assert!(left.len() > 5 && left.iter().all(|id| id.starts_with("06_newsbeam_daily#")), "{left:?}");
    assert_eq!(counted["left_out_sentences"], serde_json::json!([]));
    let n = |story: &Value, doc: &str, measure: &str| {
        let own = |m: &&Value| m["doc_id"] == doc && m["measure"] == measure && m["voice"] == "own";
        let m = story["measurements"].as_array().unwrap().iter().find(own).unwrap().clone();
        (m["n"].as_u64().unwrap(), m["n_shared"].as_u64().unwrap())
    };
    for measure in ["voice_share", "loaded_share"] {
        let (n_counted, n_shared) = n(&counted, "06_newsbeam_daily", measure);
        assert!(n_shared * 2 > n_counted, "{measure}: {n_shared} of {n_counted}");
        assert_eq!(n(&found, "06_newsbeam_daily", measure), (n_counted - n_shared, 0), "{measure}");
        for doc in ["05_continental_press", "01_harbour_herald"] {
            assert_eq!(n(&found, doc, measure), n(&counted, doc, measure), "{measure} of {doc}");
        }
    }
    // Names and speakers' words: all of them, and those that are shared.
    let sums = |story: &Value, lists: (&str, &str), all: &[&str], shared: &str| {
        let entries = story[lists.0].as_array().unwrap().iter().flat_map(|one| one[lists.1].as_array().unwrap());
        entries.filter(|entry| entry["doc_id"] == "06_newsbeam_daily").fold((0, 0), |(sum, of_shared), entry| {
            let here: u64 = all.iter().map(|field| entry[field].as_u64().unwrap()).sum();
            (sum + here, of_shared + entry[shared].as_u64().unwrap())
        })
    };
    let names = (("actors", "names"), ["own", "reported"].as_slice(), "shared");
    let voices = (("speakers", "uses"), ["words"].as_slice(), "words_shared");
    for (lists, all, shared) in [names, voices] {
        let (n_counted, n_shared) = sums(&counted, lists, all, shared);
        assert!(n_shared > 0 && n_shared <= n_counted, "{lists:?}: {n_shared} of {n_counted}");
        assert_eq!(sums(&found, lists, all, shared), (n_counted - n_shared, 0), "{lists:?}");
    }
    assert_eq!(found["facts"], counted["facts"]);
}

#[test]
fn threads_and_the_order_of_files_do_not_change_a_byte() {
    let mut files: Vec<PathBuf> = std::fs::read_dir(sample())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "txt" || ending == "html"))
        .collect();
    files.sort();
    let (one, _) = analyze(&[&sample()], &["--threads", "1", "--quiet"], 0);
    files.reverse();
    let files: Vec<&Path> = files.iter().map(PathBuf::as_path).collect();
    let (two, _) = analyze(&files, &["--threads", "2", "--quiet"], 0);
    let names: Vec<String> = std::fs::read_dir(one.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name != "run.json")
        .collect();
    assert!(names.len() >= 8, "{names:?}");
    for name in names {
        let read = |folder: &Path| std::fs::read(folder.join(&name)).unwrap();
        assert!(read(one.path()) == read(two.path()), "{name} differs");
    }
}

#[test]
fn a_run_says_what_ran() {
    let (out, ran) = analyze(&[&sample()], &[], 0);
    let run = json(&out.path().join("run.json"));
    assert_eq!(run["schema"], "parallax/run/1");
    assert_eq!(run["engine"]["name"], "native");
    assert_eq!(run["done"], run["inputs"].as_array().unwrap().len());
    assert!(run["files"]["annotations.jsonl"].as_str().unwrap().len() == 64);
    assert!(ran.stdout.contains("Main actors") && ran.stdout.contains("report.html"), "{}", ran.stdout);
}

#[test]
fn text_as_it_is_keeps_its_positions() {
    let text = "Ada Lindqvist 🔥 spoke in Norrvik.\n\nOtto Brandt left.";
    let line = serde_json::json!({"doc_id": "x", "outlet": "Star", "title": "A title", "text": text}).to_string();
    let ran = crate::support::parallax_with(&["annotate", "-", "--no-clean"], &line);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let record: AnnotationRecord = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!((record.text.as_str(), record.title.as_deref()), (text, Some("A title")));
    check_record(&record, text);
    assert!(record.mentions.iter().any(|mention| mention.text == "Otto Brandt"), "{:?}", record.mentions);
}

#[test]
fn a_declared_headline_is_read_with_the_text() {
    let line =
        serde_json::json!({"title": "Otto Brandt resigns", "text": crate::support::PAGE.split_once("\n\n").unwrap().1});
    let ran = crate::support::parallax_with(&["annotate", "-"], &line.to_string());
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let record: AnnotationRecord = serde_json::from_str(&ran.stdout).unwrap();
    assert!(record.text.starts_with("Otto Brandt resigns\n\n"), "{}", record.text);
    assert_eq!(record.doc_id, "stdin-0");
    check_record(&record, line["text"].as_str().unwrap());
}

#[test]
fn stories_that_span_more_than_two_weeks_are_warned_of() {
    let page = crate::support::PAGE.as_bytes();
    let table = b"doc_id,file,outlet,published\na,a.txt,A,2025-01-01\nb,b.txt,B,2025-03-01\n";
    let folder = crate::support::folder(&[("a.txt", page), ("b.txt", page), ("corpus.csv", table)]);
    let (_, ran) = analyze(&[folder.path()], &[], 0);
    assert!(ran.stderr.contains("59 days apart"), "{}", ran.stderr);
    let table = folder.path().join("other.csv");
    std::fs::write(&table, "file,story,published\na.txt,one,2025-01-01\nb.txt,two,2025-03-01\n").unwrap();
    let (out, ran) = analyze(&[folder.path()], &["--metadata", path(&table)], 0);
    assert!(!ran.stderr.contains("apart"), "{}", ran.stderr);
    assert_eq!(json(&out.path().join("summary.json"))["stories"].as_array().unwrap().len(), 2);
}
