//! Bad input gets a clear message and costs itself only.

use crate::support::{PAGE, Ran, analyze, folder, json, parallax, path, records, repository};
use std::path::Path;

/// A bad page beside a good one: the good one is done, the bad one is named with what to do.
#[track_caller]
fn check_page(name: &str, bytes: &[u8], says: &[&str]) {
    let input = folder(&[("good.txt", PAGE.as_bytes()), (name, bytes)]);
    let (out, ran) = analyze(&[input.path()], &[], 3);
    for part in says.iter().chain(&[name]) {
        assert!(ran.stderr.contains(part), "{part:?} is not in: {}", ran.stderr);
    }
    let done: Vec<String> = records(out.path()).into_iter().map(|record| record.doc_id).collect();
    assert_eq!(done, ["good"]);
    let run = json(&out.path().join("run.json"));
    assert_eq!((run["done"].as_u64(), run["errors"][0]["source"].as_str()), (Some(1), Some(name)));
    assert!(out.path().join("report.html").is_file());
}

#[test]
fn an_empty_file() {
    check_page("empty.txt", b"", &["empty"]);
    check_page("blank.txt", b" \n\n\t\n", &["empty"]);
}

#[test]
fn nul_bytes() {
    check_page("nul.txt", b"The mayor\0 spoke on Monday.\n", &["not text", "byte 9"]);
}

#[test]
fn a_binary() {
    let bytes: Vec<u8> = (0..20_000u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    check_page("picture.txt", &bytes, &["not text", "PDF, image or archive"]);
}

#[test]
fn a_hundred_megabytes_on_one_line() {
    check_page("long.txt", &vec![b'x'; 100 << 20], &["larger than 32 MiB", "max_bytes"]);
}

#[test]
fn html_nested_a_hundred_thousand_deep() {
    let page = format!("<html><body>{}<p>Text.", "<div>".repeat(100_000));
    check_page("deep.html", page.as_bytes(), &["nest"]);
}

#[test]
fn a_page_without_an_article() {
    check_page("menu.txt", b"Home\nPolitics\nSport\nSign in\n", &["article"]);
}

#[test]
fn two_documents_with_one_id() {
    let input = folder(&[
        ("a.txt", PAGE.as_bytes()),
        ("b.txt", PAGE.as_bytes()),
        ("corpus.csv", b"doc_id,file\nsame,a.txt\nsame,b.txt\n"),
    ]);
    let (out, ran) = analyze(&[input.path()], &[], 3);
    assert!(ran.stderr.contains("b.txt") && ran.stderr.contains("\"same\""), "{}", ran.stderr);
    assert_eq!(records(out.path()).len(), 1);
}

#[test]
fn a_bad_line_of_json_lines() {
    let lines = format!("{}\n{{\"text\": 3}}\n", serde_json::json!({"doc_id": "good", "text": PAGE}));
    let input = folder(&[("d.jsonl", lines.as_bytes())]);
    let (out, ran) = analyze(&[input.path()], &[], 3);
    assert!(ran.stderr.contains("d.jsonl (record 1)") && ran.stderr.contains("`text`"), "{}", ran.stderr);
    assert_eq!(records(out.path()).len(), 1);
}

#[test]
fn bytes_that_are_not_utf8_are_decoded_and_said() {
    let page = PAGE.replace("Norrvik", "Norrk\u{f6}ping");
    let bytes: Vec<u8> = page
        .chars()
        .map(|c| match c {
            '\u{201c}' => 0x93,
            '\u{201d}' => 0x94,
            other => u8::try_from(u32::from(other)).unwrap(),
        })
        .collect();
    let input = folder(&[("old.txt", &bytes)]);
    let (out, ran) = analyze(&[input.path()], &[], 0);
    assert!(ran.stderr.contains("old.txt") && ran.stderr.contains("Windows-1252"), "{}", ran.stderr);
    let record = &records(out.path())[0];
    assert_eq!(record.source_encoding, "windows-1252");
    assert!(record.text.contains("Norrköping") && record.text.contains("\u{201c}Nobody"));
}

/// A wrong set-up: exit code 1, a message, and nothing written.
#[track_caller]
fn check_setup(inputs: &[&Path], more: &[&str], says: &[&str]) {
    let out = tempfile::tempdir().unwrap();
    let target = out.path().join("results");
    let mut arguments = vec!["analyze", "--out", path(&target)];
    arguments.extend(inputs.iter().map(|input| path(input)));
    arguments.extend(more);
    let Ran { code, stderr, .. } = parallax(&arguments);
    assert_eq!(code, 1, "{stderr}");
    for part in says {
        assert!(stderr.contains(part), "{part:?} is not in: {stderr}");
    }
    assert!(!target.exists(), "something was written");
}

#[test]
fn a_folder_without_articles() {
    let input = folder(&[("notes.md", b"x")]);
    check_setup(&[input.path()], &[], &["no articles in", ".txt"]);
    check_setup(&[Path::new("there/is/no/such/folder")], &[], &["there/is/no/such/folder", "no such file or folder"]);
}

#[test]
fn a_csv_without_the_columns() {
    let input = folder(&[("d.csv", b"id,body\n1,x\n"), ("a.txt", PAGE.as_bytes()), ("m.csv", b"name\nx\n")]);
    check_setup(&[&input.path().join("d.csv")], &[], &["d.csv", "column `text`", "id, body"]);
    let table = input.path().join("m.csv");
    let metadata = ["--metadata", path(&table)];
    check_setup(&[&input.path().join("a.txt")], &metadata, &["m.csv", "`file` nor `doc_id`"]);
}

#[test]
fn a_metadata_table_with_a_wrong_date() {
    let input = folder(&[("a.txt", PAGE.as_bytes()), ("corpus.csv", b"file,published\na.txt,4 May\n")]);
    check_setup(&[input.path()], &[], &["corpus.csv", "row 2", "2025-05-04"]);
}

#[test]
fn a_config_with_an_unknown_key() {
    let input = folder(&[("a.txt", PAGE.as_bytes()), ("p.toml", b"speed = 9\n")]);
    let config = input.path().join("p.toml");
    check_setup(&[input.path()], &["--config", path(&config)], &["p.toml", "speed"]);
}

#[test]
fn a_missing_or_damaged_model() {
    let input = folder(&[("a.txt", PAGE.as_bytes())]);
    check_setup(&[input.path()], &["--models", "no/models/here"], &["manifest.toml", "--models"]);

    let copy = tempfile::tempdir().unwrap();
    let from = repository().join("models");
    std::fs::copy(from.join("manifest.toml"), copy.path().join("manifest.toml")).unwrap();
    std::fs::create_dir(copy.path().join("news-en")).unwrap();
    let models = ["--models", path(copy.path())];
    check_setup(&[input.path()], &models, &["config.json", "cannot be read", "git checkout"]);

    for file in ["config.json", "tokenizer.json", "model.safetensors"] {
        std::fs::copy(from.join("news-en").join(file), copy.path().join("news-en").join(file)).unwrap();
    }
    let weights = copy.path().join("news-en/model.safetensors");
    let mut bytes = std::fs::read(&weights).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    std::fs::write(&weights, bytes).unwrap();
    check_setup(&[input.path()], &models, &["model.safetensors", "damaged", "SHA-256"]);
}

#[test]
fn an_engine_that_this_build_has_not() {
    let input = folder(&[("a.txt", PAGE.as_bytes())]);
    check_setup(&[input.path()], &["--engine", "rust-bert"], &["make libtorch"]);
}

#[test]
fn a_wrong_option_is_explained() {
    let ran = parallax(&["analyze", "--nonsense"]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("--nonsense") && ran.stderr.contains("Usage"), "{}", ran.stderr);
    assert_eq!(parallax(&["--help"]).code, 0);
}
