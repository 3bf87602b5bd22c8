//! The interval of a share, over paragraphs: `cargo run -p parallax-compare --example intervals`.

use parallax_compare::{Bootstrap, Cluster, bounded_interval};

fn main() {
    // Of nine paragraphs, words that are quoted, and all words.
    let words = [(0, 31), (22, 40), (0, 18), (35, 35), (0, 52), (9, 27), (0, 44), (30, 38), (0, 21)];
    let clusters = words.map(|(sum, count)| Cluster { sum, count, ..Cluster::default() });
    let found = bounded_interval(&clusters, (0.0, 1.0), Bootstrap { minimum: 5, draws: 2000, seed: 1 });
    match found {
        Some(interval) => println!("quoted: {:.2} to {:.2}", interval.low, interval.high),
        None => println!("too few paragraphs"),
    }
}
