//! What people do to a task that runs: commands and terminals in it, signals, a restart, a look at what it uses.

use crate::allocation::Allocation;
use crate::api::PATIENCE;
use crate::cluster::Cluster;
use crate::jobs::{Job, LAST, lines};
use crate::support::within;

/// A service whose one task, `web`, has said its lines and waits.
fn waiting<'a>(cluster: &'a Cluster<'a>, name: &str) -> Allocation<'a> {
    let shell = format!("{}; echo {LAST}; exec sleep 600", lines(20));
    let allocation = cluster.run(&Job::service(name).task("web", &shell));
    allocation.running("web");
    allocation
}

pub fn commands_run_in_a_task(cluster: &Cluster<'_>) {
    let allocation = waiting(cluster, "exec");
    let before = allocation.container("web");

    let output = allocation.exec("web", "echo out; echo err >&2; echo $NOMAD_TASK_NAME; exit 7", b"");
    assert_eq!(output.status.code(), Some(7), "{output:?}");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "out\nweb\n");
    assert!(String::from_utf8_lossy(&output.stderr).contains("err"), "{output:?}");

    // Every byte in, every byte out, and the end of the input is seen.
    let bytes: Vec<u8> = (0..300_000_u32).map(|number| (number % 251) as u8).collect();
    let output = allocation.exec("web", "cat", &bytes);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.stdout.len(), bytes.len());
    assert!(output.stdout == bytes, "bytes change on their way");

    let output =
        cluster.cli(&["alloc", "exec", "-t=false", "-task", "web", &allocation.id, "no-such-program"], b"");
    assert_ne!(output.status.code(), Some(0), "{output:?}");
    let told = String::from_utf8_lossy(&output.stderr).to_string() + &String::from_utf8_lossy(&output.stdout);
    assert!(told.contains("no-such-program"), "the name of what is not there is told: {told}");

    assert_eq!(allocation.container("web"), before);
    allocation.said_all("web", 20, 1);
    allocation.purge();
}

pub fn a_terminal_in_a_task(cluster: &Cluster<'_>) {
    let allocation = waiting(cluster, "terminal");
    let before = allocation.container("web");
    let id = &allocation.id;

    let command = format!("alloc exec -i=true -t=true -task web {id} sh");
    let output = cluster.cli_on_terminal(&command, b"tty\nstty size\necho $((20 + 22))\nexit 9\n");
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(9), "{text}");
    assert!(text.contains("/dev/pts/"), "it is a terminal: {text}");
    assert!(text.contains("42"), "what was typed is carried out: {text}");

    let command = format!("alloc exec -i=false -t=false -task web {id} tty");
    let output = cluster.cli_on_terminal(&command, b"");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("not a tty"), "nobody asked for a terminal: {text}");

    assert_eq!(allocation.container("web"), before);
    allocation.purge();
}

pub fn a_signal_reaches_a_task(cluster: &Cluster<'_>) {
    let shell = format!(
        "trap 'echo got USR1' USR1; trap 'echo got HUP' HUP; {}; echo {LAST}; while :; do sleep 1 & wait $!; done",
        lines(20)
    );
    let allocation = cluster.run(&Job::service("signal").task("web", &shell));
    let before = allocation.running("web");
    allocation.said_until("web", |line| line == LAST);

    for (signal, word) in [("SIGUSR1", "got USR1"), ("SIGHUP", "got HUP")] {
        let output = cluster.cli(&["alloc", "signal", "-s", signal, "-task", "web", &allocation.id], b"");
        assert!(output.status.success(), "{output:?}");
        allocation.said_until("web", |line| line == word);
    }
    let output = cluster.cli(&["alloc", "signal", "-s", "SIGNONSENSE", "-task", "web", &allocation.id], b"");
    assert!(!output.status.success(), "{output:?}");

    assert_eq!(allocation.container("web"), before);
    allocation.purge();
}

pub fn a_task_is_restarted(cluster: &Cluster<'_>) {
    let allocation = waiting(cluster, "restart");
    allocation.said_until("web", |line| line == LAST);
    let before = allocation.container("web");

    let output = cluster.cli(&["alloc", "restart", "-task", "web", &allocation.id], b"");
    assert!(output.status.success(), "{output:?}");
    allocation.wait_for_task("web", "runs again", |state| {
        let events = state["Events"].as_array()?;
        let started = events.iter().filter(|event| event["Type"] == "Started").count();
        (state["State"] == "running" && started == 2).then_some(())
    });
    let after = allocation.container("web");
    assert!(after.id != before.id && after.pid != before.pid, "{before:?} {after:?}");
    assert_eq!(cluster.containers(&allocation.id).len(), 1, "the first one is gone");
    allocation.said_all("web", 20, 2);
    allocation.purge();
}

pub fn statistics_are_told(cluster: &Cluster<'_>) {
    let shell = "i=0; while :; do i=$((i+1)); [ $((i % 2000)) = 0 ] && usleep 50000; done";
    let allocation = cluster.run(&Job::service("statistics").task("web", shell));
    let before = allocation.running("web");
    let path = format!("/v1/client/allocation/{}/stats", allocation.id);
    let usage = || cluster.api.get(&path)["Tasks"]["web"].clone();

    let busy = |usage: &serde_json::Value| {
        let usage = &usage["ResourceUsage"];
        usage["CpuStats"]["Percent"].as_f64() > Some(0.0)
            && usage["CpuStats"]["TotalTicks"].as_f64() > Some(0.0)
            && usage["MemoryStats"]["Usage"].as_u64() > Some(0)
    };
    assert!(within(PATIENCE, || busy(&usage())), "{}", cluster.api.get(&path));
    let first = usage();
    let measured = first["ResourceUsage"]["CpuStats"]["Measured"].to_string();
    for name in ["System Mode", "User Mode", "Percent"] {
        assert!(measured.contains(name), "{measured}");
    }
    assert!(first["ResourceUsage"]["MemoryStats"]["Usage"].as_u64() < Some(32 << 20), "{first}");
    assert!(within(PATIENCE, || usage()["Timestamp"].as_i64() > first["Timestamp"].as_i64()), "{first}");

    assert_eq!(allocation.container("web"), before);
    allocation.purge();
}
