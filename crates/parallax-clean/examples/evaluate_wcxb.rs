//! Word F1, headlines and dates on pages with known article text (WCXB), HTML and flattened:
//! `cargo run --release -p parallax-clean --example evaluate_wcxb -- PAGES GROUND_TRUTH train|held-out|all [--each LAYOUT]`.
//! Pages are `NAME.html`, ground truth is `NAME.json`; `parallax evaluate clean` reads the data as published.

use parallax_clean::evaluate::{Layout, Scores, Truth, flatten};
use parallax_clean::{CleanOptions, SourceFormat, clean};
use std::path::Path;
use std::time::{Duration, Instant};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [pages, truths, split, rest @ ..] = arguments.as_slice() else {
        return Err("give two folders (pages, ground truth) and train, held-out or all".into());
    };
    let each = rest.iter().position(|option| option == "--each").and_then(|at| rest.get(at + 1));
    let mut paths: Vec<_> =
        std::fs::read_dir(pages)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    paths.sort();
    let mut rows: Vec<(&str, Scores, Duration, usize)> = std::iter::once("html")
        .chain(Layout::ALL.map(Layout::name))
        .map(|name| (name, Scores::default(), Duration::ZERO, 0))
        .collect();
    for path in paths {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let json = std::fs::read_to_string(Path::new(truths).join(&name).with_extension("json"))?;
        let Some(truth) = Truth::read(&json)? else { continue };
        if split != "all" && truth.is_held_out() != (split == "held-out") {
            continue;
        }
        let html = String::from_utf8_lossy(&std::fs::read(&path)?).into_owned();
        let visible = flatten(&html, Layout::Lines, &truth.url);
        for (index, row) in rows.iter_mut().enumerate() {
            let (source, format) = match index.checked_sub(1) {
                None => (html.clone(), SourceFormat::Html),
                Some(layout) => (flatten(&html, Layout::ALL[layout], &truth.url), SourceFormat::Text),
            };
            let began = Instant::now();
            let article = clean(&source, format, &CleanOptions::default()).ok();
            row.2 += began.elapsed();
            row.3 += source.len();
            let scores = Scores::of(article.as_ref(), &truth, &visible);
            row.1 += scores;
            if each.is_some_and(|layout| layout == row.0) {
                let [precision, recall, f1] = scores.words;
                println!(
                    "{name} {f1:.3} {precision:.3} {recall:.3} title {:?} date {:?} | {:?} | {:?} | {:?} | {:?}",
                    scores.titles,
                    scores.dates_in_text,
                    article.as_ref().and_then(|article| article.title.as_ref()),
                    truth.title,
                    article.as_ref().and_then(|article| article.published.as_ref()),
                    truth.published
                );
            }
        }
    }
    println!(
        "{:14} {:>6} {:>7} {:>7} {:>7} {:>10} {:>10} {:>10} {:>6} {:>8} {:>7}",
        "pages", "n", "P", "R", "F1", "headline", "date", "in text", "wrong", "pages/s", "MiB/s"
    );
    let mut pooled = Scores::default();
    for (name, scores, time, bytes) in &rows {
        if *name != "html" {
            pooled += *scores;
        }
        let seconds = time.as_secs_f64();
        let (pages, mib) = (scores.pages as f64 / seconds, *bytes as f64 / seconds / f64::from(1 << 20));
        println!("{name:14} {} {pages:>8.0} {mib:>7.2}", figures(scores));
    }
    println!("{:14} {}", "flattened", figures(&pooled));
    Ok(())
}

fn figures(scores: &Scores) -> String {
    let [precision, recall, f1] = scores.words.map(|sum| sum / scores.pages as f64);
    let of = |[right, all]: [usize; 2]| format!("{right}/{all}");
    let (titles, dates, in_text) = (of(scores.titles), of(scores.dates), of(scores.dates_in_text));
    let Scores { pages, wrong_dates, .. } = scores;
    format!(
        "{pages:>6} {precision:>7.4} {recall:>7.4} {f1:>7.4} {titles:>10} {dates:>10} {in_text:>10} {wrong_dates:>6}"
    )
}
