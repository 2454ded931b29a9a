//! Where this process sees the kernel's accounts of control groups: which version is mounted, and where.
//! Read once from the mount table; what stands in the files is `cgroup`'s.

use std::path::{Path, PathBuf};

/// A mount of the kernel's control groups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mount {
    /// The folder that it is mounted on.
    point: PathBuf,
    /// The control group that this folder is. Not `/` inside of a container that has no control group namespace.
    root: String,
}

/// The mounts that have the accounts of processors and memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hierarchy {
    /// One tree for each controller; also where a tree of version 2 stands beside them without controllers.
    V1 {
        /// Time that processors spent.
        cpuacct: Mount,
        /// Throttling.
        cpu: Option<Mount>,
        /// Memory.
        memory: Mount,
    },
    /// One tree for everything.
    V2(Mount),
}

/// The folders of one control group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Folders {
    /// One for each controller.
    V1 {
        /// Time that processors spent.
        cpuacct: PathBuf,
        /// Throttling; `None` where the controller is not mounted.
        cpu: Option<PathBuf>,
        /// Memory.
        memory: PathBuf,
    },
    /// One for everything.
    V2(PathBuf),
}

impl Folders {
    /// The file that counts, in a line `oom_kill N`, how many processes were killed for want of memory. It is there while
    /// the control group is.
    pub fn oom_counter(&self) -> PathBuf {
        match self {
            Self::V1 { memory, .. } => memory.join("memory.oom_control"),
            Self::V2(folder) => folder.join("memory.events"),
        }
    }
}

impl Hierarchy {
    /// What a mount table (`/proc/self/mountinfo`) says; `None` if it has no accounts.
    pub fn from_mountinfo(table: &str) -> Option<Self> {
        let mounts: Vec<_> = table.lines().filter_map(entry).collect();
        let v1 = |controller: &str| {
            let has = |options: &str| options.split(',').any(|option| option == controller);
            let found = mounts.iter().find(|(kind, options, _)| *kind == "cgroup" && has(options));
            found.map(|(_, _, mount)| mount.clone())
        };
        if let (Some(cpuacct), Some(memory)) = (v1("cpuacct"), v1("memory")) {
            return Some(Self::V1 { cpuacct, cpu: v1("cpu"), memory });
        }
        mounts.iter().find(|(kind, ..)| *kind == "cgroup2").map(|(.., mount)| Self::V2(mount.clone()))
    }

    /// What this process sees.
    pub fn of_this_process() -> Option<Self> {
        std::fs::read_to_string("/proc/self/mountinfo").ok().and_then(|table| Self::from_mountinfo(&table))
    }

    /// The folders of the control group of this path; `None` for one outside of what is mounted. Whether they are there
    /// shows when they are read.
    pub fn folders(&self, path: &str) -> Option<Folders> {
        match self {
            Self::V1 { cpuacct, cpu, memory } => Some(Folders::V1 {
                cpuacct: cpuacct.folder(path)?,
                cpu: cpu.as_ref().and_then(|cpu| cpu.folder(path)),
                memory: memory.folder(path)?,
            }),
            Self::V2(mount) => mount.folder(path).map(Folders::V2),
        }
    }
}

impl Mount {
    fn folder(&self, path: &str) -> Option<PathBuf> {
        let below = Path::new(path).strip_prefix(&self.root).ok()?;
        // A path with `..` belongs to somebody outside of our namespace.
        let plain = below.components().all(|part| matches!(part, std::path::Component::Normal(_)));
        plain.then(|| self.point.join(below))
    }
}

/// The type, the options and the place of a line's mount.
fn entry(line: &str) -> Option<(&str, &str, Mount)> {
    let (place, source) = line.split_once(" - ")?;
    let mut place = place.split(' ').skip(3);
    let (root, point) = (place.next()?, place.next()?);
    let mut source = source.split(' ');
    let (kind, options) = (source.next()?, source.nth(1)?);
    // Spaces and the like are escaped. Nobody mounts control groups there; whoever does is served by Podman's own numbers.
    let plain = !root.contains('\\') && !point.contains('\\');
    plain.then(|| (kind, options, Mount { point: PathBuf::from(point), root: root.to_owned() }))
}

#[cfg(test)]
mod tests {
    use super::{Folders, Hierarchy};

    const V1: &str = "31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:9 - cgroup cgroup rw,cpu,cpuacct
35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory
40 31 0:37 / /sys/fs/cgroup/systemd rw,relatime - cgroup cgroup rw,name=systemd
41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw";
    const V2: &str = "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate";
    const NESTED: &str = "30 23 0:26 /pod/one /sys/fs/cgroup ro - cgroup2 cgroup rw";

    #[track_caller]
    fn check(table: &str, path: &str, expected: Option<Folders>) {
        assert_eq!(Hierarchy::from_mountinfo(table).and_then(|found| found.folders(path)), expected);
    }

    fn v2(folder: &str) -> Option<Folders> {
        Some(Folders::V2(folder.into()))
    }

    #[test]
    fn a_path_of_podman_becomes_folders() {
        let shared = "/sys/fs/cgroup/cpu,cpuacct/libpod_parent/libpod-1";
        let memory = "/sys/fs/cgroup/memory/libpod_parent/libpod-1".into();
        let folders = Folders::V1 { cpuacct: shared.into(), cpu: Some(shared.into()), memory };
        check(V1, "/libpod_parent/libpod-1", Some(folders));
        check(V2, "/machine.slice/libpod-1.scope", v2("/sys/fs/cgroup/machine.slice/libpod-1.scope"));
        check(NESTED, "/pod/one/libpod-1", v2("/sys/fs/cgroup/libpod-1"));
    }

    #[test]
    fn what_is_not_mounted_here_is_not_guessed() {
        check(NESTED, "/machine.slice/libpod-1.scope", None);
        check(NESTED, "/pod/one/../two/libpod-1", None);
        check(V2, "/../elsewhere", None);
        check(V2, "relative", None);
        check("", "/libpod-1", None);
        check("31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw\nnonsense - \n - cgroup2", "/libpod-1", None);
    }
}
