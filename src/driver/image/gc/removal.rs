//! Removing an image of ours: its names one by one, our marks last, so that a removal that is broken off is still ours to
//! finish. Nothing is forced: Podman itself refuses what a container was made of.

use super::mark::{Marked, REPOSITORY};
use crate::podman::{Client, Error};

/// Removes it. Where Podman refuses, because somebody made a container of it just now, its names are given back.
///
/// # Errors
/// Any [`Error`]; the image is there, and marked.
pub(super) async fn remove(podman: &Client, image: &Marked) -> Result<(), Error> {
    let mut taken = Vec::new();
    let outcome = take(podman, image, &mut taken).await;
    if outcome.is_err() {
        for (repository, tag) in taken {
            if let Err(error) = podman.tag_image(&image.id, repository, tag).await {
                tracing::warn!(
                    image = image.id,
                    name = format!("{repository}:{tag}"),
                    error = %error,
                    "an image that could not be removed has lost a name"
                );
            }
        }
    }
    outcome
}

async fn take<'a>(
    podman: &Client,
    image: &'a Marked,
    taken: &mut Vec<(&'a str, &'a str)>,
) -> Result<(), Error> {
    // A name with a digest names no other image; one with a tag may have gone to another just now.
    for name in image.names.iter().filter(|name| name.contains('@')) {
        podman.remove_image(name).await?;
    }
    for (repository, tag) in
        image.names.iter().filter(|name| !name.contains('@')).filter_map(|name| parts(name))
    {
        podman.untag_image(&image.id, repository, tag).await?;
        taken.push((repository, tag));
    }
    let Some((last, others)) = image.marks.split_last() else { return Ok(()) };
    for mark in others {
        podman.untag_image(&image.id, REPOSITORY, &mark.tag()).await?;
    }
    podman.remove_image(&last.name()).await
}

fn parts(name: &str) -> Option<(&str, &str)> {
    name.rsplit_once(':').filter(|(_, tag)| !tag.contains('/'))
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_port_is_no_tag() {
        assert_eq!(super::parts("a.b:5000/c/d:1.2"), Some(("a.b:5000/c/d", "1.2")));
        assert_eq!(super::parts("a.b:5000/c/d"), None);
    }
}
