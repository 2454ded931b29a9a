//! The small languages inside text options (`"512m"`, `"/srv:/data:ro"`, `"task:db"`), one file each.
//! A type here is made by parsing only, so that whoever holds one need not check again; its printed form parses
//! to the same value. Which option uses which syntax is data, and what a value does is left to the rules.

use std::fmt::Display;
use std::str::FromStr;

pub mod capability;
pub mod checksum;
pub mod device;
pub mod duration;
pub mod extra_host;
pub mod glob;
pub mod go_quote;
mod image_name;
pub mod image_reference;
pub mod ip;
pub mod ipc_mode;
pub mod mac;
mod mount_options;
pub mod nearest;
pub mod network_mode;
pub mod podman_version;
pub mod secret_name;
pub mod security_opt;
pub mod size;
pub mod socket_url;
pub mod tmpfs;
pub mod ulimit;
pub mod userns;
pub mod volume;

#[cfg(test)]
mod testing;

pub use capability::Capability;
pub use checksum::Checksum;
pub use device::Device;
pub use duration::GoDuration;
pub use extra_host::ExtraHost;
pub use glob::Glob;
pub use image_reference::ImageReference;
pub use ip::IpAddress;
pub use ipc_mode::IpcMode;
pub use mac::MacAddress;
pub use network_mode::NetworkMode;
pub use podman_version::PodmanVersion;
pub use security_opt::SecurityOpt;
pub use size::{MemoryBytes, MemorySwap};
pub use socket_url::SocketUrl;
pub use tmpfs::Tmpfs;
pub use ulimit::Ulimit;
pub use userns::Userns;
pub use volume::Volume;

/// A small syntax: parsed with `FromStr`, printed with `Display`, and `parse(print(x)) == x`.
/// The error's text begins with the Go driver's text where that driver has one.
pub trait Syntax: FromStr<Err: std::error::Error> + Display {
    /// The name by which `schema/*.hcl` refers to it (`syntax = size`).
    const NAME: &'static str;
    /// What is accepted, as a clause for diagnostics: `a size such as "512m": …`.
    const ACCEPTED: &'static str;
}

/// Every name that `syntax = …` may say in the data. `size` has two types: see [`mod@size`].
pub const NAMES: &[&str] = &[
    Capability::NAME,
    Checksum::NAME,
    Device::NAME,
    ExtraHost::NAME,
    Glob::NAME,
    GoDuration::NAME,
    ImageReference::NAME,
    IpAddress::NAME,
    IpcMode::NAME,
    MacAddress::NAME,
    MemoryBytes::NAME,
    NetworkMode::NAME,
    PodmanVersion::NAME,
    SecurityOpt::NAME,
    SocketUrl::NAME,
    Tmpfs::NAME,
    Ulimit::NAME,
    Userns::NAME,
    Volume::NAME,
];

#[cfg(test)]
mod tests {
    use super::*;

    /// Parses, and where that succeeds prints and parses again.
    fn round_trip<T: Syntax + PartialEq + std::fmt::Debug>(text: &str) {
        let Ok(value) = text.parse::<T>() else { return };
        let printed = value.to_string();
        match printed.parse::<T>() {
            Ok(again) => assert_eq!(again, value, "{} {text:?} printed as {printed:?}", T::NAME),
            Err(error) => panic!("{} {text:?} printed as {printed:?}: {error}", T::NAME),
        }
    }

    fn round_trip_all(text: &str) {
        round_trip::<Capability>(text);
        round_trip::<Device>(text);
        round_trip::<ExtraHost>(text);
        round_trip::<Glob>(text);
        round_trip::<GoDuration>(text);
        round_trip::<ImageReference>(text);
        round_trip::<IpAddress>(text);
        round_trip::<IpcMode>(text);
        round_trip::<MacAddress>(text);
        round_trip::<MemoryBytes>(text);
        round_trip::<MemorySwap>(text);
        round_trip::<NetworkMode>(text);
        round_trip::<PodmanVersion>(text);
        round_trip::<SecurityOpt>(text);
        round_trip::<SocketUrl>(text);
        round_trip::<Tmpfs>(text);
        round_trip::<Ulimit>(text);
        round_trip::<Userns>(text);
        round_trip::<Volume>(text);
        let _ = secret_name::is_secret_name(text);
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_a_parser_panic_or_print_something_else(text in "\\PC{0,40}") {
            round_trip_all(&text);
        }

        #[test]
        fn nor_does_text_made_of_the_syntaxes_own_words(
            text in "(unix:|ns:|task:|docker://|oci-archive:|auto:|label=|mask=|nofile=|[0-9]{1,20}|[a-zA-Z]|[:=/@.,*+-]|é| ){0,8}"
        ) {
            round_trip_all(&text);
        }
    }

    /// A name in the data without a parser here would be documentation that nobody keeps.
    #[test]
    fn the_data_uses_names_that_exist() {
        let files =
            [include_str!("../../../../schema/task.hcl"), include_str!("../../../../schema/plugin.hcl")];
        let used = files.iter().flat_map(|file| file.lines()).filter_map(|line| {
            let (word, name) = line.split('#').next()?.split_once('=')?;
            (word.trim() == "syntax").then(|| name.trim())
        });
        let unknown: Vec<_> = used.filter(|name| !NAMES.contains(name)).collect();
        assert_eq!(
            unknown, [""; 0],
            "`syntax` in schema/ names what src/engine/config/syntax/ does not have"
        );
    }

    #[test]
    fn names_are_unique() {
        let mut names = NAMES.to_vec();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), NAMES.len());
    }
}
