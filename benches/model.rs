//! Model throughput: tokens a second of the encoder, articles a second of the whole pipeline.

use criterion::{Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use parallax::{Config, Engine, Job, KnownActors, Models};
use parallax_benches::{articles, repository};
use parallax_text::Span;
use std::time::Duration;

fn engines() -> Vec<(&'static str, Engine)> {
    let native = ("native", Engine::Native);
    if cfg!(feature = "rust-bert") { vec![native, ("rust-bert", Engine::RustBert)] } else { vec![native] }
}

fn encoder(criterion: &mut Criterion) {
    let articles = articles();
    let sentences: Vec<(String, Vec<Span>)> = articles
        .iter()
        .map(|article| {
            let text = article.text.text();
            let found = parallax_split::sentences(text, &article.blocks);
            (text.to_owned(), found.into_iter().map(|sentence| sentence.span).collect())
        })
        .collect();
    let mut group = criterion.benchmark_group("encoder");
    group.sampling_mode(SamplingMode::Flat).sample_size(10).measurement_time(Duration::from_secs(20));
    for (name, engine) in engines() {
        let models = Models::load(&repository().join("models"), engine).expect("the shipped models load");
        let encode = || -> usize {
            let of = |(text, spans): &(String, Vec<Span>)| {
                let encoded = models.encoder.encode(text, spans).expect("the sample corpus can be encoded");
                encoded.iter().map(|sentence| sentence.tokens.len() + 2).sum::<usize>()
            };
            sentences.iter().map(of).sum()
        };
        group.throughput(Throughput::Elements(encode() as u64));
        group.bench_function(format!("{name}, f32, 1 thread, tokens"), |bencher| bencher.iter(encode));
    }
    group.finish();
}

fn pipeline(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("pipeline");
    group.sampling_mode(SamplingMode::Flat).sample_size(10).measurement_time(Duration::from_secs(20));
    let models = Models::load(&repository().join("models"), Engine::Native).expect("the shipped models load");
    for threads in [1, 2] {
        let job = Job {
            inputs: vec![repository().join("tests/corpus")],
            metadata: None,
            clean: true,
            actors: KnownActors::default(),
            config: Config { threads, ..Config::default() },
            quiet: true,
        };
        let run = || job.annotate(&models, |_| Ok(())).expect("the sample corpus can be annotated").done;
        group.throughput(Throughput::Elements(run() as u64));
        group.bench_function(format!("native, f32, {threads} threads, articles"), |bencher| bencher.iter(run));
    }
    group.finish();
}

criterion_group!(benches, encoder, pipeline);
criterion_main!(benches);
