//! One entry of `ulimit`: a resource's name with `N` or `SOFT:HARD`, `-1` for no limit.
//! In a job it is a map; as one text it reads `nofile=1024:4096`, as on Podman's command line.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use super::Syntax;
use super::nearest::nearest;

/// A soft and a hard limit of one resource.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Ulimit {
    name: String,
    soft: Limit,
    hard: Limit,
}

/// One limit. What is unlimited is greater than any number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Limit {
    /// At most this much, in the resource's own unit.
    At(u64),
    /// No limit.
    Unlimited,
}

/// Why a text is no limit.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum UlimitError {
    /// The value is empty.
    #[error(
        "failed to parse ulimit configuration: Malformed ulimit specification {name}: \"\", cannot be empty"
    )]
    Empty {
        /// The resource.
        name: String,
    },
    /// The soft limit is no number. A value without a colon is shown doubled, as the Go driver does.
    #[error("failed to parse ulimit configuration: Malformed soft ulimit {name}: {value}")]
    Soft {
        /// The resource.
        name: String,
        /// Both limits.
        value: String,
    },
    /// The hard limit is no number.
    #[error("failed to parse ulimit configuration: Malformed hard ulimit {name}: {value}")]
    Hard {
        /// The resource.
        name: String,
        /// Both limits.
        value: String,
    },
    /// No name before the value.
    #[error("failed to parse ulimit configuration: the limit {value:?} has no name")]
    NoName {
        /// What stands there.
        value: String,
    },
}

/// The resources that Linux limits, as Podman spells them.
pub const KNOWN: [&str; 16] = [
    "as",
    "core",
    "cpu",
    "data",
    "fsize",
    "locks",
    "memlock",
    "msgqueue",
    "nice",
    "nofile",
    "nproc",
    "rss",
    "rtprio",
    "rttime",
    "sigpending",
    "stack",
];

impl Ulimit {
    /// Reads the value of the entry with this name.
    pub fn parse(name: &str, value: &str) -> Result<Self, UlimitError> {
        if value.is_empty() {
            return Err(UlimitError::Empty { name: name.to_owned() });
        }
        let (soft, hard) = value.split_once(':').unwrap_or((value, value));
        let both = || (name.to_owned(), format!("{soft}:{hard}"));
        let soft_limit = soft.parse().map_err(|()| {
            let (name, value) = both();
            UlimitError::Soft { name, value }
        })?;
        let hard_limit = hard.parse().map_err(|()| {
            let (name, value) = both();
            UlimitError::Hard { name, value }
        })?;
        if name.is_empty() {
            return Err(UlimitError::NoName { value: value.to_owned() });
        }
        Ok(Self { name: name.to_owned(), soft: soft_limit, hard: hard_limit })
    }

    /// The resource as written; Podman takes any case.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The limit that a process may raise itself, up to the hard one.
    pub fn soft(&self) -> Limit {
        self.soft
    }

    /// The limit that only a privileged process may raise.
    pub fn hard(&self) -> Limit {
        self.hard
    }

    /// Whether Linux has a resource of this name, see [`KNOWN`].
    pub fn is_known(&self) -> bool {
        KNOWN.iter().any(|known| known.eq_ignore_ascii_case(&self.name))
    }

    /// The known name that comes nearest, for a suggestion.
    pub fn nearest(&self) -> Option<&'static str> {
        nearest(&self.name.to_ascii_lowercase(), KNOWN)
    }
}

impl Limit {
    /// The number that every Podman understands: 2⁶⁴−1 is "no limit" there.
    pub const fn get(self) -> u64 {
        match self {
            Self::At(limit) => limit,
            Self::Unlimited => u64::MAX,
        }
    }
}

impl FromStr for Limit {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.parse::<i64>().map_err(|_| ())? {
            -1 => Ok(Self::Unlimited),
            number => u64::try_from(number).map(Self::At).map_err(|_| ()),
        }
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::At(limit) => limit.fmt(f),
            Self::Unlimited => f.write_str("-1"),
        }
    }
}

impl Syntax for Ulimit {
    const NAME: &'static str = "ulimit";
    const ACCEPTED: &'static str =
        "\"N\" for both limits or \"SOFT:HARD\" such as \"1024:4096\", -1 for no limit";
}

impl FromStr for Ulimit {
    type Err = UlimitError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once('=') {
            Some((name, value)) => Self::parse(name, value),
            None => Err(UlimitError::NoName { value: text.to_owned() }),
        }
    }
}

impl fmt::Display for Ulimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}:{}", self.name, self.soft, self.hard)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{accepted, refused};
    use super::*;

    #[test]
    fn limits_are_read_and_printed() {
        accepted::<Ulimit>(&[
            ("nofile=2048:4096", "nofile=2048:4096"),
            ("nproc=3000", "nproc=3000:3000"),
            ("memlock=-1", "memlock=-1:-1"),
            ("core=0:-1", "core=0:-1"),
        ]);
        let limit = Ulimit::parse("memlock", "64:-1").unwrap();
        assert_eq!((limit.name(), limit.soft().get(), limit.hard().get()), ("memlock", 64, u64::MAX));
        assert!(limit.soft() < limit.hard());
    }

    #[test]
    fn what_is_no_limit_is_refused() {
        const PREFIX: &str = "failed to parse ulimit configuration: ";
        for (name, value, message) in [
            ("nofile", "", "Malformed ulimit specification nofile: \"\", cannot be empty"),
            ("nofile", "abc:1", "Malformed soft ulimit nofile: abc:1"),
            ("nofile", "1:abc", "Malformed hard ulimit nofile: 1:abc"),
            ("nofile", "x", "Malformed soft ulimit nofile: x:x"),
            ("nofile", "unlimited", "Malformed soft ulimit nofile: unlimited:unlimited"),
            ("nofile", "-2:5", "Malformed soft ulimit nofile: -2:5"),
            ("nofile", "1:2:3", "Malformed hard ulimit nofile: 1:2:3"),
            ("nofile", ":1", "Malformed soft ulimit nofile: :1"),
            (
                "nofile",
                "99999999999999999999",
                "Malformed soft ulimit nofile: 99999999999999999999:99999999999999999999",
            ),
            ("", "1", "the limit \"1\" has no name"),
        ] {
            let error = Ulimit::parse(name, value).expect_err(value);
            assert_eq!(error.to_string(), format!("{PREFIX}{message}"));
        }
        refused::<Ulimit>(&[("5", "failed to parse ulimit configuration: the limit \"5\" has no name")]);
    }

    #[test]
    fn names_are_looked_up_in_any_case() {
        assert!(Ulimit::parse("NOFILE", "1").unwrap().is_known());
        let typo = Ulimit::parse("nofiles", "1").unwrap();
        assert!(!typo.is_known());
        assert_eq!(typo.nearest(), Some("nofile"));
        assert_eq!(Ulimit::parse("bananas", "1").unwrap().nearest(), None);
    }
}
