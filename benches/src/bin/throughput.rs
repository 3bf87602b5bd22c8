//! Throughput of the encoder: engine x precision x threads x batch x length, as a table and a plot.
//!
//!     cargo run --release -p parallax-benches --bin throughput [-- SECONDS [FOLDER]]
//!
//! Each row is a process of its own (so that its peak memory is its own) that encodes until SECONDS
//! (default 1) have passed, at least twice, and keeps its fastest pass: what else the machine does
//! can only slow a pass down. The limit of a precision is measured in the same run: its kernel on
//! operands in the first-level cache or in registers. Results go to `throughput.*` in FOLDER
//! (default: `benches/results`).

use parallax_benches::process::peak_mb;
use parallax_benches::sequences::{Sequence, encode_all, engine, of_length, parsed, sentences};
use parallax_benches::{articles, plot, repository};
use parallax_encoder::{Model, run_kernel};
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

type Failure = Box<dyn std::error::Error>;

/// Tokens of one pass.
const TOKENS: usize = 4_096;

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["one", name, precision, threads, batch, length, seconds] => {
            let row =
                Row { name, precision, threads: threads.parse()?, batch: batch.parse()?, length: length.parse()? };
            println!("{}", one(&row, seconds.parse()?)?);
            Ok(())
        }
        ["peak", precision, threads, seconds] => {
            println!("{}", json!({"gflops": peak(precision, threads.parse()?, seconds.parse()?)?}));
            Ok(())
        }
        [] => all("1", &repository().join("benches/results")),
        [seconds] => all(seconds, &repository().join("benches/results")),
        [seconds, folder] => all(seconds, Path::new(folder)),
        _ => Err("usage: throughput [SECONDS [FOLDER]]".into()),
    }
}

/// What is measured; `length` 0 is the sample corpus as it is.
#[derive(Clone, Copy)]
struct Row<'a> {
    name: &'a str,
    precision: &'a str,
    threads: usize,
    batch: usize,
    length: usize,
}

fn all(seconds: &str, folder: &Path) -> Result<(), Failure> {
    let threads = [1, std::thread::available_parallelism().map_or(1, usize::from)];
    let mut engines = vec![("native", "f32"), ("native", "bf16"), ("native", "int8")];
    if cfg!(feature = "rust-bert") {
        engines.extend([("rust-bert", "f32"), ("rust-bert", "bf16")]);
    }
    let model = model()?;
    let flops = flops_of_a_token(&model);
    let sequences = sentences(&model);
    let tokens: usize = sequences.iter().map(|sequence| sequence.ids.len()).sum();
    let of_sentence = tokens as f64 / sequences.len() as f64;
    let of_article = tokens as f64 / articles().len() as f64;
    let mut peaks = Vec::new();
    for precision in ["f32", "bf16", "int8"] {
        for threads in threads {
            let found = child(&["peak", precision, &threads.to_string(), seconds])?;
            peaks.push(((precision, threads), found["gflops"].as_f64().unwrap_or(f64::NAN)));
        }
    }
    let mut rows = Vec::new();
    for (name, precision) in engines {
        for threads in threads {
            for (batch, length) in [(1, 0), (8, 0), (32, 0), (32, 16), (32, 64), (8, 254)] {
                let numbers = [threads, batch, length].map(|number| number.to_string());
                let [threads_, batch_, length_] = numbers.each_ref();
                let found = child(&["one", name, precision, threads_, batch_, length_, seconds])?;
                let rate = found["tokens_per_second"].as_f64().unwrap_or(f64::NAN);
                let limit =
                    peaks.iter().find(|(key, _)| *key == (precision, threads)).map_or(f64::NAN, |(_, peak)| *peak);
                let kernel = found["kernel"].as_str().unwrap_or_default().to_owned();
                // The peak is that of the processor.
                let share = if kernel.contains("cuda") { f64::NAN } else { rate * flops / 1e9 / limit };
                let memory = found["peak_mb"].as_f64().unwrap_or(f64::NAN);
                eprintln!("{name} {precision} threads {threads} batch {batch} length {length}: {rate:.0} tokens/s");
                rows.push((Row { name, precision, threads, batch, length }, rate, share, memory, kernel));
            }
        }
    }
    let mut csv = "engine,precision,kernel,threads,batch,length,tokens_per_second,sentences_per_second,articles_per_second,peak_mb,share_of_peak\n".to_owned();
    let mut markdown = format!(
        "# Throughput of the encoder\n\n`make bench`, {}. Sequences of the sample corpus (`mixed`: its {} sentences of {of_sentence:.1} tokens, {of_article:.0} tokens an article) or cut to one length; a batch is so many sequences. Fastest pass of {seconds} s. The share is of what the precision's kernel alone can do on as many threads (bf16 and int8 on operands in the first-level cache, f32 on registers); {:.1} MFLOP a token, those of attention not counted:\n",
        machine(),
        sequences.len(),
        flops / 1e6
    );
    for ((precision, threads), peak) in &peaks {
        write!(markdown, "\n* {precision}, {threads} threads: {peak:.0} GFLOP/s")?;
    }
    markdown += "\n\n| engine | precision | kernel | threads | batch | length | tokens/s | sentences/s | articles/s | peak MB | share of peak |\n|---|---|---|---:|---:|---:|---:|---:|---:|---:|---:|\n";
    let mut bars = Vec::new();
    for (row, rate, share, memory, kernel) in &rows {
        let Row { name, precision, threads, batch, length } = *row;
        let shown = if length == 0 { "mixed".to_owned() } else { length.to_string() };
        let (per_sentence, per_article) = (rate / of_sentence, rate / of_article);
        writeln!(
            csv,
            "{name},{precision},{kernel},{threads},{batch},{shown},{rate:.0},{per_sentence:.1},{per_article:.2},{memory:.0},{share:.3}"
        )?;
        writeln!(
            markdown,
            "| {name} | {precision} | {kernel} | {threads} | {batch} | {shown} | {rate:.0} | {per_sentence:.0} | {per_article:.1} | {memory:.0} | {:.0} % |",
            100.0 * share
        )?;
        if length == 0 {
            bars.push((format!("{name} {precision}, {threads} threads, batch {batch}"), *rate));
        }
    }
    std::fs::create_dir_all(folder)?;
    std::fs::write(folder.join("throughput.csv"), csv)?;
    std::fs::write(folder.join("throughput.md"), markdown)?;
    std::fs::write(
        folder.join("throughput.svg"),
        plot::bars("Encoder, tokens a second, sentences of the sample corpus", &bars),
    )?;
    println!("written to throughput.md, .csv and .svg in {}", folder.display());
    Ok(())
}

fn child(arguments: &[&str]) -> Result<Value, Failure> {
    let output = Command::new(std::env::current_exe()?).args(arguments).output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}

fn one(row: &Row<'_>, seconds: f64) -> Result<Value, Failure> {
    let model = model()?;
    let engine = engine(&model, row.name, parsed(row.precision)?)?;
    let mut sequences = sentences(&model);
    if row.length > 0 {
        sequences = of_length(&sequences, row.length, TOKENS.div_ceil(row.length));
    }
    drop(model);
    sequences.sort_by_key(|sequence: &Sequence| std::cmp::Reverse(sequence.ids.len()));
    let tokens: usize = sequences.iter().map(|sequence| sequence.ids.len()).sum();
    let best = fastest(seconds, || {
        std::hint::black_box(encode_all(&*engine, &sequences, row.batch, row.threads));
    });
    let kernel = &engine.engine().kernel;
    Ok(json!({"tokens_per_second": tokens as f64 / best, "peak_mb": peak_mb(), "kernel": kernel}))
}

/// The rate of the kernel alone, on all threads together, in GFLOP/s.
fn peak(precision: &str, threads: usize, seconds: f64) -> Result<f64, Failure> {
    const TIMES: usize = 2_000;
    let precision = parsed(precision)?;
    let measure = || {
        let mut operations = 0;
        let best = fastest(seconds, || operations = run_kernel(precision, TIMES));
        operations as f64 / best
    };
    Ok(std::thread::scope(|scope| {
        let all: Vec<_> = (0..threads).map(|_| scope.spawn(measure)).collect();
        all.into_iter().map(|thread| thread.join().expect("no thread panicked")).sum::<f64>() / 1e9
    }))
}

/// Seconds of the fastest of the passes that fit the time, of two at least.
fn fastest(seconds: f64, mut pass: impl FnMut()) -> f64 {
    let (began, mut best, mut passes) = (Instant::now(), f64::INFINITY, 0);
    while passes < 2 || began.elapsed().as_secs_f64() < seconds {
        let start = Instant::now();
        pass();
        best = best.min(start.elapsed().as_secs_f64());
        passes += 1;
    }
    best
}

fn model() -> Result<Model, Failure> {
    Ok(Model::load(&repository().join("models/news-en"))?)
}

/// Multiplications and additions of the dense layers.
fn flops_of_a_token(model: &Model) -> f64 {
    let sizes = &model.config().encoder;
    let layer = 4 * sizes.hidden_size * sizes.hidden_size + 2 * sizes.hidden_size * sizes.intermediate_size;
    2.0 * (layer * sizes.num_hidden_layers) as f64
}

/// Processor, cores and date.
fn machine() -> String {
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = info
        .lines()
        .find_map(|line| line.strip_prefix("model name"))
        .map_or("unknown processor", |rest| rest.trim_start_matches([' ', '\t', ':']));
    let flags = info.lines().find(|line| line.starts_with("flags")).unwrap_or_default();
    let known = ["avx2", "avx512f", "avx512_vnni", "avx_vnni", "avx512_bf16", "amx_bf16", "amx_int8"];
    let flags: Vec<&str> =
        known.into_iter().filter(|flag| flags.split_whitespace().any(|found| found == *flag)).collect();
    let date = Command::new("date")
        .arg("+%F")
        .output()
        .map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    format!(
        "{}, {name}, {} cores, {}; load of the machine before and during the run {}",
        date.unwrap_or_default(),
        std::thread::available_parallelism().map_or(0, usize::from),
        flags.join(" "),
        load.split(' ').next().unwrap_or_default()
    )
}
