//! The parts of an image's name.

/// The path, and the tag or digest with its sign. Beside a digest the tag says nothing.
pub(super) fn split(name: &str) -> (&str, &str) {
    let last = name.rfind('/').map_or(0, |slash| slash + 1);
    let version = name.get(last..).and_then(|part| part.find([':', '@'])).map(|at| last + at);
    let (path, version) = name.split_at_checked(version.unwrap_or(name.len())).unwrap_or((name, ""));
    let digest = version.find('@').and_then(|at| version.get(at..));
    (path, digest.unwrap_or(version))
}

/// An image's name, as sources of credentials see it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Name<'a> {
    repository: &'a str,
}

impl<'a> Name<'a> {
    pub(super) fn of(name: &'a str) -> Self {
        Self { repository: split(name).0 }
    }

    /// Registry and path, without tag and digest.
    pub(super) fn repository(&self) -> &'a str {
        self.repository
    }

    /// The registry. A short name has none: Podman decides where it comes from, and may try several registries with the
    /// same credentials. So no source is asked for those of any.
    pub(super) fn registry(&self) -> Option<&'a str> {
        let (host, _) = self.repository.split_once('/')?;
        (host.contains(['.', ':']) || host == "localhost").then_some(host)
    }

    /// By which names a helper knows the registry. Docker's own goes by an address of old.
    pub(super) fn servers(&self) -> Vec<String> {
        match self.registry() {
            Some("docker.io") => vec!["https://index.docker.io/v1/".to_owned(), "docker.io".to_owned()],
            Some(host) => vec![host.to_owned()],
            None => Vec::new(),
        }
    }
}
