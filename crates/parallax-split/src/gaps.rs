//! Places where no rule decides: white space without a sentence-ending mark before it, or with one
//! that proves nothing. Their features, and the small network that judges them.
//!
//! Careless writing (e-mail, chat, reviews) ends sentences with a line break, an address, or
//! nothing at all. The network has one hidden layer over hashed features of the words on both sides
//! (Weinberger et al. 2009, "Feature Hashing for Large Scale Multitask Learning"), a signed byte a
//! weight; `examples/train_gaps.rs` makes it. The sums are integers and the few float operations
//! after them have a fixed order, so that the same text gives the same sentences everywhere.

use parallax_text::Span;

/// Number of weights, a power of two.
pub(crate) const BUCKETS: usize = 1 << 16;
/// Log-odds above which a sentence ends in a careless paragraph,
const CARELESS: f32 = -1.5;
/// and in any other.
const CAREFUL: f32 = 2.0;
/// Longest word that is read, in bytes; of a longer one the near part.
const LONGEST_WORD: usize = 48;
/// How far the next full stop is looked for, in bytes.
const STOP_DISTANCE: usize = 160;

/// Judges a gap from its features.
pub(crate) trait Judge {
    /// Whether a sentence ends at the white space that begins at byte `at`.
    fn ends(&mut self, at: usize, careless: bool, features: &[u32]) -> bool;
}

/// The trained weights.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Model;

/// Hidden units.
const UNITS: usize = 15;
/// Numbers a feature: its part of each hidden unit, and its own weight.
const ROW: usize = UNITS + 1;
/// Bytes before the rows: the scale, a bias for each number of a row, a factor for each unit.
const HEADER: usize = 4 * (1 + ROW + UNITS);
static WEIGHTS: &[u8; HEADER + ROW * BUCKETS] = include_bytes!("gaps.bin");

impl Judge for Model {
    fn ends(&mut self, _: usize, careless: bool, features: &[u32]) -> bool {
        logit(features) > if careless { CARELESS } else { CAREFUL }
    }
}

/// Log-odds that a sentence ends.
fn logit(features: &[u32]) -> f32 {
    let mut sums = [0i32; ROW];
    for &bucket in features {
        let start = HEADER + ROW * bucket as usize;
        let row: &[u8; ROW] = WEIGHTS[start..start + ROW].try_into().expect("a row has its length");
        for (sum, &weight) in sums.iter_mut().zip(row) {
            *sum += i32::from(weight.cast_signed());
        }
    }
    let number = |index: usize| {
        let start = 4 * index;
        f32::from_le_bytes(WEIGHTS[start..start + 4].try_into().expect("four bytes"))
    };
    let scale = number(0);
    let value = |index: usize| sums[index] as f32 / scale + number(1 + index);
    (0..UNITS).map(|unit| value(unit).max(0.0) * number(1 + ROW + unit)).fold(value(UNITS), |sum, part| sum + part)
}

/// What is the same for all gaps of a paragraph.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Paragraph {
    span: Span,
    /// Bits: ends with a stop, starts in lower case, writes "i" for "I", has several lines.
    habits: u32,
}

impl Paragraph {
    pub(crate) fn of(text: &str, span: Span) -> Self {
        let inside = &text[span];
        let end = inside.trim_end_matches(['"', '”', '’', '\'', ')', ']', '*']);
        let stops = end.ends_with(['.', '!', '?', '…', '。']);
        let lower = inside.chars().find(|c| c.is_alphabetic()).is_some_and(char::is_lowercase);
        let small_i = inside.contains(" i ") || inside.contains(" i'");
        let lines = inside.as_bytes().contains(&b'\n');
        let habits = u32::from(stops) | u32::from(lower) << 1 | u32::from(small_i) << 2 | u32::from(lines) << 3;
        Self { span, habits }
    }

    /// Whether sentences may end and start without any mark.
    pub(crate) fn is_careless(self) -> bool {
        self.habits & 1 == 0 || self.habits & 0b110 != 0
    }
}

/// A gap between two words.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Gap {
    /// Start of the sentence.
    pub(crate) start: usize,
    /// First byte of the white space.
    pub(crate) at: usize,
    /// First byte after it.
    pub(crate) next: usize,
    /// Words of the sentence before the gap.
    pub(crate) words: usize,
}

/// Hashed features of one gap.
pub(crate) struct Features {
    buckets: [u32; 48],
    count: usize,
}

impl Features {
    pub(crate) fn buckets(&self) -> &[u32] {
        &self.buckets[..self.count]
    }

    fn add(&mut self, template: u32, value: u32) {
        let mut hash = (template.wrapping_mul(0x9E37_79B1) ^ value).wrapping_mul(0x85EB_CA6B);
        hash ^= hash >> 15;
        hash = hash.wrapping_mul(0xC2B2_AE35);
        self.buckets[self.count] = (hash ^ (hash >> 16)) & (BUCKETS as u32 - 1);
        self.count += 1;
    }

    /// Reads the features of a gap.
    pub(crate) fn of(text: &str, paragraph: Paragraph, gap: Gap) -> Self {
        let mut features = Self { buckets: [0; 48], count: 0 };
        let floor = gap.start;
        let end = paragraph.span.end();
        let last = Word::before(text, floor, gap.at);
        let last_start = gap.at - last.length;
        let second = Word::before(text, floor, trim_end(text, floor, last_start));
        let third = Word::before(text, floor, trim_end(text, floor, trim_end(text, floor, last_start) - second.length));
        let next = Word::after(text, gap.next, end);
        let next_end = gap.next + next.length;
        let after = Word::after(text, trim_start(text, next_end, end), end);
        let after_end = trim_start(text, next_end, end) + after.length;
        let beyond = Word::after(text, trim_start(text, after_end, end), end);

        let space = &text.as_bytes()[gap.at..gap.next];
        let line = u32::from(space.contains(&b'\n')) + 2 * u32::from(space.len() > 1);
        let words = bucket(gap.words);
        let capitals = capitals(text, gap);
        let stop = distance_to_stop(&text.as_bytes()[gap.next..end]);
        let habits = paragraph.habits | line << 4;
        let (l, n, s, a) = (last.form(), next.form(), second.form(), after.form());

        features.add(0, habits);
        features.add(1, last.hash);
        features.add(2, next.hash);
        features.add(3, second.hash);
        features.add(4, after.hash);
        features.add(5, l | n << 12);
        features.add(6, mix(s | l << 12, n));
        features.add(7, mix(l | n << 12, a));
        features.add(8, mix(mix(l | n << 12, a), beyond.form()));
        features.add(9, mix(mix(s | l << 12, n), a));
        features.add(10, mix(last.hash, n));
        features.add(11, mix(next.hash, l));
        features.add(12, mix(next.hash, after.hash));
        features.add(13, mix(last.hash, second.hash));
        features.add(14, mix(last.hash, next.hash));
        features.add(15, mix(habits, n | l << 12));
        features.add(16, mix(words, n | l << 12));
        features.add(17, mix(capitals | words << 8, n | l << 12));
        features.add(18, mix(stop, n | l << 12));
        features.add(19, stop | words << 8);
        features.add(20, mix(stop | habits << 8, next.hash));
        features.add(21, mix(habits, next.hash));
        features.add(22, mix(capitals | words << 8, last.hash));
        features.add(23, mix(capitals | words << 8, next.hash));
        features.add(24, mix(habits | words << 8, capitals));
        features.add(25, last.suffix);
        features.add(26, next.suffix);
        features.add(27, mix(last.suffix, next.suffix));
        features.add(28, mix(after.suffix, next.suffix));
        features.add(29, mix(last.suffix, n));
        features.add(30, mix(last.suffix, next.hash));
        features.add(31, mix(next.suffix, last.hash));
        features.add(32, mix(third.form() | s << 12, l));
        features.add(33, mix(n | a << 12, after.hash));
        features.add(34, mix(n, after.suffix));
        features.add(35, mix(second.suffix, mix(l, n)));
        features.add(36, third.hash);
        features.add(37, beyond.hash);
        features.add(38, n | stop << 12);
        features
    }
}

/// A run of characters without white space.
#[derive(Clone, Copy, Debug, Default)]
struct Word {
    length: usize,
    /// Of its lower case with digits made equal.
    hash: u32,
    /// Of its last three letters, in lower case.
    suffix: u32,
    shape: u32,
    first: u32,
    last: u32,
}

impl Word {
    /// The word that ends before `end`, not before `floor`.
    fn before(text: &str, floor: usize, end: usize) -> Self {
        let low = floor.max(end.saturating_sub(LONGEST_WORD));
        let length = text.as_bytes()[low..end].iter().rev().take_while(|byte| !byte.is_ascii_whitespace()).count();
        Self::read(text.as_bytes(), end - length, end)
    }

    /// The word that starts at `start`.
    fn after(text: &str, start: usize, end: usize) -> Self {
        let high = end.min(start + LONGEST_WORD);
        let length = text.as_bytes()[start..high].iter().take_while(|byte| !byte.is_ascii_whitespace()).count();
        Self::read(text.as_bytes(), start, start + length)
    }

    fn read(bytes: &[u8], start: usize, end: usize) -> Self {
        let word = &bytes[start..end];
        if word.is_empty() {
            return Self { shape: 15, first: 15, last: 15, ..Self::default() };
        }
        let (mut hash, mut suffix) = (0x811C_9DC5u32, 0u32);
        let (mut upper, mut lower, mut digits, mut inner) = (0, 0, 0, 0u32);
        let mut first_letter = 0;
        for (index, &byte) in word.iter().enumerate() {
            let normal = match byte {
                b'A'..=b'Z' => {
                    upper += 1;
                    byte | 0x20
                }
                b'a'..=b'z' | 0x80.. => {
                    lower += 1;
                    byte
                }
                b'0'..=b'9' => {
                    digits += 1;
                    b'0'
                }
                b'@' => {
                    inner |= 1;
                    byte
                }
                b'/' | b':' if index > 0 && index + 1 < word.len() => {
                    inner |= 2;
                    byte
                }
                _ => byte,
            };
            if first_letter == 0 && byte.is_ascii_alphanumeric() {
                first_letter = byte;
            }
            hash = (hash ^ u32::from(normal)).wrapping_mul(0x0100_0193);
            if normal.is_ascii_alphanumeric() || normal >= 0x80 {
                suffix = (suffix << 8 | u32::from(normal)) & 0x00FF_FFFF;
            }
        }
        let web = word.windows(3).any(|three| three == b"://") || word.starts_with(b"www.");
        let shape = if web {
            1
        } else if inner & 1 != 0 && lower + upper > 0 {
            2
        } else if digits > 0 && lower + upper == 0 {
            if inner & 2 != 0 { 3 } else { 4 }
        } else if digits > 0 {
            5
        } else if upper + lower == 0 {
            6
        } else if upper == 0 {
            7
        } else if upper == 1 && lower == 0 {
            8
        } else if lower == 0 {
            9
        } else if first_letter.is_ascii_uppercase() && upper == 1 {
            10
        } else {
            11
        };
        Self { length: end - start, hash, suffix, shape, first: opening(word), last: closing(word) }
    }

    /// Its shape and its edges in twelve bits.
    fn form(self) -> u32 {
        self.shape | self.first << 4 | self.last << 8
    }
}

fn opening(word: &[u8]) -> u32 {
    match word[0] {
        byte if byte.is_ascii_alphanumeric() => 0,
        b'(' | b'[' => 1,
        b'"' | b'\'' => 2,
        b'-' => 3,
        b'<' | b'>' => 4,
        b'*' | b'_' | b'=' | b'~' | b'#' => 5,
        b'.' | b',' => 6,
        b':' | b';' => 7,
        b'$' | b'+' => 8,
        0xE2 if matches!(word, [_, 0x80, 0x98 | 0x9C, ..]) => 2,
        0xE2 => 9,
        0x80.. => 10,
        _ => 11,
    }
}

fn closing(word: &[u8]) -> u32 {
    match word[word.len() - 1] {
        byte if byte.is_ascii_alphanumeric() => 0,
        b',' => 1,
        b':' => 2,
        b';' => 3,
        b'.' if word.ends_with(b"..") => 11,
        b'.' => 4,
        b'!' | b'?' => 5,
        b')' | b']' => 6,
        b'"' | b'\'' => 7,
        b'-' => 8,
        b'>' => 9,
        b'*' | b'_' | b'=' | b'~' | b'#' => 10,
        _ if matches!(word, [.., 0xE2, 0x80, 0x99 | 0x9D]) => 7,
        _ if matches!(word, [.., 0xE2, 0x80, 0x93 | 0x94]) => 8,
        _ if matches!(word, [.., 0xE2, 0x80, 0xA6]) => 11,
        0x80.. => 12,
        _ => 13,
    }
}

/// How many of the first words of the sentence are capitalised or without letters: 0 none or not
/// the first, 1 all, 2 the first only, 3 most; of at most six words.
fn capitals(text: &str, gap: Gap) -> u32 {
    if gap.words > 6 {
        return 0;
    }
    let (mut count, mut capital, mut first) = (0, 0, false);
    for word in
        text.as_bytes()[gap.start..gap.at].split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()).take(7)
    {
        let is = !word.iter().find(|byte| byte.is_ascii_alphabetic()).is_some_and(u8::is_ascii_lowercase);
        capital += u32::from(is);
        first |= is && count == 0;
        count += 1;
    }
    match (capital, first) {
        _ if capital == count => 1,
        (1, true) => 2,
        (_, true) if 2 * capital > count => 3,
        _ => 4,
    }
}

/// Distance to the next stop before white space or the end, in steps; 7: none before the end, 6: further off.
fn distance_to_stop(rest: &[u8]) -> u32 {
    let near = &rest[..rest.len().min(STOP_DISTANCE)];
    let found = near.iter().enumerate().position(|(index, byte)| {
        matches!(byte, b'.' | b'!' | b'?') && rest.get(index + 1).is_none_or(|next| !next.is_ascii_alphanumeric())
    });
    match found {
        Some(length) => match length {
            0..8 => 0,
            8..16 => 1,
            16..32 => 2,
            32..64 => 3,
            64..110 => 4,
            _ => 5,
        },
        None if near.len() < rest.len() => 6,
        None => 7,
    }
}

fn bucket(words: usize) -> u32 {
    match words {
        0..=4 => words as u32,
        5..=6 => 5,
        7..=9 => 6,
        10..=14 => 7,
        15..=24 => 8,
        25..=40 => 9,
        _ => 10,
    }
}

fn mix(a: u32, b: u32) -> u32 {
    (a.wrapping_mul(0x9E37_79B1) ^ b).wrapping_mul(0x85EB_CA6B).rotate_left(13)
}

fn trim_end(text: &str, floor: usize, end: usize) -> usize {
    floor + text.as_bytes()[floor..end.max(floor)].trim_ascii_end().len()
}

fn trim_start(text: &str, start: usize, end: usize) -> usize {
    end - text.as_bytes()[start..end].trim_ascii_start().len()
}
