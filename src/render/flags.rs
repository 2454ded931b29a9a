//! Nomad writes its long flags with one dash (`-var-file=x`), clap with two. Both are taken here for those flags that
//! people know from Nomad; everything else is clap's.

use std::ffi::OsString;

/// Flags that Nomad's own commands have.
const NOMADS: [&str; 3] = ["var", "var-file", "help"];

/// Gives Nomad's flags their second dash. Nothing is touched behind a lone `--`.
pub(super) fn with_two_dashes(arguments: impl IntoIterator<Item = OsString>) -> Vec<OsString> {
    let mut only_names = false;
    arguments
        .into_iter()
        .map(|argument| {
            only_names |= argument == "--";
            match argument.to_str() {
                Some(text) if !only_names && is_nomads(text) => format!("-{text}").into(),
                _ => argument,
            }
        })
        .collect()
}

fn is_nomads(text: &str) -> bool {
    let Some(flag) = text.strip_prefix('-') else { return false };
    let name = flag.split_once('=').map_or(flag, |(name, _)| name);
    NOMADS.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nomads_flags_get_their_second_dash_and_nothing_else_does() {
        for (given, taken) in [
            ("-var", "--var"),
            ("-var=a=b", "--var=a=b"),
            ("-var-file=x", "--var-file=x"),
            ("--var", "--var"),
            ("-help", "--help"),
            ("-o", "-o"),
            ("-variable", "-variable"),
            ("-", "-"),
            ("var", "var"),
        ] {
            assert_eq!(with_two_dashes([OsString::from(given)]), [OsString::from(taken)], "{given}");
        }
        let behind = ["--", "-var"].map(OsString::from);
        assert_eq!(with_two_dashes(behind.clone()), behind);
    }
}
