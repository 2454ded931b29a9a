//! One entry of `devices`: `HOST[:CONTAINER][:PERMISSIONS]`, or the name of a CDI device.
//! Looking the device up is left to Podman, which takes the whole text.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use super::Syntax;
use super::go_quote::quote;

/// A device for a container.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Device {
    /// A device file, or a folder of them.
    File {
        /// Path on the host.
        host: String,
        /// Path in the container; the same where it is left out.
        container: Option<String>,
        /// Of `r`, `w` and `m` (read, write, make nodes); all of them where it is left out.
        permissions: Option<String>,
    },
    /// A CDI device such as `nvidia.com/gpu=all` (Podman 4.1 and later).
    Cdi(String),
}

/// Why a text is no device.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DeviceError {
    /// Neither a path nor a CDI name.
    #[error("invalid device {}: it is neither an absolute path nor a CDI name such as \"nvidia.com/gpu=all\"", quote(.0))]
    NotAbsolute(String),
    /// The second field is neither a path nor permissions.
    #[error(
        "invalid device {}: {} is neither an absolute path in the container nor permissions of r, w and m",
        quote(.text), quote(.field)
    )]
    Container {
        /// The whole text.
        text: String,
        /// The field.
        field: String,
    },
    /// The third field is not made of `r`, `w` and `m`.
    #[error("invalid device {}: {} are no permissions of r, w and m", quote(.text), quote(.field))]
    Permissions {
        /// The whole text.
        text: String,
        /// The field.
        field: String,
    },
}

impl Syntax for Device {
    const NAME: &'static str = "device";
    const ACCEPTED: &'static str = "\"HOST\", \"HOST:CONTAINER\", \"HOST:CONTAINER:PERMISSIONS\" such as \
                                    \"/dev/sda1:/dev/xvda1:r\", or a CDI name such as \"nvidia.com/gpu=all\"";
}

impl FromStr for Device {
    type Err = DeviceError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if is_cdi(text) {
            return Ok(Self::Cdi(text.to_owned()));
        }
        let mut fields = text.splitn(3, ':');
        let host = fields.next().unwrap_or_default();
        if !host.starts_with('/') {
            return Err(DeviceError::NotAbsolute(text.to_owned()));
        }
        let (container, permissions) = match (fields.next(), fields.next()) {
            (Some(permissions), None) if are_permissions(permissions) => (None, Some(permissions)),
            (Some(field), _) if !field.starts_with('/') => {
                return Err(DeviceError::Container { text: text.to_owned(), field: field.to_owned() });
            }
            (_, Some(field)) if !are_permissions(field) => {
                return Err(DeviceError::Permissions { text: text.to_owned(), field: field.to_owned() });
            }
            both => both,
        };
        Ok(Self::File {
            host: host.to_owned(),
            container: container.map(str::to_owned),
            permissions: permissions.map(str::to_owned),
        })
    }
}

/// One to three different letters of `rwm`.
fn are_permissions(text: &str) -> bool {
    let count = |letter| text.matches(letter).count();
    !text.is_empty() && text.chars().all(|c| matches!(c, 'r' | 'w' | 'm') && count(c) == 1)
}

/// `VENDOR/CLASS=NAME`, as the Container Device Interface says.
fn is_cdi(text: &str) -> bool {
    let Some((kind, name)) = text.split_once('=') else { return false };
    let Some((vendor, class)) = kind.split_once('/') else { return false };
    let word = |word: &str, letter_first: bool, between: &[char]| {
        let first = |c: char| if letter_first { c.is_ascii_alphabetic() } else { c.is_ascii_alphanumeric() };
        word.starts_with(first)
            && word.ends_with(|c: char| c.is_ascii_alphanumeric())
            && word.chars().all(|c| c.is_ascii_alphanumeric() || between.contains(&c))
    };
    word(vendor, true, &['_', '-', '.'])
        && word(class, true, &['_', '-', '.'])
        && word(name, false, &['_', '-', '.', ':'])
}

impl fmt::Display for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cdi(name) => f.write_str(name),
            Self::File { host, container, permissions } => {
                f.write_str(host)?;
                for field in [container, permissions].into_iter().flatten() {
                    write!(f, ":{field}")?;
                }
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{accepted, refused};
    use super::*;

    #[test]
    fn devices_are_read_and_printed() {
        for text in [
            "/dev/fuse",
            "/dev/sda1:/dev/xvda1",
            "/dev/sda1:/dev/xvda1:r",
            "/dev/null:rwm",
            "nvidia.com/gpu=all",
            "nvidia.com/gpu=0",
            "nvidia.com/gpu=mig1:0",
        ] {
            accepted::<Device>(&[(text, text)]);
        }
        let cdi = "vendor.com/class=name".parse();
        assert_eq!(cdi, Ok(Device::Cdi("vendor.com/class=name".to_owned())));
    }

    #[test]
    fn what_is_no_device_is_refused() {
        const NEITHER: &str = "it is neither an absolute path nor a CDI name such as \"nvidia.com/gpu=all\"";
        const CONTAINER: &str = "is neither an absolute path in the container nor permissions of r, w and m";
        for (text, message) in [
            ("", NEITHER.to_owned()),
            ("dev/fuse", NEITHER.to_owned()),
            ("nvidia.com/gpu=", NEITHER.to_owned()),
            ("/dev/a:b", format!("\"b\" {CONTAINER}")),
            ("/dev/a:", format!("\"\" {CONTAINER}")),
            ("/dev/a:rr", format!("\"rr\" {CONTAINER}")),
            ("/dev/a:rw:r", format!("\"rw\" {CONTAINER}")),
            ("/dev/a:/dev/b:x", "\"x\" are no permissions of r, w and m".to_owned()),
            ("/dev/a:/dev/b:r:w", "\"r:w\" are no permissions of r, w and m".to_owned()),
        ] {
            refused::<Device>(&[(text, &format!("invalid device \"{text}\": {message}"))]);
        }
    }
}
