//! The commands that run one stage alone.

use crate::support::{PAGE, analyze, folder, json, parallax, parallax_with, path, repository};
use serde_json::Value;
use sha2::{Digest, Sha256};

#[test]
fn split_prints_one_sentence_a_line() {
    let ran = parallax_with(&["split", "-"], "Mr. Ruiz left. \u{201c}Was he late?\u{201d} she asked.");
    assert_eq!((ran.code, ran.stdout.as_str()), (0, "Mr. Ruiz left.\n\u{201c}Was he late?\u{201d} she asked.\n"));
}

#[test]
fn split_gives_offsets_in_code_points() {
    let ran = parallax_with(&["split", "-", "--json"], "🔥 Sí. No.");
    let lines: Vec<Value> = ran.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((lines[1]["start"].as_u64(), lines[1]["text"].as_str()), (Some(6), Some("No.")));
}

#[test]
fn clean_prints_the_article_without_the_page() {
    let page = format!("Home\nPolitics\nSport\n\n{PAGE}\nAdvertisement\n\nShare this article\n");
    let ran = parallax_with(&["clean", "-"], &page);
    assert!(ran.stdout.starts_with("Harbour council votes to keep the ferry\n\n"), "{}", ran.stdout);
    assert!(!ran.stdout.contains("Advertisement") && !ran.stdout.contains("Politics"));
    let ran = parallax_with(&["clean", "-", "--lines"], &page);
    assert!(ran.stdout.contains("- advertisement"), "{}", ran.stdout);
}

#[test]
fn ner_names_entities_with_their_actor() {
    let ran = parallax_with(&["ner", "-", "--clean"], PAGE);
    let lines: Vec<Value> = ran.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let brandt: Vec<&Value> = lines.iter().filter(|line| line["text"].as_str().unwrap().contains("Brandt")).collect();
    assert_eq!(brandt.len(), 2, "{}", ran.stdout);
    assert!(brandt.iter().all(|line| line["kind"] == "PER" && line["entity"] == brandt[0]["entity"]));
}

#[test]
fn ner_reads_and_writes_conll_columns() {
    let ran = parallax_with(&["ner", "--conll", "-"], "Otto NNP\nBrandt NNP\nflew VBD\nto TO\nParis NNP\n. .\n\n");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let last: Vec<&str> = ran.stdout.lines().filter_map(|line| line.split_whitespace().next_back()).collect();
    assert_eq!(last, ["B-PER", "I-PER", "O", "O", "B-LOC", "O"], "{}", ran.stdout);
}

#[test]
fn tone_is_scored_for_each_target() {
    let line = |id: u32, text: &str, name: &str| {
        let start = text[..text.find(name).unwrap()].chars().count();
        let end = start + name.chars().count();
        serde_json::json!({"id": id, "text": text, "start": start, "end": end, "note": "kept"}).to_string()
    };
    let lines = [
        line(1, "“Señor Otto Brandt” was condemned across Norrvik as a liar.", "Otto Brandt"),
        line(2, "Islanders praised Ada Lindqvist as a hero.", "Ada Lindqvist"),
        line(3, "Ada Lindqvist will meet Otto Brandt on Monday.", "Otto Brandt"),
    ];
    let ran = parallax_with(&["tone", "-"], &lines.join("\n"));
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let lines: Vec<Value> = ran.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for (line, label) in lines.iter().zip(["negative", "positive", "neutral"]) {
        assert!(line[label].as_f64().unwrap() > 0.5, "{label}: {line}");
    }
    assert_eq!((lines[0]["id"].as_u64(), lines[1]["note"].as_str()), (Some(1), Some("kept")));
}

#[test]
fn a_target_outside_the_text_is_an_error_of_its_line() {
    let good = serde_json::json!({"id": 1, "text": "Ada won.", "start": 0, "end": 3});
    let bad = serde_json::json!({"id": 2, "text": "Ada won.", "start": 5, "end": 30});
    let ran = parallax_with(&["tone", "-"], &format!("{bad}\n{good}\n"));
    assert_eq!((ran.code, ran.stdout.lines().count()), (3, 1));
    assert!(ran.stderr.contains("line 1") && ran.stderr.contains("5..30"), "{}", ran.stderr);
}

#[test]
fn evaluate_reads_the_usual_formats() {
    let line = r#"{"sentence_normalized":"Ada Lindqvist was praised.","targets":[{"from":0,"to":13,"polarity":6.0}]}"#;
    let conllu = "# newdoc id = a\n# text = One. Two.\n1\tOne\n\n# text = Three.\n1\tThree\n\n";
    let files = folder(&[
        ("t.jsonl", line.as_bytes()),
        ("n.txt", b"-DOCSTART- -X- O\n\nAda NNP I-PER\nleft VBD O\nHolm NNP I-LOC\n"),
        ("s.conllu", conllu.as_bytes()),
        ("g.csv", b"doc_id,line,kind\np,1,headline\np,3,byline\np,5,body\n"),
        ("p.txt", PAGE.as_bytes()),
    ]);
    let file = |name: &str| files.path().join(name);
    let check = |arguments: &[&str], says: &str| {
        let ran = parallax(&[&["evaluate"], arguments].concat());
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        assert!(ran.stdout.contains(says), "{says:?} is not in: {}", ran.stdout);
    };
    check(&["tone", path(&file("t.jsonl"))], "macro-F1");
    check(&["ner", path(&file("n.txt"))], "100.00");
    check(&["split", path(&file("s.conllu"))], "joined");
    check(&["clean", path(&file("p.txt")), "--gold", path(&file("g.csv"))], "[] / []");
    // A section of errors.toml instead of a table, tied to the weights.
    let only_positive = "confusion = [[0, 0, 0], [0, 0, 0], [0, 0, 1]]";
    check(&["tone", path(&file("t.jsonl")), "--errors", "one line"], "[tone]\nmodel_sha256 = \"");
    check(&["tone", path(&file("t.jsonl")), "--errors", "one line"], only_positive);
}

#[test]
fn evaluate_scores_the_facts_of_the_sample() {
    let (corpus, gold) = (repository().join("tests/corpus"), repository().join("tests/gold/sample_coverage.csv"));
    let ran = parallax(&["evaluate", "coverage", path(&corpus), "--gold", path(&gold)]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let rows: Vec<Vec<&str>> = ran.stdout.lines().skip(1).map(|row| row.split_whitespace().collect()).collect();
    assert_eq!((rows.len(), rows[0][0], rows[1][0]), (2, "tune", "test"), "{}", ran.stdout);
    for row in &rows {
        // cells, then right and found of absent and told, each as a fraction and a percentage.
        let share = |at: usize| row[at].parse::<f64>().unwrap();
        let found = [3, 6, 9, 12].map(share);
        assert!(found.iter().all(|share| *share > 50.0) && found[0] >= 85.0, "{}", ran.stdout);
    }
}

#[test]
fn intervals_of_loaded_wording_carry_the_error_that_lies_beside_the_model() {
    let models = tempfile::tempdir().unwrap();
    let shipped = repository().join("models");
    std::fs::copy(shipped.join("manifest.toml"), models.path().join("manifest.toml")).unwrap();
    for folder in ["news-en", "discourse"] {
        std::fs::create_dir(models.path().join(folder)).unwrap();
        for file in std::fs::read_dir(shipped.join(folder)).unwrap().map(Result::unwrap) {
            std::fs::copy(file.path(), models.path().join(folder).join(file.file_name())).unwrap();
        }
    }
    let weights = std::fs::read(shipped.join("discourse/model.safetensors")).unwrap();
    let sha256 = Sha256::digest(weights).iter().fold(String::new(), |out, byte| out + &format!("{byte:02x}"));
    let errors = |sha256: &str| {
        let section = format!(
            "[wording]\nmodel_sha256 = \"{sha256}\"\nmeasured_on = \"a matrix of our own\"\nlabels = [\"neutral\", \"loaded\"]\n\
             values = [0.0, 1.0]\nconfusion = [[80, 20], [20, 80]]\n"
        );
        std::fs::write(models.path().join("discourse/errors.toml"), section).unwrap();
    };
    let corpus = repository().join("tests/corpus");
    errors(&sha256);
    let (out, _) = analyze(&[&corpus], &["--quiet", "--models", path(models.path())], 0);
    let summary = json(&out.path().join("summary.json"));
    let all = summary["stories"][0]["measurements"].as_array().unwrap();
    let shown: Vec<&Value> = all.iter().filter(|m| m["measure"] == "loaded_share" && m["status"] == "ok").collect();
    assert!(!shown.is_empty());
    for m in shown {
        assert_eq!(m["ci_kind"], "bootstrap_paragraphs+classifier", "{m}");
        assert!(m["method"].as_str().unwrap().contains("a matrix of our own (160 of 200 right)"), "{m}");
    }
    errors(&sha256.replace(|c: char| c.is_ascii_digit(), "0"));
    let (_, ran) = analyze(&[&corpus], &["--quiet", "--models", path(models.path())], 1);
    assert!(ran.stderr.contains("was measured with other weights"), "{}", ran.stderr);
}

#[test]
fn evaluate_refuses_a_file_of_another_format() {
    let ran = parallax(&["evaluate", "tone", path(&repository().join("README.md"))]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("NewsMTSC"), "{}", ran.stderr);
}
