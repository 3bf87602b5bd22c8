//! The two intervals: `cargo run -p parallax-compare --example intervals`.

use parallax_compare::{bootstrap_mean, wilson};

fn main() {
    println!("9 of 30 sentences: {:?}", wilson(9, 30));
    // Six paragraphs, each with a sum (in millionths) and a number of mentions.
    let paragraphs = [(-412_000, 2), (90_000, 1), (-250_000, 1), (13_000, 3), (-90_000, 1), (40_000, 1)];
    println!("mean tone, in millionths: {:?}", bootstrap_mean(&paragraphs, 5, 2000, 1));
}
