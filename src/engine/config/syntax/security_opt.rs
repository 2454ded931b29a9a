//! One entry of `security_opt`: a word with a value, `KEY=VALUE` or `KEY:VALUE`.
//! How entries add to or beat the options of their own (`selinux_opts`, `apparmor_profile`) is left to the rules.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use super::Syntax;
use super::go_quote::quote;

/// A security setting.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum SecurityOpt {
    /// `no-new-privileges`: whether processes are kept from gaining privileges; `=false` leaves it off.
    NoNewPrivileges(bool),
    /// `label=nested`: SELinux labels can be changed inside the container.
    LabelNested,
    /// `label=X`: an SELinux option such as `type:svirt_apache_t` or `disable`.
    Label(String),
    /// `apparmor=X`: the name of an AppArmor profile, or `unconfined`.
    Apparmor(String),
    /// `seccomp=PATH`: the profile's path on the host, or `unconfined`.
    Seccomp(String),
    /// `proc-opts=a,b`: mount options of `/proc`. Never empty.
    ProcOpts(Vec<String>),
    /// `mask=a:b`: paths that the container cannot see. Never empty.
    Mask(Vec<String>),
    /// `unmask=ALL` or `unmask=a:b`: paths that Podman would mask. Never empty.
    Unmask(Vec<String>),
    /// `systempaths=unconfined`: nothing is masked.
    SystempathsUnconfined,
}

/// Why a text is no security setting.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SecurityOptError {
    /// No such word, or a word without its value.
    #[error("failed to parse security_opt configuration: invalid security_opt: {}", quote(.0))]
    Unknown(String),
    /// `systempaths` knows one value.
    #[error(
        "failed to parse security_opt configuration: invalid systempaths option {}, only `unconfined` is supported",
        quote(.0)
    )]
    Systempaths(String),
}

/// The words, for a suggestion.
pub const KEYS: [&str; 8] =
    ["apparmor", "label", "mask", "no-new-privileges", "proc-opts", "seccomp", "systempaths", "unmask"];

impl Syntax for SecurityOpt {
    const NAME: &'static str = "security_opt";
    const ACCEPTED: &'static str = "no-new-privileges, label=…, apparmor=…, seccomp=PATH, proc-opts=…, \
                                    mask=PATH:PATH, unmask=ALL, unmask=PATH:PATH or systempaths=unconfined";
}

impl FromStr for SecurityOpt {
    type Err = SecurityOptError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let unknown = || SecurityOptError::Unknown(text.to_owned());
        if text == "no-new-privileges" {
            return Ok(Self::NoNewPrivileges(true));
        }
        let (key, value) = text.split_once('=').or_else(|| text.split_once(':')).ok_or_else(unknown)?;
        let parsed = match key {
            // Words that do not say "off" switch it on, as they always did: a job must not lose protection.
            "no-new-privileges" => return Ok(Self::NoNewPrivileges(!says_off(value))),
            "systempaths" if value == "unconfined" => Self::SystempathsUnconfined,
            "systempaths" => return Err(SecurityOptError::Systempaths(value.to_owned())),
            "label" if value == "nested" => Self::LabelNested,
            "label" => Self::Label(value.to_owned()),
            "apparmor" => Self::Apparmor(value.to_owned()),
            "seccomp" => Self::Seccomp(value.to_owned()),
            "proc-opts" => Self::ProcOpts(words(value, ',')),
            "mask" => Self::Mask(words(value, ':')),
            "unmask" => Self::Unmask(words(value, ':')),
            _ => return Err(unknown()),
        };
        if parsed.is_empty() { Err(unknown()) } else { Ok(parsed) }
    }
}

impl SecurityOpt {
    fn is_empty(&self) -> bool {
        match self {
            Self::Label(text) | Self::Apparmor(text) | Self::Seccomp(text) => text.is_empty(),
            Self::ProcOpts(list) | Self::Mask(list) | Self::Unmask(list) => list.is_empty(),
            Self::NoNewPrivileges(_) | Self::LabelNested | Self::SystempathsUnconfined => false,
        }
    }
}

fn says_off(value: &str) -> bool {
    matches!(value, "0" | "f" | "F" | "false" | "False" | "FALSE")
}

fn words(text: &str, separator: char) -> Vec<String> {
    text.split(separator).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

impl fmt::Display for SecurityOpt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoNewPrivileges(true) => f.write_str("no-new-privileges"),
            Self::NoNewPrivileges(false) => f.write_str("no-new-privileges=false"),
            Self::LabelNested => f.write_str("label=nested"),
            Self::Label(text) => write!(f, "label={text}"),
            Self::Apparmor(text) => write!(f, "apparmor={text}"),
            Self::Seccomp(text) => write!(f, "seccomp={text}"),
            Self::ProcOpts(list) => write!(f, "proc-opts={}", list.join(",")),
            Self::Mask(list) => write!(f, "mask={}", list.join(":")),
            Self::Unmask(list) => write!(f, "unmask={}", list.join(":")),
            Self::SystempathsUnconfined => f.write_str("systempaths=unconfined"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{accepted, refused};
    use super::*;

    #[test]
    fn settings_are_read_and_printed() {
        accepted::<SecurityOpt>(&[
            ("no-new-privileges", "no-new-privileges"),
            ("no-new-privileges=true", "no-new-privileges"),
            ("no-new-privileges:true", "no-new-privileges"),
            ("no-new-privileges=yes", "no-new-privileges"),
            ("no-new-privileges=false", "no-new-privileges=false"),
            ("no-new-privileges:false", "no-new-privileges=false"),
            ("label=nested", "label=nested"),
            ("label=type:svirt_apache_t", "label=type:svirt_apache_t"),
            ("label:disable", "label=disable"),
            ("apparmor=unconfined", "apparmor=unconfined"),
            ("seccomp:/etc/s.json", "seccomp=/etc/s.json"),
            ("proc-opts=hidepid=2,gid=5", "proc-opts=hidepid=2,gid=5"),
            ("mask=/proc/kcore:/sys/firmware", "mask=/proc/kcore:/sys/firmware"),
            ("unmask=ALL", "unmask=ALL"),
            ("systempaths=unconfined", "systempaths=unconfined"),
        ]);
        assert_eq!(
            "mask=/proc/kcore::/sys".parse(),
            Ok(SecurityOpt::Mask(vec!["/proc/kcore".to_owned(), "/sys".to_owned()]))
        );
    }

    #[test]
    fn what_is_no_setting_is_refused() {
        const PREFIX: &str = "failed to parse security_opt configuration: invalid";
        for (text, message) in [
            ("banana=1", "security_opt: \"banana=1\""),
            ("label", "security_opt: \"label\""),
            ("", "security_opt: \"\""),
            ("label=", "security_opt: \"label=\""),
            ("seccomp:", "security_opt: \"seccomp:\""),
            ("mask=:", "security_opt: \"mask=:\""),
            ("label:user=x", "security_opt: \"label:user=x\""),
            ("systempaths=x", "systempaths option \"x\", only `unconfined` is supported"),
        ] {
            refused::<SecurityOpt>(&[(text, &format!("{PREFIX} {message}"))]);
        }
    }
}
