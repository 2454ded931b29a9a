//! Whether an image that Podman has is the one that is asked for. A name stands for one image of each platform, and
//! Podman keeps the last one that was pulled under it; so the image's own platform is looked at, which costs no request
//! of its own.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use podman_driver_engine::pull::{Platform, PullPlan};

use super::Failure;
use crate::driver::socket::Socket;
use crate::podman::{Client, Image};

/// What pulls are remembered.
const MOST: usize = 1000;

/// What Podman has under a name.
pub(super) enum Presence {
    /// The image that is asked for: its ID.
    There(String),
    /// Nothing.
    Missing,
    /// An image of another platform, or of one that cannot be told: this one.
    Other(String),
}

/// Looks whether the image is there, for the platform that the plan wants.
///
/// # Errors
/// Podman cannot be reached.
pub(super) async fn of(socket: &Socket, plan: &PullPlan, name: &str) -> Result<Presence, Failure> {
    let Some(image) = inspect(&socket.podman, name).await? else { return Ok(Presence::Missing) };
    let host = socket.known().and_then(|known| known.info.architecture.clone());
    let fits = fits(&image, &plan.platform, host.as_deref());
    if fits || recall(&question(socket, plan, name)).as_deref() == Some(&image.id) {
        return Ok(Presence::There(image.id));
    }
    Ok(Presence::Other(shown(&image)))
}

/// The image of this name. A Podman that cannot say it of this image may still be able to pull it.
pub(super) async fn inspect(podman: &Client, name: &str) -> Result<Option<Image>, Failure> {
    match podman.image(name).await {
        Ok(image) => Ok(image),
        Err(error) if error.is_unreachable() => {
            Err(Failure::new(format!("cannot inspect image: {error}")).recoverable(true))
        }
        Err(error) => {
            tracing::warn!(image = name, error = %error, "cannot inspect image, which is taken to be missing");
            Ok(None)
        }
    }
}

/// Whether the image is of this platform. What neither says is no difference, unless the job asks for it.
fn fits(image: &Image, wanted: &Platform, host: Option<&str>) -> bool {
    let architecture = match (wanted.arch.as_str(), host) {
        ("", None) => true,
        ("", Some(host)) => image.architecture.is_empty() || same(&image.architecture, host),
        (arch, _) => same(&image.architecture, arch),
    };
    let os = match wanted.os.as_str() {
        "" => image.os.is_empty() || image.os.eq_ignore_ascii_case("linux"),
        os => image.os.eq_ignore_ascii_case(os),
    };
    architecture && os && variant_fits(image, &wanted.variant)
}

/// Podman does not tell the variant of an image. There is only one of arm64 that images are made for.
fn variant_fits(image: &Image, variant: &str) -> bool {
    let only = usual(&image.architecture) == "arm64" && variant == "v8" && image.variant.is_empty();
    variant.is_empty() || only || image.variant == variant
}

fn same(left: &str, right: &str) -> bool {
    !left.is_empty() && usual(left) == usual(right)
}

/// Go's spelling of an architecture, which images use; the kernel, distributions and Rust have others.
pub(super) fn usual(architecture: &str) -> String {
    match architecture.to_ascii_lowercase().as_str() {
        "x86_64" | "x86-64" => "amd64".to_owned(),
        "aarch64" => "arm64".to_owned(),
        "armhf" | "armel" => "arm".to_owned(),
        "i386" | "i686" | "x86" => "386".to_owned(),
        "powerpc64" => "ppc64le".to_owned(),
        other => other.to_owned(),
    }
}

fn shown(image: &Image) -> String {
    let or_unknown = |text: &str| if text.is_empty() { "unknown".to_owned() } else { text.to_owned() };
    format!("{}/{}", or_unknown(&image.os), or_unknown(&image.architecture))
}

type Question = (PathBuf, String, [String; 3]);

/// What a registry gave for a name and a platform, though it does not look like it: an image of one platform only, which
/// is taken for all, or one of a variant. Forgotten with the process, which costs a pull that finds every layer there.
static ANSWERS: Mutex<BTreeMap<Question, String>> = Mutex::new(BTreeMap::new());

/// Keeps what a registry gave.
pub(super) fn remember(socket: &Socket, plan: &PullPlan, name: &str, id: &str) {
    let mut answers = ANSWERS.lock().unwrap_or_else(PoisonError::into_inner);
    if answers.len() >= MOST {
        answers.clear();
    }
    answers.insert(question(socket, plan, name), id.to_owned());
}

fn recall(question: &Question) -> Option<String> {
    ANSWERS.lock().unwrap_or_else(PoisonError::into_inner).get(question).cloned()
}

fn question(socket: &Socket, plan: &PullPlan, name: &str) -> Question {
    let Platform { os, arch, variant } = plan.platform.clone();
    (socket.path.clone(), name.to_owned(), [os, arch, variant])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image(text: &str) -> Image {
        let [os, architecture, variant] = parts(text);
        serde_json::from_value(
            serde_json::json!({ "Id": "x", "Os": os, "Architecture": architecture, "Variant": variant }),
        )
        .unwrap()
    }

    fn parts(text: &str) -> [String; 3] {
        let mut parts = text.split('/').map(str::to_owned);
        [(); 3].map(|()| parts.next().unwrap_or_default())
    }

    #[test]
    fn an_image_is_taken_for_its_own_platform_only() {
        for (held, wanted, host, expected) in [
            ("linux/amd64", "", Some("amd64"), true),
            ("linux/arm64", "", Some("amd64"), false),
            ("linux/amd64", "", Some("x86_64"), true),
            // Not known is no reason to pull again.
            ("linux/arm64", "", None, true),
            ("", "", Some("amd64"), true),
            ("windows/amd64", "", Some("amd64"), false),
            ("linux/arm64", "linux/arm64", Some("amd64"), true),
            ("linux/arm64", "linux/aarch64/v8", Some("amd64"), true),
            ("linux/arm64", "linux/arm64/v9", Some("amd64"), false),
            ("linux/amd64", "/arm64", Some("amd64"), false),
            ("linux/amd64", "linux", Some("amd64"), true),
            ("linux/arm64", "linux", Some("amd64"), false),
            ("linux/arm", "linux/arm/v7", Some("amd64"), false),
            ("linux/arm/v7", "linux/arm/v7", Some("amd64"), true),
            ("linux/arm/v6", "linux/arm/v7", Some("amd64"), false),
            // What is asked for has to be told.
            ("", "linux/arm64", Some("arm64"), false),
        ] {
            let [os, arch, variant] = parts(wanted);
            let fits = fits(&image(held), &Platform { os, arch, variant }, host);
            assert_eq!(fits, expected, "{held:?} for {wanted:?} on {host:?}");
        }
    }
}
