//! Scores the splitter on CoNLL-U files: `evaluate_ud FILE...`; `--errors` prints what is wrong,
//! `--only=GUM_news` takes documents whose name begins so.

use parallax_split::evaluate::{Layout, Score, read_conllu};

fn main() -> Result<(), std::io::Error> {
    let (options, files): (Vec<String>, Vec<String>) =
        std::env::args().skip(1).partition(|word| word.starts_with("--"));
    let show = options.iter().any(|option| option == "--errors");
    let only = options.iter().find_map(|option| option.strip_prefix("--only=")).unwrap_or_default();
    for file in files {
        let content = std::fs::read_to_string(&file)?;
        for layout in [Layout::Paragraphs, Layout::Wrapped, Layout::Joined] {
            let mut score = Score::default();
            for document in read_conllu(&content, layout).iter().filter(|document| document.name.starts_with(only)) {
                let found = parallax_split::split(&document.text);
                score = score.plus(Score::of(&document.sentences, &found));
                if show && layout == Layout::Paragraphs {
                    let ends = |spans: &[parallax_text::Span]| spans.iter().map(|span| span.end()).collect::<Vec<_>>();
                    let (gold, mine) = (ends(&document.sentences), ends(&found));
                    let around = |end: usize| {
                        let before: String = document.text[..end].chars().rev().take(50).collect();
                        let before: String = before.chars().rev().collect();
                        let after: String = document.text[end..].chars().take(40).collect();
                        format!("{before} ||{after}").replace('\n', "⏎")
                    };
                    gold.iter().filter(|end| !mine.contains(end)).for_each(|&end| println!("MISSED {}", around(end)));
                    mine.iter().filter(|end| !gold.contains(end)).for_each(|&end| println!("EXTRA  {}", around(end)));
                }
            }
            println!(
                "{file}\t{layout:?}\tsentence F1 {:.4}\tboundary F1 {:.4}\tprecision {:.4}\trecall {:.4}\t{} gold, {} found",
                score.sentence_f1(),
                score.boundary_f1(),
                score.ends as f64 / score.found as f64,
                score.ends as f64 / score.gold as f64,
                score.gold,
                score.found,
            );
        }
    }
    Ok(())
}
