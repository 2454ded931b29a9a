//! Whether what somebody wrote for an image may be one of its names, as Podman's storage has them. Short names may be: only
//! Podman knows which registries it searches for them.

use podman_driver_engine::config::syntax::ImageReference;

use crate::driver::image::name::split;

/// Whether `written` may mean the image of this name. Without tag and digest, it may be any of the repository's.
pub(super) fn may_mean(written: &str, name: &str) -> bool {
    let ((path, wanted), (repository, version)) = (split(written), split(name));
    let version_fits = wanted.is_empty() || wanted == version;
    version_fits
        && match written.parse::<ImageReference>() {
            Ok(ImageReference::Qualified(full)) => {
                format!("{}/{}", full.registry(), full.repository()) == repository
            }
            Ok(ImageReference::ShortName(_)) => last_part(path) == last_part(repository),
            Ok(ImageReference::Archive(_)) | Err(_) => false,
        }
}

fn last_part(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_names_mean_themselves_and_short_names_may_mean_many() {
        let digest = "sha256:11d766cc0049d573f498234242937ef0288f4c1449182f9f3ce86e818b61e2ad";
        let by_digest = format!("quay.io/team/app@{digest}");
        for (written, name) in [
            ("quay.io/team/app:1", "quay.io/team/app:1"),
            ("docker://quay.io/team/app:1", "quay.io/team/app:1"),
            ("quay.io/team/app", "quay.io/team/app:1"),
            ("app", "quay.io/team/app:1"),
            ("app:1", "localhost:5000/app:1"),
            ("other/app:1", "quay.io/team/app:1"),
            ("docker.io/redis:7", "docker.io/library/redis:7"),
            (&by_digest, &by_digest),
            (&format!("quay.io/team/app:1@{digest}"), &by_digest),
        ] {
            assert!(may_mean(written, name), "{written} {name}");
        }
        for (written, name) in [
            ("quay.io/team/app:2", "quay.io/team/app:1"),
            ("quay.io/other/app:1", "quay.io/team/app:1"),
            ("app:2", "quay.io/team/app:1"),
            ("web", "quay.io/team/app:1"),
            ("docker-archive:/app", "quay.io/team/app:1"),
            ("", "quay.io/team/app:1"),
            (&by_digest, "quay.io/team/app:1"),
        ] {
            assert!(!may_mean(written, name), "{written} {name}");
        }
    }
}
