//! Which image of an archive is meant: reads its table of contents (`manifest.json` of a docker-archive, `index.json` of
//! an OCI one), and writes it again with only that image. Pure; where the table comes from is left to others.

use podman_driver_engine::config::syntax::ImageReference;
use serde_json::Value;
use thiserror::Error;

/// The annotation by which an OCI index names an image.
const REF_NAME: &str = "org.opencontainers.image.ref.name";
/// Names that only this driver gives, to images from files whose checksum was right.
pub(super) const RESERVED: &str = "localhost/nomad-driver-podman/";
/// So many images of an archive are named in an error.
const MOST_NAMED: usize = 20;

/// The image that is meant.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Chosen {
    /// Path of its config in a docker-archive; digest of its manifest in an OCI one.
    pub(super) target: String,
    /// The table with only this image; `None` where it may stay as it is.
    pub(super) rewritten: Option<Vec<u8>>,
}

/// Why there is no such image.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(super) enum Unchosen {
    #[error("its table of contents is not understood: {0}")]
    NotUnderstood(String),
    #[error("it holds no image")]
    Empty,
    #[error("it has no image {member:?}. It has {}", named(.there))]
    Absent { member: String, there: Vec<String> },
    #[error("it has several images, and the job says not which. Add one of them after the path: {}", named(.0))]
    Several(Vec<String>),
    #[error("it names an image {0:?}: names below {RESERVED} are the driver's own")]
    Reserved(String),
}

fn named(names: &[String]) -> String {
    let mut text = names.iter().take(MOST_NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
    if names.len() > MOST_NAMED {
        text.push_str(&format!(" and {} more", names.len() - MOST_NAMED));
    }
    text
}

/// The image of a docker-archive. Without a member it is the first one: Podman loads all, and the Go driver took that.
pub(super) fn docker(table: &[u8], member: Option<&str>) -> Result<Chosen, Unchosen> {
    let images = match serde_json::from_slice(table) {
        Ok(Value::Array(images)) => images,
        Ok(_) => return Err(Unchosen::NotUnderstood("it is no list".to_owned())),
        Err(error) => return Err(Unchosen::NotUnderstood(error.to_string())),
    };
    let tags: Vec<Vec<&str>> = images.iter().map(tags).collect();
    let Some(member) = member else {
        guard(tags.iter().flatten().copied())?;
        let first = images.first().ok_or(Unchosen::Empty)?;
        return Ok(Chosen { target: config(first)?, rewritten: None });
    };
    let (place, tag) = index(member)
        .filter(|place| *place < images.len())
        .map(|place| (place, None))
        .or_else(|| tagged(&tags, member).map(|(place, tag)| (place, Some(tag.to_owned()))))
        .ok_or_else(|| absent(member, names(tags.iter().map(|tags| tags.first().copied()))))?;
    let mut image = images.get(place).cloned().ok_or(Unchosen::Empty)?;
    if let (Some(tag), Some(image)) = (tag, image.as_object_mut()) {
        image.insert("RepoTags".to_owned(), Value::from(vec![tag]));
    }
    guard(self::tags(&image))?;
    let target = config(&image)?;
    Ok(Chosen { target, rewritten: Some(Value::from(vec![image]).to_string().into_bytes()) })
}

/// The image of an OCI index. Several without a member are an error, unless they are one image with several names.
pub(super) fn oci(table: &[u8], member: Option<&str>) -> Result<Chosen, Unchosen> {
    let mut index: Value =
        serde_json::from_slice(table).map_err(|error| Unchosen::NotUnderstood(error.to_string()))?;
    let Some(images) = index.get("manifests").and_then(Value::as_array) else {
        return Err(Unchosen::NotUnderstood("it has no list of manifests".to_owned()));
    };
    let names_there = || names(images.iter().map(ref_name));
    let place = match member {
        Some(member) => self::index(member)
            .filter(|place| *place < images.len())
            .or_else(|| images.iter().position(|image| ref_name(image) == Some(member)))
            .ok_or_else(|| absent(member, names_there()))?,
        None if images.windows(2).all(|pair| matches!(pair, [a, b] if digest(a) == digest(b))) => 0,
        None => return Err(Unchosen::Several(names_there())),
    };
    let alone = images.len() == 1;
    let image = images.get(place).cloned().ok_or(Unchosen::Empty)?;
    guard(ref_name(&image))?;
    let target = digest(&image).ok_or_else(|| Unchosen::NotUnderstood("a manifest has no digest".to_owned()))?;
    let target = target.to_owned();
    if alone {
        return Ok(Chosen { target, rewritten: None });
    }
    if let Some(index) = index.as_object_mut() {
        index.insert("manifests".to_owned(), Value::from(vec![image]));
    }
    Ok(Chosen { target, rewritten: Some(index.to_string().into_bytes()) })
}

/// `@N`.
fn index(member: &str) -> Option<usize> {
    member.strip_prefix('@')?.parse().ok()
}

/// Where a name stands; as it is written, or else as Docker completes both.
fn tagged<'t>(tags: &[Vec<&'t str>], member: &str) -> Option<(usize, &'t str)> {
    let all = || tags.iter().enumerate().flat_map(|(place, tags)| tags.iter().map(move |tag| (place, *tag)));
    all().find(|(_, tag)| *tag == member).or_else(|| {
        let member = completed(member)?;
        all().find(|(_, tag)| completed(tag).as_ref() == Some(&member))
    })
}

fn completed(name: &str) -> Option<String> {
    format!("docker://{name}").parse::<ImageReference>().ok()?.name()
}

fn tags(image: &Value) -> Vec<&str> {
    image.get("RepoTags").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect()
}

fn config(image: &Value) -> Result<String, Unchosen> {
    let config = image.get("Config").and_then(Value::as_str);
    config.map(str::to_owned).ok_or_else(|| Unchosen::NotUnderstood("an image has no Config".to_owned()))
}

fn ref_name(image: &Value) -> Option<&str> {
    image.get("annotations")?.get(REF_NAME)?.as_str()
}

fn digest(image: &Value) -> Option<&str> {
    image.get("digest")?.as_str()
}

/// Each image by its name, or else by its number.
fn names<'n>(images: impl Iterator<Item = Option<&'n str>>) -> Vec<String> {
    images.enumerate().map(|(place, name)| name.map_or_else(|| format!("@{place}"), str::to_owned)).collect()
}

fn absent(member: &str, there: Vec<String>) -> Unchosen {
    if there.is_empty() {
        return Unchosen::Empty;
    }
    Unchosen::Absent { member: member.to_owned(), there }
}

/// An archive that could name its image as the driver does would be taken for one whose checksum was verified.
/// Podman puts `localhost/` before a name without a registry.
fn guard<'n>(names: impl IntoIterator<Item = &'n str>) -> Result<(), Unchosen> {
    let reserved =
        |name: &&str| name.starts_with(RESERVED) || format!("localhost/{name}").starts_with(RESERVED);
    match names.into_iter().find(reserved) {
        Some(name) => Err(Unchosen::Reserved(name.to_owned())),
        None => Ok(()),
    }
}

#[cfg(test)]
#[path = "member_tests.rs"]
mod tests;
