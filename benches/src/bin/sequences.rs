//! Engines on token sequences, for other programs to measure:
//!
//! * `sequences write FILE`: the sentences of the sample corpus, one a line, `ids|types`;
//! * `sequences serve ENGINE PRECISION THREADS BATCH FILE`: after each line on standard input, runs
//!   all sequences of the file, longest first, and prints `{"seconds":...,"cpu_seconds":...,"peak_mb":...}`.

use parallax_benches::repository;
use parallax_benches::sequences::{Sequence, encode_all, engine, sentences};
use parallax_encoder::{Model, Precision};
use std::fmt::Write as _;
use std::io::{BufRead, Write};
use std::time::Instant;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let model = Model::load(&repository().join("models/news-en"))?;
    match arguments[..] {
        ["write", file] => {
            let mut out = String::new();
            let joined = |values: &[u32]| values.iter().map(u32::to_string).collect::<Vec<_>>().join(" ");
            for sequence in sentences(&model) {
                writeln!(out, "{}|{}", joined(&sequence.ids), joined(&sequence.types))?;
            }
            Ok(std::fs::write(file, out)?)
        }
        ["serve", name, precision, threads, batch, file] => {
            let engine = engine(&model, name, parsed(precision)?)?;
            drop(model);
            let (threads, batch) = (threads.parse()?, batch.parse()?);
            let mut sequences = read(file)?;
            sequences.sort_by_key(|sequence| std::cmp::Reverse(sequence.ids.len()));
            eprintln!("{:?}", engine.engine());
            for line in std::io::stdin().lock().lines() {
                line?;
                let (began, cpu) = (Instant::now(), cpu_seconds());
                std::hint::black_box(encode_all(&*engine, &sequences, batch, threads));
                let (seconds, cpu) = (began.elapsed().as_secs_f64(), cpu_seconds() - cpu);
                println!("{}", serde_json::json!({"seconds": seconds, "cpu_seconds": cpu, "peak_mb": peak_mb()}));
                std::io::stdout().flush()?;
            }
            Ok(())
        }
        _ => Err("usage: sequences write FILE | sequences serve ENGINE PRECISION THREADS BATCH FILE".into()),
    }
}

fn parsed(precision: &str) -> Result<Precision, String> {
    match precision {
        "f32" => Ok(Precision::F32),
        "bf16" => Ok(Precision::Bf16),
        "int8" => Ok(Precision::Int8),
        other => Err(format!("{other}: the precision is f32, bf16 or int8")),
    }
}

fn read(file: &str) -> Result<Vec<Sequence>, Box<dyn std::error::Error>> {
    let numbers = |part: &str| part.split(' ').map(str::parse).collect::<Result<Vec<u32>, _>>();
    std::fs::read_to_string(file)?
        .lines()
        .map(|line| {
            let (ids, types) = line.split_once('|').ok_or("a line is `ids|types`")?;
            Ok(Sequence { ids: numbers(ids)?, types: numbers(types)? })
        })
        .collect()
}

/// Processor time of this process, in steps of a hundredth of a second; 0 where the system does not tell.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The second field is a name in brackets, which may hold spaces; user and system time are the 14th and 15th.
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    fields
        .get(11..13)
        .map_or(0.0, |times| times.iter().filter_map(|time| time.parse::<f64>().ok()).sum::<f64>() / 100.0)
}

/// Largest resident memory of this process so far; 0 where the system does not tell.
fn peak_mb() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    line.and_then(|line| line.split_whitespace().nth(1)?.parse::<f64>().ok()).unwrap_or(0.0) / 1024.0
}
