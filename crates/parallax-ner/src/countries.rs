//! Countries, what their people and things are called, and their capitals.

/// A country: name, adjectives and names of its people, capital.
pub(crate) struct Country {
    pub(crate) name: &'static str,
    /// Folded.
    pub(crate) demonyms: &'static [&'static str],
    /// Folded; empty where the capital's name is the country's.
    pub(crate) capital: &'static str,
}

/// The country with this folded name, or of this folded adjective.
pub(crate) fn country_of(folded: &str) -> Option<&'static str> {
    match folded {
        "us" | "usa" | "america" | "united states" | "united states of america" => return Some("United States"),
        "uk" | "britain" | "great britain" => return Some("United Kingdom"),
        "uae" | "emirates" => return Some("United Arab Emirates"),
        "russian federation" => return Some("Russia"),
        _ => {}
    }
    // Plurals of nouns only: "Mexicans" are not "Mexican".
    let found = COUNTRIES
        .iter()
        .find(|country| country.demonyms.contains(&folded) || country.name.eq_ignore_ascii_case(folded));
    found.map(|country| country.name)
}

/// The country with this folded capital.
pub(crate) fn country_of_capital(folded: &str) -> Option<&'static str> {
    let capital = if folded == "washington dc" { "washington" } else { folded };
    COUNTRIES.iter().find(|country| country.capital == capital && !capital.is_empty()).map(|country| country.name)
}

/// What a capital that stands for its government is compared by, so that the city stays apart.
pub(crate) fn government_key(capital: &str) -> String {
    format!("{capital} government")
}

/// The country of a party's usual short name.
pub(crate) fn country_of_party(folded: &str) -> Option<&'static str> {
    match folded {
        "republican" | "republicans" | "democrat" | "democrats" | "democratic" | "gop" => Some("United States"),
        "tory" | "tories" => Some("United Kingdom"),
        _ => None,
    }
}

const fn of(name: &'static str, demonyms: &'static [&'static str], capital: &'static str) -> Country {
    Country { name, demonyms, capital }
}

const COUNTRIES: [Country; 132] = [
    of("United States", &["american", "us"], "washington"),
    of("United Kingdom", &["british", "uk"], "london"),
    of("Mexico", &["mexican"], ""),
    of("Canada", &["canadian"], "ottawa"),
    of("China", &["chinese"], "beijing"),
    of("Russia", &["russian"], "moscow"),
    of("Ukraine", &["ukrainian"], "kyiv"),
    of("France", &["french"], "paris"),
    of("Germany", &["german"], "berlin"),
    of("Israel", &["israeli"], "jerusalem"),
    of("Iran", &["iranian"], "tehran"),
    of("Iraq", &["iraqi"], "baghdad"),
    of("Japan", &["japanese"], "tokyo"),
    of("India", &["indian"], "new delhi"),
    of("Italy", &["italian"], "rome"),
    of("Spain", &["spanish"], "madrid"),
    of("Afghanistan", &["afghan"], "kabul"),
    of("Albania", &["albanian"], "tirana"),
    of("Algeria", &["algerian"], "algiers"),
    of("Angola", &["angolan"], "luanda"),
    of("Argentina", &["argentine", "argentinian"], "buenos aires"),
    of("Armenia", &["armenian"], "yerevan"),
    of("Australia", &["australian"], "canberra"),
    of("Austria", &["austrian"], "vienna"),
    of("Azerbaijan", &["azerbaijani"], "baku"),
    of("Bahrain", &["bahraini"], "manama"),
    of("Bangladesh", &["bangladeshi"], "dhaka"),
    of("Belarus", &["belarusian"], "minsk"),
    of("Belgium", &["belgian"], "brussels"),
    of("Bolivia", &["bolivian"], "la paz"),
    of("Bosnia", &["bosnian"], "sarajevo"),
    of("Botswana", &["botswanan"], "gaborone"),
    of("Brazil", &["brazilian"], "brasilia"),
    of("Bulgaria", &["bulgarian"], "sofia"),
    of("Burkina Faso", &["burkinabe"], "ouagadougou"),
    of("Burundi", &["burundian"], "gitega"),
    of("Cambodia", &["cambodian"], "phnom penh"),
    of("Cameroon", &["cameroonian"], "yaounde"),
    of("Chad", &["chadian"], "ndjamena"),
    of("Chile", &["chilean"], "santiago"),
    of("Colombia", &["colombian"], "bogota"),
    of("Costa Rica", &["costa rican"], "san jose"),
    of("Croatia", &["croatian"], "zagreb"),
    of("Cuba", &["cuban"], "havana"),
    of("Cyprus", &["cypriot"], "nicosia"),
    of("Czech Republic", &["czech"], "prague"),
    of("Denmark", &["danish"], "copenhagen"),
    of("Dominican Republic", &["dominican"], "santo domingo"),
    of("Ecuador", &["ecuadorian", "ecuadorean"], "quito"),
    of("Egypt", &["egyptian"], "cairo"),
    of("El Salvador", &["salvadoran", "salvadorean"], "san salvador"),
    of("Eritrea", &["eritrean"], "asmara"),
    of("Estonia", &["estonian"], "tallinn"),
    of("Ethiopia", &["ethiopian"], "addis ababa"),
    of("Finland", &["finnish"], "helsinki"),
    of("Georgia", &["georgian"], "tbilisi"),
    of("Ghana", &["ghanaian"], "accra"),
    of("Greece", &["greek"], "athens"),
    of("Guatemala", &["guatemalan"], ""),
    of("Guyana", &["guyanese"], "georgetown"),
    of("Haiti", &["haitian"], "port au prince"),
    of("Honduras", &["honduran"], "tegucigalpa"),
    of("Hungary", &["hungarian"], "budapest"),
    of("Iceland", &["icelandic"], "reykjavik"),
    of("Indonesia", &["indonesian"], "jakarta"),
    of("Ireland", &["irish"], "dublin"),
    of("Ivory Coast", &["ivorian"], "yamoussoukro"),
    of("Jamaica", &["jamaican"], "kingston"),
    of("Jordan", &["jordanian"], "amman"),
    of("Kazakhstan", &["kazakh"], "astana"),
    of("Kenya", &["kenyan"], "nairobi"),
    of("Kosovo", &["kosovar"], "pristina"),
    of("Kuwait", &["kuwaiti"], ""),
    of("Kyrgyzstan", &["kyrgyz"], "bishkek"),
    of("Laos", &["laotian", "lao"], "vientiane"),
    of("Latvia", &["latvian"], "riga"),
    of("Lebanon", &["lebanese"], "beirut"),
    of("Liberia", &["liberian"], "monrovia"),
    of("Libya", &["libyan"], "tripoli"),
    of("Lithuania", &["lithuanian"], "vilnius"),
    of("Luxembourg", &["luxembourgish"], ""),
    of("Malaysia", &["malaysian"], "kuala lumpur"),
    of("Mali", &["malian"], "bamako"),
    of("Malta", &["maltese"], "valletta"),
    of("Mauritania", &["mauritanian"], "nouakchott"),
    of("Moldova", &["moldovan"], "chisinau"),
    of("Mongolia", &["mongolian"], "ulaanbaatar"),
    of("Montenegro", &["montenegrin"], "podgorica"),
    of("Morocco", &["moroccan"], "rabat"),
    of("Mozambique", &["mozambican"], "maputo"),
    of("Myanmar", &["burmese"], "naypyidaw"),
    of("Namibia", &["namibian"], "windhoek"),
    of("Nepal", &["nepali", "nepalese"], "kathmandu"),
    of("Netherlands", &["dutch"], "amsterdam"),
    of("New Zealand", &["new zealander"], "wellington"),
    of("Nicaragua", &["nicaraguan"], "managua"),
    of("Nigeria", &["nigerian"], "abuja"),
    of("North Korea", &["north korean"], "pyongyang"),
    of("Norway", &["norwegian"], "oslo"),
    of("Oman", &["omani"], "muscat"),
    of("Pakistan", &["pakistani"], "islamabad"),
    of("Panama", &["panamanian"], ""),
    of("Paraguay", &["paraguayan"], "asuncion"),
    of("Peru", &["peruvian"], "lima"),
    of("Philippines", &["philippine", "filipino"], "manila"),
    of("Poland", &["polish"], "warsaw"),
    of("Portugal", &["portuguese"], "lisbon"),
    of("Qatar", &["qatari"], "doha"),
    of("Romania", &["romanian"], "bucharest"),
    of("Rwanda", &["rwandan"], "kigali"),
    of("Saudi Arabia", &["saudi", "saudi arabian"], "riyadh"),
    of("Senegal", &["senegalese"], "dakar"),
    of("Serbia", &["serbian", "serb"], "belgrade"),
    of("Singapore", &["singaporean"], ""),
    of("Slovakia", &["slovak"], "bratislava"),
    of("Slovenia", &["slovenian"], "ljubljana"),
    of("Somalia", &["somali"], "mogadishu"),
    of("South Africa", &["south african"], "pretoria"),
    of("South Korea", &["south korean"], "seoul"),
    of("Sri Lanka", &["sri lankan"], "colombo"),
    of("Sudan", &["sudanese"], "khartoum"),
    of("Sweden", &["swedish"], "stockholm"),
    of("Switzerland", &["swiss"], "bern"),
    of("Syria", &["syrian"], "damascus"),
    of("Taiwan", &["taiwanese"], "taipei"),
    of("Thailand", &["thai"], "bangkok"),
    of("Tunisia", &["tunisian"], "tunis"),
    of("Turkey", &["turkish"], "ankara"),
    of("Uganda", &["ugandan"], "kampala"),
    of("Venezuela", &["venezuelan"], "caracas"),
    of("Vietnam", &["vietnamese"], "hanoi"),
    of("Yemen", &["yemeni"], "sanaa"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn a_country_is_found_by_name_adjective_and_capital() {
        assert_eq!(country_of("mexican"), Some("Mexico"));
        assert_eq!(country_of("saudi arabia"), Some("Saudi Arabia"));
        assert_eq!(country_of("us"), Some("United States"));
        assert_eq!(country_of("harbour"), None);
        assert_eq!(country_of_capital("washington dc"), Some("United States"));
        assert_eq!(country_of_capital(""), None);
    }

    #[test]
    fn no_adjective_or_capital_is_two_countries() {
        let mut seen = BTreeSet::new();
        for country in &COUNTRIES {
            assert!(country.demonyms.iter().all(|demonym| seen.insert(*demonym)), "{}", country.name);
            assert!(country.capital.is_empty() || seen.insert(country.capital), "{}", country.capital);
        }
    }
}
