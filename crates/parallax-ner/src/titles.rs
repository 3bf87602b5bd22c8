//! Titles that stand directly before a person's name.

/// What a courtesy title tells of the person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gender {
    Female,
    Male,
}

/// A title, as the table knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Title {
    /// The office: one word for all spellings of it; empty for courtesy titles.
    pub(crate) role: &'static str,
    pub(crate) gender: Option<Gender>,
    pub(crate) style: Style,
}

/// How a title is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    /// A title in small letters too ("president Ana Ruiz").
    AnyCase,
    /// A common word, or a name, in small letters or alone ("general", "judge").
    Capital,
    /// Part of what the person is called ("Pope", "King"); capital only.
    Regnal,
}

use Gender::{Female, Male};
use Style::{AnyCase, Capital, Regnal};

/// Words that may stand before a title and belong to it.
const MODIFIERS: [&str; 13] = [
    "acting",
    "assistant",
    "associate",
    "deputy",
    "ex",
    "first",
    "former",
    "incoming",
    "interim",
    "late",
    "outgoing",
    "senior",
    "then",
];

/// What secretaries and ministers are in charge of ("Defense Secretary", "Minister of Health").
const DEPARTMENTS: [&str; 34] = [
    "agriculture",
    "army",
    "cabinet",
    "commerce",
    "culture",
    "defence",
    "defense",
    "economy",
    "education",
    "energy",
    "environment",
    "finance",
    "foreign",
    "foreign affairs",
    "health",
    "home",
    "homeland security",
    "housing",
    "immigration",
    "industry",
    "information",
    "interior",
    "international trade",
    "justice",
    "labor",
    "labour",
    "navy",
    "public security",
    "security",
    "state",
    "trade",
    "transport",
    "transportation",
    "treasury",
];

/// Folded spelling, office, gender, style; sorted by spelling.
const TITLES: [(&str, &str, Option<Gender>, Style); 120] = [
    ("adm", "admiral", None, Capital),
    ("admiral", "admiral", None, Capital),
    ("ambassador", "ambassador", None, AnyCase),
    ("archbishop", "archbishop", None, AnyCase),
    ("assemblyman", "assembly member", Some(Male), AnyCase),
    ("assemblywoman", "assembly member", Some(Female), AnyCase),
    ("attorney general", "attorney general", None, AnyCase),
    ("ayatollah", "ayatollah", None, Regnal),
    ("baroness", "lord", Some(Female), Capital),
    ("bishop", "bishop", None, Capital),
    ("brig gen", "general", None, Capital),
    ("brigadier", "general", None, Capital),
    ("brigadier general", "general", None, Capital),
    ("capt", "captain", None, Capital),
    ("captain", "captain", None, Capital),
    ("cardinal", "cardinal", None, Capital),
    ("chairman", "chair", Some(Male), AnyCase),
    ("chairwoman", "chair", Some(Female), AnyCase),
    ("chancellor", "chancellor", None, AnyCase),
    ("chief justice", "justice", None, AnyCase),
    ("chief of staff", "chief of staff", None, AnyCase),
    ("cmdr", "commander", None, Capital),
    ("col", "colonel", None, Capital),
    ("colonel", "colonel", None, Capital),
    ("commander", "commander", None, Capital),
    ("commissioner", "commissioner", None, AnyCase),
    ("cong", "representative", None, Capital),
    ("congressman", "representative", Some(Male), AnyCase),
    ("congresswoman", "representative", Some(Female), AnyCase),
    ("councilman", "council member", Some(Male), AnyCase),
    ("councilwoman", "council member", Some(Female), AnyCase),
    ("crown prince", "prince", Some(Male), Regnal),
    ("crown princess", "princess", Some(Female), Regnal),
    ("detective", "detective", None, Capital),
    ("district attorney", "district attorney", None, AnyCase),
    ("dr", "doctor", None, AnyCase),
    ("emperor", "emperor", Some(Male), Regnal),
    ("father", "priest", Some(Male), Capital),
    ("first lady", "first lady", Some(Female), AnyCase),
    ("first minister", "first minister", None, AnyCase),
    ("fr", "priest", Some(Male), Capital),
    ("gen", "general", None, Capital),
    ("general", "general", None, Capital),
    ("gov", "governor", None, Capital),
    ("governor", "governor", None, AnyCase),
    ("hon", "", None, Capital),
    ("house majority leader", "majority leader", None, AnyCase),
    ("house minority leader", "minority leader", None, AnyCase),
    ("house speaker", "speaker", None, AnyCase),
    ("imam", "imam", None, AnyCase),
    ("inspector", "inspector", None, Capital),
    ("judge", "judge", None, Capital),
    ("justice", "justice", None, Capital),
    ("king", "king", Some(Male), Regnal),
    ("lady", "", Some(Female), Capital),
    ("lieutenant", "lieutenant", None, Capital),
    ("lieutenant colonel", "colonel", None, Capital),
    ("lieutenant general", "general", None, Capital),
    ("lieutenant governor", "lieutenant governor", None, AnyCase),
    ("lord", "lord", Some(Male), Capital),
    ("lt", "lieutenant", None, Capital),
    ("lt col", "colonel", None, Capital),
    ("lt gen", "general", None, Capital),
    ("lt gov", "lieutenant governor", None, Capital),
    ("maj", "major", None, Capital),
    ("maj gen", "general", None, Capital),
    ("major", "major", None, Capital),
    ("major general", "general", None, Capital),
    ("majority leader", "majority leader", None, AnyCase),
    ("mayor", "mayor", None, AnyCase),
    ("minister", "minister", None, AnyCase),
    ("minority leader", "minority leader", None, AnyCase),
    ("miss", "", Some(Female), Capital),
    ("mister", "", Some(Male), Capital),
    ("mme", "", Some(Female), Capital),
    ("mr", "", Some(Male), Capital),
    ("mrs", "", Some(Female), Capital),
    ("ms", "", Some(Female), Capital),
    ("mx", "", None, Capital),
    ("officer", "officer", None, Capital),
    ("pastor", "priest", None, AnyCase),
    ("pm", "prime minister", None, Capital),
    ("pope", "pope", Some(Male), Regnal),
    ("premier", "prime minister", None, AnyCase),
    ("pres", "president", None, Capital),
    ("president", "president", None, AnyCase),
    ("president elect", "president", None, AnyCase),
    ("presidents", "president", None, AnyCase),
    ("press secretary", "press secretary", None, AnyCase),
    ("prime minister", "prime minister", None, AnyCase),
    ("prince", "prince", Some(Male), Regnal),
    ("princess", "princess", Some(Female), Regnal),
    ("prof", "professor", None, Capital),
    ("professor", "professor", None, AnyCase),
    ("queen", "queen", Some(Female), Regnal),
    ("rabbi", "rabbi", None, AnyCase),
    ("rep", "representative", None, Capital),
    ("representative", "representative", None, Capital),
    ("reps", "representative", None, Capital),
    ("rev", "priest", None, Capital),
    ("reverend", "priest", None, Capital),
    ("secretary", "secretary", None, Capital),
    ("secretary general", "secretary general", None, AnyCase),
    ("sen", "senator", None, Capital),
    ("senate majority leader", "majority leader", None, AnyCase),
    ("senate minority leader", "minority leader", None, AnyCase),
    ("senator", "senator", None, AnyCase),
    ("senators", "senator", None, AnyCase),
    ("sens", "senator", None, Capital),
    ("sergeant", "sergeant", None, Capital),
    ("sgt", "sergeant", None, Capital),
    ("sheriff", "sheriff", None, Capital),
    ("sir", "", Some(Male), Capital),
    ("sister", "priest", Some(Female), Capital),
    ("speaker", "speaker", None, Capital),
    ("supreme leader", "supreme leader", None, AnyCase),
    ("under secretary", "secretary", None, AnyCase),
    ("undersecretary", "secretary", None, AnyCase),
    ("vice president", "vice president", None, AnyCase),
    ("vice president elect", "vice president", None, AnyCase),
];

/// The title that a folded phrase is, modifiers included ("then president").
pub(crate) fn title(phrase: &str) -> Option<Title> {
    let found = match TITLES.binary_search_by_key(&phrase, |entry| entry.0) {
        Ok(at) => {
            let (_, role, gender, style) = TITLES[at];
            Some(Title { role, gender, style })
        }
        Err(_) => department_title(phrase),
    };
    found.or_else(|| {
        let (modifier, rest) = phrase.split_once(' ')?;
        MODIFIERS.binary_search(&modifier).ok()?;
        title(rest).filter(|title| !title.role.is_empty())
    })
}

fn department_title(phrase: &str) -> Option<Title> {
    let in_charge = |role: &'static str| {
        let before = phrase.strip_suffix(role).and_then(|rest| rest.strip_suffix(' '));
        let after = phrase.strip_prefix(role).and_then(|rest| rest.strip_prefix(" of "));
        let department = before.or(after.map(|rest| rest.strip_prefix("the ").unwrap_or(rest)))?;
        DEPARTMENTS.binary_search(&department).ok()?;
        Some(Title { role, gender: None, style: AnyCase })
    };
    in_charge("secretary").or_else(|| in_charge("minister"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_sorted() {
        assert!(TITLES.is_sorted_by(|a, b| a.0 < b.0));
        assert!(DEPARTMENTS.is_sorted_by(|a, b| a < b));
        assert!(MODIFIERS.is_sorted_by(|a, b| a < b));
    }

    #[test]
    fn titles_are_known_with_their_modifiers_and_departments() {
        let check = |phrase: &str, role: Option<&str>| assert_eq!(title(phrase).map(|title| title.role), role);
        check("president", Some("president"));
        check("then president", Some("president"));
        check("former deputy prime minister", Some("prime minister"));
        check("secretary of state", Some("secretary"));
        check("secretary of the treasury", Some("secretary"));
        check("foreign minister", Some("minister"));
        check("former", None);
        check("late mr", None);
        check("republican leader", None);
    }
}
