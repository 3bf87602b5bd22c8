//! Cleaning against pages whose article is known (WCXB), as HTML and flattened in several ways.

use crate::config::Config;
use anyhow::{Context, Result, bail};
use parallax_clean::evaluate::{Layout, Scores, Truth, flatten};
use parallax_clean::{SourceFormat, clean};
use std::fmt::Write;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Which pages are scored: sites are held out as a whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Split {
    /// Pages of sites that neither rules nor training have seen
    #[default]
    HeldOut,
    /// The other pages
    Train,
    /// All pages
    All,
}

impl Split {
    fn has(self, truth: &Truth) -> bool {
        match self {
            Split::HeldOut => truth.is_held_out(),
            Split::Train => !truth.is_held_out(),
            Split::All => true,
        }
    }
}

/// The pages in one form, scored.
struct Row {
    name: &'static str,
    layout: Option<Layout>,
    scores: Scores,
    time: Duration,
    bytes: usize,
}

/// Scores the pages of folders that hold `html` (`.html` or `.html.gz`) and `ground-truth` (`.json`).
pub(crate) fn run(folders: &[PathBuf], split: Split, config: &Config) -> Result<String> {
    let row = |name, layout| Row { name, layout, scores: Scores::default(), time: Duration::ZERO, bytes: 0 };
    let mut rows = vec![row("html", None)];
    rows.extend(Layout::ALL.map(|layout| row(layout.name(), Some(layout))));
    let mut sites = std::collections::BTreeSet::new();
    for folder in folders {
        for path in pages(&folder.join("html"))? {
            let Some(truth) = read_truth(&path, &folder.join("ground-truth"))?.filter(|truth| split.has(truth)) else {
                continue;
            };
            sites.insert(truth.site());
            score(&read_page(&path)?, &truth, config, &mut rows);
        }
    }
    if sites.is_empty() {
        bail!(
            "no page of this split is in {}",
            folders.iter().map(|folder| folder.display().to_string()).collect::<String>()
        );
    }
    Ok(table(&rows, sites.len()))
}

/// Cleans one page in all forms.
fn score(html: &str, truth: &Truth, config: &Config, rows: &mut [Row]) {
    let visible = flatten(html, Layout::Lines, &truth.url);
    for row in rows {
        let (flattened, format) = match row.layout {
            Some(layout) => (Some(flatten(html, layout, &truth.url)), SourceFormat::Text),
            None => (None, SourceFormat::Html),
        };
        let source = flattened.as_deref().unwrap_or(html);
        let began = Instant::now();
        let article = clean(source, format, &config.clean()).ok();
        row.time += began.elapsed();
        row.bytes += source.len();
        row.scores += Scores::of(article.as_ref(), truth, &visible);
    }
}

fn pages(folder: &Path) -> Result<Vec<PathBuf>> {
    let shown = folder.display();
    let entries = fs::read_dir(folder)
        .with_context(|| format!("{shown}: no such folder; give one with html/ and ground-truth/, or --gold"))?;
    let mut paths = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    paths.retain(|path| [".html", ".html.gz"].iter().any(|end| path.to_string_lossy().ends_with(end)));
    paths.sort();
    Ok(paths)
}

fn read_truth(page: &Path, folder: &Path) -> Result<Option<Truth>> {
    let name = page.file_name().unwrap_or_default().to_string_lossy();
    let path = folder.join(name.trim_end_matches(".gz").trim_end_matches(".html")).with_extension("json");
    let json = fs::read_to_string(&path).with_context(|| format!("{}: cannot be read", path.display()))?;
    Truth::read(&json).with_context(|| format!("{}: not the ground truth of a page", path.display()))
}

fn read_page(path: &Path) -> Result<String> {
    let shown = path.display();
    let packed = fs::read(path).with_context(|| format!("{shown}: cannot be read"))?;
    let bytes = if path.extension().is_some_and(|end| end == "gz") {
        let mut bytes = Vec::new();
        flate2::read::MultiGzDecoder::new(packed.as_slice())
            .read_to_end(&mut bytes)
            .with_context(|| format!("{shown}: cannot be unpacked"))?;
        bytes
    } else {
        packed
    };
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn table(rows: &[Row], sites: usize) -> String {
    let pages = rows[0].scores.pages;
    let mut out = format!(
        "{pages} pages of {sites} sites; words as \\w+ in lower case, without headline, byline and dateline, mean over \
         pages;\nheadlines without case, punctuation and the name of the site; dates: of all pages with a known one, of \
         those whose text has it, and given wrongly\n{:12} {:>9} {:>7} {:>7} {:>10} {:>10} {:>10} {:>6} {:>8} {:>8} {:>6}",
        "form", "precision", "recall", "F1", "headline", "date", "in text", "wrong", "failed", "pages/s", "MB/s"
    );
    let mut flattened = Scores::default();
    for row in rows {
        if row.layout.is_some() {
            flattened += row.scores;
        }
        let seconds = row.time.as_secs_f64();
        let (per_second, megabytes) = (pages as f64 / seconds, row.bytes as f64 / seconds / 1e6);
        let _ = write!(out, "\n{:12} {} {per_second:>8.0} {megabytes:>6.1}", row.name, figures(&row.scores));
    }
    let _ = write!(out, "\n{:12} {}", "flattened", figures(&flattened));
    out
}

fn figures(scores: &Scores) -> String {
    let [precision, recall, f1] = scores.words.map(|sum| sum / scores.pages as f64);
    let of = |[right, all]: [usize; 2]| format!("{right}/{all}");
    let (titles, dates, in_text) = (of(scores.titles), of(scores.dates), of(scores.dates_in_text));
    let Scores { failed, wrong_dates, .. } = scores;
    format!(
        "{precision:>9.4} {recall:>7.4} {f1:>7.4} {titles:>10} {dates:>10} {in_text:>10} {wrong_dates:>6} {failed:>8}"
    )
}
