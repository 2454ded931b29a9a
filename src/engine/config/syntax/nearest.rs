//! The likely word behind a misspelt one, for suggestions.
//! Whether a suggestion is worth printing is left to whoever reports the problem.

/// Words longer than this are near to nothing; comparing takes time and memory that grow with the length.
const LONGEST: usize = 64;

/// The candidate that differs least from the word, unless more than a third of it (and more than one letter)
/// would have to change. The first one wins among equals.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if word.len() > LONGEST {
        return None;
    }
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(word, candidate), candidate))
        .filter(|(distance, candidate)| {
            *distance < candidate.len() && *distance <= (candidate.len() / 3).max(1)
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_word_with_a_typo_is_found_and_another_word_is_not() {
        for (word, found) in [
            ("imagee", Some("image")),
            ("iamge", Some("image")),
            ("banana", None),
            ("", None),
            ("ttx", Some("tty")),
        ] {
            assert_eq!(nearest(word, ["image", "tty", "volumes"]), found, "{word}");
        }
        assert_eq!(nearest(&"a".repeat(10_000_000), ["image"]), None);
    }
}
