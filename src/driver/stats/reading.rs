//! One look at a container's accounts, and what two of them mean: shares of processors, ticks of the node, and the
//! message for Nomad. Pure; where the numbers come from is `cgroup`'s and `remote`'s.

use std::time::{Duration, Instant};

use jiff::Timestamp;

use crate::driver::moment;
use crate::driver::settings::Node;
use crate::plugin::generated::driver::cpu_usage::Fields as CpuField;
use crate::plugin::generated::driver::memory_usage::Fields as MemoryField;
use crate::plugin::generated::driver::{CpuUsage, MemoryUsage, TaskResourceUsage, TaskStats};

/// Processor time since the container's start, in nanoseconds. A part is `None` where the source does not say it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cpu {
    /// All of it.
    pub total: u64,
    /// In programs.
    pub user: Option<u64>,
    /// In the kernel, on their behalf.
    pub system: Option<u64>,
    /// In how many periods of its quota the container had to wait.
    pub throttled_periods: Option<u64>,
    /// How long it waited.
    pub throttled_time: Option<u64>,
}

/// Memory in bytes. A part is `None` where the source does not say it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Memory {
    /// In use, with the cache of files.
    pub usage: u64,
    /// The most that was in use.
    pub max_usage: Option<u64>,
    /// The cache of files.
    pub cache: Option<u64>,
    /// Swapped out.
    pub swap: Option<u64>,
    /// What the kernel needs for the container.
    pub kernel_usage: Option<u64>,
    /// The most that the kernel needed for it.
    pub kernel_max_usage: Option<u64>,
}

/// When something was read, by the clock of whoever read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// This process.
    Ours(Instant),
    /// Podman: nanoseconds of its wall clock.
    Podmans(u64),
}

/// One look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// For clients.
    pub time: Timestamp,
    /// For differences.
    pub moment: Moment,
    /// Processors.
    pub cpu: Cpu,
    /// Memory.
    pub memory: Memory,
}

impl Reading {
    /// Time since another look; `None` where that was by another clock, or not earlier.
    fn since(&self, earlier: &Reading) -> Option<Duration> {
        let elapsed = match (self.moment, earlier.moment) {
            (Moment::Ours(now), Moment::Ours(then)) => now.checked_duration_since(then),
            (Moment::Podmans(now), Moment::Podmans(then)) => now.checked_sub(then).map(Duration::from_nanos),
            _ => None,
        };
        elapsed.filter(|elapsed| !elapsed.is_zero())
    }
}

/// What one stream of statistics has seen so far.
#[derive(Debug, Default)]
pub struct Course {
    last: Option<Reading>,
    most: u64,
}

impl Course {
    /// The message for the next look. Shares are those of the time since the look before; the first has none to compare
    /// with and says zero.
    pub fn next(&mut self, now: Reading, node: Node) -> TaskStats {
        self.most = self.most.max(now.memory.usage);
        let usage = TaskResourceUsage {
            cpu: Some(cpu_usage(self.last.as_ref(), &now, node)),
            memory: Some(memory_usage(&now.memory, self.most)),
        };
        self.last = Some(now);
        let time = moment::wire(now.time);
        TaskStats { timestamp: Some(time), agg_resource_usage: Some(usage), ..TaskStats::default() }
    }
}

/// Shares in percent of one core: two busy cores are 200. Ticks are MHz of an average core of the node.
pub fn cpu_usage(before: Option<&Reading>, now: &Reading, node: Node) -> CpuUsage {
    let between = before.and_then(|before| Some((before.cpu, now.since(before)?)));
    let share = |now: u64, part: fn(&Cpu) -> Option<u64>| {
        let spent = between.and_then(|(cpu, elapsed)| Some((now.checked_sub(part(&cpu)?)?, elapsed)));
        // Counters that went back are those of a container that was started again.
        spent.map_or(0.0, |(spent, elapsed)| spent as f64 / elapsed.as_nanos() as f64 * 100.0)
    };
    let cpu = &now.cpu;
    let percent = share(cpu.total, |cpu| Some(cpu.total));
    let mut measured = Vec::with_capacity(5);
    let mut known = |field: CpuField, value: Option<u64>| {
        measured.extend(value.map(|_| field as i32));
        value.unwrap_or_default()
    };
    let system_mode = share(known(CpuField::SystemMode, cpu.system), |cpu| cpu.system);
    let user_mode = share(known(CpuField::UserMode, cpu.user), |cpu| cpu.user);
    known(CpuField::Percent, Some(cpu.total));
    CpuUsage {
        system_mode,
        user_mode,
        percent,
        total_ticks: ticks(percent, node),
        throttled_periods: known(CpuField::ThrottledPeriods, cpu.throttled_periods),
        throttled_time: known(CpuField::ThrottledTime, cpu.throttled_time),
        measured_fields: measured,
    }
}

/// MHz that a share in percent is on this node; 0 where the node is not known.
pub fn ticks(percent: f64, node: Node) -> f64 {
    if node.cores == 0 { 0.0 } else { percent / 100.0 * node.compute as f64 / node.cores as f64 }
}

/// The message for memory. `most` is the most that was seen, for sources that do not keep it themselves.
pub fn memory_usage(memory: &Memory, most: u64) -> MemoryUsage {
    let mut measured = Vec::with_capacity(6);
    let mut known = |field: MemoryField, value: Option<u64>| {
        measured.extend(value.map(|_| field as i32));
        value.unwrap_or_default()
    };
    // The resident size is what the Go driver says it is: all that is in use. It does not count as measured there either.
    MemoryUsage {
        rss: memory.usage,
        usage: known(MemoryField::Usage, Some(memory.usage)),
        max_usage: known(MemoryField::MaxUsage, memory.max_usage.or(Some(most))),
        cache: known(MemoryField::Cache, memory.cache),
        swap: known(MemoryField::Swap, memory.swap),
        kernel_usage: known(MemoryField::KernelUsage, memory.kernel_usage),
        kernel_max_usage: known(MemoryField::KernelMaxUsage, memory.kernel_max_usage),
        measured_fields: measured,
    }
}
