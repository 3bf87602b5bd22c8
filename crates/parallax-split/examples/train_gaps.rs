//! Trains the model of `gaps.rs`: `train_gaps OUT TREEBANK.conllu... < news.jsonl`.
//!
//! A tenth of the documents (each tenth of a file) is left out and only scored. News articles
//! (JSON Lines with `text`), if any, are taken as the rules split them: places where edited text
//! has no stop are places where no sentence ends. `make train-split` runs it; the same input gives
//! the same file. Thresholds (`CARELESS`, `CAREFUL` in `gaps.rs`) were chosen on UD EWT dev, GUM dev
//! and news that was not trained on.

use parallax_split::evaluate::{Layout, read_conllu};
use parallax_split::training::{FEATURES, Place, places, split_by_rules};
use std::io::{BufRead, stdin};

const ROUNDS: usize = 6;
const RATE: f32 = 0.08;
/// Of ten features, how many are left out when an example is learned from.
const DROPPED: usize = 1;
/// Hidden units, as in `gaps.rs`.
const UNITS: usize = 15;
const PULL_TO_ZERO: f32 = 2e-6;
/// Weight of an example of news.
const NEWS_WEIGHT: f32 = 0.1;

struct Example {
    place: Place,
    weight: f32,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let out = arguments.next().ok_or("train_gaps OUT TREEBANK.conllu... < news.jsonl")?;
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    let (mut train, mut check) = (Vec::new(), Vec::new());
    for file in arguments {
        let content = std::fs::read_to_string(&file)?;
        for (layout, weight) in [(Layout::Paragraphs, 1.0), (Layout::Wrapped, 0.5), (Layout::Joined, 0.5)] {
            for (index, document) in read_conllu(&content, layout).iter().enumerate() {
                let set = if index % 10 == 0 { &mut check } else { &mut train };
                let found = places(&document.text, &document.sentences);
                set.extend(found.into_iter().map(|place| Example { place, weight }));
            }
        }
    }
    let treebank = train.len();
    for line in stdin().lock().lines() {
        let article: serde_json::Value = serde_json::from_str(&line?)?;
        let text = article["text"].as_str().unwrap_or_default();
        let sentences = split_by_rules(text);
        let found = places(text, &sentences);
        train.extend(found.into_iter().map(|place| Example { place, weight: NEWS_WEIGHT }));
    }
    eprintln!("{treebank} places of treebanks, {} of news, {} to check", train.len() - treebank, check.len());

    let network = fit(&train, &mut random);
    for threshold in [-2.0f32, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 3.0] {
        report(&check, &network, threshold);
    }
    std::fs::write(out, quantise(&network))?;
    Ok(())
}

/// Marsaglia's xorshift.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit as u64) as usize
    }
}

/// One weight a feature, and a hidden layer of rectified units on the same features.
struct Network {
    weights: Vec<[f32; ROW]>,
    bias: [f32; ROW],
    out: [f32; UNITS],
}

/// The direct weight and the hidden units.
const ROW: usize = UNITS + 1;

impl Network {
    fn row(&self, features: &[u32]) -> [f32; ROW] {
        let mut sum = self.bias;
        for &bucket in features {
            let row = &self.weights[bucket as usize];
            (0..ROW).for_each(|unit| sum[unit] += row[unit]);
        }
        sum
    }

    fn logit(&self, features: &[u32]) -> f32 {
        let row = self.row(features);
        row[UNITS] + (0..UNITS).map(|unit| row[unit].max(0.0) * self.out[unit]).sum::<f32>()
    }
}

fn fit(train: &[Example], random: &mut Random) -> Network {
    let mut uniform = |width: f32| (random.below(2001) as f32 / 1000.0 - 1.0) * width;
    let mut network = Network { weights: vec![[0.0; ROW]; FEATURES], bias: [0.0; ROW], out: [0.0; UNITS] };
    for row in &mut network.weights {
        (0..UNITS).for_each(|unit| row[unit] = uniform(0.05));
    }
    (0..UNITS).for_each(|unit| network.out[unit] = if unit % 2 == 0 { 0.5 } else { -0.5 });
    let mut squares = vec![[1e-2f32; ROW]; FEATURES];
    let (mut bias_squares, mut out_squares) = ([1e-2f32; ROW], [1e-2f32; UNITS]);
    let mut order: Vec<usize> = (0..train.len()).collect();
    let mut kept = Vec::new();
    for round in 0..ROUNDS {
        let rate = RATE * (1.0 - round as f32 / ROUNDS as f32);
        let mut loss = 0.0f64;
        for last in (1..order.len()).rev() {
            order.swap(last, random.below(last + 1));
        }
        for &index in &order {
            let Example { place, weight } = &train[index];
            kept.clear();
            kept.extend(place.features.iter().copied().filter(|_| random.below(10) >= DROPPED));
            let row = network.row(&kept);
            let logit = row[UNITS] + (0..UNITS).map(|unit| row[unit].max(0.0) * network.out[unit]).sum::<f32>();
            let gold = f32::from(u8::from(place.ends));
            loss += f64::from((logit.max(0.0) - logit * gold + (1.0 + (-logit.abs()).exp()).ln()) * weight);
            let error = (1.0 / (1.0 + (-logit).exp()) - gold) * weight;
            let mut slopes = [error; ROW];
            for unit in 0..UNITS {
                slopes[unit] = if row[unit] > 0.0 { error * network.out[unit] } else { 0.0 };
                let slope = error * row[unit].max(0.0);
                out_squares[unit] += slope * slope;
                network.out[unit] -= rate * slope / out_squares[unit].sqrt();
            }
            for unit in 0..ROW {
                bias_squares[unit] += slopes[unit] * slopes[unit];
                network.bias[unit] -= rate * slopes[unit] / bias_squares[unit].sqrt();
            }
            for &bucket in &kept {
                let (row, squares) = (&mut network.weights[bucket as usize], &mut squares[bucket as usize]);
                for unit in 0..ROW {
                    let slope = slopes[unit] + PULL_TO_ZERO * row[unit];
                    squares[unit] += slope * slope;
                    row[unit] -= rate * slope / squares[unit].sqrt();
                }
            }
        }
        eprintln!("round {round}: loss {:.6}", loss / train.len() as f64);
    }
    network
}

/// The file: steps of one unit of a row, bias of each unit and the factors of the hidden units
/// (four-byte floats, little-endian), then a signed byte for each unit of each feature.
fn quantise(network: &Network) -> Vec<u8> {
    let largest = network.weights.iter().flatten().fold(0.0f32, |most, weight| most.max(weight.abs()));
    let scale = 127.0 / largest;
    let mut bytes = Vec::new();
    bytes.extend(scale.to_le_bytes());
    network.bias.iter().chain(&network.out).for_each(|value| bytes.extend(value.to_le_bytes()));
    bytes.extend(network.weights.iter().flatten().map(|weight| ((weight * scale).round() as i8).cast_unsigned()));
    bytes
}

fn report(check: &[Example], network: &Network, threshold: f32) {
    let (mut right, mut found, mut gold) = (0, 0, 0);
    for Example { place, .. } in check {
        let above = network.logit(&place.features) > threshold;
        found += u32::from(above);
        gold += u32::from(place.ends);
        right += u32::from(above && place.ends);
    }
    eprintln!("check at {threshold}: {right} right of {found} found, {gold} to find");
}
