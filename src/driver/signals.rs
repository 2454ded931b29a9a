//! Names and numbers of signals as jobs write them, checked before Podman is asked.

use podman_driver_engine::config::syntax::nearest::nearest;

/// The signals of Linux that have a name, with their numbers on the common architectures.
const NAMES: [(&str, u8); 31] = [
    ("HUP", 1),
    ("INT", 2),
    ("QUIT", 3),
    ("ILL", 4),
    ("TRAP", 5),
    ("ABRT", 6),
    ("BUS", 7),
    ("FPE", 8),
    ("KILL", 9),
    ("USR1", 10),
    ("SEGV", 11),
    ("USR2", 12),
    ("PIPE", 13),
    ("ALRM", 14),
    ("TERM", 15),
    ("STKFLT", 16),
    ("CHLD", 17),
    ("CONT", 18),
    ("STOP", 19),
    ("TSTP", 20),
    ("TTIN", 21),
    ("TTOU", 22),
    ("URG", 23),
    ("XCPU", 24),
    ("XFSZ", 25),
    ("VTALRM", 26),
    ("PROF", 27),
    ("WINCH", 28),
    ("IO", 29),
    ("PWR", 30),
    ("SYS", 31),
];
/// The highest number of a signal of Linux.
const HIGHEST: u8 = 64;

/// A signal as Podman takes it: `SIGNAME`, or a number that has no name.
///
/// # Errors
/// It is none; the text says what is accepted, and the nearest name.
pub fn parse(text: &str) -> Result<String, String> {
    let upper = text.trim().to_ascii_uppercase();
    if let Ok(number) = upper.parse::<u8>() {
        let named = NAMES.iter().find(|(_, known)| *known == number).map(|(name, _)| format!("SIG{name}"));
        return match number {
            1..=HIGHEST => Ok(named.unwrap_or_else(|| number.to_string())),
            _ => Err(refusal(text, None)),
        };
    }
    let name = upper.strip_prefix("SIG").unwrap_or(&upper);
    if NAMES.iter().any(|(known, _)| *known == name) || is_real_time(name) {
        return Ok(format!("SIG{name}"));
    }
    Err(refusal(text, nearest(name, NAMES.map(|(known, _)| known))))
}

/// `RTMIN`, `RTMIN+3`, `RTMAX-1` …
fn is_real_time(name: &str) -> bool {
    let offset = match (name.strip_prefix("RTMIN"), name.strip_prefix("RTMAX")) {
        (Some(rest), _) => rest.strip_prefix('+').or_else(|| rest.is_empty().then_some("0")),
        (_, Some(rest)) => rest.strip_prefix('-').or_else(|| rest.is_empty().then_some("0")),
        (None, None) => None,
    };
    offset.and_then(|offset| offset.parse::<u8>().ok()).is_some_and(|offset| offset <= 30)
}

fn refusal(text: &str, nearest: Option<&str>) -> String {
    let suggestion = nearest.map(|name| format!(". Did you mean SIG{name}?")).unwrap_or_default();
    format!(
        "invalid signal {text:?}: accepted is a name such as SIGHUP or HUP, or a number from 1 to 64{suggestion}"
    )
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn names_and_numbers_in_any_spelling() {
        for (text, signal) in [
            ("SIGHUP", "SIGHUP"),
            ("hup", "SIGHUP"),
            ("sigusr1", "SIGUSR1"),
            ("9", "SIGKILL"),
            ("34", "34"),
            ("SIGRTMIN+3", "SIGRTMIN+3"),
            ("rtmax", "SIGRTMAX"),
        ] {
            assert_eq!(parse(text).as_deref(), Ok(signal), "{text}");
        }
    }

    #[test]
    fn what_is_none_is_told_with_the_nearest_name() {
        let text = parse("SIGHPU").expect_err("is refused");
        assert!(
            text.starts_with("invalid signal \"SIGHPU\"") && text.ends_with("Did you mean SIGHUP?"),
            "{text}"
        );
        for text in ["FOO BAR BAZ", "", "0", "65", "-1", "SIG", "RTMIN+31"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
