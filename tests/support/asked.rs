//! Compares a spec that was posted to `/containers/create` with the container that Podman made of it. Every member is
//! either compared or named with the reason why it cannot be; one that nobody thought of is reported as a difference.

#![allow(dead_code)]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;

use serde_json::Value;

use super::inspect::{ADDED_ENV, Container, Port};

/// Members that no `inspect` shows, and why that is. Of those marked with `runtime`, `runtime.rs` finds the traces.
const NOT_SHOWN: [(&str, &str); 8] = [
    ("sysctl", "runtime"),
    ("mask", "runtime; 5.x also shows it as a security option, 4.3.1 nowhere"),
    ("unmask", "runtime; 5.x also shows it as a security option, 4.3.1 nowhere"),
    ("procfs_opts", "runtime"),
    ("seccomp_profile_path", "runtime; Podman shows the annotation that its command line sets beside it"),
    ("selinux_opts", "nothing of it is left where SELinux is off"),
    ("idmappings", "the namespace's mode is compared"),
    ("init_path", "the process shows the place in the container, which is always the same"),
];

/// How many processes a container may have where nothing is asked: Podman's own default.
const DEFAULT_PIDS: i64 = 2048;

/// What a container has otherwise than its spec asked, in words; nothing if it is as asked. The image is taken to be
/// the test image (no entrypoint, `CMD ["/bin/sh"]`, `PATH` in the environment), whatever it is called.
pub fn differences(spec: &Value, container: &Container) -> Vec<String> {
    let mut found = Differences { spec, found: Vec::new(), seen: BTreeSet::new() };
    process(&mut found, container);
    maps(&mut found, container);
    mounts(&mut found, container);
    limits(&mut found, container);
    security(&mut found, container);
    namespaces(&mut found, container);
    network(&mut found, container);
    found.finish()
}

struct Differences<'a> {
    spec: &'a Value,
    found: Vec<String>,
    seen: BTreeSet<&'static str>,
}

impl<'a> Differences<'a> {
    /// A member of the spec; null where it is not there.
    fn take(&mut self, member: &'static str) -> &'a Value {
        self.seen.insert(member);
        &self.spec[member]
    }

    fn same<T: PartialEq + Debug>(&mut self, what: &str, asked: T, is: T) {
        if asked != is {
            self.found.push(format!("{what}: asked for {asked:?}, is {is:?}"));
        }
    }

    /// Compares a text that may be left to Podman.
    fn text(&mut self, member: &'static str, is: &str) {
        if let Some(asked) = self.take(member).as_str() {
            self.same(member, asked, is);
        }
    }

    fn number(&mut self, member: &'static str, is: i64) {
        let asked = self.take(member);
        if !asked.is_null() {
            self.same(member, amount(asked), is);
        }
    }

    /// A switch that is off where it is not there.
    fn switch(&mut self, member: &'static str, is: bool) {
        let asked = self.take(member).as_bool().unwrap_or(false);
        self.same(member, asked, is);
    }

    fn finish(mut self) -> Vec<String> {
        for (member, value) in self.spec.as_object().expect("a spec is an object") {
            let known =
                self.seen.contains(member.as_str()) || NOT_SHOWN.iter().any(|(name, _)| name == member);
            if !known {
                self.found.push(format!("{member}: nothing compares it ({value})"));
            }
        }
        self.found
    }
}

fn process(found: &mut Differences<'_>, container: &Container) {
    let is = &container.process;
    let (entrypoint, command) = (texts(found.take("entrypoint")), texts(found.take("command")));
    let mut arguments = [entrypoint, command].concat();
    if arguments.is_empty() {
        arguments.push("/bin/sh".to_owned());
    }
    found.same("process", &arguments, &is.arguments);
    found.switch("terminal", is.terminal);
    found.switch("init", is.init);
    found.switch("remove", is.auto_remove);
    found.text("user", &is.user);
    found.text("work_dir", &is.working_directory);
    found.text("hostname", &is.hostname);
    found.text("umask", &is.umask);
    found.text("timezone", &is.timezone);
    found.number("stop_signal", is.stop_signal);
    found.number("stop_timeout", is.stop_timeout);
    let groups = texts(found.take("groups")).into_iter().collect();
    found.same("groups", &groups, &is.groups);
    let restart = found.take("restart_policy").as_str().filter(|policy| *policy != "no").unwrap_or_default();
    found.same("restart_policy", restart, &is.restart);
    found.text("name", &container.name);
    if let Some(image) = found.take("image").as_str() {
        // An ID is shown as the name, and a short name as the whole one.
        let is_id = image.len() == 64 && image.chars().all(|digit| digit.is_ascii_hexdigit());
        if !is_id && !container.image.ends_with(image) {
            found.same("image", image, &container.image);
        }
    }
}

fn maps(found: &mut Differences<'_>, container: &Container) {
    let asked = map(found.take("env"));
    let mut is = container.env.clone();
    is.retain(|name, _| asked.contains_key(name) || !(ADDED_ENV.contains(&name.as_str()) || name == "PATH"));
    found.same("env", asked, is);
    let asked = map(found.take("labels"));
    found.same("labels", &asked, &container.labels);
    let mut asked = map(found.take("annotations"));
    for (annotation, option) in [("apparmor", "apparmor"), ("label", "label"), ("seccomp", "seccomp")] {
        // Podman shows these as security options.
        if let Some(value) = asked.remove(&format!("io.podman.annotations.{annotation}")) {
            let option = format!("{option}={value}");
            found.same(&option, true, container.security.options.contains(&option));
        }
    }
    found.same("annotations", &asked, &container.annotations);
    let log = found.take("log_configuration");
    if let Some(driver) = log["driver"].as_str() {
        found.same("log driver", driver, &container.log_driver);
    }
    if let Some(path) = log["path"].as_str() {
        found.same("log path", path, &container.log_path);
    }
    found.same("log tag", log["options"]["tag"].as_str().unwrap_or_default(), &container.log_tag);
}

fn mounts(found: &mut Differences<'_>, container: &Container) {
    let mut destinations = BTreeSet::new();
    for asked in list(found.take("mounts")) {
        let kind = asked["type"].as_str().unwrap_or("bind");
        let source = if kind == "tmpfs" { "" } else { asked["source"].as_str().unwrap_or_default() };
        mount(found, container, &mut destinations, (kind, source, &asked["destination"], &asked["options"]));
    }
    for asked in list(found.take("volumes")) {
        let source = asked["Name"].as_str().unwrap_or_default();
        mount(found, container, &mut destinations, ("volume", source, &asked["Dest"], &asked["Options"]));
    }
    found.same("mounts", destinations, container.mounts.keys().cloned().collect());

    let asked = list(found.take("devices")).iter().map(|device| {
        let mut parts = device["path"].as_str().unwrap_or_default().split(':');
        let host = parts.next().unwrap_or_default().to_owned();
        // `/dev/a:rw` has rights where `/dev/a:/dev/b` has a place.
        let inside =
            parts.next().filter(|part| part.starts_with('/')).map_or_else(|| host.clone(), str::to_owned);
        (inside, host)
    });
    found.same("devices", asked.collect(), container.devices.clone());
}

fn mount(
    found: &mut Differences<'_>,
    container: &Container,
    destinations: &mut BTreeSet<String>,
    (kind, source, destination, options): (&str, &str, &Value, &Value),
) {
    let destination = destination.as_str().unwrap_or_default().to_owned();
    let Some(is) = container.mounts.get(&destination) else {
        destinations.insert(destination);
        return;
    };
    let options = texts(options);
    found.same(&format!("kind of {destination}"), kind, &is.kind);
    found.same(&format!("source of {destination}"), source, &is.source);
    found.same(
        &format!("read-only {destination}"),
        options.iter().any(|option| option == "ro"),
        is.read_only,
    );
    for option in &options {
        let shown = match option.as_str() {
            // Rights are compared; labels, owners and the kind of a bind are not shown.
            "ro" | "rw" | "z" | "Z" | "U" | "bind" | "rbind" => true,
            propagation if propagation == is.propagation => true,
            other => is.options.contains(other),
        };
        found.same(&format!("option {option} of {destination}"), true, shown);
    }
    destinations.insert(destination);
}

fn limits(found: &mut Differences<'_>, container: &Container) {
    let is = &container.limits;
    let limits = found.take("resource_limits");
    let (memory, cpu) = (&limits["memory"], &limits["cpu"]);
    let limit = amount(&memory["limit"]);
    found.same("memory limit", limit, is.memory);
    found.same("memory reservation", amount(&memory["reservation"]), is.reservation);
    // Without a word about swap a limit brings as much swap again.
    let swap = if memory["swap"].is_null() { 2 * limit.max(0) } else { amount(&memory["swap"]) };
    found.same("memory and swap", swap, is.swap);
    // Where nothing limits memory, Podman shows 0 for a swappiness that is not set.
    found.same("swappiness", amount(&memory["swappiness"]), is.swappiness.unwrap_or_default());
    found.same("CPU shares", amount(&cpu["shares"]), is.cpu_shares);
    found.same("CPU period", amount(&cpu["period"]), is.cpu_period);
    found.same("CPU quota", amount(&cpu["quota"]), is.cpu_quota);
    found.same("cpuset", cpu["cpus"].as_str().unwrap_or_default(), &is.cpuset);
    let pids = &limits["pids"]["limit"];
    found.same("pids", if pids.is_null() { DEFAULT_PIDS } else { amount(pids) }, is.pids);
    found.number("shm_size", is.shm);
    found.number("oom_score_adj", is.oom_score);
    found.text("cgroup_parent", &container.cgroup_parent);
    for limit in list(found.take("r_limits")) {
        let name = limit["type"].as_str().unwrap_or_default().to_lowercase();
        let asked = (amount(&limit["soft"]), amount(&limit["hard"]));
        found.same(&format!("ulimit {name}"), Some(&asked), is.ulimits.get(&name));
    }
}

fn security(found: &mut Differences<'_>, container: &Container) {
    let is = &container.security;
    found.switch("privileged", is.privileged);
    found.switch("read_only_filesystem", is.read_only_root);
    found.text("apparmor_profile", &is.apparmor);
    let no_new = is.options.contains("no-new-privileges");
    found.switch("no_new_privileges", no_new);
    let (add, drop) = (found.take("cap_add"), found.take("cap_drop"));
    if is.privileged {
        // A privileged container has all of them, on both Podmans, whatever is dropped.
        return found.same("has CAP_MKNOD", true, is.capabilities.contains("CAP_MKNOD"));
    }
    let added: BTreeSet<_> = texts(add).iter().map(|name| capability(name)).collect();
    for name in &added {
        let has = if name == "ALL" {
            is.capabilities.contains("CAP_SYS_ADMIN")
        } else {
            is.capabilities.contains(name)
        };
        found.same(&format!("has {name}"), true, has);
    }
    for name in texts(drop).iter().map(|name| capability(name)) {
        if name == "ALL" {
            found.same("capabilities", &added, &is.capabilities);
        } else {
            found.same(&format!("has {name}"), false, is.capabilities.contains(&name));
        }
    }
}

fn namespaces(found: &mut Differences<'_>, container: &Container) {
    let is = &container.namespaces;
    let shown = |namespace: &Value| {
        let value = namespace["value"].as_str().unwrap_or_default();
        match namespace["nsmode"].as_str().unwrap_or_default() {
            "" | "default" => None,
            "path" => Some(format!("ns:{value}")),
            // A name is shown as the ID.
            "container" => Some("container:".to_owned()),
            mode => Some(mode.to_owned()),
        }
    };
    let cut =
        |mode: &str| if mode.starts_with("container:") { "container:".to_owned() } else { mode.to_owned() };
    if let Some(mode) = shown(found.take("netns")) {
        // The server's own kind of a private network is a bridge, if it runs as root.
        let mode = if mode == "private" { "bridge".to_owned() } else { mode };
        found.same("netns", mode, cut(&is.network));
    }
    for (member, is) in [
        ("pidns", Some(&is.pid)),
        ("ipcns", is.ipc.as_ref()),
        ("utsns", Some(&is.uts)),
        ("cgroupns", Some(&is.cgroup)),
    ] {
        if let (Some(mode), Some(is)) = (shown(found.take(member)), is) {
            found.same(member, mode, cut(is));
        }
    }
    // The IDs of `auto` are found when the container is created, but 4.3.1 shows the namespace only when it starts.
    let shown_later = |mode: &str| mode == "auto" && !container.running;
    if let Some(mode) = shown(found.take("userns")).filter(|mode| !shown_later(mode)) {
        let asked = if mode == "host" { "" } else { "private" };
        found.same("userns", asked, &is.user);
    }
}

fn network(found: &mut Differences<'_>, container: &Container) {
    let is = &container.network;
    for (member, is) in
        [("dns_server", &is.dns_servers), ("dns_search", &is.dns_searches), ("dns_option", &is.dns_options)]
    {
        let asked = texts(found.take(member));
        found.same(member, &asked, is);
    }
    let hosts = texts(found.take("hostadd")).into_iter().collect();
    found.same("hostadd", &hosts, &is.hosts);

    let networks = found.take("Networks").as_object();
    for (name, asked) in networks.into_iter().flatten() {
        // `default` is the name of whatever network is the default.
        let name = if name == "default" { "podman" } else { name };
        let Some(joined) = is.joined.get(name) else {
            found.same("network", Some(name), None);
            continue;
        };
        if container.running {
            let missing: Vec<_> = texts(&asked["static_ips"]);
            let missing: Vec<_> =
                missing.iter().filter(|address| !joined.addresses.contains(*address)).collect();
            found.same(&format!("addresses not in {name}"), Vec::new(), missing);
            if let Some(mac) = asked["static_mac"].as_str() {
                found.same("MAC address", mac, &joined.mac);
            }
        }
    }

    let published = container.namespaces.network == "bridge";
    let mut ports = BTreeSet::new();
    for port in list(found.take("portmappings")).iter().filter(|_| published) {
        let number = |member: &str| u16::try_from(amount(&port[member])).expect("a port");
        for protocol in port["protocol"].as_str().filter(|name| !name.is_empty()).unwrap_or("tcp").split(',')
        {
            for offset in 0..number("range").max(1) {
                let host_ip =
                    port["host_ip"].as_str().filter(|ip| *ip != "0.0.0.0").unwrap_or_default().to_owned();
                let (host, container) = (number("host_port") + offset, number("container_port") + offset);
                ports.insert(Port { host_ip, host, container, protocol: protocol.to_owned() });
            }
        }
    }
    found.same("ports", &ports, &container.ports);
}

fn capability(name: &str) -> String {
    let name = name.to_uppercase();
    if name == "ALL" || name.starts_with("CAP_") { name } else { format!("CAP_{name}") }
}

/// A number; what is too large for a signed one is the unsigned "unlimited".
fn amount(value: &Value) -> i64 {
    value.as_i64().unwrap_or(if value.is_u64() { -1 } else { 0 })
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

fn texts(value: &Value) -> Vec<String> {
    list(value).iter().map(|text| text.as_str().unwrap_or_default().to_owned()).collect()
}

fn map(value: &Value) -> BTreeMap<String, String> {
    let pairs = value.as_object().into_iter().flatten();
    pairs.map(|(name, value)| (name.clone(), value.as_str().unwrap_or_default().to_owned())).collect()
}
