//! What is known of the words of registries and of Podman: for each kind of refusal what to do, and whether asking again
//! may help. Podman's words are free text that differs between versions; these were seen, or stand in its sources.

/// A kind of refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Known {
    /// Any of these, in lower case.
    words: &'static [&'static str],
    /// What to do. `IMAGE` and `HOST` stand for the image and its registry.
    pub(super) advice: &'static str,
    /// Whether it may succeed with nothing changed, so that the task's restart policy is to try.
    pub(super) passing: bool,
    /// Whether it may succeed in a few seconds.
    pub(super) again: bool,
}

/// Also of a load, whose message is a list of every format that the file is not.
const DISK_FULL: Known = Known {
    words: &["no space left on device", "disk quota exceeded"],
    advice: "The disk of Podman's storage is full: `podman system df` on the node shows what takes the space, and `podman \
             image prune` frees what nothing uses",
    passing: true,
    again: false,
};

/// The first that fits counts: some messages have the words of several.
const KNOWN: [Known; 18] = [
    DISK_FULL,
    Known {
        words: &["short-name", "unqualified-search"],
        advice: "Write the image with its registry, such as docker.io/library/IMAGE, or name registries in the node's \
                 registries.conf",
        passing: false,
        again: false,
    },
    Known {
        words: &["http response to https client", "first record does not look like a tls handshake"],
        advice: "HOST speaks HTTP and no HTTPS: let the operator write `registry \"HOST\" { tls_verify = false }` into the \
                 plugin's config, or set `auth { tls_verify = false }`, where that is safe",
        passing: false,
        again: false,
    },
    Known {
        words: &["x509", "certificate", "unknown authority"],
        advice: "Podman cannot verify HOST: put the certificate of its authority into /etc/containers/certs.d/HOST/ca.crt on \
                 the node. Or, where that is safe, `registry \"HOST\" { tls_verify = false }` in the plugin's config or \
                 `auth { tls_verify = false }` in the task's",
        passing: false,
        again: false,
    },
    Known {
        words: &[
            "digest did not match",
            "does not match provided manifest digest",
            "digest mismatch",
            "does not match digest",
        ],
        advice: "What HOST gave is not what its digest says, and nothing of it is used: the registry, or a proxy before it, \
                 has damaged data",
        passing: true,
        again: false,
    },
    Known {
        words: &["toomanyrequests", "too many requests", "rate limit"],
        advice: "HOST limits how often one may pull: give credentials, or use a mirror",
        passing: true,
        again: true,
    },
    Known {
        words: &[
            "no image found in manifest list",
            "no image found in image index",
            "no matching manifest",
            "no child with platform",
        ],
        advice: "The registry does not have IMAGE for this platform: check `os`, `arch` and `variant`",
        passing: false,
        again: false,
    },
    Known {
        words: &[
            "manifest unknown",
            "name unknown",
            "repository name not known",
            "repository does not exist",
            "blob unknown",
        ],
        advice: "The registry has no IMAGE: check name and tag. Some registries say so where credentials are missing",
        passing: false,
        again: false,
    },
    Known {
        words: &[
            "unauthorized",
            "authentication required",
            "invalid username/password",
            "incorrect username or password",
            "unable to retrieve auth token",
            "status code 401",
        ],
        advice: "HOST does not know who pulls: check the task's `auth` block, or the plugin's `auth.helper` and \
                 `auth.config`",
        passing: false,
        again: false,
    },
    Known {
        words: &["source image rejected", "a signature was required", "rejected by policy"],
        advice: "The node's policy.json does not take this image: it asks for signatures, or names registries",
        passing: false,
        again: false,
    },
    Known {
        words: &["permission denied"],
        advice: "Podman may not do this on the node: its log says more",
        passing: false,
        again: false,
    },
    Known {
        words: &["denied", "forbidden", "status code 403"],
        advice: "The registry does not give IMAGE to whoever pulls: check its name, and whether the credentials may read it (the \
                 task's `auth` block, or the plugin's `auth.helper` and `auth.config`)",
        passing: false,
        again: false,
    },
    Known {
        words: &["no such host", "server misbehaving", "name resolution", "name or service not known"],
        advice: "The node cannot find HOST by its name: check the name, and the node's DNS",
        passing: true,
        again: false,
    },
    Known {
        words: &[
            "connection refused",
            "connection reset",
            "connection timed out",
            "i/o timeout",
            "tls handshake timeout",
            "context deadline exceeded",
            "client.timeout exceeded",
            "timeout awaiting",
            "network is unreachable",
            "no route to host",
            "host is down",
        ],
        advice: "The node does not reach HOST: see whether the registry runs, and whether the way to it is open (address, port, proxy)",
        passing: true,
        again: true,
    },
    Known {
        words: &[
            "500 internal server error",
            "502 bad gateway",
            "503 service unavailable",
            "504 gateway",
            "http status: 5",
            "status code from registry 5",
            "status code: 5",
            "service unavailable",
            "internal server error",
        ],
        advice: "HOST has a trouble of its own: its log says which",
        passing: true,
        again: true,
    },
    Known {
        words: &[
            "unexpected eof",
            "broken pipe",
            "stream error",
            "goaway",
            "use of closed network connection",
        ],
        advice: "The connection to HOST broke off: a proxy or a limit of time before the registry may be the reason",
        passing: true,
        again: true,
    },
    Known {
        words: &[": eof"],
        advice: "HOST closed the connection without an answer: see whether it is a registry, and whether it speaks HTTPS",
        passing: true,
        again: true,
    },
    Known {
        words: &["layer not known"],
        advice: "A layer that Podman had of another image was removed while it pulled this one",
        passing: true,
        again: true,
    },
];

/// What is known where nobody listens at `localhost`: Podman calls images so that were made where it runs.
const LOCAL: Known = Known {
    words: &[],
    advice: "IMAGE is the name of an image that is made on the node, and there is none: build or load it there, or write \
             the name of its registry",
    passing: true,
    again: false,
};

/// What is known of such a message from this registry.
pub(super) fn of(message: &str, registry: Option<&str>) -> Option<Known> {
    let message = message.to_lowercase();
    if registry == Some("localhost") && message.contains("connection refused") {
        return Some(LOCAL);
    }
    KNOWN.into_iter().find(|known| known.is_in(&message))
}

/// What is known of a message of a load. It names every format that the file is not; most of that says nothing.
pub(super) fn of_load(message: &str) -> Option<Known> {
    Some(DISK_FULL).filter(|known| known.is_in(&message.to_lowercase()))
}

impl Known {
    fn is_in(&self, message: &str) -> bool {
        self.words.iter().any(|words| message.contains(words))
    }
}

#[cfg(test)]
#[path = "known_tests.rs"]
mod tests;
