//! Limits of CPU, processes and kernel resources, from the task's options and from what Nomad reserved.
//! Memory is in `memory`, the cgroup that all limits apply to in `namespaces`.

use crate::config::syntax::nearest::nearest;
use crate::config::syntax::ulimit::{KNOWN, UlimitError};
use crate::config::syntax::{Syntax, Ulimit};
use crate::diagnostic::Diagnostic;
use crate::draft::Draft;
use crate::facts::PodmanVersion;
use crate::generated::diagnostics as ids;
use crate::inputs::Inputs;
use crate::rules::shared::{delegated, left_out};
use crate::spec;

/// Keeps the task from using more CPU than it reserves, with `cpu_hard_limit`.
pub fn cpu_quota(cx: &Inputs<'_>, out: &mut Draft<'_>) {
    let asked = cx.task.cpu_cfs_period().unwrap_or(0);
    if !cx.task.cpu_hard_limit() {
        if asked != 0 && !cx.is_deferred("cpu_hard_limit") {
            let message = "cpu_cfs_period has no effect without cpu_hard_limit.";
            let diagnostic = Diagnostic::warning(ids::CPU_PERIOD_WITHOUT_HARD_LIMIT, message)
                .suggest("Add `cpu_hard_limit = true`, or leave it away.");
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
        .suggest("Leave it away, or write a number above zero."),
        Some(asked) if asked < 0 => {
            Diagnostic::error(ids::PIDS_LIMIT_NEGATIVE, format!("pids_limit is {asked}, which is no limit."))
                .accepts("a number above zero")
                .suggest("A large number, such as 4194304, is as good as no limit.")
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
        let diagnostic =
            Diagnostic::error(ids::BAD_OOM_SCORE_ADJ, message).accepts("a number from -1000 to 1000");
        return out.report(cx.at("oom_score_adj", diagnostic));
    }
    out.set_oom_score_adj(score);
    if score < 0 && cx.host.rootless() {
        let message = "A rootless Podman cannot lower oom_score_adj; the task is not protected.";
        out.report(cx.at("oom_score_adj", Diagnostic::warning(ids::OOM_SCORE_ADJ_ROOTLESS, message)));
    }
}

/// Limits what a single process may use of the kernel's resources.
pub fn ulimits(cx: &Inputs<'_>, out: &mut Draft<'_>) {
    let asked = cx.task.ulimit();
    for (name, value) in asked.iter().filter(|(_, value)| !cx.is_open(value)) {
        match Ulimit::parse(name, value) {
            Ok(limit) => ulimit(cx, out, &limit),
            Err(error) => {
                let diagnostic =
                    Diagnostic::error(ids::BAD_ULIMIT, error.to_string()).accepts(Ulimit::ACCEPTED);
                let unlimited = matches!(error, UlimitError::Soft { .. } | UlimitError::Hard { .. })
                    && value.contains("unlimited");
                let diagnostic =
                    if unlimited { diagnostic.suggest("Write -1 for no limit.") } else { diagnostic };
                out.report(cx.at(&format!("ulimit.{name}"), diagnostic));
            }
        }
    }
    let given = |wanted: &str| asked.keys().any(|name| name.eq_ignore_ascii_case(wanted));
    let complete = given("nofile") && given("nproc");
    if !asked.is_empty() && !complete && *cx.host.podman_version() < PodmanVersion::new(4, 5, 0) {
        let message =
            "With any limit given, this Podman sets nofile and nproc to 1048576 unless they are given too.";
        let diagnostic = Diagnostic::warning(ids::ULIMIT_DEFAULTS_LOST, message)
            .suggest("Give `nofile` and `nproc` as well.");
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
        out.report(cx.at(&path, diagnostic.did_you_mean(nearest(bare, KNOWN))));
    }
    if limit.soft() > limit.hard() {
        let message = format!(
            "The soft limit {} of {} is above its hard limit {}.",
            limit.soft(),
            limit.name(),
            limit.hard()
        );
        let diagnostic = Diagnostic::error(ids::ULIMIT_SOFT_ABOVE_HARD, message).suggest(format!(
            "Write \"{}:{}\".",
            limit.hard(),
            limit.soft()
        ));
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

#[cfg(test)]
#[path = "resources/tests.rs"]
pub(crate) mod tests;
