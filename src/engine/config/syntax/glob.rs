//! Patterns of the plugin's `extra_labels`: `*` stands for any text, everything else for itself.
//! Crates for globs know more signs (`?`, `[…]`, `{…}`), which would change what existing patterns match.

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

use super::Syntax;

/// A pattern for a whole text; upper and lower case differ.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Glob(String);

impl Glob {
    /// Whether the whole text matches.
    pub fn matches(&self, text: &str) -> bool {
        let Some((head, rest)) = self.0.split_once('*') else { return self.0 == text };
        let (middle, tail) = rest.rsplit_once('*').unwrap_or(("", rest));
        let inner = text.strip_prefix(head).and_then(|text| text.strip_suffix(tail));
        let Some(mut inner) = inner else { return false };
        // The first place that a part is found at leaves most room for the parts behind it.
        for part in middle.split('*') {
            match inner.split_once(part) {
                _ if part.is_empty() => {}
                Some((_, behind)) => inner = behind,
                None => return false,
            }
        }
        true
    }
}

impl Syntax for Glob {
    const NAME: &'static str = "glob";
    const ACCEPTED: &'static str = "a text in which `*` stands for any text, such as \"task*\"";
}

impl FromStr for Glob {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for Glob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, text: &str) -> bool {
        Glob(pattern.to_owned()).matches(text)
    }

    #[test]
    fn a_star_stands_for_any_text_and_nothing_else_does() {
        for (pattern, text, expected) in [
            ("task*", "task_name", true),
            ("task*", "task_group_name", true),
            ("task*", "task", true),
            ("task*", "job_name", false),
            ("task*", "Task_name", false),
            ("*name", "job_name", true),
            ("*", "", true),
            ("*", "anything", true),
            ("**", "x", true),
            ("", "", true),
            ("", "x", false),
            ("job_id", "job_id", true),
            ("job_id", "job_ids", false),
            ("j?b", "job", false),
            ("[j]ob", "job", false),
            ("t*_*name", "task_group_name", true),
            ("t*group*n*e", "task_group_name", true),
            ("*a*b*", "b a", false),
            ("aa*aa", "aaa", false),
            ("aa*aa", "aaaa", true),
            ("a*b*b", "ab", false),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern:?} and {text:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn a_text_with_parts_left_out_still_matches(parts in proptest::collection::vec("[ab]{0,3}", 1..5), gap in "[ab]{0,3}") {
            assert!(matches(&parts.join("*"), &parts.join(&gap)));
        }
    }
}
