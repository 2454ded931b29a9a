//! Names of images in registries: `[REGISTRY/]PATH[:TAG][@DIGEST]`, by the grammar of the distribution project.
//! The value is `oci_spec`'s [`Reference`]; only its parser is not used outside tests, because the regular
//! expression behind it takes tens of milliseconds to build, ten times as long as a whole run may take.

use oci_spec::distribution::Reference;
use thiserror::Error;

/// Why a text is no name of an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
pub enum BadReference {
    /// Capital letters in the path.
    #[error("invalid reference format: repository name must be lowercase")]
    Uppercase,
    /// Longer than any registry takes.
    #[error("repository name must not be more than 255 characters")]
    TooLong,
    /// The digest does not have the length that its algorithm wants, or there is no such algorithm.
    #[error("invalid reference format: the digest is no sha256, sha384 or sha512 of full length")]
    Digest,
    /// Anything else.
    #[error("invalid reference format")]
    Format,
}

/// Name, tag and digest of the longest kind fit in well.
pub(super) const LONGEST: usize = 1024;
/// What a registry takes for the path.
const LONGEST_PATH: usize = 255;
const DOCKER_HUB: &str = "docker.io";

/// Reads a name and completes it as Docker does: registry `docker.io`, its folder `library`, tag `latest` where
/// there is neither tag nor digest.
pub(super) fn parse(text: &str) -> Result<Reference, BadReference> {
    if text.len() > LONGEST {
        return Err(BadReference::TooLong);
    }
    let (rest, digest) = match text.split_once('@') {
        Some((rest, digest)) => (rest, Some(digest)),
        None => (text, None),
    };
    // A colon before the last slash belongs to the registry's port.
    let (name, tag) = match rest.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => (name, Some(tag)),
        _ => (rest, None),
    };
    let (registry, path) = split_registry(name);
    if !(is_path(path) && registry.is_none_or(|registry| is_registry(registry) || is_component(registry))) {
        return Err(if is_path(&path.to_ascii_lowercase()) {
            BadReference::Uppercase
        } else {
            BadReference::Format
        });
    }
    if tag.is_some_and(|tag| !is_tag(tag)) {
        return Err(BadReference::Format);
    }
    if digest.is_some_and(|digest| !is_digest(digest)) {
        return Err(BadReference::Digest);
    }
    complete(registry, path, tag, digest)
}

/// Whether the name starts with a registry, as Docker tells it: by a dot, a port, or `localhost`.
pub(super) fn has_registry(text: &str) -> bool {
    split_registry(text).0.is_some()
}

fn split_registry(name: &str) -> (Option<&str>, &str) {
    match name.split_once('/') {
        Some((first, path)) if first.contains(['.', ':']) || first == "localhost" => (Some(first), path),
        _ => (None, name),
    }
}

fn complete(
    registry: Option<&str>,
    path: &str,
    tag: Option<&str>,
    digest: Option<&str>,
) -> Result<Reference, BadReference> {
    let registry = match registry {
        None | Some("index.docker.io") => DOCKER_HUB,
        Some(registry) => registry,
    };
    let in_library = registry == DOCKER_HUB && !path.contains('/');
    let path = if in_library { format!("library/{path}") } else { path.to_owned() };
    if path.len() > LONGEST_PATH {
        return Err(BadReference::TooLong);
    }
    let registry = registry.to_owned();
    Ok(match (tag, digest) {
        (Some(tag), Some(digest)) => {
            Reference::with_tag_and_digest(registry, path, tag.to_owned(), digest.to_owned())
        }
        (None, Some(digest)) => Reference::with_digest(registry, path, digest.to_owned()),
        (tag, None) => Reference::with_tag(registry, path, tag.unwrap_or("latest").to_owned()),
    })
}

/// Labels of letters, digits and inner hyphens with dots between them, and perhaps a port.
fn is_registry(text: &str) -> bool {
    let (host, port) = text.split_once(':').unwrap_or((text, "0"));
    let label = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    host.split('.').all(label) && !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit())
}

fn is_path(text: &str) -> bool {
    text.split('/').all(is_component)
}

/// Small letters and digits; between them one dot, one or two underscores, or any number of hyphens.
fn is_component(text: &str) -> bool {
    let letter = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let separator = |run: &str| matches!(run, "" | "." | "_" | "__") || run.bytes().all(|b| b == b'-');
    text.starts_with(letter) && text.ends_with(letter) && text.split(letter).all(separator)
}

fn is_tag(text: &str) -> bool {
    let word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    (1..=128).contains(&text.len())
        && text.bytes().next().is_some_and(word)
        && text.bytes().all(|b| word(b) || matches!(b, b'.' | b'-'))
}

fn is_digest(text: &str) -> bool {
    let (length, hex) = match text.split_once(':') {
        Some(("sha256", hex)) => (64, hex),
        Some(("sha384", hex)) => (96, hex),
        Some(("sha512", hex)) => (128, hex),
        _ => return false,
    };
    hex.len() == length && hex.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Our parser and the library's say the same, except where registries are stricter than the library.
    fn compare(text: &str) {
        match (parse(text), Reference::try_from(text)) {
            (Ok(ours), theirs) => assert_eq!(Ok(ours), theirs, "{text:?}"),
            (Err(_), Err(_)) => {}
            (Err(BadReference::Uppercase), Ok(_)) => {}
            (Err(error), Ok(theirs)) => panic!("{text:?}: {error}, and the library reads {theirs}"),
        }
    }

    #[test]
    fn names_are_read_as_the_library_reads_them() {
        let digest = "5b".repeat(32);
        for text in [
            "redis",
            "redis:7",
            "library/redis",
            "docker.io/redis",
            "index.docker.io/redis",
            "localhost/app",
            "localhost:5000/app",
            "a.b/c/d:e",
            "foo_bar.com:8080",
            "foo_bar.com/x",
            "xn--n3h.com/i:xn--n3h.com",
            "a__b",
            "a___b",
            "a..b",
            "a---b",
            "-a",
            "a-",
            "a/",
            "/a",
            "a//b",
            ":tag",
            "a:",
            "a@",
            "host:/a",
            "h.o:5/a",
            "h.o:x/a",
            "Foo/bar",
            "Foo.com/bar",
            "Foo.com/Bar",
            "a:.b",
            "a:b/c",
            "a:b:c",
            "a.-b/c",
            "foo-.com/c",
        ] {
            compare(text);
            compare(&format!("{text}@sha256:{digest}"));
        }
        compare(&format!("a@sha256:{digest}0"));
        compare(&format!("a@sha512:{digest}{digest}"));
        compare(&format!("a@md5:{digest}"));
        compare(&format!("a:{}", "t".repeat(128)));
        compare(&format!("a:{}", "t".repeat(129)));
        compare(&"a".repeat(247));
        compare(&"a".repeat(248));
    }

    proptest::proptest! {
        #[test]
        fn so_are_others(text in "[abA0._:/@-]{0,12}") {
            compare(&text);
        }
    }
}
