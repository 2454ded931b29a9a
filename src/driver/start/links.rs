//! Where volumes lead when they may not leave the allocation: the engine compares names, and a link that the task made
//! in an earlier run can lead anywhere. Links are followed here, on the host.
//!
//! A link that is made between this look and the mount is not seen; Podman's API takes paths only.

use std::path::{Path, PathBuf};

use podman_driver_engine::facts::NomadTask;
use podman_driver_engine::generated::spec::ContainerSpec;

use crate::driver::errors::Failure;
use crate::driver::settings::Settings;

/// Refuses sources of the allocation that are links out of it, where volumes are not enabled.
pub(super) fn check(settings: &Settings, nomad: &NomadTask, spec: &ContainerSpec) -> Result<(), Failure> {
    if settings.plugin.volumes.enabled || nomad.alloc_dir.is_empty() {
        return Ok(());
    }
    let below = Path::new(&nomad.alloc_dir);
    // A folder that is not there has nothing in it that could be a link.
    let Ok(home) = below.canonicalize() else { return Ok(()) };
    let sources = spec.mounts.iter().flatten().filter_map(|mount| mount.source().as_ref());
    for source in sources.filter(|source| source.starts_with(below)) {
        let Some(real) = resolved(source) else { continue };
        if !real.starts_with(&home) {
            return Err(Failure::new(format!(
                "volumes are not enabled; cannot mount host paths: {}. Below the allocation's folder it is a link that \
                 leads to {}",
                source.display(),
                real.display()
            )));
        }
    }
    Ok(())
}

/// Where a path leads; of one that is not there, where its nearest folder leads.
fn resolved(path: &Path) -> Option<PathBuf> {
    path.ancestors().find_map(|path| path.canonicalize().ok())
}
