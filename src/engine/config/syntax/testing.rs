//! Table helpers for the tests of the syntaxes.

use super::Syntax;

/// Each text parses, prints as given, and the printed form parses to the same value.
#[track_caller]
pub fn accepted<T: Syntax + PartialEq + std::fmt::Debug>(table: &[(&str, &str)]) {
    for (text, printed) in table {
        let value = match text.parse::<T>() {
            Ok(value) => value,
            Err(error) => panic!("{} {text:?}: {error}", T::NAME),
        };
        assert_eq!(value.to_string(), *printed, "{} {text:?}", T::NAME);
        assert_eq!(printed.parse::<T>().ok(), Some(value), "{} {printed:?} again", T::NAME);
    }
}

/// Each text is refused with exactly this message.
#[track_caller]
pub fn refused<T: Syntax + std::fmt::Debug>(table: &[(&str, &str)]) {
    for (text, message) in table {
        match text.parse::<T>() {
            Ok(value) => panic!("{} {text:?} is accepted as {value:?}", T::NAME),
            Err(error) => assert_eq!(error.to_string(), *message, "{} {text:?}", T::NAME),
        }
    }
}
