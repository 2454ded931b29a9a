//! What the kernel's accounts and Podman's own numbers become for a client of Nomad. The folders in `tests/cgroups` are
//! as Linux writes them; real containers are `driver_io_real.rs`'s.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use nomad_driver_podman::driver::settings::Node;
use nomad_driver_podman::driver::stats::cgroup::{Account, PartsV1, cpu_v1, cpu_v2};
use nomad_driver_podman::driver::stats::hierarchy::Folders;
use nomad_driver_podman::driver::stats::reading::{
    Course, Cpu, Memory, Moment, Reading, cpu_usage, memory_usage, ticks,
};
use nomad_driver_podman::driver::stats::reading_of;
use nomad_driver_podman::plugin::generated::driver::cpu_usage::Fields as CpuField;
use nomad_driver_podman::plugin::generated::driver::memory_usage::Fields as MemoryField;

fn recorded(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cgroups").join(name)
}

#[track_caller]
fn check_folders(folders: Folders, cpu: Cpu, memory: Memory) {
    let mut account = Account::open(folders).expect("the folder has accounts");
    assert_eq!(account.read(), Some((cpu, memory)));
    assert_eq!(account.read(), Some((cpu, memory)), "a second look says the same");
}

#[test]
fn version_2_as_a_recent_linux_writes_it() {
    check_folders(
        Folders::V2(recorded("v2")),
        Cpu {
            total: 73_516_204_000,
            user: Some(61_204_115_000),
            system: Some(12_312_089_000),
            throttled_periods: Some(411),
            throttled_time: Some(20_517_733_000),
        },
        Memory {
            usage: 187_654_144,
            max_usage: Some(201_326_592),
            cache: Some(54_525_952),
            swap: Some(4_096_000),
            kernel_usage: Some(9_437_184),
            kernel_max_usage: None,
        },
    );
}

#[test]
fn version_2_without_what_linux_5_10_does_not_have() {
    let cpu =
        Cpu { total: 1_200_000_000, user: Some(900_000_000), system: Some(300_000_000), ..Cpu::default() };
    let memory =
        Memory { usage: 5_000_000, cache: Some(1_000_000), kernel_usage: Some(500_000), ..Memory::default() };
    check_folders(Folders::V2(recorded("v2-linux-5.10")), cpu, memory);
}

#[test]
fn version_1_has_a_folder_for_each_controller() {
    let folder = |name| recorded("v1").join(name);
    let memory = Memory {
        usage: 23_068_672,
        max_usage: Some(26_214_400),
        cache: Some(20_971_520),
        swap: Some(8192),
        kernel_usage: Some(1_204_224),
        kernel_max_usage: Some(1_511_424),
    };
    let cpu = Cpu {
        total: 4_807_152_391,
        user: Some(3_910_000_000),
        system: Some(890_000_000),
        throttled_periods: Some(44),
        throttled_time: Some(2_213_409_871),
    };
    let folders = |cpu| Folders::V1 { cpuacct: folder("cpuacct"), cpu, memory: folder("memory") };
    check_folders(folders(Some(folder("cpu"))), cpu, memory);
    let unthrottled = Cpu { throttled_periods: None, throttled_time: None, ..cpu };
    check_folders(folders(None), unthrottled, memory);
}

#[test]
fn accounts_that_are_gone_or_damaged_say_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    assert!(Account::open(Folders::V2(at("missing"))).is_none());
    for (cpu, memory) in
        [("usage_usec many\n", "5\n"), ("", "5\n"), ("usage_usec 5\n", "\n"), ("usage_usec 5", "max")]
    {
        std::fs::write(at("cpu.stat"), cpu).unwrap();
        std::fs::write(at("memory.current"), memory).unwrap();
        assert_eq!(
            Account::open(Folders::V2(folder.path().into())).unwrap().read(),
            None,
            "{cpu:?} {memory:?}"
        );
    }
}

#[test]
fn memory_is_read_when_something_ran_and_from_time_to_time() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("cpu.stat", "usage_usec 1\n");
    write("memory.current", "100");
    let mut account = Account::open(Folders::V2(folder.path().into())).unwrap();
    let mut usage = || account.read().unwrap().1.usage;
    assert_eq!(usage(), 100);
    write("memory.current", "50");
    let idle: Vec<_> = (0..10).map(|_| usage()).collect();
    assert_eq!(idle, [100, 100, 100, 100, 100, 100, 100, 100, 100, 50]);
    write("cpu.stat", "usage_usec 2\n");
    write("memory.current", "70");
    assert_eq!(usage(), 70);
}

#[test]
fn the_kernels_own_part_is_that_of_podman_where_version_1_has_it() {
    let throttling = "nr_periods 9\nnr_throttled 4\nthrottled_time 5\n";
    let cpu = cpu_v1("1000\n", &PartsV1::System("400\n".to_owned()), Some(throttling)).unwrap();
    let expected = Cpu { throttled_periods: Some(4), throttled_time: Some(5), ..busy(1000, 600, 400) };
    assert_eq!(cpu, expected);
    let ticks = PartsV1::Ticks("user 3\nsystem 2\n".to_owned());
    assert_eq!(cpu_v1("50000000\n", &ticks, None), Some(busy(50_000_000, 30_000_000, 20_000_000)));
    let damaged = PartsV1::System("much".to_owned());
    assert_eq!(cpu_v1("1000\n", &damaged, None), Some(Cpu { total: 1000, ..Cpu::default() }));
}

/// Version 2 exists on every machine that has Linux, if only without controllers.
#[test]
fn processor_time_of_a_real_tree_of_version_2() {
    let folder = tempfile::tempdir().unwrap();
    let script = "mount -t cgroup2 none \"$1\" && cat \"$1/cpu.stat\"";
    let output = Command::new("unshare")
        .args(["--mount", "--propagation", "private", "sh", "-ec", script, "sh"])
        .arg(folder.path())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let cpu = cpu_v2(&String::from_utf8(output.stdout).unwrap()).expect("it is understood");
    let parts = cpu.user.unwrap() + cpu.system.unwrap();
    assert!(cpu.total > 0 && parts.abs_diff(cpu.total) < 10_000, "{cpu:?}");
}

fn reading(moment: Moment, cpu: Cpu, usage: u64) -> Reading {
    let memory = Memory { usage, ..Memory::default() };
    Reading { time: Timestamp::UNIX_EPOCH, moment, cpu, memory }
}

fn busy(total: u64, user: u64, system: u64) -> Cpu {
    Cpu { total, user: Some(user), system: Some(system), ..Cpu::default() }
}

const NODE: Node = Node { compute: 10_000, cores: 4 };

#[test]
fn shares_are_those_of_one_core_and_may_exceed_it() {
    let start = Instant::now();
    let at = |ms| Moment::Ours(start + Duration::from_millis(ms));
    // (elapsed ms, spent ns: all, programs, kernel) -> (percent, programs, kernel, ticks of a core of 2500 MHz)
    for (elapsed, spent, expected) in [
        (1000, (0, 0, 0), (0.0, 0.0, 0.0, 0.0)),
        (1000, (500_000_000, 400_000_000, 100_000_000), (50.0, 40.0, 10.0, 1250.0)),
        (2000, (500_000_000, 400_000_000, 100_000_000), (25.0, 20.0, 5.0, 625.0)),
        (1000, (3_000_000_000, 2_500_000_000, 500_000_000), (300.0, 250.0, 50.0, 7500.0)),
    ] {
        let before = reading(at(0), busy(7_000, 5_000, 2_000), 0);
        let cpu = busy(7_000 + spent.0, 5_000 + spent.1, 2_000 + spent.2);
        let usage = cpu_usage(Some(&before), &reading(at(elapsed), cpu, 0), NODE);
        let got = (usage.percent, usage.user_mode, usage.system_mode, usage.total_ticks);
        assert_eq!(got, expected, "{spent:?} in {elapsed} ms");
    }
}

#[test]
fn nothing_to_compare_with_is_zero_and_never_a_wild_number() {
    let start = Instant::now();
    let ours = |ms| Moment::Ours(start + Duration::from_millis(ms));
    let cpu = busy(9_000_000, 6_000_000, 3_000_000);
    let now = reading(ours(1000), cpu, 0);
    for (why, before) in [
        ("the first look", None),
        ("the same moment", Some(reading(ours(1000), busy(0, 0, 0), 0))),
        ("a later moment", Some(reading(ours(2000), busy(0, 0, 0), 0))),
        ("another clock", Some(reading(Moment::Podmans(1), busy(0, 0, 0), 0))),
        ("a container that was started again", Some(reading(ours(0), busy(u64::MAX, u64::MAX, u64::MAX), 0))),
    ] {
        let usage = cpu_usage(before.as_ref(), &now, NODE);
        let got = [usage.percent, usage.user_mode, usage.system_mode, usage.total_ticks];
        assert_eq!(got, [0.0; 4], "{why}");
    }
    assert_eq!(ticks(50.0, Node::default()), 0.0, "an unknown node");
    assert_eq!(ticks(50.0, Node { compute: 5, cores: 0 }), 0.0);
}

#[test]
fn only_what_the_source_says_counts_as_measured() {
    let cpu_fields = |cpu| cpu_usage(None, &reading(Moment::Podmans(1), cpu, 0), NODE).measured_fields;
    let codes = |fields: &[CpuField]| fields.iter().map(|field| *field as i32).collect::<Vec<_>>();
    use CpuField::{Percent, SystemMode, ThrottledPeriods, ThrottledTime, UserMode};
    assert_eq!(cpu_fields(Cpu::default()), codes(&[Percent]));
    assert_eq!(cpu_fields(busy(3, 2, 1)), codes(&[SystemMode, UserMode, Percent]));
    let whole = Cpu { throttled_periods: Some(4), throttled_time: Some(5), ..busy(3, 2, 1) };
    assert_eq!(cpu_fields(whole), codes(&[SystemMode, UserMode, Percent, ThrottledPeriods, ThrottledTime]));

    let memory_fields = |memory: &Memory| memory_usage(memory, 9).measured_fields;
    let codes = |fields: &[MemoryField]| fields.iter().map(|field| *field as i32).collect::<Vec<_>>();
    use MemoryField::{Cache, KernelMaxUsage, KernelUsage, MaxUsage, Swap, Usage};
    let least = Memory { usage: 7, ..Memory::default() };
    assert_eq!(memory_fields(&least), codes(&[Usage, MaxUsage]));
    let usage = memory_usage(&least, 9);
    assert_eq!((usage.usage, usage.rss, usage.max_usage, usage.cache), (7, 7, 9, 0));
    let whole = Memory {
        max_usage: Some(8),
        cache: Some(1),
        swap: Some(2),
        kernel_usage: Some(3),
        kernel_max_usage: Some(4),
        ..least
    };
    assert_eq!(memory_fields(&whole), codes(&[Usage, MaxUsage, Cache, Swap, KernelUsage, KernelMaxUsage]));
}

#[test]
fn the_most_memory_of_a_stream_stands_in_for_a_kernel_that_keeps_none() {
    let mut course = Course::default();
    let mut most = |usage| {
        let stats = course.next(reading(Moment::Podmans(1), Cpu::default(), usage), NODE);
        stats.agg_resource_usage.unwrap().memory.unwrap().max_usage
    };
    assert_eq!([most(5), most(9), most(3)], [5, 9, 9]);
}

#[test]
fn podmans_numbers_become_a_reading() {
    let stats = r#"{"ContainerID":"abc","CPUNano":5000,"CPUSystemNano":2000,"SystemNano":1700000000000000000,"MemUsage":4096}"#;
    let reading = reading_of(&serde_json::from_str(stats).unwrap(), Timestamp::UNIX_EPOCH);
    assert_eq!(reading.cpu, busy(5000, 3000, 2000));
    assert_eq!(reading.moment, Moment::Podmans(1_700_000_000_000_000_000));
    assert_eq!(reading.memory, Memory { usage: 4096, ..Memory::default() });
}
