//! Names of authors in the lines of a page.

/// What a byline tells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Byline {
    /// Persons.
    pub(crate) names: Vec<String>,
    /// The outlet before the author's job: "By Norrvik Post staff writer Ada Lindqvist".
    pub(crate) outlet: Option<String>,
}

const OPENINGS: &[&str] = &[
    "written by ",
    "words by ",
    "story by ",
    "article by ",
    "posted by ",
    "author: ",
    "authors: ",
    "by: ",
    "by ",
    "por ",
    "par ",
    "von ",
    "di ",
    "door ",
];

#[rustfmt::skip]
const JOBS: &[&str] = &[
    "writer", "reporter", "correspondent", "editor", "columnist", "journalist", "contributor", "producer", "analyst",
    "chief", "senior", "staff", "political", "associate", "deputy", "managing", "bureau", "executive", "assistant", "freelance",
    "investigative", "national", "foreign", "contributing", "special", "lead", "author", "reporters", "writers", "intern",
];

/// Words that no person's name has.
#[rustfmt::skip]
const NOT_NAMES: &[&str] = &[
    "news", "daily", "times", "post", "press", "staff", "editor", "editors", "editorial", "team", "desk", "agency", "agencies",
    "reuters", "afp", "associated", "bloomberg", "wire", "wires", "service", "services", "network", "media", "magazine", "journal",
    "gazette", "tribune", "herald", "guest", "admin", "board", "newsroom", "online", "digital", "report", "reports", "reporter",
    "writer", "correspondent", "updated", "published", "minutes", "read", "the", "redaction", "redacción", "redaktion",
    "rédaction", "redazione", "redação", "redactie", "company", "group", "inc", "llc", "ltd", "foundation", "institute", "university", "department",
    "office", "county", "city", "state", "contributor", "contributors", "broadcasting", "channel", "today", "com",
];

#[rustfmt::skip]
const PARTICLES: &[&str] = &[
    "de", "da", "do", "dos", "das", "del", "della", "der", "den", "di", "du", "la", "le", "van", "von", "zu", "al", "el", "bin",
    "ibn", "ben", "ten", "ter", "y", "e", "st.", "af", "av",
];

/// Whether a line is a byline or a credit.
pub(crate) fn is_byline_line(line: &str) -> bool {
    is_credit(line) || parse(line).is_some_and(|byline| !byline.names.is_empty() || byline.outlet.is_some())
}

/// Whether a line credits people who are not the authors.
pub(crate) fn is_credit(line: &str) -> bool {
    const LONGEST: usize = 600;
    if line.len() > LONGEST {
        return false;
    }
    let lower = line.to_lowercase();
    let credits = [
        "contributed to this report",
        "contributed to this story",
        "contributed to this article",
        "contributed reporting",
        "contributed to the report",
        "contributed to this piece",
    ];
    let opens = ["reporting by ", "editing by ", "additional reporting by ", "writing by ", "compiled by "];
    credits.iter().any(|phrase| lower.contains(phrase))
        || opens.iter().any(|phrase| lower.starts_with(phrase) || lower.starts_with(&format!("({phrase}")))
}

/// Reads a line that begins with "By".
pub(crate) fn parse(line: &str) -> Option<Byline> {
    const LONGEST: usize = 200;
    let line = line.trim();
    if line.len() > LONGEST || is_credit(line) {
        return None;
    }
    let opening = OPENINGS
        .iter()
        .find(|opening| line.get(..opening.len()).is_some_and(|start| start.eq_ignore_ascii_case(opening)))?;
    let rest = line[opening.len()..].trim_start();
    // Small letters open a sentence ("by then ...") rather than a byline.
    if !rest.starts_with(char::is_uppercase) || rest.ends_with('.') && rest.split_whitespace().count() > 6 {
        return None;
    }
    let persons = rest.split(['|', '•', '·', '(', '[', '@', '/', '—', '–']).next().unwrap_or_default();
    let persons = persons.split(" - ").next().unwrap_or_default();
    let mut byline = Byline::default();
    for part in split_names(persons) {
        read_person(part, &mut byline);
    }
    (!byline.names.is_empty() || byline.outlet.is_some()).then_some(byline)
}

/// A value that names one author or several, as metadata has it.
pub(crate) fn parse_value(value: &str) -> Vec<String> {
    let value = value.trim();
    let value = match value.get(..3) {
        Some(start) if start.eq_ignore_ascii_case("by ") => &value[3..],
        _ => value,
    };
    let mut byline = Byline::default();
    for part in split_names(value) {
        read_person(part, &mut byline);
    }
    byline.names
}

fn split_names(text: &str) -> impl Iterator<Item = &str> {
    const JOINTS: [&str; 8] = [", ", " and ", " And ", " AND ", " & ", " und ", " et ", "; "];
    let mut parts = vec![text];
    for joint in JOINTS {
        parts = parts.into_iter().flat_map(|part| part.split(joint)).collect();
    }
    parts.into_iter().map(str::trim).filter(|part| !part.is_empty())
}

/// Takes a name, a name after an outlet and a job, or a name before a job.
fn read_person(part: &str, byline: &mut Byline) {
    let part = part.strip_prefix("By ").unwrap_or(part).trim_end_matches([',', '.']);
    let words: Vec<&str> = part.split_whitespace().collect();
    let is_job = |word: &&str| JOBS.contains(&word.to_lowercase().as_str());
    // The date may stand behind the name: "By Ada Lindqvist May 4, 2025".
    let end = words.iter().position(|word| word.starts_with(|c: char| c.is_ascii_digit())).unwrap_or(words.len());
    let words = &words[..end];
    let name = match (words.iter().position(&is_job), words.iter().rposition(is_job)) {
        (Some(first), Some(last)) if last + 1 < words.len() => {
            if first > 0 {
                byline.outlet = Some(words[..first].join(" "));
            }
            &words[last + 1..]
        }
        (Some(first), _) => &words[..first],
        _ => words,
    };
    if is_name(name) {
        byline.names.push(name.join(" "));
    }
}

/// Two to five words that begin with capitals, particles between them.
pub(crate) fn is_name(words: &[&str]) -> bool {
    let fits = |word: &&str| {
        let lower = word.to_lowercase();
        let letters = word.chars().all(|c| c.is_alphabetic() || matches!(c, '.' | '-' | '\'' | '’' | 'ʻ'));
        letters
            && !NOT_NAMES.contains(&lower.trim_end_matches('.'))
            && (PARTICLES.contains(&word.to_lowercase().as_str()) || word.starts_with(char::is_uppercase))
    };
    (2..=5).contains(&words.len())
        && words.iter().all(fits)
        && words.first().is_some_and(|word| word.starts_with(char::is_uppercase) || PARTICLES.contains(word))
        && words.last().is_some_and(|word| word.starts_with(char::is_uppercase))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, names: &[&str], outlet: Option<&str>) {
        let byline = parse(line).unwrap_or_default();
        assert_eq!(byline.names, names, "{line}");
        assert_eq!(byline.outlet.as_deref(), outlet, "{line}");
    }

    #[test]
    fn names_come_without_by_and_without_jobs() {
        check("By Ada Lindqvist and Tomás de la Vega", &["Ada Lindqvist", "Tomás de la Vega"], None);
        check("By Ada Lindqvist, Staff Writer", &["Ada Lindqvist"], None);
        check("BY ADA LINDQVIST | MAY 4, 2025", &["ADA LINDQVIST"], None);
        check("Por Inés Carrasco", &["Inés Carrasco"], None);
    }

    #[test]
    fn an_outlet_before_the_job_is_told_apart() {
        check(
            "By Norrvik Morning Post chief staff writer Ada Lindqvist (ada@example.org)",
            &["Ada Lindqvist"],
            Some("Norrvik Morning Post"),
        );
    }

    #[test]
    fn outlets_and_sentences_are_no_authors() {
        check("By Norrvikdaily", &[], None);
        check("By Norrvik News Staff", &[], None);
        check("By Monday the water had reached the road.", &[], None);
        check("Ada Lindqvist contributed to this report.", &[], None);
    }
}
