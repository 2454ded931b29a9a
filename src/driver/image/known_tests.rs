//! Messages as Podman 4.3.1 and 5.8.6 wrote them, and what is to be done about each.

use super::*;

#[test]
fn each_kind_of_refusal_has_its_own_advice() {
    for (message, advice, passing, again) in [
        (
            "initializing source docker://r:1/a:1: reading manifest 1 in r:1/a: manifest unknown",
            "has no IMAGE",
            false,
            false,
        ),
        (
            "reading manifest 1 in localhost:5001/t/r401: unauthorized",
            "does not know who pulls",
            false,
            false,
        ),
        ("reading manifest 1 in localhost:5001/t/r403: denied", "does not give IMAGE", false, false),
        (
            "choosing an image from manifest list docker://r/a:1: no image found in image index for architecture \"s390x\"",
            "for this platform",
            false,
            false,
        ),
        (
            "short-name \"nginx\" did not resolve to an alias and no unqualified-search registries are defined",
            "Write the image with its registry",
            false,
            false,
        ),
        (
            "reading manifest 1 in localhost:5001/t/r429: toomanyrequests: pull rate limit",
            "limits how often",
            true,
            true,
        ),
        (
            "Get \"https://localhost:5002/v2/\": tls: failed to verify certificate: x509: certificate signed by unknown authority",
            "/etc/containers/certs.d/HOST/ca.crt",
            false,
            false,
        ),
        (
            "Get \"https://localhost:5000/v2/\": http: server gave HTTP response to HTTPS client",
            "registry \"HOST\" { tls_verify = false }",
            false,
            false,
        ),
        (
            "writing blob: storing blob to file \"/var/tmp/storage1/3\": happened during read: Digest did not match, expected \
             sha256:61, got sha256:87",
            "not what its digest says",
            true,
            false,
        ),
        (
            "Manifest does not match provided manifest digest sha256:8e",
            "not what its digest says",
            true,
            false,
        ),
        ("dial tcp [::1]:1: connect: connection refused", "does not reach HOST", true, true),
        ("dial udp 10.255.255.53:53: connect: network is unreachable", "does not reach HOST", true, true),
        ("dial tcp: lookup nowhere.example on 1.1.1.1:53: no such host", "by its name", true, false),
        ("received unexpected HTTP status: 503 Service Unavailable", "a trouble of its own", true, true),
        (
            "Error fetching blob: invalid status code from registry 500 (Internal Server Error)",
            "a trouble of its own",
            true,
            true,
        ),
        ("happened during read: unexpected EOF (after reconnecting, status 200)", "broke off", true, true),
        ("Get \"http://localhost:5001/v2/t/close/manifests/1\": EOF", "closed the connection", true, true),
        (
            "writing blob: adding layer with blob \"sha256:87\"/\"\"/\"sha256:87\": layer not known",
            "was removed while it pulled",
            true,
            true,
        ),
        (
            "storing blob to file \"/var/tmp/1\": write /var/tmp/1: no space left on device",
            "disk",
            true,
            false,
        ),
        ("open /var/tmp/x: permission denied", "may not do this", false, false),
        (
            "Source image rejected: Running image docker://r/a is rejected by policy.",
            "policy.json",
            false,
            false,
        ),
    ] {
        let known = of(message, Some("quay.io")).expect(message);
        assert!(known.advice.contains(advice), "{message}: {}", known.advice);
        assert_eq!((known.passing, known.again), (passing, again), "{message}");
    }
    assert_eq!(of("something else altogether", None), None);
    let refused = "dial tcp [::1]:443: connect: connection refused";
    assert_eq!(of(refused, Some("localhost")), Some(LOCAL));
    assert_ne!(of(refused, Some("localhost:5000")), Some(LOCAL));
}

#[test]
fn no_advice_is_given_twice_and_all_words_are_looked_for_in_lower_case() {
    for (index, known) in KNOWN.iter().enumerate() {
        assert!(known.words.iter().all(|words| *words == words.to_lowercase()), "{:?}", known.words);
        assert!(KNOWN.iter().skip(index + 1).all(|other| other.advice != known.advice), "{}", known.advice);
    }
}
