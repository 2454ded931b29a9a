//! What Podman tells about itself and its host (`GET /info`), as far as a translation depends on it.
//! Decoding is lenient: versions add and drop members, so whatever is missing is `None`, never an error.

use serde::Deserialize;

use super::lenient::{lenient, some_list};

/// The host as Podman sees it. A member is `None` where this Podman does not say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Info {
    /// Podman's version, such as `5.4.2`.
    pub version: Option<String>,
    /// Whether this Podman runs as an ordinary user.
    pub rootless: Option<bool>,
    /// `v1` or `v2`.
    pub cgroup_version: Option<String>,
    /// `systemd` or `cgroupfs`.
    pub cgroup_manager: Option<String>,
    /// The controllers that containers of this Podman can be limited by: `cpu`, `memory`, `pids`, …
    /// For a rootless Podman these are the delegated ones.
    pub cgroup_controllers: Option<Vec<String>>,
    /// Whether AppArmor profiles can be applied.
    pub apparmor: Option<bool>,
    /// Whether SELinux is on.
    pub selinux: Option<bool>,
    /// How many processors the host has.
    pub processors: Option<u32>,
    /// Whether seccomp filters can be applied.
    pub seccomp: Option<bool>,
    /// Capabilities that containers have by default, separated by commas.
    pub capabilities: Option<String>,
    /// Path of the OCI runtime.
    pub oci_runtime: Option<String>,
    /// The socket, as the service itself names it.
    pub remote_socket: Option<String>,
    /// Where events are kept: `journald`, `file` or `none`.
    pub event_logger: Option<String>,
    /// Where containers' output goes by default.
    pub log_driver: Option<String>,
    /// The host's kind of processor in Go's spelling: `amd64`, `arm64`, …
    pub architecture: Option<String>,
}

/// The answer's own shape, which no caller needs to know.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Wire {
    #[serde(deserialize_with = "lenient")]
    host: Option<Host>,
    #[serde(deserialize_with = "lenient")]
    version: Option<Version>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Host {
    #[serde(deserialize_with = "lenient")]
    arch: Option<String>,
    #[serde(deserialize_with = "lenient")]
    cgroup_version: Option<String>,
    #[serde(deserialize_with = "lenient")]
    cgroup_manager: Option<String>,
    #[serde(deserialize_with = "some_list")]
    cgroup_controllers: Option<Vec<String>>,
    #[serde(deserialize_with = "lenient")]
    cpus: Option<u32>,
    #[serde(deserialize_with = "lenient")]
    event_logger: Option<String>,
    #[serde(deserialize_with = "lenient")]
    log_driver: Option<String>,
    #[serde(deserialize_with = "lenient")]
    oci_runtime: Option<AtPath>,
    #[serde(deserialize_with = "lenient")]
    remote_socket: Option<AtPath>,
    #[serde(deserialize_with = "lenient")]
    security: Option<Security>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Security {
    #[serde(deserialize_with = "lenient")]
    rootless: Option<bool>,
    #[serde(deserialize_with = "lenient")]
    apparmor_enabled: Option<bool>,
    #[serde(rename = "selinuxEnabled", deserialize_with = "lenient")]
    selinux_enabled: Option<bool>,
    #[serde(deserialize_with = "lenient")]
    seccomp_enabled: Option<bool>,
    #[serde(deserialize_with = "lenient")]
    capabilities: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct AtPath {
    #[serde(deserialize_with = "lenient")]
    path: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Version {
    #[serde(rename = "Version", deserialize_with = "lenient")]
    version: Option<String>,
}

impl From<Wire> for Info {
    fn from(wire: Wire) -> Self {
        let host = wire.host.unwrap_or_default();
        let security = host.security.unwrap_or_default();
        Self {
            version: wire.version.unwrap_or_default().version,
            rootless: security.rootless,
            cgroup_version: host.cgroup_version,
            cgroup_manager: host.cgroup_manager,
            cgroup_controllers: host.cgroup_controllers,
            apparmor: security.apparmor_enabled,
            selinux: security.selinux_enabled,
            seccomp: security.seccomp_enabled,
            capabilities: security.capabilities,
            oci_runtime: host.oci_runtime.unwrap_or_default().path,
            remote_socket: host.remote_socket.unwrap_or_default().path,
            event_logger: host.event_logger,
            log_driver: host.log_driver,
            processors: host.cpus,
            architecture: host.arch,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Info, Wire};

    fn info(json: &str) -> Info {
        serde_json::from_str::<Wire>(json).map(Info::from).expect("decodes")
    }

    #[test]
    fn unknown_and_missing_members_do_not_matter() {
        assert_eq!(info("{}"), Info::default());
        assert_eq!(info(r#"{"host":null,"version":null,"pods":7}"#), Info::default());
        let odd = info(
            r#"{"host":{"cpus":"8","arch":["x"],"cgroupVersion":"v2","cgroupControllers":["cpu",7],
                "security":null,"ociRuntime":"runc"},"version":"5"}"#,
        );
        let expected = Info {
            cgroup_version: Some("v2".to_owned()),
            cgroup_controllers: Some(vec!["cpu".to_owned()]),
            ..Info::default()
        };
        assert_eq!(odd, expected, "a member of another shape spoils no other");
        let partial =
            info(r#"{"host":{"cgroupControllers":null,"cpus":8,"security":{"rootless":true,"new":[]}}}"#);
        assert_eq!(partial, Info { processors: Some(8), rootless: Some(true), ..Info::default() });
    }
}
