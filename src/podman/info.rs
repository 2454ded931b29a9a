//! What Podman tells about itself and its host (`GET /info`), as far as a translation depends on it.
//! Decoding is lenient: versions add and drop members, so whatever is missing is `None`, never an error.

use serde::Deserialize;

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
    host: Option<Host>,
    version: Option<Version>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Host {
    arch: Option<String>,
    cgroup_version: Option<String>,
    cgroup_manager: Option<String>,
    cgroup_controllers: Option<Vec<String>>,
    cpus: Option<u32>,
    event_logger: Option<String>,
    log_driver: Option<String>,
    oci_runtime: Option<AtPath>,
    remote_socket: Option<AtPath>,
    security: Option<Security>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Security {
    rootless: Option<bool>,
    apparmor_enabled: Option<bool>,
    #[serde(rename = "selinuxEnabled")]
    selinux_enabled: Option<bool>,
    seccomp_enabled: Option<bool>,
    capabilities: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct AtPath {
    path: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Version {
    #[serde(rename = "Version")]
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
        let partial =
            info(r#"{"host":{"cgroupControllers":null,"cpus":8,"security":{"rootless":true,"new":[]}}}"#);
        assert_eq!(partial, Info { processors: Some(8), rootless: Some(true), ..Info::default() });
    }
}
