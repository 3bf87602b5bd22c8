//! The stages and engines, for other programs to measure:
//!
//! * `measure write sequences|texts|pages FILE`: the sample corpus as sentences (`ids|types`, one a
//!   line), as clean texts, or as its HTML pages (JSON Lines of strings);
//! * `measure serve engine ENGINE PRECISION THREADS BATCH FILE`, `measure serve split FILE`,
//!   `measure serve clean FILE`: after each line on standard input, does all of the file (sequences
//!   longest first) and prints `{"seconds":...,"cpu_seconds":...,"peak_mb":...}`;
//! * `measure states ENGINE PRECISION FILE`: the hidden states of all tokens of the file, in its order, as
//!   little-endian f32 on standard output.

use parallax_benches::process::{cpu_seconds, peak_mb};
use parallax_benches::sequences::{Sequence, encode_all, engine, parsed, sentences};
use parallax_benches::{articles, pages, repository};
use parallax_clean::{CleanOptions, SourceFormat, clean};
use parallax_encoder::{Batch, Model};
use std::fmt::Write as _;
use std::hint::black_box;
use std::io::{BufRead, Write};
use std::time::Instant;

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["write", what, file] => Ok(std::fs::write(file, written(what)?)?),
        ["serve", "engine", name, precision, threads, batch, file] => {
            let engine = engine(&model()?, name, parsed(precision)?)?;
            let (threads, batch) = (threads.parse()?, batch.parse()?);
            let mut sequences = read(file)?;
            sequences.sort_by_key(|sequence| std::cmp::Reverse(sequence.ids.len()));
            eprintln!("{:?}", engine.engine());
            serve(|| {
                black_box(encode_all(&*engine, &sequences, batch, threads));
            })
        }
        ["states", name, precision, file] => {
            let engine = engine(&model()?, name, parsed(precision)?)?;
            let mut to = std::io::BufWriter::new(std::io::stdout().lock());
            for Sequence { ids, types } in read(file)? {
                let states = engine.encode(&Batch::new(&ids, &types, &[ids.len()])?)?;
                states.iter().try_for_each(|value| to.write_all(&value.to_le_bytes()))?;
            }
            Ok(to.flush()?)
        }
        ["serve", "split", file] => {
            let texts = strings(file)?;
            serve(|| texts.iter().for_each(|text| drop(black_box(parallax_split::split(text)))))
        }
        ["serve", "clean", file] => {
            let pages = strings(file)?;
            let options = CleanOptions::default();
            serve(|| pages.iter().for_each(|page| drop(black_box(clean(page, SourceFormat::Html, &options)))))
        }
        _ => Err("usage: see the first lines of benches/src/bin/measure.rs".into()),
    }
}

fn model() -> Result<Model, Failure> {
    Ok(Model::load(&repository().join("models/news-en"))?)
}

fn written(what: &str) -> Result<String, Failure> {
    let mut out = String::new();
    match what {
        "sequences" => {
            let joined = |values: &[u32]| values.iter().map(u32::to_string).collect::<Vec<_>>().join(" ");
            for sequence in sentences(&model()?) {
                writeln!(out, "{}|{}", joined(&sequence.ids), joined(&sequence.types))?;
            }
        }
        "texts" => {
            for article in articles() {
                writeln!(out, "{}", serde_json::to_string(article.text.text())?)?;
            }
        }
        "pages" => {
            for (page, _) in pages().iter().filter(|(_, format)| *format == SourceFormat::Html) {
                writeln!(out, "{}", serde_json::to_string(page)?)?;
            }
        }
        other => return Err(format!("{other}: sequences, texts or pages can be written").into()),
    }
    Ok(out)
}

fn serve(work: impl Fn()) -> Result<(), Failure> {
    for line in std::io::stdin().lock().lines() {
        line?;
        let (began, cpu) = (Instant::now(), cpu_seconds());
        work();
        let (seconds, cpu) = (began.elapsed().as_secs_f64(), cpu_seconds() - cpu);
        println!("{}", serde_json::json!({"seconds": seconds, "cpu_seconds": cpu, "peak_mb": peak_mb()}));
        std::io::stdout().flush()?;
    }
    Ok(())
}

fn strings(file: &str) -> Result<Vec<String>, Failure> {
    std::fs::read_to_string(file)?.lines().map(|line| Ok(serde_json::from_str(line)?)).collect()
}

fn read(file: &str) -> Result<Vec<Sequence>, Failure> {
    let numbers = |part: &str| part.split(' ').map(str::parse).collect::<Result<Vec<u32>, _>>();
    std::fs::read_to_string(file)?
        .lines()
        .map(|line| {
            let (ids, types) = line.split_once('|').ok_or("a line is `ids|types`")?;
            Ok(Sequence { ids: numbers(ids)?, types: numbers(types)? })
        })
        .collect()
}
