//! Memory: the limit, what is reserved of it, swap, and the shared memory at /dev/shm.
//! How much the task may have comes from Nomad's `resources`; mounts in memory are for `mounts`.

use std::str::FromStr;

use crate::config::syntax::size::SizeError;
use crate::config::syntax::{IpcMode, MemoryBytes, MemorySwap, Syntax};
use crate::diagnostic::Diagnostic;
use crate::draft::Draft;
use crate::facts::CgroupVersion;
use crate::generated::diagnostics as ids;
use crate::inputs::Inputs;
use crate::rules::shared::{delegated, left_out};

/// Limits memory to what Nomad reserved, or to `memory_max`, and reserves what `memory_reservation` says.
pub fn limit(cx: &Inputs<'_>, out: &mut Draft<'_>) {
    if !delegated(cx, "memory") {
        if ceiling(cx).is_some() || !cx.task.memory_reservation().is_empty() {
            out.report(left_out("memory limit", "memory"));
        }
        return;
    }
    let (memory, limit) = (mib(cx.nomad.memory_mb()), ceiling(cx));
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
pub fn swap(cx: &Inputs<'_>, out: &mut Draft<'_>) {
    let Some(swap) = size::<MemorySwap>(cx, out, "memory_swap", cx.task.memory_swap()) else { return };
    if !delegated(cx, "memory") {
        return out.report(cx.at("memory_swap", left_out("limit of memory and swap", "memory")));
    }
    out.set_resource_limits_memory_swap(swap.get());
    match (ceiling(cx), swap) {
        (_, MemorySwap::Unlimited) => {}
        (None, MemorySwap::Limit(_)) => {
            let message = "memory_swap is given, and the task has no memory limit.";
            let diagnostic = Diagnostic::warning(ids::SWAP_WITHOUT_LIMIT, message);
            out.report(
                cx.at("memory_swap", diagnostic.suggest("Give `memory_max` a number, or leave it away.")),
            );
        }
        (Some(limit), MemorySwap::Limit(swap)) if swap.get() < limit => {
            let message =
                format!("memory_swap is {swap}, less than the task's memory of {}.", printed(limit));
            let diagnostic = Diagnostic::error(ids::SWAP_BELOW_MEMORY, message)
                .suggest(format!("For no swap at all, write \"{}\".", printed(limit)));
            out.report(cx.at("memory_swap", diagnostic));
        }
        (Some(_), MemorySwap::Limit(_)) => {}
    }
}

/// Says how readily the kernel swaps the task out, where the kernel still has such a thing.
pub fn swappiness(cx: &Inputs<'_>, out: &mut Draft<'_>) {
    let Some(asked) = cx.task.memory_swappiness() else { return };
    let problem = match u64::try_from(asked) {
        _ if *cx.host.cgroup_version() == CgroupVersion::V2 => Diagnostic::warning(
            ids::SWAPPINESS_WITHOUT_EFFECT,
            "memory_swappiness has no effect on a host with cgroup version 2.",
        )
        .suggest("To keep the task out of swap, set `memory_swap` to the size of its memory."),
        Ok(swappiness) if swappiness > 100 => bad_swappiness(asked),
        Err(_) => bad_swappiness(asked),
        Ok(_) if !delegated(cx, "memory") => left_out("swappiness", "memory"),
        Ok(swappiness) => return out.set_resource_limits_memory_swappiness(swappiness),
    };
    out.report(cx.at("memory_swappiness", problem));
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

fn judge_reservation(cx: &Inputs<'_>, out: &mut Draft<'_>, asked: i64, lowered_to: Option<i64>) {
    let diagnostic = match (lowered_to, ceiling(cx)) {
        (Some(memory), _) if asked > memory => {
            let message = format!(
                "memory_reservation is {}, more than the task's memory, and lowered to {}.",
                printed(asked),
                printed(memory)
            );
            Diagnostic::warning(ids::RESERVATION_LOWERED, message)
                .suggest("Leave it away, which means the same.")
        }
        (None, Some(limit)) if asked > limit => {
            let message = format!(
                "memory_reservation is {}, more than the memory limit of {}.",
                printed(asked),
                printed(limit)
            );
            Diagnostic::warning(ids::RESERVATION_ABOVE_LIMIT, message)
                .suggest("Lower it, or raise `memory` in the task's `resources`.")
        }
        _ => return,
    };
    out.report(cx.at("memory_reservation", diagnostic));
}

/// What the task cannot exceed, in bytes: `memory_max` where there is one, otherwise `memory`.
fn ceiling(cx: &Inputs<'_>) -> Option<i64> {
    match (cx.nomad.memory_max_mb(), cx.nomad.memory_mb()) {
        (max, _) if max > 0 => Some(mib(max)),
        (0, memory) if memory > 0 => Some(mib(memory)),
        _ => None,
    }
}

/// A size option that is given and complete; what is malformed is reported.
fn size<T: Syntax + FromStr<Err = SizeError>>(
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
    out.report(cx.at(
        path,
        match likely_size(text) {
            Some(likely) => diagnostic.suggest(format!("Write \"{likely}\".")),
            None => diagnostic,
        },
    ));
    None
}

/// `512MiB` and `512 MB` are what people write elsewhere.
fn likely_size(text: &str) -> Option<String> {
    let lower: String = text.to_ascii_lowercase().chars().filter(|c| !c.is_whitespace()).collect();
    let short = lower.strip_suffix("ib").or_else(|| lower.strip_suffix('b')).unwrap_or(&lower);
    short.parse::<MemoryBytes>().ok().map(|_| short.to_owned())
}

fn bad_swappiness(asked: i64) -> Diagnostic {
    let message = format!("memory_swappiness is {asked}, which the kernel does not take.");
    Diagnostic::error(ids::BAD_SWAPPINESS, message).accepts("a number from 0 to 100")
}

fn mib(megabytes: i64) -> i64 {
    megabytes.saturating_mul(1024 * 1024)
}

fn printed(bytes: i64) -> String {
    u64::try_from(bytes).ok().and_then(MemoryBytes::new).map(|size| size.to_string()).unwrap_or_default()
}

#[cfg(test)]
#[path = "memory/tests.rs"]
pub(crate) mod tests;
