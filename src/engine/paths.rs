//! Paths as text, with Go's rules for cleaning and joining them: mounts and archives are compared and sent
//! like that, and a job file's functions find files by them.
//! Nothing is looked up: links are followed by whoever has a file system.

/// The shortest path that means the same: no `.`, no `..` that can be resolved, no doubled slash. Empty becomes `.`.
pub(crate) fn clean(path: &str) -> String {
    let rooted = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            ".." if rooted => {}
            other => parts.push(other),
        }
    }
    match (rooted, parts.join("/")) {
        (true, path) => format!("/{path}"),
        (false, path) if path.is_empty() => ".".to_owned(),
        (false, path) => path,
    }
}

/// The path itself where it is absolute, otherwise below the folder; cleaned.
pub(crate) fn join(folder: &str, path: &str) -> String {
    if path.starts_with('/') || folder.is_empty() { clean(path) } else { clean(&format!("{folder}/{path}")) }
}

/// Whether a cleaned path is the folder or lies below it, by their names alone.
pub(crate) fn is_inside(folder: &str, path: &str) -> bool {
    let folder = clean(folder);
    let rest = if folder == "/" { Some(path) } else { path.strip_prefix(&folder) };
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_cleaned_as_in_go() {
        for (path, cleaned) in [
            ("", "."),
            ("/", "/"),
            ("a/./b//c/", "a/b/c"),
            ("a/../..", ".."),
            ("../../a", "../../a"),
            ("/../a", "/a"),
            ("/a/b/../../..", "/"),
            ("a/..", "."),
        ] {
            assert_eq!(clean(path), cleaned, "{path:?}");
        }
        assert_eq!(join("/a/web", "../shared"), "/a/shared");
        assert_eq!(join("/a/web", "/srv/"), "/srv");
    }

    #[test]
    fn inside_is_decided_by_whole_names() {
        for (path, inside) in [("/a", true), ("/a/web", true), ("/a/..x", true), ("/ab", false), ("/", false)]
        {
            assert_eq!(is_inside("/a/", path), inside, "{path}");
        }
        assert!(is_inside("/", "/srv"));
    }
}
