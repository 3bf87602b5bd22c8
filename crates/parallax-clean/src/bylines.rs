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
    "reported by ",
    "analysis by ",
    "opinion by ",
    "comment by ",
    "commentary by ",
    "interview by ",
    "review by ",
    "text and photos by ",
    "text and photos: ",
    "words and pictures by ",
    "text by ",
    "text: ",
    "words: ",
    "story: ",
    "texto: ",
    "texte: ",
    "texte : ",
    "testo: ",
    "tekst: ",
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

/// Words of outlets' names that are persons' names too: a line of such words alone is no byline.
#[rustfmt::skip]
const MASTHEADS: &[&str] = &[
    "courier", "chronicle", "observer", "guardian", "telegraph", "standard", "mail", "express", "star", "sun", "globe", "mirror",
    "record", "review", "ledger", "sentinel", "examiner", "dispatch", "bulletin", "monitor", "argus", "echo", "independent",
    "register", "argosy", "advertiser", "inquirer", "republic", "nation", "world", "weekly", "radio", "tv", "television",
    "politics", "business", "sport", "sports", "culture", "opinion", "analysis", "exclusive", "read", "copy", "share", "follow",
    "watch", "live", "video", "listen", "photo", "photos", "gallery", "breaking", "top", "stories", "story", "latest",
];

/// How a line without "By" names an author.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signature {
    None,
    /// "Ada Lindqvist": anything may have such a name.
    Bare,
    /// "Ada Lindqvist, Political Editor".
    WithJob,
}

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
    // Most lines are sorted out without a copy.
    if !["with ", "contributed", "ing by ", "compiled by "].iter().any(|part| has_ascii(line, part)) {
        return false;
    }
    let lower = line.to_lowercase();
    let credits = [
        "with inputs from",
        "with agency inputs",
        "with additional reporting",
        "with files from",
        "with reporting from",
        "with reporting by",
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

/// Whether a text has an ASCII phrase (not empty, in small letters), in capitals or not.
fn has_ascii(text: &str, phrase: &str) -> bool {
    let (text, phrase) = (text.as_bytes(), phrase.as_bytes());
    let first = phrase[0];
    text.iter().enumerate().any(|(at, byte)| {
        byte.to_ascii_lowercase() == first
            && text.get(at..at + phrase.len()).is_some_and(|found| found.eq_ignore_ascii_case(phrase))
    })
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

/// Reads a line that names its author without "By", by itself or before a job.
pub(crate) fn signature(line: &str) -> Signature {
    const LONGEST: usize = 100;
    if line.len() > LONGEST || line.ends_with(['.', '!', '?', ':']) {
        return Signature::None;
    }
    let persons = signed_names(line);
    let joint = line.find(JOB_JOINTS).map_or("", |at| line[at..].trim_start_matches(JOB_JOINTS));
    let job: Vec<String> = joint.split_whitespace().map(str::to_lowercase).collect();
    let bare = |word: &str| word.trim_matches(|c: char| !c.is_alphanumeric()).to_string();
    let named = persons
        .iter()
        .all(|name| !name.split_whitespace().any(|word| MASTHEADS.contains(&word.to_lowercase().as_str())));
    match (persons.is_empty() || !named, job.is_empty()) {
        (true, _) => Signature::None,
        (false, true) => Signature::Bare,
        (false, false) if job.len() <= 7 && job.iter().any(|word| is_occupation(&bare(word))) => Signature::WithJob,
        _ => Signature::None,
    }
}

/// The names before the job, or on the whole line.
pub(crate) fn signed_names(line: &str) -> Vec<String> {
    let names = line.split(JOB_JOINTS).next().unwrap_or_default().trim();
    let names = names.split(" in ").next().unwrap_or_default();
    let names = before_job(names);
    let mut parts: Vec<&str> = vec![names];
    for joint in [" and ", " & "] {
        parts = parts.into_iter().flat_map(|part| part.split(joint)).collect();
    }
    let all = parts.iter().all(|part| is_name(&part.split_whitespace().collect::<Vec<_>>()));
    if all { parts.into_iter().map(str::to_string).collect() } else { Vec::new() }
}

/// "Ada Lindqvist" of "Ada Lindqvist Town hall correspondent".
fn before_job(text: &str) -> &str {
    let words: Vec<&str> = text.split_whitespace().collect();
    if words.len() > 7 || !words.last().is_some_and(|word| is_occupation(&word.to_lowercase())) {
        return text;
    }
    let job = words.iter().position(|word| JOBS.contains(&word.to_lowercase().as_str()));
    let small = words.iter().position(|word| word.starts_with(char::is_lowercase) && !PARTICLES.contains(word));
    let end = job.into_iter().chain(small.map(|at| at - usize::from(at > 0 && Some(at) != job))).min();
    let name = words[end.unwrap_or(words.len()).saturating_sub(1).min(words.len() - 1)];
    let end = name.as_ptr() as usize - text.as_ptr() as usize + name.len();
    &text[..end]
}

/// Whether a line tells who an author is: "Ada Lindqvist is a reporter for the Norrvik Post".
pub(crate) fn is_about(line: &str, name: &str) -> bool {
    const VERBS: [&str; 8] = ["is", "was", "covers", "writes", "reports", "joined", "has", "works"];
    let verb = line.strip_prefix(name).and_then(|rest| rest.split_whitespace().next());
    verb.is_some_and(|verb| VERBS.contains(&verb))
}

/// Whether a line tells of a job and nothing else: "Town hall correspondent, Norrvik".
pub(crate) fn is_job_line(line: &str) -> bool {
    let words: Vec<String> =
        line.split_whitespace().map(|word| word.trim_matches(',').to_lowercase()).take(9).collect();
    words.len() <= 8 && !line.ends_with('.') && words.iter().any(|word| is_occupation(word))
}

const JOB_JOINTS: [char; 6] = [',', '|', '(', '•', '·', '–'];

/// Whether a word names what journalists do; those that only go with it ("chief") do not.
fn is_occupation(word: &str) -> bool {
    const OCCUPATIONS: [&str; 14] = [
        "writer",
        "reporter",
        "correspondent",
        "editor",
        "columnist",
        "journalist",
        "contributor",
        "producer",
        "analyst",
        "reporters",
        "writers",
        "correspondents",
        "editors",
        "staff",
    ];
    OCCUPATIONS.contains(&word)
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
    // Where from: "Ada Lindqvist in Norrvik".
    let from = words.iter().position(|word| matches!(*word, "in" | "for" | "at" | "from" | "IN" | "reports"));
    let words = &words[..from.unwrap_or(words.len())];
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
        let letters = word.chars().all(|c| c.is_alphabetic() || matches!(c, '.' | '-' | '\'' | '’' | 'ʻ'));
        if !letters {
            return false;
        }
        let lower = word.to_lowercase();
        !NOT_NAMES.contains(&lower.trim_end_matches('.'))
            && (word.starts_with(char::is_uppercase) || PARTICLES.contains(&lower.as_str()))
    };
    (2..=5).contains(&words.len())
        && words.first().is_some_and(|word| word.starts_with(char::is_uppercase) || PARTICLES.contains(word))
        && words.last().is_some_and(|word| word.starts_with(char::is_uppercase))
        && words.iter().all(fits)
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
    fn names_come_without_places_and_behind_other_openings() {
        check("By Ada Lindqvist in Norrvik and Tomás Vega in Old Harbour", &["Ada Lindqvist", "Tomás Vega"], None);
        check("Text: Ada Lindqvist", &["Ada Lindqvist"], None);
        check("Words by Ada Lindqvist, photos by Inger Holt", &["Ada Lindqvist"], None);
        check("Analysis by Ada Lindqvist", &["Ada Lindqvist"], None);
        check("Text: The whole of the agreement", &[], None);
    }

    #[test]
    fn a_signature_is_a_name_with_or_without_a_job() {
        let check = |line: &str, expected| assert_eq!(signature(line), expected, "{line}");
        check("Ada Lindqvist, Political Editor", Signature::WithJob);
        check("Ada Lindqvist and Tomás Vega | Staff Writers", Signature::WithJob);
        check("ADA LINDQVIST, Norrvik correspondent", Signature::WithJob);
        check("Ada Lindqvist", Signature::Bare);
        check("Ada Lindqvist Town hall correspondent", Signature::Bare);
        assert_eq!(signed_names("Ada Lindqvist Town hall correspondent"), ["Ada Lindqvist"]);
        assert_eq!(signed_names("Ada Lindqvist in Norrvik"), ["Ada Lindqvist"]);
        check("Norrvik Courier", Signature::None);
        check("Ada Lindqvist, harbour master", Signature::None);
        check("Ada Lindqvist, the editor, left.", Signature::None);
        check("Norrvik closes its road", Signature::None);
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
