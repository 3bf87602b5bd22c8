//! The stages without a model: pages a second, megabytes a second, on one thread.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use parallax_benches::{articles, pages};
use parallax_clean::{CleanOptions, SourceFormat, clean};
use std::hint::black_box;

fn cleaning(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("clean");
    for (name, wanted) in [("flattened", SourceFormat::Text), ("html", SourceFormat::Html)] {
        let pages: Vec<String> =
            pages().into_iter().filter(|(_, format)| *format == wanted).map(|(page, _)| page).collect();
        group.throughput(Throughput::Bytes(pages.iter().map(String::len).sum::<usize>() as u64));
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                pages
                    .iter()
                    .map(|page| clean(black_box(page), wanted, &CleanOptions::default()))
                    .filter(Result::is_ok)
                    .count()
            });
        });
    }
    group.finish();
}

fn splitting(criterion: &mut Criterion) {
    let text: String = articles().iter().map(|article| article.text.text()).collect::<Vec<_>>().join("\n\n");
    let mut group = criterion.benchmark_group("split");
    group.throughput(Throughput::Bytes(text.len() as u64));
    group.bench_function("prose", |bencher| bencher.iter(|| parallax_split::split(black_box(&text))));
    let wrapped = wrapped(&text);
    group.bench_function("hard-wrapped", |bencher| bencher.iter(|| parallax_split::split(black_box(&wrapped))));
    group.finish();
}

/// The text with a line break for the last space before column 76 of each line.
fn wrapped(text: &str) -> String {
    let mut lines = String::with_capacity(text.len());
    for paragraph in text.split("\n\n") {
        let mut column = 0;
        for word in paragraph.split(' ') {
            if column > 0 {
                let fits = column + 1 + word.len() <= 76;
                lines.push(if fits { ' ' } else { '\n' });
                column = if fits { column + 1 } else { 0 };
            }
            lines.push_str(word);
            column += word.len();
        }
        lines.push_str("\n\n");
    }
    lines
}

fn quoting(criterion: &mut Criterion) {
    let articles = articles();
    let mut group = criterion.benchmark_group("quotes");
    group.throughput(Throughput::Bytes(articles.iter().map(|a| a.text.text().len()).sum::<usize>() as u64));
    group.bench_function("marks and verbs", |bencher| {
        bencher.iter(|| {
            let of = |article: &parallax_text::Article| {
                let text = article.text.text();
                let quotes = parallax_quotes::quoted_spans(text, &article.blocks).len();
                let verbs = |block: &parallax_text::Block| parallax_quotes::reporting_verbs(text, block.span).len();
                quotes + article.blocks.iter().map(verbs).sum::<usize>()
            };
            articles.iter().map(of).sum::<usize>()
        });
    });
    group.finish();
}

criterion_group!(benches, cleaning, splitting, quoting);
criterion_main!(benches);
