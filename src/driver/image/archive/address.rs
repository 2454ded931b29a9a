//! Addresses as they may be shown: neither a password nor a token of theirs reaches an error, an event or a log.

/// The text with what is secret in its `http://` or `https://` address replaced: user and password, query, fragment.
/// A text without one stays as it is.
pub(in crate::driver::image) fn shown(text: &str) -> String {
    let lower = text.to_ascii_lowercase();
    let begins = ["https://", "http://"].iter().find_map(|scheme| Some(lower.find(scheme)? + scheme.len()));
    let Some((scheme, rest)) = begins.and_then(|begins| text.split_at_checked(begins)) else {
        return text.to_owned();
    };
    let ends = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, rest) = rest.split_at_checked(ends).unwrap_or((rest, ""));
    let authority = match authority.rsplit_once('@') {
        Some((_, host)) => format!("<redacted>@{host}"),
        None => authority.to_owned(),
    };
    let (path, query) = match rest.find(['?', '#']).and_then(|ends| rest.split_at_checked(ends)) {
        Some((path, query)) => (path, query),
        None => (rest, ""),
    };
    let query = match query.get(..1) {
        Some(mark) if query.len() > 1 => format!("{mark}<redacted>"),
        _ => query.to_owned(),
    };
    format!("{scheme}{authority}{path}{query}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_secret_is_not_shown() {
        for (text, expected) in [
            ("docker.io/library/busybox:latest", "docker.io/library/busybox:latest"),
            ("docker-archive:/srv/a?b.tar", "docker-archive:/srv/a?b.tar"),
            ("docker-archive:https://h:8443/a.tar", "docker-archive:https://h:8443/a.tar"),
            ("oci-archive:HTTP://u:p@ss@h/a@b.tar?t=1#f", "oci-archive:HTTP://<redacted>@h/a@b.tar?<redacted>"),
            ("https://token@h?x", "https://<redacted>@h?<redacted>"),
            ("https://h/é#secret", "https://h/é#<redacted>"),
            ("https://h/a?", "https://h/a?"),
            ("https://", "https://"),
        ] {
            assert_eq!(shown(text), expected);
        }
    }
}
