//! Limits of memory, CPU, processes and kernel resources, from the task's options and from what Nomad reserved.
//! Which cgroup they apply to is for `namespaces`; devices and mounts that count as memory are for their own topics.

use crate::config::syntax::nearest::nearest;
use crate::config::syntax::size::SizeError;
use crate::config::syntax::ulimit::{KNOWN, UlimitError};
use crate::config::syntax::{IpcMode, MemoryBytes, MemorySwap, Syntax, Ulimit};
use crate::diagnostic::Diagnostic;
use crate::draft::Draft;
use crate::facts::{CgroupVersion, PodmanVersion};
use crate::generated::diagnostics as ids;
use crate::inputs::Inputs;
use crate::spec;

/// Limits memory to what Nomad reserved, or to `memory_max`, and reserves what `memory_reservation` says.
pub fn memory(cx: &Inputs<'_>, out: &mut Draft<'_>) {
    if !delegated(cx, "memory") {
        if limit(cx).is_some() || !cx.task.memory_reservation().is_empty() {
            out.report(left_out("memory limit", "memory"));
        }
        return;
    }
    let (memory, limit) = (mib(cx.nomad.memory_mb()), limit(cx));
    if let Some(limit) = limit {
        out.set_resource_limits_memory_limit(limit);
    }
    let asked = size::<MemoryBytes>(cx, out, "memory_reservation", cx.task.memory_reservation());
    let asked = asked.map(MemoryBytes::get);
    // With `memory_max`, Nomad's `memory` is what the client set aside, and nothing beyond it can be promised.
    let oversubscribed = cx.nomad.memory_max_mb() != 0 && memory > 0;
    let reservation = match asked {
        Some(bytes) if oversubscribed => Some(bytes.min(memory)),
        None if oversubscribed => Some(memory),
        asked => asked,
    };
    if let Some(reservation) = reservation {
        out.set_resource_limits_memory_reservation(reservation);
    }
    if let Some(bytes) = asked {
        judge_reservation(cx, out, bytes, if oversubscribed { Some(memory) } else { None });
    }
}

/// Limits memory and swap together.
pub fn memory_swap(cx: &Inputs<'_>, out: &mut Draft<'_>) {
    let Some(swap) = size::<MemorySwap>(cx, out, "memory_swap", cx.task.memory_swap()) else { return };
    if !delegated(cx, "memory") {
        return out.report(cx.at("memory_swap", left_out("limit of memory and swap", "memory")));
    }
    out.set_resource_limits_memory_swap(swap.get());
    match (limit(cx), swap) {
        (_, MemorySwap::Unlimited) => {}
        (None, MemorySwap::Limit(_)) => {
            let message = "memory_swap is given, and the task has no memory limit.";
            let diagnostic = Diagnostic::warning(ids::SWAP_WITHOUT_LIMIT, message);
            out.report(cx.at("memory_swap", diagnostic.suggest("give `memory_max` a number, or leave it away")));
        }
        (Some(limit), MemorySwap::Limit(swap)) if swap.get() < limit => {
            let message =
                format!("memory_swap is {swap}, less than the task's memory of {}.", printed(limit));
            let diagnostic = Diagnostic::error(ids::SWAP_BELOW_MEMORY, message)
                .suggest(format!("for no swap at all, write \"{}\"", printed(limit)));
            out.report(cx.at("memory_swap", diagnostic));
        }
        (Some(_), MemorySwap::Limit(_)) => {}
    }
}

/// Says how readily the kernel swaps the task out, where the kernel still has such a thing.
pub fn memory_swappiness(cx: &Inputs<'_>, out: &mut Draft<'_>) {
    let Some(asked) = cx.task.memory_swappiness() else { return };
    let problem = match u64::try_from(asked) {
        _ if *cx.host.cgroup_version() == CgroupVersion::V2 => Diagnostic::warning(
            ids::SWAPPINESS_WITHOUT_EFFECT,
            "memory_swappiness has no effect on a host with cgroup version 2.",
        )
        .suggest("to keep the task out of swap, set `memory_swap` to the size of its memory"),
        Ok(swappiness) if swappiness > 100 => bad_swappiness(asked),
        Err(_) => bad_swappiness(asked),
        Ok(_) if !delegated(cx, "memory") => left_out("swappiness", "memory"),
        Ok(swappiness) => return out.set_resource_limits_memory_swappiness(swappiness),
    };
    out.report(cx.at("memory_swappiness", problem));
}

/// Keeps the task from using more CPU than it reserves, with `cpu_hard_limit`.
pub fn cpu_quota(cx: &Inputs<'_>, out: &mut Draft<'_>) {
    let asked = cx.task.cpu_cfs_period().unwrap_or(0);
    if !cx.task.cpu_hard_limit() {
        if asked != 0 && !cx.is_deferred("cpu_hard_limit") {
            let message = "cpu_cfs_period has no effect without cpu_hard_limit.";
            let diagnostic = Diagnostic::warning(ids::CPU_PERIOD_WITHOUT_HARD_LIMIT, message)
                .suggest("add `cpu_hard_limit = true`, or leave it away");
            out.report(cx.at("cpu_cfs_period", diagnostic));
        }
        return;
    }
    let Some(period) = period(cx, out, asked) else { return };
    if !delegated(cx, "cpu") {
        return out.report(cx.at("cpu_hard_limit", left_out("hard CPU limit", "cpu")));
    }
    out.set_resource_limits_cpu_period(period);
    // Cut for each core before multiplying, as jobs have always been limited; a cast saturates.
    let per_core = (cx.nomad.percent_ticks() * period as f64) as i64;
    let cores = i64::try_from(cx.host.processors()).unwrap_or(i64::MAX);
    out.set_resource_limits_cpu_quota(per_core.saturating_mul(cores).max(1000));
}

/// Weighs the task by the CPU that it reserves. A rootless Podman never gets a weight.
pub fn cpu_shares(cx: &Inputs<'_>, out: &mut Draft<'_>) {
    if !cx.host.rootless() {
        out.set_resource_limits_cpu_shares(u64::try_from(cx.nomad.cpu_shares()).unwrap_or(0));
    }
}

/// Pins the task to the cores that Nomad reserved for it.
pub fn cpuset(cx: &Inputs<'_>, out: &mut Draft<'_>) {
    let cores = cx.nomad.cpuset();
    if cores.is_empty() {
        return;
    }
    if !delegated(cx, "cpuset") {
        return out.report(left_out("pinning to reserved cores", "cpuset"));
    }
    out.set_resource_limits_cpu_cpus(cores);
}

/// Limits how many processes the container may have.
pub fn pids(cx: &Inputs<'_>, out: &mut Draft<'_>) {
    let problem = match cx.task.pids_limit() {
        None => return,
        Some(0) => Diagnostic::warning(
            ids::PIDS_LIMIT_ZERO,
            "pids_limit = 0 sets no limit of its own: Podman's counts, usually 2048.",
        )
        .suggest("leave it away, or write a number above zero"),
        Some(asked) if asked < 0 => {
            Diagnostic::error(ids::PIDS_LIMIT_NEGATIVE, format!("pids_limit is {asked}, which is no limit."))
                .accepts("a number above zero")
                .suggest("a large number, such as 4194304, is as good as no limit")
        }
        Some(_) if !delegated(cx, "pids") => left_out("limit of processes", "pids"),
        Some(asked) => return out.set_resource_limits_pids_limit(asked),
    };
    out.report(cx.at("pids_limit", problem));
}

/// Says how readily the kernel kills the task when the host runs out of memory. Always sent, so that the container
/// does not inherit the score of Podman's service.
pub fn oom_score_adj(cx: &Inputs<'_>, out: &mut Draft<'_>) {
    let score = i64::from(cx.task.oom_score_adj().unwrap_or(0));
    if cx.is_deferred("oom_score_adj") {
        return;
    }
    if !(-1000..=1000).contains(&score) {
        let message = format!("oom_score_adj is {score}, which the kernel does not take.");
        let diagnostic = Diagnostic::error(ids::BAD_OOM_SCORE_ADJ, message).accepts("a number from -1000 to 1000");
        return out.report(cx.at("oom_score_adj", diagnostic));
    }
    out.set_oom_score_adj(score);
    if score < 0 && cx.host.rootless() {
        let message = "A rootless Podman cannot lower oom_score_adj; the task is not protected.";
        out.report(cx.at("oom_score_adj", Diagnostic::warning(ids::OOM_SCORE_ADJ_ROOTLESS, message)));
    }
}

/// Sizes /dev/shm, where the task has one of its own.
pub fn shm_size(cx: &Inputs<'_>, out: &mut Draft<'_>) {
    let Some(size) = size::<MemoryBytes>(cx, out, "shm_size", cx.task.shm_size()) else { return };
    out.set_shm_size(size.get());
    let mode = cx.task.ipc_mode();
    match mode.parse() {
        Err(_) | Ok(IpcMode::Private | IpcMode::Shareable) => {}
        Ok(_) => {
            let message = format!(
                "shm_size cannot be used with ipc_mode=\"{mode}\"; it requires a private or shareable IPC namespace"
            );
            out.report(cx.at("shm_size", Diagnostic::error(ids::SHM_SIZE_NEEDS_OWN_IPC, message)));
        }
    }
}

/// Limits what a single process may use of the kernel's resources.
pub fn ulimits(cx: &Inputs<'_>, out: &mut Draft<'_>) {
    let asked = cx.task.ulimit();
    for (name, value) in asked.iter().filter(|(_, value)| !cx.is_open(value)) {
        match Ulimit::parse(name, value) {
            Ok(limit) => ulimit(cx, out, &limit),
            Err(error) => {
                let diagnostic = Diagnostic::error(ids::BAD_ULIMIT, error.to_string()).accepts(Ulimit::ACCEPTED);
                let unlimited = matches!(error, UlimitError::Soft { .. } | UlimitError::Hard { .. })
                    && value.contains("unlimited");
                let diagnostic = if unlimited { diagnostic.suggest("write -1 for no limit") } else { diagnostic };
                out.report(cx.at(&format!("ulimit.{name}"), diagnostic));
            }
        }
    }
    let given = |wanted: &str| asked.keys().any(|name| name.eq_ignore_ascii_case(wanted));
    let complete = given("nofile") && given("nproc");
    if !asked.is_empty() && !complete && *cx.host.podman_version() < PodmanVersion::new(4, 5, 0) {
        let message = "With any limit given, this Podman sets nofile and nproc to 1048576 unless they are given too.";
        let diagnostic = Diagnostic::warning(ids::ULIMIT_DEFAULTS_LOST, message)
            .suggest("give `nofile` and `nproc` as well");
        out.report(cx.at("ulimit", diagnostic));
    }
}

fn ulimit(cx: &Inputs<'_>, out: &mut Draft<'_>, limit: &Ulimit) {
    let path = format!("ulimit.{}", limit.name());
    out.push_r_limits(spec::Ulimit {
        name: limit.name().to_owned(),
        soft: limit.soft().get(),
        hard: limit.hard().get(),
    });
    if !limit.is_known() {
        let message = format!("There is no limit called {:?}.", limit.name());
        let diagnostic = Diagnostic::error(ids::UNKNOWN_ULIMIT, message).accepts(KNOWN.join(", "));
        let bare = limit.name().to_ascii_lowercase();
        let bare = bare.strip_prefix("rlimit_").unwrap_or(&bare);
        out.report(cx.at(&path, suggest_word(diagnostic, nearest(bare, KNOWN))));
    }
    if limit.soft() > limit.hard() {
        let message =
            format!("The soft limit {} of {} is above its hard limit {}.", limit.soft(), limit.name(), limit.hard());
        let diagnostic = Diagnostic::error(ids::ULIMIT_SOFT_ABOVE_HARD, message)
            .suggest(format!("write \"{}:{}\"", limit.hard(), limit.soft()));
        out.report(cx.at(&path, diagnostic));
    }
}

/// The period in which CPU time is counted, in microseconds.
fn period(cx: &Inputs<'_>, out: &mut Draft<'_>, asked: u64) -> Option<u64> {
    const DEFAULT: u64 = 100_000;
    const SHORTEST: u64 = 1_000;
    const LONGEST: u64 = 1_000_000;
    if asked > LONGEST {
        let message = format!("invalid value for cpu_cfs_period, {asked} is bigger than {LONGEST}");
        let diagnostic = Diagnostic::error(ids::CPU_PERIOD_TOO_LARGE, message)
            .accepts("a number of microseconds from 1000 to 1000000");
        out.report(cx.at("cpu_cfs_period", diagnostic));
        return None;
    }
    if asked != 0 && asked < SHORTEST {
        let message = format!("cpu_cfs_period is {asked} and raised to {SHORTEST} microseconds.");
        let diagnostic = Diagnostic::warning(ids::CPU_PERIOD_RAISED, message)
            .accepts("a number of microseconds from 1000 to 1000000");
        out.report(cx.at("cpu_cfs_period", diagnostic));
    }
    Some(if asked == 0 { DEFAULT } else { asked.max(SHORTEST) })
}

fn judge_reservation(cx: &Inputs<'_>, out: &mut Draft<'_>, asked: i64, lowered_to: Option<i64>) {
    let diagnostic = match (lowered_to, limit(cx)) {
        (Some(memory), _) if asked > memory => {
            let message = format!(
                "memory_reservation is {}, more than the task's memory, and lowered to {}.",
                printed(asked),
                printed(memory)
            );
            Diagnostic::warning(ids::RESERVATION_LOWERED, message).suggest("leave it away, which means the same")
        }
        (None, Some(limit)) if asked > limit => {
            let message = format!(
                "memory_reservation is {}, more than the memory limit of {}.",
                printed(asked),
                printed(limit)
            );
            Diagnostic::warning(ids::RESERVATION_ABOVE_LIMIT, message)
                .suggest("lower it, or raise `memory` in the task's `resources`")
        }
        _ => return,
    };
    out.report(cx.at("memory_reservation", diagnostic));
}

/// What the task cannot exceed, in bytes: `memory_max` where there is one, otherwise `memory`.
fn limit(cx: &Inputs<'_>) -> Option<i64> {
    match (cx.nomad.memory_max_mb(), cx.nomad.memory_mb()) {
        (max, _) if max > 0 => Some(mib(max)),
        (0, memory) if memory > 0 => Some(mib(memory)),
        _ => None,
    }
}

/// A size option that is given and complete; what is malformed is reported.
fn size<T: Syntax + std::str::FromStr<Err = SizeError>>(
    cx: &Inputs<'_>,
    out: &mut Draft<'_>,
    path: &str,
    text: &str,
) -> Option<T> {
    if text.is_empty() || cx.is_open(text) {
        return None;
    }
    let error = match text.parse::<T>() {
        Ok(size) => return Some(size),
        Err(error) => error,
    };
    let id = match error {
        SizeError::Malformed(_) | SizeError::Number(_) => ids::BAD_SIZE,
        SizeError::Range(_) | SizeError::TooLarge(_) | SizeError::Negative(_) | SizeError::NoUnlimited => {
            ids::SIZE_OUT_OF_RANGE
        }
    };
    let diagnostic = Diagnostic::error(id, error.to_string()).accepts(T::ACCEPTED);
    out.report(cx.at(path, match likely_size(text) {
        Some(likely) => diagnostic.suggest(format!("write \"{likely}\"")),
        None => diagnostic,
    }));
    None
}

/// `512MiB` and `512 MB` are what people write elsewhere.
fn likely_size(text: &str) -> Option<String> {
    let lower: String = text.to_ascii_lowercase().chars().filter(|c| !c.is_whitespace()).collect();
    let short = lower.strip_suffix("ib").or_else(|| lower.strip_suffix('b')).unwrap_or(&lower);
    short.parse::<MemoryBytes>().ok().map(|_| short.to_owned())
}

fn suggest_word(diagnostic: Diagnostic, word: Option<&str>) -> Diagnostic {
    match word {
        Some(word) => diagnostic.suggest(format!("did you mean `{word}`?")),
        None => diagnostic,
    }
}

fn bad_swappiness(asked: i64) -> Diagnostic {
    let message = format!("memory_swappiness is {asked}, which the kernel does not take.");
    Diagnostic::error(ids::BAD_SWAPPINESS, message).accepts("a number from 0 to 100")
}

/// Whether Podman can limit with this controller: a rootless one has those that its user was given.
fn delegated(cx: &Inputs<'_>, controller: &str) -> bool {
    !cx.host.rootless() || cx.host.cgroup_controllers().iter().any(|name| name == controller)
}

fn left_out(what: &str, controller: &str) -> Diagnostic {
    let message = format!(
        "The {what} is left out: the cgroup controller {controller} is not delegated to the user of this Podman."
    );
    Diagnostic::warning(ids::CONTROLLER_NOT_DELEGATED, message)
        .suggest("let systemd delegate it on the host, or run the task on a rootful Podman")
}

fn mib(megabytes: i64) -> i64 {
    megabytes.saturating_mul(1024 * 1024)
}

fn printed(bytes: i64) -> String {
    u64::try_from(bytes).ok().and_then(MemoryBytes::new).map(|size| size.to_string()).unwrap_or_default()
}

#[cfg(test)]
#[path = "resources/tests.rs"]
pub(crate) mod tests;
