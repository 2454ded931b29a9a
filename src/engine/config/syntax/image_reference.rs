//! `image`: a name in a registry, or an image in a file, in a folder, or behind a URL.
//! Pulling, loading and the search for short names are left to Podman and to whoever asks it.

use std::fmt;
use std::str::FromStr;

use oci_spec::distribution::Reference;
use thiserror::Error;

use super::Syntax;
pub use super::image_name::BadReference;
use super::image_name::{self, LONGEST};

/// Where an image comes from.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ImageReference {
    /// A name without registry (`nginx`, `redis:7`, `library/redis`), exactly as written: Podman's own
    /// configuration says which registries are searched.
    ShortName(String),
    /// A full name, as Docker completes it: `docker.io` with `library/`, and `latest` where neither tag nor digest
    /// is given.
    Qualified(Reference),
    /// An archive that is loaded, not pulled.
    Archive(Archive),
}

/// An image that is loaded: in a tar file or a folder.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Archive {
    /// Its format.
    pub format: ArchiveFormat,
    /// Where it lies.
    pub location: ArchiveLocation,
}

/// The transport's name, as other tools have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ArchiveFormat {
    /// `oci-archive:`
    Oci,
    /// `docker-archive:`
    Docker,
    /// `oci:`, a folder in the layout of OCI.
    OciLayout,
    /// `dir:`, a folder that `skopeo copy` made: one image, as it is in a registry.
    Dir,
}

/// Where an archive lies.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ArchiveLocation {
    /// A file or folder of the host.
    File {
        /// Its path as written, absolute or relative. Never empty; only that of `dir:` may have a colon.
        path: String,
        /// The image that is meant, where there are several: by its name, or by its place as `@0`.
        member: Option<String>,
    },
    /// An `http://` or `https://` URL of a file.
    Url(String),
}

/// Why a text names no image. The Go driver's texts come first.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ImageReferenceError {
    /// There is nothing.
    #[error("image name required")]
    Empty,
    /// Something with a colon that is no reference. The Go driver takes what stands before it for a transport.
    #[error(
        "failed to create image: {image}: invalid image reference {image}: unsupported transport {transport}. {}",
        explain_transport(.transport, .reason)
    )]
    Transport {
        /// The whole text.
        image: String,
        /// What stands before the first colon.
        transport: String,
        /// Why it is no reference.
        reason: BadReference,
    },
    /// No reference, and no colon in it.
    #[error("failed to create image: {image}: invalid image reference {image}: {reason}")]
    Malformed {
        /// The whole text, shortened where it is very long.
        image: String,
        /// Why it is no reference.
        reason: BadReference,
    },
    /// `docker:` with a path but without slashes.
    #[error(
        "failed to create image: {image}: invalid image reference {image}: docker: image reference {rest} does not \
         start with //"
    )]
    NoSlashes {
        /// The whole text.
        image: String,
        /// What follows the colon.
        rest: String,
    },
    /// An archive without a path, or a URL without a host.
    #[error("failed to create image: {image}: invalid image reference {image}: it names no file")]
    NoFile {
        /// The whole text.
        image: String,
    },
}

/// Transports of other tools, which no job can use.
const OTHER_TRANSPORTS: [&str; 7] =
    ["atomic", "containers-storage", "docker-daemon", "http", "https", "ostree", "sif"];

impl ImageReference {
    /// The name that Podman is asked for, both when looking and when pulling; `None` for an archive, whose name
    /// is known only when it is loaded. Beside a digest the tag says nothing, and Podman's library refuses a
    /// full name with both, so the tag is left out.
    pub fn name(&self) -> Option<String> {
        match self {
            Self::ShortName(name) => Some(name.clone()),
            Self::Qualified(reference) => Some(match reference.digest() {
                Some(digest) => format!("{}/{}@{digest}", reference.registry(), reference.repository()),
                None => reference.whole(),
            }),
            Self::Archive(_) => None,
        }
    }
}

impl ImageReferenceError {
    /// Whether it is a transport that other tools have, rather than a misspelt name.
    pub fn names_transport(&self) -> bool {
        matches!(self, Self::Transport { transport, .. } if OTHER_TRANSPORTS.contains(&transport.as_str()))
    }
}

impl Syntax for ImageReference {
    const NAME: &'static str = "image_reference";
    const ACCEPTED: &'static str = "a name such as \"redis:7\" or \"quay.io/team/app:1.2\", \"docker://NAME\", \
                                    \"docker-archive:\" or \"oci-archive:\" with a path or an http(s) URL, or \
                                    \"oci:\" or \"dir:\" with the path of a folder";
}

impl FromStr for ImageReference {
    type Err = ImageReferenceError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.is_empty() {
            return Err(ImageReferenceError::Empty);
        }
        for format in ArchiveFormat::ALL {
            if let Some(rest) = text.strip_prefix(format.prefix()) {
                return archive(text, format, rest).map(Self::Archive);
            }
        }
        if let Some(name) = text.strip_prefix("docker://") {
            return image_name::parse(name).map(Self::Qualified).map_err(|reason| malformed(text, reason));
        }
        match (image_name::parse(text), text.split_once(':')) {
            (Ok(reference), _) if image_name::has_registry(text) => Ok(Self::Qualified(reference)),
            (Ok(_), _) => Ok(Self::ShortName(text.to_owned())),
            (Err(BadReference::TooLong), _) => Err(malformed(text, BadReference::TooLong)),
            (Err(_), Some(("docker", rest))) => {
                Err(ImageReferenceError::NoSlashes { image: text.to_owned(), rest: rest.to_owned() })
            }
            (Err(reason), Some((transport, _))) => Err(ImageReferenceError::Transport {
                image: text.to_owned(),
                transport: transport.to_owned(),
                reason,
            }),
            (Err(reason), None) => Err(malformed(text, reason)),
        }
    }
}

fn archive(text: &str, format: ArchiveFormat, rest: &str) -> Result<Archive, ImageReferenceError> {
    let no_file = || ImageReferenceError::NoFile { image: text.to_owned() };
    let host = rest.strip_prefix("http://").or_else(|| rest.strip_prefix("https://"));
    let location = match host.filter(|_| format.is_file()) {
        Some(host) if host.is_empty() || host.starts_with('/') => return Err(no_file()),
        Some(_) => ArchiveLocation::Url(rest.to_owned()),
        // A folder behind an address is none.
        None if host.is_some() => return Err(no_file()),
        None => {
            let split = if format == ArchiveFormat::Dir { None } else { rest.split_once(':') };
            let (path, member) = split.unwrap_or((rest, ""));
            if path.is_empty() {
                return Err(no_file());
            }
            let member = (!member.is_empty()).then(|| member.to_owned());
            ArchiveLocation::File { path: path.to_owned(), member }
        }
    };
    Ok(Archive { format, location })
}

fn malformed(text: &str, reason: BadReference) -> ImageReferenceError {
    let image = match text.char_indices().nth(LONGEST / 4) {
        Some((end, _)) if text.len() > LONGEST => format!("{}…", text.get(..end).unwrap_or_default()),
        _ => text.to_owned(),
    };
    ImageReferenceError::Malformed { image, reason }
}

fn explain_transport(transport: &str, reason: &BadReference) -> String {
    if OTHER_TRANSPORTS.contains(&transport) {
        "An image comes from a registry, as a file with docker-archive: or oci-archive: before its path or URL, or as \
         a folder with oci: or dir: before its path"
            .to_owned()
    } else {
        format!("It is no transport and no image name either: {reason}")
    }
}

impl ArchiveFormat {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Oci, Self::Docker, Self::OciLayout, Self::Dir];

    /// The transport's name with its colon.
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Oci => "oci-archive:",
            Self::Docker => "docker-archive:",
            Self::OciLayout => "oci:",
            Self::Dir => "dir:",
        }
    }

    /// Whether it is one file; otherwise it is a folder.
    pub const fn is_file(self) -> bool {
        matches!(self, Self::Oci | Self::Docker)
    }
}

impl fmt::Display for ImageReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ShortName(name) => f.write_str(name),
            Self::Qualified(reference) => reference.fmt(f),
            Self::Archive(archive) => archive.fmt(f),
        }
    }
}

impl fmt::Display for Archive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.format.prefix())?;
        match &self.location {
            ArchiveLocation::Url(url) => f.write_str(url),
            ArchiveLocation::File { path, member: None } => f.write_str(path),
            ArchiveLocation::File { path, member: Some(member) } => write!(f, "{path}:{member}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{accepted, refused};
    use super::*;

    const DIGEST: &str = "sha256:5b0bcabd1ed22e9fb1310cf6c2dec7cdef19f0ad69efa1f392e94a4333501270";

    #[test]
    fn short_names_stay_as_written() {
        for text in [
            "nginx",
            "redis:7",
            "library/redis",
            "team/app:1.2",
            "docker:dind",
            "containers-storage:foo",
            "a.b:5000",
        ] {
            accepted::<ImageReference>(&[(text, text)]);
            assert_eq!(text.parse(), Ok(ImageReference::ShortName(text.to_owned())));
        }
        let both = format!("redis:7@{DIGEST}");
        assert_eq!(both.parse::<ImageReference>().map(|image| image.name()), Ok(Some(both)));
    }

    #[test]
    fn full_names_are_completed() {
        accepted::<ImageReference>(&[
            ("docker://busybox:latest", "docker.io/library/busybox:latest"),
            ("docker://docker.io/library/redis:7", "docker.io/library/redis:7"),
            ("docker://team/app", "docker.io/team/app:latest"),
            ("docker.io/library/alpine", "docker.io/library/alpine:latest"),
            ("docker.io/alpine", "docker.io/library/alpine:latest"),
            ("index.docker.io/alpine", "docker.io/library/alpine:latest"),
            ("quay.io/prometheus/busybox:latest", "quay.io/prometheus/busybox:latest"),
            ("localhost/app", "localhost/app:latest"),
            ("host:5000/app:1", "host:5000/app:1"),
        ]);
    }

    #[test]
    fn a_digest_makes_the_tag_needless() {
        for (text, printed, name) in [
            (
                format!("quay.io/a/b@{DIGEST}"),
                format!("quay.io/a/b@{DIGEST}"),
                format!("quay.io/a/b@{DIGEST}"),
            ),
            (
                format!("quay.io/a/b:1@{DIGEST}"),
                format!("quay.io/a/b:1@{DIGEST}"),
                format!("quay.io/a/b@{DIGEST}"),
            ),
        ] {
            accepted::<ImageReference>(&[(&text, &printed)]);
            assert_eq!(text.parse::<ImageReference>().map(|image| image.name()), Ok(Some(name)));
        }
    }

    #[test]
    fn archives_have_a_path_or_a_url() {
        for text in [
            "oci-archive:/srv/app.tar",
            "oci-archive:image.tar",
            "docker-archive:local/app.tar:app:1",
            "docker-archive:https://example.com:8443/app.tar",
            "oci-archive:http://example.com/app.tar",
            "oci:/srv/layout",
            "oci:layout:v1",
            "dir:local/image",
            "dir:/srv/odd:name",
        ] {
            accepted::<ImageReference>(&[(text, text)]);
            assert_eq!(text.parse::<ImageReference>().map(|image| image.name()), Ok(None));
        }
        let file = |format, path: &str, member: Option<&str>| {
            let location = ArchiveLocation::File { path: path.to_owned(), member: member.map(str::to_owned) };
            Ok(ImageReference::Archive(Archive { format, location }))
        };
        let docker = ArchiveFormat::Docker;
        assert_eq!("docker-archive:a.tar:app:1".parse(), file(docker, "a.tar", Some("app:1")));
        assert_eq!("docker-archive:a.tar:@1".parse(), file(docker, "a.tar", Some("@1")));
        assert_eq!("docker-archive:a.tar:".parse(), file(docker, "a.tar", None));
        assert_eq!("oci:layout:v1".parse(), file(ArchiveFormat::OciLayout, "layout", Some("v1")));
        assert_eq!("dir:/srv/odd:name".parse(), file(ArchiveFormat::Dir, "/srv/odd:name", None));
    }

    #[test]
    fn what_names_no_image_is_refused() {
        const NO_NAME: &str = "It is no transport and no image name either: ";
        const FILES: &str = "An image comes from a registry, as a file with docker-archive: or oci-archive: before its path or URL, or as a folder with oci: or dir: before its path";
        refused::<ImageReference>(&[("", "image name required")]);
        for (text, message) in [
            (
                "docker.io/UPPER/case:bad tag",
                format!(
                    "unsupported transport docker.io/UPPER/case. {NO_NAME}invalid reference format: repository \
                     name must be lowercase"
                ),
            ),
            (
                "docker.io/lower/case:bad tag",
                format!("unsupported transport docker.io/lower/case. {NO_NAME}invalid reference format"),
            ),
            (
                "docker.io/UPPER/case:1",
                format!(
                    "unsupported transport docker.io/UPPER/case. {NO_NAME}invalid reference format: repository \
                     name must be lowercase"
                ),
            ),
            ("docker-daemon:/x", format!("unsupported transport docker-daemon. {FILES}")),
            ("https://example.com/app.tar", format!("unsupported transport https. {FILES}")),
            ("Nginx", "invalid reference format: repository name must be lowercase".to_owned()),
            ("docker://Nginx", "invalid reference format: repository name must be lowercase".to_owned()),
            ("docker://", "invalid reference format".to_owned()),
            ("my image", "invalid reference format".to_owned()),
            ("nginx:é", format!("unsupported transport nginx. {NO_NAME}invalid reference format")),
            ("docker:x/y", "docker: image reference x/y does not start with //".to_owned()),
            ("oci-archive:", "it names no file".to_owned()),
            ("oci-archive::ref", "it names no file".to_owned()),
            ("docker-archive:https://", "it names no file".to_owned()),
            ("oci:", "it names no file".to_owned()),
            ("dir:", "it names no file".to_owned()),
            ("dir:https://example.com/x", "it names no file".to_owned()),
            ("oci:http://example.com/x", "it names no file".to_owned()),
            (
                "redis@sha256:5b0bcabd1ed22e9fb1310cf6c2dec7cdef19f0ad69efa1f3",
                format!(
                    "unsupported transport redis@sha256. {NO_NAME}invalid reference format: the digest is no \
                     sha256, sha384 or sha512 of full length"
                ),
            ),
        ] {
            let message =
                format!("failed to create image: {text}: invalid image reference {text}: {message}");
            refused::<ImageReference>(&[(text, &message)]);
        }
    }

    #[test]
    fn a_very_long_name_is_refused_and_shown_in_part() {
        let error = "a".repeat(10_000_000).parse::<ImageReference>().expect_err("too long");
        let shown = format!("{}…", "a".repeat(256));
        let message = format!(
            "failed to create image: {shown}: invalid image reference {shown}: repository name must not be more \
             than 255 characters"
        );
        assert_eq!(error.to_string(), message);
    }
}
