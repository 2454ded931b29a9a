//! What credential helpers answer, and how long they may take.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use super::*;

/// A helper that runs this shell script. The program itself is never written to while tests run: the kernel refuses to
/// run a file that somebody, such as a child of another test, still has open for writing.
fn helper(folder: &Path, script: &str) -> String {
    let program = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/credential-helper");
    fs::write(folder.join("script"), script).expect("written");
    let path = folder.join("docker-credential-test");
    symlink(program, &path).expect("linked");
    path.to_string_lossy().into_owned()
}

async fn ask(script: &str) -> Result<Option<Found>, String> {
    let folder = tempfile::tempdir().expect("a folder");
    ask_for("test", &helper(folder.path(), script), "quay.io", PATIENCE).await
}

#[tokio::test]
async fn a_helper_is_asked_as_the_protocol_says() {
    let echo = r#"read -r server; printf '{"ServerURL":"","Username":"%s","Secret":"%s"}' "$1" "$server""#;
    let found = ask(echo).await.expect("an answer").expect("credentials");
    assert_eq!((found.username.as_str(), found.password.expose()), ("get", "quay.io"));
    let noisy = r#"echo warning >&2; cat > /dev/null; echo '{"Username":"u","Secret":"s"}'"#;
    assert_eq!(ask(noisy).await, Ok(Found::new("u", "s")), "standard error is not a part of the answer");
    let deaf = r#"exec 0<&-; echo '{"Username":"u","Secret":"s"}'"#;
    assert_eq!(ask(deaf).await, Ok(Found::new("u", "s")), "a helper need not read");
}

#[tokio::test]
async fn nothing_found_is_no_failure() {
    assert_eq!(ask("echo 'credentials not found in native keychain'; exit 1").await, Ok(None));
    assert_eq!(ask(r#"echo '{"Username":"","Secret":""}'"#).await, Ok(None));
    assert_eq!(ask("echo '{}'").await, Ok(None));
}

#[tokio::test]
async fn failures_say_what_to_do_and_show_nothing_of_the_output() {
    let error = ask("echo hunter2; echo hunter2 >&2; exit 3").await.expect_err("it fails");
    assert!(error.starts_with("failed to run credential-helper \"test\": exit status: 3"), "{error}");
    assert!(
        error.contains("echo quay.io | docker-credential-test get") && !error.contains("hunter2"),
        "{error}"
    );
    let error = ask("echo '{\"Username\": hunter2}'").await.expect_err("no JSON");
    assert!(error.starts_with("failed to read credential from credential-helper \"test\": "), "{error}");
    assert!(!error.contains("hunter2"), "{error}");
    let error =
        ask_for("none", "/nowhere/docker-credential-none", "quay.io", PATIENCE).await.expect_err("none");
    assert!(
        error.starts_with("failed to run credential-helper \"none\": no such file or directory"),
        "{error}"
    );
    let error = ask("while :; do echo 0123456789abcdef0123456789abcdef; done").await.expect_err("endless");
    assert!(error.contains("it answers too much"), "{error}");
}

#[tokio::test]
async fn a_helper_that_hangs_is_killed_with_what_it_started() {
    let folder = tempfile::tempdir().expect("a folder");
    let script = format!("sleep 1000 & echo $$ $! > {}/pids; wait", folder.path().display());
    let program = helper(folder.path(), &script);
    let patience = Duration::from_secs(1);
    let error = ask_for("test", &program, "quay.io", patience).await.expect_err("it hangs");
    assert!(error.contains("it did not end within 1s"), "{error}");
    let pids = fs::read_to_string(folder.path().join("pids")).expect("it ran");
    all_end(&pids).await;
}

/// The time limit is long: these end in another way.
#[tokio::test]
async fn whatever_a_helper_does_nothing_of_it_goes_on() {
    let started = std::time::Instant::now();
    for (script, expected) in [
        // A gigabyte, of which sixty-four kilobytes are read.
        ("echo $$ > PIDS; head -c 1000000000 /dev/zero", Err("it answers too much")),
        // It ends, and what it started holds its output open.
        ("sleep 1000 & echo $! > PIDS; echo '{\"Username\":\"u\",\"Secret\":\"s\"}'", Ok(Some("u"))),
        ("sleep 1000 & echo $! > PIDS; exit 3", Err("exit status: 3")),
        // It closes its input before anything is written.
        ("exec <&-; echo $$ > PIDS; echo '{\"Username\":\"u\",\"Secret\":\"s\"}'", Ok(Some("u"))),
        ("echo $$ > PIDS; head -c 3000 /dev/urandom", Err("it is not JSON")),
        ("echo $$ > PIDS; kill -9 $$", Err("signal: 9")),
        ("echo $$ > PIDS", Err("it is not JSON")),
    ] {
        let folder = tempfile::tempdir().expect("a folder");
        let pids = folder.path().join("pids");
        let script = script.replace("PIDS", &pids.to_string_lossy());
        let program = helper(folder.path(), &script);
        let found = ask_for("test", &program, "quay.io", Duration::from_secs(120)).await;
        match (found, expected) {
            (Ok(found), Ok(user)) => {
                assert_eq!(found.as_ref().map(|found| found.username.as_str()), user, "{script}");
            }
            (Err(error), Err(expected)) => assert!(error.contains(expected), "{script}: {error}"),
            (found, expected) => panic!("{script}: {found:?} instead of {expected:?}"),
        }
        all_end(&fs::read_to_string(pids).expect("it ran")).await;
    }
    assert!(started.elapsed() < Duration::from_secs(120));
}

#[tokio::test]
async fn a_helper_that_ignores_signals_or_hides_behind_a_closed_output_is_killed() {
    for script in [
        "trap '' TERM INT HUP; echo $$ > PIDS; while :; do sleep 1000; done",
        "echo $$ > PIDS; exec >&-; sleep 1000",
    ] {
        let folder = tempfile::tempdir().expect("a folder");
        let pids = folder.path().join("pids");
        let script = script.replace("PIDS", &pids.to_string_lossy());
        let program = helper(folder.path(), &script);
        let error = ask_for("test", &program, "quay.io", Duration::from_secs(2)).await.expect_err("it hangs");
        assert!(error.contains("it did not end within 2s"), "{error}");
        all_end(&fs::read_to_string(pids).expect("it ran")).await;
    }
}

#[test]
fn a_helper_is_named_and_no_path() {
    for name in ["ecr-login", "pass", "acr_env", "gcr.2"] {
        assert!(is_plain(name), "{name}");
    }
    for name in ["", "a/b", "../x", "/bin/sh", "a b", "a\0", "ü"] {
        assert!(!is_plain(name), "{name}");
    }
}

async fn all_end(pids: &str) {
    for pid in pids.split_whitespace() {
        let ended = async {
            while is_alive(pid) {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(PATIENCE, ended).await.expect("killed");
    }
}

/// Whether a process runs; one that nobody has collected yet has ended.
fn is_alive(pid: &str) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with('Z'))
}

#[test]
fn nomads_own_environment_is_not_passed_on() {
    for name in ["PATH", "HOME", "https_proxy", "AWS_PROFILE", "XDG_RUNTIME_DIR", "SSL_CERT_FILE"] {
        assert!(is_passed_on(name), "{name}");
    }
    for name in ["NOMAD_TOKEN", "VAULT_TOKEN", "CONSUL_HTTP_TOKEN", "PLUGIN_MIN_PORT", "LD_PRELOAD"] {
        assert!(!is_passed_on(name), "{name}");
    }
}
