//! `userns`: how the users of a container map to those of the host.
//! Podman takes the options twice, as text and as mappings; both forms can be had here.

use std::fmt;
use std::num::IntErrorKind;
use std::str::FromStr;

use thiserror::Error;

use super::Syntax;
use super::go_quote::quote;

/// A user namespace.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Userns {
    /// The host's: no mapping.
    Host,
    /// A range that Podman picks.
    Auto(AutoUserns),
    /// `keep-id`: the user who runs Podman keeps its number.
    KeepId(KeepId),
    /// The user who runs Podman is not mapped at all.
    Nomap,
    /// `ns:P`: the namespace at a path of the host.
    Path(String),
}

/// Options of `auto`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct AutoUserns {
    /// How many users; `None` lets Podman decide.
    pub size: Option<u32>,
    /// Users that are mapped to given ones.
    pub uid_mappings: Vec<IdMapping>,
    /// Groups that are mapped to given ones.
    pub gid_mappings: Vec<IdMapping>,
}

/// Options of `keep-id`: the numbers that the user has inside.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct KeepId {
    /// User in the container.
    pub uid: Option<u32>,
    /// Group in the container.
    pub gid: Option<u32>,
    /// How many users the namespace has (Podman 5.4 and later).
    pub size: Option<u32>,
}

/// A range of users or groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct IdMapping {
    /// First number in the container.
    pub container_id: u32,
    /// First number on the host.
    pub host_id: u32,
    /// How many.
    pub size: u32,
}

/// Why a text is no user namespace. Each text has the words of the Go driver in front of it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("failed to parse userns configuration: {0}")]
pub struct UsernsError(pub UsernsProblem);

/// What is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum UsernsProblem {
    /// No such mode.
    #[error("unknown userns mode {}", quote(.0))]
    Mode(String),
    /// An option that is no `NAME=VALUE`, options where there are none, or no path after `ns:`.
    #[error("invalid userns configuration: {}", quote(.0))]
    Malformed(String),
    /// `auto` has no such option.
    #[error("invalid userns auto option {}", quote(.0))]
    AutoOption(String),
    /// `keep-id` has no such option.
    #[error("invalid userns keep-id option {}", quote(.0))]
    KeepIdOption(String),
    /// The size is no number.
    #[error("invalid userns size {}: {}", quote(.text), go_number("ParseUint", .text, *.range))]
    Size {
        /// What stands there.
        text: String,
        /// A number, and too large.
        range: bool,
    },
    /// `uid` or `gid` of `keep-id` is no number.
    #[error("invalid userns {name} {}: {}", quote(.text), go_number("ParseUint", .text, *.range))]
    Id {
        /// The option.
        name: &'static str,
        /// What stands there.
        text: String,
        /// A number, and too large.
        range: bool,
    },
    /// A mapping that is not three fields.
    #[error("invalid {kind} configuration {}: invalid ID mapping configuration {}", quote(.text), quote(.text))]
    Mapping {
        /// `uidmapping` or `gidmapping`.
        kind: &'static str,
        /// The mapping.
        text: String,
    },
    /// A field of a mapping is no number. The Go driver says `gidmapping` for both kinds.
    #[error("invalid gidmapping configuration {}: {} is no number from 0 to 4294967295", quote(.text), quote(.field))]
    MappingNumber {
        /// The mapping.
        text: String,
        /// The field.
        field: String,
    },
}

impl Userns {
    /// What follows the mode's colon in the printed form, as Podman takes it in `userns.value`; empty without.
    pub fn value(&self) -> String {
        match self {
            Self::Host | Self::Nomap => String::new(),
            Self::Auto(auto) => auto.to_string(),
            Self::KeepId(keep_id) => keep_id.to_string(),
            Self::Path(path) => path.clone(),
        }
    }
}

impl Syntax for Userns {
    const NAME: &'static str = "userns";
    const ACCEPTED: &'static str = "host, auto, auto:size=N,uidmapping=C:H:N,gidmapping=C:H:N, keep-id, \
                                    keep-id:uid=N,gid=N, nomap or ns:PATH";
}

impl FromStr for Userns {
    type Err = UsernsError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (mode, options) = match text.split_once(':') {
            Some((mode, options)) => (mode, Some(options)),
            None => (text, None),
        };
        let parsed = match (mode, options) {
            ("host", None) => Ok(Self::Host),
            ("nomap", None) => Ok(Self::Nomap),
            ("host" | "nomap", Some(options)) => Err(UsernsProblem::Malformed(options.to_owned())),
            ("auto", options) => auto(options).map(Self::Auto),
            ("keep-id", options) => keep_id(options).map(Self::KeepId),
            ("ns", None | Some("")) => Err(UsernsProblem::Malformed(String::new())),
            ("ns", Some(path)) => Ok(Self::Path(path.to_owned())),
            _ => Err(UsernsProblem::Mode(mode.to_owned())),
        };
        parsed.map_err(UsernsError)
    }
}

fn auto(options: Option<&str>) -> Result<AutoUserns, UsernsProblem> {
    let mut auto = AutoUserns::default();
    for option in options.into_iter().flat_map(|options| options.split(',')) {
        match name_and_value(option)? {
            ("size", value) => {
                auto.size = Some(
                    number(value).map_err(|range| UsernsProblem::Size { text: value.to_owned(), range })?,
                );
            }
            ("uidmapping", value) => auto.uid_mappings.push(mapping("uidmapping", value)?),
            ("gidmapping", value) => auto.gid_mappings.push(mapping("gidmapping", value)?),
            (name, _) => return Err(UsernsProblem::AutoOption(name.to_owned())),
        }
    }
    Ok(auto)
}

fn keep_id(options: Option<&str>) -> Result<KeepId, UsernsProblem> {
    let mut keep_id = KeepId::default();
    for option in options.into_iter().flat_map(|options| options.split(',')) {
        let (name, value) = name_and_value(option)?;
        let (name, field) = match name {
            "uid" => ("uid", &mut keep_id.uid),
            "gid" => ("gid", &mut keep_id.gid),
            "size" => ("size", &mut keep_id.size),
            _ => return Err(UsernsProblem::KeepIdOption(name.to_owned())),
        };
        let id = number(value).map_err(|range| UsernsProblem::Id { name, text: value.to_owned(), range })?;
        *field = Some(id);
    }
    Ok(keep_id)
}

fn name_and_value(option: &str) -> Result<(&str, &str), UsernsProblem> {
    option.split_once('=').ok_or_else(|| UsernsProblem::Malformed(option.to_owned()))
}

fn mapping(kind: &'static str, text: &str) -> Result<IdMapping, UsernsProblem> {
    let fields: Vec<&str> = text.splitn(4, ':').collect();
    let [container, host, size] = fields.as_slice() else {
        return Err(UsernsProblem::Mapping { kind, text: text.to_owned() });
    };
    let field = |field: &str| {
        number(field)
            .map_err(|_| UsernsProblem::MappingNumber { text: text.to_owned(), field: field.to_owned() })
    };
    Ok(IdMapping { container_id: field(container)?, host_id: field(host)?, size: field(size)? })
}

/// A number of users; the error says whether it is one that is too large. A sign is no part of it.
fn number(text: &str) -> Result<u32, bool> {
    if text.starts_with('+') {
        return Err(false);
    }
    text.parse().map_err(|error: std::num::ParseIntError| *error.kind() == IntErrorKind::PosOverflow)
}

fn go_number(function: &str, text: &str, range: bool) -> String {
    let reason = if range { "value out of range" } else { "invalid syntax" };
    format!("strconv.{function}: parsing {}: {reason}", quote(text))
}

impl fmt::Display for Userns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (mode, value) = match self {
            Self::Host => ("host", String::new()),
            Self::Nomap => ("nomap", String::new()),
            Self::Auto(_) => ("auto", self.value()),
            Self::KeepId(_) => ("keep-id", self.value()),
            Self::Path(_) => ("ns", self.value()),
        };
        f.write_str(mode)?;
        if value.is_empty() { Ok(()) } else { write!(f, ":{value}") }
    }
}

impl fmt::Display for AutoUserns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let size = self.size.iter().map(|size| format!("size={size}"));
        let uids = self.uid_mappings.iter().map(|mapping| format!("uidmapping={mapping}"));
        let gids = self.gid_mappings.iter().map(|mapping| format!("gidmapping={mapping}"));
        f.write_str(&size.chain(uids).chain(gids).collect::<Vec<_>>().join(","))
    }
}

impl fmt::Display for KeepId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let options = [("uid", self.uid), ("gid", self.gid), ("size", self.size)];
        let given = options.iter().filter_map(|(name, value)| value.map(|value| format!("{name}={value}")));
        f.write_str(&given.collect::<Vec<_>>().join(","))
    }
}

impl fmt::Display for IdMapping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.container_id, self.host_id, self.size)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{accepted, refused};
    use super::*;

    #[test]
    fn modes_are_read_and_printed() {
        accepted::<Userns>(&[
            ("host", "host"),
            ("auto", "auto"),
            ("auto:size=16384", "auto:size=16384"),
            (
                "auto:uidmapping=200000:100000:8192,gidmapping=200000:100000:8192",
                "auto:uidmapping=200000:100000:8192,gidmapping=200000:100000:8192",
            ),
            (
                "auto:gidmapping=0:1:2,size=5,uidmapping=0:1:2",
                "auto:size=5,uidmapping=0:1:2,gidmapping=0:1:2",
            ),
            ("keep-id", "keep-id"),
            ("keep-id:uid=1000,gid=1001", "keep-id:uid=1000,gid=1001"),
            ("nomap", "nomap"),
            ("ns:/run/user.ns", "ns:/run/user.ns"),
        ]);
        assert_eq!(Userns::Path("/p".to_owned()).value(), "/p");
        assert_eq!("auto:size=7".parse::<Userns>().map(|userns| userns.value()), Ok("size=7".to_owned()));
    }

    #[test]
    fn what_is_no_mode_is_refused() {
        const PREFIX: &str = "failed to parse userns configuration: ";
        for (text, message) in [
            ("private", "unknown userns mode \"private\""),
            ("container:x", "unknown userns mode \"container\""),
            ("", "unknown userns mode \"\""),
            ("auto:banana=1", "invalid userns auto option \"banana\""),
            ("auto:banana", "invalid userns configuration: \"banana\""),
            ("auto:", "invalid userns configuration: \"\""),
            ("host:x", "invalid userns configuration: \"x\""),
            ("ns:", "invalid userns configuration: \"\""),
            (
                "auto:size=big",
                "invalid userns size \"big\": strconv.ParseUint: parsing \"big\": invalid syntax",
            ),
            (
                "auto:size=4294967296",
                "invalid userns size \"4294967296\": strconv.ParseUint: parsing \"4294967296\": value out of range",
            ),
            (
                "auto:uidmapping=1:2",
                "invalid uidmapping configuration \"1:2\": invalid ID mapping configuration \"1:2\"",
            ),
            (
                "auto:uidmapping=1:x:3",
                "invalid gidmapping configuration \"1:x:3\": \"x\" is no number from 0 to 4294967295",
            ),
            (
                "auto:gidmapping=1:2:3:4",
                "invalid gidmapping configuration \"1:2:3:4\": invalid ID mapping configuration \"1:2:3:4\"",
            ),
            ("keep-id:user=1", "invalid userns keep-id option \"user\""),
            (
                "keep-id:uid=-1",
                "invalid userns uid \"-1\": strconv.ParseUint: parsing \"-1\": invalid syntax",
            ),
        ] {
            refused::<Userns>(&[(text, &format!("{PREFIX}{message}"))]);
        }
    }
}
