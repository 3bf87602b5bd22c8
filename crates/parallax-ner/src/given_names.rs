//! The gender that a given name usually tells.
//!
//! The two lists hold the given names of the U.S. Census of 1990 (public domain) that nine in ten
//! bearers of one gender have, and names from elsewhere that we added. They tell what is usual, not
//! what a person is: pronouns and titles of the article count for more.

use crate::titles::Gender;
use std::collections::BTreeMap;
use std::sync::LazyLock;

static GENDERS: LazyLock<BTreeMap<&'static str, Gender>> = LazyLock::new(|| {
    let names = |list: &'static str, gender| list.split_whitespace().map(move |name| (name, gender));
    let female = names(include_str!("given_names/female.txt"), Gender::Female);
    female.chain(names(include_str!("given_names/male.txt"), Gender::Male)).collect()
});

/// The usual gender of a folded given name.
pub(crate) fn usual_gender(given_name: &str) -> Option<Gender> {
    GENDERS.get(given_name).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_both_have_tells_nothing() {
        assert_eq!(usual_gender("claudia"), Some(Gender::Female));
        assert_eq!(usual_gender("donald"), Some(Gender::Male));
        assert_eq!(usual_gender("leslie"), None);
        assert_eq!(usual_gender("xyz"), None);
    }
}
