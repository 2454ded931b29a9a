//! What a Podman says of its host, in the engine's words. What it does not say keeps the engine's documented default.

use podman_driver_engine::facts::{CgroupVersion, HostFacts};

use crate::podman::Info;

/// The facts; networks and images are not among what a Podman says of its host.
pub fn of(info: &Info) -> HostFacts {
    let known = HostFacts::default();
    let text = |said: &Option<String>, otherwise: String| said.clone().unwrap_or(otherwise);
    HostFacts {
        podman_version: info
            .version
            .as_ref()
            .and_then(|version| version.parse().ok())
            .unwrap_or(known.podman_version),
        rootless: info.rootless.unwrap_or(known.rootless),
        cgroup_version: match info.cgroup_version.as_deref() {
            Some("v1") => CgroupVersion::V1,
            _ => CgroupVersion::V2,
        },
        cgroup_manager: text(&info.cgroup_manager, known.cgroup_manager),
        cgroup_controllers: info.cgroup_controllers.clone().unwrap_or(known.cgroup_controllers),
        apparmor: info.apparmor.unwrap_or(known.apparmor),
        selinux: info.selinux.unwrap_or(known.selinux),
        processors: info.processors.map_or(known.processors, u64::from),
        networks: known.networks,
        images: known.images,
    }
}
