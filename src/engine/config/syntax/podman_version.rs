//! Versions of Podman as its API says them, build suffix included: `5.4.2`, `5.0.0-dev`, `4.9.4-rhel`.
//! What a version can do is data about options and members of the spec.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::Syntax;
use super::go_quote::quote;

/// A version of Podman. Comparing takes major, minor and patch and leaves the suffix aside: a distribution's
/// `5.0.0-rhel` or a developer's `5.0.0-dev` can do what 5.0.0 can.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PodmanVersion {
    release: [u32; 3],
    suffix: String,
}

/// Not a version.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("invalid Podman version {}", quote(.0))]
pub struct PodmanVersionError(pub String);

impl PodmanVersion {
    /// A version without suffix.
    pub const fn new(major: u32, minor: u32, patch: u32) -> Self {
        Self { release: [major, minor, patch], suffix: String::new() }
    }

    /// The first number.
    pub const fn major(&self) -> u32 {
        let [major, _, _] = self.release;
        major
    }

    /// The second number.
    pub const fn minor(&self) -> u32 {
        let [_, minor, _] = self.release;
        minor
    }

    /// The third number.
    pub const fn patch(&self) -> u32 {
        let [_, _, patch] = self.release;
        patch
    }

    /// What follows the numbers, with its sign: `-dev`; empty for a plain release.
    pub fn suffix(&self) -> &str {
        &self.suffix
    }
}

impl Syntax for PodmanVersion {
    const NAME: &'static str = "podman_version";
    const ACCEPTED: &'static str =
        "a version such as \"5.4.2\" or \"4.9\", also with a suffix: \"5.0.0-dev\"";
}

impl FromStr for PodmanVersion {
    type Err = PodmanVersionError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let invalid = || PodmanVersionError(text.to_owned());
        let numbers = text.split(['-', '+', '~']).next().unwrap_or_default();
        let suffix = text.strip_prefix(numbers).unwrap_or_default();
        let number = |field: &str| match field.bytes().all(|b| b.is_ascii_digit()) {
            true => field.parse::<u32>().map_err(|_| invalid()),
            false => Err(invalid()),
        };
        let mut fields = numbers.strip_prefix('v').unwrap_or(numbers).split('.');
        let major = number(fields.next().unwrap_or_default())?;
        let minor = number(fields.next().unwrap_or_default())?;
        let patch = fields.next().map_or(Ok(0), number)?;
        if fields.next().is_some() || !suffix.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(invalid());
        }
        Ok(Self { release: [major, minor, patch], suffix: suffix.to_owned() })
    }
}

impl fmt::Display for PodmanVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}{}", self.major(), self.minor(), self.patch(), self.suffix)
    }
}

impl TryFrom<String> for PodmanVersion {
    type Error = PodmanVersionError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<PodmanVersion> for String {
    fn from(version: PodmanVersion) -> Self {
        version.to_string()
    }
}

impl PartialEq for PodmanVersion {
    fn eq(&self, other: &Self) -> bool {
        self.release == other.release
    }
}

impl Eq for PodmanVersion {}

impl Hash for PodmanVersion {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.release.hash(state);
    }
}

impl PartialOrd for PodmanVersion {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for PodmanVersion {
    fn cmp(&self, other: &Self) -> Ordering {
        self.release.cmp(&other.release)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{accepted, refused};
    use super::*;

    #[test]
    fn versions_are_read_and_printed() {
        accepted::<PodmanVersion>(&[
            ("5.4.2", "5.4.2"),
            ("v5.4.2", "5.4.2"),
            ("4.3", "4.3.0"),
            ("5.0.0-dev", "5.0.0-dev"),
            ("4.9.4-rhel", "4.9.4-rhel"),
            ("5.0.0-rc1", "5.0.0-rc1"),
            ("5.4.2+ds1", "5.4.2+ds1"),
        ]);
    }

    #[test]
    fn what_is_no_version_is_refused() {
        for text in
            ["", "5", "5.", "five", "5.0.x", "1.2.3.4", "5.0.0 beta", "-dev", "5.+1", "99999999999.0.0"]
        {
            refused::<PodmanVersion>(&[(text, &format!("invalid Podman version \"{text}\""))]);
        }
    }

    #[test]
    fn a_suffix_changes_no_comparison() {
        let version = |text: &str| text.parse::<PodmanVersion>().unwrap();
        assert!(version("5.0.0-dev") >= PodmanVersion::new(5, 0, 0));
        assert!(version("4.9.4-rhel") >= PodmanVersion::new(4, 0, 0));
        assert!(version("4.9.4-rhel") < PodmanVersion::new(5, 0, 0));
        assert!(version("5.10.0") > version("5.9.9"));
        assert_eq!(version("5.0.0-rc1"), version("5.0.0"));
    }

    #[test]
    fn json_holds_the_text() {
        let version: PodmanVersion = serde_json::from_str("\"5.0.0-dev\"").unwrap();
        assert_eq!(serde_json::to_string(&version).unwrap(), "\"5.0.0-dev\"");
        assert!(serde_json::from_str::<PodmanVersion>("\"five\"").is_err());
    }
}
