//! What the kernel's files of a control group say of processors and memory, both versions. The functions take texts, so
//! that a test needs no kernel; `Account` reads the files of one container.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;

use super::hierarchy::Folders;
use super::reading::{Cpu, Memory};

/// A tick of `cpuacct.stat`, in nanoseconds: the kernel tells user space 100 of them a second on every machine.
const TICK: u64 = 10_000_000;

/// How often memory is left unread in a row because no process of the container has run since it was looked at.
const UNREAD: u8 = 9;

/// The accounts of one container.
#[derive(Debug)]
pub struct Account {
    folders: Folders,
    /// Processor time. Open for as long as somebody asks: it is the one file that is read each time.
    clock: File,
    known: Option<Known>,
}

#[derive(Debug)]
struct Known {
    clock: Vec<u8>,
    cpu: Cpu,
    memory: Memory,
    unread: u8,
}

impl Account {
    /// Opens the accounts in these folders; `None` if there are none.
    pub fn open(folders: Folders) -> Option<Self> {
        let clock = match &folders {
            Folders::V1 { cpuacct, .. } => cpuacct.join("cpuacct.usage"),
            Folders::V2(folder) => folder.join("cpu.stat"),
        };
        Some(Self { clock: File::open(clock).ok()?, folders, known: None })
    }

    /// What they say now; `None` if the control group is gone.
    pub fn read(&mut self) -> Option<(Cpu, Memory)> {
        // The longest is `cpu.stat`, with some twenty short lines.
        let mut buffer = [0; 2048];
        let length = self.clock.read_at(&mut buffer, 0).ok()?;
        let clock = buffer.get(..length)?;
        if let Some(known) = self.known.as_mut().filter(|known| known.clock == clock) {
            // Nothing ran, so nothing was allocated. Only the kernel itself may have taken some memory back meanwhile,
            // and then less of it is in use.
            known.unread = (known.unread + 1) % (UNREAD + 1);
            if known.unread > 0 || usage(&self.folders) == Some(known.memory.usage) {
                return Some((known.cpu, known.memory));
            }
        }
        let text = std::str::from_utf8(clock).ok()?;
        let (cpu, memory) = match &self.folders {
            Folders::V1 { cpuacct, cpu, memory } => {
                let file = |name| text_of(cpuacct, name);
                let throttling = cpu.as_deref().and_then(|folder| text_of(folder, "cpu.stat"));
                let parts = match file("cpuacct.usage_sys") {
                    Some(system) => PartsV1::System(system),
                    None => PartsV1::Ticks(file("cpuacct.stat").unwrap_or_default()),
                };
                let cpu = cpu_v1(text, &parts, throttling.as_deref())?;
                (cpu, memory_v1(|name| text_of(memory, name))?)
            }
            Folders::V2(folder) => (cpu_v2(text)?, memory_v2(|name| text_of(folder, name))?),
        };
        self.known = Some(Known { clock: clock.to_vec(), cpu, memory, unread: 0 });
        Some((cpu, memory))
    }
}

/// Processor time from the text of version 2's `cpu.stat`.
pub fn cpu_v2(stat: &str) -> Option<Cpu> {
    let microseconds = |name| value(stat, name).map(|value| value.saturating_mul(1000));
    Some(Cpu {
        total: microseconds("usage_usec")?,
        user: microseconds("user_usec"),
        system: microseconds("system_usec"),
        throttled_periods: value(stat, "nr_throttled"),
        throttled_time: microseconds("throttled_usec"),
    })
}

/// What version 1 says of the parts of processor time.
#[derive(Debug)]
pub enum PartsV1 {
    /// The text of `cpuacct.usage_sys`: the kernel's part. Podman reads it as well, so that the numbers are the same.
    System(String),
    /// The text of `cpuacct.stat`, of kernels that have no such file (before 4.7): in ticks.
    Ticks(String),
}

/// Processor time from version 1's `cpuacct.usage`, its parts, and the other controller's `cpu.stat`.
pub fn cpu_v1(usage: &str, parts: &PartsV1, throttling: Option<&str>) -> Option<Cpu> {
    let total = number(usage)?;
    let (user, system) = match parts {
        PartsV1::System(text) => {
            let system = number(text);
            (system.map(|system| total.saturating_sub(system)), system)
        }
        PartsV1::Ticks(text) => {
            let ticks = |name| value(text, name).map(|ticks| ticks.saturating_mul(TICK));
            (ticks("user"), ticks("system"))
        }
    };
    Some(Cpu {
        total,
        user,
        system,
        throttled_periods: throttling.and_then(|text| value(text, "nr_throttled")),
        throttled_time: throttling.and_then(|text| value(text, "throttled_time")),
    })
}

/// Memory from version 2's files, which `file` gives by name. Only `memory.current` has to be there.
pub fn memory_v2(file: impl Fn(&str) -> Option<String>) -> Option<Memory> {
    let single = |name| file(name).as_deref().and_then(number);
    let stat = file("memory.stat").unwrap_or_default();
    // One sum since Linux 5.18; before, these are the two big parts of it.
    let kernel = value(&stat, "kernel").or_else(|| {
        let parts = [value(&stat, "kernel_stack"), value(&stat, "slab")];
        parts.iter().any(Option::is_some).then(|| parts.iter().flatten().sum())
    });
    Some(Memory {
        usage: single("memory.current")?,
        max_usage: single("memory.peak"),
        cache: value(&stat, "file"),
        swap: single("memory.swap.current"),
        kernel_usage: kernel,
        kernel_max_usage: None,
    })
}

/// Memory from version 1's files, which `file` gives by name. Only `memory.usage_in_bytes` has to be there.
pub fn memory_v1(file: impl Fn(&str) -> Option<String>) -> Option<Memory> {
    let single = |name| file(name).as_deref().and_then(number);
    let stat = file("memory.stat").unwrap_or_default();
    Some(Memory {
        usage: single("memory.usage_in_bytes")?,
        max_usage: single("memory.max_usage_in_bytes"),
        cache: value(&stat, "total_cache"),
        swap: value(&stat, "total_swap"),
        kernel_usage: single("memory.kmem.usage_in_bytes"),
        kernel_max_usage: single("memory.kmem.max_usage_in_bytes"),
    })
}

/// The number after a name in a file of lines `NAME NUMBER`.
fn value(text: &str, name: &str) -> Option<u64> {
    text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ').and_then(number))
}

fn number(text: &str) -> Option<u64> {
    text.trim().parse().ok()
}

/// Memory in use, by itself.
fn usage(folders: &Folders) -> Option<u64> {
    let text = match folders {
        Folders::V1 { memory, .. } => text_of(memory, "memory.usage_in_bytes"),
        Folders::V2(folder) => text_of(folder, "memory.current"),
    };
    text.as_deref().and_then(number)
}

fn text_of(folder: &Path, name: &str) -> Option<String> {
    std::fs::read_to_string(folder.join(name)).ok()
}
